//! The optimiser: Adam with decoupled weight decay, warm-up, cosine decay and clipped gradients.

use super::Training;
use std::f64::consts::PI;

const MEAN_DECAY: f64 = 0.9; // kingma2015, section 2
const SQUARE_DECAY: f64 = 0.99; // between the 0.999 of kingma2015 and none: trainings here are short
const TINY: f64 = 1e-8; // kingma2015, section 2
/// How much longer than those before a gradient may be.
const SPIKE: f64 = 2.0; // chosen: lengths vary by some tenths where all is well

/// Numbers and what Adam remembers of their gradients.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adam {
    pub(super) numbers: Vec<f32>,
    pub(super) mean: Vec<f32>,
    pub(super) square: Vec<f32>,
    pub(super) step: u64,
}

impl Adam {
    pub(super) fn new(numbers: Vec<f32>) -> Self {
        let zeros = vec![0.0; numbers.len()];
        Adam { mean: zeros.clone(), square: zeros, numbers, step: 0 }
    }

    /// One step against a gradient (kingma2015, algorithm 1; decay as in loshchilov2019), which is scaled down to
    /// the longest that may be (pascanu2013).
    pub(super) fn advance(&mut self, gradient: &[f32], training: &Training) {
        let length = gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
        let longest = training.clip.min(self.longest(training));
        let scale = if length > longest { longest / length } else { 1.0 };
        let rate = self.rate(training);
        self.step += 1;
        let count = self.step as i32;
        let (mean_share, square_share) = (1.0 - MEAN_DECAY.powi(count), 1.0 - SQUARE_DECAY.powi(count));
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((number, &gradient), (mean, square)) in self.numbers.iter_mut().zip(gradient).zip(moments) {
            let gradient = f64::from(gradient) * scale;
            *mean = (MEAN_DECAY * f64::from(*mean) + (1.0 - MEAN_DECAY) * gradient) as f32;
            *square = (SQUARE_DECAY * f64::from(*square) + (1.0 - SQUARE_DECAY) * gradient.powi(2)) as f32;
            let (mean, square) = (f64::from(*mean) / mean_share, f64::from(*square) / square_share);
            let decay = training.decay * f64::from(*number);
            *number -= (rate * (mean / (square.sqrt() + TINY) + decay)) as f32;
        }
    }

    /// [`SPIKE`] times the root mean square of the lengths so far, as the second moments have it: one rare point of a
    /// large weight must not undo many steps. Without bound during the warm-up.
    fn longest(&self, training: &Training) -> f64 {
        if self.step < training.warm_up.max(1) {
            return f64::INFINITY;
        }
        let share = 1.0 - SQUARE_DECAY.powi(self.step as i32);
        SPIKE * (self.square.iter().map(|&square| f64::from(square)).sum::<f64>() / share).sqrt()
    }

    /// The learning rate of the next step: it rises evenly, then falls as a cosine to zero (loshchilov2017).
    pub(super) fn rate(&self, training: &Training) -> f64 {
        let (step, warm_up) = (self.step as f64, training.warm_up as f64);
        if step < warm_up {
            return training.rate * (step + 1.0) / warm_up;
        }
        let share = (step - warm_up) / (training.steps as f64 - warm_up).max(1.0);
        training.rate * 0.5 * (1.0 + (PI * share.min(1.0)).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gradient_far_longer_than_those_before_is_scaled_down_but_not_in_the_warm_up() {
        let training = Training { warm_up: 10, steps: 1000, ..Training::default() };
        let mut adam = Adam::new(vec![0.0; 4]);
        for _ in 0..200 {
            adam.advance(&[0.01, -0.01, 0.01, -0.01], &training);
        }
        let (mut usual, mut spiked) = (adam.clone(), adam.clone());
        usual.advance(&[0.02; 4], &training);
        spiked.advance(&[0.5; 4], &training);
        for (spiked, usual) in spiked.numbers.iter().zip(&usual.numbers) {
            assert!((spiked - usual).abs() < 1e-3 * usual.abs(), "{spiked} {usual}");
        }
        let mut young = Adam::new(vec![0.0; 4]);
        young.advance(&[0.01; 4], &training);
        let before = young.mean[0];
        young.advance(&[0.4; 4], &training);
        assert!((f64::from(young.mean[0] - before) - 0.1 * (0.4 - f64::from(before))).abs() < 1e-6);
    }
}
