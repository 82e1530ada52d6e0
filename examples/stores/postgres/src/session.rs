//! Connects to the database, and configures each connection for the database that it finds.
//!
//! Settings are sent as a statement and not as options of the connection, because connection pools reject options.

use std::collections::BTreeSet;

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::error::Error;

/// An SQL expression for whether the tables can be on other servers. This is possible for partitioned and foreign
/// tables, and for every table of a Citus cluster.
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
    // If the connection fails, the statement that waits for a response returns an error.
    let task = tokio::spawn(async move { drop(connection.await) });
    Ok((client, task))
}

/// Sets the timeout of statements and the way they are planned, unless the URL sets these.
///
/// On one server, one plan for all values has two to three times the throughput. If tables are distributed, such a plan
/// would involve every node.
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

/// Fails if a connection pool lends a server process only for one transaction. Settings and prepared statements belong to
/// a process, and other clients of the pool would use the same process.
///
/// The check opens two connections. While the first connection is in a transaction, such a pool lends a second process
/// to the second connection. After the transaction, the first process is free, and the pool lends it to the second
/// connection. The check fails if the second connection had more than one process. Other clients can take the free
/// process, so the check is repeated.
pub(crate) async fn reject_transaction_pooling(config: &Config) -> Result<(), Error> {
    const ROUNDS: usize = 3;
    let (one, _) = connect(config).await?;
    let (other, _) = connect(config).await?;
    let mut processes = BTreeSet::new();
    for _ in 0..ROUNDS {
        one.batch_execute("BEGIN").await?;
        processes.insert(process(&other).await?);
        one.batch_execute("COMMIT").await?;
        // Queries twice: a pool that uses its processes in turn lends the free process only for the second query.
        processes.insert(process(&other).await?);
        processes.insert(process(&other).await?);
    }
    if processes.len() == 1 { Ok(()) } else { Err(Error::TransactionPooling) }
}

/// Returns the id of the server process. The query is not prepared, because a prepared statement belongs to one
/// process.
async fn process(client: &Client) -> Result<Option<String>, Error> {
    let messages = client.simple_query("SELECT pg_backend_pid()").await?;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
