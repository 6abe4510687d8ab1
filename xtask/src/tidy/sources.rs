//! Rules about Rust files: a reason at the top, a size that can be read, nothing left undone, SQL and floats in their place.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Finding, House, TextFile};

const MOST_LINES: usize = 400;
const LIST: &str = "xtask/tidy.toml";

/// Crates whose own tables these are; SQL anywhere else is in the wrong crate.
const WITH_SQL: [&str; 6] = [
    "database", "webhooks", "storage", "dlt-evm", "gateway", "broker",
];
/// Quantities are integers here.
const WITHOUT_FLOATS: [&str; 2] = ["domain", "wire"];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    long_file: Vec<LongFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongFile {
    path: String,
    reason: String,
}

pub fn check(house: &House) -> Result<Vec<Finding>> {
    let text = fs::read_to_string(house.root.join(LIST)).context(LIST)?;
    let exceptions: Exceptions = toml::from_str(&text).context(LIST)?;
    let rust = || house.files.iter().filter(|file| file.is_rust());
    let mut findings: Vec<Finding> = rust().flat_map(check_file).collect();
    findings.extend(
        rust()
            .filter(|file| is_long(file))
            .filter_map(|file| unexplained(file, &exceptions)),
    );
    findings.extend(
        exceptions
            .long_file
            .iter()
            .filter_map(|exception| stale(exception, house)),
    );
    Ok(findings)
}

fn check_file(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.text.starts_with("//! ") {
        findings.push(Finding::at(
            file,
            1,
            "begins without a `//!` line that says why the file exists",
        ));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        findings.extend(left_undone(line).map(|message| Finding::at(file, number, message)));
    }
    if !file.is_test() {
        for (number, line) in file.lines_without_tests() {
            findings.extend(
                misplaced(&file.path, line).map(|message| Finding::at(file, number, message)),
            );
        }
    }
    findings
}

/// Words that promise work for later. They are put together here so that this file does not find itself.
fn left_undone(line: &str) -> Option<String> {
    let macros = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    if let Some(found) = macros.iter().find(|name| line.contains(name.as_str())) {
        return Some(format!("`{found}…)` is left"));
    }
    let words =
        ["FIX", "XX"].map(|start| format!("{start}{}", if start == "XX" { "X" } else { "ME" }));
    if let Some(found) = words.iter().find(|word| has_word(line, word)) {
        return Some(format!("`{found}` is left"));
    }
    let ignored = line.trim_start().starts_with(concat!("#[", "ignore"));
    (ignored && !line.contains("issue"))
        .then(|| "an ignored test names the issue that will bring it back".to_owned())
}

/// What is in a crate where it does not belong.
fn misplaced(path: &str, line: &str) -> Option<&'static str> {
    let in_any = |crates: &[&str]| {
        crates
            .iter()
            .any(|name| path.starts_with(&format!("crates/{name}/")))
    };
    let code = line.trim_start();
    if code.starts_with("//") {
        return None;
    }
    if path.starts_with("crates/") && !in_any(&WITH_SQL) && code.contains("Sql(\"") {
        return Some(
            "SQL lives in storage, in the gateway's store, and in the kits for their own tables",
        );
    }
    if in_any(&WITHOUT_FLOATS) && ["f32", "f64"].iter().any(|float| has_word(code, float)) {
        return Some("money and units are integers");
    }
    None
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|part| part == word)
}

fn is_long(file: &TextFile) -> bool {
    !file.is_test() && file.lines_without_tests().count() > MOST_LINES
}

fn unexplained(file: &TextFile, exceptions: &Exceptions) -> Option<Finding> {
    let explained = exceptions
        .long_file
        .iter()
        .any(|it| it.path == file.path && !it.reason.trim().is_empty());
    let lines = file.lines_without_tests().count();
    (!explained).then(|| {
        let message =
            format!("{lines} lines without tests; split it, or write the reason into {LIST}");
        Finding::new(&*file.path, message)
    })
}

fn stale(exception: &LongFile, house: &House) -> Option<Finding> {
    let needed = house
        .files
        .iter()
        .any(|file| file.path == exception.path && is_long(file));
    (!needed).then(|| Finding::new(LIST, format!("{} is not long (any more)", exception.path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn messages(path: &str, text: &str) -> usize {
        check_file(&file(path, text)).len()
    }

    #[test]
    fn a_file_says_why_it_exists() {
        assert_eq!(messages("crates/api/src/lib.rs", "//! The HTTP side.\n"), 0);
        assert_eq!(messages("crates/api/src/lib.rs", "use wire::Page;\n"), 1);
    }

    #[test]
    fn sql_is_found_outside_its_crates_but_not_in_tests() {
        let text = "//! Why.\nconst FIND: Sql = Sql(\"select 1\");\n";
        assert_eq!(messages("crates/storage/src/a.rs", text), 0);
        assert_eq!(messages("crates/registry/src/a.rs", text), 1);
        assert_eq!(messages("crates/registry/tests/a.rs", text), 0);
    }

    #[test]
    fn floats_are_found_in_the_domain() {
        assert_eq!(
            messages("crates/domain/src/a.rs", "//! Why.\nfn a(b: f64) {}\n"),
            1
        );
        assert_eq!(
            messages("crates/http/src/a.rs", "//! Why.\nfn a(b: f64) {}\n"),
            0
        );
    }

    #[test]
    fn an_ignored_test_names_its_issue() {
        let bare = concat!("//! Why.\n#[", "ignore]\n");
        let named = concat!("//! Why.\n#[", "ignore = \"issue 7\"]\n");
        assert_eq!(messages("crates/http/src/a.rs", bare), 1);
        assert_eq!(messages("crates/http/src/a.rs", named), 0);
    }

    #[test]
    fn a_files_own_tests_do_not_make_it_long() {
        let long = "a\n".repeat(MOST_LINES + 1);
        assert!(is_long(&file("a.rs", &long)));
        assert!(!is_long(&file(
            "a.rs",
            &format!("//! Why.\n#[cfg(test)]\nmod tests {{\n{long}}}\n")
        )));
    }
}
