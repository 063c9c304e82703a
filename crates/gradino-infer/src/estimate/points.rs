//! Points that fill the unit square evenly.

use gradino_core::{Purpose, Stream};

/// Fractional part of the golden ratio.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Share of the points that are drawn with the density 1 / (2 (1 - u)^(1/2)) in the first coordinate u.
const TAIL: f64 = 0.3;

/// n points with weights. With q uniform in the i-th of n equal parts, the first coordinate u of point i solves
/// (1 - a) u + a (1 - (1 - u)^(1/2)) = q, so that points are closer in the upper tail, which may hold all that
/// matters; the weight du/dq makes up for it. The second coordinate is i phi plus a random shift, wrapped around
/// (cranley1976). Weighted means over the points are unbiased, because the shift is independent of the rest.
#[derive(Clone, Debug)]
pub(super) struct Points {
    stream: Stream,
    count: u64,
    shift: f64,
    next: u64,
}

impl Points {
    /// `count` points of the block number `block`.
    pub(super) fn new(seed: u64, block: u64, count: u64) -> Self {
        let mut stream = Stream::new(seed, block, Purpose::Estimate);
        let shift = stream.uniform();
        Points { stream, count, shift, next: 0 }
    }
}

impl Iterator for Points {
    type Item = ([f64; 2], f64);

    fn next(&mut self) -> Option<Self::Item> {
        let i = (self.next < self.count).then_some(self.next as f64)?;
        self.next += 1;
        let inside = |x: f64| x.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        let q = (i + self.stream.uniform()) / self.count as f64;
        // With t = (1 - u)^(1/2): (1 - a) t^2 + a t = 1 - q.
        let t = 2.0 * (1.0 - q) / (TAIL + (TAIL * TAIL + 4.0 * (1.0 - TAIL) * (1.0 - q)).sqrt());
        let weight = t / ((1.0 - TAIL) * t + 0.5 * TAIL);
        Some(([inside(1.0 - t * t), inside((i * GOLDEN + self.shift).fract())], weight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_over_the_points_are_unbiased_and_even() {
        const COUNT: u64 = 100;
        const BLOCKS: u64 = 500;
        let f = |[x, y]: [f64; 2]| x * x * (if y < 0.3 { 1.0 } else { -1.0 });
        let exact = -0.4 / 3.0;
        let blocks = (0..BLOCKS).map(|block| {
            let points: Vec<_> = Points::new(1, block, COUNT).collect();
            assert!(points.iter().all(|([x, y], w)| *x > 0.0
                && *x < 1.0
                && *y > 0.0
                && *y < 1.0
                && *w > 0.0));
            points.iter().map(|(p, w)| w * f(*p)).sum::<f64>() / COUNT as f64
        });
        let means: Vec<f64> = blocks.collect();
        let mean = means.iter().sum::<f64>() / BLOCKS as f64;
        let variance = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (BLOCKS - 1) as f64;
        assert!((mean - exact).abs() < 4.0 * (variance / BLOCKS as f64).sqrt(), "{mean} {exact}");
        // The variance of one independent point is 1/5 - (0.4 / 3)^2.
        let independent = (0.2 - exact * exact) / COUNT as f64;
        assert!(variance < 0.05 * independent, "{variance} {independent}");
    }
}
