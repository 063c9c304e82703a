//! The energy and the radii of a nucleus, from its densities.

use crate::meanfield::densities::{Densities, coulomb_potential, local};
use crate::meanfield::functional::{EnergyDensity, Functional, NUCLEON_MASS};
use crate::meanfield::mesh::Mesh;
use crate::meanfield::shell::Nucleon;
use gradino_core::constants::HBAR_C;
use gradino_core::{Nuclide, Real};
use std::f64::consts::PI;

/// Root-mean-square charge radius of the proton [fm].
const PROTON_RADIUS_FM: f64 = 0.8409; // workman2022
/// Mean square charge radius of the neutron [fm^2].
const NEUTRON_RADIUS_SQ: f64 = -0.1155; // workman2022
/// Darwin-Foldy term 3 (hbar c)^2 / (4 m^2) [fm^2].
const DARWIN_FOLDY: f64 = 0.75 * (HBAR_C / NUCLEON_MASS) * (HBAR_C / NUCLEON_MASS);

/// The parts of the energy of a nucleus [MeV].
#[derive(Clone, Copy, Debug)]
pub struct EnergyParts<D> {
    /// Kinetic energy, with the centre-of-mass correction.
    pub kinetic: D,
    /// Terms of t0.
    pub contact: D,
    /// Terms of t1 and t2.
    pub momentum: D,
    /// Terms of t3.
    pub density_dependent: D,
    /// Terms of t4.
    pub three_body: D,
    /// Terms of w0.
    pub spin_orbit: D,
    /// Direct Coulomb energy.
    pub coulomb: D,
    /// Coulomb exchange energy.
    pub exchange: D,
}

impl<D: Real> EnergyParts<D> {
    /// Of the densities.
    pub fn of(functional: &Functional<D>, densities: &[Densities<D>; 2], mesh: Mesh) -> Self {
        let unit = if functional.coulomb { 2.0 * PI } else { 0.0 };
        let parts: Vec<EnergyDensity<D>> =
            local(densities, mesh).iter().map(|at| functional.energy_density(at)).collect();
        let whole = |of: &dyn Fn(&EnergyDensity<D>) -> D| {
            mesh.integral(mesh.radii_fm().zip(&parts).map(|(r, part)| of(part) * (4.0 * PI * r * r)))
        };
        let rho = &densities[Nucleon::Proton.index()].rho;
        let protons = mesh.integral(mesh.radii_fm().zip(rho).map(|(r, &rho)| rho * (4.0 * PI * r * r)));
        let potential = coulomb_potential(rho, protons.re(), mesh);
        let direct = mesh.radii_fm().enumerate().map(|(i, r)| rho[i] * potential[i] * (unit * r * r));
        EnergyParts {
            kinetic: whole(&|h| h.kinetic),
            contact: whole(&|h| h.contact),
            momentum: whole(&|h| h.momentum),
            density_dependent: whole(&|h| h.density_dependent),
            three_body: whole(&|h| h.three_body),
            spin_orbit: whole(&|h| h.spin_orbit),
            coulomb: mesh.integral(direct),
            exchange: whole(&|h| h.exchange),
        }
    }

    /// The sum [MeV].
    pub fn total(&self) -> D {
        self.kinetic
            + self.contact
            + self.momentum
            + self.density_dependent
            + self.three_body
            + self.spin_orbit
            + self.coulomb
            + self.exchange
    }
}

/// Root-mean-square radii [fm].
#[derive(Clone, Copy, Debug)]
pub struct Radii<D> {
    /// Of the neutrons.
    pub neutron: D,
    /// Of the protons.
    pub proton: D,
    /// Of the charge: r_ch^2 = r_p^2 + R_p^2 + (N/Z) R_n^2 + 3 (hbar c)^2/(4 m^2) (friar1997).
    pub charge: D,
}

impl<D: Real> Radii<D> {
    /// Of the densities.
    pub fn of(nuclide: Nuclide, densities: &[Densities<D>; 2], mesh: Mesh) -> Self {
        let [neutron, proton] = densities.each_ref().map(|d| d.mean_square_radius(mesh));
        let share = f64::from(nuclide.n()) / f64::from(nuclide.z);
        let nucleons = PROTON_RADIUS_FM.powi(2) + share * NEUTRON_RADIUS_SQ + DARWIN_FOLDY;
        Radii { neutron: neutron.sqrt(), proton: proton.sqrt(), charge: (proton + nucleons).sqrt() }
    }
}
