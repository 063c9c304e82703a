//! Options that several commands share, and how they change a configuration.

use crate::message::{Done, Failure};
use clap::Args;
use gradino::config::{Config, Source, Spin, State};
use gradino::run::parse_range;
use gradino_core::{NuclearState, Nuclide, Parity, units};
use std::ops::Range;
use std::path::PathBuf;

/// Options of a job.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct JobOptions {
    /// Events: a count, or first and end like 2000:3000 (the end is not included)
    #[arg(short = 'n', long, value_name = "N|A:B", value_parser = parse_range_text)]
    pub(crate) events: Option<Range<u64>>,
    /// Seed of the random numbers
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    pub(crate) seed: Option<u64>,
    /// Threads; 0: one for each core
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// File to write, instead of those of the configuration; the ending chooses the format; repeat it
    /// for more files
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// Value of a parameter, like level_density.a=1.05
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub(crate) set: Vec<(String, f64)>,
    /// Gradients: names, patterns like "optical.*", or all; separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) gradients: Vec<String>,
    /// Go on with an interrupted run
    #[arg(long, conflicts_with = "overwrite")]
    pub(crate) resume: bool,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print errors only
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl JobOptions {
    /// Puts the options into the configuration; gives the numbers of the events to draw.
    pub(crate) fn apply(&self, config: &mut Config) -> Range<u64> {
        config.seed = self.seed.or(config.seed);
        config.threads = self.threads.unwrap_or(config.threads);
        config.parameters.extend(self.set.iter().cloned());
        config.output.overwrite |= self.overwrite;
        if !self.gradients.is_empty() {
            config.gradients.parameters.clone_from(&self.gradients);
        }
        if !self.output.is_empty() {
            config.output.files.clone_from(&self.output);
            config.output.report = None;
        }
        let events = self.events.clone().unwrap_or(0..config.events);
        config.events = config.events.max(events.end);
        if events.start == 0 {
            config.events = events.end;
        }
        events
    }
}

/// A fixed nuclear state.
#[derive(Args, Clone, Debug)]
pub(crate) struct StateOptions {
    /// Nuclide, like 40K
    #[arg(long)]
    nuclide: Nuclide,
    /// Excitation energy, like "15 MeV"
    #[arg(long, value_parser = parse_energy)]
    excitation: f64,
    /// Spin, like 1 or 1/2
    #[arg(long)]
    spin: Spin,
    /// Parity: + or -
    #[arg(long, value_parser = parse_parity, allow_hyphen_values = true)]
    parity: Parity,
    /// Configuration with the models; without it the defaults
    #[arg(long, value_name = "CONFIG")]
    config: Option<PathBuf>,
}

impl StateOptions {
    /// The configuration that starts from this state.
    pub(crate) fn config(&self) -> Done<Config> {
        let state = NuclearState { excitation: self.excitation, two_j: self.spin.two_j, parity: self.parity };
        let source = Source::State(State::new(self.nuclide, state)?);
        Ok(Config { source, ..load(self.config.as_ref())? })
    }
}

/// The configuration of a file; without a file the default.
pub(crate) fn load(path: Option<&PathBuf>) -> Done<Config> {
    Ok(path.map_or_else(|| Ok(Config::default()), |path| Config::from_file(path))?)
}

/// Reads "5 MeV:60 MeV:56" as 56 energies [MeV] from 5 to 60, evenly apart.
pub(crate) fn parse_grid(text: &str) -> Result<Vec<f64>, String> {
    let fail = || format!("cannot read \"{text}\"; write it like \"5 MeV:60 MeV:56\"");
    let parts: Vec<&str> = text.split(':').collect();
    let [first, last, count] = parts[..] else { return Err(fail()) };
    let (first, last) = (parse_energy(first)?, parse_energy(last)?);
    let count: usize = count.trim().parse().map_err(|_| fail())?;
    if first <= 0.0 || last <= first || !(2..=1_000_000).contains(&count) {
        return Err(format!("\"{text}\" wants 0 < first < last, and 2 to 1000000 points"));
    }
    let step = (last - first) / (count - 1) as f64;
    Ok((0..count).map(|i| if i + 1 == count { last } else { first + step * i as f64 }).collect())
}

/// Points of a grid, at most.
const MOST_POINTS: f64 = 1e6;
/// Parts of a MeV to which points of a grid are rounded.
const ROUNDING: f64 = 1e9;

/// Reads energies [MeV]: values like "296MeV", and grids like "10MeV:200MeV:0.5MeV" of first, last and step.
pub(crate) fn parse_points(texts: &[String]) -> Result<Vec<f64>, String> {
    let mut points = Vec::new();
    for text in texts {
        let parts: Vec<f64> = text.split(':').map(parse_energy).collect::<Result<_, _>>()?;
        match parts[..] {
            [value] => points.push(value),
            [first, last, step] if step > 0.0 && last >= first && last - first <= step * MOST_POINTS => {
                // A step that ends beside the last point by rounding still reaches it.
                let count = ((last - first) / step * (1.0 + f64::EPSILON) + 1.0 / ROUNDING) as usize;
                points.extend((0..=count).map(|i| ((first + step * i as f64) * ROUNDING).round() / ROUNDING));
            }
            _ => {
                return Err(format!(
                    "\"{text}\" is neither an energy nor first, last and a step that leads there"
                ));
            }
        }
    }
    Ok(points)
}

/// An error of the ground on one line, as clap wants it.
fn with_hint(error: &gradino_core::Error) -> String {
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}; {hint}"))
}

/// Reads an energy with its unit [MeV].
pub(crate) fn parse_energy(text: &str) -> Result<f64, String> {
    units::parse_energy(text).map_err(|error| with_hint(&error))
}

fn parse_parity(text: &str) -> Result<Parity, String> {
    match text {
        "+" => Ok(Parity::Plus),
        "-" => Ok(Parity::Minus),
        _ => Err("write + or -".into()),
    }
}

fn parse_range_text(text: &str) -> Result<Range<u64>, String> {
    parse_range(text).map_err(|error| match Failure::from(error) {
        Failure::Error { message, hint, .. } => format!("{message}; {}", hint.unwrap_or_default()),
        Failure::BrokenPipe => String::new(),
    })
}

/// Reads a value of a parameter, like level_density.a=1.05.
pub(crate) fn parse_setting(text: &str) -> Result<(String, f64), String> {
    let fail = || format!("cannot read \"{text}\"; write it like level_density.a=1.05");
    let (name, value) = text.split_once('=').ok_or_else(fail)?;
    let value: f64 = value.trim().parse().map_err(|_| fail())?;
    if value.is_finite() { Ok((name.trim().into(), value)) } else { Err(fail()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_change_the_configuration_and_slices_keep_its_size() {
        let mut config = Config::default();
        let options = JobOptions {
            events: Some(2000..3000),
            seed: Some(7),
            set: vec![("level_density.a".into(), 1.05)],
            output: vec!["a.parquet".into()],
            ..JobOptions::default()
        };
        assert_eq!(options.apply(&mut config), 2000..3000);
        assert_eq!((config.events, config.seed), (100_000, Some(7)));
        assert_eq!(config.parameters["level_density.a"], 1.05);
        assert_eq!(config.output.report, None);
        let options = JobOptions { events: Some(0..50), ..JobOptions::default() };
        assert_eq!(options.apply(&mut config), 0..50);
        assert_eq!(config.events, 50);
    }

    #[test]
    fn energy_grids_hold_both_ends() {
        assert_eq!(parse_grid("5 MeV:60 MeV:56").map(|g| (g[0], g[1], g[55])), Ok((5.0, 6.0, 60.0)));
        for bad in ["5 MeV", "5:60:56", "60 MeV:5 MeV:3", "5 MeV:60 MeV:1", "0 MeV:1 MeV:3", "a:b:c"] {
            assert!(parse_grid(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn points_are_values_and_grids_whose_steps_leave_no_rounding() {
        let read = |texts: &[&str]| parse_points(&texts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read(&["296MeV", "0.5 GeV"]), Ok(vec![296.0, 500.0]));
        let grid = read(&["10MeV:11MeV:0.1MeV"]).expect("a grid");
        assert_eq!((grid.len(), grid[3], grid[10]), (11, 10.3, 11.0));
        assert_eq!(read(&["10MeV:12.5MeV:1MeV"]), Ok(vec![10.0, 11.0, 12.0]));
        for bad in
            ["10", "10MeV:5MeV:1MeV", "1MeV:5MeV:0MeV", "1MeV:5MeV", "0MeV:1GeV:1e-7MeV", "1MeV:5MeV:-1MeV"]
        {
            assert!(read(&[bad]).is_err(), "{bad}");
        }
    }
}
