//! Forms whose fields have the names of the API: a table says what each field is, and the body is read by the rules of the API, so
//! that what is wrong is said beside the field.

use domain::{FieldCode, FieldErrors};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::form::Fields;

/// Rows of a list that a form has at most.
const MOST_ROWS: usize = 50;

/// What a field of a form is in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text that is needed; empty, the rules name it.
    Text,
    /// A text that may be left out.
    Optional,
    /// A whole number that is needed.
    Number,
    /// A whole number that may be left out.
    OptionalNumber,
    /// `true` or `false`.
    Yes,
    /// `true` or `false`, or left out.
    OptionalYes,
    /// An amount such as `100.00` in the currency of the form.
    Amount,
    /// Words with commas between them.
    Words,
    /// Boxes that are ticked.
    Boxes,
}

/// Fields by their path in the body. `[]` stands for the rows of a list; a row with nothing in it is none.
pub(crate) type Shape = &'static [(&'static str, Kind)];

/// The body that a form says. What is left out is null, so that it also serves as a merge patch.
///
/// # Errors
/// Numbers and amounts that are none.
pub(crate) fn read(fields: &Fields, shape: Shape) -> Result<Value, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut body = Value::Object(Map::new());
    for (path, kind) in shape {
        match path.split_once("[].") {
            Some((list, _)) if body.get(list).is_some() => {}
            Some((list, _)) => body[list] = rows(&mut errors, fields, shape, list),
            None => {
                let value = value(&mut errors, fields, path, *kind);
                put(&mut body, path, value);
            }
        }
    }
    for group in body.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Value::Object(members) = group {
            members.retain(|_, member| !member.is_null());
            if members.is_empty() {
                *group = Value::Null;
            }
        }
    }
    errors.into_result(Some(body))
}

/// The body as the API would read it.
///
/// # Errors
/// The first field that is missing.
pub(crate) fn body<T: DeserializeOwned>(value: &Value) -> Result<T, FieldErrors> {
    translate::merge::read(value)
}

/// A body as the fields of its form.
pub(crate) fn known(body: &Value, shape: Shape) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (path, kind) in shape {
        match path.split_once("[].") {
            Some((list, member)) => {
                let rows = body[list].as_array().into_iter().flatten();
                for (index, row) in rows.enumerate() {
                    let name = format!("{list}[{index}].{member}");
                    fields.extend(shown(&name, &row[member], *kind));
                }
            }
            None => {
                let value = path.split('.').fold(body, |value, name| &value[name]);
                fields.extend(shown(path, value, *kind));
            }
        }
    }
    fields
}

/// How many rows of a list the form shows: those that are filled and two more.
pub(crate) fn rows_shown(fields: &Fields, list: &str, member: &str) -> usize {
    let filled = (0..MOST_ROWS)
        .rev()
        .find(|index| !fields.text(&format!("{list}[{index}].{member}")).is_empty());
    filled.map_or(2, |last| last + 3).min(MOST_ROWS)
}

fn rows(errors: &mut FieldErrors, fields: &Fields, shape: Shape, list: &str) -> Value {
    let members: Vec<_> = shape
        .iter()
        .filter_map(|(path, kind)| {
            let (of, member) = path.split_once("[].")?;
            (of == list).then_some((member, *kind))
        })
        .collect();
    let mut rows = Vec::new();
    for index in 0..MOST_ROWS {
        let name = |member: &str| format!("{list}[{index}].{member}");
        // What has a value from the start does not make a row.
        let is_filled = members
            .iter()
            .any(|(member, kind)| *kind != Kind::Yes && !fields.text(&name(member)).is_empty());
        if is_filled {
            let row = members.iter().map(|(member, kind)| {
                let value = value(errors, fields, &name(member), *kind);
                ((*member).to_owned(), value)
            });
            rows.push(Value::Object(
                row.filter(|(_, one)| !one.is_null()).collect(),
            ));
        }
    }
    Value::Array(rows)
}

fn value(errors: &mut FieldErrors, fields: &Fields, name: &str, kind: Kind) -> Value {
    let text = fields.text(name);
    match kind {
        Kind::Text => json!(text),
        Kind::Optional if text.is_empty() => Value::Null,
        // Forms send lines as mail does.
        Kind::Optional => json!(text.replace("\r\n", "\n")),
        Kind::Number | Kind::OptionalNumber => number(errors, name, text, kind),
        Kind::OptionalYes if text.is_empty() => Value::Null,
        Kind::Yes | Kind::OptionalYes => json!(text == "true"),
        Kind::Amount => amount(errors, name, text, fields.text("currency")),
        Kind::Words => {
            let words = text.split(',').map(str::trim);
            json!(words.filter(|word| !word.is_empty()).collect::<Vec<_>>())
        }
        Kind::Boxes => json!(fields.all(name).collect::<Vec<_>>()),
    }
}

fn number(errors: &mut FieldErrors, name: &str, text: &str, kind: Kind) -> Value {
    match (text.is_empty(), text.parse::<u64>()) {
        (true, _) if kind == Kind::OptionalNumber => Value::Null,
        (true, _) => {
            errors.missing(name);
            Value::Null
        }
        (false, Ok(number)) => json!(number),
        (false, Err(_)) => {
            errors.push(name, FieldCode::InvalidFormat, "Give a whole number.");
            Value::Null
        }
    }
}

fn amount(errors: &mut FieldErrors, name: &str, text: &str, currency: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let text = text.replace(',', ".");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{rest}");
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        errors.push(
            name,
            FieldCode::InvalidFormat,
            "Write an amount such as 100.00.",
        );
        return Value::Null;
    }
    let amount = digits.trim_start_matches('0');
    let amount = if amount.is_empty() { "0" } else { amount };
    json!({"amount": amount, "decimals": rest.len(), "currency": currency})
}

fn put(body: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((group, member)) => body[group][member] = value,
        None => body[path] = value,
    }
}

fn shown(name: &str, value: &Value, kind: Kind) -> Vec<(String, String)> {
    let one = |text: String| vec![(name.to_owned(), text)];
    let words = || {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    };
    match (kind, value) {
        (_, Value::Null) => Vec::new(),
        (Kind::Amount, value) => {
            let mut fields = one(written(value));
            let currency = value["currency"].as_str().unwrap_or_default();
            fields.push(("currency".to_owned(), currency.to_owned()));
            fields
        }
        (Kind::Words, _) => one(words().collect::<Vec<_>>().join(", ")),
        (Kind::Boxes, _) => words()
            .map(|word| (name.to_owned(), word.to_owned()))
            .collect(),
        (_, Value::String(text)) => one(text.clone()),
        (_, other) => one(other.to_string()),
    }
}

/// `{"amount": "10000", "decimals": 2}` as `100.00`.
fn written(value: &Value) -> String {
    let digits = value["amount"].as_str().unwrap_or_default();
    let decimals = value["decimals"].as_u64().unwrap_or_default();
    let decimals = usize::try_from(decimals).unwrap_or_default();
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    match rest {
        "" => whole.to_owned(),
        rest => format!("{whole}.{rest}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SHAPE: Shape = &[
        ("name", Kind::Text),
        ("sector", Kind::Optional),
        ("units", Kind::Number),
        ("price", Kind::Amount),
        ("coupon.kind", Kind::Optional),
        ("coupon.rate_percent", Kind::Optional),
        ("fees.entry_percent", Kind::Optional),
        ("types", Kind::Words),
        ("circle", Kind::Boxes),
        ("terms[].name", Kind::Text),
        ("terms[].value", Kind::Text),
        ("terms[].required", Kind::Yes),
    ];

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Fields::known(pairs.iter().map(owned).collect())
    }

    #[test]
    fn a_form_says_a_body_and_a_body_fills_the_form() {
        let pairs = [
            ("name", "Speicherkai"),
            ("units", "5000"),
            ("price", "100.00"),
            ("currency", "EUR"),
            ("coupon.kind", "FIXED"),
            ("types", "KID, TERMS"),
            ("circle", "a"),
            ("circle", "b"),
            ("terms[0].name", "rank"),
            ("terms[0].value", "senior"),
            ("terms[0].required", "true"),
        ];
        let body = read(&fields(&pairs), SHAPE).unwrap();
        assert_eq!(
            body,
            json!({
                "name": "Speicherkai", "sector": null, "units": 5000,
                "price": {"amount": "10000", "decimals": 2, "currency": "EUR"},
                "coupon": {"kind": "FIXED"}, "fees": null, "types": ["KID", "TERMS"], "circle": ["a", "b"],
                "terms": [{"name": "rank", "value": "senior", "required": true}],
            })
        );
        let mut again = known(&body, SHAPE);
        let mut first: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        again.sort();
        first.sort();
        assert_eq!(again, first);
    }

    #[test]
    fn what_is_no_number_and_no_amount_is_named() {
        let wrong = [("units", "many"), ("price", "1.000,00")];
        let errors = read(&fields(&wrong), SHAPE).unwrap_err();
        let named: Vec<_> = errors
            .as_slice()
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(named, ["units", "price"]);
    }

    #[test]
    fn a_list_shows_two_rows_more_than_it_has() {
        let shown = |pairs: &[(&str, &str)]| rows_shown(&fields(pairs), "terms", "name");
        assert_eq!(shown(&[]), 2);
        assert_eq!(
            shown(&[("terms[0].name", "rank"), ("terms[2].name", "coupon")]),
            5
        );
    }
}
