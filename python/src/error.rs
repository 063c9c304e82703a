//! Errors of the hall as Python exceptions.

use gradino::Error;
use gradino_neural::Error as Neural;
use gradino_nuclear::Error as Nuclear;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, import_exception};

import_exception!(gradino._errors, ConfigError);
import_exception!(gradino._errors, FileError);
import_exception!(gradino._errors, PhysicsError);

/// The exception for an error, with its hint behind the message and as the attribute `hint`.
pub(crate) fn raise(error: impl Into<Error>) -> PyErr {
    let error = error.into();
    let message = error.to_string();
    match kind(&error) {
        Kind::Config => exception::<ConfigError>(&message, hint(&error)),
        Kind::File => exception::<FileError>(&message, hint(&error)),
        Kind::Physics => exception::<PhysicsError>(&message, hint(&error)),
    }
}

/// A `ConfigError` for a mistake that only Python can make.
pub(crate) fn config_error(message: &str, hint: &str) -> PyErr {
    exception::<ConfigError>(message, Some(hint.into()))
}

fn exception<T: PyTypeInfo>(message: &str, hint: Option<String>) -> PyErr {
    let text = hint.as_ref().map_or_else(|| message.to_string(), |h| format!("{message}\nhint: {h}"));
    Python::attach(|py| {
        let error = PyErr::from_type(T::type_object(py), (text,));
        match error.value(py).setattr("hint", hint) {
            Ok(()) => error,
            Err(other) => other,
        }
    })
}

enum Kind {
    Config,
    File,
    Physics,
}

fn kind(error: &Error) -> Kind {
    match error {
        Error::Syntax { .. }
        | Error::UnknownKey { .. }
        | Error::MissingKey { .. }
        | Error::BadValue { .. }
        | Error::Conflict { .. }
        | Error::NoSuchGradient { .. }
        | Error::NotARange { .. }
        | Error::WrongNeutrino { .. }
        | Error::NoLevelsAboveCut
        | Error::TwoDataSources
        | Error::NoData
        | Error::BadBins { .. }
        | Error::UnknownObservable { .. }
        | Error::UnknownDensity { .. }
        | Error::UnknownSampler { .. }
        | Error::NoSuchCondition { .. }
        | Error::UnknownCondition { .. }
        | Error::BadCondition { .. }
        | Error::TwoSpaces { .. }
        | Error::NoExactSampler
        | Error::OtherTraining { .. }
        | Error::Neural(
            Neural::Core(_)
            | Neural::TooFew { .. }
            | Neural::OutsideAxis { .. }
            | Neural::NothingToLearn
            | Neural::OtherSpace
            | Neural::BadTraining { .. },
        )
        | Error::NoEffect { .. }
        | Error::NothingUncertain { .. }
        | Error::NoRate
        | Error::BadShift { .. }
        | Error::NothingMoves
        | Error::NoSigma { .. }
        | Error::Infer(_)
        | Error::Ground(_)
        | Error::Nuclear(Nuclear::Core(_) | Nuclear::UnknownModel { .. }) => Kind::Config,
        Error::Nuclear(Nuclear::Unreadable { .. } | Nuclear::BadLine { .. }) => Kind::File,
        Error::NoProcess { .. }
        | Error::Worker { .. }
        | Error::Nuclear(_)
        | Error::Neural(Neural::Diverged { .. }) => Kind::Physics,
        _ => Kind::File,
    }
}

/// What to do about it, in the words of this package.
fn hint(error: &Error) -> Option<String> {
    use gradino_core::Error as Ground;
    const NAMES: &str = "gradino.parameters() knows all names";
    let text = match error {
        Error::AlreadyExists { .. } => "replace it with overwrite=True, or choose another name",
        Error::NoSuchGradient { suggestion: None, .. } => NAMES,
        Error::Ground(Ground::UnknownParameter { suggestion: None, .. }) => NAMES,
        Error::NoGradients { .. } => "run with gradients=\"all\"",
        Error::NothingUncertain { .. } => {
            "run with gradients=\"all\", or give standard deviations with covariance="
        }
        Error::OtherTraining { .. } => "take the settings it was made with, or begin without resume=True",
        Error::BadCondition { .. } => "give a number, a pair (lowest, highest), or a kind",
        Error::Ground(Ground::OutsideDomain { name, .. })
        | Error::Neural(Neural::Core(Ground::OutsideDomain { name, .. })) => {
            return Some(format!(
                "choose {name} inside; a flow goes beyond with Flow.load(PATH, extrapolate=True)"
            ));
        }
        Error::NoRate => "leave rate=True out: a fixed state has no cross section",
        Error::Syntax { .. } => "gradino.default_config() is an example",
        _ => return error.hint(),
    };
    Some(text.into())
}
