//! Event files come back as they were written, whole or not at all.

mod support;

use gradino::Error;
use gradino::io::{Provenance, SinkOptions, create, open, read_provenance};
use gradino_core::{Event, FourVector};
use std::fs;
use support::{
    ENDINGS, folder, message, open_error, provenance, read_all, sample_event, state_event, state_provenance,
    write, write_states,
};

#[test]
fn sample_events_conserve_energy_and_momentum_at_each_vertex() {
    for number in 0..20 {
        let event = sample_event(number);
        for vertex in &event.vertices {
            let momentum = |i: usize| event.particles[i].momentum;
            let second = vertex.incoming.1.map_or(FourVector::zero(), |i| momentum(i as usize));
            let out = vertex.outgoing().map(momentum).fold(FourVector::zero(), |sum, p| sum + p);
            let left = momentum(vertex.incoming.0 as usize) + second - out;
            assert!([left.e, left.x, left.y, left.z].iter().all(|c| c.abs() < 1e-9), "{left:?}");
        }
    }
}

#[test]
fn every_format_gives_back_events_and_provenance_to_the_bit() {
    let folder = folder("round-trip");
    let expected: Vec<_> = (5..30).map(sample_event).collect();
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        let summary = write(&path, 5, 25).unwrap();
        assert_eq!((summary.events, summary.bytes), (25, fs::metadata(&path).unwrap().len()));
        assert_eq!(read_all(&path).unwrap(), expected, "{ending}");
        assert_eq!(read_provenance(&path).unwrap(), provenance(5, 25), "{ending}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), ENDINGS.len(), "no temporary file is left");
}

#[test]
fn events_from_a_fixed_state_come_back_to_the_bit_even_without_any_vertex() {
    let folder = folder("fixed-state");
    let expected: Vec<_> = (0..9).map(state_event).collect();
    assert!(expected[0].vertices.is_empty() && !expected[1].vertices.is_empty());
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        write_states(&path, 0, 9).unwrap();
        assert_eq!(read_all(&path).unwrap(), expected, "{ending}");
        assert_eq!(read_provenance(&path).unwrap(), state_provenance(0, 9), "{ending}");
    }
}

#[test]
fn events_with_and_without_a_neutrino_do_not_mix_in_hepmc3() {
    let path = folder("mixed").join("run.hepmc3");
    let refused = |provenance: Provenance, mut event: Event| {
        event.process = provenance.processes[0].id;
        let mut sink = create(&path, &provenance, SinkOptions::default()).unwrap();
        sink.write(&event).unwrap_err().to_string()
    };
    let text = refused(state_provenance(0, 1), sample_event(0));
    assert!(text.contains("its run has no beam"), "{text}");
    let text = refused(provenance(0, 1), state_event(0));
    assert!(text.contains("0 primary vertices instead of 1"), "{text}");
    let text = refused(state_provenance(0, 1), Event { weight_gradient: vec![0.0; 2], ..Event::new() });
    assert!(text.contains("first particle is no nucleus"), "{text}");
}

#[test]
fn no_line_is_longer_than_hepmc3_reads() {
    let folder = folder("long-lines");
    let mut run = provenance(0, 9);
    run.config_toml = "#".repeat(300_000);
    let error = create(&folder.join("config.hepmc3"), &run, SinkOptions::default()).map(drop).unwrap_err();
    assert!(error.to_string().contains("gradino.provenance"), "{error}");
    assert!(create(&folder.join("config.parquet"), &run, SinkOptions::default()).is_ok());

    let mut event = sample_event(2);
    event.coordinate_gradient = vec![1.0 / 3.0; 2 * 8000];
    event.energy_jacobian = vec![0.0; 8000 * event.particles.len()];
    for ending in ENDINGS {
        let path = folder.join(format!("event.{ending}"));
        let mut sink = create(&path, &provenance(0, 9), SinkOptions::default()).unwrap();
        (0..2).for_each(|number| sink.write(&sample_event(number)).unwrap());
        match sink.write(&event) {
            Ok(()) => assert_eq!(ending, "parquet"),
            Err(error) => {
                assert!(error.to_string().contains("coordinate_gradient"), "{error}");
                sink.finish_early(2).unwrap();
                assert_eq!(read_all(&path).unwrap(), [sample_event(0), sample_event(1)]);
            }
        }
    }
}

#[test]
fn a_run_without_events_is_a_file_too() {
    let folder = folder("empty");
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        write(&path, 3, 0).unwrap();
        assert_eq!(read_all(&path).unwrap(), [], "{ending}");
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let folder = folder("bytes");
    for ending in ENDINGS {
        let paths = ["a", "b"].map(|name| folder.join(format!("{name}.{ending}")));
        let bytes = paths.map(|path| {
            write(&path, 0, 40).unwrap();
            fs::read(path).unwrap()
        });
        assert!(bytes[0] == bytes[1], "{ending}");
    }
}

#[test]
fn a_run_that_does_not_finish_leaves_no_file() {
    let folder = folder("unfinished");
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        let mut sink = create(&path, &provenance(0, 2), SinkOptions::default()).unwrap();
        sink.write(&sample_event(0)).unwrap();
        let error = sink.finish().unwrap_err();
        assert_eq!(error, Error::WrongEventCount { path, promised: 2, written: 1 });
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let path = folder.join("run.hepmc3");
    let keep = SinkOptions { keep_partial: true, ..SinkOptions::default() };
    drop(create(&path, &provenance(0, 2), keep).unwrap());
    assert!(folder.join("run.hepmc3.part").exists());
}

#[test]
fn existing_files_are_overwritten_only_if_asked() {
    let folder = folder("overwrite");
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        write(&path, 0, 1).unwrap();
        let error = write(&path, 0, 2).unwrap_err();
        assert_eq!(error, Error::AlreadyExists { path: path.clone() }, "{}", message(&error));
        let options = SinkOptions { overwrite: true, ..SinkOptions::default() };
        create(&path, &provenance(0, 0), options).unwrap().finish().unwrap();
        assert_eq!(read_all(&path).unwrap(), []);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_named() {
    let folder = folder("full");
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        std::os::unix::fs::symlink("/dev/full", folder.join(format!("run.{ending}.part"))).unwrap();
        let options = SinkOptions { overwrite: true, ..SinkOptions::default() };
        let error = create(&path, &provenance(0, 1), options).and_then(|mut sink| {
            sink.write(&sample_event(0))?;
            sink.finish()
        });
        assert_eq!(error, Err(Error::DiskFull { path: path.clone() }), "{ending}");
        assert!(!path.exists());
    }
}

#[test]
fn events_that_no_file_can_hold_are_refused() {
    let folder = folder("bad-events");
    let mut bad = [sample_event(1), sample_event(0), sample_event(0), sample_event(0), sample_event(0)];
    bad[1].process = 3;
    bad[2].weight = f64::NAN;
    bad[3].weight_gradient.clear();
    bad[4].vertices[1].incoming.0 = 90;
    for (i, event) in bad.iter().enumerate() {
        for ending in ["hepmc3", "parquet"] {
            let path = folder.join(format!("{i}.{ending}"));
            let mut sink = create(&path, &provenance(0, 1), SinkOptions::default()).unwrap();
            let error = sink.write(event).unwrap_err();
            assert!(matches!(error, Error::BadEvent { .. }), "{i}: {error}");
        }
    }
    let mut two_beams = sample_event(0);
    two_beams.particles[1].status = gradino_core::Status::Beam;
    let mut sink = create(&folder.join("a.hepmc3"), &provenance(0, 1), SinkOptions::default()).unwrap();
    let error = sink.write(&two_beams).unwrap_err();
    assert!(error.to_string().contains("2 beams"), "{error}");
}

#[test]
fn missing_foreign_and_unknown_files_are_told_apart() {
    let folder = folder("foreign");
    assert!(matches!(open_error(&folder.join("no.hepmc3")), Some(Error::Unreadable { .. })));
    assert!(matches!(open_error(&folder.join("no.parquet")), Some(Error::Unreadable { .. })));
    assert!(matches!(open_error(&folder.join("no.root")), Some(Error::UnknownFormat { .. })));
    let foreign = folder.join("foreign.hepmc3");
    fs::write(&foreign, "HepMC::Version 3.03.01\nHepMC::Asciiv3-START_EVENT_LISTING\nW CV\n").unwrap();
    let error = open_error(&foreign).unwrap();
    assert!(matches!(error, Error::BadLine { line: 1, .. }), "{}", message(&error));
    let foreign = folder.join("foreign.parquet");
    fs::write(&foreign, "PAR1 nothing of use PAR1").unwrap();
    assert!(matches!(open_error(&foreign), Some(Error::BadContent { .. })));
}

#[test]
fn a_parquet_file_of_many_batches_and_row_groups_comes_back() {
    let path = folder("large").join("run.parquet");
    let n_events = (1 << 16) + 5000;
    let template: Vec<_> = (0..6).map(sample_event).collect();
    let mut sink = create(&path, &provenance(0, n_events), SinkOptions::default()).unwrap();
    let mut event = template[0].clone();
    for number in 0..n_events {
        event.clone_from(&template[number as usize % 6]);
        event.number = number;
        sink.write(&event).unwrap();
    }
    sink.finish().unwrap();
    let mut source = open(&path).unwrap();
    for number in 0..n_events {
        assert!(source.read(&mut event).unwrap());
        assert_eq!((event.number, &event.particles), (number, &template[number as usize % 6].particles));
    }
    assert!(!source.read(&mut event).unwrap());
}

/// Files for the tests in Python, in `target/test-files` or where `GRADINO_TEST_FILES` says.
#[test]
fn sample_files_for_other_readers_are_written() {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-files");
    let folder = std::env::var_os("GRADINO_TEST_FILES").unwrap_or_else(|| default.into());
    let folder = std::path::PathBuf::from(folder);
    fs::create_dir_all(&folder).unwrap();
    for ending in ENDINGS {
        let path = folder.join(format!("sample.{ending}"));
        let options = SinkOptions { overwrite: true, ..SinkOptions::default() };
        let mut sink = create(&path, &provenance(0, 50), options).unwrap();
        (0..50).for_each(|number| sink.write(&sample_event(number)).unwrap());
        sink.finish().unwrap();
        let path = folder.join(format!("states.{ending}"));
        let mut sink = create(&path, &state_provenance(0, 9), options).unwrap();
        (0..9).for_each(|number| sink.write(&state_event(number)).unwrap());
        sink.finish().unwrap();
    }
}
