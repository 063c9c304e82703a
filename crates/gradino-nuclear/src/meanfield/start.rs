//! The field that the iteration starts from.

use crate::meanfield::functional::{E2, HBAR2_2M};
use crate::meanfield::hartree_fock::Options;
use crate::meanfield::radial_field::RadialField;
use crate::meanfield::shell::Nucleon;
use gradino_core::Nuclide;

// The Woods-Saxon potential of bohr1969, section 2-4.
/// Depth [MeV].
const DEPTH: f64 = 51.0; // bohr1969
/// Change of the depth with (N - Z)/A, for protons deeper [MeV].
const SYMMETRY: f64 = 33.0; // bohr1969
/// Radius [fm] over A^(1/3).
const RADIUS_FM: f64 = 1.27; // bohr1969
/// Diffuseness [fm].
const DIFFUSENESS_FM: f64 = 0.67; // bohr1969
/// Spin-orbit depth over the central one.
const SPIN_ORBIT: f64 = 0.44; // bohr1969

/// The Woods-Saxon field of a nucleus for nucleons of one kind, with the Coulomb potential of a uniform sphere if the
/// protons repel each other.
pub(super) fn woods_saxon(nuclide: Nuclide, nucleon: Nucleon, options: &Options) -> RadialField<f64> {
    let mesh = options.mesh;
    let (a, z) = (f64::from(nuclide.a), f64::from(nuclide.z));
    let excess = (a - 2.0 * z) / a;
    let (sign, charge) = match nucleon {
        Nucleon::Neutron => (-1.0, 0.0),
        Nucleon::Proton => (1.0, if options.coulomb { z } else { 0.0 }),
    };
    let depth = DEPTH + sign * SYMMETRY * excess;
    let radius = RADIUS_FM * a.cbrt();
    let share = |r: f64| (1.0 + ((r - radius) / DIFFUSENESS_FM).exp()).recip();
    let coulomb = |r: f64| {
        let reach = if r < radius { (1.5 - 0.5 * (r / radius).powi(2)) / radius } else { 1.0 / r };
        charge * E2 * reach
    };
    let slope = |r: f64| -share(r) * (1.0 - share(r)) / DIFFUSENESS_FM;
    let spin_orbit = 0.5 * SPIN_ORBIT * depth * RADIUS_FM.powi(2);
    RadialField {
        mesh,
        b: vec![HBAR2_2M; mesh.points],
        db: vec![0.0; mesh.points],
        d2b: vec![0.0; mesh.points],
        u: mesh.radii_fm().map(|r| coulomb(r) - depth * share(r)).collect(),
        w: mesh.radii_fm().map(|r| spin_orbit * slope(r)).collect(),
        charge,
        b_infinity: HBAR2_2M,
        mass: nucleon.mass(),
    }
}
