//! Maximum mean discrepancy by random Fourier features (rahimi2007): time goes with the number of rows.

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
        let waves = Waves { dimension: data.dimension(), frequencies: frequencies.concat(), share };
        let sums = waves.sums(data);
        let own = waves.potential(data, &sums, true);
        let term = DataTerm::new(data, &own.value, self.normalise)?;
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
    sums: Vec<[f64; 2]>,
    term: DataTerm,
}

impl Prepared for PreparedFeatures<'_> {
    fn evaluate(&self, sample: &Sample) -> Result<LossValue> {
        sample.check_pair(self.data)?;
        let own = self.waves.potential(sample, &self.waves.sums(sample), true);
        let other = self.waves.potential(sample, &self.sums, false);
        discrepancy(sample, self.normalise, self.term, &own, &other)
    }
}

/// Cosines and sines at some frequencies.
#[derive(Clone, Debug, PartialEq)]
struct Waves {
    dimension: usize,
    /// Frequencies, `[frequencies, dimension]`.
    frequencies: Vec<f64>,
    /// Share of each in the kernel; they sum to 1.
    share: Vec<f64>,
}

impl Waves {
    /// Cosine and sine of a row at one frequency.
    #[inline]
    fn wave(row: &[f64], frequency: &[f64]) -> [f64; 2] {
        let phase: f64 = row.iter().zip(frequency).map(|(x, f)| x * f).sum();
        let (sin, cos) = phase.sin_cos();
        [cos, sin]
    }

    /// sum_i w_i (cos f x_i, sin f x_i) for each frequency.
    fn sums(&self, sample: &Sample) -> Vec<[f64; 2]> {
        let part = |(rows, weights): (&[f64], &[f64])| {
            let mut sums = vec![[0.0; 2]; self.share.len()];
            for (row, weight) in rows.chunks_exact(self.dimension).zip(weights) {
                for (sum, frequency) in sums.iter_mut().zip(self.frequencies.chunks_exact(self.dimension)) {
                    let [cos, sin] = Self::wave(row, frequency);
                    sum[0] += weight * cos;
                    sum[1] += weight * sin;
                }
            }
            sums
        };
        let rows = sample.values.par_chunks(ROWS * self.dimension);
        let parts: Vec<Vec<[f64; 2]>> = rows.zip(sample.weights.par_chunks(ROWS)).map(part).collect();
        let mut all = vec![[0.0; 2]; self.share.len()];
        for part in &parts {
            all.iter_mut().zip(part).for_each(|(a, b)| *a = [a[0] + b[0], a[1] + b[1]]);
        }
        all
    }

    /// The potential of the sample behind `sums` at the rows of `sample`, which is the same if `own`.
    fn potential(&self, sample: &Sample, sums: &[[f64; 2]], own: bool) -> Potential {
        let mut potential =
            Potential { value: sample.weights.clone(), slope: vec![0.0; sample.values.len()] };
        let rows = sample.values.par_chunks_exact(self.dimension);
        let outputs =
            potential.value.par_iter_mut().zip(potential.slope.par_chunks_exact_mut(self.dimension));
        rows.zip(outputs).with_min_len(ROWS / 8).for_each(|(row, (value, slopes))| {
            let mut sum = if own { -*value } else { 0.0 };
            let frequencies = self.frequencies.chunks_exact(self.dimension);
            for ((frequency, total), share) in frequencies.zip(sums).zip(&self.share) {
                let [cos, sin] = Self::wave(row, frequency);
                sum += share * (cos * total[0] + sin * total[1]);
                let slope = share * (cos * total[1] - sin * total[0]);
                slopes.iter_mut().zip(frequency).for_each(|(s, f)| *s += slope * f);
            }
            *value = sum;
        });
        potential
    }
}
