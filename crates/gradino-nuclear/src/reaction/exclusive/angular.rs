//! The distributions of the direction of the nucleon at the nodes of a table.

use super::coupling::LANES;
use super::hadron::{DIAGONAL, STRUCTURES};
use super::memory::vec_in_large_pages;
use super::model::PreparedKnockout;
use rayon::prelude::*;
use std::f64::consts::PI;
use std::ops::Range;
use wide::f32x8;

/// The structures that come with the sines of multiples of theta_N, those with phi_N; the others come with the cosines.
pub(super) const SINES: Range<usize> = 5..13;
/// Size of what is left of a series at its end, over the geometric mean of the constants that limit it.
const NEGLIGIBLE: f64 = 1e-6; // of the order of the rounding of single precision, in which amplitudes are summed

/// The series in theta_N of all structures of the hadron tensor at the nodes of a table, for the form factors of a model.
///
/// At a node with waves up to l_max a structure is sum_k c_k cos(k theta_N), or sum_k c_k sin(k theta_N) for those with
/// phi_N, k <= 2 l_max: products of two harmonics (dlmf, 14.13). So they are exact in theta_N and phi_N.
#[derive(Clone, Debug)]
pub struct DirectionSeries {
    holes: Vec<HoleSeries>,
    /// Nodes of q.
    momenta: usize,
}

/// The series of a hole.
#[derive(Clone, Debug)]
struct HoleSeries {
    /// By [kinetic][momentum]: where the series begin; and where the last ones end.
    starts: Vec<u32>,
    /// For each node by k, eight at a time, and structure, first those that do not depend on phi_N and then the others; the
    /// last coefficient of a series is zero.
    values: Vec<f32x8>,
}

/// Where the series of a node are among those of its hole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    start: u32,
    /// Groups of terms of one series.
    groups: u8,
}

/// The series of a hole at all momentum transfers of one kinetic energy.
#[derive(Clone, Debug, Default)]
struct Row {
    /// By momentum: where its series end.
    ends: Vec<u32>,
    /// See [`HoleSeries`].
    values: Vec<f32x8>,
}

impl DirectionSeries {
    /// Of the nodes (hole, kinetic, momentum) of `model` that are `wanted`; on all threads.
    pub fn new(model: &PreparedKnockout, wanted: impl Fn(usize, usize, usize) -> bool + Sync) -> Self {
        let table = &model.of.table;
        let rules = Rule::all(table.waves());
        let of_hole = |hole: usize| {
            let row = |kinetic: usize| {
                let momenta = (0..table.grid.momenta.len()).filter(|q| wanted(hole, kinetic, *q));
                Row::new(model, (hole, kinetic), &momenta.collect::<Vec<_>>(), &rules)
            };
            HoleSeries::new((0..table.grid.kinetic.len()).into_par_iter().map(row).collect())
        };
        DirectionSeries {
            holes: (0..table.holes.len()).map(of_hole).collect(),
            momenta: table.grid.momenta.len(),
        }
    }

    /// The series at a node; empty where the node is negligible or was not wanted.
    pub fn at(&self, hole: usize, (kinetic, momentum): (usize, usize)) -> &[f32x8] {
        self.span(hole, self.place(hole, (kinetic, momentum)))
    }

    /// Where the series of a node are.
    pub(super) fn place(&self, hole: usize, (kinetic, momentum): (usize, usize)) -> Span {
        let node = kinetic * self.momenta + momentum;
        let [start, end] = [node, node + 1].map(|at| self.holes[hole].starts[at]);
        Span { start, groups: ((end - start) as usize / STRUCTURES) as u8 }
    }

    /// The series of a hole at `span`.
    #[inline]
    pub(super) fn span(&self, hole: usize, span: Span) -> &[f32x8] {
        let start = span.start as usize;
        &self.holes[hole].values[start..start + STRUCTURES * usize::from(span.groups)]
    }

    /// Size in memory [bytes].
    pub fn bytes(&self) -> usize {
        self.holes.iter().map(|hole| size_of_val(&hole.starts[..]) + size_of_val(&hole.values[..])).sum()
    }
}

impl HoleSeries {
    /// From its rows by kinetic energy, each of which goes when it is copied.
    fn new(rows: Vec<Row>) -> Self {
        let mut values = vec_in_large_pages(rows.iter().map(|row| row.values.len()).sum());
        let mut starts = vec![0];
        for row in rows {
            let before = values.len() as u32;
            starts.extend(row.ends.iter().map(|end| before + end));
            values.extend_from_slice(&row.values);
        }
        HoleSeries { starts, values }
    }
}

impl Row {
    fn new(
        model: &PreparedKnockout,
        (hole, kinetic): (usize, usize),
        momenta: &[usize],
        rules: &[Rule],
    ) -> Row {
        let table = &model.of.table;
        let count = table.grid.momenta.len();
        let rule = &rules[table.waves_of(kinetic) / LANES];
        if momenta.is_empty() {
            return Row { ends: vec![0; count], values: Vec::new() };
        }
        let mut samples = vec![[0.0; STRUCTURES]; count * rule.angles.len()];
        let mut space = model.workspace();
        for (i, theta) in rule.angles.iter().enumerate() {
            model.fill_harmonics(hole, theta.cos(), kinetic, &mut space);
            for &momentum in momenta {
                if let Some(w) = model.filled_node_tensor(hole, (kinetic, momentum), &mut space) {
                    samples[momentum * rule.angles.len() + i] = w.structures().map(|x| x as f32);
                }
            }
        }
        let mut row = Row::default();
        for node in samples.chunks_exact(rule.angles.len()) {
            rule.append(node, &mut row.values);
            row.ends.push(row.values.len() as u32);
        }
        row.values.shrink_to_fit();
        row
    }
}

/// The midpoint rule in theta, and the weights that project on cosines and sines.
struct Rule {
    angles: Vec<f64>,
    /// By [angle][k].
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Rule {
    /// The rules for 0, 8, 16, .. `waves` partial waves.
    fn all(waves: usize) -> Vec<Rule> {
        (0..=waves / LANES).map(|n| Rule::new(LANES * n)).collect()
    }

    /// For products of two amplitudes of `waves` partial waves: of degree 2 l_max, l_max = waves / 2, so that as many
    /// points as coefficients are exact.
    fn new(waves: usize) -> Self {
        let number = 2 * (waves / 2) + 1;
        let angles: Vec<f64> = (0..number).map(|i| (i as f64 + 0.5) * PI / number as f64).collect();
        let size = (number + 1).next_multiple_of(LANES);
        let project = |function: fn(f64) -> f64| -> Vec<f32> {
            let weight = |theta: f64, k: usize| match k {
                0 => function(0.0) / number as f64,
                k if k < number => 2.0 * function(k as f64 * theta) / number as f64,
                _ => 0.0,
            };
            angles.iter().flat_map(|&t| (0..size).map(move |k| weight(t, k) as f32)).collect()
        };
        Rule { cosines: project(f64::cos), sines: project(f64::sin), angles }
    }

    /// Appends the series of a node with these values at the angles, without what is negligible at their ends.
    fn append(&self, samples: &[[f32; STRUCTURES]], out: &mut Vec<f32x8>) {
        let size = self.cosines.len() / self.angles.len();
        let mut series = vec![f32x8::ZERO; STRUCTURES * size / LANES];
        for (structure, sums) in series.chunks_exact_mut(size / LANES).enumerate() {
            let weights = if SINES.contains(&structure) { &self.sines } else { &self.cosines };
            for (sample, row) in samples.iter().zip(weights.chunks_exact(size)) {
                let value = f32x8::splat(sample[structure]);
                for (sum, w) in sums.iter_mut().zip(row.as_chunks::<LANES>().0) {
                    *sum = value.mul_add(f32x8::new(*w), *sum);
                }
            }
        }
        let groups = kept(&series, size) / LANES;
        for part in [0..DIAGONAL, DIAGONAL..STRUCTURES] {
            for group in 0..groups {
                out.extend(part.clone().map(|structure| series[structure * size / LANES + group]));
            }
        }
    }
}

/// The number of coefficients of a series, a multiple of [`LANES`] and the last of them zero, beyond which all of them are
/// negligible; 0 for none at all.
///
/// The tensor is positive, so that a structure of a and b is at most the root of W^aa W^bb: their means over theta_N are
/// the measure.
fn kept(series: &[f32x8], size: usize) -> usize {
    let of = |structure: usize| series[structure * size / LANES].as_array()[0];
    let [cc, ll, t] = [0, 2, 3].map(|s| f64::from(of(s)).max(0.0).sqrt());
    if cc + t <= 0.0 {
        return 0;
    }
    let four = [t * ll, t * cc, t * ll, t * cc];
    let sizes =
        [cc * cc, cc * ll, ll * ll, t * t, t * t].into_iter().chain(four).chain(four).chain([t * t; 2]);
    let last = |(one, size_of): (&[f32x8], f64)| {
        let mut tail = 0.0;
        let all = one.iter().flat_map(|lanes| lanes.to_array());
        let all: Vec<f64> = all.map(|c| f64::from(c).abs()).collect();
        all.iter().rposition(|c| {
            tail += c;
            tail > NEGLIGIBLE * size_of
        })
    };
    let longest = series.chunks_exact(size / LANES).zip(sizes).filter_map(last).max().unwrap_or(0);
    (longest + 2).next_multiple_of(LANES)
}
