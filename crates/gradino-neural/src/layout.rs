//! The networks of a flow: what each sees and sets, and the names, shapes and masks of its layers.

use crate::spec::{Activation, Conditioner, FlowSpec, Kind, TransformSpec};
use crate::spline;
use std::ops::Range;

/// A network that sets splines of one transform.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The transform.
    pub transform: usize,
    /// The axes whose features it sees, in this order; the features of the conditions follow.
    pub sees: Vec<usize>,
    /// The places in the transform's order, one after the other, whose axes' splines it sets.
    pub sets: Range<usize>,
    /// Its layers, in their order: y = x W + b.
    ///
    /// Plain: the activation comes after each layer but the last. Residual: the first and the last layer have no
    /// activation; between, each pair of layers is a block, h := h + W2 act(W1 act(h) + b1) + b2 (he2016).
    pub layers: Vec<Layer>,
    /// Whether it is a residual network.
    pub residual: bool,
    /// The function between layers.
    pub activation: Activation,
}

/// A layer of a network, y = x (W * mask) + b. Its tensors are `NAME.weight` and `NAME.bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its name, as "transform.0.axis.2.layer.1", or "transform.0.layer.1" where one network sets all axes.
    pub name: String,
    /// Numbers that come in: rows of W.
    pub inputs: usize,
    /// Numbers that go out: columns of W.
    pub outputs: usize,
    /// Degrees of a masked network (germain2015): W connects an input to an output only if the input's degree
    /// is not above the output's.
    pub degrees: Option<(Vec<usize>, Vec<usize>)>,
}

impl Layer {
    /// Name of W, whose shape is [inputs, outputs].
    pub fn weight(&self) -> String {
        format!("{}.weight", self.name)
    }

    /// Name of b, whose shape is [outputs].
    pub fn bias(&self) -> String {
        format!("{}.bias", self.name)
    }

    /// Whether W connects an input with an output.
    pub fn connects(&self, input: usize, output: usize) -> bool {
        self.degrees.as_ref().is_none_or(|(from, to)| from[input] <= to[output])
    }
}

impl FlowSpec {
    /// All networks: transform by transform, in each place by place of its order. The last layer of a network
    /// gives, for each place that it sets, `bins` widths, then `bins` heights, then the slopes.
    pub fn networks(&self) -> Vec<Network> {
        self.transforms.iter().enumerate().flat_map(|(turn, t)| self.networks_of(turn, t)).collect()
    }

    fn networks_of(&self, turn: usize, transform: &TransformSpec) -> Vec<Network> {
        match transform.conditioner {
            Conditioner::Masked { width, blocks, activation } => {
                let sees = match transform.kind {
                    Kind::Autoregressive => transform.order.len() - 1,
                    Kind::Coupling => transform.order.len() / 2,
                };
                let prefix = format!("transform.{turn}");
                let widths = vec![width; 1 + 2 * blocks];
                let mut network = self.network(turn, prefix, sees, transform.mapped(), &widths);
                (network.residual, network.activation) = (true, activation);
                if transform.kind == Kind::Autoregressive {
                    self.mask(transform, &mut network);
                }
                vec![network]
            }
            Conditioner::PerAxis { width, layers, activation } => {
                let network = |place: usize| {
                    let prefix = format!("transform.{turn}.axis.{}", transform.order[place]);
                    let seen = transform.seen(place);
                    Network {
                        activation,
                        ..self.network(turn, prefix, seen, place..place + 1, &vec![width; layers])
                    }
                };
                transform.mapped().map(network).collect()
            }
        }
    }

    /// A plain network that sees the first `seen` axes of the order.
    fn network(
        &self,
        turn: usize,
        prefix: String,
        seen: usize,
        sets: Range<usize>,
        hidden: &[usize],
    ) -> Network {
        let transform = &self.transforms[turn];
        let sees = transform.order[..seen].to_vec();
        let axis_features = |&axis: &usize| self.features.of_axis(self.space.axes[axis].manifold);
        let inputs = sees.iter().map(axis_features).sum::<usize>()
            + self.features.of_conditions(&self.space.conditions);
        let outputs = sets.clone().map(|place| self.numbers(transform, place)).sum();
        let mut sizes = vec![inputs];
        sizes.extend_from_slice(hidden);
        sizes.push(outputs);
        let layer = |(number, pair): (usize, &[usize])| Layer {
            name: format!("{prefix}.layer.{number}"),
            inputs: pair[0],
            outputs: pair[1],
            degrees: None,
        };
        let layers = sizes.windows(2).enumerate().map(layer).collect();
        Network { transform: turn, sees, sets, layers, residual: false, activation: Activation::Relu }
    }

    /// How many numbers set the spline of the axis in a place of a transform's order.
    pub fn numbers(&self, transform: &TransformSpec, place: usize) -> usize {
        spline::numbers(transform.bins, self.space.axes[transform.order[place]].manifold)
    }

    /// Degrees: of a feature of the axis in place p, p + 1; of a feature of a condition, 0; of hidden number h of
    /// w, h n / w rounded down, with n axes; of a number of the spline in place p, p.
    fn mask(&self, transform: &TransformSpec, network: &mut Network) {
        let mut of_inputs = Vec::new();
        for (place, &axis) in network.sees.iter().enumerate() {
            let features = self.features.of_axis(self.space.axes[axis].manifold);
            of_inputs.extend(std::iter::repeat_n(place + 1, features));
        }
        of_inputs.resize(network.layers[0].inputs, 0);
        let axes = transform.order.len();
        let hidden =
            |width: usize| -> Vec<usize> { (0..width).map(|number| number * axes / width).collect() };
        let of_outputs: Vec<usize> =
            (0..axes).flat_map(|place| std::iter::repeat_n(place, self.numbers(transform, place))).collect();
        let last = network.layers.len() - 1;
        for (number, layer) in network.layers.iter_mut().enumerate() {
            let from = if number == 0 { of_inputs.clone() } else { hidden(layer.inputs) };
            let to = if number == last { of_outputs.clone() } else { hidden(layer.outputs) };
            layer.degrees = Some((from, to));
        }
    }
}
