use super::super::model::tests::{knockout, knockout_by};
use super::super::{Knockout, LeptonVertex, Point};
use super::*;
use crate::meanfield::{Current, Nucleon};
use gradino_core::particle::pdg;
use gradino_core::{Nuclide, ParamSet, Purpose};
use std::f64::consts::PI;

const ENERGY: f64 = 320.0;
const EVENTS: u64 = 60_000;

fn events(sampler: &KnockoutSampler, seed: u64) -> Vec<KnockoutDraw> {
    let mut space = sampler.space();
    let one = |event| {
        let mut stream = Stream::new(seed, event, Purpose::Test);
        sampler.draw(ENERGY, &mut stream, &mut space).expect("in range")
    };
    (0..EVENTS).map(one).collect()
}

fn params(knockout: &Knockout) -> ParamSet {
    ParamSet::new(knockout.parameters())
}

/// The radical inverse of `n` in `base`.
fn halton(mut n: u64, base: u64) -> f64 {
    let (mut value, mut share) = (0.0, 1.0 / base as f64);
    while n > 0 {
        value += (n % base) as f64 * share;
        n /= base;
        share /= base as f64;
    }
    value
}

const BINS: usize = 12;

/// Bins of T, cos(theta), cos(theta_N) and phi_N.
fn bins(kinetic: f64, cos_theta: f64, cos_nucleon: f64, phi: f64, highest: f64) -> [usize; 4] {
    [kinetic / highest, 0.5 * (1.0 + cos_theta), 0.5 * (1.0 + cos_nucleon), phi / (2.0 * PI)]
        .map(|x| ((x * BINS as f64) as usize).min(BINS - 1))
}

#[test]
fn draws_follow_the_cross_section_in_every_variable() {
    check_draws(&knockout(14), 150_000);
}

#[test]
fn draws_of_the_neutral_current_follow_the_cross_section() {
    let vertex = LeptonVertex::new(Current::Neutral, pdg::NU_MU).expect("a neutrino");
    check_draws(&knockout_by(vertex, Nucleon::Proton), 150_000);
}

#[test]
fn draws_of_electrons_follow_the_cross_section_above_the_smallest_q2() {
    let vertex = LeptonVertex::new(Current::Electromagnetic, pdg::ELECTRON).expect("an electron").above(4e4);
    check_draws(&knockout_by(vertex, Nucleon::Proton), 600_000);
    // At the nucleus: Q^2 of the leptons far away is smaller.
    let inside = vertex.in_coulomb_field(Nuclide::new(7, 15), 1.2);
    let knockout = knockout_by(inside, Nucleon::Neutron);
    let sampler =
        KnockoutSampler::new(&knockout.prepare(&params(&knockout), &[]), &[ENERGY; 2]).expect("above it");
    for d in events(&sampler, 8) {
        assert!(d.q * d.q - d.omega * d.omega > 4e4 && d.weight == 1.0);
    }
}

#[test]
fn draws_in_a_coulomb_field_follow_the_cross_section() {
    let vertex = LeptonVertex::new(Current::Charged, -pdg::NU_MU).expect("an antineutrino");
    let residue = Nuclide::new(7, 15);
    check_draws(&knockout_by(vertex.in_coulomb_field(residue, 1.2), Nucleon::Proton), 150_000);
    check_draws(&knockout_by(vertex.with_fermi_function(residue, 1.2), Nucleon::Proton), 150_000);
}

#[test]
fn electrons_down_to_real_photons_are_refused() {
    let vertex = LeptonVertex::new(Current::Electromagnetic, pdg::ELECTRON).expect("an electron");
    let knockout = knockout_by(vertex, Nucleon::Proton);
    let model = knockout.prepare(&params(&knockout), &[]);
    let error = KnockoutSampler::new(&model, &[ENERGY, ENERGY]).expect_err("no bound");
    assert!(error.hint().is_some_and(|hint| hint.contains("Q^2")));
}

/// Histograms of draws against the cross section at quasi-random `points`.
fn check_draws(knockout: &std::sync::Arc<Knockout>, points: u64) {
    let model = knockout.prepare(&params(knockout), &[]);
    let sampler = KnockoutSampler::new(&model, &[ENERGY, ENERGY]).expect("above threshold");
    let drawn = events(&sampler, 3);
    assert!(drawn.iter().all(|d| d.weight == 1.0), "no bound was passed");
    let total = model.total(ENERGY);
    let mut space = model.workspace();
    for hole in 0..3 {
        let share = total.by_hole[hole] / total.value;
        let of_hole: Vec<_> = drawn.iter().filter(|d| d.hole == hole).collect();
        let sigma = (EVENTS as f64 * share * (1.0 - share)).sqrt();
        assert!((of_hole.len() as f64 - EVENTS as f64 * share).abs() < 4.0 * sigma, "{hole}: {share}");
        let separation = knockout.table.holes[hole].separation;
        let highest = ENERGY - knockout.vertex.lowest_outgoing() - separation;
        let mut expected = [[0.0; BINS]; 4];
        for n in 1..=points {
            let [a, b, c, d] = [2, 3, 5, 7].map(|base| halton(n, base));
            let (kinetic, cos_theta, cos_nucleon, phi) =
                (highest * a, 2.0 * b - 1.0, 2.0 * c - 1.0, 2.0 * PI * d);
            let omega = kinetic + separation;
            let point = Point { hole, energy: ENERGY, omega, cos_theta, cos_nucleon, phi_nucleon: phi };
            let size = model.cross_section(&point, &mut space);
            let places = bins(kinetic, cos_theta, cos_nucleon, phi, highest);
            expected.iter_mut().zip(places).for_each(|(e, place)| e[place] += size);
        }
        let mut found = [[0.0; BINS]; 4];
        for d in &of_hole {
            let places = bins(d.kinetic, d.cos_theta, d.cos_nucleon, d.phi_nucleon, highest);
            found.iter_mut().zip(places).for_each(|(f, place)| f[place] += 1.0);
        }
        for (variable, (expected, found)) in expected.iter().zip(&found).enumerate() {
            let norm = of_hole.len() as f64 / expected.iter().sum::<f64>();
            // The expectation from quasi-random points is itself known to 0.7 % of a bin.
            let square = |(e, f): (&f64, &f64)| {
                let e = e * norm;
                (f - e).powi(2) / (e + (0.007 * e).powi(2)).max(1.0)
            };
            let chi_square: f64 = expected.iter().zip(found).map(square).sum();
            assert!(chi_square < 32.0, "hole {hole} variable {variable}: chi^2 = {chi_square} of 11");
        }
    }
}

#[test]
fn draws_depend_on_seed_and_event_alone_and_most_proposals_are_kept() {
    let knockout = knockout(-14);
    let model = knockout.prepare(&params(&knockout), &[]);
    let sampler = KnockoutSampler::new(&model, &[300.0, 310.0, 320.0, 330.0]).expect("above threshold");
    let mut space = sampler.space();
    let mut draw = |event| sampler.draw(ENERGY, &mut Stream::new(9, event, Purpose::Test), &mut space);
    let forward: Vec<_> = (0..500).map(|n| draw(n).expect("in range")).collect();
    let backward: Vec<_> = (0..500).rev().map(|n| draw(n).expect("in range")).collect();
    assert!(forward.iter().eq(backward.iter().rev()));
    let error = sampler.draw(331.0, &mut Stream::new(9, 0, Purpose::Test), &mut space).expect_err("beyond");
    assert!(error.hint().is_some());
    assert!(space.proposals < 2 * 1000, "{}", space.proposals);
}

#[test]
fn scores_have_mean_zero_and_give_the_derivative_of_a_mean() {
    let knockout = knockout(14);
    let set = params(&knockout);
    let wanted: Vec<usize> = ["axial.mass", "axial.g_a", "vector.mu_p"]
        .iter()
        .map(|name| set.position(name).expect("a parameter"))
        .collect();
    let model = knockout.prepare(&set, &wanted);
    let sampler = KnockoutSampler::new(&model, &[ENERGY, ENERGY]).expect("above threshold");
    let total = model.total(ENERGY);
    let mut space = sampler.space();
    let drawn = events(&sampler, 4);
    let mut slopes = vec![0.0; wanted.len()];
    let mut scores = vec![Vec::new(); wanted.len()];
    for d in &drawn {
        sampler.log_slopes(d, &mut space, &mut slopes);
        for (k, list) in scores.iter_mut().enumerate() {
            list.push(slopes[k] - total.gradient[k] / total.value);
        }
    }
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / EVENTS as f64;
    for (k, list) in scores.iter().enumerate() {
        let variance = mean(&mut list.iter().map(|s| s * s));
        assert!(variance > 0.0, "the score moves");
        let sigma = (variance / EVENTS as f64).sqrt();
        assert!(mean(&mut list.iter().copied()).abs() < 4.0 * sigma, "parameter {k}");
        // The mean of cos(theta), against the same events weighted by the ratio of cross sections.
        let (name, x) = (&set.at(wanted[k]).name, set.at(wanted[k]).value);
        let h = 1e-3 * x.abs();
        let mut moved = set.clone();
        moved.set(name, x + h).expect("within bounds");
        let other = knockout.prepare(&moved, &[]);
        let (mut a, mut b) = (model.workspace(), other.workspace());
        let rate = other.total(ENERGY).value / total.value;
        let (mut by_score, mut by_ratio, mut square) = (0.0, 0.0, 0.0);
        for (d, score) in drawn.iter().zip(list) {
            let (hole, energy, omega, cos_theta) = (d.hole, d.energy, d.omega, d.cos_theta);
            let (cos_nucleon, phi_nucleon) = (d.cos_nucleon, d.phi_nucleon);
            let point = Point { hole, energy, omega, cos_theta, cos_nucleon, phi_nucleon };
            let ratio = other.cross_section(&point, &mut b) / model.cross_section(&point, &mut a) / rate;
            let (one, two) = (cos_theta * score, cos_theta * (ratio - 1.0) / h);
            by_score += one;
            by_ratio += two;
            square += (one - two).powi(2);
        }
        let n = EVENTS as f64;
        // Equal but for the second order of the difference and the node that the event came from.
        let sigma = (square / n / n).sqrt();
        let allowed = 4.0 * sigma + 2e-3 * (by_ratio / n).abs();
        assert!((by_score / n - by_ratio / n).abs() < allowed, "{name}: {} {}", by_score / n, by_ratio / n);
        assert!(by_ratio.abs() / n > 4.0 * sigma, "{name} moves the mean");
    }
}

#[test]
fn draws_together_are_to_the_bit_those_one_by_one() {
    let knockout = knockout(14);
    let model = knockout.prepare(&params(&knockout), &[]);
    let sampler = KnockoutSampler::new(&model, &[280.0, 300.0, 330.0]).expect("above threshold");
    let energies: Vec<f64> = (0..101).map(|i| 281.0 + 0.47 * f64::from(i)).collect();
    let streams: Vec<Stream> = (0..101).map(|event| Stream::new(6, event, Purpose::Test)).collect();
    let (mut one, mut all) = (sampler.space(), sampler.space());
    let mut drawn = Vec::new();
    sampler.draw_all(&energies, &mut streams.clone(), &mut all, &mut drawn).expect("in range");
    let single = |(&energy, mut stream): (&f64, Stream)| sampler.draw(energy, &mut stream, &mut one);
    let expected: Vec<_> =
        energies.iter().zip(streams.clone()).map(single).map(|d| d.expect("in range")).collect();
    assert_eq!(drawn, expected);
    assert!(one.proposals == all.proposals && one.proposals > 101, "refused ones are drawn again");
    let outside = sampler.draw_all(&[279.0], &mut streams[..1].to_vec(), &mut all, &mut drawn);
    assert!(outside.is_err());
}
