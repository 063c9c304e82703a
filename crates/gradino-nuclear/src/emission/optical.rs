//! The global optical potential of koning2003, with its 46 parameters, and composite fragments by
//! folding (watanabe1958).

use crate::emission::fragment::Fragment;
use crate::emission::kduq;
use gradino_core::{Nuclide, Parameter, Params, Real};

/// Neutron Fermi energy E_F = c0 + c1 A [MeV], global neutron potential of koning2003.
const FERMI_NEUTRON: [f64; 2] = [-11.2814, 0.02646];
/// Proton Fermi energy E_F = c0 + c1 A [MeV], global proton potential of koning2003.
const FERMI_PROTON: [f64; 2] = [-8.4075, 0.01378];
/// Mean Coulomb energy of a proton is this times Z A^(-1/3) / r_C [MeV fm], eq. (23) of koning2003.
const COULOMB_CORRECTION: f64 = 1.73;

/// Whether a parameter may change its sign.
#[derive(Clone, Copy)]
enum Sign {
    Positive,
    Any,
}
use Sign::{Any, Positive};

/// Name, value, unit, meaning, sign: the global potential of koning2003, named as in pruitt2023.
const PARAMETERS: [(&str, f64, &str, &str, Sign); 46] = [
    ("v1_0", 59.30, "MeV", "real volume depth", Positive),
    ("v1_asymm", 21.0, "MeV", "asymmetry (N - Z)/A of the real volume depth", Any),
    ("v1_a", 0.024, "MeV", "fall of the real volume depth with A", Any),
    ("v2_0_n", 0.007228, "1/MeV", "fall of the neutron depth with energy", Any),
    ("v2_a_n", 1.48e-6, "1/MeV", "fall of v2 of neutrons with A", Any),
    ("v3_0_n", 1.994e-5, "1/MeV^2", "curvature of the neutron depth with energy", Any),
    ("v3_a_n", 2.0e-8, "1/MeV^2", "fall of v3 of neutrons with A", Any),
    ("v2_0_p", 0.007067, "1/MeV", "fall of the proton depth with energy", Any),
    ("v2_a_p", 4.23e-6, "1/MeV", "rise of v2 of protons with A", Any),
    ("v3_0_p", 1.729e-5, "1/MeV^2", "curvature of the proton depth with energy", Any),
    ("v3_a_p", 1.136e-8, "1/MeV^2", "rise of v3 of protons with A", Any),
    ("v4_0", 7e-9, "1/MeV^3", "cubic term of the real depth in energy", Any),
    ("rv_0", 1.3039, "fm", "volume radius over A^(1/3)", Positive),
    ("rv_a", 0.4054, "fm", "fall of the volume radius with A^(-1/3)", Any),
    ("av_0", 0.6778, "fm", "volume diffuseness", Positive),
    ("av_a", 1.487e-4, "fm", "fall of the volume diffuseness with A", Any),
    ("rc_0", 1.198, "fm", "Coulomb radius over A^(1/3)", Positive),
    ("rc_a", 0.697, "fm", "rise of the Coulomb radius with A^(-2/3)", Any),
    ("rc_a2", 12.994, "fm", "rise of the Coulomb radius with A^(-5/3)", Any),
    ("vso1_0", 5.922, "MeV", "real spin-orbit depth", Any),
    ("vso1_a", 0.0030, "MeV", "rise of the real spin-orbit depth with A", Any),
    ("vso2_0", 0.0040, "1/MeV", "fall of the real spin-orbit depth with energy", Any),
    ("rso_0", 1.1854, "fm", "spin-orbit radius over A^(1/3)", Positive),
    ("rso_a", 0.647, "fm", "fall of the spin-orbit radius with A^(-1/3)", Any),
    ("aso_0", 0.59, "fm", "spin-orbit diffuseness", Positive),
    ("wso1_0", -3.1, "MeV", "imaginary spin-orbit depth", Any),
    ("wso2_0", 160.0, "MeV", "energy scale of the imaginary spin-orbit depth", Positive),
    ("w1_0_n", 12.195, "MeV", "imaginary volume depth of neutrons", Positive),
    ("w1_a_n", 0.0167, "MeV", "rise of the imaginary volume depth of neutrons with A", Any),
    ("w1_0_p", 14.667, "MeV", "imaginary volume depth of protons", Positive),
    ("w1_a_p", 0.009629, "MeV", "rise of the imaginary volume depth of protons with A", Any),
    ("w2_0", 73.55, "MeV", "energy scale of the imaginary volume depth", Positive),
    ("w2_a", 0.0795, "MeV", "rise of that scale with A", Any),
    ("d1_0", 16.0, "MeV", "imaginary surface depth", Positive),
    ("d1_asymm", 16.0, "MeV", "asymmetry (N - Z)/A of the imaginary surface depth", Any),
    ("d2_0", 0.0180, "1/MeV", "fall of the imaginary surface depth with energy", Any),
    ("d2_a", 0.003802, "1/MeV", "height of the step of d2 in A", Any),
    ("d2_a2", 8.0, "", "width of the step of d2 in A", Positive),
    ("d2_a3", 156.0, "", "place of the step of d2 in A", Any),
    ("d3_0", 11.5, "MeV", "energy scale of the imaginary surface depth", Positive),
    ("rd_0", 1.3424, "fm", "surface radius over A^(1/3)", Positive),
    ("rd_a", 0.01585, "fm", "fall of the surface radius with A^(1/3)", Any),
    ("ad_0_n", 0.5446, "fm", "surface diffuseness of neutrons", Positive),
    ("ad_a_n", 1.656e-4, "fm", "fall of the surface diffuseness of neutrons with A", Any),
    ("ad_0_p", 0.5187, "fm", "surface diffuseness of protons", Positive),
    ("ad_a_p", 5.205e-4, "fm", "rise of the surface diffuseness of protons with A", Any),
];
/// Bounds lie this many prior standard deviations outside the published value and the prior mean.
const BOUND_SIGMAS: f64 = 6.0;
/// A positive parameter stays above this fraction of its published value.
const POSITIVE_FRACTION: f64 = 0.05;

/// The 46 parameters `optical.*`: values of koning2003, prior widths of pruitt2023.
pub fn parameters() -> Vec<Parameter> {
    PARAMETERS
        .iter()
        .map(|&(short, value, unit, meaning, sign)| {
            let name = format!("optical.{short}");
            let sigma = kduq::sigma(&name).expect("the posterior has every parameter");
            let mean = kduq::mean(&name).expect("the posterior has every parameter");
            let floor = match sign {
                Positive => POSITIVE_FRACTION * value,
                Any => f64::NEG_INFINITY,
            };
            let lower = (value.min(mean) - BOUND_SIGMAS * sigma).max(floor);
            let upper = value.max(mean) + BOUND_SIGMAS * sigma;
            Parameter::new(&name, value, unit, "koning2003", meaning).bounded(lower, upper).with_sigma(sigma)
        })
        .collect()
}

/// The local quantities of the potential at one energy; R are full radii, not divided by A^(1/3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PotentialAtEnergy<D> {
    /// Real volume depth V [MeV].
    pub volume: D,
    /// Imaginary volume depth W_v [MeV].
    pub volume_absorption: D,
    /// Imaginary surface depth W_d [MeV].
    pub surface_absorption: D,
    /// Real spin-orbit depth V_so [MeV].
    pub spin_orbit: D,
    /// Imaginary spin-orbit depth W_so [MeV].
    pub spin_orbit_absorption: D,
    /// Where it sits.
    pub geometry: Geometry<D>,
}

/// Radii and diffusenesses [fm]; they do not depend on the energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry<D> {
    /// Volume radius R_v.
    pub volume_radius_fm: D,
    /// Volume diffuseness a_v.
    pub volume_diffuseness_fm: D,
    /// Surface radius R_d.
    pub surface_radius_fm: D,
    /// Surface diffuseness a_d.
    pub surface_diffuseness_fm: D,
    /// Spin-orbit radius R_so.
    pub spin_orbit_radius_fm: D,
    /// Spin-orbit diffuseness a_so.
    pub spin_orbit_diffuseness_fm: D,
    /// Radius R_C of the uniformly charged sphere.
    pub coulomb_radius_fm: D,
}

/// Number of local quantities in [`PotentialAtEnergy`].
pub const LOCAL: usize = 12;

impl<D: Real> PotentialAtEnergy<D> {
    /// The local quantities in one row: five depths, then the geometry.
    pub fn to_array(&self) -> [D; LOCAL] {
        let g = &self.geometry;
        [
            self.volume,
            self.volume_absorption,
            self.surface_absorption,
            self.spin_orbit,
            self.spin_orbit_absorption,
            g.volume_radius_fm,
            g.volume_diffuseness_fm,
            g.surface_radius_fm,
            g.surface_diffuseness_fm,
            g.spin_orbit_radius_fm,
            g.spin_orbit_diffuseness_fm,
            g.coulomb_radius_fm,
        ]
    }

    /// The same from that row.
    pub fn from_array(row: [D; LOCAL]) -> Self {
        PotentialAtEnergy {
            volume: row[0],
            volume_absorption: row[1],
            surface_absorption: row[2],
            spin_orbit: row[3],
            spin_orbit_absorption: row[4],
            geometry: Geometry {
                volume_radius_fm: row[5],
                volume_diffuseness_fm: row[6],
                surface_radius_fm: row[7],
                surface_diffuseness_fm: row[8],
                spin_orbit_radius_fm: row[9],
                spin_orbit_diffuseness_fm: row[10],
                coulomb_radius_fm: row[11],
            },
        }
    }
}

/// The potential of one kind of nucleon, all its dependence on A and Z done.
#[derive(Clone, Copy, Debug)]
struct NucleonPotential<D> {
    fermi: f64,
    v: [D; 4],
    coulomb_energy: D,
    w: [D; 2],
    d: [D; 3],
    vso: [D; 2],
    wso: [D; 2],
    geometry: Geometry<D>,
}

impl<D: Real> NucleonPotential<D> {
    /// The global parametrisation of koning2003 for a neutron or a proton.
    fn new(residue: Nuclide, proton: bool, theta: &Params<D>) -> Self {
        let get = |name: &str| theta[format!("optical.{name}").as_str()];
        let own = |name: &str| get(&format!("{name}_{}", if proton { "p" } else { "n" }));
        let a = f64::from(residue.a);
        // Neutrons see the opposite sign of every isovector term.
        let sign = if proton { 1.0 } else { -1.0 };
        let asymmetry = sign * (a - 2.0 * f64::from(residue.z)) / a;
        let [c0, c1] = if proton { FERMI_PROTON } else { FERMI_NEUTRON };
        let step = ((D::from(a) - get("d2_a3")) / get("d2_a2")).exp() + 1.0;
        let geometry = Self::geometry(residue, get, own, sign);
        let charge = if proton { f64::from(residue.z) } else { 0.0 };
        NucleonPotential {
            fermi: c0 + c1 * a,
            v: [
                get("v1_0") + get("v1_asymm") * asymmetry - get("v1_a") * a,
                own("v2_0") + own("v2_a") * (sign * a),
                own("v3_0") + own("v3_a") * (sign * a),
                get("v4_0"),
            ],
            coulomb_energy: geometry.coulomb_radius_fm.recip() * (COULOMB_CORRECTION * charge),
            w: [own("w1_0") + own("w1_a") * a, get("w2_0") + get("w2_a") * a],
            d: [get("d1_0") + get("d1_asymm") * asymmetry, get("d2_0") + get("d2_a") / step, get("d3_0")],
            vso: [get("vso1_0") + get("vso1_a") * a, get("vso2_0")],
            wso: [get("wso1_0"), get("wso2_0")],
            geometry,
        }
    }

    fn geometry(
        residue: Nuclide,
        get: impl Fn(&str) -> D,
        own: impl Fn(&str) -> D,
        sign: f64,
    ) -> Geometry<D> {
        let a = f64::from(residue.a);
        let root = a.cbrt();
        Geometry {
            volume_radius_fm: get("rv_0") * root - get("rv_a"),
            volume_diffuseness_fm: get("av_0") - get("av_a") * a,
            surface_radius_fm: get("rd_0") * root - get("rd_a") * (root * root),
            surface_diffuseness_fm: own("ad_0") + own("ad_a") * (sign * a),
            spin_orbit_radius_fm: get("rso_0") * root - get("rso_a"),
            spin_orbit_diffuseness_fm: get("aso_0"),
            coulomb_radius_fm: get("rc_0") * root
                + get("rc_a") / root
                + get("rc_a2") * root / a.powf(5.0 / 3.0),
        }
    }

    /// Real volume depth [MeV] with the Coulomb correction, eqs. (7) and (23) of koning2003.
    fn volume(&self, energy: D) -> D {
        let e = energy - self.fermi;
        let [v1, v2, v3, v4] = self.v;
        let shape = D::one() - v2 * e + v3 * e.sq() - v4 * e.powi(3);
        let slope = v2 - v3 * e * 2.0 + v4 * e.sq() * 3.0;
        v1 * (shape + self.coulomb_energy * slope)
    }

    /// Imaginary volume depth [MeV], eq. (7) of koning2003.
    fn volume_absorption(&self, energy: D) -> D {
        let e_sq = (energy - self.fermi).sq();
        self.w[0] * e_sq / (e_sq + self.w[1].sq())
    }

    /// Imaginary surface depth [MeV], eq. (7) of koning2003.
    fn surface_absorption(&self, energy: D) -> D {
        let e = energy - self.fermi;
        let [d1, d2, d3] = self.d;
        d1 * e.sq() / (e.sq() + d3.sq()) * (-(d2 * e)).exp()
    }

    /// Real spin-orbit depth [MeV], eq. (7) of koning2003.
    fn spin_orbit(&self, energy: D) -> D {
        self.vso[0] * (-(self.vso[1] * (energy - self.fermi))).exp()
    }

    /// Imaginary spin-orbit depth [MeV], eq. (7) of koning2003.
    fn spin_orbit_absorption(&self, energy: D) -> D {
        let e_sq = (energy - self.fermi).sq();
        self.wso[0] * e_sq / (e_sq + self.wso[1].sq())
    }
}

/// The optical potential between a fragment and a residue.
#[derive(Clone, Copy, Debug)]
pub struct OpticalPotential<D> {
    /// The residue.
    pub residue: Nuclide,
    /// The fragment.
    pub fragment: Fragment,
    /// Mass of the residue [MeV], as it enters the kinematics.
    pub target_mass: f64,
    neutron: NucleonPotential<D>,
    proton: NucleonPotential<D>,
}

impl<D: Real> OpticalPotential<D> {
    /// The potential for given parameters; `target_mass` [MeV] is the mass of the residue.
    pub fn prepare(residue: Nuclide, fragment: Fragment, target_mass: f64, theta: &Params<D>) -> Self {
        OpticalPotential {
            residue,
            fragment,
            target_mass,
            neutron: NucleonPotential::new(residue, false, theta),
            proton: NucleonPotential::new(residue, true, theta),
        }
    }

    /// Radii and diffusenesses: nucleon-weighted means for a composite fragment.
    pub fn geometry(&self) -> Geometry<D> {
        let (n, p) = (&self.neutron.geometry, &self.proton.geometry);
        let Nuclide { z, a } = self.fragment.nuclide();
        let protons = f64::from(z) / f64::from(a);
        let mean = |x: D, y: D| x * (1.0 - protons) + y * protons;
        Geometry {
            volume_radius_fm: mean(n.volume_radius_fm, p.volume_radius_fm),
            volume_diffuseness_fm: mean(n.volume_diffuseness_fm, p.volume_diffuseness_fm),
            surface_radius_fm: mean(n.surface_radius_fm, p.surface_radius_fm),
            surface_diffuseness_fm: mean(n.surface_diffuseness_fm, p.surface_diffuseness_fm),
            spin_orbit_radius_fm: mean(n.spin_orbit_radius_fm, p.spin_orbit_radius_fm),
            spin_orbit_diffuseness_fm: mean(n.spin_orbit_diffuseness_fm, p.spin_orbit_diffuseness_fm),
            coulomb_radius_fm: p.coulomb_radius_fm,
        }
    }

    /// The local quantities at the laboratory kinetic energy `e_lab` [MeV] of the fragment.
    ///
    /// Central depths of a composite fragment (n, z) of mass number a are
    /// n V_n(E/a) + z V_p(E/a) (watanabe1958). Its spin-orbit depth is (V_n(E) + V_p(E)) / 2a, twice
    /// that for a deuteron, none for an alpha, with the undivided energy as gardiner2021 has it.
    pub fn at_energy(&self, e_lab: D) -> PotentialAtEnergy<D> {
        let Nuclide { z, a } = self.fragment.nuclide();
        let (protons, neutrons) = (f64::from(z), f64::from(a - u16::from(z)));
        let shared = e_lab / f64::from(a);
        let (n, p) = (&self.neutron, &self.proton);
        let fold = |depth: fn(&NucleonPotential<D>, D) -> D| {
            depth(n, shared) * neutrons + depth(p, shared) * protons
        };
        let couple = |depth: fn(&NucleonPotential<D>, D) -> D| match self.fragment {
            Fragment::Neutron => depth(n, e_lab),
            Fragment::Proton => depth(p, e_lab),
            Fragment::Deuteron => (depth(n, e_lab) + depth(p, e_lab)) / f64::from(a),
            Fragment::Triton | Fragment::Helion => (depth(n, e_lab) + depth(p, e_lab)) / (2.0 * f64::from(a)),
            Fragment::Alpha => D::zero(),
        };
        PotentialAtEnergy {
            volume: fold(NucleonPotential::volume),
            volume_absorption: fold(NucleonPotential::volume_absorption),
            surface_absorption: fold(NucleonPotential::surface_absorption),
            spin_orbit: couple(NucleonPotential::spin_orbit),
            spin_orbit_absorption: couple(NucleonPotential::spin_orbit_absorption),
            geometry: self.geometry(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Dual, ParamSet};

    const ARGON: Nuclide = Nuclide::new(18, 39);

    #[test]
    fn the_posterior_has_all_46_parameters_of_the_potential() {
        let declared: Vec<String> = parameters().into_iter().map(|p| p.name).collect();
        assert_eq!(kduq::names(), declared);
        assert_eq!(kduq::covariance().len(), 46 * 46);
    }

    #[test]
    fn published_values_and_prior_means_are_within_the_bounds() {
        for p in parameters() {
            let mean = kduq::mean(&p.name).expect("every parameter has a prior");
            let inside = |x: f64| (p.bounds[0]..=p.bounds[1]).contains(&x);
            assert!(inside(p.value) && inside(mean) && p.sigma > 0.0, "{}", p.name);
        }
    }

    #[test]
    fn depths_of_koning2003_for_neutrons_on_lead_at_ten_mev() {
        // Written out by hand from the global neutron potential of koning2003, with A = 208, Z = 82.
        let theta = ParamSet::new(parameters()).values();
        let lead = Nuclide::new(82, 208);
        let at = OpticalPotential::prepare(lead, Fragment::Neutron, 193_000.0, &theta).at_energy(10.0);
        let e = 10.0 - (-11.2814 + 0.02646 * 208.0);
        let v1 = 59.30 - 21.0 * 44.0 / 208.0 - 0.024 * 208.0;
        let v = v1
            * (1.0 - (0.007228 - 1.48e-6 * 208.0) * e + (1.994e-5 - 2e-8 * 208.0) * e * e - 7e-9 * e.powi(3));
        let w = (12.195 + 0.0167 * 208.0) * e * e / (e * e + (73.55f64 + 0.0795 * 208.0).powi(2));
        let g = at.geometry;
        assert!((at.volume - v).abs() < 1e-12 && (at.volume_absorption - w).abs() < 1e-12);
        assert!((g.volume_radius_fm - 1.3039 * 208f64.cbrt() + 0.4054).abs() < 1e-12);
        assert!((g.surface_diffuseness_fm - (0.5446 - 1.656e-4 * 208.0)).abs() < 1e-12);
    }

    #[test]
    fn a_deuteron_feels_a_neutron_and_a_proton_of_half_its_energy() {
        let theta = ParamSet::new(parameters()).values();
        let of = |fragment| OpticalPotential::prepare(ARGON, fragment, 36_300.0, &theta);
        let (d, n, p) = (of(Fragment::Deuteron), of(Fragment::Neutron), of(Fragment::Proton));
        let sum = n.at_energy(5.0).volume + p.at_energy(5.0).volume;
        assert!((d.at_energy(10.0).volume - sum).abs() < 1e-12);
        assert_eq!(of(Fragment::Alpha).at_energy(10.0).spin_orbit, 0.0);
    }

    #[test]
    fn derivatives_of_every_local_quantity_equal_finite_differences() {
        let set = ParamSet::new(parameters());
        let at = |set: &ParamSet| {
            let theta = set.values();
            OpticalPotential::prepare(ARGON, Fragment::Helion, 36_300.0, &theta).at_energy(13.0).to_array()
        };
        for i in 0..set.len() {
            let theta = set.chunk::<1>(i);
            let potential = OpticalPotential::prepare(ARGON, Fragment::Helion, 36_300.0, &theta);
            let dual = potential.at_energy(Dual::from(13.0)).to_array();
            let step = 1e-4 * set.at(i).value.abs();
            let moved = |x: f64| {
                let mut list: Vec<_> = set.iter().cloned().collect();
                list[i].value += x;
                at(&ParamSet::new(list))
            };
            let (up, down) = (moved(step), moved(-step));
            for k in 0..LOCAL {
                let finite = (up[k] - down[k]) / (2.0 * step);
                let slack = 1e-6 * finite.abs() + 1e-9 * dual[k].re.abs() / step * 1e-4;
                assert!((dual[k].eps[0] - finite).abs() < slack + 1e-10, "{} {k}", set.at(i).name);
            }
        }
    }
}
