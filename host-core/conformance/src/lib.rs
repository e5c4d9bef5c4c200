//! What every runtime must get right before its times are worth anything.
//!
//! The suite is a list of [`Item`]s. Most run the puppet, a guest that makes the host calls
//! its configuration lists, on every runtime including the native twin; the others bring
//! modules of their own.
//!
//! ```no_run
//! # fn open(_: host_core::EngineOptions) -> Result<Box<dyn host_core::Engine>, host_core::EngineError> { panic!() }
//! let subject = conformance::Subject::new(open)?;
//! for item in conformance::suite() {
//!     println!("{}: {:?}", item.id, conformance::run(&subject, item));
//! }
//! # Ok::<(), host_core::EngineError>(())
//! ```
#![forbid(unsafe_code)]

mod exercise;
mod expect;
mod guests;
mod item;
mod items;
mod proposals;
mod proxy;
mod run;
mod stage;
mod subject;
mod upstream;

pub use exercise::{Exercise, exercise};
pub use guests::{puppet_library, puppet_module};
pub use item::{Item, Needs, Verdict};
pub use proposals::{Attempt, PROPOSALS, Proposal, attempt};
pub use run::{run, run_all};
pub use subject::{Open, Subject};

use std::sync::LazyLock;

/// Every item, in the order in which a report shows them.
pub fn suite() -> &'static [Item] {
    static SUITE: LazyLock<Vec<Item>> = LazyLock::new(items::all);
    &SUITE
}
