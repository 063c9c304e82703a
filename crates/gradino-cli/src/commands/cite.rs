//! `gradino cite`: the works that a run used.

use crate::message::{Done, print};
use crate::table::Table;
use crate::wiring;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Print the works that a run used.
#[derive(Args)]
pub(crate) struct Cite {
    /// Event file
    run: PathBuf,
}

impl Cite {
    pub(super) fn execute(self) -> Done {
        let mut table = Table::new(&["key", "used for"]);
        wiring::held(&self.run)?.citations.into_iter().for_each(|(key, what)| table.push(vec![key, what]));
        print(&table.text(false))?;
        Ok(ExitCode::SUCCESS)
    }
}
