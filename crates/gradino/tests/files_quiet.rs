//! Damaged Parquet files say nothing but their error.

mod support;

use std::fs;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{folder, read_all, write};

static HEARD: AtomicUsize = AtomicUsize::new(0);

#[test]
fn panics_of_the_parquet_library_are_errors_and_quiet() {
    panic::set_hook(Box::new(|_| _ = HEARD.fetch_add(1, Ordering::Relaxed)));
    let path = folder("quiet").join("run.parquet");
    write(&path, 0, 3).unwrap();
    let bytes = fs::read(&path).unwrap();
    let mut damaged = 0;
    for place in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x55;
        fs::write(&path, changed).unwrap();
        damaged += usize::from(read_all(&path).is_err_and(|e| e.to_string().ends_with("it is damaged")));
    }
    println!("{damaged} of {} damaged files made the library panic", bytes.len().div_ceil(7));
    let quiet = HEARD.load(Ordering::Relaxed);
    assert!(panic::catch_unwind(|| panic!("of the test")).is_err());
    // A failure of this test itself must be printed.
    drop(panic::take_hook());
    assert_eq!((quiet, HEARD.load(Ordering::Relaxed)), (0, 1), "only other panics are heard");
}
