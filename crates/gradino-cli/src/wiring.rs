//! Where the commands meet the physics and the files. Each function here is one call into the hall.

use crate::table::Table;
use gradino::config::{Config, State};
use gradino::run::{EventSource, Tally};
use gradino::{Error, Result};
use gradino_core::{Event, ParamSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The prepared chain of a configuration: flux, reaction and cascade.
pub(crate) enum Chain {}

impl EventSource for Chain {
    type Scratch = ();
    fn scratch(&self) {}
    fn draw(&self, _: u64, (): &mut (), _: &mut Event) {
        match *self {}
    }
}

/// Files that take the events of a run, in order.
pub(crate) trait EventFiles {
    /// Writes an event to each of them.
    fn write(&mut self, event: &Event) -> Result<()>;
    /// Ends them as valid files that hold the events `written`: all that were promised, or the first
    /// ones of an interrupted run. Without this call there will be no file.
    fn finish(self: Box<Self>, written: &Range<u64>) -> Result<()>;
}

/// What a file says of itself.
pub(crate) struct Held {
    /// Numbers of the events in it.
    pub(crate) events: Range<u64>,
    /// The configuration it was made with, with the seed.
    pub(crate) config: Config,
    /// Works that were used: key, and what for.
    pub(crate) citations: Vec<(String, String)>,
}

/// All parameters of the models that `config` chooses, at their published values.
pub(crate) fn parameters(_config: &Config) -> Result<ParamSet> {
    Err(Error::Unavailable { part: "chain" })
}

/// The chain of `config` with the parameters `set`, and the gradients for those at the positions `gradients`.
pub(crate) fn chain(_config: &Config, _set: &ParamSet, _gradients: &[usize]) -> Result<Chain> {
    Err(Error::Unavailable { part: "chain" })
}

/// Creates the event files `paths` for the events `events` of a run.
pub(crate) fn create_files(
    _config: &Config,
    _chain: &Chain,
    _events: &Range<u64>,
    _paths: &[PathBuf],
    _overwrite: bool,
) -> Result<Box<dyn EventFiles>> {
    Err(Error::Unavailable { part: "writer of events" })
}

/// Reads what an event file says of itself.
pub(crate) fn held(_path: &Path) -> Result<Held> {
    Err(Error::Unavailable { part: "reader of events" })
}

/// Reads the events of a file, in order.
pub(crate) fn read_events(_path: &Path, _each: &mut dyn FnMut(&Event)) -> Result<()> {
    Err(Error::Unavailable { part: "reader of events" })
}

/// Writes the report of a run, with the sums over its events, to `path`.
pub(crate) fn write_report(_path: &Path, _config: &Config, _tally: &Tally) -> Result<()> {
    Err(Error::Unavailable { part: "report" })
}

/// Merges event files of one run, in any order, into `output`.
pub(crate) fn merge(_inputs: &[PathBuf], _output: &Path, _overwrite: bool) -> Result<u64> {
    Err(Error::Unavailable { part: "merging of files" })
}

/// The nuclides whose levels `config` knows: nuclide, number of levels, energy up to which they are complete.
pub(crate) fn nuclides(_config: &Config) -> Result<Table> {
    Err(Error::Unavailable { part: "table of levels" })
}

/// Partial widths of a state: channel, width [MeV], branching.
pub(crate) fn widths(_config: &Config, _set: &ParamSet, _state: &State) -> Result<Table> {
    Err(Error::Unavailable { part: "table of widths" })
}

/// Total cross sections [cm^2] of each process at the energies [MeV].
pub(crate) fn cross_sections(_config: &Config, _set: &ParamSet, _energies: &[f64]) -> Result<Table> {
    Err(Error::Unavailable { part: "table of cross sections" })
}
