//! Errors of the hall. Each carries its facts, and [`Error::hint`] says what to do.

mod place;

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

impl Error {
    /// Whether the user's input is to blame, and not the machine or the program.
    pub fn is_usage(&self) -> bool {
        !matches!(
            self,
            Error::Unreadable { .. }
                | Error::Unwritable { .. }
                | Error::DiskFull { .. }
                | Error::BadLine { .. }
                | Error::BadContent { .. }
                | Error::Truncated { .. }
                | Error::BadEvent { .. }
                | Error::BadProvenance { .. }
                | Error::WrongEventCount { .. }
                | Error::Worker { .. }
        )
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Syntax { .. } => Some("`gradino init --annotated` writes an example".into()),
            Error::UnknownKey { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::UnknownKey { known, .. } => Some(format!("known keys: {}", known.join(", "))),
            Error::MissingKey { example, .. } => Some(format!("write it like {example}")),
            Error::BadValue { hint, .. } => hint.clone(),
            Error::Conflict { first, second, .. } => Some(format!(
                "a run starts either from a fixed state or from a neutrino: remove [{first}] or [{second}]"
            )),
            Error::NoSuchGradient { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::NoSuchGradient { .. } => Some("`gradino list parameters` prints all names".into()),
            Error::NotARange { .. } => Some(
                "write a count like 1000, or first and end like 2000:3000 (the end is not included)".into(),
            ),
            Error::KeptFile { .. } => Some("name another file, or remove this one first".into()),
            Error::OtherConfiguration { .. } => {
                Some("resume with the configuration of the file, or start anew with --overwrite".into())
            }
            Error::NotResumable { .. } => Some("merge slices with `gradino merge OUT IN...`".into()),
            Error::Worker { event, .. } => {
                Some(format!("`gradino replay CONFIG --event {event}` repeats it; please report it"))
            }
            Error::MissingEvents { from, to, .. } => {
                Some(format!("run events {from} to {to} and merge their file too"))
            }
            Error::Ground(error) => error.hint(),
            Error::Nuclear(error) => error.hint(),
            Error::Infer(error) => error.hint(),
            Error::TwoDataSources => Some("leave one of the two out".into()),
            Error::NoData => Some("set file to a CSV file, or events to a number of pseudo-data".into()),
            Error::OtherFitConfiguration { .. } => {
                Some("take the configuration it was made with, or begin without --resume".into())
            }
            Error::NoLevels { .. } => Some(
                "`gradino list nuclides` prints those with levels; a RIPL folder as `levels` in [cascade] gives more"
                    .into(),
            ),
            Error::AboveLevels { highest, .. } => Some(format!("start at {highest} MeV or below")),
            Error::NoEffect { others, .. } if others.is_empty() => {
                Some(
                    "all its branchings are measured, and no parameter changes them; start from another level"
                        .into(),
                )
            }
            Error::NoEffect { others, .. } => Some(format!("there are: {}", others.join(", "))),
            Error::UnknownObservable { suggestion: Some(s), .. } => Some(format!("did you mean \"{s}\"?")),
            Error::UnknownObservable { known, .. } => Some(format!("choose one of {}", known.join(", "))),
            Error::BadEnding { .. } => Some("choose another name; the ending chooses the form".into()),
            Error::BadBins { .. } => {
                Some("write first:last:width like 0:60:1, or all edges like 0,5,10,20".into())
            }
            Error::NoGradients { .. } => Some(
                "run with `--gradients all`, or with parameters = \"all\" under [gradients] in the configuration".into(),
            ),
            Error::NothingUncertain { .. } => Some(
                "run with `--gradients all`, or give standard deviations with `--covariance FILE`".into(),
            ),
            Error::NoRate => Some("leave `--rate` out: a fixed state has no cross section".into()),
            Error::BadCovariance { .. } => Some(
                "TOML: [parameters] with \"name\" = sigma; CSV: a line of names, then the covariance matrix".into(),
            ),
            Error::BadShift { .. } => Some(
                "write NAME=VALUE, NAME=+5% for a part of its value, or NAME=-1sigma for standard deviations".into(),
            ),
            Error::NothingMoves => Some("name a parameter, like --set level_density.a=+5%".into()),
            Error::NoSigma { name } => Some(format!("write a value like {name}=1.2 or a part like {name}=+5%")),
            Error::MovedBefore { .. } => Some("take the file of the run itself".into()),
            Error::NotRedrawn { .. } => Some(
                "the file was edited, or another version of gradino made it; make it again with `gradino run`".into(),
            ),
            Error::WrongNeutrino { .. } => Some("choose another flavour, or another source".into()),
            Error::NoLevelsAboveCut => Some("set levels to a RIPL folder or a MARLEY structure file".into()),
            Error::NoProcess { .. } => Some("add a process that this neutrino can start".into()),
            _ => self.file_hint().map(String::from),
        }
    }

    /// What to do about an event file.
    fn file_hint(&self) -> Option<&'static str> {
        Some(match self {
            Error::Unreadable { .. } => "check the path and the right to read it",
            Error::Unwritable { .. } => "check that the folder exists and that you may write in it",
            Error::DiskFull { .. } => "free some space, or write to another folder",
            Error::AlreadyExists { .. } => {
                "replace it with --overwrite, or choose another name; --resume goes on with an interrupted run"
            }
            Error::PartExists { .. } => {
                "another run may be writing it; if none is, delete it or ask to overwrite"
            }
            Error::UnknownFormat { .. } => {
                "use .hepmc3 or .hepmc (also with .gz or .zst behind it), or .parquet"
            }
            Error::BadLine { .. } | Error::BadContent { .. } => {
                "only files written by gradino can be read; make the file again if it is one"
            }
            Error::Truncated { .. } => {
                "the file is damaged or its copy was not finished; copy or make it again"
            }
            Error::DifferentRuns { .. } => {
                "merge only files made with the same version, configuration and seed"
            }
            Error::OverlappingEvents { .. } => "leave one of the two out",
            Error::ForeignBlock { .. } => "take blocks from the block maker of the same file",
            Error::NothingToMerge => "name at least one file",
            _ => return None,
        })
    }
}
