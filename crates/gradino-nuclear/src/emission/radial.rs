//! The radial equation of the optical model and its transmission coefficients.
//!
//! The wave is integrated with Numerov's method (numerov1927). The absorbed flux is summed term by term
//! from the imaginary part of the potential, and T is that flux over the incoming one, so T keeps
//! its relative precision when it is small, where 1 - |S|^2 does not.

use crate::emission::coulomb::{CoulombWave, coulomb_waves};
use crate::emission::fragment::Fragment;
use crate::emission::optical::{Geometry, OpticalPotential, PotentialAtEnergy, parameters};
use gradino_core::constants::{ALPHA, HBAR_C, PION_MASS};
use gradino_core::{Complex, Nuclide, ParamSet, Real};

/// Default step of the radial mesh [fm], as gardiner2021.
pub const STEP_FM: f64 = 0.1;
/// Squared reduced Compton wave length of the pion [fm^2] in the spin-orbit term, eq. (1) of koning2003.
const PION_WAVELENGTH_SQ: f64 = (HBAR_C / PION_MASS) * (HBAR_C / PION_MASS);
/// The nuclear potential is dropped where it is below this [MeV].
///
/// gardiner2021 matches where it falls below 1e-3 MeV and at 1.2 times that radius, with the tail left on in
/// between. Lowering our limit ten times more changes T of nucleons on A = 39 by less than 1e-3 for
/// l <= 3, 3e-3 for l = 4, and 1.2e-2 for l = 5 far below its barrier.
const NEGLIGIBLE_POTENTIAL: f64 = 1e-4;

/// Kinematics of a fragment and a residue at rest together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kinematics {
    /// Total kinetic energy in the centre of mass [MeV].
    pub e_cm: f64,
    /// Kinetic energy of the fragment on a residue at rest [MeV].
    pub e_lab: f64,
    /// Relativistic wave number in the centre of mass [1/fm].
    pub wave_number_fm: f64,
    /// Sommerfeld parameter with the speed of the fragment on a residue at rest.
    pub eta: f64,
}

impl Kinematics {
    /// At the total kinetic energy `e_cm` > 0 [MeV] in the centre of mass.
    pub fn new(residue: Nuclide, fragment: Fragment, target_mass: f64, e_cm: f64) -> Self {
        let mass = fragment.nuclear_mass();
        let total = mass + target_mass + e_cm;
        let s = total * total;
        // s - (m + M)^2 without cancellation.
        let above = e_cm * (e_cm + 2.0 * (mass + target_mass));
        let momentum_sq = above * (s - (mass - target_mass).powi(2)) / (4.0 * s);
        let e_lab = above / (2.0 * target_mass);
        let beta = (e_lab * (e_lab + 2.0 * mass)).sqrt() / (e_lab + mass);
        let charges = f64::from(residue.z) * f64::from(fragment.nuclide().z);
        Kinematics { e_cm, e_lab, wave_number_fm: momentum_sq.sqrt() / HBAR_C, eta: charges * ALPHA / beta }
    }
}

/// Number of mesh points from the origin to the outer of the two matching points.
///
/// A fixed function of residue, fragment and step: both matching points lie where the potential with the
/// published parameters, at zero energy, is negligible.
pub fn mesh_points(residue: Nuclide, fragment: Fragment, step_fm: f64) -> usize {
    let theta = ParamSet::new(parameters()).values();
    let at = OpticalPotential::prepare(residue, fragment, 0.0, &theta).at_energy(0.0);
    let g = &at.geometry;
    let reach = |depth: f64, radius: f64, diffuseness: f64| {
        radius + diffuseness * (depth.abs() / NEGLIGIBLE_POTENTIAL).max(1.0).ln()
    };
    let volume = reach(at.volume, g.volume_radius_fm, g.volume_diffuseness_fm);
    let surface = reach(4.0 * at.surface_absorption, g.surface_radius_fm, g.surface_diffuseness_fm);
    (volume.max(surface).max(g.coulomb_radius_fm) / step_fm).ceil() as usize + 1
}

/// Radial form factors of the potential on a mesh r_n = n h, n = 1..=N.
#[derive(Clone, Debug)]
pub struct FormFactors<D> {
    step_fm: f64,
    /// Per point: Woods-Saxon f(r, R_v, a_v), surface -4 a_d df/dr, spin-orbit
    /// lambda_pi^2 (1/r) df/dr, Coulomb potential [MeV].
    points: Vec<[D; 4]>,
}

impl<D: Real> FormFactors<D> {
    /// On the mesh of [`mesh_points`]; the last two points are free of the nuclear potential.
    pub fn new(residue: Nuclide, fragment: Fragment, geometry: &Geometry<D>, step_fm: f64) -> Self {
        let count = mesh_points(residue, fragment, step_fm);
        let charges = f64::from(residue.z) * f64::from(fragment.nuclide().z) * ALPHA * HBAR_C;
        let points = (1..=count)
            .map(|n| {
                let r = n as f64 * step_fm;
                if n + 2 > count {
                    return [D::zero(), D::zero(), D::zero(), D::from(charges / r)];
                }
                nuclear_form_factors(geometry, r, charges)
            })
            .collect();
        FormFactors { step_fm, points }
    }

    /// The inner of the two matching points [fm].
    pub fn inner_radius_fm(&self) -> f64 {
        (self.points.len() - 1) as f64 * self.step_fm
    }
}

/// The four form factors at `r` [fm]; `charges` is z Z e^2 [MeV fm].
fn nuclear_form_factors<D: Real>(g: &Geometry<D>, r: f64, charges: f64) -> [D; 4] {
    let (volume, _) = woods_saxon(r, g.volume_radius_fm, g.volume_diffuseness_fm);
    let (_, surface) = woods_saxon(r, g.surface_radius_fm, g.surface_diffuseness_fm);
    let (_, spin_orbit) = woods_saxon(r, g.spin_orbit_radius_fm, g.spin_orbit_diffuseness_fm);
    let sphere = g.coulomb_radius_fm;
    let coulomb = if r < sphere.re() {
        (D::from(3.0) - (D::from(r) / sphere).sq()) / sphere * (0.5 * charges)
    } else {
        D::from(charges / r)
    };
    [volume, surface * g.surface_diffuseness_fm * -4.0, spin_orbit * (PION_WAVELENGTH_SQ / r), coulomb]
}

/// f = 1 / (1 + exp((r - R)/a)) and df/dr [1/fm], the Woods-Saxon form of koning2003.
fn woods_saxon<D: Real>(r: f64, radius: D, diffuseness: D) -> (D, D) {
    let inverse = diffuseness.recip();
    let x = (D::from(r) - radius) * inverse;
    // The exponential of a negative number never overflows.
    let decay = (-x.abs()).exp();
    let share = (decay + 1.0).recip();
    let f = if x.re() > 0.0 { decay * share } else { share };
    (f, -(decay * share * share * inverse))
}

/// The radial equation u'' = [l(l+1)/r^2 - k^2 (1 - U/E)] u at one energy, for all (l, j).
#[derive(Clone, Debug)]
pub struct RadialEquation<D> {
    /// Per point: h^2 times the part of u''/u without centrifugal and spin-orbit terms.
    pub(super) central: Vec<Complex<D>>,
    /// Per point: h^2 times that of the spin-orbit term per 2 l.s.
    pub(super) spin_orbit: Vec<Complex<D>>,
    pub(super) inner: Vec<CoulombWave>,
    pub(super) outer: Vec<CoulombWave>,
}

/// A transmission coefficient T = `value` exp(-2 `ln_scale`).
#[derive(Clone, Copy, Debug)]
pub struct ScaledTransmission<D> {
    /// The coefficient without its scale.
    pub value: D,
    /// Half the logarithm of the inverse scale, free of parameters.
    pub ln_scale: f64,
}

impl<D: Real> ScaledTransmission<D> {
    /// T itself: 0 where it underflows, or where the potential emits instead of absorbs.
    pub fn transmission(self) -> D {
        if self.value.re() > 0.0 { self.value * (-2.0 * self.ln_scale).exp() } else { D::zero() }
    }
    /// ln T, if T is positive.
    pub fn ln(self) -> Option<D> {
        (self.value.re() > 0.0).then(|| self.value.ln() - 2.0 * self.ln_scale)
    }
}

impl<D: Real> RadialEquation<D> {
    /// Sets up the equation; `form` and `depths` belong to the same potential.
    pub fn new(
        form: &FormFactors<D>,
        depths: &PotentialAtEnergy<D>,
        kinematics: &Kinematics,
        l_max: u32,
    ) -> Self {
        let h = form.step_fm;
        let k = kinematics.wave_number_fm;
        let free = -(h * k).powi(2);
        let per_mev = -free / kinematics.e_cm;
        let central = form.points.iter().map(|&[volume, surface, _, coulomb]| {
            let re = coulomb - depths.volume * volume;
            let im = depths.volume_absorption * volume + depths.surface_absorption * surface;
            Complex::new(re * per_mev + free, -im * per_mev)
        });
        let spin_orbit = form.points.iter().map(|&[_, _, shape, _]| {
            let shape = shape * per_mev;
            Complex::new(depths.spin_orbit * shape, depths.spin_orbit_absorption * shape)
        });
        let n = form.points.len() as f64;
        let rhos = [n * h * k, (n - 1.0) * h * k];
        let mut waves = coulomb_waves(kinematics.eta, &rhos, l_max);
        let inner = waves.pop().expect("two radii were given");
        let outer = waves.pop().expect("two radii were given");
        RadialEquation { central: central.collect(), spin_orbit: spin_orbit.collect(), inner, outer }
    }

    /// T of (l, j); `two_l_dot_s` is j(j+1) - l(l+1) - s(s+1).
    ///
    /// With the wave u ~ I - S O at two radii a < b outside the nucleus, O = G + iF = I*,
    /// D = G_a F_b - F_a G_b and the conserved Im(u_a* u_b):
    /// 1 - |S|^2 = -4 D Im(u_a* u_b) / |u_a O_b - u_b O_a|^2.
    pub fn transmission(&self, l: u32, two_l_dot_s: f64) -> ScaledTransmission<D> {
        self.matched(l, &self.integrate(l, two_l_dot_s, |_, _| {})).0
    }

    /// T from the wave, and the linear forms d amplitude / d y at the two matching points over the amplitude
    /// u_a O_b - u_b O_a.
    pub(super) fn matched(&self, l: u32, wave: &Wave<D>) -> (ScaledTransmission<D>, [Complex<D>; 2]) {
        let (a, b) = (&self.inner[l as usize], &self.outer[l as usize]);
        let shrink = (-2.0 * a.ln_scale).exp();
        let outgoing = |w: &CoulombWave| Complex::from_values(w.g, w.f * shrink);
        let forms = [outgoing(b).scale(wave.to_inner), -outgoing(a).scale(wave.to_outer)];
        let amplitude = wave.y[0] * forms[0] + wave.y[1] * forms[1];
        let wronskian = a.g * b.f - a.f * b.g;
        let absorbed = wave.absorbed * wave.to_inner * wave.to_outer;
        let value = absorbed / amplitude.norm_sq() * (4.0 * wronskian);
        let inverse = amplitude.recip();
        (ScaledTransmission { value, ln_scale: a.ln_scale }, forms.map(|f| f * inverse))
    }

    /// Numerov's method for y = (1 - h^2 W/12) u, with the flux -Im(y_n* y_n+1) as a sum over
    /// absorption, every term of one sign. `visit` sees y and 1 / (1 - h^2 W/12) of each point from
    /// the first, l or 1.
    pub(super) fn integrate(
        &self,
        l: u32,
        two_l_dot_s: f64,
        mut visit: impl FnMut(Complex<D>, Complex<D>),
    ) -> Wave<D> {
        let count = self.central.len();
        let barrier = f64::from(l * (l + 1));
        let weight = |n: usize| {
            let x = self.central[n - 1] + self.spin_orbit[n - 1].scale(D::from(two_l_dot_s));
            Complex::new(D::one() - (x.re + barrier / (n * n) as f64) / 12.0, -(x.im / 12.0))
        };
        let start = (l as usize).max(1);
        // y of u = r^(l+1), real so that no flux flows at the start; its limit at the origin is finite.
        let first = |n: usize| {
            let ratio = n as f64 / start as f64;
            let centrifugal =
                if l == 0 { 0.0 } else { ratio.powi(l as i32 - 1) * barrier / (12 * start * start) as f64 };
            Complex::from_values(ratio.powi(l as i32 + 1) - centrifugal, 0.0)
        };
        let (mut previous, mut y) = (first(start - 1), first(start));
        let mut absorbed = D::zero();
        for n in start..count {
            let inverse = weight(n).recip();
            visit(y, inverse);
            absorbed += y.norm_sq() * inverse.im * -12.0;
            (previous, y) = (y, gain(inverse) * y - previous);
        }
        let [to_inner, to_outer] = [count - 1, count].map(|n| weight(n).re.recip());
        Wave { y: [previous, y], to_inner, to_outer, absorbed }
    }
}

/// Numerov's factor: y_n+1 = gain y_n - y_n-1.
#[inline]
pub(super) fn gain<D: Real>(inverse: Complex<D>) -> Complex<D> {
    Complex::new(inverse.re * 12.0 - 10.0, inverse.im * 12.0)
}

/// The wave at the two matching points a < b outside the nucleus.
pub(super) struct Wave<D> {
    /// y there.
    pub(super) y: [Complex<D>; 2],
    /// u / y at the inner one.
    pub(super) to_inner: D,
    /// u / y at the outer one.
    pub(super) to_outer: D,
    /// -Im(y_a* y_b), the sum over absorption.
    pub(super) absorbed: D,
}

/// Twice the eigenvalue of l.s: j(j+1) - l(l+1) - s(s+1).
pub fn two_l_dot_s(l: u32, two_j: u32, two_s: u32) -> f64 {
    let square = |two: u32| 0.25 * f64::from(two * (two + 2));
    square(two_j) - square(2 * l) - square(two_s)
}
