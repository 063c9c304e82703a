//! The amplitudes against a direct calculation in momentum space: with plane waves the transition current is the
//! current of a free nucleon times the Fourier transform of the bound state, spin by spin.

use super::super::coupling::{Coupling, Harmonics};
use super::*;
use crate::meanfield::Shell;
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
    y.fill(k[1] / length);
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
    let norm = (p * NUCLEON_MASS / (2.0 * PI * HBAR_C).powi(3)).sqrt();
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
