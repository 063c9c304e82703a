//! Speed of a fit of 17 parameters over a bank of 1.25 million events of the chain: `cargo bench -p gradino --bench fit`.
//!
//! Prints the wall and processor time of drawing the bank, of looking at it where it was drawn and elsewhere, and of
//! Gauss-Newton fits to binned likelihoods, from starts a part of a prior's width away from the data's point.

use gradino::chain::ChainSimulator;
use gradino::{Config, Observable};
use gradino_core::{Bank, Sample, Simulator};
use gradino_infer::fit::{Choice, Problem, Settings, Space, State, fit_bank};
use gradino_infer::loss::{Axis, Binned, Binning, Scale, Sharing, Wanted};
use std::time::Instant;

const EVENTS: u64 = 1_250_000;
const DATA: u64 = 50_000;
/// Width of the prior of a parameter whose error is not known, by its value.
const WIDTH: f64 = 0.1;
/// Ticks of the processor's clock in a second, as Linux counts them in /proc.
const TICKS: f64 = 100.0;
const JOB: &str = "seed = 1\n[gradients]\nparameters = [\"main\", \"flux.mean_energy\"]\n";

/// Processor time of this process so far [s], where the system tells.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / TICKS
}

/// Runs and prints its times.
fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let (begun, used) = (Instant::now(), processor_time());
    let result = run();
    println!("| {what} | {:.2} | {:.2} |", begun.elapsed().as_secs_f64(), processor_time() - used);
    result
}

fn simulator(seed: u64) -> ChainSimulator {
    let config = Config::from_toml(&JOB.replace("= 1", &format!("= {seed}"))).expect("a valid job");
    let observables = [Observable::VisibleEnergy, Observable::NeutronMultiplicity];
    ChainSimulator::from_config(&config, &observables).expect("a valid job")
}

fn loss(kind: &str, two: bool) -> Binned {
    let mut axes = vec![Axis::even(0, 0.0, 64.0, 64).expect("good bins")];
    if two {
        axes.push(Axis::even(1, -0.5, 2.5, 3).expect("good bins"));
    }
    let (statistic, monte_carlo) = gradino_infer::loss::statistic(kind).expect("a likelihood");
    let binning = Binning::new(axes).expect("good bins");
    let sharing = Sharing::NoneThoughFeaturesMove;
    Binned { statistic, monte_carlo, sharing, scale: Scale::Shape, floor: 0.5, ..Binned::new(binning) }
}

fn main() {
    let simulator = simulator(1);
    let parameters = simulator.parameters();
    let origin: Vec<f64> = parameters.iter().map(|p| p.value).collect();
    let width = |k: usize| match parameters[k].sigma {
        sigma if sigma > 0.0 => sigma,
        _ => WIDTH * origin[k].abs(),
    };
    println!("{} parameters, {EVENTS} events, {DATA} data", origin.len());
    println!("| what | wall time [s] | processor time [s] |\n| --- | --- | --- |");
    let bank = timed("draw", || simulator.draw_bank(&origin, 0..EVENTS).expect("a bank"));
    // Data half a width away, alternately up and down.
    let truth: Vec<f64> =
        (0..origin.len()).map(|k| origin[k] + 0.5 * width(k) * [1.0, -1.0][k % 2]).collect();
    let data = timed("data", || {
        let sample = self::simulator(2).draw(&truth, 0..DATA).and_then(|b| b.at(&truth)).expect("data");
        Sample::of_data(sample.dimension(), sample.values).expect("data")
    });
    let near: Vec<f64> = origin.iter().zip(&truth).map(|(a, b)| 0.9 * a + 0.1 * b).collect();
    for (what, theta) in
        [("where it was drawn, first", &origin), ("where it was drawn", &origin), ("elsewhere", &near)]
    {
        timed(&format!("all events with their derivatives, {what}"), || {
            bank.visit(theta, 100, &|_, _, _| ()).expect("a point");
        });
    }
    for (what, loss) in [
        ("`poisson`, visible energy", loss("poisson", false)),
        ("`poisson-light`, visible energy and neutrons", loss("poisson-light", true)),
    ] {
        let choices: Vec<Choice> = (0..origin.len())
            .map(|k| Choice::free(&parameters[k].name).with_prior(origin[k], width(k)))
            .collect();
        let space = Space::new(parameters, &choices).expect("good choices");
        let problem = Problem::new(&simulator, &data, &loss, space).expect("a problem");
        let x = problem.space.start();
        timed(&format!("one look, {what}"), || {
            problem.at(&bank, &x, Wanted { curvature: true, errors: true }).expect("a point")
        });
        let settings = Settings { events: EVENTS, most_events: EVENTS, ..Settings::default() };
        let state = State::start(&problem, &settings);
        let fitted =
            timed(&format!("fit, {what}"), || fit_bank(&problem, &settings, &bank, state).expect("a fit"));
        println!("objective {:.1}, {:.0} % effective", fitted.objective, 100.0 * fitted.effective);
        for (k, name) in fitted.names.iter().enumerate() {
            let (value, error) = (fitted.values[k], fitted.covariance.errors()[k]);
            println!("{name} {value:.4} +- {error:.4} (data: {:.4}, prior {:.4})", truth[k], width(k));
        }
        fitted.diagnosis.iter().for_each(|d| println!("{d}"));
    }
}
