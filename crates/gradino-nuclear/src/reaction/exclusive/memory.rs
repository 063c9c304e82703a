//! Memory of tables of hundreds of megabytes that are read at random: laid in large pages, and asked for before it is needed;
//! and memory of vectors, none of which lies across two lines of the cache.

use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

/// Bytes of a line of the cache.
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

/// An empty vector with room for `capacity` elements, in large pages where the system has them: a read at random then seldom
/// waits for the translation of its address.
pub(super) fn vec_in_large_pages<T>(capacity: usize) -> Vec<T> {
    let mut empty = Vec::with_capacity(capacity);
    advise(empty.spare_capacity_mut());
    empty
}

/// Asks for large pages for the whole ones of them in `room`. It is a wish, so that an answer does not matter.
#[cfg(target_os = "linux")]
fn advise<T>(room: &mut [MaybeUninit<T>]) {
    /// Bytes of a large page: those of x86-64, and of aarch64 with pages of 4 KiB.
    const LARGE: usize = 1 << 21;
    let (bytes, start) = (size_of_val(room), room.as_mut_ptr().cast::<u8>());
    let skipped = start.align_offset(LARGE);
    let whole = bytes.saturating_sub(skipped) / LARGE * LARGE;
    if whole > 0 {
        #[allow(unsafe_code)]
        // SAFETY: the range lies inside `room`, and the advice changes no content.
        unsafe {
            libc::madvise(start.add(skipped).cast(), whole, libc::MADV_HUGEPAGE);
        }
    }
}

/// Other systems choose the size of pages themselves.
#[cfg(not(target_os = "linux"))]
fn advise<T>(_: &mut [MaybeUninit<T>]) {}

/// Numbers of 4 or 8 bytes that begin with a line of the cache: so no vector lies in two lines that need not.
#[derive(Debug)]
pub(super) struct Aligned<C> {
    room: Vec<C>,
    len: usize,
}

impl<C: Copy> Aligned<C> {
    /// `len` times `value`.
    pub(super) fn new(len: usize, value: C) -> Self {
        Aligned { room: vec![value; len + LINE / size_of::<f32>() - 1], len }
    }

    #[inline]
    fn start(&self) -> usize {
        // Where it cannot be known, any place will do.
        self.room.as_ptr().align_offset(LINE).min(self.room.len() - self.len)
    }
}

impl<C: Copy> Deref for Aligned<C> {
    type Target = [C];
    #[inline]
    fn deref(&self) -> &[C] {
        &self.room[self.start()..][..self.len]
    }
}

impl<C: Copy> DerefMut for Aligned<C> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [C] {
        let start = self.start();
        &mut self.room[start..start + self.len]
    }
}

impl<C: Copy> From<&[C]> for Aligned<C> {
    fn from(values: &[C]) -> Self {
        let Some(&first) = values.first() else { return Aligned { room: Vec::new(), len: 0 } };
        let mut copy = Aligned::new(values.len(), first);
        copy.copy_from_slice(values);
        copy
    }
}

impl<C: Copy> Clone for Aligned<C> {
    fn clone(&self) -> Self {
        Aligned::from(&self[..])
    }
}

impl<C: Copy + PartialEq> PartialEq for Aligned<C> {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_lie_where_they_may_also_in_a_copy() {
        for len in [1, 8, 37, 1000] {
            let values: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let aligned = Aligned::from(&values[..]);
            let copy = aligned.clone();
            for a in [&aligned, &copy] {
                assert_eq!(a[..], values[..]);
                assert_eq!(a.as_ptr() as usize % LINE, 0);
            }
            assert_eq!(aligned, copy);
        }
        assert!(Aligned::<f64>::from(&[][..]).clone().is_empty());
        let mut doubles = Aligned::new(9, 1.5f64);
        doubles[8] = 2.0;
        assert_eq!((doubles.as_ptr() as usize % LINE, doubles[7], doubles.len()), (0, 1.5, 9));
    }

    #[test]
    fn large_pages_hold_what_is_put_in() {
        for capacity in [0, 3, 3_000_000] {
            let mut all: Vec<u64> = vec_in_large_pages(capacity);
            assert!(all.is_empty() && all.capacity() >= capacity);
            all.extend(0..capacity as u64);
            fetch(&all);
            assert!(all.iter().enumerate().all(|(i, &x)| x == i as u64));
        }
    }
}
