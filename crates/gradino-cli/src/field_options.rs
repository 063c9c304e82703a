//! Options of the field of a nucleus that several commands share.

use crate::message::Done;
use crate::options::parse_setting;
use crate::wiring;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gradino::config::{Convention, CoulombExchange, KnockoutChoices, NamedChoice, NucleonMasses, Rest};
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{Shell, SkyrmeForce};
use std::path::PathBuf;

/// Force and field of a nucleus.
#[derive(Args)]
pub(crate) struct FieldOptions {
    /// The set that the choices come from which are not made here; dolan2022: what comes closest to those response tables
    #[arg(long, value_name = "WHICH", default_value = "own", value_parser = named::<Convention>())]
    convention: Convention,
    /// Skyrme force: SLy4 (the default), SkM*, SIII or SkE2
    #[arg(long, value_name = "NAME")]
    force: Option<String>,
    /// Skyrme force of a TOML file instead
    #[arg(long, value_name = "FILE.toml", conflicts_with = "force")]
    force_file: Option<PathBuf>,
    /// Value of a parameter, like skyrme.t0=-2500
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub(crate) set: Vec<(String, f64)>,
    /// Coulomb exchange energy; slater where nothing is said
    #[arg(long, value_name = "WHICH", value_parser = named::<CoulombExchange>())]
    exchange: Option<CoulombExchange>,
    /// Masses of neutrons and protons in the field; mean where nothing is said
    #[arg(long, value_name = "WHICH", value_parser = named::<NucleonMasses>())]
    masses: Option<NucleonMasses>,
    /// Take the field of another nuclide, some shells of which are emptied
    #[arg(long, value_name = "NUCLIDE", requires = "empty")]
    field: Option<Nuclide>,
    /// Shells of neutrons and protons to empty, like 1p1/2
    #[arg(long, value_name = "SHELL,...", value_delimiter = ',', requires = "field")]
    empty: Vec<Shell>,
    /// The field around the emptied shells; evaluated where nothing is said
    #[arg(long, value_name = "HOW", requires = "field", value_parser = named::<Rest>())]
    rest: Option<Rest>,
}

impl FieldOptions {
    /// The choices that were made.
    pub(crate) fn choices(&self) -> KnockoutChoices {
        let file = self.force_file.as_ref().map(|path| path.display().to_string());
        KnockoutChoices {
            convention: Some(self.convention),
            force: file.or_else(|| self.force.clone()),
            exchange: self.exchange,
            masses: self.masses,
            field: self.field.map(|nuclide| nuclide.to_string()),
            empty: self.field.map(|_| self.empty.iter().map(ToString::to_string).collect()),
            rest: self.rest,
            ..KnockoutChoices::default()
        }
    }

    /// The force: that of a file, or the built-in one of the name in `choices`.
    pub(crate) fn force(&self, name: &str) -> Done<SkyrmeForce> {
        Ok(wiring::force(name, self.force_file.as_deref())?)
    }
}

/// Reads a named choice; the help has its names and meanings.
pub(crate) fn named<T: NamedChoice>() -> impl TypedValueParser<Value = T> {
    let value = |choice: &T| PossibleValue::new(choice.choice().name).help(choice.choice().meaning);
    let known = PossibleValuesParser::new(T::ALL.iter().map(value));
    known.map(|name| T::named(&name).expect("the names are those of the choices"))
}
