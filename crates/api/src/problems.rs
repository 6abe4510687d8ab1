//! The pages that the `type` of a problem leads to: the catalogue of refusals, for people.

use axum::response::Html;
use http::{ApiError, PathParams};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::ProblemCode;

use crate::html;
use crate::refusals::PublicRefusals;

/// A path that names a code.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CodePath {
    /// The code of a problem.
    code: String,
}

/// The catalogue of refusals
#[utoipa::path(
    get, path = "/problems", tag = "Problems",
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html"), PublicRefusals),
)]
pub(crate) async fn list_problem_codes() -> Html<String> {
    let entries: String = ProblemCode::ALL.iter().map(|code| entry(*code)).collect();
    Html(html::page("Refusals", &format!("<dl>{entries}</dl>")))
}

/// One refusal of the catalogue
#[utoipa::path(
    get, path = "/problems/{code}", tag = "Problems", params(CodePath),
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html"), PublicRefusals),
)]
pub(crate) async fn get_problem_code(
    PathParams(path): PathParams<CodePath>,
) -> Result<Html<String>, ApiError> {
    let code = ProblemCode::find(&path.code).ok_or_else(ApiError::not_found)?;
    let all = "<p><a href=\"/problems\">All refusals</a></p>";
    Ok(Html(html::page(
        code.title(),
        &format!("<dl>{}</dl>{all}", entry(code)),
    )))
}

fn entry(code: ProblemCode) -> String {
    format!(
        "<dt id=\"{name}\"><code>{name}</code> ({status}): {title}</dt><dd>{description}</dd>",
        name = code.as_str(),
        status = code.status(),
        title = code.title(),
        description = marked_up(code.description()),
    )
}

/// The catalogue's texts have code in backticks and no characters that HTML reserves.
fn marked_up(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(i, part)| match i % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_code_is_on_the_page() {
        let Html(page) = list_problem_codes().await;
        for code in ProblemCode::ALL {
            assert!(page.contains(&format!("id=\"{}\"", code.as_str())));
            assert!(!code.title().contains(['<', '>', '&']));
            assert!(!code.description().contains(['<', '>', '&']));
        }
    }

    #[test]
    fn backticks_become_code() {
        assert_eq!(
            marked_up("send `X` or `Y`"),
            "send <code>X</code> or <code>Y</code>"
        );
    }
}
