//! The amplitudes against a direct calculation in momentum space: with plane waves the transition current is the
//! current of a free nucleon times the Fourier transform of the bound state, spin by spin.

use super::super::coupling::{Coupling, Harmonics};
use super::*;
use crate::meanfield::continuum::{Continuum, ContinuumOptions, FinalState};
use crate::meanfield::functional::{HBAR2_2M, NUCLEON_MASS};
use crate::meanfield::multipoles::{AxialCharge, BesselTable, Couplings, transition_elements};
use crate::meanfield::{Mesh, Nucleon, Orbital, RadialField, Shell};
use gradino_core::constants::HBAR_C;
use std::f64::consts::{PI, SQRT_2};

/// Oscillator length of the bound state [fm].
const LENGTH_FM: f64 = 1.8;

/// u = r R of the lowest oscillator state of `l`, normalised [fm^(-1/2)].
fn oscillator(l: u32, r: f64) -> f64 {
    let x = r / LENGTH_FM;
    // Norm: 2 / (b Gamma(l + 3/2)).
    let gamma = (0..=l).fold(PI.sqrt(), |g, k| g * (f64::from(k) + 0.5));
    (2.0 / (LENGTH_FM * gamma)).sqrt() * x.powi(l as i32 + 1) * (-0.5 * x * x).exp()
}

/// Its Fourier transform without (-i)^l Y: 4 pi int j_l(kr) u r dr [fm^(3/2)], k in 1/fm.
fn oscillator_in_momentum(l: u32, k: f64) -> f64 {
    // The oscillator is its own transform: (2 pi)^(3/2) b^3 times the same function of k b^2.
    let r = k * LENGTH_FM * LENGTH_FM;
    (2.0 * PI).powf(1.5) * LENGTH_FM.powi(3) * oscillator(l, r) / r
}

/// The amplitude of spin `two_s`/2 in the bound state (l, j, m) at the wave vector k in the plane xz.
fn spinor(shell: Shell, two_m: i32, k: [f64; 2]) -> [f64; 2] {
    let length = k[0].hypot(k[1]);
    let coupling = Coupling::<f64>::new(Shell::new(1, 6, 13), 8);
    let mut y = Harmonics::new(&coupling);
    y.fill(k[1] / length, y.waves());
    let (l, m) = (f64::from(shell.l), 0.5 * f64::from(two_m));
    let whole = 2.0 * l + 1.0;
    let (a, b) = (((l + m + 0.5) / whole).sqrt(), ((l - m + 0.5) / whole).sqrt());
    let factors = if shell.two_j > 2 * shell.l { [a, b] } else { [-b, a] };
    let radial = oscillator_in_momentum(shell.l, length);
    [0, 1].map(|i| {
        let m_l = (two_m - 1) / 2 + i as i32;
        if m_l.unsigned_abs() > shell.l {
            return 0.0;
        }
        // Y at azimuth pi where k_x < 0.
        let turn = if k[0] < 0.0 && m_l % 2 != 0 { -1.0 } else { 1.0 };
        let wave = super::super::coupling::wave_index(shell.l, 2 * shell.l + 1);
        factors[i] * y.row(m_l)[wave] * turn * radial
    })
}

/// The amplitudes of all operators from (shell, m) to spin up at momentum `p` and angle theta [MeV], as
/// [`OperatorAmplitudes`] with the operators themselves (no sign of the expansion), energy-normalised.
fn direct(shell: Shell, two_m: i32, p: f64, cos_theta: f64, q: f64) -> [f64; 10] {
    let sin_theta = (1.0 - cos_theta * cos_theta).sqrt();
    let (px, pz) = (p * sin_theta, p * cos_theta);
    let [up, down] = spinor(shell, two_m, [px / HBAR_C, (pz - q) / HBAR_C]);
    // p M / (2 pi hbar c)^3 with M c^2 = (hbar c)^2 / 2B.
    let norm = (p / (2.0 * HBAR2_2M * HBAR_C * (2.0 * PI).powi(3))).sqrt();
    let two_mass = 2.0 * NUCLEON_MASS;
    [
        up,
        (2.0 * pz - q) / two_mass * up,
        // sigma.(2p - q): sigma_x turns down into up.
        ((2.0 * pz - q) * up + 2.0 * px * down) / two_mass,
        up,
        -SQRT_2 * px / two_mass * up,
        -SQRT_2 * q / two_mass * down,
        -SQRT_2 * down,
        SQRT_2 * px / two_mass * up,
        0.0,
        0.0,
    ]
    .map(|x| x * norm)
}

/// The same from reduced elements.
fn by_multipoles(shell: Shell, p: f64, cos_theta: f64, q: f64) -> (f64, Vec<OperatorAmplitudes<f64>>) {
    let mesh = Mesh { step_fm: 0.05, points: 400 };
    let zero = vec![0.0; mesh.points];
    let field = RadialField {
        mesh,
        b: vec![20.0; mesh.points],
        db: zero.clone(),
        d2b: zero.clone(),
        u: zero.clone(),
        w: zero,
        charge: 0.0,
        b_infinity: 20.0,
        mass: NUCLEON_MASS,
    };
    let radius = |i: usize| mesh.radius_fm(i);
    let u = |i: usize| oscillator(shell.l, radius(i));
    let du = |i: usize| {
        let r = radius(i);
        u(i) * (f64::from(shell.l + 1) / r - r / (LENGTH_FM * LENGTH_FM))
    };
    let orbital = Orbital {
        shell,
        nucleon: Nucleon::Neutron,
        energy: -20.0,
        occupation: shell.capacity(),
        u: (0..mesh.points).map(u).collect(),
        du: (0..mesh.points).map(du).collect(),
    };
    let kinetic = (p * p + NUCLEON_MASS * NUCLEON_MASS).sqrt() - NUCLEON_MASS;
    let l_max = 27;
    let options = ContinuumOptions { final_state: FinalState::Plane, relativistic: true };
    let waves = Continuum::new(&field, kinetic, l_max, options).expect("a positive energy");
    let bessel = BesselTable::new(mesh, &[q], l_max + shell.l + 2);
    let elements =
        transition_elements(&orbital, &waves, &Couplings::new(shell, l_max, AxialCharge::Full), &bessel);
    let (values, number) = super::super::source::deal(shell, &elements, |five, _, _, _| five);
    let phase = vec![1.0; number];
    let none = vec![0.0; number];
    let coupling = Coupling::<f64>::new(shell, l_max);
    let mut harmonics = Harmonics::new(&coupling);
    harmonics.fill(cos_theta, harmonics.waves());
    let mut out = vec![OperatorAmplitudes::none(0.0); shell.two_j as usize + 1];
    let elements = Elements { values: &values, cos: &phase, sin: &none };
    operator_amplitudes(&coupling, &elements, &harmonics, &mut out);
    (waves.wave_number_fm * HBAR_C, out)
}

#[test]
fn plane_waves_give_the_free_current_times_the_momentum_distribution() {
    for shell in ["1s1/2", "1p1/2", "1p3/2", "1d5/2", "1d3/2"].map(|s| s.parse::<Shell>().expect("a shell")) {
        for (p, cos_theta, q) in [(350.0, 0.9, 420.0), (500.0, 0.85, 400.0), (250.0, -0.1, 120.0)] {
            // The momentum of the waves is that of their own hbar^2/2m.
            let (p, found) = by_multipoles(shell, p, cos_theta, q);
            let sign = if shell.l % 2 == 0 { 1.0 } else { -1.0 };
            let all: Vec<[f64; 10]> = (0..found.len())
                .map(|state| direct(shell, 2 * state as i32 - shell.two_j as i32, p, cos_theta, q))
                .collect();
            for operator in 0..10 {
                let scale = all.iter().map(|a| a[operator].abs()).fold(1e-6, f64::max);
                for (state, (a, expected)) in found.iter().zip(&all).enumerate() {
                    let flat = [a.zero.as_slice(), a.plus.as_slice(), a.minus.as_slice()].concat();
                    let [re, im] = flat[operator];
                    assert!(im.abs() < 1e-12);
                    let difference = re * sign - expected[operator];
                    assert!(
                        difference.abs() < 2e-5 * scale,
                        "{shell} p {p} cos {cos_theta} q {q} operator {operator} state {state}: {re} {}",
                        expected[operator]
                    );
                }
            }
        }
    }
}
