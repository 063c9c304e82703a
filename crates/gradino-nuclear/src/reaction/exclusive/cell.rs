//! Amplitudes at the nodes of a table, and at all corners of the cell of a point together: memory of the next corner is asked
//! for while one is computed.

use super::amplitude::{OperatorAmplitudes, Waves, operator_sums};
use super::coupling::Harmonics;
use super::form::{LeptonForm, WIDTH, in_lanes};
use super::lepton::LeptonTensor;
use super::memory::{Aligned, fetch};
use super::model::{Corner, Point, PreparedKnockout};
use super::packed::LINE;
use super::table::Hole;
use wide::{f32x8, f64x4};

/// Room for one evaluation, so that none is allocated.
#[derive(Clone, Debug)]
pub struct Workspace {
    harmonics: Vec<Harmonics<f32>>,
    /// By hole.
    pub(super) waves: Vec<Waves<f32>>,
    amplitudes: Vec<OperatorAmplitudes<f32>>,
    elements: Aligned<f32>,
    /// By [state][corner].
    sums: Vec<[OperatorAmplitudes<f32x8>; WIDTH]>,
}

/// What makes the cross section of a point from the amplitudes at the corners of its cell.
pub(super) struct Cell {
    pub(super) form: LeptonForm,
    pub(super) corners: [Corner; WIDTH],
    /// Of the corners, in cm^2 for the form.
    pub(super) weights: f64x4,
}

impl PreparedKnockout {
    /// Room for evaluations.
    pub fn workspace(&self) -> Workspace {
        let states = self.of.table.holes.iter().map(Hole::states).max().unwrap_or(0);
        Workspace {
            harmonics: self.of.couplings.iter().map(Harmonics::new).collect(),
            waves: self.of.couplings.iter().map(Waves::new).collect(),
            amplitudes: vec![OperatorAmplitudes::none(0.0); states],
            elements: Aligned::new(self.of.table.most_elements(), 0.0),
            sums: vec![[OperatorAmplitudes::none(f32x8::ZERO); WIDTH]; states],
        }
    }

    /// The operator amplitudes at a node for the angle of the harmonics in `space`; none where they are negligible.
    pub(super) fn amplitudes<'w>(
        &self,
        hole: usize,
        (kinetic, momentum): (usize, usize),
        space: &'w mut Workspace,
    ) -> Option<&'w [OperatorAmplitudes<f32>]> {
        let table = &self.of.table;
        let node = table.packed.node(hole, kinetic, momentum)?;
        let elements = table.unpack((hole, kinetic), &node, &mut space.elements);
        let out = &mut space.amplitudes[..table.holes[hole].states()];
        let waves = &mut space.waves[hole];
        waves.fill(&elements, &space.harmonics[hole]);
        for (state, out) in out.iter_mut().enumerate() {
            let mut sums = OperatorAmplitudes::none(f32x8::ZERO);
            operator_sums(&self.of.couplings[hole], elements.values, waves, state, &mut sums);
            *out = sums.map(f32x8::reduce_add);
        }
        Some(out)
    }

    /// Writes the sums that make the amplitudes of all states at a node of T, for the angle of the harmonics in `space`, to
    /// the place `corner` of them: from the memory `lines` of the node, while that of the `next` one is asked for.
    #[inline]
    fn add_corner(
        &self,
        (hole, kinetic): (usize, usize),
        [lines, next]: [&[[i16; LINE]]; 2],
        corner: usize,
        space: &mut Workspace,
    ) {
        let table = &self.of.table;
        let sums = &mut space.sums[..table.holes[hole].states()];
        let Some(node) = table.packed.read(hole, lines) else {
            fetch(next);
            sums.iter_mut().for_each(|sums| sums[corner] = OperatorAmplitudes::none(f32x8::ZERO));
            return;
        };
        let elements = table.unpack((hole, kinetic), &node, &mut space.elements);
        let waves = &mut space.waves[hole];
        waves.fill(&elements, &space.harmonics[hole]);
        let mut next = next.chunks(next.len().div_ceil(sums.len()).max(1));
        for (state, sums) in sums.iter_mut().enumerate() {
            fetch(next.next().unwrap_or_default());
            operator_sums(&self.of.couplings[hole], elements.values, waves, state, &mut sums[corner]);
        }
    }

    /// Prepares `space` for cos(theta_N) = `x` and the waves of the nodes of T up to `kinetic`.
    pub(super) fn fill_harmonics(&self, hole: usize, x: f64, kinetic: usize, space: &mut Workspace) {
        space.harmonics[hole].fill(x, self.of.table.waves_at(kinetic));
        space.waves[hole].clear();
    }

    /// The amplitudes of the states of a hole, the corners in lanes.
    #[inline]
    pub(super) fn states<'w>(
        &self,
        hole: usize,
        space: &'w Workspace,
    ) -> impl Iterator<Item = OperatorAmplitudes<f64x4>> + 'w {
        let states = self.of.table.holes[hole].states();
        space.sums[..states].iter().map(|corners| in_lanes(corners.each_ref()))
    }

    /// The amplitudes of the states of a hole at the node of [`PreparedKnockout::evaluate_node`], four states in lanes.
    #[inline]
    pub(super) fn states_of_node<'w>(
        &self,
        hole: usize,
        space: &'w Workspace,
    ) -> impl Iterator<Item = OperatorAmplitudes<f64x4>> + 'w {
        let states = self.of.table.holes[hole].states();
        let none = OperatorAmplitudes::none(f32x8::ZERO);
        space.sums[..states].chunks(WIDTH).map(move |four| {
            in_lanes(std::array::from_fn(|i| four.get(i).map_or(&none, |corners| &corners[0])))
        })
    }

    /// Leaves the amplitudes at a node in `space`, for the angle that it is filled for.
    #[inline]
    pub(super) fn evaluate_node(
        &self,
        hole: usize,
        (kinetic, momentum): (usize, usize),
        space: &mut Workspace,
    ) {
        let lines = self.of.table.packed.lines(hole, kinetic, momentum);
        self.add_corner((hole, kinetic), [lines, &[]], 0, space);
    }

    /// The cell of a point, whose amplitudes are left in `space`; none where the point cannot be reached or is outside the
    /// grid.
    #[inline]
    pub(super) fn evaluate(&self, point: &Point, space: &mut Workspace) -> Option<Cell> {
        let q = self.of.vertex.momentum_transfer(point.energy, point.omega, point.cos_theta)?;
        let corners = self.corners(point.omega - self.of.table.holes[point.hole].separation, q)?;
        let hole = point.hole;
        let of = |&(kinetic, momentum, _): &Corner| self.of.table.packed.lines(hole, kinetic, momentum);
        let lines = corners.each_ref().map(of);
        fetch(lines[0]);
        for (kinetic, momentum, _) in corners {
            fetch(std::slice::from_ref(self.factors_at(hole, (kinetic, momentum))));
        }
        let lepton = LeptonTensor::at_angle(&self.of.vertex, point.energy, point.omega, point.cos_theta)?;
        self.fill_harmonics(hole, point.cos_nucleon, corners[3].0, space);
        for (corner, (kinetic, ..)) in corners.iter().enumerate() {
            let next = lines.get(corner + 1).copied().unwrap_or_default();
            if corner == WIDTH / 2 {
                // The other node of T has other phases.
                space.waves[hole].clear();
            }
            self.add_corner((hole, *kinetic), [lines[corner], next], corner, space);
        }
        let scale = lepton.scale() * self.filling(hole);
        let weights = f64x4::new(corners.map(|(.., weight)| weight * scale));
        Some(Cell { form: LeptonForm::new(&lepton, point.phi_nucleon), corners, weights })
    }
}
