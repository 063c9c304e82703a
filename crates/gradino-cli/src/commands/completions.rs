//! `gradino completions`: completions for a shell.

use crate::Cli;
use crate::message::{Done, print};
use clap::Args;
use clap_complete::Shell;
use std::process::ExitCode;

/// Print completions for a shell.
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(self) -> Done {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::describe(), "gradino", &mut text);
        print(&String::from_utf8_lossy(&text))?;
        Ok(ExitCode::SUCCESS)
    }
}
