//! Uses of tokens: recorded with each request, written now and then.

use std::error::Error;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokenfolio::{StoreError, TokenUsage, UsageLog};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::log_errors::log_failure;

/// How long uses wait to be written, and so what a crash can lose.
const INTERVAL: Duration = Duration::from_secs(1);
/// How many tokens are written at a time.
const BATCH: NonZeroUsize = NonZeroUsize::new(1_000).expect("1,000 is not zero");

/// A store that adds uses to its tokens: each batch as a whole or not at all.
pub(crate) trait RecordUsage: Send + Sync {
    fn record_usage<'a>(
        &'a self,
        usages: &'a [TokenUsage<i64>],
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;
}

/// A task that writes the uses of tokens to the store once a second, until it is told to finish.
#[derive(Debug)]
pub struct UsageWriter {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), StoreError>>,
}

impl UsageWriter {
    pub(crate) fn start(log: Arc<UsageLog<i64>>, store: Arc<dyn RecordUsage>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(write_until(stopped, log, store)) }
    }

    /// Writes what is left, and ends the task. To be awaited once serving has ended.
    ///
    /// # Errors
    ///
    /// A store that fails. What it could not take is lost.
    pub async fn finish(self) -> Result<(), Box<dyn Error + Send + Sync>> {
        drop(self.stop);
        Ok(self.task.await??)
    }
}

async fn write_until(
    mut stopped: oneshot::Receiver<()>,
    log: Arc<UsageLog<i64>>,
    store: Arc<dyn RecordUsage>,
) -> Result<(), StoreError> {
    while timeout(INTERVAL, &mut stopped).await.is_err() {
        if let Err(error) = write(&log, &*store).await {
            log_failure("uses of tokens wait to be written", &error);
        }
    }
    write(&log, &*store).await
}

/// Writes all uses. Those that the store does not take stay in the log.
async fn write(log: &UsageLog<i64>, store: &dyn RecordUsage) -> Result<(), StoreError> {
    for batch in log.drain(BATCH) {
        if let Err(error) = store.record_usage(&batch).await {
            log.give_back(batch);
            return Err(error);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    use chrono::DateTime;
    use tokenfolio::{StoreErrorKind, TokenId};
    use tokio::time::sleep;

    use super::*;

    /// Keeps the batches it was given, but for those it refused.
    #[derive(Default)]
    struct Batches {
        is_down: AtomicBool,
        refused: Mutex<usize>,
        written: Mutex<Vec<Vec<TokenUsage<i64>>>>,
    }

    impl RecordUsage for Batches {
        fn record_usage<'a>(
            &'a self,
            usages: &'a [TokenUsage<i64>],
        ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
            Box::pin(async move {
                if self.is_down.load(Ordering::Relaxed) {
                    *self.refused.lock().unwrap() += 1;
                    return Err(StoreError::new(StoreErrorKind::Unavailable, "asked to fail"));
                }
                self.written.lock().unwrap().push(usages.to_vec());
                Ok(())
            })
        }
    }

    impl Batches {
        fn written(&self) -> Vec<TokenUsage<i64>> {
            self.written.lock().unwrap().concat()
        }
    }

    fn start() -> (Arc<UsageLog<i64>>, Arc<Batches>, UsageWriter) {
        let (log, store) = (Arc::new(UsageLog::new()), Arc::new(Batches::default()));
        let writer = UsageWriter::start(log.clone(), store.clone());
        (log, store, writer)
    }

    fn record(log: &UsageLog<i64>, id: i64) -> TokenUsage<i64> {
        log.record(&7, TokenId(id), DateTime::UNIX_EPOCH);
        TokenUsage::new(7, id, DateTime::UNIX_EPOCH)
    }

    // The clock is paused: it moves on when all tasks wait for it.

    #[tokio::test(start_paused = true)]
    async fn uses_are_written_after_an_interval_and_when_it_ends() {
        let (log, store, writer) = start();
        let first = record(&log, 1);
        assert_eq!(store.written(), []);
        sleep(INTERVAL * 2).await;
        assert_eq!(store.written(), std::slice::from_ref(&first));
        let second = record(&log, 1);
        writer.finish().await.unwrap();
        assert_eq!(store.written(), [first, second]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_store_does_not_take_is_tried_again_and_written_once() {
        let (log, store, writer) = start();
        store.is_down.store(true, Ordering::Relaxed);
        let usages: Vec<_> = (1..=1_001).map(|id| record(&log, id)).collect();
        sleep(INTERVAL * 3).await;
        assert!(*store.refused.lock().unwrap() > 1, "it was tried once");
        store.is_down.store(false, Ordering::Relaxed);
        sleep(INTERVAL * 2).await;
        assert_eq!(store.written(), usages);
        assert_eq!(store.written.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1]);
        writer.finish().await.unwrap();
        assert_eq!(store.written(), usages);
    }

    #[tokio::test(start_paused = true)]
    async fn uses_that_are_lost_in_the_end_are_an_error() {
        let (log, store, writer) = start();
        store.is_down.store(true, Ordering::Relaxed);
        record(&log, 1);
        let error = writer.finish().await.unwrap_err();
        assert_eq!(error.to_string(), "the token store is unavailable");
    }
}
