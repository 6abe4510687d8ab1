//! The executable; see the library for its parts.
fn main() {}
