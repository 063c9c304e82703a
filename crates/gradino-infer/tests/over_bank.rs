//! Propagation over a bank against exact moments of a quadratic model.

use gradino_core::{Bank, Parameter, Result, Sample};
use gradino_infer::loss::{Axis, Binning, Sharing};
use gradino_infer::propagate::{Order, OverBank, SecondOrder, Warning};
use gradino_infer::{Error, ParameterCovariance};

/// Three events, one in each bin, whose weights are polynomials of two parameters: a + b.theta + theta C theta / 2,
/// plus a cubic term of the first parameter.
struct Polynomial {
    cubic: f64,
}

const A: [f64; 3] = [5.0, 3.0, 2.0];
const B: [[f64; 2]; 3] = [[0.5, -1.0], [0.0, 0.4], [1.0, 1.0]];
const C: [[[f64; 2]; 2]; 3] = [[[0.4, 0.3], [0.3, -0.2]], [[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]];

impl Bank for Polynomial {
    fn origin(&self) -> &[f64] {
        &[0.0, 0.0]
    }

    fn at(&self, theta: &[f64]) -> Result<Sample> {
        let mut sample = Sample::new(1, 2);
        for bin in 0..3 {
            let slope = |i: usize| B[bin][i] + (0..2).map(|j| C[bin][i][j] * theta[j]).sum::<f64>();
            let weight = A[bin]
                + (0..2).map(|i| 0.5 * theta[i] * (B[bin][i] + slope(i))).sum::<f64>()
                + self.cubic * theta[0].powi(3);
            let slopes = [slope(0) + 3.0 * self.cubic * theta[0].powi(2), slope(1)];
            sample.push(&[bin as f64 + 0.5], weight, &[0.0; 2], &slopes);
        }
        Ok(sample)
    }
}

const COVARIANCE: [f64; 4] = [0.04, 0.012, 0.012, 0.09];

fn parameters(upper: f64) -> Vec<Parameter> {
    ["a.x", "a.y"].map(|name| Parameter::new(name, 0.0, "", "", "").bounded(-upper, upper)).to_vec()
}

fn with<T>(bank: &Polynomial, upper: f64, see: impl Fn(&OverBank<'_>) -> T) -> T {
    let names = vec!["a.x".into(), "a.y".into()];
    let knowledge = ParameterCovariance::new(names, &COVARIANCE).expect("positive");
    let binning = Binning::new(vec![Axis::even(0, 0.0, 3.0, 3).expect("edges")]).expect("bins");
    let parameters = parameters(upper);
    see(&OverBank::new(bank, &parameters, binning, Sharing::None, 1.0, &knowledge).expect("they fit"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-10 * (1.0 + b.abs())
}

/// tr(C V) and tr(C V D V) of two bins with the covariance V.
fn traces(c: [[f64; 2]; 2], d: [[f64; 2]; 2]) -> (f64, f64) {
    let v = nalgebra::Matrix2::from_row_slice(&COVARIANCE);
    let matrix = |m: [[f64; 2]; 2]| nalgebra::Matrix2::from_fn(|i, j| m[i][j]);
    ((matrix(c) * v).trace(), (matrix(c) * v * matrix(d) * v).trace())
}

#[test]
fn mean_and_covariance_of_a_parabola_are_exact() {
    let expansion: SecondOrder = with(&Polynomial { cubic: 0.0 }, 9.0, |over| over.expand()).expect("room");
    let v = nalgebra::Matrix2::from_row_slice(&COVARIANCE);
    let (first, second) = (expansion.covariance(Order::First), expansion.covariance(Order::Second));
    for a in 0..3 {
        assert!(close(expansion.content[a], A[a]));
        assert!(close(expansion.shift()[a], 0.5 * traces(C[a], C[a]).0), "{a}");
        for b in 0..3 {
            let [j, k] = [a, b].map(|bin| nalgebra::Vector2::from_column_slice(&B[bin]));
            let line = j.dot(&(v * k));
            assert!(close(first[(a, b)], line), "{a} {b}");
            assert!(close(second[(a, b)], line + 0.5 * traces(C[a], C[b]).1), "{a} {b}");
        }
    }
    assert_eq!(
        expansion.covariance(Order::First),
        with(&Polynomial { cubic: 0.0 }, 9.0, |over| {
            over.straight().expect("a bank").covariance(Order::Second)
        })
    );
}

#[test]
fn draws_have_the_moments_of_the_parabola_and_follow_it_exactly() {
    let (expansion, drawn) = with(&Polynomial { cubic: 0.0 }, 9.0, |over| {
        (over.expand().expect("room"), over.draw(4000, 3).expect("a bank"))
    });
    assert_eq!(drawn.clipped, 0);
    for (xi, content) in drawn.points.iter().zip(&drawn.contents) {
        let predicted = expansion.predict(xi, Order::Second);
        assert!(content.iter().zip(&predicted).all(|(a, b)| close(*a, *b)));
    }
    let (mean, shift) = (drawn.mean(), expansion.shift());
    for (b, ([band, error], exact)) in
        drawn.bands().into_iter().zip(expansion.bands(Order::Second)).enumerate()
    {
        assert!((band - exact).abs() < 4.0 * error, "{b}: {band} {exact} {error}");
        let pull = (mean[b] - A[b] - shift[b]) / (exact / 4000f64.sqrt());
        assert!(pull.abs() < 4.0, "{b}: {pull}");
    }
    assert_eq!(drawn.doubts(&expansion, Order::Second), []);
}

#[test]
fn the_order_that_does_not_follow_the_draws_is_named() {
    let order = |bank: &Polynomial, order| {
        with(bank, 9.0, |over| over.draw(40, 3).expect("a bank").doubts(&over.expand().expect("room"), order))
    };
    let is_off = |warnings: &[Warning], of: Order| {
        warnings.iter().any(|w| matches!(w, Warning::OffExpansion { order, .. } if *order == of))
    };
    // The second bin has no slope along x, so that its parabola is beyond a straight line.
    let cubic = Polynomial { cubic: 40.0 };
    assert!(is_off(&order(&cubic, Order::First), Order::First));
    assert!(is_off(&order(&cubic, Order::Second), Order::Second));
    assert_eq!(order(&Polynomial { cubic: 0.0 }, Order::Second), []);
}

#[test]
fn bounds_are_kept_and_a_parameter_at_its_bound_is_named() {
    let bank = Polynomial { cubic: 0.0 };
    let near = with(&bank, 0.05, |over| over.expand()).expect("a shorter step");
    let far = with(&bank, 9.0, |over| over.expand()).expect("room");
    assert!(near.curvatures.iter().zip(&far.curvatures).all(|(a, b)| (a - b).amax() < 1e-10));
    assert!(with(&bank, 0.05, |over| over.draw(10, 1)).expect("a bank").clipped > 0);
    let error = with(&bank, 1e-4, |over| over.expand()).expect_err("no room");
    assert!(matches!(&error, Error::AtBound { name, .. } if name.starts_with("a.")), "{error}");
}
