//! How conditions are drawn.

use super::Normalisation;
use crate::error::{Error, Result};
use gradino_core::text::closest;
use gradino_core::{Domain, Purpose, Space, Stream};

/// How one condition is drawn.
#[derive(Clone, Debug, PartialEq)]
enum Along {
    Fixed(f64),
    /// Uniform in [low, high].
    Uniform(f64, f64),
    /// One of so many kinds, each as often.
    Kinds(usize),
    /// A piecewise linear shape: its nodes, its values there, and its integral up to each node.
    Table {
        nodes: Vec<f64>,
        values: Vec<f64>,
        sums: Vec<f64>,
    },
}

impl Along {
    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Along::Fixed(value) => *value,
            Along::Uniform(low, high) => low + (high - low) * stream.uniform(),
            Along::Kinds(count) => (*count as f64 * stream.uniform()).floor(),
            Along::Table { nodes, values, sums } => {
                let area = stream.uniform() * sums[sums.len() - 1];
                let i = sums.partition_point(|s| *s <= area).clamp(1, nodes.len() - 1) - 1;
                let (width, [a, b]) = (nodes[i + 1] - nodes[i], [values[i], values[i + 1]]);
                // a t + (b - a) t^2 / 2 = share, solved for the place t in the piece without cancellation.
                let share = (area - sums[i]) / width;
                let root = (a * a + 2.0 * (b - a) * share).max(0.0).sqrt();
                let t = if a + root > 0.0 { 2.0 * share / (a + root) } else { 0.0 };
                nodes[i] + width * t.clamp(0.0, 1.0)
            }
        }
    }
}

/// The distribution of conditions: each by itself, or all weighted with the integral of the density.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    names: Vec<String>,
    along: Vec<Along>,
    rate: Option<Normalisation>,
}

impl Law {
    /// Ranges uniform, kinds with equal shares.
    pub fn uniform(space: &Space) -> Self {
        let along = |domain: &Domain| match domain {
            Domain::Range { low, high } => Along::Uniform(*low, *high),
            Domain::Category { labels } => Along::Kinds(labels.len()),
        };
        Law {
            names: space.conditions.iter().map(|c| c.name.clone()).collect(),
            along: space.conditions.iter().map(|c| along(&c.domain)).collect(),
            rate: None,
        }
    }

    /// All conditions fixed.
    pub fn at(space: &Space, conditions: &[f64]) -> Result<Self> {
        for (condition, value) in space.conditions.iter().zip(conditions) {
            condition.check(*value)?;
        }
        let along = conditions.iter().map(|value| Along::Fixed(*value)).collect();
        Ok(Law { along, ..Law::uniform(space) })
    }

    /// The same with the condition `name` drawn from a shape, linear between `nodes`, as a flux of neutrinos. What
    /// lies outside the range of the condition is left out.
    pub fn with_shape(mut self, name: &str, nodes: &[f64], values: &[f64]) -> Result<Self> {
        let bad = |problem: String| Error::BadLaw { name: name.into(), problem };
        let Some(position) = self.names.iter().position(|n| n == name) else {
            let near = closest(name, self.names.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |s| format!(", but {s}"));
            return Err(bad(format!("the density has no such condition{near}")));
        };
        let Along::Uniform(low, high) = self.along[position] else {
            return Err(bad("it is not drawn from a range".into()));
        };
        let rises = nodes.windows(2).all(|pair| pair[0] < pair[1]);
        let is_shape = values.iter().all(|v| v.is_finite() && *v >= 0.0);
        if !(rises && is_shape && nodes.len() == values.len() && nodes.len() >= 2) {
            return Err(bad("a shape needs two or more rising nodes with values from 0 up".into()));
        }
        self.along[position] =
            cut(nodes, values, [low, high]).ok_or_else(|| bad("it is zero inside the range".into()))?;
        Ok(self)
    }

    /// The same weighted with the integral of the density under each condition: what a beam makes happen. Shares of
    /// kinds are then shares of the rate.
    pub fn by_rate(self, normalisation: Normalisation) -> Self {
        Law { rate: Some(normalisation), ..self }
    }

    /// Writes the conditions of the points from number `first` on. Each depends on the seed and its number alone.
    pub fn fill(&self, seed: u64, first: u64, conditions: &mut [f64]) {
        if self.along.is_empty() {
            return;
        }
        for (i, row) in conditions.chunks_exact_mut(self.along.len()).enumerate() {
            let mut stream = Stream::new(seed, first + i as u64, Purpose::Condition);
            loop {
                row.iter_mut().zip(&self.along).for_each(|(c, along)| *c = along.draw(&mut stream));
                let Some(rate) = &self.rate else { break };
                if rate.at(row) >= stream.uniform() * rate.largest() {
                    break;
                }
            }
        }
    }
}

/// The part of a shape inside a range; `None` where it is zero there.
fn cut(nodes: &[f64], values: &[f64], [low, high]: [f64; 2]) -> Option<Along> {
    let at = |x: f64| {
        let i = nodes.partition_point(|node| *node <= x).clamp(1, nodes.len() - 1);
        let t = (x - nodes[i - 1]) / (nodes[i] - nodes[i - 1]);
        values[i - 1] + t * (values[i] - values[i - 1])
    };
    let (low, high) = (low.max(nodes[0]), high.min(nodes[nodes.len() - 1]));
    if low >= high {
        return None;
    }
    let inside = nodes.iter().copied().filter(|x| *x > low && *x < high);
    let nodes: Vec<f64> = std::iter::once(low).chain(inside).chain([high]).collect();
    let values: Vec<f64> = nodes.iter().map(|x| at(*x).max(0.0)).collect();
    let mut sums = vec![0.0];
    for (x, y) in nodes.windows(2).zip(values.windows(2)) {
        sums.push(sums[sums.len() - 1] + 0.5 * (x[1] - x[0]) * (y[0] + y[1]));
    }
    (sums[sums.len() - 1] > 0.0).then_some(Along::Table { nodes, values, sums })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Axis, Condition};

    fn space() -> Space {
        let conditions = vec![Condition::range("E", "MeV", 1.0, 4.0), Condition::category("k", &["a", "b"])];
        Space { axes: vec![Axis::interval("x", "", 0.0, 1.0)], conditions }
    }

    fn drawn(law: &Law, count: usize) -> Vec<f64> {
        let mut conditions = vec![0.0; 2 * count];
        law.fill(3, 0, &mut conditions);
        conditions
    }

    #[test]
    fn a_shape_is_drawn_with_its_moments() {
        // 0 at 0, 1 at 2, 1 at 3, 0 at 5, cut to [1, 4]: symmetric about 5/2, with the area 5/2.
        let law =
            Law::uniform(&space()).with_shape("E", &[0.0, 2.0, 3.0, 5.0], &[0.0, 1.0, 1.0, 0.0]).unwrap();
        let n = 200_000;
        let drawn = drawn(&law, n);
        let energies = || drawn.chunks_exact(2).map(|row| row[0]);
        assert!(energies().all(|e| (1.0..=4.0).contains(&e)));
        let piece = |a: f64, b: f64, c: f64, d: f64| {
            // Integral of x^2 (c + d x) from a to b.
            c * (b.powi(3) - a.powi(3)) / 3.0 + d * (b.powi(4) - a.powi(4)) / 4.0
        };
        let square = piece(1.0, 2.0, 0.0, 0.5) + piece(2.0, 3.0, 1.0, 0.0) + piece(3.0, 4.0, 2.5, -0.5);
        let (exact, exact2) = (2.5, square / 2.5);
        let area = 0.75 + 1.0 + 0.75;
        assert!((area - 2.5f64).abs() < 1e-15);
        let (mean, mean2) =
            (energies().sum::<f64>() / n as f64, energies().map(|e| e * e).sum::<f64>() / n as f64);
        let sigma = ((exact2 - exact * exact) / n as f64).sqrt();
        assert!((mean - exact).abs() < 4.0 * sigma, "{mean} {exact} {sigma}");
        assert!((mean2 - exact2).abs() < 4.0 * 2.0 * exact * sigma, "{mean2} {exact2}");
        let kinds = drawn.chunks_exact(2).filter(|row| row[1] == 1.0).count();
        assert!((kinds as f64 - 0.5 * n as f64).abs() < 4.0 * (0.25 * n as f64).sqrt());
    }

    #[test]
    fn points_keep_their_conditions_in_slices() {
        let law = Law::uniform(&space());
        let mut slice = vec![0.0; 2 * 5];
        law.fill(3, 10, &mut slice);
        assert_eq!(slice, drawn(&law, 15)[20..]);
    }

    #[test]
    fn bad_laws_are_refused_by_name() {
        let refused = |name: &str, nodes: &[f64], values: &[f64]| {
            Law::uniform(&space()).with_shape(name, nodes, values).unwrap_err().to_string()
        };
        assert!(refused("e", &[0.0, 9.0], &[1.0, 1.0]).contains("no such condition, but E"));
        assert!(refused("k", &[0.0, 9.0], &[1.0, 1.0]).contains("not drawn from a range"));
        assert!(refused("E", &[0.0, 9.0], &[1.0, -1.0]).contains("from 0 up"));
        assert!(refused("E", &[5.0, 9.0], &[1.0, 1.0]).contains("zero inside"));
        assert!(Law::at(&space(), &[0.5, 0.0]).is_err() && Law::at(&space(), &[1.5, 1.0]).is_ok());
    }
}
