//! The few differences between the two databases that show in a statement's text.

/// The text as SQLite takes it: `$1` becomes `?1` (there `$1` would be a name, not a position), and row locks
/// (`for update`, `for share`, with `skip locked` or `nowait`) go, because the one writer holds the whole file.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut after_space = true;
    while let Some(first) = rest.chars().next() {
        if matches!(first, '\'' | '"') {
            let end = quoted(rest, first);
            text.push_str(&rest[..end]);
            rest = &rest[end..];
            after_space = false;
        } else if let Some(end) = after_space.then(|| lock_clause(rest)).flatten() {
            text.truncate(text.trim_end().len());
            rest = &rest[end..];
        } else {
            let digit = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            text.push(if first == '$' && digit { '?' } else { first });
            rest = &rest[first.len_utf8()..];
            after_space = first.is_whitespace();
        }
    }
    text
}

/// The length of the quoted text at the start, both quotes included; a doubled quote simply starts a new one.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// The length of a lock clause at the start of the text.
fn lock_clause(text: &str) -> Option<usize> {
    let mut end = words(text, &["for", "update"]).or_else(|| words(text, &["for", "share"]))?;
    if let Some(of) = words(&text[end..], &["of"]) {
        end += of + word(&text[end + of..])?;
    }
    let wait =
        words(&text[end..], &["skip", "locked"]).or_else(|| words(&text[end..], &["nowait"]));
    Some(end + wait.unwrap_or(0))
}

fn words(text: &str, expected: &[&str]) -> Option<usize> {
    let mut end = 0;
    for expected in expected {
        let length = word(&text[end..])?;
        if text[end..end + length].trim_start() != *expected {
            return None;
        }
        end += length;
    }
    Some(end)
}

/// The length of the next word, the space before it included.
fn word(text: &str) -> Option<usize> {
    let start = text.len() - text.trim_start().len();
    let length = text[start..]
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len() - start);
    (length > 0).then_some(start + length)
}

/// How a write that must change exactly one row is held to it on PostgreSQL without waiting for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OneRow {
    /// The text cannot do anything but insert one row or fail.
    Certain,
    /// This text divides by zero unless one row was changed, so that a pipelined commit cannot succeed.
    Checked(String),
    /// The text cannot be wrapped: the answer must be seen before the commit is sent.
    Waits,
}

impl OneRow {
    /// Chooses by the statement's text.
    pub(crate) fn of(sql: &str) -> OneRow {
        let text = sql.trim();
        if inserts_one_row(text) {
            return OneRow::Certain;
        }
        if words(text, &["with"]).is_some() {
            return OneRow::Waits;
        }
        let returning = if text.contains("returning") {
            ""
        } else {
            "\nreturning 1"
        };
        OneRow::Checked(format!(
            "with changed as (\n{text}{returning}\n)\nselect 1 / cast(count(*) = 1 as integer) from changed"
        ))
    }
}

/// `insert into t (…) values (…)` with one tuple and nothing behind it but `returning`.
fn inserts_one_row(text: &str) -> bool {
    let Some((head, tuple)) = text.split_once("values") else {
        return false;
    };
    if words(head, &["insert", "into"]).is_none() || head.contains("select") {
        return false;
    }
    let mut depth = 0;
    for (index, byte) in tuple.bytes().enumerate() {
        match byte {
            b'\'' => return false,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if byte == b')' && depth == 0 {
            let behind = tuple[index + 1..].trim_start();
            return behind.is_empty() || behind.starts_with("returning");
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_positions_outside_of_quotes() {
        assert_eq!(
            for_sqlite("select '$1', \"$2\", $1, $12 from t where a = $3::x"),
            "select '$1', \"$2\", ?1, ?12 from t where a = ?3::x"
        );
    }

    #[test]
    fn row_locks_go_wherever_they_stand() {
        assert_eq!(
            for_sqlite("select a from t where id = $1 for update"),
            "select a from t where id = ?1"
        );
        assert_eq!(
            for_sqlite(
                "update t set a = 1 where id in (select id from t\nlimit $1\nfor update skip locked) returning id"
            ),
            "update t set a = 1 where id in (select id from t\nlimit ?1) returning id"
        );
        assert_eq!(
            for_sqlite("select 1 from t for update of t nowait"),
            "select 1 from t"
        );
        assert_eq!(for_sqlite("select 1 from t for share"), "select 1 from t");
        assert_eq!(
            for_sqlite("select 'for update', waiting_for from t"),
            "select 'for update', waiting_for from t"
        );
    }

    #[test]
    fn a_plain_insert_needs_no_check_and_everything_else_does() {
        assert_eq!(
            OneRow::of("insert into t (a, b) values ($1, coalesce($2, 3))"),
            OneRow::Certain
        );
        assert_eq!(
            OneRow::of("insert into t (a) values ($1) returning a"),
            OneRow::Certain
        );
        assert_eq!(
            OneRow::of("with x as (select 1) update t set a = 1"),
            OneRow::Waits
        );
        for sql in [
            "update t set a = $1 where id = $2",
            "insert into t (a) values ($1), ($2)",
            "insert into t (a) values ($1) on conflict do nothing",
            "insert into t (a) select b from u",
        ] {
            assert!(matches!(OneRow::of(sql), OneRow::Checked(_)), "{sql}");
        }
    }
}
