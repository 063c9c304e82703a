//! Emission of photons and fragments: gamma strength, optical model, transmission coefficients.

mod adjoint;
pub mod coulomb;
pub mod fragment;
pub mod gamma_strength;
pub mod kduq;
pub mod optical;
pub mod radial;
mod tabulate;
pub mod transmission;

pub use fragment::Fragment;
pub use transmission::{Located, TransmissionTable};
