//! All nuclides that a decay can reach, with what is prepared for each of them.

use super::couplings::MAX_MULTIPOLARITY;
use super::ingredients::{DensityTable, GammaTable};
use super::partial_waves::{DISCRETE_L, PartialWaves};
use super::slots::Slots;
use super::tables::Tables;
use super::tabulated::Tabulated;
use super::widths::ParticleRules;
use crate::emission::fragment::Fragment;
use crate::emission::gamma_strength::GammaStrengthModel;
use crate::emission::transmission::TransmissionTable;
use crate::error::{Error, Result};
use crate::structure::level_density::{LevelDensityModel, NuclideData};
use crate::structure::{Level, LevelScheme, StructureLibrary, masses};
use gradino_core::constants::ELECTRON_MASS;
use gradino_core::{Along, Line, Nuclide, ParamSet, Params, Parity, Real};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Largest excitation energy [MeV] that the tables cover.
pub const MAX_EXCITATION: f64 = 63.0;
/// Step of the even grid of tabulated energies [MeV].
const STEP: f64 = 0.08;
/// Lightest and least charged residue that is followed as a nucleus with levels.
const MIN_RESIDUE: (u8, u16) = (2, 5);

/// The physics choices of a cascade.
#[derive(Clone, Debug, PartialEq)]
pub struct CascadeModels {
    /// Level density.
    pub level_density: LevelDensityModel,
    /// Gamma strength.
    pub gamma_strength: GammaStrengthModel,
    /// Largest orbital angular momentum of fragments and multipolarity of photons to the continuum.
    pub l_max: PartialWaves,
}

impl Default for CascadeModels {
    fn default() -> Self {
        CascadeModels {
            level_density: LevelDensityModel::BackShiftedFermiGas,
            gamma_strength: GammaStrengthModel::StandardLorentzian,
            l_max: PartialWaves::UpTo(5),
        }
    }
}

/// The physics choices of a prepared network.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    pub(crate) level_density: LevelDensityModel,
    pub(crate) gamma_strength: GammaStrengthModel,
    pub(crate) l_max: u32,
}

impl Models {
    /// Largest orbital angular momentum in the tables.
    fn l_table(&self) -> u32 {
        self.l_max.max(DISCRETE_L)
    }
}

/// A way out by a fragment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Daughter {
    /// Entry of the residue.
    pub(crate) entry: usize,
    /// Separation energy [MeV].
    pub(crate) separation: f64,
}

/// One nuclide of the network.
#[derive(Debug)]
pub(crate) struct Entry<D = f64> {
    pub(crate) nuclide: Nuclide,
    pub(crate) atomic_mass: f64,
    pub(crate) max_excitation: f64,
    pub(crate) scheme: LevelScheme,
    pub(crate) daughters: [Option<Daughter>; 6],
    /// First channel of photons, of each fragment, and the number of all channels.
    pub(crate) layout: [usize; 8],
    pub(crate) tabulated: Tabulated<D>,
    tables: Tables<D>,
}

impl<D> Entry<D> {
    /// Where the continuum of this nuclide starts [MeV].
    pub(crate) fn cut(&self) -> f64 {
        self.scheme.continuum_from
    }
    /// The levels below the continuum.
    pub(crate) fn levels(&self) -> &[Level] {
        &self.scheme.levels[..self.scheme.complete()]
    }
    /// The lowest separation energy: above it a state is unbound [MeV].
    pub(crate) fn unbound_from(&self) -> f64 {
        self.daughters.iter().flatten().map(|d| d.separation).fold(f64::INFINITY, f64::min)
    }
}

/// The prepared nuclides of a decay network.
#[derive(Debug)]
pub struct Network<D = f64> {
    pub(crate) models: Models,
    pub(crate) params: ParamSet,
    /// The values of the parameters, which may carry derivatives along a line.
    theta: Params<D>,
    pub(crate) slots: Slots,
    pub(crate) entries: Vec<Entry<D>>,
    pub(crate) rules: Arc<[ParticleRules; 6]>,
    warnings: Vec<String>,
}

impl Network {
    /// All nuclides that `nuclide` can reach from `max_excitation` [MeV].
    pub fn prepare(
        nuclide: Nuclide,
        max_excitation: f64,
        models: CascadeModels,
        library: &StructureLibrary,
        params: &ParamSet,
        gradients: &[usize],
    ) -> Result<Self> {
        if !(0.0..=MAX_EXCITATION).contains(&max_excitation) {
            return Err(Error::OutOfRange {
                what: "excitation energy [MeV]",
                value: max_excitation,
                lower: 0.0,
                upper: MAX_EXCITATION,
            });
        }
        let l_max = models.l_max.resolve((nuclide, max_excitation), &models, library, params)?;
        let reach = reachable(nuclide, max_excitation)?;
        let mut warnings = Vec::new();
        if models.l_max == PartialWaves::Converged {
            warnings.push(format!(
                "cascade.l_max = \"converged\" is {l_max} for {nuclide} at {max_excitation:.1} MeV"
            ));
        }
        let mut schemes = Vec::new();
        for (n, _) in &reach {
            schemes.push(scheme_of(*n, &models, library, params, &mut warnings)?);
        }
        let entries = entries_of(&reach, schemes)?;
        let models =
            Models { level_density: models.level_density, gamma_strength: models.gamma_strength, l_max };
        let rules = Arc::new(Fragment::ALL.map(|f| ParticleRules::new(&f.channels(models.l_table()))));
        let slots = Slots::new(params, gradients);
        let theta = params.values();
        let mut network = Network { models, params: params.clone(), theta, slots, entries, rules, warnings };
        network.place_nodes();
        Ok(network)
    }

    /// The same network at other values of the parameters. Level schemes, starts of continua, partial waves
    /// and gradients stay as they are, and tables are shared where none of their parameters has moved.
    pub fn at_values(&self, params: &ParamSet) -> Network {
        self.with_slots(params, self.slots.clone())
    }

    /// As [`Network::at_values`], but without gradients.
    pub fn at_values_only(&self, params: &ParamSet) -> Network {
        self.with_slots(params, Slots::default())
    }

    fn with_slots(&self, params: &ParamSet, slots: Slots) -> Network {
        let tables = |entry: &Entry| entry.tables.kept(|family| self.moved(family, params));
        self.with_tables(params, params.values(), slots, tables)
    }

    /// The same network with all derivatives along a line that starts at its values, without gradients.
    pub(super) fn along<D: Along>(&self, line: &Line) -> Network<D> {
        let tables = |entry: &Entry| entry.tables.lifted(|family| self.moved(family, &line.target));
        self.with_tables(&self.params, line.parameters(), Slots::default(), tables)
    }

    fn with_tables<D: Real>(
        &self,
        params: &ParamSet,
        theta: Params<D>,
        slots: Slots,
        tables: impl Fn(&Entry) -> Tables<D>,
    ) -> Network<D> {
        let entries = self.entries.iter().map(|entry| Entry {
            nuclide: entry.nuclide,
            atomic_mass: entry.atomic_mass,
            max_excitation: entry.max_excitation,
            scheme: entry.scheme.clone(),
            daughters: entry.daughters,
            layout: entry.layout,
            tabulated: Tabulated::default(),
            tables: tables(entry),
        });
        let mut network = Network {
            models: self.models.clone(),
            params: params.clone(),
            theta,
            slots,
            entries: entries.collect(),
            rules: self.rules.clone(),
            warnings: self.warnings.clone(),
        };
        network.place_nodes();
        network.build_tables_of(self);
        network
    }

    /// Whether a cascade has other probabilities at the values `params`.
    pub fn moves_to(&self, params: &ParamSet) -> bool {
        [Slots::OPTICAL, Slots::LEVEL_DENSITY, Slots::GAMMA_STRENGTH].iter().any(|f| self.moved(f, params))
    }

    /// Whether parameters whose names begin with `family` have other values in `params`.
    fn moved(&self, family: &str, params: &ParamSet) -> bool {
        let mut pairs = self.params.iter().zip(params.iter());
        pairs.any(|(a, b)| a.name.starts_with(family) && a.value != b.value)
    }
}

impl<D: Real> Network<D> {
    /// Builds the tables that another network of the same nuclides has built, on all threads.
    fn build_tables_of(&self, other: &Network) {
        let tables = other.entries.iter().enumerate().flat_map(|(i, entry)| {
            let used = |f: &Fragment| entry.tables.transmissions[*f as usize].get().is_some();
            let fragments = Fragment::ALL.into_iter().filter(used);
            let photons = (entry.tables.gamma.get().is_some()).then_some((i, None));
            fragments.map(move |f| (i, Some(f))).chain(photons)
        });
        let tables: Vec<(usize, Option<Fragment>)> = tables.collect();
        tables.into_par_iter().for_each(|(i, fragment)| match fragment {
            Some(fragment) => _ = self.transmission(i, fragment),
            None => _ = (self.density(i), self.gamma(i)),
        });
    }

    /// Things the user should know, each said once.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The largest orbital angular momentum of fragments to the continuum.
    pub fn l_max(&self) -> u32 {
        self.models.l_max
    }

    /// The nuclides of the network, the initial one first.
    pub fn nuclides(&self) -> impl Iterator<Item = Nuclide> {
        self.entries.iter().map(|e| e.nuclide)
    }

    /// The lowest separation energy of a nuclide, below which its states emit photons alone [MeV].
    pub fn lowest_separation(&self, entry: usize) -> f64 {
        self.entries[entry].unbound_from()
    }

    fn place_nodes(&mut self) {
        for i in 0..self.entries.len() {
            self.entries[i].tabulated = Tabulated::new(self.energy_nodes(i));
        }
    }

    /// Energies from which the decays of an entry are tabulated: an even grid, and each threshold of
    /// neutron emission, above which widths grow as the square root.
    fn energy_nodes(&self, i: usize) -> Vec<f64> {
        let entry = &self.entries[i];
        let (low, high) = (entry.cut(), entry.max_excitation + 1e-6);
        let steps = ((high - low) / STEP).ceil().max(1.0) as usize;
        let mut nodes: Vec<f64> = (0..=steps).map(|k| low + STEP * k as f64).collect();
        if let Some(d) = entry.daughters[Fragment::Neutron as usize] {
            let residue = &self.entries[d.entry];
            let levels = residue.levels().iter().map(|l| l.energy).chain([residue.cut()]);
            nodes.extend(levels.map(|e| d.separation + e).filter(|e| (low..high).contains(e)));
        }
        nodes.sort_by(f64::total_cmp);
        nodes.dedup_by(|b, a| *b - *a < 1e-7);
        nodes
    }

    /// Level density of an entry, prepared at first use.
    pub(crate) fn density(&self, i: usize) -> &DensityTable<D> {
        let entry = &self.entries[i];
        entry.tables.density.get_or_init(|| {
            Arc::new(DensityTable::prepare(
                self.models.level_density,
                &nuclide_data(entry.nuclide),
                entry.max_excitation + 1.0,
                (&self.params, &self.theta),
                self.slots.density.clone(),
            ))
        })
    }

    /// Photon transmissions of an entry, prepared at first use.
    pub(crate) fn gamma(&self, i: usize) -> &GammaTable<D> {
        let entry = &self.entries[i];
        entry.tables.gamma.get_or_init(|| {
            Arc::new(GammaTable::prepare(
                (self.models.gamma_strength, self.models.level_density),
                &nuclide_data(entry.nuclide),
                entry.max_excitation + 1.0,
                (&self.params, &self.theta),
                self.slots.gamma.clone(),
                MAX_MULTIPOLARITY,
            ))
        })
    }

    /// Transmission coefficients of `fragment` against the residue `i`, prepared at first use.
    pub(crate) fn transmission(&self, i: usize, fragment: Fragment) -> &TransmissionTable<D> {
        let entry = &self.entries[i];
        entry.tables.transmissions[fragment as usize].get_or_init(|| {
            Arc::new(TransmissionTable::prepare_along(
                (entry.nuclide, fragment),
                entry.atomic_mass,
                (&self.params, &self.theta),
                self.slots.optical.positions(),
                self.models.l_table(),
            ))
        })
    }

    /// The nuclide of an entry.
    pub fn nuclide(&self, entry: usize) -> Nuclide {
        self.entries[entry].nuclide
    }

    /// Mass of the ion [MeV]: atomic mass less `charge` electrons, plus the excitation energy.
    pub fn ion_mass(&self, i: usize, charge: i32, excitation: f64) -> f64 {
        self.entries[i].atomic_mass - f64::from(charge) * ELECTRON_MASS + excitation
    }
}

/// What a level density needs to know about a nuclide; zero where no mass is known.
pub(crate) fn nuclide_data(nuclide: Nuclide) -> NuclideData {
    let neutron = Fragment::Neutron.nuclide();
    NuclideData {
        nuclide,
        shell_correction: masses::shell_correction(nuclide).unwrap_or(0.0),
        neutron_separation: masses::separation_energy(nuclide, neutron).unwrap_or(0.0).max(0.1),
    }
}

/// Separation energy with the nuclear mass of the fragment, as the kinematics uses it [MeV].
fn separation(parent: Nuclide, residue: Nuclide, fragment: Fragment) -> Result<f64> {
    Ok(masses::atomic_mass(residue)?
        + fragment.nuclear_mass()
        + f64::from(fragment.nuclide().z) * ELECTRON_MASS
        - masses::atomic_mass(parent)?)
}

/// Nuclides in reach with their largest excitation energies, heaviest first: an emission always
/// lowers the mass number, so each nuclide is met after all its parents.
fn reachable(start: Nuclide, max_excitation: f64) -> Result<Vec<(Nuclide, f64)>> {
    masses::atomic_mass(start)?;
    let mut open = BTreeMap::from([((start.a, start.z), max_excitation)]);
    let mut reach = Vec::new();
    while let Some(((a, z), energy)) = open.pop_last() {
        let nuclide = Nuclide::new(z, a);
        for fragment in Fragment::ALL {
            let Some(residue) = residue_of(nuclide, fragment) else { continue };
            let rest = energy - separation(nuclide, residue, fragment)?;
            if rest > 0.0 {
                let best = open.entry((residue.a, residue.z)).or_insert(rest);
                *best = best.max(rest);
            }
        }
        reach.push((nuclide, energy));
    }
    Ok(reach)
}

/// The nuclides in reach with their level schemes, nothing tabulated yet.
fn entries_of(reach: &[(Nuclide, f64)], schemes: Vec<LevelScheme>) -> Result<Vec<Entry>> {
    let index: HashMap<Nuclide, usize> = reach.iter().enumerate().map(|(i, r)| (r.0, i)).collect();
    let counts: Vec<usize> = schemes.iter().map(LevelScheme::complete).collect();
    let mut entries = Vec::with_capacity(reach.len());
    for (&(nuclide, max_excitation), scheme) in reach.iter().zip(schemes) {
        let daughters = daughters_of(nuclide, &index)?;
        entries.push(Entry {
            nuclide,
            atomic_mass: masses::atomic_mass(nuclide)?,
            max_excitation,
            layout: layout(scheme.complete(), &daughters, &counts),
            daughters,
            scheme,
            tabulated: Tabulated::default(),
            tables: Tables::default(),
        });
    }
    Ok(entries)
}

/// The residue of an emission, if it is a nucleus with a known mass.
fn residue_of(nuclide: Nuclide, fragment: Fragment) -> Option<Nuclide> {
    let residue = nuclide.minus(fragment.nuclide())?;
    let heavy_enough = residue.z >= MIN_RESIDUE.0 && residue.a >= MIN_RESIDUE.1;
    (heavy_enough && masses::atomic_mass(residue).is_ok()).then_some(residue)
}

fn daughters_of(nuclide: Nuclide, index: &HashMap<Nuclide, usize>) -> Result<[Option<Daughter>; 6]> {
    let mut daughters = [None; 6];
    for fragment in Fragment::ALL {
        if let Some(residue) = residue_of(nuclide, fragment)
            && let Some(&entry) = index.get(&residue)
        {
            let separation = separation(nuclide, residue, fragment)?;
            daughters[fragment as usize] = Some(Daughter { entry, separation });
        }
    }
    Ok(daughters)
}

/// Channels stand as: photons to each level and to the continuum, then so for each fragment.
fn layout(levels: usize, daughters: &[Option<Daughter>; 6], counts: &[usize]) -> [usize; 8] {
    let mut layout = [0; 8];
    layout[1] = levels + 1;
    for (k, daughter) in daughters.iter().enumerate() {
        layout[k + 2] = layout[k + 1] + daughter.map_or(0, |d| counts[d.entry] + 1);
    }
    layout
}

/// The level scheme of a nuclide, or a statistical one with a warning.
fn scheme_of(
    nuclide: Nuclide,
    models: &CascadeModels,
    library: &StructureLibrary,
    params: &ParamSet,
    warnings: &mut Vec<String>,
) -> Result<LevelScheme> {
    if let Some(scheme) = library.scheme(nuclide) {
        return Ok(scheme.clone());
    }
    warnings.push(format!("no levels are known for {nuclide}: a statistical scheme stands for them"));
    Ok(statistical_scheme(nuclide, models.level_density, params))
}

/// A scheme with the ground state alone; the continuum starts where the level density predicts
/// the second level, int_0^E rho dE' = 1.
fn statistical_scheme(nuclide: Nuclide, model: LevelDensityModel, params: &ParamSet) -> LevelScheme {
    const STEP: f64 = 0.01; // MeV
    let density = crate::structure::level_density::LevelDensity::prepare(
        model,
        &nuclide_data(nuclide),
        &params.values(),
    );
    let (mut count, mut energy) = (0.0, 0.0);
    while count < 1.0 && energy < 5.0 {
        count += STEP * density.total(energy + 0.5 * STEP);
        energy += STEP;
    }
    let (odd_z, odd_n) = (nuclide.z % 2 == 1, nuclide.n() % 2 == 1);
    let two_j = match (odd_z, odd_n) {
        (false, false) => 0,
        (true, true) => 2,
        _ => 3,
    };
    let ground = Level { energy: 0.0, two_j, parity: Parity::Plus, assigned: false, transitions: Vec::new() };
    LevelScheme { nuclide, levels: vec![ground], continuum_from: energy, source: "statistical".into() }
}
