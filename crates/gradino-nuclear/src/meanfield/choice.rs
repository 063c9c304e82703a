//! Which field the nucleons of a nucleus move in: its own, or that of another nucleus with shells emptied.

use crate::error::{Error, Result};
use crate::meanfield::force::Skyrme;
use crate::meanfield::hartree_fock::{EmptiedField, MeanField, Options};
use crate::meanfield::shell::Shell;
use gradino_core::{Nuclide, Real};

/// The field chosen for a nucleus.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChoice {
    /// The nucleus.
    pub nuclide: Nuclide,
    /// The nucleus whose field is made self-consistent; the same, unless shells are emptied.
    pub of: Nuclide,
    /// Shells of neutrons and protons of it that are emptied.
    pub empty: Vec<Shell>,
    /// What the field becomes when they are.
    pub rest: EmptiedField,
    /// How the field is made.
    pub options: Options,
}

impl FieldChoice {
    /// Its own self-consistent field.
    pub fn own(nuclide: Nuclide, options: Options) -> Self {
        FieldChoice { nuclide, of: nuclide, empty: Vec::new(), rest: EmptiedField::Evaluated, options }
    }

    /// The field with a force.
    ///
    /// # Errors
    /// Those of [`MeanField::solve`] and [`MeanField::emptied`], and shells that leave another nucleus.
    pub fn solve<D: Real>(&self, force: &Skyrme<D>) -> Result<MeanField<D>> {
        let whole = MeanField::solve(self.of, force, &self.options)?;
        let field = match self.empty.is_empty() {
            true => whole,
            false => whole.emptied(force, &self.empty, self.rest)?,
        };
        if field.nuclide != self.nuclide {
            return Err(Error::OtherRemainder { of: self.of, left: field.nuclide, wanted: self.nuclide });
        }
        Ok(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::force::SkyrmeForce;

    #[test]
    fn emptied_shells_must_leave_the_nucleus_that_is_wanted() {
        let force: Skyrme<f64> =
            Skyrme::new(&SkyrmeForce::named("SLy4").expect("built in").parameters.values());
        let (carbon, oxygen) = (Nuclide::new(6, 12), Nuclide::new(8, 16));
        let own = FieldChoice::own(carbon, Options::default());
        assert_eq!(own.solve(&force).expect("bound").nuclide, carbon);
        let emptied = FieldChoice { of: oxygen, empty: vec![Shell::new(1, 1, 1)], ..own.clone() };
        assert_eq!(emptied.solve(&force).expect("bound").nuclide, carbon);
        for wrong in [vec![], vec![Shell::new(1, 1, 3)]] {
            let error = FieldChoice { empty: wrong, ..emptied.clone() }.solve(&force).expect_err("not 12C");
            assert!(matches!(error, Error::OtherRemainder { .. }) && error.hint().is_some(), "{error}");
        }
    }
}
