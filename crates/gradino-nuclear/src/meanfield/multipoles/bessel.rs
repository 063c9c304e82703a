//! Spherical Bessel functions of the momentum transfers, tabulated once for all transitions.

use crate::meanfield::mesh::Mesh;
use gradino_core::constants::HBAR_C;

/// Every this many points of the mesh are taken in the radial integrals.
const STRIDE: usize = 2;

/// j_L(q r) on the mesh, for L = 0..=`l_max` and all momentum transfers.
#[derive(Clone, Debug)]
pub struct BesselTable {
    /// The mesh.
    pub mesh: Mesh,
    /// Momentum transfers [1/fm].
    pub momenta_fm: Vec<f64>,
    /// Largest L.
    pub l_max: u32,
    /// By [L][radius][momentum].
    values: Vec<f64>,
}

impl BesselTable {
    /// At the momentum transfers `momenta` [MeV], all positive.
    pub fn new(mesh: Mesh, momenta: &[f64], l_max: u32) -> Self {
        debug_assert!(momenta.iter().all(|&q| q > 0.0), "momentum transfers are positive");
        let momenta_fm: Vec<f64> = momenta.iter().map(|q| q / HBAR_C).collect();
        let (radii, size) = (mesh.points / STRIDE, momenta.len());
        let mut values = vec![0.0; (l_max as usize + 1) * radii * size];
        for radius in 0..radii {
            let r = mesh.radius_fm(Self::index(radius));
            for (at, q) in momenta_fm.iter().enumerate() {
                for (l, j) in spherical_bessel(q * r, l_max).into_iter().enumerate() {
                    values[(l * radii + radius) * size + at] = j;
                }
            }
        }
        BesselTable { mesh, momenta_fm, l_max, values }
    }

    /// The index on the mesh of radius number `radius` of the table.
    pub(super) fn index(radius: usize) -> usize {
        (radius + 1) * STRIDE - 1
    }

    /// Distance of two radii of the table [fm].
    pub(super) fn step_fm(&self) -> f64 {
        self.mesh.step_fm * STRIDE as f64
    }

    /// j_L at a radius of the table for all momenta.
    pub(super) fn row(&self, l: u32, radius: usize) -> &[f64] {
        let size = self.momenta_fm.len();
        let start = (l as usize * (self.mesh.points / STRIDE) + radius) * size;
        &self.values[start..start + size]
    }
}

/// j_l(x), l = 0..=`l_max`, x > 0: downward recurrence (eq. 10.51.1 of dlmf) from far above the turning point.
pub fn spherical_bessel(x: f64, l_max: u32) -> Vec<f64> {
    let top = l_max.max(x as u32) as usize + 20 + (10.0 * x.cbrt()) as usize;
    let mut values = vec![0.0; l_max as usize + 1];
    let (mut above, mut current) = (0.0, 1e-280);
    let mut scale_at = [0.0; 2];
    for l in (0..=top).rev() {
        if l <= l_max as usize {
            values[l] = current;
        }
        if l < 2 {
            scale_at[l] = current;
        }
        let below = (2 * l + 1) as f64 / x * current - above;
        (above, current) = (current, below);
        if current.abs() > 1e200 {
            above *= 1e-280;
            current *= 1e-280;
            values.iter_mut().for_each(|v| *v *= 1e-280);
        }
    }
    let (sin, cos) = x.sin_cos();
    let exact = [sin / x, if x < 0.5 { small_first(x) } else { (sin / x - cos) / x }];
    let by =
        if scale_at[0].abs() > scale_at[1].abs() { exact[0] / scale_at[0] } else { exact[1] / scale_at[1] };
    values.iter_mut().for_each(|v| *v *= by);
    values
}

/// j_1(x) for x < 1/2 by its series, eq. 10.53.1 of dlmf.
fn small_first(x: f64) -> f64 {
    let y = 0.5 * x * x;
    x / 3.0 * (1.0 - y / 5.0 * (1.0 - y / 14.0 * (1.0 - y / 27.0 * (1.0 - y / 44.0 * (1.0 - y / 65.0)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_functions_equal_closed_forms_and_obey_their_sum_rule() {
        for x in [1e-3, 0.1, 0.4, 1.0, std::f64::consts::PI, 7.7, 30.0, 120.0] {
            let j = spherical_bessel(x, 200);
            assert!((j[0] - x.sin() / x).abs() < 1e-14, "{x}");
            if x > 0.3 {
                let second = (3.0 / x.powi(3) - 1.0 / x) * x.sin() - 3.0 / (x * x) * x.cos();
                assert!((j[2] - second).abs() < 1e-12, "{x} {} {second}", j[2]);
            }
            // sum (2l+1) j_l^2 = 1, eq. 10.60.12 of dlmf.
            let sum: f64 = j.iter().enumerate().map(|(l, j)| (2 * l + 1) as f64 * j * j).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{x} {sum}");
        }
        // Far below the turning point: x^l / (2l+1)!!.
        let double_factorial: f64 = (0..=10).map(|k| f64::from(2 * k + 1)).product();
        assert!((spherical_bessel(0.01, 10)[10] / (1e-20 / double_factorial) - 1.0).abs() < 1e-5);
    }
}
