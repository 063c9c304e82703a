//! The program as its user meets it: output, messages, exit codes.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn gradino(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gradino")).args(arguments).output().expect("the program starts")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An empty folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

#[test]
fn every_command_explains_itself() {
    let help = out(&gradino(&["--help"]));
    let commands = [
        "run",
        "init",
        "list",
        "deexcite",
        "widths",
        "xsec",
        "replay",
        "merge",
        "propagate",
        "cite",
        "completions",
        "schema",
    ];
    for command in commands {
        assert!(help.contains(&format!("  {command} ")), "{command} is not in\n{help}");
        assert!(gradino(&[command, "--help"]).status.success(), "{command}");
    }
}

#[test]
fn init_writes_a_configuration_once() {
    let folder = folder("init");
    for flags in [&["init"][..], &["init", "--annotated"]] {
        let path = folder.join(format!("{}.toml", flags.len()));
        let path = path.to_str().expect("a plain path");
        assert!(gradino(&[flags, &[path]].concat()).status.success());
        let text = std::fs::read_to_string(path).expect("it was written");
        assert!(gradino::Config::from_toml(&text) == Ok(gradino::Config::default()));
        let again = gradino(&["init", path]);
        assert_eq!(again.status.code(), Some(2));
        assert!(err(&again).contains("exists already\nhint: "), "{}", err(&again));
    }
}

#[test]
fn a_wrong_key_is_an_error_with_its_line_a_hint_and_exit_code_2() {
    let path = folder("wrong_key").join("job.toml");
    std::fs::write(&path, "events = 5\n[cascade]\nlevle_density = \"bsfg\"\n").expect("written");
    let output = gradino(&["run", path.to_str().expect("a plain path")]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "error: unknown key \"levle_density\" in [cascade], line 3\n\
                    hint: did you mean \"level_density\"?\n";
    assert_eq!(err(&output), expected);
}

#[test]
fn a_missing_file_is_a_failure_with_exit_code_1() {
    let output = gradino(&["run", "no/such/file.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).starts_with("error: cannot read no/such/file.toml: "), "{}", err(&output));
}

#[test]
fn impossible_states_are_refused_before_anything_is_computed() {
    let flags = ["--nuclide", "40K", "--excitation", "15 MeV", "--parity", "-"];
    for command in ["deexcite", "widths"] {
        let output = gradino(&[&[command], &flags[..], &["--spin", "1/2"]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            err(&output),
            "error: spin in [state]: 40K cannot have spin 1/2\nhint: 40 nucleons have a whole spin\n"
        );
    }
}

#[test]
fn models_are_listed_for_people_and_for_programs() {
    assert!(out(&gradino(&["list", "models"])).contains("koning-delaroche"));
    let csv = out(&gradino(&["list", "models", "--csv"]));
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
    assert!(output.status.success() && output.stderr.is_empty(), "{}", err(&output));
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(out(&gradino(&["completions", shell])).contains("deexcite"));
    }
}
