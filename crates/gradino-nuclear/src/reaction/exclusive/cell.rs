//! Amplitudes at the nodes of a table, and at all corners of the cell of a point together: memory of the next corner is asked
//! for while one is computed.

use super::amplitude::{OfNodes, OperatorAmplitudes, Waves, operator_sums};
use super::coupling::{Coupling, Harmonics};
use super::form::{LeptonForm, WIDTH, in_lanes};
use super::lepton::LeptonTensor;
use super::memory::{Aligned, fetch};
use super::model::{Corner, Point, PreparedKnockout};
use super::moving_field::ChangeSpace;
use super::nodes::{Nodes, OfTwo, One, PARTS, Pair, Sums, Two, in_widest, totals};
use super::packed::LINE;
use super::table::Hole;
use wide::{f32x8, f64x4};

/// Room for one evaluation, so that none is allocated.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(super) harmonics: Vec<Harmonics<f32>>,
    /// By hole.
    pub(super) waves: Vec<Waves<f32>>,
    pub(super) amplitudes: Vec<OperatorAmplitudes<f32>>,
    elements: Aligned<f32>,
    /// By [state][corner].
    sums: Vec<[Flat; WIDTH]>,
    /// For derivatives with respect to the field.
    pub(super) change: ChangeSpace,
}

/// What makes the cross section of a point from the amplitudes at the corners of its cell.
pub(super) struct Cell {
    pub(super) form: LeptonForm,
    pub(super) corners: [Corner; WIDTH],
    /// Of the corners, in cm^2 for the form.
    pub(super) weights: f64x4,
}

/// The amplitudes of a state at a node, [`OperatorAmplitudes::flat`].
pub(super) type Flat = [f32; PARTS];
/// None of them.
pub(super) const NONE: Flat = [0.0; PARTS];

/// The sums of all states at two corners, from the one at `corner` on.
struct Corners<'a> {
    coupling: &'a Coupling<f32>,
    of: OfNodes<'a, f32>,
    /// Memory that is asked for at the same time.
    next: [&'a [[i16; LINE]]; 2],
    corner: usize,
    sums: &'a mut [[Flat; WIDTH]],
}

impl OfTwo for Corners<'_> {
    #[inline(always)]
    fn with<N: Two>(self, nodes: N) {
        let Corners { coupling, of, next, corner, sums } = self;
        let states = sums.len();
        let mut next = next.map(|lines| lines.chunks(lines.len().div_ceil(states).max(1)));
        for (state, sums) in sums.iter_mut().enumerate() {
            next.iter_mut().for_each(|lines| fetch(lines.next().unwrap_or_default()));
            sums[corner..corner + 2].copy_from_slice(&nodes.totals(&State { coupling, of, state }));
        }
    }
}

/// A state of the hole, with the elements and waves of two nodes.
#[derive(Clone, Copy)]
pub(super) struct State<'a> {
    pub(super) coupling: &'a Coupling<f32>,
    pub(super) of: OfNodes<'a, f32>,
    pub(super) state: usize,
}

impl Sums for State<'_> {
    #[inline(always)]
    fn at<N: Nodes<Number = f32, Group = Pair>>(&self, nodes: N) -> [N::Vector; PARTS] {
        let mut sums = OperatorAmplitudes::none(nodes.none());
        operator_sums(nodes, self.coupling, self.of, self.state, &mut sums);
        sums.flat()
    }
}

/// The amplitudes of one state at one node.
pub(super) fn of_node(coupling: &Coupling<f32>, of: OfNodes<'_, f32>, state: usize) -> Flat {
    let mut sums = OperatorAmplitudes::none(f32x8::ZERO);
    operator_sums(One::node(), coupling, of, state, &mut sums);
    totals(&sums.flat())
}

impl PreparedKnockout {
    /// Room for evaluations.
    pub fn workspace(&self) -> Workspace {
        let states = self.of.table.holes.iter().map(Hole::states).max().unwrap_or(0);
        Workspace {
            harmonics: self.of.couplings.iter().map(Harmonics::new).collect(),
            waves: self.of.couplings.iter().map(Waves::new).collect(),
            amplitudes: vec![OperatorAmplitudes::none(0.0); states],
            elements: Aligned::new(2 * self.of.table.most_elements(), 0.0),
            sums: vec![[NONE; WIDTH]; states],
            change: ChangeSpace::new(self),
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
            let flat = of_node(&self.of.couplings[hole], (elements.values, waves), state);
            *out = OperatorAmplitudes::of_flat(&flat);
        }
        Some(out)
    }

    /// Writes the sums that make the amplitudes of all states at two nodes of the same T, for the angle of the harmonics in
    /// `space`, to the places from `corner` on: from the memory `lines` of the nodes, while that of the `next` ones is asked
    /// for.
    #[inline]
    fn add_corners(
        &self,
        (hole, kinetic): (usize, usize),
        [lines, next]: [[&[[i16; LINE]]; 2]; 2],
        corner: usize,
        space: &mut Workspace,
    ) {
        let table = &self.of.table;
        let sums = &mut space.sums[..table.holes[hole].states()];
        let nodes = lines.map(|lines| table.packed.read(hole, lines));
        let Some(elements) = table.unpack_two((hole, kinetic), &nodes, &mut space.elements) else {
            next.into_iter().for_each(fetch);
            sums.iter_mut().for_each(|sums| sums[corner..corner + 2].fill(NONE));
            return;
        };
        let waves = &mut space.waves[hole];
        waves.fill(&elements, &space.harmonics[hole]);
        let of = (elements.values, &*waves);
        in_widest(Corners { coupling: &self.of.couplings[hole], of, next, corner, sums });
    }

    /// Prepares `space` for cos(theta_N) = `x` and the waves of the nodes of T up to `kinetic`.
    pub(super) fn fill_harmonics(&self, hole: usize, x: f64, kinetic: usize, space: &mut Workspace) {
        self.fill_some_harmonics(hole, x, self.of.table.waves_at(kinetic), space);
    }

    /// The same for the first `waves` waves.
    pub(super) fn fill_some_harmonics(&self, hole: usize, x: f64, waves: usize, space: &mut Workspace) {
        space.harmonics[hole].fill(x, waves);
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
        space.sums[..states].chunks(WIDTH).map(move |four| {
            in_lanes(std::array::from_fn(|i| four.get(i).map_or(&NONE, |corners| &corners[0])))
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
        let table = &self.of.table;
        let sums = &mut space.sums[..table.holes[hole].states()];
        let Some(node) = table.packed.node(hole, kinetic, momentum) else {
            sums.iter_mut().for_each(|sums| sums[0] = NONE);
            return;
        };
        let elements = table.unpack((hole, kinetic), &node, &mut space.elements);
        let waves = &mut space.waves[hole];
        waves.fill(&elements, &space.harmonics[hole]);
        for (state, sums) in sums.iter_mut().enumerate() {
            sums[0] = of_node(&self.of.couplings[hole], (elements.values, waves), state);
        }
    }

    /// The cell of a point, whose amplitudes are left in `space`; none where the point cannot be reached or is outside the
    /// grid.
    #[inline]
    pub(super) fn evaluate(&self, point: &Point, space: &mut Workspace) -> Option<Cell> {
        let q = self.of.vertex.momentum_transfer(point.energy, point.omega, point.cos_theta)?;
        let corners = self.corners(point.omega - self.of.table.holes[point.hole].separation, q)?;
        let hole = point.hole;
        let of = |(kinetic, momentum, _): Corner| self.of.table.packed.two(hole, kinetic, momentum);
        let [first, second] = [of(corners[0]), of(corners[2])];
        first.into_iter().for_each(fetch);
        for (kinetic, momentum, _) in corners {
            fetch(std::slice::from_ref(self.factors_at(hole, (kinetic, momentum))));
        }
        [corners[0], corners[3]].iter().for_each(|&(kinetic, ..)| self.of.table.fetch_phases(kinetic));
        let lepton = LeptonTensor::at_angle(&self.of.vertex, point.energy, point.omega, point.cos_theta)?;
        let table = &self.of.table;
        let lines = first.iter().chain(&second);
        let waves = lines.map(|lines| table.packed.waves(hole, lines)).max().unwrap_or(0);
        self.fill_some_harmonics(hole, point.cos_nucleon, waves, space);
        self.add_corners((hole, corners[0].0), [first, second], 0, space);
        // The other node of T has other phases.
        space.waves[hole].clear();
        self.add_corners((hole, corners[2].0), [second, [&[]; 2]], 2, space);
        let scale = lepton.scale() * self.filling(hole);
        let weights = f64x4::new(corners.map(|(.., weight)| weight * scale));
        Some(Cell { form: LeptonForm::new(&lepton, point.phi_nucleon), corners, weights })
    }
}
