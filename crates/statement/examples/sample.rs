//! Prints the sample statements into a folder and says how long one takes: `cargo run --example sample -- FOLDER`.

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use cashlink_statement::{Press, sample, verify};
use domain::{Language, StatementKind};

const ROUNDS: u32 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = std::env::args().nth(1).ok_or("name a folder")?.into();
    let (press, signer) = (Press::new()?, sample::signer()?);
    let mut out = std::io::stdout();
    for kind in [
        StatementKind::RegisterStatement,
        StatementKind::HoldingConfirmation,
    ] {
        for language in [Language::German, Language::English] {
            let statement = sample::statement(kind, language);
            let file = press.print(&statement, &signer)?;
            verify(&file, signer.public())?;
            let path = folder.join(format!("{}-{language}.pdf", kind.as_str()));
            std::fs::write(&path, &file)?;
            writeln!(out, "{} ({} bytes)", path.display(), file.len())?;
        }
    }
    let statement = sample::statement(StatementKind::RegisterStatement, Language::German);
    let start = Instant::now();
    for _ in 0..ROUNDS {
        press.print(&statement, &signer)?;
    }
    writeln!(out, "{:?} for each", start.elapsed() / ROUNDS)?;
    writeln!(out, "key {}", signer.public())?;
    Ok(())
}
