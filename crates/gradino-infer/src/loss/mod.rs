//! Losses between a simulated sample and data.
//!
//! Every loss is differentiated with respect to the weights and to the features of the simulated rows;
//! [`LossValue::gradient`] carries both on to the parameters. Losses over distances compare features as
//! they come: features of different units or sizes want scaling first.

mod binned;
mod binning;
mod elementary;
mod expectation;
mod features;
mod groups;
mod kernel;
mod line;
mod mmd;
mod pairs;
mod random;
mod sliced;
mod statistic;
mod sums;

pub use binned::{Binned, PreparedBinned, Scale};
pub(crate) use binning::Cells;
pub use binning::{Axis, Binning, Sharing};
pub use expectation::Expectation;
pub use features::RandomFeatures;
pub use kernel::{Bandwidth, Kernel};
pub use mmd::Mmd;
pub use pairs::Normalise;
pub use sliced::{Power, Sliced};
pub use statistic::{MonteCarlo, Statistic};

use crate::error::{Error, Result};
use gradino_core::text::closest;
use gradino_core::{Bank, Sample};

/// A number that is small where a simulated sample looks like data.
pub trait Loss: Send + Sync {
    /// The loss of `sample` against `data`, with its derivatives.
    fn evaluate(&self, sample: &Sample, data: &Sample) -> Result<LossValue>;

    /// Whether it is minus twice the logarithm of a likelihood (or a chi squared): then it can be added to
    /// priors, and its curvature gives a covariance.
    fn is_likelihood(&self) -> bool {
        false
    }

    /// The loss against `data` for many samples: what depends on the data alone is done once.
    fn prepare<'a>(&'a self, data: &'a Sample) -> Result<Box<dyn Prepared + 'a>> {
        Ok(Box::new(Unprepared { loss: self, data }))
    }
}

/// A loss against given data.
pub trait Prepared: Send + Sync {
    /// The loss of `sample`, with its derivatives.
    fn evaluate(&self, sample: &Sample) -> Result<LossValue>;

    /// The loss of `sample` with its derivatives with respect to the parameters; with the curvature if it is
    /// `wanted` and there is one.
    fn by_parameters(&self, sample: &Sample, _wanted: bool) -> Result<ByParameters> {
        let loss = self.evaluate(sample)?;
        Ok(ByParameters { value: loss.value, gradient: loss.gradient(sample), curvature: None })
    }

    /// The same for the events of a bank at `theta`, by a loss that needs sums over them alone and never all of
    /// them side by side; none for other losses.
    fn of_bank(&self, _bank: &dyn Bank, _theta: &[f64], _wanted: Wanted) -> Result<Option<AtPoint>> {
        Ok(None)
    }
}

/// What is wanted of a loss besides its value and gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Second derivatives, where there are some.
    pub curvature: bool,
    /// Statistical errors of the gradient.
    pub errors: bool,
}

/// A loss at a point, with derivatives with respect to the parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct AtPoint {
    /// Value and derivatives.
    pub by: ByParameters,
    /// Effective number of simulated events over their number.
    pub effective: f64,
    /// Statistical errors of the gradient, if they are wanted.
    pub errors: Option<GradientErrors>,
}

/// Statistical errors of the gradient of a loss, each `[parameters, parameters]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradientErrors {
    /// Its covariance from the limited number of simulated events.
    pub simulation: Vec<f64>,
    /// Its covariance from the data.
    pub data: Vec<f64>,
    /// The curvature without the bias that comes from the simulation: noise in the derivatives of the expectation,
    /// squared, looks like information (efron1982).
    pub curvature: Vec<f64>,
}

/// A loss with its derivatives with respect to the parameters of the sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByParameters {
    /// The loss.
    pub value: f64,
    /// Its gradient, `[parameters]`.
    pub gradient: Vec<f64>,
    /// The Gauss-Newton (Fisher) approximation of its second derivatives, `[parameters, parameters]`, for
    /// losses that have one.
    pub curvature: Option<Vec<f64>>,
}

/// A loss that does all its work anew for each sample.
struct Unprepared<'a, L: ?Sized> {
    loss: &'a L,
    data: &'a Sample,
}

impl<L: Loss + ?Sized> Prepared for Unprepared<'_, L> {
    fn evaluate(&self, sample: &Sample) -> Result<LossValue> {
        self.loss.evaluate(sample, self.data)
    }
}

/// A loss with its derivatives with respect to the sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossValue {
    /// The loss.
    pub value: f64,
    /// Derivatives with respect to the weights of the sample, `[rows]`.
    pub by_weight: Vec<f64>,
    /// Derivatives with respect to the features of the sample, `[rows, dimension]`.
    pub by_value: Vec<f64>,
}

impl LossValue {
    /// Derivatives with respect to the parameters of the sample.
    pub fn gradient(&self, sample: &Sample) -> Vec<f64> {
        sample.pull_back(&self.by_weight, &self.by_value)
    }
}

/// A loss as a list of models names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Keys of its sources.
    pub sources: &'static [&'static str],
}

const fn model(name: &'static str, meaning: &'static str, sources: &'static [&'static str]) -> Model {
    Model { name, meaning, sources }
}

/// All losses.
pub const MODELS: &[Model] = &[
    model("mmd", "maximum mean discrepancy, Gaussian kernels around the median distance", &["gretton2012"]),
    model("energy", "energy distance", &["szekely2013"]),
    model(
        "random-features",
        "maximum mean discrepancy by random Fourier features",
        &["gretton2012", "rahimi2007"],
    ),
    model("sliced-1", "sliced Wasserstein distance", &["bonneel2015"]),
    model("sliced-2", "sliced Wasserstein distance, squared", &["bonneel2015"]),
    model("poisson", "Poisson likelihood ratio of bins", &["baker1984"]),
    model(
        "poisson-light",
        "the same with the error of the simulation",
        &["baker1984", "barlow1993", "conway2011"],
    ),
    model("neyman", "chi^2 of bins with the variances of data and simulation", &["baker1984"]),
    model("pearson", "chi^2 of bins with the variances of expectation and simulation", &["baker1984"]),
    model("neyman-pearson", "chi^2 of bins with all three variances combined", &["ji2020"]),
];

/// What the loss called `name` does with the counts of bins; none for losses over distances.
pub fn statistic(name: &str) -> Option<(Statistic, MonteCarlo)> {
    Some(match name {
        "poisson" => (Statistic::Poisson, MonteCarlo::None),
        "poisson-light" => (Statistic::Poisson, MonteCarlo::Light),
        "neyman" => (Statistic::Neyman, MonteCarlo::Light),
        "pearson" => (Statistic::Pearson, MonteCarlo::Light),
        "neyman-pearson" => (Statistic::NeymanPearson, MonteCarlo::Light),
        _ => return None,
    })
}

/// The loss called `name` with its default settings; losses of bins need `binning`.
pub fn by_name(name: &str, binning: Option<Binning>) -> Result<Box<dyn Loss>> {
    let names = || MODELS.iter().map(|model| model.name);
    let unknown = || Error::UnknownLoss {
        name: name.into(),
        suggestion: closest(name, names()),
        known: names().collect(),
    };
    let name = names().find(|known| *known == name).ok_or_else(unknown)?;
    if let Some((statistic, monte_carlo)) = statistic(name) {
        let binning = binning.ok_or(Error::NoBinning { name })?;
        return Ok(Box::new(Binned { statistic, monte_carlo, ..Binned::new(binning) }));
    }
    Ok(match name {
        "energy" => Box::new(Mmd { kernel: Kernel::Energy, ..Mmd::default() }),
        "random-features" => Box::new(RandomFeatures::default()),
        "sliced-1" => Box::new(Sliced { power: Power::One, ..Sliced::default() }),
        "sliced-2" => Box::new(Sliced::default()),
        _ => Box::new(Mmd::default()),
    })
}
