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
    /// A variant from other sources than the twin is built from.
    pub(crate) fn of_other_source(twin: &str) -> Self {
        Self::Unavailable {
            reason: format!("the twin is built from the sources of the variant {twin}"),
            remedy: format!("measure --variant {twin} too, for the ratio to native"),
        }
    }

    /// A folder outside of the tree that this program was built from.
    pub(crate) fn of_a_folder() -> Self {
        Self::Unavailable {
            reason: "twins of workload folders are built with pwbench".into(),
            remedy: "put the folder beside the others in workloads/ and build pwbench again, or use --module with --native-twin"
                .into(),
        }
    }

    /// A module that came without its source.
    pub(crate) fn of_unknown_source() -> Self {
        Self::Unavailable {
            reason: "the module was given without its source".into(),
            remedy: "build the plugin's crate natively as a cdylib and give the library with --native-twin"
                .into(),
        }
    }
}
