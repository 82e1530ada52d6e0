//! Migrates a database to the schema in `migrations`.

use deadpool_postgres::Object;
use tokenfolio::StoreError;

use crate::error::Error;
use crate::store::PostgresStore;

mod tokens {
    refinery::embed_migrations!("migrations/tokens");
}

mod block_counts {
    refinery::embed_migrations!("migrations/block_counts");
}

impl PostgresStore {
    /// Creates or migrates the tables. Servers that start at the same time wait for each other.
    ///
    /// Names are unqualified, so the tables are created in the first schema of the search path, which must exist.
    ///
    /// # Errors
    ///
    /// Fails if the user may not create tables, if the tables were changed by other means, or if the database fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(self.run(tokens::migrations::runner()).await?)
    }

    /// Creates or migrates the block counts that [`with_block_counts`](Self::with_block_counts) reads, and counts the
    /// existing tokens. No other transaction can add or remove tokens meanwhile.
    ///
    /// From then on triggers update the counts for every writer, and the key of a token can no longer change.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`migrate`](Self::migrate), or if `migrate` was not called first.
    pub async fn migrate_block_counts(&self) -> Result<(), StoreError> {
        let mut runner = block_counts::migrations::runner();
        runner.set_migration_table_name("refinery_schema_history_of_block_counts");
        Ok(self.run(runner).await?)
    }

    async fn run(&self, runner: refinery::Runner) -> Result<(), Error> {
        // Taken from the pool, so that the lock and the setting end with the connection.
        let mut client = Object::take(self.client().await?);
        let lock = "SET statement_timeout = 0; SELECT pg_advisory_lock(hashtext('tokenfolio ' || current_schema))";
        client.batch_execute(lock).await?;
        runner.run_async(&mut *client).await?;
        Ok(())
    }
}
