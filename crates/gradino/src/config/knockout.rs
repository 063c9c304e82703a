//! The section [knockout]: how a nucleon is knocked out of a mean field.

use super::choices::{
    AxialCharge, AxialFormFactor, Choice, Convention, CoulombExchange, Current, HoleWidth, LeptonCoulomb,
    Longitudinal, Monopole, NucleonMasses, Rest, VectorFormFactors, Waves,
};
use super::flux::Incoming;
use super::message::{Checked, complaint, from_complaint, from_toml};
use super::quantity::MomentumSquared;
use crate::error::Result;
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{
    self, ContinuumOptions, FieldChoice, FormFactorModel, Options, ResponseOptions, Shell, SkyrmeForce,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The word for a target in its own field.
const SELF_CONSISTENT: &str = "self-consistent";
/// The word for the field that the response tables have.
const OF_THE_TABLES: &str = "dolan2022";
/// The smallest Q^2 of electron scattering unless told otherwise [MeV^2].
const LOWEST_Q2: f64 = 2e4; // chosen: 0.02 GeV^2, as event generators do

/// Knockout of one nucleon, 1p1h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "KnockoutChoices")]
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
    /// Masses of neutrons and protons in the mean field.
    pub masses: NucleonMasses,
    /// "self-consistent", another nuclide like "16O" whose orbitals and field stand for those of the target, or
    /// "dolan2022": those that the response tables have, 16O without 1p1/2 for 12C.
    pub field: String,
    /// Shells of neutrons and protons of `field` that are emptied, like "1p1/2".
    pub empty: Vec<String>,
    /// The field around them.
    pub rest: Rest,
    /// Waves of the nucleon that leaves.
    pub waves: Waves,
    /// Whether the waves have relativistic wave numbers.
    pub relativistic: bool,
    /// Longitudinal vector current.
    pub longitudinal: Longitudinal,
    /// Axial charge.
    pub axial_charge: AxialCharge,
    /// Charge monopole.
    pub monopole: Monopole,
    /// Vector form factors of the nucleon.
    pub vector: VectorFormFactors,
    /// Axial form factor of the nucleon.
    pub axial: AxialFormFactor,
    /// Width of the hole that stays behind.
    pub width: HoleWidth,
    /// Where the choices come from that were not made.
    pub convention: Convention,
}

/// The choices of [`Knockout`] as they are made; the convention makes the others.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KnockoutChoices {
    /// The current; default: "charged" for neutrinos, "electromagnetic" for charged leptons.
    pub current: Option<Current>,
    /// Smallest Q^2 at the nucleus in electron scattering; default "0.02 GeV2".
    pub min_q2: Option<MomentumSquared>,
    /// Coulomb correction of the charged leptons; default "mema".
    pub coulomb: Option<LeptonCoulomb>,
    /// Skyrme force: SIII, SkM*, SLy4, SkE2, or the path of a TOML file with one; default "SLy4".
    pub force: Option<String>,
    /// Exchange part of the Coulomb energy; default "slater".
    pub exchange: Option<CoulombExchange>,
    /// Masses of neutrons and protons in the mean field; default "mean".
    pub masses: Option<NucleonMasses>,
    /// "self-consistent" (the default), a nuclide like "16O" whose orbitals and field stand for those of the target, or
    /// "dolan2022": those that the response tables have.
    pub field: Option<String>,
    /// Shells of neutrons and protons of `field` that are emptied, like "1p1/2".
    pub empty: Option<Vec<String>>,
    /// The field around them; default "evaluated".
    pub rest: Option<Rest>,
    /// Waves of the nucleon that leaves; default "distorted".
    pub waves: Option<Waves>,
    /// Whether the waves have relativistic wave numbers; default true.
    pub relativistic: Option<bool>,
    /// Longitudinal vector current; default "conserved".
    pub longitudinal: Option<Longitudinal>,
    /// Axial charge; default "full".
    pub axial_charge: Option<AxialCharge>,
    /// Charge monopole; default "full".
    pub monopole: Option<Monopole>,
    /// Vector form factors of the nucleon; default "bbba05".
    pub vector: Option<VectorFormFactors>,
    /// Axial form factor of the nucleon; default "dipole".
    pub axial: Option<AxialFormFactor>,
    /// Width of the hole that stays behind; default "lorentz".
    pub width: Option<HoleWidth>,
    /// The set that the choices that are not named come from; default "own".
    pub convention: Option<Convention>,
}

/// A configuration with the section [knockout] alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    knockout: KnockoutChoices,
}

impl KnockoutChoices {
    /// Reads the section [knockout].
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys and values.
    pub fn from_toml(text: &str) -> Result<Self> {
        let Section { knockout } = toml::from_str(text).map_err(|error| from_toml(text, &error))?;
        Ok(knockout)
    }
}

impl JsonSchema for Knockout {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Knockout".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        KnockoutChoices::json_schema(generator)
    }
}

impl From<KnockoutChoices> for Knockout {
    fn from(made: KnockoutChoices) -> Self {
        let convention = made.convention.unwrap_or_default();
        let set = meanfield::Convention::from(convention);
        let options = set.options(made.waves.unwrap_or_default().into());
        let form_factors = set.form_factors();
        let own_field = match convention {
            Convention::Own => SELF_CONSISTENT,
            Convention::Dolan2022 => OF_THE_TABLES,
        };
        Knockout {
            current: made.current,
            min_q2: made.min_q2,
            coulomb: made.coulomb.unwrap_or_default(),
            force: made.force.unwrap_or_else(|| set.force_name().into()),
            exchange: made.exchange.unwrap_or(set.exchange().into()),
            masses: made.masses.unwrap_or(set.masses().into()),
            field: made.field.unwrap_or_else(|| own_field.into()),
            empty: made.empty.unwrap_or_default(),
            rest: made.rest.unwrap_or_default(),
            waves: options.continuum.final_state.into(),
            relativistic: made.relativistic.unwrap_or(options.continuum.relativistic),
            longitudinal: made.longitudinal.unwrap_or(options.longitudinal.into()),
            axial_charge: made.axial_charge.unwrap_or(options.axial_charge.into()),
            monopole: made.monopole.unwrap_or(options.monopole.into()),
            vector: made.vector.unwrap_or(form_factors.vector.into()),
            axial: made.axial.unwrap_or(form_factors.axial.into()),
            width: made.width.unwrap_or_default(),
            convention,
        }
    }
}

impl Default for Knockout {
    fn default() -> Self {
        KnockoutChoices::default().into()
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

    /// The choices as far as responses need them, checked.
    ///
    /// # Errors
    /// A field that cannot be.
    pub fn for_responses(self) -> Result<Self> {
        self.check_field().map_err(|complaint| from_complaint("", complaint.within("knockout")))
    }

    fn check_field(self) -> Checked<Self> {
        if self.force.trim().is_empty() {
            return Err(complaint("force", "the name is empty").hint("write \"SLy4\", or the path of a file"));
        }
        let named = [SELF_CONSISTENT, OF_THE_TABLES].contains(&self.field.as_str());
        if !named && self.field.parse::<Nuclide>().is_err() {
            let reason = format!("\"{}\" is no nuclide", self.field);
            return Err(
                complaint("field", reason).hint("write \"self-consistent\", or a nuclide like \"16O\"")
            );
        }
        if let Some(shell) = self.empty.iter().find(|shell| shell.parse::<Shell>().is_err()) {
            return Err(complaint("empty", format!("\"{shell}\" is no shell")).hint("write \"1p1/2\""));
        }
        if named && !self.empty.is_empty() {
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
            self.masses.choice(),
            self.waves.choice(),
            self.longitudinal.choice(),
            self.axial_charge.choice(),
            self.monopole.choice(),
            self.vector.choice(),
            self.axial.choice(),
            self.width.choice(),
        ];
        let weak = self.current != Some(Current::Electromagnetic);
        let axial = |c: &Choice| weak || !c.key.starts_with("knockout.axial");
        let coulomb = leptons.then(|| self.coulomb.choice());
        first.chain(coulomb).chain(rest.into_iter().filter(axial)).collect()
    }

    /// The current; that of neutrinos where nothing is said.
    pub fn current(&self) -> Current {
        self.current.unwrap_or_default()
    }

    /// Which field the nucleons of `target` move in.
    pub fn field(&self, target: Nuclide) -> FieldChoice {
        let (of, empty) = match self.field.as_str() {
            SELF_CONSISTENT => (target, Vec::new()),
            OF_THE_TABLES => meanfield::Convention::Dolan2022.borrowed(target),
            other => {
                let shells = self.empty.iter().filter_map(|shell| shell.parse().ok());
                (other.parse().unwrap_or(target), shells.collect())
            }
        };
        let options =
            Options { exchange: self.exchange.into(), masses: self.masses.into(), ..Options::default() };
        FieldChoice { nuclide: target, of, empty, rest: self.rest.into(), options }
    }

    /// The force, by its name or from its file.
    ///
    /// # Errors
    /// An unknown name, and a file that cannot be read or holds no force.
    pub fn skyrme_force(&self) -> Result<SkyrmeForce> {
        Ok(match self.force.ends_with(".toml") {
            true => SkyrmeForce::from_file(Path::new(&self.force))?,
            false => SkyrmeForce::named(&self.force)?,
        })
    }

    /// The form factors.
    pub fn form_factors(&self) -> FormFactorModel {
        FormFactorModel { vector: self.vector.into(), axial: self.axial.into() }
    }

    /// The waves and currents.
    pub fn response_options(&self) -> ResponseOptions {
        ResponseOptions {
            continuum: ContinuumOptions { final_state: self.waves.into(), relativistic: self.relativistic },
            longitudinal: self.longitudinal.into(),
            axial_charge: self.axial_charge.into(),
            monopole: self.monopole.into(),
        }
    }
}
