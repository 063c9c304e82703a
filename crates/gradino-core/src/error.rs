//! Errors of the ground, and the shared form of an error message with a hint.

use thiserror::Error;

/// Result of the ground.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong in the ground.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A string that is not a number followed by a unit.
    #[error("cannot read \"{text}\" as a number with a unit")]
    NotAQuantity {
        /// The text that was given.
        text: String,
        /// The dimension that is wanted.
        wanted: &'static str,
        /// An example of a right value.
        example: &'static str,
    },
    /// A unit nobody knows.
    #[error("unknown unit \"{unit}\" in \"{text}\"")]
    UnknownUnit {
        /// The text that was given.
        text: String,
        /// The unit in it.
        unit: String,
        /// The closest known unit.
        suggestion: Option<String>,
    },
    /// A unit of another dimension.
    #[error("\"{text}\" is {found}, but {wanted} is wanted")]
    WrongDimension {
        /// The text that was given.
        text: String,
        /// The dimension found.
        found: &'static str,
        /// The dimension wanted.
        wanted: &'static str,
        /// An example of a right value.
        example: &'static str,
    },
    /// A parameter name nobody knows.
    #[error("unknown parameter \"{name}\"")]
    UnknownParameter {
        /// The name that was given.
        name: String,
        /// The closest known name.
        suggestion: Option<String>,
    },
    /// A parameter outside its bounds.
    #[error("parameter {name} = {value} is outside its bounds [{lower}, {upper}]")]
    OutOfBounds {
        /// The parameter.
        name: String,
        /// The value given.
        value: f64,
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// A nuclide that cannot be read.
    #[error("cannot read \"{text}\" as a nuclide")]
    NotANuclide {
        /// The text that was given.
        text: String,
    },
    /// A sample without rows or without features.
    #[error("the sample is empty")]
    EmptySample,
    /// A column of a sample whose length does not fit its rows.
    #[error("the sample has {found} {what} instead of {wanted}")]
    WrongLength {
        /// The column.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        wanted: usize,
    },
    /// A number of a sample that is infinite or undefined.
    #[error("a {what} in row {row} of the sample is {value}")]
    NotFinite {
        /// The column.
        what: &'static str,
        /// The row, from 0.
        row: usize,
        /// The number.
        value: f64,
    },
    /// Two samples with different numbers of features.
    #[error("one sample has {first} features, the other {second}")]
    DifferentDimensions {
        /// Features of the first.
        first: usize,
        /// Features of the second.
        second: usize,
    },
    /// A condition of a density outside what it can be.
    #[error("{name} = {value}{} is outside [{low}, {high}]", spaced(unit))]
    OutsideDomain {
        /// The condition.
        name: String,
        /// Its unit.
        unit: String,
        /// The value given.
        value: f64,
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// A density with no axes, or with too many.
    #[error("a density of {found} axes")]
    NumberOfAxes {
        /// Axes found.
        found: usize,
        /// Most axes possible.
        most: usize,
    },
    /// An axis or a condition that can have no value.
    #[error("{name} has nothing between its lowest and its highest value")]
    EmptyDomain {
        /// The axis or condition.
        name: String,
    },
    /// A density that is negative, infinite or undefined somewhere.
    #[error("the density is {value} at {point}")]
    BadDensity {
        /// Its value.
        value: f64,
        /// Coordinates and conditions.
        point: String,
    },
    /// A simulation that cannot be done at some point.
    #[error("{reason}")]
    Simulation {
        /// What is wrong, in the words of the model.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
}

/// A unit with a space before it, or nothing.
fn spaced(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let did_you_mean = |s: &Option<String>| s.as_ref().map(|s| format!("did you mean \"{s}\"?"));
        match self {
            Error::NotAQuantity { example, .. } | Error::WrongDimension { example, .. } => {
                Some(format!("write it like \"{example}\""))
            }
            Error::UnknownUnit { suggestion, .. } => did_you_mean(suggestion),
            Error::UnknownParameter { suggestion, .. } => {
                did_you_mean(suggestion).or_else(|| Some("`gradino list parameters` prints all names".into()))
            }
            Error::OutOfBounds { name, lower, upper, .. } => {
                Some(format!("choose {name} between {lower} and {upper}"))
            }
            Error::EmptySample => Some("a sample needs at least one row of at least one feature".into()),
            Error::WrongLength { .. } => None,
            Error::NotFinite { .. } => Some("leave such rows out, or mend what made them".into()),
            Error::DifferentDimensions { .. } => Some("compare the same observables".into()),
            Error::OutsideDomain { name, .. } => {
                Some(format!("choose {name} inside, or extrapolate only on purpose"))
            }
            Error::NumberOfAxes { most, .. } => Some(format!("a density has 1 to {most} axes")),
            Error::EmptyDomain { name } => Some(format!("give {name} a lowest value below its highest")),
            Error::BadDensity { .. } => {
                Some("a density is a number from 0 up: mend it there, or cut the axis".into())
            }
            Error::Simulation { hint, .. } => hint.clone(),
            Error::NotANuclide { .. } => {
                Some("write it like \"40K\" or \"K40\", with an element symbol and a mass number".into())
            }
        }
    }
}
