//! Derivatives of cross sections with respect to the parameters of the field.
//!
//! At fixed energies, momenta and angles the cross section depends on such a parameter through
//!
//! - the reduced elements and phases at the nodes, see [`super::slopes`];
//! - the separation energy S of the hole: T = omega - S, which moves the point among the nodes and the form factors of the
//!   nodes, whose Q^2 is that of omega = T + S.

use super::amplitude::{CurrentFactors, Elements, OperatorAmplitudes, operator_amplitudes};
use super::form::LeptonForm;
use super::inclusive::{PAIRS, ResponsePairs};
use super::lepton::LeptonTensor;
use super::model::{Knockout, PreparedKnockout, Workspace, cell};
use super::slopes::TableSlope;
use super::table::KnockoutTable;
use gradino_core::{Dual, ParamSet};
use rayon::prelude::*;
use std::sync::Arc;

/// A number with the one derivative that is needed here.
type One = Dual<f64, 1>;

/// What a model knows of one parameter of its field.
#[derive(Clone, Debug)]
pub(super) struct FieldSlope {
    pub(super) table: TableSlope,
    /// Derivatives of the pairs at fixed T, by [hole][kinetic][momentum].
    pairs: Vec<Vec<ResponsePairs<f64>>>,
}

/// The wanted parameters of the field.
#[derive(Clone, Debug, Default)]
pub(super) struct MovingField {
    /// Position in the gradients, and among the slopes of the model.
    slots: Vec<(usize, usize)>,
    /// Derivatives of the factors of the current with respect to omega, by [hole][kinetic][momentum]; none where no
    /// parameter of the field is wanted.
    factors: Vec<Vec<CurrentFactors<f64>>>,
}

/// Room for the changes of amplitudes.
#[derive(Clone, Debug, Default)]
pub(super) struct ChangeSpace {
    elements: Vec<f32>,
    amplitudes: Vec<OperatorAmplitudes<f32>>,
    /// By wanted parameter of the field.
    slopes: Vec<f64>,
}

impl Knockout {
    /// With derivatives with respect to parameters of the field. These keep the values at which the table was made.
    pub fn with_slopes(self: Arc<Self>, slopes: Vec<TableSlope>) -> Arc<Self> {
        let mut model = Arc::unwrap_or_clone(self);
        let of = |table: TableSlope| {
            let holes = 0..model.table.holes.len();
            let pairs = holes.map(|hole| slopes_of_pairs(&model.table, &table, hole)).collect();
            FieldSlope { table, pairs }
        };
        model.field = slopes.into_iter().map(of).collect();
        Arc::new(model)
    }

    /// The wanted parameters of the field, at the positions `wanted` in `params`.
    pub(super) fn moving_field(&self, params: &ParamSet, wanted: &[usize]) -> MovingField {
        let known = |name: &str| self.field.iter().position(|slope| slope.table.parameter.name == name);
        let named = wanted.iter().enumerate();
        let slots: Vec<(usize, usize)> =
            named.filter_map(|(slot, &i)| Some((slot, known(&params.at(i).name)?))).collect();
        if slots.is_empty() {
            return MovingField::default();
        }
        let form_factors = self.form_factors.prepare(&params.seeded(|_, p| One::from(p.value)));
        let grid = &self.table.grid;
        let of_hole = |hole: usize| -> Vec<CurrentFactors<f64>> {
            let separation = self.table.holes[hole].separation;
            let slope = |t: f64, q: f64| {
                self.factors_of(&form_factors, One::variable(t + separation, 0), q).map(|f| f.eps[0])
            };
            grid.kinetic.iter().flat_map(|&t| grid.momenta.iter().map(move |&q| slope(t, q))).collect()
        };
        MovingField { slots, factors: (0..self.table.holes.len()).map(of_hole).collect() }
    }
}

/// The derivatives of the pairs of all nodes of a hole.
fn slopes_of_pairs(table: &KnockoutTable, slope: &TableSlope, hole: usize) -> Vec<ResponsePairs<f64>> {
    let (nodes, multipoles) = (table.grid.momenta.len(), table.holes[hole].multipoles());
    let at = |node: usize| {
        let (mut room, mut slopes) = (Vec::new(), Vec::new());
        let place = (node / nodes, node % nodes);
        let Some(elements) = table.elements(hole, place.0, place.1, &mut room) else {
            return ResponsePairs([0.0; PAIRS]);
        };
        let Some(changes) = slope.numbers.elements(hole, place.0, place.1, &mut slopes) else {
            return ResponsePairs([0.0; PAIRS]);
        };
        let number = |list: &[f32], i: usize| list.get(i).map_or(0.0, |&x| f64::from(x));
        let both = |i: usize| Dual { re: number(elements.values, i), eps: [number(changes.values, i)] };
        let size = elements.values.len().max(changes.values.len());
        let values: Vec<One> = (0..size).map(both).collect();
        // The phases do not matter: as many as there are waves.
        let phases = vec![One::from(0.0); elements.waves().max(changes.waves())];
        let all = Elements { values: &values, cos: &phases, sin: &phases };
        ResponsePairs(ResponsePairs::new(&all, multipoles).0.map(|pair| pair.eps[0]))
    };
    (0..table.grid.kinetic.len() * nodes).into_par_iter().map(at).collect()
}

impl PreparedKnockout {
    /// The parameters of the field in the gradients: their position, what the model knows of each.
    fn field_slots(&self) -> impl Iterator<Item = (usize, &FieldSlope)> {
        self.field.slots.iter().map(|&(slot, index)| (slot, &self.of.field[index]))
    }

    /// The derivatives of the separation energy of a hole [MeV over the unit of each] with respect to the wanted
    /// parameters: zero for those that are not of the field.
    pub fn separation_gradient(&self, hole: usize) -> Vec<f64> {
        let mut gradient = vec![0.0; self.wanted()];
        self.field_slots().for_each(|(slot, slope)| gradient[slot] = slope.table.separation(hole));
        gradient
    }

    /// Whether derivatives with respect to the field are wanted.
    pub(super) fn field_moves(&self) -> bool {
        !self.field.slots.is_empty()
    }

    /// How fast the form at a node changes with a parameter of the field, by its reduced elements and phases.
    fn node_change(
        &self,
        (hole, kinetic, momentum): (usize, usize, usize),
        slope: &TableSlope,
        form: &LeptonForm,
        space: &mut Workspace,
    ) -> f64 {
        let states = self.of.table.holes[hole].shell.two_j as usize + 1;
        let factors = self.factors_at(hole, kinetic, momentum);
        let Some(elements) = self.of.table.elements(hole, kinetic, momentum, &mut space.elements) else {
            return 0.0;
        };
        let (coupling, harmonics) = (&self.of.couplings[hole], &space.harmonics[hole]);
        let amplitudes = &space.amplitudes[..states];
        let room = &mut space.change.amplitudes;
        room.resize(states, OperatorAmplitudes::none());
        // Of R exp(i phase): R times the change of the wave, and the change of R.
        let row = &slope.numbers.rows[kinetic];
        let turned = Elements {
            values: elements.values,
            cos: &row.cos[..elements.waves()],
            sin: &row.sin[..elements.waves()],
        };
        operator_amplitudes(coupling, &turned, harmonics, room);
        let mut sum = form.along(amplitudes, room, factors);
        if let Some(changes) = slope.numbers.elements(hole, kinetic, momentum, &mut space.change.elements) {
            let row = &self.of.table.rows[kinetic];
            let waves = changes.waves();
            let changed = Elements { values: changes.values, cos: &row.cos[..waves], sin: &row.sin[..waves] };
            operator_amplitudes(coupling, &changed, harmonics, room);
            sum += form.along(amplitudes, room, factors);
        }
        sum
    }

    /// L_mu_nu W^mu_nu of a full shell at T = `t` and `q` [MeV] with its derivatives with respect to the wanted parameters
    /// of the field at fixed omega, left in the room of `space`, which is filled for the angle and the waves there.
    fn form_with_slopes(
        &self,
        (hole, t, q): (usize, f64, f64),
        form: &LeptonForm,
        space: &mut Workspace,
    ) -> f64 {
        let mut sums = std::mem::take(&mut space.change.slopes);
        sums.clear();
        sums.resize(self.field.slots.len(), 0.0);
        let mut value = 0.0;
        let corners = self.corners(t, q).into_iter().flatten();
        for ((kinetic, momentum, weight), moved) in corners.zip(self.corner_slopes(t, q)) {
            let Some(amplitudes) = self.amplitudes(hole, (kinetic, momentum), space) else { continue };
            let factors = self.factors_at(hole, kinetic, momentum);
            let by_factor = form.slopes(amplitudes, factors);
            let here = 0.5 * factors.dot(&by_factor);
            let by_omega = self.factor_slopes_at(hole, kinetic, momentum).dot(&by_factor);
            value += weight * here;
            for (sum, (_, slope)) in sums.iter_mut().zip(self.field_slots()) {
                let change = self.node_change((hole, kinetic, momentum), &slope.table, form, space);
                *sum += weight * change + slope.table.separation(hole) * (weight * by_omega - moved * here);
            }
        }
        space.change.slopes = sums;
        value
    }

    /// Adds to `gradient` the derivatives of `scale` times the form at (hole, T, q) with respect to the parameters of the
    /// field.
    pub(super) fn add_field_slopes(
        &self,
        place: (usize, f64, f64),
        form: &LeptonForm,
        scale: f64,
        space: &mut Workspace,
        gradient: &mut [f64],
    ) {
        if self.field_moves() {
            self.form_with_slopes(place, form, space);
            for ((slot, _), slope) in self.field_slots().zip(&space.change.slopes) {
                gradient[slot] += scale * slope;
            }
        }
    }

    /// Adds to `out` the derivatives of the logarithm of the cross section at (hole, T, q) and cos(theta_N) = `x`, whatever
    /// node an event came from, with respect to the parameters of the field.
    pub(super) fn add_field_scores(
        &self,
        (hole, t, q): (usize, f64, f64),
        (x, phi): (f64, f64),
        lepton: &LeptonTensor<f64>,
        space: &mut Workspace,
        out: &mut [f64],
    ) {
        let Some(corners) = self.corners(t, q).filter(|_| self.field_moves()) else { return };
        self.fill_harmonics(hole, x, corners[3].0, space);
        let value = self.form_with_slopes((hole, t, q), &LeptonForm::new(lepton, phi), space);
        for ((slot, _), slope) in self.field_slots().zip(&space.change.slopes) {
            out[slot] += slope / value;
        }
    }

    /// The derivatives with respect to T [1/MeV] of the weights of [`PreparedKnockout::corners`].
    fn corner_slopes(&self, t: f64, q: f64) -> [f64; 4] {
        let grid = &self.of.table.grid;
        let (Some((i, _)), Some((_, y))) = (cell(&grid.kinetic, t), cell(&grid.momenta, q)) else {
            return [0.0; 4];
        };
        let rate = 1.0 / (grid.kinetic[i + 1] - grid.kinetic[i]);
        [-(1.0 - y) * rate, -y * rate, (1.0 - y) * rate, y * rate]
    }

    /// The derivatives of the factors of the current at a node with respect to omega.
    fn factor_slopes_at(&self, hole: usize, kinetic: usize, momentum: usize) -> &CurrentFactors<f64> {
        &self.field.factors[hole][kinetic * self.of.table.grid.momenta.len() + momentum]
    }

    /// Adds to `gradient` what a node adds to the derivatives of a quantity that is linear in its responses CC, CL, LL, T
    /// and T' of a full shell: `of` them at fixed T, and its rate of change `moved` as T falls.
    pub(super) fn add_field_responses(
        &self,
        (hole, kinetic, momentum): (usize, usize, usize),
        of: impl Fn([f64; 5]) -> f64,
        moved: impl Fn([f64; 5]) -> f64,
        gradient: &mut [f64],
    ) {
        if !self.field_moves() {
            return;
        }
        let node = kinetic * self.of.table.grid.momenta.len() + momentum;
        let here = moved(self.node_responses(hole, kinetic, momentum));
        let by_factor = self.node_response_slopes(hole, kinetic, momentum).map(&of);
        let by_omega = self.factor_slopes_at(hole, kinetic, momentum).dot(&by_factor);
        for (slot, slope) in self.field_slots() {
            let change = slope.pairs[hole][node].responses(self.factors_at(hole, kinetic, momentum));
            gradient[slot] += of(change) + slope.table.separation(hole) * (by_omega + here);
        }
    }

    /// d2 sigma / (d omega d cos(theta)) of one hole [cm^2/MeV] with its derivatives with respect to the wanted parameters,
    /// written to `gradient`.
    pub fn inclusive_with_gradient(
        &self,
        (hole, energy): (usize, f64),
        omega: f64,
        cos_theta: f64,
        gradient: &mut [f64],
    ) -> f64 {
        gradient.fill(0.0);
        let vertex = &self.of.vertex;
        let Some(q) = vertex.momentum_transfer(energy, omega, cos_theta) else { return 0.0 };
        let Some(lepton) = LeptonTensor::at_angle(vertex, energy, omega, cos_theta) else { return 0.0 };
        let t = omega - self.of.table.holes[hole].separation;
        let scale = lepton.scale() * self.filling(hole);
        let of = |responses: [f64; 5]| lepton.inclusive(&responses) * scale;
        let mut value = 0.0;
        let corners = self.corners(t, q).into_iter().flatten();
        for ((kinetic, momentum, weight), moved) in corners.zip(self.corner_slopes(t, q)) {
            let node = (hole, kinetic, momentum);
            value += weight * of(self.node_responses(hole, kinetic, momentum));
            let slopes = self.node_response_slopes(hole, kinetic, momentum).map(|r| weight * of(r));
            self.add_slopes(hole, (kinetic, momentum), slopes, gradient);
            self.add_field_responses(node, |r| weight * of(r), |r| -moved * of(r), gradient);
        }
        value
    }
}

#[cfg(test)]
#[path = "moving_field_tests.rs"]
mod tests;
