//! Transmission coefficients: the table against the radial equation, and the step of the mesh.

use crate::Result;
use crate::agreement::Agreement;
use crate::jobs;
use gradino_core::Nuclide;
use gradino_nuclear::emission::optical::OpticalPotential;
use gradino_nuclear::emission::radial::STEP_FM;
use gradino_nuclear::emission::transmission::{L_MAX, direct};
use gradino_nuclear::emission::{Fragment, TransmissionTable};
use gradino_nuclear::structure::masses;

/// T below this is not compared.
const SMALLEST: f64 = 1e-8;
const POINTS: usize = 400;

/// |ln T| of the table less that of the radial equation, at energies spread evenly in ln E from 1 keV to
/// 50 MeV; fragments of 40K.
pub fn interpolation() -> Result<Agreement> {
    let params = jobs::decay_parameters();
    let mut agreement = Agreement::default();
    for fragment in Fragment::ALL {
        let (residue, potential) = potential(fragment)?;
        let mass = masses::atomic_mass(residue)?;
        let table = TransmissionTable::prepare(residue, fragment, mass, &params, &[], L_MAX);
        let mut row = vec![0.0; table.width()];
        for i in 0..POINTS {
            let energy = spread_energy(i);
            table.values(&table.locate(energy), &mut row);
            let (c, &(l, two_j)) = pick(table.channels(), i);
            let exact = direct(&potential, energy, l, two_j, STEP_FM);
            if exact > SMALLEST {
                let name = format!("{}, {energy:.3} MeV, l = {l}", fragment.name());
                agreement.add_difference((row[c] / exact).ln(), name);
            }
        }
    }
    Ok(agreement)
}

/// |ln T| at the step of the mesh less that at a quarter of it.
pub fn mesh_step() -> Result<Agreement> {
    let mut agreement = Agreement::default();
    for fragment in Fragment::ALL {
        let (_, potential) = potential(fragment)?;
        let channels = fragment.channels(L_MAX);
        for i in 0..POINTS / 4 {
            let energy = spread_energy(i);
            let (_, &(l, two_j)) = pick(&channels, i);
            let [coarse, fine] =
                [STEP_FM, 0.25 * STEP_FM].map(|step| direct(&potential, energy, l, two_j, step));
            if fine > SMALLEST {
                let name = format!("{}, {energy:.3} MeV, l = {l}", fragment.name());
                agreement.add_difference((coarse / fine).ln(), name);
            }
        }
    }
    Ok(agreement)
}

fn potential(fragment: Fragment) -> Result<(Nuclide, OpticalPotential<f64>)> {
    let residue = jobs::POTASSIUM_40.minus(fragment.nuclide()).ok_or("no residue")?;
    let theta = jobs::decay_parameters().values();
    Ok((residue, OpticalPotential::prepare(residue, fragment, masses::atomic_mass(residue)?, &theta)))
}

fn spread_energy(i: usize) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    const RANGE: [f64; 2] = [1e-3, 50.0]; // MeV
    RANGE[0] * (RANGE[1] / RANGE[0]).powf((i as f64 * GOLDEN).fract())
}

fn pick<T>(list: &[T], i: usize) -> (usize, &T) {
    let index = i * 7 % list.len();
    (index, &list[index])
}
