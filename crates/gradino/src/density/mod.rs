//! Densities of physics that samplers draw from and networks learn.

mod knockout;
mod lobes;
mod plane_wave;
mod ridges;

pub use knockout::{BeamTable, KnockoutTable, Struck, TargetTable, one_kind};
pub use lobes::Lobes;
pub use plane_wave::PlaneWave;
pub use ridges::Ridges;

use crate::error::{Error, Result};
use gradino_core::Density;
use gradino_core::text::closest;
use std::path::Path;

/// Names of the densities, with what they are.
pub const NAMES: [(&str, &str); 4] = [
    (
        "knockout",
        "a neutron of 12C knocked out by a muon neutrino with distorted waves, as in the published tables",
    ),
    ("plane_wave", "a nucleon of carbon knocked out by a muon neutrino as a plane wave"),
    ("ridges", "two nucleons knocked out together, a toy in six dimensions with sharp ridges"),
    ("lobes", "lobes on the sphere whose integral is known"),
];

/// The density of a name, or of a configuration file whose name ends in .toml.
pub fn named(name: &str) -> Result<Box<dyn Density + Send + Sync>> {
    match name {
        "knockout" => Ok(Box::new(KnockoutTable::published().density()?)),
        "plane_wave" => Ok(Box::new(PlaneWave::default())),
        "ridges" => Ok(Box::new(Ridges::default())),
        "lobes" => Ok(Box::new(Lobes::default())),
        file if file.ends_with(".toml") => knockout::from_file(Path::new(file)),
        _ => Err(Error::UnknownDensity {
            name: name.into(),
            suggestion: closest(name, NAMES.iter().map(|n| n.0)),
            known: NAMES.iter().map(|n| n.0).collect(),
        }),
    }
}
