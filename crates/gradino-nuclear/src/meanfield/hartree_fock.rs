//! The self-consistent field of a nucleus.

use crate::meanfield::radial_field::RadialField;
use crate::meanfield::shell::Orbital;
use gradino_core::Nuclide;

/// Densities of the nucleons of one kind on the mesh.
#[derive(Clone, Debug)]
pub struct Densities<D> {
    /// Number density rho [1/fm^3].
    pub rho: Vec<D>,
    /// Kinetic density tau [1/fm^5].
    pub tau: Vec<D>,
    /// Radial spin-orbit density J [1/fm^4].
    pub j: Vec<D>,
}

/// The parts of the energy of a nucleus [MeV].
#[derive(Clone, Copy, Debug)]
pub struct EnergyParts<D> {
    /// Kinetic energy, with the centre-of-mass correction.
    pub kinetic: D,
    /// Energy of the Skyrme force.
    pub skyrme: D,
    /// Spin-orbit energy.
    pub spin_orbit: D,
    /// Direct Coulomb energy.
    pub coulomb: D,
    /// Coulomb exchange energy.
    pub exchange: D,
    /// The sum.
    pub total: D,
}

/// Root-mean-square radii [fm].
#[derive(Clone, Copy, Debug)]
pub struct Radii<D> {
    /// Of the neutrons.
    pub neutron: D,
    /// Of the protons.
    pub proton: D,
    /// Of the charge.
    pub charge: D,
}

/// The self-consistent mean field of a nucleus.
#[derive(Clone, Debug)]
pub struct MeanField<D> {
    /// The nucleus.
    pub nuclide: Nuclide,
    /// The fields of neutrons and of protons.
    pub fields: [RadialField<D>; 2],
    /// The bound orbitals, occupied ones first; neutrons, then protons.
    pub orbitals: Vec<Orbital<D>>,
    /// The densities of neutrons and of protons.
    pub densities: [Densities<D>; 2],
    /// The energy.
    pub energy: EnergyParts<D>,
    /// The radii.
    pub radii: Radii<D>,
}
