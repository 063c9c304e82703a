//! Points anywhere in the box with equal density.

use gradino_core::{Purpose, Sampler, Space, Stream};

/// The uniform sampler, q = 1 / volume.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    space: Space,
}

impl Uniform {
    /// Over the box of a space.
    pub fn new(space: &Space) -> Self {
        Uniform { space: space.clone() }
    }
}

impl Sampler for Uniform {
    fn space(&self) -> &Space {
        &self.space
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        _conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        for (row, number) in points.chunks_exact_mut(self.space.axes.len()).zip(numbers) {
            let mut stream = Stream::new(seed, *number, Purpose::Point);
            row.iter_mut()
                .zip(&self.space.axes)
                .for_each(|(x, a)| *x = a.low + a.length() * stream.uniform());
        }
        densities.fill(1.0 / self.space.volume());
        Ok(())
    }
}
