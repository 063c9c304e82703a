//! Fits of the toy from random starts (closure), beside plain descent on the same loss as published.

use crate::Result;
use gradino_core::{Bank, Purpose, Sample, Simulator, Stream};
use gradino_infer::fit::{Choice, DescentSettings, Method, Problem, Settings, Space, Stepper, descend, fit};
use gradino_infer::loss::{Axis, Binned, Binning, Kernel, Loss, Mmd, MonteCarlo, Scale, Sharing};
use gradino_nuclear::toy::{ALPHA, LAMBDA, ToyNucleus, ToySimulator};
use std::time::Instant;

/// Values of alpha and lambda behind the data.
const TRUTH: [f64; 2] = [4.0, 2.5];
/// Scores of the end of a descent within this many standard errors of the truth count as arrived.
const ARRIVED: f64 = 4.0;

/// What became of fits from many starts.
#[derive(Clone, Debug)]
pub struct Closure {
    /// The loss and the method.
    pub what: String,
    /// Number of data, and of events of the largest bank.
    pub events: [u64; 2],
    /// Number of starts.
    pub starts: usize,
    /// Fits that say that they have converged.
    pub converged: usize,
    /// Fits that end within four standard errors of the truth.
    pub arrived: usize,
    /// Pulls of both parameters by the errors of the sandwich: mean and width over the fits, whose data differ.
    pub pulls: [f64; 2],
    /// The same by the errors of the likelihood, or of the sandwich again for distances.
    pub plain_pulls: [f64; 2],
    /// CPU time of a fit [s].
    pub seconds: f64,
}

/// Fits from `starts` random points, each to data of its own.
pub fn closure(kind: &str, method: Method, data: u64, most_events: u64, starts: usize) -> Result<Closure> {
    let loss = loss(kind)?;
    let settings = Settings { method, most_events, ..Settings::default() };
    let (mut converged, mut arrived, mut pulls, mut plain) = (0, 0, Vec::new(), Vec::new());
    let begun = Instant::now();
    for i in 0..starts {
        let (simulator, data) = (simulator(2 * i as u64)?, pseudo_data(2 * i as u64 + 1, data)?);
        let problem = Problem::new(&simulator, &data, loss.as_ref(), space(&simulator, i)?)?;
        let Ok(fit) = fit(&problem, &settings, |_| true) else { continue };
        converged += usize::from(fit.state.converged);
        let pull = |k: usize| (fit.values[k] - TRUTH[k]) / fit.covariance.sandwich[(k, k)].sqrt();
        arrived += usize::from((0..2).all(|k| pull(k).abs() < ARRIVED));
        pulls.extend((0..2).map(pull).filter(|p| p.is_finite()));
        let errors = fit.covariance.errors();
        let by_plain = (0..2).map(|k| (fit.values[k] - TRUTH[k]) / errors[k]);
        plain.extend(by_plain.filter(|p| p.is_finite()));
    }
    Ok(Closure {
        what: format!("{kind}, {method:?}"),
        events: [data, most_events],
        starts,
        converged,
        arrived,
        pulls: mean_and_width(&pulls),
        plain_pulls: mean_and_width(&plain),
        seconds: begun.elapsed().as_secs_f64() / starts as f64,
    })
}

/// The share of plain descents on MMD, as published, that end near the truth: within four standard errors of
/// a fit to the same data. `events` for each of the steps, ten of which come at the end with doubled samples
/// as far as `doubled` allows.
pub fn plain_descent(data: u64, events: u64, doubled_steps: usize, starts: usize) -> Result<Closure> {
    let loss = loss("mmd")?;
    let (mut arrived, mut pulls) = (0, Vec::new());
    let begun = Instant::now();
    for i in 0..starts {
        let (simulator, data) = (simulator(2 * i as u64)?, pseudo_data(2 * i as u64 + 1, data)?);
        let problem = Problem::new(&simulator, &data, loss.as_ref(), space(&simulator, i)?)?;
        let settings = DescentSettings {
            stepper: Stepper::Plain,
            rate: 5.0,
            events,
            doubled_steps,
            ..DescentSettings::default()
        };
        let Ok(way) = descend(&problem, &settings) else { continue };
        let end = way.path.last().expect("a descent has an end");
        // Standard errors of fits to 1,000 data, scaled.
        let scale = (1000.0 / data.len() as f64).sqrt();
        let pull = |k: usize| (end[k] - TRUTH[k]) / ([0.8, 0.27][k] * scale);
        arrived += usize::from((0..2).all(|k| pull(k).abs() < ARRIVED));
        pulls.extend((0..2).map(pull));
    }
    Ok(Closure {
        what: "mmd, plain descent".into(),
        events: [data, events],
        starts,
        converged: 0,
        arrived,
        pulls: mean_and_width(&pulls),
        plain_pulls: mean_and_width(&pulls),
        seconds: begun.elapsed().as_secs_f64() / starts as f64,
    })
}

fn simulator(seed: u64) -> Result<ToySimulator> {
    Ok(ToySimulator::new(ToyNucleus::default(), seed)?)
}

fn pseudo_data(seed: u64, events: u64) -> Result<Sample> {
    let sample = simulator(seed)?.draw_bank(&TRUTH, 0..events)?.at(&TRUTH)?;
    Ok(Sample::of_data(1, sample.values)?)
}

/// A start anywhere within the bounds.
fn space(simulator: &ToySimulator, i: usize) -> Result<Space> {
    let mut stream = Stream::new(77, i as u64, Purpose::Test);
    let mut choice = |k: usize, name: &str| {
        let [lower, upper] = simulator.parameters()[k].bounds;
        Choice::free(name).from(lower + (upper - lower) * stream.uniform())
    };
    let choices = [choice(0, ALPHA), choice(1, LAMBDA)];
    Ok(Space::new(simulator.parameters(), &choices)?)
}

fn loss(kind: &str) -> Result<Box<dyn Loss>> {
    Ok(match kind {
        "energy" => Box::new(Mmd { kernel: Kernel::Energy, ..Mmd::default() }),
        "poisson" | "poisson-light" => {
            let binning = Binning::new(vec![Axis::even(0, 0.0, 8.0, 40)?])?;
            let (sharing, scale) = (Sharing::Linear, Scale::Shape);
            let monte_carlo = if kind == "poisson" { MonteCarlo::None } else { MonteCarlo::Light };
            Box::new(Binned { sharing, scale, monte_carlo, floor: 0.5, ..Binned::new(binning) })
        }
        _ => Box::new(Mmd::default()),
    })
}

fn mean_and_width(values: &[f64]) -> [f64; 2] {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt()]
}
