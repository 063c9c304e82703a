//! `gradino schema`: the JSON schema of a configuration.

use crate::message::{Done, print};
use clap::Args;
use gradino::Config;
use std::process::ExitCode;

/// Print the JSON schema of a configuration, for editors.
#[derive(Args)]
pub(crate) struct Schema {}

impl Schema {
    pub(super) fn execute(self) -> Done {
        print(&Config::schema())?;
        Ok(ExitCode::SUCCESS)
    }
}
