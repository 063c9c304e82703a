//! Speed of the exclusive cross section: `cargo bench -p gradino-nuclear --bench knockout`.
//!
//! Times are those of the processor, so that other programs do not count, except those of building, which are by the wall.
//!
//! Prints, for muon neutrinos on 16O with a table of 300 x 250 nodes: the time to build the table and its size; the time
//! of one evaluation of the cross section at random points, of one with its gradient with respect to all parameters of
//! the form factors; how far the interpolation between the nodes is from the cross section with elements computed at the
//! point; the time to prepare the sampler, events per second and the share of accepted proposals.

use gradino_core::{Nuclide, ParamSet, Purpose, Stream};
use gradino_nuclear::meanfield::{
    Current, FormFactorModel, MeanField, Nucleon, Options, ResponseOptions, Skyrme, SkyrmeForce,
};
use gradino_nuclear::reaction::exclusive::{
    Grid, Knockout, KnockoutSampler, KnockoutTable, LeptonVertex, MeanFieldSource, Point,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const NEUTRINO: i32 = 14;
const HIGHEST: f64 = 1200.0;
const NODES: [usize; 2] = [300, 250];
const POINTS: usize = 20_000;
const COMPARED: usize = 200;
const EVENTS: u64 = 200_000;
const BATCH: u64 = 1000;
const PASSES: usize = 3;
/// Times that a pass goes over the points: the system counts a thread's time in steps of milliseconds.
const ROUNDS: usize = 10;

fn oxygen() -> MeanField<f64> {
    let force = SkyrmeForce::named("SLy4").expect("a built-in force");
    let theta = force.parameters.values();
    MeanField::solve(Nuclide::new(8, 16), &Skyrme::new(&theta), &Options::default()).expect("16O is bound")
}

fn table(field: &MeanField<f64>) -> KnockoutTable {
    let begun = Instant::now();
    let [t_max, q_max] = Grid::reach(HIGHEST);
    let momenta = Grid::uniform_momenta(NODES[1], q_max);
    let kinds = [Nucleon::Neutron, Nucleon::Proton];
    let source = MeanFieldSource::new(field, kinds, ResponseOptions::default(), &momenta, t_max);
    let kinetic = Grid::adapted_kinetic(&source, NODES[0], t_max).expect("positive energies");
    println!("grid: {:.1} s, T up to {t_max:.0} MeV, q up to {q_max:.0} MeV", begun.elapsed().as_secs_f64());
    let table = KnockoutTable::build(&source, Grid { kinetic, momenta }).expect("positive energies");
    let seconds = begun.elapsed().as_secs_f64();
    println!("table: {seconds:.1} s, {:.0} MB, {} waves", table.bytes() as f64 / 1e6, table.waves());
    table
}

/// Relative distances of the model from the cross section with elements computed at the point, in increasing order.
fn distances(
    field: &MeanField<f64>,
    knockout: &Arc<Knockout>,
    params: &ParamSet,
    points: &[Point],
) -> Vec<f64> {
    let model = knockout.prepare(params, &[]);
    let mut work = model.workspace();
    let mut distance = |point: &Point| {
        let kinetic = point.omega - knockout.table.holes[point.hole].separation;
        let q = knockout.vertex.momentum_transfer(point.energy, point.omega, point.cos_theta).expect("drawn");
        // A cell so small that nothing is interpolated.
        let around = |x: f64| vec![x * (1.0 - 1e-9), x * (1.0 + 1e-9)];
        let grid = Grid { kinetic: around(kinetic), momenta: around(q) };
        let kinds = [Nucleon::Neutron, Nucleon::Proton];
        let source =
            MeanFieldSource::new(field, kinds, ResponseOptions::default(), &grid.momenta, kinetic + 1.0);
        let table = KnockoutTable::build(&source, grid).expect("positive energies");
        let here = Knockout::new(Arc::new(table), knockout.vertex, knockout.form_factors).expect("neutrons");
        let here = here.prepare(params, &[]).cross_section(point, &mut here.prepare(params, &[]).workspace());
        (model.cross_section(point, &mut work) / here - 1.0).abs()
    };
    let mut all: Vec<f64> = points.iter().map(&mut distance).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// Seconds that this thread has run, or by the wall where the system does not say.
fn seconds(begun: Instant) -> f64 {
    let run = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = run.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or(begun.elapsed().as_secs_f64(), |n| n * 1e-9)
}

/// Seconds of the best of several passes of `one` over all points, per point.
fn best(points: &[Point], mut one: impl FnMut(&Point) -> f64) -> f64 {
    let origin = Instant::now();
    let mut pass = || {
        let begun = seconds(origin);
        for p in (0..ROUNDS).flat_map(|_| points) {
            black_box(one(p));
        }
        (seconds(origin) - begun) / (ROUNDS * points.len()) as f64
    };
    (0..PASSES).map(|_| pass()).fold(f64::INFINITY, f64::min)
}

/// Events in a second that are drawn together, the best of several passes.
fn together(sampler: &KnockoutSampler, origin: Instant) -> f64 {
    let energies = [800.0; BATCH as usize];
    let (mut space, mut drawn) = (sampler.space(), Vec::new());
    let mut pass = || {
        let begun = seconds(origin);
        for first in (0..EVENTS).step_by(BATCH as usize) {
            let stream = |event| Stream::new(1, first + event, Purpose::Test);
            let mut streams: Vec<Stream> = (0..BATCH).map(stream).collect();
            drawn.clear();
            sampler.draw_all(&energies, &mut streams, &mut space, &mut drawn).expect("in range");
            black_box(&drawn);
        }
        EVENTS as f64 / (seconds(origin) - begun)
    };
    (0..PASSES).map(|_| pass()).fold(0.0, f64::max)
}

fn main() {
    let field = oxygen();
    let vertex = LeptonVertex::new(Current::Charged, NEUTRINO).expect("a neutrino");
    let begun = Instant::now();
    let knockout =
        Knockout::new(Arc::new(table(&field)), vertex, FormFactorModel::default()).expect("neutrons");
    println!("with response pairs: {:.1} s", begun.elapsed().as_secs_f64());
    let params = ParamSet::new(knockout.parameters());
    let wanted: Vec<usize> = (0..params.len()).collect();
    let model = knockout.prepare(&params, &wanted);
    let total = model.total(800.0);
    println!("sigma(800 MeV) = {:.4e} cm2, by hole {:?}", total.value, total.by_hole);

    let begun = Instant::now();
    let sampler = KnockoutSampler::new(&model, &[800.0, 800.0]).expect("above threshold");
    let (nodes, bytes) = sampler.size();
    println!("sampler: {:.1} s, {nodes} nodes, {:.0} MB", begun.elapsed().as_secs_f64(), bytes as f64 / 1e6);
    let mut space = sampler.space();
    let draw = |event: u64, space: &mut _| {
        sampler.draw(800.0, &mut Stream::new(1, event, Purpose::Test), space).expect("in range")
    };
    let points: Vec<Point> = (0..POINTS as u64)
        .map(|event| {
            let d = draw(event, &mut space);
            let (hole, energy, omega, cos_theta) = (d.hole, d.energy, d.omega, d.cos_theta);
            Point { hole, energy, omega, cos_theta, cos_nucleon: d.cos_nucleon, phi_nucleon: d.phi_nucleon }
        })
        .collect();

    let far = distances(&field, &knockout, &params, &points[..COMPARED]);
    let at = |share: f64| 100.0 * far[(share * (COMPARED - 1) as f64) as usize];
    println!(
        "interpolation: median {:.3} %, 95 % below {:.3} %, largest {:.2} %",
        at(0.5),
        at(0.95),
        at(1.0)
    );

    let mut work = model.workspace();
    let near: Vec<Point> = points.iter().flat_map(|p| [*p; 8]).step_by(1).take(POINTS).collect();
    let same = best(&near, |p| model.cross_section(p, &mut work));
    println!("cross section at eight times the same point: {:.2} us", same * 1e6);
    let value = best(&points, |p| model.cross_section(p, &mut work));
    let mut gradient = vec![0.0; wanted.len()];
    let both = best(&points, |p| model.cross_section_with_gradient(p, &mut work, &mut gradient));
    println!(
        "cross section: {:.2} us; with {} derivatives {:.2} us, {:.2} times",
        value * 1e6,
        wanted.len(),
        both * 1e6,
        both / value
    );

    let (mut rate, origin) = (0.0f64, Instant::now());
    for _ in 0..PASSES {
        space.proposals = 0;
        let begun = seconds(origin);
        for event in 0..EVENTS {
            black_box(draw(event, &mut space));
        }
        rate = rate.max(EVENTS as f64 / (seconds(origin) - begun));
    }
    println!(
        "sampler: {rate:.0} events/s on one core, {:.1} % accepted",
        EVENTS as f64 / space.proposals as f64 * 100.0
    );
    println!("drawn together: {:.0} events/s on one core", together(&sampler, origin));
    let begun = seconds(origin);
    for event in 0..POINTS as u64 {
        let d = draw(event, &mut space);
        sampler.log_slopes(&d, &mut space, &mut gradient);
        black_box(&gradient);
    }
    println!("with scores: {:.0} events/s on one core", POINTS as f64 / (seconds(origin) - begun));
}
