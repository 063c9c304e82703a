//! `gradino fit` as its user meets it.

use crate::support::{folder, gradino};

#[test]
fn a_fit_finds_the_values_behind_its_data_and_goes_on_from_its_checkpoint() {
    let folder = folder("fit");
    let text = gradino(&["fit", "--annotated"]).stdout;
    let config = folder.join("fit.toml");
    std::fs::write(&config, text.replace("most_events = 16000", "most_events = 4000")).expect("a file");
    let at = |name: &str| folder.join(name).display().to_string();
    let (config, checkpoint) = (config.display().to_string(), at("state.json"));
    let whole = gradino(&["fit", &config, "--quiet", "--csv", "-o", &at("fit.json")]);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let value = |line: usize, column: usize| -> f64 {
        let row = whole.stdout.lines().nth(line).expect("a row");
        row.split(',').nth(column).and_then(|cell| cell.parse().ok()).expect("a number")
    };
    for (line, truth) in [(1, 4.0), (2, 2.5)] {
        let pull = (value(line, 1) - truth) / value(line, 3);
        assert!(pull.abs() < 3.5, "{}", whole.stdout);
    }
    let json = std::fs::read_to_string(at("fit.json")).expect("the result");
    assert!(json.contains("\"converged\": true") && json.contains("toy.lambda"));
    let kept = gradino(&["fit", &config, "--quiet", "--csv", "--checkpoint", &checkpoint]);
    let again = gradino(&["fit", &config, "--quiet", "--csv", "--checkpoint", &checkpoint, "--resume"]);
    assert_eq!((&kept.stdout, &again.stdout), (&whole.stdout, &whole.stdout));
    std::fs::write(&config, text).expect("a file");
    let other = gradino(&["fit", &config, "--checkpoint", &checkpoint, "--resume"]);
    assert!(other.code == 2 && other.stderr.contains("another configuration"), "{}", other.stderr);
}

#[test]
fn mistakes_in_a_fit_are_errors_with_a_way_out() {
    let folder = folder("bad-fit");
    let text = gradino(&["fit", "--annotated"]).stdout;
    let config = folder.join("fit.toml");
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        std::fs::write(&config, text.replace(from, to)).expect("a file");
        let output = gradino(&["fit", &config.display().to_string()]);
        assert_ne!(output.code, 0, "{to}");
        assert!(output.stderr.contains("hint:"), "{to}: {}", output.stderr);
        output.stderr
    };
    assert!(refused("kind = \"energy\"", "kind = \"enrgy\"").contains("did you mean \"energy\""));
    assert!(refused("[parameters.\"toy.alpha\"]", "[parameters.\"toy.alfa\"]").contains("toy.alpha"));
    assert!(refused("start = 8.0", "start = 80.0").contains("outside its bounds"));
    assert!(refused("events = 5000", "# events = 5000").contains("no file"));
    assert!(refused("start = \"8 MeV\"", "start = \"2 MeV\"").contains("start energy"));
    assert!(refused("# prior = [5.0, 1.0]", "prior = [5.0, 1.0] #").contains("no likelihood"));
    assert!(refused("# file = \"gammas.csv\"", "file = \"gammas.csv\" #").contains("[data]"));
    assert!(refused("radius = 3.0", "radius = -3.0").contains("radius"));
}

#[test]
fn profiles_are_stored_and_drawn_with_the_parameters_in_pairs() {
    let folder = folder("corner");
    let text = gradino(&["fit", "--annotated"]).stdout;
    let config = folder.join("fit.toml");
    let small = text.replace("kind = \"energy\"", "kind = \"poisson-light\"");
    std::fs::write(&config, small.replace("most_events = 16000", "most_events = 4000")).expect("a file");
    let at = |name: &str| folder.join(name).display().to_string();
    let (config, json, svg) = (config.display().to_string(), at("fit.json"), at("corner.svg"));
    let scan = ["--profile", "toy.alpha,toy.lambda", "--profile-points", "5"];
    let said = gradino(&[["fit", &config, "-q", "-o", &json, "--corner", &svg].as_slice(), &scan].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let stored = std::fs::read_to_string(&json).expect("the result");
    assert!(stored.contains("\"profiles\"") && stored.contains("\"others\""));
    let drawn = std::fs::read_to_string(&svg).expect("the picture");
    assert!(drawn.starts_with("<svg") && drawn.contains("alpha") && !drawn.contains("NaN"));
    // Five points for each of the two parameters at most, and the best point of the pair.
    assert!((8..=11).contains(&drawn.matches("<circle").count()), "{}", drawn.matches("<circle").count());
    let said = gradino(&["fit", &config, "--profile", "toy.alpa"]);
    assert!(said.code == 2 && said.stderr.contains("did you mean \"toy.alpha\""), "{}", said.stderr);
    std::fs::write(&config, text.replace("most_events = 16000", "most_events = 1000")).expect("a file");
    let said = gradino(&["fit", &config, "--profile", "toy.alpha"]);
    assert!(said.code == 2 && said.stderr.contains("says nothing of errors"), "{}", said.stderr);
}
