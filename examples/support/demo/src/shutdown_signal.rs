//! The signals that end a server.

use std::io;

/// Starts to listen for SIGTERM and ctrl-c, and returns a future that waits for the first of them.
///
/// Call it before the startup message is printed. Until then, a signal ends the process immediately.
///
/// # Errors
///
/// Fails if the system accepts no more signal handlers.
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

/// Starts to listen for ctrl-c, and returns a future that waits for it.
///
/// Call it before the startup message is printed. Until then, ctrl-c ends the process immediately.
///
/// # Errors
///
/// Fails if the system accepts no more signal handlers.
#[cfg(windows)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { interrupt.recv().await.unwrap_or_default() })
}
