//! From arguments to everything that a server needs.

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use chrono::Utc;
use tokenfolio::{ListTokens, PageRules, UsageLog};

use crate::arguments::{Arguments, page_urls};
use crate::secrets::Secrets;
use crate::startup_message::StartupMessage;
use crate::stores::{self, Authenticator, Opened, Store};
use crate::usage::UsageWriter;

/// The path that the endpoint is served at, whatever links begin with.
pub const PATH: &str = "/api/v1/me/tokens";

/// The endpoint, over whichever store was chosen.
pub type Endpoint = ListTokens<Store, Authenticator>;

/// Everything that a server needs.
#[derive(Debug)]
pub struct Demo {
    /// Where callers come in. It already listens, and does not block, as asynchronous runtimes need it.
    pub listener: TcpListener,
    /// What answers at [`PATH`].
    pub endpoint: Endpoint,
    /// What to print before serving.
    pub startup_message: StartupMessage,
    /// What writes the uses of tokens, and is to finish once serving has ended.
    pub usage_writer: UsageWriter,
}

impl Demo {
    /// Binds the port, opens the store, fills it with demo data if it has none, and makes new secrets.
    ///
    /// # Errors
    ///
    /// A port that is taken, or a store that cannot be opened or filled.
    pub async fn start(arguments: Arguments) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let urls = match arguments.base {
            Some(urls) => urls,
            None => page_urls(&url)?,
        };
        let secrets = Secrets::generate()?;
        let Opened { store, authenticator, usage } = stores::open(&arguments.store, &secrets, Utc::now()).await?;
        let rules = PageRules::default();
        let rules = if arguments.lenient { rules.lenient() } else { rules };
        let log = Arc::new(UsageLog::new());
        let endpoint = ListTokens::new(store, authenticator, urls).with_page_rules(rules).with_usage_log(log.clone());
        let usage_writer = UsageWriter::start(log, usage);
        Ok(Self { listener, endpoint, startup_message: StartupMessage { url, secrets }, usage_writer })
    }
}
