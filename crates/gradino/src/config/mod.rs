//! The configuration of a run: read from TOML, checked, printed with every default.
//!
//! Every string with a dimension carries its unit, unknown keys are refused, and each physics choice
//! that changes results stands in the printed configuration ([`Config::resolved_toml`]).

mod choices;
mod flux;
mod knockout;
mod l_max;
mod message;
mod quantity;
mod seed;
mod select;
mod source;

pub use choices::{
    AxialCharge, AxialFormFactor, ChargedLepton, Choice, Continuum, Convention, Coulomb, CoulombExchange,
    Current, FormFactor, GammaStrength, HoleWidth, LeptonCoulomb, LevelDensity, Longitudinal, Monopole,
    NamedChoice, Neutrino, NucleonMasses, Optical, Process, Rest, SpectrumKind, Strengths, TableFormat,
    VectorFormFactors, Waves, Weighting, all_choices,
};
pub use flux::{Flux, Incoming, Spectrum, TableFile};
pub use knockout::{Knockout, KnockoutChoices};
pub use l_max::LMax;
pub use quantity::{MomentumSquared, Spin};
pub use select::{MAIN_PARAMETERS, select_parameters};
pub use source::{Beam, Reaction, Source, State};

use crate::error::{Error, Result};
pub(crate) use message::from_toml;
use message::{Checked, complaint};
pub use quantity::Energy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use source::{StateTable, TargetTable};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Events of the default job.
const DEFAULT_EVENTS: u64 = 100_000;
/// Largest seed that a TOML integer holds.
pub const LARGEST_SEED: u64 = i64::MAX as u64;
/// The default configuration with comments.
const ANNOTATED: &str = include_str!("annotated.toml");

/// The configuration of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Seed of the random numbers; drawn once, printed and stored where it is absent.
    pub seed: Option<u64>,
    /// Number of events.
    pub events: u64,
    /// Number of threads; 0: one for each core.
    pub threads: usize,
    /// What the events start from.
    pub source: Source,
    /// Models of the deexcitation.
    pub cascade: Cascade,
    /// Values of parameters, by name, that replace the published ones.
    pub parameters: BTreeMap<String, f64>,
    /// Parameters whose gradients are wanted.
    pub gradients: Gradients,
    /// Files.
    pub output: Output,
}

/// Models of the deexcitation of the nucleus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cascade {
    /// Optical model of emitted particles.
    pub optical: Optical,
    /// Nuclear level density.
    pub level_density: LevelDensity,
    /// Gamma strength function.
    pub gamma_strength: GammaStrength,
    /// Largest orbital angular momentum of fragments and multipole order of gammas to the continuum, or
    /// "converged": as many as change the total width by less than 0.1 % when more are taken.
    pub l_max: LMax,
    /// Where the continuum of levels begins.
    pub continuum: Continuum,
    /// Discrete levels: "builtin", or the path of a RIPL folder or of a MARLEY structure file.
    pub levels: String,
}

impl Default for Cascade {
    fn default() -> Self {
        Cascade {
            optical: Optical::default(),
            level_density: LevelDensity::default(),
            gamma_strength: GammaStrength::default(),
            l_max: LMax::default(),
            continuum: Continuum::default(),
            levels: "builtin".into(),
        }
    }
}

/// Parameters whose gradients are wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gradients {
    /// Names, patterns like "optical.*", "main" (the default: the strongest of each family), or "all";
    /// none: no gradients.
    pub parameters: Vec<String>,
}

impl Default for Gradients {
    fn default() -> Self {
        Gradients { parameters: vec!["main".into()] }
    }
}

/// Files that a run writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Output {
    /// Event files; the ending chooses the format.
    pub files: Vec<PathBuf>,
    /// Report; an empty text: none.
    #[serde(with = "path_or_none")]
    #[schemars(with = "PathBuf")]
    pub report: Option<PathBuf>,
    /// Whether files that exist are replaced.
    pub overwrite: bool,
}

impl Default for Output {
    fn default() -> Self {
        Output {
            files: vec!["events.hepmc3.gz".into(), "events.parquet".into()],
            report: Some("report.html".into()),
            overwrite: false,
        }
    }
}

/// A path, or an empty text for none.
mod path_or_none {
    use super::*;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        path: &Option<PathBuf>,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        path.clone().unwrap_or_default().serialize(serializer)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Option<PathBuf>, D::Error> {
        let path = PathBuf::deserialize(deserializer)?;
        Ok((!path.as_os_str().is_empty()).then_some(path))
    }
}

/// Configuration of a gradino run.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gradino configuration")]
struct ConfigTable {
    /// Seed of the random numbers; drawn once, printed and stored where it is absent.
    #[schemars(range(max = 9223372036854775807u64))]
    seed: Option<u64>,
    /// Number of events; default 100000.
    #[schemars(range(min = 1))]
    events: Option<u64>,
    /// Number of threads; 0 (the default): one for each core.
    threads: Option<usize>,
    /// Neutrinos that come in.
    flux: Option<flux::FluxTable>,
    /// What they hit.
    target: Option<TargetTable>,
    /// How they react.
    reaction: Option<Reaction>,
    /// How a nucleon is knocked out, with the process "1p1h".
    knockout: Option<Knockout>,
    /// A fixed nuclear state to start from, instead of [flux], [target] and [reaction].
    state: Option<StateTable>,
    /// Models of the deexcitation.
    cascade: Option<Cascade>,
    /// Values of parameters, by name.
    parameters: Option<BTreeMap<String, f64>>,
    /// Gradients.
    gradients: Option<Gradients>,
    /// Files.
    output: Option<Output>,
}

impl Default for Config {
    /// The default job: a supernova's electron neutrinos on 40Ar.
    fn default() -> Self {
        ConfigTable::default().check().expect("the default configuration is valid")
    }
}

impl Config {
    /// Reads and checks a configuration.
    pub fn from_toml(text: &str) -> Result<Self> {
        let table: ConfigTable = toml::from_str(text).map_err(|error| message::from_toml(text, &error))?;
        table.check().map_err(|complaint| message::from_complaint(text, complaint))
    }

    /// Reads and checks a configuration file.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
        Config::from_toml(&text)
    }

    /// The configuration with every default, and the seed if there is one; reading it gives it back.
    pub fn resolved_toml(&self) -> String {
        toml::to_string(&ConfigTable::from(self)).expect("a checked configuration can be written")
    }

    /// The default configuration with comments on every key; reading it gives the default.
    pub fn annotated() -> &'static str {
        ANNOTATED
    }

    /// The named choices that this configuration makes.
    pub fn chosen(&self) -> Vec<Choice> {
        let mut list = Vec::new();
        if let Source::Beam(beam) = &self.source {
            list.push(beam.flux.kind().choice());
            list.extend(beam.reaction.processes.iter().map(|p| p.choice()));
            if beam.reaction.knocks_out() {
                list.extend(beam.knockout.choices());
            } else {
                list.extend([beam.reaction.strengths.choice(), beam.reaction.coulomb.choice()]);
            }
            if beam.reaction.processes.contains(&Process::Cevns) {
                list.push(beam.reaction.form_factor.choice());
            }
        }
        let c = &self.cascade;
        list.extend([
            c.optical.choice(),
            c.level_density.choice(),
            c.gamma_strength.choice(),
            c.continuum.choice(),
        ]);
        list
    }

    /// JSON schema of the configuration file, for editors.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(ConfigTable);
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        text.push('\n');
        text
    }

    /// The seed; where none is given, one is drawn now and kept.
    pub fn settle_seed(&mut self) -> u64 {
        *self.seed.get_or_insert_with(seed::draw_seed)
    }
}

impl ConfigTable {
    /// The configuration, if it makes sense.
    fn check(self) -> Checked<Config> {
        let source = match self.state {
            None => {
                let reaction = self.reaction.unwrap_or_default().check().map_err(|c| c.within("reaction"))?;
                if self.knockout.is_some() && !reaction.knocks_out() {
                    return Err(complaint("knockout", "no nucleon is knocked out here")
                        .hint("choose processes = [\"1p1h\"] in [reaction]"));
                }
                let flux = self.flux.unwrap_or_default().check().map_err(|c| c.within("flux"))?;
                let knockout = self.knockout.unwrap_or_default().check(flux.incoming);
                if let (Incoming::Charged(lepton), false) = (flux.incoming, reaction.knocks_out()) {
                    let reason = format!("{} takes part in the process \"1p1h\" alone", lepton.name());
                    return Err(complaint("lepton", reason)
                        .within("flux")
                        .hint("choose processes = [\"1p1h\"] in [reaction]"));
                }
                Source::Beam(Box::new(Beam {
                    flux,
                    target: self.target.map_or(source::DEFAULT_TARGET, |t| t.nuclide.0),
                    reaction,
                    knockout: knockout.map_err(|c| c.within("knockout"))?,
                }))
            }
            Some(state) => {
                let given = [
                    ("flux", self.flux.is_some()),
                    ("target", self.target.is_some()),
                    ("reaction", self.reaction.is_some()),
                    ("knockout", self.knockout.is_some()),
                ];
                if let Some((name, _)) = given.iter().find(|(_, given)| *given) {
                    return Err(complaint(name, "").conflict("state"));
                }
                Source::State(state.check().map_err(|c| c.within("state"))?)
            }
        };
        Ok(Config {
            seed: check_seed(self.seed)?,
            events: check_events(self.events.unwrap_or(DEFAULT_EVENTS))?,
            threads: self.threads.unwrap_or(0),
            source,
            cascade: check_cascade(self.cascade.unwrap_or_default()).map_err(|c| c.within("cascade"))?,
            parameters: check_parameters(self.parameters.unwrap_or_default())?,
            gradients: self.gradients.unwrap_or_default(),
            output: self.output.unwrap_or_default(),
        })
    }
}

impl From<&Config> for ConfigTable {
    fn from(config: &Config) -> Self {
        let mut table = ConfigTable {
            seed: config.seed,
            events: Some(config.events),
            threads: Some(config.threads),
            cascade: Some(config.cascade.clone()),
            parameters: Some(config.parameters.clone()),
            gradients: Some(config.gradients.clone()),
            output: Some(config.output.clone()),
            ..ConfigTable::default()
        };
        match &config.source {
            Source::State(state) => table.state = Some(StateTable::from(state)),
            Source::Beam(beam) => {
                table.flux = Some(flux::FluxTable::from(&beam.flux));
                table.target = Some(TargetTable::from(beam.target));
                table.reaction = Some(beam.reaction.clone());
                table.knockout = beam.reaction.knocks_out().then(|| beam.knockout.clone());
            }
        }
        table
    }
}

fn check_seed(seed: Option<u64>) -> Checked<Option<u64>> {
    match seed {
        Some(s) if s > LARGEST_SEED => Err(complaint("seed", format!("{s} is above {LARGEST_SEED}"))),
        _ => Ok(seed),
    }
}

fn check_events(events: u64) -> Checked<u64> {
    match events {
        0 => Err(complaint("events", "0 events are no run").hint("write a whole number from 1")),
        n => Ok(n),
    }
}

fn check_cascade(cascade: Cascade) -> Checked<Cascade> {
    if cascade.levels.trim().is_empty() {
        return Err(complaint("levels", "the path is empty").hint("write \"builtin\" or a path"));
    }
    Ok(cascade)
}

fn check_parameters(values: BTreeMap<String, f64>) -> Checked<BTreeMap<String, f64>> {
    match values.iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(values),
        Some((name, value)) => Err(complaint(name, format!("{value} is not a number")).within("parameters")),
    }
}

#[cfg(test)]
mod tests;
