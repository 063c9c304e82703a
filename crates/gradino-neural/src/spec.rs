//! What a flow is, apart from its weights: its space, its transforms, and the networks that set their splines.

use crate::error::{Error, Result};
use gradino_core::{Condition, Domain, Manifold, Space};
use serde::{Deserialize, Serialize};

/// A conditional normalizing flow: points of the space go through the transforms, the first first, and come
/// out evenly distributed over the unit cube; points are drawn the other way round (papamakarios2017).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowSpec {
    /// What a point and a condition are. Conditions outside are extrapolated only on purpose.
    pub space: Space,
    /// How the networks see numbers.
    pub features: Features,
    /// The transforms, in the order in which a point of the space goes through them.
    pub transforms: Vec<TransformSpec>,
}

/// How many functions of a number a network sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// Chebyshev polynomials T_1 to T_n of a coordinate of an interval, with the ends at -1 and 1.
    pub interval: usize,
    /// cos(k phi), sin(k phi), k = 1 to n, of a coordinate of a circle.
    pub circle: usize,
    /// Chebyshev polynomials of a condition that is a number. A kind is seen as one number per kind, 1 or 0.
    pub condition: usize,
}

/// One transform: a spline for each axis that it maps, set by networks that see other axes and the conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformSpec {
    /// Which axes a spline depends on.
    pub kind: Kind,
    /// All axes, in the order in which they depend on each other.
    pub order: Vec<usize>,
    /// Bins of each spline.
    pub bins: usize,
    /// The networks.
    pub conditioner: Conditioner,
}

/// Which axes the spline of an axis depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// On those before it in the order (papamakarios2017).
    Autoregressive,
    /// On the first half of the order, which itself stays as it is (dinh2017); with an odd number of axes the
    /// smaller half.
    Coupling,
}

/// The networks that set the splines of a transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Conditioner {
    /// One residual network for all axes, masked where they may not see each other (germain2015, nash2019).
    Masked {
        /// Numbers in each hidden layer.
        width: usize,
        /// Residual blocks, each of two layers.
        blocks: usize,
        /// The function between layers.
        activation: Activation,
    },
    /// A plain network for each axis.
    PerAxis {
        /// Numbers in each hidden layer.
        width: usize,
        /// Hidden layers.
        layers: usize,
        /// The function between layers.
        activation: Activation,
    },
}

/// The function between the layers of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// x / (1 + exp(-x)) (elfwing2018).
    Silu,
}

/// Flows with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The published architecture S: 10 masked autoregressive transforms, 256 wide.
    Small,
    /// The published architecture M: 10 masked autoregressive transforms, 512 wide.
    Medium,
    /// The published architecture L: 25 masked autoregressive transforms, 512 wide.
    Large,
    /// Ours: few autoregressive transforms, with a narrow network for each axis.
    Compact,
}

/// Residual blocks and bins of the published architectures: with them, and with the masks in the file, the
/// published sizes come out.
const PUBLISHED: (usize, usize) = (2, 10);

impl FlowSpec {
    /// The flow with a name, over `space`.
    pub fn preset(preset: Preset, space: Space) -> Self {
        let (transforms, width) = match preset {
            Preset::Small => (10, 256),
            Preset::Medium => (10, 512),
            Preset::Large => (25, 512),
            Preset::Compact => return Self::compact(space),
        };
        let (blocks, bins) = PUBLISHED;
        let conditioner = Conditioner::Masked { width, blocks, activation: Activation::Relu };
        let features = Features { interval: 1, circle: 1, condition: 1 };
        Self::alternating(space, features, transforms, bins, conditioner)
    }

    /// Two transforms with a network for each axis: what a transform of splines with enough bins and a smooth
    /// network cannot express in one order of the axes, the reverse order can.
    fn compact(space: Space) -> Self {
        let conditioner = Conditioner::PerAxis { width: 64, layers: 2, activation: Activation::Silu };
        let features = Features { interval: 4, circle: 2, condition: 4 };
        Self::alternating(space, features, 2, 16, conditioner)
    }

    /// Autoregressive transforms, the axes in their order and in the reverse one by turns.
    pub fn alternating(
        space: Space,
        features: Features,
        transforms: usize,
        bins: usize,
        conditioner: Conditioner,
    ) -> Self {
        let axes = space.axes.len();
        let order = |turn: usize| match turn % 2 {
            0 => (0..axes).collect(),
            _ => (0..axes).rev().collect(),
        };
        let transform =
            |turn| TransformSpec { kind: Kind::Autoregressive, order: order(turn), bins, conditioner };
        FlowSpec { space, features, transforms: (0..transforms).map(transform).collect() }
    }

    /// Refuses a flow that cannot be built.
    pub fn check(&self) -> Result<()> {
        self.space.check()?;
        let at_least = |what: &'static str, found: usize, least: usize| match found < least {
            true => Err(Error::TooFew { what, found, least }),
            false => Ok(()),
        };
        at_least("transforms", self.transforms.len(), 1)?;
        let Features { interval, circle, condition } = self.features;
        at_least("features", interval.min(circle).min(condition), 1)?;
        for (turn, transform) in self.transforms.iter().enumerate() {
            let mut sorted = transform.order.clone();
            sorted.sort_unstable();
            if !sorted.iter().copied().eq(0..self.space.axes.len()) {
                return Err(Error::NotAnOrder { transform: turn, order: transform.order.clone() });
            }
            at_least("bins", transform.bins, 2)?;
            if transform.kind == Kind::Coupling {
                at_least("axes of a coupling transform", sorted.len(), 2)?;
            }
            match transform.conditioner {
                Conditioner::Masked { width, .. } => at_least("hidden numbers", width, sorted.len())?,
                Conditioner::PerAxis { width, layers, .. } => {
                    at_least("hidden numbers", width, 1)?;
                    at_least("hidden layers", layers, 1)?;
                }
            }
        }
        Ok(())
    }
}

impl Features {
    /// How many numbers a coordinate becomes.
    pub fn of_axis(&self, manifold: Manifold) -> usize {
        match manifold {
            Manifold::Interval => self.interval,
            Manifold::Circle => 2 * self.circle,
        }
    }

    /// How many numbers the conditions become. Without conditions it is one, which is always 1.
    pub fn of_conditions(&self, conditions: &[Condition]) -> usize {
        let of = |condition: &Condition| match &condition.domain {
            Domain::Range { .. } => self.condition,
            Domain::Category { labels } => labels.len(),
        };
        conditions.iter().map(of).sum::<usize>().max(1)
    }
}

impl TransformSpec {
    /// How many axes, from the start of the order, each spline may see at most: the axis in place `place` sees
    /// the first `seen(place)` of the order.
    pub fn seen(&self, place: usize) -> usize {
        match self.kind {
            Kind::Autoregressive => place,
            Kind::Coupling => self.order.len() / 2,
        }
    }

    /// The places of the order whose axes are mapped.
    pub fn mapped(&self) -> std::ops::Range<usize> {
        match self.kind {
            Kind::Autoregressive => 0..self.order.len(),
            Kind::Coupling => self.order.len() / 2..self.order.len(),
        }
    }
}
