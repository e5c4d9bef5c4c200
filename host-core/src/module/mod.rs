//! Modules before they are compiled: what they are, and why they are refused.

mod bounds;
mod checks;
mod error;
mod facts;
mod features;
mod field_use;
mod functions;
mod idle;
mod outline;
mod strangers;

pub use bounds::Bounded;
pub use error::ModuleError;
pub use facts::{Import, MemoryFacts, ModuleFacts, NamedType, Producer};
pub use features::{Feature, features_of};
pub use field_use::FieldUse;

#[cfg(test)]
mod tests;
