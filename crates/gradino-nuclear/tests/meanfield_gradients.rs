//! Derivatives of the self-consistent field with respect to the Skyrme parameters, against finite differences.

use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::meanfield::{MeanField, Mesh, Options, Skyrme, SkyrmeForce};

/// Radii [points of the mesh] at which the waves are compared.
const POINTS: [usize; 4] = [20, 40, 60, 90];
/// Step of the central differences over the scale of a parameter.
const STEP: f64 = 2e-4;

/// What each parameter is measured by where it is zero.
fn scale(set: &ParamSet, i: usize) -> f64 {
    let p = set.at(i);
    match p.name.as_str() {
        _ if p.value != 0.0 => p.value.abs(),
        "skyrme.t4" => 1e4,
        _ => 1.0,
    }
}

/// The energy, the radii, and of each bound orbital its energy and its wave, with their natural sizes.
/// of orbitals above `highest` [MeV] nothing: a shift of the force may free them.
fn observables<D: gradino_core::Real>(field: &MeanField<D>, highest: f64) -> Vec<(String, D, f64)> {
    let mut all = vec![
        ("energy".to_string(), field.energy.total(), 10.0),
        ("neutron radius".to_string(), field.radii.neutron, 0.1),
        ("proton radius".to_string(), field.radii.proton, 0.1),
        ("charge radius".to_string(), field.radii.charge, 0.1),
        ("kinetic energy".to_string(), field.energy.kinetic, 10.0),
    ];
    for o in field.orbitals.iter().filter(|o| o.energy.re() < highest) {
        all.push((format!("{} {}", o.nucleon, o.shell), o.energy, 1.0));
        all.extend(POINTS.map(|i| (format!("{} {} u[{i}]", o.nucleon, o.shell), o.u[i], 0.1)));
        all.extend(POINTS.map(|i| (format!("{} {} du[{i}]", o.nucleon, o.shell), o.du[i], 0.1)));
    }
    for (i, f) in field.fields.iter().enumerate() {
        all.extend(POINTS.map(|at| (format!("field {i} U[{at}]"), f.u[at], 10.0)));
        all.extend(POINTS.map(|at| (format!("field {i} B[{at}]"), f.b[at], 10.0)));
        all.extend(POINTS.map(|at| (format!("field {i} W[{at}]"), f.w[at], 10.0)));
    }
    all
}

fn check(nuclide: Nuclide, name: &str) {
    let set = SkyrmeForce::named(name).expect("built in").parameters;
    let options = Options { mesh: Mesh { step_fm: 0.1, points: 180 }, ..Options::default() };
    for first in (0..set.len()).step_by(8) {
        let dual = MeanField::solve(nuclide, &Skyrme::new(&set.chunk::<8>(first)), &options).expect("bound");
        let found = observables(&dual, -0.5);
        for i in first..set.len().min(first + 8) {
            let unit = scale(&set, i);
            let at = |by: f64| {
                let theta = set.seeded(|k, p| if k == i { p.value + by * unit } else { p.value });
                observables(&MeanField::solve(nuclide, &Skyrme::new(&theta), &options).expect("bound"), 0.0)
            };
            let [far_down, down, up, far_up] = [-2.0, -1.0, 1.0, 2.0].map(|steps| at(steps * STEP));
            let mut moved = 0;
            for (what, value, size) in &found {
                let of =
                    |all: &[(String, f64, f64)]| all.iter().find(|o| o.0 == *what).expect("still bound").1;
                // Central differences of the fourth order: those of the second are off by 1.4e-4 here.
                let exact = (8.0 * (of(&up) - of(&down)) - (of(&far_up) - of(&far_down))) / (12.0 * STEP);
                let ours = gradino_core::Real::slot(*value, i - first) * unit;
                let off = (ours - exact).abs();
                // Relative to the derivative, and to a change of 1 % of the observable's size where it is tiny.
                let slack = 1e-4 * exact.abs().max(1e-2 * size);
                assert!(off < slack, "{nuclide} {name} {} {what}: {ours:e} {exact:e}", set.at(i).name);
                moved += usize::from(exact.abs() > 1e-3 * size);
            }
            assert!(moved > 20, "{nuclide} {name} {}: only {moved} observables move", set.at(i).name);
        }
    }
}

#[test]
fn the_field_of_oxygen_with_sly4_has_the_derivatives_of_finite_differences() {
    check(Nuclide::new(8, 16), "SLy4");
}

#[test]
fn the_field_of_argon_with_ske2_has_the_derivatives_of_finite_differences() {
    check(Nuclide::new(18, 40), "SkE2");
}

#[test]
fn the_field_of_carbon_with_siii_has_the_derivatives_of_finite_differences() {
    check(Nuclide::new(6, 12), "SIII");
}

#[test]
fn the_field_of_iron_with_skm_has_the_derivatives_of_finite_differences() {
    check(Nuclide::new(26, 56), "SkM*");
}

#[test]
fn the_energy_moves_as_its_own_terms_say_hellmann_and_feynman() {
    // At the stationary point only the explicit dependence counts: t dE/dt of a term linear in t is the term itself.
    let set = SkyrmeForce::named("SkE2").expect("built in").parameters;
    let nuclide = Nuclide::new(8, 16);
    let theta = set.seeded(|i, p| {
        let slot =
            ["skyrme.t0", "skyrme.t3", "skyrme.w0", "skyrme.t4"].iter().position(|n| *n == set.at(i).name);
        slot.map_or(gradino_core::Dual::<f64, 4>::constant(p.value), |s| {
            gradino_core::Dual::variable(p.value, s)
        })
    });
    let field = MeanField::solve(nuclide, &Skyrme::new(&theta), &Options::default()).expect("bound");
    let e = &field.energy;
    let (total, force) = (e.total(), Skyrme::new(&set.values()));
    for (slot, (value, term)) in [
        (force.t[0], e.contact),
        (force.t[3], e.density_dependent),
        (force.w0, e.spin_orbit),
        (force.t[4], e.three_body),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(
            (total.eps[slot] * value / term.re - 1.0).abs() < 1e-5,
            "{slot}: {} {}",
            total.eps[slot] * value,
            term.re
        );
    }
}
