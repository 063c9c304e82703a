//! `gradino flow train`, `sample` and `info`.

use crate::support::{Said, folder, gradino};
use std::path::Path;

/// Trains a tiny flow, and gives the path of its weights.
fn trained(name: &str, more: &[&str]) -> (String, Said) {
    let folder = folder(name);
    let config = folder.join("train.toml");
    let text = "[flow]\ntransforms = 1\nbins = 8\nwidth = 16\n[data]\ndensity = \"plane_wave\"\n\
                [training]\nsteps = 10\nbatch = 1024\npool = 2048\nround = 5\nwarm_up = 5\n";
    std::fs::write(&config, text).expect("written");
    let weights = folder.join("flow.safetensors").to_str().expect("a plain path").to_string();
    let config = config.to_str().expect("a plain path").to_string();
    let output = gradino(&[&["flow", "train", &config, "-o", &weights], more].concat());
    (weights, output)
}

#[test]
fn a_flow_is_trained_drawn_from_and_described() {
    let (weights, output) = trained("flow", &[]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(output.stdout.starts_with("10 steps in ") && output.stdout.contains("RESS"), "{}", output.stdout);
    for ending in ["csv", "svg", "state"] {
        assert!(Path::new(&weights).with_extension(ending).exists(), "{ending}");
    }
    let info = gradino(&["flow", "info", &weights]).stdout;
    assert!(
        info.contains("omega_share") && info.contains("1s1/2, 1p3/2") && info.contains("steps: 10"),
        "{info}"
    );
    let sample = |more: &[&str]| gradino(&[&["flow", "sample", &weights, "-n", "5"], more].concat());
    let drawn = sample(&["-c", "shell=1p3/2", "-c", "E_nu=500"]);
    let lines: Vec<&str> = drawn.stdout.lines().collect();
    assert_eq!(lines[0], "E_nu,shell,omega_share,cos_theta_l,cos_theta_N,phi_N,density");
    assert!(lines.len() == 6 && lines[1..].iter().all(|line| line.starts_with("500,1p3/2,")), "{lines:?}");
    let physical = sample(&["-c", "E_nu=500", "--physical"]);
    let lines: Vec<&str> = physical.stdout.lines().collect();
    let names = "E_nu,shell,omega_share,cos_theta_l,cos_theta_N,phi_N,omega,density,density_physical";
    assert_eq!(lines[0], names, "{}", physical.stderr);
    for line in &lines[1..] {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
        // d omega is the range of omega times d share, and the range ends where no muon is left.
        let range = cells[7] / cells[8];
        assert!((cells[6] - (500.0 - 105.658) + (1.0 - cells[2]) * range).abs() < 1e-2, "{line}");
    }
    let other = sample(&["--physical", "--density", "ridges"]);
    assert!(other.code == 2 && other.stderr.contains("space"), "{}", other.stderr);
    let outside = sample(&["-c", "E_nu=1100"]);
    assert_eq!(outside.code, 2);
    assert!(outside.stderr.starts_with("error: E_nu = 1100 MeV is outside [200, 1000]\nhint: "));
    assert_eq!(sample(&["-c", "E_nu=1100", "--extrapolate"]).code, 0);
    let kept = gradino(&["flow", "train", "-o", &weights]);
    assert_eq!(kept.code, 2);
    assert!(kept.stderr.contains("exists already"), "{}", kept.stderr);
}

#[cfg(not(feature = "vulkan"))]
#[test]
fn a_device_for_which_the_command_was_not_built_is_refused_with_what_to_do() {
    let (_, output) = trained("flow_device", &["--device", "vulkan"]);
    assert_eq!(output.code, 2, "{}", output.stderr);
    assert!(output.stderr.starts_with("error: this program was built without the device vulkan\nhint: "));
    assert!(output.stderr.contains("--features vulkan"), "{}", output.stderr);
    let (_, output) = trained("flow_device", &["--device", "abacus"]);
    assert!(output.code == 2 && output.stderr.contains("choose cpu or vulkan"), "{}", output.stderr);
}

#[cfg(feature = "vulkan")]
#[test]
fn a_training_on_a_device_goes_on_there_and_not_on_the_processor() {
    let (weights, stopped) = trained("flow_on_device", &["--device", "vulkan", "--minutes", "0"]);
    if stopped.stderr.contains("error: no device vulkan") {
        eprintln!("skipped: {}", stopped.stderr);
        return;
    }
    let told = stopped.stderr.contains("stopped after 5 of 10 steps");
    assert!(stopped.code == 0 && told, "{}", stopped.stderr);
    let config = Path::new(&weights).with_file_name("train.toml");
    let config = config.to_str().expect("a plain path");
    let resumed = ["flow", "train", config, "-o", &weights, "--resume"];
    let elsewhere = gradino(&resumed);
    assert!(
        elsewhere.code != 0 && elsewhere.stderr.contains("another configuration"),
        "{}",
        elsewhere.stderr
    );
    let there = gradino(&[&resumed[..], &["--device", "vulkan"]].concat());
    assert_eq!(there.code, 0, "{}", there.stderr);
}

#[test]
fn the_curve_of_a_resumed_training_has_all_rounds() {
    let (weights, stopped) = trained("flow_resumed", &["--minutes", "0"]);
    assert!(
        stopped.code == 0 && stopped.stderr.contains("stopped after 5 of 10 steps"),
        "{}",
        stopped.stderr
    );
    let config = Path::new(&weights).with_file_name("train.toml");
    let config = config.to_str().expect("a plain path");
    let resumed = gradino(&["flow", "train", config, "-o", &weights, "--resume"]);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    let curve =
        std::fs::read_to_string(Path::new(&weights).with_extension("csv")).expect("the curve is there");
    let steps: Vec<&str> = curve.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(steps, ["5", "10"]);
}

#[test]
fn a_damaged_file_of_weights_is_a_failure_with_exit_code_1() {
    let (weights, _) = trained("flow_damaged", &["--quiet"]);
    let bytes = std::fs::read(&weights).expect("it was written");
    std::fs::write(&weights, &bytes[..bytes.len() - 7]).expect("written");
    let output = gradino(&["flow", "info", &weights]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.starts_with("error: the weights end after "), "{}", output.stderr);
    assert!(output.stderr.contains("\nhint: the file is damaged"), "{}", output.stderr);
}

#[test]
fn a_mistake_in_the_configuration_of_a_training_is_named() {
    let path = folder("flow_mistake").join("train.toml");
    std::fs::write(&path, "[training]\nstep = 5\n").expect("written");
    let output = gradino(&["flow", "train", path.to_str().expect("a plain path")]);
    assert_eq!(output.code, 2);
    let expected = "error: unknown key \"step\" in [training], line 2\nhint: did you mean \"steps\"?\n";
    assert_eq!(output.stderr, expected);
}
