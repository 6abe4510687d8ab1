//! Finds the statements in source files, so that a test can prepare each of them on both databases.

use std::path::Path;

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// File and line.
    pub place: String,
    /// The text as the program sees it.
    pub text: String,
}

/// Every `Sql("…")` in the Rust files under a folder.
///
/// # Panics
/// If the folder cannot be read.
pub fn statements_in(folder: &Path) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder with source files")
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(statements_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).expect("a readable source file");
            found.extend(
                statements_of(&source)
                    .into_iter()
                    .map(|(line, text)| Statement {
                        place: format!("{}:{line}", path.display()),
                        text,
                    }),
            );
        }
    }
    found
}

fn statements_of(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, opening) in source.match_indices("Sql(") {
        let behind = source[start + opening.len()..].trim_start();
        let text = match behind.strip_prefix('"') {
            Some(quoted) => unescaped(quoted),
            None => raw(behind),
        };
        let in_comment = source[..start]
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim_start().starts_with("//"));
        if let (Some(text), false) = (text, in_comment) {
            found.push((source[..start].matches('\n').count() + 1, text));
        }
    }
    found
}

/// A string up to its closing quote, with the escapes that occur in statements.
fn unescaped(quoted: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = quoted.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Some(text),
            '\\' => match characters.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                '\n' => while characters.next_if(|next| next.is_whitespace()).is_some() {},
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// `r"…"` or `r#"…"#`.
fn raw(text: &str) -> Option<String> {
    let behind = text.strip_prefix('r')?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let body = behind[hashes..].strip_prefix('"')?;
    let end = body.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some(body[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::statements_of;

    #[test]
    fn statements_are_found_in_each_way_of_writing_them() {
        let source = "const A: Sql = Sql(\"select \\\"a\\\"\");\n// Sql(\"not this\")\nconst B: Sql = Sql(\n    r#\"select 2\"#);\npub struct Sql(pub &'static str);\nSql(\"select \\\n   3\")";
        let texts: Vec<_> = statements_of(source).into_iter().collect();
        let expected = [(1, "select \"a\""), (3, "select 2"), (6, "select 3")];
        assert_eq!(texts, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
