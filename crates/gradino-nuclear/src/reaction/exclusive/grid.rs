//! The nodes of a table.

use super::table::ElementSource;
use crate::error::Result;
use crate::meanfield::form_factors::NUCLEON_MASS;

/// Share of the nodes of T that are laid out without looking at the nucleus.
const SMOOTH_SHARE: f64 = 0.75; // chosen: 225 of 300, the rest for the resonances
/// Energy [MeV] up to which these lie at about equal distances, and in equal ratios above.
const LINEAR_UP_TO: f64 = 50.0;
/// Smallest distance of nodes [MeV]: narrower resonances are not resolved.
const CLOSEST: f64 = 2e-4;
/// Width [MeV] of the quasi-elastic peak beyond its centre that the grid covers.
const BEYOND_PEAK: [f64; 2] = [150.0, 250.0]; // chosen, for T and q

/// The nodes of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Kinetic energies of the nucleon [MeV], increasing from 0, where no nucleon leaves.
    pub kinetic: Vec<f64>,
    /// Momentum transfers [MeV], increasing.
    pub momenta: Vec<f64>,
}

impl Grid {
    /// Highest T and q [MeV] for leptons up to `energy` [MeV]: backward scattering off a nucleon at rest, and some more.
    pub fn reach(energy: f64) -> [f64; 2] {
        let omega = 2.0 * energy * energy / (NUCLEON_MASS + 2.0 * energy);
        let q = 2.0 * energy - omega;
        [omega.min(energy) + BEYOND_PEAK[0], q + BEYOND_PEAK[1]]
    }

    /// `count` momentum transfers at equal distances up to `highest` [MeV].
    pub fn uniform_momenta(count: usize, highest: f64) -> Vec<f64> {
        (1..=count).map(|i| highest * i as f64 / count as f64).collect()
    }

    /// `count` kinetic energies up to `highest` [MeV] for a source: dense at low energies, and further where the
    /// probability inside the nucleus bends most, which is at its resonances.
    ///
    /// # Errors
    /// Those of the source.
    pub fn adapted_kinetic(source: &dyn ElementSource, count: usize, highest: f64) -> Result<Vec<f64>> {
        let smooth = ((count as f64 * SMOOTH_SHARE) as usize).max(2);
        let at = |i: usize| {
            let place = i as f64 / (smooth - 1) as f64;
            LINEAR_UP_TO * ((1.0 + highest / LINEAR_UP_TO).powf(place) - 1.0)
        };
        let mut nodes: Vec<[f64; 2]> = Vec::with_capacity(count);
        for t in (0..smooth).map(at) {
            nodes.push([t, if t > 0.0 { source.interior(t)? } else { 0.0 }]);
        }
        while nodes.len() < count {
            let Some(worst) = worst_interval(&nodes) else { break };
            let t = 0.5 * (nodes[worst][0] + nodes[worst + 1][0]);
            nodes.insert(worst + 1, [t, source.interior(t)?]);
        }
        Ok(nodes.into_iter().map(|[t, _]| t).collect())
    }
}

/// The interval in which linear interpolation errs most: its length cubed times the second differences at its ends.
fn worst_interval(nodes: &[[f64; 2]]) -> Option<usize> {
    let slope = |i: usize| (nodes[i + 1][1] - nodes[i][1]) / (nodes[i + 1][0] - nodes[i][0]);
    let last = nodes.len() - 2;
    let error = |i: usize| {
        let width = nodes[i + 1][0] - nodes[i][0];
        let before = if i > 0 { (slope(i) - slope(i - 1)).abs() } else { 0.0 };
        let after = if i < last { (slope(i + 1) - slope(i)).abs() } else { 0.0 };
        if width < 2.0 * CLOSEST { 0.0 } else { width * width * (before + after) }
    };
    (0..=last).max_by(|&a, &b| error(a).total_cmp(&error(b))).filter(|&i| error(i) > 0.0)
}
