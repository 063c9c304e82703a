//! `gradino toy`: the figures of the toy, in one command.

use crate::message::{Done, note};
use crate::wiring;
use clap::Args;
use gradino::figures::{ToySettings, standalone, toy_figures, toy_page};
use std::path::PathBuf;
use std::process::ExitCode;

/// Make the figures of the toy (arXiv:2404.00180): its tree, descents, and the spread of the loss.
#[derive(Args)]
pub(crate) struct Toy {
    /// Folder for four SVG files and a page
    #[arg(short, long, value_name = "FOLDER", default_value = "toy")]
    output: PathBuf,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    seed: u64,
    /// Events of the data; the samples go with it
    #[arg(short = 'n', long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(400..=100_000))]
    events: u64,
    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,
}

impl Toy {
    pub(super) fn execute(self) -> Done {
        let page_path = self.output.join("index.html");
        wiring::check_free(&page_path, self.overwrite)?;
        let settings = ToySettings { seed: self.seed, events: self.events, ..ToySettings::default() };
        let (figures, page) = toy_page(&toy_figures(&settings)?, env!("CARGO_PKG_VERSION"));
        for figure in &figures {
            let path = self.output.join(format!("{}.svg", figure.name));
            wiring::write_figure(&path, &standalone(&figure.svg))?;
        }
        wiring::write_figure(&page_path, &page)?;
        note(&format!("wrote {} and four figures beside it", page_path.display()));
        Ok(ExitCode::SUCCESS)
    }
}
