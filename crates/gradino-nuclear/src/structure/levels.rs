//! Discrete levels of a nuclide and the energy from which they give way to a continuum.

use gradino_core::{Nuclide, Parity};
use serde::{Deserialize, Serialize};

/// Largest relative intensity that readers accept, so that sums stay finite.
pub(super) const MAX_INTENSITY: f64 = 1e12;

/// A discrete nuclear level.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Excitation energy [MeV].
    pub energy: f64,
    /// Twice the spin.
    pub two_j: u16,
    /// Parity.
    pub parity: Parity,
    /// Whether one spin and parity is given by the evaluation (firmly or in parentheses), not inferred.
    pub assigned: bool,
    /// Electromagnetic decays to lower levels; empty where none is known.
    pub transitions: Vec<Transition>,
}

/// A decay of a level to a lower one by a gamma, a conversion electron or a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transition {
    /// Index of the final level, from 0.
    pub to: usize,
    /// Share of this transition in the electromagnetic decays of the level; the shares add up to 1.
    pub probability: f64,
}

/// Where the continuum of a nuclide starts: a physics choice that changes results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContinuumStart {
    /// At the level up to which the scheme is complete, Nmax of capote2009; levels above are dropped.
    #[default]
    Completeness,
    /// At the last level ever tabulated, as in gardiner2021. Hardly any level is known near it, so
    /// that the density of final states has a hole below it.
    LastLevel,
}

/// The discrete levels of a nuclide, in order of energy, and the start of its continuum.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelScheme {
    /// The nuclide.
    pub nuclide: Nuclide,
    /// Its levels, the ground state first.
    pub levels: Vec<Level>,
    /// Excitation energy above which the continuum starts [MeV].
    pub continuum_from: f64,
    /// Where the scheme comes from.
    pub source: String,
}

impl LevelScheme {
    /// Number of levels below the start of the continuum: those that the continuum does not stand for.
    /// Known levels above it serve as states to start from, and for the photons that they feed.
    pub fn complete(&self) -> usize {
        self.levels.partition_point(|l| l.energy <= self.continuum_from)
    }

    /// The level of spin and parity (two_j, parity) with measured photons that lies nearest to `energy`
    /// [MeV], within `tolerance` [MeV].
    pub fn known_level(&self, energy: f64, (two_j, parity): (u16, Parity), tolerance: f64) -> Option<usize> {
        let fits = |l: &Level| l.two_j == two_j && l.parity == parity && !l.transitions.is_empty();
        let distance = |l: &Level| (l.energy - energy).abs();
        let near = self.levels.iter().enumerate().filter(|(_, l)| fits(l) && distance(l) <= tolerance);
        near.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map(|(i, _)| i)
    }

    /// Energy of the highest level kept [MeV].
    pub fn last_level_energy(&self) -> f64 {
        self.levels.last().map_or(0.0, |l| l.energy)
    }

    /// Index of the level closest to `energy` [MeV]; of two equally close ones the lower.
    pub fn closest_level(&self, energy: f64) -> usize {
        let above = self.levels.partition_point(|l| l.energy < energy);
        let below = above.saturating_sub(1);
        match (self.levels.get(below), self.levels.get(above)) {
            (Some(b), Some(a)) if (a.energy - energy).abs() < (energy - b.energy).abs() => above,
            _ => below,
        }
    }

    /// Index of the level closest to `energy` [MeV] among those of a spin and parity, or among all where none has
    /// them.
    pub fn closest_of(&self, energy: f64, (two_j, parity): (u16, Parity)) -> usize {
        let distance = |i: &usize| (self.levels[*i].energy - energy).abs();
        let fits = |i: &usize| (self.levels[*i].two_j, self.levels[*i].parity) == (two_j, parity);
        let of_kind = (0..self.levels.len()).filter(fits);
        let closest = of_kind.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        closest.unwrap_or_else(|| self.closest_level(energy))
    }

    /// The same scheme with the levels up to `energy` [MeV] only; the continuum starts there.
    pub fn truncated_at(&self, energy: f64) -> LevelScheme {
        let kept = self.levels.partition_point(|l| l.energy <= energy);
        LevelScheme {
            nuclide: self.nuclide,
            levels: self.levels[..kept].to_vec(),
            continuum_from: energy,
            source: self.source.clone(),
        }
    }
}

/// Transitions from (final level, intensity), normalised to 1; those of intensity zero are left out,
/// those to the same level (unresolved gammas) are added.
///
/// Where a decay is seen but no intensity is known at all, the shares go as E_gamma^3, the phase
/// space of the dipole radiation that dominates between low levels.
pub(super) fn normalised(
    intensities: &[(usize, f64)],
    energy: f64,
    energy_of: impl Fn(usize) -> f64,
) -> Vec<Transition> {
    let unknown = intensities.iter().all(|&(_, w)| w == 0.0);
    let mut weights: Vec<(usize, f64)> = Vec::with_capacity(intensities.len());
    for &(to, intensity) in intensities {
        let weight = if unknown { (energy - energy_of(to)).powi(3) } else { intensity };
        match weights.iter_mut().find(|w| w.0 == to) {
            Some(same) if !unknown => same.1 += weight,
            Some(_) => {}
            None if weight > 0.0 => weights.push((to, weight)),
            None => {}
        }
    }
    let sum: f64 = weights.iter().map(|(_, w)| w).sum();
    weights.into_iter().map(|(to, w)| Transition { to, probability: w / sum }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ladder(energies: &[f64]) -> LevelScheme {
        let level = |&energy: &f64| Level {
            energy,
            two_j: 0,
            parity: Parity::Plus,
            assigned: true,
            transitions: Vec::new(),
        };
        LevelScheme {
            nuclide: Nuclide::new(19, 40),
            levels: energies.iter().map(level).collect(),
            continuum_from: energies.last().copied().unwrap_or(0.0),
            source: String::new(),
        }
    }

    #[test]
    fn truncation_drops_levels_above_and_moves_the_continuum() {
        let cut = ladder(&[0.0, 1.0, 2.0, 3.0]).truncated_at(2.0);
        assert_eq!((cut.levels.len(), cut.continuum_from, cut.last_level_energy()), (3, 2.0, 2.0));
    }

    #[test]
    fn unknown_intensities_follow_the_dipole_phase_space() {
        let shares = normalised(&[(0, 0.0), (1, 0.0)], 2.0, |to| to as f64);
        assert!((shares[0].probability - 8.0 / 9.0).abs() < 1e-15);
        let shares = normalised(&[(0, 0.0), (1, 0.3)], 2.0, |to| to as f64);
        assert_eq!(shares, vec![Transition { to: 1, probability: 1.0 }]);
    }

    #[test]
    fn gammas_to_the_same_level_are_added() {
        let shares = normalised(&[(1, 0.25), (0, 0.5), (1, 0.25)], 2.0, |to| to as f64);
        let half = |to| Transition { to, probability: 0.5 };
        assert_eq!(shares, vec![half(1), half(0)]);
    }

    proptest! {
        #[test]
        fn the_closest_level_is_the_closest(energy in -1.0..6.0f64) {
            let scheme = ladder(&[0.0, 0.03, 0.8, 0.89, 1.6, 4.4]);
            let found = (scheme.levels[scheme.closest_level(energy)].energy - energy).abs();
            for level in &scheme.levels {
                prop_assert!(found <= (level.energy - energy).abs());
            }
        }
    }
}
