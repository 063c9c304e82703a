//! The chain: from the source through the primary interaction to the final state.

pub mod primary;
