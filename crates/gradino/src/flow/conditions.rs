//! Under which conditions points are drawn.

use crate::error::{Error, Result};
use gradino_core::text::closest;
use gradino_core::{Condition, Domain, Purpose, Space, Stream};

/// What a condition is: one value, or even between two.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Law {
    Fixed(f64),
    Range(f64, f64),
    Kinds(usize),
}

/// The laws of all conditions of a space; a condition without one is even over its domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditions(Vec<Law>);

impl Conditions {
    /// Reads laws like `E_nu=500`, `E_nu=300:700` and `shell=1p3/2`, in the units of the conditions.
    pub fn parse(space: &Space, texts: &[String]) -> Result<Self> {
        let mut laws: Vec<Law> = space.conditions.iter().map(even).collect();
        for text in texts {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            let place = space.conditions.iter().position(|condition| condition.name == name);
            let Some(place) = place else {
                let known: Vec<&str> = space.conditions.iter().map(|c| c.name.as_str()).collect();
                return Err(Error::UnknownCondition {
                    name: name.into(),
                    suggestion: closest(name, known.iter().copied()),
                    known: known.into_iter().map(String::from).collect(),
                });
            };
            let bad = || Error::BadCondition { text: text.clone() };
            laws[place] = law(&space.conditions[place], value.trim()).ok_or_else(bad)?;
        }
        Ok(Conditions(laws))
    }

    /// The conditions of events `first` to `first` + `count` of a seed, row by row.
    pub fn draw(&self, seed: u64, first: u64, count: usize) -> Vec<f64> {
        let row = |number: u64| {
            let mut stream = Stream::new(seed, number, Purpose::Condition);
            let draw = move |law: &Law| match *law {
                Law::Fixed(value) => value,
                Law::Range(low, high) => low + (high - low) * stream.uniform(),
                Law::Kinds(kinds) => (stream.uniform() * kinds as f64).floor(),
            };
            self.0.iter().map(draw).collect::<Vec<f64>>()
        };
        (first..first + count as u64).flat_map(row).collect()
    }
}

fn even(condition: &Condition) -> Law {
    match &condition.domain {
        Domain::Range { low, high } => Law::Range(*low, *high),
        Domain::Category { labels } => Law::Kinds(labels.len()),
    }
}

fn law(condition: &Condition, text: &str) -> Option<Law> {
    if let Domain::Category { labels } = &condition.domain {
        let place = labels.iter().position(|label| label == text)?;
        return Some(Law::Fixed(place as f64));
    }
    let number = |text: &str| {
        let text = text.trim().strip_suffix(condition.unit.as_str()).unwrap_or(text).trim();
        text.parse().ok().filter(|value: &f64| value.is_finite())
    };
    match text.split_once(':') {
        Some((low, high)) => Some(Law::Range(number(low)?, number(high)?)).filter(ordered),
        None => number(text).map(Law::Fixed),
    }
}

fn ordered(law: &Law) -> bool {
    matches!(law, Law::Range(low, high) if low < high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::density::PlaneWave;
    use gradino_core::Density;

    fn parse(texts: &[&str]) -> Result<Conditions> {
        let texts: Vec<String> = texts.iter().map(|&text| text.into()).collect();
        Conditions::parse(PlaneWave::default().space(), &texts)
    }

    #[test]
    fn conditions_are_fixed_or_even_in_a_range() {
        let drawn = parse(&["E_nu=300:400 MeV", "shell=1p3/2"]).unwrap().draw(1, 5, 1000);
        assert!(drawn.chunks(2).all(|row| (300.0..400.0).contains(&row[0]) && row[1] == 1.0));
        assert_eq!(drawn[2..4], parse(&["E_nu=300:400", "shell=1p3/2"]).unwrap().draw(1, 6, 1)[..]);
        let even = parse(&[]).unwrap().draw(1, 0, 1000);
        let p_shell = even.chunks(2).filter(|row| row[1] == 1.0).count();
        assert!((430..570).contains(&p_shell), "{p_shell}");
        assert!(parse(&["E_nu=500"]).unwrap().draw(1, 0, 3).chunks(2).all(|row| row[0] == 500.0));
    }

    #[test]
    fn conditions_that_cannot_be_are_refused_with_what_to_do() {
        for text in ["E_nu=", "E_nu=x", "E_nu=5:4", "shell=2s1/2", "E_nu=nan"] {
            let error = parse(&[text]).unwrap_err();
            assert!(error.to_string().contains(text) && error.hint().is_some(), "{error}");
        }
        assert_eq!(parse(&["E_nv=3"]).unwrap_err().hint().as_deref(), Some("did you mean \"E_nu\"?"));
    }
}
