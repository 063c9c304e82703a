//! The native half of the Python package `gradino`: each function is one call into the hall.
//!
//! Arrays go to NumPy with the memory in which the run collected them; nothing is copied.

mod array;
mod columns;
mod configuration;
mod density;
mod error;
mod files;
mod fit;
mod flow;
mod knockout;
mod meanfield;
mod physics;
mod propagate;
mod record;
mod responses;
mod simulate;
mod simulator;
mod watch;

/// The native half of gradino.
#[pyo3::pymodule]
mod _gradino {
    #[pymodule_export]
    use crate::columns::Columns;
    #[pymodule_export]
    use crate::configuration::{default_config, resolve};
    #[pymodule_export]
    use crate::density::{Density, Sampler};
    #[pymodule_export]
    use crate::files::{read, report, write};
    #[pymodule_export]
    use crate::fit::{Fitted, example_fit, fit, fit_observables, observed};
    #[pymodule_export]
    use crate::flow::{Flow, train_flow};
    #[pymodule_export]
    use crate::knockout::Knockout;
    #[pymodule_export]
    use crate::meanfield::mean_field;
    #[pymodule_export]
    use crate::physics::{covariance, cross_section, parameters, widths};
    #[pymodule_export]
    use crate::propagate::{Bands, Question, propagate_file, propagate_run, question};
    #[pymodule_export]
    use crate::record::Record;
    #[pymodule_export]
    use crate::responses::responses;
    #[pymodule_export]
    use crate::simulate::{energy_gradient, run};
    #[pymodule_export]
    use crate::simulator::{Bank, Simulator, chain_simulator, toy_simulator};
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
