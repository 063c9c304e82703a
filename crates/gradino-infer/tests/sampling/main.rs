//! Samplers follow their densities, and assessments find what is known.

mod assess;
mod support;

use gradino_core::{Density, Sampler, Space};
use gradino_infer::compare::tail;
use gradino_infer::sampling::{
    AdaptiveGrid, Counted, Fixed, GridSettings, Law, Normalisation, Uniform, UnweightSettings, Unweighted,
    draw, evaluate, weighted,
};
use support::{Inverse, Known, chi_square};

const TRAINING: GridSettings = GridSettings { evaluations: 2_000_000, passes: 8, seed: 4 };
const PILOT: UnweightSettings = UnweightSettings { pilot: 100_000, quantile: 0.9999, seed: 5 };

/// Asserts that the points of a sampler follow the density, in x and in phi, under all conditions.
fn follows(known: &Known, sampler: &dyn Sampler, name: &str) {
    let drawn = draw(sampler, &Law::uniform(known.space()), 11, 0, 200_000).expect("points can be drawn");
    let rows = || drawn.points.chunks_exact(2).zip(drawn.conditions.chunks_exact(2));
    for kind in [0.0, 1.0] {
        let of_kind = || rows().filter(move |(_, c)| c[1] == kind);
        let along_x = chi_square(of_kind().map(|(x, c)| Known::below(c, x[0])));
        let along_phi = chi_square(of_kind().map(|(x, _)| known.angle_below(x[1])));
        for (axis, (value, bins)) in [("x", along_x), ("phi", along_phi)] {
            let p = tail(value, bins - 1);
            assert!(p > 1e-4, "{name} along {axis}, kind {kind}: chi2 {value} of {bins} bins, p {p}");
        }
    }
    // The density that is told with a point is that of the points, as far as the integral is known; above the cap it
    // is smaller.
    let f = evaluate(known, &drawn.conditions, &drawn.points).expect("they have values");
    let ratios =
        f.iter().zip(&drawn.densities).zip(rows()).map(|((f, q), (_, c))| q * Known::integral(c) / f);
    let off = ratios.filter(|ratio| (ratio - 1.0).abs() > 0.05).count();
    assert!(off < drawn.densities.len() / 1000, "{name}: {off} of {}", drawn.densities.len());
}

#[test]
fn integrals_are_the_exact_ones_under_all_conditions() {
    let known = Known::new(0.6);
    let grid = AdaptiveGrid::train(&known, &TRAINING).unwrap();
    let fitted = Normalisation::measure(&known, &grid, 3, 400_000).unwrap();
    for i in 0..=50 {
        for kind in [0.0, 1.0] {
            let c = [1.0 + 0.02 * f64::from(i), kind];
            let (found, exact) = (fitted.at(&c), Known::integral(&c));
            assert!((found / exact - 1.0).abs() < 0.01, "{c:?}: {found} {exact}");
        }
    }
    assert!((fitted.largest() - 2.0 / 3.0).abs() < 0.01);
}

#[test]
fn the_grid_adapts_and_knows_its_density() {
    let known = Known::new(0.6);
    let grid = AdaptiveGrid::train(&known, &TRAINING).unwrap();
    let law = Law::at(known.space(), &[1.55, 1.0]).unwrap();
    let (drawn, weights) = weighted(&known, &grid, &law, 1, 0, 200_000).unwrap();
    let n = weights.len() as f64;
    let (sum, square) = weights.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    let ress = sum * sum / square / n;
    let uniform = known.uniform_ress(&[1.55, 1.0]);
    println!("RESS {ress}, of uniform points {uniform}");
    assert!(ress > 0.97 && uniform < 0.5);
    let error = ((square / n - (sum / n).powi(2)) / n).sqrt();
    assert!((sum / n - Known::integral(&[1.55, 1.0])).abs() < 4.0 * error);
    // <1 / q> is the volume for a normalised q.
    let inverse = drawn.densities.iter().map(|q| 1.0 / q).sum::<f64>() / n;
    assert!((inverse / known.space().volume() - 1.0).abs() < 0.02, "{inverse}");
}

#[test]
fn unit_weights_follow_the_density_whatever_proposes_the_points() {
    let known = Known::new(0.6);
    let grid = AdaptiveGrid::train(&known, &TRAINING).unwrap();
    let normalisation = Normalisation::measure(&known, &grid, 3, 400_000).unwrap();
    let plain = Unweighted::accept_reject(&known, normalisation, &PILOT).unwrap();
    follows(&known, &plain, "accept-reject");
    assert_eq!(plain.excess().points, 0, "the largest density is found: {:?}", plain.excess());
    follows(&known, &Unweighted::new(&known, &grid, &PILOT).unwrap(), "grid");
    let skewed = Inverse { known: &known, off: -0.4 };
    let kept = Unweighted::new(&known, &skewed, &PILOT).unwrap();
    follows(&known, &kept, "wrong proposals");
    // The largest weight is at x = 1 and phi = 0: (1 + b) (a + 1) / (a + 0.6) of the mean.
    for (kind, found) in kept.efficiencies().iter().enumerate() {
        let a = 1.0 + kind as f64;
        let least = (a + 0.6) / (a + 1.0) / 1.6;
        assert!((least * 0.99..least * 1.15).contains(found), "kind {kind}: {found} {least}");
    }
}

/// f = 2 x for x in [0, 1].
struct Ramp(Space);

impl Density for Ramp {
    fn space(&self) -> &Space {
        &self.0
    }
    fn evaluate(&self, _: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        values.iter_mut().zip(points).for_each(|(f, x)| *f = 2.0 * x);
        Ok(())
    }
}

#[test]
fn a_cap_cuts_off_what_lies_above_it() {
    // Uniform points of 2 x with the cap at quantile q: min(x, q) is drawn. What is lost is (1 - q)^2; below q the
    // density is 2 x / (2 q - q^2), so that the probability of x < q is q / (2 - q).
    let ramp =
        Ramp(Space { axes: vec![gradino_core::Axis::interval("x", "", 0.0, 1.0)], conditions: Vec::new() });
    let (uniform, q) = (Uniform::new(&ramp.0), 0.7);
    let settings = UnweightSettings { quantile: q, pilot: 400_000, seed: 2 };
    let capped = Unweighted::new(&ramp, &uniform, &settings).unwrap();
    assert!((capped.lost()[0] - 0.09).abs() < 0.002, "{:?}", capped.lost());
    assert!((capped.efficiencies()[0] - (2.0 * q - q * q) / (2.0 * q)).abs() < 0.003);
    let n = 200_000;
    let drawn = draw(&capped, &Law::uniform(&ramp.0), 8, 0, n).unwrap();
    let below = drawn.points.iter().filter(|x| **x < q).count() as f64 / n as f64;
    let exact = q / (2.0 - q);
    assert!(
        (below - exact).abs() < 4.0 * (exact * (1.0 - exact) / n as f64).sqrt() + 0.002,
        "{below} {exact}"
    );
    let excess = capped.excess();
    assert!(excess.points > 0 && (excess.largest - 1.0 / q).abs() < 0.01, "{excess:?}");
}

#[test]
fn threads_and_slices_change_nothing() {
    let known = Known::new(0.6);
    let law = Law::uniform(known.space());
    let in_pool = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let settings = GridSettings { evaluations: 300_000, ..TRAINING };
            let grid = AdaptiveGrid::train(&known, &settings).unwrap();
            let kept = Unweighted::new(&known, &grid, &PILOT).unwrap();
            let all = draw(&kept, &law, 1, 0, 20_000).unwrap();
            let slice = draw(&kept, &law, 1, 5000, 3000).unwrap();
            assert_eq!(slice.points, all.points[10_000..16_000]);
            assert_eq!(slice.densities, all.densities[5000..8000]);
            all
        })
    };
    assert!(in_pool(1) == in_pool(2));
}

#[test]
fn rates_weight_energies_and_kinds() {
    // With the integral E / (1 + kind + E) the share of the kind "high" is J(2) / (J(1) + J(2)),
    // J(k) = integral of E / (k + E) from 1 to 2 = 1 - k ln((k + 2) / (k + 1)).
    let known = Known::new(0.3);
    let grid = AdaptiveGrid::train(&known, &TRAINING).unwrap();
    let normalisation = Normalisation::measure(&known, &grid, 3, 400_000).unwrap();
    let law = Law::uniform(known.space()).by_rate(normalisation);
    let n = 200_000;
    let mut conditions = vec![0.0; 2 * n];
    law.fill(1, 0, &mut conditions);
    let high = conditions.chunks_exact(2).filter(|c| c[1] == 1.0).count() as f64 / n as f64;
    let j = |k: f64| 1.0 - k * ((k + 2.0) / (k + 1.0)).ln();
    let exact = j(2.0) / (j(1.0) + j(2.0));
    assert!((high - exact).abs() < 4.0 * (0.25 / n as f64).sqrt() + 0.002, "{high} {exact}");
}

#[test]
fn evaluations_are_counted_and_conditions_fixed() {
    let known = Known::new(0.3);
    let counted = Counted::new(&known);
    let (conditions, points) = ([1.5, 1.0, 1.5, 1.0], [0.3, 1.0, 0.9, 2.0]);
    let values = evaluate(&counted, &conditions, &points).unwrap();
    assert_eq!((counted.take(), counted.take()), (2, 0));
    let fixed = Fixed::new(&known, &[1.5, 1.0]).unwrap();
    assert_eq!(evaluate(&fixed, &[], &points).unwrap(), values);
    assert!(Fixed::new(&known, &[3.0, 1.0]).is_err());
}

/// Whatever it is told, at every point.
struct Constant(Space, f64);

impl Density for Constant {
    fn space(&self) -> &Space {
        &self.0
    }
    fn evaluate(&self, _: &[f64], _: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        values.fill(self.1);
        Ok(())
    }
}

#[test]
fn what_is_no_density_is_refused_with_its_point() {
    let space = Known::new(0.0).space().clone();
    for (value, text) in [(f64::NAN, "the density is NaN at x = "), (-1.0, "the density is -1 at x = ")] {
        let broken = Constant(space.clone(), value);
        let message = AdaptiveGrid::train(&broken, &TRAINING).unwrap_err().to_string();
        assert!(
            message.starts_with(text) && message.contains("E = ") && message.contains("kind = "),
            "{message}"
        );
        let uniform = Uniform::new(&space);
        assert!(Unweighted::new(&broken, &uniform, &PILOT).is_err());
    }
    let nothing = Constant(space.clone(), 0.0);
    let uniform = Uniform::new(&space);
    let error = Unweighted::new(&nothing, &uniform, &PILOT).err().expect("there is nothing to draw");
    assert!(error.to_string().contains("zero at all") && error.to_string().contains("kind = low"), "{error}");
    let other = Uniform::new(&Space { axes: space.axes.clone(), conditions: Vec::new() });
    let message = Unweighted::new(&nothing, &other, &PILOT).err().expect("another space").to_string();
    assert!(message.starts_with("the sampler has x in [0, 1]"), "{message}");
    let bad = UnweightSettings { quantile: 1.5, ..PILOT };
    assert!(Unweighted::new(&nothing, &uniform, &bad).is_err());
}
