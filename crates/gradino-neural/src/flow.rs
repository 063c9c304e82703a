//! A flow, evaluated as it is defined: one point after the other, in any [`Real`] number. Faster evaluations, and
//! the training, agree with this one.

use crate::error::{Error, Result};
use crate::layout::{Layer, Network};
use crate::spec::{Activation, FlowSpec, TransformSpec};
use crate::spline::Spline;
use crate::weights::Weights;
use gradino_core::{Axis, Condition, Density, Domain, Manifold, Purpose, Real, Sampler, Space, Stream};
use std::path::Path;

/// A conditional normalizing flow with its weights.
#[derive(Clone, Debug)]
pub struct Flow {
    weights: Weights,
    networks: Vec<(Network, Vec<Affine>)>,
    extrapolate: bool,
}

/// A layer with its numbers: y = x W + b, W of shape [inputs, outputs].
#[derive(Clone, Debug)]
struct Affine {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// A point on its way through a flow, in the unit cube.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped<D> {
    /// Where it comes out.
    pub point: Vec<D>,
    /// ln |det d(out)/d(in)|.
    pub ln_volume: D,
}

impl Flow {
    /// The flow of some weights.
    pub fn new(weights: Weights) -> Self {
        let affine = |layer: &Layer| {
            let (weight, bias) = weights.layer(layer);
            Affine { weight, bias: bias.to_vec() }
        };
        let numbers = |network: Network| {
            let layers = network.layers.iter().map(affine).collect();
            (network, layers)
        };
        let networks = weights.spec().networks().into_iter().map(numbers).collect();
        Flow { weights, networks, extrapolate: false }
    }

    /// The flow in a file.
    pub fn load(path: &Path) -> Result<Self> {
        Ok(Flow::new(Weights::load(path)?))
    }

    /// The same flow, with conditions allowed outside the range in which it was trained, where it may be wrong.
    pub fn extrapolating(self) -> Self {
        Flow { extrapolate: true, ..self }
    }

    /// Its weights.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// What a point and a condition are.
    pub fn space(&self) -> &Space {
        &self.spec().space
    }

    fn spec(&self) -> &FlowSpec {
        self.weights.spec()
    }

    /// Maps a point of the unit cube to the base, where points are even: the logarithm of the density of the flow
    /// in the unit cube is `ln_volume`. Coordinates of circles lie in [0, 1).
    pub fn to_base<D: Real>(&self, conditions: &[D], unit: &[D]) -> Mapped<D> {
        let seen = self.condition_features(conditions);
        let mut mapped = Mapped { point: unit.to_vec(), ln_volume: D::zero() };
        for turn in 0..self.spec().transforms.len() {
            let before = mapped.point.clone();
            for (axis, spline) in self.splines(turn, usize::MAX, &before, &seen) {
                let image = spline.forward(before[axis]);
                mapped.point[axis] = image.value;
                mapped.ln_volume += image.slope.ln();
            }
        }
        mapped
    }

    /// Maps a point of the base to the unit cube; the inverse of [`Flow::to_base`].
    pub fn from_base<D: Real>(&self, conditions: &[D], base: &[D]) -> Mapped<D> {
        let seen = self.condition_features(conditions);
        let mut mapped = Mapped { point: base.to_vec(), ln_volume: D::zero() };
        for (turn, transform) in self.spec().transforms.iter().enumerate().rev() {
            let after = mapped.point.clone();
            for place in transform.mapped() {
                let axis = transform.order[place];
                let (_, spline) = self
                    .splines(turn, place, &mapped.point, &seen)
                    .pop()
                    .expect("each mapped place has a spline");
                let image = spline.inverse(after[axis]);
                mapped.point[axis] = self.wrapped(axis, image.value);
                mapped.ln_volume += image.slope.ln();
            }
        }
        mapped
    }

    /// The splines of a transform up to and with a place of its order, each with its axis.
    fn splines<D: Real>(
        &self,
        turn: usize,
        last: usize,
        unit: &[D],
        conditions: &[D],
    ) -> Vec<(usize, Spline<D>)> {
        let transform = &self.spec().transforms[turn];
        let networks = self.networks.iter().filter(|(network, _)| network.transform == turn);
        let mut splines = Vec::new();
        for (network, layers) in networks.filter(|(network, _)| network.sets.start <= last) {
            let numbers = self.run(network, layers, unit, conditions);
            splines.extend(self.cut(transform, network, last, &numbers));
        }
        splines
    }

    /// The output of a network, cut into splines.
    fn cut<D: Real>(
        &self,
        transform: &TransformSpec,
        network: &Network,
        last: usize,
        numbers: &[D],
    ) -> Vec<(usize, Spline<D>)> {
        let mut start = 0;
        let spline = |place: usize| {
            let (axis, begin) = (transform.order[place], start);
            start += self.spec().numbers(transform, place);
            let manifold = self.space().axes[axis].manifold;
            (axis, Spline::from_raw(&numbers[begin..start], transform.bins, manifold))
        };
        network.sets.clone().filter(|&place| place <= last).map(spline).collect()
    }

    /// The output of a network.
    fn run<D: Real>(&self, network: &Network, layers: &[Affine], unit: &[D], conditions: &[D]) -> Vec<D> {
        let mut features = Vec::new();
        for &axis in &network.sees {
            let manifold = self.space().axes[axis].manifold;
            self.spec().features.push_axis(manifold, unit[axis], &mut features);
        }
        features.extend_from_slice(conditions);
        let act =
            |numbers: &[D]| -> Vec<D> { numbers.iter().map(|&x| network.activation.apply(x)).collect() };
        let (first, inner, last) = (&layers[0], &layers[1..layers.len() - 1], &layers[layers.len() - 1]);
        let mut hidden = first.apply(&features);
        if network.residual {
            for block in inner.chunks_exact(2) {
                let step = block[1].apply(&act(&block[0].apply(&act(&hidden))));
                hidden.iter_mut().zip(step).for_each(|(h, step)| *h += step);
            }
            return last.apply(&hidden);
        }
        for layer in inner {
            hidden = layer.apply(&act(&hidden));
        }
        last.apply(&act(&hidden))
    }

    fn condition_features<D: Real>(&self, conditions: &[D]) -> Vec<D> {
        let mut features = Vec::new();
        self.spec().features.push_conditions(&self.space().conditions, conditions, &mut features);
        features
    }

    /// A coordinate of a circle modulo one, in [0, 1); one of an interval as it is.
    fn wrapped<D: Real>(&self, axis: usize, unit: D) -> D {
        if self.space().axes[axis].manifold == Manifold::Interval {
            return unit;
        }
        let wrapped = unit - unit.re().floor();
        if wrapped.re() < 1.0 { wrapped } else { wrapped - 1.0 }
    }

    /// Refuses conditions that are undefined, or outside their range when that was not asked for.
    pub fn check_conditions(&self, conditions: &[f64]) -> Result<()> {
        for (condition, &value) in self.space().conditions.iter().zip(conditions) {
            let outside = matches!(condition.domain, Domain::Range { .. }) && value.is_finite();
            if !(self.extrapolate && outside) {
                Condition::check(condition, value)?;
            }
        }
        Ok(())
    }

    /// A point in the unit cube.
    pub(crate) fn unit(&self, point: &[f64]) -> Result<Vec<f64>> {
        let coordinate = |(number, (axis, &value)): (usize, (&Axis, &f64))| {
            let unit = self.wrapped(number, (value - axis.low) / axis.length());
            if (0.0..=1.0).contains(&unit) {
                return Ok(unit);
            }
            Err(Error::outside(axis, value))
        };
        self.space().axes.iter().zip(point).enumerate().map(coordinate).collect()
    }

    /// ln q(x | c) of points, rows of axes under rows of conditions: q per unit of each axis, normalised.
    pub fn ln_density(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        let (axes, wide) = (self.space().axes.len(), self.space().conditions.len());
        let ln_space = self.ln_space();
        for (row, value) in values.iter_mut().enumerate() {
            let conditions = &conditions[row * wide..(row + 1) * wide];
            self.check_conditions(conditions)?;
            let unit = self.unit(&points[row * axes..(row + 1) * axes])?;
            *value = self.to_base(conditions, &unit).ln_volume - ln_space;
        }
        Ok(())
    }

    /// A coordinate of a point, in the unit of its axis.
    pub(crate) fn coordinate(&self, axis: usize, unit: f64) -> f64 {
        let Axis { low, .. } = self.space().axes[axis];
        low + self.wrapped(axis, unit) * self.space().axes[axis].length()
    }

    /// Logarithm of the volume of the space.
    pub(crate) fn ln_space(&self) -> f64 {
        self.space().axes.iter().map(|axis| axis.length().ln()).sum()
    }

    /// Draws points as [`Sampler::draw_numbers`] does, with the logarithms of their densities.
    pub fn sample(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        ln_densities: &mut [f64],
    ) -> Result<()> {
        let wide = self.space().conditions.len();
        let ln_space = self.ln_space();
        let rows = points.chunks_exact_mut(self.space().axes.len()).zip(ln_densities);
        for (row, (point, ln_density)) in rows.enumerate() {
            let conditions = &conditions[row * wide..(row + 1) * wide];
            self.check_conditions(conditions)?;
            let mut stream = Stream::new(seed, numbers[row], Purpose::Point);
            let base: Vec<f64> = point.iter().map(|_| stream.uniform()).collect();
            let mapped = self.from_base(conditions, &base);
            *ln_density = -mapped.ln_volume - ln_space;
            for (axis, (x, unit)) in point.iter_mut().zip(mapped.point).enumerate() {
                *x = self.coordinate(axis, unit);
            }
        }
        Ok(())
    }
}

impl Affine {
    /// y = x W + b.
    fn apply<D: Real>(&self, x: &[D]) -> Vec<D> {
        let mut y: Vec<D> = self.bias.iter().map(|&b| D::from(f64::from(b))).collect();
        for (row, &x) in self.weight.chunks_exact(self.bias.len()).zip(x) {
            for (y, &w) in y.iter_mut().zip(row) {
                *y += x * f64::from(w);
            }
        }
        y
    }
}

impl Activation {
    /// The function between layers.
    pub fn apply<D: Real>(self, x: D) -> D {
        match self {
            Activation::Relu => x.max(D::zero()),
            Activation::Silu => x / ((-x).exp() + 1.0),
        }
    }
}

/// An error of the flow as the traits of the ground know it.
pub(crate) fn simulation(error: Error) -> gradino_core::Error {
    match error {
        Error::Core(error) => error,
        other => gradino_core::Error::Simulation { reason: other.to_string(), hint: other.hint() },
    }
}

impl Density for Flow {
    fn space(&self) -> &Space {
        &self.spec().space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        self.ln_density(conditions, points, values).map_err(simulation)?;
        values.iter_mut().for_each(|value| *value = value.exp());
        Ok(())
    }
}

impl Sampler for Flow {
    fn space(&self) -> &Space {
        &self.spec().space
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        self.sample(seed, numbers, conditions, points, densities).map_err(simulation)?;
        densities.iter_mut().for_each(|density| *density = density.exp());
        Ok(())
    }
}
