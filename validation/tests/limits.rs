//! Sum rules and the Fermi gas that the responses have to meet.

use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{CoulombExchange, MeanField, Nucleon, Options};
use gradino_validation::{limits, mean_field};

#[test]
fn waves_and_bound_states_exhaust_the_sum_rules_through_narrow_resonances() {
    // SLy4 puts 1d3/2 of neutrons in 16O at 0.13 MeV, a keV wide: a tenth of the energy-weighted sum at 120 MeV.
    let options = Options { mesh: limits::MESH, exchange: CoulombExchange::None, ..Options::default() };
    let force = mean_field::force("SLy4").expect("built in");
    let oxygen = MeanField::solve(Nuclide::new(8, 16), &force, &options).expect("bound");
    let [charge] = &limits::charge(&oxygen, Nucleon::Neutron, &[120.0], 10, 350.0).expect("waves")[..] else {
        panic!("one momentum")
    };
    assert!(charge.exact[1] > 1.2 * charge.free, "the effective mass raises the sum");
    for lines in [&charge.boxed, &charge.waves] {
        let [strength, energy] = limits::moments(lines);
        assert!((strength / charge.exact[0] - 1.0).abs() < 1e-5, "{strength}");
        assert!((energy / charge.exact[1] - 1.0).abs() < 1e-4, "{energy} {:?}", charge.exact);
    }
    assert!(
        limits::windows(charge) < 1e-4,
        "box and waves agree in every window: {}",
        limits::windows(charge)
    );
}

#[test]
fn responses_of_heavier_nuclei_are_closer_to_those_of_their_fermi_gas() {
    let [light, heavy] = [16, 80].map(|a| limits::large(a, 600.0).expect("bound"));
    for (all, largest) in [(light, 0.08), (heavy, 0.045)] {
        // The surface: in proportion to A^(-1/3).
        assert!(all.distance.iter().all(|d| *d < largest), "{all:?}");
    }
    assert!((0..2).all(|k| heavy.distance[k] < 0.7 * light.distance[k]), "{light:?} {heavy:?}");
    assert!((heavy.mean[0] / heavy.mean[1] - 1.0).abs() < 0.01, "{heavy:?}");
}
