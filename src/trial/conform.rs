//! The conformance suite on one runtime.

use conformance::{Subject, Verdict};
use reports::ConformanceRow;

use super::Failed;

/// Failures kept in words.
const KEPT: usize = 20;

/// Runs the whole suite.
pub(super) fn conform(runtime: &str) -> Result<ConformanceRow, Failed> {
    let id = runtime.to_owned();
    let subject = Subject::new(move |options| runtimes::open(&id, options))?;
    let mut row = ConformanceRow {
        runtime: runtime.to_owned(),
        ..ConformanceRow::default()
    };
    for (item, verdict) in conformance::run_all(&subject) {
        match verdict {
            Verdict::Passed => row.passed += 1,
            Verdict::NotApplicable { .. } => row.not_applicable += 1,
            Verdict::Failed { detail } => {
                row.failed += 1;
                if row.failures.len() < KEPT {
                    row.failures.push(format!("{}: {detail}", item.id));
                }
            }
        }
    }
    Ok(row)
}

/// The row of a runtime whose suite did not come to its end.
pub(crate) fn short_of(runtime: &str, failed: &Failed) -> ConformanceRow {
    ConformanceRow {
        runtime: runtime.to_owned(),
        failed: 1,
        failures: vec![format!("the suite did not come to its end: {failed}")],
        ..ConformanceRow::default()
    }
}
