//! Opening the runtimes of the catalogue.

use conformance::Subject;

/// The runtime under test, or `None`, with a line that says so, where it cannot run.
pub(crate) fn subject(id: &'static str) -> Option<Subject> {
    runtimes::keep_exports();
    let entry = runtimes::find(id).unwrap_or_else(|| panic!("{id} is not in the catalogue"));
    if let runtimes::Availability::Unavailable { reason, remedy } = entry.availability() {
        println!("skipped: {id}: {reason}; {remedy}");
        return None;
    }
    Some(
        Subject::new(move |options| runtimes::open(id, options))
            .expect("an available runtime opens"),
    )
}
