use super::super::amplitude::{Elements, operator_amplitudes};
use super::super::coupling::Harmonics;
use super::super::series::structures_at;
use super::super::source::MeanFieldSource;
use super::super::table::ElementSource;
use super::super::{DirectionSeries, Grid, KnockoutDensity, Origin};
use super::*;
use crate::meanfield::{
    ContinuumOptions, FinalState, LongitudinalCurrent, MeanField, Options, Probe, ResponseModel,
    ResponseOptions, Skyrme, SkyrmeForce,
};
use crate::quadrature::gauss_legendre;
use gradino_core::density::Density;
use gradino_core::{Complex, Nuclide, Purpose, Stream};
use std::f64::consts::PI;
use std::sync::{LazyLock, OnceLock};

static OXYGEN: LazyLock<MeanField<f64>> = LazyLock::new(|| {
    let force = SkyrmeForce::named("SLy4").expect("a built-in force");
    let skyrme = Skyrme::new(&force.parameters.values());
    MeanField::solve(Nuclide::new(8, 16), &skyrme, &Options::default()).expect("16O is bound")
});

const PLANE: ResponseOptions = ResponseOptions {
    continuum: ContinuumOptions { final_state: FinalState::Plane, relativistic: true },
    longitudinal: LongitudinalCurrent::Convection,
    axial_charge: crate::meanfield::AxialCharge::Full,
    monopole: crate::meanfield::responses::Monopole::Full,
};

fn source<'a>(kinds: [Nucleon; 2], options: ResponseOptions, momenta: &[f64]) -> MeanFieldSource<'a>
where
    'static: 'a,
{
    MeanFieldSource::new(&OXYGEN, kinds, options, momenta, 250.0)
}

/// A coarse table: what is tested here holds on any grid.
fn grid() -> Grid {
    let momenta = Grid::uniform_momenta(20, 800.0);
    let kinetic = (0..16).map(|i| f64::from(i * i)).collect();
    Grid { kinetic, momenta }
}

/// By the charged current.
pub(in super::super) fn knockout(incoming: i32) -> Arc<Knockout> {
    let struck = if incoming > 0 { Nucleon::Neutron } else { Nucleon::Proton };
    knockout_by(LeptonVertex::new(Current::Charged, incoming).expect("a neutrino"), struck)
}

pub(in super::super) fn knockout_by(vertex: LeptonVertex, struck: Nucleon) -> Arc<Knockout> {
    static TABLES: [OnceLock<Arc<KnockoutTable>>; 4] = [const { OnceLock::new() }; 4];
    let outgoing = vertex.knocked_out(struck).expect("the right nucleon");
    let make = || {
        let grid = grid();
        let source = source([struck, outgoing], ResponseOptions::default(), &grid.momenta);
        Arc::new(KnockoutTable::build(&source, grid).expect("positive energies"))
    };
    let table = TABLES[2 * struck.index() + outgoing.index()].get_or_init(make).clone();
    Knockout::new(table, vertex, FormFactorModel::default()).expect("the right nucleon")
}

/// A source and the knockout of its table.
pub(in super::super) fn knockout_of(grid: &Grid) -> (MeanFieldSource<'static>, Arc<Knockout>) {
    let kinds = [Nucleon::Neutron, Nucleon::Proton];
    let highest = grid.kinetic.iter().fold(0.0, |a: f64, &b| a.max(b));
    let source = MeanFieldSource::new(&OXYGEN, kinds, ResponseOptions::default(), &grid.momenta, highest);
    let table = Arc::new(KnockoutTable::build(&source, grid.clone()).expect("positive energies"));
    let vertex = LeptonVertex::new(Current::Charged, 14).expect("a neutrino");
    (source, Knockout::new(table, vertex, FormFactorModel::default()).expect("the right nucleon"))
}

const POINT: Point =
    Point { hole: 1, energy: 420.0, omega: 90.0, cos_theta: 0.4, cos_nucleon: 0.7, phi_nucleon: 1.1 };

fn all(knockout: &Knockout) -> (ParamSet, Vec<usize>) {
    let set = ParamSet::new(knockout.parameters());
    let wanted = (0..set.len()).collect();
    (set, wanted)
}

/// The elements of all holes of 16O in double precision, with the model's factors, at one T and q.
fn tensor_at(
    options: ResponseOptions,
    hole: usize,
    kinetic: f64,
    q: f64,
    x: f64,
) -> (HadronTensor<f64>, [f64; 5], CurrentFactors<f64>) {
    let source = source([Nucleon::Neutron, Nucleon::Proton], options, &[q]);
    let slice = source.slice(kinetic, &[q]).expect("a positive energy");
    let hole_data = source.holes()[hole];
    let model = FormFactorModel::default();
    let form_factors = model.prepare(&ParamSet::new(model.parameters()).values());
    let omega = kinetic + hole_data.separation;
    let f = form_factors.of(Current::Charged, Nucleon::Neutron, q * q - omega * omega);
    let factors = CurrentFactors::new(&f, omega, q);
    let (cos, sin): (Vec<f64>, Vec<f64>) = slice.phases.iter().map(|p| (p.cos(), p.sin())).unzip();
    let elements = Elements { values: &slice.elements[hole], cos: &cos, sin: &sin };
    let coupling = Coupling::<f64>::new(hole_data.shell, (slice.waves / 2) as u32);
    let mut harmonics = Harmonics::new(&coupling);
    harmonics.fill(x, slice.waves);
    let mut amplitudes = vec![OperatorAmplitudes::none(0.0); hole_data.shell.two_j as usize + 1];
    operator_amplitudes(&coupling, &elements, &harmonics, &mut amplitudes);
    let mut tensor = HadronTensor::zero();
    amplitudes.iter().for_each(|a| tensor.add_state(a, &factors));
    let inclusive = ResponsePairs::new(&elements, hole_data.multipoles()).responses(&factors);
    (tensor, inclusive, factors)
}

#[test]
fn the_exclusive_tensor_integrates_to_the_inclusive_responses() {
    for hole in 0..3 {
        let (kinetic, q) = (60.0, 400.0);
        let mut sums = [0.0; 5];
        let mut inclusive = [0.0; 5];
        for (x, w) in gauss_legendre(60) {
            let (tensor, all, _) = tensor_at(ResponseOptions::default(), hole, kinetic, q, x);
            inclusive = all;
            sums.iter_mut()
                .zip(tensor.diagonal())
                .for_each(|(s, d)| *s += d * w * 2.0 * std::f64::consts::PI);
        }
        for (sum, response) in sums.iter().zip(inclusive) {
            assert!((sum / response - 1.0).abs() < 1e-9, "{hole}: {sums:?} {inclusive:?}");
        }
    }
}

#[test]
fn inclusive_responses_equal_those_of_the_mean_field() {
    let (omega, q) = (80.0, 400.0);
    let options = ResponseOptions::default();
    let model = FormFactorModel::default();
    let form_factors = model.prepare(&ParamSet::new(model.parameters()).values());
    let responses = ResponseModel::new(&*OXYGEN, Probe::Neutrino, options, &[q], 250.0)
        .responses(&form_factors, omega)
        .expect("positive energies");
    let source = source([Nucleon::Neutron, Nucleon::Proton], options, &[q]);
    let mut sums = [0.0; 5];
    for (hole, data) in source.holes().iter().enumerate() {
        let (_, inclusive, _) = tensor_at(options, hole, omega - data.separation, q, 0.0);
        sums.iter_mut().zip(inclusive).for_each(|(s, r)| *s += r);
    }
    // The signs and factors of dolan2022: -CL, and half of T'.
    let r = responses[0];
    let expected = [r.cc, -r.cl, r.ll, r.t, 2.0 * r.t_prime];
    for (sum, response) in sums.iter().zip(expected) {
        // They stop at a smaller l, which is worth 4e-7 here.
        assert!((sum / response - 1.0).abs() < 1e-6, "{sums:?} {expected:?}");
    }
}

#[test]
fn t_odd_structures_need_distortion() {
    let vertex = LeptonVertex::new(Current::Charged, 14).expect("a neutrino");
    let lepton = LeptonTensor::new(&vertex, 500.0, 100.0, 400.0).expect("in reach");
    let series = |options| lepton.fourier(&tensor_at(options, 1, 80.0, 400.0, 0.8).0);
    let (plane, distorted) = (series(PLANE), series(ResponseOptions::default()));
    assert!(plane.sin.abs() < 1e-12 * plane.constant && plane.sin2.abs() < 1e-12 * plane.constant);
    assert!(distorted.sin.abs() > 1e-3 * distorted.constant, "{distorted:?}");
    assert!(plane.cos.abs() > 1e-3 * plane.constant);
}

#[test]
fn the_hadron_tensor_is_positive_semi_definite() {
    let mut stream = Stream::new(5, 0, Purpose::Test);
    for hole in 0..3 {
        for x in [-0.9, -0.2, 0.5, 0.95] {
            let (w, _, _) = tensor_at(ResponseOptions::default(), hole, 40.0, 350.0, x);
            let trace = w.time_time + w.long_long + w.plus_plus + w.minus_minus;
            for _ in 0..200 {
                let v: [Complex<f64>; 4] =
                    std::array::from_fn(|_| Complex::new(stream.normal(), stream.normal()));
                let full = [
                    [Complex::new(w.time_time, 0.0), w.time_long, w.plus_time.conj(), w.minus_time.conj()],
                    [
                        w.time_long.conj(),
                        Complex::new(w.long_long, 0.0),
                        w.plus_long.conj(),
                        w.minus_long.conj(),
                    ],
                    [w.plus_time, w.plus_long, Complex::new(w.plus_plus, 0.0), w.plus_minus],
                    [w.minus_time, w.minus_long, w.plus_minus.conj(), Complex::new(w.minus_minus, 0.0)],
                ];
                let mut form = Complex::new(0.0, 0.0);
                for (a, row) in full.iter().enumerate() {
                    for (b, &entry) in row.iter().enumerate() {
                        form = form + v[a].conj() * entry * v[b];
                    }
                }
                assert!(form.re > -1e-12 * trace && form.im.abs() < 1e-9 * trace.max(form.re));
            }
        }
    }
}

#[test]
fn the_model_integrates_over_the_nucleon_to_its_inclusive_cross_section() {
    let knockout = knockout(14);
    let (set, _) = all(&knockout);
    let model = knockout.prepare(&set, &[]);
    let mut space = model.workspace();
    let mut sum = 0.0;
    for (x, w) in gauss_legendre(70) {
        for k in 0..5 {
            let phi = std::f64::consts::TAU * f64::from(k) / 5.0;
            let point = Point { cos_nucleon: x, phi_nucleon: phi, ..POINT };
            sum += model.cross_section(&point, &mut space) * w * std::f64::consts::TAU / 5.0;
        }
    }
    let inclusive = model.inclusive(POINT.hole, POINT.energy, POINT.omega, POINT.cos_theta);
    // The amplitudes are summed in single precision.
    assert!((sum / inclusive - 1.0).abs() < 2e-6, "{sum} {inclusive}");
}

#[test]
fn the_corners_of_a_cell_together_give_what_the_tensor_between_them_gives() {
    let knockout = knockout(14);
    let (set, wanted) = all(&knockout);
    let model = knockout.prepare(&set, &wanted);
    let (mut one, mut other) = (model.workspace(), model.workspace());
    let mut gradient = vec![0.0; wanted.len()];
    let mut stream = Stream::new(12, 0, Purpose::Test);
    let mut compared = 0;
    for hole in (0..3).cycle().take(600) {
        let mut between = |low: f64, high: f64| low + (high - low) * stream.uniform();
        let (energy, omega, cos_theta) = (420.0, between(20.0, 240.0), between(-1.0, 1.0));
        let (cos_nucleon, phi_nucleon) = (between(-1.0, 1.0), between(0.0, 2.0 * PI));
        let point = Point { hole, energy, omega, cos_theta, cos_nucleon, phi_nucleon };
        let found = model.cross_section(&point, &mut one);
        let lepton = LeptonTensor::at_angle(&knockout.vertex, energy, omega, cos_theta).expect("a muon");
        let q = knockout.vertex.momentum_transfer(energy, omega, cos_theta).expect("a muon");
        let t = omega - knockout.table.holes[hole].separation;
        let tensor = model.hadron_tensor(hole, t, q, cos_nucleon, &mut other);
        let expected = lepton.cross_section(&tensor, phi_nucleon) * model.filling(hole);
        // Single precision rounds against the largest direction, of which the inclusive cross section is a measure.
        let size = model.inclusive(hole, energy, omega, cos_theta) / (4.0 * PI);
        assert!((found - expected).abs() <= 2e-6 * size.max(expected), "{point:?}: {found} {expected}");
        let again = model.cross_section_with_gradient(&point, &mut one, &mut gradient);
        assert!((again - found).abs() <= 1e-12 * size.max(found), "{again} {found}");
        compared += usize::from(expected > 0.1 * size && size > 0.0);
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn the_total_cross_section_is_the_integral_of_the_inclusive_one() {
    let knockout = knockout(14);
    let (set, _) = all(&knockout);
    let model = knockout.prepare(&set, &[]);
    let energy = 330.0;
    let total = model.total(energy);
    for (hole, data) in knockout.table.holes.iter().enumerate() {
        let mut sum = 0.0;
        // Cells of T, and theta of the lepton: the model bends at the nodes of q only.
        let last = (energy - 105.7 - data.separation).min(225.0);
        let n = 120;
        for cell in knockout.table.grid.kinetic.windows(2).filter(|c| c[0] < last) {
            let (low, high) = (cell[0], cell[1].min(last));
            for (x, w) in gauss_legendre(4) {
                let omega = low + 0.5 * (1.0 + x) * (high - low) + data.separation;
                for i in 0..n {
                    let cos = -1.0 + (f64::from(i) + 0.5) * 2.0 / f64::from(n);
                    sum += model.inclusive(hole, energy, omega, cos) * w * 0.5 * (high - low) * 2.0
                        / f64::from(n);
                }
            }
        }
        assert!((total.by_hole[hole] / sum - 1.0).abs() < 2e-3, "{hole}: {} {sum}", total.by_hole[hole]);
    }
    assert!(total.value > 0.0);
}

#[test]
fn cross_sections_move_with_every_parameter_as_finite_differences_say() {
    let knockout = knockout(14);
    let (set, wanted) = all(&knockout);
    let model = knockout.prepare(&set, &wanted);
    let mut space = model.workspace();
    let mut gradient = vec![0.0; wanted.len()];
    let value = model.cross_section_with_gradient(&POINT, &mut space, &mut gradient);
    assert!((value / model.cross_section(&POINT, &mut space) - 1.0).abs() < 1e-12);
    let total = model.total(300.0);
    for i in 0..set.len() {
        let (name, x) = (set.at(i).name.clone(), set.at(i).value);
        let h = 1e-4 * x.abs().max(0.1);
        let at = |x: f64| {
            let mut moved = set.clone();
            moved.set(&name, x).expect("within bounds");
            let model = knockout.prepare(&moved, &[]);
            let mut space = model.workspace();
            [model.cross_section(&POINT, &mut space), model.total(300.0).value]
        };
        let (up, down) = (at(x + h), at(x - h));
        for (exact, k, scale) in [(gradient[i], 0, value), (total.gradient[i], 1, total.value)] {
            let difference = (up[k] - down[k]) / (2.0 * h);
            let size = scale / x.abs().max(0.1);
            assert!(
                (exact - difference).abs() < 1e-6 * difference.abs().max(1e-2 * size),
                "{name} {exact} {difference}"
            );
        }
    }
    let position = set.position("axial.mass").expect("a parameter");
    assert!(gradient[position].abs() > 1e-4 * value / 1026.0, "it moves");
}

#[test]
fn neutrinos_scatter_more_than_antineutrinos() {
    let total = |incoming| {
        let knockout = knockout(incoming);
        let (set, _) = all(&knockout);
        knockout.prepare(&set, &[]).total(400.0).value
    };
    let ratio = total(14) / total(-14);
    assert!(ratio > 2.0 && ratio < 6.0, "{ratio}");
}

#[test]
fn spin_orbit_partners_are_struck_in_proportion_to_their_nucleons() {
    let knockout = knockout(14);
    let (set, _) = all(&knockout);
    let total = knockout.prepare(&set, &[]).total(400.0);
    let of = |shell: &str| {
        let position = knockout.table.holes.iter().position(|h| h.shell.to_string() == shell);
        total.by_hole[position.expect("a filled shell")]
    };
    let ratio = of("1p3/2") / of("1p1/2");
    assert!((ratio - 2.0).abs() < 0.3, "{ratio}");
}

#[test]
fn series_at_the_nodes_are_the_structures_of_the_tensor() {
    let knockout = knockout(14);
    let (set, _) = all(&knockout);
    let model = knockout.prepare(&set, &[]);
    let series = DirectionSeries::new(&model, |_, _, _| true);
    let mut space = model.workspace();
    for node in [(8, 9), (5, 6), (12, 14), (6, 8)] {
        for hole in 0..3 {
            let series = series.at(hole, node);
            assert!(series.len() >= 15 * 3, "{}", series.len());
            // The means of the positive three, and the largest that the others can be: the means of CL and T' may vanish.
            let means = model.node_responses(hole, node.0, node.1).map(|r| r.abs() / (4.0 * PI));
            let [cc, _, ll, t, _] = means;
            let [cl, tl, tc] = [(cc * ll).sqrt(), (t * ll).sqrt(), (t * cc).sqrt()];
            let sizes = [cc, cl, ll, t, t, tl, tc, tl, tc, tl, tc, tl, tc, t, t];
            for x in [-1.0, -0.95, -0.1, 0.6, 0.99f64] {
                model.fill_harmonics(hole, x, node.0, &mut space);
                let w = model.filled_node_tensor(hole, node, &mut space).expect("within the table");
                let pairs = structures_at(series, x).into_iter().zip(w.structures());
                for (structure, ((found, expected), size)) in pairs.zip(&sizes).enumerate() {
                    let place = (structure, hole, node);
                    // Series are kept in single precision, which rounds a peak that stands far above its mean.
                    let rounding = 4.0 * f64::from(f32::EPSILON) * expected.abs();
                    assert!(
                        (found - expected).abs() < 1e-5 * size + rounding,
                        "{place:?} {x}: {found} {expected}"
                    );
                }
            }
        }
    }
    let some = DirectionSeries::new(&model, |hole, kinetic, momentum| (hole, kinetic, momentum) == (1, 8, 9));
    assert_eq!(some.at(1, (8, 9)), series.at(1, (8, 9)));
    assert!(some.at(1, (8, 10)).is_empty() && some.bytes() < series.bytes() / 4);
}

#[test]
fn tables_survive_the_disk_and_refuse_what_is_broken() {
    let folder = std::env::temp_dir().join(format!("gradino-knockout-{}", std::process::id()));
    let grid = Grid { kinetic: vec![0.0, 20.0], momenta: vec![200.0, 300.0] };
    let kinds = [Nucleon::Neutron, Nucleon::Proton];
    let source = source(kinds, ResponseOptions::default(), &grid.momenta);
    let make = || KnockoutTable::cached(&source, grid.clone(), &folder).expect("a folder of our own");
    let (built, first) = make();
    let (read, second) = make();
    assert_eq!((first, second), (Origin::Built, Origin::Read));
    assert_eq!(built, read);
    let path = std::fs::read_dir(&folder).expect("it is there").next().expect("one").expect("a file").path();
    let whole = std::fs::read(&path).expect("readable");
    let mut wrong = whole.clone();
    wrong[4000] ^= 1;
    for (bytes, problem) in
        [(&whole[..whole.len() - 400], "too early"), (&wrong[..], "checksum"), (&whole[4..], "not a table")]
    {
        std::fs::write(&path, bytes).expect("writable");
        let (table, origin) = make();
        assert!(matches!(&origin, Origin::Rebuilt(p) if p.contains(problem)), "{origin:?}");
        assert_eq!(table, built);
    }
    let other = Grid { kinetic: vec![0.0, 21.0], momenta: grid.momenta.clone() };
    assert_eq!(KnockoutTable::cached(&source, other, &folder).expect("a folder").1, Origin::Built);
    std::fs::remove_dir_all(&folder).expect("our own folder");
}

#[test]
fn a_lepton_that_makes_another_nucleon_is_refused() {
    let table = knockout(14).table.clone();
    let vertex = LeptonVertex::new(Current::Charged, -14).expect("an antineutrino");
    let error = Knockout::new(table, vertex, FormFactorModel::default()).expect_err("it makes neutrons");
    assert!(error.hint().is_some());
}

#[test]
fn quantities_of_a_density_are_physical_and_go_back_to_its_points() {
    let knockout = knockout(14);
    let (set, _) = all(&knockout);
    let density = KnockoutDensity::new(&knockout.prepare(&set, &[]), [200.0, 500.0]);
    let named = density.quantities();
    assert_eq!(
        (named[0].name.as_str(), named[0].unit.as_str(), named[3].name.as_str()),
        ("omega", "MeV", "phi_N")
    );
    let conditions = [210.0, 0.0, 333.0, 1.0, 500.0, 0.0];
    let points = [0.31, 0.2, -0.4, 1.0, 0.87, -0.9, 0.1, 5.0, 1.0, 0.5, 0.0, 0.0];
    let (mut quantities, mut volumes, mut back) = ([0.0; 12], [0.0; 3], [0.0; 12]);
    density.to_quantities(&conditions, &points, &mut quantities, &mut volumes).expect("conditions inside");
    density.points_at(&conditions, &quantities, &mut back).expect("quantities of points");
    points.iter().zip(back).for_each(|(x, y)| assert!((x - y).abs() < 1e-12, "{x} {y}"));
    for (row, &volume) in volumes.iter().enumerate() {
        let (energy, hole) = (conditions[2 * row], conditions[2 * row + 1] as usize);
        let (x, omega) = (points[4 * row], quantities[4 * row]);
        assert_eq!(omega, density.omega(hole, energy, x));
        assert!((named[0].low..=named[0].high).contains(&omega), "{omega}");
        // One-sided, as no point lies above 1.
        let step = 1e-6;
        let slope = (omega - density.omega(hole, energy, x - step)) / step;
        assert!(volume > 1.0 && (volume / slope - 1.0).abs() < 1e-4, "{volume} {slope}");
    }
    let too_much = density.points_at(&[300.0, 0.0], &[290.0, 0.0, 0.0, 0.0], &mut back[..4]);
    assert!(too_much.unwrap_err().to_string().starts_with("omega = 290"));
    assert!(density.to_quantities(&[600.0, 0.0], &points[..4], &mut back[..4], &mut volumes[..1]).is_err());
}

#[test]
fn the_energy_of_a_density_is_named_after_the_lepton() {
    for (incoming, current, name) in [
        (11, Current::Electromagnetic, "E_e"),
        (-13, Current::Electromagnetic, "E_mu"),
        (14, Current::Charged, "E_nu"),
    ] {
        let vertex = LeptonVertex::new(current, incoming).expect("a lepton that scatters");
        let knockout = knockout_by(vertex, Nucleon::Neutron);
        let (set, _) = all(&knockout);
        let density = KnockoutDensity::new(&knockout.prepare(&set, &[]), [200.0, 500.0]);
        assert_eq!(density.space().conditions[0].name, name);
    }
}

#[test]
fn as_a_density_the_model_is_its_cross_section() {
    let knockout = knockout(14);
    let (set, _) = all(&knockout);
    let model = knockout.prepare(&set, &[]);
    let density = KnockoutDensity::new(&model, [200.0, 500.0]);
    density.space().check().expect("axes and conditions");
    let conditions = [POINT.energy, POINT.hole as f64, 210.0, 0.0];
    let x = density.straight(POINT.hole, POINT.energy, POINT.omega);
    assert!((density.omega(POINT.hole, POINT.energy, x) - POINT.omega).abs() < 1e-9);
    let step = |d: f64| density.omega(POINT.hole, POINT.energy, x + d);
    let slope = (step(1e-5) - step(-1e-5)) / 2e-5;
    let points = [
        [x, POINT.cos_theta, POINT.cos_nucleon, POINT.phi_nucleon],
        // No muon is left.
        [1.0, POINT.cos_theta, POINT.cos_nucleon, POINT.phi_nucleon],
    ];
    let mut values = [1.0; 2];
    density.evaluate_checked(&conditions, points.as_flattened(), &mut values).expect("finite");
    let expected = model.cross_section(&POINT, &mut model.workspace());
    assert!((values[0] / (expected * slope) - 1.0).abs() < 1e-7 && values[1] == 0.0, "{values:?}");
    assert!(expected > 0.0);
    let outside = density.evaluate(&[600.0, 0.0], &points[0], &mut values[..1]);
    assert!(outside.is_err(), "an energy outside the condition");
}
