//! imcscan
fn main() {}
