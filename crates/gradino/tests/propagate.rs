//! Propagation from event files: against runs at moved parameters, and with bad inputs.

use gradino::Observable;
use gradino::chain::Chain;
use gradino::config::Config;
use gradino::io::{self, SinkOptions};
use gradino::propagate::{Bands, Histogram, Knowledge, Method, Spectrum, of_file, plot, write_parquet};
use gradino::{Error, Result};
use gradino_core::Event;
use std::path::{Path, PathBuf};

const EVENTS: u64 = 20_000;

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("propagate");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Makes an event file of the default job with one parameter set and gradients for `gradients`.
fn run(name: &str, set: Option<(&str, f64)>, gradients: &[&str]) -> PathBuf {
    let mut config = Config { seed: Some(5), ..Config::default() };
    config.gradients.parameters = gradients.iter().map(ToString::to_string).collect();
    config.parameters.extend(set.map(|(name, value)| (name.to_string(), value)));
    let chain = Chain::from_config(&config).expect("a chain");
    let path = folder().join(name);
    let provenance = chain.provenance(&config, &(0..EVENTS));
    let options = SinkOptions { overwrite: true, keep_partial: false };
    let mut sink = io::create(&path, &provenance, options).expect("a file");
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    for number in 0..EVENTS {
        chain.draw(number, &mut scratch, &mut event);
        sink.write(&event).expect("written");
    }
    sink.finish().expect("finished");
    path
}

fn histogram(observable: Observable, bins: &str) -> Histogram {
    Histogram::new(observable, Some(bins), false).expect("bins")
}

fn error(result: Result<gradino::propagate::Spectrum>) -> Error {
    result.expect_err("an error")
}

/// Straight lines, unchecked.
const LINE: Method = Method { bands: Bands::First, check: 0, events: 1 };

const STRONG: &str = "strength.gt_2.730";

#[test]
fn one_sigma_of_a_strong_parameter_moves_the_histograms_as_runs_at_moved_values_do() {
    let (value, sigma) = (1.49, 0.149);
    let start = run("start.parquet", None, &[STRONG]);
    let [up, down] = [1.0, -1.0].map(|sign| {
        let name = format!("moved{sign}.parquet");
        run(&name, Some((STRONG, value + sign * 2.0 * sigma)), &[STRONG])
    });
    for (observable, bins) in [
        (Observable::VisibleEnergy, "0:40:10"),
        (Observable::ElectronEnergy, "0:40:10"),
        (Observable::GammaEnergy, "0:12:3"),
        (Observable::LargestGammaEnergy, "0:6:2"),
        (Observable::GammaMultiplicity, "0:6:1"),
        (Observable::NeutronMultiplicity, "0:2:1"),
        (Observable::ProtonMultiplicity, "0:2:1"),
        (Observable::NucleonEnergy, "0:6:2"),
        (Observable::NeutrinoEnergy, "0:40:10"),
    ] {
        let spectrum = |path: &Path| {
            of_file(path, histogram(observable, bins), &Knowledge::default(), LINE)
                .expect("a good file")
                .propagation
        };
        let (mid, up, down) = (spectrum(&start), spectrum(&up), spectrum(&down));
        assert_eq!(mid.parameters[0].name, STRONG);
        for b in 0..mid.content.len() {
            let difference = (up.content[b] - down.content[b]) / 4.0;
            let effect = mid.parameters[0].effect[b];
            // Common random numbers make the error smaller than this one.
            let error = (up.content[b] + down.content[b]).sqrt() / 4.0 + mid.band_errors[b];
            assert!(
                (effect - difference).abs() < 3.0 * error + 1.0,
                "{observable} {b}: {effect} {difference}"
            );
            assert!((effect.abs() - mid.bands()[b]).abs() < 1e-9 * (1.0 + effect.abs()));
        }
    }
}

#[test]
fn at_a_fixed_exposure_the_cross_section_adds_to_the_bands() {
    let path = run("rate.parquet", None, &["strength.*"]);
    let of = |rate| {
        let histogram = Histogram::new(Observable::VisibleEnergy, Some("0:60:60"), rate).expect("bins");
        of_file(&path, histogram, &Knowledge::default(), LINE).expect("a good file").propagation
    };
    let (shape, rate) = (of(false), of(true));
    let provenance = io::read_provenance(&path).expect("a good file");
    let slope = &provenance.flux_averaged_cross_section_gradient;
    let relative: f64 = (0..slope.len())
        .map(|i| slope[i] * rate.sigmas[i] / provenance.flux_averaged_cross_section_cm2)
        .map(|x| x * x)
        .sum();
    let found = rate.bands()[0] / rate.content[0];
    assert!(shape.bands()[0] < 0.2 * rate.bands()[0]);
    assert!((found / relative.sqrt() - 1.0).abs() < 0.02, "{found} {}", relative.sqrt());
}

#[test]
fn a_users_file_replaces_what_it_names_and_bad_ones_are_refused() {
    let path = run("users.hepmc3", None, &[STRONG, "level_density.a", "optical.v1_0"]);
    let file = |name: &str, text: &str| {
        let path = folder().join(name);
        std::fs::write(&path, text).expect("written");
        Knowledge { file: Some(path), ..Knowledge::default() }
    };
    let of = |knowledge: &Knowledge| {
        of_file(&path, histogram(Observable::VisibleEnergy, "0:40:10"), knowledge, LINE)
    };
    let plain = of(&Knowledge::default()).expect("a good file");
    assert_eq!(plain.without_uncertainty, ["level_density.a"]);
    assert!(plain.propagation.missing.contains(&"optical.rv_0".to_string()));
    let own = file("own.toml", &format!("[parameters]\n\"{STRONG}\" = 0.0\n\"level_density.a\" = 0.1\n"));
    let replaced = of(&own).expect("a good file");
    assert_eq!(replaced.without_uncertainty, [STRONG]);
    assert!(replaced.propagation.parameters.iter().any(|p| p.name == "level_density.a"));
    let only = Knowledge { only: vec!["strength.*".into()], ..Knowledge::default() };
    assert_eq!(of(&only).expect("a good file").propagation.parameters.len(), 1);
    let nothing = Knowledge { only: vec!["flux.*".into()], ..Knowledge::default() };
    assert!(matches!(error(of(&nothing)), Error::NothingUncertain { gradients: 3 }));
    let unknown = error(of(&file("unknown.toml", "[parameters]\n\"level_density.b\" = 1.0\n")));
    assert!(unknown.hint().expect("a hint").contains("level_density.a"), "{unknown}");
    let csv = "level_density.a,optical.v1_0\n1,2\n2,1\n";
    assert!(error(of(&file("negative.csv", csv))).to_string().contains("level_density.a"));
    let bare = run("bare.parquet", None, &[]);
    let none =
        error(of_file(&bare, histogram(Observable::VisibleEnergy, "0:40:10"), &Knowledge::default(), LINE));
    assert!(none.hint().expect("a hint").contains("--gradients"), "{none}");
}

#[test]
fn results_are_written_whole_and_the_picture_is_text_without_holes() {
    let path = run("written.parquet", None, &["strength.*"]);
    let spectrum =
        of_file(&path, histogram(Observable::VisibleEnergy, "0:60:2"), &Knowledge::default(), LINE);
    let spectrum = spectrum.expect("a good file");
    let table = folder().join("table.parquet");
    write_parquet(&spectrum, &table, true).expect("written");
    assert!(matches!(write_parquet(&spectrum, &table, false), Err(Error::AlreadyExists { .. })));
    assert!(std::fs::metadata(&table).expect("a file").len() > 1000);
    let picture = plot(&spectrum);
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
    assert!(!picture.contains("NaN") && picture.contains("visible energy [MeV]"));
}

#[test]
fn unknown_observables_are_refused_with_the_closest_name() {
    let error = "visible_enrgy".parse::<Observable>().expect_err("unknown");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"visible_energy\"?"));
    let error = "zzz".parse::<Observable>().expect_err("unknown");
    assert!(error.hint().expect("a hint").contains("neutron_multiplicity"));
    for observable in Observable::ALL {
        assert_eq!(observable.name().parse::<Observable>(), Ok(observable));
        assert!(Histogram::new(observable, None, false).is_ok());
    }
}

#[test]
fn rates_have_the_same_bands_by_every_method() {
    let path = run("rates.parquet", None, &[STRONG]);
    let of = |bands| {
        let rate = Histogram::new(Observable::VisibleEnergy, Some("0:60:60"), true).expect("bins");
        let knowledge = Knowledge { only: vec![STRONG.into()], ..Knowledge::default() };
        let method = Method { bands, check: 8, events: 5000 };
        of_file(&path, rate, &knowledge, method).expect("a good file")
    };
    let (first, second, drawn) = (of(Bands::First), of(Bands::Second), of(Bands::Drawn(60)));
    assert_eq!(first.warnings(), Vec::<String>::new());
    // The cross section is a straight line of a strength.
    assert!(
        (second.bands()[0] / first.bands()[0] - 1.0).abs() < 1e-3,
        "{:?}",
        (first.bands(), second.bands())
    );
    let error = drawn.band_errors().expect("of the draws")[0];
    assert!(
        (drawn.bands()[0] - first.bands()[0]).abs() < 4.0 * error,
        "{:?}",
        (first.bands(), drawn.bands())
    );
}

/// The run at `path` with bands of the shape made by `bands`.
fn beyond(path: &Path, observable: Observable, bins: &str, only: &str, bands: Bands) -> Spectrum {
    let knowledge = Knowledge { only: vec![only.into()], ..Knowledge::default() };
    let method = Method { bands, check: 12, events: 10_000 };
    of_file(path, histogram(observable, bins), &knowledge, method).expect("a good file")
}

#[test]
fn both_orders_and_draws_agree_where_one_strength_is_uncertain() {
    let path = run("orders.parquet", None, &[STRONG]);
    let of = |bands| beyond(&path, Observable::GammaMultiplicity, "0:6:1", STRONG, bands);
    let (first, second, drawn) = (of(Bands::First), of(Bands::Second), of(Bands::Drawn(60)));
    assert_eq!((first.warnings(), second.warnings()), (vec![], vec![]));
    assert_eq!(first.bands(), first.propagation.bands());
    for b in 0..6 {
        let (line, parabola, draws) = (first.bands()[b], second.bands()[b], drawn.bands()[b]);
        // The bank has half of the events of the run, so that first derivatives differ by their noise.
        let noise = 2.0 * first.propagation.band_errors[b];
        assert!((parabola - line).abs() < 4.0 * noise + 0.02 * line, "{b}: {line} {parabola}");
        let error = drawn.band_errors().expect("of the draws")[b];
        assert!((draws - parabola).abs() < 4.0 * error, "{b}: {draws} {parabola} {error}");
    }
    // tr(H C) / 2 of the second order is the mean of the draws.
    let shift = |spectrum: &Spectrum| spectrum.beyond.as_ref().expect("a bank").shift.clone();
    for (b, (a, d)) in shift(&second).into_iter().zip(shift(&drawn)).enumerate() {
        let error = drawn.bands()[b] / 60f64.sqrt();
        assert!((a - d).abs() < 4.0 * error, "{b}: {a} {d} {error}");
    }
}

#[test]
fn straight_lines_that_fail_far_out_are_said_so() {
    let path = run("optical.parquet", None, &["optical.*"]);
    let neutrons = |bands| beyond(&path, Observable::NeutronMultiplicity, "0:2:1", "optical.*", bands);
    let (first, drawn) = (neutrons(Bands::First), neutrons(Bands::Drawn(40)));
    assert!(first.warnings()[0].contains("drawn points are off the straight line"), "{:?}", first.warnings());
    assert!(drawn.bands()[1] > 1.3 * first.bands()[1], "{:?} {:?}", drawn.bands(), first.bands());
}
