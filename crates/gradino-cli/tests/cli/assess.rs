//! `gradino flow assess` and `gradino flow compare` as their user meets them.

use crate::support::{folder, gradino};

/// Small numbers, for speed.
const SMALL: [&str; 10] =
    ["--density", "lobes", "-n", "50000", "--set", "20000", "--sets", "2", "--reference", "500000"];

#[test]
fn a_sampler_is_assessed_with_a_table_json_and_figures() {
    let page = folder("assess").join("grid.html");
    let place = page.to_str().expect("a path in UTF-8");
    let options = ["--energies", "1.5,2.5", "--seed", "3"];
    let arguments = [&["flow", "assess", "grid-unweighted"], &SMALL[..], &options[..]].concat();
    let said = gradino(&[&arguments[..], &["--figure", place]].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let lines: Vec<&str> = said.stdout.lines().filter(|line| line.starts_with("sharpness = ")).collect();
    assert_eq!(lines.len(), 4, "{}", said.stdout);
    let html = std::fs::read_to_string(&page).expect("the page is there");
    // The weights, two axes with residuals for each of two kinds, and the likelihood over the condition.
    assert_eq!(html.matches("<figure>").count(), 10);
    assert!(!html.contains("NaN") && !html.contains("<script"));
    let json = gradino(&[&arguments[..], &["--json"]].concat());
    let known = "\"likelihood_rms_z\"";
    assert!(json.code == 0 && json.stdout.starts_with('{') && json.stdout.contains(known), "{}", json.stdout);
    assert_eq!(gradino(&[&arguments[..], &["--json"]].concat()).stdout, json.stdout, "the same seed");
    assert_eq!(gradino(&[&arguments[..], &["--figure", place]].concat()).code, 2, "the figure is kept");
}

#[test]
fn samplers_are_put_side_by_side() {
    let said = gradino(&[
        "flow",
        "compare",
        "grid",
        "grid-unweighted",
        "--density",
        "lobes",
        "-n",
        "20000",
        "--csv",
    ]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let rows: Vec<&str> = said.stdout.lines().collect();
    assert!(
        rows.len() == 3 && rows[1].starts_with("grid,") && rows[2].starts_with("grid-unweighted,"),
        "{rows:?}"
    );
}

#[test]
fn a_sampler_too_slow_for_its_points_is_compared_with_those_that_it_has_time_for() {
    let slow = ["flow", "compare", "accept-reject", "grid", "--density", "lobes", "-n", "150000"];
    let said = gradino(&[&slow[..], &["--seconds", "1", "--csv"]].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let rows: Vec<Vec<&str>> = said.stdout.lines().map(|row| row.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|n| *n == name).expect("the column is there");
    let points = |row: usize| rows[row][column("points")].parse::<usize>().expect("a number of points");
    assert!((1000..150_000).contains(&points(1)) && points(2) == 150_000, "{rows:?}");
    assert!(said.stderr.contains(&format!("accept-reject is slow: {} points", points(1))), "{}", said.stderr);
    let z: f64 = rows[1][column("z")].parse().expect("a bias in errors");
    assert!(z < 4.5, "few points of an exact sampler are as unbiased as many: {rows:?}");
}

#[test]
fn without_names_all_samplers_are_compared_that_the_density_has_and_the_flows_that_are_given() {
    let place = folder("compare");
    let (config, weights) = (place.join("train.toml"), place.join("flow.safetensors"));
    let text = "[flow]\ntransforms = 1\nbins = 4\nwidth = 8\n[data]\ndensity = \"lobes\"\n\
                [training]\nsteps = 20\nbatch = 1024\npool = 2048\nround = 5\nwarm_up = 5\nrate = 0.01\n";
    std::fs::write(&config, text).expect("written");
    let [config, weights] = [&config, &weights].map(|path| path.to_str().expect("a path in UTF-8"));
    assert_eq!(gradino(&["flow", "train", config, "-o", weights, "--quiet"]).code, 0);
    let density = ["--density", "lobes", "-n", "5000", "--quantile", "0.999", "--csv"];
    let said = gradino(&[&["flow", "compare", "--flow", weights], &density[..]].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let names: Vec<&str> = said.stdout.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    let unweighted = format!("{weights}:unweighted");
    let wanted = ["uniform", "accept-reject", "grid", "grid-unweighted", weights, unweighted.as_str()];
    assert_eq!(names, wanted, "and no exact one");
}

#[test]
fn a_flow_of_another_density_or_none_is_refused_before_anything_is_sampled() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flows/knockout.safetensors");
    for (flow, code, fact) in
        [(shipped, 2, "make the flow for the space of the density"), ("none.safetensors", 1, "cannot read")]
    {
        let said = gradino(&["flow", "compare", "--density", "lobes", "--flow", flow]);
        assert!(
            said.code == code && said.stdout.is_empty() && said.stderr.contains(fact),
            "{}: {}",
            said.code,
            said.stderr
        );
        assert!(!said.stderr.contains("reference for"), "{}", said.stderr);
    }
}

#[test]
fn mistakes_are_errors_with_a_way_out() {
    let refused = |more: &[&str], hint: &str| {
        let said = gradino(&[&["flow", "assess"], more].concat());
        assert!(said.code == 2 && said.stdout.is_empty(), "{more:?}: {} {}", said.code, said.stderr);
        assert!(said.stderr.contains(hint), "{more:?}: {}", said.stderr);
    };
    refused(&["grid", "--density", "lobe"], "did you mean \"lobes\"?");
    refused(&["grids", "--density", "lobes"], "did you mean \"grid\"?");
    refused(&["exact", "--density", "lobes"], "accept-reject or grid-unweighted");
    refused(&["grid", "--density", "lobes", "--energies", "7"], "sharpness = 7 is outside [1, 3]");
    refused(&["grid", "--density", "lobes", "--flux", "t2k"], "zero inside the range");
    refused(&["grid", "--density", "lobes", "--quantile", "2"], "hint:");
    refused(&["grid", "--density", "lobes", "--figure", "a.txt"], "hint:");
}
