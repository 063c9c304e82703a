//! Compound-nucleus decay: Hauser-Feshbach widths, tables of decays, cascades.

mod cascade;
mod couplings;
mod direct;
mod grid;
mod ingredients;
pub mod kinematics;
mod law;
mod levels;
mod moved;
mod network;
mod partial_waves;
mod paths;
mod quadrature;
mod record;
mod replay;
mod score;
mod slots;
mod spins;
mod state;
mod tables;
mod tabulated;
pub mod tree;
mod widths;

pub use cascade::{Cascade, Start};
pub use couplings::{MAX_MULTIPOLARITY, MAX_TWO_J};
pub use direct::{PartialWidth, Widths, parameters};
pub use moved::Transport;
pub use network::{CascadeModels, MAX_EXCITATION, Network};
pub use partial_waves::{L_TOLERANCE, PartialWaves};
pub use paths::Paths;
pub use record::{CascadeRecord, Marks, Step};
pub use replay::Replay;
pub use slots::{Family, Slots};
pub use state::StateAt;
