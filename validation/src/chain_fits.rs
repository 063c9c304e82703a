//! Fits of six parameters of the full chain to pseudo-data, from random starts (closure).

use crate::Result;
use gradino::chain::{ChainSimulator, Setup};
use gradino::{Config, Observable};
use gradino_core::{Purpose, Sample, Simulator, Stream};
use gradino_infer::fit::{Choice, Fit, Problem, Settings, Space, fit};
use gradino_infer::loss::{Axis, Binned, Binning, MonteCarlo, Scale, Sharing};
use std::time::Instant;

/// The fitted parameters, with the ranges of random starts as factors on their published values: a level density,
/// a giant resonance, two of the optical model, two strengths.
pub const PARAMETERS: [(&str, [f64; 2]); 6] = [
    ("level_density.a", [0.85, 1.15]),
    ("gamma_strength.e1_width_exponent", [0.8, 1.2]),
    ("optical.v1_0", [0.92, 1.08]),
    ("optical.d1_0", [0.6, 1.5]),
    ("strength.gt_2.290", [0.7, 1.3]),
    ("strength.gt_2.730", [0.7, 1.3]),
];

/// What is observed: numbers of neutrons and protons, and the sum of the gamma energies.
const OBSERVABLES: [Observable; 3] =
    [Observable::NeutronMultiplicity, Observable::ProtonMultiplicity, Observable::GammaEnergy];

/// Pseudo-data events of a fit.
pub const DATA: u64 = 50_000;
/// Events of the first bank and of the largest.
pub const EVENTS: [u64; 2] = [100_000, 800_000];

/// One fit.
#[derive(Clone, Debug)]
pub struct Closure {
    /// Differences from the truth by the errors of the likelihood, and by those of the sandwich.
    pub pulls: [Vec<f64>; 2],
    /// Standard errors by the values.
    pub errors: Vec<f64>,
    /// Of them the part from the simulated events, by the whole.
    pub simulated: Vec<f64>,
    /// Whether it says that it has converged.
    pub converged: bool,
    /// Rounds.
    pub rounds: usize,
    /// Wall time [s].
    pub seconds: f64,
}

/// A fit with data, simulation and start of its own.
pub fn closure(seed: u64) -> Result<Closure> {
    let begun = Instant::now();
    let (simulator, truth) = simulator(2 * seed + 1)?;
    let data = self::simulator(2 * seed + 2)?.0.draw(&truth, 0..DATA)?.at(&truth)?;
    let data = Sample::of_data(data.dimension(), data.values)?;
    let loss = loss()?;
    let mut stream = Stream::new(4711, seed, Purpose::Test);
    let mut choice = |p: &gradino_core::Parameter| {
        let range = PARAMETERS.iter().find(|q| q.0 == p.name).map_or([1.0; 2], |q| q.1);
        Choice::free(&p.name).from(p.value * (range[0] + (range[1] - range[0]) * stream.uniform()))
    };
    let choices: Vec<Choice> = simulator.parameters().iter().map(&mut choice).collect();
    let space = Space::new(simulator.parameters(), &choices)?;
    let problem = Problem::new(&simulator, &data, &loss, space)?;
    let settings = Settings { events: EVENTS[0], most_events: EVENTS[1], ..Settings::default() };
    let fitted = fit(&problem, &settings, |_| true)?;
    Ok(Closure { seconds: begun.elapsed().as_secs_f64(), ..of(&fitted, &truth) })
}

fn of(fit: &Fit, truth: &[f64]) -> Closure {
    let covariance = &fit.covariance;
    let sandwich: Vec<f64> = covariance.sandwich.diagonal().iter().map(|v| v.sqrt()).collect();
    let pulls = |errors: &[f64]| {
        let differences = fit.values.iter().zip(truth).map(|(v, t)| v - t);
        differences.zip(errors).map(|(d, e)| d / e).collect::<Vec<_>>()
    };
    Closure {
        pulls: [pulls(&covariance.errors()), pulls(&sandwich)],
        errors: covariance.errors().iter().zip(truth).map(|(e, t)| e / t).collect(),
        simulated: (0..truth.len())
            .map(|k| (covariance.simulation[(k, k)] / covariance.sandwich[(k, k)]).sqrt())
            .collect(),
        converged: fit.state.converged,
        rounds: fit.state.rounds.len(),
        seconds: 0.0,
    }
}

/// The default job, and the published values of the parameters.
fn simulator(seed: u64) -> Result<(ChainSimulator, Vec<f64>)> {
    let setup = Setup::from_config(&Config { seed: Some(seed), ..Config::default() })?;
    let params = setup.parameters();
    let mut wanted =
        PARAMETERS.iter().map(|p| params.position(p.0)).collect::<gradino_core::Result<Vec<_>>>()?;
    wanted.sort_unstable();
    let truth = wanted.iter().map(|&i| params.at(i).value).collect();
    Ok((ChainSimulator::new(&setup, &params, &wanted, &OBSERVABLES)?, truth))
}

fn loss() -> Result<Binned> {
    let axes =
        vec![Axis::even(0, -0.5, 2.5, 3)?, Axis::even(1, -0.5, 1.5, 2)?, Axis::even(2, 0.0, 16.0, 32)?];
    Ok(Binned {
        monte_carlo: MonteCarlo::Light,
        sharing: Sharing::NoneThoughFeaturesMove,
        scale: Scale::Shape,
        floor: 0.5,
        ..Binned::new(Binning::new(axes)?)
    })
}

/// Pulls of one parameter over many fits: mean and width, by the errors of the likelihood and by the sandwich.
#[derive(Clone, Debug)]
pub struct Pulls {
    /// The parameter.
    pub name: String,
    /// Mean and width.
    pub likelihood: [f64; 2],
    /// Mean and width.
    pub sandwich: [f64; 2],
    /// Mean standard error by the value.
    pub error: f64,
}

/// Pulls of each parameter, and of all together at the end.
pub fn pulls(fits: &[Closure]) -> Result<Vec<Pulls>> {
    let (simulator, _) = simulator(0)?;
    let names = simulator.parameters().iter().map(|p| p.name.clone());
    let of = |which: usize, keep: &dyn Fn(usize) -> bool| {
        let kept = |fit: &Closure| -> Vec<f64> {
            fit.pulls[which].iter().enumerate().filter(|p| keep(p.0)).map(|p| *p.1).collect()
        };
        let all: Vec<f64> = fits.iter().flat_map(kept).collect();
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        [mean, (all.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()]
    };
    let row = |(k, name): (usize, String)| Pulls {
        name: format!("`{name}`"),
        likelihood: of(0, &|i| i == k),
        sandwich: of(1, &|i| i == k),
        error: fits.iter().map(|fit| fit.errors[k]).sum::<f64>() / fits.len() as f64,
    };
    let mut rows: Vec<Pulls> = names.enumerate().map(row).collect();
    let all = |_| true;
    rows.push(Pulls { name: "all".into(), likelihood: of(0, &all), sandwich: of(1, &all), error: f64::NAN });
    Ok(rows)
}
