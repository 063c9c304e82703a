//! Densities that can be sampled, learned and assessed: what a point is, and what it depends on.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most axes that a density may have.
pub const MOST_AXES: usize = 10;

/// What a coordinate lives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manifold {
    /// The closed interval [low, high].
    Interval,
    /// A circle: low and high are the same point.
    Circle,
}

/// One coordinate of a density. A sphere is an interval, cos theta in [-1, 1], and a circle, phi.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Its name, as `cos_theta_N`.
    pub name: String,
    /// Its unit; empty for a pure number.
    pub unit: String,
    /// Interval or circle.
    pub manifold: Manifold,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
}

impl Axis {
    /// The interval [`low`, `high`].
    pub fn interval(name: &str, unit: &str, low: f64, high: f64) -> Self {
        Axis { name: name.into(), unit: unit.into(), manifold: Manifold::Interval, low, high }
    }

    /// A circle, cut open at `low`.
    pub fn circle(name: &str, unit: &str, low: f64, high: f64) -> Self {
        Axis { manifold: Manifold::Circle, ..Axis::interval(name, unit, low, high) }
    }

    /// Length of the interval or circumference of the circle.
    pub fn length(&self) -> f64 {
        self.high - self.low
    }
}

/// What a condition can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Domain {
    /// Any number in [low, high].
    Range {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// One of several kinds, written as its number 0, 1, ...
    Category {
        /// Names of the kinds, as "1p3/2".
        labels: Vec<String>,
    },
}

/// Something on which a density depends without being a density in it: an energy, a shell, a model parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its name, as `E_nu`.
    pub name: String,
    /// Its unit; empty for a pure number or a kind.
    pub unit: String,
    /// The values it can have.
    pub domain: Domain,
}

impl Condition {
    /// A number in [`low`, `high`].
    pub fn range(name: &str, unit: &str, low: f64, high: f64) -> Self {
        Condition { name: name.into(), unit: unit.into(), domain: Domain::Range { low, high } }
    }

    /// One of `labels`.
    pub fn category(name: &str, labels: &[&str]) -> Self {
        let labels = labels.iter().map(|&label| label.into()).collect();
        Condition { name: name.into(), unit: String::new(), domain: Domain::Category { labels } }
    }

    /// Refuses a value outside the domain.
    pub fn check(&self, value: f64) -> Result<()> {
        let (low, high, whole) = match &self.domain {
            Domain::Range { low, high } => (*low, *high, false),
            Domain::Category { labels } => (0.0, labels.len() as f64 - 1.0, true),
        };
        if value >= low && value <= high && (!whole || value.fract() == 0.0) {
            return Ok(());
        }
        Err(Error::OutsideDomain { name: self.name.clone(), unit: self.unit.clone(), value, low, high })
    }
}

/// The axes of a density and the conditions that it depends on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// The coordinates of a point, at most [`MOST_AXES`].
    pub axes: Vec<Axis>,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

impl Space {
    /// Refuses a space without axes, with too many, or with an empty axis or domain.
    pub fn check(&self) -> Result<()> {
        if self.axes.is_empty() || self.axes.len() > MOST_AXES {
            return Err(Error::NumberOfAxes { found: self.axes.len(), most: MOST_AXES });
        }
        let empty = |low: f64, high: f64| !(low < high && low.is_finite() && high.is_finite());
        let axis = self.axes.iter().find(|axis| empty(axis.low, axis.high)).map(|axis| &axis.name);
        let condition = || {
            self.conditions.iter().find(|c| match &c.domain {
                Domain::Range { low, high } => empty(*low, *high),
                Domain::Category { labels } => labels.is_empty(),
            })
        };
        match axis.or_else(|| condition().map(|condition| &condition.name)) {
            Some(name) => Err(Error::EmptyDomain { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// Volume of the box of all points, the product of the lengths.
    pub fn volume(&self) -> f64 {
        self.axes.iter().map(Axis::length).product()
    }
}

/// A density over points, under conditions.
///
/// It need not be normalised, not even by the same factor under all conditions: what is drawn from it is
/// p(x | c) = f(x; c) / integral of f(x'; c) dx'. Densities are per unit of each axis, in the axes' own units.
pub trait Density: Sync {
    /// What a point and a condition are.
    fn space(&self) -> &Space;

    /// Writes f(x; c) >= 0 of many points into `values`. `points` are rows of axes, `conditions` rows of
    /// conditions, both of `values.len()` rows; called from several threads at once.
    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()>;

    /// The same, after a check that no value is negative, infinite or undefined; the error names the point.
    fn evaluate_checked(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        self.evaluate(conditions, points, values)?;
        let Some(row) = values.iter().position(|f| !(f.is_finite() && *f >= 0.0)) else {
            return Ok(());
        };
        let space = self.space();
        let (axes, wide) = (space.axes.len(), space.conditions.len());
        let names = space.axes.iter().map(|axis| &axis.name).chain(space.conditions.iter().map(|c| &c.name));
        let at = points[row * axes..(row + 1) * axes].iter().chain(&conditions[row * wide..(row + 1) * wide]);
        let point = names.zip(at).map(|(name, x)| format!("{name} = {x}")).collect::<Vec<_>>().join(", ");
        Err(Error::BadDensity { value: values[row], point })
    }

    /// Prepares a sampler that draws from this density itself, where one is known.
    fn exact(&self) -> Result<Option<Box<dyn Sampler + Send>>> {
        Ok(None)
    }

    /// The quantities for which the axes stand, one for each. They are the axes themselves, but where an axis is a
    /// coordinate made for samplers: for the energy transfer, say, that it spreads.
    fn quantities(&self) -> Vec<Axis> {
        self.space().axes.clone()
    }

    /// Writes the quantities of points, rows of as many as there are axes, and the volumes |d(quantities)/d(point)|:
    /// a density per unit of each axis over the volume is the one per unit of each quantity.
    ///
    /// # Errors
    /// Conditions outside their domains, where the quantities depend on them.
    fn to_quantities(
        &self,
        _conditions: &[f64],
        points: &[f64],
        quantities: &mut [f64],
        volumes: &mut [f64],
    ) -> Result<()> {
        quantities.copy_from_slice(points);
        volumes.fill(1.0);
        Ok(())
    }

    /// Writes the points at quantities; the inverse of [`Density::to_quantities`].
    ///
    /// # Errors
    /// Conditions outside their domains, and quantities that no point has.
    fn points_at(&self, _conditions: &[f64], quantities: &[f64], points: &mut [f64]) -> Result<()> {
        points.copy_from_slice(quantities);
        Ok(())
    }
}

/// Draws points under given conditions.
pub trait Sampler: Sync {
    /// What a point and a condition are.
    fn space(&self) -> &Space;

    /// Draws one point for each row of `conditions`, and the normalised density q(x | c), per unit of each axis,
    /// with which it was drawn. Row i is point number `numbers[i]`: it depends on its condition, the seed and that
    /// number alone.
    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> Result<()>;

    /// The same for the points number `first`, `first` + 1, ..
    fn draw(
        &self,
        seed: u64,
        first: u64,
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> Result<()> {
        let numbers: Vec<u64> = (first..).take(densities.len()).collect();
        self.draw_numbers(seed, &numbers, conditions, points, densities)
    }
}

/// A density behind a pointer is that density.
macro_rules! density_behind {
    ($pointer:ty, $($bound:tt)*) => {
        impl<T: $($bound)*> Density for $pointer {
            fn space(&self) -> &Space {
                (**self).space()
            }

            fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
                (**self).evaluate(conditions, points, values)
            }

            fn exact(&self) -> Result<Option<Box<dyn Sampler + Send>>> {
                (**self).exact()
            }

            fn quantities(&self) -> Vec<Axis> {
                (**self).quantities()
            }

            fn to_quantities(
                &self,
                conditions: &[f64],
                points: &[f64],
                quantities: &mut [f64],
                volumes: &mut [f64],
            ) -> Result<()> {
                (**self).to_quantities(conditions, points, quantities, volumes)
            }

            fn points_at(&self, conditions: &[f64], quantities: &[f64], points: &mut [f64]) -> Result<()> {
                (**self).points_at(conditions, quantities, points)
            }
        }
    };
}

density_behind!(&T, Density + ?Sized);
density_behind!(Arc<T>, Density + Send + ?Sized);

impl<T: Sampler + Send + ?Sized> Sampler for Arc<T> {
    fn space(&self) -> &Space {
        (**self).space()
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> Result<()> {
        (**self).draw_numbers(seed, numbers, conditions, points, densities)
    }
}

impl<T: Sampler + ?Sized> Sampler for &T {
    fn space(&self) -> &Space {
        (**self).space()
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> Result<()> {
        (**self).draw_numbers(seed, numbers, conditions, points, densities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(Space);

    impl Density for Broken {
        fn space(&self) -> &Space {
            &self.0
        }
        fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
            for (row, value) in values.iter_mut().enumerate() {
                *value = (points[row] - conditions[row]).sqrt();
            }
            Ok(())
        }
    }

    fn broken() -> Broken {
        let axes = vec![Axis::interval("x", "", 0.0, 2.0)];
        Broken(Space { axes, conditions: vec![Condition::range("E", "MeV", 0.0, 1.0)] })
    }

    #[test]
    fn a_density_without_a_value_is_refused_with_its_point() {
        let mut values = [0.0; 2];
        broken().evaluate_checked(&[0.5, 0.5], &[0.6, 1.5], &mut values).unwrap();
        assert!((values[1] - 1.0).abs() < 1e-15);
        let error = broken().evaluate_checked(&[0.5, 0.5], &[0.6, 0.25], &mut values).unwrap_err();
        assert!(error.to_string().ends_with("at x = 0.25, E = 0.5"), "{error}");
    }

    #[test]
    fn a_condition_outside_its_domain_is_refused() {
        let energy = Condition::range("E_nu", "MeV", 200.0, 1000.0);
        assert!(energy.check(200.0).is_ok() && energy.check(1000.0).is_ok());
        assert!(energy.check(199.9).is_err() && energy.check(f64::NAN).is_err());
        let shell = Condition::category("shell", &["1s1/2", "1p3/2"]);
        assert!(shell.check(1.0).is_ok() && shell.check(0.5).is_err() && shell.check(2.0).is_err());
    }

    #[test]
    fn empty_spaces_are_refused() {
        assert!(broken().0.check().is_ok());
        assert!(Space::default().check().is_err());
        let space = |axis, condition| Space { axes: vec![axis], conditions: vec![condition] };
        let (axis, condition) =
            (Axis::circle("phi", "rad", 0.0, 1.0), Condition::category("shell", &["1s1/2"]));
        assert!(space(axis.clone(), condition.clone()).check().is_ok());
        assert!(space(Axis::interval("x", "", 1.0, 1.0), condition).check().is_err());
        assert!(space(axis, Condition::category("shell", &[])).check().is_err());
    }
}
