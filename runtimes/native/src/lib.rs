//! The native twin as a runtime
