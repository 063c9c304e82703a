//! Four-momenta of an event: the primary interaction and the emissions that follow.

use gradino_core::{FourVector, Nuclide, Real};
use gradino_nuclear::decay::kinematics::{Direction, two_body_decay};
use gradino_nuclear::decay::{Cascade, Step};
use gradino_nuclear::emission::fragment::Fragment;

/// The nucleus that a cascade starts from, before its first emission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beginning<D> {
    /// Four-momentum in the laboratory.
    pub(super) momentum: FourVector<D>,
    /// Excitation energy [MeV].
    pub(super) excitation: f64,
    /// Charge of the ion [e].
    pub(super) charge: i32,
}

/// One emission in the laboratory.
pub(super) struct Emission<D> {
    pub(super) emitted: FourVector<D>,
    pub(super) emitted_mass: f64,
    pub(super) nucleus: FourVector<D>,
    pub(super) nucleus_mass: f64,
    pub(super) nuclide: Nuclide,
    pub(super) charge: i32,
}

/// Follows a cascade through the laboratory, calling `visit` for each step.
///
/// `lift(row, energy)` gives the excitation energy as a number that carries the derivative of the
/// moving energy `row`.
pub(super) fn follow<D: Real>(
    cascade: &Cascade,
    beginning: &Beginning<D>,
    steps: &[Step],
    directions: &[Direction],
    lift: impl Fn(usize, f64) -> D,
    mut visit: impl FnMut(usize, Emission<D>),
) {
    let network = cascade.network();
    let mut charge = beginning.charge;
    let mut momentum = beginning.momentum;
    let mut mass = D::from(network.ion_mass(0, charge, 0.0)) + beginning.excitation;
    for (k, (step, direction)) in steps.iter().zip(directions).enumerate() {
        charge -= step.fragment.map_or(0, |f| i32::from(f.nuclide().z));
        let emitted_mass = step.fragment.map_or(0.0, Fragment::nuclear_mass);
        let excitation = step.moved.map_or(D::from(step.excitation), |row| lift(row, step.excitation));
        let nucleus_mass = excitation + network.ion_mass(step.entry, charge, 0.0);
        let (emitted, nucleus) = two_body_decay(momentum, mass, emitted_mass, nucleus_mass, direction);
        momentum = nucleus;
        mass = nucleus_mass;
        let nuclide = network.nuclide(step.entry);
        visit(
            k,
            Emission { emitted, emitted_mass, nucleus, nucleus_mass: nucleus_mass.re(), nuclide, charge },
        );
    }
}
