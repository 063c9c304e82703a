//! `gradino estimate` as its user meets it.

use crate::support::gradino;

/// Rows of numbers behind the first column.
fn rows(csv: &str) -> Vec<(String, Vec<f64>)> {
    let row = |line: &str| {
        let mut cells = line.split(',');
        let name = cells.next().expect("a first column").to_string();
        (name, cells.map(|cell| cell.parse().expect("a number")).collect())
    };
    csv.lines().skip(1).map(row).collect()
}

const SMALL: [&str; 6] = ["estimate", "-n", "20000", "--seed", "3", "--csv"];

#[test]
fn a_mean_is_printed_with_its_gradient_and_errors_and_again_the_same() {
    let arguments = [&SMALL[..], &["--gradients", "strength.gt_2.290,flux.mean_energy"]].concat();
    let said = gradino(&arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("combined: mean visible energy"), "{}", said.stderr);
    let rows = rows(&said.stdout);
    assert_eq!(rows.len(), 2, "{}", said.stdout);
    for (name, numbers) in &rows {
        assert!(numbers[0].abs() > 5.0 * numbers[1] && numbers[1] > 0.0, "{name}: {numbers:?}");
    }
    assert_eq!(gradino(&arguments).stdout, said.stdout);
}

#[test]
fn a_histogram_holds_shares_of_all_events() {
    let arguments = [&SMALL[..], &["--bins", "0:100:20", "--gradients", "flux.alpha"]].concat();
    let said = gradino(&arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let rows = rows(&said.stdout);
    let sum: f64 = rows.iter().map(|(_, numbers)| numbers[1]).sum();
    assert!(rows.len() == 5 && (sum - 1.0).abs() < 0.02, "{}", said.stdout);
}

#[test]
fn mistakes_are_errors_with_a_way_out() {
    let refused = |more: &[&str], hint: &str| {
        let said = gradino(&[&["estimate", "--seed", "1"], more].concat());
        assert!(said.code == 2 && said.stdout.is_empty(), "{more:?}: {} {}", said.code, said.stderr);
        assert!(said.stderr.contains(hint), "{more:?}: {}", said.stderr);
    };
    refused(&["--estimator", "combine"], "did you mean \"combined\"?");
    refused(&["--observable", "visible_enery"], "did you mean \"visible_energy\"?");
    refused(&["--gradients", "level_density.b"], "did you mean \"level_density.a\"?");
    refused(&["-n", "10"], "raise the number");
    refused(&["--bins", "5:1:1"], "hint:");
}
