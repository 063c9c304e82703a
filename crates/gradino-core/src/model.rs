//! The traits through which rooms meet.

use crate::error::Result;
use crate::params::Parameter;
use crate::real::Real;
use crate::sample::Sample;
use std::ops::Range;

/// A process with a total cross section.
pub trait CrossSection {
    /// Total cross section [cm^2] per target atom at projectile energy `energy` [MeV].
    fn total<D: Real>(&self, energy: D) -> D;
    /// Lowest projectile energy [MeV] at which it is not zero.
    fn threshold(&self) -> f64;
}

/// A simulation that can be fitted: events at a point of parameter space, with derivatives.
pub trait Simulator: Sync {
    /// The parameters that move, with their bounds and priors; `theta` has a value for each, in this order.
    fn parameters(&self) -> &[Parameter];

    /// Number of features of an event.
    fn dimension(&self) -> usize;

    /// Draws the events `events` at `theta` and keeps what is needed to move them to other points. Event n
    /// depends on `theta`, the seed of the simulator and n alone, so that two points can have common random
    /// numbers.
    fn draw(&self, theta: &[f64], events: Range<u64>) -> Result<Box<dyn Bank>>;
}

/// Events of a [`Simulator`] that can be seen at other points of parameter space.
pub trait Bank: Send + Sync {
    /// The point at which the events were drawn.
    fn origin(&self) -> &[f64];

    /// The events at `theta`: continuous choices moved or weighted, discrete ones weighted by the ratio of
    /// their probabilities, so that means over the sample are unbiased for those at `theta`; with derivatives
    /// there. All weights are 1 at the origin. A smooth function of `theta`.
    fn at(&self, theta: &[f64]) -> Result<Sample>;

    /// The same events without derivatives, for those who do not need them: the sample has no parameters.
    fn values_at(&self, theta: &[f64]) -> Result<Sample> {
        Ok(self.at(theta)?.without_derivatives())
    }
}
