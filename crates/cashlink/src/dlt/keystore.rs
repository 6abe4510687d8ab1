//! `cashlink dlt keystore …`: a keystore file with a new key, or a key that is elsewhere in a strong one. Needs no network.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use dlt_evm::signing::{PlainKey, Signer as _, keystore};
use zeroize::Zeroizing;

use crate::config::{Secret, read_key, read_keystore, read_secret};
use crate::demo::credentials::write_secret;
use crate::terminal::say;

/// What to do.
#[derive(clap::Subcommand)]
pub enum Keystore {
    /// Make a new key
    New(Place),
    /// Put a key into a new file: from a keystore file, however weak, or as 64 hexadecimal digits
    Import(Import),
}

/// Where the new file goes.
#[derive(Args)]
pub struct Place {
    /// The file to make
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The file with the new file's password, readable for you only
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
}

/// Where the key is so far.
#[derive(Args)]
pub struct Import {
    /// The file with the key
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The file with the password of a keystore file; none: the key stands in it as it is
    #[arg(long, value_name = "FILE")]
    from_password_file: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Makes the file and says what to configure.
///
/// # Errors
/// If it is there already or cannot be written, or a password or key cannot be read.
pub(super) fn run(command: &Keystore) -> Result<()> {
    match command {
        Keystore::New(place) => {
            let (key, _) = keystore::new_key()?;
            write(place, &key)
        }
        Keystore::Import(import) => write(&import.place, &*read(import)?),
    }
}

fn read(import: &Import) -> Result<Zeroizing<[u8; 32]>> {
    let Some(password) = &import.from_password_file else {
        let key = read_key("--from", &in_file(&import.from))?;
        return Ok(Zeroizing::new(key));
    };
    let text = read_keystore("--from", &import.from)?;
    let password = read_secret("--from-password-file", &in_file(password))?;
    let opened = keystore::open_to_strengthen(&text, &password);
    opened.with_context(|| import.from.display().to_string())
}

fn write(place: &Place, key: &[u8; 32]) -> Result<()> {
    let file = &place.to;
    ensure!(!file.exists(), "{} exists already", file.display());
    let password = read_secret("--password-file", &in_file(&place.password_file))?;
    let text = keystore::seal(key, &password)?;
    write_secret(file, text.as_bytes())?;
    // What cannot be opened again must not be given an office.
    let again = keystore::open(&read_keystore("--to", file)?, &password)?;
    let address = PlainKey::new(key)?.address();
    ensure!(again.address() == address, "the file does not hold its key");
    say(format!(
        "made the key of {address}. To use it for an office:"
    ));
    say(format!(
        "[dlt.registry.keystore]  # or [dlt.enforcement.keystore]\nfile = \"{}\"\npassword = {{ file = \"{}\" }}",
        file.display(),
        place.password_file.display()
    ));
    Ok(())
}

fn in_file(file: &Path) -> Secret {
    Secret {
        file: Some(file.to_owned()),
        env: None,
    }
}
