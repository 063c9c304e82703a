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
    /// there. The mean weight is 1 at the origin, or the rate there where weights are rates. A smooth function of
    /// `theta`.
    fn at(&self, theta: &[f64]) -> Result<Sample>;

    /// The same events without derivatives, for those who do not need them: the sample has no parameters.
    fn values_at(&self, theta: &[f64]) -> Result<Sample> {
        Ok(self.at(theta)?.without_derivatives())
    }

    /// Shows the events at `theta` to `visitor`, dealt into `parts` runs of consecutive rows of about the same
    /// length, of which some are empty where there are more parts than rows.
    ///
    /// For sums over many events, which then need not lie side by side in memory: a bank may make the rows of a
    /// part piece by piece in the same sample, several parts at once on several threads. The pieces of one part
    /// come in order, one after the other. All features and weights are those of [`Bank::at`].
    fn visit(&self, theta: &[f64], parts: usize, visitor: &Visitor<'_>) -> Result<()> {
        let sample = self.at(theta)?;
        (0..parts).for_each(|part| visitor(part, &sample, rows_of_part(sample.len(), parts, part)));
        Ok(())
    }
}

/// What is shown to it by [`Bank::visit`]: the number of the part, a sample, and the rows of it that belong to the
/// part.
pub type Visitor<'a> = dyn Fn(usize, &Sample, Range<usize>) + Sync + 'a;

/// The rows of part number `part` of `parts`, of `rows` rows in all.
pub fn rows_of_part(rows: usize, parts: usize, part: usize) -> Range<usize> {
    rows * part / parts..rows * (part + 1) / parts
}
