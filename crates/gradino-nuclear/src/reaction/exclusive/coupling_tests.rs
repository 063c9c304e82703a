use super::*;

#[test]
fn partial_waves_are_numbered_by_l_and_j() {
    let expected = [(0, 1), (1, 1), (1, 3), (2, 3), (2, 5), (3, 5)];
    for (index, (l, two_j)) in expected.into_iter().enumerate() {
        assert_eq!(wave_at(index), (l, two_j));
        assert_eq!(wave_index(l, two_j), index);
    }
}

#[test]
fn three_j_symbols_equal_their_exact_values_and_are_orthogonal() {
    // edmonds1957, table 2.
    assert!((three_j([2, 2, 0], [0, 0, 0]) + (1.0f64 / 3.0).sqrt()).abs() < 1e-14);
    assert!((three_j([4, 2, 2], [0, 0, 0]) - (2.0f64 / 15.0).sqrt()).abs() < 1e-14);
    assert!((three_j([1, 2, 1], [1, 0, -1]) - (1.0f64 / 6.0).sqrt()).abs() < 1e-14);
    assert_eq!(three_j([2, 2, 2], [0, 0, 0]), 0.0);
    for two_j in [41, 83] {
        for order in [19u32, 40] {
            for two_jh in [1, 3, 7] {
                let mut sum = 0.0;
                for m in -(two_jh as i32)..=two_jh as i32 {
                    sum += three_j([two_j, 2 * order, two_jh], [-m - 2, 2, m]).powi(2);
                }
                let allowed =
                    (two_j as i32 - two_jh as i32) <= 2 * order as i32 && 2 * order <= two_j + two_jh;
                let expected = if allowed { 1.0 / f64::from(2 * order + 1) } else { 0.0 };
                assert!((sum - expected).abs() < 1e-13, "{two_j} {order} {two_jh}: {sum} {expected}");
            }
        }
    }
}

#[test]
fn harmonics_equal_their_closed_forms_and_the_addition_theorem() {
    let coupling = Coupling::<f64>::new(Shell::new(1, 3, 7), 20);
    let mut harmonics = Harmonics::new(&coupling);
    let x = 0.37f64;
    let s = (1.0 - x * x).sqrt();
    harmonics.fill(x, harmonics.waves());
    let at = |l: u32, m: i32| harmonics.row(m)[wave_index(l, 2 * l + 1)];
    assert!((at(0, 0) - (0.25 / PI).sqrt()).abs() < 1e-15);
    assert!((at(1, 1) + (0.375 / PI).sqrt() * s).abs() < 1e-15);
    assert!((at(1, -1) - (0.375 / PI).sqrt() * s).abs() < 1e-15);
    assert!((at(2, 1) + (1.875 / PI).sqrt() * s * x).abs() < 1e-15);
    assert!((at(3, 0) - (7.0 / (16.0 * PI)).sqrt() * (5.0 * x.powi(3) - 3.0 * x)).abs() < 1e-14);
    // Addition theorem: sum over m of Y^2 = (2l+1)/(4 pi).
    for l in 1..=4 {
        let sum: f64 = (-(l as i32)..=l as i32).map(|m| at(l, m).powi(2)).sum();
        assert!((sum * 4.0 * PI / f64::from(2 * l + 1) - 1.0).abs() < 1e-13, "{l}: {sum}");
        assert_eq!(harmonics.row(1)[wave_index(l, 2 * l - 1)], at(l, 1));
    }
}
