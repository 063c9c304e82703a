//! What events start from: neutrinos on a target, or a fixed nuclear state.

use super::choices::{Coulomb, FormFactor, Process, Strengths};
use super::flux::Flux;
use super::knockout::Knockout;
use super::message::{Checked, complaint, from_complaint};
use super::quantity::{Energy, NuclideText, ParityText, Spin};
use crate::error::Result;
use gradino_core::units::energy_to_string;
use gradino_core::{NuclearState, Nuclide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Target of the default job.
pub(super) const DEFAULT_TARGET: Nuclide = Nuclide::new(18, 40);

/// What the events start from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Neutrinos that react with a target.
    Beam(Box<Beam>),
    /// A fixed excited nucleus.
    State(State),
}

/// Neutrinos that react with a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Beam {
    /// The neutrinos.
    pub flux: Flux,
    /// The target.
    pub target: Nuclide,
    /// How they react.
    pub reaction: Reaction,
    /// How a nucleon is knocked out, where that is among the processes.
    pub knockout: Knockout,
}

/// How neutrinos react.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reaction {
    /// Processes.
    pub processes: Vec<Process>,
    /// Fermi and Gamow-Teller strengths of the charged current.
    pub strengths: Strengths,
    /// Coulomb correction of the charged current.
    pub coulomb: Coulomb,
    /// Form factor of coherent scattering.
    pub form_factor: FormFactor,
}

impl Default for Reaction {
    fn default() -> Self {
        Reaction {
            processes: vec![Process::Cc],
            strengths: Strengths::default(),
            coulomb: Coulomb::default(),
            form_factor: FormFactor::default(),
        }
    }
}

impl Reaction {
    /// Whether nucleons are knocked out.
    pub fn knocks_out(&self) -> bool {
        self.processes.contains(&Process::Knockout)
    }

    pub(super) fn check(self) -> Checked<Self> {
        if self.processes.is_empty() {
            return Err(complaint("processes", "the list is empty").hint("choose of cc, es, cevns, 1p1h"));
        }
        if self.knocks_out() && self.processes.len() > 1 {
            return Err(complaint("processes", "\"1p1h\" does not mix with other processes")
                .hint("run it by itself, and put the runs together by their cross sections"));
        }
        let repeated = |(i, p)| self.processes[..i].contains(p);
        match self.processes.iter().enumerate().find(|&entry| repeated(entry)) {
            None => Ok(self),
            Some((_, p)) => Err(complaint("processes", format!("\"{}\" stands there twice", p.name()))),
        }
    }
}

/// A fixed excited nucleus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// The nuclide.
    pub nuclide: Nuclide,
    /// Excitation energy, spin and parity.
    pub state: NuclearState,
}

/// The section [target] as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetTable {
    /// Nuclide; default "40Ar".
    #[serde(default = "default_target")]
    pub(super) nuclide: NuclideText,
}

fn default_target() -> NuclideText {
    NuclideText(DEFAULT_TARGET)
}

impl From<Nuclide> for TargetTable {
    fn from(nuclide: Nuclide) -> Self {
        TargetTable { nuclide: NuclideText(nuclide) }
    }
}

/// The section [state] as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StateTable {
    /// Nuclide.
    nuclide: NuclideText,
    /// Excitation energy above the ground state.
    excitation: Energy,
    /// Spin.
    spin: Spin,
    /// Parity.
    parity: ParityText,
}

impl StateTable {
    pub(super) fn check(self) -> Checked<State> {
        let (nuclide, excitation, two_j) = (self.nuclide.0, self.excitation.0, self.spin.two_j);
        State { nuclide, state: NuclearState { excitation, two_j, parity: self.parity.into() } }.check()
    }
}

impl State {
    /// The state, if there can be one like it.
    pub fn new(nuclide: Nuclide, state: NuclearState) -> Result<Self> {
        State { nuclide, state }.check().map_err(|c| from_complaint("", c.within("state")))
    }

    fn check(self) -> Checked<Self> {
        let State { nuclide, state } = self;
        if state.excitation <= 0.0 {
            let reason = format!("{} is not above the ground state", energy_to_string(state.excitation));
            return Err(complaint("excitation", reason).hint("write it like \"15 MeV\""));
        }
        if state.two_j % 2 != nuclide.a % 2 {
            let spin = Spin { two_j: state.two_j };
            let kind = if nuclide.a % 2 == 0 { "whole" } else { "half-integer" };
            return Err(complaint("spin", format!("{nuclide} cannot have spin {spin}"))
                .hint(format!("{} nucleons have a {kind} spin", nuclide.a)));
        }
        Ok(self)
    }
}

impl From<&State> for StateTable {
    fn from(state: &State) -> Self {
        StateTable {
            nuclide: NuclideText(state.nuclide),
            excitation: Energy(state.state.excitation),
            spin: Spin { two_j: state.state.two_j },
            parity: state.state.parity.into(),
        }
    }
}
