//! The native twin.

use host_core::ModeKind;
use runtime_native::NativeEngine;

use crate::entry::{Availability, RuntimeEntry};

pub(super) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    let missing = (!cfg!(unix)).then_some("only Unix systems let a program export functions");
    std::iter::once(RuntimeEntry::new(
        ("native", "native"),
        ModeKind::Native,
        "the guest's source compiled for this machine, no sandbox: the limit",
        move || Availability::unless(missing, "run on Linux or macOS"),
        |options| Ok(Box::new(NativeEngine::open(options)?)),
    ))
}
