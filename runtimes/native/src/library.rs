//! A private copy of the guest's library, opened.

use std::io::Write;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

/// Whether copies stay in the folder for temporary files.
static KEEP: AtomicBool = AtomicBool::new(false);

/// Lets the copies that are opened from now on stay where they are, in the folder for
/// temporary files: a profiler reads the names of functions from them when all is over.
pub(crate) fn keep_copies() {
    KEEP.store(true, Ordering::Relaxed);
}

/// One loaded copy. Every copy is a file of its own, because the dynamic linker would give
/// out the same library, statics and all, for the same file.
pub(crate) struct LibraryCopy(ManuallyDrop<Library>);

impl Drop for LibraryCopy {
    fn drop(&mut self) {
        let _turn = turn();
        // SAFETY: dropped here only, and not used after.
        unsafe { ManuallyDrop::drop(&mut self.0) };
    }
}

impl LibraryCopy {
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, String> {
        let _turn = turn();
        let file = tempfile::Builder::new()
            .prefix("native-twin-")
            .suffix(std::env::consts::DLL_SUFFIX)
            .tempfile()
            .and_then(|mut file| file.write_all(bytes).map(|()| file.into_temp_path()))
            .map_err(|error| {
                format!("its private copy could not be written: {error}; set TMPDIR to a folder with space")
            })?;
        let path = file.to_path_buf();
        if KEEP.load(Ordering::Relaxed) {
            file.keep().map_err(|error| error.to_string())?;
        }
        // SAFETY: opening runs the library's initialisers; whoever asks for a native twin
        // trusts it with the process. The file is private and removed right after, unless a
        // profiler needs it.
        unsafe { Library::open(Some(path.as_os_str()), RTLD_LOCAL | RTLD_NOW) }
            .map(|library| Self(ManuallyDrop::new(library)))
            .map_err(|error| explain(&error))
    }

    /// The address of `name`; `None` where the library has none.
    ///
    /// # Safety
    /// `T` must be the type of a function pointer that fits the function of that name, and
    /// must not be called after the copy is dropped.
    pub(crate) unsafe fn function<T: Copy>(&self, name: &str) -> Option<T> {
        // SAFETY: the caller's promise.
        unsafe { self.0.get::<T>(name) }.ok().map(|symbol| *symbol)
    }

    /// Whether the library has a symbol of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        // SAFETY: the pointer is only asked for, never used.
        unsafe { self.function::<*const ()>(name) }.is_some()
    }
}

/// A turn at what is done once for each copy: opening, the guest's start, closing.
///
/// Guests were written for one thread. Whatever their initialisers have in common across
/// copies, the C library's and the dynamic linker's own state included, they find it in
/// nobody else's hands.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn explain(error: &libloading::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    let hosts = text.contains("proxy_") || text.contains("wasi_ephemeral_nn_");
    if hosts && text.contains("ndefined symbol") {
        text.push_str(
            ": no host function, or this program was linked without \
             -Wl,--export-dynamic-symbol=proxy_* and the same for wasi_ephemeral_nn_*",
        );
    } else if text.contains("failed to map segment") || text.contains("not permitted") {
        text.push_str("; set TMPDIR to a folder from which programs may run");
    }
    text
}
