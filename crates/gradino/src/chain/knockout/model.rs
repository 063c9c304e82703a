//! From the choices of a configuration to the model of a knockout.

use crate::config::{self, Knockout as Choices, LeptonCoulomb, MomentumSquared};
use crate::error::Result;
use gradino_core::{Error as Ground, Nuclide, ParamSet};
use gradino_nuclear::meanfield::{Current, MeanField, Nucleon, Skyrme};
use gradino_nuclear::reaction::exclusive::{
    Grid, Hole, Knockout, KnockoutTable, LeptonVertex, MeanFieldSource, Origin, TableSlope,
};
use std::path::PathBuf;
use std::sync::Arc;

/// Nodes of the table in kinetic energy and in momentum transfer.
const NODES: [usize; 2] = [300, 250]; // chosen: see the page on knockout for the error of the interpolation

/// Charge radius of the residue over A^(1/3) [fm].
const RADIUS_FM: f64 = 1.2; // gardiner2021

/// Largest size of the tables of derivatives with respect to the force [bytes].
const MOST_SLOPES: usize = 4 << 30; // chosen: half the memory of a small machine

/// The models of a target, one for each kind of nucleon that can be struck.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    /// What they were made for.
    asked: Asked,
    /// The models.
    pub(crate) of: Vec<Arc<Knockout>>,
    /// The holes of each with the published values of the force: these are the same for all values.
    pub(super) published: Vec<Vec<Hole>>,
    /// What the user should know of their tables.
    pub(crate) warnings: Vec<String>,
}

/// What models are made for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The force as it is published.
    pub(crate) published: ParamSet,
    /// Its parameters with their values.
    pub(crate) force: ParamSet,
    /// Names of those with respect to which derivatives are wanted.
    pub(crate) slopes: Vec<String>,
    /// Highest energy of the leptons [MeV].
    pub(crate) highest: f64,
}

impl Models {
    /// Whether they are what is asked for, or have more derivatives.
    pub(super) fn serve(&self, asked: &Asked) -> bool {
        let known = |name: &String| self.asked.slopes.contains(name);
        values(&self.asked.force) == values(&asked.force) && asked.slopes.iter().all(known)
    }
}

/// What is left of `target` when a nucleon of the kind `struck` is gone.
pub(super) fn residue(Nuclide { z, a }: Nuclide, struck: Nucleon) -> Nuclide {
    match struck {
        Nucleon::Neutron => Nuclide::new(z, a - 1),
        Nucleon::Proton => Nuclide::new(z - 1, a - 1),
    }
}

/// The values of parameters, in their order.
pub(super) fn values(set: &ParamSet) -> Vec<f64> {
    set.iter().map(|p| p.value).collect()
}

/// What the user should know of a table that could not be read.
fn rebuilt(origin: Origin) -> Option<String> {
    match origin {
        Origin::Rebuilt(reason) => Some(format!("a table was made anew: {reason}")),
        Origin::Read | Origin::Built => None,
    }
}

/// Refuses derivatives whose tables would take too much memory.
fn check_size(slopes: &[String], bytes: usize) -> Result<()> {
    if bytes <= MOST_SLOPES {
        return Ok(());
    }
    let [needed, most] = [bytes, MOST_SLOPES].map(|bytes| bytes as f64 / 1e9);
    let reason = format!(
        "derivatives with respect to {} parameters of the force take {needed:.1} GB, more than {most:.1} GB",
        slopes.len()
    );
    Err(Ground::Simulation { reason, hint: Some("name fewer of skyrme.* in [gradients]".into()) }.into())
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

    /// The models of a knockout from `target` by leptons.
    pub(crate) fn build(&self, target: Nuclide, vertex: LeptonVertex, asked: Asked) -> Result<Models> {
        let field = self.field(target).solve(&Skyrme::new(&asked.force.values()))?;
        let mut tables: Vec<(KnockoutTable, Vec<TableSlope>)> = Vec::new();
        let mut warnings = Vec::new();
        let kinds = Nucleon::BOTH.into_iter().filter_map(|s| Some([s, vertex.knocked_out(s)?]));
        let kinds: Vec<[Nucleon; 2]> = kinds.collect();
        for &nucleons in &kinds {
            let (table, origin) = self.table(&field, nucleons, asked.highest)?;
            warnings.extend(rebuilt(origin));
            tables.push((table, Vec::new()));
        }
        let bytes =
            asked.slopes.len() * tables.iter().map(|(table, _)| table.bytes_of_slopes()).sum::<usize>();
        check_size(&asked.slopes, bytes)?;
        for name in &asked.slopes {
            self.add_slopes(target, &kinds, (&asked, name), &mut tables, &mut warnings)?;
        }
        if bytes > 0 {
            let names = asked.slopes.join(", ");
            warnings.push(format!("derivatives with respect to {names} take {} MB", bytes / 1_000_000));
        }
        let holes = tables.iter().map(|(table, _)| table.holes.clone()).collect();
        let published = self.published(target, &asked, &kinds, holes)?;
        let model = |(nucleons, (table, slopes)): (&[Nucleon; 2], (KnockoutTable, Vec<TableSlope>))| {
            let vertex = self.in_field(vertex, residue(target, nucleons[0]));
            Ok(Knockout::new(Arc::new(table), vertex, self.form_factors())?.with_slopes(slopes))
        };
        let of = kinds.iter().zip(tables).map(model).collect::<Result<_>>()?;
        Ok(Models { asked, of, published, warnings })
    }

    /// Adds the derivatives of the tables with respect to one parameter of the force, in its own field of dual numbers.
    fn add_slopes(
        &self,
        target: Nuclide,
        kinds: &[[Nucleon; 2]],
        (asked, name): (&Asked, &str),
        tables: &mut [(KnockoutTable, Vec<TableSlope>)],
        warnings: &mut Vec<String>,
    ) -> Result<()> {
        let parameter = asked.force.get(name)?;
        let theta = asked.force.chunk::<1>(asked.force.position(name)?);
        let field = self.field(target).solve(&Skyrme::new(&theta))?;
        for (&nucleons, (table, slopes)) in kinds.iter().zip(tables) {
            let end = table.grid.kinetic.last().copied().unwrap_or(0.0);
            let source =
                MeanFieldSource::new(&field, nucleons, self.response_options(), &table.grid.momenta, end);
            for (slope, origin) in
                table.cached_slopes(&source, std::slice::from_ref(parameter), &cache_folder())?
            {
                warnings.extend(rebuilt(origin));
                slopes.push(slope);
            }
        }
        Ok(())
    }

    /// The `holes` of the models with the published values of the force.
    fn published(
        &self,
        target: Nuclide,
        asked: &Asked,
        kinds: &[[Nucleon; 2]],
        mut holes: Vec<Vec<Hole>>,
    ) -> Result<Vec<Vec<Hole>>> {
        if values(&asked.force) == values(&asked.published) {
            return Ok(holes);
        }
        let field = self.field(target).solve(&Skyrme::new(&asked.published.values()))?;
        for (holes, [struck, _]) in holes.iter_mut().zip(kinds) {
            for hole in holes {
                if let Some(orbital) = field.orbital(*struck, hole.shell) {
                    hole.separation = -orbital.energy;
                }
            }
        }
        Ok(holes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_that_would_fill_the_memory_are_refused_with_their_size() {
        let names = ["skyrme.t0", "skyrme.t1"].map(String::from);
        check_size(&names, MOST_SLOPES).expect("as much as there may be");
        let error = check_size(&names, 5_000_000_000).expect_err("too much");
        assert!(
            error
                .to_string()
                .ends_with("with respect to 2 parameters of the force take 5.0 GB, more than 4.3 GB")
        );
        assert_eq!(error.hint().as_deref(), Some("name fewer of skyrme.* in [gradients]"));
    }
}
