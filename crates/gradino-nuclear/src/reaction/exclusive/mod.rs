//! Exclusive knockout of one nucleon, 1p1h: lepton + nucleus -> lepton + nucleon + hole.
//!
//! The axis z lies along the momentum transfer q, the leptons in the plane xz with their transverse momentum
//! along +x; theta_N and phi_N are the angles of the nucleon in this frame.

pub mod amplitude;
pub mod angular;
mod bound;
pub mod cache;
mod cell;
pub mod coupling;
pub mod density;
pub mod exact;
pub mod final_state;
pub mod form;
mod free;
pub mod grid;
pub mod hadron;
pub mod hole;
pub mod inclusive;
pub mod lepton;
mod memory;
pub mod model;
mod moving_field;
pub mod nodes;
pub mod number;
mod packed;
pub mod sampler;
pub mod series;
pub mod slopes;
pub mod source;
pub mod straight;
mod structures;
pub mod table;
pub mod total;

pub use angular::DirectionSeries;
pub use cache::Origin;
pub use cell::Workspace;
pub use density::KnockoutDensity;
pub use exact::ExactKnockout;
pub use final_state::{FinalState, ReactionMasses, Transfer};
pub use grid::Grid;
pub use hadron::{HadronTensor, STRUCTURE_NAMES, STRUCTURES};
pub use hole::HoleState;
pub use inclusive::ResponsePairs;
pub use lepton::{Fourier, LeptonTensor, LeptonVertex};
pub use model::{Knockout, Point, PreparedKnockout, parameters};
pub use sampler::{KnockoutDraw, KnockoutSampler, SamplerSpace};
pub use slopes::TableSlope;
pub use source::MeanFieldSource;
pub use straight::StraightEnergy;
pub use table::{ElementSource, Hole, KnockoutTable, Slice};
pub use total::TotalCrossSection;
