//! What pages have in common: forms that show a problem beside the field, tables, facts, and the way to the next stretch of a list.

use std::fmt::Display;

use domain::Language;
use maud::{Markup, PreEscaped, html};
use registry::Paging;
use uuid::Uuid;
use wire::Problem;
use wire::money::Money;

use crate::form::{Fields, KEY_FIELD, TOKEN_FIELD, new_key};
use crate::visitor::Visitor;

/// A value that is to be taken elsewhere. The script adds a button that copies it; without it the text can be marked.
pub(crate) fn copyable(name: &str, text: &str) -> Markup {
    html! { pre data-copy id=(name) { code { (text) } } }
}

/// Rows of one page of a list.
pub(crate) const ROWS: u32 = 50;

/// The fields that every form carries.
pub(crate) fn hidden(visitor: &Visitor) -> Markup {
    html! {
        input type="hidden" name=(TOKEN_FIELD) value=(visitor.form_token);
        input type="hidden" name=(KEY_FIELD) value=(new_key());
    }
}

/// A form that is one button.
pub(crate) fn button(visitor: &Visitor, action: &str, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            (hidden(visitor))
            button type="submit" class=(class) { (label) }
        }
    }
}

/// The way back to the list that a page belongs to.
pub(crate) fn back(path: &str, label: &str) -> Markup {
    html! { nav class="pager" { a href=(path) { "‹ " (label) } } }
}

/// What the enter key does in a form with several buttons: it presses the first, so that this one stands before all others, unseen.
pub(crate) fn default_button(name: &str, value: &str, label: &str) -> Markup {
    html! { button type="submit" name=(name) value=(value) class="unseen" tabindex="-1" aria-hidden="true" { (label) } }
}

/// Where the buttons of a form decide different things, the enter key decides nothing.
pub(crate) fn no_default_button() -> Markup {
    html! { button type="submit" class="unseen" disabled tabindex="-1" aria-hidden="true" { "–" } }
}

/// What cannot be done, above the form.
pub(crate) fn problem(visitor: &Visitor, problem: Option<&Problem>) -> Markup {
    html! {
        @if let Some(problem) = problem {
            div class="notice refused" role="alert" data-code=(problem.code) {
                @if problem.errors.is_empty() {
                    strong { (problem.title) }
                    p { (problem.detail) }
                } @else {
                    strong { (visitor.say("Something is not right yet. It is marked below.", "Etwas stimmt noch nicht. Es ist unten gekennzeichnet.")) }
                    ul { @for error in &problem.errors { li { code { (error.field) } ": " (error.message) } } }
                }
            }
        }
    }
}

/// A form that may have been refused: it keeps what was typed and says beside each field what is wrong with it.
pub(crate) struct Form<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) fields: &'a Fields,
    pub(crate) problem: Option<&'a Problem>,
}

impl Form<'_> {
    /// A field with its label.
    pub(crate) fn input(&self, name: &str, label: &str, kind: &str) -> Markup {
        self.input_with(name, label, kind, "off")
    }

    /// The same, of which the browser may know the value.
    pub(crate) fn input_with(
        &self,
        name: &str,
        label: &str,
        kind: &str,
        autocomplete: &str,
    ) -> Markup {
        let value = (kind != "password").then(|| self.fields.text(name));
        let errors = self.errors(name);
        let described = format!("{name}-wrong");
        html! {
            div class="field" {
                label {
                    (label)
                    input type=(kind) name=(name) value=[value] autocomplete=(autocomplete)
                        aria-invalid=[(!errors.is_empty()).then_some("true")]
                        aria-describedby=[(!errors.is_empty()).then_some(&described)];
                }
                (wrong(&described, &errors))
            }
        }
    }

    /// A text of several lines.
    pub(crate) fn area(&self, name: &str, label: &str, rows: u32) -> Markup {
        let errors = self.errors(name);
        let described = format!("{name}-wrong");
        html! {
            div class="field" {
                label {
                    (label)
                    textarea name=(name) rows=(rows) aria-invalid=[(!errors.is_empty()).then_some("true")]
                        aria-describedby=[(!errors.is_empty()).then_some(&described)] { (self.fields.text(name)) }
                }
                (wrong(&described, &errors))
            }
        }
    }

    /// What is wrong with a field that this form does not have, such as a list as a whole.
    pub(crate) fn wrong_with(&self, name: &str) -> Markup {
        wrong(&format!("{name}-wrong"), &self.errors(name))
    }

    /// A choice.
    pub(crate) fn select(
        &self,
        name: &str,
        label: &str,
        options: &[(String, String)],
        chosen: &str,
    ) -> Markup {
        let chosen = Some(self.fields.text(name))
            .filter(|text| !text.is_empty())
            .unwrap_or(chosen);
        let errors = self.errors(name);
        let described = format!("{name}-wrong");
        html! {
            div class="field" {
                label {
                    (label)
                    select name=(name) aria-invalid=[(!errors.is_empty()).then_some("true")]
                        aria-describedby=[(!errors.is_empty()).then_some(&described)] {
                        @for (value, text) in options {
                            option value=(value) selected[value == chosen] { (text) }
                        }
                    }
                }
                (wrong(&described, &errors))
            }
        }
    }

    /// Boxes to tick, under one name.
    pub(crate) fn boxes(
        &self,
        name: &str,
        legend: &str,
        options: &[(String, String)],
        ticked: &[String],
    ) -> Markup {
        let typed: Vec<&str> = self.fields.all(name).collect();
        let is_ticked = |value: &str| match self.problem {
            Some(_) => typed.contains(&value),
            None => ticked.iter().any(|one| one == value),
        };
        let errors = self.errors(name);
        html! {
            fieldset {
                legend { (legend) }
                @for (value, text) in options {
                    label { input type="checkbox" name=(name) value=(value) checked[is_ticked(value)]; (text) }
                }
                (wrong(&format!("{name}-wrong"), &errors))
            }
        }
    }

    fn errors(&self, name: &str) -> Vec<&str> {
        let all = self.problem.into_iter().flat_map(|problem| &problem.errors);
        // What is wrong with one of several boxes is said below all of them.
        let is_about = |field: &str| {
            field
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('[') && rest.ends_with(']'))
        };
        all.filter(|error| is_about(&error.field))
            .map(|error| error.message.as_str())
            .collect()
    }
}

fn wrong(id: &str, errors: &[&str]) -> Markup {
    html! {
        @if !errors.is_empty() { small id=(id) class="wrong" { (errors.join(" ")) } }
    }
}

/// A table; empty lists say so.
pub(crate) fn table(visitor: &Visitor, head: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        @if rows.is_empty() {
            p { em { (visitor.say("There is nothing here.", "Hier ist nichts.")) } }
        } @else {
            div class="scroll" {
                table {
                    thead { tr { @for name in head { th scope="col" { (name) } } } }
                    tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
                }
            }
        }
    }
}

/// Names and values of one thing.
pub(crate) fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! {
        dl class="facts" {
            @for (name, value) in facts { dt { (name) } dd { (value) } }
        }
    }
}

/// A text as a cell.
pub(crate) fn text(text: impl Display) -> Markup {
    html! { (text.to_string()) }
}

/// A text that machines read too, as a cell.
pub(crate) fn code(text: impl Display) -> Markup {
    html! { code { (text.to_string()) } }
}

/// A text that may be missing, as a cell.
pub(crate) fn optional(text: Option<impl Display>) -> Markup {
    match text {
        Some(shown) => self::text(shown),
        None => PreEscaped("–".to_owned()),
    }
}

/// An amount as people write it: `1,250.00 EUR`, in German `1.250,00 EUR`.
pub(crate) fn money(visitor: &Visitor, money: &Money) -> Markup {
    html! { (written(visitor.language, money)) }
}

fn written(language: Language, money: &Money) -> String {
    let (group, point) = match language {
        Language::English => (',', '.'),
        Language::German => ('.', ','),
    };
    let digits = money.amount.trim_start_matches('-');
    let decimals = usize::from(money.decimals);
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    let sign = if money.amount.starts_with('-') {
        "−"
    } else {
        ""
    };
    let point = if decimals > 0 {
        point.to_string()
    } else {
        String::new()
    };
    format!("{sign}{grouped}{point}{rest} {}", money.currency)
}

/// A state as a cell.
pub(crate) fn status(name: &str) -> Markup {
    html! { span class="status" data-status=(name) { (name) } }
}

/// A moment: the day and the minute are for people, the rest for whoever points at it.
pub(crate) fn moment(rfc3339: &str) -> Markup {
    let shown = rfc3339.get(..16).map(|text| text.replace('T', " "));
    html! { time datetime=(rfc3339) title=(rfc3339) { (shown.as_deref().unwrap_or(rfc3339)) } }
}

/// A day as a cell.
pub(crate) fn day(date: Option<&str>) -> Markup {
    html! { @match date { Some(date) => time datetime=(date) { (date) }, None => (optional(None::<&str>)) } }
}

/// A hash or a key as a cell: it may be broken anywhere.
pub(crate) fn long_code(text: impl Display) -> Markup {
    html! { code class="long" { (text.to_string()) } }
}

/// Tells a twin from its original, which has the same name: its ISIN is of no country (`docs/decisions/0009`).
pub(crate) fn twin_mark(isin: &str) -> Markup {
    html! { @if isin.starts_with("ZZ") { " " (status("Sandbox")) } }
}

/// The start of an id; the whole of it for whoever points at it.
pub(crate) fn short_id(id: impl ToString) -> Markup {
    let id = id.to_string();
    let shown = id
        .get(id.len().saturating_sub(12)..)
        .unwrap_or(&id)
        .to_owned();
    html! { code title=(id) { "…" (shown) } }
}

/// An organisation's firm; the registrar has none of its own in the list of firms.
pub(crate) fn organisation(visitor: &Visitor, name: Option<&str>) -> String {
    match name {
        Some(name) => name.to_owned(),
        None => visitor.say("Registrar", "Registerführer").to_owned(),
    }
}

/// The stretch of a list that a page number means.
pub(crate) fn paging(page: u64) -> Paging {
    Paging {
        offset: page.saturating_sub(1).saturating_mul(u64::from(ROWS)),
        limit: ROWS,
    }
}

/// The way to the stretches before and after.
pub(crate) fn pager(visitor: &Visitor, path: &str, page: u64, count: u64) -> Markup {
    let and = if path.contains('?') { '&' } else { '?' };
    let last = count.div_ceil(u64::from(ROWS)).max(1);
    html! {
        nav class="pager" {
            @if page > 1 { a href=(format!("{path}{and}page={}", page - 1)) rel="prev" { (visitor.say("Previous", "Zurück")) } }
            span { (page) " / " (last) " (" (count) ")" }
            @if page < last { a href=(format!("{path}{and}page={}", page + 1)) rel="next" { (visitor.say("Next", "Weiter")) } }
        }
    }
}

/// Where the next stretch begins, if this one is full.
pub(crate) fn next_before(ids: impl ExactSizeIterator<Item = Uuid>) -> Option<String> {
    let is_full = u32::try_from(ids.len()) == Ok(ROWS);
    ids.last().filter(|_| is_full).map(|id| id.to_string())
}

/// The way to what is older, where nobody counts.
pub(crate) fn older(visitor: &Visitor, path: &str, before: Option<String>) -> Markup {
    html! {
        @if let Some(before) = before {
            nav class="pager" { a href=(format!("{path}{}before={before}", if path.contains('?') { "&" } else { "?" })) rel="next" { (visitor.say("Older", "Ältere")) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(language: Language, amount: &str, decimals: u8) -> String {
        let money_of = Money {
            amount: amount.to_owned(),
            decimals,
            currency: "EUR".to_owned(),
        };
        written(language, &money_of)
    }

    #[test]
    fn amounts_are_written_as_people_do() {
        for (amount, decimals, text) in [
            ("40000000", 3, "40,000.000 EUR"),
            ("5", 2, "0.05 EUR"),
            ("0", 2, "0.00 EUR"),
            ("1234567", 0, "1,234,567 EUR"),
            ("-100", 2, "−1.00 EUR"),
        ] {
            assert_eq!(shown(Language::English, amount, decimals), text);
        }
        assert_eq!(shown(Language::German, "40000050", 2), "400.000,50 EUR");
    }

    #[test]
    fn only_a_full_stretch_goes_on() {
        let ids = |count: usize| vec![Uuid::nil(); count].into_iter();
        assert_eq!(next_before(ids(49)), None);
        assert_eq!(next_before(ids(50)), Some(Uuid::nil().to_string()));
        assert_eq!(next_before(ids(0)), None);
    }
}
