//! The reduced elements of all partial waves at all momentum transfers, from a hole at one energy.

use super::bessel::BesselTable;
use super::couplings::{Couplings, Terms};
use super::{Channel, ReducedElements};
use crate::meanfield::continuum::{Continuum, PartialWave};
use crate::meanfield::shell::Orbital;
use gradino_core::Real;

/// The orbital is dropped where it is smaller than this, relative to its largest value.
const NEGLIGIBLE: f64 = 1e-8;

/// The reduced elements from one orbital to all waves of one energy.
#[derive(Clone, Debug)]
pub struct TransitionElements<D> {
    /// The channels.
    pub channels: Vec<Channel>,
    /// Number of momentum transfers.
    pub momenta: usize,
    /// By [channel][momentum].
    pub values: Vec<ReducedElements<D>>,
}

impl<D: Real> TransitionElements<D> {
    /// The elements of a channel at all momentum transfers.
    pub fn channel(&self, index: usize) -> &[ReducedElements<D>] {
        &self.values[index * self.momenta..(index + 1) * self.momenta]
    }

    /// The channels with their elements at momentum transfer number `momentum`.
    pub fn at(&self, momentum: usize) -> impl Iterator<Item = (Channel, &ReducedElements<D>)> {
        self.channels.iter().enumerate().map(move |(i, &c)| (c, &self.values[i * self.momenta + momentum]))
    }
}

/// Integrals over r of products of a wave and the orbital with j_L(q r), by L and momentum transfer.
struct Integrals<D> {
    momenta: usize,
    lowest: u32,
    values: Vec<D>,
}

impl<D: Real> Integrals<D> {
    /// The integrals of `product` for L = `lowest`, `lowest` + 2, ..., `highest`.
    fn new(product: &[D], lowest: u32, highest: u32, bessel: &BesselTable) -> Self {
        let momenta = bessel.momenta_fm.len();
        let mut values = Vec::new();
        for l in (lowest..=highest).step_by(2) {
            let start = values.len();
            values.resize(start + momenta, D::zero());
            for (radius, &x) in product.iter().enumerate() {
                let row = bessel.row(l, radius);
                values[start..].iter_mut().zip(row).for_each(|(sum, &j)| *sum += x * j);
            }
        }
        Integrals { momenta, lowest, values }
    }

    /// The integral of j_L; 0 where L is not in the range, where its factor vanishes.
    fn get(&self, l: i32, momentum: usize) -> D {
        let at = (l - self.lowest as i32) / 2;
        if l < self.lowest as i32 {
            return D::zero();
        }
        self.values.get(at as usize * self.momenta + momentum).copied().unwrap_or(D::zero())
    }
}

/// The four kinds of radial integrals of a wave u and the orbital u_h.
struct Radial<D> {
    /// u u_h.
    overlap: Integrals<D>,
    /// u u_h'.
    slope: Integrals<D>,
    /// u u_h / r.
    inverse: Integrals<D>,
    /// u' u_h.
    reverse: Integrals<D>,
}

impl<D: Real> Radial<D> {
    fn new(hole: &Orbital<D>, wave: &PartialWave<D>, points: usize, bessel: &BesselTable) -> Self {
        let (low, high) = (hole.shell.l.abs_diff(wave.l), hole.shell.l + wave.l);
        let step = bessel.step_fm();
        let product = |of: &dyn Fn(usize) -> D| -> Vec<D> {
            (0..points).map(|radius| of(BesselTable::index(radius)) * step).collect()
        };
        // Of opposite parity: from |l - l_h| - 1 or 1 to l + l_h + 1.
        let odd = if low == 0 { 1 } else { low - 1 };
        let make =
            |of: &dyn Fn(usize) -> D, low: u32, high: u32| Integrals::new(&product(of), low, high, bessel);
        Radial {
            overlap: make(&|i| wave.u[i] * hole.u[i], low, high),
            slope: make(&|i| wave.u[i] * hole.du[i], odd, high + 1),
            inverse: make(&|i| wave.u[i] * hole.u[i] / bessel.mesh.radius_fm(i), odd, high + 1),
            reverse: make(&|i| wave.du[i] * hole.u[i], odd, high + 1),
        }
    }

    /// The five numbers of a channel: `terms` are factors of j_L for L = J - 1, J, J + 1 of the four integrals.
    fn elements(&self, terms: &Terms, rank: u32, momentum: usize, q: f64) -> ReducedElements<D> {
        let kinds = [&self.overlap, &self.slope, &self.inverse, &self.reverse];
        let integrals: [[D; 3]; 4] =
            kinds.map(|kind| [-1, 0, 1].map(|shift| kind.get(rank as i32 + shift, momentum)));
        let one = |operator: usize| {
            let term = &terms.factors[operator];
            let mut sum = D::zero();
            for (factors, integrals) in term.iter().zip(&integrals) {
                for (&factor, &integral) in factors.iter().zip(integrals) {
                    if factor != 0.0 {
                        sum += integral * factor;
                    }
                }
            }
            sum * q.powi(terms.powers[operator])
        };
        ReducedElements { values: [0, 1, 2, 3, 4].map(one) }
    }
}

/// The reduced elements from `hole` to the waves of `continuum` at all momentum transfers of `bessel`.
///
/// `couplings` are those of the orbital's shell, for at least as many waves.
pub fn transition_elements<D: Real>(
    hole: &Orbital<D>,
    continuum: &Continuum<D>,
    couplings: &Couplings,
    bessel: &BesselTable,
) -> TransitionElements<D> {
    let momenta = bessel.momenta_fm.len();
    let points = support(hole, bessel);
    let (mut channels, mut values) = (Vec::new(), Vec::new());
    for (wave, of_wave) in continuum.waves.iter().zip(&couplings.waves) {
        let radial = Radial::new(hole, wave, points, bessel);
        for terms in of_wave {
            let channel = Channel { l: wave.l, two_j: wave.two_j, rank: terms.rank };
            channels.push(channel);
            for (momentum, &q) in bessel.momenta_fm.iter().enumerate() {
                values.push(radial.elements(terms, terms.rank, momentum, q));
            }
        }
    }
    TransitionElements { channels, momenta, values }
}

/// Number of radii of the table within which the orbital is not negligible.
fn support<D: Real>(hole: &Orbital<D>, bessel: &BesselTable) -> usize {
    let largest = hole.u.iter().map(|u| u.re().abs()).fold(0.0, f64::max);
    let last = hole.u.iter().rposition(|u| u.re().abs() > NEGLIGIBLE * largest).unwrap_or(0);
    let total = bessel.mesh.points / (BesselTable::index(0) + 1);
    (0..total).take_while(|&radius| BesselTable::index(radius) <= last).count()
}
