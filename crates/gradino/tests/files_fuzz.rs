//! Damaged files are refused with a line number, and never stop the program.

mod support;

use gradino::Error;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use support::{folder, read_all, write};

/// The bytes of a small file.
fn sample(folder: &Path, ending: &str) -> Vec<u8> {
    let path = folder.join(format!("sample.{ending}"));
    write(&path, 0, 3).expect("a run is written");
    fs::read(path).expect("the file is there")
}

/// What reading these bytes gives.
fn read(path: &PathBuf, bytes: &[u8]) -> gradino::Result<usize> {
    fs::write(path, bytes).expect("the folder of tests can be written");
    read_all(path).map(|events| events.len())
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let folder = folder("cut");
    for (ending, step) in [("hepmc3", 7), ("hepmc3.gz", 11), ("hepmc3.zst", 11), ("parquet", 501)] {
        let bytes = sample(&folder, ending);
        let path = folder.join(format!("cut.{ending}"));
        // The last byte of the text is an empty line.
        for end in (0..bytes.len() - 2).step_by(step) {
            assert!(read(&path, &bytes[..end]).is_err(), "{ending} cut to {end} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn a_cut_text_says_how_many_events_are_whole() {
    let folder = folder("cut-count");
    let bytes = sample(&folder, "hepmc3");
    let text = String::from_utf8(bytes).unwrap();
    let third = text.rfind("\nE 2 ").unwrap();
    let path = folder.join("cut.hepmc3");
    let error = read(&path, &text.as_bytes()[..third + 40]).unwrap_err();
    assert_eq!(error, Error::Truncated { path, events: 2 });
}

#[test]
fn a_bad_line_is_named() {
    let folder = folder("bad-line");
    let text = String::from_utf8(sample(&folder, "hepmc3")).unwrap();
    let path = folder.join("bad.hepmc3");
    let changes = [
        ("\nU MEV CM", "\nU GEV MM"),
        ("\nV -2 22", "\nV -3 22"),
        ("\nV -1 1 [1,2]", "\nV -1 1 [1,9]"),
        ("\nP 3 -1 11 ", "\nP 3 -1 eleven "),
        ("\nA 4 parity 1", "\nA 4 parity 2"),
        ("\nP 1 0 12 0 0 ", "\nP 1 0 12 nan 0 "),
        ("\nE 1 ", "\nE 5 "),
    ];
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        let changed = text.replacen(old, new, 1);
        let place = changed.find(new).unwrap() + 1;
        let expected = changed[..place].matches('\n').count() as u64 + 1;
        match read(&path, changed.as_bytes()) {
            Err(Error::BadLine { line, .. }) => assert_eq!(line, expected, "{new}"),
            other => panic!("{new}: {other:?}"),
        }
    }
}

#[test]
fn an_event_that_is_not_right_is_named_by_its_first_line() {
    let folder = folder("bad-event");
    let text = String::from_utf8(sample(&folder, "hepmc3")).unwrap();
    let start = text[..text.find("\nE 0 ").unwrap() + 1].matches('\n').count() as u64 + 1;
    let path = folder.join("bad.hepmc3");
    for (old, new) in [
        ("\nA 0 signal_process_id 100", "\nA 0 signal_process_id 7"),
        ("\nA 0 lab_pos 0 0 0", "\nW 1\nA 0 lab_pos 0 0 0"),
        ("\nE 0 5 ", "\nE 0 4 "),
    ] {
        assert!(text.contains(old), "{old}");
        let error = read(&path, text.replacen(old, new, 1).as_bytes()).unwrap_err();
        assert!(matches!(error, Error::BadLine { line, .. } if line == start), "{new}: {error}, not {start}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic(place in 0.0..1.0f64, bytes in proptest::collection::vec(any::<u8>(), 0..6), removed in 0usize..40) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-bytes");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("sample.hepmc3");
        if !path.exists() {
            write(&path, 0, 3).unwrap();
        }
        let mut text = fs::read(path).unwrap();
        let start = (place * text.len() as f64) as usize;
        let end = (start + removed).min(text.len());
        text.splice(start..end, bytes);
        let _ = read(&folder.join("fuzzed.hepmc3"), &text);
    }

    #[test]
    fn changed_bytes_of_parquet_never_panic(place in 0.0..1.0f64, bytes in proptest::collection::vec(any::<u8>(), 1..6)) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-parquet");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("sample.parquet");
        if !path.exists() {
            write(&path, 0, 3).unwrap();
        }
        let mut content = fs::read(path).unwrap();
        let start = (place * (content.len() - bytes.len()) as f64) as usize;
        content[start..start + bytes.len()].copy_from_slice(&bytes);
        let _ = read(&folder.join("fuzzed.parquet"), &content);
    }

    #[test]
    fn shuffled_lines_never_panic(lines in proptest::collection::vec(
        prop_oneof![
            r"P [0-9]{1,2} -?[0-9] [0-9]{1,4} 0 0 1 1 0 (1|2|4|20|23|9)",
            r"V -?[0-9] (1|22|23|7) \[[0-9]{0,2},?[0-9]{0,2}\]?",
            r"A [0-9] (Ex|twoJ|parity|charge|lab_pos|coordinate_gradient|energy_jacobian|x) -?[0-9]{0,9}",
            r"E [0-9]{1,20} [0-9]{1,3} [0-9]{1,20}",
            r"W( 1e?[0-9]{0,4}){0,4}",
            r"U (MEV|GEV) (CM|MM)",
            "HepMC::Asciiv3-END_EVENT_LISTING",
            r"[ -~é]{0,12}",
        ], 0..12)) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-lines");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("sample.hepmc3");
        if !path.exists() {
            write(&path, 0, 1).unwrap();
        }
        let text = fs::read_to_string(path).unwrap();
        let head = &text[..text.find("\nE 0").unwrap() + 1];
        let fuzzed = format!("{head}E 0 2 4\n{}\nHepMC::Asciiv3-END_EVENT_LISTING\n\n", lines.join("\n"));
        let _ = read(&folder.join("fuzzed.hepmc3"), fuzzed.as_bytes());
    }
}
