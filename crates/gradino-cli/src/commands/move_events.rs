//! `gradino move`: the events of a run at other values of its parameters.

use crate::message::{Done, note, print};
use crate::table::Table;
use crate::wiring::{self, Comparison, Method, Order, Shift};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code where moved and fresh events differ.
const DIFFERENT: u8 = 3;

/// Move the events of a run to other values of its parameters.
#[derive(Args)]
pub(crate) struct Move {
    /// Event file of the run
    run: PathBuf,
    /// New value of a parameter: NAME=VALUE, NAME=+5% or NAME=-1sigma; repeat it for more
    #[arg(long, value_name = "NAME=SHIFT")]
    set: Vec<String>,
    /// Order of the Taylor series by which energies move and choices are weighted: 1, 2 or 3
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=3))]
    order: u8,
    /// Keep all energies and weight the events by the exact ratio of their probabilities
    #[arg(long, conflicts_with = "order")]
    reweight: bool,
    /// File to write the moved events to; the ending chooses the format; repeat it for more files
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Compare with as many events of a fresh run there
    #[arg(long)]
    compare: bool,
    /// Seed of fresh runs; without it one is drawn
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    seed: Option<u64>,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,
}

impl Move {
    fn method(&self) -> Method {
        match (self.reweight, self.order) {
            (true, _) => Method::Reweight,
            (_, order) => Method::Expand(Order::ALL[usize::from(order) - 1]),
        }
    }

    pub(super) fn execute(self) -> Done {
        for path in &self.output {
            wiring::check_free(path, self.overwrite)?;
        }
        let shifts = self.set.iter().map(|text| text.parse()).collect::<gradino::Result<Vec<Shift>>>()?;
        let moved = wiring::moved(&self.run, &shifts, self.method())?;
        for p in moved.parameters() {
            note(format!("{}: {} -> {} {}", p.name, p.from, p.to, p.unit).trim_end());
        }
        wiring::write_moved(&moved, &self.output, self.overwrite)?;
        self.output.iter().for_each(|path| note(&format!("wrote {}", path.display())));
        if !self.compare {
            return Ok(ExitCode::SUCCESS);
        }
        let comparison = wiring::compare_moved(&moved, self.seed)?;
        print(&table(&comparison).text(self.csv))?;
        notes(&comparison).iter().for_each(|line| note(line));
        Ok(if comparison.p() < wiring::DIFFERENT_BELOW {
            ExitCode::from(DIFFERENT)
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn table(comparison: &Comparison) -> Table {
    let mut table = Table::new(&["observable", "chi2", "ndf", "chi2/ndf", "p"]);
    for h in &comparison.histograms {
        let (value, freedom) = (h.chi2.value, h.chi2.freedom);
        let ratio = if freedom > 0 { format!("{:.3}", value / freedom as f64) } else { String::new() };
        table.push(vec![
            h.observable.name().into(),
            format!("{value:.2}"),
            freedom.to_string(),
            ratio,
            format!("{:.3e}", h.chi2.p),
        ]);
    }
    table
}

fn notes(comparison: &Comparison) -> Vec<String> {
    let spread = &comparison.moved;
    let (mean, error) = spread.mean();
    let mut notes = vec![
        format!("{} events, fresh run with seed {}", comparison.events, comparison.seed),
        format!("mean weight {mean:.5} +- {error:.5}, {:.1} % effective", 100.0 * spread.effective()),
    ];
    let odd = [(spread.impossible, "cannot happen there"), (spread.negative, "have a negative weight")];
    notes.extend(odd.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} events {what}")));
    if comparison.p() < wiring::DIFFERENT_BELOW {
        notes.push("warning: moved and fresh events differ; move less far, or make a new run".into());
    }
    notes
}
