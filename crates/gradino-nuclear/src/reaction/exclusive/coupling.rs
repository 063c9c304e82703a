//! The angular momentum algebra of the amplitudes, prepared once for a hole.

use super::memory::Aligned;
use super::number::Coefficient;
pub use super::number::LANES;
use crate::meanfield::Shell;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Position of the partial wave (l, j): 2l - 1 for j = l - 1/2 and 2l for j = l + 1/2.
pub fn wave_index(l: u32, two_j: u32) -> usize {
    (l + two_j.div_ceil(2)) as usize - 1
}

/// l and 2j of the partial wave at a position.
pub fn wave_at(index: usize) -> (u32, u32) {
    let l = (index as u32).div_ceil(2);
    (l, 2 * (index as u32 + 1 - l) - 1)
}

/// The helicity of the exchanged boson: 0 for time and z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Helicity {
    /// Time-like and longitudinal.
    Zero,
    /// +1.
    Plus,
    /// -1.
    Minus,
}

impl Helicity {
    /// All, in the order of the coefficients.
    pub const ALL: [Helicity; 3] = [Helicity::Zero, Helicity::Plus, Helicity::Minus];

    /// 0, 1 or -1.
    pub fn value(self) -> i32 {
        match self {
            Helicity::Zero => 0,
            Helicity::Plus => 1,
            Helicity::Minus => -1,
        }
    }
}

/// What multiplies the reduced elements of a hole in its amplitudes, for a nucleon with spin up along q.
///
/// The amplitude of helicity lambda from the hole (l_h, j_h, m_h) to the direction (theta, 0) and spin s is
///
/// A = i^l_h sum_lj exp(i(sigma_l + delta_lj)) Y_(l m_l)(theta, 0) sum_J c(l, j, J, m_h, lambda) R_J,
///
/// c = sqrt(4 pi (2J+1)) (l m_l 1/2 s|j m) (-1)^(j-m) 3j(j J j_h; -m lambda m_h) f g, with m = m_h + lambda,
/// m_l = m - s, f = 1 for lambda = 0 and -1/sqrt(2) for the others (walecka1975, section 4), and
/// g = (-1)^((J-l-l_h)/2) for natural, (-1)^((J-l-l_h-1)/2) for unnatural parity: i^J, i^-l of the wave, and the phase
/// -i of the elements of unnatural parity. The amplitude with s = -1/2 follows by reflection.
#[derive(Clone, Debug)]
pub struct Coupling<C: Copy = f64> {
    /// The hole.
    pub shell: Shell,
    /// Number of partial waves, a multiple of [`LANES`].
    pub waves: usize,
    /// Largest number of multipoles of one parity per partial wave, j_h + 1/2.
    pub multipoles: usize,
    /// By [m_h + j_h][helicity][group of waves][parity][multipole][wave of the group].
    coefficients: Aligned<C>,
}

/// Parity of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naturalness {
    /// l + l_h + J is even.
    Natural,
    /// l + l_h + J is odd.
    Unnatural,
}

impl Naturalness {
    /// Both, in the order of the coefficients.
    pub const BOTH: [Naturalness; 2] = [Naturalness::Natural, Naturalness::Unnatural];
}

impl<C: Coefficient> Coupling<C> {
    /// For the hole `shell` and waves up to `l_max`.
    pub fn new(shell: Shell, l_max: u32) -> Self {
        let waves = (2 * l_max as usize + 1).next_multiple_of(LANES);
        let multipoles = shell.two_j.div_ceil(2) as usize;
        let states = shell.two_j as usize + 1;
        let size = 2 * multipoles * waves;
        let mut coupling = Coupling {
            shell,
            waves,
            multipoles,
            coefficients: Aligned::new(size * states * Helicity::ALL.len(), C::of(0.0)),
        };
        for wave in 0..waves {
            coupling.fill(wave);
        }
        coupling
    }

    fn fill(&mut self, wave: usize) {
        let (l, two_j) = wave_at(wave);
        let mut count = [0; 2];
        let (low, high) = (two_j.abs_diff(self.shell.two_j) / 2, (two_j + self.shell.two_j) / 2);
        for order in low..=high {
            let parity = (l + self.shell.l + order) as usize % 2;
            let multipole = count[parity];
            count[parity] += 1;
            for state in 0..=self.shell.two_j as usize {
                for helicity in Helicity::ALL {
                    let at = self.position((state, helicity), parity, multipole, wave);
                    self.coefficients[at] = C::of(self.coefficient(l, two_j, order, state, helicity));
                }
            }
        }
    }

    /// The coefficient c with its sign, see [`Coupling`].
    fn coefficient(&self, l: u32, two_j: u32, order: u32, state: usize, helicity: Helicity) -> f64 {
        let two_m_hole = 2 * state as i32 - self.shell.two_j as i32;
        let two_m = two_m_hole + 2 * helicity.value();
        if two_m.unsigned_abs() > two_j {
            return 0.0;
        }
        let step = order as i32 - l as i32 - self.shell.l as i32;
        let half = (step - step.rem_euclid(2)) / 2;
        let exponent = half + (two_j as i32 - two_m) / 2;
        let sign = if exponent.rem_euclid(2) == 0 { 1.0 } else { -1.0 };
        let factor = if helicity == Helicity::Zero { 1.0 } else { -FRAC_1_SQRT_2 };
        let three_j =
            three_j([two_j, 2 * order, self.shell.two_j], [-two_m, 2 * helicity.value(), two_m_hole]);
        sign * factor * (4.0 * PI * f64::from(2 * order + 1)).sqrt() * spin_up(l, two_j, two_m) * three_j
    }

    fn position(
        &self,
        (state, helicity): (usize, Helicity),
        parity: usize,
        multipole: usize,
        wave: usize,
    ) -> usize {
        let group = (state * Helicity::ALL.len() + helicity as usize) * (self.waves / LANES) + wave / LANES;
        ((group * 2 + parity) * self.multipoles + multipole) * LANES + wave % LANES
    }

    /// The coefficients of all waves for one state and helicity, by [group of waves][parity][multipole][wave of the group].
    #[inline]
    pub fn row(&self, state: usize, helicity: Helicity) -> &[C] {
        let size = 2 * self.multipoles * self.waves;
        let start = (state * Helicity::ALL.len() + helicity as usize) * size;
        &self.coefficients[start..start + size]
    }

    /// m_l of the nucleon with spin up: m_l = m_h + lambda - 1/2.
    pub fn m_l(&self, state: usize, helicity: Helicity) -> i32 {
        (2 * state as i32 - self.shell.two_j as i32 - 1) / 2 + helicity.value()
    }

    /// The smallest and the largest m_l.
    pub fn m_l_range(&self) -> (i32, i32) {
        (self.m_l(0, Helicity::Minus), self.m_l(self.shell.two_j as usize, Helicity::Plus))
    }
}

/// (l m-1/2 1/2 1/2 | j m), Condon-Shortley phases (edmonds1957, table 5.2).
fn spin_up(l: u32, two_j: u32, two_m: i32) -> f64 {
    let (whole, m) = (f64::from(2 * l + 1), 0.5 * f64::from(two_m));
    if two_j > 2 * l {
        ((f64::from(l) + m + 0.5) / whole).sqrt()
    } else {
        -((f64::from(l) - m + 0.5) / whole).max(0.0).sqrt()
    }
}

/// Wigner's 3j symbol from twice the angular momenta and projections, by Racah's sum (edmonds1957, eq. (3.6.11)).
pub fn three_j(two_j: [u32; 3], two_m: [i32; 3]) -> f64 {
    let [a, b, c] = two_j.map(|x| x as i32);
    let [ma, mb, mc] = two_m;
    let allowed = ma + mb + mc == 0
        && (a - b).abs() <= c
        && c <= a + b
        && (a + b + c) % 2 == 0
        && [(a, ma), (b, mb), (c, mc)].iter().all(|(j, m)| m.abs() <= *j && (j + m) % 2 == 0);
    if !allowed {
        return 0.0;
    }
    let fact = |two_n: i32| ln_factorial(two_n / 2);
    let triangle = fact(a + b - c) + fact(a - b + c) + fact(b + c - a) - fact(a + b + c + 2);
    let projections: f64 = [(a, ma), (b, mb), (c, mc)].iter().map(|(j, m)| fact(j + m) + fact(j - m)).sum();
    let first = 0.max(b - c - ma).max(a - c + mb);
    let last = (a + b - c).min(a - ma).min(b + mb);
    let mut sum = 0.0;
    for k in (first..=last).step_by(2) {
        let below = fact(k)
            + fact(a + b - c - k)
            + fact(a - ma - k)
            + fact(b + mb - k)
            + fact(c - b + ma + k)
            + fact(c - a - mb + k);
        let sign = if (k / 2) % 2 == 0 { 1.0 } else { -1.0 };
        sum += sign * (0.5 * (triangle + projections) - below).exp();
    }
    if ((a - b - mc) / 2).rem_euclid(2) == 0 { sum } else { -sum }
}

/// ln n!.
fn ln_factorial(n: i32) -> f64 {
    (2..=n).map(|k| f64::from(k).ln()).sum()
}

/// Spherical harmonics Y_lm(theta, 0) of the waves of a coupling, for all its m_l.
#[derive(Clone, Debug)]
pub struct Harmonics<C: Copy = f64> {
    first: i32,
    waves: usize,
    /// By [m][wave].
    values: Aligned<C>,
    /// The factors of each l for all m.
    steps: Vec<Step>,
    /// Y_mm without sin^m for all m.
    starts: [f64; MOST_M],
}

/// Largest number of different m_l, 2 j_h + 3: shells up to j = 13/2.
const MOST_M: usize = 16;

/// a_(l+1) and a_(l+1)/a_l with a_l = sqrt((4 l^2 - 1)/(l^2 - m^2)), for all m.
#[derive(Clone, Copy, Debug)]
struct Step {
    up: [f64; MOST_M],
    down: [f64; MOST_M],
}

impl<C: Coefficient> Harmonics<C> {
    /// Room for the waves of `coupling`.
    pub fn new(coupling: &Coupling<C>) -> Self {
        let (first, last) = coupling.m_l_range();
        let (waves, number) = (coupling.waves, (last - first + 1) as usize);
        debug_assert!(number <= MOST_M, "shells up to j = 13/2");
        let mut harmonics = Harmonics {
            first,
            waves,
            values: Aligned::new(number * waves, C::of(0.0)),
            steps: vec![Step { up: [0.0; MOST_M], down: [0.0; MOST_M] }; waves / 2 + 1],
            starts: [0.0; MOST_M],
        };
        for k in 0..number {
            harmonics.prepare(k);
        }
        harmonics
    }

    /// Fills in the factors of the m at position `k`.
    fn prepare(&mut self, k: usize) {
        let m = self.first + k as i32;
        let order = m.unsigned_abs() as usize;
        let ratio = |l: usize| {
            let (l2, m2) = ((l * l) as f64, (order * order) as f64);
            ((4.0 * l2 - 1.0) / (l2 - m2)).sqrt()
        };
        for (l, step) in self.steps.iter_mut().enumerate().skip(order) {
            step.up[k] = ratio(l + 1);
            step.down[k] = if l > order { step.up[k] / ratio(l) } else { 0.0 };
        }
        // Y_mm = (-1)^m sqrt((2m+1)!! / (4 pi (2m)!!)) sin^m(theta), Y_(m,-m) without the sign.
        let product: f64 = (1..=order).map(|i| (2 * i + 1) as f64 / (2 * i) as f64).product();
        let sign = if m > 0 && order % 2 == 1 { -1.0 } else { 1.0 };
        self.starts[k] = sign * (0.25 * product / PI).sqrt();
    }

    /// Fills the first `waves` waves for cos(theta) = `x`: Y_(l+1) = a_(l+1) (x Y_l - Y_(l-1)/a_l) from Y_mm, for all m at
    /// once (dlmf, 14.10.3, normalised).
    pub fn fill(&mut self, x: f64, waves: usize) {
        let number = self.values.len() / self.waves;
        (0..number).step_by(LANES).for_each(|first| self.fill_eight(first, x, waves));
    }

    /// The same for the eight m from position `first` on.
    fn fill_eight(&mut self, first: usize, x: f64, waves: usize) {
        let sine = (1.0 - x * x).max(0.0).sqrt();
        let (stride, number) = (self.waves, (self.values.len() / self.waves - first).min(LANES));
        let (mut before, mut here) = ([0.0; LANES], [0.0; LANES]);
        let (mut power, mut rows) = (1.0, [[C::of(0.0); LANES]; LANES / 2 + 1]);
        let (lowest, values) = (self.first + first as i32, &mut self.values[first * stride..]);
        for group in 0..waves.min(stride) / LANES {
            // Eight waves have five l, the first of which was the last before.
            rows[0] = rows[LANES / 2];
            for i in usize::from(group > 0)..rows.len() {
                let l = group * LANES / 2 + i;
                if l < MOST_M {
                    for m in [l as i32, -(l as i32)] {
                        if let Some(k) = usize::try_from(m - lowest).ok().filter(|k| *k < number) {
                            here[k] = self.starts[first + k] * power;
                        }
                    }
                    power *= sine;
                }
                rows[i] = here.map(C::of);
                let step = &self.steps[l];
                let next = std::array::from_fn(|k| {
                    (step.up[first + k] * x).mul_add(here[k], -step.down[first + k] * before[k])
                });
                (before, here) = (here, next);
            }
            let columns = C::transposed(std::array::from_fn(|wave| rows[wave.div_ceil(2)]));
            for (row, column) in values.chunks_exact_mut(stride).zip(columns).take(number) {
                row[group * LANES..(group + 1) * LANES].copy_from_slice(&column);
            }
        }
    }

    /// Number of waves there is room for.
    pub fn waves(&self) -> usize {
        self.waves
    }

    /// All waves at one m.
    pub fn row(&self, m: i32) -> &[C] {
        let start = (m - self.first) as usize * self.waves;
        &self.values[start..start + self.waves]
    }
}

#[cfg(test)]
#[path = "coupling_tests.rs"]
mod tests;
