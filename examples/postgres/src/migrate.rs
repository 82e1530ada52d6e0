//! The schema, as plain SQL in `migrations`, and how a database is brought up to date.

use deadpool_postgres::Object;
use tokenfolio::StoreError;

use crate::failure::Failure;
use crate::store::PostgresStore;

mod tokens {
    refinery::embed_migrations!("migrations/tokens");
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

    async fn run(&self, runner: refinery::Runner) -> Result<(), Failure> {
        // Not given back: with the connection end its lock, and its having no time limit.
        let mut client = Object::take(self.client().await?);
        let alone = "SET statement_timeout = 0; SELECT pg_advisory_lock(hashtext('tokenfolio ' || current_schema))";
        client.batch_execute(alone).await?;
        runner.run_async(&mut *client).await?;
        Ok(())
    }
}
