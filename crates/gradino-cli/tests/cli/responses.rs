//! `gradino responses`: tables, figures, conventions, and what it refuses.

use crate::support::{folder, gradino};
use std::path::Path;

/// The rows of a CSV table as numbers, after its comments and its header.
fn numbers(text: &str) -> Vec<Vec<f64>> {
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| row.split(',').map(|cell| cell.parse().expect("a number")).collect()).collect()
}

#[test]
fn responses_are_printed_with_their_units_and_every_choice() {
    let said =
        gradino(&["responses", "16O", "--q", "296MeV,400MeV", "--omega", "10MeV:60MeV:25MeV", "--shells"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    for part in [
        "16O, probe nu: charged current of neutrinos, n -> p; convention own",
        "self-consistent field; force SLy4 (chabanat1998), Coulomb exchange slater",
        "waves distorted, relativistic wave numbers",
        "longitudinal current conserved, axial charge full, charge monopole full",
        "vector form factors bbba05, axial form factor dipole",
        "axial.g_a = 1.2723, axial.pole = 1, axial.mass = 1026 MeV",
        "q [MeV]  omega [MeV]  shell    R_CC [1/MeV]",
        "R_T' [1/MeV]",
        "n 1p1/2",
        "400      60           all ",
    ] {
        assert!(said.stdout.contains(part), "{part} is not in\n{}", said.stdout);
    }
    // Head, its end, header, 2 x 3 points of 3 shells and their sum.
    assert_eq!(said.stdout.lines().count(), 6 + 1 + 1 + 24);
    assert_eq!(
        said.stderr,
        "note: no nucleon leaves below 14.54 MeV: the responses of 1 of 3 energy transfers are zero\n"
    );
}

#[test]
fn the_tables_of_dolan2022_come_out_of_the_command() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/ghent_hf_responses_o16.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return eprintln!("no reference figures at {}: skipped", path.display());
    };
    for (model, waves) in [("HF", "distorted"), ("HF_PW", "plane")] {
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let wanted = rows.iter().filter(|row| row[1] == model && row[4] == "296.27");
        // Points of 100 MeV and more, away from resonances: their agreement is that of the validation.
        let points: Vec<Vec<f64>> = wanted
            .map(|row| [3, 5, 6, 7, 8, 9].map(|k| row[k].parse().expect("a number")).into())
            .filter(|row: &Vec<f64>| row[0] > 100.0 && row[0] < 200.0)
            .step_by(4)
            .collect();
        assert!(points.len() >= 5, "{model}: {}", points.len());
        let omegas: Vec<String> = points.iter().map(|row| format!("{}MeV", row[0])).collect();
        let omegas = omegas.join(",");
        let said = gradino(&[
            "responses",
            "16O",
            "--q",
            "296.27MeV",
            "--omega",
            &omegas,
            "--convention",
            "dolan2022",
            "--waves",
            waves,
            "--unit",
            "1/GeV",
            "--csv",
        ]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(
            said.stdout
                .starts_with("# 16O, probe nu: charged current of neutrinos, n -> p; convention dolan2022\n")
        );
        for (ours, theirs) in numbers(&said.stdout).iter().zip(&points) {
            for (ours, theirs) in ours[2..].iter().zip(&theirs[1..]) {
                assert!((ours / theirs - 1.0).abs() < 0.01, "{model} at {}: {ours} {theirs}", theirs);
            }
        }
    }
}

#[test]
fn every_choice_of_a_convention_can_be_made_by_itself() {
    let grid = ["responses", "12C", "--q", "300MeV", "--omega", "60MeV", "--csv"];
    let whole = gradino(&[&grid[..], &["--convention", "dolan2022"]].concat());
    let single = [
        "--force",
        "SkE2",
        "--exchange",
        "none",
        "--masses",
        "physical",
        "--field",
        "16O",
        "--empty",
        "1p1/2",
        "--axial-charge",
        "middle-rank",
        "--monopole",
        "not-from-s",
        "--vector",
        "galster",
        "--axial",
        "dipole",
        "--set",
        "axial.g_a=1.262",
        "--set",
        "axial.mass=1032",
        "--set",
        "axial.pole=0.9992",
    ];
    let single = gradino(&[&grid[..], &single].concat());
    assert_eq!((whole.code, single.code), (0, 0), "{}{}", whole.stderr, single.stderr);
    assert_eq!(numbers(&whole.stdout), numbers(&single.stdout));
    assert!(
        whole.stdout.contains("# field and orbitals of 16O without 1p1/2 (rest evaluated)"),
        "{}",
        whole.stdout
    );
    for other in [
        ["--waves", "plane"],
        ["--relativistic", "false"],
        ["--longitudinal", "convection"],
        ["--axial-charge", "full"],
        ["--monopole", "full"],
        ["--vector", "kelly"],
        ["--axial", "z-expansion"],
        ["--exchange", "slater"],
    ] {
        let said = gradino(&[&grid[..], &["--convention", "dolan2022"], &other].concat());
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_ne!(numbers(&said.stdout), numbers(&whole.stdout), "{other:?} changes nothing");
    }
}

#[test]
fn derivatives_are_those_of_differences() {
    let grid = ["responses", "16O", "--q", "350MeV", "--omega", "70MeV", "--probe", "antinu", "--csv"];
    let at = |name: &str, value: f64| {
        let set = format!("{name}={value}");
        let said = gradino(&[&grid[..], &["--set", &set]].concat());
        assert_eq!(said.code, 0, "{}", said.stderr);
        numbers(&said.stdout)[0][2..].to_vec()
    };
    let said = gradino(&[&grid[..], &["--gradient", "axial.mass,skyrme.w0"]].concat());
    assert!(said.stdout.contains("d R_T' / d axial.mass [1/MeV / MeV]"), "{}", said.stdout);
    let row = &numbers(&said.stdout)[0];
    for (slot, name, value, tolerance) in [(0, "axial.mass", 1026.0, 1e-6), (1, "skyrme.w0", 123.0, 1e-4)] {
        let h = 1e-3 * value;
        let (low, high) = (at(name, value - h), at(name, value + h));
        for k in 0..5 {
            let (slope, difference) = (row[7 + 5 * slot + k], (high[k] - low[k]) / (2.0 * h));
            let size = row[2 + k].abs() / value;
            assert!(
                (slope - difference).abs() < tolerance * (difference.abs() + size),
                "{name} {k}: {slope} {difference}"
            );
            assert!(slope != 0.0, "{name} {k}");
        }
    }
}

#[test]
fn figures_and_json_hold_every_shell() {
    let folder = folder("responses");
    for ending in ["svg", "html"] {
        let path = folder.join(format!("responses.{ending}"));
        let path = path.to_str().expect("a plain path");
        let arguments = [
            "responses",
            "40Ca",
            "--q",
            "300MeV",
            "--omega",
            "10MeV:200MeV:20MeV",
            "--probe",
            "nc-nu",
            "--json",
            "--figure",
            path,
        ];
        let said = gradino(&arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        for part in ["\"probe\": \"nc\"", "\"shell\": \"1d3/2\"", "\"R_T'\"", "\"convention\": \"own\""] {
            assert!(said.stdout.contains(part), "{part} is not in\n{}", said.stdout);
        }
        assert!(!said.stdout.contains("coulomb\""), "{}", said.stdout);
        assert!(std::fs::read_to_string(path).expect("written").contains("Inclusive responses of 40Ca"));
        assert_eq!(gradino(&arguments).code, 2, "it exists already");
    }
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out() {
    for (arguments, part) in [
        (&["16O", "--q", "-296MeV"][..], "momentum transfer [MeV] = -296 is outside [0, inf]"),
        (&["16O", "--q", "296"], "write it like --q 296MeV"),
        (&["16O"], "--q <Q>"),
        (&["16O", "--q", "296MeV", "--omega", "60MeV:10MeV:5MeV"], "first, last and a step"),
        (
            &["16O", "--q", "296MeV", "--struck", "proton"],
            "hint: the charged current of neutrinos strikes neutrons",
        ),
        (&["16O", "--q", "296MeV", "--struck", "deuteron"], "possible values: neutron, proton"),
        (&["16O", "--q", "296MeV", "--probe", "muon"], "possible values: nu, antinu, nc, electron"),
        (&["16O", "--q", "296MeV", "--force", "SLy5"], "hint: did you mean \"SLy4\"?"),
        (&["12C", "--q", "296MeV", "--force", "SkE2", "--exchange", "none"], "hint: take the field of 16O"),
        (&["12C", "--q", "296MeV", "--field", "16O", "--empty", "1p5/2"], "cannot read \"1p5/2\" as a shell"),
        (&["12C", "--q", "296MeV", "--field", "16O", "--empty", "1d5/2"], "not occupied in 16O"),
        (&["12H", "--q", "296MeV"], "does not bind"),
        (&["16O", "--q", "296MeV", "--gradient", "axial.mas"], "did you mean \"axial.mass\""),
        (&["16O", "--q", "296MeV", "--set", "axial.mass=1"], "outside its bounds"),
        (&["16O", "--q", "296MeV", "--probe", "electron", "--set", "axial.mass=1000"], "unknown parameter"),
    ] {
        let said = gradino(&[&["responses"], arguments].concat());
        assert!(said.code == 2 && said.stdout.is_empty(), "{arguments:?}: {}", said.stdout);
        assert!(said.stderr.contains(part), "{arguments:?}: {}", said.stderr);
    }
}
