//! CPU time.

use std::sync::OnceLock;
use std::time::Instant;

/// CPU time of this thread [s] where the system tells it (Linux), else the time on the wall; a difference of two
/// calls on one thread has a meaning.
pub(crate) fn cpu_seconds() -> f64 {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    let of_thread = || -> Option<f64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(1e-9 * text.split_whitespace().next()?.parse::<f64>().ok()?)
    };
    of_thread().unwrap_or_else(|| BEGUN.get_or_init(Instant::now).elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_goes_forward() {
        let begun = cpu_seconds();
        let sum: f64 = (0..30_000_000).map(|i| std::hint::black_box(f64::from(i)).sqrt()).sum();
        assert!(std::hint::black_box(sum) > 0.0 && cpu_seconds() > begun);
    }
}
