//! Gradients of means over events: score and motion against finite differences of independent samples.

mod chain_support;

use chain_support::*;
use gradino::chain::Setup;
use gradino::chain::primary::Weighting;
use gradino_core::{Event, ParamSet};

const NAMES: [&str; 3] = ["photons", "neutrons", "visible energy"];

/// Strong parameters with the relative steps of their finite differences: where the difference quotient
/// has settled and its statistical error is still small.
const PARAMETERS: [(&str, f64); 14] = [
    ("optical.v1_0", 0.01),
    ("optical.rv_0", 0.01),
    ("optical.d1_0", 0.1),
    ("optical.rc_0", 0.1),
    ("level_density.a", 0.02),
    ("level_density.pairing", 0.05),
    ("level_density.spin_cutoff", 0.1),
    ("gamma_strength.e1_sigma", 0.1),
    ("gamma_strength.m1_strength", 0.1),
    ("coulomb.radius", 0.05),
    ("flux.mean_energy", 0.02),
    ("flux.alpha", 0.05),
    ("strength.gt_2.730", 0.1),
    ("strength.f_4.384", 0.1),
];

/// Adds w [(f - centre) d ln w + df] of one event.
fn add_gradient(event: &Event, centre: &[f64; 3], moving: &mut [f64], out: &mut [Vec<Moments>; 3]) {
    moving.fill(0.0);
    event.add_visible_energy_gradient(moving);
    let f = observe(event);
    for (i, score) in event.weight_gradient.iter().enumerate() {
        for x in 0..3 {
            let motion = if x == 2 { moving[i] } else { 0.0 };
            out[x][i].add(event.weight * ((f[x] - centre[x]) * score + motion));
        }
    }
}

/// Gradients of the three means, and the means of the score.
fn estimate(
    setup: &Setup,
    params: &ParamSet,
    wanted: &[usize],
    events: u64,
) -> ([Vec<Moments>; 3], Vec<Moments>) {
    let chain = chain(setup, params, wanted);
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    let mut values = [Moments::default(); 3];
    for number in 0..events / 10 {
        chain.draw(number, &mut scratch, &mut event);
        let f = observe(&event);
        (0..3).for_each(|x| values[x].add(event.weight * f[x]));
    }
    let centre = values.map(|v| v.mean());
    let mut gradients: [Vec<Moments>; 3] = std::array::from_fn(|_| vec![Moments::default(); wanted.len()]);
    let mut scores = vec![Moments::default(); wanted.len()];
    let mut moving = vec![0.0; wanted.len()];
    for number in 0..events {
        chain.draw(number, &mut scratch, &mut event);
        add_gradient(&event, &centre, &mut moving, &mut gradients);
        for (s, score) in scores.iter_mut().zip(&event.weight_gradient) {
            s.add(event.weight * score);
        }
    }
    (gradients, scores)
}

/// Central differences with common random numbers.
fn differences(setup: &Setup, params: &ParamSet, i: usize, h: f64, events: u64) -> [Moments; 3] {
    let [up, down] = [h, -h].map(|by| {
        let mut list: Vec<_> = params.iter().cloned().collect();
        list[i].value += by;
        chain(setup, &ParamSet::new(list), &[])
    });
    let mut moments = [Moments::default(); 3];
    let (mut s, mut t) = (up.scratch(), down.scratch());
    let (mut a, mut b) = (Event::new(), Event::new());
    for number in 0..events {
        up.draw(number, &mut s, &mut a);
        down.draw(number, &mut t, &mut b);
        let (fa, fb) = (observe(&a), observe(&b));
        (0..3).for_each(|x| moments[x].add((a.weight * fa[x] - b.weight * fb[x]) / (2.0 * h)));
    }
    moments
}

fn compare(make: impl Fn(u64) -> Setup, list: &[(&str, f64)], events: u64) {
    let mine = make(1);
    let params = mine.parameters();
    let mut wanted: Vec<usize> = list.iter().map(|(n, _)| params.position(n).expect("declared")).collect();
    wanted.sort_unstable();
    let (gradients, _) = estimate(&mine, &params, &wanted, events);
    let independent = make(2);
    for (name, relative) in list {
        let i = params.position(name).expect("declared");
        let h = relative * params.at(i).value;
        let found = differences(&independent, &params, i, h, events);
        let slot = wanted.iter().position(|&w| w == i).expect("wanted");
        for x in 0..3 {
            let (g, d) = (&gradients[x][slot], &found[x]);
            let error = g.error().hypot(d.error());
            let z = if error > 0.0 { (g.mean() - d.mean()) / error } else { 0.0 };
            println!(
                "{name:28} {:15} score and motion {:11.4e} +- {:.0e}  differences {:11.4e} +- {:.0e}  z = {z:.2}",
                NAMES[x],
                g.mean(),
                g.error(),
                d.mean(),
                d.error()
            );
            assert!(z.abs() < 4.0, "{name}, {}: z = {z}", NAMES[x]);
        }
    }
}

#[test]
fn gradients_of_mean_photons_neutrons_and_visible_energy_equal_finite_differences() {
    compare(|seed| setup(supernova(), Weighting::CrossSection, seed), &PARAMETERS, 120_000);
}

#[test]
fn gradients_at_one_neutrino_energy_equal_finite_differences() {
    let list = [("flux.energy", 0.01), ("level_density.a", 0.02), ("optical.v1_0", 0.01)];
    compare(|seed| setup(mono(30.0), Weighting::CrossSection, seed), &list, 120_000);
}

#[test]
fn gradients_of_weighted_events_equal_finite_differences() {
    let list = [("flux.mean_energy", 0.02), ("coulomb.radius", 0.05), ("level_density.a", 0.02)];
    compare(|seed| setup(supernova(), Weighting::Flux, seed), &list, 20_000);
}

const EVENTS: u64 = 200_000;

#[test]
fn the_mean_score_of_every_parameter_is_zero() {
    for flux in [supernova(), mono(30.0)] {
        let setup = setup(flux, Weighting::CrossSection, 3);
        let params = setup.parameters();
        let wanted: Vec<usize> = (0..params.len()).collect();
        let (_, scores) = estimate(&setup, &params, &wanted, EVENTS);
        let mut idle = Vec::new();
        let mut worst = (0.0f64, String::new());
        for (i, score) in scores.iter().enumerate() {
            let name = &params.at(i).name;
            // A rare transition: B times the score is 1 if it was drawn, less its probability P; with
            // N P = 2 expected the sample does not show its own error, so Poisson's is used.
            let rare = match name.starts_with("strength.") {
                true => {
                    (score.least().abs() * params.at(i).value / EVENTS as f64).sqrt() / params.at(i).value
                }
                false => 0.0,
            };
            let error = score.error().max(rare);
            if error == 0.0 {
                idle.push(name.clone());
                continue;
            }
            let z = score.mean() / error;
            if z.abs() > worst.0 {
                worst = (z.abs(), name.clone());
            }
            assert!(z.abs() < 4.5, "{name}: mean score {} +- {error}", score.mean());
        }
        println!(
            "{} parameters, largest |z| = {:.2} ({}), without score: {idle:?}",
            params.len(),
            worst.0,
            worst.1
        );
    }
}
