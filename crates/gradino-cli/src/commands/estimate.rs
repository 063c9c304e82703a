//! `gradino estimate`: a mean or a histogram with its derivatives.

use crate::message::{Done, Failure, note, print};
use crate::options::{load, parse_setting};
use crate::table::Table;
use crate::wiring::{self, Observable};
use clap::Args;
use gradino::estimate::{CompareSettings, Comparison, EstimateJob, Figures};
use gradino_infer::estimate::{Estimate as Estimated, Estimator, Target};
use std::path::PathBuf;
use std::process::ExitCode;

/// Derivatives of a histogram that get a column.
const STRONGEST: usize = 4;

/// Estimate the mean or the histogram of an observable with its derivatives.
#[derive(Args)]
pub(crate) struct Estimate {
    /// Configuration file; without one, the default job
    #[arg(value_name = "CONFIG.toml")]
    config: Option<PathBuf>,
    /// visible_energy, electron_energy, gamma_multiplicity, neutron_multiplicity, gamma_energy or
    /// largest_gamma_energy
    #[arg(long, default_value = "visible_energy", value_name = "NAME")]
    observable: String,
    /// Shares of events in bins instead of the mean: first:last:width, or all edges like 0,5,10,20 [MeV]
    #[arg(long, value_name = "BINS", allow_hyphen_values = true)]
    bins: Option<String>,
    /// pathwise, score, leave-one-out, control-variates, tree or combined; or all of them
    #[arg(long, default_value = "combined", value_name = "NAME")]
    estimator: String,
    /// Number of events
    #[arg(short = 'n', long, value_name = "N")]
    events: Option<u64>,
    /// Batches, from whose spread the errors come
    #[arg(long, default_value_t = CompareSettings::default().batches)]
    batches: usize,
    /// Put all estimators and central finite differences side by side: bias, and variance times CPU time
    #[arg(long, conflicts_with = "estimator")]
    compare: bool,
    /// Seed of the random numbers
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    seed: Option<u64>,
    /// Value of a parameter, like level_density.a=1.05
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    set: Vec<(String, f64)>,
    /// Gradients: names, patterns like "optical.*", or all; separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    gradients: Vec<String>,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
}

impl Estimate {
    pub(super) fn execute(self) -> Done {
        let mut config = load(self.config.as_ref())?;
        config.seed = self.seed.or(config.seed);
        let is_new_seed = config.seed.is_none();
        let seed = config.settle_seed();
        if is_new_seed {
            note(&format!("seed {seed} (drawn now; --seed {seed} repeats the estimate)"));
        }
        config.parameters.extend(self.set.iter().cloned());
        if !self.gradients.is_empty() {
            config.gradients.parameters.clone_from(&self.gradients);
        }
        let observable: Observable = self.observable.parse().map_err(Failure::from)?;
        let target = wiring::target(observable, self.bins.as_deref())?;
        let job = EstimateJob::from_config(&config, observable, target)?;
        if self.compare { self.compare(&job) } else { self.estimate(&job, config.events) }
    }

    fn estimate(&self, job: &EstimateJob, events: u64) -> Done {
        let estimators = match self.estimator.as_str() {
            "all" => Estimator::ALL.to_vec(),
            name => vec![name.parse().map_err(gradino::Error::from)?],
        };
        let prepared = job.prepare()?;
        for estimator in estimators {
            let found = prepared.estimate(estimator, self.events.unwrap_or(events), self.batches, 0)?;
            match job.target() {
                Target::Mean => {
                    note(&mean(job, &found));
                    print(&of_mean(job, &found).text(self.csv))?;
                }
                Target::Bins { axis, .. } => {
                    note(&format!(
                        "{}: shares of {} events in bins of {}",
                        found.estimator,
                        found.events,
                        job.observable().label()
                    ));
                    print(&of_bins(job, &found, axis.edges(), self.csv).text(self.csv))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn compare(&self, job: &EstimateJob) -> Done {
        let mut settings = CompareSettings { batches: self.batches, ..CompareSettings::default() };
        settings.events = self.events.unwrap_or(settings.events);
        settings.truth = settings.truth.max(4 * settings.events);
        let comparison = job.compare(&settings)?;
        print(&costs(&comparison).text(self.csv))?;
        print("\n")?;
        print(&side_by_side(&comparison).text(self.csv))?;
        note(
            "z: distance from the default estimator with other events, in errors; the rest: variance times CPU time by that of the default estimator",
        );
        note(
            "differences: central, common random numbers, best step; for all parameters at once, and for one alone at the same gradients",
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// The mean in words.
fn mean(job: &EstimateJob, found: &Estimated) -> String {
    let observable = job.observable();
    let unit = if observable.unit().is_empty() { String::new() } else { format!(" {}", observable.unit()) };
    format!(
        "{}: mean {} {:.6} +- {:.1e}{unit} from {} events",
        found.estimator,
        observable.label(),
        found.value[0],
        found.value_errors[0],
        found.events
    )
}

/// The derivatives of a mean.
fn of_mean(job: &EstimateJob, found: &Estimated) -> Table {
    let mut table = Table::new(&["parameter", "derivative", "error"]);
    for (i, name) in job.names().into_iter().enumerate() {
        let numbers = [found.gradient[i], found.gradient_errors[i]];
        table.push(std::iter::once(name.to_string()).chain(numbers.map(|x| format!("{x:.4e}"))).collect());
    }
    table
}

/// Bins with their derivatives: those of the strongest parameters, or all of them for programs.
fn of_bins(job: &EstimateJob, found: &Estimated, edges: &[f64], csv: bool) -> Table {
    let names = job.names();
    let p = names.len();
    let signal = |i: &usize| {
        let bins = (0..found.value.len())
            .map(|b| (found.gradient[b * p + i] / found.gradient_errors[b * p + i]).abs());
        bins.filter(|s| s.is_finite()).fold(0.0, f64::max)
    };
    let mut shown: Vec<usize> = (0..p).collect();
    if !csv {
        shown.sort_by(|a, b| signal(b).total_cmp(&signal(a)));
        shown.truncate(STRONGEST);
    }
    let mut header: Vec<String> = ["lower", "upper", "share", "error"].map(String::from).to_vec();
    header.extend(shown.iter().flat_map(|&i| [format!("d/d {}", names[i]), "error".into()]));
    let mut table = Table { header, rows: Vec::new() };
    for b in 0..found.value.len() {
        let mut row = vec![edges[b].to_string(), edges[b + 1].to_string()];
        row.extend([found.value[b], found.value_errors[b]].map(|x| format!("{x:.4e}")));
        let slopes =
            shown.iter().flat_map(|&i| [found.gradient[b * p + i], found.gradient_errors[b * p + i]]);
        row.extend(slopes.map(|x| format!("{x:.2e}")));
        table.push(row);
    }
    table
}

/// CPU time of an event, and how well the value is known.
fn costs(comparison: &Comparison) -> Table {
    let mut table =
        Table::new(&["estimator", "us for an event", "z of the value", "variance x CPU of the value"]);
    let own = comparison.estimators.last().map_or(1.0, |m| comparison.of_value(m).cost);
    for measured in &comparison.estimators {
        let Figures { z, cost } = comparison.of_value(measured);
        let numbers = [format!("{:.2}", 1e6 * measured.seconds), format!("{z:.1}"), ratio(cost / own)];
        table.push(std::iter::once(measured.estimate.estimator.to_string()).chain(numbers).collect());
    }
    table
}

/// z and variance times CPU time of each method for each parameter.
fn side_by_side(comparison: &Comparison) -> Table {
    let mut table = Table::new(&["parameter"]);
    let methods = comparison.estimators.iter().map(|m| m.estimate.estimator.name());
    table.header.extend(methods.flat_map(|name| [format!("{name} z"), "var x CPU".into()]));
    table.header.extend(["differences step", "z", "all", "alone"].map(String::from));
    for (p, name) in comparison.names.iter().enumerate() {
        let own = comparison.estimators.last().map_or(1.0, |m| comparison.of_estimator(m, p).cost);
        let mut row = vec![name.clone()];
        for measured in &comparison.estimators {
            let Figures { z, cost } = comparison.of_estimator(measured, p);
            row.extend([format!("{z:.1}"), ratio(cost / own)]);
        }
        match &comparison.differences[p] {
            None => row.extend(std::iter::repeat_n(String::new(), 4)),
            Some(difference) => {
                let [all, alone] =
                    [comparison.names.len(), 1].map(|n| comparison.of_difference(difference, p, n));
                row.extend([
                    difference.step.to_string(),
                    format!("{:.1}", all.z),
                    ratio(all.cost / own),
                    ratio(alone.cost / own),
                ]);
            }
        }
        table.push(row);
    }
    table
}

/// A ratio with two digits.
fn ratio(x: f64) -> String {
    if x >= 10.0 { format!("{x:.0}") } else { format!("{x:.2}") }
}
