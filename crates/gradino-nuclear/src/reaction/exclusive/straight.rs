//! A coordinate for the nucleon's energy in which resonances are as wide as they are strong, and stay in their places.

/// Part of the unit interval that is shared out by strength; the rest goes to energies far above the resonances.
const STRENGTH: f64 = 0.75; // chosen: the density in x then varies least over energies of 200 to 1000 MeV

/// The coordinate x in [0, 1] of the kinetic energy T in [0, T_max] of a nucleon:
///
/// x(T; T_max) = G(T) + (1 - G(T_max)) (T / T_max)^2, G(T) = integral of g from 0 to T,
///
/// with a strength g [1/MeV] that is a straight line between nodes and integrates to a constant below 1. Where g is a
/// mean of d sigma / d T, a resonance, which may be tens of keV wide, becomes as wide in x as its share of the events.
/// As the second term is quadratic, places at T far below T_max are the same for all T_max.
#[derive(Clone, Debug, PartialEq)]
pub struct StraightEnergy {
    nodes: Vec<f64>,
    strengths: Vec<f64>,
    sums: Vec<f64>,
}

impl StraightEnergy {
    /// For strengths in any unit at increasing `nodes` of T [MeV] from 0 on, above 0 somewhere.
    pub fn new(nodes: &[f64], strengths: &[f64]) -> Self {
        let integral = |values: &[f64]| -> Vec<f64> {
            let mut sums = vec![0.0];
            for (t, g) in nodes.windows(2).zip(values.windows(2)) {
                sums.push(sums[sums.len() - 1] + 0.5 * (g[0] + g[1]) * (t[1] - t[0]));
            }
            sums
        };
        let scale = STRENGTH / integral(strengths).last().copied().unwrap_or(1.0);
        let strengths: Vec<f64> = strengths.iter().map(|g| g * scale).collect();
        StraightEnergy { nodes: nodes.to_vec(), sums: integral(&strengths), strengths }
    }

    /// x at the energy `t` [MeV].
    pub fn place(&self, t: f64, t_max: f64) -> f64 {
        self.sum(t) + self.rest(t_max) * (t / t_max).powi(2)
    }

    /// dx / dT [1/MeV].
    pub fn slope(&self, t: f64, t_max: f64) -> f64 {
        let (cell, from) = self.cell(t);
        self.strengths[cell] + self.bend(cell) * from + 2.0 * self.rest(t_max) * t / (t_max * t_max)
    }

    /// The energy [MeV] at x: between two nodes x is a parabola.
    pub fn energy(&self, place: f64, t_max: f64) -> f64 {
        let square = self.rest(t_max) / (t_max * t_max);
        let at_node = |node: usize| self.sums[node] + square * self.nodes[node].powi(2);
        let (mut low, mut high) = (0, self.nodes.len());
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if at_node(middle) <= place { low = middle } else { high = middle }
        }
        let node = self.nodes[low];
        let missing = (place - at_node(low)).max(0.0);
        let slope = self.strengths[low] + 2.0 * square * node;
        let bend = 2.0 * (0.5 * self.bend(low) + square);
        let root = (slope * slope + 2.0 * bend * missing).max(0.0).sqrt();
        let step = if missing > 0.0 { 2.0 * missing / (slope + root) } else { 0.0 };
        (node + step).min(t_max)
    }

    /// What the strengths leave below 1.
    fn rest(&self, t_max: f64) -> f64 {
        1.0 - self.sum(t_max)
    }

    /// G(T).
    fn sum(&self, t: f64) -> f64 {
        let (cell, from) = self.cell(t);
        self.sums[cell] + from * (self.strengths[cell] + 0.5 * self.bend(cell) * from)
    }

    /// The node below `t`, and the distance from it; 0 from the last node on, above which there is no strength.
    fn cell(&self, t: f64) -> (usize, f64) {
        let node = self.nodes.partition_point(|&node| node <= t).saturating_sub(1);
        (node, t - self.nodes[node])
    }

    /// dg / dT above a node.
    fn bend(&self, node: usize) -> f64 {
        match self.nodes.get(node + 1) {
            Some(next) => (self.strengths[node + 1] - self.strengths[node]) / (next - self.nodes[node]),
            None => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth strength with a resonance of 20 keV at 1 MeV.
    fn resonance() -> StraightEnergy {
        let nodes: Vec<f64> = (0..=100).map(|i| f64::from(i) * 0.02).chain([5.0, 40.0, 200.0]).collect();
        let strength = |t: &f64| t / (1.0 + t * t) + 20.0 / (1.0 + ((t - 1.0) / 0.01).powi(2));
        StraightEnergy::new(&nodes, &nodes.iter().map(strength).collect::<Vec<_>>())
    }

    #[test]
    fn energy_is_the_inverse_of_the_place() {
        let straight = resonance();
        for highest in [3.0, 60.0, 250.0] {
            assert_eq!((straight.place(0.0, highest), straight.energy(0.0, highest)), (0.0, 0.0));
            assert!((straight.place(highest, highest) - 1.0).abs() < 1e-14);
            for i in 0..=1000 {
                let x = f64::from(i) / 1000.0;
                let t = straight.energy(x, highest);
                assert!((0.0..=highest).contains(&t));
                assert!((straight.place(t, highest) - x).abs() < 1e-12, "{x} {t} {highest}");
            }
        }
    }

    #[test]
    fn slope_is_that_of_the_place() {
        let straight = resonance();
        for t in [0.005, 0.993, 1.004, 1.5, 20.0, 190.0, 220.0] {
            let h = 1e-6;
            let step = (straight.place(t + h, 250.0) - straight.place(t - h, 250.0)) / (2.0 * h);
            let slope = straight.slope(t, 250.0);
            assert!(slope > 0.0 && (slope / step - 1.0).abs() < 1e-6, "{t}: {slope} {step}");
        }
    }

    #[test]
    fn a_narrow_resonance_is_as_wide_as_it_is_strong_and_stays_in_its_place() {
        let straight = resonance();
        let strength = |range: std::ops::Range<f64>| -> f64 {
            let cells = straight.nodes.windows(2).zip(straight.strengths.windows(2));
            let inside = cells.filter(|(t, _)| range.contains(&(0.5 * (t[0] + t[1]))));
            inside.map(|(t, g)| 0.5 * (g[0] + g[1]) * (t[1] - t[0])).sum()
        };
        let share = STRENGTH * strength(0.9..1.1) / strength(0.0..200.0);
        for highest in [60.0, 250.0] {
            let width = straight.place(1.1, highest) - straight.place(0.9, highest);
            assert!(share > 0.06 && (width / share - 1.0).abs() < 1e-2, "{width} {share}");
        }
        assert!((straight.place(1.0, 60.0) - straight.place(1.0, 250.0)).abs() < 1e-2 * share);
    }
}
