//! `gradino flow assess`: how good a sampler of a density is.

use crate::message::{Done, Failure, note, print};
use crate::options::parse_energy;
use crate::table::Table;
use crate::wiring;
use clap::Args;
use gradino::assess::{AssessJob, Assessment, Place, Preparation, Rms, SamplerName, drawings, page, sampler};
use gradino::figures::stacked;
use gradino_infer::sampling::assess::{Comparison, Settings};
use std::path::PathBuf;
use std::process::ExitCode;

/// Assess a sampler against a density: weights, unweighting efficiency, points in bins, likelihood.
#[derive(Args)]
pub(crate) struct Assess {
    /// uniform, accept-reject, grid, grid-unweighted or exact, or the file of a flow; FILE:unweighted keeps its points in
    /// proportion to their weights
    #[arg(value_name = "SAMPLER")]
    sampler: String,
    /// The density: knockout, plane_wave, ridges or lobes
    #[arg(long, value_name = "NAME")]
    density: String,
    /// Energies at which points are put in bins, like 200MeV,600MeV [default: five, over the whole range]
    #[arg(long, value_name = "ENERGY", value_delimiter = ',', value_parser = parse_value)]
    energies: Vec<f64>,
    /// Law of the energies: flat, t2k, or a table of a flux; weighted with the integral of the density
    #[arg(long, value_name = "FLUX", default_value = "flat")]
    flux: String,
    /// Points whose weights are looked at
    #[arg(short = 'n', long, value_name = "N", default_value_t = Settings::default().events)]
    events: usize,
    /// Quantile of the weights at which they are capped
    #[arg(long, value_name = "Q", default_value_t = Settings::default().quantile)]
    quantile: f64,
    /// Points of a set in bins
    #[arg(long, value_name = "N", default_value_t = Settings::default().set)]
    set: usize,
    /// Sets of the density itself beside it
    #[arg(long, value_name = "N", default_value_t = Settings::default().sets)]
    sets: usize,
    /// Weighted points of the reference at each energy
    #[arg(long, value_name = "N", default_value_t = Settings::default().reference)]
    reference: usize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    seed: u64,
    /// Figures: a page .html, or a picture .svg
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Replace a figure that exists
    #[arg(long)]
    overwrite: bool,
    /// All figures as JSON
    #[arg(long)]
    json: bool,
    /// Comma-separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Reads an energy with its unit, or the value of a condition that has none.
fn parse_value(text: &str) -> Result<f64, String> {
    text.trim().parse().or_else(|_| parse_energy(text.trim()))
}

impl Assess {
    pub(super) fn execute(self) -> Done {
        if let Some(path) = &self.figure {
            wiring::check_free(path, self.overwrite)?;
            let is_known = path.extension().is_some_and(|e| e == "html" || e == "svg");
            if !is_known {
                return Err(gradino::Error::BadEnding { path: path.clone(), endings: ".html or .svg" }.into());
            }
        }
        let found = self.assess()?;
        if self.json {
            print(&found.to_json())?;
        } else {
            print(&overall(&found).text(self.csv))?;
            print("\n")?;
            print(&at_places(&found).text(self.csv))?;
            explain(&found);
        }
        if let Some(path) = &self.figure {
            let is_page = path.extension().is_some_and(|e| e == "html");
            let text =
                if is_page { page(&found, env!("CARGO_PKG_VERSION")) } else { stacked(&drawings(&found)) };
            wiring::write_figure(path, &text)?;
            note(&format!("wrote {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn assess(&self) -> Done<Assessment> {
        let density = gradino::density::named(&self.density)?;
        let name: SamplerName = self.sampler.parse().map_err(Failure::from)?;
        let settings = Settings {
            events: self.events,
            quantile: self.quantile,
            set: self.set,
            sets: self.sets,
            reference: self.reference,
            seed: self.seed,
            ..Settings::default()
        };
        let job = AssessJob { flux: self.flux.clone(), energies: self.energies.clone(), settings };
        job.check(density.space())?;
        note(&format!("preparing {name} ..."));
        let preparation = Preparation { seed: self.seed, quantile: self.quantile };
        let sampler = sampler(&name, &*density, &preparation)?;
        let progress = |what: &str| note(what);
        Ok(job.run((&self.density, &*density), (&name.to_string(), &*sampler), &progress)?)
    }
}

fn percent(x: f64, decimals: usize) -> String {
    format!("{:.decimals$}", 100.0 * x)
}

fn overall(found: &Assessment) -> Table {
    let mut table = Table::new(&[
        "kind",
        "RESS [%]",
        "error",
        "efficiency [%]",
        "error",
        "cap",
        "lost [%]",
        "99 %",
        "99.99 %",
        "largest",
    ]);
    for (kind, w) in &found.overall.figures {
        let numbers = [
            percent(w.ress.value, 3),
            percent(w.ress.error, 3),
            percent(w.efficiency.value, 2),
            percent(w.efficiency.error, 2),
            format!("{:.3}", w.cap),
            percent(w.lost, 4),
            format!("{:.3}", w.quantiles[3]),
            format!("{:.3}", w.quantiles[5]),
            format!("{:.3}", w.largest),
        ];
        table.push(std::iter::once(kind.clone()).chain(numbers).collect());
    }
    table
}

fn at_places(found: &Assessment) -> Table {
    let mut table = Table::new(&[
        "at",
        "RESS [%]",
        "efficiency [%]",
        "1-D RMS z",
        "2-D RMS z",
        "all axes",
        "(itself)",
        "bins",
        "likelihood",
        "(itself)",
        "z",
        "excess",
        "moments",
        "largest z",
    ]);
    for (place, _, c) in &found.places {
        table.push(row(found, place, c));
    }
    table
}

fn row(found: &Assessment, place: &Place, c: &Comparison) -> Vec<String> {
    // The largest of the projections on so many axes.
    let worst = |axes: usize| {
        let all = c.projections.iter().filter(|p| p.axes.len() == axes).map(|p| p.rms);
        all.reduce(f64::max).map_or(String::new(), |rms| format!("{rms:.3}"))
    };
    let (rms, itself, bins) = c.projections.last().map_or((0.0, 0.0, 0), |p| (p.rms, p.benchmark, p.bins));
    let l = &c.likelihood;
    let moment = c.largest_moment().map_or(0.0, |d| d.pull().abs());
    vec![
        place.label(&found.space),
        percent(c.weights.ress.value, 3),
        percent(c.weights.efficiency.value, 2),
        worst(1),
        worst(2),
        format!("{rms:.3}"),
        format!("{itself:.3}"),
        bins.to_string(),
        format!("{:.5}", l.value),
        format!("{:.5}", l.benchmark),
        format!("{:.1}", l.z),
        format!("{:.2}", l.excess),
        c.moments.len().to_string(),
        format!("{moment:.1}"),
    ]
}

/// What the columns mean, and the likelihood over the energies in one number for each kind.
fn explain(found: &Assessment) {
    let s = &found.settings;
    note(&format!(
        "weights f / q of {} events under the flux {}; cap at the quantile {}, in units of the mean",
        s.events, found.flux, s.quantile
    ));
    note(&format!(
        "RMS z: of {} points in bins, 1 on average for the density itself (the largest of the projections on one \
         and on two axes); (itself): mean of {} sets of the density itself; z: distance of the likelihood of one set \
         from them, a normal number for the density itself; excess: that of the mean of as many sets, in spreads of one",
        s.set, s.sets
    ));
    for Rms { kind, z, excess, chance } in found.likelihood_rms() {
        let kind = if kind.is_empty() { String::new() } else { format!(" for {kind}") };
        note(&format!(
            "likelihood over the energies{kind}: RMS of z {z:.2} (RMS_z of elbaz2025; 1 by chance), of the excess \
             {excess:.2} ({chance:.2} by chance)"
        ));
    }
}
