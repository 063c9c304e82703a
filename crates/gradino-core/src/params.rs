//! Named parameters: value, unit, bounds, prior, source.

use crate::error::{Error, Result};
use crate::real::{Dual, Real};
use crate::text::closest;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Index;
use std::sync::Arc;

/// One physics parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Full name, `family.name`, e.g. `level_density.a`.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Unit as text, e.g. "MeV", "fm", "" for a pure number.
    pub unit: String,
    /// Lower and upper bound.
    pub bounds: [f64; 2],
    /// Standard deviation of the prior, 0 if none is known.
    pub sigma: f64,
    /// Citation key of the value.
    pub source: String,
    /// What it is, in a few words.
    pub meaning: String,
}

impl Parameter {
    /// A parameter without bounds and prior.
    pub fn new(name: &str, value: f64, unit: &str, source: &str, meaning: &str) -> Self {
        Parameter {
            name: name.into(),
            value,
            unit: unit.into(),
            bounds: [f64::NEG_INFINITY, f64::INFINITY],
            sigma: 0.0,
            source: source.into(),
            meaning: meaning.into(),
        }
    }
    /// With bounds.
    pub fn bounded(mut self, lower: f64, upper: f64) -> Self {
        self.bounds = [lower, upper];
        self
    }
    /// With the standard deviation of its prior.
    pub fn with_sigma(mut self, sigma: f64) -> Self {
        self.sigma = sigma;
        self
    }
}

/// An ordered set of parameters.
#[derive(Clone, Debug, Default)]
pub struct ParamSet {
    list: Vec<Parameter>,
    index: HashMap<String, usize>,
}

impl ParamSet {
    /// From a list; later entries of the same name are refused by a debug assertion.
    pub fn new(list: Vec<Parameter>) -> Self {
        let index: HashMap<_, _> = list.iter().enumerate().map(|(i, p)| (p.name.clone(), i)).collect();
        debug_assert_eq!(index.len(), list.len(), "parameter names are unique");
        ParamSet { list, index }
    }
    /// Adds the parameters of another set behind those here.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Parameter>) {
        let mut list = std::mem::take(&mut self.list);
        list.extend(more);
        *self = ParamSet::new(list);
    }
    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.list.iter()
    }
    /// The parameter at a position.
    pub fn at(&self, i: usize) -> &Parameter {
        &self.list[i]
    }
    /// Position of `name`.
    pub fn position(&self, name: &str) -> Result<usize> {
        self.index.get(name).copied().ok_or_else(|| Error::UnknownParameter {
            name: name.to_string(),
            suggestion: closest(name, self.list.iter().map(|p| p.name.as_str())),
        })
    }
    /// The parameter called `name`.
    pub fn get(&self, name: &str) -> Result<&Parameter> {
        Ok(&self.list[self.position(name)?])
    }
    /// Sets a value, within the bounds.
    pub fn set(&mut self, name: &str, value: f64) -> Result<()> {
        let i = self.position(name)?;
        let [lower, upper] = self.list[i].bounds;
        if !(lower..=upper).contains(&value) {
            return Err(Error::OutOfBounds { name: name.into(), value, lower, upper });
        }
        self.list[i].value = value;
        Ok(())
    }
    /// Names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.list.iter().map(|p| p.name.as_str()).collect()
    }
    /// The values as plain numbers.
    pub fn values(&self) -> Params<f64> {
        self.seeded(|_, p| p.value)
    }
    /// The values as dual numbers: parameter `first + i` has derivative one in slot `i`.
    pub fn chunk<const N: usize>(&self, first: usize) -> Params<Dual<f64, N>> {
        self.seeded(|i, p| match i.checked_sub(first) {
            Some(slot) if slot < N => Dual::variable(p.value, slot),
            _ => Dual::constant(p.value),
        })
    }
    /// The values, each made by `seed(position, parameter)`.
    pub fn seeded<D: Real>(&self, seed: impl Fn(usize, &Parameter) -> D) -> Params<D> {
        Params {
            values: self.list.iter().enumerate().map(|(i, p)| seed(i, p)).collect(),
            index: Arc::new(self.index.clone()),
        }
    }
}

/// Parameter values, by name: `theta["level_density.a"]`.
#[derive(Clone, Debug)]
pub struct Params<D> {
    values: Vec<D>,
    index: Arc<HashMap<String, usize>>,
}

impl<D: Real> Params<D> {
    /// The value of `name`, if there is one.
    pub fn get(&self, name: &str) -> Option<D> {
        self.index.get(name).map(|&i| self.values[i])
    }
}

impl<D: Real> Index<&str> for Params<D> {
    type Output = D;
    /// # Panics
    /// If the model asks for a parameter it did not declare, which is a programming error.
    fn index(&self, name: &str) -> &D {
        match self.index.get(name) {
            Some(&i) => &self.values[i],
            None => panic!("parameter {name} was not declared by its model"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> ParamSet {
        ParamSet::new(vec![
            Parameter::new("level_density.a", 1.0, "", "koning2008", "scale").bounded(0.5, 2.0),
            Parameter::new("optical.v1_0", 59.3, "MeV", "koning2003", "depth"),
        ])
    }

    #[test]
    fn parameters_are_found_by_name_and_seeded_by_position() {
        let theta = set().chunk::<8>(1);
        assert_eq!(theta["optical.v1_0"].eps[0], 1.0);
        assert_eq!(theta["level_density.a"].eps, [0.0; 8]);
    }

    #[test]
    fn a_wrong_name_or_value_is_an_error_with_the_way_out() {
        let mut s = set();
        let error = s.set("level_density.b", 1.0).expect_err("no such name");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"level_density.a\"?"));
        assert!(matches!(s.set("level_density.a", 3.0), Err(Error::OutOfBounds { .. })));
        assert!(matches!(s.set("level_density.a", f64::NAN), Err(Error::OutOfBounds { .. })));
    }
}
