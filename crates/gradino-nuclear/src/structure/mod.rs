//! Structure of nuclei: what levels there are, and how many.

pub mod level_density;
