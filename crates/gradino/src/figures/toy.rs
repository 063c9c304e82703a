//! The numbers behind the figures of the toy: its tree, descents over the loss, and the spread of the loss.

use super::tree::Tree;
use crate::error::Result;
use gradino_core::{ParamSet, Purpose, Sample, Simulator, Stream};
use gradino_infer::fit::{
    Choice, DescentSettings, Fit, Method, Problem, Settings, Space, descend, fit as fit_stably,
};
use gradino_infer::loss::{Loss, Mmd};
use gradino_nuclear::decay::tree::Cut;
use gradino_nuclear::toy::{self, ToyFeature, ToyNucleus, ToySimulator};
use std::sync::Arc;

/// The true parameters alpha [1/MeV] and lambda: those of the toy.
pub(super) const TRUTH: [f64; 2] = [5.0, 3.0];
/// The region of alpha and of lambda that is shown.
pub(super) const REGION: [[f64; 2]; 2] = [[1.0, 10.0], [1.2, 5.2]];
/// What is observed of each decay: the energies after one, two and three photons.
pub(super) const FEATURES: [ToyFeature; 3] =
    [ToyFeature::Excitation(1), ToyFeature::Excitation(2), ToyFeature::Excitation(3)];
/// Paths of the tree that are drawn.
const PATHS: usize = 120;
/// Descents begin at least this far from the truth, as a part of the region.
const FAR: f64 = 0.3;
/// Steps of a descent, at most.
const STEPS: usize = 150;
/// Steps with twice the events at the end (barham2024).
const LAST_STEPS: usize = 10;

/// Sizes and seed of the study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToySettings {
    /// Seed of all random numbers.
    pub seed: u64,
    /// Events of the data, and of the largest bank of the fit.
    pub events: u64,
    /// Points of the contours along an axis.
    pub grid: usize,
    /// Points of the loss against alpha.
    pub points: usize,
    /// Samples at each of them.
    pub samples: u64,
    /// Learning rate of the descents, in a tenth of the range of each parameter.
    pub rate: f64,
    /// Loss below which a descent has arrived.
    pub threshold: f64,
}

impl ToySettings {
    /// Events of a large sample.
    pub fn large(&self) -> u64 {
        self.events / 2
    }

    /// Events of a small sample; a step of a descent has twice as many.
    pub fn small(&self) -> u64 {
        self.events / 20
    }
}

impl Default for ToySettings {
    fn default() -> Self {
        ToySettings { seed: 1, events: 2000, grid: 25, points: 19, samples: 20, rate: 10.0, threshold: 2e-4 }
    }
}

/// Alphas, lambdas, and the loss there, lambda by lambda.
pub type Field = (Vec<f64>, Vec<f64>, Vec<Vec<f64>>);

/// A way through the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// Alpha and lambda, step by step.
    pub path: Vec<[f64; 2]>,
    /// The number of events of each of its first steps, and of each of its last.
    pub events: [u64; 2],
    /// All events that were simulated for it.
    pub total: u64,
}

impl Descent {
    /// Where it ends.
    pub fn end(&self) -> [f64; 2] {
        self.path.last().copied().unwrap_or(TRUTH)
    }
}

/// The loss against alpha, at the true lambda.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Events of each sample.
    pub events: u64,
    /// Alpha by alpha.
    pub rows: Vec<ScanRow>,
}

/// The loss at one alpha.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanRow {
    /// Alpha [1/MeV].
    pub alpha: f64,
    /// Mean over the samples.
    pub mean: f64,
    /// Standard deviation of one sample.
    pub sigma: f64,
    /// The loss of one of the samples, drawn anew at each alpha.
    pub one: f64,
    /// The loss of one sample that is drawn at the truth and moved.
    pub moved: f64,
}

/// All that the figures show.
#[derive(Clone, Debug)]
pub struct ToyFigures {
    /// The settings.
    pub settings: ToySettings,
    /// The discrete tree, with derivatives by alpha.
    pub tree: Tree,
    /// The loss over the region.
    pub field: Field,
    /// Two descents as published.
    pub descents: Vec<Descent>,
    /// The fit with moved events, from the start of the second descent.
    pub fit: Descent,
    /// Its values with their errors: alpha, lambda.
    pub fitted: [[f64; 2]; 2],
    /// The loss against alpha for large and small samples.
    pub scans: Vec<Scan>,
}

/// Computes the figures.
pub fn toy_figures(settings: &ToySettings) -> Result<ToyFigures> {
    let nucleus = Arc::new(ToyNucleus::default());
    let set = ParamSet::new(toy::parameters());
    let cut = Cut { paths: PATHS, ..Cut::default() };
    let tree = Tree::of_toy(&nucleus, (&set, Some(toy::ALPHA)), None, &cut)?;
    let study = Study::new(settings)?;
    let starts = study.starts();
    let sizes = [settings.large(), settings.small()];
    // The parts share nothing but data, so that threads change no number.
    std::thread::scope(|scope| {
        let field = scope.spawn(|| study.field());
        let scans = scope.spawn(|| sizes.into_iter().map(|n| study.scan(n)).collect::<Result<_>>());
        let descent = |(start, number)| study.descent(start, number);
        let descents = starts.into_iter().zip(0..).map(descent).collect::<Result<_>>()?;
        let (fit, fitted) = study.fit(starts[1])?;
        let field = field.join().expect("a loss that fails is an error, not a panic")?;
        let scans = scans.join().expect("a loss that fails is an error, not a panic")?;
        Ok(ToyFigures { settings: *settings, tree, field, descents, fit, fitted, scans })
    })
}

/// `count` values over the region of parameter `k`.
fn values(k: usize, count: usize) -> Vec<f64> {
    let [low, high] = REGION[k];
    (0..count).map(|i| low + (high - low) * i as f64 / (count - 1) as f64).collect()
}

/// Data and loss that all parts share.
struct Study {
    settings: ToySettings,
    data: Sample,
    loss: Mmd,
}

/// Offsets of the seed, so that no two parts share events.
const DATA: u64 = 1_000_001;
const DESCENT: u64 = 2_000_003;
const SCAN: u64 = 3_000_017;

impl Study {
    fn new(settings: &ToySettings) -> Result<Self> {
        let mut study = Study { settings: *settings, data: Sample::default(), loss: Mmd::default() };
        study.data = study.data(DATA, settings.events)?;
        Ok(study)
    }

    fn simulator(&self, offset: u64) -> Result<ToySimulator> {
        let simulator = ToySimulator::new(ToyNucleus::default(), self.settings.seed.wrapping_add(offset))?;
        Ok(simulator.with_features(&FEATURES)?)
    }

    fn sample(&self, offset: u64, theta: &[f64], events: u64) -> Result<Sample> {
        Ok(self.simulator(offset)?.draw(theta, 0..events)?.at(theta)?)
    }

    /// Data at the truth.
    fn data(&self, offset: u64, events: u64) -> Result<Sample> {
        let sample = self.sample(offset, &TRUTH, events)?;
        Ok(Sample::of_data(FEATURES.len(), sample.values)?)
    }

    /// Two starts, anywhere in the region but near the truth.
    fn starts(&self) -> [[f64; 2]; 2] {
        let mut stream = Stream::new(self.settings.seed, 0, Purpose::Reaction);
        let part = |k: usize, x: f64| (x - TRUTH[k]) / (REGION[k][1] - REGION[k][0]);
        [0, 1].map(|_| {
            loop {
                let point = REGION.map(|[low, high]| low + (high - low) * (0.08 + 0.84 * stream.uniform()));
                if f64::hypot(part(0, point[0]), part(1, point[1])) > FAR {
                    return point;
                }
            }
        })
    }

    fn space(simulator: &ToySimulator, start: [f64; 2]) -> Result<Space> {
        let choices = [Choice::free(toy::ALPHA).from(start[0]), Choice::free(toy::LAMBDA).from(start[1])];
        Ok(Space::new(simulator.parameters(), &choices)?)
    }

    /// A descent as published: new events at each step until the loss is small, then ten steps with twice
    /// as many.
    fn descent(&self, start: [f64; 2], number: u64) -> Result<Descent> {
        let events = 2 * self.settings.small();
        let stage = |start, events: u64, steps, threshold, offset| -> Result<Vec<[f64; 2]>> {
            let simulator = self.simulator(offset)?;
            let problem = Problem::new(&simulator, &self.data, &self.loss, Study::space(&simulator, start)?)?;
            let settings = DescentSettings {
                rate: self.settings.rate,
                steps,
                events,
                threshold,
                doubled_steps: 0,
                ..DescentSettings::default()
            };
            let way = descend(&problem, &settings)?;
            Ok(way.path.iter().map(|p| [p[0], p[1]]).collect())
        };
        let offset = DESCENT + 2 * number;
        let mut path = stage(start, events, STEPS, self.settings.threshold, offset)?;
        let first = path.len() as u64 - 1;
        let end = path.pop().unwrap_or(start);
        path.extend(stage(end, 2 * events, LAST_STEPS, f64::NEG_INFINITY, offset + 1)?);
        let total = first * events + LAST_STEPS as u64 * 2 * events;
        Ok(Descent { path, events: [events, 2 * events], total })
    }

    /// The fit with moved events.
    fn fit(&self, start: [f64; 2]) -> Result<(Descent, [[f64; 2]; 2])> {
        let simulator = self.simulator(DESCENT + 99)?;
        let problem = Problem::new(&simulator, &self.data, &self.loss, Study::space(&simulator, start)?)?;
        let events = self.settings.events;
        let settings = Settings {
            method: Method::Lbfgs,
            events: events / 2,
            most_events: events,
            rounds: 20,
            ..Settings::default()
        };
        let found: Fit = fit_stably(&problem, &settings, |_| true)?;
        let rounds = &found.state.rounds;
        let mut path: Vec<[f64; 2]> = rounds.iter().map(|r| [r.values[0], r.values[1]]).collect();
        path.push([found.values[0], found.values[1]]);
        let errors = found.covariance.errors();
        let ends = [rounds.first(), rounds.last()].map(|r| r.map_or(0, |r| r.events));
        let total = rounds.iter().map(|r| r.events).sum::<u64>();
        Ok((Descent { path, events: ends, total }, [0, 1].map(|k| [found.values[k], errors[k]])))
    }

    /// The loss over the region, with common random numbers.
    fn field(&self) -> Result<Field> {
        let (alphas, lambdas) = (values(0, self.settings.grid), values(1, self.settings.grid));
        let prepared = self.loss.prepare(&self.data)?;
        let at = |alpha: f64, lambda: f64| -> Result<f64> {
            let sample = self.sample(0, &[alpha, lambda], self.settings.events / 4)?;
            Ok(prepared.evaluate(&sample)?.value)
        };
        let row = |lambda: f64| alphas.iter().map(|&alpha| at(alpha, lambda)).collect::<Result<Vec<_>>>();
        let rows = lambdas.iter().map(|&lambda| row(lambda)).collect::<Result<_>>()?;
        Ok((alphas, lambdas, rows))
    }

    /// The loss against alpha of samples of `events` events, each against data of its own.
    fn scan(&self, events: u64) -> Result<Scan> {
        let bank = self.simulator(SCAN)?.draw(&TRUTH, 0..events)?;
        let data = (0..self.settings.samples).map(|n| self.data(DATA + 1 + n, events));
        let data = data.collect::<Result<Vec<_>>>()?;
        let losses = data.iter().map(|d| self.loss.prepare(d)).collect::<std::result::Result<Vec<_>, _>>()?;
        let row = |(alpha, point): (f64, u64)| -> Result<ScanRow> {
            let theta = [alpha, TRUTH[1]];
            let one = |n: u64| -> Result<f64> {
                let sample = self.sample(SCAN + 1 + 1000 * point + n, &theta, events)?;
                Ok(losses[n as usize].evaluate(&sample)?.value)
            };
            let found = (0..self.settings.samples).map(one).collect::<Result<Vec<_>>>()?;
            let (mean, sigma) = moments(&found);
            let moved = losses[0].evaluate(&bank.at(&theta)?)?.value;
            Ok(ScanRow { alpha, mean, sigma, one: found[0], moved })
        };
        let alphas = values(0, self.settings.points).into_iter().zip(0..);
        Ok(Scan { events, rows: alphas.map(row).collect::<Result<_>>()? })
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}
