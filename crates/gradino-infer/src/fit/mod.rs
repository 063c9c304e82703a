//! Fits.

pub mod space;
