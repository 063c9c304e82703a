//! Sources of leptons: energy spectra of one flavour.

pub mod spectra;
pub mod table;

pub use table::{Interpolation, Table};

use crate::error::{Error, Result};
use gradino_core::particle::{self, pdg};
use gradino_core::{Parameter, Params, Real};
use spectra::Gauss;

/// Name of the parameter of a monoenergetic source [MeV].
pub const ENERGY: &str = "flux.energy";
/// Name of the parameter of the temperature of a Fermi-Dirac source [MeV].
pub const TEMPERATURE: &str = "flux.temperature";
/// Name of the parameter of the degeneracy of a Fermi-Dirac source.
pub const ETA: &str = "flux.eta";
/// Name of the parameter of the mean energy of a pinched source [MeV].
pub const MEAN_ENERGY: &str = "flux.mean_energy";
/// Name of the parameter of the pinching of a pinched source.
pub const ALPHA: &str = "flux.alpha";

/// Shape of a spectrum. Energies in MeV. `T` is a table: what is in it, or in a configuration its file.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape<T = Table> {
    /// One energy.
    Mono {
        /// The energy.
        energy: f64,
    },
    /// Flat over the range.
    Uniform,
    /// E^2 / (exp(E / T - eta) + 1).
    FermiDirac {
        /// Temperature T.
        temperature: f64,
        /// Degeneracy eta.
        eta: f64,
    },
    /// (E / E_mean)^alpha exp(-(alpha + 1) E / E_mean) (keil2003).
    Pinched {
        /// Mean energy.
        mean_energy: f64,
        /// Pinching.
        alpha: f64,
    },
    /// Pions and muons that decay at rest: the spectra of nu_e and anti-nu_mu from the muon, and the
    /// single energy of nu_mu from the pion.
    DecayAtRest,
    /// From a table.
    Table(T),
}

impl<T> Shape<T> {
    /// The same shape with its table read by `read`.
    pub fn read_table<U>(&self, read: impl FnOnce(&T) -> Result<U>) -> Result<Shape<U>> {
        Ok(match *self {
            Shape::Mono { energy } => Shape::Mono { energy },
            Shape::Uniform => Shape::Uniform,
            Shape::FermiDirac { temperature, eta } => Shape::FermiDirac { temperature, eta },
            Shape::Pinched { mean_energy, alpha } => Shape::Pinched { mean_energy, alpha },
            Shape::DecayAtRest => Shape::DecayAtRest,
            Shape::Table(ref table) => Shape::Table(read(table)?),
        })
    }
}

/// A source: one flavour, its spectrum and the range of energies that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Flux {
    /// PDG number of the neutrino or the charged lepton.
    pub incoming: i32,
    shape: Shape,
    range: [f64; 2],
}

/// Range of the thermal sources unless told otherwise [MeV].
pub const DEFAULT_RANGE: [f64; 2] = [0.0, 100.0];

impl Flux {
    /// A source of any shape, kept where its energies lie in `range` [MeV]; a single energy is always kept.
    pub fn new(neutrino: i32, shape: Shape, range: [f64; 2]) -> Result<Self> {
        match shape {
            Shape::Mono { energy } => Flux::mono(neutrino, energy),
            Shape::Uniform => Flux::uniform(neutrino, range),
            Shape::FermiDirac { temperature, eta } => Flux::fermi_dirac(neutrino, temperature, eta, range),
            Shape::Pinched { mean_energy, alpha } => Flux::pinched(neutrino, mean_energy, alpha, range),
            Shape::DecayAtRest => Flux::decay_at_rest(neutrino)?.within(range),
            Shape::Table(table) => Flux::table(neutrino, table)?.within(range),
        }
    }

    /// All neutrinos of one energy [MeV].
    pub fn mono(neutrino: i32, energy: f64) -> Result<Self> {
        check("flux.energy", energy, ENERGY_BOUNDS)?;
        Flux::of(neutrino, Shape::Mono { energy }, [energy, energy])
    }

    /// Flat from `range[0]` to `range[1]` [MeV].
    pub fn uniform(neutrino: i32, range: [f64; 2]) -> Result<Self> {
        Flux::of(neutrino, Shape::Uniform, checked_range(range)?)
    }

    /// Fermi-Dirac spectrum of temperature [MeV] and degeneracy `eta`, cut to `range` [MeV].
    pub fn fermi_dirac(neutrino: i32, temperature: f64, eta: f64, range: [f64; 2]) -> Result<Self> {
        check(TEMPERATURE, temperature, ENERGY_BOUNDS)?;
        check(ETA, eta, ETA_BOUNDS)?;
        Flux::of(neutrino, Shape::FermiDirac { temperature, eta }, checked_range(range)?)
    }

    /// Pinched thermal spectrum of mean energy [MeV] (before the cut) and pinching `alpha`, cut to `range` [MeV].
    pub fn pinched(neutrino: i32, mean_energy: f64, alpha: f64, range: [f64; 2]) -> Result<Self> {
        check(MEAN_ENERGY, mean_energy, ENERGY_BOUNDS)?;
        check(ALPHA, alpha, ALPHA_BOUNDS)?;
        Flux::of(neutrino, Shape::Pinched { mean_energy, alpha }, checked_range(range)?)
    }

    /// Pions and muons that decay at rest: the spectra of nu_e and anti-nu_mu from the muon, and the
    /// single energy of nu_mu from the pion.
    pub fn decay_at_rest(neutrino: i32) -> Result<Self> {
        const ANTI_NU_MU: i32 = -pdg::NU_MU;
        match neutrino {
            pdg::NU_E | ANTI_NU_MU => Flux::of(neutrino, Shape::DecayAtRest, [0.0, spectra::MICHEL_END]),
            pdg::NU_MU => Flux::mono(neutrino, spectra::PION_LINE),
            _ => Err(Error::WrongNeutrino {
                source_name: "pion and muon decay at rest",
                neutrino: particle::name(neutrino),
            }),
        }
    }

    /// A tabulated spectrum over the range of its table.
    pub fn table(neutrino: i32, table: Table) -> Result<Self> {
        let range = table.range();
        Flux::of(neutrino, Shape::Table(table), range)
    }

    /// The same source, kept only where its energies lie in `range` [MeV] too.
    pub fn within(mut self, range: [f64; 2]) -> Result<Self> {
        if !matches!(self.shape, Shape::Mono { .. }) {
            let [low, high] = checked_range(range)?;
            self.range = checked_range([self.range[0].max(low), self.range[1].min(high)])?;
        }
        Ok(self)
    }

    fn of(incoming: i32, shape: Shape, range: [f64; 2]) -> Result<Self> {
        match incoming.abs() {
            pdg::NU_E | pdg::NU_MU | pdg::NU_TAU | pdg::ELECTRON | pdg::MUON => {
                Ok(Flux { incoming, shape, range })
            }
            _ => {
                let neutrino = particle::name(incoming);
                Err(Error::WrongNeutrino { source_name: "a source of leptons", neutrino })
            }
        }
    }

    /// The highest energy that is kept [MeV].
    pub fn highest(&self) -> f64 {
        self.range[1]
    }

    /// The shape of the spectrum.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Parameters of the spectrum.
    pub fn parameters(&self) -> Vec<Parameter> {
        let of = |name: &str, value: f64, unit: &str, meaning: &str, [low, high]: [f64; 2]| {
            Parameter::new(name, value, unit, "configuration", meaning).bounded(low, high)
        };
        match self.shape {
            Shape::Mono { energy } => vec![of(ENERGY, energy, "MeV", "neutrino energy", ENERGY_BOUNDS)],
            Shape::FermiDirac { temperature, eta } => vec![
                of(TEMPERATURE, temperature, "MeV", "temperature of the source", ENERGY_BOUNDS),
                of(ETA, eta, "", "degeneracy of the source", ETA_BOUNDS),
            ],
            Shape::Pinched { mean_energy, alpha } => vec![
                of(MEAN_ENERGY, mean_energy, "MeV", "mean neutrino energy before the cut", ENERGY_BOUNDS),
                of(ALPHA, alpha, "", "pinching of the spectrum", ALPHA_BOUNDS),
            ],
            Shape::Uniform | Shape::DecayAtRest | Shape::Table(_) => Vec::new(),
        }
    }

    /// Prepares the normalised spectrum for the parameters `theta`.
    pub fn prepare<D: Real>(&self, theta: &Params<D>) -> PreparedFlux<D> {
        let formula = match &self.shape {
            Shape::Mono { .. } => Formula::Mono(theta[ENERGY]),
            Shape::Uniform => Formula::Uniform,
            Shape::FermiDirac { .. } => Formula::FermiDirac(theta[TEMPERATURE], theta[ETA]),
            Shape::Pinched { .. } => Formula::Pinched(theta[MEAN_ENERGY], theta[ALPHA]),
            Shape::DecayAtRest if self.incoming > 0 => Formula::MichelNuE,
            Shape::DecayAtRest => Formula::MichelAntiNuMu,
            Shape::Table(table) => Formula::Table(table.clone()),
        };
        let mut flux = PreparedFlux { formula, range: self.range, scale: D::one() };
        flux.scale = flux.integral().recip();
        flux
    }
}

const ENERGY_BOUNDS: [f64; 2] = [1e-3, 5000.0];
const ETA_BOUNDS: [f64; 2] = [-20.0, 50.0];
const ALPHA_BOUNDS: [f64; 2] = [0.0, 30.0];

fn check(what: &'static str, value: f64, [lower, upper]: [f64; 2]) -> Result<()> {
    if (lower..=upper).contains(&value) {
        return Ok(());
    }
    Err(gradino_nuclear::Error::OutOfRange { what, value, lower, upper }.into())
}

fn checked_range([low, high]: [f64; 2]) -> Result<[f64; 2]> {
    check("upper end of the flux", high, ENERGY_BOUNDS)?;
    check("lower end of the flux", low, [0.0, high * (1.0 - 1e-9)])?;
    Ok([low, high])
}

#[derive(Clone, Debug)]
enum Formula<D> {
    Mono(D),
    Uniform,
    FermiDirac(D, D),
    Pinched(D, D),
    MichelNuE,
    MichelAntiNuMu,
    Table(Table),
}

/// A spectrum, ready for use.
#[derive(Clone, Debug)]
pub struct PreparedFlux<D> {
    formula: Formula<D>,
    range: [f64; 2],
    scale: D,
}

impl<D: Real> PreparedFlux<D> {
    /// Probability density [1/MeV] at `energy` [MeV]; its integral over the range is 1. Zero outside
    /// the range, and everywhere for a single energy.
    pub fn pdf(&self, energy: D) -> D {
        if !(self.range[0]..=self.range[1]).contains(&energy.re()) {
            return D::zero();
        }
        self.shape(energy) * self.scale
    }

    /// The energy of a monoenergetic source [MeV].
    pub fn single_energy(&self) -> Option<D> {
        match self.formula {
            Formula::Mono(energy) => Some(energy),
            _ => None,
        }
    }

    /// Lowest and highest energy [MeV].
    pub fn range(&self) -> [f64; 2] {
        match self.formula {
            Formula::Mono(energy) => [energy.re(); 2],
            _ => self.range,
        }
    }

    /// Energies [MeV] inside the range where the spectrum has a kink or a step, in order.
    pub fn kinks(&self) -> &[f64] {
        match &self.formula {
            Formula::Table(table) => table.energies(),
            _ => &[],
        }
    }

    fn shape(&self, energy: D) -> D {
        match &self.formula {
            Formula::Mono(_) => D::zero(),
            Formula::Uniform => D::one(),
            Formula::FermiDirac(temperature, eta) => spectra::fermi_dirac(energy, *temperature, *eta),
            Formula::Pinched(mean, alpha) => spectra::pinched(energy, *mean, *alpha),
            Formula::MichelNuE => spectra::michel_nu_e(energy),
            Formula::MichelAntiNuMu => spectra::michel_anti_nu_mu(energy),
            Formula::Table(table) => table.at(energy),
        }
    }

    /// Integral of the shape over the range: exact for tables, else by panels that are finer at the
    /// low end.
    fn integral(&self) -> D {
        const PANELS: usize = 128;
        match &self.formula {
            Formula::Mono(_) => return D::one(),
            Formula::Table(table) => return D::from(table.integral()),
            _ => {}
        }
        let [low, high] = self.range;
        let edge = |i: usize| low + (high - low) * (i as f64 / PANELS as f64).powi(2);
        let panel = |i: usize| Gauss::integrate(edge(i), edge(i + 1), |e| self.shape(D::from(e)));
        (0..PANELS).fold(D::zero(), |sum, i| sum + panel(i))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
