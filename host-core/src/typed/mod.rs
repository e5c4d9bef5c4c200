//! What engines with typed functions have in common, as macros: host-core names no engine,
//! and the code they make is the engine crate's own, so that nothing is boxed or looked up.

mod exports;
mod functions;
mod store;
