//! Maximum mean discrepancy by random Fourier features (rahimi2007): time goes with the number of rows.

use super::elementary::{cos_sin, dot, lanes};
use super::kernel::Bandwidth;
use super::pairs::{DataTerm, Normalise, Potential, discrepancy};
use super::random::normal_vectors;
use super::{Loss, LossValue, Prepared};
use crate::error::{Error, Result};
use gradino_core::Sample;
use rayon::prelude::*;

/// Rows of a task; their sums are added in order, whatever the number of threads.
const ROWS: usize = 8192;

/// [`Mmd`](super::Mmd) with Gaussian kernels replaced by means over random frequencies f,
///
/// exp(-|x - y|^2 / (2 s^2)) = E cos(f . (x - y)), f normal with deviation 1 / s (algorithm 1 of rahimi2007).
///
/// The frequencies depend on the seed and the widths alone, and terms of a row with itself, which are
/// exactly 1, are taken out: the statistic is unbiased in the samples and over seeds. For given frequencies
/// it is a discrepancy of its own, blind to differences at other frequencies.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomFeatures {
    /// Widths of the Gaussians; the frequencies are dealt out to them in turn.
    pub bandwidth: Bandwidth,
    /// Number of frequencies.
    pub frequencies: usize,
    /// Seed of the frequencies.
    pub seed: u64,
    /// What means are divided by.
    pub normalise: Normalise,
}

impl Default for RandomFeatures {
    fn default() -> Self {
        let (bandwidth, normalise) = (Bandwidth::default(), Normalise::default());
        RandomFeatures { bandwidth, frequencies: 100, seed: 1, normalise }
    }
}

impl Loss for RandomFeatures {
    fn evaluate(&self, sample: &Sample, data: &Sample) -> Result<LossValue> {
        self.prepare(data)?.evaluate(sample)
    }

    fn prepare<'a>(&'a self, data: &'a Sample) -> Result<Box<dyn Prepared + 'a>> {
        data.check()?;
        let widths = self.bandwidth.widths(data)?;
        if self.frequencies < widths.len() {
            let (what, least) = ("frequencies, one for each width,", widths.len());
            return Err(Error::TooFew { what, found: self.frequencies, least });
        }
        let mut frequencies = normal_vectors(self.seed, self.frequencies, data.dimension());
        for (vector, width) in frequencies.iter_mut().zip(widths.iter().cycle()) {
            vector.iter_mut().for_each(|f| *f /= width);
        }
        let share = shares(self.frequencies, widths.len());
        let column = |k: usize| frequencies.iter().map(|vector| vector[k]).collect();
        let waves = Waves { columns: (0..data.dimension()).map(column).collect(), share };
        let sums = waves.sums(data);
        let all = waves.share.iter().zip(&sums[0]).zip(&sums[1]).map(|((f, c), s)| f * (c * c + s * s));
        let own = all.sum::<f64>() - dot(&data.weights, &data.weights);
        let term = DataTerm::new(data, own, self.normalise)?;
        Ok(Box::new(PreparedFeatures { normalise: self.normalise, data, waves, sums, term }))
    }
}

/// The share of each frequency in the kernel, so that all widths count alike.
fn shares(frequencies: usize, widths: usize) -> Vec<f64> {
    let of_width = |width: usize| frequencies / widths + usize::from(width < frequencies % widths);
    (0..frequencies).map(|f| ((of_width(f % widths) * widths) as f64).recip()).collect()
}

/// The discrepancy from given data.
struct PreparedFeatures<'a> {
    normalise: Normalise,
    data: &'a Sample,
    waves: Waves,
    sums: [Vec<f64>; 2],
    term: DataTerm,
}

impl Prepared for PreparedFeatures<'_> {
    fn evaluate(&self, sample: &Sample) -> Result<LossValue> {
        sample.check_pair(self.data)?;
        let sums = self.waves.sums(sample);
        let [mut own, other] = self.waves.potentials(sample, [&sums, &self.sums]);
        // The kernel of a row with itself is 1.
        own.value.iter_mut().zip(&sample.weights).for_each(|(value, weight)| *value -= weight);
        discrepancy(sample, self.normalise, self.term, &own, &other)
    }
}

/// Cosines and sines at some frequencies.
#[derive(Clone, Debug, PartialEq)]
struct Waves {
    /// Frequencies, feature by feature.
    columns: Vec<Vec<f64>>,
    /// Share of each in the kernel; they sum to 1.
    share: Vec<f64>,
}

impl Waves {
    /// Cosines and sines of a row at all frequencies.
    #[inline]
    fn fill(&self, row: &[f64], [cosines, sines]: &mut [Vec<f64>; 2]) {
        cosines.fill(0.0);
        for (x, column) in row.iter().zip(&self.columns) {
            cosines.iter_mut().zip(column).for_each(|(angle, f)| *angle += x * f);
        }
        cos_sin(cosines, sines);
    }

    fn zeros(&self) -> [Vec<f64>; 2] {
        [vec![0.0; self.share.len()], vec![0.0; self.share.len()]]
    }

    /// sum_i w_i cos(f . x_i) and sum_i w_i sin(f . x_i) for each frequency.
    fn sums(&self, sample: &Sample) -> [Vec<f64>; 2] {
        let dimension = self.columns.len();
        let add = |sums: &mut [Vec<f64>; 2], weight: f64, terms: &[Vec<f64>; 2]| {
            for (sums, terms) in sums.iter_mut().zip(terms) {
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
            }
        };
        let part = |(rows, weights): (&[f64], &[f64])| {
            let (mut sums, mut waves) = (self.zeros(), self.zeros());
            for (row, weight) in rows.chunks_exact(dimension).zip(weights) {
                self.fill(row, &mut waves);
                add(&mut sums, *weight, &waves);
            }
            sums
        };
        let rows = sample.values.par_chunks(ROWS * dimension);
        let parts: Vec<[Vec<f64>; 2]> = rows.zip(sample.weights.par_chunks(ROWS)).map(part).collect();
        let mut all = self.zeros();
        parts.iter().for_each(|part| add(&mut all, 1.0, part));
        all
    }

    /// The potentials at the rows of `sample` of the samples behind the two `sums`.
    fn potentials(&self, sample: &Sample, sums: [&[Vec<f64>; 2]; 2]) -> [Potential; 2] {
        let dimension = self.columns.len();
        let shared = |sums: &Vec<f64>| sums.iter().zip(&self.share).map(|(sum, share)| sum * share).collect();
        let totals: [[Vec<f64>; 2]; 2] = sums.map(|[c, s]| [shared(c), shared(s)]);
        let part = |rows: &[f64]| {
            let (mut waves, mut terms) = (self.zeros(), self.zeros());
            let mut potentials = [Potential::default(), Potential::default()];
            for row in rows.chunks_exact(dimension) {
                self.fill(row, &mut waves);
                for (potential, totals) in potentials.iter_mut().zip(&totals) {
                    project(&waves, totals, &mut terms);
                    potential.value.push(lanes(terms[0].len(), |f| terms[0][f]));
                    potential.slope.extend(self.columns.iter().map(|column| dot(&terms[1], column)));
                }
            }
            potentials
        };
        let parts: Vec<[Potential; 2]> = sample.values.par_chunks(ROWS * dimension).map(part).collect();
        let mut all = [Potential::default(), Potential::default()];
        for part in &parts {
            for (all, part) in all.iter_mut().zip(part) {
                all.value.extend_from_slice(&part.value);
                all.slope.extend_from_slice(&part.slope);
            }
        }
        all
    }
}

/// Terms of the potential of the sums `totals` at a row with the waves `waves`, and of its slope by the angle.
#[inline]
fn project(waves: &[Vec<f64>; 2], totals: &[Vec<f64>; 2], terms: &mut [Vec<f64>; 2]) {
    let [values, slopes] = terms;
    let waves = waves[0].iter().zip(&waves[1]).zip(totals[0].iter().zip(&totals[1]));
    for ((value, slope), ((cos, sin), (c, s))) in values.iter_mut().zip(slopes).zip(waves) {
        (*value, *slope) = (cos * c + sin * s, cos * s - sin * c);
    }
}
