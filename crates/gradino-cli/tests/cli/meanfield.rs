//! `gradino meanfield`: tables, figures, and what it refuses.

use crate::support::{folder, gradino};

#[test]
fn the_ground_state_is_printed_with_levels_energy_and_radii() {
    let said = gradino(&["meanfield", "16O"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    for line in ["16O: SLy4 (chabanat1998)", "n 1p1/2  2           -14.536", "total [MeV]", "nuclear matter"]
    {
        assert!(said.stdout.contains(line), "{line} is not in\n{}", said.stdout);
    }
}

#[test]
fn the_field_of_another_nucleus_is_chosen_by_name() {
    let base = ["meanfield", "12C", "--force", "SkE2", "--exchange", "none"];
    let said = gradino(&base);
    assert_eq!(said.code, 2);
    assert!(said.stderr.starts_with("error: the mean field of 12C collapses"), "{}", said.stderr);
    assert!(
        said.stderr.contains("hint: take the field of 16O with the 1p1/2 shell emptied"),
        "{}",
        said.stderr
    );
    let said = gradino(&[&base[..], &["--field", "16O", "--empty", "1p1/2"]].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("field and orbitals of 16O without 1p1/2"), "{}", said.stdout);
    assert!(said.stdout.contains("p 1p3/2  4           -17.674"), "{}", said.stdout);
    let wrong = gradino(&[&base[..], &["--field", "16O", "--empty", "1p3/2"]].concat());
    assert!(wrong.code == 2 && wrong.stderr.contains("leave 8Be of 16O, not 12C"), "{}", wrong.stderr);
}

#[test]
fn figures_and_json_hold_the_whole_field() {
    let folder = folder("meanfield");
    for ending in ["svg", "html"] {
        let path = folder.join(format!("field.{ending}"));
        let path = path.to_str().expect("a plain path");
        let arguments = ["meanfield", "40Ar", "--json", "--gradient", "skyrme.t0", "--figure", path];
        let said = gradino(&arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.starts_with('{') && said.stdout.contains("\"radius_fm\""));
        assert!(
            said.stdout.contains("\"name\": \"skyrme.t0\",\n    \"unit\": \"MeV fm3\""),
            "{}",
            said.stdout
        );
        assert!(std::fs::read_to_string(path).expect("written").contains("40Ar with SLy4"));
        assert_eq!(gradino(&arguments).code, 2, "it exists already");
    }
    let bad = gradino(&["meanfield", "40Ar", "--figure", "field.png"]);
    assert!(bad.code == 2 && bad.stderr.contains(".svg or .html"), "{}", bad.stderr);
}

#[test]
fn wrong_forces_and_nuclei_are_errors_with_hints() {
    let path = folder("force").join("mine.toml");
    std::fs::write(&path, "t0 = -1000\nt9 = 3\n").expect("written");
    let path = path.to_str().expect("a plain path");
    for (arguments, part) in [
        (["16O", "--force", "SLy5"], "hint: did you mean \"SLy4\"?"),
        (["16O", "--force-file", path], "mine.toml, line 2: unknown field `t9`"),
        (["16O", "--force-file", "nowhere.toml"], "hint: check the path"),
        (["16O", "--set", "skyrm.t0=1"], "hint: did you mean \"skyrme.t0\"?"),
        (["16O", "--gradient", "skyrme.t7"], "hint: did you mean"),
        (["12H", "--force", "SLy4"], "does not bind"),
    ] {
        let said = gradino(&[&["meanfield"], &arguments[..]].concat());
        assert!(said.code != 0 && said.stdout.is_empty(), "{arguments:?}: {}", said.stdout);
        assert!(
            said.stderr.contains(part) && said.stderr.contains("hint: "),
            "{arguments:?}: {}",
            said.stderr
        );
    }
}
