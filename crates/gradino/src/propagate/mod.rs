//! Propagation of parameter uncertainties to a histogram of one run: to first order from its derivatives, and
//! beyond over a bank of its events.
//!
//! A [`Histogram`] says what is filled and how, [`knowledge`] what is known of the parameters, and a
//! [`Propagator`] takes the events of a run with gradients; [`of_file`] does it all for an event file. The
//! calculation itself is [`gradino_infer::propagate`].

mod beyond;
mod covariance_file;
mod histogram;
pub mod knowledge;
mod plot;
mod table_file;

pub use beyond::{Bands, Beyond, Method};
pub use covariance_file::read_covariance;
pub use histogram::Histogram;
pub use plot::plot;
pub use table_file::write_parquet;

use crate::chain::Setup;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{self, EventSource, Provenance};
use gradino_core::{Event, ParamSet, Sample};
use gradino_infer::ParameterCovariance;
use gradino_infer::propagate::{GROUPS, Histogrammed, Propagation};
use nalgebra::DMatrix;
use std::path::{Path, PathBuf};

/// Rows that are handed on at once: a multiple of [`GROUPS`], few enough for the cache.
const ROWS: usize = 64 * GROUPS;

/// What is known of the parameters, as a user asks for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knowledge {
    /// File that replaces the built-in knowledge of the parameters it names.
    pub file: Option<PathBuf>,
    /// Patterns of the parameters that are uncertain; all if it is empty.
    pub only: Vec<String>,
}

/// A histogram of a run with its uncertainties.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// What was filled.
    pub histogram: Histogram,
    /// Contents and uncertainties.
    pub propagation: Propagation,
    /// Number of events.
    pub events: u64,
    /// Sum of the weights of all events, and of those outside all bins.
    pub weight: f64,
    /// Parameters of the run's gradients of which no uncertainty is known.
    pub without_uncertainty: Vec<String>,
    /// What a bank of the run's events says, where it was asked.
    pub beyond: Option<Beyond>,
}

impl Spectrum {
    /// Systematic covariance of the bins, by the method that was chosen.
    pub fn systematic(&self) -> &DMatrix<f64> {
        self.beyond.as_ref().map_or(&self.propagation.systematic, |beyond| &beyond.systematic)
    }

    /// Systematic standard deviations of the bins, by the method that was chosen.
    pub fn bands(&self) -> Vec<f64> {
        self.systematic().diagonal().iter().map(|v| v.max(0.0).sqrt()).collect()
    }

    /// Statistical errors of the bands; none to second order.
    pub fn band_errors(&self) -> Option<&[f64]> {
        match &self.beyond {
            Some(beyond) if beyond.method.bands != Bands::First => beyond.band_errors.as_deref(),
            _ => Some(&self.propagation.band_errors),
        }
    }

    /// How the bands were made, in words.
    pub fn method_text(&self) -> String {
        match self.beyond.as_ref().map(|beyond| beyond.method.bands) {
            None | Some(Bands::First) => "first order".into(),
            Some(Bands::Second) => "second order".into(),
            Some(Bands::Drawn(draws)) => format!("{draws} draws of the parameters"),
        }
    }

    /// The range of a bin, like "0..5 MeV".
    pub fn bin(&self, b: usize) -> String {
        // Without the last digits of rounding.
        let edge = |at: usize| self.histogram.edges[at];
        let [lower, upper] =
            [b, b + 1].map(|at| format!("{:.9}", edge(at)).parse::<f64>().unwrap_or(edge(at)));
        format!("{lower}..{upper} {}", self.histogram.observable.unit()).trim_end().to_string()
    }

    /// The warnings in words.
    pub fn warnings(&self) -> Vec<String> {
        let beyond = self.beyond.iter().flat_map(|beyond| &beyond.warnings);
        let all = beyond.chain(&self.propagation.warnings);
        all.map(|warning| warning.text(|b| self.bin(b))).collect()
    }
}

/// Fills the histogram of a run with its derivatives, event by event.
pub struct Propagator {
    histogram: Histogram,
    /// Positions of the parameters with an uncertainty in the gradients of the events.
    chosen: Vec<usize>,
    /// d ln(cross section) for each gradient; empty where the number of events is fixed.
    rate: Vec<f64>,
    all: Histogrammed,
    buffer: Sample,
    motion: Vec<f64>,
    slopes: [Vec<f64>; 2],
    events: u64,
    weight: f64,
    without_uncertainty: Vec<String>,
}

impl Propagator {
    /// For events with gradients for the parameters `names`; `rate` is d ln(cross section) for each of them if the
    /// histogram counts at a fixed exposure.
    pub fn new(
        histogram: Histogram,
        names: &[String],
        knowledge: &ParameterCovariance,
        rate: &[f64],
    ) -> Result<Self> {
        let variances = knowledge.of(names).diagonal();
        let (chosen, without): (Vec<usize>, Vec<usize>) = (0..names.len()).partition(|&i| variances[i] > 0.0);
        if chosen.is_empty() {
            return Err(Error::NothingUncertain { gradients: names.len() });
        }
        let own: Vec<String> = chosen.iter().map(|&i| names[i].clone()).collect();
        let (binning, sharing) = (histogram.binning()?, histogram.observable.sharing());
        let all = Histogrammed::empty(own, binning, sharing, 1.0, knowledge)?;
        let (n, count) = (names.len(), chosen.len());
        Ok(Propagator {
            buffer: Sample::new(1, count),
            motion: vec![0.0; n],
            slopes: [vec![0.0; count], vec![0.0; count]],
            without_uncertainty: without.iter().map(|&i| names[i].clone()).collect(),
            rate: rate.to_vec(),
            events: 0,
            weight: 0.0,
            histogram,
            chosen,
            all,
        })
    }

    /// Adds an event.
    pub fn add(&mut self, event: &Event) -> Result<()> {
        self.events += 1;
        self.weight += event.weight;
        let observable = self.histogram.observable;
        let Some(value) = observable.value(event) else { return Ok(()) };
        self.motion.fill(0.0);
        observable.add_motion(event, &mut self.motion);
        for (slot, &i) in self.chosen.iter().enumerate() {
            let score = event.weight_gradient[i] + self.rate.get(i).copied().unwrap_or(0.0);
            self.slopes[0][slot] = self.motion[i];
            self.slopes[1][slot] = event.weight * score;
        }
        self.buffer.push(&[value], event.weight, &self.slopes[0], &self.slopes[1]);
        if self.buffer.len() == ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let full = std::mem::replace(&mut self.buffer, Sample::new(1, self.chosen.len()));
        if !full.is_empty() {
            self.all.add(&full)?;
        }
        Ok(())
    }

    /// The histogram with its uncertainties.
    pub fn finish(mut self) -> Result<Spectrum> {
        self.flush()?;
        let propagation = self.all.propagate()?;
        let Propagator { histogram, events, weight, without_uncertainty, .. } = self;
        Ok(Spectrum { histogram, propagation, events, weight, without_uncertainty, beyond: None })
    }
}

/// Propagates to a histogram of the event file `path`.
pub fn of_file(path: &Path, histogram: Histogram, knowledge: &Knowledge, method: Method) -> Result<Spectrum> {
    let mut source = io::open(path)?;
    if source.provenance().gradient_names.is_empty() {
        return Err(Error::NoGradients { path: path.to_path_buf() });
    }
    let known = knowledge.of(&parameters(source.provenance())?)?;
    of_events(source.as_mut(), histogram, &known, method)
}

/// Propagates to a histogram of events with gradients; `known` is the covariance of the parameters.
pub fn of_events(
    source: &mut dyn EventSource,
    histogram: Histogram,
    known: &ParameterCovariance,
    method: Method,
) -> Result<Spectrum> {
    let provenance = source.provenance().clone();
    let rate = if histogram.rate { rate_gradient(&provenance)? } else { Vec::new() };
    let mut propagator = Propagator::new(histogram, &provenance.gradient_names, known, &rate)?;
    let mut event = Event::new();
    while source.read(&mut event)? {
        propagator.add(&event)?;
    }
    let mut spectrum = propagator.finish()?;
    spectrum.beyond = beyond::look(&spectrum, &provenance, known, method)?;
    Ok(spectrum)
}

impl Knowledge {
    /// The covariance of the parameters of `set`.
    pub fn of(&self, set: &ParamSet) -> Result<ParameterCovariance> {
        let mut known = knowledge::builtin(set)?;
        if let Some(file) = &self.file {
            known = knowledge::replaced(&known, &read_covariance(file, set)?)?;
        }
        if self.only.is_empty() { Ok(known) } else { knowledge::restricted(&known, set, &self.only) }
    }
}

/// The parameters of the models behind an event file.
fn parameters(provenance: &Provenance) -> Result<ParamSet> {
    Ok(Setup::from_config(&Config::from_toml(&provenance.config_toml)?)?.parameters())
}

/// d ln(flux-averaged cross section) for each gradient.
pub fn rate_gradient(provenance: &Provenance) -> Result<Vec<f64>> {
    let slopes = &provenance.flux_averaged_cross_section_gradient;
    if slopes.is_empty() {
        return Err(Error::NoRate);
    }
    Ok(slopes.iter().map(|slope| slope / provenance.flux_averaged_cross_section_cm2).collect())
}
