//! Fluxes by name, as laws of the neutrino energy.

use super::first_range;
use crate::error::{Error, Result};
use crate::flux::{Interpolation, Table};
use gradino_core::Space;
use gradino_infer::sampling::Law;
use std::path::Path;

/// Names of the fluxes; any other is a file.
pub const FLUXES: [&str; 2] = ["flat", "t2k"];

/// Width of a bin of [`T2K`] [MeV].
const T2K_WIDTH: f64 = 50.0;
/// The flux of muon neutrinos of T2K without oscillation, in bins from 0 up, relative to its maximum at 0.6 GeV and
/// rounded to two digits, after abe2013.
const T2K: [f64; 24] = [
    0.010, 0.043, 0.087, 0.14, 0.20, 0.29, 0.38, 0.47, 0.57, 0.71, 0.90, 1.0, 0.98, 0.91, 0.72, 0.51, 0.33,
    0.22, 0.15, 0.11, 0.089, 0.074, 0.063, 0.054,
];

/// The law of the conditions of a space under a flux: flat, t2k, or the file of a table with energies and values,
/// linear between its rows. Kinds have equal shares.
pub fn law(space: &Space, flux: &str) -> Result<Law> {
    let law = Law::uniform(space);
    if flux == "flat" {
        return Ok(law);
    }
    let Some(range) = first_range(space) else {
        return Err(Error::NoSuchCondition {
            what: "range that a flux could fill".into(),
            known: Vec::new(),
        });
    };
    let (nodes, values) = match flux {
        "t2k" => {
            let centres = (0..T2K.len()).map(|i| T2K_WIDTH * (i as f64 + 0.5)).collect();
            (centres, T2K.to_vec())
        }
        path => {
            let table = Table::read_csv(Path::new(path), Interpolation::Linear)?;
            let values = table.energies().iter().map(|e| table.at(*e)).collect();
            (table.energies().to_vec(), values)
        }
    };
    Ok(law.with_shape(&space.conditions[range].name, &nodes, &values)?)
}
