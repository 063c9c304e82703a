//! `gradino fit`: fits a model to data.

use crate::message::{Done, note, print};
use crate::table::Table;
use clap::Args;
use gradino::figures::corner;
use gradino::fit::{FitConfig, FitJob, FitRecord, StoredFit};
use gradino_infer::fit::{Fit as Fitted, State};
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code of a fit that has not converged.
const NOT_CONVERGED: u8 = 3;

/// Fit parameters of a model to data.
#[derive(Args)]
pub(crate) struct Fit {
    /// Configuration of the fit; without one: the annotated example
    config: Option<PathBuf>,
    /// Print an annotated configuration instead
    #[arg(long)]
    annotated: bool,
    /// File for the result, as JSON
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// File in which the state is kept after each round
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Scan the objective along these parameters, all others at their best
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    profile: Vec<String>,
    /// Points of each scan
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = clap::value_parser!(u16).range(3..))]
    profile_points: u16,
    /// Draw the parameters in pairs, with ellipses and scans, as SVG
    #[arg(long, value_name = "FILE")]
    corner: Option<PathBuf>,
    /// Print the result only
    #[arg(long, short)]
    quiet: bool,
    /// Print the parameters as comma-separated values
    #[arg(long)]
    csv: bool,
}

impl Fit {
    pub(super) fn execute(self) -> Done {
        if self.annotated {
            print(FitConfig::annotated())?;
            return Ok(ExitCode::SUCCESS);
        }
        let config = match &self.config {
            Some(path) => FitConfig::from_file(path)?,
            None => FitConfig::from_toml(FitConfig::annotated())?,
        };
        let job = FitJob::new(config)?;
        self.profile.iter().try_for_each(|name| job.check_profile(name))?;
        let mut failure = None;
        let observer = |state: &State| match self.after_round(&job, state) {
            Ok(()) => true,
            Err(error) => {
                failure = Some(error);
                false
            }
        };
        let start = self.checkpoint.as_ref().filter(|path| self.resume && path.exists());
        let fitted = match start {
            Some(path) => job.resume(StoredFit::read(path, job.config())?, observer)?,
            None => job.run(observer)?,
        };
        if let Some(error) = failure {
            return Err(error.into());
        }
        self.tell(&job, &fitted)
    }

    fn after_round(&self, job: &FitJob, state: &State) -> gradino::Result<()> {
        if !self.quiet
            && let Some(round) = state.rounds.last()
        {
            let number = state.rounds.len();
            note(&format!(
                "round {number}: {} events, objective {:.6}, gradient {:.2} of its error, {:.0} % effective",
                round.events,
                round.objective,
                round.signal.sqrt(),
                100.0 * round.effective
            ));
        }
        let Some(path) = &self.checkpoint else { return Ok(()) };
        StoredFit { config: job.config().resolved_toml(), state: state.clone() }.write(path)
    }

    fn tell(&self, job: &FitJob, fitted: &Fitted) -> Done {
        let mut record = FitRecord::new(job.config(), fitted, job.data().len());
        for name in &self.profile {
            record.profiles.push(job.profile(fitted, name, self.profile_points.into())?);
        }
        let mut table = Table::new(&["parameter", "value", "error", "sandwich error", "of it simulation"]);
        for p in &record.parameters {
            let numbers = [p.value, p.error, p.sandwich, p.simulation].map(|x| format!("{x:.6}"));
            table.push(std::iter::once(p.name.clone()).chain(numbers).collect());
        }
        print(&table.text(self.csv))?;
        if !self.quiet {
            note(&format!("objective {:.6} with {} data", record.objective, record.data));
            correlations(&record);
        }
        record.diagnosis.iter().for_each(|line| note(&format!("warning: {line}")));
        if let Some(path) = &self.output {
            record.write(path)?;
            note(&format!("wrote {}", path.display()));
        }
        if let Some(path) = &self.corner {
            gradino::io::write_text(path, &corner(&record))?;
            note(&format!("wrote {}", path.display()));
        }
        Ok(if record.converged { ExitCode::SUCCESS } else { ExitCode::from(NOT_CONVERGED) })
    }
}

/// Says which parameters go together.
fn correlations(record: &FitRecord) {
    let matrix = record.covariance.as_ref().unwrap_or(&record.sandwich);
    for i in 0..record.parameters.len() {
        for j in 0..i {
            let correlation = matrix[i][j] / (matrix[i][i] * matrix[j][j]).sqrt();
            let (a, b) = (&record.parameters[j].name, &record.parameters[i].name);
            note(&format!("correlation of {a} and {b}: {correlation:.3}"));
        }
    }
}
