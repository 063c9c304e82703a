//! The nucleus of the toy: its levels, the edge of its continuum, and where decays start.

use crate::error::{Error, Result};
use gradino_core::{Purpose, Stream};
use serde::{Deserialize, Serialize};

/// Excitation energies at which decays start; they do not depend on the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StartEnergy {
    /// One energy [MeV].
    Fixed(f64),
    /// A normal distribution, cut at four standard deviations.
    Normal {
        /// Mean [MeV].
        mean: f64,
        /// Standard deviation [MeV].
        sigma: f64,
    },
}

/// Where the normal distribution is cut, in standard deviations.
const NORMAL_CUT: f64 = 4.0;

impl StartEnergy {
    /// Lowest and highest energy [MeV].
    pub fn range(&self) -> [f64; 2] {
        match *self {
            StartEnergy::Fixed(energy) => [energy; 2],
            StartEnergy::Normal { mean, sigma } => [mean - NORMAL_CUT * sigma, mean + NORMAL_CUT * sigma],
        }
    }

    /// The energy of event number `event` of a run with `seed` [MeV].
    pub fn draw(&self, seed: u64, event: u64) -> f64 {
        match *self {
            StartEnergy::Fixed(energy) => energy,
            StartEnergy::Normal { mean, sigma } => {
                let mut stream = Stream::new(seed, event, Purpose::Reaction);
                loop {
                    let deviation = stream.normal();
                    if deviation.abs() <= NORMAL_CUT {
                        return mean + sigma * deviation;
                    }
                }
            }
        }
    }
}

/// The nucleus of the toy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToyNucleus {
    /// Energies of the discrete levels [MeV], ascending, the ground state at 0 first.
    pub levels: Vec<f64>,
    /// Where the continuum starts [MeV].
    pub edge: f64,
    /// Where decays start.
    pub start: StartEnergy,
}

impl Default for ToyNucleus {
    /// Ten levels, denser as the energy grows, a continuum from 4 MeV, decays from 8 MeV.
    fn default() -> Self {
        ToyNucleus {
            levels: vec![0.0, 0.8, 1.4, 1.9, 2.3, 2.65, 2.95, 3.25, 3.5, 3.75],
            edge: 4.0,
            start: StartEnergy::Fixed(8.0),
        }
    }
}

impl ToyNucleus {
    /// Refuses levels out of order, and starts that are not in the continuum.
    pub fn check(&self) -> Result<()> {
        let refuse = |what, value, lower, upper| Err(Error::OutOfRange { what, value, lower, upper });
        let ground = self.levels.first().copied().unwrap_or(f64::NAN);
        if ground != 0.0 {
            return refuse("energy of the first level [MeV]", ground, 0.0, 0.0);
        }
        let bounds = self.levels[1..].iter().chain([&self.edge]);
        for (&below, &above) in self.levels.iter().zip(bounds) {
            if !(above > below && above.is_finite()) {
                return refuse("energy of the next level or of the edge [MeV]", above, below, f64::MAX);
            }
        }
        let [lowest, highest] = self.start.range();
        if !(lowest > self.edge && highest >= lowest && highest.is_finite()) {
            return refuse("start energy [MeV]", lowest, self.edge, f64::MAX);
        }
        Ok(())
    }

    /// The range of energies that level `k` stands for: those nearest to it, from 0 to the edge [MeV].
    pub fn cell(&self, k: usize) -> f64 {
        let middle = |a: f64, b: f64| 0.5 * (a + b);
        let lower = if k == 0 { 0.0 } else { middle(self.levels[k - 1], self.levels[k]) };
        let upper = self.levels.get(k + 1).map_or(self.edge, |&next| middle(self.levels[k], next));
        upper - lower
    }
}
