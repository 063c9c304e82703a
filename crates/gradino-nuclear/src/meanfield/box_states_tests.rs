use super::*;
use crate::meanfield::continuum::{Continuum, partial_waves};
use crate::meanfield::multipoles::{AxialCharge, BesselTable, Couplings, Natural, transition_elements};
use crate::meanfield::{CoulombExchange, MeanField, Nucleon, Options, Orbital, Skyrme, SkyrmeForce};
use gradino_core::Nuclide;
use gradino_core::constants::HBAR_C;
use std::f64::consts::PI;

/// Largest l of the states.
const L_MAX: u32 = 12;
/// The states are taken up to this energy [MeV].
const HIGHEST: f64 = 600.0;
/// Momentum transfers [MeV].
const MOMENTA: [f64; 2] = [60.0, 180.0];

fn oxygen(name: &str) -> MeanField<f64> {
    let force = Skyrme::new(&SkyrmeForce::named(name).expect("built in").parameters.values());
    let options = Options { exchange: CoulombExchange::None, ..Options::default() };
    MeanField::solve(Nuclide::new(8, 16), &force, &options).expect("bound")
}

/// All states of a field by partial wave.
fn all_states(field: &RadialField<f64>) -> Vec<Vec<BoxState>> {
    partial_waves(L_MAX).map(|(l, two_j)| box_states(field, l, two_j, HIGHEST)).collect()
}

/// The states number `number` of all partial waves, nothing where there is none.
fn level(states: &[Vec<BoxState>], number: usize, points: usize) -> Continuum<f64> {
    let none = || vec![0.0; points];
    let of = |(all, (l, two_j)): (&Vec<BoxState>, (u32, u32))| {
        let nothing = || PartialWave { l, two_j, phase_shift: 0.0, u: none(), du: none() };
        all.get(number).map_or_else(nothing, |state| state.wave.clone())
    };
    let waves = states.iter().zip(partial_waves(L_MAX)).map(of).collect();
    Continuum { kinetic: 1.0, wave_number_fm: 1.0, eta: 0.0, coulomb_phases: Vec::new(), waves }
}

/// Energy differences [MeV] and |<f|exp(iqz)|h>|^2 of all states f by momentum transfer, for one nucleon of `hole`.
fn lines(hole: &Orbital<f64>, states: &[Vec<BoxState>], bessel: &BesselTable) -> Vec<Vec<[f64; 2]>> {
    let couplings = Couplings::new(hole.shell, L_MAX, AxialCharge::Full);
    let mut lines = vec![Vec::new(); bessel.momenta_fm.len()];
    for number in 0..states.iter().map(Vec::len).max().unwrap_or(0) {
        let elements = transition_elements(hole, &level(states, number, hole.u.len()), &couplings, bessel);
        for (k, lines) in lines.iter_mut().enumerate() {
            for (channel, e) in elements.at(k).filter(|(c, _)| c.is_natural(hole.shell.l)) {
                let wave = (channel.l + channel.two_j.div_ceil(2)) as usize - 1;
                if let Some(state) = states[wave].get(number) {
                    let strength = 4.0 * PI * e.natural(Natural::Charge).powi(2) / hole.shell.capacity();
                    lines.push([state.energy - hole.energy, strength]);
                }
            }
        }
    }
    lines
}

/// <h|B|h> [MeV fm^2].
fn mean_b(field: &RadialField<f64>, hole: &Orbital<f64>) -> f64 {
    field.mesh.integral(field.b.iter().zip(&hole.u).map(|(b, u)| b * u * u))
}

/// <h|-grad B grad + U + W l.sigma/r|h> [MeV].
fn mean_energy(field: &RadialField<f64>, hole: &Orbital<f64>) -> f64 {
    let barrier = f64::from(hole.shell.l * (hole.shell.l + 1));
    let density = |(i, r): (usize, f64)| {
        let (u, slope) = (hole.u[i], hole.du[i] - hole.u[i] / r);
        let potential = field.u[i] + field.w[i] * hole.shell.l_sigma() / r;
        field.b[i] * (slope * slope + barrier * (u / r).powi(2)) + potential * u * u
    };
    field.mesh.integral(field.mesh.radii_fm().enumerate().map(density))
}

#[test]
fn bound_states_of_the_box_are_the_orbitals_and_all_states_are_orthonormal() {
    let field = oxygen("SkE2");
    let neutrons = &field.fields[0];
    for (l, two_j) in [(0, 1), (1, 3), (2, 5)] {
        let states = box_states(neutrons, l, two_j, 150.0);
        let bound: Vec<&Orbital<f64>> = field
            .orbitals
            .iter()
            .filter(|o| (o.nucleon, o.shell.l, o.shell.two_j) == (Nucleon::Neutron, l, two_j))
            .collect();
        assert_eq!(states.iter().filter(|s| s.energy < 0.0).count(), bound.len());
        for (orbital, state) in bound.iter().zip(&states) {
            assert!((orbital.energy - state.energy).abs() < 1e-5, "{} {}", orbital.shell, state.energy);
        }
        assert!(states.len() > 10 && states.windows(2).all(|pair| pair[0].energy < pair[1].energy));
        for (i, a) in states.iter().enumerate() {
            for (k, b) in states.iter().enumerate() {
                let overlap = neutrons.mesh.integral(a.wave.u.iter().zip(&b.wave.u).map(|(x, y)| x * y));
                let exact = if i == k { 1.0 } else { 0.0 };
                assert!((overlap - exact).abs() < 1e-8, "l {l}: {i} {k} {overlap}");
            }
        }
    }
}

#[test]
fn the_energy_weighted_sum_of_the_charge_is_that_of_the_effective_mass() {
    // sum_f (e_f - e_h) |<f|exp(iqz)|h>|^2 = q^2 <h|B|h> for every orbital: the mean of the double commutator. The
    // spin-orbit force has none. Summed over a nucleus it is N q^2/2M (1 + kappa) (lipparini1989).
    for (name, nucleon, kappa) in [("SLy4", Nucleon::Neutron, 0.2), ("SkE2", Nucleon::Proton, 0.3)] {
        let oxygen = oxygen(name);
        let field = &oxygen.fields[nucleon.index()];
        let states = all_states(field);
        let bessel = BesselTable::new(field.mesh, &MOMENTA, L_MAX + 3);
        let (mut whole, mut free) = (0.0, 0.0);
        for hole in oxygen.occupied().filter(|o| o.nucleon == nucleon) {
            for (q, lines) in MOMENTA.iter().zip(lines(hole, &states, &bessel)) {
                let q_sq = (q / HBAR_C).powi(2);
                let exact = q_sq * mean_b(field, hole);
                let number: f64 = lines.iter().map(|l| l[1]).sum();
                let energy: f64 = lines.iter().map(|l| l[0] * l[1]).sum();
                assert!((number - 1.0).abs() < 1e-5, "{name} {} {q}: closure {number}", hole.shell);
                assert!((energy / exact - 1.0).abs() < 1e-5, "{name} {} {q}: {energy} {exact}", hole.shell);
                whole += hole.occupation * energy;
                free += hole.occupation * q_sq * field.b_infinity;
            }
        }
        assert!(whole / free - 1.0 > kappa, "{name}: the effective mass raises it: {}", whole / free - 1.0);
    }
}

#[test]
fn blocked_transitions_cancel_in_the_energy_weighted_sum() {
    // (e_f - e_h) |<f|exp(iqz)|h>|^2 changes its sign when both are filled and change places.
    let oxygen = oxygen("SLy4");
    let field = &oxygen.fields[0];
    let filled: Vec<&Orbital<f64>> = oxygen.occupied().filter(|o| o.nucleon == Nucleon::Neutron).collect();
    let states = all_states(field);
    let bessel = BesselTable::new(field.mesh, &[180.0], L_MAX + 3);
    let (mut all, mut blocked, mut size) = (0.0, 0.0, 0.0);
    for hole in &filled {
        for [energy, strength] in lines(hole, &states, &bessel).remove(0) {
            let term = hole.occupation * energy * strength;
            all += term;
            if filled.iter().any(|o| (o.energy - hole.energy - energy).abs() < 1e-4) {
                blocked += term;
                size += term.abs();
            }
        }
    }
    assert!(size > 0.02 * all && blocked.abs() < 1e-4 * size, "{all} {blocked} {size}");
}

#[test]
fn the_energy_weighted_sum_of_the_charged_current_has_the_difference_of_the_fields_in_it() {
    // sum_f (e_f - e_h) |<f|exp(iqz)|h>|^2 = q^2 <h|B'|h> + <h|h' - h_0|h> where neutrons of the field h_0 become
    // protons of the field h'.
    let oxygen = oxygen("SLy4");
    let [neutrons, protons] = &oxygen.fields;
    let states = all_states(protons);
    let bessel = BesselTable::new(protons.mesh, &MOMENTA, L_MAX + 3);
    for hole in oxygen.occupied().filter(|o| o.nucleon == Nucleon::Neutron) {
        assert!((mean_energy(neutrons, hole) - hole.energy).abs() < 1e-5, "{}", hole.shell);
        let difference = mean_energy(protons, hole) - hole.energy;
        assert!(difference > 1.0, "the protons repel each other: {difference}");
        for (q, lines) in MOMENTA.iter().zip(lines(hole, &states, &bessel)) {
            let exact = (q / HBAR_C).powi(2) * mean_b(protons, hole) + difference;
            let energy: f64 = lines.iter().map(|l| l[0] * l[1]).sum();
            assert!((energy / exact - 1.0).abs() < 1e-5, "{} {q}: {energy} {exact}", hole.shell);
        }
    }
}
