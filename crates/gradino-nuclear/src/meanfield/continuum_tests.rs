use super::*;
use crate::meanfield::bound::bound_shells;
use crate::meanfield::functional::{HBAR2_2M, NUCLEON_MASS};
use crate::meanfield::{CoulombExchange, MeanField, Nucleon, Options, Skyrme, SkyrmeForce};
use gradino_core::{Dual, Nuclide};

const FREE: ContinuumOptions = ContinuumOptions { final_state: FinalState::Distorted, relativistic: false };

/// A field with constant B and a central potential.
fn field<D: Real>(mesh: Mesh, charge: f64, u: impl Fn(f64) -> D) -> RadialField<D> {
    let flat = vec![D::zero(); mesh.points];
    RadialField {
        mesh,
        b: vec![D::from(HBAR2_2M); mesh.points],
        db: flat.clone(),
        d2b: flat.clone(),
        u: mesh.radii_fm().map(|r| u(r) + charge * E2 / r).collect(),
        w: flat,
        charge,
        b_infinity: HBAR2_2M,
        mass: NUCLEON_MASS,
    }
}

fn oxygen() -> MeanField<f64> {
    let force = SkyrmeForce::named("SkE2").expect("it is built in");
    let options = Options { exchange: CoulombExchange::None, ..Options::default() };
    MeanField::solve(Nuclide::new(8, 16), &Skyrme::new(&force.parameters.values()), &options)
        .expect("16O is bound")
}

#[test]
fn waves_are_orthogonal_to_the_orbitals_of_the_same_field() {
    let oxygen = oxygen();
    for nucleon in Nucleon::BOTH {
        let field = &oxygen.fields[nucleon.index()];
        let end = field.mesh.points - 1;
        for energy in [0.3, 2.0, 20.0, 150.0, 500.0] {
            let waves = Continuum::new(field, energy, 3, FREE).expect("positive energy");
            for hole in oxygen.occupied().filter(|o| o.nucleon == nucleon) {
                let wave = waves.wave(hole.shell.l, hole.shell.two_j).expect("l <= 3");
                let products = |f: &dyn Fn(f64, f64) -> f64| {
                    field.mesh.integral((0..end).map(|i| f(wave.u[i], hole.u[i])))
                };
                let size = products(&|a, b| (a * b).abs());
                // What is left beyond the end, by Green's theorem: B (u u_h' - u' u_h)/(E - e_h).
                let flux = wave.u[end] * hole.du[end] - wave.du[end] * hole.u[end];
                let tail = -field.b[end] * flux / (energy - hole.energy);
                let overlap = products(&|a, b| a * b) + 0.5 * field.mesh.step_fm * wave.u[end] * hole.u[end];
                assert!(
                    (overlap + tail).abs() < 1e-7 * size,
                    "{} {energy}: {}",
                    hole.shell,
                    (overlap + tail) / size
                );
                assert!(
                    energy < 10.0 || overlap.abs() < 1e-6 * size,
                    "{} {energy}: {}",
                    hole.shell,
                    overlap / size
                );
            }
        }
    }
}

#[test]
fn phase_shifts_of_a_square_well_are_exact() {
    // Inside u ~ r j_l(K r): tan delta from the logarithmic derivative at the edge, here for l = 0.
    let mesh = Mesh { step_fm: 0.005, points: 3000 };
    let (depth, edge) = (30.0, 3.0025);
    let well = field(mesh, 0.0, |r| if r < edge { -depth } else { 0.0 });
    for energy in [0.5, 5.0, 40.0] {
        let waves = Continuum::new(&well, energy, 0, FREE).expect("positive energy");
        let (k, inside) = ((energy / HBAR2_2M).sqrt(), ((energy + depth) / HBAR2_2M).sqrt());
        let exact = ((inside * edge).tan() * k / inside).atan() - k * edge;
        let off = (waves.waves[0].phase_shift - exact) / PI;
        assert!((off - off.round()).abs() < 1e-5, "{energy}: {off}");
    }
}

#[test]
fn phase_shifts_of_a_weak_field_are_those_of_the_born_approximation() {
    // delta_l = -(1/(B k)) int F_l^2 U dr.
    let mesh = Mesh::default();
    let gauss = |r: f64| -0.02 * (-0.25 * r * r).exp();
    // The Coulomb field of a charge spread out like the one of a nucleus.
    let spread = |r: f64| 6.0 * E2 * if r < 3.0 { (1.5 - r * r / 18.0) / 3.0 - 1.0 / r } else { 0.0 };
    for charge in [0.0, 6.0] {
        let near = |r: f64| if charge > 0.0 { spread(r) } else { 0.0 };
        let weak = field(mesh, charge, |r| gauss(r) + near(r));
        let waves = Continuum::new(&weak, 25.0, 3, FREE).expect("positive energy");
        let bare = Continuum::new(&field(mesh, charge, near), 25.0, 3, FREE).expect("positive energy");
        for (wave, bare) in waves.waves.iter().zip(&bare.waves) {
            // u^2 = F^2 / (pi B k).
            let born = -PI * mesh.integral(mesh.radii_fm().zip(&bare.u).map(|(r, u)| u * u * gauss(r)));
            let found = wave.phase_shift - bare.phase_shift;
            assert!((found / born - 1.0).abs() < 3e-3, "l {}: {found} {born}", wave.l);
        }
    }
}

#[test]
fn levinsons_theorem_counts_the_bound_states() {
    let mesh = Mesh { step_fm: 0.02, points: 800 };
    let well = field(mesh, 0.0, |r| -70.0 / (1.0 + ((r - 3.5) / 0.5).exp()));
    for (l, two_j) in [(0u32, 1u32), (1, 1), (2, 3), (5, 9)] {
        let mut unwrapped: Option<f64> = None;
        // From high energies, where delta -> 0, to the threshold, where it is a multiple of pi.
        for step in 0..800 {
            let energy = 2000.0 * (-(f64::from(step)) * 0.016).exp();
            let waves = Continuum::new(&well, energy, l, FREE).expect("positive energy");
            let delta = waves.wave(l, two_j).expect("l <= l_max").phase_shift;
            let turns = unwrapped.map_or(0.0, |old| ((old - delta) / PI).round());
            unwrapped = Some(delta + turns * PI);
        }
        let (bound, end) = (bound_shells(&well, l, two_j), unwrapped.expect("there were steps") / PI);
        assert!((end - f64::from(bound)).abs() < 0.03, "l {l}: {end} {bound}");
    }
}

#[test]
fn waves_are_normalised_to_energy() {
    // The amplitude at the end of the mesh, sqrt(u^2 + (u'/k)^2), is sqrt(1/(pi B k)) where the field has died out.
    let well = field(Mesh::default(), 0.0, |r| -50.0 / (1.0 + ((r - 3.0) / 0.5).exp()));
    let waves = Continuum::new(&well, 80.0, 1, FREE).expect("positive energy");
    let (k, at) = (waves.wave_number_fm, 390);
    let wave = &waves.waves[0];
    let size = wave.u[at].hypot(wave.du[at] / k) * (PI * HBAR2_2M * k).sqrt();
    assert!((size - 1.0).abs() < 1e-6, "{size}");
}

#[test]
fn plane_waves_are_those_of_a_field_of_nothing() {
    let nothing = field(Mesh::default(), 0.0, |_| 0.0);
    let plane = ContinuumOptions { final_state: FinalState::Plane, relativistic: true };
    let distorted = ContinuumOptions { final_state: FinalState::Distorted, relativistic: true };
    let [plane, distorted] = [plane, distorted]
        .map(|options| Continuum::new(&nothing, 130.0, 6, options).expect("positive energy"));
    // Numerov's method changes the phase by k r (k h)^4/480 < 1e-4, of waves of size 0.05 and slope 0.14.
    for (a, b) in plane.waves.iter().zip(&distorted.waves) {
        for i in (0..390).step_by(13).chain(390..400) {
            assert!((a.u[i] - b.u[i]).abs() < 2e-5, "{} {i} {} {}", a.l, a.u[i], b.u[i]);
            assert!((a.du[i] - b.du[i]).abs() < 6e-5, "{} {i} {} {}", a.l, a.du[i], b.du[i]);
        }
    }
}

#[test]
fn derivatives_of_waves_equal_finite_differences_with_charge_and_moving_energy() {
    type Two = Dual<f64, 2>;
    let at = |depth: f64, energy: f64| {
        let well = field(Mesh::default(), 7.0, |r| -depth / (1.0 + ((r - 3.0) / 0.5).exp()));
        Continuum::new(&well, energy, 2, ContinuumOptions::default()).expect("positive energy")
    };
    let depth = Two::variable(55.0, 0);
    let well = field(Mesh::default(), 7.0, |r| -depth / (1.0 + ((r - 3.0) / 0.5).exp()));
    for energy in [1.5, 30.0] {
        let dual = Continuum::new(&well, Two::variable(energy, 1), 2, ContinuumOptions::default())
            .expect("positive energy");
        let h = 1e-4;
        let ends =
            [[at(55.0 - h, energy), at(55.0 + h, energy)], [at(55.0, energy - h), at(55.0, energy + h)]];
        for (slot, [low, high]) in ends.iter().enumerate() {
            for (i, wave) in dual.waves.iter().enumerate() {
                let check = |ours: f64, low: f64, high: f64, what: &str| {
                    let slope = (high - low) / (2.0 * h);
                    assert!(
                        (ours - slope).abs() < 2e-5 * (slope.abs() + 1e-3),
                        "{what} {energy} {slot} {i}: {ours} {slope}"
                    );
                    assert!(slope != 0.0, "{what}");
                };
                check(
                    wave.phase_shift.slot(slot),
                    low.waves[i].phase_shift,
                    high.waves[i].phase_shift,
                    "phase",
                );
                check(wave.u[60].slot(slot), low.waves[i].u[60], high.waves[i].u[60], "wave");
                check(wave.u[300].slot(slot), low.waves[i].u[300], high.waves[i].u[300], "tail");
            }
        }
        let sigma = |c: &Continuum<f64>| c.coulomb_phases[2];
        let slope = (sigma(&ends[1][1]) - sigma(&ends[1][0])) / (2.0 * h);
        assert!((dual.coulomb_phases[2].slot(1) - slope).abs() < 1e-6 * slope.abs(), "Coulomb phase");
    }
}

#[test]
fn coulomb_phases_equal_the_argument_of_the_gamma_function() {
    // arg Gamma(1 + i eta), computed with 40 digits.
    let exact = [(0.0, 0.0), (0.03, -0.0173056564712383), (0.7, -0.292826351186862), (4.0, 2.30969805657254)];
    for (eta, exact) in exact {
        let found = coulomb_phases(eta, 2);
        assert!((found[0] - exact).abs() < 1e-13, "{eta}: {} {exact}", found[0]);
        assert!((found[2] - found[0] - eta.atan() - (eta / 2.0).atan()).abs() < 1e-14);
    }
}
