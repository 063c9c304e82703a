//! What a run writes and adds up: threads make parts of it, which are put together in order.

use gradino::Result;
use gradino::io::{Block, BlockMaker, EventSink};
use gradino::report::Accumulator;
use gradino::run::{BLOCK, Collector, Tally};
use gradino_core::Event;

/// Sums over events, in the order of their numbers.
#[derive(Clone)]
pub(crate) struct Sums {
    /// Means and their gradients.
    pub(crate) tally: Tally,
    /// What the report shows, if there is one.
    pub(crate) report: Option<Accumulator>,
}

impl Sums {
    /// Adds an event.
    pub(crate) fn add(&mut self, event: &Event) {
        self.tally.add(event);
        if let Some(report) = &mut self.report {
            report.add(event);
        }
    }

    fn merge(&mut self, other: Sums) {
        self.tally.merge(&other.tally);
        if let (Some(report), Some(other)) = (&mut self.report, other.report) {
            report.merge(other);
        }
    }
}

/// A block of the output.
pub(crate) struct Part {
    sums: Sums,
    blocks: Vec<Block>,
}

/// Makes the parts on one thread.
pub(crate) struct Press {
    empty: Sums,
    sums: Sums,
    makers: Vec<BlockMaker>,
}

impl Collector for Press {
    type Part = Part;
    fn take(&mut self, event: &Event) -> Result<()> {
        self.sums.add(event);
        self.makers.iter_mut().try_for_each(|maker| maker.push(event))
    }
    fn end_block(&mut self) -> Result<Part> {
        let sums = std::mem::replace(&mut self.sums, self.empty.clone());
        let blocks = self.makers.iter_mut().map(BlockMaker::take).collect::<Result<_>>()?;
        Ok(Part { sums, blocks })
    }
}

/// The files and sums of a run.
pub(crate) struct Output {
    sinks: Vec<EventSink>,
    empty: Sums,
    sums: Sums,
    /// Sums of the block that [`Output::add_held`] has begun.
    open: Option<Sums>,
}

impl Output {
    /// Files without events, and empty sums.
    pub(crate) fn new(sinks: Vec<EventSink>, empty: Sums) -> Self {
        Output { sinks, sums: empty.clone(), empty, open: None }
    }

    /// Adds an event that is in the files already to the sums. The sums of a resumed run are those of the
    /// whole run to the bit, because both are summed block by block.
    pub(crate) fn add_held(&mut self, event: &Event) {
        self.open.get_or_insert_with(|| self.empty.clone()).add(event);
        if (event.number + 1).is_multiple_of(BLOCK) {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        if let Some(block) = self.open.take() {
            self.sums.merge(block);
        }
    }

    /// A maker of parts for one thread, and a function that puts the parts together.
    pub(crate) fn split(&mut self) -> (impl Fn() -> Press + Sync, impl FnMut(Part) -> Result<()> + Send) {
        self.close_block();
        let Output { sinks, empty, sums, .. } = self;
        let makers: Vec<BlockMaker> = sinks.iter().map(EventSink::block_maker).collect();
        let empty = &*empty;
        let press = move || Press {
            empty: empty.clone(),
            sums: empty.clone(),
            makers: makers.iter().map(BlockMaker::another).collect(),
        };
        let write = move |part: Part| {
            sums.merge(part.sums);
            sinks.iter_mut().zip(part.blocks).try_for_each(|(sink, block)| sink.append(block))
        };
        (press, write)
    }

    /// Ends the files as valid ones of the first `events` events, all that were promised or fewer, and
    /// gives the sums. Without this call there will be no files.
    pub(crate) fn finish(self, events: u64) -> Result<Sums> {
        for sink in self.sinks {
            sink.finish_early(events)?;
        }
        Ok(self.sums)
    }
}
