//! Which responses of which nucleus, with all choices.

use super::table::{Curves, ResponseTable, ShellCurves, SumCurves};
use crate::config::{Knockout, select_parameters};
use crate::error::Result;
use crate::meanfield::Gradient;
use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::meanfield::{
    FieldChoice, GridModel, Nucleon, Probe, ResponseGrid, ShellResponses, SkyrmeForce,
};
use gradino_nuclear::reaction::exclusive::parameters;

/// The nucleus, the probe, the choices and the grid of inclusive responses.
#[derive(Clone, Debug)]
pub struct ResponseJob {
    /// The nucleus.
    pub nuclide: Nuclide,
    /// What the nucleon turns into.
    pub probe: Probe,
    /// The kind of nucleon that is struck; none: all that the probe acts on.
    pub struck: Option<Nucleon>,
    /// The force.
    pub force: SkyrmeForce,
    /// Field, waves, currents and form factors; what it says of leptons and of the hole's width has no part here.
    pub choices: Knockout,
    /// Values of parameters of force and form factors, by name, that replace the published ones.
    pub values: Vec<(String, f64)>,
    /// Names or patterns of the parameters of the derivatives.
    pub gradients: Vec<String>,
    /// Momentum transfers [MeV].
    pub momenta: Vec<f64>,
    /// Energy transfers [MeV].
    pub omegas: Vec<f64>,
}

impl ResponseJob {
    /// The responses.
    ///
    /// # Errors
    /// Unknown names, values out of bounds, no grid, nucleons that the probe does not strike, and a nucleus without a field.
    pub fn table(&self) -> Result<ResponseTable> {
        let choices = self.choices.clone().for_responses()?;
        let form_factors = choices.form_factors();
        let mut params = ParamSet::new(parameters(form_factors, self.probe.current()));
        params.extend(self.force.parameters.iter().cloned());
        self.values.iter().try_for_each(|(name, value)| params.set(name, *value))?;
        let wanted = select_parameters(&self.gradients, &params)?;
        let model = GridModel {
            field: choices.field(self.nuclide),
            probe: self.probe,
            struck: self.struck,
            options: choices.response_options(),
            form_factors,
        };
        let grid = model.responses(&params, &wanted, &self.momenta, &self.omegas)?;
        Ok(self.written(&params, &wanted, &grid))
    }

    /// The responses `grid` with the parameters `params` and derivatives with respect to those at `wanted`.
    fn written(&self, params: &ParamSet, wanted: &[usize], grid: &ResponseGrid) -> ResponseTable {
        let curves = |points: &[[f64; 5]]| Curves::new(points, self.omegas.len());
        let shell = |s: &ShellResponses| ShellCurves {
            nucleon: s.nucleon.to_string(),
            shell: s.shell.to_string(),
            nucleons: s.occupation,
            energy: s.energy,
            curves: SumCurves {
                values: curves(&s.values),
                derivatives: s.slopes.iter().map(|slopes| curves(slopes)).collect(),
            },
        };
        let FieldChoice { of, empty, .. } = self.choices.field(self.nuclide);
        let gradient =
            |&i: &usize| Gradient { name: params.at(i).name.clone(), unit: params.at(i).unit.clone() };
        ResponseTable {
            nuclide: self.nuclide.to_string(),
            probe: self.probe.name(),
            meaning: self.probe.meaning(),
            struck: self.struck.map(|nucleon| nucleon.to_string()),
            field_of: of.to_string(),
            emptied: empty.iter().map(ToString::to_string).collect(),
            force: self.force.name.clone(),
            choices: self.choices.clone(),
            parameters: params.iter().cloned().collect(),
            set: self.values.iter().map(|(name, _)| name.clone()).collect(),
            gradients: wanted.iter().map(gradient).collect(),
            momenta: self.momenta.clone(),
            omegas: self.omegas.clone(),
            unit: "1/MeV",
            notes: notes(grid),
            total: SumCurves {
                values: curves(&grid.total()),
                derivatives: (0..wanted.len()).map(|slot| curves(&grid.total_slopes(slot))).collect(),
            },
            shells: grid.shells.iter().map(shell).collect(),
        }
    }
}

/// Where the responses are zero of themselves.
fn notes(grid: &ResponseGrid) -> Vec<String> {
    let mut notes = Vec::new();
    let threshold = grid.threshold();
    let below = grid.omegas.iter().filter(|&&omega| omega <= threshold).count();
    if below > 0 {
        notes.push(format!(
            "no nucleon leaves below {threshold:.2} MeV: the responses of {below} of {} energy transfers are zero",
            grid.omegas.len()
        ));
    }
    let beyond = |&q: &f64| grid.omegas.iter().filter(|&&omega| omega >= q).count();
    let beyond: usize = grid.momenta.iter().map(beyond).sum();
    if beyond > 0 {
        notes.push(format!("no lepton transfers an energy of q or more: {beyond} points are zero"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::super::table::NAMES;
    use super::*;
    use crate::config::{Convention, KnockoutChoices, Waves};

    fn job(choices: KnockoutChoices) -> ResponseJob {
        let choices = Knockout::from(choices);
        ResponseJob {
            nuclide: Nuclide::new(6, 12),
            probe: Probe::Neutrino,
            struck: None,
            force: choices.skyrme_force().expect("built in"),
            choices,
            values: Vec::new(),
            gradients: Vec::new(),
            momenta: vec![296.0, 400.0],
            omegas: vec![10.0, 60.0, 350.0],
        }
    }

    #[test]
    fn the_convention_of_the_tables_says_all_that_it_chooses() {
        let tables = KnockoutChoices { convention: Some(Convention::Dolan2022), ..Default::default() };
        let table = job(tables.clone()).table().expect("bound");
        let head = table.head().join("\n");
        for part in [
            "convention dolan2022",
            "SkE2",
            "Coulomb exchange none, nucleon masses physical",
            "field and orbitals of 16O without 1p1/2 (rest evaluated)",
            "axial charge middle-rank",
            "monopole not-from-s",
            "waves distorted",
            "vector form factors galster",
            "axial form factor dipole-dolan2022",
            "axial.g_a = 1.262",
            "axial.mass = 1032 MeV",
            "axial.pole = 0.9992",
        ] {
            assert!(head.contains(part), "{part} is not in\n{head}");
        }
        let notes = table.notes.join("\n");
        assert!(notes.contains("21.64 MeV") && notes.contains("q or more"), "{notes}");
        let plane = KnockoutChoices { waves: Some(Waves::Plane), ..tables };
        let plane = job(plane).table().expect("bound");
        assert!(plane.head().join("\n").contains("waves plane"));
        assert_ne!(plane.total.values.0[0][0][1], table.total.values.0[0][0][1]);
    }

    #[test]
    fn shells_add_up_to_the_total_with_their_derivatives() {
        let mut job = job(KnockoutChoices::default());
        job.gradients = vec!["axial.mass".into(), "vector.mu_*".into()];
        job.values = vec![("axial.mass".into(), 1100.0)];
        let table = job.table().expect("bound");
        assert_eq!(table.gradients.len(), 3);
        for k in 0..NAMES.len() {
            let at = |curves: &Curves| curves.0[k][0][1];
            let sum: f64 = table.shells.iter().map(|s| at(&s.curves.values)).sum();
            assert!((sum - at(&table.total.values)).abs() < 1e-12 * sum.abs() && sum != 0.0);
            for slot in 0..3 {
                let sum: f64 = table.shells.iter().map(|s| at(&s.curves.derivatives[slot])).sum();
                assert!((sum - at(&table.total.derivatives[slot])).abs() <= 1e-12 * sum.abs());
            }
        }
        assert!(
            table.json().contains("\"R_T'\"") && table.head().join("\n").contains("axial.mass = 1100 MeV")
        );
    }

    #[test]
    fn mistakes_are_named_with_the_way_out() {
        let refused = |change: &dyn Fn(&mut ResponseJob)| {
            let mut job = job(KnockoutChoices::default());
            change(&mut job);
            let error = job.table().expect_err("a mistake");
            format!("{error} / {}", error.hint().expect("a hint"))
        };
        type Change = fn(&mut ResponseJob);
        let mistakes: [(Change, &str); 6] = [
            (|j| j.momenta = vec![-296.0], "momentum transfer [MeV] = -296"),
            (|j| j.gradients = vec!["axial.mas".into()], "did you mean \"axial.mass\""),
            (|j| j.values = vec![("axial.g_b".into(), 1.0)], "did you mean \"axial.g_a\""),
            (|j| j.struck = Some(Nucleon::Proton), "does not strike"),
            (|j| j.force = SkyrmeForce::named("SkE2").expect("built in"), "collapses"),
            (|j| j.choices.empty = vec!["1p1/2".into()], "name it, like field = \"16O\""),
        ];
        for (change, part) in mistakes {
            let text = refused(&change);
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
