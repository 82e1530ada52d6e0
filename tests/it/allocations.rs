//! Counts the bytes that a thread allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with a counter for each thread. A reallocation counts as an allocation of its new size.
struct Counting;

impl Counting {
    fn count(bytes: usize) {
        // A thread that ends has no counter left.
        let _ = ALLOCATED.try_with(|allocated| allocated.set(allocated.get() + bytes));
    }
}

#[expect(unsafe_code, reason = "the trait is unsafe to implement; every call is forwarded unchanged")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Returns the number of bytes that a call allocates in this thread.
pub(crate) fn allocated_by(call: impl FnOnce()) -> usize {
    let before = ALLOCATED.get();
    call();
    ALLOCATED.get() - before
}
