//! The tree of discrete decays: sums, bounds, estimates and derivatives.

mod decay_support;
mod toy_support;

use decay_support::POTASSIUM_40;
use gradino_core::{Dual, Purpose, Real, Stream};
use gradino_nuclear::decay::CascadeModels;
use gradino_nuclear::decay::tree::{Cut, LevelTree};
use gradino_nuclear::structure::StructureLibrary;
use gradino_nuclear::toy::{ToyLaw, ToyNucleus};
use proptest::prelude::*;
use std::sync::Arc;

type Moving = Dual<f64, 2>;
const TOP: usize = 9;

fn toy(alpha: f64, lambda: f64) -> LevelTree<Moving> {
    let theta = toy_support::set(alpha, lambda).chunk::<2>(0);
    ToyLaw::prepare(&Arc::new(ToyNucleus::default()), &theta).tree()
}

/// Sum of the squared photon energies of a path [MeV^2].
fn squares<D: Real>(tree: &LevelTree<D>, levels: &[usize]) -> D {
    let gammas = levels.windows(2).map(|pair| tree.energy(pair[0]) - tree.energy(pair[1]));
    D::from(gammas.map(|e| e * e).sum())
}

/// The tree of 40K with derivatives with respect to eight parameters of level density and strength, and the
/// level that the Fermi transition feeds.
fn potassium() -> (LevelTree<Dual<f64, 8>>, usize) {
    let library = StructureLibrary::builtin();
    let scheme = library.scheme(POTASSIUM_40).expect("an embedded scheme");
    let params = decay_support::set();
    let first = params.names().iter().position(|n| n.starts_with("gamma_strength.")).expect("declared");
    let tree = LevelTree::of_scheme(scheme, &CascadeModels::default(), &params.chunk::<8>(first));
    (tree.expect("levels in order"), scheme.closest_level(4.384))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_paths_have_probability_one_and_no_derivative(
        alpha in 0.5..15.0f64, lambda in 1.0..6.0f64, start in 0usize..=TOP
    ) {
        let tree = toy(alpha, lambda);
        let paths = tree.paths(start, &Cut::default());
        prop_assert_eq!(paths.len() as f64, tree.path_count(start));
        prop_assert_eq!((paths.pruned_len(), paths.left_out().re), (0, 0.0));
        let sum = paths.expectation(|_| Moving::one());
        prop_assert!((sum.re - 1.0).abs() < 1e-13, "{:?}", sum);
        prop_assert!(sum.eps.iter().all(|d| d.abs() < 1e-13), "{:?}", sum);
    }

    #[test]
    fn listed_and_left_out_paths_make_one_and_bounds_hold(
        alpha in 0.5..15.0f64, lambda in 1.0..6.0f64, coverage in 0.0..1.0f64,
        smallest in 0.0..0.02f64, fraction in 0.0..1.0f64
    ) {
        let tree = toy(alpha, lambda);
        let exact = tree.paths(TOP, &Cut::default()).expectation(|p| squares(&tree, p));
        let largest = tree.energy(TOP).powi(2);
        for cut in [
            Cut { coverage, ..Cut::default() },
            Cut { smallest, ..Cut::default() },
            Cut::fraction(&tree, TOP, fraction),
        ] {
            let paths = tree.paths(TOP, &cut);
            let sum = paths.expectation(|_| Moving::one()) + paths.left_out();
            prop_assert!((sum.re - 1.0).abs() < 1e-13 && sum.eps.iter().all(|d| d.abs() < 1e-13), "{:?}", sum);
            let [low, high] = paths.bounds(0.0, largest, |p| squares(&tree, p));
            prop_assert!(low.re <= exact.re + 1e-12 && exact.re <= high.re + 1e-12);
            prop_assert!(cut.coverage == 1.0 || 1.0 - paths.left_out().re >= coverage);
            let probabilities: Vec<f64> = (0..paths.len()).map(|i| paths.probability(i).re).collect();
            prop_assert!(probabilities.is_sorted_by(|a, b| a >= b));
        }
        prop_assert_eq!(tree.paths(TOP, &Cut::fraction(&tree, TOP, 0.25)).len(), 64);
    }

    #[test]
    fn probabilities_of_paths_have_the_derivatives_of_finite_differences(
        alpha in 1.0..14.0f64, lambda in 1.5..5.5f64
    ) {
        let h = 1e-4;
        let tree = toy(alpha, lambda);
        let shifted = [toy(alpha + h, lambda), toy(alpha - h, lambda), toy(alpha, lambda + h), toy(alpha, lambda - h)];
        let paths = tree.paths(TOP, &Cut::default());
        let mut largest = [0.0f64; 2];
        for i in 0..paths.len() {
            let (p, levels) = (paths.probability(i), paths.levels(i));
            prop_assert!((tree.path_probability(&levels).re - p.re).abs() < 1e-15);
            for k in 0..2 {
                let at = |j: usize| shifted[2 * k + j].path_probability(&levels).re;
                let difference = (at(0) - at(1)) / (2.0 * h);
                prop_assert!((difference - p.eps[k]).abs() < 1e-6 * (p.eps[k].abs() + p.re), "{difference} {p:?}");
                largest[k] = largest[k].max((p.eps[k] / p.re).abs());
            }
        }
        prop_assert!(largest.iter().all(|l| *l > 0.01), "{largest:?}");
    }
}

#[test]
fn the_listed_mean_equals_the_backward_recursion() {
    let tree = toy(5.0, 3.0);
    let reward = |from: usize, to: usize| Moving::from((tree.energy(from) - tree.energy(to)).powi(2));
    let means = tree.means(reward);
    for start in 0..tree.len() {
        let listed = tree.paths(start, &Cut::default()).expectation(|p| squares(&tree, p));
        assert!((listed.re - means[start].re).abs() < 1e-12);
        for k in 0..2 {
            assert!((listed.eps[k] - means[start].eps[k]).abs() < 1e-12);
            assert!(start < 2 || means[start].eps[k] != 0.0, "level {start}");
        }
    }
}

#[test]
fn partial_lists_with_completions_are_unbiased_with_their_derivatives() {
    let tree = toy(5.0, 3.0);
    let exact = tree.paths(TOP, &Cut::default()).expectation(|p| squares(&tree, p));
    for (cut, count) in [
        (Cut { coverage: 0.3, ..Cut::default() }, 1),
        (Cut { paths: 5, ..Cut::default() }, 3),
        (Cut { smallest: 0.05, ..Cut::default() }, 1),
        (Cut { paths: 0, ..Cut::default() }, 1),
    ] {
        let paths = tree.paths(TOP, &cut);
        assert!(paths.left_out().re > 0.1);
        let estimate = |seed| {
            let mut stream = Stream::new(seed, 0, Purpose::Test);
            paths.estimate(&tree, count, &mut stream, |p| squares(&tree, p))
        };
        let estimates: Vec<Moving> = (0..20_000).map(estimate).collect();
        for p in 0..3 {
            let part = |x: &Moving| if p == 0 { x.re } else { x.eps[p - 1] };
            let (mean, error) = toy_support::moments(&estimates.iter().map(part).collect::<Vec<_>>());
            let z = (mean - part(&exact)) / error;
            println!("{cut:?} {p}: exact {:.6} mean {mean:.6} +- {error:.6} z = {z:.2}", part(&exact));
            assert!(z.abs() < 4.0 && error > 0.0, "{cut:?} {p}: z = {z}");
        }
    }
}

#[test]
fn drawn_paths_follow_their_probabilities() {
    let tree = toy(5.0, 3.0);
    let paths = tree.paths(TOP, &Cut::default());
    let mut counts = vec![0.0; paths.len()];
    let numbers: std::collections::HashMap<_, _> = (0..paths.len()).map(|i| (paths.levels(i), i)).collect();
    let n = 100_000;
    for event in 0..n {
        let mut levels = vec![TOP];
        tree.draw(&mut levels, &mut Stream::new(1, event, Purpose::Test));
        counts[numbers[&levels]] += 1.0;
    }
    let often =
        (0..paths.len()).map(|i| (paths.probability(i).re * n as f64, counts[i])).filter(|x| x.0 > 5.0);
    let (chi2, bins) = often.fold((0.0, 0.0), |(c, b), (e, k)| (c + (k - e).powi(2) / e, b + 1.0));
    println!("chi2 = {chi2:.1} of {bins} paths");
    assert!(bins > 50.0 && chi2 < bins + 4.0 * f64::sqrt(2.0 * bins));
}

#[test]
fn paths_of_40k_from_the_level_that_the_fermi_transition_feeds_have_probability_one() {
    let (tree, fed) = potassium();
    assert!((tree.energy(fed) - 4.384).abs() < 0.01, "{}", tree.energy(fed));
    let means = tree.means(|from, to| Dual::from((tree.energy(from) - tree.energy(to)).powi(2)));
    // And from the level with the most ways down, which is too many to list.
    let widest = (0..tree.len()).max_by(|&a, &b| tree.path_count(a).total_cmp(&tree.path_count(b)));
    for (start, smallest) in [(fed, 0.0), (widest.expect("levels"), 1e-6)] {
        let paths = tree.paths(start, &Cut { smallest, ..Cut::default() });
        let (count, rest) = (tree.path_count(start), paths.left_out().re);
        println!(
            "{count:e} paths from {} MeV: {} listed, {rest:e} left out",
            tree.energy(start),
            paths.len()
        );
        let sum = paths.expectation(|_| Dual::one()) + paths.left_out();
        assert!((sum.re - 1.0).abs() < 1e-11 && sum.eps.iter().all(|d| d.abs() < 1e-11), "{sum:?}");
        let [low, high] = paths.bounds(0.0, tree.energy(start).powi(2), |p| squares(&tree, p));
        let mean = means[start].re;
        assert!(low.re < mean + 1e-10 && mean < high.re + 1e-10 && high.re - low.re < 0.1 * mean);
    }
    let energy = tree.means(|from, to| Dual::from(tree.energy(from) - tree.energy(to)));
    for level in 0..tree.len() {
        assert!((energy[level].re - tree.energy(level)).abs() < 1e-12, "every path spends all the energy");
        let sum = tree.branches(level).iter().fold(0.0, |s, b| s + b.probability.re);
        assert!(level == 0 || (sum - 1.0).abs() < 1e-13);
    }
}

#[test]
fn levels_of_40k_without_measured_photons_follow_the_strength() {
    let (tree, _) = potassium();
    let library = StructureLibrary::builtin();
    let scheme = library.scheme(POTASSIUM_40).expect("an embedded scheme");
    let mut statistical = 0;
    for (k, level) in scheme.levels.iter().enumerate().skip(1) {
        let moves = tree.branches(k).iter().any(|b| b.probability.eps.iter().any(|d| *d != 0.0));
        assert!(!moves || level.transitions.is_empty());
        statistical += usize::from(moves);
    }
    println!("{statistical} levels by the completion rule");
    assert!(statistical > 0);
}

#[test]
fn trees_that_are_none_are_refused() {
    let tree = |widths: &[Vec<(usize, f64)>]| LevelTree::new(vec![0.0, 1.0], widths);
    assert!(tree(&[vec![], vec![(0, 2.0)]]).is_ok());
    assert!(tree(&[vec![]]).is_err());
    assert!(tree(&[vec![], vec![(1, 1.0)]]).is_err());
    assert!(tree(&[vec![], vec![(0, -1.0)]]).is_err());
    assert!(tree(&[vec![], vec![(0, f64::NAN)]]).is_err());
    assert!(tree(&[vec![], vec![(0, 0.0)]]).is_err());
    let end = tree(&[vec![], vec![]]).expect("two ends");
    assert_eq!((end.path_count(1), end.paths(1, &Cut::default()).levels(0)), (1.0, vec![1]));
    assert_eq!(end.path_probability(&[1, 0]), 0.0);
}
