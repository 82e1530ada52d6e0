//! Everything that a server needs, from its arguments.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context;
use chrono::Utc;
use tokenfolio::{ListTokens, UsageLog};

use crate::arguments::{self, Arguments};
use crate::log::log_problem;
use crate::startup_message::StartupMessage;
use crate::stores::{self, Authenticator, Opened, Store};
use crate::usage::UsageWriter;

/// The path of the endpoint. `--base` changes only the links.
pub const PATH: &str = "/api/v1/me/tokens";

/// The endpoint, over the chosen store.
pub type Endpoint = ListTokens<Store, Authenticator>;

/// Everything that a server needs.
#[derive(Debug)]
pub struct Demo {
    /// The listening socket. It is non-blocking, as asynchronous runtimes require.
    pub listener: TcpListener,
    /// The endpoint at [`PATH`].
    pub endpoint: Endpoint,
    /// The message to print before serving.
    pub startup_message: StartupMessage,
    /// The task to finish after serving.
    pub usage_writer: UsageWriter,
}

impl Demo {
    /// Binds the port, opens the store, adds the demo data if the store is empty, and generates new secrets.
    ///
    /// # Errors
    ///
    /// Fails if the port is taken, or if the store cannot be opened or filled.
    pub async fn start(arguments: Arguments) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
        let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let trusted_proxies = arguments.trusted_proxies();
        let mut pagination = match arguments.base {
            Some(pagination) => pagination,
            None => arguments::pagination(&url)?,
        };
        pagination = pagination.with_status_filter("status")?.with_direction("direction")?;
        if arguments.lenient {
            pagination = pagination.lenient();
        }
        let Opened { store, authenticator, usage, secrets } = stores::open(&arguments.store, Utc::now()).await?;
        let log = Arc::new(UsageLog::new());
        let mut endpoint = ListTokens::new(store, authenticator, pagination)
            .with_usage_log(Arc::clone(&log))
            .with_problem_hook(log_problem);
        if let Some(proxies) = trusted_proxies {
            endpoint = endpoint.with_trusted_proxies(proxies);
        }
        let usage_writer = UsageWriter::start(log, usage);
        Ok(Self { listener, endpoint, startup_message: StartupMessage { url, secrets }, usage_writer })
    }
}
