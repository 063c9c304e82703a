//! Panics of a library that are errors here, and say nothing.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether a panic on this thread is expected.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The result of a step, or none if it panics. Such a panic prints nothing: the panic hook of the
/// program is called for all other panics, also on other threads, as before.
pub(super) fn catch<T>(step: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    // A hook cannot be set while this thread panics.
    if !std::thread::panicking() {
        HOOK.call_once(|| {
            let others = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !QUIET.get() {
                    others(info);
                }
            }));
        });
    }
    let before = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(step));
    QUIET.set(before);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_panics_inside_are_quiet() {
        assert_eq!(catch(|| QUIET.get()), Some(true));
        let nested = catch(|| {
            assert_eq!(catch(|| -> u8 { panic!("expected") }), None);
            QUIET.get()
        });
        assert_eq!(nested, Some(true));
        assert_eq!(catch(|| -> u8 { panic!("expected") }), None);
        assert!(!QUIET.get());
        assert_eq!(catch(|| std::thread::spawn(|| QUIET.get()).join().ok()), Some(Some(false)));
    }
}
