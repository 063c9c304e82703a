//! Banks of the chain: weights at other points against fresh runs, finite differences and exact laws.

mod chain_support;

use chain_support::*;
use gradino::Config;
use gradino::Observable;
use gradino::chain::primary::Weighting;
use gradino::chain::{ChainBank, ChainSimulator, Reach};
use gradino_core::{Bank, Error, Event, ParamSet, Sample, Simulator};

/// Parameters of each family with shifts for which most of the statistics is left.
const SHIFTS: [(&str, f64); 11] = [
    ("optical.v1_0", 1.02),
    ("optical.rv_0", 0.98),
    ("level_density.a", 1.02),
    ("level_density.spin_cutoff", 0.9),
    ("gamma_strength.e1_sigma", 1.2),
    ("gamma_strength.m1_strength", 0.8),
    ("strength.gt_2.730", 1.3),
    ("strength.f_4.384", 0.8),
    ("coulomb.radius", 1.1),
    ("flux.mean_energy", 1.05),
    ("flux.alpha", 0.9),
];

const BEAM: &str = "[flux]\nmean_energy = \"14 MeV\"\n";
const ALL_PROCESSES: &str =
    "[flux]\nmean_energy = \"14 MeV\"\n[reaction]\nprocesses = [\"cc\", \"es\", \"cevns\"]\n";
const STATE: &str = "[state]\nnuclide = \"40K\"\nexcitation = \"17 MeV\"\nspin = \"1\"\nparity = \"+\"\n";

/// A job with gradients for those of `names` that it has.
fn simulator(job: &str, names: &[&str], seed: u64) -> ChainSimulator {
    let text = format!("seed = {seed}\n{job}[gradients]\nparameters = [\"all\"]\n");
    let config = Config::from_toml(&text).expect("a valid job");
    let setup = gradino::chain::Setup::from_config(&config).expect("a valid job");
    let mut params = setup.parameters();
    config.apply_parameters(&mut params).expect("values within the bounds");
    let wanted: Vec<usize> =
        (0..params.len()).filter(|&i| names.contains(&params.at(i).name.as_str())).collect();
    ChainSimulator::new(&setup, &params, &wanted, &Observable::ALL).expect("a chain")
}

fn names() -> Vec<&'static str> {
    SHIFTS.iter().map(|s| s.0).collect()
}

fn origin(simulator: &ChainSimulator) -> Vec<f64> {
    simulator.parameters().iter().map(|p| p.value).collect()
}

/// The point where the parameter `name` is `factor` times its value.
fn moved(simulator: &ChainSimulator, name: &str, factor: f64) -> Vec<f64> {
    let mut theta = origin(simulator);
    let k = simulator.parameters().iter().position(|p| p.name == name).expect("a parameter");
    theta[k] *= factor;
    theta
}

fn bank(simulator: &ChainSimulator, events: u64) -> ChainBank {
    simulator.draw_bank(&origin(simulator), 0..events).expect("a bank")
}

fn sample(bank: &ChainBank, theta: &[f64]) -> Sample {
    let sample = bank.at(theta).expect("within the bounds");
    assert_eq!(sample.check(), Ok(()));
    sample
}

/// Weighted mean of feature `k` with its error.
fn mean(sample: &Sample, k: usize) -> (f64, f64) {
    let mut moments = Moments::default();
    (0..sample.len()).for_each(|i| moments.add(sample.weights[i] * sample.row(i)[k]));
    (moments.mean(), moments.error())
}

#[test]
fn weights_are_one_at_the_origin_and_scores_are_those_of_the_run_where_no_energy_moves() {
    for job in [BEAM, ALL_PROCESSES, STATE, "[flux]\nkind = \"mono\"\nenergy = \"25 MeV\"\n"] {
        let simulator = simulator(job, &names(), 3);
        let (theta, events) = (origin(&simulator), 4000);
        let drawn = sample(&bank(&simulator, events), &theta);
        assert!(drawn.weights.iter().all(|w| (w - 1.0).abs() < 1e-12));
        let params = simulator.point(&theta).expect("within the bounds");
        let wanted: Vec<usize> =
            simulator.parameters().iter().map(|p| params.position(&p.name).expect("one of all")).collect();
        let chain = chain(simulator.setup(), &params, &wanted);
        let (mut scratch, mut event, mut compared) = (chain.scratch(), Event::new(), 0);
        for i in 0..drawn.len() {
            chain.draw(i as u64, &mut scratch, &mut event);
            let features: Vec<f64> = Observable::ALL.iter().map(|o| o.value(&event).unwrap_or(0.0)).collect();
            assert_eq!(drawn.row(i), features);
            if event.coordinate_gradient.iter().all(|d| *d == 0.0) {
                compared += 1;
                for (a, b) in event.weight_gradient.iter().zip(drawn.weight_slope(i)) {
                    assert!((a - b).abs() < 1e-9 * (1.0 + a.abs()), "{job} {i}: {a} {b}");
                }
            }
        }
        println!("{job}: {compared} scores compared");
        assert!(compared > 300 || job.contains("14 MeV"), "{compared}");
    }
}

#[test]
fn slopes_of_weights_equal_finite_differences_at_the_origin_and_elsewhere() {
    for job in [ALL_PROCESSES, STATE] {
        let mut names = names();
        names.extend(["weak.sin2_theta_w", "cevns.radius"]);
        let simulator = simulator(job, &names, 4);
        let bank = bank(&simulator, 1500);
        let elsewhere: Vec<f64> = origin(&simulator).iter().map(|x| 1.004 * x).collect();
        let points = if job == STATE { vec![origin(&simulator), elsewhere] } else { vec![elsewhere] };
        for theta in points {
            let here = sample(&bank, &theta);
            let mut worst = 0.0f64;
            for (k, parameter) in simulator.parameters().iter().enumerate() {
                let h = 1e-5 * theta[k].abs();
                let [up, down] = [h, -h].map(|by| {
                    let mut moved = theta.clone();
                    moved[k] += by;
                    sample(&bank, &moved).weights
                });
                let mut size = 0.0f64;
                for i in 0..here.len() {
                    let difference = (up[i] - down[i]) / (2.0 * h) * theta[k];
                    let slope = here.weight_slope(i)[k] * theta[k];
                    let off = (slope - difference).abs() / (1.0 + slope.abs());
                    (worst, size) = (worst.max(off), size.max(slope.abs()));
                    assert!(off < 1e-6, "{} event {i}: {slope} {difference}", parameter.name);
                }
                assert!(size > 1e-4, "{}: no event depends on it", parameter.name);
            }
            println!("{} parameters, largest difference {worst:.1e}", theta.len());
        }
    }
}

#[test]
fn mean_weights_are_one_and_the_effective_size_falls_with_the_shift() {
    for job in [ALL_PROCESSES, STATE] {
        let simulator = simulator(job, &names(), 5);
        let bank = bank(&simulator, 20_000);
        let own = |s: &&(&str, f64)| simulator.parameters().iter().any(|p| p.name == s.0);
        for &(name, factor) in SHIFTS.iter().filter(own) {
            let reach = |factor: f64| Reach::of(&sample(&bank, &moved(&simulator, name, factor)));
            let [near, far] = [0.5 * (1.0 + factor), factor].map(reach);
            for r in [near, far] {
                let z = (r.mean_weight - 1.0) / r.error.max(1e-12);
                println!("{name}: {r:?}, z = {z:.2}");
                assert!(z.abs() < 4.0 && r.impossible == 0, "{name}: {r:?}");
            }
            assert!(
                far.effective_size < near.effective_size && near.effective_size < 20_000.0,
                "{name}: {far:?} {near:?}"
            );
        }
    }
}

#[test]
fn means_of_observables_equal_those_of_a_fresh_run() {
    for job in [BEAM, STATE] {
        let (events, old) = (40_000, simulator(job, &names(), 6));
        let old_bank = bank(&old, events);
        let own = |s: &&(&str, f64)| old.parameters().iter().any(|p| p.name == s.0);
        let mut all = origin(&old);
        let mut points = Vec::new();
        for &(name, factor) in SHIFTS.iter().filter(own) {
            let theta = moved(&old, name, factor);
            all.iter_mut().zip(&theta).zip(origin(&old)).for_each(|((a, t), o)| *a += 0.5 * (t - o));
            points.push((name, theta));
        }
        points.push(("all of them, half as far", all));
        for (seed, (name, theta)) in points.into_iter().enumerate() {
            let new = simulator(job, &names(), 100 + seed as u64);
            let fresh = new.draw_bank(&theta, 0..events).expect("a bank");
            let (old, fresh) = (sample(&old_bank, &theta), sample(&fresh, &theta));
            let reach = Reach::of(&old);
            for (k, observable) in Observable::ALL.iter().enumerate() {
                let ((a, error_a), (b, error_b)) = (mean(&old, k), mean(&fresh, k));
                let z = (a - b) / error_a.hypot(error_b).max(1e-300);
                println!("{name} {observable}: {a:.5} fresh {b:.5} z = {z:.2} ({:.0})", reach.effective_size);
                assert!(z.abs() < 4.5 || a == b, "{name} {observable}: {a} {b}");
            }
        }
    }
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let simulator = simulator(ALL_PROCESSES, &names(), 8);
    let theta: Vec<f64> = origin(&simulator).iter().map(|x| 1.01 * x).collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| sample(&bank(&simulator, 10_000), &theta))
    };
    let (one, two) = (with(1), with(2));
    assert!(one == two, "the samples differ");
    // Slices of events are those of the whole.
    let part = simulator.draw_bank(&origin(&simulator), 5000..5010).expect("a bank");
    assert_eq!(sample(&part, &theta).weights, one.weights[5000..5010]);
}

#[test]
fn events_of_a_channel_that_closes_have_weight_zero_and_none_may_open() {
    let simulator = simulator(BEAM, &names(), 9);
    let theta = moved(&simulator, "strength.gt_2.730", 0.0);
    let closed = sample(&bank(&simulator, 5000), &theta);
    let reach = Reach::of(&closed);
    println!("{reach:?}");
    assert!(reach.impossible > 100 && (reach.mean_weight - 1.0).abs() < 4.0 * reach.error, "{reach:?}");
    let bank = simulator.draw_bank(&theta, 0..10).expect("other channels are open");
    assert!(matches!(bank.at(&origin(&simulator)), Err(Error::Simulation { .. })));
}

#[test]
fn where_only_the_source_and_the_strengths_move_cascades_keep_their_probability() {
    let simulator = simulator(BEAM, &["strength.f_4.384", "flux.alpha"], 10);
    let bank = bank(&simulator, 3000);
    let theta = moved(&simulator, "strength.f_4.384", 1.5);
    let weights = sample(&bank, &theta).weights;
    let mut different: Vec<f64> = weights.clone();
    different.sort_by(f64::total_cmp);
    different.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
    assert_eq!(different.len(), 2, "events of the strength, and all others");
    let ratio = different[1] / different[0];
    assert!((ratio - 1.5).abs() < 1e-9, "{ratio}");
}

#[test]
fn what_cannot_move_or_be_observed_is_refused() {
    let setup = setup(mono(20.0), Weighting::Flux, 1);
    let params = setup.parameters();
    let new = |wanted: &[usize], observables: &[Observable]| {
        ChainSimulator::new(&setup, &params, wanted, observables).map(|_| ())
    };
    let energy = params.position("flux.energy").expect("declared");
    let refused = [new(&[energy], &Observable::ALL), new(&[], &Observable::ALL), new(&[0], &[])];
    assert!(refused.iter().all(Result::is_err), "{refused:?}");
    let simulator =
        ChainSimulator::new(&setup, &params, &[0], &[Observable::GammaMultiplicity]).expect("right");
    assert!(matches!(simulator.draw(&[1.0, 2.0], 0..5), Err(Error::WrongLength { found: 2, wanted: 1, .. })));
    assert!(matches!(simulator.draw(&origin(&simulator), 5..5), Err(Error::EmptySample)));
    assert!(matches!(simulator.draw(&[f64::NAN], 0..5), Err(Error::OutOfBounds { .. })));
    let bank = simulator.draw(&origin(&simulator), 0..5).expect("a bank");
    assert_eq!((bank.origin(), simulator.dimension()), (&origin(&simulator)[..], 1));
}

#[test]
fn parameters_are_chosen_as_the_configuration_says() {
    let config = Config::from_toml(STATE).expect("a valid job");
    let simulator =
        ChainSimulator::from_config(&config, &[Observable::NeutronMultiplicity]).expect("a valid job");
    assert_eq!(simulator.parameters().len(), 12, "the main ones of a decay");
    let params: ParamSet = simulator.setup().parameters();
    assert!(simulator.parameters().iter().all(|p| params.get(&p.name) == Ok(p)));
    assert_eq!(simulator.observables(), [Observable::NeutronMultiplicity]);
}

#[test]
fn weights_that_are_rates_follow_the_cross_section() {
    let shapes = simulator(BEAM, &names(), 5);
    let theta = moved(&shapes, "strength.gt_2.730", 1.2);
    let reference = shapes.point(&origin(&shapes)).expect("within the bounds");
    let rates = shapes.clone().with_rate(&reference).expect("a neutrino job");
    let total = |theta: &[f64]| {
        let params = rates.point(theta).expect("within the bounds");
        chain(rates.setup(), &params, &[]).cross_section().expect("a neutrino job").value
    };
    let ratio = total(&theta) / total(&origin(&shapes));
    assert!((rates.rate(&theta).expect("a rate") / ratio - 1.0).abs() < 1e-12 && ratio > 1.01);
    let (shape, rate) = (sample(&bank(&shapes, 3000), &theta), sample(&bank(&rates, 3000), &theta));
    for (a, b) in shape.weights.iter().zip(&rate.weights) {
        assert!((a * ratio - b).abs() < 1e-12 * b);
    }
    // The derivative of the sum of all weights, against differences.
    let bank = bank(&rates, 3000);
    for k in 0..theta.len() {
        let slope: f64 = (0..rate.len()).map(|i| rate.weight_slope(i)[k]).sum();
        let step = 1e-5 * theta[k].abs();
        let at = |by: f64| {
            let mut there = theta.clone();
            there[k] += by;
            sample(&bank, &there).weights.iter().sum::<f64>()
        };
        let difference = (at(step) - at(-step)) / (2.0 * step);
        assert!((slope - difference).abs() < 1e-5 * (slope.abs() + 10.0), "{k}: {slope} {difference}");
    }
    // Shown in pieces they are the same rows.
    let shown = std::sync::Mutex::new(vec![0.0; rate.len()]);
    bank.visit(&theta, 7, &|part, sample, rows| {
        let first = gradino_core::rows_of_part(3000, 7, part).start;
        let mut shown = shown.lock().expect("no visitor panics");
        let next = shown[first..].iter().position(|w| *w == 0.0).expect("a place is left") + first;
        rows.enumerate().for_each(|(i, row)| shown[next + i] = sample.weights[row]);
    })
    .expect("within the bounds");
    assert_eq!(shown.into_inner().expect("no visitor panics"), rate.weights);
    let state = simulator(STATE, &names(), 3);
    let error = state.clone().with_rate(&reference).expect_err("no cross section");
    assert!(error.to_string().contains("no cross section"), "{error}");
}
