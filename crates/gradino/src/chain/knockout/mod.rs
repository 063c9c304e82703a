//! Knockout of one nucleon by a lepton, as the beginning of an event.

mod events;
pub(crate) mod model;
mod part;
mod totals;

pub(super) use events::{Knocked, RESIDUE, Space};

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
    Hole, HoleState, Knockout, LeptonVertex, TotalCrossSection, hole, parameters,
};
use model::{Asked, Models};
use part::{Ingredients, Part};
use std::sync::{Arc, Mutex, PoisonError};

/// Number of derivatives carried in one pass over the flux.
const CHUNK: usize = 8;
type Slots = Dual<f64, CHUNK>;

/// Energies [MeV] between which the sampler has a table of its own are at most this far apart.
const SAMPLER_STEP: f64 = 80.0;

/// Leptons that knock nucleons out of a target.
#[derive(Debug)]
pub struct KnockoutJob {
    /// The leptons.
    pub flux: Flux,
    /// The target.
    pub target: Nuclide,
    /// The lepton's side, without the field of the nucleus.
    pub vertex: LeptonVertex,
    /// The models.
    pub choices: config::Knockout,
    /// The force as it is published.
    force: ParamSet,
    /// Made at first use: it takes a while.
    models: Mutex<Option<Models>>,
}

/// A knockout ready to be drawn.
#[derive(Debug)]
pub(super) struct PreparedJob {
    job: Arc<KnockoutJob>,
    /// One for each kind of nucleon that can be struck.
    parts: Vec<Part>,
    source: Energies,
    total: Average,
    mean_flux_energy: f64,
    roles: Roles,
    /// The flux with its derivatives, by chunks.
    slopes: Vec<PreparedFlux<Slots>>,
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
    /// Of the form factors and the force, in the order of the model's wanted parameters.
    model: Vec<usize>,
    /// Of the flux.
    flux: Vec<usize>,
    /// Of the two parameters of the widths of holes.
    widths: [Option<usize>; 2],
}

impl KnockoutJob {
    /// Leptons of `flux` on `target`.
    pub fn new(flux: Flux, target: Nuclide, choices: config::Knockout) -> Result<Self> {
        let vertex = choices.vertex(flux.incoming)?;
        let force = choices.skyrme_force()?.parameters;
        Ok(KnockoutJob { flux, target, vertex, choices, force, models: Mutex::new(None) })
    }

    /// Parameters of source, form factors, force and holes.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut list = self.flux.parameters();
        list.extend(self.own_parameters());
        list.extend(hole::parameters());
        list
    }

    /// Parameters of the current and of the force: those of the models.
    pub fn own_parameters(&self) -> Vec<Parameter> {
        let mut list = parameters(self.choices.form_factors(), self.vertex.current);
        list.extend(self.force.iter().cloned());
        list
    }

    /// The kinds of the nucleons that are struck: neutrons by neutrinos and protons by antineutrinos in the charged
    /// current, else both.
    pub fn struck(&self) -> Vec<Nucleon> {
        Nucleon::BOTH.into_iter().filter(|&n| self.vertex.knocked_out(n).is_some()).collect()
    }

    /// What is left when a nucleon of the kind `struck` is gone.
    pub fn residue(&self, struck: Nucleon) -> Nuclide {
        model::residue(self.target, struck)
    }

    /// Charge of the residue with the electrons of the target [e].
    fn residue_charge(&self, struck: Nucleon) -> i32 {
        match struck {
            Nucleon::Neutron => 0,
            Nucleon::Proton => -1,
        }
    }

    /// The models for the values in `params`, one for each kind of nucleon, with derivatives with respect to those of the
    /// force at the positions `wanted`: mean field and tables are made, or read from the cache, when they are asked for with
    /// other values or more derivatives than the last time.
    pub fn models(&self, params: &ParamSet, wanted: &[usize]) -> Result<Vec<Arc<Knockout>>> {
        Ok(self.made(params, wanted)?.of)
    }

    fn made(&self, params: &ParamSet, wanted: &[usize]) -> Result<Models> {
        let asked = self.asked(params, wanted, self.flux.highest())?;
        let mut slot = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = slot.as_ref().filter(|made| made.serve(&asked)) {
            return Ok(made.clone());
        }
        Ok(slot.insert(self.choices.build(self.target, self.vertex, asked)?).clone())
    }

    /// What models are needed for the values in `params` and derivatives at the positions `wanted`.
    fn asked(&self, params: &ParamSet, wanted: &[usize], highest: f64) -> Result<Asked> {
        let published = self.force.clone();
        let mut force = published.clone();
        for name in published.names() {
            force.set(name, params.get(name)?.value)?;
        }
        let names = wanted.iter().map(|&i| params.at(i).name.clone());
        let slopes = names.filter(|name| force.position(name).is_ok()).collect();
        Ok(Asked { published, force, slopes, highest })
    }

    /// What the user should know of the making of the models.
    pub(super) fn warnings(&self) -> Vec<String> {
        let slot = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().map_or_else(Vec::new, |made| made.warnings.clone())
    }

    /// Total cross sections for each kind of nucleon at the `energies` [MeV] of the lepton, whatever the flux, with their
    /// derivatives with respect to the parameters at the positions `wanted`: names, and for each energy the values.
    pub fn cross_sections(
        &self,
        params: &ParamSet,
        wanted: &[usize],
        energies: &[f64],
    ) -> Result<(Vec<String>, Vec<Vec<TotalCrossSection>>)> {
        let highest = energies.iter().copied().fold(0.0, f64::max);
        let asked = self.asked(params, wanted, highest)?;
        let models = self.choices.build(self.target, self.vertex, asked)?.of;
        let process = config::Process::Knockout.name();
        let name = |model: &Arc<Knockout>| match models.len() {
            1 => process.to_string(),
            _ => format!("{process} {}", model.struck),
        };
        let prepared: Vec<_> = models.iter().map(|m| m.prepare(params, wanted)).collect();
        let row = |&energy: &f64| prepared.iter().map(|model| model.total(energy)).collect();
        Ok((models.iter().map(name).collect(), energies.iter().map(row).collect()))
    }

    /// The highest excitation energy of a residue [MeV], for the holes of the published force.
    fn highest_excitation(&self, published: &[Hole], params: &ParamSet) -> f64 {
        HoleState::highest(published, self.widths(params)).min(MAX_EXCITATION - 1.0)
    }

    /// The residues with their highest excitation energies [MeV], in the order of the models for `params` and the
    /// derivatives at the positions `wanted`.
    pub(super) fn residues(&self, params: &ParamSet, wanted: &[usize]) -> Result<Vec<(Nuclide, f64)>> {
        let made = self.made(params, wanted)?;
        let of = |(m, published): (&Arc<Knockout>, &Vec<Hole>)| {
            (self.residue(m.struck), self.highest_excitation(published, params))
        };
        Ok(made.of.iter().zip(&made.published).map(of).collect())
    }

    /// Prepares all that comes before the deexcitation, `cascades` in the order of [`KnockoutJob::residues`], with
    /// gradients with respect to the parameters at `wanted`.
    pub(super) fn prepare(
        self: &Arc<Self>,
        params: &ParamSet,
        wanted: &[usize],
        cascades: &[Cascade],
    ) -> Result<PreparedJob> {
        let (roles, of_model, of_flux) = self.roles(params, wanted);
        if let (crate::flux::Shape::Mono { .. }, Some(_)) = (self.flux.shape(), of_flux.first()) {
            return Err(Ground::Simulation {
                reason: format!("a knockout has no derivative with respect to {}", crate::flux::ENERGY),
                hint: Some("leave it out of the gradients, or make another run at that energy".into()),
            }
            .into());
        }
        let flux = self.flux.prepare(&params.values());
        let made = self.made(params, wanted)?;
        let part = |(cascade, (model, published)): (usize, (&Arc<Knockout>, &Vec<Hole>))| {
            let wanted = &of_model[..];
            Part::new(self, &Ingredients { model, published, params, wanted, flux: &flux, cascades, cascade })
        };
        let parts = open(made.of.iter().zip(&made.published).enumerate().map(part))?;
        let slopes = flux_slopes(&self.flux, params, &of_flux);
        let (source, total, mean_flux_energy) = fold_flux(&flux, &slopes, &parts, &roles, wanted.len())?;
        Ok(PreparedJob { job: self.clone(), parts, source, total, mean_flux_energy, roles, slopes })
    }

    /// Who is who among the wanted parameters, and the positions of those of the form factors and of the flux.
    fn roles(&self, params: &ParamSet, wanted: &[usize]) -> (Roles, Vec<usize>, Vec<usize>) {
        let own = self.own_parameters();
        let of_flux = self.flux.parameters();
        let (mut roles, mut model, mut flux) = (Roles::default(), Vec::new(), Vec::new());
        for (slot, &position) in wanted.iter().enumerate() {
            let name = params.at(position).name.as_str();
            match name {
                hole::WIDTH => roles.widths[0] = Some(slot),
                hole::HALF_WIDTH_ENERGY => roles.widths[1] = Some(slot),
                _ if own.iter().any(|p| p.name == name) => {
                    roles.model.push(slot);
                    model.push(position);
                }
                _ if of_flux.iter().any(|p| p.name == name) => {
                    roles.flux.push(slot);
                    flux.push(position);
                }
                _ => {}
            }
        }
        (roles, model, flux)
    }
}

/// The parts that are open at some energy of the source; the first error where none is.
fn open(parts: impl Iterator<Item = Result<Part>>) -> Result<Vec<Part>> {
    let (mut open, mut closed) = (Vec::new(), None);
    for part in parts {
        match part {
            Ok(part) => open.push(part),
            Err(crate::error::Error::Nuclear(error @ Nuclear::BelowThreshold { .. })) => {
                closed.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match closed {
        Some(error) if open.is_empty() => Err(error.into()),
        _ => Ok(open),
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
    pub(super) fn warnings(&self) -> Vec<String> {
        self.job.warnings()
    }

    /// Highest energy of the leptons [MeV].
    pub(super) fn highest_energy(&self) -> f64 {
        self.job.flux.highest()
    }

    /// Number of the process in files, its name and flux-averaged cross section [cm^2].
    pub(super) fn process(&self) -> (u32, String, f64) {
        let current = self.job.vertex.current;
        let name = config::Process::Knockout.name();
        (events::process_number(current), format!("{name}, {} current", current.name()), self.total.value)
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
    parts: &[Part],
    roles: &Roles,
    wanted: usize,
) -> Result<(Energies, Average, f64)> {
    let mut gradient = vec![0.0; wanted];
    let rate = |energy: f64| parts.iter().map(|part| part.rate(energy)).sum::<f64>();
    let slope =
        |energy: f64, k: usize| parts.iter().map(|p| p.totals.at(energy, |t| t.gradient[k])).sum::<f64>();
    if let Some(energy) = flux.single_energy() {
        roles.model.iter().enumerate().for_each(|(k, &slot)| gradient[slot] = slope(energy, k));
        return Ok((Energies::One(energy), Average { value: rate(energy), error: 0.0, gradient }, energy));
    }
    let threshold = parts.iter().map(|part| part.model().threshold()).fold(f64::INFINITY, f64::min);
    let [low, high] = flux.range();
    let grid = Grid::new(low.max(threshold), high, flux.kinks());
    let folded = fold(flux, &grid, rate);
    for (k, &slot) in roles.model.iter().enumerate() {
        gradient[slot] = fold(flux, &grid, |e| slope(e, k)).total;
    }
    for (k, &slot) in roles.flux.iter().enumerate() {
        gradient[slot] =
            fold(&slopes[k / CHUNK], &grid, |e: Slots| Slots::from(rate(e.re))).total.eps[k % CHUNK];
    }
    if folded.total <= 0.0 {
        let process = "knockout of a nucleon".into();
        return Err(Nuclear::BelowThreshold { energy: high, threshold, process }.into());
    }
    let all = Grid::new(flux.range()[0], high, flux.kinks());
    let mean = fold(flux, &all, |e| e).total / fold(flux, &all, |_| 1.0).total;
    let average = Average { value: folded.total, error: folded.error, gradient };
    Ok((Energies::Table(EnergyTable::new(&grid, &folded)), average, mean))
}
