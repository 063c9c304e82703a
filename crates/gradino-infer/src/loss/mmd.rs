//! Maximum mean discrepancy, squared and unbiased (gretton2012), and the energy distance (szekely2013).

use super::elementary::{dot, lanes};
use super::kernel::{Bandwidth, Kernel, Radial};
use super::line::{Line, sorted};
use super::pairs::{DataTerm, Normalise, Potential, discrepancy};
use super::{Loss, LossValue, Prepared};
use crate::error::Result;
use gradino_core::Sample;
use rayon::prelude::*;
use std::ops::Range;

/// Rows of a block: two of them with their sums fit in the first cache.
const BLOCK: usize = 256;
/// Tasks that share the pairs; their sums are added in order, whatever the number of threads.
const STRIPS: usize = 16;

/// The squared discrepancy: E k(x, x') - 2 E k(x, y) + E k(y, y'), lemma 6 of gretton2012, as a U-statistic.
///
/// Pairs of a row with itself are left out, so that the mean over samples is exact, and zero where the
/// distributions agree; one value can be negative. Time goes with the square of the number of rows; with
/// the energy kernel and one feature with n log n. Weights can be zero or negative as long as their sum is
/// above zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Mmd {
    /// The kernel.
    pub kernel: Kernel,
    /// What means are divided by.
    pub normalise: Normalise,
}

impl Default for Mmd {
    fn default() -> Self {
        Mmd { kernel: Kernel::Gaussian(Bandwidth::default()), normalise: Normalise::default() }
    }
}

impl Loss for Mmd {
    fn evaluate(&self, sample: &Sample, data: &Sample) -> Result<LossValue> {
        self.prepare(data)?.evaluate(sample)
    }

    fn prepare<'a>(&'a self, data: &'a Sample) -> Result<Box<dyn Prepared + 'a>> {
        data.check()?;
        let view = View::new(&self.kernel, data)?;
        let sum = dot(&view.own(data).value, &data.weights);
        let term = DataTerm::new(data, sum, self.normalise)?;
        Ok(Box::new(PreparedMmd { normalise: self.normalise, data, view, term }))
    }
}

/// The discrepancy from given data.
struct PreparedMmd<'a> {
    normalise: Normalise,
    data: &'a Sample,
    view: View,
    term: DataTerm,
}

impl Prepared for PreparedMmd<'_> {
    fn evaluate(&self, sample: &Sample) -> Result<LossValue> {
        sample.check_pair(self.data)?;
        self.normalise.total(sample)?;
        let (own, other) = match &self.view {
            View::Line(data) => {
                let order = sorted(&sample.values);
                (Line::new(&order, &sample.weights).potential(&order), data.potential(&order))
            }
            View::Cloud(radial, data) => {
                let cloud = Cloud::new(sample);
                (cloud.own(radial), cloud.seen_from(radial, data))
            }
        };
        discrepancy(sample, self.normalise, self.term, &own, &other)
    }
}

/// Data in the form that the kernel likes.
enum View {
    /// On a line, for distances.
    Line(Line),
    /// As they are.
    Cloud(Radial, Cloud),
}

impl View {
    fn new(kernel: &Kernel, data: &Sample) -> Result<Self> {
        if *kernel == Kernel::Energy && data.dimension() == 1 {
            return Ok(View::Line(Line::new(&sorted(&data.values), &data.weights)));
        }
        Ok(View::Cloud(Radial::new(kernel, data)?, Cloud::new(data)))
    }

    /// The potential of the data on themselves.
    fn own(&self, data: &Sample) -> Potential {
        match self {
            View::Line(line) => line.potential(&sorted(&data.values)),
            View::Cloud(radial, cloud) => cloud.own(radial),
        }
    }
}

/// Rows feature by feature, for loops over many rows.
#[derive(Clone, Debug, PartialEq)]
struct Cloud {
    rows: usize,
    columns: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

impl Cloud {
    fn new(sample: &Sample) -> Self {
        let column = |k: usize| sample.values.iter().skip(k).step_by(sample.dimension()).copied().collect();
        let columns = (0..sample.dimension()).map(column).collect();
        Cloud { rows: sample.len(), columns, weights: sample.weights.clone() }
    }

    fn block(&self, block: usize) -> Range<usize> {
        block * BLOCK..((block + 1) * BLOCK).min(self.rows)
    }

    /// The potential of the rows on themselves. Each pair is computed once.
    fn own(&self, radial: &Radial) -> Potential {
        let blocks = self.rows.div_ceil(BLOCK);
        let strip = |first: usize| {
            let (mut sums, mut pairs) = (Sums::new(self), Pairs::new());
            for a in (first..blocks).step_by(STRIPS) {
                for b in a..blocks {
                    for i in self.block(a) {
                        let others = self.block(b);
                        pairs.add_both(radial, self, i, others.start.max(i + 1)..others.end, &mut sums);
                    }
                }
            }
            sums
        };
        let strips: Vec<Sums> = (0..STRIPS.min(blocks)).into_par_iter().map(strip).collect();
        let mut all = Sums::new(self);
        strips.iter().for_each(|strip| all.add(strip));
        all.potential()
    }

    /// The potential of `data` at the rows.
    fn seen_from(&self, radial: &Radial, data: &Cloud) -> Potential {
        let dimension = self.columns.len();
        let mut potential =
            Potential { value: vec![0.0; self.rows], slope: vec![0.0; self.rows * dimension] };
        let values = potential.value.par_chunks_mut(BLOCK);
        let slopes = potential.slope.par_chunks_mut(BLOCK * dimension);
        values.zip(slopes).enumerate().for_each(|(a, (values, slopes))| {
            let mut pairs = Pairs::new();
            for b in 0..data.rows.div_ceil(BLOCK) {
                for (row, i) in self.block(a).enumerate() {
                    let slope = &mut slopes[row * dimension..(row + 1) * dimension];
                    values[row] += pairs.add_one(radial, self, i, data, data.block(b), slope);
                }
            }
        });
        potential
    }
}

/// Sums over pairs, feature by feature.
struct Sums {
    value: Vec<f64>,
    slopes: Vec<Vec<f64>>,
}

impl Sums {
    fn new(cloud: &Cloud) -> Self {
        Sums { value: vec![0.0; cloud.rows], slopes: vec![vec![0.0; cloud.rows]; cloud.columns.len()] }
    }

    fn add(&mut self, other: &Sums) {
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.value, &other.value);
        self.slopes.iter_mut().zip(&other.slopes).for_each(|(a, b)| add(a, b));
    }

    fn potential(self) -> Potential {
        let slope = (0..self.value.len()).flat_map(|i| self.slopes.iter().map(move |column| column[i]));
        Potential { slope: slope.collect(), value: self.value }
    }
}

/// Kernels between one row and a block of rows.
struct Pairs {
    value: [f64; BLOCK],
    slope: [f64; BLOCK],
}

impl Pairs {
    fn new() -> Self {
        Pairs { value: [0.0; BLOCK], slope: [0.0; BLOCK] }
    }

    /// Kernels and slopes between row `i` of `cloud` and the rows `range` of `others`.
    fn fill(&mut self, radial: &Radial, cloud: &Cloud, i: usize, others: &Cloud, range: &Range<usize>) {
        let (value, slope) = (&mut self.value[..range.len()], &mut self.slope[..range.len()]);
        value.fill(0.0);
        for (x, column) in cloud.columns.iter().zip(&others.columns) {
            let x = x[i];
            value.iter_mut().zip(&column[range.clone()]).for_each(|(s, y)| *s += (x - y) * (x - y));
        }
        radial.apply(value, slope);
    }

    /// Adds the kernels of row `i` with the rows `range` to the sums of both.
    fn add_both(&mut self, radial: &Radial, cloud: &Cloud, i: usize, range: Range<usize>, sums: &mut Sums) {
        self.fill(radial, cloud, i, cloud, &range);
        let (value, slope) = (&self.value[..range.len()], &self.slope[..range.len()]);
        let (weight, weights) = (cloud.weights[i], &cloud.weights[range.clone()]);
        sums.value[range.clone()].iter_mut().zip(value).for_each(|(sum, k)| *sum += weight * k);
        sums.value[i] += dot(value, weights);
        for (column, sum) in cloud.columns.iter().zip(&mut sums.slopes) {
            let (x, ys) = (column[i], &column[range.clone()]);
            let others = sum[range.clone()].iter_mut().zip(ys).zip(slope);
            others.for_each(|((sum, y), g)| *sum += weight * g * (x - y));
            sum[i] -= dot3(slope, weights, ys, x);
        }
    }

    /// The sum of the kernels of row `i` of `cloud` with the rows `range` of `data`; adds its derivatives.
    fn add_one(
        &mut self,
        radial: &Radial,
        cloud: &Cloud,
        i: usize,
        data: &Cloud,
        range: Range<usize>,
        slopes: &mut [f64],
    ) -> f64 {
        self.fill(radial, cloud, i, data, &range);
        let (value, slope) = (&self.value[..range.len()], &self.slope[..range.len()]);
        let weights = &data.weights[range.clone()];
        for ((column, ys), sum) in cloud.columns.iter().zip(&data.columns).zip(slopes) {
            *sum -= dot3(slope, weights, &ys[range.clone()], column[i]);
        }
        dot(value, weights)
    }
}

/// sum_j g_j w_j (x - y_j).
fn dot3(g: &[f64], w: &[f64], y: &[f64], x: f64) -> f64 {
    let (w, y) = (&w[..g.len()], &y[..g.len()]);
    lanes(g.len(), |j| g[j] * w[j] * (x - y[j]))
}
