//! `gradino flow train`: trains a flow on a density or on events.

use crate::job::{CANCEL, INTERRUPTED, listen_to_ctrl_c};
use crate::message::{Done, note, print};
use clap::Args;
use gradino::flow::{Curve, FlowConfig, FlowJob, Step, curve_figure};
use gradino_neural::train::{Device, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often the state is written.
const KEEP: Duration = Duration::from_secs(60);

/// Train a flow on a density or on events.
///
/// Writes the weights, and beside them the loss by step as .csv and .svg, and a folder .state from which
/// --resume goes on.
#[derive(Args)]
pub(crate) struct Train {
    /// Configuration of the training; without one: the annotated example
    config: Option<PathBuf>,
    /// Print an annotated configuration instead
    #[arg(long)]
    annotated: bool,
    /// File for the weights
    #[arg(long, short, default_value = "flow.safetensors", value_name = "FILE")]
    output: PathBuf,
    /// Steps, in the place of those of the configuration
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Stop after this many minutes; --resume goes on
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<f64>,
    /// Where it trains, in the place of the device of the configuration: cpu, or vulkan for a GPU
    #[arg(long, value_name = "DEVICE", value_parser = device)]
    device: Option<Device>,
    /// Go on from the state of a training that was interrupted
    #[arg(long)]
    resume: bool,
    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,
    /// Print nothing
    #[arg(long, short)]
    quiet: bool,
}

impl Train {
    pub(super) fn execute(self) -> Done {
        if self.annotated {
            print(FlowConfig::annotated())?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut config = match &self.config {
            Some(path) => FlowConfig::from_file(path)?,
            None => FlowConfig::from_toml(FlowConfig::annotated())?,
        };
        config.training.steps = self.steps.unwrap_or(config.training.steps);
        config.training.device = self.device.unwrap_or(config.training.device);
        let state = self.output.with_extension("state");
        if self.output.exists() && !self.overwrite && !self.resume {
            return Err(gradino::Error::AlreadyExists { path: self.output }.into());
        }
        let job = FlowJob::new(config)?;
        listen_to_ctrl_c("writing the state")?;
        let bar = self.bar(job.config().training.steps);
        let (begun, mut kept) = (Instant::now(), Instant::now());
        let (weights, curve) = job.run(Some(&state), self.resume, |progress| {
            bar.set_position(progress.step);
            bar.set_message(told(progress));
            let late = self.minutes.is_some_and(|m| begun.elapsed().as_secs_f64() > 60.0 * m);
            if late || CANCEL.load(Ordering::Relaxed) {
                return Step::Stop;
            }
            if kept.elapsed() < KEEP {
                return Step::GoOn;
            }
            kept = Instant::now();
            Step::Keep
        })?;
        bar.finish_and_clear();
        weights.save(&self.output).map_err(gradino::Error::from)?;
        self.tell(&job, &curve, begun.elapsed())
    }

    /// The bar goes to the standard error, and only where that is a terminal.
    fn bar(&self, steps: u64) -> ProgressBar {
        let style =
            ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} steps  {eta} to go  {msg}")
                .expect("the template is valid");
        let bar = if self.quiet { ProgressBar::hidden() } else { ProgressBar::new(steps) };
        bar.with_style(style)
    }

    fn tell(&self, job: &FlowJob, curve: &Curve, time: Duration) -> Done {
        let beside = |ending: &str| self.output.with_extension(ending);
        let written = |path: &Path| {
            if !self.quiet {
                note(&format!("wrote {}", path.display()))
            }
        };
        written(&self.output);
        if !curve.0.is_empty() {
            gradino::io::write_text(&beside("csv"), &curve.table().csv())?;
            written(&beside("csv"));
            gradino::io::write_text(&beside("svg"), &curve_figure(curve))?;
            written(&beside("svg"));
        }
        let (done, all) = (curve.0.last().map_or(0, |p| p.step), job.config().training.steps);
        if !self.quiet
            && let Some(progress) = curve.0.last()
        {
            print(&format!("{done} steps in {:.0} s: {}\n", time.as_secs_f64(), told(progress)))?;
        }
        if done == all || curve.0.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        note(&format!("stopped after {done} of {all} steps"));
        note("hint: --resume goes on to the same result");
        Ok(ExitCode::from(if CANCEL.load(Ordering::Relaxed) { INTERRUPTED } else { 0 }))
    }
}

/// A device by its name.
fn device(name: &str) -> Result<Device, String> {
    let names = || Device::ALL.map(Device::name).join(" or ");
    Device::ALL.into_iter().find(|device| device.name() == name).ok_or_else(|| format!("choose {}", names()))
}

fn told(progress: &Progress) -> String {
    let quality = progress.quality.map_or_else(String::new, |q| {
        format!(", RESS {:.2} %, efficiency {:.1} %", 100.0 * q.ress, 100.0 * q.efficiency)
    });
    format!("loss {:.5}{quality}", progress.loss)
}
