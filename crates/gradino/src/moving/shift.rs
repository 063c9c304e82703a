//! Where parameters move: "level_density.a=+5%", "strength.gt_2.290=-1sigma", "optical.v1_0=60".

use crate::error::{Error, Result};
use crate::propagate::knowledge;
use gradino_core::ParamSet;
use std::str::FromStr;

/// How far a parameter moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// To this value.
    To(f64),
    /// By this part of its value.
    Part(f64),
    /// By so many of its standard deviations.
    Sigmas(f64),
}

/// A parameter that moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// How far.
    pub by: By,
}

impl FromStr for Shift {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let fail = || Error::BadShift { text: text.into() };
        let (name, value) = text.split_once('=').ok_or_else(fail)?;
        let (name, value) = (name.trim(), value.trim());
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(fail);
        let signed = |text: &str| if text.starts_with(['+', '-']) { number(text) } else { Err(fail()) };
        let by = match (value.strip_suffix('%'), value.strip_suffix("sigma")) {
            (Some(percent), _) => By::Part(signed(percent)? / 100.0),
            (_, Some(sigmas)) => By::Sigmas(signed(sigmas)?),
            _ => By::To(number(value)?),
        };
        if name.is_empty() { Err(fail()) } else { Ok(Shift { name: name.into(), by }) }
    }
}

/// The point `origin` after the `shifts`, within the bounds of the parameters.
pub fn shifted(origin: &ParamSet, shifts: &[Shift]) -> Result<ParamSet> {
    if shifts.is_empty() {
        return Err(Error::NothingMoves);
    }
    let mut params = origin.clone();
    for shift in shifts {
        let value = origin.get(&shift.name)?.value;
        let moved = match shift.by {
            By::To(value) => value,
            By::Part(part) => value + part * value.abs(),
            By::Sigmas(sigmas) => value + sigmas * standard_deviation(origin, &shift.name)?,
        };
        params.set(&shift.name, moved)?;
    }
    Ok(params)
}

/// What is known of a parameter, as [`knowledge::builtin`] says.
fn standard_deviation(set: &ParamSet, name: &str) -> Result<f64> {
    let names = [name.to_string()];
    let variance = knowledge::builtin(set)?.of(&names)[(0, 0)];
    if variance > 0.0 { Ok(variance.sqrt()) } else { Err(Error::NoSigma { name: name.into() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Error as Ground, Parameter};
    use proptest::prelude::*;

    fn set() -> ParamSet {
        let a = Parameter::new("level_density.a", -2.0, "", "", "").bounded(-3.0, 3.0).with_sigma(0.5);
        ParamSet::new(vec![a, Parameter::new("free", 1.0, "", "", "")])
    }

    fn moved(text: &str) -> Result<f64> {
        let shift: Shift = text.parse()?;
        Ok(shifted(&set(), std::slice::from_ref(&shift))?.get(&shift.name)?.value)
    }

    #[test]
    fn shifts_are_values_parts_and_standard_deviations() {
        for (text, value) in [
            ("level_density.a=1.5", 1.5),
            ("level_density.a = +5%", -1.9),
            ("level_density.a=-5 %", -2.1),
            ("level_density.a=-2sigma", -3.0),
            ("level_density.a=+0%", -2.0),
        ] {
            assert!((moved(text).expect(text) - value).abs() < 1e-15, "{text}");
        }
    }

    #[test]
    fn bad_shifts_are_errors_with_a_way_out() {
        for text in ["", "a", "=1", "a=", "a=5%", "a=1sigma", "a=nan", "a=+inf%", "a=x"] {
            let error = text.parse::<Shift>().expect_err(text);
            assert!(matches!(error, Error::BadShift { .. }) && error.hint().is_some(), "{text}");
        }
        let unknown = moved("level_density.b=1").expect_err("no such name");
        assert_eq!(unknown.hint().as_deref(), Some("did you mean \"level_density.a\"?"));
        let outside = moved("level_density.a=-3sigma").expect_err("out of bounds");
        assert!(matches!(outside, Error::Ground(Ground::OutOfBounds { .. })));
        assert!(matches!(moved("free=+1sigma"), Err(Error::NoSigma { .. })));
        assert_eq!(shifted(&set(), &[]).err(), Some(Error::NothingMoves));
    }

    proptest! {
        #[test]
        fn reading_a_shift_never_panics(text in ".{0,24}") {
            let _ = text.parse::<Shift>();
        }
    }
}
