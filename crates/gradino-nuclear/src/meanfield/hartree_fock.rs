//! The self-consistent field of a nucleus.

use crate::error::{Error, Result};
use crate::meanfield::bound;
use crate::meanfield::densities::{self, Densities};
use crate::meanfield::energy::{EnergyParts, Radii};
use crate::meanfield::filling::filling;
use crate::meanfield::force::Skyrme;
use crate::meanfield::functional::Functional;
use crate::meanfield::mesh::Mesh;
use crate::meanfield::mixing::{Mixing, squares};
use crate::meanfield::radial_field::RadialField;
use crate::meanfield::shell::{NUCLEON_MASS, Nucleon, Orbital, Shell};
use crate::meanfield::start::woods_saxon;
use gradino_core::constants::HBAR_C;
use gradino_core::{Nuclide, Real};

/// Relative change of the densities in a step at which they are self-consistent.
const CONVERGED: f64 = 1e-11;
/// The same for their derivatives.
const CONVERGED_SLOPE: f64 = 1e-9;
/// Largest number of steps.
const MAX_STEPS: usize = 400;
/// Share of the change of the densities that is taken in a step.
const SHARE: f64 = 0.5;
/// Growth of the residual over its smallest value at which earlier steps are forgotten.
const GROWTH: f64 = 2.0;
/// A nucleus of this density [1/fm^3], more than twice that of nuclear matter, is on its way to collapse.
const COLLAPSED: f64 = 0.4;
/// No stable nucleus has this density [1/fm^3].
const DENSE: f64 = 0.25;
/// Largest l of the shells that are looked for above the filled ones.
const L_MAX: u32 = 7;

/// What is left out of the force and of the numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The radial mesh.
    pub mesh: Mesh,
    /// Whether hbar^2/2m is reduced by 1 - 1/A, the one-body part of the centre-of-mass correction.
    pub centre_of_mass: bool,
    /// Whether the protons repel each other; without it neutrons and protons of N = Z are alike.
    pub coulomb: bool,
    /// The Coulomb exchange energy.
    pub exchange: CoulombExchange,
    /// The masses in the kinetic energy.
    pub masses: NucleonMasses,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            mesh: Mesh::default(),
            centre_of_mass: true,
            coulomb: true,
            exchange: CoulombExchange::Slater,
            masses: NucleonMasses::Mean,
        }
    }
}

/// The Coulomb exchange energy of the protons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoulombExchange {
    /// Left out, as in the response tables of dolan2022.
    None,
    /// In the local approximation of slater1951.
    Slater,
}

/// The masses of neutrons and protons in the kinetic energy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NucleonMasses {
    /// Their mean for both, as the forces are fit.
    #[default]
    Mean,
    /// Those of the free neutron and of the free proton, as in the response tables of dolan2022.
    Physical,
}

impl NucleonMasses {
    /// hbar^2/2m of neutrons and of protons [MeV fm^2].
    fn hbar2_2m(self) -> [f64; 2] {
        Nucleon::BOTH.map(|nucleon| match self {
            NucleonMasses::Mean => HBAR_C * HBAR_C / (2.0 * NUCLEON_MASS),
            NucleonMasses::Physical => HBAR_C * HBAR_C / (2.0 * nucleon.mass()),
        })
    }
}

/// The self-consistent mean field of a nucleus.
#[derive(Clone, Debug)]
pub struct MeanField<D> {
    /// The nucleus.
    pub nuclide: Nuclide,
    /// What it was made with.
    pub options: Options,
    /// The fields of neutrons and of protons.
    pub fields: [RadialField<D>; 2],
    /// All bound orbitals, neutrons, then protons, each kind in the order of energy; empty ones too.
    pub orbitals: Vec<Orbital<D>>,
    /// The densities of neutrons and of protons.
    pub densities: [Densities<D>; 2],
    /// The energy.
    pub energy: EnergyParts<D>,
    /// The radii.
    pub radii: Radii<D>,
    /// Steps to self-consistency.
    pub steps: usize,
}

impl<D: Real> MeanField<D> {
    /// The mean field of a nucleus with the Skyrme force `force`, whose shells are filled in the standard order.
    ///
    /// It is made self-consistent in values; its derivatives with respect to the force solve the linearised equations
    /// of the same fixed point, to first order.
    ///
    /// # Errors
    /// A nucleus that does not bind its shells, that collapses or that does not become self-consistent.
    pub fn solve(nuclide: Nuclide, force: &Skyrme<D>, options: &Options) -> Result<Self> {
        let nucleus = Nucleus::new(nuclide, options)?;
        let values = nucleus.functional(&force.map(|x| x.re()));
        let (found, steps) = nucleus.self_consistent(&values)?;
        let densities = if D::SLOTS == 0 {
            found.map(|d| d.map(D::from))
        } else {
            nucleus.linear_response(&nucleus.functional(force), &found)?
        };
        nucleus.finished(&nucleus.functional(force), densities, steps)
    }
}

/// The field in which the rest of a nucleus with emptied shells moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptiedField {
    /// The field of the whole nucleus, to which the orbitals belong.
    Kept,
    /// The field of the densities without the emptied shells, evaluated once; the orbitals and their energies
    /// stay those of the whole nucleus, and are not exactly orthogonal to the waves of this field.
    Evaluated,
}

impl<D: Real> MeanField<D> {
    /// The nucleus that is left when `shells` of neutrons and protons are emptied, with the orbitals that it had before:
    /// 12C as 16O without 1p1/2 is what the response tables of dolan2022 hold.
    ///
    /// # Errors
    /// A shell without nucleons in it.
    pub fn emptied(&self, force: &Skyrme<D>, shells: &[Shell], field: EmptiedField) -> Result<Self> {
        let mut rest = self.clone();
        for &shell in shells {
            let filled = |o: &&mut Orbital<D>| o.shell == shell && o.occupation > 0.0;
            let taken: Vec<&mut Orbital<D>> = rest.orbitals.iter_mut().filter(filled).collect();
            if taken.is_empty() {
                return Err(Error::EmptyShell { nuclide: self.nuclide, shell });
            }
            for orbital in taken {
                let number = orbital.occupation as u16;
                rest.nuclide.a -= number;
                rest.nuclide.z -= if orbital.nucleon == Nucleon::Proton { number as u8 } else { 0 };
                orbital.occupation = 0.0;
            }
        }
        // The orbitals were made with the recoil of the whole nucleus.
        let functional = functional(force, self.nuclide, &self.options);
        let mesh = self.options.mesh;
        rest.densities = Nucleon::BOTH.map(|nucleon| Densities::of(&rest.orbitals, nucleon, mesh));
        rest.energy = EnergyParts::of(&functional, &rest.densities, mesh);
        rest.radii = Radii::of(rest.nuclide, &rest.densities, mesh);
        if field == EmptiedField::Evaluated {
            rest.fields = densities::fields(&functional, &rest.densities, f64::from(rest.nuclide.z), mesh);
        }
        Ok(rest)
    }

    /// The orbital of a shell, if it is bound.
    pub fn orbital(&self, nucleon: Nucleon, shell: Shell) -> Option<&Orbital<D>> {
        self.orbitals.iter().find(|o| o.nucleon == nucleon && o.shell == shell)
    }

    /// The orbitals with nucleons in them.
    pub fn occupied(&self) -> impl Iterator<Item = &Orbital<D>> {
        self.orbitals.iter().filter(|o| o.occupation > 0.0)
    }
}

/// The energy functional of a nucleus.
fn functional<D: Real>(force: &Skyrme<D>, nuclide: Nuclide, options: &Options) -> Functional<D> {
    let recoil = if options.centre_of_mass { 1.0 - 1.0 / f64::from(nuclide.a) } else { 1.0 };
    let exchange = options.coulomb && options.exchange == CoulombExchange::Slater;
    let b_free = options.masses.hbar2_2m().map(|b| b * recoil);
    Functional { force: *force, b_free, coulomb: options.coulomb, exchange }
}

/// A nucleus whose field is looked for.
struct Nucleus {
    nuclide: Nuclide,
    options: Options,
    shells: Vec<(Nucleon, Shell, f64)>,
    /// Weights of rho, tau and J at each radius in the residual: r^2.
    weights: Vec<f64>,
}

impl Nucleus {
    fn new(nuclide: Nuclide, options: &Options) -> Result<Self> {
        let of = |nucleon: Nucleon, count: u16| -> Result<Vec<_>> {
            Ok(filling(count)?.into_iter().map(|(shell, number)| (nucleon, shell, number)).collect())
        };
        let mut shells = of(Nucleon::Neutron, nuclide.n())?;
        shells.extend(of(Nucleon::Proton, u16::from(nuclide.z))?);
        let weights = (0..6).flat_map(|_| options.mesh.radii_fm().map(|r| r * r)).collect();
        Ok(Nucleus { nuclide, options: *options, shells, weights })
    }

    fn functional<D: Real>(&self, force: &Skyrme<D>) -> Functional<D> {
        functional(force, self.nuclide, &self.options)
    }

    fn fields<D: Real>(&self, functional: &Functional<D>, at: &[Densities<D>; 2]) -> [RadialField<D>; 2] {
        densities::fields(functional, at, f64::from(self.nuclide.z), self.options.mesh)
    }

    /// The filled orbitals of the fields; `guesses` are energies near theirs.
    fn filled<D: Real>(&self, fields: &[RadialField<D>; 2], guesses: &[f64]) -> Result<Vec<Orbital<D>>> {
        let one = |(&(nucleon, shell, occupation), &guess): (&(Nucleon, Shell, f64), &f64)| {
            let state = bound::state(&fields[nucleon.index()], shell, guess);
            let unbound = Error::UnboundShell { nuclide: self.nuclide, nucleon, shell };
            state.map(|s| s.orbital(nucleon, shell, occupation)).ok_or(unbound)
        };
        self.shells.iter().zip(guesses).map(one).collect()
    }

    fn densities<D: Real>(&self, orbitals: &[Orbital<D>]) -> [Densities<D>; 2] {
        Nucleon::BOTH.map(|nucleon| Densities::of(orbitals, nucleon, self.options.mesh))
    }

    /// The self-consistent densities, and the number of steps to them.
    fn self_consistent(&self, functional: &Functional<f64>) -> Result<([Densities<f64>; 2], usize)> {
        let start = Nucleon::BOTH.map(|nucleon| woods_saxon(self.nuclide, nucleon, &self.options));
        let orbitals = self.filled(&start, &vec![f64::NAN; self.shells.len()])?;
        let x = flat(&self.densities(&orbitals));
        self.iterate(functional, x, &orbitals, vec![1.0], CONVERGED)
    }

    /// The densities with their derivatives, from self-consistent values.
    fn linear_response<D: Real>(
        &self,
        functional: &Functional<D>,
        values: &[Densities<f64>; 2],
    ) -> Result<[Densities<D>; 2]> {
        let x: Vec<D> = flat(values).into_iter().map(D::from).collect();
        let orbitals =
            self.filled(&self.fields(functional, &self.unflat(&x)), &vec![f64::NAN; self.shells.len()])?;
        let first: Vec<D> = flat(&self.densities(&orbitals)).iter().zip(&x).map(|(&f, &x)| f - x).collect();
        // Every derivative counts by its size in the first step.
        let scales = squares(&self.weights, &first);
        let mut slots: Vec<f64> = scales.iter().map(|&s| if s > 0.0 { s.recip() } else { 0.0 }).collect();
        slots[0] = 0.0;
        Ok(self.iterate(functional, x, &orbitals, slots, CONVERGED_SLOPE)?.0)
    }

    /// Iterates the densities `x` until they are those of the orbitals in their own field.
    fn iterate<D: Real>(
        &self,
        functional: &Functional<D>,
        mut x: Vec<D>,
        orbitals: &[Orbital<D>],
        slots: Vec<f64>,
        precision: f64,
    ) -> Result<([Densities<D>; 2], usize)> {
        let mut guesses: Vec<f64> = orbitals.iter().map(|o| o.energy.re()).collect();
        let size = if slots[0] > 0.0 { squares(&self.weights, &x)[0] } else { 1.0 };
        let mut mixing = Mixing::new(SHARE, self.weights.clone(), slots);
        let (mut last, mut best) = (f64::INFINITY, f64::INFINITY);
        for step in 1..=MAX_STEPS {
            let at = self.unflat(&x);
            let density = self.largest_density(&at);
            let collapse = Error::Collapse { nuclide: self.nuclide, density };
            if density > COLLAPSED {
                return Err(collapse);
            }
            // A nucleus that is denser than any stable one loses its shells on the way.
            let orbitals = self
                .filled(&self.fields(functional, &at), &guesses)
                .map_err(|unbound| if density > DENSE { collapse } else { unbound })?;
            guesses = orbitals.iter().map(|o| o.energy.re()).collect();
            let made = flat(&self.densities(&orbitals));
            let residual: Vec<D> = made.iter().zip(&x).map(|(&f, &x)| f - x).collect();
            last = (mixing.size_sq(&residual) / size).sqrt();
            if last > GROWTH * best {
                mixing.forget();
                best = last;
            }
            best = best.min(last);
            if last < precision {
                return Ok((self.unflat(&made), step));
            }
            x = mixing.next(x, residual);
        }
        Err(Error::NotSelfConsistent { nuclide: self.nuclide, steps: MAX_STEPS, residual: last })
    }

    /// The largest density [1/fm^3].
    fn largest_density<D: Real>(&self, at: &[Densities<D>; 2]) -> f64 {
        (0..self.options.mesh.points).map(|i| at[0].rho[i].re() + at[1].rho[i].re()).fold(0.0, f64::max)
    }

    /// Everything that follows from self-consistent densities.
    fn finished<D: Real>(
        &self,
        functional: &Functional<D>,
        densities: [Densities<D>; 2],
        steps: usize,
    ) -> Result<MeanField<D>> {
        let fields = self.fields(functional, &densities);
        let mut orbitals: Vec<Orbital<D>> = Vec::new();
        for nucleon in Nucleon::BOTH {
            let mut kind = self.bound_orbitals(nucleon, &fields[nucleon.index()]);
            kind.sort_by(|a, b| a.energy.re().total_cmp(&b.energy.re()));
            orbitals.extend(kind);
        }
        Ok(MeanField {
            nuclide: self.nuclide,
            options: self.options,
            energy: EnergyParts::of(functional, &densities, self.options.mesh),
            radii: Radii::of(self.nuclide, &densities, self.options.mesh),
            fields,
            orbitals,
            densities,
            steps,
        })
    }

    /// All bound orbitals of one kind, with their occupations.
    fn bound_orbitals<D: Real>(&self, nucleon: Nucleon, field: &RadialField<D>) -> Vec<Orbital<D>> {
        let pairs = (0..=L_MAX).flat_map(|l| [2 * l + 1, (2 * l).saturating_sub(1)].map(|two_j| (l, two_j)));
        let shells = pairs.filter(|&(l, two_j)| two_j > 0 && (l > 0 || two_j == 1)).collect::<Vec<_>>();
        let mut all = Vec::new();
        for (l, two_j) in shells {
            for n in 1..=bound::bound_shells(field, l, two_j) {
                let shell = Shell::new(n, l, two_j);
                let filled = self.shells.iter().find(|&&(q, s, _)| q == nucleon && s == shell);
                let occupation = filled.map_or(0.0, |&(_, _, number)| number);
                let state = bound::state(field, shell, f64::NAN);
                all.extend(state.map(|s| s.orbital(nucleon, shell, occupation)));
            }
        }
        all
    }

    /// The densities as one vector.
    fn unflat<D: Real>(&self, x: &[D]) -> [Densities<D>; 2] {
        let part = |k: usize| x[k * self.options.mesh.points..][..self.options.mesh.points].to_vec();
        [0, 3].map(|k| Densities { rho: part(k), tau: part(k + 1), j: part(k + 2) })
    }
}

/// The densities of both kinds as one vector.
fn flat<D: Real>(densities: &[Densities<D>; 2]) -> Vec<D> {
    densities.iter().flat_map(|d| [&d.rho, &d.tau, &d.j]).flatten().copied().collect()
}
