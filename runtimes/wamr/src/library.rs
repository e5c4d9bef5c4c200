//! The builds of WAMR, each initialised once in a process and never taken down.

use std::ffi::c_int;
use std::sync::OnceLock;

use crate::api::{Api, InitArguments, SYSTEM_ALLOCATOR};
use crate::cache::{self, VERSION};
use crate::error::Missing;
use crate::{imports, layout, signals};

/// Which build. Only one of them can be linked, as their symbols are the same.
///
/// Those that end a guest at its deadline have WAMR's thread manager, whose check at every
/// branch and whose locks at every call the others go without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// Fast interpreter and loader of artifacts, linked.
    Fast,
    FastDeadline,
    Classic,
    ClassicDeadline,
    FastJit,
    FastJitDeadline,
    LlvmJit,
}

/// How many builds there are.
pub(crate) const BUILDS: usize = 7;

/// Bytes of code that Fast JIT may hold for all modules.
const FAST_JIT_CACHE: u32 = 128 << 20;

impl Build {
    /// The library's name; the linked one has none.
    const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Fast => return None,
            Self::FastDeadline => "fast-deadline",
            Self::Classic => "classic",
            Self::ClassicDeadline => "classic-deadline",
            Self::FastJit => "fast-jit",
            Self::FastJitDeadline => "fast-jit-deadline",
            Self::LlvmJit => "llvm-jit",
        })
    }

    /// `RunningMode` of wasm_export.h.
    pub(crate) const fn running_mode(self) -> c_int {
        match self {
            Self::Fast | Self::FastDeadline | Self::Classic | Self::ClassicDeadline => 1,
            Self::FastJit | Self::FastJitDeadline => 2,
            Self::LlvmJit => 3,
        }
    }

    /// Why it cannot be opened, as far as can be told without opening it.
    pub(crate) fn missing(self) -> Option<Missing> {
        match self.name() {
            Some(name) => cache::find(name).err(),
            None => linked_missing(),
        }
    }

    fn api(self) -> Result<Api, Missing> {
        match self.name() {
            Some(name) => {
                let library = cache::open(name)?;
                // SAFETY: the folder's name is the version that this program knows, and
                // `start` compares it with what the library says; it is never closed.
                unsafe { Api::of(library) }.map_err(Missing::unbuilt)
            }
            None => linked(),
        }
    }
}

#[cfg(wamr_linked)]
fn linked_missing() -> Option<Missing> {
    None
}

#[cfg(wamr_linked)]
fn linked() -> Result<Api, Missing> {
    Ok(Api::linked())
}

#[cfg(not(wamr_linked))]
fn linked_missing() -> Option<Missing> {
    Some(Missing {
        reason: format!("it could not be compiled: {}", env!("WAMR_MISSING")),
        remedy: "build pwbench again once that is mended",
    })
}

#[cfg(not(wamr_linked))]
fn linked() -> Result<Api, Missing> {
    Err(linked_missing().unwrap_or_else(|| Missing::unbuilt("it is not linked")))
}

/// A build, ready for modules.
pub(crate) struct Library {
    pub(crate) api: Api,
    pub(crate) build: Build,
}

impl Library {
    /// The library, which the first call initialises.
    pub(crate) fn open(build: Build) -> Result<&'static Self, Missing> {
        static OPENED: [OnceLock<Result<Library, Missing>>; BUILDS] =
            [const { OnceLock::new() }; BUILDS];
        OPENED[build as usize]
            .get_or_init(|| Self::start(build))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn start(build: Build) -> Result<Self, Missing> {
        let api = build.api()?;
        check_version(&api)?;
        layout::check(&api).map_err(Missing::unbuilt)?;
        initialise(build, &api)?;
        signals::serve(build, &api);
        // SAFETY: initialised. Threads that call guests set themselves up, this one too.
        unsafe { (api.destroy_thread)() };
        imports::register(&api).map_err(Missing::unbuilt)?;
        Ok(Self { api, build })
    }
}

fn check_version(api: &Api) -> Result<(), Missing> {
    let (mut major, mut minor, mut patch) = (0, 0, 0);
    // SAFETY: the function stores three numbers and needs no initialised runtime.
    unsafe { (api.version)(&mut major, &mut minor, &mut patch) };
    let found = format!("{major}.{minor}.{patch}");
    if found == VERSION {
        Ok(())
    } else {
        Err(Missing::unbuilt(format!(
            "the library is of version {found}, this program of {VERSION}"
        )))
    }
}

fn initialise(build: Build, api: &Api) -> Result<(), Missing> {
    // SAFETY: numbers, flags and pointers that may be null: all may be zero.
    let mut arguments: InitArguments = unsafe { std::mem::zeroed() };
    arguments.allocator = SYSTEM_ALLOCATOR;
    arguments.running_mode = build.running_mode();
    arguments.fast_jit_cache = FAST_JIT_CACHE;
    arguments.jit_optimisation = crate::mode::OPTIMISATION;
    arguments.jit_size = crate::mode::SIZE;
    // SAFETY: the first and only initialisation of this library, with valid arguments.
    unsafe {
        if !(api.is_mode_supported)(build.running_mode()) {
            return Err(Missing::unbuilt("the library lacks the mode"));
        }
        if !(api.full_init)(&mut arguments) {
            return Err(Missing::unbuilt("WAMR could not be initialised"));
        }
        // Fatal errors only: a refused module is reported by its caller.
        (api.set_log_level)(0);
    }
    Ok(())
}
