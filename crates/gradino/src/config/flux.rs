//! The section [flux]: kind of lepton and spectrum.

use super::choices::{ChargedLepton, Neutrino, SpectrumKind, TableFormat, Weighting};
use super::message::{Checked, complaint};
use super::quantity::Energy;
use crate::flux::{DEFAULT_RANGE, Shape};
use gradino_core::units::{Dimension, energy_to_string, parse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Mean energy [MeV] and pinching of the time-integrated nu_e emission of a supernova, before
/// flavour conversion; gallorosso2018.
const SUPERNOVA_NU_E: (f64, f64) = (9.5, 2.5);
/// Column of the flux in a table, where nothing is said; the energy is column 1.
const DEFAULT_COLUMN: u32 = 2;

/// What comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// Neutrinos.
    Neutrino(Neutrino),
    /// Charged leptons.
    Charged(ChargedLepton),
}

impl Incoming {
    /// PDG number.
    pub fn pdg(self) -> i32 {
        match self {
            Incoming::Neutrino(neutrino) => neutrino.pdg(),
            Incoming::Charged(lepton) => lepton.pdg(),
        }
    }

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Incoming::Neutrino(neutrino) => neutrino.name(),
            Incoming::Charged(lepton) => lepton.name(),
        }
    }
}

/// The leptons that come in.
#[derive(Clone, Debug, PartialEq)]
pub struct Flux {
    /// Their kind.
    pub incoming: Incoming,
    /// Spectrum.
    pub spectrum: Spectrum,
    /// Lowest and highest energy [MeV] that is drawn.
    pub range: [f64; 2],
    /// What the energies of the events are distributed by.
    pub weighting: Weighting,
}

/// Shape of a spectrum, its table still in a file.
pub type Spectrum = Shape<TableFile>;

/// The table of a spectrum, in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TableFile {
    /// The file.
    pub file: PathBuf,
    /// Format.
    pub format: TableFormat,
    /// Column of the flux, from 1 (CSV); column 1 is the energy.
    pub column: u32,
    /// Unit of the energies (CSV).
    pub energy_unit: String,
}

/// The section as it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FluxTable {
    /// Shape of the spectrum; default "pinched".
    kind: Option<SpectrumKind>,
    /// Kind of neutrino; default "nu_e".
    neutrino: Option<Neutrino>,
    /// Kind of charged lepton, in the place of a neutrino; energies are total ones, with the mass.
    lepton: Option<ChargedLepton>,
    /// kind "mono": the energy.
    energy: Option<Energy>,
    /// kind "uniform": lowest energy.
    min: Option<Energy>,
    /// kind "uniform": highest energy.
    max: Option<Energy>,
    /// kind "fermi-dirac": temperature.
    temperature: Option<Energy>,
    /// kind "fermi-dirac": degeneracy; default 0.
    eta: Option<f64>,
    /// kind "pinched": mean energy; default "9.5 MeV".
    mean_energy: Option<Energy>,
    /// kind "pinched": pinching; default 2.5.
    alpha: Option<f64>,
    /// kind "table": the file.
    file: Option<PathBuf>,
    /// kind "table": its format; default "csv".
    format: Option<TableFormat>,
    /// kind "table", format "csv": column of the flux, from 1; default 2. Column 1 is the energy.
    column: Option<u32>,
    /// kind "table", format "csv": unit of the energies; default "MeV".
    energy_unit: Option<String>,
    /// Lowest and highest energy that is drawn; default ["0 MeV", "100 MeV"]. Not for "mono" and "uniform".
    range: Option<[Energy; 2]>,
    /// Distribution of the energies of the events; default "cross-section".
    weighting: Option<Weighting>,
}

impl Default for Flux {
    fn default() -> Self {
        FluxTable::default().check().expect("the default flux is valid")
    }
}

impl Flux {
    /// The kind of its spectrum.
    pub fn kind(&self) -> SpectrumKind {
        match self.spectrum {
            Spectrum::Mono { .. } => SpectrumKind::Mono,
            Spectrum::Uniform => SpectrumKind::Uniform,
            Spectrum::FermiDirac { .. } => SpectrumKind::FermiDirac,
            Spectrum::Pinched { .. } => SpectrumKind::Pinched,
            Spectrum::DecayAtRest => SpectrumKind::DecayAtRest,
            Spectrum::Table(_) => SpectrumKind::Table,
        }
    }
}

impl SpectrumKind {
    /// Keys that belong to this kind, beside those that belong to all.
    fn keys(self) -> &'static [&'static str] {
        match self {
            SpectrumKind::Mono => &["energy"],
            SpectrumKind::Uniform => &["min", "max"],
            SpectrumKind::FermiDirac => &["temperature", "eta", "range"],
            SpectrumKind::Pinched => &["mean_energy", "alpha", "range"],
            SpectrumKind::DecayAtRest => &["range"],
            SpectrumKind::Table => &["file", "format", "column", "energy_unit", "range"],
        }
    }
}

impl FluxTable {
    /// The flux, if the section makes sense.
    pub(super) fn check(self) -> Checked<Flux> {
        let kind = self.kind.unwrap_or_default();
        self.refuse_foreign_keys(kind)?;
        let spectrum = self.spectrum(kind)?;
        let range = match (&spectrum, self.min, self.max) {
            (Spectrum::Mono { energy }, ..) => [*energy; 2],
            (Spectrum::Uniform, Some(min), Some(max)) => ordered("max", [min.0, max.0])?,
            _ => ordered("range", self.range.map_or(DEFAULT_RANGE, |[a, b]| [a.0, b.0]))?,
        };
        let incoming = self.incoming()?;
        if kind == SpectrumKind::DecayAtRest && !decays_at_rest(incoming) {
            let reason = format!("{} is not made in the decay of pi+ and mu+ at rest", incoming.name());
            let key = if self.lepton.is_some() { "lepton" } else { "neutrino" };
            return Err(complaint(key, reason).hint("choose nu_e, nu_mu or anti-nu_mu"));
        }
        Ok(Flux { incoming, spectrum, range, weighting: self.weighting.unwrap_or_default() })
    }

    fn incoming(&self) -> Checked<Incoming> {
        match (self.neutrino, self.lepton) {
            (Some(_), Some(_)) => {
                Err(complaint("lepton", "a beam has one kind of lepton, and a neutrino is given")
                    .hint("remove neutrino or lepton"))
            }
            (_, Some(lepton)) => Ok(Incoming::Charged(lepton)),
            (neutrino, None) => Ok(Incoming::Neutrino(neutrino.unwrap_or_default())),
        }
    }

    fn given_keys(&self) -> impl Iterator<Item = &'static str> {
        [
            ("energy", self.energy.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("temperature", self.temperature.is_some()),
            ("eta", self.eta.is_some()),
            ("mean_energy", self.mean_energy.is_some()),
            ("alpha", self.alpha.is_some()),
            ("file", self.file.is_some()),
            ("format", self.format.is_some()),
            ("column", self.column.is_some()),
            ("energy_unit", self.energy_unit.is_some()),
            ("range", self.range.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, given)| given.then_some(key))
    }

    fn refuse_foreign_keys(&self, kind: SpectrumKind) -> Checked<()> {
        match self.given_keys().find(|key| !kind.keys().contains(key)) {
            None => Ok(()),
            Some(key) => Err(complaint(key, format!("does not belong to kind \"{}\"", kind.name()))
                .hint(format!("its keys are {}", kind.keys().join(", ")))),
        }
    }

    fn spectrum(&self, kind: SpectrumKind) -> Checked<Spectrum> {
        Ok(match kind {
            SpectrumKind::Mono => {
                Spectrum::Mono { energy: positive("energy", required("energy", self.energy)?)? }
            }
            SpectrumKind::Uniform => {
                required("min", self.min)?;
                required("max", self.max)?;
                Spectrum::Uniform
            }
            SpectrumKind::FermiDirac => Spectrum::FermiDirac {
                temperature: positive("temperature", required("temperature", self.temperature)?)?,
                eta: finite("eta", self.eta.unwrap_or(0.0))?,
            },
            SpectrumKind::Pinched => Spectrum::Pinched {
                mean_energy: positive("mean_energy", self.mean_energy.map_or(SUPERNOVA_NU_E.0, |e| e.0))?,
                alpha: above_minus_one("alpha", self.alpha.unwrap_or(SUPERNOVA_NU_E.1))?,
            },
            SpectrumKind::DecayAtRest => Spectrum::DecayAtRest,
            SpectrumKind::Table => Spectrum::Table(self.table()?),
        })
    }

    fn table(&self) -> Checked<TableFile> {
        let file = self.file.clone().ok_or_else(|| complaint("file", "").missing("file = \"flux.csv\""))?;
        let format = self.format.unwrap_or_default();
        if format == TableFormat::Snowglobes
            && let Some(key) = self.given_keys().find(|k| ["column", "energy_unit"].contains(k))
        {
            return Err(complaint(key, "does not belong to format \"snowglobes\"")
                .hint("the key neutrino chooses the column, and the energies are in GeV"));
        }
        let column = self.column.unwrap_or(DEFAULT_COLUMN);
        if column < 2 {
            return Err(complaint("column", format!("column {column} holds no flux"))
                .hint("columns count from 1, and column 1 is the energy"));
        }
        let energy_unit = self.energy_unit.clone().unwrap_or_else(|| "MeV".into());
        parse(&format!("1 {energy_unit}"), Dimension::Energy)
            .map_err(|_| complaint("energy_unit", format!("\"{energy_unit}\" is not a unit of energy")))
            .map_err(|c| c.hint("choose eV, keV, MeV or GeV"))?;
        Ok(TableFile { file, format, column, energy_unit })
    }
}

impl From<&Flux> for FluxTable {
    fn from(flux: &Flux) -> Self {
        let (neutrino, lepton) = match flux.incoming {
            Incoming::Neutrino(neutrino) => (Some(neutrino), None),
            Incoming::Charged(lepton) => (None, Some(lepton)),
        };
        let mut table = FluxTable {
            neutrino,
            lepton,
            weighting: Some(flux.weighting),
            range: Some(flux.range.map(Energy)),
            ..FluxTable::default()
        };
        table.kind = Some(flux.kind());
        match &flux.spectrum {
            Spectrum::Mono { energy } => {
                (table.energy, table.range) = (Some(Energy(*energy)), None);
            }
            Spectrum::Uniform => {
                let [min, max] = flux.range.map(Energy);
                (table.min, table.max, table.range) = (Some(min), Some(max), None);
            }
            Spectrum::FermiDirac { temperature, eta } => {
                (table.temperature, table.eta) = (Some(Energy(*temperature)), Some(*eta));
            }
            Spectrum::Pinched { mean_energy, alpha } => {
                (table.mean_energy, table.alpha) = (Some(Energy(*mean_energy)), Some(*alpha));
            }
            Spectrum::DecayAtRest => {}
            Spectrum::Table(TableFile { file, format, column, energy_unit }) => {
                (table.file, table.format) = (Some(file.clone()), Some(*format));
                if *format != TableFormat::Snowglobes {
                    (table.column, table.energy_unit) = (Some(*column), Some(energy_unit.clone()));
                }
            }
        }
        table
    }
}

/// pi+ gives nu_mu; mu+ gives nu_e and anti-nu_mu.
fn decays_at_rest(incoming: Incoming) -> bool {
    use Neutrino::{AntiNuMu, NuE, NuMu};
    matches!(incoming, Incoming::Neutrino(NuE | NuMu | AntiNuMu))
}

fn required(key: &'static str, value: Option<Energy>) -> Checked<f64> {
    value.map(|e| e.0).ok_or_else(|| complaint(key, "").missing(format!("{key} = \"12 MeV\"")))
}

fn positive(key: &'static str, energy: f64) -> Checked<f64> {
    if energy > 0.0 {
        return Ok(energy);
    }
    Err(complaint(key, format!("{} is not above 0 MeV", energy_to_string(energy)))
        .hint(format!("write it like {key} = \"12 MeV\"")))
}

fn finite(key: &'static str, value: f64) -> Checked<f64> {
    if value.is_finite() { Ok(value) } else { Err(complaint(key, format!("{value} is not a number"))) }
}

fn above_minus_one(key: &'static str, value: f64) -> Checked<f64> {
    if value > -1.0 && value.is_finite() {
        return Ok(value);
    }
    Err(complaint(key, format!("{value} gives a spectrum without a mean"))
        .hint("choose it above -1; supernova spectra have 2 to 4"))
}

fn ordered(key: &'static str, [low, high]: [f64; 2]) -> Checked<[f64; 2]> {
    if low >= 0.0 && low < high {
        return Ok([low, high]);
    }
    let (low, high) = (energy_to_string(low), energy_to_string(high));
    Err(complaint(key, format!("{low} to {high} is not a range of energies"))
        .hint("begin at 0 MeV or above and end higher"))
}
