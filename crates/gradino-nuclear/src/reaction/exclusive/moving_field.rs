//! Derivatives of cross sections with respect to the parameters of the field.
//!
//! At fixed energies, momenta and angles the cross section depends on such a parameter through
//!
//! - the reduced elements and phases at the nodes, see [`super::slopes`];
//! - the separation energy S of the hole: T = omega - S, which moves the point among the nodes and the form factors of the
//!   nodes, whose Q^2 is that of omega = T + S.

use super::amplitude::{CurrentFactors, Elements, Waves};
use super::cell::{Cell, Flat, NONE, Workspace, of_node};
use super::form::{WIDTH, in_lanes};
use super::inclusive::{PAIRS, ResponsePairs};
use super::lepton::LeptonTensor;
use super::memory::Aligned;
use super::model::{Corner, Knockout, Point, PreparedKnockout};
use super::slopes::TableSlope;
use super::table::{Hole, KnockoutTable, Phases};
use gradino_core::{Dual, ParamSet};
use rayon::prelude::*;
use std::sync::Arc;
use wide::f64x4;

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

/// Room for the changes of amplitudes; none where no parameter of the field is wanted.
#[derive(Clone, Debug)]
pub(super) struct ChangeSpace {
    elements: Aligned<f32>,
    /// The waves of each hole, and their changes.
    waves: Vec<[Waves<f32>; 2]>,
    /// By [state][corner].
    pub(super) sums: Vec<[Flat; WIDTH]>,
}

impl ChangeSpace {
    pub(super) fn new(model: &PreparedKnockout) -> Self {
        let table = &model.of.table;
        if !model.field_moves() {
            return ChangeSpace { elements: Aligned::from(&[][..]), waves: Vec::new(), sums: Vec::new() };
        }
        let states = table.holes.iter().map(Hole::states).max().unwrap_or(0);
        let of_hole = |coupling| [Waves::new(coupling), Waves::new(coupling)];
        ChangeSpace {
            elements: Aligned::new(table.most_elements(), 0.0),
            waves: model.of.couplings.iter().map(of_hole).collect(),
            sums: vec![[NONE; WIDTH]; states],
        }
    }
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
    pub(super) fn field_slots(&self) -> impl Iterator<Item = (usize, &FieldSlope)> {
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

    /// Leaves in the room of `space` by how much a parameter of the field changes the sums that make the amplitudes of all
    /// states at a corner: the waves R exp(i phase) change by their phases and by R.
    pub(super) fn add_change(
        &self,
        (hole, corner): (usize, usize),
        (kinetic, momentum, _): Corner,
        slope: &KnockoutTable,
        space: &mut Workspace,
    ) {
        let (table, coupling) = (&self.of.table, &self.of.couplings[hole]);
        let harmonics = &space.harmonics[hole];
        let ChangeSpace { elements: room, waves, sums } = &mut space.change;
        let [straight, turned] = &mut waves[hole];
        if corner.is_multiple_of(WIDTH / 2) {
            // Another node of T.
            straight.clear();
            turned.clear();
        }
        let sums = &mut sums[..table.holes[hole].states()];
        sums.iter_mut().for_each(|sums| sums[corner] = NONE);
        let Some(node) = table.packed.node(hole, kinetic, momentum) else { return };
        let values = table.unpack((hole, kinetic), &node, room).values;
        let Phases { cos, sin } = &slope.phases[kinetic];
        let waves = values.len() / table.holes[hole].elements();
        turned.fill(&Elements { values, cos: &cos[..waves], sin: &sin[..waves] }, harmonics);
        for (state, sums) in sums.iter_mut().enumerate() {
            sums[corner] = of_node(coupling, (values, turned), state);
        }
        let Some(node) = slope.packed.node(hole, kinetic, momentum) else { return };
        let values = slope.unpack((hole, kinetic), &node, room).values;
        let Phases { cos, sin } = &table.phases[kinetic];
        let waves = values.len() / table.holes[hole].elements();
        straight.fill(&Elements { values, cos: &cos[..waves], sin: &sin[..waves] }, harmonics);
        for (state, sums) in sums.iter_mut().enumerate() {
            let more = of_node(coupling, (values, straight), state);
            sums[corner].iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    }

    /// Adds to `gradient` the derivatives of the cross section in a cell, times `scale`, with respect to the parameters of the
    /// field at fixed omega; the amplitudes of the cell are in `space`.
    pub(super) fn add_field_slopes(
        &self,
        hole: usize,
        cell: &Cell,
        scale: f64,
        space: &mut Workspace,
        gradient: &mut [f64],
    ) {
        if !self.field_moves() {
            return;
        }
        let places = cell.corners.map(|(kinetic, momentum, _)| (kinetic, momentum));
        let factors = CurrentFactors::in_lanes(&places.map(|node| *self.factors_at(hole, node)));
        let by_factor = cell.form.slopes(self.states(hole, space), &factors);
        let here = factors.dot(&by_factor) * 0.5;
        let by_omega = CurrentFactors::in_lanes(&places.map(|node| *self.factor_slopes_at(hole, node)));
        let falling = f64x4::new(self.falling(&cell.corners, cell.weights.to_array()));
        let moved = by_omega.dot(&by_factor) * cell.weights + here * falling;
        for (slot, slope) in self.field_slots() {
            for (corner, &place) in cell.corners.iter().enumerate() {
                self.add_change((hole, corner), place, &slope.table.numbers, space);
            }
            let changes = space.change.sums.iter().map(|corners| in_lanes(corners.each_ref()));
            let pairs = self.states(hole, space).zip(changes).map(|(a, change)| [a, change]);
            let change = cell.form.along(pairs, &factors) * cell.weights;
            gradient[slot] += scale * (change + moved * slope.table.separation(hole)).reduce_add();
        }
    }

    /// Adds to `out` the derivatives of the logarithm of the cross section at a point, whatever node an event came from, with
    /// respect to the parameters of the field.
    pub(super) fn add_field_scores(&self, point: &Point, space: &mut Workspace, out: &mut [f64]) {
        if !self.field_moves() {
            return;
        }
        let Some(cell) = self.evaluate(point, space) else { return };
        let places = cell.corners.map(|(kinetic, momentum, _)| (kinetic, momentum));
        let factors = CurrentFactors::in_lanes(&places.map(|node| *self.factors_at(point.hole, node)));
        let value = cell.form.value(self.states(point.hole, space), &factors) * cell.weights;
        let value = value.reduce_add();
        if value > 0.0 {
            self.add_field_slopes(point.hole, &cell, 1.0 / value, space, out);
        }
    }

    /// How fast the weights of the corners grow as T falls [1/MeV].
    pub(super) fn falling(&self, corners: &[Corner; WIDTH], [a, b, c, d]: [f64; WIDTH]) -> [f64; WIDTH] {
        let nodes = &self.of.table.grid.kinetic;
        let rate = 1.0 / (nodes[corners[2].0] - nodes[corners[0].0]);
        // Those of the two nodes of T at one q add up to the weight of that q.
        let (low, high) = ((a + c) * rate, (b + d) * rate);
        [low, high, -low, -high]
    }

    /// The derivatives of the factors of the current at a node with respect to omega.
    pub(super) fn factor_slopes_at(
        &self,
        hole: usize,
        (kinetic, momentum): (usize, usize),
    ) -> &CurrentFactors<f64> {
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
        let by_omega = self.factor_slopes_at(hole, (kinetic, momentum)).dot(&by_factor);
        for (slot, slope) in self.field_slots() {
            let change = slope.pairs[hole][node].responses(self.factors_at(hole, (kinetic, momentum)));
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
        let scale = lepton.scale();
        self.of_responses(hole, [omega, q], |responses| lepton.inclusive(&responses) * scale, gradient)
    }

    /// [`PreparedKnockout::responses`] with their derivatives with respect to the wanted parameters, written to `gradient`, a
    /// row of parameters for each of CC, CL, LL, T and T'.
    pub fn responses_with_gradient(&self, hole: usize, omega: f64, q: f64, gradient: &mut [f64]) -> [f64; 5] {
        gradient.fill(0.0);
        std::array::from_fn(|k| {
            let row = &mut gradient[k * self.wanted()..(k + 1) * self.wanted()];
            self.of_responses(hole, [omega, q], |responses| responses[k], row)
        })
    }

    /// What is linear in the responses of the nucleons of one hole; its derivatives are added to `gradient`.
    fn of_responses(
        &self,
        hole: usize,
        [omega, q]: [f64; 2],
        linear: impl Fn([f64; 5]) -> f64,
        gradient: &mut [f64],
    ) -> f64 {
        let t = omega - self.of.table.holes[hole].separation;
        let of = |responses: [f64; 5]| linear(responses) * self.filling(hole);
        let Some(corners) = self.corners(t, q) else { return 0.0 };
        let falling = self.falling(&corners, corners.map(|(.., weight)| weight));
        let mut value = 0.0;
        for ((kinetic, momentum, weight), moved) in corners.into_iter().zip(falling) {
            let node = (hole, kinetic, momentum);
            value += weight * of(self.node_responses(hole, kinetic, momentum));
            if gradient.is_empty() {
                continue;
            }
            let slopes = self.node_response_slopes(hole, kinetic, momentum).map(|r| weight * of(r));
            self.add_slopes(hole, (kinetic, momentum), slopes, gradient);
            self.add_field_responses(node, |r| weight * of(r), |r| moved * of(r), gradient);
        }
        value
    }
}

#[cfg(test)]
#[path = "moving_field_tests.rs"]
mod tests;
