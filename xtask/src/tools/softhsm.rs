//! SoftHSM: PKCS#11 without the hardware. No registry has it, so that it is not brought but found, from Debian's package `softhsm2`.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

const VARIABLE: &str = "CASHLINK_TEST_SOFTHSM";
const PLACES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];

/// The library, if it is there; on an integration server (`CI`) it has to be.
pub fn find() -> Result<Option<PathBuf>> {
    let found = env::var_os(VARIABLE)
        .map(PathBuf::from)
        .or_else(|| PLACES.iter().map(PathBuf::from).find(|path| path.exists()));
    match &found {
        Some(path) => println!("given    SoftHSM: {} ({VARIABLE})", path.display()),
        None if env::var_os("CI").is_some() => {
            bail!("SoftHSM is missing: install Debian's package softhsm2")
        }
        None => println!(
            "missing  SoftHSM: install Debian's package softhsm2 for the tests of keys in hardware"
        ),
    }
    Ok(found)
}
