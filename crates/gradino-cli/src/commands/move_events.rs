//! `gradino move`: the events of a run at other values of its parameters.

use crate::message::{Done, Failure, note, print};
use crate::table::Table;
use crate::wiring::{self, Comparison, DIFFERENT_BELOW, METHODS, Order, Scan, Shift};
use clap::Args;
use gradino::config::Config;
use gradino::moving::{FACTORS, Method, plot};
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
    /// Order of the Taylor series by which energies move and choices are weighted: 1, 2 or 3 [default: 2]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    order: Option<u8>,
    /// Keep all energies and weight the events by the exact ratio of their probabilities
    #[arg(long, conflicts_with = "order")]
    reweight: bool,
    /// File to write the moved events to; the ending chooses the format; repeat it for more files
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Compare with as many events of a fresh run there
    #[arg(long)]
    compare: bool,
    /// Compare all orders and reweighting with fresh runs at the shift times these factors, and say where each
    /// breaks down [default: 0.5,1,2,4,8,16]
    #[arg(long, value_name = "FACTOR", value_delimiter = ',', num_args = 0.., require_equals = true,
          conflicts_with_all = ["output", "compare", "order", "reweight"])]
    scan: Option<Vec<f64>>,
    /// Picture of the scan, a file .svg
    #[arg(long, value_name = "FILE.svg", requires = "scan")]
    figure: Option<PathBuf>,
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
    pub(super) fn execute(self) -> Done {
        for path in self.output.iter().chain(&self.figure) {
            wiring::check_free(path, self.overwrite)?;
        }
        let shifts = self.set.iter().map(|text| text.parse()).collect::<gradino::Result<Vec<Shift>>>()?;
        if let Some(factors) = &self.scan {
            return self.scan(&shifts, factors);
        }
        let moved = wiring::moved(&self.run, &shifts, self.method())?;
        for p in moved.parameters() {
            note(format!("{}: {} -> {} {}", p.name, p.from, p.to, p.unit).trim_end());
        }
        wiring::write_moved(&moved, &self.output, self.overwrite)?;
        self.output.iter().for_each(|path| note(&format!("wrote {}", path.display())));
        if !self.compare {
            return Ok(ExitCode::SUCCESS);
        }
        let comparison = wiring::compare_moved(&moved, self.fresh_seed())?;
        print(&compared(&comparison).text(self.csv))?;
        notes(&comparison).iter().for_each(|line| note(line));
        let differs = comparison.p() < DIFFERENT_BELOW;
        Ok(if differs { ExitCode::from(DIFFERENT) } else { ExitCode::SUCCESS })
    }

    fn method(&self) -> Method {
        let order = self.order.map_or(Order::default(), |order| Order::ALL[usize::from(order) - 1]);
        if self.reweight { Method::Reweight } else { Method::Expand(order) }
    }

    fn fresh_seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| Config::default().settle_seed())
    }

    fn scan(&self, shifts: &[Shift], factors: &[f64]) -> Done {
        if factors.iter().any(|f| !f.is_finite()) {
            return Err(Failure::usage(
                "a factor of the scan is no finite number",
                "write them like --scan=1,2,4",
            ));
        }
        let factors = if factors.is_empty() { &FACTORS } else { factors };
        let scan = wiring::scan_moved(&self.run, shifts, factors, self.fresh_seed())?;
        print(&scanned(&scan).text(self.csv))?;
        if let Some(path) = &self.figure {
            wiring::write_figure(path, &plot(&scan))?;
            note(&format!("wrote {}", path.display()));
        }
        for method in METHODS {
            let shape = match scan.breakdown(method) {
                Some(factor) => format!("breaks down at {factor} times the shift (p < {DIFFERENT_BELOW})"),
                None => "holds at all shifts".into(),
            };
            let balance =
                scan.imbalance(method).map(|f| format!("; mean weight off 1 at {f} times the shift"));
            note(&format!("{method}: {shape}{}", balance.unwrap_or_default()));
        }
        scan.beyond.iter().for_each(|(factor, error)| note(&format!("{factor} times the shift: {error}")));
        Ok(ExitCode::SUCCESS)
    }
}

fn compared(comparison: &Comparison) -> Table {
    let mut table = Table::new(&["observable", "chi2", "ndf", "chi2/ndf", "p"]);
    let histograms = comparison.histograms.iter().map(|h| (h.observable.name(), h.chi2));
    for (name, chi2) in histograms.chain([("mean weight", comparison.normalisation())]) {
        table.push(vec![
            name.into(),
            format!("{:.2}", chi2.value),
            chi2.freedom.to_string(),
            format!("{:.3}", chi2.value / chi2.freedom.max(1) as f64),
            format!("{:.3e}", chi2.p),
        ]);
    }
    table
}

fn scanned(scan: &Scan) -> Table {
    let header =
        ["factor", "method", "worst histogram", "chi2", "ndf", "mean weight", "p of all", "effective"];
    let mut table = Table::new(&header);
    for point in &scan.points {
        for (method, comparison) in METHODS.iter().zip(&point.comparisons) {
            let Some(worst) = comparison.worst() else { continue };
            let (mean, error) = comparison.moved.mean();
            table.push(vec![
                point.factor.to_string(),
                method.to_string(),
                worst.observable.name().into(),
                format!("{:.1}", worst.chi2.value),
                worst.chi2.freedom.to_string(),
                format!("{mean:.4} +- {error:.4}"),
                format!("{:.1e}", comparison.p()),
                format!("{:.1} %", 100.0 * comparison.moved.effective()),
            ]);
        }
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
    if comparison.p() < DIFFERENT_BELOW {
        notes.push("warning: moved and fresh events differ; move less far, or make a new run".into());
    }
    if comparison.normalisation().p < DIFFERENT_BELOW {
        notes.push(
            "warning: the mean weight is not 1; divide by it, take a higher order, or --reweight".into(),
        );
    }
    notes
}
