//! Connects to the database, and configures each connection for the database that it finds.
//!
//! Settings are sent as a statement and not as options of the connection, because connection pools reject options.

use std::collections::BTreeSet;

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::error::Error;

/// An SQL expression: whether the tables can be on other servers. A table that is partitioned or foreign can be, and so
/// can every table of a Citus cluster.
pub(crate) const IS_DISTRIBUTED: &str = "(
    EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('access_token') AND relkind <> 'r')
    OR EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
)";

/// Opens and configures a connection.
pub(crate) struct Session;

impl Connect for Session {
    fn connect(
        &self,
        config: &Config,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + '_>>
    {
        let config = config.clone();
        Box::pin(async move {
            let (client, task) = connect(&config).await?;
            configure(&client).await?;
            Ok((client, task))
        })
    }
}

async fn connect(config: &Config) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    // An error of the connection is an error of the statement that waits for it.
    let task = tokio::spawn(async move { drop(connection.await) });
    Ok((client, task))
}

/// Sets a time limit for statements, and how statements are planned, unless the URL has set them.
///
/// On one server, one plan for all values gains two to three times the throughput. Where tables are distributed, such a
/// plan would involve every node.
async fn configure(client: &Client) -> Result<(), tokio_postgres::Error> {
    let sql = format!(
        "SELECT set_config(name, CASE
            WHEN name = 'statement_timeout' THEN '2s'
            WHEN {IS_DISTRIBUTED} THEN 'force_custom_plan'
            ELSE 'force_generic_plan'
        END, false)
        FROM pg_settings WHERE name IN ('plan_cache_mode', 'statement_timeout') AND source <> 'client'"
    );
    client.batch_execute(&sql).await
}

/// Fails if a connection pool lends server processes for one transaction each. Settings and prepared statements belong to
/// a process, and other clients of the pool would use the same process.
///
/// While one connection is in a transaction, another one is lent a second process. Afterwards the first process is free,
/// and is lent to the other connection. Other clients can take the free process, so this is repeated.
pub(crate) async fn reject_transaction_pooling(config: &Config) -> Result<(), Error> {
    const ROUNDS: usize = 3;
    let (one, _) = connect(config).await?;
    let (other, _) = connect(config).await?;
    let mut processes = BTreeSet::new();
    for _ in 0..ROUNDS {
        one.batch_execute("BEGIN").await?;
        processes.insert(process(&other).await?);
        one.batch_execute("COMMIT").await?;
        // A pool that takes turns lends the free process second.
        processes.insert(process(&other).await?);
        processes.insert(process(&other).await?);
    }
    if processes.len() == 1 { Ok(()) } else { Err(Error::TransactionPooling) }
}

/// Returns the id of the server process. It is not a prepared statement, because those belong to a process.
async fn process(client: &Client) -> Result<Option<String>, Error> {
    let messages = client.simple_query("SELECT pg_backend_pid()").await?;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
