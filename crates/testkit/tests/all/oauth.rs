//! OAuth 2.0 client credentials as RFC 6749 and the published reference have it.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::app::{eventually, sign_in, take_token};
use testkit::client::Session;
use testkit::{Backend, Setup, TestApp, people};

/// Names and values.
type Form<'a> = &'a [(&'a str, &'a str)];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_by_post_and_by_basic(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a client and its secret.
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let client = &environment.distributor;
    let endpoint = Session::anonymous(&environment.url);

    // When the scope is left out, all that is granted is given.
    let posted = take_token(&endpoint, client, None).await.expect(200);
    assert_eq!(posted["token_type"], "Bearer");
    assert_eq!(posted["expires_in"], 3600);
    let granted = "investors:read investors:write investments:read investments:write transfers:read transfers:write redemptions:read redemptions:write documents:write";
    assert_eq!(posted["scope"], granted);

    // By Basic too, and with fewer scopes.
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "investors:read"),
    ];
    let call = endpoint.call(Method::POST, "oauth/token").form(&form);
    let basic = call
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    assert_eq!(basic.header("cache-control"), Some("no-store"));
    assert_eq!(basic.expect(200)["scope"], "investors:read");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_request_is_refused_as_rfc_6749_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let client = &environment.distributor;
    let endpoint = Session::anonymous(&environment.url);
    let id = client.client_id.as_str();
    let secret = client.client_secret.as_str();
    let foreign = &app.environment(1).distributor;
    let cases: [(Form<'_>, u16, &str); 8] = [
        (
            &[
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", "wrong"),
            ],
            401,
            "invalid_client",
        ),
        (
            &[
                ("grant_type", "client_credentials"),
                ("client_id", "nobody"),
                ("client_secret", secret),
            ],
            401,
            "invalid_client",
        ),
        // A client of another environment is unknown here.
        (
            &[
                ("grant_type", "client_credentials"),
                ("client_id", &foreign.client_id),
                ("client_secret", &foreign.client_secret),
            ],
            401,
            "invalid_client",
        ),
        (
            &[("grant_type", "client_credentials"), ("client_id", id)],
            401,
            "invalid_client",
        ),
        (
            &[("grant_type", "client_credentials")],
            400,
            "invalid_request",
        ),
        (
            &[("client_id", id), ("client_secret", secret)],
            400,
            "invalid_request",
        ),
        (
            &[
                ("grant_type", "password"),
                ("client_id", id),
                ("client_secret", secret),
            ],
            400,
            "unsupported_grant_type",
        ),
        (
            &[
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", secret),
                ("scope", "investors:read network:write"),
            ],
            400,
            "invalid_scope",
        ),
    ];
    for (form, status, error) in cases {
        let refusal = endpoint
            .call(Method::POST, "oauth/token")
            .form(form)
            .send()
            .await
            .expect(status);
        assert_eq!(refusal["error"], error, "{form:?}");
    }
    // A wrong secret by Basic is answered with the challenge.
    let form = [("grant_type", "client_credentials")];
    let refused = endpoint
        .call(Method::POST, "oauth/token")
        .form(&form)
        .basic(id, "wrong")
        .send()
        .await;
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic")
    );
    refused.expect(401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_in_its_environment_only(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let elsewhere = format!("{}/distributor/v2", app.environment(1).url);

    // No token, no token of ours, a token of another environment, of the network, and a changed one.
    let api = &partner.api;
    let refused = Session::anonymous(&api.base).get("investors/").await;
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer")
    );
    refused.refused("token_missing");
    api.with_token("not-a-token")
        .get("investors/")
        .await
        .refused("token_invalid");
    api.at(&elsewhere)
        .get("investors/")
        .await
        .refused("token_invalid");
    let registrar = app.registrar().await;
    registrar
        .at(&api.base)
        .get("investors/")
        .await
        .refused("token_invalid");
    let mut changed = api.token.clone().unwrap().into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    api.with_token(changed)
        .get("investors/")
        .await
        .refused("token_invalid");
    // And an environment that does not exist is named, not the token.
    let nowhere = format!(
        "{}/environments/nowhere/api/external/distributor/v2",
        app.url
    );
    api.at(nowhere).get("investors/").await.refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_expires(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    // Given tokens that live for a second.
    let app = Setup::new(backend)
        .config(|config| config.limits.token_lifetime_s = 1)
        .start()
        .await;
    let partner = app.partner(0).await;

    // When it is over, the code says so, and the client can take another token.
    let reply = eventually("the token has expired", async || {
        let reply = partner.api.get("products/").await;
        (reply.status != 200).then_some(reply)
    })
    .await;
    assert!(
        reply
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );
    reply.refused("token_expired");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_client_is_out_within_a_second(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a client that works.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    partner.api.get("products/").await.expect(200);

    // When the registrar withdraws it.
    let client_id = app.environment(0).distributor.client_id.clone();
    let caller = registry::Caller::network("test");
    let clients = registry::clients::list(&app.app.registry, &caller)
        .await
        .unwrap();
    let client = clients
        .iter()
        .find(|client| client.client_id == client_id)
        .unwrap();
    let request = registry::Request::internal("test", "revoke");
    registry::clients::revoke(&app.app.registry, &request, client.id)
        .await
        .unwrap();

    // Then its token is worth nothing, and it gets no other.
    eventually("the token is worth nothing", async || {
        let reply = partner.api.get("products/").await;
        (reply.status == 401).then(|| reply.refused("token_invalid"))
    })
    .await;
    let endpoint = Session::anonymous(&app.environment(0).url);
    let refused = take_token(&endpoint, &app.environment(0).distributor, None)
        .await
        .expect(401);
    assert_eq!(refused["error"], "invalid_client");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_is_missing_is_named(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let endpoint = Session::anonymous(&environment.url);
    let api = Session::anonymous(format!("{}/distributor/v2", environment.url));
    for (scope, path, needed) in [
        ("investors:write", "investors/", "investors:read"),
        ("investors:read", "investments/", "investments:read"),
        ("documents:write", "campaigns/", "investments:read"),
    ] {
        let token = take_token(&endpoint, &environment.distributor, Some(scope))
            .await
            .expect(200);
        let session = api.with_token(token["access_token"].as_str().unwrap());
        let reply = session.get(path).await;
        let challenge = reply.header("www-authenticate").unwrap().to_owned();
        assert!(challenge.contains("insufficient_scope"), "{challenge}");
        assert!(
            reply.refused("insufficient_scope")["detail"]
                .as_str()
                .unwrap()
                .contains(needed)
        );
    }
    // Writing needs its own scope, and nothing was written.
    let token = take_token(&endpoint, &environment.distributor, Some("investors:read"))
        .await
        .expect(200);
    let reader = api.with_token(token["access_token"].as_str().unwrap());
    reader
        .post("investors/", &people::natural_person())
        .await
        .refused("insufficient_scope");
    assert_eq!(reader.get("investors/").await.expect(200)["count"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_kind_of_client_is_not_permitted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given the issuer's token of an environment, which is good there.
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    let issuer = sign_in(&environment.url, &environment.issuer).await;
    let partner = sign_in(&environment.url, &environment.distributor).await;

    // When it is used for the distributor's part, or the distributor's for the issuer's.
    issuer
        .get("distributor/v2/investors/")
        .await
        .refused("not_permitted");
    partner
        .get("issuer/v2/products/")
        .await
        .refused("not_permitted");
    partner
        .post(
            "issuer/v2/investments/accept/",
            &json!({"investment_ids": []}),
        )
        .await
        .refused("not_permitted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_leads_to_the_token_endpoint(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let stranger = app.stranger();
    let environment = app.environment(0);
    let issuer = environment.url.clone();
    let path = issuer.strip_prefix(&app.url).unwrap();
    for place in [
        format!("{path}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server{path}"),
    ] {
        let metadata = stranger.get(&place).await.expect(200);
        assert_eq!(metadata["issuer"], issuer);
        assert_eq!(metadata["token_endpoint"], format!("{issuer}/oauth/token"));
        assert!(
            metadata["scopes_supported"]
                .as_array()
                .unwrap()
                .contains(&json!("investors:write"))
        );
        let methods = metadata["token_endpoint_auth_methods_supported"]
            .as_array()
            .unwrap();
        assert!(
            methods.contains(&json!("client_secret_basic"))
                && methods.contains(&json!("client_secret_post"))
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_sees_all_it_owns_in_one_place(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an issuer's client, which works in its environment and at the place for all that it owns.
    let app = TestApp::start(backend).await;
    let environment = app.environment(1);
    let base = format!("{}/api/external", app.url);
    for endpoint in [base.clone(), format!("{base}/issuer")] {
        let session = sign_in(&endpoint, &environment.issuer)
            .await
            .at(format!("{base}/issuer/v2"));
        let products = session.get("products/").await.expect(200);
        // Then it sees its own products and no others.
        assert_eq!(products["count"], 1);
        assert_eq!(products["results"][0]["id"], environment.product_id);
        let other = &app.environment(0).product_id;
        session
            .get(&format!("products/{other}/"))
            .await
            .refused("not_found");
    }
    // A distributor takes no token there.
    let refused = take_token(&Session::anonymous(&base), &environment.distributor, None)
        .await
        .expect(401);
    assert_eq!(refused["error"], "invalid_client");
}
