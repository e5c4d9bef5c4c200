//! pwbench
fn main() {}
