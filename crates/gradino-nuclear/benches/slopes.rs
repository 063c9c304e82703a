//! Derivatives of knockouts with respect to the force: `cargo bench -p gradino-nuclear --bench slopes`.
//!
//! Prints, for muon neutrinos on 16O with a table of 300 x 250 nodes for energies up to 800 MeV: the time to build the table
//! and its derivatives with respect to t0 and w0, and their size; the time of one evaluation with and without; at drawn points
//! between the nodes how far the logarithmic derivatives of the cross section are from differences of cross sections in other
//! fields with elements computed at the point; and the mean square of the scores.

use gradino_core::{Nuclide, ParamSet, Params, Purpose, Real, Stream};
use gradino_nuclear::meanfield::{
    Current, FormFactorModel, MeanField, Nucleon, Options, ResponseOptions, Skyrme, SkyrmeForce,
};
use gradino_nuclear::reaction::exclusive::{
    Grid, Knockout, KnockoutDraw, KnockoutSampler, KnockoutTable, LeptonVertex, MeanFieldSource, Point,
    PreparedKnockout, TableSlope,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const ENERGY: f64 = 800.0;
const NODES: [usize; 2] = [300, 250];
const NAMES: [&str; 2] = ["skyrme.t0", "skyrme.w0"];
const KINDS: [Nucleon; 2] = [Nucleon::Neutron, Nucleon::Proton];
const COMPARED: usize = 200;
const EVENTS: usize = 20_000;
/// Relative change of a parameter for differences: their error from 16 bits is a few per mille of a cross section.
const STEP: f64 = 2e-3;

fn force() -> ParamSet {
    SkyrmeForce::named("SLy4").expect("a built-in force").parameters
}

fn oxygen<D: Real>(theta: &Params<D>) -> MeanField<D> {
    MeanField::solve(Nuclide::new(8, 16), &Skyrme::new(theta), &Options::default()).expect("16O is bound")
}

/// The table and its derivatives.
fn tables(field: &MeanField<f64>) -> (KnockoutTable, Vec<TableSlope>) {
    let begun = Instant::now();
    let [end, q_end] = Grid::reach(ENERGY);
    let momenta = Grid::uniform_momenta(NODES[1], q_end);
    let source = MeanFieldSource::new(field, KINDS, ResponseOptions::default(), &momenta, end);
    let kinetic = Grid::adapted_kinetic(&source, NODES[0], end).expect("positive energies");
    let table =
        KnockoutTable::build(&source, Grid { kinetic, momenta: momenta.clone() }).expect("positive energies");
    println!("table: {:.1} s, {:.0} MB", begun.elapsed().as_secs_f64(), table.bytes() as f64 / 1e6);
    let set = force();
    let of = |name: &str| {
        let begun = Instant::now();
        let position = set.position(name).expect("a parameter");
        let field = oxygen(&set.chunk::<1>(position));
        let source = MeanFieldSource::new(&field, KINDS, ResponseOptions::default(), &momenta, end);
        let slope = table.slopes(&source, &[set.at(position).clone()]).expect("positive energies").remove(0);
        let seconds = begun.elapsed().as_secs_f64();
        println!("{name}: {seconds:.1} s, {:.0} MB", slope.bytes() as f64 / 1e6);
        slope
    };
    let slopes = NAMES.iter().map(|name| of(name)).collect();
    (table, slopes)
}

/// The cross section with elements computed at the point, in a cell so small that nothing is interpolated.
fn exact(field: &MeanField<f64>, model: &Knockout, params: &ParamSet, point: &Point) -> f64 {
    let q = model.vertex.momentum_transfer(point.energy, point.omega, point.cos_theta).expect("drawn");
    let shell = model.table.holes[point.hole].shell;
    let separation = -field.orbital(KINDS[0], shell).expect("filled").energy;
    let kinetic = point.omega - separation;
    let around = |x: f64| vec![x * (1.0 - 1e-9), x * (1.0 + 1e-9)];
    let grid = Grid { kinetic: around(kinetic), momenta: around(q) };
    let source = MeanFieldSource::new(field, KINDS, ResponseOptions::default(), &grid.momenta, kinetic + 1.0);
    let table = KnockoutTable::build(&source, grid).expect("positive energies");
    let here = Knockout::new(Arc::new(table), model.vertex, model.form_factors).expect("neutrons");
    let here = here.prepare(params, &[]);
    here.cross_section(point, &mut here.workspace())
}

/// Prints how far the logarithmic derivatives at `points` are from those of exact cross sections.
fn compare(model: &PreparedKnockout, params: &ParamSet, points: &[Point]) {
    let mut work = model.workspace();
    for (slot, name) in NAMES.iter().enumerate() {
        let value = force().get(name).expect("a parameter").value;
        let field = |share: f64| {
            oxygen(&force().seeded(|_, p| if p.name == *name { p.value * (1.0 + share) } else { p.value }))
        };
        let fields = [-STEP, STEP].map(field);
        let mut rows: Vec<[f64; 2]> = points
            .iter()
            .map(|point| {
                let mut gradient = [0.0; NAMES.len()];
                let here = model.cross_section_with_gradient(point, &mut work, &mut gradient);
                let [low, high] = fields.each_ref().map(|field| exact(field, &model.of, params, point));
                [gradient[slot] * value / here, (high - low) / (high + low) / STEP]
            })
            .collect();
        let mean_square = |of: fn(&[f64; 2]) -> f64| rows.iter().map(of).sum::<f64>() / points.len() as f64;
        let (size, off) =
            (mean_square(|r| r[1] * r[1]).sqrt(), mean_square(|r| (r[0] - r[1]).powi(2)).sqrt());
        println!("{name}: mean square derivative of the logarithm {size:.3}, of the distance {off:.3}");
        rows.sort_by(|a, b| (a[0] - a[1]).abs().total_cmp(&(b[0] - b[1]).abs()));
        let at = |share: f64| {
            let [a, b] = rows[(share * (rows.len() - 1) as f64) as usize];
            (a - b).abs()
        };
        println!("  distance: median {:.4}, 95 % below {:.3}, largest {:.2}", at(0.5), at(0.95), at(1.0));
    }
}

/// Microseconds of `one` per point.
fn time(points: &[Point], mut one: impl FnMut(&Point) -> f64) -> f64 {
    let begun = Instant::now();
    points.iter().for_each(|p| {
        black_box(one(p));
    });
    begun.elapsed().as_secs_f64() / points.len() as f64 * 1e6
}

fn main() {
    let field = oxygen(&force().values());
    let vertex = LeptonVertex::new(Current::Charged, 14).expect("a neutrino");
    let (table, slopes) = tables(&field);
    let begun = Instant::now();
    let knockout = Knockout::new(Arc::new(table), vertex, FormFactorModel::default()).expect("neutrons");
    let knockout = knockout.with_slopes(slopes);
    println!("with response pairs: {:.1} s", begun.elapsed().as_secs_f64());
    let params = ParamSet::new(knockout.parameters());
    let wanted: Vec<usize> = NAMES.iter().map(|name| params.position(name).expect("a parameter")).collect();
    let model = knockout.prepare(&params, &wanted);
    let total = model.total(ENERGY);
    for (name, slope) in NAMES.iter().zip(&total.gradient) {
        let value = force().get(name).expect("a parameter").value;
        println!("d ln sigma / d ln {name} = {:.5}", slope * value / total.value);
    }
    for step in [1e-4, 1e-5] {
        let at = |share: f64| {
            let field = oxygen(
                &force().seeded(|_, p| if p.name == NAMES[0] { p.value * (1.0 + share) } else { p.value }),
            );
            let [momenta, end] = [&knockout.table.grid.momenta, &knockout.table.grid.kinetic];
            let source =
                MeanFieldSource::new(&field, KINDS, ResponseOptions::default(), momenta, end[end.len() - 1]);
            let table =
                KnockoutTable::build(&source, knockout.table.grid.clone()).expect("positive energies");
            let other = Knockout::new(Arc::new(table), vertex, FormFactorModel::default()).expect("neutrons");
            other.prepare(&params, &[]).total(ENERGY).value
        };
        let difference = (at(step) - at(-step)) / (2.0 * step) / total.value;
        println!("{}: {difference:.5} by differences of {step:e} on the same grid", NAMES[0]);
    }
    let sampler = KnockoutSampler::new(&model, &[ENERGY, ENERGY]).expect("above threshold");
    let mut space = sampler.space();
    let draw = |event: usize| {
        let mut stream = Stream::new(1, event as u64, Purpose::Test);
        sampler.draw(ENERGY, &mut stream, &mut sampler.space()).expect("in range")
    };
    let drawn: Vec<KnockoutDraw> = (0..EVENTS).map(draw).collect();
    let points: Vec<Point> = drawn.iter().map(KnockoutDraw::point).collect();
    compare(&model, &params, &points[..COMPARED]);
    let (mut work, mut gradient) = (model.workspace(), [0.0; NAMES.len()]);
    let plain = time(&points, |p| model.cross_section(p, &mut work));
    let both = time(&points, |p| model.cross_section_with_gradient(p, &mut work, &mut gradient));
    println!("cross section: {plain:.1} us, with {} derivatives {both:.1} us", NAMES.len());
    let mut sums = [[0.0; 2]; NAMES.len()];
    for d in &drawn {
        sampler.log_slopes(d, &mut space, &mut gradient);
        for (k, sum) in sums.iter_mut().enumerate() {
            let value = force().get(NAMES[k]).expect("a parameter").value;
            let score = (gradient[k] - total.gradient[k] / total.value) * value;
            sum[0] += score;
            sum[1] += score * score;
        }
    }
    for (name, [sum, squares]) in NAMES.iter().zip(sums) {
        let n = EVENTS as f64;
        println!("score of {name}: mean {:.4} +- {:.4}", sum / n, (squares / n / n).sqrt());
    }
}
