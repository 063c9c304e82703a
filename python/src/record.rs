//! What a run says of itself.

use crate::array::Array;
use crate::error::raise;
use gradino::chain::{Chain, Setup};
use gradino::config::{Config, Source};
use gradino::io::Provenance;
use gradino::literature;
use gradino_core::ParamSet;
use pyo3::prelude::*;

/// What a run says of itself.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Record {
    pub(crate) config: Config,
    pub(crate) provenance: Provenance,
    pub(crate) warnings: Vec<String>,
}

impl Record {
    /// Of a run that was made now.
    pub(crate) fn new(config: Config, chain: &Chain, provenance: Provenance) -> Self {
        Record { config, provenance, warnings: chain.warnings() }
    }

    /// Of a file.
    pub(crate) fn of_file(provenance: Provenance) -> gradino::Result<Self> {
        let mut config = Config::from_toml(&provenance.config_toml)?;
        config.seed = Some(provenance.seed);
        config.events = provenance.n_events.max(1);
        Ok(Record { config, provenance, warnings: Vec::new() })
    }

    /// All parameters with their values in the run.
    pub(crate) fn parameter_set(&self) -> gradino::Result<ParamSet> {
        parameter_set(&self.config)
    }
}

/// All parameters of a configuration, with the values that it sets.
pub(crate) fn parameter_set(config: &Config) -> gradino::Result<ParamSet> {
    let mut set = Setup::from_config(config)?.parameters();
    config.apply_parameters(&mut set)?;
    Ok(set)
}

/// Key, what for, DOI, arXiv number and reference of a work.
type Work = (String, String, String, String, String);

#[pymethods]
impl Record {
    /// Version of the code that made the events.
    #[getter]
    fn version(&self) -> String {
        self.provenance.version.clone()
    }

    /// Seed of the random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.provenance.seed
    }

    /// The configuration with every default, as TOML.
    #[getter]
    fn config(&self) -> String {
        self.config.resolved_toml()
    }

    /// Names of the parameters in the gradients.
    #[getter]
    fn gradient_names(&self) -> Vec<String> {
        self.provenance.gradient_names.clone()
    }

    /// Name and value of each parameter.
    #[getter]
    fn parameters(&self) -> Vec<(String, f64)> {
        self.provenance.parameters.iter().map(|p| (p.name.clone(), p.value)).collect()
    }

    /// Flux-averaged cross section, its error and its derivatives [cm^2]; none for a fixed state.
    #[getter]
    fn cross_section(&self, py: Python<'_>) -> Option<(f64, f64, Array<f64>)> {
        let p = &self.provenance;
        matches!(self.config.source, Source::Beam(_)).then(|| {
            let gradient = Array::new(py, p.flux_averaged_cross_section_gradient.clone());
            (p.flux_averaged_cross_section_cm2, p.flux_averaged_cross_section_error_cm2, gradient)
        })
    }

    /// Number and name of each process.
    #[getter]
    fn processes(&self) -> Vec<(u32, String)> {
        self.provenance.processes.iter().map(|p| (p.id, p.name.clone())).collect()
    }

    /// Works that were used.
    #[getter]
    fn citations(&self) -> Vec<Work> {
        let work = |c: &gradino::io::Citation| {
            let reference = literature::reference(&c.key);
            (c.key.clone(), c.what_for.clone(), c.doi.clone(), c.arxiv.clone(), reference)
        };
        self.provenance.citations.iter().map(work).collect()
    }

    /// Things the user should know.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// All parameters of the run: see `parameters` of this module.
    fn parameter_list(&self) -> PyResult<Vec<crate::physics::Row>> {
        Ok(crate::physics::rows(&self.parameter_set().map_err(raise)?))
    }
}
