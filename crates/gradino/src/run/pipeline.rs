//! The run loop: threads draw batches of events, one writer receives them in order.

use super::EventSource;
use crate::error::{Error, Result};
use gradino_core::Event;
use std::any::Any;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Events of a batch: large against the cost of handing it over, small against the time between two
/// looks at the cancel flag.
const DEFAULT_BATCH: usize = 128;
/// Batches in flight for each thread: one that is drawn, the others wait to be written.
const BUFFERS_PER_THREAD: usize = 4;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Numbers of the events.
    pub events: Range<u64>,
    /// Threads that draw events; 0: one for each core.
    pub threads: usize,
    /// Events of a batch.
    pub batch: usize,
}

impl Plan {
    /// With batches of the default size.
    pub fn new(events: Range<u64>, threads: usize) -> Self {
        Plan { events, threads, batch: DEFAULT_BATCH }
    }

    fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// Numbers of the events of a batch; `None` behind the last one.
    fn batch(&self, index: u64) -> Option<Range<u64>> {
        let size = self.batch.max(1) as u64;
        let first = self.events.start.checked_add(index.checked_mul(size)?)?;
        (first < self.events.end).then(|| first..self.events.end.min(first.saturating_add(size)))
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

/// Draws the events of `plan` and hands them, in order, to `write`.
///
/// `progress` hears the number of written events after each batch. When `cancel` becomes true, the
/// batches that were begun are finished and written, and the run ends. A panic in `source` becomes
/// [`Error::Worker`]. Memory is bounded by four batches for each thread.
pub fn run<S: EventSource>(
    source: &S,
    plan: &Plan,
    cancel: &AtomicBool,
    mut write: impl FnMut(&Event) -> Result<()>,
    mut progress: impl FnMut(u64),
) -> Result<Outcome> {
    let mut done = plan.events.start;
    let mut take = |events: &[Event]| {
        events.iter().try_for_each(&mut write)?;
        done += events.len() as u64;
        progress(done - plan.events.start);
        Ok(())
    };
    match plan.threads() {
        1 => run_here(source, plan, cancel, &mut take)?,
        threads => run_threads(source, plan, threads, cancel, &mut take)?,
    }
    Ok(Outcome { written: plan.events.start..done, interrupted: done < plan.events.end })
}

fn run_here<S: EventSource>(
    source: &S,
    plan: &Plan,
    cancel: &AtomicBool,
    take: &mut dyn FnMut(&[Event]) -> Result<()>,
) -> Result<()> {
    let mut artist = Artist::new(source);
    let mut buffer = Vec::new();
    for index in 0.. {
        let Some(numbers) = plan.batch(index) else { break };
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        artist.draw(numbers, &mut buffer)?;
        take(&buffer)?;
    }
    Ok(())
}

/// The batches that are still to be drawn, with the empty buffers to draw them into.
///
/// A thread takes a buffer and a number together, so the lowest unwritten batch always has a buffer
/// and the writer never waits for one that cannot come.
struct Feed<'a> {
    plan: &'a Plan,
    cancel: &'a AtomicBool,
    next: Mutex<(u64, Receiver<Vec<Event>>)>,
}

impl Feed<'_> {
    fn next(&self) -> Option<(u64, Range<u64>, Vec<Event>)> {
        let mut guard = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let buffer = guard.1.recv().ok()?;
        if self.cancel.load(Ordering::Relaxed) {
            return None;
        }
        let index = guard.0;
        let numbers = self.plan.batch(index)?;
        guard.0 += 1;
        Some((index, numbers, buffer))
    }
}

type Drawn = (u64, Result<Vec<Event>>);

fn run_threads<S: EventSource>(
    source: &S,
    plan: &Plan,
    threads: usize,
    cancel: &AtomicBool,
    take: &mut dyn FnMut(&[Event]) -> Result<()>,
) -> Result<()> {
    let (give_back, empty) = channel();
    for _ in 0..threads * BUFFERS_PER_THREAD {
        give_back.send(Vec::new()).expect("the receiver lives");
    }
    let (sender, drawn) = channel();
    let feed = Feed { plan, cancel, next: Mutex::new((0, empty)) };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, feed) = (sender.clone(), &feed);
            scope.spawn(move || work(source, feed, &sender));
        }
        drop(sender);
        write_in_order(&drawn, give_back, take)
    })
}

/// One thread: draws batches until there is none left, or nobody wants them.
fn work<S: EventSource>(source: &S, feed: &Feed<'_>, sender: &Sender<Drawn>) {
    let mut artist = Artist::new(source);
    while let Some((index, numbers, mut buffer)) = feed.next() {
        let result = artist.draw(numbers, &mut buffer);
        let failed = result.is_err();
        if sender.send((index, result.map(|()| buffer))).is_err() || failed {
            return;
        }
    }
}

/// The writer: puts the batches in order. Returning drops `give_back`, and that ends the threads.
fn write_in_order(
    drawn: &Receiver<Drawn>,
    give_back: Sender<Vec<Event>>,
    take: &mut dyn FnMut(&[Event]) -> Result<()>,
) -> Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (index, result) in drawn {
        waiting.insert(index, result);
        while let Some(result) = waiting.remove(&next) {
            let buffer = result?;
            take(&buffer)?;
            next += 1;
            // Nobody takes it back once all threads have ended.
            let _ = give_back.send(buffer);
        }
    }
    Ok(())
}

/// Draws batches with the memory of one thread.
struct Artist<'a, S: EventSource> {
    source: &'a S,
    scratch: Option<S::Scratch>,
}

impl<'a, S: EventSource> Artist<'a, S> {
    fn new(source: &'a S) -> Self {
        Artist { source, scratch: None }
    }

    fn draw(&mut self, numbers: Range<u64>, buffer: &mut Vec<Event>) -> Result<()> {
        let mut current = numbers.start;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            let scratch = self.scratch.get_or_insert_with(|| self.source.scratch());
            buffer.resize_with((numbers.end - numbers.start) as usize, Event::new);
            for (event, number) in buffer.iter_mut().zip(numbers) {
                current = number;
                self.source.draw(number, scratch, event);
            }
        }));
        attempt.map_err(|panic| Error::Worker { event: current, reason: panic_text(panic.as_ref()) })
    }
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
        let write = |event: &Event| {
            events.push(event.clone());
            Ok(())
        };
        let outcome = run(&toy, plan, &AtomicBool::new(false), write, |_| {}).expect("no failure");
        assert_eq!(outcome, Outcome { written: plan.events.clone(), interrupted: false });
        events
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn threads_batches_and_slices_change_nothing(
            threads in 1usize..6, batch in 1usize..70, first in 0u64..90, count in 0u64..300, cut in 0u64..300,
        ) {
            let all = first..first + count;
            let reference = collect(&Plan { events: all.clone(), threads: 1, batch: 512 });
            prop_assert_eq!(&collect(&Plan { events: all.clone(), threads, batch }), &reference);
            let middle = first + cut.min(count);
            let mut slices = collect(&Plan { events: first..middle, threads, batch });
            slices.extend(collect(&Plan { events: middle..all.end, threads, batch }));
            prop_assert_eq!(slices, reference);
        }
    }

    #[test]
    fn a_cancelled_run_has_written_the_first_events_and_knows_how_many() {
        for threads in [1, 3] {
            let cancel = AtomicBool::new(false);
            let mut numbers = Vec::new();
            let plan = Plan { events: 10..100_000, threads, batch: 7 };
            let write = |event: &Event| {
                numbers.push(event.number);
                cancel.store(event.number >= 500, Ordering::Relaxed);
                Ok(())
            };
            let toy = Toy { seed: 1, fails_at: NEVER };
            let outcome = run(&toy, &plan, &cancel, write, |_| {}).expect("no failure");
            assert!(outcome.interrupted && outcome.written.end < 1000);
            assert!(numbers.iter().copied().eq(outcome.written));
        }
    }

    #[test]
    fn a_panic_is_an_error_that_names_the_event() {
        std::panic::set_hook(Box::new(|_| {}));
        for threads in [1, 4] {
            let plan = Plan { events: 0..5000, threads, batch: 16 };
            let mut written = 0;
            let write = |_: &Event| {
                written += 1;
                Ok(())
            };
            let toy = Toy { seed: 1, fails_at: 777 };
            let error = run(&toy, &plan, &AtomicBool::new(false), write, |_| {}).expect_err("it panics");
            let Error::Worker { event: 777, reason } = &error else { panic!("{error}") };
            assert!(reason.contains("event 777 cannot be"), "{reason}");
            assert_eq!(written, 768, "the batches before it are written");
        }
        let _ = std::panic::take_hook();
    }

    #[test]
    fn a_writer_that_fails_ends_the_run_and_its_threads() {
        for threads in [1, 4] {
            let plan = Plan { events: 0..1_000_000_000, threads, batch: 16 };
            let full = Error::DiskFull { path: "a.hepmc3".into() };
            let write = |e: &Event| if e.number < 100 { Ok(()) } else { Err(full.clone()) };
            let toy = Toy { seed: 1, fails_at: NEVER };
            assert_eq!(run(&toy, &plan, &AtomicBool::new(false), write, |_| {}), Err(full.clone()));
        }
    }

    #[test]
    fn progress_counts_up_to_the_number_of_events() {
        let mut heard = Vec::new();
        let plan = Plan { events: 100..200, threads: 2, batch: 30 };
        let toy = Toy { seed: 1, fails_at: NEVER };
        run(&toy, &plan, &AtomicBool::new(false), |_| Ok(()), |n| heard.push(n)).expect("no failure");
        assert_eq!(heard, [30, 60, 90, 100]);
    }
}
