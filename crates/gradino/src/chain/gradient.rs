//! Gradients of an event: the score, and the motion of every laboratory energy.
//!
//! All energies of an event are functions of a few coordinates: the neutrino energy and the moving
//! excitation energies. Their exact derivatives with respect to the coordinates come from dual numbers,
//! eight coordinates a pass; the derivatives of the coordinates with respect to the parameters come from
//! the samplers.

use super::kinematics::{self, Beginning};
use super::primary::{ChannelKind, PrimaryDraw};
use super::{Chain, Interaction, Kind, Scratch};
use gradino_core::{Dual, Event, FourVector, Real};
use gradino_nuclear::decay::Start;

const LANES: usize = 8;
type Moving = Dual<f64, LANES>;

/// Memory for gradients.
#[derive(Debug, Default)]
pub(super) struct GradientScratch {
    /// dE of each particle with respect to the coordinates of a pass.
    energies: Vec<[f64; LANES]>,
}

impl Chain {
    /// Writes the score, and the derivatives of the energies if any of them moves.
    pub(super) fn write_gradients(
        &self,
        primary: Option<&PrimaryDraw>,
        start: Option<Start>,
        scratch: &mut Scratch,
        event: &mut Event,
    ) {
        let n = self.gradients.len();
        event.weight_gradient.extend_from_slice(&scratch.record.score);
        let mut neutrino_moves = false;
        if let (Kind::Neutrino(interaction), Some(draw)) = (&self.kind, primary) {
            interaction.primary.add_score(draw, &mut event.weight_gradient);
            event.coordinate_gradient.resize(n, 0.0);
            interaction.primary.energy_gradient(draw, &mut event.coordinate_gradient);
            if let ChannelKind::ElectronElastic | ChannelKind::Cevns =
                interaction.primary.channels()[draw.channel].kind
            {
                write_elastic(interaction, draw, event);
                return;
            }
            neutrino_moves = event.coordinate_gradient.iter().any(|d| *d != 0.0);
            if !neutrino_moves {
                event.coordinate_gradient.clear();
            }
        }
        event.coordinate_gradient.extend_from_slice(&scratch.record.moves);
        let coordinates = event.coordinates();
        event.energy_jacobian.resize(event.particles.len() * coordinates, 0.0);
        for pass in (0..coordinates).step_by(LANES) {
            self.energies_along(primary, start, (pass, neutrino_moves), scratch);
            let rows = event.energy_jacobian.chunks_exact_mut(coordinates);
            for (energies, row) in scratch.gradient.energies.iter().zip(rows) {
                let lanes = LANES.min(coordinates - pass);
                row[pass..pass + lanes].copy_from_slice(&energies[..lanes]);
            }
        }
    }

    /// dE of each particle with respect to the coordinates `pass..pass + LANES`; the neutrino energy
    /// comes first if it moves, then the moving excitation energies.
    fn energies_along(
        &self,
        primary: Option<&PrimaryDraw>,
        start: Option<Start>,
        (pass, neutrino_moves): (usize, bool),
        scratch: &mut Scratch,
    ) {
        let lift = |coordinate: usize, value: f64| match coordinate.checked_sub(pass) {
            Some(lane) if lane < LANES => Moving::variable(value, lane),
            _ => Moving::constant(value),
        };
        let energies = &mut scratch.gradient.energies;
        energies.clear();
        let Some((cascade, start)) = self.cascade.as_ref().zip(start) else { return };
        let (excitation, ..) = cascade.start_state(start);
        let beginning = match (&self.kind, primary) {
            (Kind::Neutrino(interaction), Some(draw)) => {
                let ChannelKind::Level { transition, .. } = interaction.primary.channels()[draw.channel].kind
                else {
                    return;
                };
                let energy =
                    if neutrino_moves { lift(0, draw.energy) } else { Moving::constant(draw.energy) };
                let out = interaction.transition(draw, transition, energy);
                energies.extend([energy.eps, [0.0; LANES], out.lepton.e.eps, out.residue.e.eps]);
                Beginning { momentum: out.residue, excitation, charge: 1 }
            }
            _ => {
                energies.push([0.0; LANES]);
                let mass = Moving::from(cascade.network().ion_mass(0, 0, excitation));
                let zero = Moving::zero();
                Beginning { momentum: FourVector::new(mass, zero, zero, zero), excitation, charge: 0 }
            }
        };
        let (steps, directions) = (&scratch.record.steps, &scratch.directions);
        kinematics::follow(
            cascade,
            &beginning,
            steps,
            directions,
            |row, e| lift(row + usize::from(neutrino_moves), e),
            |_, emission| {
                energies.push(emission.emitted.e.eps);
                energies.push(emission.nucleus.e.eps);
            },
        );
    }
}

/// Elastic channels: neutrino, target at rest, outgoing neutrino, recoiling target. Scattering angle and
/// energies depend on several parameters at once: each outgoing energy is a coordinate of its own.
fn write_elastic(interaction: &Interaction, draw: &PrimaryDraw, event: &mut Event) {
    let n = event.weight_gradient.len();
    event.coordinate_gradient.resize(3 * n, 0.0);
    let (lepton, residue) = event.coordinate_gradient[n..].split_at_mut(n);
    interaction.primary.final_state_gradient(draw, lepton, residue);
    const ENERGIES: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.0; 3], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    event.energy_jacobian.extend(ENERGIES.iter().flatten());
}
