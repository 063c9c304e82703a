//! The distributions of cos(theta_N) at the nodes of a table.

use super::model::PreparedKnockout;
use rayon::prelude::*;

/// The Legendre series in cos(theta_N) of CC, CL, LL, T and T' at all nodes, for the form factors of a model.
#[derive(Clone, Debug)]
pub struct AngularSeries {
    /// By [hole][kinetic][momentum]: where its series start, and how many terms each has.
    index: Vec<Vec<(usize, usize)>>,
    /// By [hole]: five series one after the other for each node.
    values: Vec<Vec<f32>>,
    momenta: usize,
}

impl AngularSeries {
    /// Of all nodes of `model`, by Gauss's quadrature, which is exact for them; on all threads.
    pub fn new(model: &PreparedKnockout) -> Self {
        let table = &model.of.table;
        let rule = Rule::all(table.waves());
        let momenta = table.grid.momenta.len();
        let mut series = AngularSeries { index: Vec::new(), values: Vec::new(), momenta };
        for hole in 0..table.holes.len() {
            let rows: Vec<Vec<Vec<f32>>> = (0..table.grid.kinetic.len())
                .into_par_iter()
                .map(|kinetic| row(model, hole, kinetic, &rule))
                .collect();
            let (mut index, mut values) = (Vec::new(), Vec::new());
            for node in rows.iter().flatten() {
                index.push((values.len(), node.len() / 5));
                values.extend_from_slice(node);
            }
            series.index.push(index);
            series.values.push(values);
        }
        series
    }

    /// Sums the series at a node with the weights `v` of CC, CL, LL, T and T' into `out`; the number of terms.
    #[inline]
    pub fn combine(
        &self,
        hole: usize,
        (kinetic, momentum): (usize, usize),
        v: &[f64; 5],
        out: &mut [f64],
    ) -> usize {
        let (start, terms) = self.index[hole][kinetic * self.momenta + momentum];
        let five = &self.values[hole][start..start + 5 * terms];
        let out = &mut out[..terms];
        out.fill(0.0);
        for (series, weight) in five.chunks_exact(terms.max(1)).zip(v) {
            out.iter_mut().zip(series).for_each(|(sum, &c)| *sum += weight * f64::from(c));
        }
        terms
    }

    /// Size in memory [bytes].
    pub fn bytes(&self) -> usize {
        let index = self.index.iter().map(|i| i.len() * size_of::<(usize, usize)>()).sum::<usize>();
        index + self.values.iter().map(|v| v.len() * 4).sum::<usize>()
    }
}

/// The series of all nodes of a hole at one kinetic energy.
fn row(model: &PreparedKnockout, hole: usize, kinetic: usize, rules: &[Rule]) -> Vec<Vec<f32>> {
    let table = &model.of.table;
    let mut space = model.workspace();
    let mut sums: Vec<Vec<f64>> = Vec::new();
    let all = 0..table.grid.momenta.len();
    let rule = all.clone().find_map(|q| table.elements(hole, kinetic, q)).map(|e| &rules[e.waves() / 8]);
    let Some(rule) = rule else { return vec![Vec::new(); table.grid.momenta.len()] };
    let terms = rule.terms;
    sums.resize(table.grid.momenta.len(), Vec::new());
    for (x, weights) in rule.points.iter().zip(rule.weights.chunks_exact(terms)) {
        model.fill_harmonics(hole, *x, kinetic, &mut space);
        for momentum in all.clone() {
            let Some(w) = model.filled_node_tensor(hole, (kinetic, momentum), &mut space) else { continue };
            let sum = &mut sums[momentum];
            sum.resize(5 * terms, 0.0);
            for (series, value) in sum.chunks_exact_mut(terms).zip(w.diagonal()) {
                series.iter_mut().zip(weights).for_each(|(c, p)| *c += value * p);
            }
        }
    }
    sums.into_iter().map(|node| node.into_iter().map(|c| c as f32).collect()).collect()
}

/// Gauss's points, and the weights that project on Legendre polynomials.
struct Rule {
    terms: usize,
    points: Vec<f64>,
    /// By [point][l]: w_i (2l+1)/2 P_l(x_i).
    weights: Vec<f64>,
}

impl Rule {
    /// The rules for 0, 8, 16, .. `waves` partial waves.
    fn all(waves: usize) -> Vec<Rule> {
        (0..=waves / 8).map(|n| Rule::new(8 * n)).collect()
    }

    /// For products of two amplitudes of `waves` partial waves, of degree 2 l_max.
    fn new(waves: usize) -> Self {
        // The product of amplitudes up to l_max = waves / 2, times P_l up to 2 l_max, has degree 4 l_max.
        let terms = 2 * (waves / 2) + 1;
        let (mut points, mut weights) = (Vec::new(), Vec::new());
        for (x, w) in gauss_legendre(terms) {
            points.push(x);
            let (mut before, mut here) = (0.0, 1.0);
            for l in 0..terms {
                weights.push(w * (l as f64 + 0.5) * here);
                let next = ((2 * l + 1) as f64 * x * here - l as f64 * before) / (l + 1) as f64;
                (before, here) = (here, next);
            }
        }
        Rule { terms, points, weights }
    }
}

/// Points and weights of Gauss's quadrature on [-1, 1], by Newton's method on P_n (dlmf, 3.5.v).
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let at = |x: f64| {
        let (mut before, mut here) = (1.0, x);
        for l in 1..n {
            let next = ((2 * l + 1) as f64 * x * here - l as f64 * before) / (l + 1) as f64;
            (before, here) = (here, next);
        }
        (here, n as f64 * (x * here - before) / (x * x - 1.0))
    };
    let root = |i: usize| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        for _ in 0..8 {
            let (value, slope) = at(x);
            x -= value / slope;
        }
        let slope = at(x).1;
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    match n {
        1 => vec![(0.0, 2.0)],
        _ => (0..n).map(root).collect(),
    }
}
