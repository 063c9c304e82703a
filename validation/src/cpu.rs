//! Processor time.

/// Ticks of the kernel's clock in a second, the same on every Linux that a user meets.
const TICKS: f64 = 100.0;

/// Processor time of this process so far, all threads together [s]; none where the system does not tell.
pub fn seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets and may hold anything; times are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS)
}

/// The result of `work` with the processor time that it took [s], NaN where the system does not tell.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begin = seconds();
    let result = work();
    let spent = seconds().zip(begin).map_or(f64::NAN, |(end, begin)| end - begin);
    (result, spent)
}
