//! Points in bins of one, two or all axes, against a reference of many more.

use gradino_core::Space;

/// Bins with an expected content below this join one group.
const LEAST_EXPECTED: f64 = 5.0;
/// So do those whose reference has fewer effective points than this.
const LEAST_REFERENCE: f64 = 50.0;

/// Bins along some axes, with edges at quantiles of the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// Positions of the axes.
    pub axes: Vec<usize>,
    /// Edges along each of them, the outer ones included.
    pub edges: Vec<Vec<f64>>,
}

impl Bins {
    /// About `count` bins for each of the axes, each with the same share of weighted points.
    pub fn at_quantiles(
        space: &Space,
        axes: &[usize],
        count: usize,
        points: &[f64],
        weights: &[f64],
    ) -> Self {
        let width = space.axes.len();
        let edges = |&axis: &usize| {
            let mut order: Vec<(f64, f64)> =
                points.iter().skip(axis).step_by(width).copied().zip(weights.iter().copied()).collect();
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let all: f64 = weights.iter().sum();
            let (mut edges, mut sum) = (vec![space.axes[axis].low], 0.0);
            for (x, w) in order {
                sum += w;
                let is_next = sum >= all * edges.len() as f64 / count as f64;
                if is_next && edges.len() < count && x > edges[edges.len() - 1] && x < space.axes[axis].high {
                    edges.push(x);
                }
            }
            edges.push(space.axes[axis].high);
            edges
        };
        Bins { axes: axes.to_vec(), edges: axes.iter().map(edges).collect() }
    }

    /// Number of bins.
    pub fn len(&self) -> usize {
        self.edges.iter().map(|edges| edges.len() - 1).product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bin of a point.
    pub fn find(&self, point: &[f64]) -> usize {
        self.axes.iter().zip(&self.edges).fold(0, |bin, (axis, edges)| {
            let along = edges.partition_point(|edge| *edge <= point[*axis]);
            bin * (edges.len() - 1) + along.clamp(1, edges.len() - 1) - 1
        })
    }

    /// Points in each bin.
    pub fn count(&self, width: usize, points: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; self.len()];
        points.chunks_exact(width).for_each(|point| counts[self.find(point)] += 1.0);
        counts
    }
}

/// Probabilities of bins, from weighted points.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The bins.
    pub bins: Bins,
    /// The sum of the weights in each.
    sums: Vec<f64>,
    /// The sum of their squares.
    squares: Vec<f64>,
}

/// Bins joined in groups, with probability and relative variance of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    of_bin: Vec<usize>,
    /// Probability of each group.
    pub shares: Vec<f64>,
    /// Variance of that probability.
    pub variances: Vec<f64>,
}

impl Reference {
    /// Without points.
    pub fn new(bins: Bins) -> Self {
        let empty = vec![0.0; bins.len()];
        Reference { bins, sums: empty.clone(), squares: empty }
    }

    /// Adds weighted points.
    pub fn add(&mut self, width: usize, points: &[f64], weights: &[f64]) {
        for (point, w) in points.chunks_exact(width).zip(weights) {
            let bin = self.bins.find(point);
            self.sums[bin] += w;
            self.squares[bin] += w * w;
        }
    }

    /// The bins that `events` points fill well enough alone, and one group of all others.
    pub fn groups(&self, events: f64) -> Groups {
        let all: f64 = self.sums.iter().sum();
        let is_alone = |bin: usize| {
            let (w, s) = (self.sums[bin], self.squares[bin]);
            w / all * events >= LEAST_EXPECTED && w * w >= LEAST_REFERENCE * s
        };
        let alone = (0..self.sums.len()).filter(|bin| is_alone(*bin)).count();
        let mut next = 0;
        let group = |bin: usize| {
            let group = if is_alone(bin) { next } else { alone };
            next += usize::from(group < alone);
            group
        };
        self.in_groups((0..self.sums.len()).map(group).collect())
    }

    /// Each bin for itself.
    pub fn each(&self) -> Groups {
        self.in_groups((0..self.sums.len()).collect())
    }

    fn in_groups(&self, of_bin: Vec<usize>) -> Groups {
        let all: f64 = self.sums.iter().sum();
        let square: f64 = self.squares.iter().sum();
        let count = of_bin.iter().max().map_or(0, |last| last + 1);
        let (mut shares, mut variances) = (vec![0.0; count], vec![0.0; count]);
        for (bin, group) in of_bin.iter().enumerate() {
            shares[*group] += self.sums[bin] / all;
            variances[*group] += self.squares[bin] / (all * all);
        }
        for (variance, p) in variances.iter_mut().zip(&shares) {
            // Of a ratio of sums: (s - 2 p s + p^2 sum s) / W^2.
            *variance = (*variance * (1.0 - 2.0 * p) + p * p * square / (all * all)).max(0.0);
        }
        Groups { of_bin, shares, variances }
    }
}

impl Groups {
    /// Contents of bins added up in the groups.
    pub fn joined(&self, counts: &[f64]) -> Vec<f64> {
        let mut joined = vec![0.0; self.shares.len()];
        self.of_bin.iter().zip(counts).for_each(|(group, n)| joined[*group] += n);
        joined
    }

    /// Residuals z = (H - N p) / (N p (1 - p) + N^2 var p)^(1/2); infinite where points lie in a group of no
    /// probability.
    pub fn residuals(&self, counts: &[f64]) -> Vec<f64> {
        let n: f64 = counts.iter().sum();
        let parts = counts.iter().zip(&self.shares).zip(&self.variances);
        let z = |((h, p), v): ((&f64, &f64), &f64)| match h - n * p {
            0.0 => 0.0,
            difference => difference / (n * p * (1.0 - p) + n * n * v).max(0.0).sqrt(),
        };
        parts.map(z).collect()
    }

    /// The root of the mean square of the residuals: 1 for points of the density itself, on average.
    pub fn rms(&self, counts: &[f64]) -> f64 {
        let z = self.residuals(counts);
        (z.iter().map(|z| z * z).sum::<f64>() / z.len().max(1) as f64).sqrt()
    }

    /// The multinomial negative log-likelihood of elbaz2025, sum_b [ln H_b! - H_b ln p_b] / N; infinite where points
    /// lie in a group of no probability.
    pub fn likelihood(&self, counts: &[f64], ln_factorial: &[f64]) -> f64 {
        let n: f64 = counts.iter().sum();
        let of_group =
            |(h, p): (&f64, &f64)| if *h > 0.0 { ln_factorial[*h as usize] - h * p.ln() } else { 0.0 };
        counts.iter().zip(&self.shares).map(of_group).sum::<f64>() / n
    }
}

/// ln k! for k up to `most`.
pub fn ln_factorials(most: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let next = |k: usize| {
        sum += (k.max(1) as f64).ln();
        sum
    };
    (0..=most).map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Axis, Purpose, Stream};

    fn uniforms(seed: u64, count: usize) -> Vec<f64> {
        let mut stream = Stream::new(seed, 1, Purpose::Test);
        (0..count).map(|_| stream.uniform()).collect()
    }

    fn space() -> Space {
        let axes = vec![Axis::interval("x", "", 0.0, 1.0), Axis::interval("y", "", 0.0, 1.0)];
        Space { axes, conditions: Vec::new() }
    }

    #[test]
    fn quantiles_cut_a_weighted_sample_in_equal_parts() {
        // Weights 2 x make the density 2 x of a uniform sample: the edge of a share s is s^(1/2).
        let points = uniforms(1, 400_000);
        let weights: Vec<f64> = points.chunks_exact(2).map(|p| 2.0 * p[0]).collect();
        let bins = Bins::at_quantiles(&space(), &[0], 4, &points, &weights);
        let edges = &bins.edges[0];
        assert!(
            edges.len() == 5
                && edges
                    .iter()
                    .zip([0.0, 0.25, 0.5, 0.75, 1.0])
                    .all(|(e, s)| (e - f64::sqrt(s)).abs() < 0.01)
        );
        assert_eq!((bins.find(&[0.0, 0.0]), bins.find(&[1.0, 0.0]), bins.find(&[0.6, 0.0])), (0, 3, 1));
        let both = Bins::at_quantiles(&space(), &[0, 1], 3, &points, &weights);
        assert_eq!((both.len(), both.find(&[0.99, 0.01])), (9, 6));
    }

    #[test]
    fn residuals_of_the_density_itself_have_the_spread_one_with_a_small_reference_too() {
        let bins = Bins::at_quantiles(&space(), &[0, 1], 12, &uniforms(9, 20_000), &vec![1.0; 10_000]);
        let mut reference = Reference::new(bins);
        let points = uniforms(2, 200_000);
        reference.add(2, &points, &vec![1.0; 100_000]);
        let groups = reference.groups(50_000.0);
        assert!((groups.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let squares: f64 = (0..20)
            .map(|seed| {
                let counts = reference.bins.count(2, &uniforms(100 + seed, 100_000));
                groups.rms(&groups.joined(&counts)).powi(2)
            })
            .sum();
        // One reference for 20 samples: half of its share in the variance, 1/3, is common to all.
        assert!((squares / 20.0 - 1.0).abs() < 5.0 * (2.0 / 144.0f64).sqrt() * 0.5, "{}", squares / 20.0);
    }

    #[test]
    fn the_likelihood_is_that_of_a_multinomial() {
        // -ln [N! prod p^H / H!] = N MNLL - ln N!, for H = (2, 1), p = (1/4, 3/4): probability 3 * 3/64.
        let groups = Groups { of_bin: vec![0, 1], shares: vec![0.25, 0.75], variances: vec![0.0; 2] };
        let ln_factorial = ln_factorials(3);
        let found = groups.likelihood(&[2.0, 1.0], &ln_factorial);
        let exact = (-(9.0f64 / 64.0).ln() + 6.0f64.ln()) / 3.0;
        assert!((found - exact).abs() < 1e-14, "{found} {exact}");
        let none = Groups { shares: vec![0.0, 1.0], ..groups };
        assert_eq!(none.likelihood(&[1.0, 2.0], &ln_factorial), f64::INFINITY);
    }
}
