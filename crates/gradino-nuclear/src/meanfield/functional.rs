//! The energy density of a Skyrme force, and the fields as its derivatives.

use crate::meanfield::force::Skyrme;
pub use crate::meanfield::shell::NUCLEON_MASS;
use crate::meanfield::shell::Nucleon;
use gradino_core::constants::{ALPHA, HBAR_C};
use gradino_core::{Dual, Real};

/// hbar^2 / 2m of a free nucleon [MeV fm^2].
pub const HBAR2_2M: f64 = HBAR_C * HBAR_C / (2.0 * NUCLEON_MASS);
/// e^2 [MeV fm].
pub const E2: f64 = ALPHA * HBAR_C;
/// A density below this [1/fm^3] has no density-dependent energy; real densities reach it beyond 20 fm.
const EMPTY: f64 = 1e-40;

/// Local densities at one radius, each of neutrons and of protons.
#[derive(Clone, Copy, Debug)]
pub struct Local<D> {
    /// Number density [1/fm^3].
    pub rho: [D; 2],
    /// Its radial derivative [1/fm^4].
    pub drho: [D; 2],
    /// Kinetic density [1/fm^5].
    pub tau: [D; 2],
    /// Radial spin-orbit density [1/fm^4].
    pub j: [D; 2],
}

/// The energy density at one radius, by its parts [MeV/fm^3].
#[derive(Clone, Copy, Debug)]
pub struct EnergyDensity<D> {
    /// hbar^2/2m tau.
    pub kinetic: D,
    /// Terms of t0.
    pub contact: D,
    /// Terms of t1 and t2.
    pub momentum: D,
    /// Terms of t3.
    pub density_dependent: D,
    /// Terms of t4.
    pub three_body: D,
    /// Terms of w0.
    pub spin_orbit: D,
    /// Coulomb exchange of Slater.
    pub exchange: D,
}

impl<D: Real> EnergyDensity<D> {
    /// The sum.
    pub fn total(&self) -> D {
        self.kinetic
            + self.contact
            + self.momentum
            + self.density_dependent
            + self.three_body
            + self.spin_orbit
            + self.exchange
    }
}

/// Derivatives of the energy density with respect to the local densities.
#[derive(Clone, Copy, Debug)]
pub struct Derivatives<D> {
    /// With respect to rho_q [MeV].
    pub rho: [D; 2],
    /// With respect to d rho_q / dr [MeV fm].
    pub drho: [D; 2],
    /// With respect to tau_q, which is B_q [MeV fm^2].
    pub tau: [D; 2],
    /// With respect to J_q, which is W_q [MeV fm].
    pub j: [D; 2],
}

/// The energy functional of a nucleus.
#[derive(Clone, Copy, Debug)]
pub struct Functional<D> {
    /// The force.
    pub force: Skyrme<D>,
    /// hbar^2/2m of neutrons and of protons with the centre-of-mass correction [MeV fm^2].
    pub b_free: [f64; 2],
    /// Whether the protons repel each other.
    pub coulomb: bool,
    /// Whether the Coulomb exchange energy of Slater is in it.
    pub exchange: bool,
}

impl<D: Real> Functional<D> {
    /// The energy density at one radius.
    ///
    /// vautherin1972 and chabanat1998, S = rho_n^2 + rho_p^2:
    /// H = sum b_q tau_q + t0/2 [(1 + x0/2) rho^2 - (x0 + 1/2) S] + t3/12 rho^sigma [(1 + x3/2) rho^2 - (x3 + 1/2) S]
    /// + 1/4 [t1 (1 + x1/2) + t2 (1 + x2/2)] tau rho + 1/4 [t2 (x2 + 1/2) - t1 (x1 + 1/2)] sum tau_q rho_q
    /// + 1/16 [3 t1 (1 + x1/2) - t2 (1 + x2/2)] rho'^2 - 1/16 [3 t1 (x1 + 1/2) + t2 (x2 + 1/2)] sum rho_q'^2
    /// + w0/2 [J rho' + sum J_q rho_q'] + j2/16 [(t1 - t2) sum J_q^2 - (t1 x1 + t2 x2) J^2]
    /// + three-body and exchange terms.
    ///
    /// j2 is the share of the terms in J^2 that is kept.
    pub fn energy_density(&self, at: &Local<D>) -> EnergyDensity<D> {
        let force = &self.force;
        let sum = |x: [D; 2]| x[0] + x[1];
        let dot = |x: [D; 2], y: [D; 2]| x[0] * y[0] + x[1] * y[1];
        let [t0, t1, t2, t3, _] = force.t;
        let (direct, same) = (force.x.map(|x| x * 0.5 + 1.0), force.x.map(|x| x + 0.5));
        let (rho, drho, tau) = (sum(at.rho), sum(at.drho), sum(at.tau));
        let squares = dot(at.rho, at.rho);
        let contact = |k: usize| direct[k] * rho.sq() - same[k] * squares;
        let momentum = (t1 * direct[1] + t2 * direct[2]) * tau * rho
            + (t2 * same[2] - t1 * same[1]) * dot(at.tau, at.rho);
        let gradient = (t1 * direct[1] * 3.0 - t2 * direct[2]) * drho.sq()
            - (t1 * same[1] * 3.0 + t2 * same[2]) * dot(at.drho, at.drho);
        let spin = (t1 - t2) * dot(at.j, at.j) - (t1 * force.x[1] + t2 * force.x[2]) * sum(at.j).sq();
        let power = if rho.re() > EMPTY { rho.pow(force.sigma) } else { D::zero() };
        let proton = at.rho[Nucleon::Proton.index()];
        EnergyDensity {
            kinetic: at.tau[0] * self.b_free[0] + at.tau[1] * self.b_free[1],
            contact: t0 * contact(0) * 0.5,
            momentum: momentum * 0.25 + (gradient + force.j2 * spin) / 16.0,
            density_dependent: t3 * power * contact(3) / 12.0,
            three_body: three_body(force, at),
            spin_orbit: force.w0 * (sum(at.j) * drho + dot(at.j, at.drho)) * 0.5,
            exchange: if self.exchange { slater(proton) } else { D::zero() },
        }
    }

    /// The derivatives of the energy density: it is evaluated in dual numbers over `D`.
    pub fn derivatives(&self, at: &Local<D>) -> Derivatives<D> {
        let seed = |x: [D; 2], first: usize| [0, 1].map(|q| Dual::<D, 8>::variable(x[q], first + q));
        let seeded =
            Local { rho: seed(at.rho, 0), drho: seed(at.drho, 2), tau: seed(at.tau, 4), j: seed(at.j, 6) };
        let force = self.force.map(Dual::constant);
        let lifted =
            Functional { force, b_free: self.b_free, coulomb: self.coulomb, exchange: self.exchange };
        let h = lifted.energy_density(&seeded).total().eps;
        Derivatives { rho: [h[0], h[1]], drho: [h[2], h[3]], tau: [h[4], h[5]], j: [h[6], h[7]] }
    }
}

/// Energy density of the momentum-dependent three-body term, the mean value of
/// (t4/6) (sum k'^2 delta delta + delta delta sum k^2) (waroquier1983) in a spherical nucleus:
/// t4/6 {tau_n (rho_n rho_p/2 + rho_p^2/4) + tau_p (rho_n rho_p/2 + rho_n^2/4)
/// + 5/16 [rho_n'^2 rho_p + rho_p'^2 rho_n + 2 rho rho_n' rho_p'] + j2/8 [J_n^2 rho_p + J_p^2 rho_n]}.
///
/// The last term is the exchange of the spin densities of two nucleons of one kind, next to one of the other.
fn three_body<E: Real>(force: &Skyrme<E>, at: &Local<E>) -> E {
    let ([n, p], [dn, dp]) = (at.rho, at.drho);
    let both = n * p * 0.5;
    let kinetic = at.tau[0] * (both + p.sq() * 0.25) + at.tau[1] * (both + n.sq() * 0.25);
    let gradient = dn.sq() * p + dp.sq() * n + (n + p) * dn * dp * 2.0;
    let spin = at.j[0].sq() * p + at.j[1].sq() * n;
    force.t[4] / 6.0 * (kinetic + gradient * (5.0 / 16.0) + force.j2 * spin * 0.125)
}

/// Coulomb exchange energy density -(3/4) (3/pi)^(1/3) e^2 rho_p^(4/3) (slater1951).
fn slater<E: Real>(rho: E) -> E {
    let factor = -0.75 * (3.0 / std::f64::consts::PI).cbrt() * E2;
    if rho.re() > EMPTY { rho.powf(4.0 / 3.0) * factor } else { E::zero() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::force::SkyrmeForce;
    use proptest::prelude::*;

    /// The derivatives as chabanat1998, eqs. (2.9) to (2.11), writes them for one kind; `o` is the other one.
    fn chabanat(f: &Skyrme<f64>, b_free: f64, at: &Local<f64>, q: usize) -> [f64; 4] {
        let ([t0, t1, t2, t3, t4], [x0, x1, x2, x3], o) = (f.t, f.x, 1 - q);
        let (rho, tau) = (at.rho[0] + at.rho[1], at.tau[0] + at.tau[1]);
        let (drho, j) = (at.drho[0] + at.drho[1], at.j[0] + at.j[1]);
        let squares = at.rho[0].powi(2) + at.rho[1].powi(2);
        let potential = 0.5 * t0 * ((2.0 + x0) * rho - (1.0 + 2.0 * x0) * at.rho[q])
            + t3 / 24.0
                * ((2.0 + x3) * (2.0 + f.sigma) * rho.powf(f.sigma + 1.0)
                    - (2.0 * x3 + 1.0)
                        * (2.0 * rho.powf(f.sigma) * at.rho[q]
                            + f.sigma * rho.powf(f.sigma - 1.0) * squares))
            + (t1 * (2.0 + x1) + t2 * (2.0 + x2)) * tau / 8.0
            + (t2 * (2.0 * x2 + 1.0) - t1 * (2.0 * x1 + 1.0)) * at.tau[q] / 8.0
            + t4 / 6.0
                * (at.tau[q] * at.rho[o] / 2.0
                    + at.tau[o] * (at.rho[o] + at.rho[q]) / 2.0
                    + 5.0 / 16.0 * at.drho[o] * (at.drho[o] + 2.0 * at.drho[q])
                    + f.j2 / 8.0 * at.j[o].powi(2));
        let kinetic = b_free
            + (t1 * (2.0 + x1) + t2 * (2.0 + x2)) * rho / 8.0
            + (t2 * (2.0 * x2 + 1.0) - t1 * (2.0 * x1 + 1.0)) * at.rho[q] / 8.0
            + t4 / 24.0 * at.rho[o] * (2.0 * at.rho[q] + at.rho[o]);
        let gradient = (3.0 * t1 * (2.0 + x1) - t2 * (2.0 + x2)) * drho / 16.0
            - (3.0 * t1 * (2.0 * x1 + 1.0) + t2 * (2.0 * x2 + 1.0)) * at.drho[q] / 16.0
            + 0.5 * f.w0 * (j + at.j[q])
            + t4 * 5.0 / 48.0 * (at.drho[q] * at.rho[o] + rho * at.drho[o]);
        let spin = (t1 - t2) * at.j[q] - (t1 * x1 + t2 * x2) * j + t4 / 3.0 * at.j[q] * at.rho[o];
        [potential, gradient, kinetic, 0.5 * f.w0 * (drho + at.drho[q]) + f.j2 / 8.0 * spin]
    }

    proptest! {
        #[test]
        fn derivatives_of_the_energy_density_are_the_fields_of_chabanat1998(
            rho in prop::array::uniform2(0.01..0.1f64),
            drho in prop::array::uniform2(-0.1..0.1f64),
            tau in prop::array::uniform2(0.0..0.1f64),
            j in prop::array::uniform2(-0.02..0.02f64),
            j2 in 0.0..1.0f64,
        ) {
            let at = Local { rho, drho, tau, j };
            for name in SkyrmeForce::names() {
                let built_in = Skyrme::new(&SkyrmeForce::named(name).expect("built in").parameters.values());
                let force = Skyrme { j2, ..built_in };
                let functional = Functional { force, b_free: [HBAR2_2M; 2], coulomb: false, exchange: false };
                let found = functional.derivatives(&at);
                for q in [0, 1] {
                    let ours = [found.rho[q], found.drho[q], found.tau[q], found.j[q]];
                    for (ours, exact) in ours.iter().zip(chabanat(&force, HBAR2_2M, &at, q)) {
                        prop_assert!((ours - exact).abs() < 1e-10 * (1.0 + exact.abs()), "{name}: {ours} {exact}");
                    }
                }
            }
        }
    }

    #[test]
    fn exchange_potential_is_that_of_slater1951() {
        let theta = SkyrmeForce::named("SLy4").expect("built in").parameters.values();
        let functional =
            |exchange| Functional { force: Skyrme::new(&theta), b_free: [0.0; 2], coulomb: true, exchange };
        let at = Local { rho: [0.08, 0.07], drho: [0.0; 2], tau: [0.0; 2], j: [0.0; 2] };
        let [n, p] = [0, 1]
            .map(|q| functional(true).derivatives(&at).rho[q] - functional(false).derivatives(&at).rho[q]);
        assert!(
            n.abs() < 1e-12 && (p + E2 * (3.0 / std::f64::consts::PI * 0.07).cbrt()).abs() < 1e-12,
            "{n} {p}"
        );
    }
}
