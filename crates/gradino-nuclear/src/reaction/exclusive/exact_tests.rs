use super::super::lepton::LeptonVertex;
use super::super::model::tests::{knockout, knockout_by};
use super::*;
use crate::meanfield::{Current, Nucleon};
use crate::reaction::exclusive::Knockout;
use gradino_core::particle::pdg;
use gradino_core::{Nuclide, ParamSet};

const COUNT: usize = 20_000;

fn exact(energies: [f64; 2]) -> ExactKnockout {
    exact_of(&knockout(14), energies)
}

fn exact_of(knockout: &std::sync::Arc<Knockout>, energies: [f64; 2]) -> ExactKnockout {
    let params = ParamSet::new(knockout.parameters());
    let density = KnockoutDensity::new(&knockout.prepare(&params, &[]), energies);
    ExactKnockout::new(&density).expect("neutrons are knocked out")
}

/// Points and densities under one condition.
fn drawn(sampler: &ExactKnockout, energy: f64, hole: usize) -> (Vec<[f64; 4]>, Vec<f64>) {
    let (mut points, mut densities) = (vec![0.0; 4 * COUNT], vec![0.0; COUNT]);
    let conditions = [energy, hole as f64].repeat(COUNT);
    sampler.draw(5, 0, &conditions, &mut points, &mut densities).expect("in range");
    (points.as_chunks::<4>().0.to_vec(), densities)
}

/// The coordinates of a point as numbers from 0 to 1.
fn unit([share, cos_theta, cos_nucleon, phi]: [f64; 4]) -> [f64; 4] {
    [share, 0.5 * (1.0 + cos_theta), 0.5 * (1.0 + cos_nucleon), phi / std::f64::consts::TAU]
}

#[test]
fn totals_between_those_that_are_tabulated_are_those_of_the_model() {
    let sampler = exact([200.0, 440.0]);
    for energy in [200.0, 203.7, 214.9, 275.2, 333.3, 437.1, 440.0] {
        let total = sampler.density.model().total(energy);
        for (hole, wanted) in total.by_hole.iter().enumerate() {
            let found = sampler.total(hole, energy);
            assert!((found / wanted - 1.0).abs() < 2e-4, "{hole} at {energy}: {found} {wanted}");
        }
    }
}

#[test]
fn exact_points_of_a_shell_have_the_means_of_the_density_and_tell_it() {
    let sampler = exact([200.0, 440.0]);
    for (energy, hole) in [(320.0, 0), (251.0, 2)] {
        let (points, densities) = drawn(&sampler, energy, hole);
        let mut values = vec![0.0; COUNT];
        let conditions = [energy, hole as f64].repeat(COUNT);
        sampler.density.evaluate(&conditions, points.as_flattened(), &mut values).expect("in range");
        let total = sampler.total(hole, energy);
        assert!(values.iter().zip(&densities).all(|(f, q)| (f / q / total - 1.0).abs() < 1e-12));
        // By points of the density's own space, evenly drawn and weighted.
        let mut stream = Stream::new(1, 0, Purpose::Test);
        let even: Vec<[f64; 4]> =
            (0..20 * COUNT).map(|_| std::array::from_fn(|_| stream.uniform())).collect();
        let place = |u: &[f64; 4]| [u[0], 2.0 * u[1] - 1.0, 2.0 * u[2] - 1.0, std::f64::consts::TAU * u[3]];
        let places: Vec<f64> = even.iter().flat_map(place).collect();
        let mut weights = vec![0.0; even.len()];
        let conditions = [energy, hole as f64].repeat(even.len());
        sampler.density.evaluate(&conditions, &places, &mut weights).expect("in range");
        let (sum, squares) = weights.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
        let effective = sum * sum / squares;
        let phase = |u: [f64; 4]| (std::f64::consts::TAU * u[3]).cos();
        let moments: [&dyn Fn([f64; 4]) -> f64; 6] =
            [&|u| u[0], &|u| u[1], &|u| u[2], &phase, &|u| u[0] * u[1], &|u| u[1] * u[2]];
        for (number, moment) in moments.iter().enumerate() {
            let wanted = even.iter().zip(&weights).map(|(u, w)| w * moment(*u)).sum::<f64>() / sum;
            let found = points.iter().map(|p| moment(unit(*p))).sum::<f64>() / COUNT as f64;
            let spread =
                points.iter().map(|p| (moment(unit(*p)) - found).powi(2)).sum::<f64>() / COUNT as f64;
            let sigma = (spread * (1.0 / COUNT as f64 + 1.0 / effective)).sqrt();
            assert!(
                (found - wanted).abs() < 4.0 * sigma,
                "{number} at {energy}: {found} {wanted} +- {sigma}"
            );
        }
    }
}

#[test]
fn an_exact_point_depends_on_its_number_and_condition_alone() {
    let sampler = exact([300.0, 330.0]);
    let (points, densities) = drawn(&sampler, 310.0, 1);
    let (mut point, mut density) = ([0.0; 4], [0.0]);
    sampler.draw(5, 1234, &[310.0, 1.0], &mut point, &mut density).expect("in range");
    assert_eq!((point, density[0]), (points[1234], densities[1234]));
    let beyond = sampler.draw(5, 0, &[331.0, 1.0], &mut point, &mut density).expect_err("beyond");
    assert!(beyond.to_string().contains("331"), "{beyond}");
}

#[test]
fn a_shell_that_is_closed_at_an_energy_is_refused_and_not_sought_for_ever() {
    let sampler = exact([125.0, 330.0]);
    let of = &sampler.density.model().of;
    let closed = |h: &crate::reaction::exclusive::Hole| of.vertex.outgoing_mass + h.separation > 135.0;
    let hole = of.table.holes.iter().position(closed).expect("1s1/2 is bound by 36 MeV");
    let (mut point, mut density) = ([0.0; 4], [0.0]);
    let error = sampler.draw(1, 0, &[135.0, hole as f64], &mut point, &mut density).expect_err("closed");
    assert!(error.to_string().contains("threshold"), "{error}");
    let open = of.table.holes.iter().position(|h| !closed(h)).expect("1p1/2 is open");
    sampler.draw(1, 0, &[135.0, open as f64], &mut point, &mut density).expect("open");
    assert!(density[0] > 0.0);
}

#[test]
fn energies_at_which_nothing_passes_a_barrier_or_a_cut_are_refused_and_not_sought_for_ever() {
    let (mut point, mut density) = ([0.0; 4], [0.0]);
    let mut refused = |sampler: &ExactKnockout, energy: f64| {
        let error = sampler.draw(1, 0, &[energy, 0.0], &mut point, &mut density).expect_err("closed");
        assert!(error.to_string().contains("threshold"), "{error}");
        let open = sampler.energies[1];
        sampler.draw(1, 0, &[open, 0.0], &mut point, &mut density).expect("open");
        assert!(density[0] > 0.0);
    };
    let repelled = LeptonVertex::new(Current::Charged, -pdg::NU_MU).expect("an antineutrino");
    let repelled = repelled.in_coulomb_field(Nuclide::new(7, 15), 1.2);
    let sampler = exact_of(&knockout_by(repelled, Nucleon::Proton), [120.0, 330.0]);
    let separation = sampler.density.model().of.table.holes[0].separation;
    refused(&sampler, repelled.lowest_outgoing() + separation - 1.0);
    let electrons = LeptonVertex::new(Current::Electromagnetic, pdg::ELECTRON).expect("an electron");
    let sampler = exact_of(&knockout_by(electrons.above(2.5e5), Nucleon::Proton), [200.0, 440.0]);
    refused(&sampler, 220.0);
}
