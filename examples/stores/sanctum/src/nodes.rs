//! The servers that a store can connect to.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use tokenfolio::StoreError;
use tokio::time::timeout;

use crate::connection::CONNECTION_TIMEOUT;
use crate::error::Error;

/// One server, or the nodes of a Galera cluster. `Debug` does not print the password.
///
/// Nodes are parsed from a URL: `mysql://user:password@host/database`. A cluster has a list of hosts, and the other
/// parts of the URL apply to each host. For a socket, add `?socket=/path`. Connections are encrypted only if a feature
/// of `sqlx` for TLS is enabled.
///
/// # Examples
///
/// ```
/// use tokenfolio_sanctum::Nodes;
///
/// let nodes: Nodes = "mysql://laravel:password@db-1,db-2:3307,db-3/laravel".parse()?;
/// assert_eq!(format!("{nodes:?}"), r#"["db-1:3306", "db-2:3307", "db-3:3306"]"#);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
// Never empty.
#[derive(Clone)]
pub struct Nodes(Vec<MySqlConnectOptions>);

impl Nodes {
    /// Connects to the first node that accepts a connection, without a store.
    ///
    /// # Errors
    ///
    /// Fails if no node accepts a connection within two seconds.
    pub async fn connect(&self) -> Result<MySqlConnection, StoreError> {
        Ok(self.connect_to_any().await?)
    }

    pub(crate) async fn connect_to_any(&self) -> Result<MySqlConnection, Error> {
        let last = self.count() - 1;
        for index in 0..last {
            if let Ok(connection) = self.connect_to(index).await {
                return Ok(connection);
            }
        }
        self.connect_to(last).await
    }

    async fn connect_to(&self, index: usize) -> Result<MySqlConnection, Error> {
        let connecting = timeout(self.share(CONNECTION_TIMEOUT), self.options(index).connect());
        Ok(connecting.await.map_err(Error::Timeout)??)
    }

    /// Returns the number of nodes.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Divides a time for all nodes by their number.
    pub(crate) fn share(&self, time: Duration) -> Duration {
        time / u32::try_from(self.count()).unwrap_or(u32::MAX)
    }

    /// Returns the options of the node with an index below [`count`](Self::count).
    pub(crate) fn options(&self, index: usize) -> &MySqlConnectOptions {
        &self.0[index]
    }
}

impl From<MySqlConnectOptions> for Nodes {
    fn from(server: MySqlConnectOptions) -> Self {
        Self(vec![server])
    }
}

impl FromStr for Nodes {
    type Err = sqlx::Error;

    /// Parses a URL whose host can be a list: `mysql://user@db-1,db-2:3307/database`.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not a URL, or has an option that `sqlx` does not know, or if a host of a list is empty.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let (before, hosts, after) = split(url);
        let is_list = hosts.contains(',');
        hosts
            .split(',')
            .map(|host| match host {
                "" if is_list => Err(sqlx::Error::Configuration("the URL has an empty host in its list".into())),
                host => format!("{before}{host}{after}").parse(),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Splits a URL into the parts before its hosts, the hosts, and the parts after them.
fn split(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").map_or(0, |index| index + "://".len());
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |index| start + index);
    let start = url[start..end].rfind('@').map_or(start, |index| start + index + 1);
    (&url[..start], &url[start..end], &url[end..])
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |options: &MySqlConnectOptions| format!("{}:{}", options.get_host(), options.get_port());
        f.debug_list().entries(self.0.iter().map(address)).finish()
    }
}
