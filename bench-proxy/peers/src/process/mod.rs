//! What a process and those below it use, and on which cores they run.

mod affinity;
mod tree;
mod usage;

pub(crate) use affinity::pin_tree;
pub use affinity::{Cores, allowed_cores, pinned};
pub(crate) use tree::members;
pub use usage::{Spent, Task, Usage, usage_of};
