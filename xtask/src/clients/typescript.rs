//! The generated part of the TypeScript client.

use super::model::{Answer, Api, Body, Class, Operation};
use super::shape::{Schema, Shape, Type};

const MADE: &str = "// Generated from openapi.json by `cargo xtask clients`; edits are lost.\n";

/// `models.ts`: what goes over the line.
pub fn models(api: &Api) -> String {
    let mut text = format!(
        "/** What goes over the line. Lists of names are open, since a server may be newer. */\n{MADE}"
    );
    for schema in &api.schemas {
        text.push('\n');
        text.push_str(&model(schema));
    }
    text
}

fn model(schema: &Schema) -> String {
    let about = comment(&schema.about, 0);
    let name = &schema.name;
    match &schema.shape {
        Shape::Object(fields) if fields.is_empty() => {
            format!("{about}export type {name} = Record<string, never>;\n")
        }
        Shape::Object(fields) => {
            let mut text = format!("{about}export interface {name} {{\n");
            for field in fields {
                let mark = if field.required { "" } else { "?" };
                let kind = typescript(&field.kind);
                text.push_str(&comment(&field.about, 2));
                text.push_str(&format!("  {}{mark}: {kind};\n", field.name));
            }
            text.push_str("}\n");
            text
        }
        // The intersection keeps the names visible to editors while any other text fits.
        Shape::Names(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            format!(
                "{about}export type {name} = {} | (string & {{}});\n",
                names.join(" | ")
            )
        }
        Shape::Other(kind) => format!("{about}export type {name} = {};\n", typescript(kind)),
    }
}

fn typescript(kind: &Type) -> String {
    match kind {
        Type::Text => "string".to_owned(),
        Type::Integer | Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Anything | Type::Page(_) => "unknown".to_owned(),
        Type::Named(name) => name.clone(),
        Type::List(inner) => format!("Array<{}>", typescript(inner)),
        Type::Nullable(inner) => format!("{} | null", typescript(inner)),
    }
}

/// `operations.ts`: a class for each API, a method for each operation.
pub fn operations(api: &Api) -> String {
    let mut text = format!(
        "/** The APIs: a class for each, a method for each operation. */\n{MADE}
import {{ Connection }} from \"./connection.js\";
import type {{ Environment, Settings, Upload, WriteOptions }} from \"./connection.js\";
import {{ List }} from \"./lists.js\";
import type * as models from \"./models.js\";
"
    );
    for class in &api.classes {
        text.push_str(&class_text(class));
    }
    text
}

fn class_text(class: &Class) -> String {
    let mut text = format!(
        "\n{}export class {} {{
  readonly #connection: Connection;

  constructor(environment: Environment, settings: Partial<Settings> = {{}}) {{
    this.#connection = new Connection(environment, settings);
  }}

  /** Takes a token now, to find out early whether the credentials are right; calls do so by themselves. */
  signIn(): Promise<void> {{
    return this.#connection.signIn();
  }}
",
        comment(class.about, 0),
        class.name,
    );
    for operation in &class.operations {
        text.push('\n');
        text.push_str(&method(class, operation));
    }
    text.push_str("}\n");
    text
}

fn method(class: &Class, operation: &Operation) -> String {
    let mut parameters: Vec<String> = operation
        .in_path
        .iter()
        .map(|name| format!("{}: string", camel(name)))
        .collect();
    let mut call = Vec::new();
    match &operation.body {
        Body::None => {}
        Body::Json(kind) => {
            parameters.push(format!("body: {}", qualified(kind)));
            call.push("body");
        }
        Body::OptionalJson(kind) => {
            parameters.push(format!("body: {} = {{}}", qualified(kind)));
            call.push("body");
        }
        Body::File => {
            parameters.push("file: Upload".to_owned());
            call.push("file");
        }
    }
    if !operation.in_query.is_empty() {
        let query: Vec<String> = operation
            .in_query
            .iter()
            .map(|parameter| format!("{}?: {}", parameter.name, qualified(&parameter.kind)))
            .collect();
        parameters.push(format!("query: {{ {} }} = {{}}", query.join("; ")));
        call.push("query");
    }
    if operation.method != "GET" {
        parameters.push("options: WriteOptions = {}".to_owned());
        call.push("key: options.key");
    }
    let mut path = operation.path.clone();
    for name in &operation.in_path {
        let value = format!("${{encodeURIComponent({})}}", camel(name));
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    let (about, name, api) = (
        comment(&operation.about, 2),
        camel(&operation.name),
        class.api(),
    );
    let begin = |answer: &str| format!("{about}  {name}({}): {answer} {{\n", parameters.join(", "));
    if let Answer::Page(entry) = &operation.answer {
        let query = if operation.in_query.is_empty() {
            "{}"
        } else {
            "query"
        };
        return format!(
            "{}    return new List(this.#connection, \"{api}\", `{path}`, {query});\n  }}\n",
            begin(&format!("List<models.{entry}>"))
        );
    }
    if let Answer::File(media_type) = &operation.answer {
        let query = match operation.in_query.is_empty() {
            true => "",
            false => ", query",
        };
        return format!(
            "{}    return this.#connection.download(\"{api}\", `{path}`, \"{media_type}\"{query});\n  }}\n",
            begin("Promise<Uint8Array>")
        );
    }
    let answer = match &operation.answer {
        Answer::One(kind) => format!("Promise<{}>", qualified(kind)),
        _ => "Promise<void>".to_owned(),
    };
    let call = match call.is_empty() {
        true => String::new(),
        false => format!(", {{ {} }}", call.join(", ")),
    };
    format!(
        "{}    return this.#connection.call(\"{api}\", \"{}\", `{path}`{call});\n  }}\n",
        begin(&answer),
        operation.method
    )
}

/// As it is called outside the models.
fn qualified(kind: &Type) -> String {
    match kind {
        Type::Named(name) => format!("models.{name}"),
        Type::List(inner) => format!("Array<{}>", qualified(inner)),
        Type::Nullable(inner) => format!("{} | null", qualified(inner)),
        plain => typescript(plain),
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let mut letters = word.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        text + &head.into_iter().chain(letters).collect::<String>()
    })
}

fn comment(about: &str, indent: usize) -> String {
    let about = about.replace("*/", "* /");
    let indent = " ".repeat(indent);
    let lines: Vec<&str> = about.lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] => format!("{indent}/** {one} */\n"),
        many => {
            let mut text = format!("{indent}/**\n");
            for line in many {
                text.push_str(format!("{indent} * {line}").trim_end());
                text.push('\n');
            }
            text.push_str(&format!("{indent} */\n"));
            text
        }
    }
}
