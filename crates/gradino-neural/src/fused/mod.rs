//! Fast evaluation of a flow in f32: the same function as [`crate::Flow`], many points at a time.
//!
//! Points go in blocks, each in a lane of a vector. A plan made once per transform says what to compute, with the
//! weights put as the kernels read them; a masked network is computed degree by degree, so that drawing takes as
//! many operations as a density. The instruction set is chosen when the program runs. All of
//! them give the same bits: each number is made by the same chain of correctly rounded operations, in its lane.

mod features;
mod lanes;
mod plan;
mod product;
mod rows;
mod spline;

pub(crate) use lanes::Lanes;

use crate::error::{Error, Result};
use crate::flow::{Flow, simulation};
use features::{Activate, See};
use gradino_core::{Density, Purpose, Sampler, Space, Stream};
use plan::{FEATURES, Operation, Plan, RAW, Sight};
use product::Product;
use rayon::prelude::*;
use rows::{BLOCK, Row};
use spline::{Coordinate, Map, Way};

/// Most points that a thread takes through a transform before it goes on to the next: the weights of one
/// transform stay in its cache meanwhile.
const CHUNK: usize = 4096;

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instructions {
    /// AVX-512: 16 points in a vector.
    Avx512,
    /// AVX2 with fused multiply-add: 8 points in a vector.
    Avx2,
    /// NEON: 4 points in a vector.
    Neon,
    /// None: one point after the other.
    Plain,
}

impl Instructions {
    /// Those that this machine has, the fastest first.
    pub fn available() -> Vec<Self> {
        use Instructions::{Avx2, Avx512, Neon, Plain};
        [Avx512, Avx2, Neon, Plain].into_iter().filter(|set| set.arch().is_some()).collect()
    }

    #[cfg(target_arch = "x86_64")]
    pub(crate) fn arch(self) -> Option<pulp::Arch> {
        use pulp::{Arch, x86};
        match self {
            Instructions::Avx512 => x86::V4::try_new().map(Arch::V4),
            Instructions::Avx2 => x86::V3::try_new().map(Arch::V3),
            Instructions::Neon => None,
            Instructions::Plain => Some(Arch::Scalar),
        }
    }

    #[cfg(target_arch = "aarch64")]
    pub(crate) fn arch(self) -> Option<pulp::Arch> {
        use pulp::{Arch, aarch64};
        match self {
            Instructions::Avx512 | Instructions::Avx2 => None,
            Instructions::Neon => aarch64::Neon::try_new().map(Arch::Neon),
            Instructions::Plain => Some(Arch::Scalar),
        }
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(crate) fn arch(self) -> Option<pulp::Arch> {
        (self == Instructions::Plain).then_some(pulp::Arch::Scalar)
    }
}

/// A flow, made ready for fast drawing and fast densities.
#[derive(Clone, Debug)]
pub struct FusedFlow {
    flow: Flow,
    plans: Vec<Plan>,
    instructions: Instructions,
    arch: pulp::Arch,
}

impl FusedFlow {
    /// The flow, for the best instructions that this machine has.
    pub fn new(flow: Flow) -> Self {
        let best = Instructions::available()[0];
        FusedFlow::with_instructions(flow, best).expect("the machine has what it lists")
    }

    /// The flow, for given instructions; none where this machine does not have them.
    pub fn with_instructions(flow: Flow, instructions: Instructions) -> Option<Self> {
        let arch = instructions.arch()?;
        let (weights, tallest) = (flow.weights(), product::tallest(arch));
        let spec = weights.spec();
        let plans = (0..spec.transforms.len()).map(|turn| Plan::new(spec, weights, turn, tallest)).collect();
        Some(FusedFlow { flow, plans, instructions, arch })
    }

    /// The flow itself.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The instructions in use.
    pub fn instructions(&self) -> Instructions {
        self.instructions
    }

    /// Multiplications and additions in matrices for one point, drawn or given.
    pub fn operations_per_point(&self) -> f64 {
        self.plans.iter().map(Plan::operations_per_point).sum()
    }

    /// ln q(x | c) of points, as [`Flow::ln_density`] gives it.
    pub fn ln_density(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        self.check(conditions, points.len(), values.len())?;
        let (axes, wide) = self.sizes();
        let chunk = chunk(values.len());
        let work = |(number, (points, values)): (usize, (&[f64], &mut [f64]))| {
            let conditions = rows_of(conditions, wide, number * chunk, values.len());
            let mut batch = Batch::new(self, conditions, values.len());
            for (row, point) in points.chunks_exact(axes).enumerate() {
                batch.put(row, self.flow.unit(point)?);
            }
            batch.run(self, Way::Forward);
            for (row, value) in values.iter_mut().enumerate() {
                *value = batch.density(row).ln() - self.flow.ln_space();
            }
            Ok(())
        };
        points.par_chunks(chunk * axes).zip(values.par_chunks_mut(chunk)).enumerate().try_for_each(work)
    }

    fn sizes(&self) -> (usize, usize) {
        let space = self.flow.space();
        (space.axes.len(), space.conditions.len())
    }

    /// Refuses wrong lengths, and conditions that the flow refuses.
    fn check(&self, conditions: &[f64], points: usize, rows: usize) -> Result<()> {
        let (axes, wide) = self.sizes();
        for (what, found, wanted) in
            [("coordinates", points, rows * axes), ("conditions", conditions.len(), rows * wide)]
        {
            if found != wanted {
                return Err(Error::Core(gradino_core::Error::WrongLength { what, found, wanted }));
            }
        }
        match wide {
            0 => Ok(()),
            _ => conditions.chunks_exact(wide).try_for_each(|row| self.flow.check_conditions(row)),
        }
    }
}

/// Points in the work of one thread: enough work for all threads, whole blocks, and not more than [`CHUNK`].
fn chunk(rows: usize) -> usize {
    let share = rows.div_ceil(4 * rayon::current_num_threads());
    share.next_multiple_of(BLOCK).clamp(BLOCK, CHUNK)
}

fn rows_of(conditions: &[f64], wide: usize, first: usize, rows: usize) -> &[f64] {
    &conditions[first * wide..(first + rows) * wide]
}

impl Density for FusedFlow {
    fn space(&self) -> &Space {
        self.flow.space()
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        self.ln_density(conditions, points, values).map_err(simulation)?;
        values.iter_mut().for_each(|value| *value = value.exp());
        Ok(())
    }
}

impl Sampler for FusedFlow {
    fn space(&self) -> &Space {
        self.flow.space()
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        self.check(conditions, points.len(), densities.len()).map_err(simulation)?;
        let (axes, wide) = self.sizes();
        let (chunk, volume) = (chunk(densities.len()), self.flow.space().volume());
        let work = |(part, (points, densities)): (usize, (&mut [f64], &mut [f64]))| {
            let start = part * chunk;
            let conditions = rows_of(conditions, wide, start, densities.len());
            let mut batch = Batch::new(self, conditions, densities.len());
            for row in 0..densities.len() {
                let mut stream = Stream::new(seed, numbers[start + row], Purpose::Point);
                batch.put(row, (0..axes).map(|_| stream.uniform()));
            }
            batch.run(self, Way::Inverse);
            for (row, (point, density)) in points.chunks_exact_mut(axes).zip(densities).enumerate() {
                *density = batch.density(row) / volume;
                for (axis, x) in point.iter_mut().enumerate() {
                    *x = self.flow.coordinate(axis, batch.unit(row, axis));
                }
            }
        };
        points.par_chunks_mut(chunk * axes).zip(densities.par_chunks_mut(chunk)).enumerate().for_each(work);
        Ok(())
    }
}

/// The points that one thread works on.
struct Batch {
    axes: usize,
    /// Blocks of rows of axes.
    coordinates: Vec<Coordinate>,
    /// Blocks of rows of the features of conditions.
    conditions: Vec<Row>,
    /// Products of slopes.
    densities: Vec<[f64; BLOCK]>,
}

impl Batch {
    fn new(fused: &FusedFlow, conditions: &[f64], rows: usize) -> Self {
        let (axes, wide) = fused.sizes();
        let spec = fused.flow.weights().spec();
        let features = spec.features.of_conditions(&spec.space.conditions);
        let blocks = rows.div_ceil(BLOCK);
        let mut seen = Vec::with_capacity(features);
        let mut of_conditions = vec![Row::ZERO; blocks * features];
        for row in 0..rows {
            seen.clear();
            let values = &conditions[row * wide..(row + 1) * wide];
            spec.features.push_conditions(&spec.space.conditions, values, &mut seen);
            let of_block = &mut of_conditions[row / BLOCK * features..];
            for (into, &x) in of_block.iter_mut().zip(&seen) {
                into.0[row % BLOCK] = x as f32;
            }
        }
        let coordinates = vec![Coordinate::MIDDLE; blocks * axes];
        Batch { axes, coordinates, conditions: of_conditions, densities: vec![[1.0; BLOCK]; blocks] }
    }

    fn put(&mut self, row: usize, unit: impl IntoIterator<Item = f64>) {
        let block = &mut self.coordinates[row / BLOCK * self.axes..];
        block.iter_mut().zip(unit).for_each(|(into, x)| into.put(row % BLOCK, x));
    }

    fn unit(&self, row: usize, axis: usize) -> f64 {
        self.coordinates[row / BLOCK * self.axes + axis].get(row % BLOCK)
    }

    fn density(&self, row: usize) -> f64 {
        self.densities[row / BLOCK][row % BLOCK]
    }

    /// Takes all points through the flow.
    fn run(&mut self, fused: &FusedFlow, way: Way) {
        match way {
            Way::Forward => fused.plans.iter().for_each(|plan| self.transform(plan, fused.arch, way)),
            Way::Inverse => fused.plans.iter().rev().for_each(|plan| self.transform(plan, fused.arch, way)),
        }
    }

    fn transform(&mut self, plan: &Plan, arch: pulp::Arch, way: Way) {
        let mut buffers: Vec<Vec<Row>> = plan.buffers.iter().map(|&rows| vec![Row::ZERO; rows]).collect();
        let features = self.conditions.len() / self.densities.len();
        let blocks = self.coordinates.chunks_exact_mut(self.axes).zip(self.conditions.chunks_exact(features));
        for ((coordinates, conditions), density) in blocks.zip(&mut self.densities) {
            buffers[FEATURES][..features].copy_from_slice(conditions);
            let mut block = Block { arch, way, buffers: &mut buffers, coordinates, density };
            plan.operations.iter().for_each(|operation| block.work(operation));
        }
    }
}

/// One block on its way through a transform.
struct Block<'a> {
    arch: pulp::Arch,
    way: Way,
    buffers: &'a mut [Vec<Row>],
    coordinates: &'a mut [Coordinate],
    density: &'a mut [f64; BLOCK],
}

impl Block<'_> {
    fn work(&mut self, operation: &Operation) {
        match operation {
            Operation::Product { matrix, from, into, then } => {
                let mut buffer = std::mem::take(&mut self.buffers[into.buffer]);
                let (from, rows) = (&self.buffers[*from], &mut buffer[into.row..]);
                self.arch.dispatch(Product { matrix, from, into: rows, then: *then });
                self.buffers[into.buffer] = buffer;
            }
            Operation::Activate { activation, from, into, rows } => {
                let mut buffer = std::mem::take(&mut self.buffers[into.buffer]);
                let from = (from.buffer != into.buffer)
                    .then(|| &self.buffers[from.buffer][from.row..from.row + rows]);
                let into_rows = &mut buffer[into.row..into.row + rows];
                self.arch.dispatch(Activate { activation: *activation, from, into: into_rows });
                self.buffers[into.buffer] = buffer;
            }
            Operation::See(sight) => self.see(sight),
            Operation::Map { axis, bins, manifold, raw, sight } => {
                let before = sight.as_ref().filter(|_| self.way == Way::Forward);
                before.into_iter().for_each(|sight| self.see(sight));
                self.arch.dispatch(Map {
                    way: self.way,
                    bins: *bins,
                    manifold: *manifold,
                    raw: &mut self.buffers[RAW][*raw..],
                    coordinate: &mut self.coordinates[*axis],
                    density: self.density,
                });
                let after = sight.as_ref().filter(|_| self.way == Way::Inverse);
                after.into_iter().for_each(|sight| self.see(sight));
            }
        }
    }

    fn see(&mut self, sight: &Sight) {
        let Sight { axis, manifold, row, features } = *sight;
        let (coordinate, rows) =
            (&self.coordinates[axis].high, &mut self.buffers[FEATURES][row..row + features]);
        self.arch.dispatch(See { manifold, coordinate, rows });
    }
}
