//! `gradino move` as its user meets it.

use crate::support::{folder, gradino};

/// The file of 20,000 cascades from 40K at 7.5 MeV.
fn run(path: &str) {
    let state = ["--nuclide", "40K", "--excitation", "7.5 MeV", "--spin", "1", "--parity", "+"];
    let job = ["-n", "20000", "--seed", "4", "-q", "-o", path];
    let made = gradino(&[&["deexcite"], &state[..], &job[..]].concat());
    assert_eq!(made.code, 0, "{}", made.stderr);
}

#[test]
fn events_are_moved_compared_and_scanned() {
    let folder = folder("move");
    let at = |name: &str| folder.join(name).display().to_string();
    let (path, moved) = (at("run.parquet"), at("moved.hepmc3.gz"));
    run(&path);
    let set = ["move", &path, "--set", "level_density.a=+10%", "--seed", "8"];
    let with = |more: &[&str]| gradino(&[&set[..], more].concat());
    let compared = with(&["--order", "3", "--compare", "--csv", "-o", &moved]);
    assert_eq!(compared.code, 0, "{}{}", compared.stdout, compared.stderr);
    assert!(compared.stdout.starts_with("observable,chi2,ndf,chi2/ndf,p\nvisible_energy,"));
    assert!(compared.stderr.contains("level_density.a: 1 -> 1.1") && compared.stderr.contains("% effective"));
    assert_eq!(with(&["--reweight", "--compare"]).code, 0);
    let again = with(&["-o", &moved]);
    assert!(again.code == 2 && again.stderr.contains("--overwrite"), "{}", again.stderr);
    let far = gradino(&[
        "move",
        &path,
        "--set",
        "level_density.a=+80%",
        "--order",
        "1",
        "--compare",
        "--seed",
        "8",
    ]);
    assert!(far.code == 3 && far.stderr.contains("warning: moved and fresh events differ"), "{}", far.stderr);
    let figure = at("scan.svg");
    let scan = with(&["--scan=8,0.25", "--figure", &figure]);
    let svg = std::fs::read_to_string(&figure).expect("a figure");
    assert!(svg.starts_with("<svg") && svg.contains("moved to order 3") && !svg.contains("NaN"));
    assert!(scan.code == 0 && scan.stdout.lines().count() == 9, "{}", scan.stdout);
    assert!(scan.stderr.contains("moved to order 1: breaks down at 8 times the shift"), "{}", scan.stderr);
    let replayed = gradino(&["replay", &moved, "--event", "3"]);
    assert!(replayed.code == 2 && replayed.stderr.contains("were moved from another point"));
    assert_eq!(gradino(&["cite", &moved]).code, 0);
}

#[test]
fn mistakes_in_a_move_are_errors_with_a_way_out() {
    let folder = folder("bad-move");
    let path = folder.join("run.parquet").display().to_string();
    run(&path);
    for (arguments, message, hint) in [
        (&["--set", "level_densty.a=+5%"][..], "unknown parameter", "did you mean \"level_density.a\"?"),
        (&["--set", "level_density.a=5%"], "as a shift", "NAME=+5%"),
        (&["--set", "level_density.a=+900%"], "outside its bounds", "choose level_density.a between"),
        (&[], "no parameter moves", "--set level_density.a=+5%"),
        (&["--set", "level_density.a=1", "--scan=1,x"], "invalid value 'x'", "--help"),
    ] {
        let said = gradino(&[&["move", &path][..], arguments].concat());
        assert!(
            said.code == 2 && said.stderr.contains(message) && said.stderr.contains(hint),
            "{}",
            said.stderr
        );
    }
    let nothing = gradino(&["move", "nothing.parquet", "--set", "level_density.a=1"]);
    assert!(
        nothing.code == 1 && nothing.stderr.contains("cannot read nothing.parquet"),
        "{}",
        nothing.stderr
    );
}
