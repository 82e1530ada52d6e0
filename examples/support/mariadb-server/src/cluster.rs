//! Three servers that replicate each other with Galera.

use std::net::Ipv4Addr;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};
use std::{process, thread};

use tokenfolio_server_process::{Installation, ServerError};

use crate::server::Server;

/// The maximum time that a node may take to receive the data.
const JOIN_TIMEOUT: Duration = Duration::from_secs(90);
/// The library of Debian's package galera-4.
const PROVIDER: &str = "/usr/lib/galera/libgalera_smm.so";

/// The number of nodes.
const NODES: u8 = 3;

/// A Galera cluster of three nodes with the same data. When it is dropped or the current process ends, the nodes are
/// stopped and their data is removed.
///
/// Each node has its own address in 127.0.0.0/8, which belongs to this machine. Every user of this machine can connect.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Server>,
    addresses: Vec<Ipv4Addr>,
}

impl Cluster {
    /// Provider options for a cluster that notices the loss of a node within two seconds. By default it takes six.
    pub const SHORT_TIMEOUTS: &str = "evs.keepalive_period=PT0.3S; evs.inactive_check_period=PT0.3S; \
        evs.suspect_timeout=PT1S; evs.inactive_timeout=PT3S; evs.install_timeout=PT3S";

    /// Starts a cluster with options of `wsrep_provider_options`: none, or [`SHORT_TIMEOUTS`](Self::SHORT_TIMEOUTS). The
    /// time zone of its nodes is UTC.
    ///
    /// # Errors
    ///
    /// Fails if MariaDB, Galera or rsync is not installed, or if a node does not start or join the others. The error
    /// contains the output of a node that does not start.
    pub fn start(provider_options: &str) -> Result<Self, ServerError> {
        if !Path::new(PROVIDER).is_file() {
            return Err(ServerError::Missing { program: PROVIDER, package: "galera-4" });
        }
        // The nodes run rsync in a script, and an error of that script is hard to find.
        Installation::new("rsync", "mysql", Vec::new())?.command("rsync", Path::new("/"))?;
        let (addresses, sst_port) = unused_addresses();
        let options = |node| options(&addresses, node, sst_port, provider_options);
        let mut first = Server::start_with(options(0).into_iter().chain(["--wsrep-new-cluster".to_owned()]))?;
        // After a restart, the first node joins the others. It must not create a new cluster.
        first.options.pop();
        await_ready(&first)?;
        let mut nodes = vec![first];
        for node in 1..addresses.len() {
            nodes.push(Server::join(options(node))?);
        }
        let cluster = Self { nodes, addresses };
        cluster.await_ready()?;
        Ok(cluster)
    }

    /// Returns the nodes, to run SQL on one of them.
    #[must_use]
    pub fn nodes(&self) -> &[Server] {
        &self.nodes
    }

    /// Returns the URL of a database on all nodes, for the user `root`, who has no password. The URL lists the node
    /// `first` before the others.
    #[must_use]
    pub fn url(&self, first: usize, database: &str) -> String {
        let (last, begin) = self.addresses.split_at(first);
        let hosts: Vec<_> = begin.iter().chain(last).map(Ipv4Addr::to_string).collect();
        format!("mysql://root@{}/{database}", hosts.join(","))
    }

    /// Returns the URL of a database on one node.
    #[must_use]
    pub fn node_url(&self, node: usize, database: &str) -> String {
        format!("mysql://root@{}/{database}", self.addresses[node])
    }

    /// Kills a node, like a crash of its machine.
    ///
    /// # Errors
    ///
    /// Fails if the node is not running.
    pub fn kill(&mut self, node: usize) -> Result<(), ServerError> {
        self.nodes[node].kill()
    }

    /// Restarts killed nodes, and waits until all nodes are ready. One node of the cluster must still be running.
    ///
    /// # Errors
    ///
    /// Fails if a node is running, does not start or does not join the others.
    pub fn start_again(&mut self, nodes: &[usize]) -> Result<(), ServerError> {
        // All nodes start at the same time, because a node waits until it reaches a majority of the nodes that it
        // knows.
        thread::scope(|scope| {
            let killed = self.nodes.iter_mut().enumerate().filter(|(node, _)| nodes.contains(node));
            let starting: Vec<_> = killed.map(|(_, node)| scope.spawn(|| node.start_again())).collect();
            starting.into_iter().try_for_each(|node| node.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })?;
        self.await_ready()
    }

    /// Waits until all nodes have applied all writes of the cluster.
    ///
    /// # Errors
    ///
    /// Fails if a node is not running, or does not join the others.
    pub fn await_ready(&self) -> Result<(), ServerError> {
        self.nodes.iter().try_for_each(await_ready)
    }
}

/// Waits until a node has applied all writes of the cluster.
fn await_ready(node: &Server) -> Result<(), ServerError> {
    let deadline = Instant::now() + JOIN_TIMEOUT;
    loop {
        match node.run("SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1") {
            Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
            result => return result,
        }
    }
}

/// Returns the options of a node.
fn options(addresses: &[Ipv4Addr], node: usize, sst_port: u16, provider_options: &str) -> Vec<String> {
    let address = addresses[node];
    let all: Vec<_> = addresses.iter().map(Ipv4Addr::to_string).collect();
    // All ports are Galera's defaults, except the port for the data transfer. The script that runs rsync requires that
    // no other process listens on that port, at any address.
    let sst_port = usize::from(sst_port) + node;
    vec![
        "--default-time-zone=+00:00".to_owned(),
        "--skip-networking=0".to_owned(),
        format!("--bind-address={address}"),
        "--binlog-format=ROW".to_owned(),
        "--innodb-autoinc-lock-mode=2".to_owned(),
        "--wsrep-on=ON".to_owned(),
        format!("--wsrep-provider={PROVIDER}"),
        format!("--wsrep-cluster-address=gcomm://{}", all.join(",")),
        format!("--wsrep-node-address={address}"),
        format!("--wsrep-node-incoming-address={address}"),
        "--wsrep-sst-method=rsync".to_owned(),
        format!("--wsrep-sst-receive-address={address}:{sst_port}"),
        format!(
            "--wsrep-provider-options=gmcast.listen_addr=tcp://{address}:4567; ist.recv_addr={address}:4568; \
                ist.recv_bind={address}:4568; gcache.size=32M; {provider_options}"
        ),
    ]
}

/// Returns addresses that no other cluster uses, and a port that no other script uses. Both are computed from the
/// process id and the number of the cluster.
fn unused_addresses() -> (Vec<Ipv4Addr>, u16) {
    static COUNT: AtomicU8 = AtomicU8::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let [_, _, high, low] = process::id().to_be_bytes();
    let addresses = (1..=NODES).map(|node| Ipv4Addr::new(127, count * NODES + node, high, low)).collect();
    // Below the range of ephemeral ports.
    let port = 10_000 + u16::from_be_bytes([high, low]) % 1_000 * 20 + u16::from(count % 6 * NODES);
    (addresses, port)
}
