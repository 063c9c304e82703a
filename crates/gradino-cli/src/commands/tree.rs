//! `gradino tree`: the discrete tree of gamma decays, as a table and as a figure.

use crate::message::{Done, note, print};
use crate::options::{load, parse_energy, parse_setting};
use crate::table::Table;
use crate::wiring;
use clap::{Args, ValueEnum};
use gradino::figures::{DRAWN, Measure, Tree, draw_tree, inverse_unit, standalone};
use gradino_core::Nuclide;
use gradino_nuclear::decay::tree::Cut;
use std::path::PathBuf;
use std::process::ExitCode;

/// Paths listed if no cut is given.
const PATHS: usize = 200;
/// Paths listed at most, if their number is not given: they are kept in memory.
const MOST_PATHS: usize = 100_000;

/// Draw the tree of gamma decays from a discrete level.
#[derive(Args)]
pub(crate) struct DrawTree {
    /// Nuclide, like 40K
    #[arg(long, required_unless_present = "model", conflicts_with = "model")]
    nuclide: Option<Nuclide>,
    /// A model instead of a nuclide
    #[arg(long)]
    model: Option<Model>,
    /// Energy of the start, like "4.384 MeV"; the nearest level is taken, without it the highest
    #[arg(long, value_name = "ENERGY", value_parser = parse_energy)]
    from: Option<f64>,
    /// List this many paths; 200 if no cut is given
    #[arg(long, value_name = "N", value_parser = parse_count)]
    paths: Option<usize>,
    /// List paths until they have this probability together
    #[arg(long, value_name = "P", value_parser = parse_probability)]
    coverage: Option<f64>,
    /// Do not follow beginnings of paths that are less probable than this
    #[arg(long, value_name = "P", value_parser = parse_probability)]
    smallest: Option<f64>,
    /// Colour: probability, or gradient:PARAMETER
    #[arg(long, value_name = "WHAT", default_value = "probability", value_parser = parse_by)]
    by: By,
    /// Value of a parameter, like gamma_strength.e1_sigma=40
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    set: Vec<(String, f64)>,
    /// Configuration with models and levels; without it the defaults
    #[arg(long, value_name = "CONFIG")]
    config: Option<PathBuf>,
    /// Figure to write (SVG)
    #[arg(short, long, value_name = "FILE.svg")]
    output: Option<PathBuf>,
    /// Replace the figure if it exists
    #[arg(long)]
    overwrite: bool,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
}

/// A model with a tree.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Model {
    /// The toy of two parameters
    Toy,
}

/// What the colour shows.
#[derive(Clone, Debug, PartialEq)]
enum By {
    Probability,
    Gradient(String),
}

impl DrawTree {
    pub(super) fn execute(self) -> Done {
        if let Some(path) = &self.output {
            wiring::check_free(path, self.overwrite)?;
        }
        let tree = self.tree()?;
        if let Some(asked) = tree.asked {
            let level = tree.levels[tree.start].energy;
            note(&format!(
                "{} has no level at {asked} MeV: the nearest, at {level} MeV, is taken",
                tree.name
            ));
        }
        if let Some(path) = &self.output {
            let measure = match self.by {
                By::Probability => Measure::Probability,
                By::Gradient(_) => Measure::Derivative,
            };
            wiring::write_figure(path, &standalone(&draw_tree(&tree, measure, &tree.summary())))?;
        }
        self.tell(&tree)
    }

    fn tree(&self) -> Done<Tree> {
        let parameter = match &self.by {
            By::Probability => None,
            By::Gradient(name) => Some(name.as_str()),
        };
        let mut config = load(self.config.as_ref())?;
        match self.nuclide {
            Some(nuclide) => {
                config.parameters.extend(self.set.iter().cloned());
                Ok(wiring::tree(&config, nuclide, parameter, self.from, &self.cut())?)
            }
            None => Ok(wiring::toy_tree(&self.set, parameter, self.from, &self.cut())?),
        }
    }

    fn cut(&self) -> Cut {
        let most = if self.coverage.is_none() && self.smallest.is_none() { PATHS } else { MOST_PATHS };
        Cut {
            paths: self.paths.unwrap_or(most),
            coverage: self.coverage.unwrap_or(1.0),
            smallest: self.smallest.unwrap_or(0.0),
        }
    }

    /// The table, and what is not in it.
    fn tell(&self, tree: &Tree) -> Done {
        if !self.csv {
            print(&format!("{}\n\n", tree.summary()))?;
        }
        print(&table(tree).text(self.csv))?;
        match self.csv {
            true => note(&tree.rest()),
            false => print(&format!("\n{}\n", tree.rest()))?,
        }
        if self.paths.is_none() && tree.paths.len() == MOST_PATHS {
            note(&format!("stopped at {MOST_PATHS} paths; --paths N allows more"));
        }
        if let Some(path) = &self.output {
            let drawn =
                if tree.paths.len() > DRAWN { format!(" with {DRAWN} of the paths") } else { "".into() };
            note(&format!("wrote {}{drawn}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(tree: &Tree) -> Table {
    let mut table = Table::new(&["path", "probability"]);
    if let Some(p) = &tree.parameter {
        table.header.push(format!("d/d {}{}", p.name, inverse_unit(&p.unit)));
    }
    table.header.extend(["sum".into(), "levels [MeV]".into()]);
    let mut sum = 0.0;
    for (i, path) in tree.paths.iter().enumerate() {
        sum += path.probability;
        let mut row = vec![(i + 1).to_string(), format!("{:.6e}", path.probability)];
        row.extend(tree.parameter.iter().map(|_| format!("{:+.6e}", path.derivative)));
        let levels: Vec<String> = tree.energies(path).map(|e| e.to_string()).collect();
        row.extend([format!("{sum:.6}"), levels.join(" > ")]);
        table.push(row);
    }
    table
}

fn parse_by(text: &str) -> Result<By, String> {
    match text.split_once(':') {
        None if text == "probability" => Ok(By::Probability),
        Some(("gradient", name)) if !name.is_empty() => Ok(By::Gradient(name.into())),
        _ => {
            Err("write probability, or gradient: and a parameter, like gradient:gamma_strength.e1_sigma"
                .into())
        }
    }
}

fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("write a whole number above 0".into()),
    }
}

fn parse_probability(text: &str) -> Result<f64, String> {
    let fail = || "write a number above 0 and up to 1, like 0.99".to_string();
    text.parse().ok().filter(|p| *p > 0.0 && *p <= 1.0).ok_or_else(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_counts_and_probabilities_are_read_or_refused() {
        assert_eq!(parse_by("probability"), Ok(By::Probability));
        assert_eq!(parse_by("gradient:a.b"), Ok(By::Gradient("a.b".into())));
        for bad in ["", "gradient", "gradient:", "slope:a.b", "probability:a"] {
            assert!(parse_by(bad).is_err(), "{bad}");
        }
        assert!(parse_count("0").is_err() && parse_count("-3").is_err() && parse_count("3") == Ok(3));
        for bad in ["0", "1.2", "-0.1", "nan", "many"] {
            assert!(parse_probability(bad).is_err(), "{bad}");
        }
    }
}
