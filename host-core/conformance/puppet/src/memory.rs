//! Memory for the host's answers and for the puppet itself.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;

const ALIGN: usize = 16;

/// Memory that the host will write an answer to; null when there is none left.
pub fn allocate(size: usize) -> *mut u8 {
    match Layout::from_size_align(size.max(1), ALIGN) {
        // SAFETY: the size is not zero.
        Ok(layout) => unsafe { alloc(layout) },
        Err(_) => core::ptr::null_mut(),
    }
}

/// The bytes of an answer.
///
/// # Safety
/// The host wrote `size` bytes at `address`, which it got from [`allocate`].
pub unsafe fn given<'a>(address: usize, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(address as *const u8, size) }
}

/// Gives the memory of an answer back.
///
/// # Safety
/// As for [`given`], and nobody uses the answer any more.
pub unsafe fn give_back(address: usize, size: usize) {
    if size > 0 {
        // SAFETY: this is the layout that `allocate` used.
        unsafe {
            dealloc(
                address as *mut u8,
                Layout::from_size_align_unchecked(size, ALIGN),
            )
        };
    }
}

#[cfg(target_arch = "wasm32")]
mod heap {
    //! A heap of lists of free blocks, one list for each power of two.

    use core::alloc::{GlobalAlloc, Layout};
    use core::arch::wasm32;
    use core::cell::UnsafeCell;

    const PAGE: usize = 65_536;
    const SMALLEST: usize = 16;
    const CLASSES: usize = 28;

    struct Lists {
        free: [*mut u8; CLASSES],
        at: usize,
        end: usize,
    }

    struct Heap(UnsafeCell<Lists>);

    // SAFETY: the guest has one thread.
    unsafe impl Sync for Heap {}

    #[global_allocator]
    static HEAP: Heap = Heap(UnsafeCell::new(Lists {
        free: [core::ptr::null_mut(); CLASSES],
        at: 0,
        end: 0,
    }));

    fn class(layout: Layout) -> usize {
        let size = layout
            .size()
            .max(layout.align())
            .max(SMALLEST)
            .next_power_of_two();
        (size / SMALLEST).trailing_zeros() as usize
    }

    // SAFETY: blocks are apart from each other, aligned to their size up to a page, and
    // given out once until they come back.
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: one thread, and no allocation happens inside an allocation.
            let lists = unsafe { &mut *self.0.get() };
            let class = class(layout);
            if class >= CLASSES {
                return core::ptr::null_mut();
            }
            let head = lists.free[class];
            if !head.is_null() {
                // SAFETY: a free block begins with the address of the next one.
                lists.free[class] = unsafe { head.cast::<*mut u8>().read() };
                return head;
            }
            let size = SMALLEST << class;
            let align = size.min(PAGE);
            let mut start = lists.at.next_multiple_of(align);
            if start + size > lists.end {
                let pages = size.div_ceil(PAGE);
                let old = wasm32::memory_grow::<0>(pages);
                if old == usize::MAX {
                    return core::ptr::null_mut();
                }
                if old * PAGE != lists.end {
                    start = old * PAGE;
                } else {
                    start = lists.at.next_multiple_of(align);
                }
                lists.end = (old + pages) * PAGE;
            }
            lists.at = start + size;
            start as *mut u8
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: one thread; the block is free now and large enough for an address.
            unsafe {
                let lists = &mut *self.0.get();
                let class = class(layout);
                block.cast::<*mut u8>().write(lists.free[class]);
                lists.free[class] = block;
            }
        }
    }

    // The C library of this target has the memory functions that compiled code calls.
    #[cfg_attr(target_os = "wasi", link(name = "c"))]
    extern "C" {}

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        wasm32::unreachable()
    }
}
