//! The run loop: threads draw blocks of events and make parts of the output of them; the parts are put
//! in order by whichever thread has just finished one.
//!
//! No thread only writes, and no event goes from one core to another: what is handed over is what a thread
//! has made of a block, such as sums or compressed text.

use super::EventSource;
use crate::error::{Error, Result};
use gradino_core::Event;
use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A block ends where the number of an event is a multiple of this: large against the cost of handing
/// it over, small against the time between two looks at the cancel flag.
pub const BLOCK: u64 = 512;
/// Blocks for each thread that may be drawn before the lowest one is written.
const BLOCKS_AHEAD: u64 = 4;
/// Time between two reports of the progress: short for a person, long against a block.
const PROGRESS: Duration = Duration::from_millis(50);

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Numbers of the events.
    pub events: Range<u64>,
    /// Threads that draw events; 0: one for each core.
    pub threads: usize,
}

impl Plan {
    /// Events on a number of threads.
    pub fn new(events: Range<u64>, threads: usize) -> Self {
        Plan { events, threads }
    }

    fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// Numbers of the events of a block; `None` behind the last one.
    fn block(&self, index: u64) -> Option<Range<u64>> {
        let Range { start, end } = self.events;
        let from = (start / BLOCK).checked_add(index)?.checked_mul(BLOCK)?;
        let block = from.max(start)..end.min(from.saturating_add(BLOCK));
        (!block.is_empty()).then_some(block)
    }
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Numbers of the events that were written.
    pub written: Range<u64>,
    /// Whether the run was cancelled before its end.
    pub interrupted: bool,
}

/// Makes a part of the output of each block of events; every thread has its own.
pub trait Collector {
    /// What is made of a block.
    type Part: Send;
    /// Takes the next event of the block.
    fn take(&mut self, event: &Event) -> Result<()>;
    /// Ends the block.
    fn end_block(&mut self) -> Result<Self::Part>;
}

/// Collects copies of the events themselves, for those who want to see them in order on one thread.
#[derive(Debug, Default)]
pub struct Copies(Vec<Event>);

impl Collector for Copies {
    type Part = Vec<Event>;
    fn take(&mut self, event: &Event) -> Result<()> {
        self.0.push(event.clone());
        Ok(())
    }
    fn end_block(&mut self) -> Result<Vec<Event>> {
        Ok(std::mem::take(&mut self.0))
    }
}

/// Draws the events of `plan`, has the threads make parts of them with `collector`, and hands the parts,
/// in order, to `write`.
///
/// `progress` hears, on the calling thread, the number of written events now and then and at the end. When
/// `cancel` becomes true, the blocks that were begun are finished and written, and the run ends. A panic in
/// `source` becomes [`Error::Worker`]; the blocks before it are written. Memory is bounded by four parts for
/// each thread.
pub fn run<S: EventSource, C: Collector>(
    source: &S,
    plan: &Plan,
    cancel: &AtomicBool,
    collector: impl Fn() -> C + Sync,
    write: impl FnMut(C::Part) -> Result<()> + Send,
    mut progress: impl FnMut(u64),
) -> Result<Outcome> {
    let order = Order::new(plan, cancel, write);
    let mut told = 0;
    std::thread::scope(|scope| {
        let threads = plan.threads();
        let handles: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| work(source, &collector, &order))).collect();
        while !handles.iter().all(|h| h.is_finished()) {
            order.wait_for_end(threads);
            let written = order.written();
            if written > told {
                told = written;
                progress(written);
            }
        }
    });
    let done = plan.events.start + order.written();
    order.end()?;
    Ok(Outcome { written: plan.events.start..done, interrupted: done < plan.events.end })
}

/// One thread: draws blocks until there is none left, or nobody wants them.
fn work<S: EventSource, C: Collector, W: FnMut(C::Part) -> Result<()>>(
    source: &S,
    collector: &impl Fn() -> C,
    order: &Order<'_, C::Part, W>,
) {
    let mut artist = Artist { source, scratch: None, event: Event::new(), collector: collector() };
    while let Some((index, numbers)) = order.claim() {
        let events = numbers.end - numbers.start;
        order.deliver(index, events, artist.draw(numbers));
    }
    order.thread_ended();
}

/// Puts parts in order. The thread that delivers a part while nobody writes writes it and all that
/// follow on it; other threads go on drawing.
struct Order<'a, P, W> {
    plan: &'a Plan,
    cancel: &'a AtomicBool,
    state: Mutex<State<P>>,
    /// Heard by threads that wait for the lowest block.
    moved: Condvar,
    /// Heard by the caller who waits for the end.
    ended: Condvar,
    write: Mutex<W>,
    written: AtomicU64,
}

struct State<P> {
    /// The next block to draw.
    claimed: u64,
    /// The next block to write.
    next: u64,
    waiting: BTreeMap<u64, (u64, Result<P>)>,
    is_writing: bool,
    ended_threads: usize,
    failure: Option<Error>,
}

impl<'a, P, W: FnMut(P) -> Result<()>> Order<'a, P, W> {
    fn new(plan: &'a Plan, cancel: &'a AtomicBool, write: W) -> Self {
        let state = State {
            claimed: 0,
            next: 0,
            waiting: BTreeMap::new(),
            is_writing: false,
            ended_threads: 0,
            failure: None,
        };
        let (state, write) = (Mutex::new(state), Mutex::new(write));
        Order {
            plan,
            cancel,
            state,
            moved: Condvar::new(),
            ended: Condvar::new(),
            write,
            written: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of events that were written.
    fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// The next block to draw. Waits while too many are drawn but not written: the lowest of them is
    /// being drawn or written by another thread, so that this ends.
    fn claim(&self) -> Option<(u64, Range<u64>)> {
        let ahead = BLOCKS_AHEAD * self.plan.threads() as u64;
        let is_far = |state: &mut State<P>| state.claimed >= state.next + ahead && state.failure.is_none();
        let waited = self.moved.wait_while(self.state(), is_far);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.failure.is_some() || self.cancel.load(Ordering::Relaxed) {
            return None;
        }
        let index = state.claimed;
        let numbers = self.plan.block(index)?;
        state.claimed += 1;
        Some((index, numbers))
    }

    fn deliver(&self, index: u64, events: u64, part: Result<P>) {
        let mut state = self.state();
        state.waiting.insert(index, (events, part));
        if state.is_writing || state.failure.is_some() {
            return;
        }
        state.is_writing = true;
        let mut write = self.write.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let next = state.next;
            let Some((events, part)) = state.waiting.remove(&next) else { break };
            drop(state);
            let first = self.plan.events.start + self.written();
            let result = catch_unwind(AssertUnwindSafe(|| part.and_then(&mut *write)))
                .unwrap_or_else(|panic| Err(panicked(first, panic.as_ref())));
            state = self.state();
            if let Err(error) = result {
                state.failure = Some(error);
                break;
            }
            state.next += 1;
            self.written.fetch_add(events, Ordering::Relaxed);
            self.moved.notify_all();
        }
        state.is_writing = false;
        self.moved.notify_all();
    }

    fn thread_ended(&self) {
        self.state().ended_threads += 1;
        self.ended.notify_all();
    }

    /// Waits until all threads have ended, or for a while.
    fn wait_for_end(&self, threads: usize) {
        let goes_on = |state: &mut State<P>| state.ended_threads < threads;
        // Who comes too early only looks once more.
        let _ = self.ended.wait_timeout_while(self.state(), PROGRESS, goes_on);
    }

    fn end(self) -> Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.failure.map_or(Ok(()), Err)
    }
}

/// Draws blocks with the memory of one thread.
struct Artist<'a, S: EventSource, C> {
    source: &'a S,
    scratch: Option<S::Scratch>,
    event: Event,
    collector: C,
}

impl<S: EventSource, C: Collector> Artist<'_, S, C> {
    fn draw(&mut self, numbers: Range<u64>) -> Result<C::Part> {
        let current = Cell::new(numbers.start);
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let scratch = self.scratch.get_or_insert_with(|| self.source.scratch());
            for number in numbers {
                current.set(number);
                self.source.draw(number, scratch, &mut self.event);
                self.collector.take(&self.event)?;
            }
            self.collector.end_block()
        }));
        drawn.unwrap_or_else(|panic| Err(panicked(current.get(), panic.as_ref())))
    }
}

fn panicked(event: u64, panic: &(dyn Any + Send)) -> Error {
    Error::Worker { event, reason: panic_text(panic) }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown reason".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{FourVector, Particle, Purpose, Status, Stream};
    use proptest::prelude::*;

    /// Gammas of random energies, a random number of them.
    struct Toy {
        seed: u64,
        fails_at: u64,
    }

    impl EventSource for Toy {
        type Scratch = u64;
        fn scratch(&self) -> u64 {
            0
        }
        fn draw(&self, number: u64, scratch: &mut u64, event: &mut Event) {
            assert_ne!(number, self.fails_at, "event {number} cannot be");
            *scratch += 1;
            event.clear(number);
            let mut stream = Stream::new(self.seed, number, Purpose::Test);
            for _ in 0..1 + number % 4 {
                let e = stream.uniform();
                let momentum = FourVector::new(e, 0.0, 0.0, e);
                let (status, mass) = (Status::Final, 0.0);
                event.particles.push(Particle { pdg: 22, status, momentum, mass, charge: 0, state: None });
            }
        }
    }

    const NEVER: u64 = u64::MAX;

    fn collect(plan: &Plan) -> Vec<Event> {
        let mut events = Vec::new();
        let toy = Toy { seed: 5, fails_at: NEVER };
        let write = |part: Vec<Event>| {
            events.extend(part);
            Ok(())
        };
        let outcome =
            run(&toy, plan, &AtomicBool::new(false), Copies::default, write, |_| {}).expect("no failure");
        assert_eq!(outcome, Outcome { written: plan.events.clone(), interrupted: false });
        events
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn threads_and_slices_change_nothing(
            threads in 1usize..6, first in 0u64..2000, count in 0u64..4000, cut in 0u64..4000,
        ) {
            let all = first..first + count;
            let reference = collect(&Plan::new(all.clone(), 1));
            prop_assert!(reference.iter().map(|e| e.number).eq(all.clone()));
            prop_assert!(collect(&Plan::new(all.clone(), threads)) == reference);
            let middle = first + cut.min(count);
            let mut slices = collect(&Plan::new(all.start..middle, threads));
            slices.extend(collect(&Plan::new(middle..all.end, threads)));
            prop_assert!(slices == reference);
        }
    }

    #[test]
    fn blocks_end_at_the_same_events_wherever_a_run_begins() {
        let plan = Plan::new(BLOCK - 1..2 * BLOCK + 1, 1);
        let blocks: Vec<_> = (0..).map_while(|i| plan.block(i)).collect();
        assert_eq!(blocks, [BLOCK - 1..BLOCK, BLOCK..2 * BLOCK, 2 * BLOCK..2 * BLOCK + 1]);
        assert_eq!(Plan::new(7..7, 1).block(0), None);
        assert_eq!(Plan::new(u64::MAX - 1..u64::MAX, 1).block(0), Some(u64::MAX - 1..u64::MAX));
    }

    #[test]
    fn a_cancelled_run_has_written_the_first_events_and_knows_how_many() {
        for threads in [1, 3] {
            let cancel = AtomicBool::new(false);
            let mut numbers = Vec::new();
            let plan = Plan::new(10..1_000_000, threads);
            let write = |part: Vec<Event>| {
                numbers.extend(part.iter().map(|e| e.number));
                cancel.store(numbers.len() >= 5000, Ordering::Relaxed);
                Ok(())
            };
            let toy = Toy { seed: 1, fails_at: NEVER };
            let outcome = run(&toy, &plan, &cancel, Copies::default, write, |_| {}).expect("no failure");
            assert!(outcome.interrupted && outcome.written.end < 20_000);
            assert!(numbers.iter().copied().eq(outcome.written));
        }
    }

    #[test]
    fn a_panic_is_an_error_that_names_the_event() {
        std::panic::set_hook(Box::new(|_| {}));
        for threads in [1, 4] {
            let plan = Plan::new(0..50_000, threads);
            let mut written = 0;
            let write = |part: Vec<Event>| {
                written += part.len() as u64;
                Ok(())
            };
            let toy = Toy { seed: 1, fails_at: 5777 };
            let error = run(&toy, &plan, &AtomicBool::new(false), Copies::default, write, |_| {})
                .expect_err("it panics");
            let Error::Worker { event: 5777, reason } = &error else { panic!("{error}") };
            assert!(reason.contains("event 5777 cannot be"), "{reason}");
            assert_eq!(written, 5777 / BLOCK * BLOCK, "the blocks before it are written");
            let write = |_: Vec<Event>| -> Result<()> { panic!("no paper") };
            let toy = Toy { seed: 1, fails_at: NEVER };
            let error = run(&toy, &plan, &AtomicBool::new(false), Copies::default, write, |_| {})
                .expect_err("the writer panics");
            assert!(error.to_string().contains("no paper"), "{error}");
        }
        let _ = std::panic::take_hook();
    }

    #[test]
    fn a_writer_that_fails_ends_the_run_and_its_threads() {
        for threads in [1, 4] {
            let plan = Plan::new(0..1_000_000_000, threads);
            let full = Error::DiskFull { path: "a.hepmc3".into() };
            let write = |part: Vec<Event>| if part[0].number < 5000 { Ok(()) } else { Err(full.clone()) };
            let toy = Toy { seed: 1, fails_at: NEVER };
            let result = run(&toy, &plan, &AtomicBool::new(false), Copies::default, write, |_| {});
            assert_eq!(result, Err(full.clone()));
        }
    }

    #[test]
    fn progress_grows_up_to_the_number_of_events() {
        let mut heard = Vec::new();
        let plan = Plan::new(100..300_000, 2);
        let toy = Toy { seed: 1, fails_at: NEVER };
        run(&toy, &plan, &AtomicBool::new(false), Copies::default, |_| Ok(()), |n| heard.push(n))
            .expect("no failure");
        assert!(heard.is_sorted());
        assert_eq!(heard.last(), Some(&299_900));
    }
}
