//! Errors of the hall. Each carries its facts, and [`Error::hint`] says what to do.

mod hints;
mod place;
mod usage;

pub use place::Place;

use place::line_text;
use std::path::PathBuf;
use thiserror::Error;

/// Result of the hall.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong in the hall.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that is not TOML.
    #[error("the configuration is not valid TOML{place}: {reason}", place = line_text(*line))]
    Syntax {
        /// What the reader says.
        reason: String,
        /// Line, from 1.
        line: Option<usize>,
    },
    /// A key nobody knows.
    #[error("unknown key \"{key}\"{place}")]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it stands.
        place: Place,
        /// The closest known key.
        suggestion: Option<String>,
        /// All known keys there.
        known: Vec<String>,
    },
    /// A key that must be there.
    #[error("key \"{key}\" is missing{place}")]
    MissingKey {
        /// The key.
        key: String,
        /// Where it is missing.
        place: Place,
        /// How it may look.
        example: String,
    },
    /// A value that cannot be.
    #[error("{key}{place}: {reason}")]
    BadValue {
        /// Its key.
        key: String,
        /// Where it stands.
        place: Place,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
    /// Two sections that exclude each other.
    #[error("[{first}] and [{second}] exclude each other{place}", place = line_text(*line))]
    Conflict {
        /// One.
        first: String,
        /// The other.
        second: String,
        /// Line of the other, from 1.
        line: Option<usize>,
    },
    /// A gradient pattern that fits no parameter.
    #[error("\"{pattern}\" fits no parameter")]
    NoSuchGradient {
        /// The pattern.
        pattern: String,
        /// The closest known name.
        suggestion: Option<String>,
    },
    /// An event range that cannot be read.
    #[error("cannot read \"{text}\" as a range of events")]
    NotARange {
        /// The text.
        text: String,
    },
    /// A file that is not replaced in any case.
    #[error("{} exists already", path.display())]
    KeptFile {
        /// The file.
        path: PathBuf,
    },
    /// A run that goes on under another configuration.
    #[error("{path} was made with {key} = {then}, now it is {now}", path = path.display())]
    OtherConfiguration {
        /// The file that is there.
        path: PathBuf,
        /// The first key that differs, e.g. `cascade.l_max`.
        key: String,
        /// Its value then.
        then: String,
        /// Its value now.
        now: String,
    },
    /// A file whose events do not begin where the run begins.
    #[error("{path} holds events {held_start}:{held_end}, which do not begin the run {start}:{end}", path = path.display())]
    NotResumable {
        /// The file.
        path: PathBuf,
        /// First event in the file.
        held_start: u64,
        /// One past the last event in the file.
        held_end: u64,
        /// First event wanted.
        start: u64,
        /// One past the last event wanted.
        end: u64,
    },
    /// A panic while an event was made.
    #[error("the simulation failed in event {event}: {reason}")]
    Worker {
        /// Number of the event.
        event: u64,
        /// The panic message.
        reason: String,
    },
    /// A file that cannot be opened or read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file that cannot be created or written.
    #[error("cannot write {}: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// No space left for a file.
    #[error("the disk or the quota is full while writing {}", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// A file that would be overwritten.
    #[error("{} exists already", path.display())]
    AlreadyExists {
        /// The file.
        path: PathBuf,
    },
    /// A temporary file that another run is writing or has left behind.
    #[error("the temporary file {} exists already", path.display())]
    PartExists {
        /// The temporary file.
        path: PathBuf,
    },
    /// A file name whose ending names no known format.
    #[error("the ending of {} names no known format", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A line that cannot be understood.
    #[error("{}, line {line}: {problem}", path.display())]
    BadLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A binary file whose content is not as it should be.
    #[error("{}: {problem}", path.display())]
    BadContent {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that ends too early.
    #[error("{} ends too early, after {events} whole events", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Number of whole events in it.
        events: u64,
    },
    /// An event that no file can hold.
    #[error("event {event} cannot be written: {problem}")]
    BadEvent {
        /// Number of the event.
        event: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A provenance that no file can hold.
    #[error("the provenance cannot be written: {problem}")]
    BadProvenance {
        /// What is wrong with it.
        problem: String,
    },
    /// Fewer or more events than the provenance promises.
    #[error("{} should hold {promised} events but {written} were written", path.display())]
    WrongEventCount {
        /// The file.
        path: PathBuf,
        /// Events that the provenance promises.
        promised: u64,
        /// Events that were written.
        written: u64,
    },
    /// Files of different runs cannot be merged.
    #[error("{} and {} are of different runs: {item} is {first_value} in one and {second_value} in the other", first.display(), second.display())]
    DifferentRuns {
        /// One file.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
        /// What differs.
        item: String,
        /// Its value in the one.
        first_value: String,
        /// Its value in the other.
        second_value: String,
    },
    /// Two files hold the same events.
    #[error("{} and {} both hold events {from} to {to}", first.display(), second.display())]
    OverlappingEvents {
        /// One file.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
        /// First common event.
        from: u64,
        /// Last common event.
        to: u64,
    },
    /// Events between two files are in neither.
    #[error("events {from} to {to}, between {} and {}, are missing", first.display(), second.display())]
    MissingEvents {
        /// The file before.
        first: PathBuf,
        /// The file behind.
        second: PathBuf,
        /// First missing event.
        from: u64,
        /// Last missing event.
        to: u64,
    },
    /// A block of events in the format of another file.
    #[error("{}: a block of events has the format of another file", path.display())]
    ForeignBlock {
        /// The file.
        path: PathBuf,
    },
    /// A merge of no files.
    #[error("there are no files to merge")]
    NothingToMerge,
    /// A source that does not come in this flavour.
    #[error("{source_name} has no {neutrino}")]
    WrongNeutrino {
        /// The source.
        source_name: &'static str,
        /// The neutrino asked for.
        neutrino: String,
    },
    /// The last tabulated level is asked for, but no levels above the completeness energy are there.
    #[error("continuum = \"last-level\" needs level files: the built-in levels end where they are complete")]
    NoLevelsAboveCut,
    /// A run in which nothing can happen.
    #[error("no process can happen: {reason}")]
    NoProcess {
        /// Why.
        reason: String,
    },
    /// A nuclide without known levels.
    #[error("no levels of {nuclide} are known")]
    NoLevels {
        /// The nuclide.
        nuclide: gradino_core::Nuclide,
    },
    /// A start above all known levels.
    #[error("{what} has no level at {energy} MeV: its highest known level is at {highest} MeV")]
    AboveLevels {
        /// Whose levels.
        what: String,
        /// The energy asked for [MeV].
        energy: f64,
        /// Energy of the highest level [MeV].
        highest: f64,
    },
    /// A parameter on which no path of a tree depends.
    #[error("{name} changes nothing in this tree")]
    NoEffect {
        /// The parameter.
        name: String,
        /// Parameters that do change something.
        others: Vec<String>,
    },
    /// Uncertainties are to be propagated, but the events have no gradients.
    #[error("the events of {} have no gradients", path.display())]
    NoGradients {
        /// The file.
        path: PathBuf,
    },
    /// None of the gradients belongs to a parameter with a known uncertainty.
    #[error("none of the {gradients} parameters with gradients has an uncertainty")]
    NothingUncertain {
        /// Number of parameters with gradients.
        gradients: usize,
    },
    /// A rate is asked for, but the run has no derivatives of its cross section.
    #[error("the run has no derivatives of its cross section")]
    NoRate,
    /// A file with a covariance that cannot be understood.
    #[error("{}: {problem}", path.display())]
    BadCovariance {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// An observable nobody knows.
    #[error("unknown observable \"{name}\"")]
    UnknownObservable {
        /// Its name.
        name: String,
        /// The closest known one.
        suggestion: Option<String>,
        /// All names.
        known: Vec<&'static str>,
    },
    /// A density nobody knows.
    #[error("unknown density \"{name}\"")]
    UnknownDensity {
        /// Its name.
        name: String,
        /// The closest known one.
        suggestion: Option<String>,
        /// All names.
        known: Vec<&'static str>,
    },
    /// A flow whose notes name no density.
    #[error("the file does not say which density its flow learned")]
    NothingLearned,
    /// A condition that a density does not have.
    #[error("the density has no {what}")]
    NoSuchCondition {
        /// What was looked for.
        what: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Threads that the system does not give.
    #[error("no thread can be begun: {reason}")]
    NoThreads {
        /// What the system says.
        reason: String,
    },
    /// A sampler nobody knows.
    #[error("\"{name}\" is neither a sampler nor a file")]
    UnknownSampler {
        /// Its name.
        name: String,
        /// The closest known one.
        suggestion: Option<String>,
        /// All names.
        known: Vec<&'static str>,
    },
    /// A result in a file whose ending names no form of it.
    #[error("{} does not end in {endings}", path.display())]
    BadEnding {
        /// The file.
        path: PathBuf,
        /// The endings that there are.
        endings: &'static str,
    },
    /// Bins that cannot be read.
    #[error("cannot read \"{text}\" as bins: {problem}")]
    BadBins {
        /// The text.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A shift of a parameter that cannot be read.
    #[error("cannot read \"{text}\" as a shift of a parameter")]
    BadShift {
        /// The text.
        text: String,
    },
    /// Events are to be moved, but no parameter is.
    #[error("no parameter moves")]
    NothingMoves,
    /// A shift in standard deviations of a parameter that has none.
    #[error("{name} has no known standard deviation")]
    NoSigma {
        /// The parameter.
        name: String,
    },
    /// Events that were moved before.
    #[error("the events of {} were moved from another point", path.display())]
    MovedBefore {
        /// The file.
        path: PathBuf,
    },
    /// A file whose events are not those that its configuration and seed make.
    #[error("event {event} of {} is not the one that its configuration and seed make: {problem}", path.display())]
    NotRedrawn {
        /// The file.
        path: PathBuf,
        /// Number of the event.
        event: u64,
        /// What differs.
        problem: String,
    },
    /// A condition that a flow does not have.
    #[error("unknown condition \"{name}\"")]
    UnknownCondition {
        /// Its name.
        name: String,
        /// The closest known one.
        suggestion: Option<String>,
        /// All names.
        known: Vec<String>,
    },
    /// A law of a condition that cannot be read, or that has no such value.
    #[error("cannot read \"{text}\" as a condition")]
    BadCondition {
        /// The text.
        text: String,
    },
    /// A table that does not fit.
    #[error("{}: {problem}", path.display())]
    BadTable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A density without an exact sampler of its own.
    #[error("no exact sampler of this density is known")]
    NoExactSampler,
    /// Axes or conditions for a density that has its own.
    #[error("[data] gives axes or conditions, but the density {density} has its own")]
    TwoSpaces {
        /// The density.
        density: String,
    },
    /// A density by its name beside the sections of a knockout.
    #[error("[data] names the density {name}, but [beam], [target] or [knockout] describe another")]
    TwoDensities {
        /// The density that is named.
        name: String,
    },
    /// A stored training of another configuration.
    #[error("{}: the stored training has another configuration", path.display())]
    OtherTraining {
        /// Its folder.
        path: PathBuf,
    },
    /// An error of the room of networks.
    #[error(transparent)]
    Neural(#[from] gradino_neural::Error),
    /// An error of the room of inference.
    #[error(transparent)]
    Infer(#[from] gradino_infer::Error),
    /// An error of the nuclear room.
    #[error(transparent)]
    Nuclear(#[from] gradino_nuclear::Error),
    /// A fit with a data file and with pseudo-data.
    #[error("[data] names a file and asks for events of pseudo-data")]
    TwoDataSources,
    /// A fit without data.
    #[error("[data] names no file and asks for no events of pseudo-data")]
    NoData,
    /// A stored fit of another configuration.
    #[error("{}: the stored fit has another configuration", path.display())]
    OtherFitConfiguration {
        /// The file.
        path: PathBuf,
    },
    /// An error of the ground.
    #[error(transparent)]
    Ground(#[from] gradino_core::Error),
}
