//! The schema, as plain SQL in `migrations`, and how a database is brought up to date.

use deadpool_postgres::Object;
use tokenfolio::StoreError;

use crate::error::Failure;
use crate::store::PostgresStore;

mod tokens {
    refinery::embed_migrations!("migrations/tokens");
}

mod block_counts {
    refinery::embed_migrations!("migrations/block_counts");
}

impl PostgresStore {
    /// Creates the tables, or brings them up to date. Servers that start at the same time wait for each other.
    ///
    /// Names are unqualified, so all goes into the first schema of the search path, which must be there.
    ///
    /// # Errors
    ///
    /// A failing database, a user who may not create tables, or tables that were changed by other means.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(self.run(tokens::migrations::runner()).await?)
    }

    /// Creates what [`with_block_counts`](Self::with_block_counts) reads, and counts the tokens that are there; or
    /// brings it up to date. Until it is done, nobody else can add or remove tokens.
    ///
    /// From then on every writer keeps the counts, this store or not. The key of a token can no longer be changed.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate), which must have been called before.
    pub async fn migrate_block_counts(&self) -> Result<(), StoreError> {
        let mut runner = block_counts::migrations::runner();
        runner.set_migration_table_name("refinery_schema_history_of_block_counts");
        Ok(self.run(runner).await?)
    }

    async fn run(&self, runner: refinery::Runner) -> Result<(), Failure> {
        // Not given back: with the connection end its lock, and its having no time limit.
        let mut client = Object::take(self.client().await?);
        let alone = "SET statement_timeout = 0; SELECT pg_advisory_lock(hashtext('tokenfolio ' || current_schema))";
        client.batch_execute(alone).await?;
        runner.run_async(&mut *client).await?;
        Ok(())
    }
}
