//! The ground state of a nucleus in its mean field, in numbers without derivatives.

use crate::config::{CoulombExchange, NucleonMasses};
use crate::error::Result;
use gradino_core::{First, ParamSet, Parameter, Real};
use gradino_nuclear::meanfield::{
    FieldChoice, MeanField, NuclearMatter, Nucleon, RadialField, Skyrme, SkyrmeForce,
};
use serde::Serialize;

/// The ground state of a nucleus with a Skyrme force.
#[derive(Clone, Debug, Serialize)]
pub struct Ground {
    /// The nucleus.
    pub nuclide: String,
    /// The nucleus whose field was made self-consistent.
    pub field_of: String,
    /// Shells of it that were emptied.
    pub emptied: Vec<String>,
    /// The force.
    pub force: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The Coulomb exchange energy: "none" or "slater".
    pub exchange: &'static str,
    /// The masses of neutrons and protons: "mean" or "physical".
    pub masses: &'static str,
    /// Whether the mass was corrected for the motion of the centre of mass.
    pub centre_of_mass: bool,
    /// Steps to self-consistency.
    pub steps: usize,
    /// The parameter of the derivatives.
    pub gradient: Option<Gradient>,
    /// Terms of the energy, the sum last.
    #[serde(rename = "energy_MeV")]
    pub energy: Vec<Term>,
    /// Root-mean-square radii of neutrons, protons and charge.
    #[serde(rename = "radii_fm")]
    pub radii: Vec<Term>,
    /// Bound levels.
    pub levels: Vec<Level>,
    /// Symmetric nuclear matter of the force, if it saturates.
    pub matter: Option<Matter>,
    /// Densities and fields on the mesh.
    pub columns: Columns,
}

/// The parameter of the derivatives.
#[derive(Clone, Debug, Serialize)]
pub struct Gradient {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
}

/// A number with its derivative.
#[derive(Clone, Debug, Serialize)]
pub struct Term {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// Its derivative with respect to the parameter, if one was asked for.
    pub derivative: Option<f64>,
}

/// A bound level.
#[derive(Clone, Debug, Serialize)]
pub struct Level {
    /// "n" or "p".
    pub nucleon: String,
    /// The shell, like "1p3/2".
    pub shell: String,
    /// Nucleons in it.
    pub nucleons: f64,
    /// Energy [MeV].
    #[serde(rename = "energy_MeV")]
    pub energy: f64,
    /// Its derivative with respect to the parameter, if one was asked for.
    pub derivative: Option<f64>,
}

/// Symmetric nuclear matter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Matter {
    /// Saturation density [1/fm^3].
    #[serde(rename = "density_per_fm3")]
    pub density: f64,
    /// Energy per nucleon [MeV].
    #[serde(rename = "energy_MeV")]
    pub energy: f64,
    /// Incompressibility [MeV].
    #[serde(rename = "incompressibility_MeV")]
    pub incompressibility: f64,
    /// Symmetry energy [MeV].
    #[serde(rename = "symmetry_energy_MeV")]
    pub symmetry_energy: f64,
    /// Effective mass over the mass.
    pub effective_mass: f64,
}

/// Densities and fields on the mesh; of neutrons, then of protons.
#[derive(Clone, Debug, Serialize)]
pub struct Columns {
    /// Radius [fm].
    #[serde(rename = "radius_fm")]
    pub radius: Vec<f64>,
    /// Number density [1/fm^3].
    #[serde(rename = "density_per_fm3")]
    pub density: [Vec<f64>; 2],
    /// Central potential with that of Coulomb [MeV].
    #[serde(rename = "potential_MeV")]
    pub potential: [Vec<f64>; 2],
    /// Spin-orbit potential W/r, the factor of <l.sigma> [MeV].
    #[serde(rename = "spin_orbit_MeV")]
    pub spin_orbit: [Vec<f64>; 2],
    /// Effective mass over the mass.
    pub effective_mass: [Vec<f64>; 2],
}

impl Ground {
    /// The ground state with a force, whose parameters may have been changed to those of `set`; with the derivatives with
    /// respect to one of them, if wanted.
    ///
    /// # Errors
    /// An unknown parameter, and a nucleus without a field.
    pub fn new(
        choice: &FieldChoice,
        force: &SkyrmeForce,
        set: &ParamSet,
        gradient: Option<&str>,
    ) -> Result<Self> {
        let Some(name) = gradient else {
            return Ok(Self::of(choice, force, set, None, &choice.solve(&Skyrme::new(&set.values()))?));
        };
        let position = set.position(name)?;
        let theta = set.chunk::<1>(position);
        let field: MeanField<First> = choice.solve(&Skyrme::new(&theta))?;
        Ok(Self::of(choice, force, set, Some(set.at(position)), &field))
    }

    /// The same with the parameters of the force but for the `values` of some of them, by name.
    ///
    /// # Errors
    /// As [`Ground::new`]; a value out of bounds.
    pub fn with(
        choice: &FieldChoice,
        force: &SkyrmeForce,
        values: &[(String, f64)],
        gradient: Option<&str>,
    ) -> Result<Self> {
        let mut set = force.parameters.clone();
        values.iter().try_for_each(|(name, value)| set.set(name, *value))?;
        Ground::new(choice, force, &set, gradient)
    }

    fn of<D: Real>(
        choice: &FieldChoice,
        force: &SkyrmeForce,
        set: &ParamSet,
        gradient: Option<&Parameter>,
        field: &MeanField<D>,
    ) -> Self {
        let slope = |x: D| gradient.map(|_| x.slot(0));
        let term = |(name, x): (&'static str, D)| Term { name, value: x.re(), derivative: slope(x) };
        let level = |o: &gradino_nuclear::meanfield::Orbital<D>| Level {
            nucleon: o.nucleon.to_string(),
            shell: o.shell.to_string(),
            nucleons: o.occupation,
            energy: o.energy.re(),
            derivative: slope(o.energy),
        };
        Ground {
            nuclide: field.nuclide.to_string(),
            field_of: choice.of.to_string(),
            emptied: choice.empty.iter().map(ToString::to_string).collect(),
            force: force.name.clone(),
            parameters: set.iter().cloned().collect(),
            exchange: CoulombExchange::from(choice.options.exchange).name(),
            masses: NucleonMasses::from(choice.options.masses).name(),
            centre_of_mass: choice.options.centre_of_mass,
            steps: field.steps,
            gradient: gradient.map(|p| Gradient { name: p.name.clone(), unit: p.unit.clone() }),
            energy: energy_terms(field).into_iter().map(term).collect(),
            radii: radius_terms(field).into_iter().map(term).collect(),
            levels: field.orbitals.iter().map(level).collect(),
            matter: NuclearMatter::of(&Skyrme::new(&set.values())).map(Matter::from),
            columns: Columns::of(field),
        }
    }

    /// The total energy [MeV].
    pub fn total_energy(&self) -> f64 {
        self.energy.last().map_or(0.0, |term| term.value)
    }

    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers and texts can be written") + "\n"
    }
}

fn energy_terms<D: Real>(field: &MeanField<D>) -> [(&'static str, D); 9] {
    let e = &field.energy;
    [
        ("kinetic", e.kinetic),
        ("t0", e.contact),
        ("t1 and t2", e.momentum),
        ("t3", e.density_dependent),
        ("t4", e.three_body),
        ("spin-orbit", e.spin_orbit),
        ("Coulomb", e.coulomb),
        ("Coulomb exchange", e.exchange),
        ("total", e.total()),
    ]
}

fn radius_terms<D: Real>(field: &MeanField<D>) -> [(&'static str, D); 3] {
    let r = &field.radii;
    [("neutrons", r.neutron), ("protons", r.proton), ("charge", r.charge)]
}

impl From<NuclearMatter> for Matter {
    fn from(m: NuclearMatter) -> Self {
        Matter {
            density: m.density,
            energy: m.energy,
            incompressibility: m.incompressibility,
            symmetry_energy: m.symmetry_energy,
            effective_mass: m.effective_mass,
        }
    }
}

impl Columns {
    fn of<D: Real>(field: &MeanField<D>) -> Self {
        let mesh = field.options.mesh;
        let both = |of: &dyn Fn(&RadialField<f64>) -> Vec<f64>| {
            Nucleon::BOTH.map(|nucleon| of(&field.fields[nucleon.index()].values()))
        };
        Columns {
            radius: mesh.radii_fm().collect(),
            density: field.densities.each_ref().map(|d| d.rho.iter().map(|x| x.re()).collect()),
            potential: both(&|f| f.u.clone()),
            spin_orbit: both(&|f| f.w.iter().zip(mesh.radii_fm()).map(|(w, r)| w / r).collect()),
            effective_mass: both(&|f| f.b.iter().map(|b| f.b_infinity / b).collect()),
        }
    }
}
