//! Training of flows: on events, on a density, or on both.
//!
//! Events: maximum likelihood, the mean of -ln q. A density p = f / Z that gives values only: points are drawn
//! from a mixture r of the flow and of even points, and the gradient of a divergence is
//! -E_r[(q / r) c(p / q) d ln q], with c(w) = w - 1 for the forward divergence KL(p, q), ln w for the reverse one
//! KL(q, p), (w^2 - 1) / 2 for chi^2(p, q), which is what the effective sample size follows. The constant in c
//! changes nothing on average, as E_q[d ln q] = 0, but with it each term vanishes where q = p, and so does the
//! noise of the gradient (richter2020).

mod adam;
mod adjoint;
mod device;
mod gradient;
mod graph;
mod kernels;
mod layers;
mod network;
mod pool;
#[cfg(test)]
mod tests;
mod trainer;

pub use device::Device;
pub use pool::Quality;
pub use trainer::{Progress, Source, Trainer};

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How far the flow is from a density.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Divergence {
    /// KL(p, q).
    Forward,
    /// KL(q, p).
    Reverse,
    /// chi^2(p, q).
    Chi2,
}

/// How a flow is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// The divergence from a density.
    pub divergence: Divergence,
    /// Steps in all.
    pub steps: u64,
    /// Points of a step.
    pub batch: usize,
    /// Share of the points that are events, where there are events and a density.
    pub events_share: f64,
    /// Highest learning rate.
    pub rate: f64,
    /// Steps in which the learning rate rises.
    pub warm_up: u64,
    /// Longest gradient. After the warm-up none is longer than twice the root mean square of those before, either.
    pub clip: f64,
    /// Weight decay.
    pub decay: f64,
    /// Points that are drawn from the flow at once and used for one round.
    pub pool: usize,
    /// Steps of a round.
    pub round: u64,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Where the networks are trained.
    pub device: Device,
}

impl Default for Training {
    fn default() -> Self {
        Training {
            divergence: Divergence::Forward,
            steps: 3000,
            batch: 4096,
            events_share: 0.5,
            rate: 3e-3,
            warm_up: 100,
            clip: 1.0,
            decay: 0.0,
            pool: 1 << 16,
            round: 50,
            seed: 1,
            device: Device::Cpu,
        }
    }
}

impl Training {
    /// Refuses what cannot be trained with.
    fn check(&self) -> Result<()> {
        let positive = [
            ("steps", self.steps as f64),
            ("batch", self.batch as f64),
            ("rate", self.rate),
            ("clip", self.clip),
            ("pool", self.pool as f64),
            ("round", self.round as f64),
        ];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::BadTraining { name, value, wanted: "above 0" });
            }
        }
        if !(0.0..=1.0).contains(&self.events_share) {
            let value = self.events_share;
            return Err(Error::BadTraining { name: "events_share", value, wanted: "from 0 to 1" });
        }
        if !(self.decay >= 0.0 && self.decay.is_finite()) {
            return Err(Error::BadTraining { name: "decay", value: self.decay, wanted: "0 or above" });
        }
        Ok(())
    }
}
