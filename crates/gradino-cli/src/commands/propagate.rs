//! `gradino propagate`: uncertainties of the parameters in a histogram of a run.

use crate::message::{Done, Failure, note, print};
use crate::table::Table;
use crate::wiring::{self, Bands, Knowledge, Method, Observable, Spectrum};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Parameters with a column of their own.
const STRONGEST: usize = 5;
/// Notes that are printed at most, and names in a note.
const NOTES: usize = 8;
const NAMES: usize = 6;

/// Propagate the uncertainties of the parameters to a histogram of a run with gradients.
#[derive(Args)]
pub(crate) struct Propagate {
    /// Event file, made with gradients
    run: PathBuf,
    /// visible_energy, electron_energy, gamma_energy, largest_gamma_energy, nucleon_energy, neutrino_energy,
    /// gamma_multiplicity, neutron_multiplicity or proton_multiplicity
    #[arg(long, default_value = "visible_energy", value_name = "NAME")]
    observable: String,
    /// Bins: first:last:width, or all edges like 0,5,10,20 [MeV]
    #[arg(long, value_name = "BINS", allow_hyphen_values = true)]
    bins: Option<String>,
    /// File that replaces what is known of the parameters it names: .toml with standard deviations, or .csv
    /// with a covariance matrix
    #[arg(long, value_name = "FILE")]
    covariance: Option<PathBuf>,
    /// Parameters that are uncertain: names or patterns like "optical.*", separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Count at a fixed exposure: the uncertainty of the total cross section is part of the bands
    #[arg(long)]
    rate: bool,
    /// Order of the expansion around the values of the parameters: 1, or 2 over a bank of events
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    order: u8,
    /// Instead of an expansion, draw the parameters N times and look at a bank of events there
    #[arg(long, value_name = "N", conflicts_with = "order", value_parser = clap::value_parser!(u64).range(2..))]
    draws: Option<u64>,
    /// Points at which the expansion is held against the events; 0 for no check
    #[arg(long, value_name = "N", default_value_t = Method::default().check)]
    check: u64,
    /// Events of the bank: the first ones of the run
    #[arg(long, value_name = "N", default_value_t = Method::default().events, value_parser = clap::value_parser!(u64).range(1..))]
    bank: u64,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
    /// File to write, .parquet or .svg; repeat it for both
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,
}

impl Propagate {
    pub(super) fn execute(self) -> Done {
        for path in &self.output {
            wiring::check_spectrum_file(path, self.overwrite)?;
        }
        let observable: Observable = self.observable.parse().map_err(Failure::from)?;
        let histogram = wiring::histogram(observable, self.bins.as_deref(), self.rate)?;
        let knowledge = Knowledge { file: self.covariance.clone(), only: self.only.clone() };
        let bands = match (self.draws, self.order) {
            (Some(draws), _) => Bands::Drawn(draws),
            (None, 2) => Bands::Second,
            (None, _) => Bands::First,
        };
        let method = Method { bands, check: self.check, events: self.bank };
        let spectrum = wiring::propagate(&self.run, histogram, &knowledge, method)?;
        print(&table(&spectrum, self.csv).text(self.csv))?;
        notes(&spectrum).iter().for_each(|line| note(line));
        for path in &self.output {
            wiring::write_spectrum(&spectrum, path, self.overwrite)?;
            note(&format!("wrote {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Bins with contents, errors, and what one standard deviation of the strongest parameters does; programs get
/// the edges in columns of their own.
fn table(spectrum: &Spectrum, csv: bool) -> Table {
    let p = &spectrum.propagation;
    let strongest = || p.parameters.iter().take(STRONGEST);
    let edges = &spectrum.histogram.edges;
    let mut header = match (csv, spectrum.histogram.observable.unit()) {
        (false, _) => vec!["bin".to_string()],
        (true, "") => vec!["lower".into(), "upper".into()],
        (true, unit) => vec![format!("lower [{unit}]"), format!("upper [{unit}]")],
    };
    header.extend(["content", "stat", "syst", "error of syst"].map(String::from));
    let shift = spectrum.beyond.as_ref().filter(|b| b.method.bands != Bands::First).map(|b| &b.shift);
    header.extend(shift.map(|_| "shift".to_string()));
    header.extend(strongest().map(|c| c.name.clone()));
    let mut table = Table { header, rows: Vec::new() };
    let (stat, syst, errors) = (p.statistical_errors(), spectrum.bands(), spectrum.band_errors());
    for b in 0..p.content.len() {
        let mut row = match csv {
            true => vec![edges[b].to_string(), edges[b + 1].to_string()],
            false => vec![spectrum.bin(b)],
        };
        row.extend([p.content[b], stat[b], syst[b]].map(digits));
        row.push(errors.map_or_else(|| "-".into(), |errors| digits(errors[b])));
        row.extend(shift.map(|shift| digits(shift[b])));
        row.extend(strongest().map(|c| digits(c.effect[b])));
        table.push(row);
    }
    table
}

/// Four digits.
fn digits(x: f64) -> String {
    match x.abs() {
        0.0 => "0".into(),
        size if (1e-2..1e5).contains(&size) => {
            let decimals = (3 - size.log10().floor() as i32).max(0) as usize;
            format!("{x:.decimals$}")
        }
        _ => format!("{x:.3e}"),
    }
}

/// What should be known beside the table.
fn notes(spectrum: &Spectrum) -> Vec<String> {
    let p = &spectrum.propagation;
    let mut lines = Vec::new();
    lines.extend(beyond(spectrum));
    let families = p.families.iter().map(|f| format!("{} {:.1} %", f.name, 100.0 * f.share));
    lines.push(format!("variance by family: {}", families.collect::<Vec<_>>().join(", ")));
    let outside = spectrum.weight - p.content.iter().sum::<f64>();
    if outside.abs() > 1e-3 * spectrum.weight.abs() {
        lines.push(format!(
            "note: {:.1} % of the events are outside the bins",
            100.0 * outside / spectrum.weight
        ));
    }
    if !p.missing.is_empty() {
        lines.push(format!(
            "note: without gradients in the run, so that their share is missing: {}",
            few(&p.missing)
        ));
    }
    if !spectrum.without_uncertainty.is_empty() {
        let names = few(&spectrum.without_uncertainty);
        lines.push(format!("note: without a known uncertainty, so taken as exact: {names}"));
    }
    let warnings = spectrum.warnings();
    lines.extend(warnings.iter().take(NOTES).map(|warning| format!("warning: {warning}")));
    if warnings.len() > NOTES {
        lines.push(format!("warning: and {} more", warnings.len() - NOTES));
    }
    lines
}

/// How bands beyond the first order were made.
fn beyond(spectrum: &Spectrum) -> Option<String> {
    let beyond = spectrum.beyond.as_ref().filter(|beyond| beyond.method.bands != Bands::First)?;
    let clipped = match beyond.clipped {
        0 => String::new(),
        n => format!("; {n} drawn values were outside their bounds"),
    };
    Some(format!("bands: {} over {} events{clipped}", spectrum.method_text(), beyond.events))
}

/// The first names of a list.
fn few(names: &[String]) -> String {
    let shown = names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > NAMES { format!("{shown} and {} more", names.len() - NAMES) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits_whatever_their_size() {
        let numbers = [0.0, 12345.6, 123.46, 1.0, 0.01234, 1.2346e-7, -2.5e8];
        let texts = ["0", "12346", "123.5", "1.000", "0.01234", "1.235e-7", "-2.500e8"];
        assert_eq!(numbers.map(digits), texts);
    }
}
