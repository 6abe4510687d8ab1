//! Compares two schemas from the side of the one who sends (a request) or receives (an answer, a webhook).

use std::collections::BTreeSet;

use serde_json::Value;

use super::view::{View, unwrap};

/// References may point at references; no sensible document goes deeper.
pub const DEPTH: usize = 16;

/// Who reads the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// We do: we must go on accepting what was accepted.
    Request,
    /// The partner does: everything that was there must stay.
    Answer,
}

/// One version of the API document.
#[derive(Clone, Copy)]
pub struct Document<'a>(&'a Value);

impl<'a> Document<'a> {
    /// Follows references to the thing itself.
    pub fn resolve(self, mut value: &'a Value) -> &'a Value {
        for _ in 0..DEPTH {
            match value
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| reference.strip_prefix('#'))
            {
                Some(pointer) => value = self.0.pointer(pointer).unwrap_or(&Value::Null),
                None => break,
            }
        }
        value
    }
}

/// Two versions, and what was found so far.
pub struct Comparison<'a> {
    pub old: Document<'a>,
    pub new: Document<'a>,
    pub changes: BTreeSet<String>,
    /// Named schemas are compared once for each direction; they may contain themselves.
    visited: BTreeSet<(String, String, Direction)>,
}

impl<'a> Comparison<'a> {
    pub fn new(old: &'a Value, new: &'a Value) -> Comparison<'a> {
        Comparison {
            old: Document(old),
            new: Document(new),
            changes: BTreeSet::new(),
            visited: BTreeSet::new(),
        }
    }

    pub fn found(&mut self, change: String) {
        self.changes.insert(change);
    }

    /// Compares two schemas; a named one is reported under its name, not under each place that uses it.
    pub fn schema(
        &mut self,
        place: &str,
        direction: Direction,
        (old, new): (&'a Value, &'a Value),
    ) {
        let ((old, old_null), (new, new_null)) = (unwrap(old), unwrap(new));
        match direction {
            Direction::Request if old_null && !new_null => {
                self.found(format!("{place} may no longer be \"null\""))
            }
            Direction::Answer if new_null && !old_null => {
                self.found(format!("{place} may now be \"null\""))
            }
            _ => {}
        }
        let names = (name(old), name(new));
        let place = match &names {
            (Some(old_name), Some(new_name)) => {
                if !self
                    .visited
                    .insert((old_name.to_string(), new_name.to_string(), direction))
                {
                    return;
                }
                old_name
            }
            _ => place,
        };
        let old = View::of(self.old, old);
        let new = View::of(self.new, new);
        self.types(place, direction, &old, &new);
        for value in old
            .values
            .iter()
            .filter(|value| !new.values.is_empty() && !new.values.contains(*value))
        {
            self.found(format!("{place}: {value} removed"));
        }
        self.properties(place, direction, &old, &new);
        if let (Some(old_items), Some(new_items)) = (old.items, new.items) {
            self.schema(&format!("{place}[]"), direction, (old_items, new_items));
        }
        self.variants(place, direction, &old, &new);
    }

    fn types(&mut self, place: &str, direction: Direction, old: &View, new: &View) {
        if old.types.is_empty() || new.types.is_empty() {
            return;
        }
        let (wider, narrower, words) = match direction {
            Direction::Request => (&old.types, &new.types, "may no longer be"),
            Direction::Answer => (&new.types, &old.types, "may now be"),
        };
        for kind in wider.difference(narrower) {
            self.found(format!("{place} {words} {kind:?}"));
        }
    }

    fn properties(&mut self, place: &str, direction: Direction, old: &View<'a>, new: &View<'a>) {
        for (field, old_schema) in &old.properties {
            let place = format!("{place}.{field}");
            match new.properties.get(field) {
                None => self.found(format!("{place}: removed")),
                Some(new_schema) => self.schema(&place, direction, (old_schema, new_schema)),
            }
        }
        match direction {
            Direction::Request => {
                for field in new.required.difference(&old.required) {
                    self.found(format!("{place}.{field} is now required in a request"));
                }
            }
            Direction::Answer => {
                let gone = |field: &&&str| {
                    new.properties.contains_key(**field) && !new.required.contains(**field)
                };
                for field in old.required.iter().filter(gone) {
                    self.found(format!("{place}.{field} is no longer always in an answer"));
                }
            }
        }
    }

    /// Alternatives are matched by their names; nameless ones by their position, if none came or went.
    fn variants(&mut self, place: &str, direction: Direction, old: &View<'a>, new: &View<'a>) {
        for (at, old_variant) in old.variants.iter().enumerate() {
            let by_name = |wanted: String| {
                new.variants
                    .iter()
                    .find(move |variant| name(variant).as_ref() == Some(&wanted))
            };
            let counterpart = match name(old_variant) {
                Some(wanted) => by_name(wanted),
                None if old.variants.len() == new.variants.len() => new.variants.get(at),
                None => continue,
            };
            match counterpart {
                Some(new_variant) => self.schema(
                    &format!("{place}|{at}"),
                    direction,
                    (old_variant, new_variant),
                ),
                None => {
                    let gone = name(old_variant).unwrap_or_default();
                    self.found(format!("{place}: alternative {gone} removed"));
                }
            }
        }
    }
}

/// The name of a referenced schema.
fn name(schema: &Value) -> Option<String> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.rsplit('/').next().unwrap_or(reference).to_owned())
}
