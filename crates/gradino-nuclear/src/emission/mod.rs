//! Emission from nuclei: transmission coefficients.

pub mod gamma_strength;
