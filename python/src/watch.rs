//! Work beside the interpreter: it goes on in a thread of its own, while the thread that called looks
//! for Ctrl-C and tells the progress.

use crate::error::raise;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Time between two looks: short for a person, long against the looks.
const LOOK: Duration = Duration::from_millis(50);

/// What the work and its watcher tell each other.
#[derive(Default)]
pub(crate) struct Signals {
    /// Whether the work shall end early.
    pub(crate) cancel: AtomicBool,
    /// Events that are done.
    pub(crate) done: AtomicU64,
}

impl Signals {
    /// Tells how many events are done. Whether the work shall go on.
    pub(crate) fn tell(&self, done: u64) -> bool {
        self.done.store(done, Ordering::Relaxed);
        !self.cancel.load(Ordering::Relaxed)
    }
}

/// Does `work` without the interpreter lock. Ctrl-C, or an exception of `progress` (which hears the
/// number of events done), cancels the work and is raised when it has ended.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&Signals) -> gradino::Result<T> + Send,
) -> PyResult<T> {
    let signals = Signals::default();
    let look = |py: Python<'_>| {
        let done = signals.done.load(Ordering::Relaxed);
        progress.as_ref().map_or(Ok(()), |p| p.call1(py, (done,)).map(drop))
    };
    beside(py, &signals.cancel, look, || work(&signals))
}

/// Does `work` without the interpreter lock, while this thread `look`s from time to time. Ctrl-C, or an exception
/// of `look`, sets `cancel` and is raised when the work has ended.
pub(crate) fn beside<T: Send>(
    py: Python<'_>,
    cancel: &AtomicBool,
    look: impl Fn(Python<'_>) -> PyResult<()> + Sync,
    work: impl FnOnce() -> gradino::Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| {
        std::thread::scope(|scope| {
            let (end, ended) = mpsc::channel::<()>();
            let worker = scope.spawn(move || {
                let _end = end;
                work()
            });
            let mut interruption = None;
            while ended.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                let seen = || Python::attach(|py| py.check_signals().and_then(|()| look(py)));
                if interruption.is_none()
                    && let Err(error) = seen()
                {
                    cancel.store(true, Ordering::Relaxed);
                    interruption = Some(error);
                }
            }
            let result = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            match interruption {
                Some(error) => Err(error),
                None => result.map_err(raise),
            }
        })
    })
}
