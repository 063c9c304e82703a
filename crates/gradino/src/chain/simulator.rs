//! The chain as a simulation that can be fitted.

use super::bank::{ChainBank, Part};
use super::moving::{BLOCK, Moving, ground};
use super::primary::Weighting;
use super::{Chain, Kind, Origin, Scratch, Setup};
use crate::Observable;
use crate::config::Config;
use crate::error::Result;
use crate::flux;
use gradino_core::{Bank, Error as Ground, Event, ParamSet, Parameter, Simulator};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// A chain whose events are drawn once and then seen at other values of some of its parameters.
#[derive(Clone, Debug)]
pub struct ChainSimulator {
    moving: Arc<Moving>,
}

impl ChainSimulator {
    /// Moves the parameters at the ascending positions `wanted` of `params`; the others keep their values there.
    ///
    /// Energies follow flux times cross section whatever the weighting of the setup, so that events have weight 1
    /// where they are drawn. The energy of a monoenergetic source cannot move, because events of one energy have
    /// no weight at another one.
    pub fn new(
        setup: &Setup,
        params: &ParamSet,
        wanted: &[usize],
        observables: &[Observable],
    ) -> Result<Self> {
        if observables.is_empty() {
            return Err(Ground::EmptySample.into());
        }
        setup.check_paths()?;
        let parameters: Vec<Parameter> = wanted.iter().map(|&i| params.at(i).clone()).collect();
        if parameters.is_empty() || parameters.iter().any(|p| p.name == flux::ENERGY) {
            return Err(Ground::Simulation {
                reason: match parameters.len() {
                    0 => "no parameter is chosen to move".into(),
                    _ => format!("events of one neutrino energy cannot move with {}", flux::ENERGY),
                },
                hint: Some("choose parameters that leave the neutrino energy as it is".into()),
            }
            .into());
        }
        let mut setup = setup.clone();
        if let Origin::Neutrino { primary, .. } = &mut setup.origin {
            primary.weighting = Weighting::CrossSection;
        }
        let (params, wanted) = (params.clone(), wanted.to_vec());
        let observables = observables.to_vec();
        let moving = Moving { setup, params, wanted, parameters, observables, nothing: 0.0, reference: None };
        Ok(ChainSimulator { moving: Arc::new(moving) })
    }

    /// The chain of a configuration, with the parameters of its [gradients]; without a seed it is 0.
    pub fn from_config(config: &Config, observables: &[Observable]) -> Result<Self> {
        let setup = Setup::from_config(config)?;
        let mut params = setup.parameters();
        config.apply_parameters(&mut params)?;
        let wanted = config.gradient_positions(&params)?;
        ChainSimulator::new(&setup, &params, &wanted, observables)
    }

    /// With `feature` for events that have nothing of what is observed; it is 0 otherwise.
    pub fn with_nothing_as(mut self, feature: f64) -> Self {
        Arc::make_mut(&mut self.moving).nothing = feature;
        self
    }

    /// The same with weights that are rates: the mean weight at a point is the flux-averaged cross section there by
    /// that at the values `reference` of all parameters.
    pub fn with_rate(mut self, reference: &ParamSet) -> Result<Self> {
        let Origin::Neutrino { primary, .. } = &self.moving.setup.origin else {
            return Err(Ground::Simulation {
                reason: "decays of a given state have no cross section, and so no rate".into(),
                hint: Some("compare their shape, or start from neutrinos".into()),
            }
            .into());
        };
        let reference = primary.prepare(reference, &[])?.total().value;
        self.moving = Arc::new(Moving { reference: Some(reference), ..(*self.moving).clone() });
        Ok(self)
    }

    /// The rate at `theta` by that of weight 1: 1 unless weights are rates.
    pub fn rate(&self, theta: &[f64]) -> Result<f64> {
        let params = self.point(theta)?;
        match (&self.moving.setup.origin, self.moving.reference) {
            (Origin::Neutrino { primary, .. }, Some(reference)) => {
                Ok(primary.prepare(&params, &[])?.total().value / reference)
            }
            _ => Ok(1.0),
        }
    }

    /// What is observed.
    pub fn observables(&self) -> &[Observable] {
        &self.moving.observables
    }

    /// What the chain is made of.
    pub fn setup(&self) -> &Setup {
        &self.moving.setup
    }

    /// All parameters, the moving ones at `theta`, within their bounds.
    pub fn point(&self, theta: &[f64]) -> Result<ParamSet> {
        self.moving.point(theta)
    }

    /// As `draw` of [`Simulator`], with the type of the bank.
    pub fn draw_bank(&self, theta: &[f64], events: Range<u64>) -> Result<ChainBank> {
        if events.is_empty() {
            return Err(Ground::EmptySample.into());
        }
        let chain = Chain::prepare(&self.moving.setup, &self.point(theta)?, &self.moving.wanted)?;
        let blocks: Vec<Range<u64>> = (events.clone().step_by(BLOCK))
            .map(|first| first..events.end.min(first + BLOCK as u64))
            .collect();
        let parts: Vec<Part> = blocks.into_par_iter().map(|block| self.draw_part(&chain, block)).collect();
        ChainBank::new(self.moving.clone(), theta, chain, parts)
    }

    fn draw_part(&self, chain: &Chain, events: Range<u64>) -> Part {
        let (mut part, mut scratch, mut event) = (Part::default(), Scratch::default(), Event::new());
        for number in events {
            let (start, primary) = chain.draw_values(number, &mut scratch, &mut event);
            part.features.extend(
                self.moving.observables.iter().map(|o| o.value(&event).unwrap_or(self.moving.nothing)),
            );
            if let (Kind::Neutrino(interaction), Some(draw)) = (&chain.kind, &primary) {
                part.places.push(interaction.primary.place(draw));
            }
            match (start, chain.cascade()) {
                (Some(start), Some(cascade)) => part.paths.push(cascade, start, &scratch.record),
                _ => part.paths.push_none(),
            }
        }
        part
    }
}

impl Simulator for ChainSimulator {
    fn parameters(&self) -> &[Parameter] {
        &self.moving.parameters
    }

    fn dimension(&self) -> usize {
        self.moving.observables.len()
    }

    fn draw(&self, theta: &[f64], events: Range<u64>) -> gradino_core::Result<Box<dyn Bank>> {
        Ok(Box::new(self.draw_bank(theta, events).map_err(ground)?))
    }
}
