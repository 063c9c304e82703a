//! Speed of the main job: `cargo bench -p gradino --bench events`.
//!
//! Prints events per second on one core, in memory: plain, with 16 gradients, with all gradients; the
//! time of preparing the tables; two threads against one; writing files; and what the limit is made of.
//! Every rate is the best of several passes over the same events; "first" is the first pass, in which
//! the decay tables of the residues are built.

use gradino::chain::Chain;
use gradino::config::Config;
use gradino::io::{self, SinkOptions};
use gradino::run::{Plan, run};
use gradino_core::{Event, Purpose, Stream};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const EVENTS: u64 = 100_000;
const PASSES: usize = 3;
/// Sixteen parameters of all families.
const SIXTEEN: &str = r#"["level_density.a", "level_density.spin_cutoff", "level_density.delta", "level_density.gamma_1",
 "gamma_strength.e1_sigma", "gamma_strength.m1_strength", "gamma_strength.e2_strength", "optical.v1_0", "optical.rv_0",
 "optical.av_0", "optical.d1_0", "optical.rd_0", "optical.ad_0_n", "optical.v1_asymm", "strength.f_4.384", "strength.gt_2.290"]"#;

fn config(flux: &str, gradients: &str) -> Config {
    let text =
        format!("seed = 1\nevents = {EVENTS}\n[flux]\n{flux}\n[gradients]\nparameters = {gradients}\n");
    Config::from_toml(&text).expect("the benchmark's configuration is valid")
}

/// Events per second: first pass, best pass.
fn rate(chain: &Chain, events: u64) -> (f64, f64) {
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    let mut pass = || {
        let begun = Instant::now();
        for number in 0..events {
            chain.draw(number, &mut scratch, &mut event);
            black_box(&event);
        }
        events as f64 / begun.elapsed().as_secs_f64()
    };
    let first = pass();
    let best = (0..PASSES).map(|_| pass()).fold(0.0, f64::max);
    (first, best)
}

fn jobs() {
    println!(
        "| job | prepare [ms] | first [events/s] | plain [events/s] | 16 gradients | ratio | all gradients | ratio | ratio of first passes |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, flux) in [
        ("supernova (default)", "kind = \"pinched\""),
        ("mono 15 MeV", "kind = \"mono\"\nenergy = \"15 MeV\""),
        ("mono 30 MeV", "kind = \"mono\"\nenergy = \"30 MeV\""),
        ("mono 50 MeV", "kind = \"mono\"\nenergy = \"50 MeV\""),
    ] {
        let begun = Instant::now();
        let plain = Chain::from_config(&config(flux, "[]")).expect("a valid job");
        let prepare = 1e3 * begun.elapsed().as_secs_f64();
        let (first, best) = rate(&plain, EVENTS);
        let some = Chain::from_config(&config(flux, SIXTEEN)).expect("a valid job");
        let (_, some_best) = rate(&some, EVENTS);
        let all = Chain::from_config(&config(flux, "[\"all\"]")).expect("a valid job");
        let (all_first, all_best) = rate(&all, EVENTS);
        println!(
            "| {name} | {prepare:.0} | {first:.0} | {best:.0} | {some_best:.0} | {:.2} | {all_best:.0} ({} parameters) | {:.2} | {:.2} |",
            best / some_best,
            all.gradients().len(),
            best / all_best,
            first / all_first,
        );
    }
}

fn threads() {
    let chain = Chain::from_config(&config("kind = \"pinched\"", "[]")).expect("a valid job");
    let time = |threads: usize| {
        let plan = Plan::new(0..10 * EVENTS, threads);
        let begun = Instant::now();
        let mut sum = 0.0;
        run(
            &chain,
            &plan,
            &AtomicBool::new(false),
            |e| {
                sum += e.weight;
                Ok(())
            },
            |_| {},
        )
        .expect("no failure");
        black_box(sum);
        begun.elapsed().as_secs_f64()
    };
    time(2);
    let (one, two) = (time(1), time(2));
    println!(
        "\nrun loop, {} events: 1 thread {one:.3} s, 2 threads {two:.3} s, ratio {:.2}",
        10 * EVENTS,
        one / two
    );
}

fn files() {
    println!("\n| file | events/s, 2 threads | bytes/event |\n| --- | --- | --- |");
    let config = config("kind = \"pinched\"", "[]");
    let chain = Chain::from_config(&config).expect("a valid job");
    let folder = std::env::temp_dir().join(format!("gradino-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    for name in ["events.hepmc3", "events.hepmc3.gz", "events.hepmc3.zst", "events.parquet"] {
        let path: PathBuf = folder.join(name);
        let provenance = chain.provenance(&config, &(0..EVENTS));
        let begun = Instant::now();
        let options = SinkOptions { overwrite: true, keep_partial: false };
        let mut sink = io::create(&path, &provenance, options).expect("the file can be made");
        let plan = Plan::new(0..EVENTS, 2);
        run(&chain, &plan, &AtomicBool::new(false), |e| sink.write(e), |_| {}).expect("no failure");
        let summary = sink.finish().expect("the file can be finished");
        let seconds = begun.elapsed().as_secs_f64();
        println!("| {name} | {:.0} | {:.0} |", EVENTS as f64 / seconds, summary.bytes as f64 / EVENTS as f64);
    }
    std::fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
}

/// What an event cannot do without: its random numbers.
fn limits() {
    let n = 10_000_000u64;
    let begun = Instant::now();
    let mut stream = Stream::new(1, 0, Purpose::Test);
    let sum: f64 = (0..n).map(|_| stream.uniform()).sum();
    black_box(sum);
    let random = begun.elapsed().as_secs_f64() / n as f64;
    let begun = Instant::now();
    let mut sum = 0.0;
    for _ in 0..n {
        let (s, c) = black_box(stream.uniform()).sin_cos();
        sum += s * c;
    }
    black_box(sum);
    let angle = begun.elapsed().as_secs_f64() / n as f64 - random;
    println!("\none random number {:.1} ns, one sine and cosine {:.1} ns", 1e9 * random, 1e9 * angle);
}

fn main() {
    jobs();
    threads();
    files();
    limits();
}
