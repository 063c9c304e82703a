//! The law of one emission of the toy: widths, cumulative distribution and its inverse.

use super::nucleus::ToyNucleus;
use super::{ALPHA, LAMBDA};
use crate::decay::tree::LevelTree;
use crate::quadrature::gauss_legendre;
use gradino_core::real::implicit_root;
use gradino_core::{Params, Real};
use std::sync::Arc;

/// Points of the Gauss-Legendre rule.
const POINTS: usize = 32;

/// The law of the toy at one point of parameter space.
///
/// From an excitation energy E the nucleus goes to E' with the width of eq. (1) of barham2024 for one kind of
/// state, dGamma/dE' = T(E - E') rho(E') / (2 pi rho(E)), with
///
/// - rho(E) = rho_0 exp(2 sqrt(alpha E)), the Fermi gas of bethe1937 without its slow factor;
/// - T(E_gamma) = E_gamma^lambda, lambda = 3 for a constant dipole strength.
///
/// Below the edge of the continuum the states are gathered in levels: level k has the rho(E_k) Delta_k states
/// of the energies nearest to it. The same rule holds between levels. All widths here are in units of
/// rho_0 / (2 pi rho(E)), which drops out of all probabilities.
#[derive(Clone, Debug)]
pub struct ToyLaw<D> {
    nucleus: Arc<ToyNucleus>,
    kernel: Kernel<D>,
    /// The same, values only: for searches.
    plain: Kernel<f64>,
    /// rho(E_k) Delta_k.
    masses: Vec<D>,
}

/// Where one emission leads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next<D> {
    /// To a discrete level.
    Level(usize),
    /// To an excitation energy in the continuum [MeV].
    Continuum(D),
}

impl<D: Real> ToyLaw<D> {
    /// For a `nucleus` that passes [`ToyNucleus::check`], with the parameters `theta`.
    pub fn prepare(nucleus: &Arc<ToyNucleus>, theta: &Params<D>) -> Self {
        let kernel = Kernel::new(theta[ALPHA], theta[LAMBDA]);
        let plain = Kernel::new(theta[ALPHA].re(), theta[LAMBDA].re());
        let levels = nucleus.levels.iter().enumerate();
        let masses = levels.map(|(k, &e)| kernel.density(D::from(e)) * nucleus.cell(k)).collect();
        ToyLaw { nucleus: nucleus.clone(), kernel, plain, masses }
    }

    /// The nucleus.
    pub fn nucleus(&self) -> &ToyNucleus {
        &self.nucleus
    }

    /// The exponent of the photon transmission.
    pub fn lambda(&self) -> D {
        self.kernel.lambda
    }

    /// Slope of ln rho in sqrt(E), 2 sqrt(alpha) [MeV^-1/2].
    pub fn slope(&self) -> D {
        self.kernel.slope
    }

    /// Level density rho(E) / rho_0 at excitation `energy` [MeV].
    pub fn density(&self, energy: D) -> D {
        self.kernel.density(energy)
    }

    /// Photon transmission T at photon energy `e` [MeV]; 0 at 0.
    pub fn transmission(&self, e: D) -> D {
        self.kernel.transmission(e)
    }

    /// Width T(E - E_k) rho(E_k) Delta_k from `energy` [MeV] to level `k`.
    pub fn level_width(&self, energy: D, k: usize) -> D {
        self.transmission(energy - self.nucleus.levels[k]) * self.masses[k]
    }

    /// Sum of the widths from `energy` [MeV] in the continuum to all levels.
    pub fn levels_width(&self, energy: D) -> D {
        (0..self.masses.len()).fold(D::zero(), |sum, k| sum + self.level_width(energy, k))
    }

    /// ln of G(E), which varies slowly, in the width to the continuum
    /// int_Ec^E T(E - E') rho(E') dE' = (E - E_c)^(lambda + 1) G(E).
    pub fn ln_continuum_factor(&self, energy: D) -> D {
        self.kernel.moment(energy, energy - self.nucleus.edge).ln()
    }

    /// The width from `energy` [MeV] to the continuum; 0 at the edge.
    pub fn continuum_width(&self, energy: D) -> D {
        let range = energy - self.nucleus.edge;
        if range.re() <= 0.0 {
            return D::zero();
        }
        ((self.kernel.lambda + 1.0) * range.ln() + self.ln_continuum_factor(energy)).exp()
    }

    /// Probability that the next state is in the continuum.
    pub fn continuum_probability(&self, energy: D) -> D {
        let width = self.continuum_width(energy);
        width / (width + self.levels_width(energy))
    }

    /// Probability density [1/MeV] that the next state lies at `next` in the continuum.
    pub fn continuum_density(&self, energy: D, next: D) -> D {
        let width = self.continuum_width(energy) + self.levels_width(energy);
        self.transmission(energy - next) * self.density(next) / width
    }

    /// Probability that the next state is level `k`.
    pub fn level_probability(&self, energy: D, k: usize) -> D {
        self.level_width(energy, k) / (self.continuum_width(energy) + self.levels_width(energy))
    }

    /// Probability that the next state lies at or below `next` [MeV]: discrete masses, then a continuous part.
    pub fn cdf(&self, energy: D, next: D) -> D {
        let below = self.nucleus.levels.partition_point(|&level| level <= next.re());
        let masses = (0..below).fold(D::zero(), |sum, k| sum + self.level_probability(energy, k));
        if next.re() <= self.nucleus.edge {
            return masses;
        }
        masses + self.continuum_probability(energy) * (D::one() - self.tail(energy, next))
    }

    /// Probability that the next state lies above `next`, given that it is in the continuum.
    pub fn tail(&self, energy: D, next: D) -> D {
        let drop = energy - next;
        if drop.re() <= 0.0 {
            return D::zero();
        }
        self.kernel.ln_tail(energy, energy - self.nucleus.edge, drop).exp()
    }

    /// The next state g(u; E, theta), the inverse of [`ToyLaw::cdf`] at a number `uniform` in (0, 1), eq. (2)
    /// of barham2024; an energy in the continuum has the derivative of eq. (4) there, at a fixed number.
    pub fn inverse(&self, energy: D, uniform: f64) -> Next<D> {
        let continuum = self.continuum_width(energy);
        let total = continuum + self.levels_width(energy);
        let mut below = D::zero();
        for k in 0..self.masses.len() {
            below += self.level_width(energy, k) / total;
            if uniform < below.re() {
                return Next::Level(k);
            }
        }
        if continuum.re() <= 0.0 {
            return Next::Level(self.masses.len() - 1);
        }
        let ln_tail = (total / continuum * (1.0 - uniform)).ln();
        Next::Continuum(self.continuum_inverse(energy, ln_tail))
    }

    /// The energy E' above which the continuum has the share exp(`ln_tail`), from `energy` [MeV], with its
    /// implicit derivative.
    pub fn continuum_inverse(&self, energy: D, ln_tail: D) -> D {
        energy - (energy - self.nucleus.edge) * self.drop_share(energy, ln_tail)
    }

    /// (E - E') / (E - E_c) for the E' of [`ToyLaw::continuum_inverse`].
    pub fn drop_share(&self, energy: D, ln_tail: D) -> D {
        let range = energy - self.nucleus.edge;
        let share = self.plain.invert(energy.re(), range.re(), ln_tail.re().min(0.0));
        let drop = range * share;
        let residual = self.kernel.ln_tail(energy, range, drop) - ln_tail;
        let slope = self.plain.ln_tail_slope(energy.re(), drop.re()) / share;
        implicit_root(share, residual, slope)
    }

    /// The discrete levels with their transitions.
    ///
    /// # Panics
    /// If the levels do not ascend, which [`ToyNucleus::check`] refuses.
    pub fn tree(&self) -> LevelTree<D> {
        let levels = &self.nucleus.levels;
        let ways = |from: usize| {
            let energy = D::from(levels[from]);
            (0..from).map(|k| (k, self.level_width(energy, k))).collect::<Vec<_>>()
        };
        let widths: Vec<_> = (0..levels.len()).map(ways).collect();
        LevelTree::new(levels.clone(), &widths).expect("levels ascend, so that all widths are positive")
    }
}

/// The two functions and their integral.
#[derive(Clone, Debug)]
struct Kernel<S> {
    /// 2 sqrt(alpha).
    slope: S,
    lambda: S,
    /// Abscissas x = z^3 and weights 3 w z^(3 lambda + 2) of int_0^1 x^lambda f(x) dx, (z, w) Gauss-Legendre.
    rule: Vec<(f64, S)>,
}

impl<S: Real> Kernel<S> {
    fn new(alpha: S, lambda: S) -> Self {
        let rule = gauss_legendre(POINTS).into_iter().map(|(x, w)| {
            let (z, w) = (0.5 * (1.0 + x), 0.5 * w);
            let weight = ((lambda * 3.0 + 2.0) * z.ln()).exp() * (3.0 * w);
            (z.powi(3), weight)
        });
        Kernel { slope: alpha.sqrt() * 2.0, lambda, rule: rule.collect() }
    }

    fn density(&self, energy: S) -> S {
        // At the ground state the square root has no slope; there the density is 1.
        if energy.re() > 0.0 { (self.slope * energy.sqrt()).exp() } else { S::one() }
    }

    fn transmission(&self, e: S) -> S {
        if e.re() > 0.0 { e.pow(self.lambda) } else { S::zero() }
    }

    /// int_0^drop e^lambda rho(E - e) de / drop^(lambda + 1). With e = drop z^3 the integrand is smooth enough
    /// at both ends for 12 digits.
    fn moment(&self, energy: S, drop: S) -> S {
        self.rule.iter().fold(S::zero(), |sum, &(x, weight)| sum + weight * self.density(energy - drop * x))
    }

    /// ln of the share of int_0^range e^lambda rho(E - e) de that lies below `drop`.
    fn ln_tail(&self, energy: S, range: S, drop: S) -> S {
        (self.lambda + 1.0) * (drop / range).ln() + self.moment(energy, drop).ln()
            - self.moment(energy, range).ln()
    }

    /// d ln_tail / d ln drop.
    fn ln_tail_slope(&self, energy: S, drop: S) -> S {
        self.density(energy - drop) / self.moment(energy, drop)
    }
}

impl Kernel<f64> {
    /// drop / range for a given ln_tail: Newton's method in ln(drop / range), kept in a bracket.
    fn invert(&self, energy: f64, range: f64, ln_tail: f64) -> f64 {
        const STEPS: usize = 60;
        const CLOSE: f64 = 1e-15;
        let whole = self.moment(energy, range).ln();
        // rho(E - e) falls with e, so that the share of the tail is at least (drop / range)^(lambda + 1).
        let mut x = ln_tail / (self.lambda + 1.0);
        let (mut low, mut high) = (f64::NEG_INFINITY, x);
        for _ in 0..STEPS {
            let drop = range * x.exp();
            let excess = (self.lambda + 1.0) * x + self.moment(energy, drop).ln() - whole - ln_tail;
            *(if excess > 0.0 { &mut high } else { &mut low }) = x;
            let newton = x - excess / self.ln_tail_slope(energy, drop);
            let next = match (low..=high).contains(&newton) {
                true => newton,
                false if low.is_finite() => 0.5 * (low + high),
                false => 2.0 * x,
            };
            let done = (next - x).abs() <= CLOSE * (1.0 + x.abs());
            x = next;
            if done {
                break;
            }
        }
        x.exp()
    }
}
