//! Speed of the main job: `cargo bench -p gradino --bench events`.
//!
//! `-- threads` prints only the part of that name: jobs, threads, files, limits.
//!
//! Prints events per second on one core, in memory: plain, with 16 gradients, with all gradients; the
//! time of preparing the tables; two threads against one; writing files; and what the limit is made of.
//! Every rate is the best of several passes over the same events; "first" is the first pass, in which
//! the decay tables of the residues are built.

use gradino::chain::Chain;
use gradino::config::Config;
use gradino::io::{self, SinkOptions};
use gradino::run::{Collector, Plan, run};
use gradino_core::{Event, Purpose, Stream};
use std::hint::black_box;
use std::path::Path;
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

/// Sums of weights, a number for each block.
#[derive(Default)]
struct Weights(f64);

impl Collector for Weights {
    type Part = f64;
    fn take(&mut self, event: &Event) -> gradino::Result<()> {
        self.0 += event.weight;
        Ok(())
    }
    fn end_block(&mut self) -> gradino::Result<f64> {
        Ok(std::mem::take(&mut self.0))
    }
}

fn threads() {
    println!("\n| gradients, events | 1 thread [s] | 2 threads [s] | ratio |\n| --- | --- | --- | --- |");
    for (gradients, events) in [("[]", 20 * EVENTS), (SIXTEEN, 20 * EVENTS), ("[\"all\"]", 10 * EVENTS)] {
        let chain = Chain::from_config(&config("kind = \"pinched\"", gradients)).expect("a valid job");
        let time = |threads: usize| {
            let begun = Instant::now();
            let mut sum = 0.0;
            let write = |part: f64| {
                sum += part;
                Ok(())
            };
            let cancel = AtomicBool::new(false);
            run(&chain, &Plan::new(0..events, threads), &cancel, Weights::default, write, |_| {})
                .expect("no failure");
            black_box(sum);
            begun.elapsed().as_secs_f64()
        };
        time(2);
        let best = |threads: usize| (0..PASSES).map(|_| time(threads)).fold(f64::INFINITY, f64::min);
        let (one, two) = (best(1), best(2));
        let parameters = chain.gradients().len();
        println!("| {parameters}, {events} | {one:.3} | {two:.3} | {:.2} |", one / two);
    }
}

/// Blocks of a file.
struct Blocks(io::BlockMaker);

impl Collector for Blocks {
    type Part = io::Block;
    fn take(&mut self, event: &Event) -> gradino::Result<()> {
        self.0.push(event)
    }
    fn end_block(&mut self) -> gradino::Result<io::Block> {
        self.0.take()
    }
}

fn files() {
    println!(
        "\n| job | file | events/s, 1 thread | 2 threads | bytes/event |\n| --- | --- | --- | --- | --- |"
    );
    let folder = std::env::temp_dir().join(format!("gradino-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    for (job, flux) in
        [("supernova", "kind = \"pinched\""), ("mono 15 MeV", "kind = \"mono\"\nenergy = \"15 MeV\"")]
    {
        let config = config(flux, "[]");
        let chain = Chain::from_config(&config).expect("a valid job");
        for name in ["events.hepmc3", "events.hepmc3.gz", "events.hepmc3.zst", "events.parquet"] {
            let [one, two] = [1, 2].map(|threads| write_file(&config, &chain, &folder.join(name), threads));
            println!("| {job} | {name} | {:.0} | {:.0} | {:.0} |", one.0, two.0, two.1);
        }
    }
    std::fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
}

/// Events per second and bytes per event.
fn write_file(config: &Config, chain: &Chain, path: &Path, threads: usize) -> (f64, f64) {
    let provenance = chain.provenance(config, &(0..EVENTS));
    let begun = Instant::now();
    let options = SinkOptions { overwrite: true, keep_partial: false };
    let mut sink = io::create(path, &provenance, options).expect("the file can be made");
    let plan = Plan::new(0..EVENTS, threads);
    let maker = sink.block_maker();
    let collector = || Blocks(maker.another());
    run(chain, &plan, &AtomicBool::new(false), collector, |block| sink.append(block), |_| {})
        .expect("no failure");
    let summary = sink.finish().expect("the file can be finished");
    (EVENTS as f64 / begun.elapsed().as_secs_f64(), summary.bytes as f64 / EVENTS as f64)
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
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let parts: [(&str, fn()); 4] =
        [("jobs", jobs), ("threads", threads), ("files", files), ("limits", limits)];
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            part();
        }
    }
}
