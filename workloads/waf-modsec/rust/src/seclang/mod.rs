//! From the text of a configuration to rules that are ready to run.
//!
//! The engine's own loader skips what it does not know and keeps rules that can
//! never match. Here every directive is read one by one, so that each complaint
//! names its file and line, and whatever the engine would not do as ModSecurity
//! does is refused.

mod actions;
mod chain;
mod engine_error;
mod lines;
mod loader;
mod markers;
mod origins;
mod pattern;
mod place;
mod rule_set;
mod support;
mod validity;
mod warming;

pub use place::{Place, Refusal};
pub use rule_set::RuleSet;
