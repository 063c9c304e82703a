//! Emission of fragments: the optical model and its transmission coefficients.

pub mod coulomb;
pub mod fragment;
pub mod kduq;
pub mod optical;
pub mod radial;
mod tabulate;
pub mod transmission;

pub use fragment::Fragment;
pub use transmission::{Located, TransmissionTable};
