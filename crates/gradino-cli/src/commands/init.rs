//! `gradino init`: a configuration to start from.

use crate::message::{Done, note};
use clap::Args;
use gradino::{Config, Error};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Write the default configuration.
#[derive(Args)]
pub(crate) struct Init {
    /// With comments on every key
    #[arg(long)]
    annotated: bool,
    /// File to write
    #[arg(default_value = "gradino.toml")]
    path: PathBuf,
}

impl Init {
    pub(super) fn execute(self) -> Done {
        let text = match self.annotated {
            true => Config::annotated().to_string(),
            false => Config::default().resolved_toml(),
        };
        let file = OpenOptions::new().write(true).create_new(true).open(&self.path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Error::KeptFile { path: self.path.clone() },
            _ => Error::Unwritable { path: self.path.clone(), reason: error.to_string() },
        })?;
        note(&format!("wrote {}; `gradino run {}` runs it", self.path.display(), self.path.display()));
        Ok(ExitCode::SUCCESS)
    }
}
