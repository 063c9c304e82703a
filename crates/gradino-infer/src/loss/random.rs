//! Random directions and frequencies, the same for each use of a seed.

use gradino_core::{Purpose, Stream};

/// `count` vectors of independent standard normal numbers; vector n depends on the seed and n alone.
pub(super) fn normal_vectors(seed: u64, count: usize, dimension: usize) -> Vec<Vec<f64>> {
    let vector = |n: usize| {
        let mut stream = Stream::new(seed, n as u64, Purpose::Loss);
        (0..dimension).map(|_| stream.normal()).collect()
    };
    (0..count).map(vector).collect()
}
