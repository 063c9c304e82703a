//! Knockout of one kind of nucleon: its model, its sampler, and the holes that it leaves.

use super::events;
use super::totals::Totals;
use super::{KnockoutJob, SAMPLER_STEP};
use crate::config;
use crate::error::{Error, Result};
use crate::flux::PreparedFlux;
use gradino_core::ParamSet;
use gradino_nuclear::Error as Nuclear;
use gradino_nuclear::decay::Cascade;
use gradino_nuclear::meanfield::Nucleon;
use gradino_nuclear::reaction::exclusive::{
    Hole, HoleState, Knockout, KnockoutSampler, PreparedKnockout, ReactionMasses, hole,
};
use gradino_nuclear::structure::masses;
use std::sync::Arc;

/// One kind of nucleon that is struck.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) struck: Nucleon,
    /// Position of the cascade of its residue.
    pub(super) cascade: usize,
    pub(super) sampler: KnockoutSampler,
    pub(super) totals: Totals,
    /// The hole of each shell.
    pub(super) holes: Vec<HoleState>,
    /// The derivatives of its energy above the last filled shell with respect to the model's wanted parameters.
    pub(super) hole_slopes: Vec<Vec<f64>>,
    pub(super) masses: ReactionMasses,
}

/// What a part needs beside the job.
pub(super) struct Ingredients<'a> {
    pub(super) model: &'a Arc<Knockout>,
    /// The holes with the published force.
    pub(super) published: &'a [Hole],
    pub(super) params: &'a ParamSet,
    /// Positions of the model's wanted parameters.
    pub(super) wanted: &'a [usize],
    pub(super) flux: &'a PreparedFlux<f64>,
    pub(super) cascades: &'a [Cascade],
    /// Position of the cascade of the residue.
    pub(super) cascade: usize,
}

impl Part {
    /// Prepares the part; what is forbidden at all energies of the source is an error.
    pub(super) fn new(job: &KnockoutJob, of: &Ingredients<'_>) -> Result<Self> {
        let (struck, cascade) = (of.model.struck, &of.cascades[of.cascade]);
        let masses = ReactionMasses {
            incoming: job.vertex.incoming_mass,
            lepton: job.vertex.outgoing_mass,
            target: masses::atomic_mass(job.target)?,
            nucleon: events::nucleon(of.model.table.outgoing).1,
        };
        let prepared = of.model.prepare(of.params, of.wanted);
        let [low, high] = of.flux.range();
        let threshold = prepared.threshold();
        if high <= threshold {
            return Err(below(threshold, high));
        }
        let residue = cascade.network().ion_mass(0, job.residue_charge(struck), 0.0);
        check_threshold(&masses, residue, high)?;
        let totals = Totals::new(&prepared, [low.max(threshold), high]);
        if totals.at(high, |t| t.value) <= 0.0 {
            return Err(below(threshold, high));
        }
        let sampler = KnockoutSampler::new(&prepared, &edges([low.max(threshold), high]))?;
        let (lowest, highest) =
            (cascade.network().lowest_separation(0), job.highest_excitation(of.published, of.params));
        let widths = job.widths(of.params);
        let holes = HoleState::within(&of.model.table.holes, of.published, widths, lowest, highest);
        let holes = holes.into_iter().map(|h| h.standing_for(|s| cascade.stands_for(s))).collect();
        let hole_slopes = hole_slopes(&prepared);
        Ok(Part { struck, cascade: of.cascade, sampler, totals, holes, hole_slopes, masses })
    }

    /// The total cross section at `energy` [MeV], 0 below the threshold [cm^2].
    pub(super) fn rate(&self, energy: f64) -> f64 {
        self.totals.at(energy, |t| t.value).max(0.0)
    }

    /// The model.
    pub(super) fn model(&self) -> &Arc<PreparedKnockout> {
        self.sampler.model()
    }
}

/// The derivatives of the energies of the holes above the last filled shell.
fn hole_slopes(model: &PreparedKnockout) -> Vec<Vec<f64>> {
    let holes = &model.of.table.holes;
    let all: Vec<Vec<f64>> = (0..holes.len()).map(|hole| model.separation_gradient(hole)).collect();
    let last = (0..holes.len()).min_by(|&a, &b| holes[a].separation.total_cmp(&holes[b].separation));
    let above = |slopes: &Vec<f64>| match last {
        Some(last) => slopes.iter().zip(&all[last]).map(|(s, f)| s - f).collect(),
        None => slopes.clone(),
    };
    all.iter().map(above).collect()
}

fn below(threshold: f64, energy: f64) -> Error {
    Nuclear::BelowThreshold { energy, threshold, process: "knockout of a nucleon".into() }.into()
}

/// Refuses energies at which the masses of the nuclei forbid every knockout, though the mean field allows some.
fn check_threshold(masses: &ReactionMasses, residue: f64, highest: f64) -> Result<()> {
    let after = masses.lepton + masses.nucleon + residue;
    let before_sq = masses.target * masses.target + masses.incoming * masses.incoming;
    let threshold = (after * after - before_sq) / (2.0 * masses.target);
    if highest > threshold { Ok(()) } else { Err(below(threshold, highest)) }
}

/// The energies between which the sampler has tables.
fn edges([low, high]: [f64; 2]) -> Vec<f64> {
    let steps = ((high - low) / SAMPLER_STEP).ceil().max(1.0) as usize;
    (0..=steps).map(|i| low + (high - low) * i as f64 / steps as f64).collect()
}

impl KnockoutJob {
    /// The parameters of the widths of holes, if they have widths.
    pub(super) fn widths(&self, params: &ParamSet) -> Option<[f64; 2]> {
        let theta = params.values();
        let broad = self.choices.width == config::HoleWidth::Lorentz;
        broad.then(|| [theta[hole::WIDTH], theta[hole::HALF_WIDTH_ENERGY]])
    }
}
