//! HTTP messages as the guest sees them.

mod buffer;
mod field_syntax;
mod header_map;

pub use buffer::Buffer;
pub use field_syntax::{is_field_name, is_field_value};
pub use header_map::{Found, HeaderMap};
