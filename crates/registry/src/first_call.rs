//! The first call of a new client, in four languages, with the real values in place: what is pasted works.

use wire::assets::FirstCall;

/// Stands where the secret goes, in every answer but the one that shows it.
const PLACEHOLDER: &str = "YOUR_CLIENT_SECRET";
/// Stands where the client's ID goes while there is none.
const NO_CLIENT: &str = "YOUR_CLIENT_ID";

/// What a snippet names.
pub(crate) struct Values<'a> {
    pub(crate) environment_url: &'a str,
    pub(crate) campaign_id: &'a str,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) client_secret: Option<&'a str>,
}

/// Takes a token and reads the campaign: nothing that is called changes anything.
pub(crate) fn snippets(values: &Values) -> FirstCall {
    FirstCall {
        curl: filled(include_str!("first_call/first_call.sh"), values),
        python: filled(include_str!("first_call/first_call.py"), values),
        typescript: filled(include_str!("first_call/first_call.ts"), values),
        rust: filled(include_str!("first_call/first_call.rust"), values),
    }
}

fn filled(template: &str, values: &Values) -> String {
    let token_url = format!("{}/oauth/token", values.environment_url);
    [
        ("{{token_url}}", token_url.as_str()),
        ("{{environment_url}}", values.environment_url),
        ("{{campaign_id}}", values.campaign_id),
        ("{{client_id}}", values.client_id.unwrap_or(NO_CLIENT)),
        (
            "{{client_secret}}",
            values.client_secret.unwrap_or(PLACEHOLDER),
        ),
    ]
    .into_iter()
    .fold(template.to_owned(), |text, (place, value)| {
        text.replace(place, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_open_but_the_secret() {
        let values = Values {
            environment_url: "https://network.example/environments/art/api/external",
            campaign_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70",
            client_id: Some("cl-live-art-1"),
            client_secret: None,
        };
        let made = snippets(&values);
        for text in [&made.curl, &made.python, &made.typescript, &made.rust] {
            assert!(!text.contains("{{") && text.contains(PLACEHOLDER), "{text}");
        }
    }
}
