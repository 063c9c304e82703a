//! The exclusive cross section from a table, ready for use.

use super::amplitude::{CurrentFactors, Elements, OperatorAmplitudes};
use super::cell::Workspace;
use super::coupling::Coupling;
use super::form::LeptonForm;
use super::grid::Grid;
use super::hadron::HadronTensor;
use super::inclusive::ResponsePairs;
use super::lepton::{LeptonTensor, LeptonVertex};
use super::memory::vec_in_large_pages;
use super::table::KnockoutTable;
use crate::error::{Error, Result};
use crate::meanfield::{Current, FormFactorModel, Nucleon, PreparedFormFactors};
use crate::reaction::electron_elastic;
use gradino_core::{Dual, ParamSet, Parameter, Params, Real};
use rayon::prelude::*;
use std::sync::Arc;
use wide::f64x4;

/// Derivatives carried at once.
const CHUNK: usize = 8;
type Slots = Dual<f64, CHUNK>;

/// Knockout of a nucleon from any shell of a nucleus by a lepton.
#[derive(Clone, Debug)]
pub struct Knockout {
    /// The reduced elements.
    pub table: Arc<KnockoutTable>,
    /// The lepton.
    pub vertex: LeptonVertex,
    /// The kind of the nucleon that is struck.
    pub struck: Nucleon,
    /// The form factors.
    pub form_factors: FormFactorModel,
    pub(super) couplings: Vec<Coupling<f32>>,
    /// By [hole][kinetic][momentum].
    pairs: Vec<Vec<ResponsePairs<f64>>>,
}

/// The parameters of a knockout by `current`: those of the form factors that act in it, and of the weak mixing for the
/// neutral current.
pub fn parameters(form_factors: FormFactorModel, current: Current) -> Vec<Parameter> {
    let mut list = form_factors.parameters_of(current);
    if current == Current::Neutral {
        list.extend(electron_elastic::parameters());
    }
    list
}

impl Knockout {
    /// Knockout by `vertex` with the elements of `table`.
    ///
    /// # Errors
    /// A vertex that does not make the outgoing nucleon of the table.
    pub fn new(
        table: Arc<KnockoutTable>,
        vertex: LeptonVertex,
        form_factors: FormFactorModel,
    ) -> Result<Arc<Self>> {
        let makes = |struck: &Nucleon| vertex.knocked_out(*struck) == Some(table.outgoing);
        let struck = Nucleon::BOTH.into_iter().find(makes).ok_or_else(|| Error::NoVertex {
            current: vertex.current.name(),
            lepton: gradino_core::particle::name(vertex.incoming),
        })?;
        let l_max = (table.waves() / 2) as u32;
        let couplings = table.holes.iter().map(|hole| Coupling::new(hole.shell, l_max)).collect();
        let pairs = (0..table.holes.len()).map(|hole| all_pairs(&table, hole)).collect();
        Ok(Arc::new(Knockout { table, vertex, struck, form_factors, couplings, pairs }))
    }

    /// The parameters that act on this current, see [`parameters`].
    pub fn parameters(&self) -> Vec<Parameter> {
        parameters(self.form_factors, self.vertex.current)
    }

    /// With the values of `params`, and derivatives with respect to the parameters at the positions `wanted`.
    pub fn prepare(self: &Arc<Self>, params: &ParamSet, wanted: &[usize]) -> Arc<PreparedKnockout> {
        let chunk = |positions: &[usize]| {
            let theta = params.seeded(|i, p| match positions.iter().position(|k| *k == i) {
                Some(slot) => Slots::variable(p.value, slot),
                None => Slots::constant(p.value),
            });
            self.form_factors.prepare(&theta)
        };
        Arc::new(PreparedKnockout {
            of: self.clone(),
            factors: self.node_factors(&params.values()),
            slopes: wanted.chunks(CHUNK).map(chunk).collect(),
            wanted: wanted.len(),
        })
    }

    /// The factors of the current at all nodes of all holes.
    fn node_factors(&self, theta: &Params<f64>) -> Vec<Vec<CurrentFactors<f64>>> {
        let prepared = self.form_factors.prepare(theta);
        let grid = &self.table.grid;
        let of_hole = |hole: usize| -> Vec<CurrentFactors<f64>> {
            let nodes = grid.kinetic.iter().flat_map(|&t| grid.momenta.iter().map(move |&q| (t, q)));
            let mut all = vec_in_large_pages(grid.kinetic.len() * grid.momenta.len());
            all.extend(nodes.map(|(t, q)| self.factors(&prepared, hole, t, q)));
            all
        };
        (0..self.table.holes.len()).map(of_hole).collect()
    }

    /// The factors of the current at kinetic energy `t` of the nucleon and momentum transfer `q` [MeV]; those of Q^2 = 0
    /// at a node below the light cone, which only the interpolation knows.
    fn factors<D: Real>(
        &self,
        form_factors: &PreparedFormFactors<D>,
        hole: usize,
        t: f64,
        q: f64,
    ) -> CurrentFactors<D> {
        let omega = t + self.table.holes[hole].separation;
        let q2 = (q * q - omega * omega).max(0.0);
        CurrentFactors::new(&form_factors.of(self.vertex.current, self.struck, q2), omega, q)
    }
}

/// The pairs of all nodes of a hole.
fn all_pairs(table: &KnockoutTable, hole: usize) -> Vec<ResponsePairs<f64>> {
    let (nodes, multipoles) = (table.grid.momenta.len(), table.holes[hole].multipoles());
    let at = |node: usize| {
        let mut room = Vec::new();
        let Some(elements) = table.elements(hole, node / nodes, node % nodes, &mut room) else {
            return ResponsePairs([0.0; super::inclusive::PAIRS]);
        };
        let double = |x: &[f32]| -> Vec<f64> { x.iter().map(|&x| f64::from(x)).collect() };
        let (values, cos, sin) = (double(elements.values), double(elements.cos), double(elements.sin));
        ResponsePairs::new(&Elements { values: &values, cos: &cos, sin: &sin }, multipoles)
    };
    (0..table.grid.kinetic.len() * nodes).into_par_iter().map(at).collect()
}

/// A point of the phase space of one hole, in the frame with q along z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Position of the hole in the table.
    pub hole: usize,
    /// Energy of the incoming lepton [MeV].
    pub energy: f64,
    /// Energy transfer omega [MeV].
    pub omega: f64,
    /// Cosine of the angle of the outgoing lepton.
    pub cos_theta: f64,
    /// Cosine of the angle theta_N between the nucleon and q.
    pub cos_nucleon: f64,
    /// Azimuth phi_N of the nucleon, from the plane of the leptons [rad].
    pub phi_nucleon: f64,
}

/// A corner of a cell: node of T, node of q, weight.
pub(super) type Corner = (usize, usize, f64);

/// The model, ready for use: between the nodes the hadron tensor is bilinear in T and q.
#[derive(Clone, Debug)]
pub struct PreparedKnockout {
    /// The model.
    pub of: Arc<Knockout>,
    factors: Vec<Vec<CurrentFactors<f64>>>,
    slopes: Vec<PreparedFormFactors<Slots>>,
    wanted: usize,
}

impl PreparedKnockout {
    /// The corners of the cell around kinetic energy `t` and momentum transfer `q` [MeV], none outside the grid.
    pub(super) fn corners(&self, t: f64, q: f64) -> Option<[Corner; 4]> {
        let grid = &self.of.table.grid;
        let (i, x) = cell(&grid.kinetic, t)?;
        let (k, y) = cell(&grid.momenta, q)?;
        Some([
            (i, k, (1.0 - x) * (1.0 - y)),
            (i, k + 1, (1.0 - x) * y),
            (i + 1, k, x * (1.0 - y)),
            (i + 1, k + 1, x * y),
        ])
    }

    /// The factors of the current at a node.
    pub(super) fn factors_at(
        &self,
        hole: usize,
        (kinetic, momentum): (usize, usize),
    ) -> &CurrentFactors<f64> {
        &self.factors[hole][kinetic * self.of.table.grid.momenta.len() + momentum]
    }

    /// The hadron tensor of a full shell at one node, for the angle that `space` is filled for [1/(MeV sr)].
    pub(super) fn filled_node_tensor(
        &self,
        hole: usize,
        node: (usize, usize),
        space: &mut Workspace,
    ) -> Option<HadronTensor<f64>> {
        let amplitudes = self.amplitudes(hole, node, space)?;
        Some(tensor(amplitudes, self.factors_at(hole, node)))
    }

    /// The hadron tensor of a full shell at kinetic energy `t` and momentum transfer `q` [MeV] and cos(theta_N) = `x`
    /// [1/(MeV sr)]; zero outside the grid.
    pub fn hadron_tensor(
        &self,
        hole: usize,
        t: f64,
        q: f64,
        x: f64,
        space: &mut Workspace,
    ) -> HadronTensor<f64> {
        let mut sum = HadronTensor::zero();
        let Some(corners) = self.corners(t, q) else { return sum };
        self.fill_harmonics(hole, x, corners[3].0, space);
        for (kinetic, momentum, weight) in corners {
            space.waves[hole].clear();
            if let Some(amplitudes) = self.amplitudes(hole, (kinetic, momentum), space) {
                sum.add_tensor(&tensor(amplitudes, self.factors_at(hole, (kinetic, momentum))), weight);
            }
        }
        sum
    }

    /// Share of the hole's states that are filled.
    pub(super) fn filling(&self, hole: usize) -> f64 {
        let hole = &self.of.table.holes[hole];
        hole.occupation / hole.shell.capacity()
    }

    /// d4 sigma / (d omega d cos(theta) d Omega_N) of one hole [cm^2/(MeV sr)], integrated over the azimuth of the
    /// lepton; zero where it cannot be reached or is outside the grid.
    pub fn cross_section(&self, point: &Point, space: &mut Workspace) -> f64 {
        self.summed(point, |node| *self.factors_at(point.hole, node), space)
    }

    /// The same with form factors that differ from point to point.
    pub fn cross_section_with(
        &self,
        point: &Point,
        form_factors: &PreparedFormFactors<f64>,
        space: &mut Workspace,
    ) -> f64 {
        let Grid { kinetic, momenta } = &self.of.table.grid;
        let factors = |node: (usize, usize)| {
            self.of.factors(form_factors, point.hole, kinetic[node.0], momenta[node.1])
        };
        self.summed(point, factors, space)
    }

    /// The cross section with the factors of the current that `factors` gives at the nodes.
    #[inline]
    fn summed(
        &self,
        point: &Point,
        factors: impl Fn((usize, usize)) -> CurrentFactors<f64>,
        space: &mut Workspace,
    ) -> f64 {
        let Some(cell) = self.evaluate(point, space) else { return 0.0 };
        let factors = cell.corners.map(|(kinetic, momentum, _)| factors((kinetic, momentum)));
        let value = cell.form.value(self.states(point.hole, space), &CurrentFactors::in_lanes(&factors));
        (value * cell.weights).reduce_add()
    }

    /// The same with its derivatives with respect to the wanted parameters, written to `gradient`.
    pub fn cross_section_with_gradient(
        &self,
        point: &Point,
        space: &mut Workspace,
        gradient: &mut [f64],
    ) -> f64 {
        gradient.fill(0.0);
        let Some(cell) = self.evaluate(point, space) else { return 0.0 };
        let node = |(kinetic, momentum, _): Corner| (kinetic, momentum);
        let factors = cell.corners.map(|corner| *self.factors_at(point.hole, node(corner)));
        let factors = CurrentFactors::in_lanes(&factors);
        let slopes = cell.form.slopes(self.states(point.hole, space), &factors).map(|s| s * cell.weights);
        for (lane, &corner) in cell.corners.iter().enumerate() {
            let of_corner = slopes.map(|s| s.as_array()[lane]);
            self.add_slopes(point.hole, node(corner), of_corner, gradient);
        }
        0.5 * factors.dot(&slopes).reduce_add()
    }

    /// Adds to `gradient` the derivatives `slopes` with respect to the factors of the current at a node, times those of
    /// the factors with respect to the wanted parameters.
    pub(super) fn add_slopes(
        &self,
        hole: usize,
        (kinetic, momentum): (usize, usize),
        slopes: [f64; 5],
        gradient: &mut [f64],
    ) {
        let grid = &self.of.table.grid;
        let (t, q) = (grid.kinetic[kinetic], grid.momenta[momentum]);
        for (form_factors, part) in self.slopes.iter().zip(gradient.chunks_mut(CHUNK)) {
            let f = self.of.factors(form_factors, hole, t, q);
            for (slope, factor) in
                slopes.iter().zip([f.electric, f.magnetic, f.axial, f.axial_time, f.axial_long])
            {
                part.iter_mut().zip(factor.eps).for_each(|(g, e)| *g += slope * e);
            }
        }
    }

    /// Derivatives of the logarithm of what a node contributes at an angle with respect to the wanted parameters, for the
    /// angle that `space` is filled for; added to `out`.
    pub(super) fn log_slopes(
        &self,
        (hole, node): (usize, (usize, usize)),
        lepton: &LeptonTensor<f64>,
        phi: f64,
        space: &mut Workspace,
        out: &mut [f64],
    ) {
        self.evaluate_node(hole, node, space);
        let factors = self.factors_at(hole, node);
        let form = LeptonForm::new(lepton, phi);
        let slopes = form.slopes(self.states_of_node(hole, space), &factors.map(f64x4::splat));
        let slopes = slopes.map(f64x4::reduce_add);
        let value = 0.5 * factors.dot(&slopes);
        if value <= 0.0 {
            return;
        }
        self.add_slopes(hole, node, slopes.map(|s| s / value), out);
    }

    /// Lowest energy of the lepton [MeV] at which a nucleon can leave, the recoil of the nucleus left out.
    pub fn threshold(&self) -> f64 {
        let lowest = self.of.table.holes.iter().map(|h| h.separation).fold(f64::INFINITY, f64::min);
        lowest + self.of.vertex.lowest_outgoing()
    }

    /// Number of wanted parameters.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// CC, CL, LL, T and T' of a full shell at a node, integrated over the direction of the nucleon [1/MeV].
    pub(super) fn node_responses(&self, hole: usize, kinetic: usize, momentum: usize) -> [f64; 5] {
        let node = kinetic * self.of.table.grid.momenta.len() + momentum;
        self.of.pairs[hole][node].responses(&self.factors[hole][node])
    }

    /// Derivatives of CC, CL, LL, T and T' at a node with respect to the five factors of the current.
    pub(super) fn node_response_slopes(&self, hole: usize, kinetic: usize, momentum: usize) -> [[f64; 5]; 5] {
        let node = kinetic * self.of.table.grid.momenta.len() + momentum;
        let responses = self.of.pairs[hole][node].responses(&self.factors[hole][node].seeded());
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

/// The tensor from amplitudes in single precision.
fn tensor(amplitudes: &[OperatorAmplitudes<f32>], factors: &CurrentFactors<f64>) -> HadronTensor<f64> {
    let mut tensor = HadronTensor::zero();
    for a in amplitudes {
        tensor.add_state(&a.map(f64::from), factors);
    }
    tensor
}

/// The cell of increasing `nodes` with `x` in it, and the place in it from 0 to 1.
pub(super) fn cell(nodes: &[f64], x: f64) -> Option<(usize, f64)> {
    let above = nodes.partition_point(|&node| node <= x);
    let i = above.checked_sub(1)?.min(nodes.len().checked_sub(2)?);
    let place = (x - nodes[i]) / (nodes[i + 1] - nodes[i]);
    (place <= 1.0).then_some((i, place))
}

#[cfg(test)]
#[path = "model_tests.rs"]
pub(super) mod tests;
