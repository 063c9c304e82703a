//! From the choices of a configuration to the model of a knockout.

use crate::config::{self, Knockout as Choices, LeptonCoulomb, MomentumSquared};
use crate::error::Result;
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{Current, MeanField, Nucleon, Skyrme};
use gradino_nuclear::reaction::exclusive::{
    Grid, Knockout, KnockoutTable, LeptonVertex, MeanFieldSource, Origin,
};
use std::path::PathBuf;
use std::sync::Arc;

/// Nodes of the table in kinetic energy and in momentum transfer.
const NODES: [usize; 2] = [300, 250]; // chosen: see the page on knockout for the error of the interpolation

/// Charge radius of the residue over A^(1/3) [fm].
const RADIUS_FM: f64 = 1.2; // gardiner2021

/// The models of a target, one for each kind of nucleon that can be struck.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    /// The models.
    pub(crate) of: Vec<Arc<Knockout>>,
    /// What the user should know of their tables.
    pub(crate) warnings: Vec<String>,
}

/// What is left of `target` when a nucleon of the kind `struck` is gone.
pub(super) fn residue(Nuclide { z, a }: Nuclide, struck: Nucleon) -> Nuclide {
    match struck {
        Nucleon::Neutron => Nuclide::new(z, a - 1),
        Nucleon::Proton => Nuclide::new(z - 1, a - 1),
    }
}

/// The folder of tables that take long to make: `GRADINO_CACHE`, or `gradino` in the user's folder for such things.
fn cache_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let users = || variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    variable("GRADINO_CACHE").unwrap_or_else(|| users().unwrap_or_else(std::env::temp_dir).join("gradino"))
}

impl Choices {
    /// The lepton's side of `incoming` (PDG number), without the field of the nucleus.
    pub(crate) fn vertex(&self, incoming: i32) -> Result<LeptonVertex> {
        let current = match self.current() {
            config::Current::Charged => Current::Charged,
            config::Current::Neutral => Current::Neutral,
            config::Current::Electromagnetic => Current::Electromagnetic,
        };
        let MomentumSquared(min_q2) = self.min_q2.unwrap_or(MomentumSquared(0.0));
        Ok(LeptonVertex::new(current, incoming)?.above(min_q2))
    }

    /// The same in the Coulomb field of `residue`.
    fn in_field(&self, vertex: LeptonVertex, residue: Nuclide) -> LeptonVertex {
        match self.coulomb {
            LeptonCoulomb::Mema => vertex.in_coulomb_field(residue, RADIUS_FM),
            LeptonCoulomb::Fermi => vertex.with_fermi_function(residue, RADIUS_FM),
            LeptonCoulomb::None => vertex,
        }
    }

    /// The models of a knockout from `target` by leptons of up to `highest` [MeV].
    pub(crate) fn build(&self, target: Nuclide, vertex: LeptonVertex, highest: f64) -> Result<Models> {
        let force = self.skyrme_force()?;
        let theta = force.parameters.values();
        let field = self.field(target).solve(&Skyrme::new(&theta))?;
        let mut models = Models { of: Vec::new(), warnings: Vec::new() };
        for struck in Nucleon::BOTH {
            let Some(outgoing) = vertex.knocked_out(struck) else { continue };
            let (table, origin) = self.table(&field, [struck, outgoing], highest)?;
            if let Origin::Rebuilt(reason) = origin {
                models.warnings.push(format!("a table was made anew: {reason}"));
            }
            let vertex = self.in_field(vertex, residue(target, struck));
            models.of.push(Knockout::new(Arc::new(table), vertex, self.form_factors())?);
        }
        Ok(models)
    }

    /// The table of nucleons that are struck and leave, for leptons of up to `highest` [MeV].
    fn table(
        &self,
        field: &MeanField<f64>,
        nucleons: [Nucleon; 2],
        highest: f64,
    ) -> Result<(KnockoutTable, Origin)> {
        let options = self.response_options();
        let [kinetic_end, momentum_end] = Grid::reach(highest);
        let momenta = Grid::uniform_momenta(NODES[1], momentum_end);
        let source = MeanFieldSource::new(field, nucleons, options, &momenta, kinetic_end);
        let kinetic = Grid::adapted_kinetic(&source, NODES[0], kinetic_end)?;
        Ok(KnockoutTable::cached(&source, Grid { kinetic, momenta }, &cache_folder())?)
    }
}
