//! The section [knockout]: how a nucleon is knocked out of a mean field.

use super::choices::{AxialFormFactor, Choice, CoulombExchange, HoleWidth, VectorFormFactors, Waves};
use super::message::{Checked, complaint};
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::Shell;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The word for a target in its own field.
const SELF_CONSISTENT: &str = "self-consistent";

/// Knockout of one nucleon, 1p1h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Knockout {
    /// Skyrme force: SIII, SkM*, SLy4, SkE2, or the path of a TOML file with one.
    pub force: String,
    /// Exchange part of the Coulomb energy.
    pub exchange: CoulombExchange,
    /// "self-consistent", or another nuclide like "16O" whose orbitals and field stand for those of the target.
    pub field: String,
    /// Shells of neutrons and protons of `field` that are emptied, like "1p1/2".
    pub empty: Vec<String>,
    /// Waves of the nucleon that leaves.
    pub waves: Waves,
    /// Vector form factors of the nucleon.
    pub vector: VectorFormFactors,
    /// Axial form factor of the nucleon.
    pub axial: AxialFormFactor,
    /// Width of the hole that stays behind.
    pub width: HoleWidth,
}

impl Default for Knockout {
    fn default() -> Self {
        Knockout {
            force: "SLy4".into(),
            exchange: CoulombExchange::default(),
            field: SELF_CONSISTENT.into(),
            empty: Vec::new(),
            waves: Waves::default(),
            vector: VectorFormFactors::default(),
            axial: AxialFormFactor::default(),
            width: HoleWidth::default(),
        }
    }
}

impl Knockout {
    pub(super) fn check(self) -> Checked<Self> {
        if self.force.trim().is_empty() {
            return Err(complaint("force", "the name is empty").hint("write \"SLy4\", or the path of a file"));
        }
        if self.field != SELF_CONSISTENT && self.field.parse::<Nuclide>().is_err() {
            let reason = format!("\"{}\" is no nuclide", self.field);
            return Err(
                complaint("field", reason).hint("write \"self-consistent\", or a nuclide like \"16O\"")
            );
        }
        Ok(self)
    }

    /// The named choices.
    pub(super) fn choices(&self) -> [Choice; 5] {
        [
            self.exchange.choice(),
            self.waves.choice(),
            self.vector.choice(),
            self.axial.choice(),
            self.width.choice(),
        ]
    }

    /// The shells that are emptied.
    pub fn emptied_shells(&self) -> Vec<Shell> {
        self.empty.iter().filter_map(|shell| shell.parse().ok()).collect()
    }

    /// The nuclide whose field stands for that of the target, if it is not the target itself.
    pub fn borrowed_field(&self) -> Option<Nuclide> {
        self.field.parse().ok()
    }
}
