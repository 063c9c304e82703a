//! Speed of drawing from flows, with densities: `cargo bench -p gradino-neural --bench flow -- [PRESET...] [SET...]`.
//!
//! For each preset, or those named, with the best instructions of the machine, or those named (`avx2`, `plain`, `all`),
//! on one thread and on all: seconds per million points by the clock, the best of some passes, and by the time that the processor spent, their mean;
//! multiplications and additions in matrices per second of that, beside the most that one core did just
//! before with its best instructions.

use gradino_core::{Axis, Condition, Purpose, Sampler, Space, Stream};
use gradino_neural::{Flow, FlowSpec, FusedFlow, Instructions, Preset, Weights};
use pulp::{Simd, WithSimd};
use std::f64::consts::PI;
use std::hint::black_box;
use std::time::Instant;

const PASSES: usize = 3;
/// Work of one pass [multiplications and additions], about a second on one thread.
const PASS: f64 = 1e11;

/// Twenty-four sums at once: as many fused multiply-adds as a core can do.
struct Peak(u64);

impl WithSimd for Peak {
    /// Multiplications and additions done.
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (factor, term) = (simd.splat_f32s(black_box(0.5)), simd.splat_f32s(black_box(0.25)));
        let mut sums = [term; 24];
        for _ in 0..self.0 {
            for sum in &mut sums {
                *sum = simd.mul_add_f32s(*sum, factor, term);
            }
        }
        black_box(sums);
        2.0 * 24.0 * self.0 as f64 * S::F32_LANES as f64
    }
}

/// Processor time of this program so far [s]; where the system does not tell, the clock's.
fn processor() -> f64 {
    let ticks = || -> Option<f64> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The name of the program stands in brackets and may hold anything; times are fields 14 and 15.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    };
    ticks().map_or(f64::NAN, |ticks| ticks / 100.0)
}

fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// Least time [s] of some passes.
fn best(mut work: impl FnMut()) -> f64 {
    (0..PASSES).map(|_| seconds(&mut work)).fold(f64::INFINITY, f64::min)
}

/// Most multiplications and additions per second of processor time of one core.
fn peak() -> f64 {
    let (before, mut done) = (processor(), 0.0);
    for _ in 0..PASSES {
        done += pulp::Arch::new().dispatch(Peak(black_box(40_000_000)));
    }
    done / (processor() - before)
}

/// That of the four-fold cross section: omega, angles of lepton and nucleon.
fn space() -> Space {
    let axes = vec![
        Axis::interval("omega", "MeV", 0.0, 300.0),
        Axis::interval("cos_theta_l", "", -1.0, 1.0),
        Axis::interval("cos_theta_N", "", -1.0, 1.0),
        Axis::circle("phi_N", "rad", -PI, PI),
    ];
    Space { axes, conditions: vec![Condition::range("E_nu", "MeV", 200.0, 1000.0)] }
}

fn draw(flow: &FusedFlow, conditions: &[f64]) {
    let rows = conditions.len();
    let (mut points, mut densities) = (vec![0.0; rows * 4], vec![0.0; rows]);
    flow.draw(1, 0, conditions, &mut points, &mut densities).expect("conditions are inside");
    black_box((points, densities));
}

fn report(name: &str, preset: Preset, instructions: Instructions) {
    let weights = Weights::initial(FlowSpec::preset(preset, space()), 1, 1.0).expect("a preset is a flow");
    let fused = FusedFlow::with_instructions(Flow::new(weights), instructions).expect("they are available");
    let work = fused.operations_per_point();
    let slow = if instructions == Instructions::Plain { 10.0 } else { 1.0 };
    for threads in [1, rayon::current_num_threads()] {
        let rows = (PASS * threads as f64 / work / slow) as usize;
        let mut stream = Stream::new(1, 0, Purpose::Test);
        let conditions: Vec<f64> = (0..rows).map(|_| 200.0 + 800.0 * stream.uniform()).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let peak = peak();
        let (before, mut clock) = (processor(), f64::INFINITY);
        pool.install(|| clock = best(|| draw(&fused, &conditions)));
        let busy = (processor() - before) / PASSES as f64 / threads as f64;
        let rate = work * rows as f64 / threads as f64 / busy;
        println!(
            "{name:<8} {:<7} {threads:>7} {:>11.3} {:>12.3} {:>12.0} {:>10.1} {:>10.1} {:>5.0} %",
            set_name(instructions),
            1e6 * clock / rows as f64,
            1e6 * busy / rows as f64,
            work,
            rate / 1e9,
            peak / 1e9,
            100.0 * rate / peak
        );
    }
}

fn set_name(instructions: Instructions) -> String {
    format!("{instructions:?}").to_lowercase()
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let asks = |name: &str| wanted.iter().any(|wanted| wanted == name);
    println!(
        "{:<16} {:>7} {:>11} {:>12} {:>12} {:>10} {:>10}",
        "", "", "clock s", "processor s", "", "GFLOP/s", "most"
    );
    println!(
        "{:<16} {:>7} {:>11} {:>12} {:>12} {:>10} {:>10}",
        "preset", "threads", "per million", "and thread", "flop/point", "and core", "of a core"
    );
    let presets = [
        ("compact", Preset::Compact),
        ("small", Preset::Small),
        ("medium", Preset::Medium),
        ("large", Preset::Large),
    ];
    let any_preset = presets.iter().any(|(name, _)| asks(name));
    let available = Instructions::available();
    let any_set = available.iter().any(|&set| asks(&set_name(set)));
    for (name, preset) in presets.into_iter().filter(|(name, _)| !any_preset || asks(name)) {
        for &set in &available {
            let best = set == available[0] && !any_set;
            if best || asks("all") || asks(&set_name(set)) {
                report(name, preset, set);
            }
        }
    }
}
