//! The section [knockout]: how a nucleon is knocked out of a mean field.

use super::choices::{
    AxialFormFactor, Choice, CoulombExchange, Current, HoleWidth, LeptonCoulomb, VectorFormFactors, Waves,
};
use super::flux::Incoming;
use super::message::{Checked, complaint, from_complaint};
use super::quantity::MomentumSquared;
use crate::error::Result;
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::Shell;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The word for a target in its own field.
const SELF_CONSISTENT: &str = "self-consistent";
/// The smallest Q^2 of electron scattering unless told otherwise [MeV^2].
const LOWEST_Q2: f64 = 2e4; // chosen: 0.02 GeV^2, as event generators do

/// Knockout of one nucleon, 1p1h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Knockout {
    /// The current; default: "charged" for neutrinos, "electromagnetic" for charged leptons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Current>,
    /// Smallest Q^2 at the nucleus in electron scattering, whose cross section has no bound without it; default
    /// "0.02 GeV2".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_q2: Option<MomentumSquared>,
    /// Coulomb correction of the charged leptons.
    pub coulomb: LeptonCoulomb,
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
            current: None,
            min_q2: None,
            coulomb: LeptonCoulomb::default(),
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
    /// With the current, and what belongs to it, settled for what comes in.
    ///
    /// # Errors
    /// Choices that do not go with it.
    pub fn for_beam(self, incoming: Incoming) -> Result<Self> {
        self.check(incoming).map_err(|complaint| from_complaint("", complaint.within("knockout")))
    }

    /// With the current, and what belongs to it, settled for what comes in.
    pub(super) fn check(self, incoming: Incoming) -> Checked<Self> {
        let by_default = match incoming {
            Incoming::Neutrino(_) => Current::Charged,
            Incoming::Charged(_) => Current::Electromagnetic,
        };
        let current = self.current.unwrap_or(by_default);
        let electromagnetic = current == Current::Electromagnetic;
        if electromagnetic != (by_default == Current::Electromagnetic) {
            let reason = format!("{} does not scatter by the {} current", incoming.name(), current.name());
            return Err(complaint("current", reason)
                .hint("neutrinos have \"charged\" and \"neutral\", charged leptons \"electromagnetic\""));
        }
        let min_q2 = match self.min_q2 {
            None => electromagnetic.then_some(MomentumSquared(LOWEST_Q2)),
            Some(_) if !electromagnetic => {
                return Err(complaint("min_q2", "belongs to the electromagnetic current")
                    .hint("leave it out: weak cross sections are finite"));
            }
            Some(MomentumSquared(q2)) if q2 <= 0.0 => {
                return Err(complaint(
                    "min_q2",
                    "the cross section of electron scattering has no bound at Q^2 = 0",
                )
                .hint("write it like \"0.02 GeV2\""));
            }
            given => given,
        };
        if electromagnetic && self.coulomb == LeptonCoulomb::Fermi {
            return Err(complaint("coulomb", "the Fermi function is for charged currents alone")
                .hint("choose \"mema\" or \"none\""));
        }
        Knockout { current: Some(current), min_q2, ..self }.check_field()
    }

    fn check_field(self) -> Checked<Self> {
        if self.force.trim().is_empty() {
            return Err(complaint("force", "the name is empty").hint("write \"SLy4\", or the path of a file"));
        }
        if self.field != SELF_CONSISTENT && self.field.parse::<Nuclide>().is_err() {
            let reason = format!("\"{}\" is no nuclide", self.field);
            return Err(
                complaint("field", reason).hint("write \"self-consistent\", or a nuclide like \"16O\"")
            );
        }
        if let Some(shell) = self.empty.iter().find(|shell| shell.parse::<Shell>().is_err()) {
            return Err(complaint("empty", format!("\"{shell}\" is no shell")).hint("write \"1p1/2\""));
        }
        if self.field == SELF_CONSISTENT && !self.empty.is_empty() {
            return Err(complaint("empty", "belongs to the field of another nuclide")
                .hint("name it, like field = \"16O\""));
        }
        Ok(self)
    }

    /// The named choices.
    pub(super) fn choices(&self) -> Vec<Choice> {
        let leptons = self.current != Some(Current::Neutral);
        let first = self.current.map(Current::choice).into_iter();
        let rest = [
            self.exchange.choice(),
            self.waves.choice(),
            self.vector.choice(),
            self.axial.choice(),
            self.width.choice(),
        ];
        let axial = |c: &Choice| self.current != Some(Current::Electromagnetic) || c.key != "knockout.axial";
        let coulomb = leptons.then(|| self.coulomb.choice());
        first.chain(coulomb).chain(rest.into_iter().filter(axial)).collect()
    }

    /// The current; that of neutrinos where nothing is said.
    pub fn current(&self) -> Current {
        self.current.unwrap_or_default()
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
