//! The run: events in order from any number of threads, slices, resuming, sums, and a readable chain.
//!
//! Event number n depends on the seed and n alone, and what is made of the events is put together in the
//! order of blocks that the numbers decide. So the number of threads, slices (`--events A:B`) and an
//! interruption change nothing in the output, to the bit.

mod chain_text;
mod pipeline;
mod range;
mod resume;
mod statistics;

pub use chain_text::chain_text;
pub use pipeline::{BLOCK, Collector, Copies, Outcome, Plan, run};
pub use range::parse_range;
pub use resume::{check_same_physics, physics_toml, remaining};
pub use statistics::Tally;

use gradino_core::Event;

/// What makes events. Event number n depends on the seed and n alone.
pub trait EventSource: Sync {
    /// Memory that one thread uses again from event to event.
    type Scratch;
    /// Memory for one thread.
    fn scratch(&self) -> Self::Scratch;
    /// Makes event `number` in `event`, which it clears first.
    fn draw(&self, number: u64, scratch: &mut Self::Scratch, event: &mut Event);
}
