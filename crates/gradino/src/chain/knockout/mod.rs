//! Knockout of one nucleon by a neutrino, as the beginning of an event.

mod events;
mod model;
mod totals;

pub(super) use events::{KNOCKOUT, Knocked, RESIDUE, Space};

use super::energy_table::{EnergyTable, Grid, fold};
use super::primary::Average;
use crate::config;
use crate::error::Result;
use crate::flux::{Flux, PreparedFlux};
use gradino_core::{Dual, Error as Ground, Nuclide, ParamSet, Parameter};
use gradino_nuclear::Error as Nuclear;
use gradino_nuclear::decay::{Cascade, MAX_EXCITATION};
use gradino_nuclear::meanfield::Nucleon;
use gradino_nuclear::reaction::exclusive::{
    HoleState, Knockout, KnockoutSampler, LeptonVertex, PreparedKnockout, SamplerSpace, hole,
};
use gradino_nuclear::structure::masses;
use std::sync::{Arc, Mutex, PoisonError};
use totals::Totals;

/// Number of derivatives carried in one pass over the flux.
const CHUNK: usize = 8;
type Slots = Dual<f64, CHUNK>;

/// Energies [MeV] between which the sampler has a table of its own are at most this far apart.
const SAMPLER_STEP: f64 = 80.0;

/// Neutrinos that knock nucleons out of a target.
#[derive(Debug)]
pub struct KnockoutJob {
    /// The neutrinos.
    pub flux: Flux,
    /// The target.
    pub target: Nuclide,
    /// The lepton's side.
    pub vertex: LeptonVertex,
    /// The models.
    pub choices: config::Knockout,
    /// Made at first use: it takes a while.
    model: Mutex<Option<(Arc<Knockout>, Option<String>)>>,
}

/// A knockout ready to be drawn.
#[derive(Debug)]
pub(super) struct PreparedJob {
    job: Arc<KnockoutJob>,
    sampler: KnockoutSampler,
    source: Energies,
    total: Average,
    mean_flux_energy: f64,
    /// The hole of each shell.
    holes: Vec<HoleState>,
    masses: Masses,
    roles: Roles,
    /// The flux with its derivatives, by chunks.
    slopes: Vec<PreparedFlux<Slots>>,
}

/// Masses [MeV] of the particles, of the residue none: it depends on its energy.
#[derive(Clone, Copy, Debug)]
struct Masses {
    lepton: f64,
    target: f64,
    nucleon: f64,
}

/// What the energies are drawn from.
#[derive(Debug)]
enum Energies {
    One(f64),
    Table(EnergyTable),
}

/// Where the wanted parameters of the chain belong: positions in the gradients.
#[derive(Clone, Debug, Default)]
struct Roles {
    /// Of the form factors, in the order of the model's wanted parameters.
    form_factors: Vec<usize>,
    /// Of the flux.
    flux: Vec<usize>,
    /// Of the two parameters of the widths of holes.
    widths: [Option<usize>; 2],
}

impl KnockoutJob {
    /// Neutrinos of `flux` on `target`.
    pub fn new(flux: Flux, target: Nuclide, choices: config::Knockout) -> Result<Self> {
        let vertex = LeptonVertex::new(gradino_nuclear::meanfield::Current::Charged, flux.neutrino)?;
        Ok(KnockoutJob { flux, target, vertex, choices, model: Mutex::new(None) })
    }

    /// Parameters of source, form factors and holes.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut list = self.flux.parameters();
        list.extend(self.choices.form_factors().parameters());
        list.extend(hole::parameters());
        list
    }

    /// The kind of the nucleon that is struck: neutrons by neutrinos, protons by antineutrinos.
    pub fn struck(&self) -> Nucleon {
        if self.flux.neutrino > 0 { Nucleon::Neutron } else { Nucleon::Proton }
    }

    /// What is left when the nucleon is gone.
    pub fn residue(&self) -> Nuclide {
        let Nuclide { z, a } = self.target;
        match self.struck() {
            Nucleon::Neutron => Nuclide::new(z, a - 1),
            Nucleon::Proton => Nuclide::new(z - 1, a - 1),
        }
    }

    /// Charge of the residue with the electrons of the target [e].
    fn residue_charge(&self) -> i32 {
        match self.struck() {
            Nucleon::Neutron => 0,
            Nucleon::Proton => -1,
        }
    }

    /// The model: its mean field and its tables are made, or read from the cache, at first use.
    pub fn model(&self) -> Result<Arc<Knockout>> {
        let mut slot = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((model, _)) = &*slot {
            return Ok(model.clone());
        }
        let made = self.choices.build(self.target, self.vertex, self.flux.highest())?;
        Ok(slot.insert(made).0.clone())
    }

    /// What the user should know of the making of the model.
    pub(super) fn warning(&self) -> Option<String> {
        let slot = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().and_then(|(_, warning)| warning.clone())
    }

    /// Total cross sections [cm^2 per atom] at the `energies` [MeV] of the neutrino, whatever the flux.
    pub fn cross_sections(&self, params: &ParamSet, energies: &[f64]) -> Result<Vec<f64>> {
        let highest = energies.iter().copied().fold(0.0, f64::max);
        let (model, _) = self.choices.build(self.target, self.vertex, highest)?;
        let prepared = model.prepare(params, &[]);
        Ok(energies.iter().map(|&energy| prepared.total(energy).value).collect())
    }

    /// The parameters of the widths of holes, if they have widths.
    fn widths(&self, params: &ParamSet) -> Option<[f64; 2]> {
        let theta = params.values();
        let broad = self.choices.width == config::HoleWidth::Lorentz;
        broad.then(|| [theta[hole::WIDTH], theta[hole::HALF_WIDTH_ENERGY]])
    }

    /// The highest excitation energy of the residue [MeV].
    pub(super) fn highest_excitation(&self, params: &ParamSet) -> Result<f64> {
        let highest = HoleState::highest(&self.model()?.table.holes, self.widths(params));
        Ok(highest.min(MAX_EXCITATION - 1.0))
    }

    /// Prepares all that comes before the deexcitation `cascade` of the residue, with gradients with respect to the
    /// parameters at `wanted`.
    pub(super) fn prepare(
        self: &Arc<Self>,
        params: &ParamSet,
        wanted: &[usize],
        cascade: &Cascade,
    ) -> Result<PreparedJob> {
        let model = self.model()?;
        let (roles, form_factors, flux) = self.roles(params, wanted);
        let prepared = model.prepare(params, &form_factors);
        if let (crate::flux::Shape::Mono { .. }, Some(_)) = (self.flux.shape(), flux.first()) {
            return Err(Ground::Simulation {
                reason: format!("a knockout has no derivative with respect to {}", crate::flux::ENERGY),
                hint: Some("leave it out of the gradients, or make another run at that energy".into()),
            }
            .into());
        }
        let theta = params.values();
        let slopes = flux_slopes(&self.flux, params, &flux);
        let (source, total, mean_flux_energy) =
            fold_flux(&self.flux.prepare(&theta), &slopes, &prepared, &roles, wanted.len())?;
        let edges = edges(&source, &prepared);
        let sampler = KnockoutSampler::new(&prepared, &edges)?;
        let (threshold, highest) = (cascade.network().lowest_separation(0), self.highest_excitation(params)?);
        let holes = HoleState::all(&model.table.holes, self.widths(params), threshold, highest);
        let holes = holes.into_iter().map(|h| h.standing_for(|s| cascade.stands_for(s))).collect();
        let masses = Masses {
            lepton: self.vertex.outgoing_mass,
            target: masses::atomic_mass(self.target)?,
            nucleon: events::nucleon(self.struck().other()).1,
        };
        self.check_threshold(&masses, cascade)?;
        let job = self.clone();
        Ok(PreparedJob { job, sampler, source, total, mean_flux_energy, holes, masses, roles, slopes })
    }

    /// Refuses energies at which the masses of the nuclei forbid every knockout, though the mean field allows some.
    fn check_threshold(&self, masses: &Masses, cascade: &Cascade) -> Result<()> {
        let residue = cascade.network().ion_mass(0, self.residue_charge(), 0.0);
        let after = masses.lepton + masses.nucleon + residue;
        let threshold = (after * after - masses.target * masses.target) / (2.0 * masses.target);
        let energy = self.flux.highest();
        if energy > threshold {
            return Ok(());
        }
        Err(Nuclear::BelowThreshold { energy, threshold, process: "knockout of a nucleon".into() }.into())
    }

    /// Who is who among the wanted parameters, and the positions of those of the form factors and of the flux.
    fn roles(&self, params: &ParamSet, wanted: &[usize]) -> (Roles, Vec<usize>, Vec<usize>) {
        let own = self.choices.form_factors().parameters();
        let of_flux = self.flux.parameters();
        let (mut roles, mut form_factors, mut flux) = (Roles::default(), Vec::new(), Vec::new());
        for (slot, &position) in wanted.iter().enumerate() {
            let name = params.at(position).name.as_str();
            match name {
                hole::WIDTH => roles.widths[0] = Some(slot),
                hole::HALF_WIDTH_ENERGY => roles.widths[1] = Some(slot),
                _ if own.iter().any(|p| p.name == name) => {
                    roles.form_factors.push(slot);
                    form_factors.push(position);
                }
                _ if of_flux.iter().any(|p| p.name == name) => {
                    roles.flux.push(slot);
                    flux.push(position);
                }
                _ => {}
            }
        }
        (roles, form_factors, flux)
    }
}

impl PreparedJob {
    /// The flux-averaged cross section.
    pub(super) fn total(&self) -> &Average {
        &self.total
    }

    /// Mean energy of the flux [MeV].
    pub(super) fn mean_flux_energy(&self) -> f64 {
        self.mean_flux_energy
    }

    /// What the user should know.
    pub(super) fn warning(&self) -> Option<String> {
        self.job.warning()
    }

    /// Highest energy of the neutrinos [MeV].
    pub(super) fn highest_energy(&self) -> f64 {
        self.job.flux.highest()
    }

    /// Memory for draws.
    pub(super) fn space(&self) -> SamplerSpace {
        self.sampler.space()
    }
}

/// The flux with derivatives with respect to the parameters at `positions`.
fn flux_slopes(flux: &Flux, params: &ParamSet, positions: &[usize]) -> Vec<PreparedFlux<Slots>> {
    let chunk = |positions: &[usize]| {
        let theta = params.seeded(|i, p| match positions.iter().position(|k| *k == i) {
            Some(slot) => Dual::variable(p.value, slot),
            None => Dual::constant(p.value),
        });
        flux.prepare(&theta)
    };
    positions.chunks(CHUNK).map(chunk).collect()
}

/// The energies of the events, the flux-averaged cross section with its gradient, and the mean energy of the flux.
fn fold_flux(
    flux: &PreparedFlux<f64>,
    slopes: &[PreparedFlux<Slots>],
    model: &PreparedKnockout,
    roles: &Roles,
    wanted: usize,
) -> Result<(Energies, Average, f64)> {
    let mut gradient = vec![0.0; wanted];
    if let Some(energy) = flux.single_energy() {
        let total = model.total(energy);
        roles.form_factors.iter().zip(&total.gradient).for_each(|(&slot, g)| gradient[slot] = *g);
        if total.value <= 0.0 {
            return Err(below_threshold(model, energy));
        }
        return Ok((Energies::One(energy), Average { value: total.value, error: 0.0, gradient }, energy));
    }
    let [low, high] = flux.range();
    let low = low.max(model.threshold());
    if low >= high {
        return Err(below_threshold(model, high));
    }
    let totals = Totals::new(model, [low, high]);
    let grid = Grid::new(low, high, flux.kinks());
    let folded = fold(flux, &grid, |e| totals.at(e, |t| t.value).max(0.0));
    for (k, &slot) in roles.form_factors.iter().enumerate() {
        gradient[slot] = fold(flux, &grid, |e| totals.at(e, |t| t.gradient[k])).total;
    }
    for (k, &slot) in roles.flux.iter().enumerate() {
        let sigma = |e: Slots| Slots::from(totals.at(e.re, |t| t.value).max(0.0));
        gradient[slot] = fold(&slopes[k / CHUNK], &grid, sigma).total.eps[k % CHUNK];
    }
    if folded.total <= 0.0 {
        return Err(below_threshold(model, high));
    }
    let all = Grid::new(flux.range()[0], high, flux.kinks());
    let mean = fold(flux, &all, |e| e).total / fold(flux, &all, |_| 1.0).total;
    let average = Average { value: folded.total, error: folded.error, gradient };
    Ok((Energies::Table(EnergyTable::new(&grid, &folded)), average, mean))
}

fn below_threshold(model: &PreparedKnockout, energy: f64) -> crate::error::Error {
    let (threshold, process) = (model.threshold(), "knockout of a nucleon".into());
    Nuclear::BelowThreshold { energy, threshold, process }.into()
}

/// The energies between which the sampler has tables.
fn edges(source: &Energies, model: &PreparedKnockout) -> Vec<f64> {
    let [low, high] = match source {
        Energies::One(energy) => [*energy; 2],
        Energies::Table(table) => table.range(),
    };
    let low = low.max(model.threshold());
    let steps = ((high - low) / SAMPLER_STEP).ceil().max(1.0) as usize;
    (0..=steps).map(|i| low + (high - low) * i as f64 / steps as f64).collect()
}
