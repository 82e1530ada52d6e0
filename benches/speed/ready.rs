//! Futures that wait for nothing.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Returns what a future is ready with at once, as a runtime's task would that is already there: nothing is allocated.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}
