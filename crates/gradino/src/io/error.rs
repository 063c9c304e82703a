//! Errors of files.

use std::path::PathBuf;
use thiserror::Error;

/// Result of reading and writing files.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong with files.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
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
    /// A merge of no files.
    #[error("there are no files to merge")]
    NothingToMerge,
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Unreadable { .. } => "check the path and the right to read it",
            Error::Unwritable { .. } => "check that the folder exists and that you may write in it",
            Error::DiskFull { .. } => "free some space, or write to another folder",
            Error::AlreadyExists { .. } => "choose another name, or ask to overwrite",
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
            Error::MissingEvents { from, to, .. } => {
                return Some(format!("run events {from} to {to} and merge their file too"));
            }
            Error::NothingToMerge => "name at least one file",
            Error::BadEvent { .. } | Error::BadProvenance { .. } | Error::WrongEventCount { .. } => {
                return None;
            }
        };
        Some(hint.to_string())
    }
}
