use super::*;
use crate::decay::{CascadeModels, CascadeRecord, Network, Paths, Replay, parameters};
use crate::structure::StructureLibrary;
use gradino_core::{First, Line, Nuclide, ParamSet, Parity, Purpose, Real, Second, Stream, Third};

/// Cascades from a state of 40K.
struct Origin {
    params: ParamSet,
    cascade: Cascade,
    start: Start,
}

impl Origin {
    fn new(excitation: f64) -> Self {
        let params = ParamSet::new(parameters());
        let (library, models) = (StructureLibrary::builtin(), CascadeModels::default());
        let network = Network::prepare(Nuclide::new(19, 40), excitation, models, &library, &params, &[]);
        let mut cascade = Cascade::new(network.expect("a network"));
        let start = cascade.start(excitation, 2, Parity::Plus).expect("an open channel");
        Origin { params, cascade, start }
    }

    fn draw(&self, event: u64) -> CascadeRecord {
        let mut record = CascadeRecord::new(0);
        self.cascade.draw(self.start, &mut Stream::new(3, event, Purpose::Cascade), &mut record);
        record
    }

    fn moved(&self, shifts: &[(&str, f64)], t: f64) -> ParamSet {
        let mut moved = self.params.clone();
        for (name, part) in shifts {
            let value = moved.get(name).expect("a parameter").value;
            moved.set(name, value * (1.0 + t * part)).expect("within the bounds");
        }
        moved
    }

    fn along<D: Along>(&self, shifts: &[(&str, f64)]) -> Cascade<D> {
        self.cascade.along(&Line { origin: self.params.clone(), target: self.moved(shifts, 1.0) })
    }

    /// The energy of a first step with the same quantile at the point `there`.
    fn energy_there(&self, there: &Cascade, step: &Step) -> Option<f64> {
        let [here, there] = [&self.cascade, there].map(|c| c.stand_at(self.start));
        let (Stand::Continuum(here), Stand::Continuum(there)) = (here, there) else { return None };
        let arrival = self.cascade.arrival(&here, step)?;
        let [here, there] = [here, there].map(|m| m.states[0].continua[arrival.source].as_ref());
        let (here, there) = (&here?.density, &there?.density);
        let s = there.invert(here.integral(arrival.s) / here.total() * there.total());
        // As the polynomials do, only within the interval of s: its neighbours have another slope.
        let same = here.locate(s).0 == here.locate(arrival.s).0;
        same.then(|| arrival.cut + arrival.range * stretch(s).0)
    }
}

const SHIFTS: [(&str, f64); 2] = [("level_density.a", 0.1), ("gamma_strength.e1_width", -0.2)];

/// Checks that errors at t = 1/4 and t = 1/8, summed over events, fall with the power `order` + 1.
fn check_power(what: &str, order: usize, errors: &[[f64; 2]]) {
    let sum = |i: usize| errors.iter().map(|e| e[i]).sum::<f64>();
    let power = (sum(0) / sum(1)).log2();
    println!("{what}, order {order}: {} errors fall with power {power:.3}", errors.len());
    assert!(errors.len() > 500 && (power - (order + 1) as f64).abs() < 0.1);
}

#[test]
fn the_error_of_a_moved_energy_falls_with_one_power_more_than_the_order() {
    let origin = Origin::new(7.5);
    let along = origin.along::<Third>(&SHIFTS);
    let at = [0.25, 0.125].map(|t| (t, origin.cascade.at_values(&origin.moved(&SHIFTS, t))));
    for order in 1..=3 {
        let errors = (0..3000).filter_map(|event| {
            let steps = origin.draw(event).steps;
            let error = |(t, there): &(f64, Cascade)| {
                let mut moved = steps.clone();
                along.transport(origin.start, &mut moved, order, *t);
                let exact = origin.energy_there(there, steps.first()?)?;
                (moved[0].excitation != steps[0].excitation).then(|| (moved[0].excitation - exact).abs())
            };
            Some([error(&at[0])?, error(&at[1])?])
        });
        check_power("energies", order, &errors.collect::<Vec<_>>());
    }
}

#[test]
fn the_error_of_a_weight_falls_with_one_power_more_than_the_order() {
    let origin = Origin::new(7.5);
    let along = origin.along::<Third>(&SHIFTS);
    let at = [0.25, 0.125].map(|t| (t, origin.cascade.at_values(&origin.moved(&SHIFTS, t))));
    let first_into_level = |event| Some(origin.draw(event).steps).filter(|s| s[0].level.is_some());
    let all: Vec<Vec<Step>> = (0..3000).filter_map(first_into_level).collect();
    for order in 1..=3 {
        let errors = all.iter().map(|steps| {
            [0, 1].map(|i| {
                let (t, there) = &at[i];
                let weight = along.transport(origin.start, &mut steps.clone(), order, *t);
                let [p, before] = [there, &origin.cascade].map(|c| c.probability(origin.start, steps));
                (weight - p / before).abs()
            })
        });
        check_power("weights", order, &errors.collect::<Vec<_>>());
    }
}

/// The derivatives of number 1, 2, 3 from values at -4h, ..., 4h, exact for polynomials up to the seventh power.
fn differences(f: &[f64; 9], h: f64) -> [f64; 3] {
    const FIRST: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
    const SECOND: [f64; 4] = [8.0 / 5.0, -1.0 / 5.0, 8.0 / 315.0, -1.0 / 560.0];
    const THIRD: [f64; 4] = [-61.0 / 30.0, 169.0 / 120.0, -3.0 / 10.0, 7.0 / 240.0];
    let odd = |c: &[f64; 4]| (1..=4).map(|k| c[k - 1] * (f[4 + k] - f[4 - k])).sum::<f64>();
    let even = (1..=4).map(|k| SECOND[k - 1] * (f[4 + k] + f[4 - k] - 2.0 * f[4])).sum::<f64>();
    [odd(&FIRST) / h, even / h.powi(2), odd(&THIRD) / h.powi(3)]
}

#[test]
fn three_derivatives_of_path_probabilities_equal_finite_differences() {
    let shifts = [
        ("level_density.a", 0.1),
        ("level_density.spin_cutoff", 0.1),
        ("gamma_strength.e1_width", -0.2),
        ("optical.v1_0", 0.02),
        ("optical.rv_0", -0.02),
        ("optical.d1_0", 0.1),
    ];
    let origin = Origin::new(14.0);
    let mut paths = Paths::default();
    let records: Vec<CascadeRecord> = (0..150).map(|event| origin.draw(event)).collect();
    records.iter().for_each(|record| paths.push(&origin.cascade, origin.start, record));
    let along = origin.along::<Third>(&shifts);
    let h = 0.1;
    let at = |k: i32| Replay::prepare(&origin.cascade, &paths, &origin.moved(&shifts, f64::from(k) * h));
    let replays: [Replay; 9] = std::array::from_fn(|k| at(k as i32 - 4));
    let (mut worst, mut largest) = ([0.0f64; 3], [0.0f64; 3]);
    for (i, record) in records.iter().enumerate() {
        let values = replays.each_ref().map(|r| r.probability(&paths, i, &mut CascadeRecord::default()).ln());
        let exact = along.probability(origin.start, &record.steps).ln();
        for (k, difference) in differences(&values, h).into_iter().enumerate() {
            let own = exact.derivative(k + 1);
            largest[k] = largest[k].max(own.abs());
            worst[k] = worst[k].max((own - difference).abs());
        }
    }
    println!("largest derivatives {largest:?}, largest differences {worst:?}");
    assert!(worst.iter().zip(largest).all(|(off, size)| size > 0.01 && *off < 1e-5 * size), "{worst:?}");
}

#[test]
fn a_shift_of_nothing_moves_nothing_and_all_kinds_of_numbers_agree() {
    let origin = Origin::new(7.5);
    let (still, third) = (origin.along::<Third>(&[]), origin.along::<Third>(&SHIFTS));
    let (second, first) = (origin.along::<Second>(&SHIFTS), origin.along::<First>(&SHIFTS));
    let mut moved = 0;
    for event in 0..1000 {
        let steps = origin.draw(event).steps;
        for (cascade, t) in [(&still, 1.0), (&third, 0.0)] {
            let mut copy = steps.clone();
            let weight = cascade.transport(origin.start, &mut copy, 3, t);
            assert_eq!((weight, &copy), (1.0, &steps));
        }
        let by = |cascade: &dyn Transport, order| {
            let mut copy = steps.clone();
            let weight = cascade.transport(origin.start, &mut copy, order, 0.5);
            (weight, copy[0].excitation)
        };
        moved += usize::from(by(&third, 2).1 != steps[0].excitation);
        for (low, order) in [(&first as &dyn Transport, 1), (&second, 2)] {
            let ((a, b), (c, d)) = (by(low, order), by(&third, order));
            assert!((a - c).abs() < 1e-12 * a && (b - d).abs() < 1e-11, "{event} {order}: {a} {c}");
        }
    }
    assert!(moved > 100, "{moved} energies have moved");
}
