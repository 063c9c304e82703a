//! Folding of flux and cross section, and the inverse CDF of the energy.

use crate::flux::PreparedFlux;
use crate::flux::spectra::Gauss;
use gradino_core::Real;

/// Number of cells before those at the kinks of the flux; they are finer near the threshold.
const CELLS: usize = 256;
/// Number of equal parts of (0, 1) in the guide to the cells.
const GUIDE: usize = 256;

/// Cells in s, with E = low + (high - low) s^2, which removes the square root at the threshold.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    low: f64,
    width: f64,
    s: Vec<f64>,
}

impl Grid {
    pub(super) fn new(low: f64, high: f64, kinks: &[f64]) -> Self {
        let width = high - low;
        let mut s: Vec<f64> = (0..=CELLS).map(|i| i as f64 / CELLS as f64).collect();
        s.extend(kinks.iter().filter(|e| **e > low && **e < high).map(|e| ((e - low) / width).sqrt()));
        s.sort_by(f64::total_cmp);
        s.dedup_by(|b, a| *b - *a < 1e-9);
        s[0] = 0.0;
        Grid { low, width, s }
    }

    fn energy(&self, s: f64) -> f64 {
        self.low + self.width * s * s
    }

    fn cells(&self) -> usize {
        self.s.len() - 1
    }
}

/// Integrals of the flux times a cross section over the cells of a grid.
#[derive(Clone, Debug)]
pub(super) struct Folded<D> {
    /// Integral over each cell.
    cells: Vec<D>,
    /// Integrand at the left and right end of each cell, from within.
    ends: Vec<[D; 2]>,
    /// Integral over all.
    pub(super) total: D,
    /// Estimate of its numerical error: the difference of the 7- and 3-point rules, added up.
    pub(super) error: f64,
}

/// Folds the flux with `sigma` over the grid.
pub(super) fn fold<D: Real>(flux: &PreparedFlux<D>, grid: &Grid, sigma: impl Fn(D) -> D) -> Folded<D> {
    let density = |energy: f64| flux.pdf(D::from(energy)) * sigma(D::from(energy));
    let mut folded = Folded { cells: Vec::new(), ends: Vec::new(), total: D::zero(), error: 0.0 };
    for w in grid.s.windows(2) {
        let half = 0.5 * (w[1] - w[0]);
        let (mut fine, mut coarse) = (D::zero(), 0.0);
        for (x, weight, coarse_weight) in Gauss::POINTS {
            let s = w[0] + half * (x + 1.0);
            let term = density(grid.energy(s)) * (2.0 * grid.width * s * half);
            fine += term * weight;
            coarse += term.re() * coarse_weight;
        }
        const INSIDE: f64 = 1e-7; // so that a step of the flux at the edge falls on the right side
        let ends = [w[0] + INSIDE * half, w[1] - INSIDE * half];
        folded.ends.push(ends.map(|s| density(grid.energy(s))));
        folded.cells.push(fine);
        folded.total += fine;
        folded.error += (fine.re() - coarse).abs();
    }
    folded
}

/// Inverse CDF of the energy in one channel: in each cell the density is linear and has the exact
/// integral, so that the inverse is a root of a quadratic.
#[derive(Clone, Debug)]
pub(super) struct EnergyTable {
    edges: Vec<f64>,
    cdf: Vec<f64>,
    ends: Vec<[f64; 2]>,
    guide: Vec<u32>,
    /// Lowest energy that is drawn, so that rounding never meets the threshold.
    lowest: f64,
    /// For each cell and parameter: d CDF at either end, d density times width at either end.
    motion: Vec<[f64; 4]>,
    /// For each cell and parameter: d ln of its integral, d density at either end.
    slopes: Vec<[f64; 3]>,
    parameters: usize,
}

impl EnergyTable {
    pub(super) fn new(grid: &Grid, folded: &Folded<f64>) -> Self {
        let mut cdf = vec![0.0];
        let mut sum = 0.0;
        for cell in &folded.cells {
            sum += cell / folded.total;
            cdf.push(sum);
        }
        cdf.iter_mut().for_each(|c| *c /= sum);
        let mut guide = Vec::with_capacity(GUIDE);
        let mut cell = 0;
        for i in 0..GUIDE {
            while cdf[cell + 1] <= i as f64 / GUIDE as f64 && cell + 1 < grid.cells() {
                cell += 1;
            }
            guide.push(cell as u32);
        }
        let edges: Vec<f64> = grid.s.iter().map(|s| grid.energy(*s)).collect();
        let flat = |ends: &[f64; 2]| if ends[0] + ends[1] > 0.0 { *ends } else { [1.0; 2] };
        EnergyTable {
            lowest: edges[0] + 1e-9 * (edges[1] - edges[0]),
            edges,
            cdf,
            ends: folded.ends.iter().map(flat).collect(),
            guide,
            motion: Vec::new(),
            slopes: Vec::new(),
            parameters: 0,
        }
    }

    /// Adds the motion with the parameters of all chunks, `count` of them in order of the slots.
    pub(super) fn add_motion<const N: usize>(
        &mut self,
        chunks: &[Folded<gradino_core::Dual<f64, N>>],
        count: usize,
    ) {
        self.parameters = count;
        self.motion = vec![[0.0; 4]; count * self.ends.len()];
        self.slopes = vec![[0.0; 3]; count * self.ends.len()];
        for (k, folded) in (0..count).map(|k| (k, &chunks[k / N])) {
            let slot = k % N;
            let total = folded.total.re;
            let drift = folded.total.eps[slot] / total;
            let mut below = 0.0;
            for (cell, ends) in folded.ends.iter().enumerate() {
                let width = self.edges[cell + 1] - self.edges[cell];
                let left = below / total - self.cdf[cell] * drift;
                below += folded.cells[cell].eps[slot];
                let right = below / total - self.cdf[cell + 1] * drift;
                let [a, b] = ends.map(|e| (e.eps[slot] - e.re * drift) / total * width);
                self.motion[cell * count + k] = [left, right, a, b];
                let integral = folded.cells[cell];
                if integral.re > 0.0 {
                    let rise = integral.eps[slot] / integral.re - drift;
                    self.slopes[cell * count + k] = [rise, ends[0].eps[slot], ends[1].eps[slot]];
                }
            }
        }
    }

    /// Energy [MeV] at the uniform number `u`.
    #[inline]
    pub(super) fn sample(&self, u: f64) -> f64 {
        let mut cell = self.guide[(u * GUIDE as f64) as usize] as usize;
        while self.cdf[cell + 1] < u {
            cell += 1;
        }
        let v = (u - self.cdf[cell]) / (self.cdf[cell + 1] - self.cdf[cell]);
        let [l, r] = self.ends[cell];
        let t = v * (l + r) / (l + (l * l + v * (r * r - l * l)).sqrt());
        (self.edges[cell] + t * (self.edges[cell + 1] - self.edges[cell])).max(self.lowest)
    }

    /// Derivative of the energy at fixed uniform number with respect to each parameter: -(dF / dtheta) / f.
    pub(super) fn motion(&self, energy: f64, mut put: impl FnMut(usize, f64)) {
        let (cell, t) = self.place(energy);
        let width = self.edges[cell + 1] - self.edges[cell];
        let s = 1.0 - t;
        let density = self.density(cell, t);
        for k in 0..self.parameters {
            let [left, right, a, b] = self.motion[cell * self.parameters + k];
            let rise = right - left;
            let moved = left + rise * t + t * s * ((a - rise) * s + (rise - b) * t);
            put(k, if density > 0.0 { -moved / density * width } else { 0.0 });
        }
    }

    /// The cell of an energy, and the fraction of the cell below it.
    pub(super) fn place(&self, energy: f64) -> (usize, f64) {
        let found = self.edges.partition_point(|e| *e <= energy);
        let cell = found.clamp(1, self.edges.len() - 1) - 1;
        (cell, (energy - self.edges[cell]) / (self.edges[cell + 1] - self.edges[cell]))
    }

    /// The energy at a place [MeV].
    pub(super) fn energy(&self, cell: usize, t: f64) -> f64 {
        self.edges[cell] + t * (self.edges[cell + 1] - self.edges[cell])
    }

    /// Probability density of the energy times the width of the cell.
    pub(super) fn density(&self, cell: usize, t: f64) -> f64 {
        let [l, r] = self.ends[cell];
        (self.cdf[cell + 1] - self.cdf[cell]) * 2.0 * (l * (1.0 - t) + r * t) / (l + r)
    }

    /// The exact derivative of ln density at a place with respect to each parameter.
    pub(super) fn log_slopes(&self, cell: usize, t: f64, mut put: impl FnMut(usize, f64)) {
        let [l, r] = self.ends[cell];
        let (here, mean) = (l * (1.0 - t) + r * t, l + r);
        for (k, &[rise, dl, dr]) in
            self.slopes[cell * self.parameters..][..self.parameters].iter().enumerate()
        {
            put(k, rise + (dl * (1.0 - t) + dr * t) / here - (dl + dr) / mean);
        }
    }

    /// The CDF at `energy` as it is sampled, for tests.
    #[cfg(test)]
    pub(super) fn cdf_at(&self, energy: f64) -> f64 {
        let (cell, t) = self.place(energy);
        let [l, r] = self.ends[cell];
        let part = (2.0 * l * t + (r - l) * t * t) / (l + r);
        self.cdf[cell] + part * (self.cdf[cell + 1] - self.cdf[cell])
    }
}
