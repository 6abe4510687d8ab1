//! One investment as a list of statements that can be repeated: which parameters stay, which follow the campaign, which are new each time.

use anyhow::{Context, Result, bail};
use postgres_types::Type;
use uuid::Uuid;

use crate::captured::Executed;

/// How many ids belong to a campaign and its investor, see [`Instance`].
const ROLES: usize = 8;

/// Client, environment, platform, product, issuer, campaign, investor and owner of the webhooks: what differs between campaigns.
pub type Instance = [Uuid; ROLES];

/// What a statement is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    Null,
    /// This one of the campaign's ids.
    Role(usize),
    /// An id of its own in each unit, the same wherever the number stands.
    NewId(usize),
    /// A text of its own in each unit, with its length.
    NewText(usize, usize),
    Now,
    Constant(String),
}

/// A statement of the unit.
pub struct Statement {
    pub text: String,
    pub types: Vec<Type>,
    pub parameters: Vec<Parameter>,
}

/// The statements between `begin` and `commit`.
pub struct Unit(pub Vec<Statement>);

/// Which repetition this is.
#[derive(Clone, Copy)]
pub struct Turn {
    pub client: u64,
    pub number: u64,
}

impl Unit {
    /// Compares two executions for the same campaign and investor. `types` has the types of each statement's parameters.
    pub fn learn(
        first: &[Executed],
        second: &[Executed],
        instance: &Instance,
        types: Vec<Vec<Type>>,
    ) -> Result<Unit> {
        let texts = |side: &[Executed]| side.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        if texts(first) != texts(second) {
            bail!("two investments were not made by the same statements");
        }
        let mut new: Vec<String> = Vec::new();
        let mut statements = Vec::new();
        for ((one, other), types) in first.iter().zip(second).zip(types) {
            let pairs = one.parameters.iter().zip(&other.parameters).zip(&types);
            let parameters = pairs.map(|((one, other), kind)| match (one, other) {
                (Some(one), Some(other)) => Ok(classify(one, other, kind, instance, &mut new)),
                (None, None) => Ok(Parameter::Null),
                _ => bail!(
                    "a parameter is null in one investment only: {}",
                    one_line(&one_text(one, other))
                ),
            });
            statements.push(Statement {
                text: one.text.clone(),
                parameters: parameters.collect::<Result<_>>()?,
                types,
            });
        }
        Ok(Unit(statements))
    }
}

fn one_text(one: &Option<String>, other: &Option<String>) -> String {
    one.clone().or_else(|| other.clone()).unwrap_or_default()
}

fn classify(
    one: &str,
    other: &str,
    kind: &Type,
    instance: &Instance,
    new: &mut Vec<String>,
) -> Parameter {
    if *kind == Type::TIMESTAMPTZ {
        return Parameter::Now;
    }
    let role = one
        .parse()
        .ok()
        .and_then(|id: Uuid| instance.iter().position(|own| *own == id));
    if let Some(role) = role {
        return Parameter::Role(role);
    }
    if one == other || *kind == Type::BYTEA {
        return Parameter::Constant(one.to_owned());
    }
    let number = new
        .iter()
        .position(|known| known == one)
        .unwrap_or_else(|| {
            new.push(one.to_owned());
            new.len() - 1
        });
    match *kind {
        Type::UUID => Parameter::NewId(number),
        _ => Parameter::NewText(number, one.len()),
    }
}

/// An id that nobody else makes; those of later turns come later, as with version 7.
pub fn new_id(turn: Turn, number: usize) -> Uuid {
    let place = (number as u64) << 16 | turn.client;
    Uuid::from_u64_pair(0xf000_0000_0000_0000 | turn.number, place)
}

/// A text that nobody else makes.
pub fn new_text(turn: Turn, length: usize) -> String {
    let text = format!("{:x}", turn.number * 32 + turn.client);
    format!("{text:z>length$}")
}

/// The statement without what only PostgreSQL is sent: the wrapping that checks the row count, and row locks.
pub fn plain(text: &str) -> String {
    let text = match text.strip_prefix("with changed as (\n") {
        Some(wrapped) => wrapped
            .split("\n)\nselect 1 / cast")
            .next()
            .unwrap_or(wrapped),
        None => text,
    };
    let text = text.strip_suffix("\nreturning 1").unwrap_or(text);
    text.replace("\nfor update", "")
}

/// The text with each `$n` replaced.
pub fn with_parameters(
    text: &str,
    mut replace: impl FnMut(usize) -> Result<String>,
) -> Result<String> {
    let mut parts = text.split('$');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(part.len());
        let number: usize = part[..end].parse().with_context(|| one_line(text))?;
        result.push_str(&replace(number - 1)?);
        result.push_str(&part[end..]);
    }
    Ok(result)
}

/// A statement on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_told_apart_by_two_executions() {
        let instance: Instance = std::array::from_fn(|number| Uuid::from_u128(number as u128));
        let made = |id: u128, reference: &str| Executed {
            text: "insert into t values ($1, $2, $3, $4, $5)".to_owned(),
            parameters: vec![
                Some(Uuid::from_u128(id).to_string()),
                Some(Uuid::from_u128(3).to_string()),
                Some(reference.to_owned()),
                Some("OPEN".to_owned()),
                None,
            ],
        };
        let types = vec![vec![
            Type::UUID,
            Type::UUID,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
        ]];

        let unit = Unit::learn(&[made(100, "AB")], &[made(101, "CD")], &instance, types).unwrap();

        let expected = [
            Parameter::NewId(0),
            Parameter::Role(3),
            Parameter::NewText(1, 2),
            Parameter::Constant("OPEN".to_owned()),
            Parameter::Null,
        ];
        assert_eq!(unit.0[0].parameters, expected);
    }

    #[test]
    fn what_only_one_database_needs_is_taken_off() {
        let wrapped = "with changed as (\nupdate t\nset a = $2\nwhere id = $1\nreturning 1\n)\nselect 1 / cast(count(*) = 1 as integer) from changed";
        assert_eq!(plain(wrapped), "update t\nset a = $2\nwhere id = $1");
        assert_eq!(plain("select a\nfrom t\nfor update"), "select a\nfrom t");
    }

    #[test]
    fn parameters_are_replaced_by_their_number() {
        let replaced = with_parameters("a = $1 and b = $12", |number| Ok(format!("<{number}>")));
        assert_eq!(replaced.unwrap(), "a = <0> and b = <11>");
    }
}
