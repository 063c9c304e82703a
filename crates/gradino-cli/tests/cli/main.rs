//! The program as its user meets it: output, messages, exit codes.

mod assess;
mod estimate;
mod fit;
mod flow;
mod meanfield;
mod move_events;
mod responses;
mod support;
mod xsec;

use std::process::{Command, Stdio};
use support::{folder, gradino};

#[test]
fn every_command_explains_itself() {
    let help = gradino(&["--help"]).stdout;
    let commands = [
        "run",
        "init",
        "list",
        "deexcite",
        "estimate",
        "fit",
        "flow",
        "widths",
        "meanfield",
        "responses",
        "xsec",
        "tree",
        "toy",
        "replay",
        "merge",
        "move",
        "propagate",
        "cite",
        "completions",
        "schema",
    ];
    for command in commands {
        assert!(help.contains(&format!("  {command} ")), "{command} is not in\n{help}");
        assert_eq!(gradino(&[command, "--help"]).code, 0, "{command}");
    }
}

#[test]
fn init_writes_a_configuration_once() {
    let folder = folder("init");
    for flags in [&["init"][..], &["init", "--annotated"]] {
        let path = folder.join(format!("{}.toml", flags.len()));
        let path = path.to_str().expect("a plain path");
        assert_eq!(gradino(&[flags, &[path]].concat()).code, 0);
        let text = std::fs::read_to_string(path).expect("it was written");
        assert!(gradino::Config::from_toml(&text) == Ok(gradino::Config::default()));
        let again = gradino(&["init", path]);
        assert_eq!(again.code, 2);
        assert!(again.stderr.contains("exists already\nhint: "), "{}", again.stderr);
    }
}

#[test]
fn a_wrong_key_is_an_error_with_its_line_a_hint_and_exit_code_2() {
    let path = folder("wrong_key").join("job.toml");
    std::fs::write(&path, "events = 5\n[cascade]\nlevle_density = \"bsfg\"\n").expect("written");
    let output = gradino(&["run", path.to_str().expect("a plain path")]);
    assert_eq!(output.code, 2);
    let expected = "error: unknown key \"levle_density\" in [cascade], line 3\n\
                    hint: did you mean \"level_density\"?\n";
    assert_eq!(output.stderr, expected);
}

#[test]
fn a_missing_file_is_a_failure_with_exit_code_1() {
    let output = gradino(&["run", "no/such/file.toml"]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.starts_with("error: cannot read no/such/file.toml: "), "{}", output.stderr);
}

#[test]
fn impossible_states_are_refused_before_anything_is_computed() {
    let flags = ["--nuclide", "40K", "--excitation", "15 MeV", "--parity", "-"];
    for command in ["deexcite", "widths"] {
        let output = gradino(&[&[command], &flags[..], &["--spin", "1/2"]].concat());
        assert_eq!(output.code, 2);
        assert_eq!(
            output.stderr,
            "error: spin in [state]: 40K cannot have spin 1/2\nhint: 40 nucleons have a whole spin\n"
        );
    }
}

#[test]
fn models_are_listed_for_people_and_for_programs() {
    assert!(gradino(&["list", "models"]).stdout.contains("koning-delaroche"));
    let csv = gradino(&["list", "models", "--csv"]).stdout;
    assert!(csv.starts_with("key,name,default,meaning,source\n"));
    assert!(csv.contains("cascade.level_density,bsfg,yes,back-shifted Fermi gas,koning2008\n"));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradino"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(gradino(&["completions", shell]).stdout.contains("deexcite"));
    }
}

#[test]
fn a_tree_is_listed_and_drawn_once() {
    let path = folder("tree").join("figures/k.svg");
    let path = path.to_str().expect("a plain path");
    let flags = ["tree", "--nuclide", "40K", "--from", "4.38 MeV", "--paths", "5", "-o", path];
    let output = gradino(&flags);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let start = "40K has no level at 4.38 MeV: the nearest, at 4.3837 MeV, is taken\n";
    assert!(output.stderr.starts_with(start), "{}", output.stderr);
    let text = output.stdout;
    assert!(text.starts_with("40K from 4.3837 MeV: 5 of 38 paths, "), "{text}");
    assert!(text.contains("\nleft out: probability "), "{text}");
    let svg = std::fs::read_to_string(path).expect("the figure is there");
    assert_eq!(svg.matches("<polyline").count(), 5);
    let again = gradino(&flags);
    assert_eq!(again.code, 2);
    assert!(
        again.stderr.ends_with("exists already\nhint: replace it with --overwrite, or choose another name\n")
    );
}

#[test]
fn the_sum_of_a_listed_tree_is_its_coverage_for_programs() {
    let flags = ["tree", "--model", "toy", "--coverage", "0.9", "--by", "gradient:toy.alpha", "--csv"];
    let output = gradino(&flags);
    let text = output.stdout;
    let mut rows = text.lines();
    assert_eq!(rows.next(), Some("path,probability,d/d toy.alpha [MeV],sum,levels [MeV]"));
    let last: Vec<&str> = rows.last().expect("a path").split(',').collect();
    let sum: f64 = last[3].parse().expect("a number");
    assert!((0.9..0.95).contains(&sum), "{text}");
    assert!(output.stderr.starts_with("left out: probability "), "{}", output.stderr);
}

#[test]
fn trees_that_cannot_be_are_refused_with_a_hint() {
    let cases: [(&[&str], &str); 7] = [
        (&["--nuclide", "56Fe"], "error: no levels of 56Fe are known\nhint: `gradino list nuclides` prints"),
        (
            &["--nuclide", "40K", "--from", "12 MeV"],
            "error: 40K has no level at 12 MeV: its highest known level is at ",
        ),
        (
            &["--nuclide", "40K", "--by", "gradient:gamma_strength.e1_sigm"],
            "error: unknown parameter \"gamma_strength.e1_sigm\"\nhint: did you mean \"gamma_strength.e1_sigma\"?\n",
        ),
        (
            &["--nuclide", "39Ar", "--by", "gradient:optical.v1_0"],
            "error: optical.v1_0 changes nothing in this tree\nhint: there are: ",
        ),
        (&["--nuclide", "39Ar", "--by", "slope:optical.v1_0"], "error: invalid value 'slope:optical.v1_0'"),
        (
            &["--model", "toy", "--set", "toy.alpha=99"],
            "error: parameter toy.alpha = 99 is outside its bounds [0.5, 15]\nhint: ",
        ),
        (&[], "error: the following required arguments were not provided"),
    ];
    for (flags, message) in cases {
        let output = gradino(&[&["tree"], flags].concat());
        assert_eq!(output.code, 2, "{flags:?}");
        assert!(output.stderr.starts_with(message), "{flags:?}: {}", output.stderr);
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_toy_makes_four_figures_and_a_page() {
    let folder = folder("toy").join("figures");
    let path = folder.to_str().expect("a plain path");
    let output = gradino(&["toy", "-o", path, "-n", "400"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let expected =
        ["1-tree-probability", "2-tree-gradient", "3-descents", "4-loss"].map(|n| format!("{n}.svg"));
    assert_eq!(names, [&expected[..], &["index.html".to_string()]].concat());
    assert_eq!(gradino(&["toy", "-o", path, "-n", "400"]).code, 2);
    assert_eq!(gradino(&["toy", "-o", path, "-n", "3"]).code, 2);
}
