//! What should be known before a band is believed.

use super::over_bank::Order;
use std::fmt;

/// A doubt about a propagated uncertainty.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// More than a third of the squared effect of a parameter is noise, and this noise counts.
    NoisyGradient {
        /// The parameter.
        parameter: String,
        /// Share of noise in its squared effect, summed over bins.
        noise: f64,
        /// Share of this noise in the variance of all bins.
        of_band: f64,
    },
    /// Bins whose band is more noise than signal.
    NoisyBins {
        /// The bins, from 0.
        bins: Vec<usize>,
    },
    /// Along a principal direction the counts do not follow the straight line.
    NotLinear {
        /// The direction: its largest components in units of standard deviations.
        direction: String,
        /// The bin that differs most, from 0.
        bin: usize,
        /// Difference one standard deviation up or down, whichever is larger, in units of the band of that bin
        /// (at least half of the mean relative band).
        difference: f64,
    },
    /// Along a principal direction the weights become so uneven that few events carry the sample.
    FewEffective {
        /// The direction.
        direction: String,
        /// Effective size one standard deviation away, relative to that of the sample.
        share: f64,
    },
    /// The expansion does not follow the events at drawn points.
    OffExpansion {
        /// Its order.
        order: Order,
        /// Draws at which some bin is off by more than half of its band.
        off: usize,
        /// Number of draws.
        draws: usize,
        /// The bin that differs most, from 0.
        bin: usize,
        /// Root mean square of the differences there, in units of the band.
        difference: f64,
    },
    /// At drawn points few of the events are effective.
    OutOfReach {
        /// Number of such draws.
        unreached: usize,
        /// Number of draws.
        draws: usize,
    },
}

impl Warning {
    /// The warning in words, with the bins as `bin` names them.
    pub fn text(&self, bin: impl Fn(usize) -> String) -> String {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        match self {
            Warning::NoisyGradient { parameter, noise, of_band } => {
                let (noise, of_band) = (percent(*noise), percent(*of_band));
                format!("the effect of {parameter} is {noise} noise, which makes {of_band} of the variance")
            }
            Warning::NoisyBins { bins } => {
                let list: Vec<String> = bins.iter().map(|b| bin(*b)).collect();
                format!("more than half of the variance is noise in {}", list.join(", "))
            }
            Warning::NotLinear { direction, bin: worst, difference } => format!(
                "one sigma along {direction} moves {} off the straight line by {difference:.2} of its band",
                bin(*worst)
            ),
            Warning::FewEffective { direction, share } => {
                format!("one sigma along {direction} leaves {} of the events effective", percent(*share))
            }
            Warning::OffExpansion { order, off, draws, bin: worst, difference } => {
                let line = match order {
                    Order::First => "the straight line",
                    Order::Second => "the parabola",
                };
                format!(
                    "{off} of {draws} drawn points are off {line}; {} differs by {difference:.2} of its band",
                    bin(*worst)
                )
            }
            Warning::OutOfReach { unreached, draws } => {
                format!(
                    "at {unreached} of {draws} drawn points less than a third of the events are effective"
                )
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(|b| format!("bin {b}")))
    }
}
