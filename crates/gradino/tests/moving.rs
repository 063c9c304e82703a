//! Events of a run at other values of its parameters.

use gradino::chain::{Chain, Method, Mover, Order, Setup};
use gradino::moving::{METHODS, Moved, OBSERVABLES, Run, Scan, Shift, shifted};
use gradino::run::EventSource;
use gradino::{Config, Error, Observable, io};
use gradino_core::{Event, FourVector};
use std::path::{Path, PathBuf};

/// A state of 40K below its neutron threshold, where first energies move freely.
const STATE: &str = "seed = 5\nevents = EVENTS\n[state]\nnuclide = \"40K\"\nexcitation = \"7.5 MeV\"\nspin = \"1\"\n\
                     parity = \"+\"\n[gradients]\nparameters = [\"level_density.a\"]\n";

fn state(events: u64) -> Config {
    Config::from_toml(&STATE.replace("EVENTS", &events.to_string())).expect("a valid job")
}

fn beam(events: u64) -> Config {
    Config { seed: Some(6), events, ..Config::default() }
}

/// An empty folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// The event file of a job.
fn run(config: &Config, path: &Path) {
    let chain = Chain::from_config(config).expect("a valid job");
    let provenance = chain.provenance(config, &(0..config.events));
    let mut sink = io::create(path, &provenance, io::SinkOptions::default()).expect("a new file");
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    for number in 0..config.events {
        chain.draw(number, &mut scratch, &mut event);
        sink.write(&event).expect("an event");
    }
    sink.finish().expect("a whole file");
}

fn events(path: &Path) -> Vec<Event> {
    let mut source = io::open(path).expect("a file");
    let (mut all, mut event) = (Vec::new(), Event::new());
    while source.read(&mut event).expect("an event") {
        all.push(event.clone());
    }
    all
}

fn shifts(texts: &[&str]) -> Vec<Shift> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

fn run_of(config: &Config) -> Run {
    let chain = Chain::from_config(config).expect("a valid job");
    Run { config: config.clone(), events: 0..config.events, params: chain.params().clone() }
}

#[test]
fn a_shift_of_nothing_changes_no_bit_of_an_event() {
    let folder = folder("moving-nothing");
    for (config, name) in [(state(3000), "state"), (beam(3000), "beam")] {
        let path = folder.join(format!("{name}.parquet"));
        run(&config, &path);
        for (i, method) in METHODS.into_iter().enumerate() {
            let same = shifts(&["level_density.a=+0%", "optical.v1_0=+0sigma"]);
            let moved = Moved::of_file(&path, &same, method).expect("it is of this version");
            assert!(moved.parameters().is_empty());
            let copy = folder.join(format!("{name}-{i}.hepmc3"));
            moved.write(std::slice::from_ref(&copy), false).expect("a new file");
            for (before, after) in events(&path).iter().zip(events(&copy)) {
                assert_eq!((before.weight, &before.particles), (after.weight, &after.particles));
                assert!(after.weight_gradient.is_empty());
            }
        }
    }
}

#[test]
fn moved_events_conserve_energy_and_momentum() {
    let moved = Moved::of_run(
        run_of(&beam(20_000)),
        &shifts(&["level_density.a=+20%"]),
        Method::Expand(Order::Third),
    );
    let (moved, still) = (moved.expect("a valid shift"), Chain::from_config(&beam(20_000)).expect("a job"));
    let (mut scratch, mut event) = (moved.chain().scratch(), Event::new());
    let (mut own, mut before, mut displaced) = (still.scratch(), Event::new(), 0);
    for number in 0..20_000 {
        moved.chain().draw(number, &mut scratch, &mut event);
        still.draw(number, &mut own, &mut before);
        displaced += u64::from(event.particles != before.particles);
        for vertex in &event.vertices {
            let momentum = |i: u32| event.particles[i as usize].momentum;
            let (first, second) = vertex.incoming;
            let incoming = momentum(first) + second.map_or(FourVector::zero(), momentum);
            let outgoing =
                vertex.outgoing().map(|i| momentum(i as u32)).fold(FourVector::zero(), |a, b| a + b);
            let off = incoming - outgoing;
            let worst = [off.e, off.x, off.y, off.z].into_iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            assert!(worst < 1e-7, "event {number}: {off:?}");
        }
        for particle in event.particles.iter().filter(|p| p.mass > 0.0) {
            let mass = particle.momentum.mass_sq().sqrt();
            assert!((mass / particle.mass - 1.0).abs() < 1e-9, "event {number}: {particle:?}");
        }
    }
    println!("{displaced} of 20000 events have other energies");
    assert!(displaced > 100);
}

#[test]
fn moved_events_have_the_law_of_a_fresh_run() {
    let far = ["level_density.a=+10%", "gamma_strength.e1_width=-20%"];
    let near = ["level_density.a=+1%", "gamma_strength.e1_width=-2%"];
    for method in METHODS {
        let by = if method == Method::Expand(Order::First) { &near } else { &far };
        let moved = Moved::of_run(run_of(&state(40_000)), &shifts(by), method).expect("a valid shift");
        let comparison = moved.compare(&OBSERVABLES, 77).expect("a fresh run");
        let (mean, error) = comparison.moved.mean();
        println!(
            "{method}: mean weight {mean:.4} +- {error:.4}, {:.3} effective",
            comparison.moved.effective()
        );
        for h in &comparison.histograms {
            println!("  {}: chi2 {:.1} / {}, p {:.3}", h.observable, h.chi2.value, h.chi2.freedom, h.chi2.p);
        }
        assert!(comparison.p() > 1e-3 && comparison.normalisation().p > 1e-5, "{method}");
        let multiplicity = &comparison.histograms[1];
        assert!(multiplicity.observable == Observable::GammaMultiplicity && multiplicity.chi2.freedom > 3);
    }
    // The same events without being moved are those of another law.
    let still = Moved::of_run(run_of(&state(40_000)), &shifts(&["level_density.a=+0%"]), Method::Reweight);
    let mut still = still.expect("a valid shift").compare(&OBSERVABLES, 77).expect("a fresh run");
    let there =
        Moved::of_run(run_of(&state(40_000)), &shifts(&far), Method::Reweight).expect("a valid shift");
    let fresh = there.compare(&OBSERVABLES, 77).expect("a fresh run");
    assert!(still.p() > 1e-3);
    for (own, fresh) in still.histograms.iter_mut().zip(&fresh.histograms) {
        own.chi2 = gradino_infer::compare::ChiSquare::of_shapes(&own.weights[0], &fresh.weights[1]);
    }
    println!("not moved: p {:.1e}", still.p());
    assert!(still.p() < 1e-6);
}

#[test]
fn strengths_are_weighted_exactly_whatever_the_method() {
    let by = shifts(&["strength.gt_2.290=+30%"]);
    let moved = METHODS.map(|method| Moved::of_run(run_of(&beam(5000)), &by, method).expect("a valid shift"));
    let mut events = [(); 4].map(|()| Event::new());
    for number in 0..5000 {
        for (moved, event) in moved.iter().zip(&mut events) {
            moved.chain().draw(number, &mut moved.chain().scratch(), event);
        }
        assert!(events.iter().all(|event| *event == events[0]));
    }
    let comparison = moved[0].compare(&OBSERVABLES, 9).expect("a fresh run");
    assert!(comparison.p() > 1e-3 && comparison.moved.effective() < 0.999);
}

#[test]
fn files_of_moved_events_say_where_they_come_from() {
    let folder = folder("moving-files");
    let (path, copy) = (folder.join("run.hepmc3.gz"), folder.join("moved.parquet"));
    run(&state(2000), &path);
    let moved = Moved::of_file(&path, &shifts(&["level_density.a=+5%"]), Method::default()).expect("a shift");
    moved.write(std::slice::from_ref(&copy), false).expect("a new file");
    let provenance = io::read_provenance(&copy).expect("a file");
    let value = |of: &[io::ParameterValue]| of.iter().find(|p| p.name == "level_density.a").map(|p| p.value);
    let from = provenance.moved.as_ref().expect("they were moved");
    assert_eq!((value(&provenance.parameters), value(&from.from)), (Some(1.05), Some(1.0)));
    assert_eq!((from.method.as_str(), from.from.len()), ("moved to order 2", 1));
    assert!(provenance.config_toml.contains("1.05") && !from.config_toml.contains("1.05"));
    let weights: Vec<f64> = events(&copy).iter().map(|event| event.weight).collect();
    assert!(weights.len() == 2000 && weights.iter().any(|w| *w != 1.0));
    let again = Moved::of_file(&copy, &shifts(&["level_density.a=1"]), Method::default()).err();
    assert!(matches!(again, Some(Error::MovedBefore { .. })));
    let exists = moved.write(std::slice::from_ref(&copy), false).expect_err("it is there");
    assert!(matches!(exists, Error::AlreadyExists { .. }));
}

#[test]
fn files_that_the_chain_does_not_draw_are_refused() {
    let folder = folder("moving-bad");
    let path = folder.join("run.hepmc3");
    run(&state(50), &path);
    let text = std::fs::read_to_string(&path).expect("a file");
    let refused = |text: &str| {
        let bad = folder.join("bad.hepmc3");
        std::fs::write(&bad, text).expect("a file");
        Moved::of_file(&bad, &shifts(&["level_density.a=+1%"]), Method::Reweight)
            .err()
            .expect("it is refused")
    };
    let other_seed = text.replace("\"seed\":5", "\"seed\":6").replace("\\\"seed\\\":5", "\\\"seed\\\":6");
    assert_ne!(other_seed, text);
    let error = refused(&other_seed);
    assert!(matches!(error, Error::NotRedrawn { event: 0.., .. }) && error.hint().is_some(), "{error}");
    let line = text.lines().rfind(|l| l.starts_with("P ") && l.contains(" 22 ")).expect("a photon");
    let edited = line.replacen(" 22 ", " 23 ", 1);
    let error = refused(&text.replacen(line, &edited, 1));
    assert!(matches!(error, Error::NotRedrawn { event: 49, .. }), "{error}");
    let without: String =
        text.lines().filter(|line| !line.contains("seed")).map(|l| format!("{l}\n")).collect();
    let error = refused(&without);
    assert!(matches!(error, Error::BadLine { .. }) && error.hint().is_some(), "{error}");
}

#[test]
fn what_cannot_move_is_an_error_with_a_way_out() {
    let mono = "seed = 1\nevents = 10\n[flux]\nkind = \"mono\"\nneutrino = \"nu_e\"\nenergy = \"20 MeV\"\n";
    let mono = Config::from_toml(mono).expect("a valid job");
    let error = |config: &Config, by: &[&str]| {
        let error = Moved::of_run(run_of(config), &shifts(by), Method::default()).err().expect("an error");
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    };
    assert!(error(&mono, &["flux.energy=+5%"]).contains("one neutrino energy cannot move"));
    assert!(error(&mono, &["level_densty.a=+5%"]).contains("unknown parameter"));
    assert!(error(&mono, &["level_density.a=+500%"]).contains("outside its bounds"));
    assert!(error(&mono, &[]).contains("no parameter moves"));
}

#[test]
fn a_scan_finds_where_each_method_breaks_down() {
    let folder = folder("moving-scan");
    let path = folder.join("run.parquet");
    run(&state(20_000), &path);
    let scan =
        Scan::of_file(&path, &shifts(&["level_density.a=+5%"]), &[0.5, 8.0, 400.0], 50).expect("a scan");
    for point in &scan.points {
        for (method, comparison) in METHODS.iter().zip(&point.comparisons) {
            println!("{} {method}: p {:.1e}", point.factor, comparison.p());
        }
    }
    assert_eq!((scan.points.len(), scan.beyond.len()), (2, 1));
    let breakdowns = METHODS.map(|method| scan.breakdown(method));
    assert_eq!((breakdowns[0], breakdowns[3]), (Some(8.0), None));
}

#[test]
fn a_line_reaches_its_end_to_the_bit() {
    let run = run_of(&state(1));
    let target = shifted(&run.params, &shifts(&["level_density.a=+7%"])).expect("a shift");
    let setup = Setup::from_config(&run.config).expect("a valid job");
    let mover = Mover::prepare(&setup, &run.params, &[], &target, None).expect("a line");
    let a = |t: f64| mover.point(t).expect("within the bounds").get("level_density.a").expect("it").value;
    assert_eq!((a(1.0), a(0.0), a(0.5)), (1.07, 1.0, 1.0 + 0.5 * (1.07 - 1.0)));
    assert!(mover.point(1e3).is_err());
}
