//! The command line of gradino.

mod commands;
mod field_options;
mod job;
mod message;
mod options;
mod output;
mod table;
mod wiring;

use clap::{CommandFactory, Parser};
use commands::Command;
use message::Failure;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Simulates how neutrinos react with nuclei and how the nuclei decay, with derivatives.
///
/// Without a command it runs the default job: 100,000 reactions of a supernova's electron neutrinos
/// with 40Ar.
#[derive(Parser)]
#[command(name = "gradino", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

impl Cli {
    /// The command line as clap knows it, for completions.
    fn describe() -> clap::Command {
        Cli::command()
    }
}

fn main() -> ExitCode {
    message::keep_panics_quiet();
    let outcome = std::panic::catch_unwind(|| {
        let command = Cli::parse().command.unwrap_or_default();
        command.execute()
    });
    match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => failure.report(),
        Err(panic) => Failure::panic(panic.as_ref()).report(),
    }
}
