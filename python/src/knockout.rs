//! Knockout of one nucleon: cross sections, responses, and the density of its events.

use crate::array::{Array, Given};
use crate::density::{Density, Slot};
use crate::error::{config_error, raise};
use crate::record::parameter_set;
use gradino::chain::{knockout_job, knockout_model};
use gradino::config::{Config, Source, select_parameters};
use gradino::density::Struck;
use gradino_core::ParamSet;
use gradino_nuclear::reaction::exclusive::{KnockoutDensity, Point, PreparedKnockout, STRUCTURE_NAMES};
use pyo3::prelude::*;
use std::sync::Arc;

/// Knockout of one nucleon from the shells of a nucleus.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Knockout {
    model: Arc<PreparedKnockout>,
    /// Names of the parameters of the gradients.
    names: Vec<String>,
    /// Highest energy of the lepton [MeV].
    highest: f64,
    warnings: Vec<String>,
}

/// The five variables of the lepton and the nucleon: energy, omega, cos(theta), cos(theta_N), phi_N.
type Variables<'py> = (Given<'py, f64>, Given<'py, f64>, Given<'py, f64>, Given<'py, f64>, Given<'py, f64>);

impl Knockout {
    fn prepare(config: &str, struck: Option<Struck>, gradients: &[String]) -> gradino::Result<Self> {
        let config = Config::from_toml(config)?;
        let Source::Beam(beam) = &config.source else {
            return Err(gradino::Error::NoProcess { reason: "a knockout needs [flux] and [target]".into() });
        };
        let mut params = ParamSet::new(knockout_job(beam)?.own_parameters());
        let all = parameter_set(&config)?;
        let names: Vec<String> = params.names().into_iter().map(String::from).collect();
        for name in &names {
            params.set(name, all.get(name)?.value)?;
        }
        let wanted = select_parameters(gradients, &params)?;
        let (model, highest, warnings) = knockout_model(beam, struck, &params, &wanted)?;
        let names = wanted.iter().map(|&i| params.at(i).name.clone()).collect();
        Ok(Knockout { model: model.prepare(&params, &wanted), names, highest, warnings })
    }

    /// Refuses energies beyond the table.
    fn check(&self, energies: &[f64]) -> PyResult<()> {
        let Some(energy) = energies.iter().find(|&&energy| energy.is_nan() || energy > self.highest) else {
            return Ok(());
        };
        let message = format!("the energy {energy} MeV is above {} MeV", self.highest);
        Err(config_error(&message, "the table reaches to the highest energy of [flux]: raise it"))
    }

    fn check_hole(&self, hole: usize) -> PyResult<()> {
        match hole < self.model.of.table.holes.len() {
            true => Ok(()),
            false => {
                Err(config_error(&format!("there is no shell number {hole}"), "choose one of its shells"))
            }
        }
    }
}

#[pymethods]
impl Knockout {
    /// Of a configuration, with derivatives with respect to the parameters that fit `gradients`. Its table is made, or
    /// read from the cache.
    #[new]
    #[pyo3(signature = (config, struck, gradients))]
    fn new(py: Python<'_>, config: &str, struck: Option<String>, gradients: Vec<String>) -> PyResult<Self> {
        let struck = match struck.as_deref() {
            None => None,
            Some("neutron") => Some(Struck::Neutron),
            Some("proton") => Some(Struck::Proton),
            Some(other) => {
                let message = format!("struck: \"{other}\" is no kind of nucleon");
                return Err(config_error(&message, "choose \"neutron\" or \"proton\""));
            }
        };
        py.detach(|| Knockout::prepare(config, struck, &gradients)).map_err(raise)
    }

    /// Shell, number of nucleons in it, and separation energy [MeV] of each hole.
    #[getter]
    fn shells(&self) -> Vec<(String, f64, f64)> {
        let row = |h: &gradino_nuclear::reaction::exclusive::Hole| {
            (h.shell.to_string(), h.occupation, h.separation)
        };
        self.model.of.table.holes.iter().map(row).collect()
    }

    /// Names of the parameters of the gradients.
    #[getter]
    fn gradient_names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Lowest and highest energy of the lepton [MeV].
    #[getter]
    fn energies(&self) -> (f64, f64) {
        (self.model.threshold(), self.highest)
    }

    /// Names of the structures of the hadron tensor.
    #[getter]
    fn structure_names(&self) -> Vec<&'static str> {
        STRUCTURE_NAMES.to_vec()
    }

    /// What the user should know of its table.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// Total cross sections [cm^2] at energies [MeV], a row of holes for each, and the derivatives of their sums, a row of
    /// parameters for each.
    fn total(&self, py: Python<'_>, energies: Vec<f64>) -> PyResult<(Array<f64>, Array<f64>)> {
        self.check(&energies)?;
        let (values, gradient) = py.detach(|| {
            let (mut values, mut gradient) = (Vec::new(), Vec::new());
            for &energy in &energies {
                let total = self.model.total(energy);
                values.extend(total.by_hole);
                gradient.extend(total.gradient);
            }
            (values, gradient)
        });
        Ok((Array::new(py, values), Array::new(py, gradient)))
    }

    /// CC, CL, LL, T and T' [1/MeV] of a hole at energy and momentum transfers [MeV], rows of five, and their derivatives, rows
    /// of parameters.
    fn responses(
        &self,
        py: Python<'_>,
        hole: usize,
        omega: Given<'_, f64>,
        momentum: Given<'_, f64>,
    ) -> PyResult<(Array<f64>, Array<f64>)> {
        self.check_hole(hole)?;
        let (omega, momentum) = (omega.0.as_slice()?.to_vec(), momentum.0.as_slice()?.to_vec());
        let rows = omega.len();
        let (values, gradient) = py.detach(|| {
            self.rows(rows, |i, five| self.model.responses_with_gradient(hole, omega[i], momentum[i], five))
        });
        Ok((Array::new(py, values), Array::new(py, gradient)))
    }

    /// The structures of the hadron tensor of a hole at energy and momentum transfers [MeV] and cos(theta_N) [1/(MeV sr)], a
    /// row of them for each point, and their derivatives, rows of parameters.
    fn structures(
        &self,
        py: Python<'_>,
        hole: usize,
        omega: Given<'_, f64>,
        momentum: Given<'_, f64>,
        cos_nucleon: Given<'_, f64>,
    ) -> PyResult<(Array<f64>, Array<f64>)> {
        self.check_hole(hole)?;
        let columns = [omega, momentum, cos_nucleon].map(|column| column.0.as_slice().map(<[f64]>::to_vec));
        let [omega, momentum, cos_nucleon] = columns;
        let (omega, momentum, cos_nucleon) = (omega?, momentum?, cos_nucleon?);
        let rows = omega.len();
        let (values, gradient) = py.detach(|| {
            let mut space = self.model.workspace();
            let at = |i: usize| [omega[i], momentum[i], cos_nucleon[i]];
            self.rows(rows, |i, all| self.model.structures(hole, at(i), &mut space, all))
        });
        Ok((Array::new(py, values), Array::new(py, gradient)))
    }

    /// d2 sigma / (d omega d cos(theta)) [cm^2/MeV] of a hole, and its derivatives, rows of parameters.
    fn inclusive(
        &self,
        py: Python<'_>,
        hole: usize,
        energy: Given<'_, f64>,
        omega: Given<'_, f64>,
        cos_theta: Given<'_, f64>,
    ) -> PyResult<(Array<f64>, Array<f64>)> {
        self.check_hole(hole)?;
        self.check(energy.0.as_slice()?)?;
        let [e, w, x] = [energy, omega, cos_theta].map(|column| column.0.as_slice().map(<[f64]>::to_vec));
        let (e, w, x) = (e?, w?, x?);
        let (values, gradient) = py.detach(|| {
            self.rows(e.len(), |i, row| [self.model.inclusive_with_gradient((hole, e[i]), w[i], x[i], row)])
        });
        Ok((Array::new(py, values), Array::new(py, gradient)))
    }

    /// d4 sigma / (d omega d cos(theta) d Omega_N) [cm^2/(MeV sr)] of a hole, and its derivatives, rows of parameters.
    fn exclusive(
        &self,
        py: Python<'_>,
        hole: usize,
        variables: Variables<'_>,
    ) -> PyResult<(Array<f64>, Array<f64>)> {
        self.check_hole(hole)?;
        let (energy, omega, cos_theta, cos_nucleon, phi) = variables;
        self.check(energy.0.as_slice()?)?;
        let columns = [energy, omega, cos_theta, cos_nucleon, phi];
        let columns: Vec<Vec<f64>> =
            columns.iter().map(|c| Ok(c.0.as_slice()?.to_vec())).collect::<PyResult<_>>()?;
        let (values, gradient) = py.detach(|| self.points(hole, &columns));
        Ok((Array::new(py, values), Array::new(py, gradient)))
    }

    /// Its events as a density, for energies of the lepton between two [MeV].
    fn density(&self, low: f64, high: f64) -> PyResult<Density> {
        self.check(&[high])?;
        if low.is_nan() || low >= high {
            return Err(config_error(&format!("nothing between {low} and {high} MeV"), "give low < high"));
        }
        let inner = Arc::new(KnockoutDensity::new(&self.model, [low, high]));
        Ok(Density { inner, slot: Slot::default(), name: "knockout".into() })
    }
}

impl Knockout {
    /// Rows of N values and of their derivatives, which `of` writes for each row.
    fn rows<const N: usize>(
        &self,
        rows: usize,
        mut of: impl FnMut(usize, &mut [f64]) -> [f64; N],
    ) -> (Vec<f64>, Vec<f64>) {
        let size = N * self.names.len();
        let mut gradient = vec![0.0; rows * size];
        let values = (0..rows).flat_map(|i| of(i, &mut gradient[i * size..(i + 1) * size])).collect();
        (values, gradient)
    }

    fn points(&self, hole: usize, columns: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
        let mut space = self.model.workspace();
        let mut gradient = vec![0.0; columns[0].len() * self.names.len()];
        let mut values = vec![0.0; columns[0].len()];
        for (i, value) in values.iter_mut().enumerate() {
            let point = Point {
                hole,
                energy: columns[0][i],
                omega: columns[1][i],
                cos_theta: columns[2][i],
                cos_nucleon: columns[3][i],
                phi_nucleon: columns[4][i],
            };
            let row = &mut gradient[i * self.names.len()..(i + 1) * self.names.len()];
            *value = match row.is_empty() {
                true => self.model.cross_section(&point, &mut space),
                false => self.model.cross_section_with_gradient(&point, &mut space, row),
            };
        }
        (values, gradient)
    }
}
