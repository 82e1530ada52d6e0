//! Opens connections to a node, and checks each connection before it is used.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use sqlx::mysql::MySqlConnection;
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::error::Error;
use crate::nodes::Nodes;

/// The settings of a connection.
///
/// A value that a column cannot hold is an error. The server must not replace it with the nearest value. A lock that is
/// not granted within a second is an error too, so that it is reported before the time limit of the statement. MariaDB
/// and MySQL have different names for the time limit of a statement. Each server ignores the comment for the other
/// server.
const SETTINGS: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION',
    lock_wait_timeout = 1, innodb_lock_wait_timeout = 1
    /*M! , max_statement_time = 2 */ /*!80000 , max_execution_time = 2000 */";
/// At this level, each statement has one snapshot, and does not lock gaps between rows.
const ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
/// The statements of a session on a cluster do not wait, because the check before them has waited.
const NO_FURTHER_WAIT: &str = "SET SESSION wsrep_sync_wait = 0";
/// Waits until the node has applied everything that the cluster has committed, and fails on a node without a quorum.
/// Otherwise a node could list rows from before a write on another node.
const WAIT_FOR_CLUSTER: &str = "SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1";

/// A connection to a node.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: MySqlConnection,
    /// Whether a statement is unfinished, because its caller has timed out. The connection cannot be used again.
    pub(crate) is_busy: bool,
    node: usize,
}

/// Opens and checks sessions. All sessions are on one node, until that node fails and the next node is used.
#[derive(Debug)]
pub(crate) struct Manager {
    nodes: Nodes,
    /// The index of the node that is used.
    current: AtomicUsize,
    is_cluster: bool,
    limit: Duration,
}

impl Manager {
    /// `limit` is the time for connecting to all nodes, one after another. Each node has an equal share of it.
    pub(crate) fn new(nodes: Nodes, is_cluster: bool, limit: Duration) -> Self {
        Self { nodes, current: AtomicUsize::new(0), is_cluster, limit }
    }

    pub(crate) fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    pub(crate) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    /// Returns the timeout of a caller for a session.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Returns the error of a node that did not respond in time. A cluster does not respond for a while after it has
    /// lost a node.
    pub(crate) fn timed_out(&self, elapsed: Elapsed) -> Error {
        if self.is_cluster { Error::Cluster(elapsed) } else { Error::Timeout(elapsed) }
    }

    async fn open(&self, node: usize) -> Result<Session, Error> {
        // Without this setting, the session has the server's time zone, like Laravel's sessions.
        let options = self.nodes.options(node).clone().timezone(None);
        let mut connection = options.pipes_as_concat(false).no_engine_substitution(false).connect().await?;
        connection.execute(SETTINGS).await?;
        connection.execute(ISOLATION).await?;
        if self.is_cluster {
            connection.execute(NO_FURTHER_WAIT).await?;
        }
        let mut session = Session { connection, is_busy: false, node };
        self.check(&mut session).await?;
        Ok(session)
    }

    async fn check(&self, session: &mut Session) -> Result<(), Error> {
        if self.is_cluster {
            session.connection.execute(WAIT_FOR_CLUSTER).await?;
        } else {
            session.connection.ping().await?;
        }
        Ok(())
    }

    /// Runs work on a node within the node's share of the time. If the work fails, the next node becomes the current
    /// one.
    async fn on_node<T>(&self, node: usize, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let result =
            timeout(self.nodes.share(self.limit), work).await.map_err(|elapsed| self.timed_out(elapsed)).flatten();
        if result.is_err() {
            let next = (node + 1) % self.nodes.count();
            // Another session may have changed the current node already.
            let _ = self.current.compare_exchange(node, next, Ordering::Relaxed, Ordering::Relaxed);
        }
        result
    }
}

impl managed::Manager for Manager {
    type Type = Session;
    type Error = Error;

    async fn create(&self) -> Result<Session, Error> {
        for _ in 1..self.nodes.count() {
            let node = self.current.load(Ordering::Relaxed);
            if let Ok(session) = self.on_node(node, self.open(node)).await {
                return Ok(session);
            }
        }
        let node = self.current.load(Ordering::Relaxed);
        self.on_node(node, self.open(node)).await
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<Error> {
        if session.is_busy {
            return Err(RecycleError::message("its last statement is unfinished"));
        }
        if session.node != self.current.load(Ordering::Relaxed) {
            return Err(RecycleError::message("its node is no longer used"));
        }
        let node = session.node;
        Ok(self.on_node(node, self.check(session)).await?)
    }
}
