//! What to compute, in which order: a transform as a list of operations on blocks of points.
//!
//! A masked network is taken apart by degrees. The hidden numbers of degree d depend on the axes before the one in
//! place d alone, so each is computed once, when the axes that it depends on are known; drawing costs
//! no more than a density. A network for each axis stands in the list one after the other.

use super::product::{Matrix, Then};
use crate::layout::Network;
use crate::spec::{Activation, FlowSpec, TransformSpec};
use crate::weights::Weights;
use gradino_core::Manifold;
use std::ops::{Deref, Range};

/// Number of the buffer that holds the features of conditions and axes.
pub(super) const FEATURES: usize = 0;
/// Number of the buffer that holds what sets the splines.
pub(super) const RAW: usize = 1;

/// A row of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) buffer: usize,
    pub(super) row: usize,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// The matrix times the first rows of the buffer `from`.
    Product { matrix: Matrix, from: usize, into: At, then: Then },
    /// The activation of `rows` rows.
    Activate { activation: Activation, from: At, into: At, rows: usize },
    /// Writes the features of an axis where the networks see them.
    See(Sight),
    /// Takes an axis through its spline; its features are those of its coordinate in the space.
    Map { axis: usize, bins: usize, manifold: Manifold, raw: usize, sight: Option<Sight> },
}

/// Where the features of an axis go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    pub(super) axis: usize,
    pub(super) manifold: Manifold,
    pub(super) row: usize,
    pub(super) features: usize,
}

/// A transform as a list of operations.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) operations: Vec<Operation>,
    /// Rows of each buffer.
    pub(super) buffers: Vec<usize>,
}

impl Plan {
    /// The plan of a transform; `tallest` is the largest panel of the kernel of products.
    pub(super) fn new(spec: &FlowSpec, weights: &Weights, turn: usize, tallest: usize) -> Self {
        let transform = &spec.transforms[turn];
        let mut builder = Builder::new(spec, transform, tallest);
        for place in 0..transform.mapped().start {
            builder.see(place);
        }
        for network in spec.networks().into_iter().filter(|network| network.transform == turn) {
            let numbers = network.layers.iter().map(|layer| weights.layer(layer)).collect();
            let network = Numbered { network, numbers };
            match network.layers[0].degrees {
                Some(_) => network.sets.clone().for_each(|place| builder.network(&network, Some(place))),
                None => builder.network(&network, None),
            }
        }
        builder.plan
    }

    /// Multiplications and additions of the matrices for one point.
    pub(super) fn operations_per_point(&self) -> f64 {
        let of = |operation: &Operation| match operation {
            Operation::Product { matrix, .. } => 2.0 * (matrix.inputs() * matrix.outputs()) as f64,
            _ => 0.0,
        };
        self.operations.iter().map(of).sum()
    }
}

/// A network with W, masked, and b of each of its layers.
struct Numbered<'a> {
    network: Network,
    numbers: Vec<(Vec<f32>, &'a [f32])>,
}

impl Deref for Numbered<'_> {
    type Target = Network;
    fn deref(&self) -> &Network {
        &self.network
    }
}

/// Number of a hidden buffer.
fn hidden(layer: usize) -> usize {
    RAW + 1 + layer
}

struct Builder<'a> {
    spec: &'a FlowSpec,
    transform: &'a TransformSpec,
    tallest: usize,
    conditions: usize,
    plan: Plan,
}

impl<'a> Builder<'a> {
    fn new(spec: &'a FlowSpec, transform: &'a TransformSpec, tallest: usize) -> Self {
        let conditions = spec.features.of_conditions(&spec.space.conditions);
        let plan = Plan { operations: Vec::new(), buffers: vec![conditions, 0] };
        let mut builder = Builder { spec, transform, tallest, conditions, plan };
        builder.plan.buffers[FEATURES] = builder.first_feature(transform.order.len());
        builder
    }

    /// The row of the first feature of the axis in a place: those of the conditions come first, then the axes
    /// in their order.
    fn first_feature(&self, place: usize) -> usize {
        let of = |&axis: &usize| self.spec.features.of_axis(self.spec.space.axes[axis].manifold);
        self.conditions + self.transform.order[..place].iter().map(of).sum::<usize>()
    }

    fn sight(&self, place: usize) -> Sight {
        let axis = self.transform.order[place];
        let manifold = self.spec.space.axes[axis].manifold;
        let features = self.spec.features.of_axis(manifold);
        Sight { axis, manifold, row: self.first_feature(place), features }
    }

    fn see(&mut self, place: usize) {
        self.plan.operations.push(Operation::See(self.sight(place)));
    }

    /// What a network computes for the splines that it sets, or for that in one place alone.
    fn network(&mut self, network: &Numbered, place: Option<usize>) {
        if network.residual {
            self.residual(network, place);
        } else {
            self.plain(network);
        }
        self.map(place.map_or(network.sets.clone(), |place| place..place + 1));
    }

    /// Layers with the activation after each but the last.
    fn plain(&mut self, network: &Numbered) {
        let last = network.layers.len() - 1;
        for number in 0..last {
            let from = if number == 0 { FEATURES } else { hidden(number - 1) };
            let rows = self.product(network, number, None, from, hidden(number), Then::Store);
            let at = At { buffer: hidden(number), row: rows.start };
            self.activate(network.activation, at, at, rows.len());
        }
        self.product(network, last, None, hidden(last - 1), RAW, Then::Store);
    }

    /// h = W x + b, then blocks h += W2 act(W1 act(h) + b1) + b2, then the last layer. The activated numbers are
    /// kept in buffers of their own, since those of higher degrees need them.
    fn residual(&mut self, network: &Numbered, place: Option<usize>) {
        let last = network.layers.len() - 1;
        let rows = self.product(network, 0, place, FEATURES, hidden(0), Then::Store);
        for first in (1..last).step_by(2) {
            let at = |buffer| At { buffer: hidden(buffer), row: rows.start };
            self.activate(network.activation, at(0), at(first), rows.len());
            self.product(network, first, place, hidden(first), hidden(first + 1), Then::Store);
            self.activate(network.activation, at(first + 1), at(first + 1), rows.len());
            self.product(network, first + 1, place, hidden(first + 1), hidden(0), Then::Add);
        }
        self.product(network, last, place, hidden(0), RAW, Then::Store);
    }

    /// Splines of the axes in some places, whose numbers begin at the start of the buffer.
    fn map(&mut self, places: Range<usize>) {
        let mut raw = 0;
        for place in places {
            let Sight { axis, manifold, .. } = self.sight(place);
            let seen = self.transform.mapped().start == 0 && place + 1 < self.transform.order.len();
            let sight = seen.then(|| self.sight(place));
            let bins = self.transform.bins;
            self.plan.operations.push(Operation::Map { axis, bins, manifold, raw, sight });
            raw += self.spec.numbers(self.transform, place);
        }
        self.room(RAW, raw);
    }

    fn activate(&mut self, activation: Activation, from: At, into: At, rows: usize) {
        self.room(into.buffer, into.row + rows);
        self.plan.operations.push(Operation::Activate { activation, from, into, rows });
    }

    /// A layer, or its outputs of degree `place`, from its inputs up to that degree. Gives the rows that it fills.
    fn product(
        &mut self,
        network: &Numbered,
        number: usize,
        place: Option<usize>,
        from: usize,
        buffer: usize,
        then: Then,
    ) -> Range<usize> {
        let layer = &network.layers[number];
        let (inputs, outputs) = match (&layer.degrees, place) {
            (Some((of_inputs, of_outputs)), Some(place)) => {
                let first = |degree| of_outputs.partition_point(|&of_output| of_output < degree);
                let below = of_inputs.iter().filter(|&&degree| degree <= place).count();
                (below, first(place)..first(place + 1))
            }
            _ => (layer.inputs, 0..layer.outputs),
        };
        let (weight, bias) = &network.numbers[number];
        let axes = if number == 0 { layer.inputs - self.conditions } else { 0 };
        let own = |row: usize| if number == 0 { self.own_row(row, axes) } else { row };
        let number = |row: usize, output: usize| weight[own(row) * layer.outputs + outputs.start + output];
        let matrix = Matrix::pack(inputs, bias[outputs.clone()].to_vec(), self.tallest, number);
        let row = if buffer == RAW { 0 } else { outputs.start };
        self.room(buffer, row + outputs.len());
        self.plan.operations.push(Operation::Product { matrix, from, into: At { buffer, row }, then });
        outputs
    }

    /// The row of W for a row of the buffer of features: W's begin with `axes` features of axes, the buffer's
    /// with those of the conditions.
    fn own_row(&self, row: usize, axes: usize) -> usize {
        if row < self.conditions { axes + row } else { row - self.conditions }
    }

    fn room(&mut self, buffer: usize, rows: usize) {
        let buffers = &mut self.plan.buffers;
        buffers.resize(buffers.len().max(buffer + 1), 0);
        buffers[buffer] = buffers[buffer].max(rows);
    }
}
