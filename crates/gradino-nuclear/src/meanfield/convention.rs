//! Whole sets of choices that responses depend on.

use super::choice::FieldChoice;
use super::continuum::FinalState;
use super::force::SkyrmeForce;
use super::form_factors::{AxialModel, FormFactorModel, VectorModel};
use super::hartree_fock::{CoulombExchange, EmptiedField, NucleonMasses, Options};
use super::responses::ResponseOptions;
use super::shell::Shell;
use gradino_core::Nuclide;

const CARBON_12: Nuclide = Nuclide::new(6, 12);
const OXYGEN_16: Nuclide = Nuclide::new(8, 16);

/// A whole set of choices: force, field, waves, currents and form factors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Convention {
    /// The defaults of this library.
    #[default]
    Own,
    /// What comes closest to the response tables of dolan2022; found by comparison with those of 16O, but for the
    /// field of 12C, which their thresholds tell.
    Dolan2022,
}

impl Convention {
    /// Name of the Skyrme force.
    pub fn force_name(self) -> &'static str {
        match self {
            Convention::Own => "SLy4",
            Convention::Dolan2022 => "SkE2",
        }
    }

    /// The Skyrme force.
    pub fn force(self) -> SkyrmeForce {
        SkyrmeForce::named(self.force_name()).expect("it is built in")
    }

    /// The Coulomb exchange energy.
    pub fn exchange(self) -> CoulombExchange {
        match self {
            Convention::Own => CoulombExchange::Slater,
            Convention::Dolan2022 => CoulombExchange::None,
        }
    }

    /// The masses in the kinetic energy.
    pub fn masses(self) -> NucleonMasses {
        match self {
            Convention::Own => NucleonMasses::Mean,
            Convention::Dolan2022 => NucleonMasses::Physical,
        }
    }

    /// The nucleus whose field the nucleons of `nuclide` move in, and the shells of it that are emptied: in the tables those
    /// of 12C have the orbitals of 16O without 1p1/2.
    pub fn borrowed(self, nuclide: Nuclide) -> (Nuclide, Vec<Shell>) {
        match (self, nuclide) {
            (Convention::Dolan2022, CARBON_12) => (OXYGEN_16, vec![Shell::new(1, 1, 1)]),
            _ => (nuclide, Vec::new()),
        }
    }

    /// The field of `nuclide`.
    pub fn field(self, nuclide: Nuclide) -> FieldChoice {
        let (of, empty) = self.borrowed(nuclide);
        let options = Options { exchange: self.exchange(), masses: self.masses(), ..Options::default() };
        FieldChoice { nuclide, of, empty, rest: EmptiedField::Evaluated, options }
    }

    /// Waves and currents; with plane waves those of the tables HF_PW.
    pub fn options(self, final_state: FinalState) -> ResponseOptions {
        match self {
            Convention::Own => {
                let mut options = ResponseOptions::default();
                options.continuum.final_state = final_state;
                options
            }
            Convention::Dolan2022 => ResponseOptions::of_the_tables(final_state),
        }
    }

    /// The form factors.
    pub fn form_factors(self) -> FormFactorModel {
        match self {
            Convention::Own => FormFactorModel::default(),
            Convention::Dolan2022 => {
                FormFactorModel { vector: VectorModel::Dipole, axial: AxialModel::TableDipole }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::form_factors::{AXIAL_CHARGE, AXIAL_MASS, POLE};
    use crate::meanfield::{AxialCharge, MeanField, Monopole, Nucleon, Skyrme};
    use gradino_core::ParamSet;

    #[test]
    fn carbon_of_the_tables_has_the_thresholds_of_oxygen_and_the_other_nuclei_their_own_fields() {
        let tables = Convention::Dolan2022;
        let theta = tables.force().parameters.values();
        let solve =
            |nuclide| -> MeanField<f64> { tables.field(nuclide).solve(&Skyrme::new(&theta)).expect("bound") };
        let (carbon, oxygen) = (solve(CARBON_12), solve(OXYGEN_16));
        for nucleon in Nucleon::BOTH {
            for shell in [Shell::new(1, 0, 1), Shell::new(1, 1, 3)] {
                let energy = |field: &MeanField<f64>| field.orbital(nucleon, shell).expect("bound").energy;
                assert_eq!(energy(&carbon), energy(&oxygen));
            }
        }
        assert_eq!((carbon.nuclide, carbon.occupied().count()), (CARBON_12, 4));
        let argon = Nuclide::new(18, 40);
        assert_eq!(tables.field(argon), FieldChoice::own(argon, tables.field(argon).options));
    }

    #[test]
    fn the_set_of_the_tables_is_that_of_the_documentation() {
        let tables = Convention::Dolan2022;
        assert_eq!(tables.force().name, "SkE2");
        assert_eq!((tables.exchange(), tables.masses()), (CoulombExchange::None, NucleonMasses::Physical));
        let options = tables.options(FinalState::Plane);
        assert_eq!((options.axial_charge, options.monopole), (AxialCharge::MiddleRank, Monopole::NotFromS));
        assert_eq!(options.continuum.final_state, FinalState::Plane);
        let set = ParamSet::new(tables.form_factors().parameters());
        let value = |name: &str| set.get(name).expect("a parameter of the dipole").value;
        assert_eq!([AXIAL_CHARGE, AXIAL_MASS, POLE].map(value), [1.262, 1032.0, 0.9992]);
        assert_eq!(tables.form_factors().vector, VectorModel::Dipole);
        assert_eq!(Convention::Own.options(FinalState::Distorted), ResponseOptions::default());
        assert_eq!(Convention::Own.field(CARBON_12), FieldChoice::own(CARBON_12, Options::default()));
    }
}
