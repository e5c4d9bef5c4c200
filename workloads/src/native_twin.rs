//! The native twin: the same guest source as a shared library of the host.

use std::borrow::Cow;

/// The shared library a workload's guest source compiles to natively, or why
/// there is none. It exports the `proxy_on_*` callbacks and leaves the `proxy_*`
/// host calls undefined, for the program that opens it to provide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativeTwin {
    /// The library's bytes. Opening it takes a file: write them to one.
    Available {
        /// An ELF or Mach-O shared library for the host's processor.
        library: Cow<'static, [u8]>,
    },
    /// No library.
    Unavailable {
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
}

impl NativeTwin {
    /// A module that came without its source.
    pub(crate) fn of_unknown_source() -> Self {
        Self::Unavailable {
            reason: "the module was given without its source".into(),
            remedy: "build the plugin's crate natively as a cdylib and give the library with --native-twin"
                .into(),
        }
    }
}
