//! Coherent elastic neutrino-nucleus scattering (freedman1974), with a nuclear form factor.
//!
//! All integrals are tabulated once over the momentum transfer q: the cross section at any energy
//! and the inverse CDF of the recoil need only A(q) = int F^2 q dq and B(q) = int F^2 q^3 dq, because
//! dsigma/dT goes with F^2(q) (1 - T / T_max) and T = q^2 / (2 M). They are cubic in q^2 in each cell.

use super::electron_elastic::{self, WEAK_ANGLE};
use super::kinematics::maximum_recoil;
use crate::error::{Error, Result};
use gradino_core::constants::{CM2_PER_INVERSE_MEV2, GF, HBAR_C};
use gradino_core::real::implicit_root;
use gradino_core::{CrossSection, Nuclide, Parameter, Params, Real};
use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// Name of the parameter of the rms radius of the weak charge [fm].
pub const RADIUS: &str = "cevns.radius";

const SKIN_FM: f64 = 0.9; // lewin1996: surface thickness s of the Helm form factor
const YUKAWA_FM: f64 = 0.7; // klein1999: range a of the Yukawa potential
const HARD_RADIUS_FM: f64 = 1.2; // klein1999 with R_A = 1.2 A^(1/3) fm
const ARGON_RMS_FM: f64 = 3.4274; // angeli2013: charge radius of 40Ar, taken for the neutrons as well

/// Model of the weak form factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FormFactor {
    /// 3 j1(q R0) / (q R0) exp(-(q s)^2 / 2), R0^2 = 5 (R^2 - 3 s^2) / 3 with the rms radius R (helm1956).
    #[default]
    Helm,
    /// 3 j1(q RA) / (q RA) / (1 + (a q)^2), RA^2 = 5 (R^2 - 6 a^2) / 3 with the rms radius R (klein1999).
    KleinNystrand,
}

impl FormFactor {
    /// The name in configurations, which is also the citation key.
    pub fn name(self) -> &'static str {
        match self {
            FormFactor::Helm => "helm1956",
            FormFactor::KleinNystrand => "klein1999",
        }
    }

    /// The form factor at momentum transfer `q` [MeV] for the rms radius `rms_fm`; 1 at q = 0.
    pub fn at<D: Real>(self, q: f64, rms_fm: D) -> D {
        let q_fm = q / HBAR_C;
        match self {
            FormFactor::Helm => {
                let radius = ((rms_fm.sq() - 3.0 * SKIN_FM * SKIN_FM) * (5.0 / 3.0)).sqrt();
                uniform_sphere(radius * q_fm) * (-0.5 * (q_fm * SKIN_FM).powi(2)).exp()
            }
            FormFactor::KleinNystrand => {
                let radius = ((rms_fm.sq() - 6.0 * YUKAWA_FM * YUKAWA_FM) * (5.0 / 3.0)).sqrt();
                uniform_sphere(radius * q_fm) / (1.0 + (q_fm * YUKAWA_FM).powi(2))
            }
        }
    }

    /// Published rms radius [fm]: the charge radius (angeli2013, 40Ar) for Helm, the one of
    /// R_A = 1.2 A^(1/3) fm for Klein and Nystrand and for other nuclides.
    fn default_radius(self, target: Nuclide) -> (f64, &'static str) {
        if self == FormFactor::Helm && target == Nuclide::new(18, 40) {
            return (ARGON_RMS_FM, "angeli2013");
        }
        let hard = HARD_RADIUS_FM * f64::from(target.a).cbrt();
        ((0.6 * hard * hard + 6.0 * YUKAWA_FM * YUKAWA_FM).sqrt(), "klein1999")
    }
}

impl fmt::Display for FormFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FormFactor {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let all = [FormFactor::Helm, FormFactor::KleinNystrand];
        all.into_iter().find(|f| f.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "form factor",
            name: text.to_string(),
            known: all.map(FormFactor::name).to_vec(),
        })
    }
}

/// 3 j1(x) / x = 3 (sin x - x cos x) / x^3, by its series near zero.
fn uniform_sphere<D: Real>(x: D) -> D {
    const SERIES_BELOW: f64 = 0.2;
    if x.re().abs() < SERIES_BELOW {
        let y = x.sq();
        // 1 - y/10 + y^2/280 - y^3/15120 + y^4/1330560.
        return D::one() + y * (y * (y * (y / 1_330_560.0 - 1.0 / 15_120.0) + 1.0 / 280.0) - 0.1);
    }
    (x.sin() - x * x.cos()) * 3.0 / x.powi(3)
}

/// CEvNS on a nuclide; blind to the flavour of the neutrino.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cevns {
    /// Target nuclide.
    pub target: Nuclide,
    /// Form factor.
    pub form_factor: FormFactor,
}

impl Cevns {
    /// Parameters: `weak.sin2_theta_w` and `cevns.radius`, whose standard deviation of 0.1 fm is an
    /// assumption (the neutron radius of 40Ar is not well measured).
    pub fn parameters(&self) -> Vec<Parameter> {
        let (radius, source) = self.form_factor.default_radius(self.target);
        let meaning = "rms radius of the weak charge of the target";
        let mut list = electron_elastic::parameters();
        list.push(Parameter::new(RADIUS, radius, "fm", source, meaning).bounded(1.8, 8.0).with_sigma(0.1));
        list
    }

    /// Tabulates the integrals for the parameters `theta` and the target's mass [MeV].
    pub fn prepare<D: Real>(&self, theta: &Params<D>, target_mass: f64) -> PreparedCevns<D> {
        let (z, n) = (f64::from(self.target.z), f64::from(self.target.n()));
        // Q_w = N - (1 - 4 sin^2) Z (freedman1974).
        let charge = theta[WEAK_ANGLE] * (4.0 * z) + (n - z);
        let scale = charge.sq() * (GF * GF / (4.0 * PI) * CM2_PER_INVERSE_MEV2);
        let radius = theta[RADIUS];
        let square = |q: f64| self.form_factor.at(q, radius).sq();
        PreparedCevns { mass: target_mass, scale, nodes: tabulate(square) }
    }
}

/// Largest tabulated momentum transfer [MeV]; F^2 is below 1e-6 beyond.
const Q_MAX: f64 = 1000.0;
/// Number of cells of the table, of equal width in q.
const CELLS: usize = 512;

/// q^2 at the left end of a cell [MeV^2].
fn edge(cell: usize) -> f64 {
    (Q_MAX / CELLS as f64 * cell as f64).powi(2)
}

/// Values at one momentum transfer of the table.
#[derive(Clone, Copy, Debug)]
struct Node<D> {
    square: D,
    a: D,
    b: D,
}

/// Integrates F^2 and F^2 q^2 over q^2 / 2, cell by cell, with the 4-point rule of Gauss.
fn tabulate<D: Real>(square: impl Fn(f64) -> D) -> Vec<Node<D>> {
    const POINTS: [(f64, f64); 4] = [
        (-0.861_136_311_594_052_6, 0.347_854_845_137_453_86),
        (-0.339_981_043_584_856_26, 0.652_145_154_862_546_1),
        (0.339_981_043_584_856_26, 0.652_145_154_862_546_1),
        (0.861_136_311_594_052_6, 0.347_854_845_137_453_86),
    ];
    let mut nodes = vec![Node { square: square(0.0), a: D::zero(), b: D::zero() }];
    for cell in 0..CELLS {
        let (left, right) = (edge(cell), edge(cell + 1));
        let mut node = nodes[cell];
        for (x, weight) in POINTS {
            let q_sq = left + 0.5 * (x + 1.0) * (right - left);
            let term = square(q_sq.sqrt()) * (0.25 * (right - left) * weight);
            node.a += term;
            node.b += term * q_sq;
        }
        node.square = square(right.sqrt());
        nodes.push(node);
    }
    nodes
}

/// CEvNS, ready for use; made for neutrino energies up to 500 MeV.
#[derive(Clone, Debug)]
pub struct PreparedCevns<D> {
    mass: f64,
    scale: D,
    nodes: Vec<Node<D>>,
}

impl<D: Real> PreparedCevns<D> {
    /// Mass of the target [MeV].
    pub fn mass(&self) -> f64 {
        self.mass
    }

    /// Cross section per recoil energy [cm^2/MeV]: (G_F^2 M / (4 pi)) Q_w^2 F^2 (1 - T / T_max), which is
    /// 1 - T / E - M T / (2 E^2) for a nucleus without spin (freedman1974).
    pub fn differential(&self, energy: D, recoil: D) -> D {
        let top = maximum_recoil(energy, D::from(self.mass));
        if recoil.re() < 0.0 || recoil.re() > top.re() {
            return D::zero();
        }
        self.scale * self.square(recoil * (2.0 * self.mass)) * (D::one() - recoil / top) * self.mass
    }

    /// Total cross section [cm^2].
    pub fn total_at(&self, energy: D) -> D {
        if energy.re() <= 0.0 {
            return D::zero();
        }
        let top = self.largest_q_sq(energy);
        self.scale * self.cumulative(top, top)
    }

    /// Recoil energy [MeV] of the nucleus at the uniform number `u`, by the inverse CDF. In a dual
    /// number it moves by implicit differentiation.
    pub fn sample_recoil(&self, energy: D, u: f64) -> D {
        let top = self.largest_q_sq(energy);
        let wanted = self.cumulative(top, top) * u;
        let root = self.invert(wanted.re(), top.re());
        let residual = self.cumulative(D::from(root), top) - wanted;
        implicit_root(root, residual, self.slope(root, top.re())) / (2.0 * self.mass)
    }

    /// Square of the largest momentum transfer [MeV^2].
    fn largest_q_sq(&self, energy: D) -> D {
        maximum_recoil(energy, D::from(self.mass)) * (2.0 * self.mass)
    }

    /// A - B / q_max^2, with q^2 and q_max^2 [MeV^2] as arguments.
    fn cumulative(&self, q_sq: D, top: D) -> D {
        let (cell, width, t) = place(q_sq);
        let (l, r) = (&self.nodes[cell], &self.nodes[cell + 1]);
        let (dl, dr) = (l.square * (0.5 * width), r.square * (0.5 * width));
        let a = hermite(t, [l.a, dl, r.a, dr]);
        let b = hermite(t, [l.b, dl * edge(cell), r.b, dr * edge(cell + 1)]);
        a - b / top
    }

    /// F^2 (1 - q^2 / q_max^2) / 2, the derivative of the cumulative function.
    fn slope(&self, q_sq: f64, top: f64) -> f64 {
        0.5 * self.square(D::from(q_sq)).re() * (1.0 - q_sq / top)
    }

    /// F^2 at q^2 [MeV^2]: the quadratic with the right ends and the right mean over the cell.
    fn square(&self, q_sq: D) -> D {
        let (cell, width, t) = place(q_sq);
        let (l, r) = (&self.nodes[cell], &self.nodes[cell + 1]);
        let mean = (r.a - l.a) * (2.0 / width);
        let bow = (mean - (l.square + r.square) * 0.5) * 6.0;
        l.square + (r.square - l.square) * t + bow * t * (D::one() - t)
    }

    /// q^2 [MeV^2] at which the cumulative function has the value `wanted`.
    fn invert(&self, wanted: f64, top: f64) -> f64 {
        let value = |cell: usize| self.nodes[cell].a.re() - self.nodes[cell].b.re() / top;
        let end = top.min(edge(CELLS));
        let mut cells = 0..place(end).0;
        while cells.start < cells.end {
            let middle = (cells.start + cells.end).div_ceil(2);
            if value(middle) <= wanted { cells.start = middle } else { cells.end = middle - 1 }
        }
        let (mut low, mut high) = (edge(cells.start), edge(cells.start + 1).min(end));
        let (below, above) = (value(cells.start), self.cumulative(D::from(high), D::from(top)).re());
        let mut q_sq = low + (high - low) * ((wanted - below) / (above - below)).clamp(0.0, 1.0);
        for _ in 0..60 {
            let off = self.cumulative(D::from(q_sq), D::from(top)).re() - wanted;
            if off > 0.0 {
                high = q_sq
            } else {
                low = q_sq
            }
            let newton = q_sq - off / self.slope(q_sq, top);
            let next = if newton >= low && newton <= high { newton } else { 0.5 * (low + high) };
            let step = (next - q_sq).abs();
            q_sq = next;
            if step <= 1e-13 * top {
                break;
            }
        }
        q_sq
    }
}

/// Cell of the table, its width in q^2, and the position in it from 0 to 1; the end of the table beyond it.
fn place<D: Real>(q_sq: D) -> (usize, f64, D) {
    let cell = ((q_sq.re().sqrt() * (CELLS as f64 / Q_MAX)) as usize).min(CELLS - 1);
    let (left, right) = (edge(cell), edge(cell + 1));
    let width = right - left;
    let t = if q_sq.re() < right { (q_sq - left) / width } else { D::one() };
    (cell, width, t)
}

/// Cubic with the given [value, slope, value, slope] at the ends of a cell of width 1.
fn hermite<D: Real>(t: D, [fl, sl, fr, sr]: [D; 4]) -> D {
    let rise = fr - fl;
    let s = D::one() - t;
    fl + rise * t + t * s * ((sl - rise) * s + (rise - sr) * t)
}

impl CrossSection for PreparedCevns<f64> {
    fn total<D: Real>(&self, energy: D) -> D {
        let lift = |n: &Node<f64>| Node { square: n.square.into(), a: n.a.into(), b: n.b.into() };
        let lifted = PreparedCevns {
            mass: self.mass,
            scale: D::from(self.scale),
            nodes: self.nodes.iter().map(lift).collect(),
        };
        lifted.total_at(energy)
    }
    fn threshold(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
#[path = "cevns_tests.rs"]
mod tests;
