//! The five inclusive responses, split into pairs of form factors.

use super::amplitude::{
    AXIAL_CHARGE, AXIAL_ELECTRIC, AXIAL_LONG, AXIAL_MAGNETIC, CHARGE, CONVECTION, CurrentFactors, ELECTRIC,
    Elements, LONG, MAGNETISED, SPIN, element_index,
};
use super::coupling::Naturalness;
use super::lepton::LeptonTensor;
use super::model::PreparedKnockout;
use super::table::KnockoutTable;
use gradino_core::Real;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Number of pairs of form factors in the responses.
pub const PAIRS: usize = 15;

/// What each pair of form factors contributes to the responses of a full shell, integrated over the direction of the
/// nucleon [1/MeV]: 4 pi sum over l, j, J of products of reduced elements (walecka1975).
///
/// CC: E E, A A, A At, At At; CL: E E, A Al, At Al; LL: E E, Al Al; T: E E, E M, M M, A A; T': E A, M A. E, M, A, At and
/// Al are the factors of [`CurrentFactors`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponsePairs<D>(pub [D; PAIRS]);

impl<D: Real> ResponsePairs<D> {
    /// Of one hole with `multipoles` multipoles of either parity.
    pub fn new(elements: &Elements<'_, D>, multipoles: usize) -> Self {
        let mut sums = [D::zero(); PAIRS];
        for t in 0..multipoles {
            for wave in 0..elements.waves() {
                let at =
                    |parity, operator| elements.values[element_index(multipoles, parity, t, operator, wave)];
                let n = |operator| at(Naturalness::Natural, operator);
                let u = |operator| at(Naturalness::Unnatural, operator);
                let terms = [
                    n(CHARGE).sq(),
                    u(AXIAL_CHARGE).sq(),
                    u(AXIAL_CHARGE) * u(AXIAL_LONG) * -2.0,
                    u(AXIAL_LONG).sq(),
                    n(CHARGE) * n(LONG),
                    u(AXIAL_CHARGE) * u(AXIAL_LONG),
                    -u(AXIAL_LONG).sq(),
                    n(LONG).sq(),
                    u(AXIAL_LONG).sq(),
                    n(ELECTRIC).sq() + u(CONVECTION).sq(),
                    (n(ELECTRIC) * n(MAGNETISED) + u(CONVECTION) * u(SPIN)) * 2.0,
                    n(MAGNETISED).sq() + u(SPIN).sq(),
                    n(AXIAL_MAGNETIC).sq() + u(AXIAL_ELECTRIC).sq(),
                    (n(ELECTRIC) * n(AXIAL_MAGNETIC) + u(CONVECTION) * u(AXIAL_ELECTRIC)) * 2.0,
                    (n(MAGNETISED) * n(AXIAL_MAGNETIC) + u(SPIN) * u(AXIAL_ELECTRIC)) * 2.0,
                ];
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
        }
        ResponsePairs(sums.map(|sum| sum * (4.0 * PI)))
    }

    /// CC, CL, LL, T and T' with the factors `f`, in the conventions of [`super::HadronTensor::diagonal`].
    pub fn responses<F: Real>(&self, f: &CurrentFactors<F>) -> [F; 5]
    where
        D: Into<f64>,
    {
        let p = self.0.map(Into::into);
        let (e, m, a, at, al) = (f.electric, f.magnetic, f.axial, f.axial_time, f.axial_long);
        [
            e * e * p[0] + a * a * p[1] + a * at * p[2] + at * at * p[3],
            e * e * p[4] + a * al * p[5] + at * al * p[6],
            e * e * p[7] + al * al * p[8],
            e * e * p[9] + e * m * p[10] + m * m * p[11] + a * a * p[12],
            e * a * p[13] + m * a * p[14],
        ]
    }
}

/// The pairs of all nodes of a hole.
pub(super) fn all_pairs(table: &KnockoutTable, hole: usize) -> Vec<ResponsePairs<f64>> {
    let (nodes, multipoles) = (table.grid.momenta.len(), table.holes[hole].multipoles());
    let at = |node: usize| {
        let mut room = Vec::new();
        let Some(elements) = table.elements(hole, node / nodes, node % nodes, &mut room) else {
            return ResponsePairs([0.0; PAIRS]);
        };
        let double = |x: &[f32]| -> Vec<f64> { x.iter().map(|&x| f64::from(x)).collect() };
        let (values, cos, sin) = (double(elements.values), double(elements.cos), double(elements.sin));
        ResponsePairs::new(&Elements { values: &values, cos: &cos, sin: &sin }, multipoles)
    };
    (0..table.grid.kinetic.len() * nodes).into_par_iter().map(at).collect()
}

impl PreparedKnockout {
    /// CC, CL, LL, T and T' of a full shell at a node, integrated over the direction of the nucleon [1/MeV].
    pub(super) fn node_responses(&self, hole: usize, kinetic: usize, momentum: usize) -> [f64; 5] {
        let node = kinetic * self.of.table.grid.momenta.len() + momentum;
        self.of.pairs[hole][node].responses(self.factors_at(hole, (kinetic, momentum)))
    }

    /// Derivatives of CC, CL, LL, T and T' at a node with respect to the five factors of the current.
    pub(super) fn node_response_slopes(&self, hole: usize, kinetic: usize, momentum: usize) -> [[f64; 5]; 5] {
        let node = kinetic * self.of.table.grid.momenta.len() + momentum;
        let responses =
            self.of.pairs[hole][node].responses(&self.factors_at(hole, (kinetic, momentum)).seeded());
        std::array::from_fn(|factor| responses.map(|r| r.eps[factor]))
    }

    /// CC, CL, LL, T and T' of the nucleons of one hole at energy transfer `omega` and momentum transfer `q` [MeV],
    /// integrated over the direction of the nucleon [1/MeV].
    pub fn responses(&self, hole: usize, omega: f64, q: f64) -> [f64; 5] {
        let mut sum = [0.0; 5];
        let t = omega - self.of.table.holes[hole].separation;
        for (kinetic, momentum, weight) in self.corners(t, q).into_iter().flatten() {
            let node = self.node_responses(hole, kinetic, momentum);
            sum.iter_mut().zip(node).for_each(|(s, r)| *s += r * weight * self.filling(hole));
        }
        sum
    }

    /// d2 sigma / (d omega d cos(theta)) of one hole [cm^2/MeV]: the integral of the exclusive cross section over the
    /// direction of the nucleon.
    pub fn inclusive(&self, hole: usize, energy: f64, omega: f64, cos_theta: f64) -> f64 {
        let Some(q) = self.of.vertex.momentum_transfer(energy, omega, cos_theta) else { return 0.0 };
        let lepton = LeptonTensor::at_angle(&self.of.vertex, energy, omega, cos_theta);
        lepton.map_or(0.0, |l| l.inclusive(&self.responses(hole, omega, q)) * l.scale())
    }
}
