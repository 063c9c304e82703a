//! The free coordinates of a fit: which parameters move, how far, and what is known of them beforehand.

use crate::error::{Error, Result};
use gradino_core::Parameter;
use gradino_core::text::closest;
use serde::{Deserialize, Serialize};

/// Smallest distance from a bound, relative to the range.
const NEAREST: f64 = 1e-7;

/// What is to become of a parameter. Parameters without a choice stay at their values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Name of the parameter.
    pub name: String,
    /// Where the fit begins; the value of the parameter if not given.
    pub start: Option<f64>,
    /// Bounds; those of the parameter if not given.
    pub bounds: Option<[f64; 2]>,
    /// Mean and standard deviation of a Gaussian prior, if there is one.
    pub prior: Option<[f64; 2]>,
    /// Whether it stays at `start`.
    pub fixed: bool,
    /// The parameter with which it shares its value.
    pub shared_with: Option<String>,
}

impl Choice {
    /// A free parameter, from its value and within its bounds.
    pub fn free(name: &str) -> Self {
        Choice { name: name.into(), ..Choice::default() }
    }
    /// Begins at `start`.
    pub fn from(mut self, start: f64) -> Self {
        self.start = Some(start);
        self
    }
    /// Has a Gaussian prior.
    pub fn with_prior(mut self, mean: f64, sigma: f64) -> Self {
        self.prior = Some([mean, sigma]);
        self
    }
}

/// Where the value of a parameter comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Fixed(f64),
    Free(usize),
}

/// A free coordinate x and the parameter theta(x) that it moves.
///
/// Without bounds theta = s x; with one of them theta = lower + exp(s x) or upper - exp(s x); with both
/// theta = lower + (upper - lower) / (1 + exp(-s x)). The factor s makes dtheta/dx at the start the
/// scale of the parameter: its prior's width, a tenth of its range or of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinate {
    /// Name of the parameter, the first of those that share it.
    pub name: String,
    /// Where the fit begins.
    pub start: f64,
    /// Lower and upper bound.
    pub bounds: [f64; 2],
    /// Mean and standard deviation of a Gaussian prior.
    pub prior: Option<[f64; 2]>,
    factor: f64,
}

impl Coordinate {
    fn new(parameter: &Parameter, choice: &Choice) -> Result<Self> {
        let name = parameter.name.clone();
        let bounds = choice.bounds.unwrap_or(parameter.bounds);
        let start = choice.start.unwrap_or(parameter.value);
        let [lower, upper] = bounds;
        let is_inside = lower < upper && lower <= start && start <= upper && start.is_finite();
        if !is_inside {
            return Err(gradino_core::Error::OutOfBounds { name, value: start, lower, upper }.into());
        }
        if let Some([mean, sigma]) = choice.prior
            && !(mean.is_finite() && sigma > 0.0)
        {
            return Err(Error::BadPrior { name, mean, sigma });
        }
        let range = upper - lower;
        let scale = match choice.prior {
            Some([_, sigma]) => sigma,
            None if parameter.sigma > 0.0 => parameter.sigma,
            None if range.is_finite() => 0.1 * range,
            None if start != 0.0 => 0.1 * start.abs(),
            None => 1.0,
        };
        // A start on a bound has no slope: it goes a little inside.
        let margin = if range.is_finite() { 1e-3 * range } else { 0.01 * scale };
        let start = start.max(lower + margin).min(upper - margin);
        let mut coordinate = Coordinate { name, start, bounds, prior: choice.prior, factor: 1.0 };
        coordinate.factor = scale / coordinate.slope(coordinate.inverse(start));
        Ok(coordinate)
    }

    /// theta(x).
    pub fn value(&self, x: f64) -> f64 {
        let [lower, upper] = self.bounds;
        let y = self.factor * x;
        match (lower.is_finite(), upper.is_finite()) {
            (true, true) => lower + (upper - lower) / (1.0 + (-y).exp()),
            (true, false) => lower + y.exp(),
            (false, true) => upper - (-y).exp(),
            (false, false) => y,
        }
    }

    /// dtheta/dx.
    pub fn slope(&self, x: f64) -> f64 {
        let [lower, upper] = self.bounds;
        let y = self.factor * x;
        let slope = match (lower.is_finite(), upper.is_finite()) {
            (true, true) => {
                let s = 1.0 / (1.0 + (-y).exp());
                (upper - lower) * s * (1.0 - s)
            }
            (true, false) => y.exp(),
            (false, true) => (-y).exp(),
            (false, false) => 1.0,
        };
        self.factor * slope
    }

    /// The share of the prior in the objective, ((theta - mean) / sigma)^2.
    pub fn prior_term(&self, value: f64) -> f64 {
        self.prior.map_or(0.0, |[mean, sigma]| ((value - mean) / sigma).powi(2))
    }

    /// x(theta). A value on a bound, where x would be infinite, is taken a little inside.
    pub fn inverse(&self, value: f64) -> f64 {
        let [lower, upper] = self.bounds;
        let range = upper - lower;
        let margin = NEAREST * if range.is_finite() { range } else { value.abs().max(1.0) };
        let value = value.max(lower + margin).min(upper - margin);
        let y = match (lower.is_finite(), upper.is_finite()) {
            (true, true) => ((value - lower) / (upper - value)).ln(),
            (true, false) => (value - lower).ln(),
            (false, true) => -(upper - value).ln(),
            (false, false) => value,
        };
        y / self.factor
    }
}

/// The parameters of a simulator as functions of the free coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    places: Vec<Place>,
    coordinates: Vec<Coordinate>,
}

impl Space {
    /// From the parameters of a simulator and what is to become of them.
    pub fn new(parameters: &[Parameter], choices: &[Choice]) -> Result<Self> {
        let position = |name: &str| {
            parameters.iter().position(|p| p.name == name).ok_or_else(|| {
                let suggestion = closest(name, parameters.iter().map(|p| p.name.as_str()));
                Error::Core(gradino_core::Error::UnknownParameter { name: name.into(), suggestion })
            })
        };
        let mut places: Vec<Place> = parameters.iter().map(|p| Place::Fixed(p.value)).collect();
        let mut coordinates = Vec::new();
        for choice in choices.iter().filter(|c| c.shared_with.is_none()) {
            let i = position(&choice.name)?;
            if matches!(places[i], Place::Free(_)) {
                return Err(Error::ChosenTwice { name: choice.name.clone() });
            }
            let coordinate = Coordinate::new(&parameters[i], choice)?;
            places[i] = match choice.fixed {
                true => Place::Fixed(choice.start.unwrap_or(parameters[i].value)),
                false => {
                    coordinates.push(coordinate);
                    Place::Free(coordinates.len() - 1)
                }
            };
        }
        for choice in choices {
            if let Some(other) = &choice.shared_with {
                places[position(&choice.name)?] = places[position(other)?];
            }
        }
        if coordinates.is_empty() {
            return Err(Error::NothingFree);
        }
        Ok(Space { places, coordinates })
    }

    /// The free coordinates.
    pub fn coordinates(&self) -> &[Coordinate] {
        &self.coordinates
    }

    /// Number of free coordinates.
    pub fn len(&self) -> usize {
        self.coordinates.len()
    }

    /// Whether there are none: never, because [`Space::new`] refuses that.
    pub fn is_empty(&self) -> bool {
        self.coordinates.is_empty()
    }

    /// Coordinates of the start.
    pub fn start(&self) -> Vec<f64> {
        self.coordinates.iter().map(|c| c.inverse(c.start)).collect()
    }

    /// Values of the free parameters.
    pub fn values(&self, x: &[f64]) -> Vec<f64> {
        self.coordinates.iter().zip(x).map(|(c, x)| c.value(*x)).collect()
    }

    /// Coordinates of values of the free parameters.
    pub fn coordinates_of(&self, values: &[f64]) -> Vec<f64> {
        self.coordinates.iter().zip(values).map(|(c, v)| c.inverse(*v)).collect()
    }

    /// The space with coordinate `k` fixed at `value`; none if no other is free.
    pub fn with_fixed(&self, k: usize, value: f64) -> Option<Space> {
        let mut coordinates = self.coordinates.clone();
        coordinates.remove(k);
        let place = |place: &Place| match place {
            Place::Free(i) if *i == k => Place::Fixed(value),
            Place::Free(i) if *i > k => Place::Free(i - 1),
            other => *other,
        };
        let places = self.places.iter().map(place).collect();
        (!coordinates.is_empty()).then_some(Space { places, coordinates })
    }

    /// All parameters of the simulator.
    pub fn theta(&self, x: &[f64]) -> Vec<f64> {
        let value = |place: &Place| match place {
            Place::Fixed(value) => *value,
            Place::Free(k) => self.coordinates[*k].value(x[*k]),
        };
        self.places.iter().map(value).collect()
    }

    /// Derivatives with respect to the free parameters from those with respect to all.
    pub fn gather(&self, by_theta: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.len()];
        for (place, g) in self.places.iter().zip(by_theta) {
            if let Place::Free(k) = place {
                gradient[*k] += g;
            }
        }
        gradient
    }

    /// A matrix over the free parameters from that over all, both row by row.
    pub fn gather_matrix(&self, by_theta: &[f64]) -> Vec<f64> {
        let (n, m) = (self.places.len(), self.len());
        let mut matrix = vec![0.0; m * m];
        for (i, row) in self.places.iter().enumerate() {
            for (j, column) in self.places.iter().enumerate() {
                if let (Place::Free(a), Place::Free(b)) = (row, column) {
                    matrix[a * m + b] += by_theta[i * n + j];
                }
            }
        }
        matrix
    }

    /// dtheta/dx of each coordinate.
    pub fn slopes(&self, x: &[f64]) -> Vec<f64> {
        self.coordinates.iter().zip(x).map(|(c, x)| c.slope(*x)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<Parameter> {
        let p = |name: &str, value| Parameter::new(name, value, "", "invented2026", "");
        vec![p("a.x", 2.0), p("a.y", -1.0).bounded(-3.0, 4.0), p("a.z", 5.0).bounded(0.0, f64::INFINITY)]
    }

    #[test]
    fn coordinates_go_there_and_back_with_the_right_slope() {
        let below = Choice { bounds: Some([f64::NEG_INFINITY, 3.0]), ..Choice::free("a.x") };
        for choices in [vec![below], ["a.x", "a.y", "a.z"].map(Choice::free).to_vec()] {
            let space = Space::new(&parameters(), &choices).expect("valid choices");
            let x = space.start();
            for (c, x) in space.coordinates().iter().zip(x) {
                assert!((c.value(x) - c.start).abs() < 1e-12 * c.start.abs(), "{}", c.name);
                for x in [x, x + 0.7, x - 2.0] {
                    let h = 1e-6;
                    let difference = (c.value(x + h) - c.value(x - h)) / (2.0 * h);
                    assert!((c.slope(x) / difference - 1.0).abs() < 1e-7, "{}", c.name);
                    assert!((c.inverse(c.value(x)) - x).abs() < 1e-9);
                    assert!(c.bounds[0] < c.value(x) && c.value(x) < c.bounds[1]);
                }
            }
        }
    }

    #[test]
    fn shared_and_fixed_parameters_gather_their_derivatives() {
        let choices = [
            Choice::free("a.x"),
            Choice { shared_with: Some("a.x".into()), ..Choice::free("a.z") },
            Choice { fixed: true, ..Choice::free("a.y").from(1.5) },
        ];
        let space = Space::new(&parameters(), &choices).expect("valid choices");
        assert_eq!(space.theta(&space.start()), [2.0, 1.5, 2.0]);
        assert_eq!(space.gather(&[1.0, 10.0, 100.0]), [101.0]);
        assert_eq!(space.gather_matrix(&[1.0, 0.0, 2.0, 0.0, 9.0, 0.0, 2.0, 0.0, 4.0]), [9.0]);
    }

    #[test]
    fn bad_choices_are_named() {
        let error =
            |choices: &[Choice]| Space::new(&parameters(), choices).expect_err("a bad choice").to_string();
        assert!(error(&[Choice::free("a.w")]).contains("unknown parameter \"a.w\""));
        assert!(error(&[Choice::free("a.y").from(9.0)]).contains("outside its bounds"));
        assert!(error(&[Choice::free("a.y").with_prior(0.0, 0.0)]).contains("prior"));
        assert!(error(&[Choice::free("a.y"), Choice::free("a.y")]).contains("twice"));
        assert!(error(&[]).contains("free"));
    }
}
