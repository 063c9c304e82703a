//! Memory that is asked for before it is needed: tables of hundreds of megabytes are read at random.

/// Bytes of a line of the cache.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// Asks for the memory of `x` to be brought near, and does not wait for it.
#[inline]
pub(super) fn fetch<T>(x: &[T]) {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    for at in (0..size_of_val(x)).step_by(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is inside `x`, and nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(x.as_ptr().cast::<u8>().add(at).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = x;
}
