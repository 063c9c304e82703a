//! Densities of physics that samplers draw from and networks learn.

mod plane_wave;

pub use plane_wave::PlaneWave;
