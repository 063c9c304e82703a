//! What should be known before a band is believed.

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
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| 100.0 * share;
        match self {
            Warning::NoisyGradient { parameter, noise, of_band } => write!(
                f,
                "the effect of {parameter} is {:.0} % noise, which makes {:.0} % of the variance; more events \
                 lower it",
                percent(*noise),
                percent(*of_band)
            ),
            Warning::NoisyBins { bins } => {
                let list: Vec<String> = bins.iter().map(ToString::to_string).collect();
                write!(f, "noise makes more than half of the band of bins {}", list.join(", "))
            }
            Warning::NotLinear { direction, bin, difference } => write!(
                f,
                "one sigma along {direction} moves bin {bin} off the straight line by {difference:.2} of its band"
            ),
            Warning::FewEffective { direction, share } => write!(
                f,
                "one sigma along {direction} leaves {:.0} % of the events effective",
                percent(*share)
            ),
        }
    }
}
