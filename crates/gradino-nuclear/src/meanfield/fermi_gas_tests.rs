use super::*;
use crate::meanfield::continuum::{ContinuumOptions, FinalState};
use crate::meanfield::{
    MeanField, Mesh, Nucleon, Options, Probe, ResponseModel, ResponseOptions, Skyrme, SkyrmeForce,
};
use gradino_core::{Dual, Nuclide, Params};

/// A nucleus of N = Z without Coulomb field and spin-orbit force.
fn nucleus<D: Real>(a: u16, theta: &Params<D>) -> MeanField<D> {
    let options = Options { coulomb: false, centre_of_mass: false, ..Options::default() };
    let force = Skyrme { w0: D::zero(), ..Skyrme::new(theta) };
    MeanField::solve(Nuclide::new((a / 2) as u8, a), &force, &options).expect("bound")
}

fn theta() -> Params<f64> {
    SkyrmeForce::named("SLy4").expect("built in").parameters.values()
}

#[test]
fn in_a_uniform_sphere_the_gas_is_that_of_fetter1971_and_exhausts_its_sum_rules() {
    // Per nucleon (3/8) (k_F^2 - p_z^2)/(k_F^3 B q) for q > 2 k_F; strength 1, mean energy B q^2.
    let mesh = Mesh { step_fm: 0.01, points: 600 };
    let (depth, b, q) = (40.0, 26.0, 700.0);
    let none = || vec![0.0; mesh.points];
    let sphere = RadialField {
        mesh,
        b: vec![b; mesh.points],
        db: none(),
        d2b: none(),
        u: mesh.radii_fm().map(|r| if r < 5.0 { -depth } else { 0.0 }).collect(),
        w: none(),
        charge: 0.0,
        b_infinity: b,
        mass: NUCLEON_MASS,
    };
    let gas = FermiGas::holding(&sphere, 30.0).expect("it is bound");
    assert!(FermiGas::holding(&sphere, 60.0).is_err(), "the sphere holds 35");
    assert!((gas.number() - 30.0).abs() < 1e-9 && gas.highest < 0.0, "{}", gas.highest);
    let (k_f, q_fm) = (((gas.highest + depth) / b).sqrt(), q / HBAR_C);
    let (mut strength, mut energy, step) = (0.0, 0.0, 0.5);
    for omega in (0..1600).map(|i| step * (f64::from(i) + 0.5)) {
        let sums = gas.sums(omega, q);
        let p_z = (omega / b - q_fm * q_fm) / (2.0 * q_fm);
        let exact = 30.0 * 0.375 * (k_f * k_f - p_z * p_z).max(0.0) / (k_f.powi(3) * b * q_fm);
        assert!((sums.charge - exact).abs() < 1e-9, "{omega}: {} {exact}", sums.charge);
        strength += step * sums.charge;
        energy += step * omega * sums.charge;
    }
    assert!((strength / 30.0 - 1.0).abs() < 1e-4, "{strength}");
    assert!((energy / (30.0 * b * q_fm * q_fm) - 1.0).abs() < 1e-4, "{energy}");
}

/// The sums that do not vanish when all spins are saturated.
fn parts(s: &ResponseSums<f64>) -> [f64; 10] {
    [
        s.charge,
        s.charge_convection,
        s.convection,
        s.axial_charge,
        s.axial_charge_longitudinal,
        s.axial_longitudinal,
        s.transverse_convection,
        s.magnetisation,
        s.axial_transverse,
        s.magnetisation_axial,
    ]
}

#[test]
fn all_responses_of_a_heavy_nucleus_are_close_to_those_of_its_local_fermi_gas() {
    let continuum = ContinuumOptions { final_state: FinalState::Distorted, relativistic: false };
    let options = ResponseOptions { continuum, ..ResponseOptions::default() };
    let distances = [16u16, 80].map(|a| {
        let field = nucleus(a, &theta());
        let model = ResponseModel::new(&field, Probe::Neutral, options, &[600.0], 480.0);
        let gas = FermiGas::holding(&field.fields[0], 0.5 * f64::from(a)).expect("bound");
        let (mut off, mut whole, mut ours_whole) = ([0.0; 10], [0.0; 10], [0.0; 10]);
        for omega in (0..14).map(|i| 70.0 + 30.0 * f64::from(i)) {
            let holes = model.sums(omega).expect("waves");
            let neutrons = holes.iter().filter(|h| h.nucleon == Nucleon::Neutron);
            let (mut ours, mut mixed) = ([0.0; 10], [0.0; 2]);
            for sums in neutrons.map(|h| &h.sums[0]) {
                ours.iter_mut().zip(parts(sums)).for_each(|(sum, x)| *sum += x);
                mixed[0] += sums.convection_magnetisation;
                mixed[1] += (sums.transverse_convection * sums.magnetisation).sqrt();
            }
            assert!(mixed[0].abs() < 1e-6 * mixed[1], "no spin is left over: {mixed:?}");
            for (k, gas) in parts(&gas.sums(omega, 600.0)).into_iter().enumerate() {
                off[k] += (ours[k] - gas).abs();
                whole[k] += gas;
                ours_whole[k] += ours[k];
            }
        }
        for k in 0..10 {
            assert!(
                (ours_whole[k] / whole[k] - 1.0).abs() < 0.02,
                "A {a}, part {k}: {ours_whole:?} {whole:?}"
            );
        }
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|k| off[k] / whole[k])
    });
    // The surface makes the difference: in proportion to A^(-1/3), with what is left of the shells.
    for k in 0..10 {
        assert!(distances[0][k] < 0.2 / 16f64.cbrt(), "part {k}: {distances:?}");
        assert!(distances[1][k] < 0.2 / 80f64.cbrt(), "part {k}: {distances:?}");
        assert!(distances[1][k] < 0.75 * distances[0][k], "part {k}: {distances:?}");
    }
}

#[test]
fn the_gas_moves_with_the_force_as_finite_differences_say() {
    let set = SkyrmeForce::named("SLy4").expect("built in").parameters;
    let i = set.position("skyrme.t0").expect("a parameter of the force");
    let at = |t0: f64| {
        let field = nucleus(16, &set.seeded(|k, p| if k == i { t0 } else { p.value }));
        let gas = FermiGas::holding(&field.fields[0], 8.0).expect("bound");
        let sums = gas.sums(180.0, 500.0);
        [gas.highest, sums.charge, sums.axial_charge, sums.transverse_convection]
    };
    let seeded =
        set.seeded(|k, p| if k == i { Dual::<f64, 1>::variable(p.value, 0) } else { p.value.into() });
    let field = nucleus(16, &seeded);
    let gas = FermiGas::holding(&field.fields[0], 8.0).expect("bound");
    assert!(gas.number().slot(0).abs() < 1e-9, "the number stays: {}", gas.number().slot(0));
    let sums = gas.sums(180.0, 500.0);
    let dual = [gas.highest, sums.charge, sums.axial_charge, sums.transverse_convection];
    let (value, h) = (set.at(i).value, 0.02);
    let [low, high] = [at(value - h), at(value + h)];
    for k in 0..4 {
        let slope = (high[k] - low[k]) / (2.0 * h);
        assert!(
            slope != 0.0 && (dual[k].slot(0) / slope - 1.0).abs() < 1e-3,
            "{k}: {} {slope}",
            dual[k].slot(0)
        );
    }
}
