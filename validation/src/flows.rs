//! Flows trained from nothing: how good they become, and what that takes.

use crate::Result;
use crate::cpu::timed;
use gradino::assess::AssessJob;
use gradino::density;
use gradino::flow::{FlowConfig, FlowJob, Step};
use gradino_core::{Density, Sampler};
use gradino_infer::sampling::assess::Settings;
use gradino_infer::sampling::{Law, draw};
use gradino_neural::{Flow, FusedFlow, Weights};
use std::time::Instant;

/// The flow on the knockout with distorted waves, as its page has it.
const KNOCKOUT: &str = include_str!("../../examples/flows/knockout.toml");
/// Fluxes with the energies at which points are put in bins [MeV], if not evenly apart.
const FLUXES: [(&str, &[f64]); 2] = [("flat", &[]), ("t2k", &[300.0, 600.0, 900.0])];
/// Least relative effective sample size.
const RESS: f64 = 0.995; // the aim of the project
/// Least unweighting efficiency with the cap at the 0.9999 quantile.
const EFFICIENCY: f64 = 0.6; // the aim of the project
/// Largest RMS over the energies of the distance of the likelihood from that of the density itself, for each shell.
const EXCESS: [(&str, f64); 2] = [("1s1/2", 0.75), ("1p3/2", 0.88)]; // elbaz2025
/// Points drawn for the time of a million.
const DRAWN: usize = 1_000_000;

/// Trains the flow on the knockout, with its own seed or another, and prints how good it is: with a seed of its own
/// for each flux.
///
/// # Errors
/// A seed that is no number, and a flow that falls short of the aims.
pub fn print(seed: Option<&str>) -> Result<()> {
    let mut config = FlowConfig::from_toml(KNOCKOUT)?;
    if let Some(seed) = seed {
        config.training.seed =
            seed.parse().map_err(|_| format!("the seed of a training is a number, not {seed}"))?;
    }
    let seed = config.training.seed;
    let flow = FusedFlow::new(Flow::new(train(config)?));
    let begun = Instant::now();
    draw(&flow, &Law::uniform(Sampler::space(&flow)), 1, 0, DRAWN)?;
    println!("\na million points with densities: {:.2} s", begun.elapsed().as_secs_f64());
    println!(
        "\n| flux | shell | RESS [%] | efficiency [%] | lost [%] | largest weight | RMS of z | RMS of the excess |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let density = density::named("knockout")?;
    let mut short = Vec::new();
    for (number, (flux, energies)) in (1..).zip(FLUXES) {
        let settings = Settings { seed: 10 * seed + number, ..Settings::default() };
        let job = AssessJob { flux: flux.into(), energies: energies.into(), settings };
        short.extend(print_quality(&job, &*density, &flow)?);
    }
    if short.is_empty() { Ok(()) } else { Err(short.join("; ").into()) }
}

/// Trains a flow, and prints what that took.
pub(crate) fn train(config: FlowConfig) -> Result<Weights> {
    let seed = config.training.seed;
    let job = FlowJob::new(config)?;
    let begun = Instant::now();
    let (trained, processor) = timed(|| job.run(None, false, |_| Step::GoOn));
    let (weights, curve) = trained?;
    let last = curve.0.last().ok_or("a training of no round")?;
    let quality = last.quality.unwrap_or_default();
    let [ress, efficiency] = [quality.ress, quality.efficiency].map(|share| 100.0 * share);
    println!(
        "\n| seed | numbers | steps | time [s] | CPU [s] | RESS [%] | efficiency at the 0.9999 quantile [%] |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {seed} | {} | {} | {:.0} | {processor:.0} | {ress:.2} | {efficiency:.1} |",
        weights.count(),
        last.step,
        begun.elapsed().as_secs_f64()
    );
    Ok(weights)
}

/// Assesses a flow, prints a row for each shell, and gives what falls short of the aims.
fn print_quality(job: &AssessJob, density: &dyn Density, flow: &FusedFlow) -> Result<Vec<String>> {
    let found = job.run(("knockout", density), ("the flow", flow), &|_| ())?;
    let rms = found.likelihood_rms();
    let mut short = Vec::new();
    for (kind, w) in &found.overall.figures {
        let of_kind = rms.iter().find(|r| r.kind == *kind);
        let excess = of_kind.map_or(" | ".to_string(), |r| format!("{:.2} | {:.2}", r.z, r.excess));
        let [ress, ress_error] = [w.ress.value, w.ress.error].map(|share| 100.0 * share);
        let [efficiency, error] = [w.efficiency.value, w.efficiency.error].map(|share| 100.0 * share);
        println!(
            "| {} | {kind} | {ress:.3} ± {ress_error:.3} | {efficiency:.1} ± {error:.1} | {:.4} | {:.1} | {excess} |",
            job.flux,
            100.0 * w.lost,
            w.largest
        );
        let mut demand = |holds: bool, what: String| {
            if !holds {
                short.push(format!("{}, {kind}: {what}", job.flux));
            }
        };
        demand(w.ress.value >= RESS, format!("RESS {ress:.2} %, below {} %", 100.0 * RESS));
        demand(
            w.efficiency.value >= EFFICIENCY,
            format!("efficiency {efficiency:.1} %, below {} %", 100.0 * EFFICIENCY),
        );
        let limit = EXCESS.iter().find(|(shell, _)| shell == kind);
        if let (Some(r), Some((_, limit))) = (of_kind, limit) {
            demand(r.excess < *limit, format!("RMS of the excess {:.2}, above {limit}", r.excess));
        }
    }
    Ok(short)
}
