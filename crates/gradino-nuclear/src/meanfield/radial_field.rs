//! The field in which the nucleons of one kind move, and its radial equation.

use crate::meanfield::mesh::Mesh;
use gradino_core::Real;

/// The mean field of neutrons or of protons on the mesh.
///
/// Radial equation of u = r R with the derivative F' = dF/dr (vautherin1972):
/// -(B u')' + [B l(l+1)/r^2 + B'/r + U + W <l.sigma>/r] u = e u, <l.sigma> = j(j+1) - l(l+1) - 3/4.
///
/// Beyond the mesh B = `b_infinity`, W = 0 and U = `charge` e^2 / r.
#[derive(Clone, Debug)]
pub struct RadialField<D> {
    /// The mesh.
    pub mesh: Mesh,
    /// B = hbar^2/2m* with the centre-of-mass correction [MeV fm^2].
    pub b: Vec<D>,
    /// dB/dr [MeV fm].
    pub db: Vec<D>,
    /// d2B/dr2 [MeV].
    pub d2b: Vec<D>,
    /// Central potential with the Coulomb potential [MeV].
    pub u: Vec<D>,
    /// Spin-orbit potential, the factor of <l.sigma>/r [MeV fm].
    pub w: Vec<D>,
    /// Charge of the tail of U, in units of e: Z of the protons that make the field, 0 for neutrons.
    pub charge: f64,
    /// B far outside [MeV fm^2]: (hbar^2/2m)(1 - 1/A), or hbar^2/2m.
    pub b_infinity: f64,
    /// Mass of the nucleon itself, by which free waves and relativistic kinematics go [MeV].
    pub mass: f64,
}

impl<D: Real> RadialField<D> {
    /// The values without derivatives.
    pub fn values(&self) -> RadialField<f64> {
        self.map(|x| x.re())
    }

    /// In other numbers, each made by `to`.
    pub fn map<E: Real>(&self, to: impl Fn(D) -> E) -> RadialField<E> {
        let all = |x: &[D]| x.iter().map(|&x| to(x)).collect();
        RadialField {
            mesh: self.mesh,
            b: all(&self.b),
            db: all(&self.db),
            d2b: all(&self.d2b),
            u: all(&self.u),
            w: all(&self.w),
            charge: self.charge,
            b_infinity: self.b_infinity,
            mass: self.mass,
        }
    }

    /// The function w of v'' = w v, with u = v / sqrt(B), at every point of the mesh, for the energy `e` [MeV]:
    /// w = [B l(l+1)/r^2 + B'/r + U + W <l.sigma>/r - e]/B + B''/(2B) - (B'/B)^2/4 [1/fm^2].
    ///
    /// Bound and continuum states take it alike, by Numerov's method (numerov1927). With the trapezoidal rule the
    /// discrete states of different energies are orthogonal to rounding: the three-term recurrence is symmetric
    /// and (w_1 - w_2) = (e_2 - e_1)/B, so that (e_1 - e_2) sum v_1 v_2 / B telescopes to the values at the ends.
    pub fn curvature(&self, l: u32, two_j: u32, e: D) -> Vec<D> {
        let (barrier, l_sigma) = (f64::from(l * (l + 1)), super::shell::l_sigma(l, two_j));
        let at = |i: usize| {
            let r = self.mesh.radius_fm(i);
            let inverse = self.b[i].recip();
            let slope = self.db[i] * inverse;
            let potential = self.u[i] + self.w[i] * (l_sigma / r) - e;
            potential * inverse + slope / r + barrier / (r * r) + self.d2b[i] * inverse * 0.5
                - slope * slope * 0.25
        };
        (0..self.mesh.points).map(at).collect()
    }
}
