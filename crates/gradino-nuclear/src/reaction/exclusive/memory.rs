//! Memory that is asked for before it is needed: tables of hundreds of megabytes are read at random.

/// Asks for the memory of `x` to be brought near, and does not wait for it.
#[inline]
pub(super) fn fetch<T>(x: &[T]) {
    /// Bytes of a line of the cache.
    const LINE: usize = 64;
    let start = x.as_ptr().cast::<u8>();
    for at in (0..size_of_val(x)).step_by(LINE) {
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code)]
        // SAFETY: the address is inside `x`, and nothing is read.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(start.add(at).cast());
        }
    }
}
