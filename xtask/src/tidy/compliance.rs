//! `docs/compliance.md` names tests that exist, and every test that carries a row's ID stands in that row.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, House};

const PAGE: &str = "docs/compliance.md";
/// The prefixes of rows, as tests write them.
const ROWS: [&str; 3] = ["reg", "ops", "kyc"];

pub fn check(house: &House) -> Vec<Finding> {
    let Some(page) = house.files.iter().find(|file| file.path == PAGE) else {
        return vec![Finding::new(PAGE, "is missing")];
    };
    let tests = tests(house);
    let mut findings = Vec::new();
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (number, line) in (1..).zip(page.text.lines()) {
        let Some(row) = row(line) else { continue };
        let here = named.entry(row).or_default();
        for name in line.split('`').skip(1).step_by(2) {
            let is_test = name.contains('_') && !name.contains(['/', '.', ' ', '-']);
            if is_test && !tests.contains(name) {
                findings.push(Finding::at(
                    page,
                    number,
                    format!("there is no test {name}"),
                ));
            }
            here.insert(name.to_owned());
        }
    }
    for test in &tests {
        let rows = rows_of(test);
        let unnamed = rows
            .iter()
            .filter(|row| !named.get(*row).is_some_and(|names| names.contains(test)));
        for row in unnamed {
            findings.push(Finding::new(
                PAGE,
                format!("the row {row} does not name {test}"),
            ));
        }
    }
    findings
}

/// Every test, by its name.
fn tests(house: &House) -> BTreeSet<String> {
    let rust = house.files.iter().filter(|file| file.is_rust());
    rust.flat_map(|file| tests_in(&file.text)).collect()
}

/// A test is the first function behind an attribute that makes one.
fn tests_in(text: &str) -> Vec<String> {
    const MARKS: [&str; 3] = ["#[test]", "#[tokio::test", "#[rstest]"];
    let (mut is_marked, mut names) = (false, Vec::new());
    for line in text.lines().map(str::trim_start) {
        if MARKS.iter().any(|mark| line.starts_with(mark)) {
            is_marked = true;
        } else if let Some((before, rest)) = line.split_once("fn ")
            && ["", "async "].contains(&before)
        {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            if is_marked {
                names.push(name.to_owned());
            }
            is_marked = false;
        }
    }
    names
}

/// `| REG-31 | …` is the row `REG-31`.
fn row(line: &str) -> Option<String> {
    let cell = line.strip_prefix("| ")?.split(" |").next()?;
    let (word, number) = cell.split_once('-')?;
    let is_row = ROWS.contains(&word.to_lowercase().as_str()) && number.parse::<u32>().is_ok();
    is_row.then(|| cell.to_owned())
}

/// `reg_31_reg_32_units_go_back` carries two.
fn rows_of(test: &str) -> Vec<String> {
    let mut rows = Vec::new();
    let mut parts = test.split('_');
    while let (Some(word), Some(number)) = (parts.next(), parts.next()) {
        if !ROWS.contains(&word) || number.len() != 2 || number.parse::<u32>().is_err() {
            break;
        }
        rows.push(format!("{}-{number}", word.to_uppercase()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_helper_is_no_test() {
        let text = "fn one() {}\n    #[tokio::test(x)]\n    // why\n    async fn two() {}\n    pub fn three() {}\nfn four() {}\n";
        assert_eq!(tests_in(text), ["two"]);
    }

    #[test]
    fn a_test_carries_the_rows_that_its_name_begins_with() {
        assert_eq!(rows_of("reg_31_reg_32_units_go_back"), ["REG-31", "REG-32"]);
        assert_eq!(rows_of("kyc_05_boundary"), ["KYC-05"]);
        assert!(rows_of("regular_things").is_empty() && rows_of("reg_x_y").is_empty());
        assert_eq!(row("| REG-31 | § 29 |").as_deref(), Some("REG-31"));
        assert!(row("| row | source |").is_none() && row("REG-31").is_none());
    }
}
