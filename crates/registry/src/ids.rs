//! Where ids and other random values come from.

use uuid::Uuid;

/// A new id (version 7): sorts by age within a process, so that lists are oldest first and indexes stay compact.
pub fn new() -> Uuid {
    Uuid::now_v7()
}

/// A random id that says nothing about its age or about any other; for holders of the register (§ 17(2) eWpG).
pub fn random() -> Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}

/// Random bytes of the operating system.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
