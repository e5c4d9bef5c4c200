//! Empty: its manifest is what matters.
#![forbid(unsafe_code)]
