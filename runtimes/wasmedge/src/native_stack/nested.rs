//! Calls into compiled code out of a host function.
//!
//! WasmEdge keeps the executor's stack of the call that runs in variables of the thread, and
//! versions before 0.17 leave them at the inner call's when that returns to a host function:
//! the outer call then uses a stack that is gone. The canary finds out which words an inner
//! call leaves changed; they are put back after each.

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

use super::THREAD;

/// Words of the library's thread-local variables that an inner call leaves changed, and the
/// address in the library by which its variables are found.
struct Dirt {
    words: Vec<usize>,
    code: usize,
}

static DIRT: OnceLock<Dirt> = OnceLock::new();

/// Most words that are put back; five are known.
const MOST: usize = 16;

/// A copy of the thread's variables of the library that `code` is in.
pub(crate) fn snapshot(code: usize) -> Vec<usize> {
    let Some((first, words)) = block(code) else {
        return Vec::new();
    };
    // SAFETY: the thread's own block, aligned as words, which nobody writes to meanwhile.
    unsafe { std::slice::from_raw_parts(first, words) }.to_vec()
}

/// Notes which words an inner call has changed since the snapshot, and puts them back.
pub(crate) fn learn(code: usize, before: &[usize]) {
    let after = snapshot(code);
    let words = before.iter().zip(&after).enumerate();
    let words: Vec<usize> = words
        .filter(|(_, (before, after))| before != after)
        .map(|(at, _)| at)
        .take(MOST)
        .collect();
    if let Some((first, _)) = block(code) {
        for word in &words {
            // SAFETY: words of the thread's own block, of which the snapshot was taken.
            unsafe { first.add(*word).write(before[*word]) };
        }
    }
    let _ = DIRT.set(Dirt { words, code });
}

/// Whether [`learn`] was called.
pub(crate) fn is_learnt() -> bool {
    DIRT.get().is_some()
}

/// Runs `call`, which enters compiled code out of a host function.
#[inline]
pub(super) fn cleanly<T>(call: impl FnOnce() -> T) -> T {
    let dirt = match DIRT.get() {
        Some(dirt) if !dirt.words.is_empty() => dirt,
        _ => return call(),
    };
    let first = THREAD.with(|thread| {
        if thread.variables.get() == 0 {
            let block = block(dirt.code).map_or(0, |(first, _)| first.expose_provenance());
            thread.variables.set(block);
        }
        std::ptr::with_exposed_provenance_mut::<usize>(thread.variables.get())
    });
    if first.is_null() {
        return call();
    }
    let mut kept = [0; MOST];
    for (place, word) in kept.iter_mut().zip(&dirt.words) {
        // SAFETY: words of the thread's own block, as found by `learn`.
        *place = unsafe { first.add(*word).read() };
    }
    let result = call();
    for (place, word) in kept.iter().zip(&dirt.words) {
        // SAFETY: as above; the outer call goes on with the values that it left.
        unsafe { first.add(*word).write(*place) };
    }
    result
}

/// This thread's variables of the library that `code` is in: the first word and how many.
fn block(code: usize) -> Option<(*mut usize, usize)> {
    struct Search {
        code: usize,
        found: Option<(*mut usize, usize)>,
    }
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        size: usize,
        search: *mut c_void,
    ) -> c_int {
        // SAFETY: what `dl_iterate_phdr` gives, and what it was given.
        unsafe {
            let (info, search) = (&*info, &mut *search.cast::<Search>());
            if size < size_of::<libc::dl_phdr_info>() || info.dlpi_phdr.is_null() {
                return 0;
            }
            let headers = std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
            let holds = headers.iter().any(|header| {
                let first = info.dlpi_addr as usize + header.p_vaddr as usize;
                header.p_type == libc::PT_LOAD
                    && (first..first + header.p_memsz as usize).contains(&search.code)
            });
            if !holds {
                return 0;
            }
            let variables = headers.iter().find(|header| header.p_type == libc::PT_TLS);
            if let Some(header) = variables
                && !info.dlpi_tls_data.is_null()
            {
                let words = header.p_memsz as usize / size_of::<usize>();
                search.found = Some((info.dlpi_tls_data.cast(), words));
            }
            1
        }
    }
    let mut search = Search { code, found: None };
    // SAFETY: the callback takes what it is given here.
    unsafe { libc::dl_iterate_phdr(Some(look), std::ptr::from_mut(&mut search).cast()) };
    search.found
}
