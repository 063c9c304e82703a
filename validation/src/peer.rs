//! Against the figures of MARLEY 1.2.1 (gardiner2021).

use crate::agreement::Agreement;
use crate::jobs::{self, ARGON_40, POTASSIUM_40, Schemes};
use crate::{Result, reference};
use gradino_core::{Nuclide, ParamSet, Parity, Real};
use gradino_nuclear::decay::{CascadeModels, Network, StateAt, Widths};
use gradino_nuclear::emission::Fragment;
use gradino_nuclear::emission::gamma_strength::{GammaStrength, GammaStrengthModel, Radiation};
use gradino_nuclear::emission::optical::OpticalPotential;
use gradino_nuclear::emission::radial::STEP_FM;
use gradino_nuclear::emission::transmission::direct;
use gradino_nuclear::reaction::{AllowedReaction, CoulombMode, StrengthSet};
use gradino_nuclear::structure::level_density::{LevelDensity, LevelDensityModel, NuclideData};
use gradino_nuclear::structure::masses;

/// What a level density needs to know about a nuclide.
fn nuclide_data(nuclide: Nuclide) -> Result<NuclideData> {
    Ok(NuclideData {
        nuclide,
        shell_correction: masses::shell_correction(nuclide)?,
        neutron_separation: masses::separation_energy(nuclide, Nuclide::new(0, 1))?,
    })
}

/// Level densities of both parities at energy and spin.
pub fn level_density() -> Result<Option<Agreement>> {
    let Some(rows) = reference::rows("marley_level_density") else { return Ok(None) };
    let theta = jobs::decay_parameters().values();
    let mut agreement = Agreement::default();
    for row in rows {
        let nuclide = Nuclide::new(row.number(0) as u8, row.number(1) as u16);
        let data = nuclide_data(nuclide)?;
        let density = LevelDensity::prepare(LevelDensityModel::BackShiftedFermiGas, &data, &theta);
        let (energy, two_j) = (row.number(2), row.number(3) as u16);
        let name = format!("{nuclide}, {energy} MeV, 2J = {two_j}");
        agreement.add(2.0 * density.density(energy, two_j), row.number(4), name);
    }
    Ok(Some(agreement))
}

/// Photon transmissions.
pub fn gamma_transmission() -> Option<Agreement> {
    let theta = jobs::decay_parameters().values();
    let mut agreement = Agreement::default();
    for row in reference::rows("marley_gamma_transmission")? {
        let nuclide = Nuclide::new(row.number(0) as u8, row.number(1) as u16);
        let strength = GammaStrength::prepare(GammaStrengthModel::StandardLorentzian, nuclide, &theta);
        let kind = if row.text(2) == "E" { Radiation::Electric } else { Radiation::Magnetic };
        let (l, energy) = (row.number(3) as u16, row.number(4));
        let t = strength.transmission(kind, l, energy, f64::zero());
        agreement.add(t, row.number(5), format!("{}{l}, {energy} MeV", row.text(2)));
    }
    Some(agreement)
}

/// Nucleon transmissions above 1e-8: n on 39K, p on 39Ar; `fragment` is "n" or "p".
pub fn nucleon_transmission(fragment: &str) -> Result<Option<Agreement>> {
    const SMALLEST: f64 = 1e-8;
    let Some(rows) = reference::rows("marley_particle_transmission") else { return Ok(None) };
    let theta = jobs::decay_parameters().values();
    let mut agreement = Agreement::default();
    for row in rows.iter().filter(|r| r.text(2) == fragment && r.number(6) > SMALLEST) {
        let residue = Nuclide::new(row.number(0) as u8, row.number(1) as u16);
        let kind = if fragment == "n" { Fragment::Neutron } else { Fragment::Proton };
        let potential = OpticalPotential::prepare(residue, kind, masses::atomic_mass(residue)?, &theta);
        let (energy, l, two_j) = (row.number(3), row.number(4) as u32, row.number(5) as u32);
        let t = direct(&potential, energy, l, two_j, STEP_FM);
        agreement.add(t, row.number(6), format!("{energy} MeV, l = {l}, 2j = {two_j}"));
    }
    Ok(Some(agreement))
}

/// Cross section of the charged current on 40Ar, in every mode of the Coulomb correction.
pub fn cross_section() -> Result<Option<Agreement>> {
    const UNIT: f64 = 1e-42; // cm^2
    const MODES: [(usize, CoulombMode); 4] = [
        (2, CoulombMode::FermiMema),
        (3, CoulombMode::None),
        (4, CoulombMode::Fermi),
        (5, CoulombMode::FermiEma),
    ];
    let Some(rows) = reference::rows("marley_xs_cc_nue_ar40") else { return Ok(None) };
    let mut agreement = Agreement::default();
    for (column, mode) in MODES {
        let reaction = AllowedReaction::argon40(StrengthSet::Bhattacharya2009.strengths(), mode);
        let theta = ParamSet::new(reaction.parameters()).values();
        let masses = (masses::atomic_mass(ARGON_40)?, masses::atomic_mass(POTASSIUM_40)?);
        let prepared = reaction.prepare(&theta, masses.0, masses.1);
        for row in &rows {
            let sigma = prepared.total_at(row.number(1)) / UNIT;
            agreement.add(sigma, row.number(column), format!("{mode}, {} MeV", row.number(1)));
        }
    }
    Ok(Some(agreement))
}

/// A partial width of 40K*(1+) beside that of the peer.
#[derive(Clone, Debug)]
pub struct WidthRow {
    /// Excitation energy [MeV].
    pub excitation: f64,
    /// What is emitted.
    pub emitted: String,
    /// Discrete and continuum width of the peer [MeV].
    pub theirs: [f64; 2],
    /// The same of ours.
    pub ours: [f64; 2],
}

/// Partial widths of 40K*(1+) with the residues' level lists cut as those of the peer.
pub fn widths(schemes: Schemes) -> Result<Option<Vec<WidthRow>>> {
    let Some(rows) = reference::rows("marley_widths_nmax_cut") else { return Ok(None) };
    let network = jobs::network(16.0, CascadeModels::default(), schemes)?;
    let row = |row: &reference::Row| {
        let state = StateAt { excitation: row.number(2), two_j: 2, parity: Parity::Plus };
        let widths = network.widths(state);
        let emitted = row.text(7).to_string();
        let fragment = Fragment::ALL.into_iter().find(|f| f.name() == emitted);
        let ours = widths.partial.iter().find(|p| p.fragment == fragment);
        let ours = ours.map_or([0.0; 2], |p| [p.discrete, p.continuum]);
        WidthRow { excitation: state.excitation, emitted, theirs: [row.number(8), row.number(9)], ours }
    };
    Ok(Some(rows.iter().map(row).collect()))
}

/// Energies at which the level list of 40K of the peer may end, judged by its photon widths: for each cut of
/// the RIPL list, the largest relative difference of discrete and continuum widths at 10 and 15 MeV.
pub fn potassium_cut() -> Result<Vec<(f64, f64)>> {
    let Some(rows) = reference::rows("marley_widths_nmax_cut") else { return Ok(Vec::new()) };
    let whole = jobs::library(Schemes::Potassium40Whole)?;
    let scheme = whole.scheme(POTASSIUM_40).ok_or("no levels of 40K")?;
    let mut tried = Vec::new();
    for level in scheme.levels.iter().filter(|l| l.energy > 3.0) {
        let mut library = whole.clone();
        library.extend([scheme.truncated_at(level.energy)]);
        let params = jobs::decay_parameters();
        let network = Network::prepare(POTASSIUM_40, 15.1, CascadeModels::default(), &library, &params, &[])?;
        let mut worst = 0.0f64;
        for row in rows.iter().filter(|r| r.text(7) == "gamma") {
            let state = StateAt { excitation: row.number(2), two_j: 2, parity: Parity::Plus };
            let gamma = &network.widths(state).partial[0];
            for (ours, theirs) in [(gamma.discrete, row.number(8)), (gamma.continuum, row.number(9))] {
                worst = worst.max((ours / theirs - 1.0).abs());
            }
        }
        tried.push((level.energy, worst));
    }
    tried.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(tried)
}

/// Share of neutrons in the width of 40K*(1+).
pub fn neutron_fraction(excitation: f64, schemes: Schemes) -> Result<f64> {
    let network = jobs::network(excitation + 0.1, CascadeModels::default(), schemes)?;
    let widths: Widths = network.widths(StateAt { excitation, two_j: 2, parity: Parity::Plus });
    let neutron = widths.partial.iter().filter(|p| p.fragment == Some(Fragment::Neutron));
    Ok(neutron.map(|p| p.discrete + p.continuum).sum::<f64>() / widths.total())
}
