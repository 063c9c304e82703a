//! Events of a chain that are seen at another point of parameter space, one after the other.

use super::interactions::Interactions;
use super::{Chain, Kind, Scratch, Setup};
use crate::error::Result;
use crate::flux;
use crate::run::EventSource;
use gradino_core::{Error as Ground, Event, ParamSet};
use gradino_nuclear::decay::{Cascade, Start, Step};

/// A chain that draws its events at one point and moves them to another.
///
/// Event n is event n of the chain with a weight: the ratio of its probabilities at the two points.
#[derive(Debug)]
pub struct MovedChain {
    chain: Chain,
    params: ParamSet,
    primary: Option<Interactions>,
    cascade: Option<Cascade>,
}

impl MovedChain {
    /// From the point `origin` to the point `params`, both with the parameters of `setup`.
    ///
    /// `gradients` are those that the events were drawn with: tables with derivatives differ from those without in
    /// the last digits.
    /// The energy of a monoenergetic source cannot move, because events of one energy have no weight at another one.
    pub fn prepare(setup: &Setup, origin: &ParamSet, gradients: &[usize], params: &ParamSet) -> Result<Self> {
        let value = |set: &ParamSet| set.get(flux::ENERGY).ok().map(|p| p.value);
        if value(origin) != value(params) {
            return Err(Ground::Simulation {
                reason: format!("events of one neutrino energy cannot move with {}", flux::ENERGY),
                hint: Some("make another run at that energy".into()),
            }
            .into());
        }
        let chain = Chain::prepare(setup, origin, gradients)?;
        let primary = Interactions::prepare(setup, &chain, params, &[])?;
        let moved = |cascade: &&Cascade| cascade.network().moves_to(params);
        let cascade = chain.cascade().filter(moved).map(|cascade| cascade.at_values_alone(params));
        Ok(MovedChain { chain, params: params.clone(), primary, cascade })
    }

    /// Makes event `number` as it was drawn, without gradients.
    pub fn draw_origin(&self, number: u64, scratch: &mut Scratch, event: &mut Event) {
        self.chain.draw_values(number, scratch, event);
    }

    /// The parameters at the point to which the events are moved.
    pub fn params(&self) -> &ParamSet {
        &self.params
    }

    /// The ratio of the probabilities of a cascade.
    fn cascade_ratio(&self, start: Option<Start>, steps: &[Step]) -> f64 {
        match (&self.cascade, self.chain.cascade(), start) {
            (Some(there), Some(here), Some(start)) => {
                there.probability(start, steps) / here.probability(start, steps)
            }
            _ => 1.0,
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
        event.weight *= self.cascade_ratio(start, &scratch.record.steps);
        if let (Some(there), Kind::Neutrino(here), Some(draw)) = (&self.primary, &self.chain.kind, draw) {
            let place = here.primary.place(&draw);
            let before = here.primary.density(draw.channel, &place, &mut []);
            event.weight *= there.density(&place, &mut []) / before;
        }
    }
}
