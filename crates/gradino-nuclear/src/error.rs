//! Errors of the nuclear room.

use crate::meanfield::{Nucleon, Shell};
use gradino_core::Nuclide;
use thiserror::Error;

/// The nucleus for which the response tables have another field.
const CARBON_12: Nuclide = Nuclide::new(6, 12);

/// Result of the nuclear room.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong in the nuclear room.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A mistake in names, units or parameters.
    #[error(transparent)]
    Core(#[from] gradino_core::Error),
    /// A data file that cannot be opened or read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A data file with a line that cannot be understood.
    #[error("{path}, line {line}: {problem}")]
    BadLine {
        /// The file.
        path: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A nuclide without a mass.
    #[error("no mass is known for {nuclide}")]
    UnknownMass {
        /// The nuclide.
        nuclide: Nuclide,
    },
    /// A fragment that is no part of the nuclide.
    #[error("{parent} cannot emit {fragment}: no nucleus is left")]
    NoResidue {
        /// The nuclide.
        parent: Nuclide,
        /// What should leave it.
        fragment: Nuclide,
    },
    /// A state that can decay by no channel.
    #[error("{nuclide} at {excitation} MeV has no open decay channel")]
    NoOpenChannel {
        /// The nuclide.
        nuclide: Nuclide,
        /// Its excitation energy [MeV].
        excitation: f64,
    },
    /// An energy below a threshold.
    #[error("energy {energy} MeV is below the threshold {threshold} MeV of {process}")]
    BelowThreshold {
        /// The energy [MeV].
        energy: f64,
        /// The threshold [MeV].
        threshold: f64,
        /// The process.
        process: String,
    },
    /// A model name nobody knows.
    #[error("unknown {kind} \"{name}\"")]
    UnknownModel {
        /// What kind of model.
        kind: &'static str,
        /// The name given.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// A shell that cannot be read.
    #[error("cannot read \"{text}\" as a shell")]
    NotAShell {
        /// The text that was given.
        text: String,
    },
    /// A file with a table that cannot be used.
    #[error("the table {path} cannot be used: {problem}")]
    BadTable {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A lepton that has no vertex with a current.
    #[error("the {current} current has no vertex with an incoming {lepton}")]
    NoVertex {
        /// The current.
        current: &'static str,
        /// The lepton.
        lepton: String,
    },
    /// A kind of nucleon that a probe does not act on.
    #[error("the probe \"{probe}\" does not strike the {nucleon}")]
    NotStruck {
        /// The probe.
        probe: &'static str,
        /// Neutron or proton.
        nucleon: Nucleon,
    },
    /// A force that cannot be read from its file.
    #[error("{path}, line {line}: {problem}")]
    BadForce {
        /// The file.
        path: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A shell with nucleons in it that the mean field does not bind.
    #[error("the mean field of {nuclide} does not bind the {nucleon} {shell} that has to be filled")]
    UnboundShell {
        /// The nuclide.
        nuclide: Nuclide,
        /// Neutron or proton.
        nucleon: Nucleon,
        /// The shell.
        shell: Shell,
    },
    /// A shell that is not among the occupied ones.
    #[error("the shell {shell} is not occupied in {nuclide}")]
    EmptyShell {
        /// The nuclide.
        nuclide: Nuclide,
        /// The shell.
        shell: Shell,
    },
    /// Shells whose emptying leaves another nucleus than the one that is wanted.
    #[error("the emptied shells leave {left} of {of}, not {wanted}")]
    OtherRemainder {
        /// The whole nucleus.
        of: Nuclide,
        /// What is left of it.
        left: Nuclide,
        /// What should be left.
        wanted: Nuclide,
    },
    /// A nucleus that has no stable mean field: its density grows without end.
    #[error("the mean field of {nuclide} collapses: its density has reached {density:.2} nucleons/fm3")]
    Collapse {
        /// The nuclide.
        nuclide: Nuclide,
        /// The density at which the iteration was stopped [1/fm^3].
        density: f64,
    },
    /// A mean field that did not become self-consistent.
    #[error(
        "the mean field of {nuclide} is not self-consistent after {steps} steps, residual {residual:.1e}"
    )]
    NotSelfConsistent {
        /// The nuclide.
        nuclide: Nuclide,
        /// Number of steps.
        steps: usize,
        /// Relative change of the densities in the last step.
        residual: f64,
    },
    /// Electron scattering down to photons of no virtuality.
    #[error("the cross section of electron scattering has no bound at small Q^2")]
    NoLowestQ2,
    /// A value outside what the model covers.
    #[error("{what} = {value} is outside [{lower}, {upper}]")]
    OutOfRange {
        /// The quantity.
        what: &'static str,
        /// The value given.
        value: f64,
        /// Lower limit.
        lower: f64,
        /// Upper limit.
        upper: f64,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Core(e) => e.hint(),
            Error::Unreadable { .. } => Some("check the path and its permissions".into()),
            Error::BadLine { .. } => Some("the file may be truncated or of another format".into()),
            Error::UnknownMass { .. } => {
                Some("the table from AME2020 has masses for Z up to 22 and A up to 50".into())
            }
            Error::NoResidue { .. } => Some("choose a lighter fragment".into()),
            Error::NoOpenChannel { .. } => {
                Some("raise the excitation energy, or check its spin and parity".into())
            }
            Error::BelowThreshold { threshold, .. } => {
                Some(format!("choose an energy above {threshold} MeV"))
            }
            Error::UnknownModel { known, name, .. } => {
                Some(gradino_core::text::closest(name, known.iter().copied()).map_or_else(
                    || format!("there are: {}", known.join(", ")),
                    |s| format!("did you mean \"{s}\"?"),
                ))
            }
            Error::NotAShell { .. } => {
                Some("write it like \"1p3/2\": the number from 1, the letter of l, and j".into())
            }
            Error::BadTable { .. } => Some("remove the file: it is made anew".into()),
            Error::NoVertex { current, .. } => Some(
                match *current {
                    "charged" => "give nu_e, nu_mu, anti-nu_e or anti-nu_mu",
                    "neutral" => "give a neutrino or an antineutrino",
                    _ => "give an electron or a muon of either charge",
                }
                .into(),
            ),
            Error::NoLowestQ2 => Some("give a smallest Q^2, like 0.02 GeV^2".into()),
            Error::BadForce { .. } => Some(
                "a force has the keys t0, t1, t2, t3, x0, x1, x2, x3, sigma and w0, and may have t4".into(),
            ),
            Error::UnboundShell { .. } => {
                Some("the nuclide is not bound by this force; choose another force or nuclide".into())
            }
            Error::EmptyShell { .. } => Some("only shells that hold nucleons can be emptied".into()),
            Error::OtherRemainder { .. } => {
                Some("name shells that leave it, as 1p1/2 of 16O for 12C, or take its own field".into())
            }
            Error::Collapse { nuclide, .. } => Some(collapse_hint(*nuclide)),
            Error::NotSelfConsistent { .. } => {
                Some("check the force: sets far from the published ones may have no stable nucleus".into())
            }
            Error::NotStruck { .. } => Some(
                "the charged current of neutrinos strikes neutrons, that of antineutrinos protons".into(),
            ),
            Error::OutOfRange { lower, upper, .. } => {
                Some(format!("choose a value between {lower} and {upper}"))
            }
        }
    }
}

/// What to do where a mean field collapses. The response tables of dolan2022 have taken the orbitals of 16O for 12C.
fn collapse_hint(nuclide: Nuclide) -> String {
    let other = "choose another force: SLy4, SkM* and SIII have a stable field for all nuclei";
    match nuclide {
        CARBON_12 => format!(
            "take the field of 16O with the 1p1/2 shell emptied, as convention \"dolan2022\" does, or {other}"
        ),
        _ => other.to_string(),
    }
}
