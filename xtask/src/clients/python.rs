//! The generated part of the Python client.

use super::model::{Answer, Api, Body, Class, Operation};
use super::shape::{Schema, Shape, Type};

const MADE: &str = "# Generated from openapi.json by `cargo xtask clients`; edits are lost.\n";

/// `models.py`: what goes over the line, as dictionaries with types.
pub fn models(api: &Api) -> String {
    let mut text = format!(
        "\"\"\"What goes over the line: dictionaries with types. Lists of names are open, since a server may be newer.\"\"\"\n{MADE}
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, Union
"
    );
    for schema in &api.schemas {
        text.push('\n');
        text.push_str(&model(schema));
    }
    text
}

fn model(schema: &Schema) -> String {
    let name = &schema.name;
    match &schema.shape {
        Shape::Object(fields) => {
            let mut text = format!(
                "\nclass {name}(TypedDict):\n    {}\n",
                quoted(&schema.about, 4)
            );
            if !fields.is_empty() {
                text.push('\n');
            }
            for field in fields {
                let kind = python(&field.kind);
                let kind = match field.required {
                    true => kind,
                    false => format!("NotRequired[{kind}]"),
                };
                if !field.about.is_empty() {
                    text.push_str(&format!("    #: {}\n", one_line(&field.about)));
                }
                text.push_str(&format!("    {}: {kind}\n", field.name));
            }
            text
        }
        Shape::Names(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            let about = one_line(&schema.about);
            format!(
                "\n#: {about}\n{name}: TypeAlias = Union[Literal[{}], str]\n",
                names.join(", ")
            )
        }
        Shape::Other(kind) => format!("\n{name}: TypeAlias = {}\n", python(kind)),
    }
}

fn python(kind: &Type) -> String {
    match kind {
        Type::Text => "str".to_owned(),
        Type::Integer => "int".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Anything | Type::Page(_) => "Any".to_owned(),
        Type::Named(name) => name.clone(),
        Type::List(inner) => format!("list[{}]", python(inner)),
        Type::Nullable(inner) => format!("Union[{}, None]", python(inner)),
    }
}

/// `operations.py`: a class for each API, a method for each operation.
pub fn operations(api: &Api) -> String {
    let names: Vec<String> = api
        .classes
        .iter()
        .map(|class| format!("\"{}\"", class.name))
        .collect();
    let mut text = format!(
        "\"\"\"The APIs: a class for each, a method for each operation.\"\"\"\n{MADE}
from __future__ import annotations

from typing import Any, Union, cast
from urllib.parse import quote

from . import models
from ._connection import Connection, Environment, Settings
from ._keys import Key
from ._lists import List

__all__ = [{}]


def _segment(value: str) -> str:
    return quote(str(value), safe=\"\")
",
        names.join(", ")
    );
    for class in &api.classes {
        text.push_str(&class_text(class));
    }
    text
}

fn class_text(class: &Class) -> String {
    let mut text = format!(
        "\n
class {}:
    {}

    def __init__(self, environment: Environment, settings: Settings | None = None) -> None:
        self._connection = Connection(environment, settings or Settings())

    def sign_in(self) -> None:
        \"\"\"Takes a token now, to find out early whether the credentials are right; calls do so by themselves.\"\"\"
        self._connection.sign_in()
",
        class.name,
        quoted(class.about, 4),
    );
    for operation in &class.operations {
        text.push('\n');
        text.push_str(&method(class, operation));
    }
    text
}

fn method(class: &Class, operation: &Operation) -> String {
    let mut positional: Vec<String> = operation
        .in_path
        .iter()
        .map(|name| format!("{name}: str"))
        .collect();
    let mut named = Vec::new();
    let mut call = Vec::new();
    match &operation.body {
        Body::None => {}
        Body::Json(kind) => {
            positional.push(format!("body: {}", qualified(kind)));
            call.push("body=body".to_owned());
        }
        Body::OptionalJson(kind) => {
            positional.push(format!("body: {} | None = None", qualified(kind)));
            call.push("body={} if body is None else body".to_owned());
        }
        Body::File => {
            positional.push("name: str, content: bytes, content_type: str".to_owned());
            call.push("file=(name, content, content_type)".to_owned());
        }
    }
    let query: Vec<String> = operation
        .in_query
        .iter()
        .map(|parameter| format!("\"{0}\": {0}", parameter.name))
        .collect();
    named.extend(operation.in_query.iter().map(|parameter| {
        format!(
            "{}: {} | None = None",
            parameter.name,
            qualified(&parameter.kind)
        )
    }));
    if operation.method != "GET" {
        named.push("key: Key | None = None".to_owned());
        call.push("key=key".to_owned());
    }
    if !named.is_empty() {
        named.insert(0, "*".to_owned());
    }
    let parameters = [vec!["self".to_owned()], positional, named]
        .concat()
        .join(", ");
    let mut path = operation.path.clone();
    for name in &operation.in_path {
        path = path.replace(&format!("{{{name}}}"), &format!("{{_segment({name})}}"));
    }
    let path = match operation.in_path.is_empty() {
        true => format!("\"{path}\""),
        false => format!("f\"{path}\""),
    };
    let (api, about) = (class.api(), quoted(&operation.about, 8));
    let begin = |answer: &str| {
        format!(
            "    def {}({parameters}) -> {answer}:\n        {about}\n",
            operation.name
        )
    };
    if let Answer::Page(entry) = &operation.answer {
        let query = query.join(", ");
        return format!(
            "{}        return List(self._connection, \"{api}\", {path}, {{{query}}})\n",
            begin(&format!("List[models.{entry}]"))
        );
    }
    if let Answer::File(media_type) = &operation.answer {
        let mut arguments = format!("\"{api}\", {path}, \"{media_type}\"");
        if !query.is_empty() {
            arguments.push_str(&format!(", query={{{}}}", query.join(", ")));
        }
        return format!(
            "{}        return self._connection.download({arguments})\n",
            begin("bytes")
        );
    }
    if !query.is_empty() {
        call.push(format!("query={{{}}}", query.join(", ")));
    }
    let arguments = [
        vec![format!("\"{api}\", \"{}\", {path}", operation.method)],
        call,
    ]
    .concat()
    .join(", ");
    match &operation.answer {
        Answer::One(kind) => {
            let kind = qualified(kind);
            format!(
                "{}        return cast({kind}, self._connection.call({arguments}))\n",
                begin(&kind)
            )
        }
        _ => format!(
            "{}        self._connection.call({arguments})\n",
            begin("None")
        ),
    }
}

/// As it is called outside the models.
fn qualified(kind: &Type) -> String {
    match kind {
        Type::Named(name) => format!("models.{name}"),
        Type::List(inner) => format!("list[{}]", qualified(inner)),
        Type::Nullable(inner) => format!("Union[{}, None]", qualified(inner)),
        plain => python(plain),
    }
}

fn one_line(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A docstring whose further lines are indented.
fn quoted(about: &str, indent: usize) -> String {
    let about = about.replace('\\', "\\\\").replace("\"\"\"", "'''");
    let lines: Vec<&str> = about.lines().map(str::trim_end).collect();
    let indent = " ".repeat(indent);
    let mut text = format!("\"\"\"{}", lines.first().copied().unwrap_or_default());
    for line in lines.iter().skip(1) {
        text.push('\n');
        if !line.is_empty() {
            text.push_str(&indent);
            text.push_str(line);
        }
    }
    if lines.len() > 1 {
        text.push_str(&format!("\n{indent}"));
    }
    text.push_str("\"\"\"");
    text
}
