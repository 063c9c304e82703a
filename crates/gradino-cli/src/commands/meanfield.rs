//! `gradino meanfield`: the Hartree-Fock ground state of a nucleus.

use crate::field_options::FieldOptions;
use crate::message::{Done, note, print};
use crate::table::Table;
use crate::wiring;
use clap::Args;
use gradino::config::Knockout;
use gradino::meanfield::{Ground, Term};
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::SkyrmeForce;
use std::path::PathBuf;
use std::process::ExitCode;

/// Print the Hartree-Fock levels, energy and radii of a nucleus.
#[derive(Args)]
pub(crate) struct PrintMeanField {
    /// Nuclide, like 16O
    nuclide: Nuclide,
    #[command(flatten)]
    field: FieldOptions,
    /// Leave out the correction for the motion of the centre of mass
    #[arg(long)]
    no_centre_of_mass: bool,
    /// Derivatives with respect to a parameter, like skyrme.t0
    #[arg(long, value_name = "NAME")]
    gradient: Option<String>,
    /// Figure to write (SVG or HTML)
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Replace the figure if it exists
    #[arg(long)]
    overwrite: bool,
    /// Everything as JSON, with densities and fields
    #[arg(long)]
    json: bool,
}

impl PrintMeanField {
    pub(super) fn execute(self) -> Done {
        if let Some(path) = &self.figure {
            wiring::check_free(path, self.overwrite)?;
            wiring::check_page(path)?;
        }
        let choices = Knockout::from(self.field.choices()).for_responses()?;
        let force = self.field.force(&choices.force)?;
        let mut choice = choices.field(self.nuclide);
        choice.options.centre_of_mass = !self.no_centre_of_mass;
        let ground = Ground::with(&choice, &force, &self.field.set, self.gradient.as_deref())?;
        if let Some(path) = &self.figure {
            wiring::write_mean_field(path, &ground)?;
        }
        match self.json {
            true => print(&ground.json())?,
            false => self.tell(&ground, &force)?,
        }
        if let Some(path) = &self.figure {
            note(&format!("wrote {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn tell(&self, ground: &Ground, force: &SkyrmeForce) -> Done<()> {
        print(&format!("{}\n\n", heading(ground, force)))?;
        print(&levels(ground).text(false))?;
        print("\n")?;
        print(&sums(ground).text(false))?;
        let Some(m) = ground.matter else { return Ok(()) };
        print(&format!(
            "\nnuclear matter of the force: {:.4} nucleons/fm3, {:.3} MeV per nucleon, K = {:.1} MeV, symmetry energy \
             {:.2} MeV, m*/m = {:.3}\n",
            m.density, m.energy, m.incompressibility, m.symmetry_energy, m.effective_mass
        ))
    }
}

/// What was computed, in a line.
fn heading(ground: &Ground, force: &SkyrmeForce) -> String {
    let source = &force.parameters.at(0).source;
    let source = if source.is_empty() { String::new() } else { format!(" ({source})") };
    let field = match ground.emptied.is_empty() {
        true => String::new(),
        false => format!(", field and orbitals of {} without {}", ground.field_of, ground.emptied.join(", ")),
    };
    let recoil = if ground.centre_of_mass { "1 - 1/A in the kinetic energy" } else { "no recoil" };
    format!(
        "{}{field}: {}{source}, Coulomb exchange {}, nucleon masses {}, {recoil}; self-consistent in {} steps",
        ground.nuclide, ground.force, ground.exchange, ground.masses, ground.steps
    )
}

/// Name of the column of derivatives.
fn derivative(ground: &Ground, of: &str) -> Option<String> {
    let unit = |unit: &str| if unit.is_empty() { String::new() } else { format!(" [{unit}]") };
    ground.gradient.as_ref().map(|g| format!("d {of} / d {}{}", g.name, unit(&g.unit)))
}

fn levels(ground: &Ground) -> Table {
    let mut table = Table::new(&["level", "nucleons", "energy [MeV]"]);
    table.header.extend(derivative(ground, "energy [MeV]"));
    for level in &ground.levels {
        let mut row = vec![
            format!("{} {}", level.nucleon, level.shell),
            format!("{}", level.nucleons),
            format!("{:9.3}", level.energy),
        ];
        row.extend(level.derivative.map(|d| format!("{d:12.5e}")));
        table.push(row);
    }
    table
}

fn sums(ground: &Ground) -> Table {
    let mut table = Table::new(&["quantity", "value"]);
    table.header.extend(derivative(ground, "value"));
    let mut add = |what: &str, unit: &str, term: &Term, places: usize| {
        let mut row = vec![format!("{what} {} [{unit}]", term.name), format!("{:10.places$}", term.value)];
        row.extend(term.derivative.map(|d| format!("{d:12.5e}")));
        table.push(row);
    };
    ground.energy.iter().for_each(|term| add("energy,", "MeV", term, 3));
    ground.radii.iter().for_each(|term| add("radius of the", "fm", term, 4));
    table
}
