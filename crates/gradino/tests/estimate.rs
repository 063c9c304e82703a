//! The estimators on the chain: against each other, against plain events, against differences of their own values.

mod chain_support;

use chain_support::{Moments, chain, setup, supernova};
use gradino::Observable;
use gradino::chain::primary::Weighting;
use gradino::config::Config;
use gradino::estimate::{EstimateJob, PreparedEstimate};
use gradino_core::Event;
use gradino_infer::estimate::{Estimate, Estimator, Target};
use gradino_infer::loss::Sharing;

const BATCHES: usize = 16;

fn job(config: &str, observable: Observable, target: Target) -> EstimateJob {
    let config = Config::from_toml(config).expect("a good configuration");
    EstimateJob::from_config(&config, observable, target).expect("a good job")
}

fn run(prepared: &PreparedEstimate, estimator: Estimator, events: u64) -> Estimate {
    prepared.estimate(estimator, events, BATCHES, 0).expect("enough events")
}

/// Difference of two numbers in units of their errors; 0 where both are the same.
fn pull(a: (f64, f64), b: (f64, f64)) -> f64 {
    if (a.0 - b.0).abs() < 1e-9 { 0.0 } else { (a.0 - b.0) / a.1.hypot(b.1) }
}

fn pulls(a: &Estimate, b: &Estimate) -> Vec<f64> {
    let zip = |x: &[f64], ex: &[f64], y: &[f64], ey: &[f64]| -> Vec<f64> {
        (0..x.len()).map(|i| pull((x[i], ex[i]), (y[i], ey[i]))).collect()
    };
    let mut all = zip(&a.value, &a.value_errors, &b.value, &b.value_errors);
    all.extend(zip(&a.gradient, &a.gradient_errors, &b.gradient, &b.gradient_errors));
    all
}

fn assert_agree(a: &Estimate, b: &Estimate, names: &[&str]) {
    let all = pulls(a, b);
    let n = all.len() as f64;
    let rms = (all.iter().map(|z| z * z).sum::<f64>() / n).sqrt();
    let worst = all.iter().map(|z| z.abs()).fold(0.0, f64::max);
    println!("{} and {}: {n} numbers, rms {rms:.2}, worst {worst:.1}", a.estimator, b.estimator);
    // 16 batches: Student's t has a tail.
    assert!(worst < 6.0 && rms < 1.0 + 4.0 / n.sqrt(), "{} {} {names:?} {all:?}", a.estimator, b.estimator);
}

#[test]
fn estimators_agree_on_the_mean_visible_energy_of_the_default_job() {
    let job = job("", Observable::VisibleEnergy, Target::Mean);
    let prepared = job.prepare().expect("prepared");
    let truth = prepared.estimate(Estimator::Combined, 200_000, BATCHES, 1).expect("enough events");
    let all = [
        Estimator::Score,
        Estimator::LeaveOneOut,
        Estimator::ControlVariates,
        Estimator::Tree,
        Estimator::Combined,
    ];
    for estimator in all {
        assert_agree(&run(&prepared, estimator, 60_000), &truth, &job.names());
    }
    let pathwise = run(&prepared, Estimator::Pathwise, 50_000);
    let strength = job.names().iter().position(|n| *n == "strength.gt_2.290").expect("a main parameter");
    assert_eq!(pathwise.gradient[strength], 0.0);
}

#[test]
fn estimators_agree_with_events_that_are_drawn_one_by_one() {
    let setup = setup(supernova(), Weighting::CrossSection, 3);
    let params = setup.parameters();
    let names =
        ["level_density.a", "optical.rv_0", "strength.gt_2.290", "coulomb.radius", "flux.mean_energy"];
    let mut wanted: Vec<usize> = names.iter().map(|n| params.position(n).expect("declared")).collect();
    wanted.sort_unstable();
    let plain = chain(&setup, &params, &wanted);
    let (mut scratch, mut event) = (plain.scratch(), Event::new());
    for observable in
        [Observable::VisibleEnergy, Observable::GammaMultiplicity, Observable::NeutronMultiplicity]
    {
        let job = EstimateJob::new(&setup, &params, &wanted, observable, Target::Mean);
        let found = run(&job.prepare().expect("prepared"), Estimator::Combined, 100_000);
        let mut value = Moments::default();
        let mut gradient = vec![Moments::default(); wanted.len()];
        for number in 0..100_000 {
            plain.draw(number, &mut scratch, &mut event);
            let f = observable.value(&event).expect("all events have it");
            let mut motion = vec![0.0; wanted.len()];
            observable.add_motion(&event, &mut motion);
            value.add(f);
            for (i, score) in event.weight_gradient.iter().enumerate() {
                gradient[i].add((f - found.value[0]) * score + motion[i]);
            }
        }
        let z = pull((value.mean(), value.error()), (found.value[0], found.value_errors[0]));
        assert!(z.abs() < 4.0, "{observable}: z = {z:.2}");
        for (i, drawn) in gradient.iter().enumerate() {
            let z = pull((drawn.mean(), drawn.error()), (found.gradient[i], found.gradient_errors[i]));
            assert!(z.abs() < 4.5, "{observable}, {}: z = {z:.2}", job.names()[i]);
        }
    }
}

#[test]
fn the_gradient_is_that_of_the_estimated_value() {
    let names = ["strength.gt_2.730", "strength.f_4.384"];
    let at = |settings: String| {
        let text = format!("{settings}\n[gradients]\nparameters = {names:?}");
        let job = job(&text, Observable::VisibleEnergy, Target::Mean);
        let order: Vec<String> = job.names().into_iter().map(String::from).collect();
        (order, run(&job.prepare().expect("prepared"), Estimator::Combined, 100_000))
    };
    let (order, centre) = at(String::new());
    let config = Config::from_toml("").expect("the default");
    let params = gradino::chain::Setup::from_config(&config).expect("a setup").parameters();
    for (i, name) in order.iter().enumerate() {
        let value = params.get(name).expect("declared").value;
        let step = 0.05 * value;
        let [up, down] = [step, -step].map(|by| {
            let (_, found) = at(format!("[parameters]\n\"{name}\" = {}", value + by));
            (found.value[0], found.value_errors[0])
        });
        let quotient = (up.0 - down.0) / (2.0 * step);
        let error = up.1.hypot(down.1) / (2.0 * step);
        let z = pull((quotient, error), (centre.gradient[i], centre.gradient_errors[i]));
        println!(
            "{name}: {:.4e} +- {:.0e}, quotient {quotient:.4e} +- {error:.0e}",
            centre.gradient[i], centre.gradient_errors[i]
        );
        assert!(z.abs() < 4.5, "{name}: {} {quotient} +- {error} z = {z:.2}", centre.gradient[i]);
        assert!(centre.gradient[i].abs() > 20.0 * centre.gradient_errors[i], "{name} is not measured");
    }
}

#[test]
fn the_default_estimator_has_far_less_variance_than_a_constant_baseline() {
    let job = job("", Observable::VisibleEnergy, Target::Mean);
    let prepared = job.prepare().expect("prepared");
    let [one_out, combined] =
        [Estimator::LeaveOneOut, Estimator::Combined].map(|e| run(&prepared, e, 100_000));
    for (i, name) in job.names().into_iter().enumerate() {
        let variance = |e: &Estimate| e.gradient_errors[i].powi(2) * e.events as f64;
        let ratio = variance(&one_out) / variance(&combined);
        println!("{name}: {ratio:.1}");
        // Photon strengths of the continuum matter in rare events alone.
        let least = if name == "gamma_strength.e1_sigma" { 2.0 } else { 8.0 };
        assert!(ratio > least, "{name}: {ratio:.1}");
    }
}

#[test]
fn histograms_have_the_same_gradients_whoever_estimates_them_and_keep_their_sum() {
    let edges = (0..=20).map(|i| 5.0 * f64::from(i)).collect();
    let target = Target::bins(edges, Sharing::Linear).expect("bins");
    let job = job("", Observable::VisibleEnergy, target);
    let prepared = job.prepare().expect("prepared");
    let [one_out, combined] =
        [Estimator::LeaveOneOut, Estimator::Combined].map(|e| run(&prepared, e, 100_000));
    let p = job.names().len();
    let filled = |i: usize| one_out.value[i] > 1e-3;
    let bins = (0..20).filter(|b| filled(*b));
    let mut z = Vec::new();
    for k in bins.flat_map(|b| (0..p).map(move |i| b * p + i)) {
        z.push(pull(
            (one_out.gradient[k], one_out.gradient_errors[k]),
            (combined.gradient[k], combined.gradient_errors[k]),
        ));
    }
    let rms = (z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64).sqrt();
    assert!(rms < 1.35, "{rms}");
    assert!((combined.value.iter().sum::<f64>() - 1.0).abs() < 5e-3);
    // What is in all bins together does not move.
    for (i, name) in job.names().into_iter().enumerate() {
        let slopes = (0..20).map(|b| combined.gradient[b * p + i]);
        let (sum, scale) = (slopes.clone().sum::<f64>(), slopes.map(f64::abs).sum::<f64>());
        assert!(sum.abs() < 0.03 * scale, "{name}: {sum} of {scale}");
    }
}

#[test]
fn other_jobs_are_estimated_too() {
    let jobs = [
        "[state]\nnuclide = \"40K\"\nexcitation = \"15 MeV\"\nspin = \"1\"\nparity = \"+\"",
        "[flux]\nkind = \"mono\"\nenergy = \"25 MeV\"",
        "[flux]\nweighting = \"flux\"\n[reaction]\nprocesses = [\"cc\", \"es\"]",
    ];
    for text in jobs {
        for observable in [Observable::VisibleEnergy, Observable::LargestGammaEnergy] {
            let job = job(text, observable, Target::Mean);
            let prepared = job.prepare().expect("prepared");
            let [one_out, combined] =
                [Estimator::LeaveOneOut, Estimator::Combined].map(|e| run(&prepared, e, 60_000));
            assert_agree(&one_out, &combined, &job.names());
        }
    }
}
