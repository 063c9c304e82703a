//! What is observed of a decay of the toy.

use super::record::DiscretePath;
use gradino_core::Real;
use serde::{Deserialize, Serialize};

/// A number observed of each decay. The sum of all photon energies is the start energy and tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToyFeature {
    /// Energy of the first photon [MeV].
    FirstGamma,
    /// Largest photon energy [MeV].
    LargestGamma,
    /// Mean photon energy [MeV].
    MeanGamma,
    /// Sum of the squared photon energies [MeV^2].
    SumOfSquares,
    /// Number of photons; it does not move, only its probability does.
    Multiplicity,
    /// Excitation energy after this many emissions [MeV]; 0 once the ground state is reached.
    Excitation(u8),
}

impl ToyFeature {
    /// Those without an argument.
    pub const ALL: [Self; 5] =
        [Self::FirstGamma, Self::LargestGamma, Self::MeanGamma, Self::SumOfSquares, Self::Multiplicity];

    /// Name, as in configurations.
    pub fn name(self) -> String {
        match self {
            Self::FirstGamma => "first_gamma".into(),
            Self::LargestGamma => "largest_gamma".into(),
            Self::MeanGamma => "mean_gamma".into(),
            Self::SumOfSquares => "sum_of_squares".into(),
            Self::Multiplicity => "multiplicity".into(),
            Self::Excitation(n) => format!("excitation_{n}"),
        }
    }

    /// Unit, "" for a pure number.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Multiplicity => "",
            Self::SumOfSquares => "MeV^2",
            _ => "MeV",
        }
    }

    /// Its value for excitation energies `moving` in the continuum, the start first, and a discrete path.
    pub(super) fn of<D: Real>(self, moving: &[D], path: &DiscretePath) -> D {
        let entry = path.energies[0];
        let last = moving[moving.len() - 1];
        let count = (moving.len() + path.energies.len() - 1) as f64;
        let gammas = moving.windows(2).map(|pair| pair[0] - pair[1]).chain([last - entry]);
        match self {
            Self::FirstGamma => moving[0] - moving.get(1).copied().unwrap_or(D::from(entry)),
            Self::LargestGamma => gammas.fold(D::from(path.largest), D::max),
            Self::MeanGamma => moving[0] / count,
            Self::SumOfSquares => gammas.fold(D::from(path.squares), |sum, e| sum + e.sq()),
            Self::Multiplicity => D::from(count),
            Self::Excitation(n) => match moving.get(usize::from(n)) {
                Some(&energy) => energy,
                None => D::from(path.energies.get(usize::from(n) - moving.len()).copied().unwrap_or(0.0)),
            },
        }
    }
}
