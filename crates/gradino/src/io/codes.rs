//! Status codes with their names, and charges that follow from PDG numbers.

use gradino_core::particle::pdg;
use gradino_core::{Nuclide, Status, VertexStatus};

/// Particle statuses with name and description, by rising code.
pub(super) const PARTICLE_STATUS: [(Status, &str, &str); 5] = [
    (Status::Final, "UndecayedPhysicalParticle", "Physical final-state particle"),
    (
        Status::Decayed,
        "DecayedPhysicalParticle",
        "Particle that decayed, e.g. a nucleus between two emissions",
    ),
    (Status::Beam, "IncomingBeamParticle", "Incoming beam particle"),
    (Status::Target, "TargetParticle", "Target of the primary interaction"),
    (Status::Residue, "PrimaryResidue", "Nucleus left by the primary interaction, before its deexcitation"),
];

/// Vertex statuses with name and description, by rising code.
pub(super) const VERTEX_STATUS: [(VertexStatus, &str, &str); 3] = [
    (VertexStatus::Primary, "PrimaryVertex", "The primary interaction"),
    (
        VertexStatus::Statistical,
        "StatisticalEmission",
        "Emission from the continuum by the statistical model",
    ),
    (VertexStatus::Gamma, "GammaTransition", "Gamma transition between discrete levels"),
];

/// The particle status of a code.
pub(super) fn particle_status(code: i32) -> Option<Status> {
    PARTICLE_STATUS.iter().map(|row| row.0).find(|status| status.code() == code)
}

/// The vertex status of a code.
pub(super) fn vertex_status(code: i32) -> Option<VertexStatus> {
    VERTEX_STATUS.iter().map(|row| row.0).find(|status| status.code() == code)
}

/// Charge [e] of a particle without attached electrons. HepMC3 lines have no charge, so that only
/// the charge of other ions is written.
pub(super) fn bare_charge(number: i32) -> i32 {
    match number {
        pdg::ELECTRON | pdg::MUON | 15 => -1,
        -15 | -13 | -11 => 1,
        _ => Nuclide::from_pdg(number).map_or(0, |nuclide| i32::from(nuclide.z)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_found_by_its_code() {
        for (status, ..) in PARTICLE_STATUS {
            assert_eq!(particle_status(status.code()), Some(status));
        }
        for (status, ..) in VERTEX_STATUS {
            assert_eq!(vertex_status(status.code()), Some(status));
        }
        assert_eq!((particle_status(3), vertex_status(0)), (None, None));
    }

    #[test]
    fn bare_charges_are_those_of_the_particles() {
        let charges = [pdg::ELECTRON, -11, pdg::NU_E, pdg::NEUTRON, pdg::PROTON, pdg::ALPHA].map(bare_charge);
        assert_eq!(charges, [-1, 1, 0, 0, 1, 2]);
    }
}
