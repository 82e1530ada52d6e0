//! Migrates a database to the schema in `migrations`.

use deadpool_postgres::{ClientWrapper, Object};
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

    /// Distributes the tables by owner over the nodes of a Citus cluster. Call [`migrate`](Self::migrate) first. Call
    /// both methods on the coordinator.
    ///
    /// Existing rows are moved to their nodes. No other transaction can write them meanwhile. The number of shards is
    /// the setting `citus.shard_count`. Tables that are already distributed do not change.
    ///
    /// # Errors
    ///
    /// Fails if the database is not the coordinator of a Citus cluster, if `migrate` was not called first, or if the
    /// database fails.
    pub async fn distribute(&self) -> Result<(), StoreError> {
        // The tokens are distributed first, because the foreign keys of the other tables refer to them. All rows of an
        // owner are on one node.
        const DISTRIBUTE: [&str; 3] = [
            "SELECT create_distributed_table('access_token', 'owner_id')
            WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'access_token'::regclass)",
            "SELECT create_distributed_table('token_usage', 'owner_id', colocate_with => 'access_token')
            WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'token_usage'::regclass)",
            "SELECT create_distributed_table('token_secret', 'owner_id', colocate_with => 'access_token')
            WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'token_secret'::regclass)",
        ];
        let client = self.lock_schema().await?;
        for sql in DISTRIBUTE {
            client.batch_execute(sql).await.map_err(Error::from)?;
        }
        self.close_idle_connections();
        Ok(())
    }

    async fn run(&self, runner: refinery::Runner) -> Result<(), Error> {
        let mut client = self.lock_schema().await?;
        runner.run_async(&mut *client).await?;
        Ok(())
    }

    /// Waits for other migrations of the schema, and locks the schema. The connection does not return to the pool, so
    /// that the lock and the timeout setting end when the connection is closed.
    async fn lock_schema(&self) -> Result<ClientWrapper, Error> {
        let client = Object::take(self.client().await?);
        let lock = "SET statement_timeout = 0; SELECT pg_advisory_lock(hashtext('tokenfolio ' || current_schema))";
        client.batch_execute(lock).await?;
        Ok(client)
    }
}
