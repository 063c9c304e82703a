//! A run that was interrupted leaves a whole file of the events that it made.

mod support;

use gradino::Error;
use gradino::io::{SinkOptions, create, merge, read_provenance};
use std::fs;
use std::path::Path;
use support::{
    ENDINGS, folder, provenance, read_all, sample_event, state_event, state_provenance, write, write_states,
};

/// Ends a run over `promised` events from `first` behind `count`.
fn write_early(path: &Path, first: u64, promised: u64, count: u64, options: SinkOptions) {
    let mut sink = create(path, &provenance(first, promised), options).expect("the file is written");
    (first..first + count).for_each(|number| sink.write(&sample_event(number)).expect("the file is written"));
    let summary = sink.finish_early(count).expect("the file is written");
    assert_eq!(
        (summary.events, summary.bytes),
        (count, fs::metadata(path).expect("the file is written").len())
    );
}

#[test]
fn a_file_ended_early_is_that_of_a_shorter_run_to_the_bit() {
    let folder = folder("early");
    for ending in ENDINGS {
        // Many blocks of text, none, and as many events as promised.
        for (promised, count) in [(1_000_000, 150), (7, 0), (5, 5)] {
            let paths = ["early", "short"].map(|name| folder.join(format!("{name}-{count}.{ending}")));
            write_early(&paths[0], 3, promised, count, SinkOptions::default());
            write(&paths[1], 3, count).unwrap();
            assert_eq!(read_provenance(&paths[0]).unwrap(), provenance(3, count));
            assert!(fs::read(&paths[0]).unwrap() == fs::read(&paths[1]).unwrap(), "{ending}, {count}");
        }
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 6 * ENDINGS.len(), "no temporary file is left");
}

#[test]
fn an_interrupted_and_resumed_run_gives_the_file_of_the_whole_run_to_the_bit() {
    let folder = folder("resume");
    for ending in ENDINGS {
        let [whole, early, rest, merged] =
            ["whole", "early", "rest", "merged"].map(|name| folder.join(format!("{name}.{ending}")));
        write(&whole, 0, 120).unwrap();
        write_early(&early, 0, 120, 77, SinkOptions::default());
        write(&rest, 77, 43).unwrap();
        merge(&[early, rest], &merged, SinkOptions::default()).unwrap();
        assert!(fs::read(whole).unwrap() == fs::read(merged).unwrap(), "{ending}");
    }
}

#[test]
fn an_interrupted_run_from_a_fixed_state_can_go_on_too() {
    let folder = folder("resume-states");
    for ending in ENDINGS {
        let [whole, early, rest, merged] =
            ["whole", "early", "rest", "merged"].map(|name| folder.join(format!("{name}.{ending}")));
        write_states(&whole, 0, 12).unwrap();
        let mut sink = create(&early, &state_provenance(0, 12), SinkOptions::default()).unwrap();
        (0..5).for_each(|number| sink.write(&state_event(number)).unwrap());
        sink.finish_early(5).unwrap();
        write_states(&rest, 5, 7).unwrap();
        merge(&[rest, early], &merged, SinkOptions::default()).unwrap();
        assert!(fs::read(whole).unwrap() == fs::read(merged).unwrap(), "{ending}");
    }
}

#[test]
fn a_file_ended_early_replaces_others_only_if_asked_and_keeps_no_temporary_file() {
    let folder = folder("early-overwrite");
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        let keep = SinkOptions { overwrite: false, keep_partial: true };
        write_early(&path, 0, 9, 4, keep);
        write_early(&path, 0, 9, 2, SinkOptions { overwrite: true, ..keep });
        assert_eq!(read_all(&path).unwrap().len(), 2);
        let theirs = folder.join(format!("theirs.{ending}"));
        let sink = create(&theirs, &provenance(0, 9), SinkOptions::default()).unwrap();
        fs::write(&theirs, "theirs").unwrap();
        assert_eq!(sink.finish_early(0), Err(Error::AlreadyExists { path: theirs.clone() }));
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2 * ENDINGS.len());
}

#[test]
fn a_wrong_number_of_events_is_refused() {
    let folder = folder("early-count");
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        let mut sink = create(&path, &provenance(0, 9), SinkOptions::default()).unwrap();
        sink.write(&sample_event(0)).unwrap();
        let error = sink.finish_early(2).unwrap_err();
        assert_eq!(error, Error::WrongEventCount { path, promised: 2, written: 1 });
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
