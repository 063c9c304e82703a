//! Speed of drawing from flows, with densities: `cargo bench -p gradino-neural --bench flow [NAME...]`.
//!
//! For each preset, each instruction set that the machine has, on one thread and on all: seconds per million points,
//! multiplications and additions per second, and what share that is of the most that this machine did just before.

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

fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// Least time [s] of some passes.
fn best(mut work: impl FnMut()) -> f64 {
    (0..PASSES).map(|_| seconds(&mut work)).fold(f64::INFINITY, f64::min)
}

/// Most multiplications and additions per second of one core.
fn peak() -> f64 {
    let mut done = 0.0;
    let time = best(|| done = pulp::Arch::new().dispatch(Peak(black_box(20_000_000))));
    done / time
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
    for threads in [1, rayon::current_num_threads()] {
        let slow = if instructions == Instructions::Plain { 20.0 } else { 1.0 };
        let rows = (PASS * threads as f64 / work / slow) as usize;
        let mut stream = Stream::new(1, 0, Purpose::Test);
        let conditions: Vec<f64> = (0..rows).map(|_| 200.0 + 800.0 * stream.uniform()).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let peak = peak();
        let time = pool.install(|| best(|| draw(&fused, &conditions)));
        let rate = work * rows as f64 / time / threads as f64;
        println!(
            "{name:<8} {:<7} {threads:>7} {:>14.3} {:>12.0} {:>12.1} {:>12.1} {:>6.0} %",
            format!("{instructions:?}"),
            1e6 * time / rows as f64,
            work,
            rate / 1e9,
            peak / 1e9,
            100.0 * rate / peak
        );
    }
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    println!(
        "{:<8} {:<7} {:>7} {:>14} {:>12} {:>12} {:>12}",
        "preset", "", "threads", "s per million", "flop/point", "GFLOP/s/core", "peak"
    );
    let presets = [
        ("compact", Preset::Compact),
        ("small", Preset::Small),
        ("medium", Preset::Medium),
        ("large", Preset::Large),
    ];
    for (name, preset) in presets {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            for instructions in Instructions::available() {
                report(name, preset, instructions);
            }
        }
    }
}
