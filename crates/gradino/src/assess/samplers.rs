//! Samplers by name.

use crate::error::{Error, Result};
use gradino_core::text::closest;
use gradino_core::{Density, Sampler, Space};
use gradino_infer::sampling::{
    AdaptiveGrid, GridSettings, Normalisation, Uniform, UnweightSettings, Unweighted,
};
use gradino_neural::{Flow, FusedFlow};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// Ending of the name of a flow whose points are to be kept in proportion to their weights.
const UNWEIGHTED: &str = ":unweighted";

/// Names of the samplers, with what they are.
pub const SAMPLERS: [(&str, &str); 5] = [
    ("uniform", "uniform points"),
    ("accept-reject", "uniform points, kept in proportion to the density up to its maximum"),
    ("grid", "the adaptive grid of VEGAS with strata, its points as they are"),
    ("grid-unweighted", "points of the grid, kept in proportion to their weights up to the cap"),
    ("exact", "the sampler that the density brings along, where it does"),
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
    /// That of the density itself.
    Exact,
    /// The flow of a file, its points as they are.
    Flow(PathBuf),
    /// The flow of a file with unit weights.
    FlowUnweighted(PathBuf),
}

impl FromStr for SamplerName {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "uniform" => SamplerName::Uniform,
            "accept-reject" => SamplerName::AcceptReject,
            "grid" => SamplerName::Grid,
            "grid-unweighted" => SamplerName::GridUnweighted,
            "exact" => SamplerName::Exact,
            name if name.contains('.') || name.contains('/') => match name.strip_suffix(UNWEIGHTED) {
                Some(path) => SamplerName::FlowUnweighted(path.into()),
                None => SamplerName::Flow(name.into()),
            },
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
        match self {
            SamplerName::Uniform => f.write_str("uniform"),
            SamplerName::AcceptReject => f.write_str("accept-reject"),
            SamplerName::Grid => f.write_str("grid"),
            SamplerName::GridUnweighted => f.write_str("grid-unweighted"),
            SamplerName::Exact => f.write_str("exact"),
            SamplerName::Flow(path) => write!(f, "{}", path.display()),
            SamplerName::FlowUnweighted(path) => write!(f, "{}{UNWEIGHTED}", path.display()),
        }
    }
}

/// Points by which the integral under each condition is found.
const INTEGRAL_POINTS: usize = 400_000;

/// How samplers are prepared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preparation {
    /// Seed.
    pub seed: u64,
    /// Quantile of the weights at which those with unit weights cap them.
    pub quantile: f64,
}

impl Default for Preparation {
    fn default() -> Self {
        Preparation { seed: 0, quantile: UnweightSettings::default().quantile }
    }
}

impl Preparation {
    fn unweighting(&self) -> UnweightSettings {
        UnweightSettings { seed: self.seed + 2, quantile: self.quantile, ..UnweightSettings::default() }
    }
}

impl SamplerName {
    /// Looks at the file of a flow, and what it is over, before anything costly begins.
    ///
    /// # Errors
    /// A flow that cannot be read, or over another space.
    pub fn check(&self, space: &Space) -> Result<()> {
        match self {
            SamplerName::Flow(path) | SamplerName::FlowUnweighted(path) => {
                same(Flow::load(path)?.space(), space)
            }
            _ => Ok(()),
        }
    }
}

/// Whether a flow is over the space of a density.
fn same(of_flow: &Space, of_density: &Space) -> Result<()> {
    if of_flow == of_density { Ok(()) } else { Err(gradino_neural::Error::OtherSpace.into()) }
}

/// Prepares a sampler of a density.
pub fn sampler<'a, D: Density + Clone + Send + 'a>(
    name: &SamplerName,
    density: D,
    preparation: &Preparation,
) -> Result<Box<dyn Sampler + Send + 'a>> {
    let (seed, settings) = (preparation.seed, preparation.unweighting());
    let grid = || AdaptiveGrid::train(&density, &GridSettings { seed: seed + 3, ..GridSettings::default() });
    let flow = |path: &Path| Ok::<_, Error>(Arc::new(FusedFlow::new(Flow::load(path)?)));
    Ok(match name {
        SamplerName::Uniform => Box::new(Uniform::new(density.space())),
        SamplerName::AcceptReject => {
            let normalisation = Normalisation::measure(&density, &grid()?, seed + 4, INTEGRAL_POINTS)?;
            Box::new(Unweighted::accept_reject(density.clone(), normalisation, &settings)?)
        }
        SamplerName::Grid => Box::new(grid()?),
        SamplerName::GridUnweighted => Box::new(Unweighted::new(density.clone(), grid()?, &settings)?),
        SamplerName::Exact => density.exact()?.ok_or(Error::NoExactSampler)?,
        SamplerName::Flow(path) => of_flow(flow(path)?, false, density, preparation)?,
        SamplerName::FlowUnweighted(path) => of_flow(flow(path)?, true, density, preparation)?,
    })
}

/// The points of a flow, as they are or kept in proportion to their weights, as a sampler of a density.
///
/// # Errors
/// A flow over another space.
pub fn of_flow<'a, D: Density + Send + 'a>(
    flow: Arc<FusedFlow>,
    unweighted: bool,
    density: D,
    preparation: &Preparation,
) -> Result<Box<dyn Sampler + Send + 'a>> {
    same(Sampler::space(&*flow), density.space())?;
    Ok(match unweighted {
        true => Box::new(Unweighted::new(density, flow, &preparation.unweighting())?),
        false => Box::new(flow),
    })
}
