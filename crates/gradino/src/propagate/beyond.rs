//! What lies beyond the straight line: the run's first events as a bank, seen at other values of the parameters.

use super::{Histogram, Spectrum};
use crate::chain::{ChainSimulator, Setup};
use crate::config::Config;
use crate::error::Result;
use crate::io::Provenance;
use gradino_core::Simulator;
use gradino_infer::ParameterCovariance;
use gradino_infer::propagate::{Order, OverBank, SecondOrder, Warning};
use nalgebra::DMatrix;

/// Feature of events that have nothing of what is observed: outside all bins.
const OUTSIDE: f64 = f64::MIN;

/// How the bands are made, and how they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// What makes the bands.
    pub bands: Bands,
    /// Points at which the expansion is held against the events; 0 for no check.
    pub check: u64,
    /// Events of the bank at most: the first ones of the run.
    pub events: u64,
}

/// What makes the bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bands {
    /// Straight lines, with the derivatives of all events.
    First,
    /// Parabolas, over a bank.
    Second,
    /// Points drawn from the covariance of the parameters, over a bank.
    Drawn(u64),
}

impl Default for Method {
    /// Straight lines, held against 20 points of 20,000 events.
    fn default() -> Self {
        Method { bands: Bands::First, check: 20, events: 20_000 }
    }
}

impl Method {
    /// Whether events are needed at other values of the parameters.
    fn needs_bank(&self) -> bool {
        self.bands != Bands::First || self.check > 0
    }
}

/// What a bank says of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Beyond {
    /// What was asked for.
    pub method: Method,
    /// Mean contents over the parameters less those at their values, `[bins]`; zero for straight lines.
    pub shift: Vec<f64>,
    /// Systematic covariance by the method, `[bins, bins]`.
    pub systematic: DMatrix<f64>,
    /// Statistical errors of the bands where points were drawn, `[bins]`.
    pub band_errors: Option<Vec<f64>>,
    /// Values that were drawn outside their bounds and brought back.
    pub clipped: usize,
    /// Number of events in the bank.
    pub events: u64,
    /// Where the expansion does not follow the events.
    pub warnings: Vec<Warning>,
}

/// Looks beyond the straight line of `spectrum`, which comes from a run with this provenance.
pub(super) fn look(
    spectrum: &Spectrum,
    provenance: &Provenance,
    known: &ParameterCovariance,
    method: Method,
) -> Result<Option<Beyond>> {
    if !method.needs_bank() {
        return Ok(None);
    }
    let simulator = simulator(&spectrum.histogram, provenance, &spectrum.propagation.names)?;
    let events = method.events.clamp(1, provenance.n_events);
    let origin: Vec<f64> = simulator.parameters().iter().map(|p| p.value).collect();
    let first = provenance.first_event;
    let bank = simulator.draw_bank(&origin, first..first + events)?;
    let (binning, sharing) = (spectrum.histogram.binning()?, spectrum.histogram.observable.sharing());
    let scale = spectrum.weight / events as f64;
    let over = OverBank::new(&bank, simulator.parameters(), binning, sharing, scale, known)?;
    Ok(Some(seen(&over, spectrum, Method { events, ..method })?))
}

/// The chain of the run, with the parameters `names` free to move.
fn simulator(histogram: &Histogram, provenance: &Provenance, names: &[String]) -> Result<ChainSimulator> {
    let config = Config::from_toml(&provenance.config_toml)?;
    let setup = Setup { seed: provenance.seed, ..Setup::from_config(&config)? };
    let mut params = setup.parameters();
    config.apply_parameters(&mut params)?;
    let mut wanted =
        names.iter().map(|name| params.position(name)).collect::<gradino_core::Result<Vec<_>>>()?;
    wanted.sort_unstable();
    let simulator = ChainSimulator::new(&setup, &params, &wanted, &[histogram.observable])?;
    let simulator = simulator.with_nothing_as(OUTSIDE);
    if histogram.rate { simulator.with_rate(&params) } else { Ok(simulator) }
}

fn seen(over: &OverBank<'_>, spectrum: &Spectrum, method: Method) -> Result<Beyond> {
    let draws = match method.bands {
        Bands::Drawn(draws) => draws.max(2),
        _ => method.check,
    };
    let drawn = over.draw(draws, 0)?;
    let order = if method.bands == Bands::Second { Order::Second } else { Order::First };
    let expansion: SecondOrder = if order == Order::Second { over.expand()? } else { over.straight()? };
    let warnings = if draws > 0 { drawn.doubts(&expansion, order) } else { Vec::new() };
    let mut beyond = Beyond {
        method,
        shift: vec![0.0; expansion.content.len()],
        systematic: spectrum.propagation.systematic.clone(),
        band_errors: None,
        clipped: drawn.clipped,
        events: method.events,
        warnings,
    };
    match method.bands {
        Bands::First => {}
        Bands::Second => {
            let expansion = expansion.with_line(&over.line_of(&spectrum.propagation)?);
            beyond.shift = expansion.shift();
            beyond.systematic = expansion.covariance(Order::Second);
        }
        Bands::Drawn(_) => {
            let line = over.line_of(&spectrum.propagation)?;
            let drawn = drawn.with_line(&expansion, &line);
            beyond.shift = drawn.mean().iter().zip(&line.content).map(|(m, start)| m - start).collect();
            beyond.systematic = drawn.covariance();
            beyond.band_errors = Some(drawn.bands().iter().map(|[_, error]| *error).collect());
            // The draws are the result: that straight lines do not follow them is no fault of theirs.
            beyond.warnings.retain(|w| !matches!(w, Warning::OffExpansion { .. }));
        }
    }
    Ok(beyond)
}
