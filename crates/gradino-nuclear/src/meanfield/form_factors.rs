//! Form factors of the nucleon: electric and magnetic of Sachs, axial, and pseudoscalar.
//!
//! With tau = Q^2/4M^2 all vector form factors are ratios of polynomials in tau, some of them times the dipole
//! G_D = (1 + Q^2/M_V^2)^-2. Every coefficient is a parameter.

mod axial;
mod parameters;

pub use axial::{AXIAL_CHARGE, AXIAL_MASS, AxialModel, POLE, STRANGE};
pub use parameters::{MU_NEUTRON, MU_PROTON, VECTOR_MASS};

pub use super::shell::NUCLEON_MASS;
use super::shell::Nucleon;
use crate::error::{Error, Result};
use crate::reaction::electron_elastic::WEAK_ANGLE;
use axial::PreparedAxial;
use gradino_core::constants::PION_MASS;
use gradino_core::{Parameter, Params, Real};
use std::fmt;
use std::ops::Mul;
use std::str::FromStr;

/// Model of the vector form factors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VectorModel {
    /// G_E^p = G_M^p/mu_p = G_M^n/mu_n = G_D, and G_E^n = -a mu_n tau G_D / (1 + b tau) (galster1971).
    Dipole,
    /// Ratios of polynomials fitted with constraints of duality (bradford2006).
    #[default]
    Bbba05,
    /// Ratios of polynomials with the right decrease at large Q^2 (kelly2004).
    Kelly,
}

impl VectorModel {
    /// All models.
    pub const ALL: [VectorModel; 3] = [VectorModel::Dipole, VectorModel::Bbba05, VectorModel::Kelly];

    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            VectorModel::Dipole => "dipole",
            VectorModel::Bbba05 => "bbba05",
            VectorModel::Kelly => "kelly",
        }
    }
}

impl fmt::Display for VectorModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for VectorModel {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        VectorModel::ALL.into_iter().find(|m| m.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "vector form factor",
            name: text.to_string(),
            known: VectorModel::ALL.map(VectorModel::name).to_vec(),
        })
    }
}

/// The current that acts on the nucleon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Current {
    /// Charged weak current, n -> p or p -> n.
    Charged,
    /// Neutral weak current.
    Neutral,
    /// Electromagnetic current.
    Electromagnetic,
}

/// The form factors of one current on one kind of nucleon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormFactors<D> {
    /// Electric, G_E.
    pub electric: D,
    /// Magnetic, G_M, in nuclear magnetons.
    pub magnetic: D,
    /// Axial, G_A, positive.
    pub axial: D,
    /// Pseudoscalar, G_P = 4 M^2 G_A / (Q^2 + m_pi^2): a pion pole with a conserved axial current in the limit of
    /// no pion mass (goldberger1958), times the parameter `axial.pole`. It does not act in the neutral current: there q
    /// contracts to zero with the current of the massless leptons.
    pub pseudoscalar: D,
}

/// Choice of models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FormFactorModel {
    /// Vector form factors.
    pub vector: VectorModel,
    /// Axial form factor.
    pub axial: AxialModel,
}

impl FormFactorModel {
    /// The parameters of the chosen models.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut list = parameters::vector(self.vector);
        list.extend(axial::parameters(self.axial));
        list
    }

    /// Those of them that act in `current`: no axial ones in the electromagnetic, the strange axial charge in the neutral
    /// current alone, and not the pion pole in this one, as q.l vanishes for neutrinos.
    pub fn parameters_of(&self, current: Current) -> Vec<Parameter> {
        let acts = |p: &Parameter| match current {
            Current::Neutral => p.name != POLE,
            Current::Charged => p.name != STRANGE,
            Current::Electromagnetic => !p.name.starts_with("axial."),
        };
        self.parameters().into_iter().filter(acts).collect()
    }

    /// With the parameters `theta`, of which each current needs those that act in it: without an axial charge there is no
    /// axial part, without a strange one that is zero, and the weak mixing has its value at low energies.
    pub fn prepare<D: Real>(&self, theta: &Params<D>) -> PreparedFormFactors<D> {
        PreparedFormFactors {
            sachs: parameters::sachs(self.vector, theta),
            vector_mass_sq: theta[VECTOR_MASS].sq(),
            axial: PreparedAxial::new(self.axial, theta),
            sin2: theta.get(WEAK_ANGLE).unwrap_or(D::from(gradino_core::constants::SIN2_THETA_W)),
        }
    }
}

/// scale (c + n_1 tau + n_2 tau^2) / (1 + d_1 tau + ... + d_4 tau^4), times G_D where `dipole`.
#[derive(Clone, Copy, Debug)]
struct Ratio<D> {
    scale: D,
    constant: f64,
    numerator: [D; 2],
    denominator: [D; 4],
    dipole: bool,
}

impl<D: Real> Ratio<D> {
    fn at<Q: Real>(&self, tau: Q, dipole: D) -> D
    where
        D: Mul<Q, Output = D>,
    {
        let [n1, n2] = self.numerator;
        let [d1, d2, d3, d4] = self.denominator;
        let above = (n2 * tau + n1) * tau + self.constant;
        let below = (((d4 * tau + d3) * tau + d2) * tau + d1) * tau + 1.0;
        let ratio = self.scale * above / below;
        if self.dipole { ratio * dipole } else { ratio }
    }
}

/// The form factors, ready for use.
#[derive(Clone, Copy, Debug)]
pub struct PreparedFormFactors<D> {
    /// G_E^p, G_M^p, G_E^n, G_M^n.
    sachs: [Ratio<D>; 4],
    vector_mass_sq: D,
    axial: Option<PreparedAxial<D>>,
    sin2: D,
}

impl<D: Real> PreparedFormFactors<D> {
    /// G_E and G_M of proton and neutron, [G_E^p, G_M^p, G_E^n, G_M^n], at Q^2 = `q2` [MeV^2], 0 or more.
    pub fn sachs<Q: Real>(&self, q2: Q) -> [D; 4]
    where
        D: Mul<Q, Output = D>,
    {
        let tau = q2 / (4.0 * NUCLEON_MASS * NUCLEON_MASS);
        let dipole = (self.vector_mass_sq.recip() * q2 + 1.0).powi(-2);
        self.sachs.each_ref().map(|ratio| ratio.at(tau, dipole))
    }

    /// Axial form factor of the charged current at Q^2 = `q2` [MeV^2].
    pub fn axial<Q: Real>(&self, q2: Q) -> D
    where
        D: Mul<Q, Output = D>,
    {
        self.axial.as_ref().map_or(D::zero(), |axial| axial.at(q2))
    }

    /// The form factors of `current` on a nucleon that is a `nucleon` before, at Q^2 = `q2` [MeV^2].
    ///
    /// Charged: G^p - G^n and G_A. Neutral: (1/2 - 2 sin^2) G - G'/2, where G' belongs to the other kind, and
    /// (+-G_A - Delta_s G_A/g_A)/2 with + for the proton (alberico2002), no strange vector form factors.
    /// Electromagnetic: G, without axial part.
    ///
    /// With a Q^2 that carries derivatives these are there too.
    pub fn of<Q: Real>(&self, current: Current, nucleon: Nucleon, q2: Q) -> FormFactors<D>
    where
        D: Mul<Q, Output = D>,
    {
        let [ep, mp, en, mn] = self.sachs(q2);
        let ([e, m], [e_other, m_other], sign) = match nucleon {
            Nucleon::Proton => ([ep, mp], [en, mn], 1.0),
            Nucleon::Neutron => ([en, mn], [ep, mp], -1.0),
        };
        let (electric, magnetic, axial) = match current {
            Current::Charged => (ep - en, mp - mn, self.axial(q2)),
            Current::Electromagnetic => (e, m, D::zero()),
            Current::Neutral => {
                let own = D::from(0.5) - self.sin2 * 2.0;
                let strange = self.axial.as_ref().map_or(D::zero(), PreparedAxial::strange_ratio);
                let axial = self.axial(q2) * (D::from(sign) - strange) * 0.5;
                (own * e - e_other * 0.5, own * m - m_other * 0.5, axial)
            }
        };
        let share = self.axial.as_ref().map_or(D::one(), PreparedAxial::pole);
        let pole = share * (Q::from(4.0 * NUCLEON_MASS * NUCLEON_MASS) / (q2 + PION_MASS * PION_MASS));
        FormFactors { electric, magnetic, axial, pseudoscalar: axial * pole }
    }
}

#[cfg(test)]
mod tests;
