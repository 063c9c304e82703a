//! Prints the tables of docs/validation.md, all of them or with the name of one part that part alone: `fits` of the toy (with
//! the name of a loss, or `plain`, its rows alone), `chain-fits`, `estimators`, `propagation` of uncertainties, `mean-field`,
//! inclusive `responses` and their `limits`, `knockout` of nucleons, `flows` (with another seed of the training). Not among
//! all are `samplers` of every density, which takes a quarter of an hour, and `gpu`, training on a GPU (with `steps`, `trainings`
//! or `speeds`, that table alone), which needs the feature `vulkan`.

use gradino::Observable;
use gradino::chain::Chain;
use gradino_core::Parity;
use gradino_infer::fit::Method;
use gradino_nuclear::decay::StateAt;
use gradino_validation::agreement::print_row;
use gradino_validation::estimators::{self, Comparison, Gradients, NAMES};
use gradino_validation::jobs::{self, Schemes};
use gradino_validation::side_by_side::{self, SideBySide};
use gradino_validation::toy_fits::{Closure, closure, plain_descent};
use gradino_validation::{
    Result, chain_fits, decay, flows, gpu, knockout, limits, mean_field, peer, propagation, responses,
    samplers, transmission,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    let printed = match std::env::args().nth(1).as_deref() {
        Some("fits") => print_toy_fits(std::env::args().nth(2).as_deref()),
        Some("chain-fits") => print_chain_fits(),
        Some("estimators") => print_estimators(),
        Some("propagation") => print_propagation(),
        Some("mean-field") => mean_field::print(),
        Some("responses") => responses::print(),
        Some("knockout") => knockout::print(),
        Some("limits") => limits::print(),
        Some("flows") => flows::print(std::env::args().nth(2).as_deref()),
        Some("samplers") => samplers::print(),
        Some("gpu") => gpu::print(std::env::args().nth(2).as_deref()),
        None => print_all(),
        Some(other) => {
            Err(format!("there is no part \"{other}\"; the top of validation/src/main.rs lists them").into())
        }
    };
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_all() -> Result<()> {
    print_peer()?;
    print_widths_of_peer()?;
    print_neutron_fractions()?;
    print_itself()?;
    print_gradients()?;
    print_estimators()?;
    print_toy_fits(None)?;
    print_chain_fits()?;
    print_propagation()?;
    mean_field::print()?;
    responses::print()?;
    limits::print()?;
    knockout::print()?;
    flows::print(None)
}

fn print_peer() -> Result<()> {
    println!("\n| against the peer | points | largest difference | median |\n| --- | --- | --- | --- |");
    print_row("level density", peer::level_density()?);
    print_row("gamma transmission", peer::gamma_transmission());
    print_row("neutron transmission", peer::nucleon_transmission("n")?);
    print_row("proton transmission", peer::nucleon_transmission("p")?);
    print_row("cross section", peer::cross_section()?);
    Ok(())
}

fn print_widths_of_peer() -> Result<()> {
    for schemes in [Schemes::Completeness, Schemes::Potassium40Whole] {
        println!("\nWidths of 40K*(1+), {schemes:?} [MeV]");
        println!("| E | emitted | discrete, peer | ours | continuum, peer | ours |");
        println!("| --- | --- | --- | --- | --- | --- |");
        for w in peer::widths(schemes)?.unwrap_or_default() {
            let [d, c] = [0, 1].map(|k| format!("{:.4e} | {:.4e}", w.theirs[k], w.ours[k]));
            println!("| {} | {} | {d} | {c} |", w.excitation, w.emitted);
        }
    }
    if let Some((cut, worst)) = peer::potassium_cut()?.first() {
        println!(
            "\nthe photon widths of the peer are best met with 40K cut at {cut:.3} MeV: to {:.0} %",
            worst * 100.0
        );
    }
    Ok(())
}

fn print_neutron_fractions() -> Result<()> {
    println!("\n| neutron fraction of 40K*(1+) | 20 MeV | 25 MeV |\n| --- | --- | --- |");
    for schemes in [Schemes::Completeness, Schemes::LastLevel] {
        match (peer::neutron_fraction(20.0, schemes), peer::neutron_fraction(25.0, schemes)) {
            (Ok(a), Ok(b)) => println!("| {schemes:?} | {:.1} % | {:.1} % |", 100.0 * a, 100.0 * b),
            (Err(error), _) | (_, Err(error)) => println!("| {schemes:?} | {error} | |"),
        }
    }
    Ok(())
}

fn print_itself() -> Result<()> {
    println!("\n| against itself | points | largest difference | median |\n| --- | --- | --- | --- |");
    print_row("ln T, table against radial equation", Some(transmission::interpolation()?));
    print_row("ln T, step of 0.1 fm against 0.025 fm", Some(transmission::mesh_step()?));
    let [tables, between, charged] = decay::widths(8)?;
    print_row("widths, tables against direct", Some(tables));
    print_row("widths, between tabulated energies against direct", Some(between));
    print_row("the same within 5 MeV above the thresholds of p, d and alpha", Some(charged));
    let ([five, converged], needed) = decay::partial_waves()?;
    print_row("widths, l up to 5 against all", Some(five));
    print_row(&format!("widths, l as converged ({needed} at 60 MeV) against all"), Some(converged));
    println!("\n| decays drawn | chi^2 | degrees of freedom |\n| --- | --- | --- |");
    for (excitation, two_j, parity) in
        [(10.0, 2, Parity::Plus), (20.0, 2, Parity::Plus), (35.0, 0, Parity::Plus)]
    {
        let (chi, degrees) = decay::sampling(StateAt { excitation, two_j, parity }, 1_000_000)?;
        println!("| 40K* {excitation} MeV, 2J = {two_j}{parity} | {chi:.1} | {degrees} |");
    }
    Ok(())
}

/// Events of the gradients, and pairs of events of the differences.
const EVENTS: u64 = 1_000_000;
const PAIRS: u64 = 300_000;

/// Rows of the page on gradients.
const SHOWN: [(usize, &str); 4] =
    [(2, "level_density.a"), (1, "level_density.a"), (1, "optical.v1_0"), (0, "gamma_strength.e1_sigma")];

fn print_gradients() -> Result<()> {
    let setup = jobs::supernova()?;
    let params = setup.parameters();
    let wanted: Vec<usize> = (0..params.len()).collect();
    let chain = Chain::prepare(&setup, &params, &wanted)?;
    let (all, scores) = estimators::gradients(&chain, EVENTS);
    // Strengths that no event drew have a constant score.
    let drawn = scores.iter().filter(|s| s.error() > 1e-6 * s.mean().abs());
    let z: Vec<f64> = drawn.map(|s| s.mean() / s.error()).collect();
    let rms = (z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64).sqrt();
    println!("\nmean score over its error: {} parameters, root mean square {rms:.2}", z.len());
    let times = times(&setup, &params, &chain)?;
    let gradients: (&Gradients, &[usize]) = (&all, &wanted);
    for observable in [2, 0, 1] {
        let count = if observable == 2 { 15 } else { 8 };
        let list = estimators::compare_strongest(&setup, &params, gradients, (observable, count), PAIRS)?;
        print_comparisons(&list, &times, z.len());
    }
    let mut shown = Vec::new();
    for (observable, name) in SHOWN {
        let slot = params.position(name)?;
        shown.push(estimators::compare(&setup, &params, gradients, (slot, observable), PAIRS)?);
    }
    print_comparisons(&shown, &times, z.len());
    Ok(())
}

/// Seconds for an event: plain, with one gradient, with all.
struct Times {
    plain: f64,
    one: f64,
    all: f64,
}

fn times(setup: &gradino::chain::Setup, params: &gradino_core::ParamSet, all: &Chain) -> Result<Times> {
    let plain = Chain::prepare(setup, params, &[])?;
    let one = Chain::prepare(setup, params, &[params.position("level_density.a")?])?;
    const TIMED: u64 = 200_000;
    let [plain, one, all] = [&plain, &one, all].map(|c| estimators::time_per_event(c, TIMED));
    println!(
        "an event takes {:.2} us, with one gradient {:.2} us, with all {:.2} us",
        plain * 1e6,
        one * 1e6,
        all * 1e6
    );
    Ok(Times { plain, one, all })
}

/// Relative errors at 1e5 events, and variances at equal time: differences for one parameter against the
/// score for that one, and differences for all against the score for all.
fn print_comparisons(list: &[Comparison], times: &Times, active: usize) {
    println!(
        "\n| observable | parameter | gradient | error, 1e5 events | error of differences, same time | step | pull | variance ratio, one | all {active} |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let (mut squares, mut sum) = (0.0, 0.0);
    for c in list {
        let relative = |variance: f64, n: f64| (variance / n).sqrt() / c.score.mean().abs();
        let pairs = 1e5 * times.one / (2.0 * times.plain);
        let one = c.difference.variance() * 2.0 * times.plain / (c.score.variance() * times.one);
        let all = one * times.one / times.all * active as f64;
        println!(
            "| {} | `{}` | {:.4e} | {:.2} % | {:.2} % | {} | {:.2} | {one:.2} | {all:.0} |",
            NAMES[c.observable],
            c.parameter,
            c.score.mean(),
            100.0 * relative(c.score.variance(), 1e5),
            100.0 * relative(c.difference.variance(), pairs),
            c.step,
            c.pull
        );
        squares += c.pull * c.pull;
        sum += c.pull;
    }
    let n = list.len() as f64;
    println!("pulls: mean {:.2}, width {:.2}", sum / n, (squares / n - (sum / n).powi(2)).max(0.0).sqrt());
}

fn print_estimators() -> Result<()> {
    let edges = |last: u32, width: f64| Some((0..=last).map(|i| width * f64::from(i)).collect());
    for (observable, bins, with_alone) in [
        (Observable::VisibleEnergy, None, true),
        (Observable::VisibleEnergy, edges(30, 2.0), false),
        (Observable::GammaMultiplicity, None, false),
        (Observable::NeutronMultiplicity, None, false),
    ] {
        let what = if bins.is_some() { "shares of events in bins of the" } else { "mean" };
        println!("\n{what} {}", observable.label());
        print_side_by_side(&side_by_side::compare(observable, bins, with_alone)?);
    }
    Ok(())
}

fn print_side_by_side(found: &SideBySide) {
    let all = &found.together;
    println!("plain event {:.2} us", 1e6 * all.plain_seconds);
    let own = all.estimators.last().map_or(f64::NAN, |m| all.of_value(m).cost);
    for measured in &all.estimators {
        let value = all.of_value(measured);
        let (name, time) = (measured.estimate.estimator, 1e6 * measured.seconds);
        println!(
            "{name}: {time:.2} us for an event; value: z {:.1}, variance x CPU {:.1}",
            value.z,
            value.cost / own
        );
    }
    let names: Vec<String> = all.estimators.iter().map(|m| m.estimate.estimator.to_string()).collect();
    println!("\n| parameter | gradient | {} | differences, all | alone | step |", names.join(" | "));
    println!("| --- |{}", " --- |".repeat(names.len() + 4));
    for (p, name) in all.names.iter().enumerate() {
        let ratios = found.ratios(p);
        let cells = ratios.estimators.iter().map(|(_, f)| format!("{:.1} ({:.1})", f.cost, f.z));
        let differences =
            ratios.together.map_or(" | ".into(), |(f, _)| format!("{:.0} ({:.1})", f.cost, f.z));
        let step = ratios.together.map_or(String::new(), |(_, step)| step.to_string());
        let alone = ratios.alone.map_or(String::new(), |a| format!("{a:.1}"));
        let gradient = format!("{:.4e} ± {:.0e}", all.truth.gradient[p], all.truth.gradient_errors[p]);
        let cells = cells.collect::<Vec<_>>().join(" | ");
        println!("| `{name}` | {gradient} | {cells} | {differences} | {alone} | {step} |");
    }
}

/// Starts of the closure of the toy.
const STARTS: usize = 100;

fn print_toy_fits(only: Option<&str>) -> Result<()> {
    let is_wanted = |name: &str| only.is_none_or(|only| only == name);
    println!("\nfits of the toy from {STARTS} random starts");
    println!(
        "| loss, method | data | largest bank | converged | arrived | pulls, sandwich | likelihood | seconds for each |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let row = |c: Closure| {
        let [data, events] = c.events;
        println!(
            "| {} | {data} | {events} | {} | {} | {:.2} ± {:.2} | {:.2} ± {:.2} | {:.2} |",
            c.what,
            c.converged,
            c.arrived,
            c.pulls[0],
            c.pulls[1],
            c.plain_pulls[0],
            c.plain_pulls[1],
            c.seconds
        );
    };
    for (kind, data, most) in [
        ("energy", 1000, 4000),
        ("energy", 4000, 8000),
        ("poisson", 1000, 4000),
        ("poisson-light", 1000, 16_000),
        ("mmd", 1000, 1000),
    ] {
        if is_wanted(kind) {
            row(closure(kind, Method::GaussNewton, data, most, STARTS)?);
        }
    }
    if is_wanted("energy") {
        row(closure("energy", Method::Lbfgs, 1000, 4000, STARTS)?);
    }
    if is_wanted("plain") {
        row(plain_descent(1000, 1000, 2, STARTS)?);
    }
    Ok(())
}

/// Fits of the closure of the chain.
const CHAIN_FITS: u64 = 40;

fn print_chain_fits() -> Result<()> {
    let [first, most] = chain_fits::EVENTS;
    println!(
        "\n{CHAIN_FITS} fits of the chain to {} data, banks of {first} to {most} events",
        chain_fits::DATA
    );
    let fits: Vec<_> = (0..CHAIN_FITS).map(chain_fits::closure).collect::<Result<_>>()?;
    println!("| parameter | error | pulls, likelihood | sandwich |\n| --- | --- | --- | --- |");
    for row in chain_fits::pulls(&fits)? {
        let [a, b] = [row.likelihood, row.sandwich].map(|[mean, width]| format!("{mean:.2} ± {width:.2}"));
        let error = if row.error.is_nan() { String::new() } else { format!("{:.1} %", 100.0 * row.error) };
        println!("| {} | {error} | {a} | {b} |", row.name);
    }
    let converged = fits.iter().filter(|fit| fit.converged).count();
    let mean = |of: fn(&chain_fits::Closure) -> f64| fits.iter().map(of).sum::<f64>() / fits.len() as f64;
    let slowest = fits.iter().map(|fit| fit.seconds).fold(0.0, f64::max);
    println!(
        "{converged} converged, in {:.1} rounds and {:.0} s on average, {slowest:.0} s at most",
        mean(|fit| fit.rounds as f64),
        mean(|fit| fit.seconds)
    );
    Ok(())
}

/// Draws of the brute force, events of each, and events of the linear propagation.
const DRAWS: u64 = 200;
const DRAW_EVENTS: u64 = 100_000;
const LINEAR_EVENTS: u64 = 500_000;
/// Draws over a bank, and its events.
const BANK_DRAWS: u64 = 1000;
const BANK_EVENTS: u64 = 20_000;
/// Bins with fewer events of the linear propagation are not compared.
const LEAST_CONTENT: f64 = 2000.0;

fn print_propagation() -> Result<()> {
    for pattern in ["*", "optical.*"] {
        println!("\nuncertain parameters: {pattern}");
        print_propagation_of(pattern)?;
    }
    Ok(())
}

fn print_propagation_of(pattern: &str) -> Result<()> {
    let setup = jobs::supernova()?;
    let known = propagation::known(&setup, pattern)?;
    let histograms = propagation::histograms()?;
    let brute = propagation::brute_force(&setup, &known, &histograms, DRAWS, DRAW_EVENTS)?;
    let linear = propagation::linear(&setup, &known, &histograms, LINEAR_EVENTS)?;
    println!(
        "\nbrute force: {DRAWS} draws of {DRAW_EVENTS} events in {:.1} s, {} values brought back into their \
         bounds; linear: {LINEAR_EVENTS} events in {:.1} s",
        brute.seconds, brute.clipped, linear.seconds
    );
    for (spectrum, bands) in linear.spectra.iter().zip(&brute.bands) {
        print_bands(spectrum, bands);
        let rows = propagation::rows(spectrum, bands, LEAST_CONTENT);
        let ratio = propagation::time_ratio(&rows, brute.seconds, linear.seconds);
        println!("CPU time of brute force by that of the linear propagation, at equal error: {ratio:.0}");
        spectrum.warnings().iter().for_each(|warning| println!("warning: {warning}"));
        print_over_bank(
            &propagation::over_bank(&setup, &known, spectrum, BANK_DRAWS, BANK_EVENTS)?,
            spectrum,
        );
    }
    Ok(())
}

fn print_over_bank(banked: &propagation::Banked, spectrum: &gradino::propagate::Spectrum) {
    let [bank, second, drawn] = banked.seconds;
    println!(
        "\nbank of {BANK_EVENTS} events: {bank:.1} s; second order {second:.1} s; {BANK_DRAWS} draws {drawn:.1} s (CPU)"
    );
    println!("| bin | second order | its shift of the mean | draws |\n| --- | --- | --- | --- |");
    for (b, [band, error]) in banked.drawn.iter().enumerate() {
        println!(
            "| {} | {:.2} % | {:.2} % | {:.2} % +- {:.2} % |",
            spectrum.bin(b),
            100.0 * banked.second[b],
            100.0 * banked.shift[b],
            100.0 * band,
            100.0 * error
        );
    }
}

fn print_bands(spectrum: &gradino::propagate::Spectrum, bands: &propagation::Bands) {
    println!(
        "\n| {} | content | band, linear | brute force | ratio | pull | shift of the mean in bands |",
        spectrum.histogram.observable.label()
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for row in propagation::rows(spectrum, bands, LEAST_CONTENT) {
        println!(
            "| {} | {:.0} | {:.2} % +- {:.2} % | {:.2} % +- {:.2} % | {:.2} | {:.1} | {:.2} +- {:.2} |",
            spectrum.bin(row.bin),
            row.content,
            100.0 * row.linear.0,
            100.0 * row.linear.1,
            100.0 * row.brute.0,
            100.0 * row.brute.1,
            row.brute.0 / row.linear.0,
            row.pull(),
            row.shift.0,
            row.shift.1
        );
    }
}
