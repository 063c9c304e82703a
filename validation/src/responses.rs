//! Inclusive responses of 16O against the tables of dolan2022.

use crate::Result;
use crate::reference;
use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::meanfield::{
    Convention, FinalState, MeanField, Monopole, PreparedFormFactors, Probe, ResponseModel, ResponseOptions,
    Skyrme,
};

/// The choices of the tables.
const TABLES: Convention = Convention::Dolan2022;
/// Their nucleus.
const OXYGEN: Nuclide = Nuclide::new(8, 16);
/// Names of the responses.
pub const NAMES: [&str; 5] = ["R_CC", "R_CL", "R_LL", "R_T", "R_T'"];
/// Points below this share of the largest value are not compared.
const NEGLIGIBLE: f64 = 0.01;
/// The responses of one model at one momentum transfer.
pub struct Table {
    /// "HF" or "HF_PW".
    pub model: String,
    /// Momentum transfer [MeV].
    pub q: f64,
    /// Energy transfer [MeV] and responses [1/GeV] of the reference.
    pub points: Vec<(f64, [f64; 5])>,
}

/// The agreement of one response.
pub struct Row {
    /// "HF" or "HF_PW".
    pub model: String,
    /// Momentum transfer [MeV].
    pub q: f64,
    /// Name of the response.
    pub response: &'static str,
    /// Number of points compared.
    pub points: usize,
    /// Median of |ours/table - 1|.
    pub median: f64,
    /// Its 0.95 quantile.
    pub quantile: f64,
    /// Sum of ours over that of the table, less 1.
    pub whole: f64,
}

/// Prints the tables.
///
/// # Errors
/// A field or responses that are not found.
pub fn print() -> Result<()> {
    let defaults = ResponseOptions::default();
    let choices: [(&str, &dyn Fn(ResponseOptions) -> ResponseOptions); 3] = [
        ("all choices of the tables", &|options| options),
        ("with the monopole of 1s1/2", &|options| ResponseOptions { monopole: Monopole::Full, ..options }),
        ("and with the axial charge of moving nucleons", &|options| ResponseOptions {
            continuum: options.continuum,
            ..defaults
        }),
    ];
    for (name, choose) in choices {
        println!("\n16O (nu, l-), SkE2, {name}: |ours/table - 1| in per cent\n");
        println!("| model | q [MeV] | response | points | median | 95 % below | sum |");
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        let Some(rows) = agreement(1, choose)? else {
            println!("| no reference figures |");
            continue;
        };
        for r in rows {
            let [median, quantile, whole] = [r.median, r.quantile, r.whole].map(|x| 100.0 * x);
            println!(
                "| {} | {} | {} | {} | {median:.2} | {quantile:.2} | {whole:+.2} |",
                r.model, r.q, r.response, r.points
            );
        }
    }
    Ok(())
}

/// The reference tables; none if they are absent.
pub fn tables() -> Option<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for row in reference::rows("ghent_hf_responses_o16")? {
        let (model, q) = (row.text(1), row.number(4));
        let point = (row.number(3), [5, 6, 7, 8, 9].map(|column| row.number(column)));
        match tables.iter_mut().find(|t| t.model == model && t.q == q) {
            Some(table) => table.points.push(point),
            None => tables.push(Table { model: model.to_string(), q, points: vec![point] }),
        }
    }
    Some(tables)
}

/// The field of the tables.
pub fn field() -> Result<MeanField<f64>> {
    let theta = TABLES.force().parameters.values();
    Ok(TABLES.field(OXYGEN).solve(&Skyrme::new(&theta))?)
}

/// The form factors of the tables.
pub fn tables_form_factors() -> PreparedFormFactors<f64> {
    let model = TABLES.form_factors();
    model.prepare(&ParamSet::new(model.parameters()).values())
}

/// Our responses [1/GeV] at the points of a table.
pub fn ours(table: &Table, field: &MeanField<f64>, options: ResponseOptions) -> Result<Vec<[f64; 5]>> {
    let last = table.points.last().map_or(1.0, |p| p.0);
    let model = ResponseModel::new(field, Probe::Neutrino, options, &[table.q], last);
    let form_factors = tables_form_factors();
    let at = |&(omega, _): &(f64, [f64; 5])| -> Result<[f64; 5]> {
        Ok(model.responses(&form_factors, omega)?[0].array().map(|x| 1000.0 * x))
    };
    table.points.iter().map(at).collect()
}

/// The choices of a table's model.
pub fn options(model: &str) -> ResponseOptions {
    TABLES.options(if model == "HF" { FinalState::Distorted } else { FinalState::Plane })
}

/// The agreement of all responses with the tables, with the options that `choose` makes of those of the tables; none if
/// they are absent. Every `every`-th point is taken.
pub fn agreement(
    every: usize,
    choose: impl Fn(ResponseOptions) -> ResponseOptions,
) -> Result<Option<Vec<Row>>> {
    let Some(tables) = tables() else { return Ok(None) };
    let field = field()?;
    let mut rows = Vec::new();
    for mut table in tables {
        table.points = table.points.into_iter().step_by(every).collect();
        let found = ours(&table, &field, choose(options(&table.model)))?;
        rows.extend((0..NAMES.len()).map(|k| row(&table, &found, k)));
    }
    Ok(Some(rows))
}

fn row(table: &Table, found: &[[f64; 5]], k: usize) -> Row {
    let largest = table.points.iter().map(|p| p.1[k].abs()).fold(0.0, f64::max);
    let pairs: Vec<(f64, f64)> = table
        .points
        .iter()
        .zip(found)
        .map(|(point, ours)| (ours[k], point.1[k]))
        .filter(|(_, theirs)| theirs.abs() > NEGLIGIBLE * largest)
        .collect();
    let mut off: Vec<f64> = pairs.iter().map(|(a, b)| (a / b - 1.0).abs()).collect();
    off.sort_by(f64::total_cmp);
    let at = |share: f64| off[((off.len() - 1) as f64 * share).round() as usize];
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    Row {
        model: table.model.clone(),
        q: table.q,
        response: NAMES[k],
        points: off.len(),
        median: at(0.5),
        quantile: at(0.95),
        whole: sum(&|p| p.0) / sum(&|p| p.1) - 1.0,
    }
}
