//! The ground of gradino: nouns and numbers, no physics model.
//!
//! Units inside the code are MeV, cm, ns, rad and the elementary charge; nuclear code may use fm
//! where its formulas do, and says so in the name (`radius_fm`).

pub mod cite;
pub mod complex;
pub mod constants;
pub mod density;
pub mod error;
pub mod event;
pub mod line;
pub mod model;
pub mod params;
pub mod particle;
pub mod real;
pub mod rng;
pub mod sample;
pub mod text;
pub mod units;
pub mod vector;

pub use complex::Complex;
pub use density::{Axis, Condition, Density, Domain, Manifold, Sampler, Space};
pub use error::{Error, Result};
pub use event::{Event, NuclearState, Parity, Particle, Status, Vertex, VertexStatus};
pub use line::{Along, First, Line, Second, Third, root_along};
pub use model::{Bank, CrossSection, Simulator, Visitor, rows_of_part};
pub use params::{ParamSet, Parameter, Params};
pub use particle::Nuclide;
pub use real::{Dual, Real};
pub use rng::{Purpose, Stream};
pub use sample::Sample;
pub use vector::FourVector;
