//! The configuration page: only for whoever has the gateway's credential, only from its own forms, and it never shows a secret again.

use database::testing::Backend;
use reqwest::redirect::Policy;
use rstest::rstest;

use crate::stage::{Stage, eventually};

/// A browser without a mind of its own.
struct Browser {
    http: reqwest::Client,
    url: String,
    cookie: String,
    form_token: String,
}

struct Shown {
    status: u16,
    location: Option<String>,
    cookie: Option<String>,
    text: String,
}

impl Browser {
    fn at(url: &str) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none());
        Self {
            http: http.build().unwrap(),
            url: url.to_owned(),
            cookie: String::new(),
            form_token: String::new(),
        }
    }

    async fn sign_in(url: &str, id: &str, secret: &str) -> Self {
        let mut browser = Self::at(url);
        let form = [("client_id", id), ("client_secret", secret)];
        let shown = browser.post("/configuration/sign-in", &form).await;
        assert_eq!(shown.status, 303, "{}", shown.text);
        let cookie = shown.cookie.unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        let page = browser.get("/configuration/").await;
        assert_eq!(page.status, 200, "{}", page.text);
        browser.form_token = between(&page.text, "name=\"form_token\" value=\"", "\"");
        browser
    }

    async fn get(&self, path: &str) -> Shown {
        self.send(self.http.get(format!("{}{path}", self.url)))
            .await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mut form = fields.to_vec();
        form.push(("form_token", &self.form_token));
        let request = self.http.post(format!("{}{path}", self.url)).form(&form);
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Shown {
        let answer = request.header("cookie", &self.cookie).send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (location, cookie) = (header("location"), header("set-cookie"));
        Shown {
            status: answer.status().as_u16(),
            location,
            cookie,
            text: answer.text().await.unwrap(),
        }
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{text}"));
    rest.split_once(after).unwrap().0.to_owned()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_added_changed_and_removed(#[case] backend: Backend) {
    // Given a gateway with one environment, and whoever has its credential.
    let mut stage = Stage::start(backend).await;
    let made = gateway::create_client(&stage.gateway, "pages".to_owned()).await;
    let made = made.unwrap();
    let browser = Browser::sign_in(&stage.url, &made.client_id, &made.client_secret).await;
    gateway::remove_environment(&stage.gateway, stage.names[1].clone())
        .await
        .unwrap();

    // When the second is added by the form, it is sold.
    let access = stage.app.environment(1).clone();
    let secret = access.distributor.client_secret.clone();
    let form = [
        ("name", "second"),
        ("url", stage.proxies[1].url.as_str()),
        ("campaign_ids", access.campaign_id.as_str()),
        ("client_id", access.distributor.client_id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    let sent = browser.post("/configuration/environments", &form).await;
    assert_eq!(
        sent.location.as_deref(),
        Some("/configuration/"),
        "{}",
        sent.text
    );
    stage.names[1] = "second".to_owned();
    let shop = &stage.partner;
    eventually("both are sold", async || {
        let page = shop.get("campaigns/").await.expect(200);
        (page["count"] == 2).then_some(())
    })
    .await;

    // Then its page has all but the secret, and a change that names none keeps it.
    let page = browser.get("/configuration/environments/second").await;
    assert!(page.text.contains(&access.distributor.client_id) && !page.text.contains(&secret));
    let mut changed = form;
    changed[4].1 = "";
    let sent = browser.post("/configuration/environments", &changed).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let customer = shop.customer(&stage.ago(86_400)).await;
    let order = shop
        .order(&customer, &access.campaign_id, &stage.ago(60))
        .await;
    shop.post("investments/", &order).await.expect(201);
    stage.reaches(&customer.investor, 1, "synced").await;
    let page = browser.get("/configuration/").await;
    assert!(
        page.text.contains("data-status=\"synced\""),
        "{}",
        page.text
    );

    // What makes no sense is said; what somebody is in stays; what nobody is in goes.
    let mut wrong = form;
    wrong[1].1 = "ftp://elsewhere";
    wrong[0].1 = "third";
    let sent = browser.post("/configuration/environments", &wrong).await;
    assert!(
        sent.status == 400 && sent.text.contains("https://"),
        "{}",
        sent.text
    );
    let remove = "/configuration/environments/second/remove";
    assert_eq!(browser.post(remove, &[]).await.status, 400);
    let remove = format!("/configuration/environments/{}/remove", stage.names[0]);
    assert_eq!(browser.post(&remove, &[]).await.status, 303);
    let compared = browser.post("/configuration/compare", &[]).await;
    assert_eq!(compared.status, 303);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_in_and_no_form_is_taken_from_elsewhere(#[case] backend: Backend) {
    let stage = Stage::start(backend).await;
    let made = gateway::create_client(&stage.gateway, "pages".to_owned()).await;
    let made = made.unwrap();
    let stranger = Browser::at(&stage.url);
    for path in ["/configuration/", "/configuration/environments/x"] {
        let sent = stranger.get(path).await;
        assert_eq!(sent.location.as_deref(), Some("/configuration/sign-in"));
    }
    let wrong = [("client_id", "pages"), ("client_secret", "guessed")];
    let sent = stranger.post("/configuration/sign-in", &wrong).await;
    assert!(sent.status == 401 && sent.cookie.is_none());

    let mut browser = Browser::sign_in(&stage.url, "pages", &made.client_secret).await;
    let endpoint = [("url", "http://127.0.0.1:9/hook")];
    let made = browser.post("/configuration/endpoints", &endpoint).await;
    let secret = between(&made.text, "data-secret>", "<");
    assert!(secret.starts_with("whsec_"));
    assert!(!browser.get("/configuration/").await.text.contains(&secret));

    // A token of the API is no cookie, another session's value opens no form, and other sites send nothing.
    let compare = "/configuration/compare";
    let request = browser.http.post(format!("{}{compare}", browser.url));
    let foreign = request
        .form(&[("form_token", browser.form_token.as_str())])
        .header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(foreign).await.status, 403);
    let token = std::mem::replace(&mut browser.form_token, "guessed".to_owned());
    assert_eq!(browser.post(compare, &[]).await.status, 403);
    browser.form_token = token;
    let out = browser.post("/configuration/sign-out", &[]).await;
    assert!(out.cookie.unwrap().contains("Max-Age=0"));
    // Whoever is not good any more is out at once.
    let client = gateway::NewClient {
        client_id: "next".to_owned(),
        client_secret: "next secret".to_owned(),
    };
    gateway::keep_client(&stage.gateway, &client, std::time::Duration::ZERO)
        .await
        .unwrap();
    let gone = browser.get("/configuration/").await;
    assert_eq!(gone.location.as_deref(), Some("/configuration/sign-in"));
}
