//! Inclusive responses of a nucleus to a boson of energy omega and momentum q: sums over all final states.

use crate::error::{Error, Result};
use crate::meanfield::continuum::{Continuum, ContinuumOptions, FinalState};
use crate::meanfield::form_factors::{Current, FormFactors, NUCLEON_MASS, PreparedFormFactors};
use crate::meanfield::hartree_fock::MeanField;
use crate::meanfield::multipoles::{
    AxialCharge, BesselTable, Couplings, Natural, ReducedElements, TransitionElements, Unnatural,
    transition_elements,
};
use crate::meanfield::shell::{Nucleon, Orbital, Shell};
use gradino_core::Real;
use gradino_core::constants::HBAR_C;
use std::f64::consts::PI;
use std::str::FromStr;

/// Radius of the nucleus over A^(1/3) [fm].
const RADIUS_FM: f64 = 1.2; // walecka1975
/// Reach of the orbitals beyond the radius of the nucleus [fm], as far as sums of squares over the waves see it.
const REACH_FM: f64 = 3.5; // chosen: strengths to 1e-5
/// Waves beyond the classical largest l.
const EXTRA_WAVES: u32 = 7;

/// What the nucleon turns into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Charged current of neutrinos, n -> p.
    Neutrino,
    /// Charged current of antineutrinos, p -> n.
    Antineutrino,
    /// Neutral current.
    Neutral,
    /// Electron scattering.
    Electron,
}

impl Probe {
    /// All probes.
    pub const ALL: [Probe; 4] = [Probe::Neutrino, Probe::Antineutrino, Probe::Neutral, Probe::Electron];

    /// The name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Probe::Neutrino => "nu",
            Probe::Antineutrino => "antinu",
            Probe::Neutral => "nc",
            Probe::Electron => "electron",
        }
    }

    /// What it is.
    pub fn meaning(self) -> &'static str {
        match self {
            Probe::Neutrino => "charged current of neutrinos, n -> p",
            Probe::Antineutrino => "charged current of antineutrinos, p -> n",
            Probe::Neutral => "neutral current of neutrinos and antineutrinos",
            Probe::Electron => "electromagnetic current",
        }
    }

    /// The current that acts.
    pub fn current(self) -> Current {
        match self {
            Probe::Neutrino | Probe::Antineutrino => Current::Charged,
            Probe::Neutral => Current::Neutral,
            Probe::Electron => Current::Electromagnetic,
        }
    }

    /// What a struck nucleon leaves as; none if the probe does not act on it.
    pub fn final_nucleon(self, struck: Nucleon) -> Option<Nucleon> {
        match (self, struck) {
            (Probe::Neutrino, Nucleon::Proton) | (Probe::Antineutrino, Nucleon::Neutron) => None,
            (Probe::Neutrino | Probe::Antineutrino, _) => Some(struck.other()),
            (Probe::Neutral | Probe::Electron, _) => Some(struck),
        }
    }
}

impl FromStr for Probe {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "nc-nu" | "nc-antinu" => return Ok(Probe::Neutral),
            "e-" => return Ok(Probe::Electron),
            _ => {}
        }
        Probe::ALL.into_iter().find(|probe| probe.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "probe",
            name: text.to_string(),
            known: Probe::ALL.map(Probe::name).to_vec(),
        })
    }
}

/// The longitudinal vector current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongitudinalCurrent {
    /// From the charge by current conservation, q J_z = omega J_0.
    #[default]
    Conserved,
    /// Of the convection current of free nucleons.
    Convection,
}

/// The charge multipole of rank 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Monopole {
    /// From all orbitals.
    #[default]
    Full,
    /// Without that from s orbitals to s waves, which the response tables of dolan2022 lack.
    NotFromS,
}

/// Choices that change responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResponseOptions {
    /// The waves of the final nucleon.
    pub continuum: ContinuumOptions,
    /// The longitudinal vector current.
    pub longitudinal: LongitudinalCurrent,
    /// The axial charge.
    pub axial_charge: AxialCharge,
    /// The charge monopole.
    pub monopole: Monopole,
}

impl ResponseOptions {
    /// The choices that come closest to the response tables of dolan2022, found by comparison with them.
    pub fn of_the_tables(final_state: FinalState) -> Self {
        ResponseOptions {
            continuum: ContinuumOptions { final_state, relativistic: true },
            longitudinal: LongitudinalCurrent::Conserved,
            axial_charge: AxialCharge::MiddleRank,
            monopole: Monopole::NotFromS,
        }
    }
}

/// The five inclusive responses [1/MeV]; for the sign and the factor of each see [`ResponseSums::responses`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Responses<D> {
    /// Charge-charge.
    pub cc: D,
    /// Charge-longitudinal.
    pub cl: D,
    /// Longitudinal-longitudinal.
    pub ll: D,
    /// Transverse.
    pub t: D,
    /// Transverse interference of vector and axial current; of opposite sign in the cross sections of antineutrinos.
    pub t_prime: D,
}

impl<D: Real> Responses<D> {
    /// None.
    pub fn zero() -> Self {
        Responses { cc: D::zero(), cl: D::zero(), ll: D::zero(), t: D::zero(), t_prime: D::zero() }
    }

    /// In the order CC, CL, LL, T, T'.
    pub fn array(&self) -> [D; 5] {
        [self.cc, self.cl, self.ll, self.t, self.t_prime]
    }

    /// The sum with another one.
    pub fn plus(&self, other: &Self) -> Self {
        Responses {
            cc: self.cc + other.cc,
            cl: self.cl + other.cl,
            ll: self.ll + other.ll,
            t: self.t + other.t,
            t_prime: self.t_prime + other.t_prime,
        }
    }
}

/// Sums over all waves and ranks of products of two reduced elements, 4 pi n/(2j_h + 1) sum R R' [1/MeV], for the n
/// nucleons of a hole: the responses are bilinear in the form factors, and these are the coefficients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponseSums<D> {
    /// Charge squared.
    pub charge: D,
    /// Charge times longitudinal convection.
    pub charge_convection: D,
    /// Longitudinal convection squared.
    pub convection: D,
    /// Axial charge squared.
    pub axial_charge: D,
    /// Axial charge times axial longitudinal.
    pub axial_charge_longitudinal: D,
    /// Axial longitudinal squared.
    pub axial_longitudinal: D,
    /// Transverse convection squared, electric and magnetic.
    pub transverse_convection: D,
    /// Transverse convection times magnetisation.
    pub convection_magnetisation: D,
    /// Magnetisation squared.
    pub magnetisation: D,
    /// Axial transverse squared.
    pub axial_transverse: D,
    /// Transverse convection times axial transverse of the other multipole, electric times magnetic.
    pub convection_axial: D,
    /// Magnetisation times axial transverse.
    pub magnetisation_axial: D,
}

impl<D: Real> ResponseSums<D> {
    /// None.
    pub fn zero() -> Self {
        let zero = D::zero();
        ResponseSums {
            charge: zero,
            charge_convection: zero,
            convection: zero,
            axial_charge: zero,
            axial_charge_longitudinal: zero,
            axial_longitudinal: zero,
            transverse_convection: zero,
            convection_magnetisation: zero,
            magnetisation: zero,
            axial_transverse: zero,
            convection_axial: zero,
            magnetisation_axial: zero,
        }
    }

    /// In other numbers, each made by `to`.
    pub fn map<E: Real>(&self, to: impl Fn(D) -> E) -> ResponseSums<E> {
        ResponseSums {
            charge: to(self.charge),
            charge_convection: to(self.charge_convection),
            convection: to(self.convection),
            axial_charge: to(self.axial_charge),
            axial_charge_longitudinal: to(self.axial_charge_longitudinal),
            axial_longitudinal: to(self.axial_longitudinal),
            transverse_convection: to(self.transverse_convection),
            convection_magnetisation: to(self.convection_magnetisation),
            magnetisation: to(self.magnetisation),
            axial_transverse: to(self.axial_transverse),
            convection_axial: to(self.convection_axial),
            magnetisation_axial: to(self.magnetisation_axial),
        }
    }

    /// Of the elements at momentum transfer number `momentum`, for `nucleons` in the orbital.
    pub fn new(
        elements: &TransitionElements<D>,
        hole: &Orbital<D>,
        momentum: usize,
        monopole: Monopole,
    ) -> Self {
        let mut sums = ResponseSums::zero();
        let weight = 4.0 * PI * hole.occupation / hole.shell.capacity();
        for (channel, element) in elements.at(momentum) {
            let from_s = hole.shell.l == 0 && channel.l == 0 && channel.rank == 0;
            if from_s && monopole == Monopole::NotFromS {
                continue;
            }
            if channel.is_natural(hole.shell.l) {
                sums.add_natural(element, weight);
            } else {
                sums.add_unnatural(element, weight);
            }
        }
        sums
    }

    fn add_natural(&mut self, e: &ReducedElements<D>, weight: f64) {
        let [charge, long, convection, magnetisation, axial] = [
            Natural::Charge,
            Natural::LongitudinalConvection,
            Natural::ElectricConvection,
            Natural::ElectricMagnetisation,
            Natural::AxialMagnetic,
        ]
        .map(|operator| e.natural(operator));
        self.charge += charge.sq() * weight;
        self.charge_convection += charge * long * weight;
        self.convection += long.sq() * weight;
        self.add_transverse([convection, magnetisation, axial], weight);
    }

    fn add_unnatural(&mut self, e: &ReducedElements<D>, weight: f64) {
        let [convection, magnetisation, charge, long, axial] = [
            Unnatural::MagneticConvection,
            Unnatural::MagneticMagnetisation,
            Unnatural::AxialCharge,
            Unnatural::AxialLongitudinal,
            Unnatural::AxialElectric,
        ]
        .map(|operator| e.unnatural(operator));
        self.axial_charge += charge.sq() * weight;
        self.axial_charge_longitudinal += charge * long * weight;
        self.axial_longitudinal += long.sq() * weight;
        self.add_transverse([convection, magnetisation, axial], weight);
    }

    fn add_transverse(&mut self, [convection, magnetisation, axial]: [D; 3], weight: f64) {
        self.transverse_convection += convection.sq() * weight;
        self.convection_magnetisation += convection * magnetisation * weight;
        self.magnetisation += magnetisation.sq() * weight;
        self.axial_transverse += axial.sq() * weight;
        self.convection_axial += convection * axial * weight;
        self.magnetisation_axial += magnetisation * axial * weight;
    }

    /// The responses with the form factors at (`omega`, `q`) [MeV], in the signs of dolan2022 for the current V - A:
    /// R_CC = 4 pi sum |C|^2, R_CL = -4 pi sum Re(C Z*), R_LL = 4 pi sum |Z|^2, R_T = 4 pi sum (|T^el|^2 + |T^mag|^2),
    /// R_T' = -4 pi sum Re(T^el T^mag*), with the amplitudes of [`crate::meanfield::multipoles`].
    pub fn responses(
        &self,
        f: &FormFactors<D>,
        omega: f64,
        q: f64,
        options: &ResponseOptions,
    ) -> Responses<D> {
        let (e, m, a) = (f.electric, f.magnetic, f.axial);
        let pole = f.pseudoscalar / (4.0 * NUCLEON_MASS * NUCLEON_MASS);
        let (time, long) = (pole * (-omega * q), a - pole * (q * q));
        let (vector_cl, vector_ll) = match options.longitudinal {
            LongitudinalCurrent::Conserved => (self.charge * (omega / q), self.charge * (omega / q).powi(2)),
            LongitudinalCurrent::Convection => (self.charge_convection, self.convection),
        };
        let axial_cc = a.sq() * self.axial_charge
            + a * time * self.axial_charge_longitudinal * 2.0
            + time.sq() * self.axial_longitudinal;
        let axial_cl = (a * self.axial_charge_longitudinal + time * self.axial_longitudinal) * long;
        let vector_t = e.sq() * self.transverse_convection
            + e * m * self.convection_magnetisation * 2.0
            + m.sq() * self.magnetisation;
        Responses {
            cc: e.sq() * self.charge + axial_cc,
            cl: -(e.sq() * vector_cl + axial_cl),
            ll: e.sq() * vector_ll + long.sq() * self.axial_longitudinal,
            t: vector_t + a.sq() * self.axial_transverse,
            t_prime: a * (e * self.convection_axial + m * self.magnetisation_axial),
        }
    }
}

/// The sums of one hole.
#[derive(Clone, Debug)]
pub struct HoleSums<D> {
    /// The hole.
    pub shell: Shell,
    /// The struck nucleon.
    pub nucleon: Nucleon,
    /// By momentum transfer.
    pub sums: Vec<ResponseSums<D>>,
}

/// The responses of a mean field, prepared for a set of momentum transfers.
#[derive(Clone, Debug)]
pub struct ResponseModel<'a, D> {
    field: &'a MeanField<D>,
    probe: Probe,
    struck: Option<Nucleon>,
    options: ResponseOptions,
    bessel: BesselTable,
    momenta: Vec<f64>,
    l_max: u32,
    couplings: Vec<Couplings>,
}

/// Largest l of the waves that reach orbitals within `reach_fm` at the kinetic energy `kinetic` [MeV].
pub(crate) fn largest_l(reach_fm: f64, kinetic: f64) -> u32 {
    let k_fm = (kinetic * (2.0 * NUCLEON_MASS + kinetic)).sqrt() / HBAR_C;
    (k_fm * reach_fm) as u32 + EXTRA_WAVES
}

/// Reach of the orbitals of a nucleus of mass number `a` [fm].
fn reach_fm(a: u16) -> f64 {
    RADIUS_FM * f64::from(a).cbrt() + REACH_FM
}

impl<'a, D: Real> ResponseModel<'a, D> {
    /// For the momentum transfers `momenta` [MeV] and energy transfers up to `omega_max` [MeV].
    pub fn new(
        field: &'a MeanField<D>,
        probe: Probe,
        options: ResponseOptions,
        momenta: &[f64],
        omega_max: f64,
    ) -> Self {
        let l_max = largest_l(reach_fm(field.nuclide.a), omega_max.max(1.0));
        let shells = field.occupied().map(|o| o.shell);
        let mut distinct: Vec<Shell> = Vec::new();
        shells.for_each(|s| {
            if !distinct.contains(&s) {
                distinct.push(s)
            }
        });
        let most_l = distinct.iter().map(|s| s.l).max().unwrap_or(0);
        ResponseModel {
            field,
            probe,
            struck: None,
            options,
            bessel: BesselTable::new(field.options.mesh, momenta, l_max + most_l + 1),
            momenta: momenta.to_vec(),
            l_max,
            couplings: distinct.into_iter().map(|s| Couplings::new(s, l_max, options.axial_charge)).collect(),
        }
    }

    /// The same for nucleons of one kind alone, if one is given.
    pub fn from_nucleons(mut self, struck: Option<Nucleon>) -> Self {
        self.struck = struck;
        self
    }

    /// The orbitals that the probe acts on.
    pub fn holes(&self) -> impl Iterator<Item = &'a Orbital<D>> {
        let (probe, struck) = (self.probe, self.struck);
        let meant = move |o: &&Orbital<D>| struck.is_none_or(|kind| o.nucleon == kind);
        self.field.occupied().filter(meant).filter(move |o| probe.final_nucleon(o.nucleon).is_some())
    }

    /// The waves of the nucleon that leaves the hole at the energy transfer `omega` [MeV], and the elements at all momentum
    /// transfers; none below the threshold.
    ///
    /// # Errors
    /// Those of the waves.
    pub fn elements(
        &self,
        hole: &Orbital<D>,
        omega: f64,
    ) -> Result<Option<(Continuum<D>, TransitionElements<D>)>> {
        let kinetic = hole.energy + omega;
        let couplings = self.couplings.iter().find(|c| c.shell == hole.shell);
        let (Some(couplings), Some(leaves)) = (couplings, self.probe.final_nucleon(hole.nucleon)) else {
            return Ok(None);
        };
        if kinetic.re() <= 0.0 {
            return Ok(None);
        }
        let l_max = self.l_max.min(largest_l(reach_fm(self.field.nuclide.a), kinetic.re()));
        let field = &self.field.fields[leaves.index()];
        let continuum = Continuum::new(field, kinetic, l_max, self.options.continuum)?;
        let elements = transition_elements(hole, &continuum, couplings, &self.bessel);
        Ok(Some((continuum, elements)))
    }

    /// The sums of every open hole at the energy transfer `omega` [MeV].
    ///
    /// # Errors
    /// Those of the waves.
    pub fn sums(&self, omega: f64) -> Result<Vec<HoleSums<D>>> {
        let mut all = Vec::new();
        for hole in self.holes() {
            if let Some((_, elements)) = self.elements(hole, omega)? {
                let of = |i| ResponseSums::new(&elements, hole, i, self.options.monopole);
                let sums = (0..self.momenta.len()).map(of).collect();
                all.push(HoleSums { shell: hole.shell, nucleon: hole.nucleon, sums });
            }
        }
        Ok(all)
    }

    /// The responses of the nucleus at the energy transfer `omega` [MeV] by momentum transfer.
    ///
    /// # Errors
    /// Those of the waves.
    pub fn responses(&self, form_factors: &PreparedFormFactors<D>, omega: f64) -> Result<Vec<Responses<D>>> {
        let holes = self.sums(omega)?;
        let at = |(i, &q): (usize, &f64)| {
            holes.iter().fold(Responses::zero(), |sum, hole| {
                let f = form_factors.of(self.probe.current(), hole.nucleon, q * q - omega * omega);
                sum.plus(&hole.sums[i].responses(&f, omega, q, &self.options))
            })
        };
        Ok(self.momenta.iter().enumerate().map(at).collect())
    }
}

#[cfg(test)]
#[path = "responses_tests.rs"]
mod tests;
