//! Running items.

use host_core::contain;

use crate::item::{Fault, Item, Needs, Verdict};
use crate::subject::Subject;

/// Runs one item. A panic, of the engine or of the host, is a failure like any other.
pub fn run(subject: &Subject, item: &Item) -> Verdict {
    if subject.is_native() && item.needs != Needs::Any {
        let reason = match item.needs {
            Needs::Wasm => "the native twin runs no WebAssembly",
            _ => "the native twin has no sandbox",
        };
        return Verdict::NotApplicable {
            reason: reason.to_owned(),
        };
    }
    match contain(|| item.check(subject)) {
        Ok(Ok(())) => Verdict::Passed,
        Ok(Err(Fault::Failed(detail))) => Verdict::Failed { detail },
        Ok(Err(Fault::NotApplicable(reason))) => Verdict::NotApplicable { reason },
        Err(detail) => Verdict::Failed { detail },
    }
}

/// Runs the whole suite in its order.
pub fn run_all(subject: &Subject) -> Vec<(&'static Item, Verdict)> {
    crate::suite()
        .iter()
        .map(|item| (item, run(subject, item)))
        .collect()
}
