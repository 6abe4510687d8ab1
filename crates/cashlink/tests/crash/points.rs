//! The named places, read from the code itself, so that a new one cannot be forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A place, and at which visit the process dies there.
#[derive(Clone)]
pub struct Point {
    pub name: String,
    pub visit: u32,
}

/// The places whose name begins with this. What happens all the time is survived early and late.
pub fn of(kind: &str) -> Vec<Point> {
    let visits: &[u32] = match kind {
        "database" => &[1, 12],
        "webhooks" => &[1, 7],
        // There and back.
        "reregistration" => &[1, 2],
        // A gateway's lease takes its time to end.
        "gateway" if std::env::var_os("CASHLINK_FULL").is_some() => &[1, 6],
        // The second of two assets adds little and needs a network of its own.
        "issue" if std::env::var_os("CASHLINK_FULL").is_some() => &[1, 2],
        _ => &[1],
    };
    let prefix = format!("{kind}.");
    let mut points = Vec::new();
    for name in in_the_code() {
        if name.starts_with(&prefix) {
            let all = visits.iter().map(|visit| Point {
                name: name.clone(),
                visit: *visit,
            });
            points.extend(all);
        }
    }
    points
}

/// Every name that the crates hand to `crash::point`.
///
/// # Panics
/// If a call names its place neither by a literal nor through the worker's list.
pub fn in_the_code() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    names.extend(worker::CRASH_POINTS.iter().map(|name| (*name).to_owned()));
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        for (_, call) in text.split("crash::point(").enumerate().skip(1) {
            match call.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                Some((name, _)) => _ = names.insert(name.to_owned()),
                None => assert!(call.starts_with("CRASH_POINTS["), "{}", file.display()),
            }
        }
    }
    names
}

fn sources() -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> = fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("src"))
        .filter(|folder| folder.is_dir())
        .collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
