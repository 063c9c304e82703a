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
    /// Derivative of the neutrino energy.
    neutrino: Vec<f64>,
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
        scratch.gradient.neutrino.clear();
        scratch.gradient.neutrino.resize(n, 0.0);
        let moves = scratch.record.moves_len();
        let mut neutrino_moves = false;
        if let (Kind::Neutrino(interaction), Some(draw)) = (&self.kind, primary) {
            interaction.primary.add_score(draw, &mut event.weight_gradient);
            interaction.primary.energy_gradient(draw, &mut scratch.gradient.neutrino);
            neutrino_moves = scratch.gradient.neutrino.iter().any(|d| *d != 0.0);
            if let ChannelKind::ElectronElastic | ChannelKind::Cevns =
                interaction.primary.channels()[draw.channel].kind
            {
                write_elastic(interaction, draw, &scratch.gradient.neutrino, event);
                return;
            }
        }
        let first = usize::from(!neutrino_moves);
        if first > moves {
            return;
        }
        event.energy_gradient.resize(event.particles.len() * n, 0.0);
        for pass in (first..=moves).step_by(LANES) {
            self.energies_along(primary, start, pass, scratch);
            self.add_pass(pass, moves, scratch, event);
        }
    }

    /// dE of each particle with respect to the coordinates `pass..pass + LANES`; 0 is the neutrino
    /// energy, k + 1 the moving energy k.
    fn energies_along(
        &self,
        primary: Option<&PrimaryDraw>,
        start: Option<Start>,
        pass: usize,
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
                let energy = lift(0, draw.energy);
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
            |row, e| lift(row + 1, e),
            |_, emission| {
                energies.push(emission.emitted.e.eps);
                energies.push(emission.nucleus.e.eps);
            },
        );
    }

    /// Chain rule: adds (dE / d coordinate) (d coordinate / d theta) of one pass.
    fn add_pass(&self, pass: usize, moves: usize, scratch: &Scratch, event: &mut Event) {
        let n = self.gradients.len();
        for (energies, row) in scratch.gradient.energies.iter().zip(event.energy_gradient.chunks_exact_mut(n))
        {
            for (lane, slope) in energies.iter().enumerate().filter(|(_, s)| **s != 0.0) {
                let coordinate = pass + lane;
                if coordinate > moves {
                    break;
                }
                let motion = match coordinate {
                    0 => &scratch.gradient.neutrino[..],
                    k => scratch.record.moved(k - 1),
                };
                row.iter_mut().zip(motion).for_each(|(r, m)| *r += slope * m);
            }
        }
    }
}

/// Elastic channels: neutrino, target at rest, outgoing neutrino, recoiling target.
fn write_elastic(interaction: &Interaction, draw: &PrimaryDraw, neutrino: &[f64], event: &mut Event) {
    let n = neutrino.len();
    event.energy_gradient.resize(event.particles.len() * n, 0.0);
    event.energy_gradient[..n].copy_from_slice(neutrino);
    let (_, out) = event.energy_gradient.split_at_mut(2 * n);
    let (lepton, residue) = out.split_at_mut(n);
    interaction.primary.final_state_gradient(draw, lepton, residue);
}
