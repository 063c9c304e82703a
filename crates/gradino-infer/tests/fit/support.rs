//! A simulator whose exact answers are known: a mixture of two normal distributions.

use gradino_core::{Bank, Parameter, Purpose, Result, Sample, Simulator, Stream};
use std::ops::Range;

/// x = mu + sigma z, and with probability p the shift on top.
pub(crate) struct Mixture {
    parameters: Vec<Parameter>,
    seed: u64,
    /// Every tenth event has this weight from the start, all others 1.
    pub(crate) heavy: f64,
}

pub(crate) const SHIFT: f64 = 5.0;

impl Mixture {
    pub(crate) fn new(seed: u64) -> Self {
        let p = |name: &str, value, lower, upper| {
            Parameter::new(name, value, "", "invented2026", "").bounded(lower, upper)
        };
        let parameters =
            vec![p("m.mu", 1.0, -9.0, 9.0), p("m.sigma", 1.0, 0.2, 5.0), p("m.p", 0.3, 0.0, 1.0)];
        Mixture { parameters, seed, heavy: 1.0 }
    }

    /// Data of this simulator at `theta`.
    pub(crate) fn data(&self, theta: &[f64], events: u64) -> Sample {
        let sample = self.draw(theta, 0..events).and_then(|bank| bank.at(theta)).expect("a good point");
        Sample::of_data(1, sample.values).expect("good data")
    }
}

struct Drawn {
    origin: Vec<f64>,
    /// z, whether it is shifted, and the weight at the origin.
    events: Vec<(f64, bool, f64)>,
}

impl Simulator for Mixture {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
    fn dimension(&self) -> usize {
        1
    }
    fn draw(&self, theta: &[f64], events: Range<u64>) -> Result<Box<dyn Bank>> {
        let event = |number| {
            let mut stream = Stream::new(self.seed, number, Purpose::Test);
            let (radius, angle) = (stream.uniform(), stream.uniform());
            let z = (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
            let heavy = if number % 10 == 0 { self.heavy } else { 1.0 };
            (z, stream.uniform() < theta[2], heavy)
        };
        Ok(Box::new(Drawn { origin: theta.to_vec(), events: events.map(event).collect() }))
    }
}

impl Bank for Drawn {
    fn origin(&self) -> &[f64] {
        &self.origin
    }
    fn at(&self, theta: &[f64]) -> Result<Sample> {
        let mut sample = Sample::new(1, 3);
        for &(z, is_shifted, heavy) in &self.events {
            let x = theta[0] + theta[1] * z + if is_shifted { SHIFT } else { 0.0 };
            let (weight, slope) = match is_shifted {
                true => (theta[2] / self.origin[2], 1.0 / self.origin[2]),
                false => ((1.0 - theta[2]) / (1.0 - self.origin[2]), -1.0 / (1.0 - self.origin[2])),
            };
            sample.push(&[x], heavy * weight, &[1.0, z, 0.0], &[0.0, 0.0, heavy * slope]);
        }
        Ok(sample)
    }
}
