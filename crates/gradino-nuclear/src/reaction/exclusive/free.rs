//! Parameters that differ from point to point.

use crate::meanfield::{FormFactorModel, PreparedFormFactors};
use gradino_core::density::Condition;
use gradino_core::{Error, ParamSet, Result};

/// Parameters of form factors of which some are conditions of a density.
#[derive(Clone, Debug)]
pub(super) struct FreeParameters {
    params: ParamSet,
    names: Vec<String>,
}

/// Form factors for the values at hand.
#[derive(Clone, Debug)]
pub(super) struct MovingFormFactors {
    of: FormFactorModel,
    params: ParamSet,
    names: Vec<String>,
    /// Those of the last values, with the values.
    last: Option<(Vec<f64>, PreparedFormFactors<f64>)>,
}

impl FreeParameters {
    /// Of `params`, those with a name among `conditions`, each with the range of its values; and the conditions.
    ///
    /// # Errors
    /// A name that is none of a parameter, and values beyond its bounds.
    pub(super) fn new(params: &ParamSet, conditions: &[(&str, [f64; 2])]) -> Result<(Self, Vec<Condition>)> {
        let mut list = Vec::new();
        for &(name, [low, high]) in conditions {
            let parameter = params.get(name)?;
            let mut tried = params.clone();
            tried.set(name, low)?;
            tried.set(name, high)?;
            if low >= high {
                return Err(Error::Simulation {
                    reason: format!("{low} to {high} is no range of {name}"),
                    hint: Some("begin with the smaller value".into()),
                });
            }
            list.push(Condition::range(name, &parameter.unit, low, high));
        }
        let names = conditions.iter().map(|(name, _)| name.to_string()).collect();
        Ok((FreeParameters { params: params.clone(), names }, list))
    }

    /// Form factors of `model`.
    pub(super) fn moving(&self, model: FormFactorModel) -> MovingFormFactors {
        MovingFormFactors { of: model, params: self.params.clone(), names: self.names.clone(), last: None }
    }
}

impl MovingFormFactors {
    /// Those at the `values` of the conditions, which lie within the bounds.
    pub(super) fn at(&mut self, values: &[f64]) -> Result<&PreparedFormFactors<f64>> {
        if self.last.as_ref().is_none_or(|(known, _)| known != values) {
            for (name, value) in self.names.iter().zip(values) {
                self.params.set(name, *value)?;
            }
            self.last = None;
        }
        let made = || (values.to_vec(), self.of.prepare(&self.params.values()));
        Ok(&self.last.get_or_insert_with(made).1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::knockout;
    use super::super::{KnockoutDensity, Point};
    use super::*;
    use crate::meanfield::form_factors::AXIAL_MASS;
    use gradino_core::Density;

    const POINTS: [[f64; 4]; 2] = [[0.3, 0.4, 0.7, 1.1], [0.5, -0.2, 0.9, 4.0]];

    #[test]
    fn a_density_with_a_parameter_as_condition_is_that_of_the_parameters_value_at_each_point() {
        let knockout = knockout(14);
        let params = ParamSet::new(knockout.parameters());
        let density = KnockoutDensity::new(&knockout.prepare(&params, &[]), [200.0, 500.0]);
        // The coordinate of the energy follows the strength at the density's own parameters: so the cross section at the
        // same energy counts.
        let cross_section = |params: &ParamSet, &[x, cos_theta, cos_nucleon, phi_nucleon]: &[f64; 4]| {
            let model = knockout.prepare(params, &[]);
            let (energy, omega) = (420.0, density.omega(1, 420.0, x));
            let point = Point { hole: 1, energy, omega, cos_theta, cos_nucleon, phi_nucleon };
            model.cross_section(&point, &mut model.workspace())
        };
        let plain = |point: &[f64; 4]| {
            let mut value = [0.0];
            density.evaluate_checked(&[420.0, 1.0], point, &mut value).expect("finite");
            value[0]
        };
        let free =
            density.clone().with_conditions(&params, &[(AXIAL_MASS, [900.0, 1300.0])]).expect("a parameter");
        free.space().check().expect("axes and conditions");
        let (mut rows, mut points, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for (n, mass) in [1000.0, 1000.0, 1250.0, 1026.0].into_iter().enumerate() {
            let mut moved = params.clone();
            moved.set(AXIAL_MASS, mass).expect("within bounds");
            let point = POINTS[n % 2];
            rows.extend([420.0, 1.0, mass]);
            points.extend(point);
            expected.push(plain(&point) * cross_section(&moved, &point) / cross_section(&params, &point));
        }
        let mut values = [0.0; 4];
        free.evaluate_checked(&rows, &points, &mut values).expect("finite");
        for (found, expected) in values.iter().zip(&expected) {
            assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        }
        assert!((expected[0] / plain(&POINTS[0]) - 1.0).abs() > 1e-4, "the parameter acts");
    }

    #[test]
    fn conditions_that_are_no_parameters_or_beyond_bounds_are_refused() {
        let knockout = knockout(14);
        let params = ParamSet::new(knockout.parameters());
        let refused = |name, range| {
            let error = FreeParameters::new(&params, &[(name, range)]).expect_err("refused");
            assert!(error.hint().is_some(), "{error}");
        };
        refused("axial.mas", [900.0, 1300.0]);
        refused(AXIAL_MASS, [900.0, 1e6]);
        refused(AXIAL_MASS, [1300.0, 900.0]);
    }
}
