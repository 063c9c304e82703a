//! Densities of the nucleons, and the fields that they make.

use crate::meanfield::functional::{Derivatives, E2, Functional, Local};
use crate::meanfield::mesh::{Mesh, Symmetry};
use crate::meanfield::radial_field::RadialField;
use crate::meanfield::shell::{Nucleon, Orbital};
use gradino_core::Real;
use std::f64::consts::PI;

/// Densities of the nucleons of one kind on the mesh.
#[derive(Clone, Debug)]
pub struct Densities<D> {
    /// Number density rho [1/fm^3].
    pub rho: Vec<D>,
    /// Kinetic density tau [1/fm^5].
    pub tau: Vec<D>,
    /// Radial spin-orbit density J [1/fm^4].
    pub j: Vec<D>,
}

impl<D: Real> Densities<D> {
    /// Of the nucleons of one kind in the orbitals, each with its occupation N (vautherin1972):
    /// rho = sum N u^2 / (4 pi r^2), tau = sum N [(u' - u/r)^2 + l(l+1) u^2/r^2] / (4 pi r^2),
    /// J = sum N <l.sigma> u^2 / (4 pi r^3).
    pub fn of(orbitals: &[Orbital<D>], nucleon: Nucleon, mesh: Mesh) -> Self {
        let zero = || vec![D::zero(); mesh.points];
        let mut sum = Densities { rho: zero(), tau: zero(), j: zero() };
        for orbital in orbitals.iter().filter(|o| o.nucleon == nucleon && o.occupation > 0.0) {
            let barrier = f64::from(orbital.shell.l * (orbital.shell.l + 1));
            let l_sigma = orbital.shell.l_sigma();
            for (i, r) in mesh.radii_fm().enumerate() {
                let share = orbital.occupation / (4.0 * PI * r * r);
                let (sq, slope) = (orbital.u[i].sq(), orbital.du[i] - orbital.u[i] / r);
                sum.rho[i] += sq * share;
                sum.tau[i] += (slope.sq() + sq * (barrier / (r * r))) * share;
                sum.j[i] += sq * (share * l_sigma / r);
            }
        }
        sum
    }

    /// In other numbers, each made by `to`.
    pub fn map<E: Real>(&self, to: impl Fn(D) -> E) -> Densities<E> {
        let all = |x: &[D]| x.iter().map(|&x| to(x)).collect();
        Densities { rho: all(&self.rho), tau: all(&self.tau), j: all(&self.j) }
    }

    /// Mean of r^2 [fm^2].
    pub fn mean_square_radius(&self, mesh: Mesh) -> D {
        let moment = |k: i32| mesh.integral(mesh.radii_fm().zip(&self.rho).map(|(r, &rho)| rho * r.powi(k)));
        moment(4) / moment(2)
    }
}

/// The local densities of both kinds at every point of the mesh.
pub(super) fn local<D: Real>(densities: &[Densities<D>; 2], mesh: Mesh) -> Vec<Local<D>> {
    let slopes = densities.each_ref().map(|d| mesh.derivative(&d.rho, Symmetry::Even));
    let at = |i: usize| Local {
        rho: [0, 1].map(|q| densities[q].rho[i]),
        drho: [0, 1].map(|q| slopes[q][i]),
        tau: [0, 1].map(|q| densities[q].tau[i]),
        j: [0, 1].map(|q| densities[q].j[i]),
    };
    (0..mesh.points).map(at).collect()
}

/// The fields of neutrons and protons that the densities make, for `protons` protons: B = dH/dtau, W = dH/dJ,
/// U = dH/drho - div dH/d(grad rho) + V_C (vautherin1972).
pub(super) fn fields<D: Real>(
    functional: &Functional<D>,
    densities: &[Densities<D>; 2],
    protons: f64,
    mesh: Mesh,
) -> [RadialField<D>; 2] {
    let slopes: Vec<Derivatives<D>> =
        local(densities, mesh).iter().map(|at| functional.derivatives(at)).collect();
    let coulomb = coulomb_potential(&densities[Nucleon::Proton.index()].rho, protons, mesh);
    Nucleon::BOTH.map(|nucleon| {
        let q = nucleon.index();
        let b: Vec<D> = slopes.iter().map(|s| s.tau[q]).collect();
        let db = mesh.derivative(&b, Symmetry::Even);
        let gradient: Vec<D> = slopes.iter().map(|s| s.drho[q]).collect();
        let bend = mesh.derivative(&gradient, Symmetry::Odd);
        let charged = functional.coulomb && nucleon == Nucleon::Proton;
        let u = mesh.radii_fm().enumerate().map(|(i, r)| {
            let nuclear = slopes[i].rho[q] - bend[i] - gradient[i] * (2.0 / r);
            if charged { nuclear + coulomb[i] } else { nuclear }
        });
        RadialField {
            mesh,
            u: u.collect(),
            w: slopes.iter().map(|s| s.j[q]).collect(),
            d2b: mesh.derivative(&db, Symmetry::Odd),
            b,
            db,
            charge: if charged { protons } else { 0.0 },
            b_infinity: functional.b_free[q],
            mass: nucleon.mass(),
        }
    })
}

/// The Coulomb potential energy of a proton in the density of `protons` protons [MeV].
///
/// r V solves (r V)'' = -4 pi e^2 r rho, by the inhomogeneous form of Numerov's method (numerov1927), with V = Z e^2/r
/// at the end of the mesh.
pub(super) fn coulomb_potential<D: Real>(rho: &[D], protons: f64, mesh: Mesh) -> Vec<D> {
    let h = mesh.step_fm;
    let source: Vec<D> =
        mesh.radii_fm().zip(rho).map(|(r, &rho)| rho * (-4.0 * PI * E2 * r * h * h / 12.0)).collect();
    let mut y = vec![D::zero(); mesh.points];
    for i in 0..mesh.points - 1 {
        let (before, source_before) = if i == 0 { (D::zero(), D::zero()) } else { (y[i - 1], source[i - 1]) };
        y[i + 1] = y[i] * 2.0 - before + source[i + 1] + source[i] * 10.0 + source_before;
    }
    let end = mesh.points as f64;
    let tilt = (D::from(protons * E2) - y[mesh.points - 1]) / end;
    mesh.radii_fm().enumerate().map(|(i, r)| (y[i] + tilt * (i + 1) as f64) / r).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::energy::EnergyParts;
    use crate::meanfield::force::{Skyrme, SkyrmeForce};
    use crate::meanfield::functional::HBAR2_2M;

    #[test]
    fn the_coulomb_potential_of_a_gaussian_charge_is_its_error_function() {
        // rho = Z (a/pi)^(3/2) exp(-a r^2): V = Z e^2 erf(sqrt(a) r)/r, at the origin 2 Z e^2 sqrt(a/pi).
        let (mesh, a, z) = (Mesh::default(), 0.3f64, 8.0);
        let rho: Vec<f64> = mesh.radii_fm().map(|r| z * (a / PI).powf(1.5) * (-a * r * r).exp()).collect();
        let v = coulomb_potential(&rho, z, mesh);
        let series = |x: f64| {
            let term = |n: i32| {
                (-1f64).powi(n) * x.powi(2 * n + 1)
                    / (f64::from(2 * n + 1) * (1..=n).map(f64::from).product::<f64>())
            };
            2.0 / PI.sqrt() * (0..40).map(term).sum::<f64>()
        };
        for i in [0, 3, 19, 59] {
            let r = mesh.radius_fm(i);
            let exact = z * E2 * series(a.sqrt() * r) / r;
            assert!((v[i] / exact - 1.0).abs() < 1e-7, "{r}: {} {exact}", v[i]);
        }
        assert!((v[mesh.points - 1] * mesh.end_fm() / (z * E2) - 1.0).abs() < 1e-14);
    }

    /// Smooth densities of a nucleus, all moved by `shift` times a smooth function in one place of `[q][part]`.
    fn densities(mesh: Mesh, shift: f64, moved: [usize; 2]) -> [Densities<f64>; 2] {
        let shape = |q: usize, part: usize| -> Vec<f64> {
            let at = |r: f64| {
                let decay = 0.12 + 0.01 * q as f64;
                let density = [0.08, 0.05, 0.01 * r][part] * (1.0 + 0.1 * r * r) * (-decay * r * r).exp();
                let bump = [1.0, 1.0, r][part] * (-0.2 * r * r).exp();
                density + if moved == [q, part] { shift * bump } else { 0.0 }
            };
            mesh.radii_fm().map(at).collect()
        };
        [0, 1].map(|q| Densities { rho: shape(q, 0), tau: shape(q, 1), j: shape(q, 2) })
    }

    #[test]
    fn the_fields_are_the_functional_derivatives_of_the_energy() {
        let mesh = Mesh::default();
        for name in SkyrmeForce::names() {
            let force = Skyrme::new(&SkyrmeForce::named(name).expect("built in").parameters.values());
            let functional = Functional { force, b_free: [HBAR2_2M; 2], coulomb: true, exchange: true };
            let protons = |d: &[Densities<f64>; 2]| {
                mesh.integral(mesh.radii_fm().zip(&d[1].rho).map(|(r, &rho)| 4.0 * PI * r * r * rho))
            };
            let at = densities(mesh, 0.0, [0, 0]);
            let made = fields(&functional, &at, protons(&at), mesh);
            let energy = |d: &[Densities<f64>; 2]| EnergyParts::of(&functional, d, mesh).total();
            for (q, part) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
                let [up, down] = [1e-4, -1e-4].map(|shift| densities(mesh, shift, [q, part]));
                let found = (energy(&up) - energy(&down)) / 2e-4;
                let field = [&made[q].u, &made[q].b, &made[q].w][part];
                let bump = |r: f64| [1.0, 1.0, r][part] * (-0.2 * r * r).exp();
                let exact =
                    mesh.integral(mesh.radii_fm().zip(field).map(|(r, f)| 4.0 * PI * r * r * f * bump(r)));
                assert!((found / exact - 1.0).abs() < 1e-6, "{name} {q} {part}: {found} {exact}");
            }
        }
    }
}
