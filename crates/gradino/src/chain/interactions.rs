//! The primary interaction at other values of the parameters than those of the events.

use super::primary::{Average, Place, PreparedPrimary};
use super::{Chain, Kind, Origin, Setup};
use crate::error::Result;
use gradino_core::{Error as Ground, ParamSet, Parameter};
use std::sync::Arc;

/// The primary interaction at one point.
#[derive(Debug)]
pub(super) struct Interactions {
    primary: Arc<PreparedPrimary>,
    /// The channel here for each channel of the origin.
    channels: Vec<Option<usize>>,
}

impl Interactions {
    /// At the values `params`, for the events of `origin` if they start from neutrinos; that of the origin where
    /// none of its parameters has moved. Gradients are those with respect to the positions `wanted`.
    pub(super) fn prepare(
        setup: &Setup,
        origin: &Chain,
        params: &ParamSet,
        wanted: &[usize],
    ) -> Result<Option<Self>> {
        let (Origin::Neutrino { primary, .. }, Kind::Neutrino(interaction)) = (&setup.origin, &origin.kind)
        else {
            return Ok(None);
        };
        let there = &interaction.primary;
        let value = |set: &ParamSet, p: &Parameter| set.get(&p.name).map(|p| p.value);
        let here = if primary.parameters().iter().all(|p| value(params, p) == value(&origin.params, p)) {
            there.clone()
        } else {
            Arc::new(primary.prepare(params, wanted)?)
        };
        let channels = here.channels_of(there);
        if channels.iter().flatten().count() < here.channels().len() {
            return Err(Ground::Simulation {
                reason: "a channel opens of which there are no events".into(),
                hint: Some("draw the events where no strength is zero".into()),
            }
            .into());
        }
        Ok(Some(Interactions { primary: here, channels }))
    }

    /// The flux-averaged cross section with its derivatives.
    pub(super) fn total(&self) -> &Average {
        self.primary.total()
    }

    /// The probability density of an interaction; adds its logarithmic derivatives to `score`, unless that is empty.
    pub(super) fn density(&self, place: &Place, score: &mut [f64]) -> f64 {
        self.channels[usize::from(place.channel)]
            .map_or(0.0, |channel| self.primary.density(channel, place, score))
    }
}
