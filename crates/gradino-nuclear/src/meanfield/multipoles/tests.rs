//! The elements against direct calculations that know nothing of multipoles.

use super::*;
use crate::meanfield::continuum::{Continuum, ContinuumOptions, FinalState, PartialWave, partial_waves};
use crate::meanfield::functional::{HBAR2_2M, NUCLEON_MASS};
use crate::meanfield::mesh::{Mesh, Symmetry};
use crate::meanfield::radial_field::RadialField;
use crate::meanfield::shell::{Nucleon, Orbital, Shell};
use crate::reaction::exclusive::coupling::three_j;
use gradino_core::Complex;
use gradino_core::constants::HBAR_C;
use std::f64::consts::PI;

type C = Complex<f64>;

fn real(x: f64) -> C {
    Complex::new(x, 0.0)
}

fn i_to(n: i64) -> C {
    [real(1.0), Complex::new(0.0, 1.0), real(-1.0), Complex::new(0.0, -1.0)][n.rem_euclid(4) as usize]
}

fn sign(n: i32) -> f64 {
    if n % 2 == 0 { 1.0 } else { -1.0 }
}

/// Associated Legendre functions with the phase of Condon and Shortley, in Y_lm(theta, 0).
fn harmonic(l: u32, m: i32, cos: f64) -> f64 {
    if m.unsigned_abs() > l {
        return 0.0;
    }
    let k = m.unsigned_abs();
    let sin = (1.0 - cos * cos).max(0.0).sqrt();
    let mut p = (1..=k).fold(1.0, |p, n| -p * f64::from(2 * n - 1) * sin);
    let mut below = 0.0;
    for n in k + 1..=l {
        (below, p) = (p, (f64::from(2 * n - 1) * cos * p - f64::from(n + k - 1) * below) / f64::from(n - k));
    }
    let ratio: f64 = (l - k + 1..=l + k).map(f64::from).product();
    let y = (f64::from(2 * l + 1) / (4.0 * PI) / ratio).sqrt() * p;
    if m < 0 { sign(m) * y } else { y }
}

/// (l m_l 1/2 s|j m), m = m_l + s, with twice the half-integer numbers.
fn clebsch(l: u32, m_l: i32, two_s: i32, two_j: u32) -> f64 {
    let two_m = 2 * m_l + two_s;
    if two_m.unsigned_abs() > two_j || m_l.unsigned_abs() > l {
        return 0.0;
    }
    sign((2 * l as i32 - 1 + two_m) / 2)
        * f64::from(two_j + 1).sqrt()
        * three_j([2 * l, 1, two_j], [2 * m_l, two_s, -two_m])
}

fn hole(mesh: Mesh, shell: Shell) -> Orbital<f64> {
    let shape = |r: f64| {
        (1.0 - 0.2 * f64::from(shell.n - 1) * r * r) * r.powi(shell.l as i32 + 1) * (-0.17 * r * r).exp()
    };
    let u: Vec<f64> = mesh.radii_fm().map(shape).collect();
    let size = mesh.integral(u.iter().map(|u| u * u)).sqrt();
    let u: Vec<f64> = u.iter().map(|x| x / size).collect();
    let du = mesh.derivative(&u, Symmetry::of_wave(shell.l));
    let occupation = shell.capacity();
    Orbital { shell, nucleon: Nucleon::Neutron, energy: -20.0, occupation, u, du }
}

/// The components of the currents for unit form factors: charge, convection (z, +, -), magnetisation (+, -),
/// axial charge, spin (z, +, -).
type Currents = [C; 10];

/// <p s|exp(iqz) O|h m> from the wave function of the hole in momentum space, at K = p - q, where all operators are
/// numbers and spin matrices.
fn direct(hole: &Orbital<f64>, mesh: Mesh, p: [f64; 2], q: f64, two_m: i32, two_s: i32) -> Currents {
    let [p_x, p_z] = p;
    let (k_x, k_z) = (p_x, p_z - q);
    let k = k_x.hypot(k_z);
    let l = hole.shell.l;
    let radial = mesh.integral(
        mesh.radii_fm()
            .enumerate()
            .map(|(i, r)| r * hole.u[i] * bessel::spherical_bessel(k * r, l)[l as usize]),
    );
    // Y_lm(K) with azimuth 0 or pi.
    let wave = |two_s: i32| -> C {
        let m_l = (two_m - two_s) / 2;
        let azimuth = if k_x < 0.0 { sign(m_l) } else { 1.0 };
        let y = harmonic(l, m_l, k_z / k) * azimuth;
        i_to(-i64::from(l)).scale(4.0 * PI * radial * clebsch(l, m_l, two_s, hole.shell.two_j) * y)
    };
    let (up, down) = (wave(1), wave(-1));
    let pick = |a: C, b: C| if two_s == 1 { a } else { b };
    let own = pick(up, down);
    // sigma_x, sigma_y, sigma_z on the spinor, projected on s.
    let spin =
        [pick(down, up), pick(down * Complex::new(0.0, -1.0), up * Complex::new(0.0, 1.0)), pick(up, -down)];
    let mass = NUCLEON_MASS / HBAR_C;
    let sum = [p_x + k_x, p_z + k_z];
    let root = 0.5f64.sqrt();
    // epsilon_(+-1).v = -+(v_x +- i v_y)/sqrt 2.
    let helicity = |x: C, y: C, lambda: f64| (x + (y * i_to(1)).scale(lambda)).scale(-lambda * root);
    let convection = |lambda: f64| own.scale(-lambda * root * sum[0] / (2.0 * mass));
    // i sigma x q / 2M = i q (sigma_y, -sigma_x, 0)/2M.
    let magnetic =
        [(spin[1] * i_to(1)).scale(q / (2.0 * mass)), (spin[0] * i_to(1)).scale(-q / (2.0 * mass))];
    [
        own,
        own.scale(sum[1] / (2.0 * mass)),
        convection(1.0),
        convection(-1.0),
        helicity(magnetic[0], magnetic[1], 1.0),
        helicity(magnetic[0], magnetic[1], -1.0),
        (spin[0].scale(sum[0]) + spin[2].scale(sum[1])).scale(0.5 / mass),
        spin[2],
        helicity(spin[0], spin[1], 1.0),
        helicity(spin[0], spin[1], -1.0),
    ]
}

/// The same from the reduced elements and the sums in the documentation of the module.
fn from_elements(
    hole: &Orbital<f64>,
    continuum: &Continuum<f64>,
    elements: &TransitionElements<f64>,
    [p_x, p_z]: [f64; 2],
    two_m: i32,
    two_s: i32,
) -> Currents {
    let p = p_x.hypot(p_z);
    // u = N p r j_l(p r).
    let size = (PI * HBAR2_2M * continuum.wave_number_fm).recip().sqrt() * p;
    let mut sums = [real(0.0); 10];
    for (channel, element) in elements.at(0) {
        let chi = if channel.is_natural(hole.shell.l) { real(1.0) } else { i_to(-1) };
        for lambda in [-1, 0, 1] {
            let two_m_final = two_m + 2 * lambda;
            let m_l = (two_m_final - two_s) / 2;
            let outgoing = clebsch(channel.l, m_l, two_s, channel.two_j) * harmonic(channel.l, m_l, p_z / p);
            if outgoing == 0.0 || two_m_final.unsigned_abs() > channel.two_j {
                continue;
            }
            let geometry = sign((channel.two_j as i32 - two_m_final) / 2)
                * three_j(
                    [channel.two_j, 2 * channel.rank, hole.shell.two_j],
                    [-two_m_final, 2 * lambda, two_m],
                );
            let rank = channel.rank;
            let multipole = f64::from(2 * rank + 1) * PI * if lambda == 0 { 4.0 } else { 2.0 };
            let factor = (i_to(i64::from(rank) - i64::from(channel.l)) * chi)
                .scale(4.0 * PI / size * outgoing * geometry * multipole.sqrt());
            let v = element.values;
            let mut add = |position: usize, x: f64| sums[position] = sums[position] + factor.scale(x);
            let at = |plus: usize, minus: usize| if lambda == 1 { plus } else { minus };
            let sense = f64::from(lambda);
            match (channel.is_natural(hole.shell.l), lambda) {
                (true, 0) => {
                    add(0, v[0]);
                    add(1, v[1]);
                }
                (false, 0) => {
                    add(6, v[2]);
                    add(7, v[3]);
                }
                (true, _) => {
                    add(at(2, 3), -v[2]);
                    add(at(4, 5), -v[3]);
                    add(at(8, 9), -sense * v[4]);
                }
                (false, _) => {
                    add(at(2, 3), -sense * v[0]);
                    add(at(4, 5), -sense * v[1]);
                    add(at(8, 9), -v[4]);
                }
            }
        }
    }
    sums
}

fn nothing(mesh: Mesh) -> RadialField<f64> {
    let none = vec![0.0; mesh.points];
    RadialField {
        mesh,
        b: vec![HBAR2_2M; mesh.points],
        db: none.clone(),
        d2b: none.clone(),
        u: none.clone(),
        w: none,
        charge: 0.0,
        b_infinity: HBAR2_2M,
        mass: NUCLEON_MASS,
    }
}

#[test]
fn with_plane_waves_all_ten_operators_equal_their_values_in_momentum_space() {
    let mesh = Mesh::default();
    let options = ContinuumOptions { final_state: FinalState::Plane, relativistic: false };
    let (kinetic, momentum) = (60.0, 320.0);
    for shell in [Shell::new(1, 0, 1), Shell::new(1, 1, 1), Shell::new(1, 1, 3), Shell::new(2, 2, 3)] {
        let hole = hole(mesh, shell);
        let continuum = Continuum::new(&nothing(mesh), kinetic, 24, options).expect("positive energy");
        let bessel = BesselTable::new(mesh, &[momentum], 28);
        let elements =
            transition_elements(&hole, &continuum, &Couplings::new(shell, 24, AxialCharge::Full), &bessel);
        let (p, q) = (continuum.wave_number_fm, momentum / HBAR_C);
        for angle in [0.3f64, 1.2, 2.4] {
            let towards = [p * angle.sin(), p * angle.cos()];
            for two_s in [1, -1] {
                for two_m in (-(shell.two_j as i32)..=shell.two_j as i32).step_by(2) {
                    let exact = direct(&hole, mesh, towards, q, two_m, two_s);
                    let ours = from_elements(&hole, &continuum, &elements, towards, two_m, two_s);
                    for (position, (a, b)) in ours.iter().zip(&exact).enumerate() {
                        let off = (*a - *b).norm_sq().sqrt();
                        assert!(
                            off < 1e-6,
                            "{shell} angle {angle} m {two_m}/2 s {two_s}/2 operator {position}: {a:?} {b:?}"
                        );
                    }
                }
            }
        }
    }
}

/// The oscillator orbitals of l and j with `n` nodes or more, of the same length as [`hole`]: polynomials times
/// r^(l+1) exp(-a r^2), made orthonormal on the mesh.
fn oscillator_states(mesh: Mesh, l: u32, two_j: u32, count: usize) -> Vec<PartialWave<f64>> {
    let mut states: Vec<PartialWave<f64>> = Vec::new();
    for n in 0..count {
        let mut u: Vec<f64> = mesh
            .radii_fm()
            .map(|r| (0.34 * r * r).powi(n as i32) * r.powi(l as i32 + 1) * (-0.17 * r * r).exp())
            .collect();
        for _ in 0..2 {
            for other in &states {
                let overlap = mesh.integral(u.iter().zip(&other.u).map(|(a, b)| a * b));
                u.iter_mut().zip(&other.u).for_each(|(a, b)| *a -= overlap * b);
            }
        }
        let size = mesh.integral(u.iter().map(|u| u * u)).sqrt();
        u.iter_mut().for_each(|u| *u /= size);
        let du = mesh.derivative(&u, Symmetry::of_wave(l));
        states.push(PartialWave { l, two_j, phase_shift: 0.0, u, du });
    }
    states
}

#[test]
fn the_sum_of_the_charge_over_a_complete_set_is_the_mean_of_a_sum_of_bessel_functions() {
    // 4 pi sum over all states of |<lj||M_J||h>|^2 / (2j_h + 1) is (2J+1) <h|j_J^2|h>, for every J; summed over J it is
    // the one nucleon, and so is that of sigma_z: sum of Sigma''_J^2.
    let mesh = Mesh { step_fm: 0.05, points: 300 };
    let (shell, momentum, l_max) = (Shell::new(1, 1, 3), 260.0, 14);
    let hole = hole(mesh, shell);
    let bessel = BesselTable::new(mesh, &[momentum], l_max + 2);
    let couplings = Couplings::new(shell, l_max, AxialCharge::Full);
    let (mut charge, mut spin) = (vec![0.0; 10], 0.0);
    for number in 0..18 {
        let waves = partial_waves(l_max)
            .map(|(l, two_j)| oscillator_states(mesh, l, two_j, number + 1).remove(number))
            .collect();
        let continuum =
            Continuum { kinetic: 1.0, wave_number_fm: 1.0, eta: 0.0, coulomb_phases: Vec::new(), waves };
        let elements = transition_elements(&hole, &continuum, &couplings, &bessel);
        for (channel, e) in elements.at(0) {
            let weight = 4.0 * PI / shell.capacity();
            if channel.is_natural(shell.l) {
                if channel.rank < 10 {
                    charge[channel.rank as usize] += weight * e.natural(Natural::Charge).powi(2);
                }
            } else {
                spin += weight * e.unnatural(Unnatural::AxialLongitudinal).powi(2);
            }
        }
    }
    let q = momentum / HBAR_C;
    for (rank, sum) in charge.iter().enumerate() {
        let exact =
            mesh.integral(mesh.radii_fm().zip(&hole.u).map(|(r, u)| {
                (u * bessel::spherical_bessel(q * r, 10)[rank]).powi(2) * (2 * rank + 1) as f64
            }));
        assert!((sum - exact).abs() < 1e-6, "J {rank}: {sum} {exact}");
    }
    assert!((spin - 1.0).abs() < 1e-4, "{spin}");
}

#[test]
fn the_middle_rank_of_the_axial_charge_is_the_convection_current_turned_by_spin() {
    // [O_J sigma]_J and O_J have the same sum of squares over both partners j of l, before and after, where the radial
    // waves are alike; the sums with sigma along q vanish, because the trace of O_J does.
    let mesh = Mesh::default();
    let options = ContinuumOptions { final_state: FinalState::Plane, relativistic: false };
    let continuum = Continuum::new(&nothing(mesh), 70.0, 14, options).expect("positive energy");
    let bessel = BesselTable::new(mesh, &[290.0], 18);
    let [mut turned, mut straight, mut along, mut size] = [0.0f64; 4];
    for shell in [Shell::new(1, 1, 1), Shell::new(1, 1, 3)] {
        let couplings = Couplings::new(shell, 14, AxialCharge::MiddleRank);
        let elements = transition_elements(&hole(mesh, shell), &continuum, &couplings, &bessel);
        for (channel, e) in elements.at(0).filter(|(channel, _)| !channel.is_natural(shell.l)) {
            let (charge, sigma) =
                (e.unnatural(Unnatural::AxialCharge), e.unnatural(Unnatural::AxialLongitudinal));
            assert!(channel.rank > 0 || charge == 0.0, "no gradient of rank 0");
            turned += charge.powi(2);
            straight += e.unnatural(Unnatural::MagneticConvection).powi(2);
            along += charge * sigma;
            size += sigma.powi(2);
        }
    }
    assert!(straight > 0.0 && (turned / straight - 1.0).abs() < 1e-12, "{turned} {straight}");
    assert!(along.abs() < 1e-12 * (turned * size).sqrt(), "{along}");
}
