//! `gradino responses`: inclusive responses of a nucleus.

use crate::field_options::{FieldOptions, named};
use crate::message::{Done, Failure, note, print};
use crate::options::parse_points;
use crate::table::Table;
use crate::wiring;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gradino::config::{
    AxialCharge, AxialFormFactor, Knockout, KnockoutChoices, Longitudinal, Monopole, VectorFormFactors, Waves,
};
use gradino::responses::{NAMES, ResponseJob, ResponseTable, ResponseUnit, SumCurves};
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{Nucleon, Probe};
use std::path::PathBuf;
use std::process::ExitCode;

/// Print the inclusive responses of a nucleus to a probe.
#[derive(Args)]
pub(crate) struct PrintResponses {
    /// Nuclide, like 16O
    nuclide: Nuclide,
    /// Momentum transfers: values like 296MeV, or first, last and step like 100MeV:900MeV:100MeV; repeat it for more
    #[arg(long, value_name = "Q", required = true, allow_hyphen_values = true, value_delimiter = ',')]
    q: Vec<String>,
    /// Energy transfers, likewise
    #[arg(
        long,
        value_name = "OMEGA",
        default_value = "5MeV:300MeV:5MeV",
        allow_hyphen_values = true,
        value_delimiter = ','
    )]
    omega: Vec<String>,
    /// What strikes a nucleon; nc-nu and nc-antinu are nc, as the responses are the same
    #[arg(long, value_name = "WHICH", default_value = "nu", value_parser = probe())]
    probe: Probe,
    /// Strike nucleons of one kind alone
    #[arg(long, value_name = "KIND", value_parser = nucleon())]
    struck: Option<Nucleon>,
    #[command(flatten)]
    field: FieldOptions,
    /// Waves of the nucleon that leaves
    #[arg(long, value_name = "WHICH", value_parser = named::<Waves>())]
    waves: Option<Waves>,
    /// Whether the waves have relativistic wave numbers
    #[arg(long, value_name = "BOOL")]
    relativistic: Option<bool>,
    /// Longitudinal vector current
    #[arg(long, value_name = "WHICH", value_parser = named::<Longitudinal>())]
    longitudinal: Option<Longitudinal>,
    /// Axial charge
    #[arg(long, value_name = "WHICH", value_parser = named::<AxialCharge>())]
    axial_charge: Option<AxialCharge>,
    /// Charge monopole
    #[arg(long, value_name = "WHICH", value_parser = named::<Monopole>())]
    monopole: Option<Monopole>,
    /// Vector form factors of the nucleon
    #[arg(long, value_name = "WHICH", value_parser = named::<VectorFormFactors>())]
    vector: Option<VectorFormFactors>,
    /// Axial form factor of the nucleon
    #[arg(long, value_name = "WHICH", value_parser = named::<AxialFormFactor>())]
    axial: Option<AxialFormFactor>,
    /// Derivatives with respect to parameters: names, or patterns like "axial.*"; separated by commas
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    gradient: Vec<String>,
    /// Each shell beside the sum of all
    #[arg(long)]
    shells: bool,
    /// Unit of the responses
    #[arg(long, value_name = "UNIT", default_value = "1/MeV", value_parser = unit())]
    unit: ResponseUnit,
    /// Comma-separated values, after lines with all choices that begin with #
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Everything as JSON, in 1/MeV
    #[arg(long)]
    json: bool,
    /// Figure to write (SVG or HTML)
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Replace the figure if it exists
    #[arg(long)]
    overwrite: bool,
}

fn probe() -> impl TypedValueParser<Value = Probe> {
    let value = |probe: Probe| {
        let aliases: &[&str] = match probe {
            Probe::Neutral => &["nc-nu", "nc-antinu"],
            Probe::Electron => &["e-"],
            _ => &[],
        };
        PossibleValue::new(probe.name()).help(probe.meaning()).aliases(aliases.iter().copied())
    };
    PossibleValuesParser::new(Probe::ALL.map(value))
        .map(|name| name.parse().expect("the names are those of the probes"))
}

fn nucleon() -> impl TypedValueParser<Value = Nucleon> {
    PossibleValuesParser::new(["neutron", "proton"])
        .map(|name| name.parse().expect("the names are those of the nucleons"))
}

fn unit() -> impl TypedValueParser<Value = ResponseUnit> {
    PossibleValuesParser::new(ResponseUnit::ALL.map(ResponseUnit::name)).map(|name| {
        let found = ResponseUnit::ALL.into_iter().find(|unit| unit.name() == name);
        found.expect("the names are those of the units")
    })
}

impl PrintResponses {
    pub(super) fn execute(self) -> Done {
        if let Some(path) = &self.figure {
            wiring::check_free(path, self.overwrite)?;
            wiring::check_page(path)?;
        }
        let table = self.job()?.table()?;
        if let Some(path) = &self.figure {
            wiring::write_responses(path, &table, self.unit)?;
        }
        match self.json {
            true => print(&table.json())?,
            false => self.tell(&table)?,
        }
        table.notes.iter().for_each(|words| note(&format!("note: {words}")));
        if let Some(path) = &self.figure {
            note(&format!("wrote {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn job(&self) -> Done<ResponseJob> {
        let choices = Knockout::from(KnockoutChoices {
            waves: self.waves,
            relativistic: self.relativistic,
            longitudinal: self.longitudinal,
            axial_charge: self.axial_charge,
            monopole: self.monopole,
            vector: self.vector,
            axial: self.axial,
            ..self.field.choices()
        });
        let points = |texts: &[String], example: &str| -> Done<Vec<f64>> {
            parse_points(texts).map_err(|reason| Failure::usage(reason, format!("write it like {example}")))
        };
        Ok(ResponseJob {
            nuclide: self.nuclide,
            probe: self.probe,
            struck: self.struck,
            force: self.field.force(&choices.force)?,
            choices,
            values: self.field.set.clone(),
            gradients: self.gradient.clone(),
            momenta: points(&self.q, "--q 296MeV or --q 100MeV:900MeV:100MeV")?,
            omegas: points(&self.omega, "--omega 10MeV:200MeV:0.5MeV")?,
        })
    }

    fn tell(&self, table: &ResponseTable) -> Done<()> {
        let mark = if self.csv { "# " } else { "" };
        let head: String = table.head().iter().map(|line| format!("{mark}{line}\n")).collect();
        print(&head)?;
        if !self.csv {
            print("\n")?;
        }
        print(&self.rows(table).text(self.csv))
    }

    fn rows(&self, table: &ResponseTable) -> Table {
        let unit = self.unit.name();
        let mut header: Vec<String> = ["q [MeV]", "omega [MeV]"].map(String::from).into();
        if self.shells {
            header.push("shell".into());
        }
        header.extend(NAMES.iter().map(|name| format!("{name} [{unit}]")));
        for g in &table.gradients {
            let per = if g.unit.is_empty() { String::new() } else { format!(" / {}", g.unit) };
            header.extend(NAMES.iter().map(|name| format!("d {name} / d {} [{unit}{per}]", g.name)));
        }
        let mut rows = Table { header, rows: Vec::new() };
        for (i, q) in table.momenta.iter().enumerate() {
            for (k, omega) in table.omegas.iter().enumerate() {
                let start = |shell: &str| {
                    let mut cells = vec![q.to_string(), omega.to_string()];
                    cells.extend(self.shells.then(|| shell.to_string()));
                    cells
                };
                if self.shells {
                    for s in &table.shells {
                        let name = format!("{} {}", s.nucleon, s.shell);
                        rows.push(self.row(start(&name), &s.curves, [i, k]));
                    }
                }
                rows.push(self.row(start("all"), &table.total, [i, k]));
            }
        }
        rows
    }

    /// A row with the responses at momentum transfer and energy transfer number `at`.
    fn row(&self, start: Vec<String>, curves: &SumCurves, [i, k]: [usize; 2]) -> Vec<String> {
        let number = |x: f64| {
            let x = x * self.unit.factor();
            if self.csv { format!("{x:e}") } else { format!("{x:13.6e}") }
        };
        let of_all = std::iter::once(&curves.values).chain(&curves.derivatives);
        start.into_iter().chain(of_all.flat_map(|c| c.0.each_ref().map(|r| number(r[i][k])))).collect()
    }
}
