//! Counts the allocations of a thread, and the bytes that it allocates and frees.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::thread::LocalKey;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
    static ALLOCATION_COUNT: Cell<usize> = const { Cell::new(0) };
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with counters for each thread. A reallocation frees the old size and allocates the new size.
struct Counting;

impl Counting {
    fn count(counter: &'static LocalKey<Cell<usize>>, amount: usize) {
        // A thread that ends may have dropped its counters already.
        let _ = counter.try_with(|counted| counted.set(counted.get() + amount));
    }
}

#[expect(unsafe_code, reason = "the trait is unsafe to implement; every call is forwarded unchanged")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(&ALLOCATED, layout.size());
        Self::count(&ALLOCATION_COUNT, 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::count(&FREED, layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count(&FREED, layout.size());
        Self::count(&ALLOCATED, size);
        Self::count(&ALLOCATION_COUNT, 1);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Returns the number of bytes that a call allocates in this thread.
pub(crate) fn allocated_by(call: impl FnOnce()) -> usize {
    let before = ALLOCATED.get();
    call();
    ALLOCATED.get() - before
}

/// Returns the number of allocations of a call in this thread. A reallocation is one.
pub(crate) fn allocation_count(call: impl FnOnce()) -> usize {
    let before = ALLOCATION_COUNT.get();
    call();
    ALLOCATION_COUNT.get() - before
}

/// Returns the number of bytes that this thread has allocated and not freed.
pub(crate) fn allocated_now() -> usize {
    // This thread can free memory of another thread, so the difference can be negative for a while.
    ALLOCATED.get().wrapping_sub(FREED.get())
}
