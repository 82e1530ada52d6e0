//! When a server is to end.

use std::io;

/// Starts to listen for SIGTERM and ctrl-c, and returns what waits for the first of them.
///
/// To be called before the announcement: until then, a signal ends the process at once.
///
/// # Errors
///
/// A system that takes no more handlers.
#[cfg(unix)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Starts to listen for ctrl-c, and returns what waits for it.
///
/// To be called before the announcement: until then, it ends the process at once.
///
/// # Errors
///
/// A system that takes no more handlers.
#[cfg(windows)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { interrupt.recv().await.unwrap_or_default() })
}
