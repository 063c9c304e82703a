//! Which parameters gradients are wanted for, and where they stand in a gradient.

use super::ingredients::LANES;
use gradino_core::{Dual, ParamSet, Params};
use std::ops::Range;

/// The wanted parameters of one family, which lie side by side in every gradient.
#[derive(Clone, Debug, Default)]
pub struct Family {
    first: usize,
    positions: Vec<usize>,
}

impl Family {
    /// Number of wanted parameters.
    pub fn len(&self) -> usize {
        self.positions.len()
    }
    /// Whether none is wanted.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }
    /// Their slots in a gradient.
    pub fn slots(&self) -> Range<usize> {
        self.first..self.first + self.positions.len()
    }
    /// Their positions in the parameter set.
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }
    /// The parameters seeded in passes of [`LANES`].
    pub(crate) fn chunks<'a>(
        &'a self,
        params: &'a ParamSet,
    ) -> impl Iterator<Item = Params<Dual<f64, LANES>>> + 'a {
        self.positions.chunks(LANES).map(move |chunk| {
            params.seeded(|i, p| match chunk.iter().position(|&wanted| wanted == i) {
                Some(lane) => Dual::variable(p.value, lane),
                None => Dual::constant(p.value),
            })
        })
    }
}

/// The wanted parameters of a gradient, by family.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// Length of a gradient.
    pub len: usize,
    /// Slots from here on belong to parameters that no cascade depends on: rows of derivatives end here.
    pub used: usize,
    /// Optical model.
    pub optical: Family,
    /// Level density.
    pub density: Family,
    /// Level density and gamma strength together.
    pub gamma: Family,
}

impl Slots {
    /// How the names of the optical model's parameters begin.
    pub(super) const OPTICAL: &str = "optical.";
    /// How the names of the level density's parameters begin.
    pub(super) const LEVEL_DENSITY: &str = "level_density.";
    /// How the names of the gamma strength's parameters begin.
    pub(super) const GAMMA_STRENGTH: &str = "gamma_strength.";

    /// For wanted `positions` in `params`, in ascending order; families stand side by side there.
    pub fn new(params: &ParamSet, positions: &[usize]) -> Self {
        debug_assert!(positions.is_sorted(), "positions ascend, so that families are side by side");
        let family = |prefixes: &[&str]| {
            let inside = |i: usize| prefixes.iter().any(|p| params.at(i).name.starts_with(p));
            let first = positions.iter().position(|&i| inside(i)).unwrap_or(0);
            Family { first, positions: positions.iter().copied().filter(|&i| inside(i)).collect() }
        };
        let (optical, density) = (family(&[Self::OPTICAL]), family(&[Self::LEVEL_DENSITY]));
        let gamma = family(&[Self::LEVEL_DENSITY, Self::GAMMA_STRENGTH]);
        let end = |f: &Family| if f.is_empty() { 0 } else { f.slots().end };
        let used = end(&optical).max(end(&density)).max(end(&gamma));
        Slots { len: positions.len(), used, optical, density, gamma }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Parameter;

    #[test]
    fn rows_end_after_the_last_parameter_that_a_cascade_depends_on() {
        let names = ["optical.a", "level_density.b", "gamma_strength.c", "strength.d", "strength.e"];
        let parameter = |name: &&str| Parameter::new(name, 1.0, "", "", "");
        let params = ParamSet::new(names.iter().map(parameter).collect());
        for (wanted, used) in [(vec![0, 1, 2, 3, 4], 3), (vec![0, 4], 1), (vec![2, 3], 1), (vec![3, 4], 0)] {
            let slots = Slots::new(&params, &wanted);
            assert_eq!((slots.len, slots.used), (wanted.len(), used), "{wanted:?}");
        }
    }
}
