//! The optimiser: Adam with decoupled weight decay, warm-up, cosine decay and clipped gradients.

use super::Training;
use std::f64::consts::PI;

const MEAN_DECAY: f64 = 0.9; // kingma2015, section 2
const SQUARE_DECAY: f64 = 0.99; // between the 0.999 of kingma2015 and none: trainings here are short
const TINY: f64 = 1e-8; // kingma2015, section 2

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
    /// the length `clip` where it is longer (pascanu2013).
    pub(super) fn advance(&mut self, gradient: &[f32], training: &Training) {
        let length = gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
        let scale = if length > training.clip { training.clip / length } else { 1.0 };
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
