//! Events of a chain that are seen at other points of parameter space, one after the other.

use super::interactions::Interactions;
use super::{Chain, Kind, Scratch, Setup};
use crate::error::Result;
use crate::flux;
use crate::run::EventSource;
use gradino_core::{Error as Ground, Event, First, Line, ParamSet, Second, Third};
use gradino_nuclear::decay::{Cascade, Start, Step, Transport};
use std::fmt;
use std::sync::Arc;

/// How events come to another point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// By the exact ratio of the probabilities of their paths; all energies stay.
    Reweight,
    /// The energies of first steps into a continuum move, to this order of their Taylor series in the shift, and the
    /// discrete choices are weighted to the same order.
    Expand(Order),
}

/// The order of a Taylor series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Up to the first derivative.
    First,
    /// Up to the second.
    #[default]
    Second,
    /// Up to the third.
    Third,
}

impl Order {
    /// All of them.
    pub const ALL: [Order; 3] = [Order::First, Order::Second, Order::Third];

    /// As a number.
    pub fn number(self) -> usize {
        match self {
            Order::First => 1,
            Order::Second => 2,
            Order::Third => 3,
        }
    }
}

impl Default for Method {
    fn default() -> Self {
        Method::Expand(Order::default())
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Method::Reweight => f.write_str("reweighted"),
            Method::Expand(order) => write!(f, "moved to order {}", order.number()),
        }
    }
}

/// A chain that draws its events at one point and can move them along a line to others.
pub struct Mover {
    setup: Setup,
    chain: Arc<Chain>,
    line: Line,
    along: Option<Arc<dyn Transport>>,
}

impl Mover {
    /// Draws at the point `origin` with the gradients `gradients`, because tables with derivatives differ from those
    /// without in the last digits, and moves towards the point `target`. Both have the parameters of `setup`. Without
    /// an `order` events can only be weighted.
    ///
    /// The energy of a monoenergetic source cannot move, because events of one energy have no weight at another one.
    pub fn prepare(
        setup: &Setup,
        origin: &ParamSet,
        gradients: &[usize],
        target: &ParamSet,
        order: Option<Order>,
    ) -> Result<Self> {
        setup.check_paths()?;
        let energy = |set: &ParamSet| set.get(flux::ENERGY).ok().map(|p| p.value);
        if energy(origin) != energy(target) {
            return Err(Ground::Simulation {
                reason: format!("events of one neutrino energy cannot move with {}", flux::ENERGY),
                hint: Some("make another run at that energy".into()),
            }
            .into());
        }
        let chain = Arc::new(Chain::prepare(setup, origin, gradients)?);
        let line = Line { origin: origin.clone(), target: target.clone() };
        let moved = |cascade: &&Cascade| cascade.network().moves_to(target);
        let cascade = chain.cascade().filter(moved);
        let along = cascade.zip(order).map(|(cascade, order)| -> Arc<dyn Transport> {
            match order {
                Order::First => Arc::new(cascade.along::<First>(&line)),
                Order::Second => Arc::new(cascade.along::<Second>(&line)),
                Order::Third => Arc::new(cascade.along::<Third>(&line)),
            }
        });
        Ok(Mover { setup: setup.clone(), chain, line, along })
    }

    /// Makes event `number` as it was drawn, without gradients.
    pub fn draw_origin(&self, number: u64, scratch: &mut Scratch, event: &mut Event) {
        self.chain.draw_values(number, scratch, event);
    }

    /// The point origin + t (target - origin), within the bounds of the parameters.
    pub fn point(&self, t: f64) -> Result<ParamSet> {
        let mut params = self.line.origin.clone();
        for (from, to) in self.line.origin.iter().zip(self.line.target.iter()) {
            if from.value != to.value {
                let there = if t == 1.0 { to.value } else { from.value + t * (to.value - from.value) };
                params.set(&from.name, there)?;
            }
        }
        Ok(params)
    }

    /// The events at the point `t` of the line. An order above that of [`Mover::prepare`] counts as that.
    pub fn at(&self, t: f64, method: Method) -> Result<MovedChain> {
        let params = self.point(t)?;
        let primary = Interactions::prepare(&self.setup, &self.chain, &params, &[])?;
        let moved = |cascade: &&Cascade| cascade.network().moves_to(&params);
        let cascade = match (method, &self.along, self.chain.cascade().filter(moved)) {
            (_, _, None) => Law::Same,
            (Method::Expand(order), Some(along), _) => {
                let order = order.number().min(along.order());
                Law::Along { along: along.clone(), order, t }
            }
            (_, _, Some(cascade)) => Law::There(Box::new(cascade.at_values_only(&params))),
        };
        Ok(MovedChain { chain: self.chain.clone(), params, primary, cascade })
    }
}

/// Events of a [`Mover`] at one point: event n is event n of the chain, with a weight and perhaps other energies.
///
/// Primary interactions are weighted by the exact ratio of their probabilities, whatever the method.
pub struct MovedChain {
    chain: Arc<Chain>,
    params: ParamSet,
    primary: Option<Interactions>,
    cascade: Law,
}

/// The law of cascades at a point.
enum Law {
    /// That of the origin.
    Same,
    /// Its own.
    There(Box<Cascade>),
    /// From derivatives at the origin.
    Along { along: Arc<dyn Transport>, order: usize, t: f64 },
}

impl MovedChain {
    /// The parameters at the point.
    pub fn params(&self) -> &ParamSet {
        &self.params
    }

    /// Moves a cascade; the ratio of its probabilities, and whether energies have moved.
    fn move_cascade(&self, start: Start, steps: &mut [Step]) -> (f64, bool) {
        match (&self.cascade, self.chain.cascade()) {
            (Law::There(there), Some(here)) => {
                let before = here.probability(start, steps);
                // Rounding can hide where at the very edge of a continuum an energy was drawn.
                let ratio = if before > 0.0 { there.probability(start, steps) / before } else { 1.0 };
                (ratio, false)
            }
            (Law::Along { along, order, t }, _) => {
                let energy = |steps: &[Step]| steps.first().map(|step| step.excitation);
                let before = energy(steps);
                let ratio = along.transport(start, steps, *order, *t);
                (ratio, energy(steps) != before)
            }
            _ => (1.0, false),
        }
    }
}

impl EventSource for MovedChain {
    type Scratch = Scratch;

    fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    fn draw(&self, number: u64, scratch: &mut Scratch, event: &mut Event) {
        let (start, draw) = self.chain.draw_values(number, scratch, event);
        if let Some(start) = start {
            let (ratio, moved) = self.move_cascade(start, &mut scratch.record.steps);
            if moved {
                event.clear(number);
                self.chain.write_event(draw.as_ref(), Some(start), scratch, event);
            }
            event.weight *= ratio;
        }
        if let (Some(there), Kind::Neutrino(here), Some(draw)) = (&self.primary, &self.chain.kind, draw) {
            let place = here.primary.place(&draw);
            let before = here.primary.density(draw.channel, &place, &mut []);
            event.weight *= there.density(&place, &mut []) / before;
        }
    }
}
