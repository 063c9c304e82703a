//! A chain that can be solved: a channel, an energy that moves, then two choices.
//!
//! Channel c has probability p_c. The energy x = m_c (-ln u) moves with the mean m_c. A first step is taken with
//! probability q_c, and after it a second one with probability r; each adds to what is observed.

use gradino_core::{Purpose, Stream};
use gradino_infer::estimate::{Stratified, Stratum, Trajectory};

pub(crate) const PARAMETERS: usize = 4;
const SIZE: [f64; 3] = [0.5, 2.0, 7.0];
const SECOND: f64 = 3.0;

/// At theta: a weight of channel 1, a factor on the means, a log-odds of the first step, one of the second.
pub(crate) struct Walk {
    theta: [f64; PARAMETERS],
    strata: Vec<Stratum>,
    seed: u64,
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Walk {
    pub(crate) fn new(theta: [f64; PARAMETERS]) -> Self {
        let weights = [1.0, theta[0].exp(), 0.2];
        let sum: f64 = weights.iter().sum();
        let strata = weights.map(|w| w / sum);
        let slope = strata[1];
        let strata = (0..3).map(|c| Stratum {
            probability: strata[c],
            gradient: vec![strata[c] * (f64::from(u8::from(c == 1)) - slope), 0.0, 0.0, 0.0],
        });
        Walk { theta, strata: strata.collect(), seed: 0 }
    }

    pub(crate) fn with_seed(self, seed: u64) -> Self {
        Walk { seed, ..self }
    }

    pub(crate) fn mean_energy(&self, c: usize) -> f64 {
        self.theta[1] * (1.0 + c as f64)
    }

    pub(crate) fn first(&self, c: usize) -> f64 {
        logistic(self.theta[2] + c as f64 - 1.0)
    }

    pub(crate) fn second(&self) -> f64 {
        logistic(self.theta[3])
    }

    /// The mean of what is observed.
    pub(crate) fn mean(&self) -> f64 {
        let of = |c: usize| self.mean_energy(c) + self.first(c) * (SIZE[c] + self.second() * SECOND);
        (0..3).map(|c| self.strata[c].probability * of(c)).sum()
    }

    /// The share of events that reach beyond `x`.
    pub(crate) fn beyond(&self, x: f64) -> f64 {
        let of = |c: usize| {
            let tail = |x: f64| (-x.max(0.0) / self.mean_energy(c)).exp();
            let (q, r) = (self.first(c), self.second());
            (1.0 - q) * tail(x) + q * ((1.0 - r) * tail(x - SIZE[c]) + r * tail(x - SIZE[c] - SECOND))
        };
        (0..3).map(|c| self.strata[c].probability * of(c)).sum()
    }
}

impl Stratified for Walk {
    type Scratch = ();

    fn parameters(&self) -> usize {
        PARAMETERS
    }
    fn strata(&self) -> &[Stratum] {
        &self.strata
    }
    fn history(&self) -> usize {
        1
    }
    fn scratch(&self) {}

    fn draw(
        &self,
        c: usize,
        [u, v]: [f64; 2],
        number: u64,
        with_history: bool,
        _: &mut (),
        out: &mut Trajectory,
    ) {
        let mut stream = Stream::new(self.seed, number, Purpose::Test);
        out.clear(PARAMETERS);
        let energy = -self.mean_energy(c) * u.ln();
        out.motion[1] = energy / self.theta[1];
        let mut score = [0.0; PARAMETERS];
        let mut value = energy;
        let mut choose = |p: f64, uniform: f64, slot: usize, class: usize, size: f64| {
            let taken = uniform < p;
            score[slot] = if taken { 1.0 - p } else { -p };
            out.scores.extend(score);
            if with_history {
                out.classes.push(class);
                out.history.push(energy);
            }
            value += if taken { size } else { 0.0 };
            taken
        };
        if choose(self.first(c), v, 2, c, SIZE[c]) {
            choose(self.second(), stream.uniform(), 3, 3 + c, SECOND);
        }
        if !with_history {
            out.scores = score.to_vec();
        }
        out.value = Some(value);
    }
}
