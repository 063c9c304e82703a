//! Samplers by name.

use crate::error::{Error, Result};
use gradino_core::text::closest;
use gradino_core::{Density, Sampler};
use gradino_infer::sampling::{
    AdaptiveGrid, GridSettings, Normalisation, Uniform, UnweightSettings, Unweighted,
};
use std::fmt;

use std::str::FromStr;

/// Names of the samplers, with what they are.
pub const SAMPLERS: [(&str, &str); 4] = [
    ("uniform", "uniform points"),
    ("accept-reject", "uniform points, kept in proportion to the density up to its maximum"),
    ("grid", "the adaptive grid of VEGAS with strata, its points as they are"),
    ("grid-unweighted", "points of the grid, kept in proportion to their weights up to the cap"),
];

/// A sampler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SamplerName {
    /// Uniform points.
    Uniform,
    /// Accept-reject.
    AcceptReject,
    /// The adaptive grid.
    Grid,
    /// The adaptive grid with unit weights.
    GridUnweighted,
}

impl FromStr for SamplerName {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "uniform" => SamplerName::Uniform,
            "accept-reject" => SamplerName::AcceptReject,
            "grid" => SamplerName::Grid,
            "grid-unweighted" => SamplerName::GridUnweighted,
            name => {
                return Err(Error::UnknownSampler {
                    name: name.into(),
                    suggestion: closest(name, SAMPLERS.iter().map(|s| s.0)),
                    known: SAMPLERS.map(|s| s.0).to_vec(),
                });
            }
        })
    }
}

impl fmt::Display for SamplerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SamplerName::Uniform => "uniform",
            SamplerName::AcceptReject => "accept-reject",
            SamplerName::Grid => "grid",
            SamplerName::GridUnweighted => "grid-unweighted",
        })
    }
}

/// Points by which the integral under each condition is found.
const INTEGRAL_POINTS: usize = 400_000;

/// Prepares a sampler of a density, and hands it to `work`.
pub fn with_sampler<T>(
    name: &SamplerName,
    density: &dyn Density,
    seed: u64,
    work: impl FnOnce(&dyn Sampler) -> Result<T>,
) -> Result<T> {
    let settings = UnweightSettings { seed: seed + 2, ..UnweightSettings::default() };
    let grid = || AdaptiveGrid::train(density, &GridSettings { seed: seed + 3, ..GridSettings::default() });
    match name {
        SamplerName::Uniform => work(&Uniform::new(density.space())),
        SamplerName::AcceptReject => {
            let normalisation = Normalisation::measure(density, &grid()?, seed + 4, INTEGRAL_POINTS)?;
            work(&Unweighted::accept_reject(density, normalisation, &settings)?)
        }
        SamplerName::Grid => work(&grid()?),
        SamplerName::GridUnweighted => work(&Unweighted::new(density, &grid()?, &settings)?),
    }
}
