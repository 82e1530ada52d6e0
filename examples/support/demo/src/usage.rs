//! Usage of tokens: recorded in memory with each request, written to the store once a second.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokenfolio::{StoreError, UsageBatch, UsageLog};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::log::log_error;

/// The interval between two writes. If all writes succeed, a crash loses at most the usage of one interval.
const INTERVAL: Duration = Duration::from_secs(1);
/// The maximum number of tokens in a batch.
const BATCH: NonZeroUsize = NonZeroUsize::new(1_000).expect("1,000 is not zero");

pub(crate) type RecordUsageFuture<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

/// A store that adds usage to its tokens.
pub(crate) trait RecordUsage: Send + Sync {
    /// Adds a batch. After an error, the batch retains the usage that was not written.
    fn record_batch<'a>(&'a self, batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a>;
}

/// A task that writes the usage of tokens to the store once a second.
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

    /// Writes the rest and ends the task. Call it after the server has stopped.
    ///
    /// # Errors
    ///
    /// Fails if the store fails. Usage that is not written is lost.
    pub async fn finish(self) -> anyhow::Result<()> {
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
            log_error("usage is not written yet", &error);
        }
    }
    write(&log, &*store).await
}

/// Writes all usage. If the store fails or the future is dropped, the usage that is not written stays in the log.
///
/// If a store writes only a part of a batch, one of its nodes has failed. The other batches can still be written, so
/// this continues with them.
async fn write(log: &UsageLog<i64>, store: &dyn RecordUsage) -> Result<(), StoreError> {
    let mut result = Ok(());
    for mut batch in log.drain(BATCH) {
        let len = batch.len();
        match store.record_batch(&mut batch).await {
            Ok(()) => drop(batch.commit()),
            Err(error) if batch.len() < len => result = Err(error),
            Err(error) => return Err(error),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    use chrono::DateTime;
    use tokenfolio::{StoreErrorKind, TokenId, TokenUsage};
    use tokio::time::sleep;

    use super::*;

    /// A store that collects the batches that it receives, and fails while it is down.
    #[derive(Default)]
    struct Batches {
        is_down: AtomicBool,
        rejected: Mutex<usize>,
        written: Mutex<Vec<Vec<TokenUsage<i64>>>>,
    }

    impl RecordUsage for Batches {
        fn record_batch<'a>(&'a self, batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a> {
            Box::pin(async move {
                if self.is_down.load(Ordering::Relaxed) {
                    *self.rejected.lock().unwrap() += 1;
                    return Err(StoreError::new(StoreErrorKind::Unavailable, "asked to fail"));
                }
                self.written.lock().unwrap().push(batch.to_vec());
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
        let log = Arc::new(UsageLog::new());
        let store = Arc::new(Batches::default());
        let writer = UsageWriter::start(log.clone(), store.clone());
        (log, store, writer)
    }

    fn record(log: &UsageLog<i64>, id: i64) -> TokenUsage<i64> {
        log.record(&7, TokenId(id), DateTime::UNIX_EPOCH);
        TokenUsage::new(7, id, DateTime::UNIX_EPOCH)
    }

    // The clock is paused. It advances when all tasks wait for it.

    #[tokio::test(start_paused = true)]
    async fn usage_is_written_after_an_interval_and_at_the_end() {
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
    async fn usage_that_a_store_rejects_is_written_once_later() {
        let (log, store, writer) = start();
        store.is_down.store(true, Ordering::Relaxed);
        let recorded: Vec<_> = (1..=1_001).map(|id| record(&log, id)).collect();
        sleep(INTERVAL * 3).await;
        assert!(*store.rejected.lock().unwrap() > 1, "the writer did not retry");
        store.is_down.store(false, Ordering::Relaxed);
        sleep(INTERVAL * 2).await;
        assert_eq!(store.written(), recorded);
        assert_eq!(store.written.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1]);
        writer.finish().await.unwrap();
        assert_eq!(store.written(), recorded);
    }

    /// A store whose writes never end.
    struct Stuck;

    impl RecordUsage for Stuck {
        fn record_batch<'a>(&'a self, _batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a> {
            Box::pin(pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn usage_stays_in_the_log_if_its_write_is_cancelled() {
        let log = UsageLog::new();
        for id in 1..=2_001 {
            record(&log, id);
        }
        timeout(INTERVAL, write(&log, &Stuck)).await.unwrap_err();
        assert_eq!(log.len(), 2_001);
        let store = Batches::default();
        write(&log, &store).await.unwrap();
        assert_eq!((store.written().len(), log.len()), (2_001, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn usage_that_is_lost_at_the_end_is_an_error() {
        let (log, store, writer) = start();
        store.is_down.store(true, Ordering::Relaxed);
        record(&log, 1);
        let error = writer.finish().await.unwrap_err();
        assert_eq!(error.to_string(), "the store is unavailable");
    }
}
