//! Errors of the hall. Each carries its facts, and [`Error::hint`] says what to do.

use std::fmt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Result of the hall.
pub type Result<T> = std::result::Result<T, Error>;

/// Where in a configuration something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Section, e.g. "flux"; empty at the top of the file.
    pub section: String,
    /// Line, from 1.
    pub line: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.section.as_str() {
            "" => f.write_str(" at the top of the configuration")?,
            section => write!(f, " in [{section}]")?,
        }
        self.line.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

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
    /// A file that cannot be read or written.
    #[error("cannot {action} {path}: {reason}", path = path.display())]
    File {
        /// "read", "write" or the like.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file that must not be replaced.
    #[error("{} exists already", path.display())]
    OutputExists {
        /// The file.
        path: PathBuf,
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
    /// A part that this build does not have.
    #[error("this build has no {part}")]
    Unavailable {
        /// What is missing.
        part: &'static str,
    },
    /// An error of the ground.
    #[error(transparent)]
    Ground(#[from] gradino_core::Error),
}

fn line_text(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}

impl Error {
    /// A failed action on a file.
    pub fn file(action: &'static str, path: &Path, reason: impl fmt::Display) -> Self {
        Error::File { action, path: path.to_path_buf(), reason: reason.to_string() }
    }

    /// Whether the user's input is to blame, and not the machine or the program.
    pub fn is_usage(&self) -> bool {
        !matches!(self, Error::File { .. } | Error::Worker { .. } | Error::Unavailable { .. })
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
            Error::OutputExists { .. } => Some(
                "go on with it with --resume, replace it with --overwrite, or choose another --output".into(),
            ),
            Error::KeptFile { .. } => Some("name another file, or remove this one first".into()),
            Error::OtherConfiguration { .. } => {
                Some("resume with the configuration of the file, or start anew with --overwrite".into())
            }
            Error::NotResumable { .. } => Some("merge slices with `gradino merge OUT IN...`".into()),
            Error::Worker { event, .. } => {
                Some(format!("`gradino replay CONFIG --event {event}` repeats it; please report it"))
            }
            Error::Ground(error) => error.hint(),
            Error::File { .. } | Error::Unavailable { .. } => None,
        }
    }
}
