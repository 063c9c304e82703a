use super::super::amplitude::{OperatorAmplitudes, operator_amplitudes};
use super::super::coupling::{Coupling, Harmonics};
use super::super::hadron::{HadronTensor, STRUCTURES};
use super::super::model::cell;
use super::super::{Grid, KnockoutDraw, KnockoutSampler, LeptonVertex, MeanFieldSource, Point};
use super::*;
use crate::meanfield::{
    Current, FormFactorModel, MeanField, Nucleon, Options, ResponseOptions, Skyrme, SkyrmeForce,
};
use crate::reaction::exclusive::table::ElementSource;
use gradino_core::{Nuclide, Params, Purpose, Real, Stream};
use std::sync::LazyLock;

type Four = Dual<f64, 4>;

/// A parameter of each kind of term: contact, density-dependent, spin exchange, spin-orbit.
const NAMES: [&str; 4] = ["skyrme.t0", "skyrme.t3", "skyrme.x0", "skyrme.w0"];
const KINDS: [Nucleon; 2] = [Nucleon::Neutron, Nucleon::Proton];

fn force() -> ParamSet {
    SkyrmeForce::named("SLy4").expect("a built-in force").parameters
}

fn oxygen<D: Real>(theta: &Params<D>) -> MeanField<D> {
    MeanField::solve(Nuclide::new(8, 16), &Skyrme::new(theta), &Options::default()).expect("16O is bound")
}

/// The field with one parameter moved by a share of its value.
fn moved(name: &str, share: f64) -> MeanField<f64> {
    oxygen(&force().seeded(|_, p| if p.name == name { p.value * (1.0 + share) } else { p.value }))
}

static VALUES: LazyLock<MeanField<f64>> = LazyLock::new(|| oxygen(&force().values()));
static DUALS: LazyLock<MeanField<Four>> = LazyLock::new(|| {
    let slot = |name: &str| NAMES.iter().position(|n| *n == name);
    oxygen(&force().seeded(|_, p| match slot(&p.name) {
        Some(slot) => Four::variable(p.value, slot),
        None => Four::from(p.value),
    }))
});

fn source<'a, D: Real>(field: &'a MeanField<D>, momenta: &[f64]) -> MeanFieldSource<'a, D> {
    MeanFieldSource::new(field, KINDS, ResponseOptions::default(), momenta, 250.0)
}

fn vertex() -> LeptonVertex {
    LeptonVertex::new(Current::Charged, 14).expect("a neutrino")
}

/// The model of a field on a grid, without slopes.
fn plain(field: &MeanField<f64>, grid: &Grid) -> Arc<Knockout> {
    let table = KnockoutTable::build(&source(field, &grid.momenta), grid.clone()).expect("positive energies");
    Knockout::new(Arc::new(table), vertex(), FormFactorModel::default()).expect("a proton leaves")
}

/// The model with the slopes of [`NAMES`], all of them wanted after one of a form factor.
fn with_slopes(grid: &Grid) -> Arc<PreparedKnockout> {
    let knockout = plain(&VALUES, grid);
    let set = force();
    let parameters = NAMES.map(|name| set.get(name).expect("a parameter").clone());
    let slopes = knockout.table.slopes(&source(&*DUALS, &grid.momenta), &parameters).expect("waves");
    let knockout = knockout.with_slopes(slopes);
    let set = ParamSet::new(knockout.parameters());
    let wanted: Vec<usize> = std::iter::once("axial.mass")
        .chain(NAMES)
        .map(|name| set.position(name).expect("a parameter"))
        .collect();
    knockout.prepare(&set, &wanted)
}

fn prepared(knockout: &Arc<Knockout>) -> Arc<PreparedKnockout> {
    knockout.prepare(&ParamSet::new(knockout.parameters()), &[])
}

/// A coarse table for what holds on any grid.
fn coarse() -> Grid {
    Grid { kinetic: (0..16).map(|i| f64::from(i * i)).collect(), momenta: Grid::uniform_momenta(20, 800.0) }
}

static COARSE: LazyLock<Arc<PreparedKnockout>> = LazyLock::new(|| with_slopes(&coarse()));

const POINT: Point =
    Point { hole: 1, energy: 420.0, omega: 90.0, cos_theta: 0.4, cos_nucleon: 0.7, phi_nucleon: 1.1 };

/// The cross section between four nodes from elements in double precision, of the waves that the table has, and its integral
/// over the direction of the nucleon.
fn exact(field: &MeanField<f64>, point: &Point, table: &KnockoutTable) -> [f64; 2] {
    let (tensor, responses) = exact_tensor(field, point, table);
    let lepton =
        LeptonTensor::at_angle(&vertex(), point.energy, point.omega, point.cos_theta).expect("in reach");
    [lepton.fourier(&tensor).at(point.phi_nucleon), lepton.inclusive(&responses)].map(|x| x * lepton.scale())
}

/// The tensor and the responses of which it is made.
fn exact_tensor(
    field: &MeanField<f64>,
    point: &Point,
    table: &KnockoutTable,
) -> (HadronTensor<f64>, [f64; 5]) {
    let grid = &table.grid;
    let source = source(field, &grid.momenta);
    let hole = source.holes()[point.hole];
    let q = vertex().momentum_transfer(point.energy, point.omega, point.cos_theta).expect("in reach");
    let (i, x) = cell(&grid.kinetic, point.omega - hole.separation).expect("inside");
    let (k, y) = cell(&grid.momenta, q).expect("inside");
    let (mut tensor, mut responses) = (HadronTensor::zero(), [0.0; 5]);
    for (kinetic, weight) in [(i, 1.0 - x), (i + 1, x)] {
        let slice = source.slice(grid.kinetic[kinetic], &grid.momenta).expect("a positive energy");
        let (cos, sin): (Vec<f64>, Vec<f64>) = slice.phases.iter().map(|p| (p.cos(), p.sin())).unzip();
        let coupling = Coupling::<f64>::new(hole.shell, (slice.waves / 2) as u32);
        let mut harmonics = Harmonics::new(&coupling);
        harmonics.fill(point.cos_nucleon, slice.waves);
        let size = slice.elements[point.hole].len() / grid.momenta.len();
        for (momentum, weight) in [(k, weight * (1.0 - y)), (k + 1, weight * y)] {
            let kept =
                table.packed.node(point.hole, kinetic, momentum).expect("within the table").values.len();
            let values = &slice.elements[point.hole][momentum * size..][..kept];
            let waves = kept / hole.elements();
            let elements = Elements { values, cos: &cos[..waves], sin: &sin[..waves] };
            let mut amplitudes = vec![OperatorAmplitudes::none(0.0); hole.shell.two_j as usize + 1];
            operator_amplitudes(&coupling, &elements, &harmonics, &mut amplitudes);
            let model = FormFactorModel::default();
            let form_factors = model.prepare(&ParamSet::new(model.parameters()).values());
            let (omega, q) = (grid.kinetic[kinetic] + hole.separation, grid.momenta[momentum]);
            let f = form_factors.of(Current::Charged, Nucleon::Neutron, q * q - omega * omega);
            let factors = CurrentFactors::new(&f, omega, q);
            let mut node = HadronTensor::zero();
            amplitudes.iter().for_each(|a| node.add_state(a, &factors));
            tensor.add_tensor(&node, weight);
            let five = ResponsePairs::new(&elements, hole.multipoles()).responses(&factors);
            responses.iter_mut().zip(five).for_each(|(sum, r)| *sum += weight * r);
        }
    }
    (tensor, responses)
}

/// The derivatives times the parameter by central differences of fourth order.
fn differences<const N: usize>(h: f64, at: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(|n| at(n * h));
    std::array::from_fn(|k| (a[k] - d[k] + 8.0 * (c[k] - b[k])) / (12.0 * h))
}

fn value_of(name: &str) -> f64 {
    force().get(name).expect("a parameter").value
}

#[test]
fn cross_sections_move_with_the_force_as_those_of_other_fields() {
    // Nodes on either side of the points, close to each other at the low energy.
    let grid = Grid { kinetic: vec![0.0, 1.5, 3.5, 60.0, 75.0], momenta: vec![150.0, 180.0, 395.0, 430.0] };
    let model = with_slopes(&grid);
    let mut space = model.workspace();
    let low = Point { hole: 0, energy: 300.0, omega: VALUES.orbitals[0].energy.abs() + 2.49, ..POINT };
    for point in [POINT, Point { cos_theta: 0.83, ..low }] {
        let mut gradients = [[0.0; 5]; 2];
        let Point { hole, energy, omega, cos_theta, .. } = point;
        let values = [
            model.cross_section_with_gradient(&point, &mut space, &mut gradients[0]),
            model.inclusive_with_gradient((hole, energy), omega, cos_theta, &mut gradients[1]),
        ];
        for (value, expected) in values.into_iter().zip(exact(&VALUES, &point, &model.of.table)) {
            assert!((value / expected - 1.0).abs() < 1e-4, "{value} {expected}");
        }
        for (slot, name) in NAMES.iter().enumerate() {
            let steps = differences(2e-4, |share| exact(&moved(name, share), &point, &model.of.table));
            for (k, step) in steps.into_iter().enumerate() {
                let (slope, value) = (gradients[k][1 + slot] * value_of(name), values[k]);
                assert!(
                    (slope - step).abs() < 1e-4 * step.abs(),
                    "{name} {k}: {slope:e} {step:e} of {value:e}"
                );
                assert!(step.abs() > 1e-3 * value, "{name} moves it");
            }
        }
    }
}

#[test]
fn structures_and_responses_move_with_the_force_as_those_of_other_fields() {
    let grid = Grid { kinetic: vec![0.0, 60.0, 75.0], momenta: vec![395.0, 430.0] };
    let model = with_slopes(&grid);
    let Point { hole, energy, omega, cos_theta, cos_nucleon, .. } = POINT;
    let q = vertex().momentum_transfer(energy, omega, cos_theta).expect("in reach");
    let (mut of_structures, mut of_responses) = ([0.0; 5 * STRUCTURES], [0.0; 5 * 5]);
    let at = [omega, q, cos_nucleon];
    let structures = model.structures(hole, at, &mut model.workspace(), &mut of_structures);
    let responses = model.responses_with_gradient(hole, omega, q, &mut of_responses);
    assert_eq!(responses, model.responses(hole, omega, q));
    let all = |field: &MeanField<f64>| -> [f64; STRUCTURES + 5] {
        let (tensor, responses) = exact_tensor(field, &POINT, &model.of.table);
        let both: Vec<f64> = tensor.structures().into_iter().chain(responses).collect();
        both.try_into().expect("as many")
    };
    let values: Vec<f64> = structures.into_iter().chain(responses).collect();
    for (slot, name) in NAMES.iter().enumerate() {
        let steps = differences(2e-4, |share| all(&moved(name, share)));
        // Structures are sums of products in which larger ones cancel: what 16 bits leave is a share of the largest.
        let largest = |of: &[f64]| of.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let [of_tensor, inclusive] =
            [0..STRUCTURES, STRUCTURES..STRUCTURES + 5].map(|all| largest(&steps[all]));
        let mut moving = 0;
        for (k, &step) in steps.iter().enumerate() {
            let (row, scale) = if k < STRUCTURES {
                (&of_structures[5 * k..], of_tensor)
            } else {
                (&of_responses[5 * (k - STRUCTURES)..], inclusive)
            };
            let slope = row[1 + slot] * value_of(name);
            assert!((slope - step).abs() < 1e-4 * scale, "{name} {k}: {slope:e} {step:e} of {:e}", values[k]);
            moving += usize::from(step.abs() > 1e-3 * values[k].abs() && step.abs() > 1e-3 * scale);
        }
        assert!(moving > 15, "{name} moves {moving} of them");
    }
}

#[test]
fn total_cross_sections_move_with_the_force_as_those_of_other_fields() {
    const ENERGIES: [f64; 2] = [250.0, 330.0];
    let totals = ENERGIES.map(|energy| COARSE.total(energy));
    // Elements are kept to 16 bits, which differences see: 5e-7 of a total cross section over the step. That of spin exchange
    // acts a thousand times less than the contact term.
    for (name, share, rounding) in [("skyrme.t0", 4e-3, 0.0), ("skyrme.x0", 2e-2, 1e-4)] {
        let at = |share: f64| {
            let model = prepared(&plain(&moved(name, share), &coarse()));
            ENERGIES.map(|energy| model.total(energy).value)
        };
        let slot = 1 + NAMES.iter().position(|n| *n == name).expect("one of them");
        for (total, step) in totals.iter().zip(differences(share, at)) {
            let (slope, value) = (total.gradient[slot] * value_of(name), total.value);
            assert!(
                (slope - step).abs() < 1e-4 * step.abs() + rounding * value,
                "{name}: {slope:e} {step:e} of {value:e}"
            );
            assert!(step.abs() > 1e-3 * value, "{name} moves it");
        }
    }
    // One of a form factor beside them.
    let set = ParamSet::new(COARSE.of.parameters());
    let model = COARSE.of.prepare(&set, &[set.position("axial.mass").expect("a parameter")]);
    assert_eq!(model.total(ENERGIES[1]).gradient, totals[1].gradient[..1]);
    assert!(totals[1].gradient[0] > 0.0);
}

#[test]
fn scores_have_mean_zero_and_give_the_derivative_of_a_mean_over_the_events() {
    const ENERGY: f64 = 320.0;
    const EVENTS: u64 = 20_000;
    let sampler = KnockoutSampler::new(&COARSE, &[ENERGY, ENERGY]).expect("above threshold");
    let total = COARSE.total(ENERGY);
    let mut space = sampler.space();
    let draw = |event| {
        let mut stream = Stream::new(12, event, Purpose::Test);
        sampler.draw(ENERGY, &mut stream, &mut sampler.space()).expect("in range")
    };
    let drawn: Vec<KnockoutDraw> = (0..EVENTS).map(draw).collect();
    let mut slopes = vec![0.0; 5];
    let mut scores = vec![[0.0; 5]; drawn.len()];
    for (d, scores) in drawn.iter().zip(&mut scores) {
        sampler.log_slopes(d, &mut space, &mut slopes);
        *scores = std::array::from_fn(|k| slopes[k] - total.gradient[k] / total.value);
    }
    let moments = |of: &dyn Fn(usize) -> f64| {
        let (n, all) = (EVENTS as f64, 0..drawn.len());
        let mean = all.clone().map(of).sum::<f64>() / n;
        (mean, (all.map(|i| (of(i) - mean).powi(2)).sum::<f64>() / n / n).sqrt())
    };
    for (slot, name) in NAMES.iter().enumerate() {
        let (mean, error) = moments(&|i| scores[i][1 + slot]);
        assert!(error > 0.0 && mean.abs() < 4.0 * error, "{name}: {mean} +- {error}");
    }
    // The mean energy transfer with the force moved a little, the same events weighted.
    let h = 1e-4;
    let others = [-h, h].map(|share| prepared(&plain(&moved("skyrme.t0", share), &coarse())));
    let rates = others.each_ref().map(|other| other.total(ENERGY).value);
    let mut rooms = others.each_ref().map(|other| other.workspace());
    let by_ratio: Vec<f64> = drawn
        .iter()
        .map(|d| {
            let point = d.point();
            let [low, high] = [0, 1].map(|k| others[k].cross_section(&point, &mut rooms[k]) / rates[k]);
            2.0 * d.omega * (high - low) / (high + low) / (2.0 * h)
        })
        .collect();
    let by_score = |i: usize| drawn[i].omega * scores[i][1] * value_of("skyrme.t0");
    let (mean, error) = moments(&by_score);
    let (gap, gap_error) = moments(&|i| by_score(i) - by_ratio[i]);
    assert!(gap.abs() < 4.0 * gap_error + 2e-3 * mean.abs(), "{gap} +- {gap_error} of {mean}");
    assert!(mean.abs() > 4.0 * error, "the mean moves: {mean} +- {error}");
}
