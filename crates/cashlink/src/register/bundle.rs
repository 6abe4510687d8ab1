//! A folder becomes a bundle: what explains it is added, the manifest lists and hashes everything, the logs' key signs the manifest, and all
//! of it goes into one tar file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use registry::register_export::{self, Exported, FORMAT};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::wiring::App;

/// The format and the schemas of its files, as documented.
const EXPLANATIONS: [(&str, &str); 12] = [
    (
        "FORMAT.md",
        include_str!("../../../../docs/register-format.md"),
    ),
    (
        "schemas/manifest.json",
        include_str!("../../../../docs/register-format/manifest.json"),
    ),
    (
        "schemas/register.json",
        include_str!("../../../../docs/register-format/register.json"),
    ),
    (
        "schemas/entries.json",
        include_str!("../../../../docs/register-format/entries.json"),
    ),
    (
        "schemas/holdings.json",
        include_str!("../../../../docs/register-format/holdings.json"),
    ),
    (
        "schemas/instructions.json",
        include_str!("../../../../docs/register-format/instructions.json"),
    ),
    (
        "schemas/redemptions.json",
        include_str!("../../../../docs/register-format/redemptions.json"),
    ),
    (
        "schemas/anchors.json",
        include_str!("../../../../docs/register-format/anchors.json"),
    ),
    (
        "schemas/cosignatures.json",
        include_str!("../../../../docs/register-format/cosignatures.json"),
    ),
    (
        "schemas/keys.json",
        include_str!("../../../../docs/register-format/keys.json"),
    ),
    (
        "schemas/statements.json",
        include_str!("../../../../docs/register-format/statements.json"),
    ),
    (
        "schemas/terms.json",
        include_str!("../../../../docs/register-format/terms.json"),
    ),
];
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.note";

/// Packs a folder with exported registers into a file, which appears whole or not at all.
pub fn pack(app: &App, folder: &Path, exported: &[Exported], to: &Path) -> Result<()> {
    for (path, text) in EXPLANATIONS {
        put(folder, path, text.as_bytes())?;
    }
    for (path, text) in dlt_evm::SOURCES {
        put(folder, &format!("contracts/{path}"), text.as_bytes())?;
    }
    let mut paths = Vec::new();
    list(folder, Path::new(""), &mut paths)?;
    paths.sort();
    let files = paths.iter().map(|path| described(folder, path));
    let files: Vec<Value> = files.collect::<Result<_>>()?;
    let (public_key, _) = register_export::sign_manifest(&app.registry, &[0; 32])?;
    let manifest = json!({
        "format": FORMAT,
        "network": app.registry.settings.public_url,
        "made_at": app.registry.clock.now().to_string(),
        "public_key": public_key,
        "registers": exported.iter().map(|one| one.isin.as_str()).collect::<Vec<_>>(),
        "files": files,
    });
    let manifest = serde_json::to_vec_pretty(&manifest)?;
    let (_, note) =
        register_export::sign_manifest(&app.registry, &Sha256::digest(&manifest).into())?;
    put(folder, MANIFEST, &manifest)?;
    put(folder, SIGNATURE, note.as_bytes())?;
    let part = folder.join("bundle.tar");
    let first = [MANIFEST, SIGNATURE].map(PathBuf::from);
    let written = write_tar(folder, first.iter().chain(&paths), &part);
    written.with_context(|| format!("{} cannot be written", part.display()))?;
    fs::rename(&part, to).with_context(|| format!("{} cannot be written", to.display()))
}

fn write_tar<'a>(
    folder: &Path,
    paths: impl Iterator<Item = &'a PathBuf>,
    to: &Path,
) -> io::Result<()> {
    let mut tar = tar::Builder::new(BufWriter::new(File::create_new(to)?));
    for path in paths {
        let mut file = File::open(folder.join(path))?;
        let mut header = tar::Header::new_gnu();
        header.set_size(file.metadata()?.len());
        // Neither when nor where it was made: the manifest says that.
        header.set_mode(0o644);
        tar.append_data(&mut header, path, &mut file)?;
    }
    let mut file = tar.into_inner()?;
    file.flush()?;
    file.get_ref().sync_all()
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// Every file below, by its path from the folder.
fn list(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(folder, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn described(folder: &Path, path: &Path) -> Result<Value> {
    let mut file = File::open(folder.join(path))?;
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut file, &mut hash)?;
    Ok(json!({
        "path": path.to_string_lossy(),
        "sha256": hex::encode(hash.finalize()),
        "bytes": bytes,
    }))
}
