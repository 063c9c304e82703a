//! From the choices of a configuration to the model of a knockout.

use crate::config::{AxialFormFactor, CoulombExchange, Knockout as Choices, VectorFormFactors, Waves};
use crate::error::Result;
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{
    self, AxialModel, ContinuumOptions, EmptiedField, FieldChoice, FinalState, FormFactorModel, Nucleon,
    Options, ResponseOptions, Skyrme, SkyrmeForce, VectorModel,
};
use gradino_nuclear::reaction::exclusive::{
    Grid, Knockout, KnockoutTable, LeptonVertex, MeanFieldSource, Origin,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Nodes of the table in kinetic energy and in momentum transfer.
const NODES: [usize; 2] = [300, 250]; // chosen: see the page on knockout for the error of the interpolation

/// The folder of tables that take long to make: `GRADINO_CACHE`, or `gradino` in the user's folder for such things.
fn cache_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let users = || variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    variable("GRADINO_CACHE").unwrap_or_else(|| users().unwrap_or_else(std::env::temp_dir).join("gradino"))
}

impl Choices {
    /// The form factors.
    pub fn form_factors(&self) -> FormFactorModel {
        let vector = match self.vector {
            VectorFormFactors::Kelly => VectorModel::Kelly,
            VectorFormFactors::Bbba05 => VectorModel::Bbba05,
            VectorFormFactors::Dipole => VectorModel::Dipole,
        };
        let axial = match self.axial {
            AxialFormFactor::Dipole => AxialModel::Dipole,
            AxialFormFactor::ZExpansion => AxialModel::ZExpansion,
        };
        FormFactorModel { vector, axial }
    }

    /// The force, by its name or from its file.
    fn force(&self) -> Result<SkyrmeForce> {
        Ok(match self.force.ends_with(".toml") {
            true => SkyrmeForce::from_file(Path::new(&self.force))?,
            false => SkyrmeForce::named(&self.force)?,
        })
    }

    /// Which field the nucleons of `target` move in.
    fn field(&self, target: Nuclide) -> FieldChoice {
        let exchange = match self.exchange {
            CoulombExchange::Slater => meanfield::CoulombExchange::Slater,
            CoulombExchange::None => meanfield::CoulombExchange::None,
        };
        FieldChoice {
            nuclide: target,
            of: self.borrowed_field().unwrap_or(target),
            empty: self.emptied_shells(),
            rest: EmptiedField::Evaluated,
            options: Options { exchange, ..Options::default() },
        }
    }

    /// The model of a knockout from `target` by leptons of up to `highest` [MeV], and a warning if its table on disk could
    /// not be used.
    pub(crate) fn build(
        &self,
        target: Nuclide,
        vertex: LeptonVertex,
        highest: f64,
    ) -> Result<(Arc<Knockout>, Option<String>)> {
        let force = self.force()?;
        let theta = force.parameters.values();
        let field = self.field(target).solve(&Skyrme::new(&theta))?;
        let final_state = match self.waves {
            Waves::Distorted => FinalState::Distorted,
            Waves::Plane => FinalState::Plane,
        };
        let continuum = ContinuumOptions { final_state, ..ContinuumOptions::default() };
        let options = ResponseOptions { continuum, ..ResponseOptions::default() };
        let [kinetic_end, momentum_end] = Grid::reach(highest);
        let momenta = Grid::uniform_momenta(NODES[1], momentum_end);
        let struck = if vertex.handedness > 0.0 { Nucleon::Neutron } else { Nucleon::Proton };
        let source = MeanFieldSource::new(&field, [struck, struck.other()], options, &momenta, kinetic_end);
        let kinetic = Grid::adapted_kinetic(&source, NODES[0], kinetic_end)?;
        let (table, origin) = KnockoutTable::cached(&source, Grid { kinetic, momenta }, &cache_folder())?;
        let warning = match origin {
            Origin::Rebuilt(reason) => Some(format!("a table was made anew: {reason}")),
            Origin::Read | Origin::Built => None,
        };
        Ok((Knockout::new(Arc::new(table), vertex, self.form_factors())?, warning))
    }
}
