//! Which parameters of a chain move, and what is observed.

use super::Setup;
use crate::Observable;
use crate::error::{Error, Result};
use gradino_core::{Error as Ground, ParamSet, Parameter};

/// Events of a block, which one thread draws or weights at a time.
pub(super) const BLOCK: usize = 4096;

/// A chain with the parameters that move and the observables.
#[derive(Clone, Debug)]
pub(super) struct Moving {
    pub(super) setup: Setup,
    /// All parameters, with their values where nothing has moved.
    pub(super) params: ParamSet,
    /// Ascending positions of those that move.
    pub(super) wanted: Vec<usize>,
    /// Those that move.
    pub(super) parameters: Vec<Parameter>,
    pub(super) observables: Vec<Observable>,
    /// Feature of an event that has nothing of what is observed.
    pub(super) nothing: f64,
    /// The cross section [cm^2] whose events have weight 1 on average, if weights are rates.
    pub(super) reference: Option<f64>,
}

impl Moving {
    /// All parameters, the moving ones at `theta`, within their bounds.
    pub(super) fn point(&self, theta: &[f64]) -> Result<ParamSet> {
        let (found, wanted) = (theta.len(), self.wanted.len());
        if found != wanted {
            return Err(Ground::WrongLength { what: "parameters", found, wanted }.into());
        }
        let mut params = self.params.clone();
        for (parameter, &value) in self.parameters.iter().zip(theta) {
            params.set(&parameter.name, value)?;
        }
        Ok(params)
    }
}

/// An error in the words of the ground.
pub(super) fn ground(error: Error) -> Ground {
    match error {
        Error::Ground(error) => error,
        error => Ground::Simulation { reason: error.to_string(), hint: error.hint() },
    }
}
