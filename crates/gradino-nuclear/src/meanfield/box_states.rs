//! States of a nucleon in a box that ends with the mesh: a discrete set that holds bound states and waves alike.

use crate::meanfield::bound::{backward, bottom, join_point, nodes, outward, scaled_curvature};
use crate::meanfield::continuum::{PartialWave, slopes_at_the_end};
use crate::meanfield::mesh::Symmetry;
use crate::meanfield::radial_field::RadialField;

/// Halvings of the interval around an energy.
const MAX_STEPS: usize = 100;
/// Relative precision of an energy.
const PRECISION: f64 = 1e-13;

/// A state of a nucleon in a box.
#[derive(Clone, Debug)]
pub struct BoxState {
    /// Energy [MeV].
    pub energy: f64,
    /// The state: u = r R in fm^(-1/2), with the integral of u^2 dr equal to 1, without a phase shift.
    pub wave: PartialWave<f64>,
}

/// All states of `l` and `two_j` up to the energy `highest` [MeV] in a box with u = 0 at the end of the mesh, by energy.
///
/// They obey the radial equation of orbitals and waves in the same recurrence, so that they are orthogonal under the
/// trapezoidal rule. As many states lie below an energy as the outward solution there has nodes (Sturm's theorem,
/// courant1953, section VI.6).
pub fn box_states(field: &RadialField<f64>, l: u32, two_j: u32, highest: f64) -> Vec<BoxState> {
    let count = |energy: f64| {
        let t = scaled_curvature(field, l, two_j, energy);
        nodes(&outward(&t, l, t.len() - 1))
    };
    let mut low = bottom(field, l, two_j);
    let next = |number: u32| {
        let mut high = highest;
        for _ in 0..MAX_STEPS {
            let middle = 0.5 * (low + high);
            if count(middle) < number {
                low = middle
            } else {
                high = middle
            }
            if high - low < PRECISION * high.abs().max(1.0) {
                break;
            }
        }
        BoxState { energy: low, wave: wave(field, l, two_j, low) }
    };
    (1..=count(highest)).map(next).collect()
}

/// The state at its energy: the solutions from the origin and from the wall, joined at the last point where the motion is
/// allowed, because either grows where it is not.
fn wave(field: &RadialField<f64>, l: u32, two_j: u32, energy: f64) -> PartialWave<f64> {
    let t = scaled_curvature(field, l, two_j, energy);
    let join = join_point(&t, l);
    let inner = outward(&t, l, join);
    let outer = backward(&t, join, [1.0, 0.0]);
    let by = inner[join] / outer[join];
    let v = inner.into_iter().chain(outer[join + 1..].iter().map(|v| v * by));
    normalised(field, l, two_j, &v.collect::<Vec<_>>())
}

/// u = v/sqrt(B) of the solution v, with the integral of u^2 dr equal to 1, and its slope.
fn normalised(field: &RadialField<f64>, l: u32, two_j: u32, v: &[f64]) -> PartialWave<f64> {
    let u: Vec<f64> = v.iter().zip(&field.b).map(|(v, b)| v / b.sqrt()).collect();
    let size = field.mesh.integral(u.iter().map(|u| u * u)).sqrt().recip();
    let u: Vec<f64> = u.into_iter().map(|u| u * size).collect();
    let mut du = field.mesh.derivative(&u, Symmetry::of_wave(l));
    slopes_at_the_end(&u, field.mesh.step_fm, &mut du);
    PartialWave { l, two_j, phase_shift: 0.0, u, du }
}

#[cfg(test)]
#[path = "box_states_tests.rs"]
mod tests;
