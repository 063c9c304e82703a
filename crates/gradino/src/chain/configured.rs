//! From a configuration to a chain, and to what its files say of it.

use super::knockout::KnockoutJob;
use super::primary::{AtomicMasses, Primary, Process, Weighting};
use super::{Chain, Origin, Setup};
use crate::config::{self, Beam, Config, Source, Spectrum, TableFile, TableFormat};
use crate::density::{Struck, one_kind};
use crate::error::{Error, Result};
use crate::flux::{Flux, Interpolation, Table};
use crate::io::{self, Provenance};
use crate::literature;
use crate::run::{EventSource, physics_toml};
use gradino_core::{Event, Nuclide, ParamSet, units};
use gradino_nuclear::decay::{CascadeModels, PartialWaves};
use gradino_nuclear::emission::gamma_strength::GammaStrengthModel;
use gradino_nuclear::reaction::exclusive::{Knockout, TotalCrossSection};
use gradino_nuclear::reaction::{
    AllowedReaction, Cevns, CoulombMode, ElectronElastic, FormFactor, StrengthSet,
};
use gradino_nuclear::structure::level_density::LevelDensityModel;
use gradino_nuclear::structure::{ContinuumStart, StructureLibrary, masses};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The target whose charged-current strengths are known.
const ARGON: Nuclide = Nuclide::new(18, 40);

impl Setup {
    /// The chain that a configuration asks for; a seed that is not settled counts as 0.
    pub fn from_config(config: &Config) -> Result<Self> {
        let origin = match &config.source {
            Source::State(state) => Origin::State {
                nuclide: state.nuclide,
                excitation: state.state.excitation,
                two_j: state.state.two_j,
                parity: state.state.parity,
            },
            Source::Beam(beam) if beam.reaction.knocks_out() => {
                let job = KnockoutJob::new(flux(&beam.flux)?, beam.target, beam.knockout.clone())?;
                Origin::Knockout(Arc::new(job))
            }
            Source::Beam(beam) => Origin::Neutrino { primary: primary(beam)?, target: beam.target },
        };
        let models = CascadeModels {
            level_density: config.cascade.level_density.name().parse::<LevelDensityModel>()?,
            gamma_strength: config.cascade.gamma_strength.name().parse::<GammaStrengthModel>()?,
            l_max: config.cascade.l_max.0,
        };
        Ok(Setup { seed: config.seed.unwrap_or(0), origin, models, library: library(&config.cascade)? })
    }
}

impl Chain {
    /// Prepares the chain of a configuration: its parameters with the values it sets, and the gradients
    /// it wants.
    pub fn from_config(config: &Config) -> Result<Self> {
        let setup = Setup::from_config(config)?;
        let mut params = setup.parameters();
        config.apply_parameters(&mut params)?;
        let gradients = config.gradient_positions(&params)?;
        Chain::prepare(&setup, &params, &gradients)
    }

    /// What the files of a run say of it, for the events `events`.
    pub fn provenance(&self, config: &Config, events: &Range<u64>) -> Provenance {
        let mut provenance = Provenance::new(self.seed, events.start, events.end - events.start);
        provenance.config_toml = self.resolved(config);
        let value = |p: &gradino_core::Parameter| io::ParameterValue {
            name: p.name.clone(),
            value: p.value,
            unit: p.unit.clone(),
        };
        provenance.parameters = self.params.iter().map(value).collect();
        provenance.gradient_names = self.gradient_names();
        provenance.citations = literature::citations(config);
        provenance.processes = self.processes().into_iter().map(process_info).collect();
        if let Some(average) = self.cross_section() {
            provenance.flux_averaged_cross_section_cm2 = average.value;
            provenance.flux_averaged_cross_section_error_cm2 = average.error;
            provenance.flux_averaged_cross_section_gradient.clone_from(&average.gradient);
        }
        if let Source::Beam(beam) = &config.source {
            provenance.beams = vec![self.beam(beam)];
        }
        provenance
    }

    /// The configuration that shapes the events, with what its words were found to mean.
    fn resolved(&self, config: &Config) -> String {
        let toml = physics_toml(config);
        let enough = self.cascades.iter().map(|cascade| cascade.network().l_max()).max();
        match (config.cascade.l_max.0, enough) {
            (PartialWaves::Converged, Some(l_max)) => {
                format!("# cascade.l_max = \"converged\": {l_max} here\n{toml}")
            }
            _ => toml,
        }
    }

    fn beam(&self, beam: &Beam) -> io::Beam {
        let (mean_energy_mev, spectrum) = match beam.flux.spectrum {
            Spectrum::Mono { energy } => (energy, io::Spectrum::MonoEnergetic),
            _ => (self.mean_flux_energy().unwrap_or(0.0), io::Spectrum::InConfiguration),
        };
        io::Beam { pdg: beam.flux.incoming.pdg(), mean_energy_mev, spectrum }
    }
}

impl EventSource for Chain {
    type Scratch = super::Scratch;

    fn scratch(&self) -> Self::Scratch {
        Chain::scratch(self)
    }
    fn draw(&self, number: u64, scratch: &mut Self::Scratch, event: &mut Event) {
        Chain::draw(self, number, scratch, event);
    }
}

/// Total cross sections [cm^2 per atom] of each process of a beam at the `energies` [MeV]: names of the
/// processes, and for each energy a value for each process.
pub fn cross_section_table(
    beam: &Beam,
    params: &ParamSet,
    energies: &[f64],
) -> Result<(Vec<String>, Vec<Vec<f64>>)> {
    if beam.reaction.knocks_out() {
        let (names, rows) = knockout_job(beam)?.cross_sections(params, &[], energies)?;
        let values = |row: Vec<TotalCrossSection>| row.into_iter().map(|total| total.value).collect();
        return Ok((names, rows.into_iter().map(values).collect()));
    }
    let primary = primary(beam)?;
    let names = primary.processes.iter().map(|p| p.name().to_string()).collect();
    Ok((names, primary.cross_sections(params, energies)))
}

/// The derivatives of total cross sections of knockouts [cm^2 per atom over the unit of the parameter] at the `energies`
/// [MeV] with respect to those of the parameters at the positions `wanted` that act on them: names with units, and for each
/// energy the values.
///
/// # Errors
/// Another process, and those of [`knockout_model`].
pub fn cross_section_gradients(
    beam: &Beam,
    params: &ParamSet,
    wanted: &[usize],
    energies: &[f64],
) -> Result<(Vec<String>, Vec<Vec<f64>>)> {
    let job = knockout_job(beam)?;
    let own = ParamSet::new(job.own_parameters());
    let acts = |&i: &usize| own.position(&params.at(i).name).is_ok();
    let wanted: Vec<usize> = wanted.iter().copied().filter(acts).collect();
    let (names, rows) = job.cross_sections(params, &wanted, energies)?;
    let unit = |unit: &str| match unit {
        "" => "cm2".to_string(),
        one if one.contains([' ', '/']) => format!("cm2/({one})"),
        one => format!("cm2/{one}"),
    };
    let of = |name: &String| -> Vec<String> {
        let parameters = wanted.iter().map(|&i| params.at(i));
        parameters.map(|p| format!("d {name}/d {} [{}]", p.name, unit(&p.unit))).collect()
    };
    let values = |row: Vec<TotalCrossSection>| row.into_iter().flat_map(|total| total.gradient).collect();
    Ok((names.iter().flat_map(of).collect(), rows.into_iter().map(values).collect()))
}

/// The knockouts by a beam.
///
/// # Errors
/// Another process, a lepton or a force without a model.
pub fn knockout_job(beam: &Beam) -> Result<KnockoutJob> {
    if !beam.reaction.knocks_out() {
        let reason = "[reaction] has no knockout".into();
        return Err(Error::NoProcess { reason });
    }
    KnockoutJob::new(flux(&beam.flux)?, beam.target, beam.knockout.clone())
}

/// The model of the knockouts of one kind of nucleon by a beam, for the values in `params` of [`knockout_job`]'s own
/// parameters and with derivatives with respect to those of the force at the positions `wanted`; the highest energy that its
/// table reaches [MeV], and what the user should know of the tables.
///
/// # Errors
/// Those of [`knockout_job`], a nucleus without a field, no kind of nucleon where both are struck, and a cache that cannot be
/// written.
pub fn knockout_model(
    beam: &Beam,
    struck: Option<Struck>,
    params: &ParamSet,
    wanted: &[usize],
) -> Result<(Arc<Knockout>, f64, Vec<String>)> {
    let job = knockout_job(beam)?;
    let kind = one_kind(struck, &job.struck(), beam.flux.incoming, "struck")?;
    let models = job.models(params, wanted)?;
    let model = models.iter().find(|m| m.struck == kind).expect("a model for each kind that is struck");
    Ok((model.clone(), job.flux.highest(), job.warnings()))
}

fn process_info((id, name, cross_section): (u32, String, f64)) -> io::ProcessInfo {
    let description = match cross_section {
        0.0 => name.clone(),
        x => format!("{name}; flux-averaged cross section {x:e} cm2"),
    };
    io::ProcessInfo { id, name, description }
}

fn primary(beam: &Beam) -> Result<Primary> {
    let target = beam.target;
    let mut processes = Vec::new();
    for process in &beam.reaction.processes {
        processes.push(match process {
            config::Process::Cc if target == ARGON => {
                let strengths = beam.reaction.strengths.name().parse::<StrengthSet>()?.strengths();
                let coulomb = beam.reaction.coulomb.name().parse::<CoulombMode>()?;
                Process::Allowed(AllowedReaction::argon40(strengths, coulomb))
            }
            config::Process::Cc => {
                let reason =
                    format!("the strengths of the charged current are known on {ARGON}, not on {target}");
                return Err(Error::NoProcess { reason });
            }
            config::Process::Knockout => {
                let reason = "a knockout is no transition between bound states".into();
                return Err(Error::NoProcess { reason });
            }
            config::Process::Es => Process::ElectronElastic(ElectronElastic {
                electrons: target.z,
                neutrino: beam.flux.incoming.pdg(),
            }),
            config::Process::Cevns => {
                let form_factor = match beam.reaction.form_factor {
                    config::FormFactor::Helm => FormFactor::Helm,
                    config::FormFactor::KleinNystrand => FormFactor::KleinNystrand,
                };
                Process::Cevns(Cevns { target, form_factor })
            }
        });
    }
    let residue = masses::atomic_mass(Nuclide::new(target.z + 1, target.a)).unwrap_or(0.0);
    let masses = AtomicMasses { target: masses::atomic_mass(target)?, residue };
    let weighting = match beam.flux.weighting {
        config::Weighting::CrossSection => Weighting::CrossSection,
        config::Weighting::Flux => Weighting::Flux,
    };
    Ok(Primary { flux: flux(&beam.flux)?, processes, masses, weighting })
}

fn flux(flux: &config::Flux) -> Result<Flux> {
    let incoming = flux.incoming.pdg();
    let shape = flux.spectrum.read_table(|file| table(file, incoming))?;
    Flux::new(incoming, shape, flux.range)
}

fn table(TableFile { file, format, column, energy_unit }: &TableFile, neutrino: i32) -> Result<Table> {
    let to_mev = units::parse_energy(&format!("1 {energy_unit}"))?;
    let csv = |way| Table::read_csv_column(file, way, *column as usize, to_mev);
    match format {
        TableFormat::Csv => csv(Interpolation::Linear),
        TableFormat::Histogram => csv(Interpolation::Histogram),
        TableFormat::Snowglobes => Table::read_snowglobes(file, neutrino),
    }
}

/// The level schemes that a configuration asks for. A user's schemes replace the embedded ones.
pub fn library(cascade: &config::Cascade) -> Result<StructureLibrary> {
    let start = match cascade.continuum {
        config::Continuum::Completeness => ContinuumStart::Completeness,
        config::Continuum::LastLevel => ContinuumStart::LastLevel,
    };
    if cascade.levels == "builtin" {
        if start == ContinuumStart::LastLevel {
            return Err(Error::NoLevelsAboveCut);
        }
        return Ok(StructureLibrary::builtin());
    }
    let path = Path::new(&cascade.levels);
    let library = StructureLibrary::builtin();
    Ok(match (path.is_dir(), has_ripl_files(path)) {
        (true, true) => library.with_ripl_dir(path, start)?,
        (true, false) => library.with_marley_dir(path, start)?,
        (false, _) => library.with_marley_file(path, start)?,
    })
}

/// Whether a folder holds level files of RIPL, `zNNN.dat`.
fn has_ripl_files(folder: &Path) -> bool {
    let is_ripl = |name: &str| name.len() == 8 && name.starts_with('z') && name.ends_with(".dat");
    std::fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|e| is_ripl(&e.file_name().to_string_lossy())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::check_same_physics;

    #[test]
    fn files_say_how_many_partial_waves_were_enough() {
        let text = "seed = 1\n[state]\nnuclide = \"40K\"\nexcitation = \"15 MeV\"\nspin = \"1\"\nparity = \"+\"\n\
                    [cascade]\nl_max = \"converged\"\n[gradients]\nparameters = []\n";
        let config = Config::from_toml(text).expect("a valid job");
        let chain = Chain::from_config(&config).expect("a valid job");
        let l_max = chain.cascade().expect("a decay").network().l_max();
        let stored = chain.provenance(&config, &(0..1)).config_toml;
        assert!(stored.starts_with(&format!("# cascade.l_max = \"converged\": {l_max} here\n")), "{stored}");
        check_same_physics(Path::new("events.hepmc3"), &stored, &config).expect("the same job");
        assert_eq!(chain.warnings().len(), 1, "{:?}", chain.warnings());
    }
}
