//! Credentials: platforms, issuers and the registrar look after their own clients, and nobody after another's.

use cashlink::demo::client::Credentials;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::{eventually, sign_in, take_token};
use testkit::client::{Session, id};
use testkit::{Backend, Setup, TestApp};

/// What a client is signed in with.
fn credentials(client: &Value) -> Credentials {
    Credentials {
        client_id: client["client_id"].as_str().unwrap().to_owned(),
        client_secret: client["client_secret"].as_str().unwrap().to_owned(),
    }
}

/// The token endpoint of a client.
fn door(client: &Value) -> Session {
    Session::anonymous(client["api_url"].as_str().unwrap())
}

async fn works(client: &Value, credentials: &Credentials) -> bool {
    take_token(&door(client), credentials, None).await.status == 200
}

/// The first platform over all its assets, and what it says to make a client in the first environment.
async fn platform(app: &TestApp) -> (Session, Value) {
    let first = app.platform_ids(0).await.remove(0);
    let body = json!({"name": "shop", "environment": app.environment(0).name});
    (app.platform(&first).await, body)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_makes_its_credentials_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a platform, when it makes a client for an asset that it sells.
    let app = TestApp::start(backend).await;
    let (own, body) = platform(&app).await;
    let made = own.post_with_key("clients/", "k-1", &body).await;
    let client = made.clone().expect(201);

    // Then ID and secret show where they belong, and the secret is shown once: a repeat of the request gets the same answer.
    let name = &app.environment(0).name;
    let shown = credentials(&client);
    assert!(shown.client_id.starts_with(&format!("cl-live-{name}-")));
    assert!(shown.client_secret.starts_with("cl_live_"));
    let again = own.post_with_key("clients/", "k-1", &body).await;
    assert_eq!(again.expect(201), client);
    let path = format!("clients/{}/", id(&client));
    let kept = own.get(&path).await.expect(200);
    assert_eq!(
        (&kept["client_secret"], &kept["last_used_at"], &kept["mode"]),
        (&Value::Null, &Value::Null, &json!("live"))
    );
    let hint = kept["credentials"][0]["hint"].as_str().unwrap();
    assert!(shown.client_secret.ends_with(hint));

    // And it opens the environment, with every scope of a distributor.
    let api = sign_in(door(&client).base.as_str(), &shown).await;
    let products = api.get("distributor/v2/products/").await.expect(200);
    assert_eq!(products["count"], 1);
    assert_eq!(client["scopes"].as_array().unwrap().len(), 9);
    let used = own.get(&path).await.expect(200);
    assert!(used["last_used_at"].is_string());

    // The platform sees its own clients, and what was done in its name.
    let other = app.platform(&app.platform_ids(0).await[1]).await;
    other.get(&path).await.refused("not_found");
    let listed = own.get("clients/").await.expect(200);
    let ids: Vec<String> = listed["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(id)
        .collect();
    assert!(ids.contains(&id(&client)));
    let foreign = other.get("clients/").await.expect(200).to_string();
    assert!(!foreign.contains(&id(&client)));
    let lines = own.get("audit/").await.expect(200);
    let newest = &lines["results"][0];
    assert_eq!(
        (&newest["action"], &newest["target"]),
        (&json!("client.create"), &client["client_id"])
    );
    assert!(!lines.to_string().contains(&shown.client_secret));
    let foreign = other.get("audit/").await.expect(200);
    assert!(!foreign.to_string().contains(&shown.client_id));
    let all = app.registrar().await.get("audit/").await.expect(200);
    assert!(all.to_string().contains(&shown.client_id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_replaced_without_a_gap(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a client.
    let app = TestApp::start(backend).await;
    let (own, body) = platform(&app).await;
    let client = own.post("clients/", &body).await.expect(201);
    let first = credentials(&client);
    let path = format!("clients/{}/rotate/", id(&client));

    // When it is rotated, both secrets work for a day.
    let rotated = own.post(&path, &json!({})).await.expect(200);
    let second = credentials(&rotated);
    assert_ne!(first.client_secret, second.client_secret);
    assert!(works(&client, &first).await && works(&client, &second).await);
    let in_force = rotated["credentials"].as_array().unwrap();
    assert!(in_force[0]["expires_at"].is_string() && in_force[1]["expires_at"].is_null());

    // When it is rotated without overlap, only the newest does.
    let rotated = own
        .post(&path, &json!({"overlap_hours": 0}))
        .await
        .expect(200);
    let third = credentials(&rotated);
    assert!(!works(&client, &first).await && !works(&client, &second).await);
    assert!(works(&client, &third).await);
    assert_eq!(rotated["credentials"].as_array().unwrap().len(), 1);

    // An overlap has an end, and so has the number of secrets.
    let too_long = json!({"overlap_hours": 721});
    let refused = own.post(&path, &too_long).await;
    refused.refused_fields("invalid_body", &[("overlap_hours", "out_of_range")]);
    for _ in 0..9 {
        own.post(&path, &json!({})).await.expect(200);
    }
    own.post(&path, &json!({})).await.refused("too_many");
    let lines = own.get("audit/").await.expect(200);
    assert_eq!(lines["results"][0]["action"], "client.rotate");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_revoked_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (own, body) = platform(&app).await;
    let client = own.post("clients/", &body).await.expect(201);
    let api = sign_in(&door(&client).base, &credentials(&client)).await;
    api.get("distributor/v2/products/").await.expect(200);

    let path = format!("clients/{}/revoke/", id(&client));
    let revoked = own.post(&path, &json!({})).await.expect(200);
    assert!(revoked["revoked_at"].is_string());

    assert!(!works(&client, &credentials(&client)).await);
    eventually("the token is worth nothing", async || {
        let reply = api.get("distributor/v2/products/").await;
        (reply.status == 401).then(|| reply.refused("token_invalid"))
    })
    .await;
    own.post(&path, &json!({})).await.refused("not_found");
    let rotate = format!("clients/{}/rotate/", id(&client));
    own.post(&rotate, &json!({})).await.refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_bound_to_networks_scopes_and_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a server behind a proxy, and a client that is bound to a network.
    let app = Setup::new(backend)
        .config(|config| config.trusted_proxies = vec!["127.0.0.0/8".to_owned()])
        .start()
        .await;
    let (own, mut body) = platform(&app).await;
    body["allowed_networks"] = json!(["192.0.2.0/24"]);
    body["scopes"] = json!(["investors:read"]);
    let client = own.post("clients/", &body).await.expect(201);
    let known = credentials(&client);

    // When it comes from elsewhere it gets no token; from there it does, with the scope that it has.
    assert!(!works(&client, &known).await);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &known.client_id),
        ("client_secret", &known.client_secret),
    ];
    let taken = door(&client)
        .call(Method::POST, "oauth/token")
        .header("x-forwarded-for", "192.0.2.7")
        .form(&form)
        .send()
        .await
        .expect(200);
    assert_eq!(taken["scope"], "investors:read");
    let api = door(&client).with_token(taken["access_token"].as_str().unwrap());
    let path = "distributor/v2/investors/";
    let inside = api
        .call(Method::GET, path)
        .header("x-forwarded-for", "192.0.2.8");
    inside.send().await.expect(200);
    // A token that was carried away is worth nothing.
    let outside = api
        .call(Method::GET, path)
        .header("x-forwarded-for", "198.51.100.1");
    outside.send().await.refused("address_not_allowed");

    // A client with an end is out when it comes; real time counts, as for tokens.
    let end = registry::clock::real_now().plus_seconds(2).to_string();
    let short = json!({"name": "short", "environment": app.environment(0).name, "expires_at": end});
    let short = own.post("clients/", &short).await.expect(201);
    let api = sign_in(&door(&short).base, &credentials(&short)).await;
    eventually("the client is out", async || {
        let reply = api.get(path).await;
        (reply.status == 401).then(|| reply.refused("token_invalid"))
    })
    .await;
    assert!(!works(&short, &credentials(&short)).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_made_only_for_what_is_ones_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (own, body) = platform(&app).await;
    let with = |field: &str, value: Value| {
        let mut body = body.clone();
        body[field] = value;
        body
    };
    for (field, value, place, code) in [
        ("name", json!(""), "name", "missing"),
        ("environment", json!("nowhere"), "environment", "not_found"),
        (
            "scopes",
            json!(["investors:read", "network:write"]),
            "scopes[1]",
            "unknown_value",
        ),
        (
            "expires_at",
            json!("2020-01-01T00:00:00Z"),
            "expires_at",
            "out_of_range",
        ),
        (
            "allowed_networks",
            json!(["10.0.0.0/40"]),
            "allowed_networks[0]",
            "invalid_format",
        ),
        (
            "public_key",
            json!({"kty": "oct"}),
            "public_key.kty",
            "unknown_value",
        ),
    ] {
        let refused = own.post("clients/", &with(field, value)).await;
        refused.refused_fields("invalid_body", &[(place, code)]);
    }
    let platforms = app.platform_ids(0).await;
    let foreign = with("distribution_platform_id", json!(platforms[1]));
    own.post("clients/", &foreign)
        .await
        .refused("not_permitted");

    // An issuer makes clients where it has an asset.
    let issuer = &app.environment(0).issuer;
    let base = format!("{}/api/network/v1", app.url);
    let issuer = sign_in(&base, issuer).await;
    let made = issuer.post("clients/", &body).await.expect(201);
    assert_eq!(made["kind"], "issuer");
    let elsewhere = with("environment", json!(app.environment(1).name));
    let refused = issuer.post("clients/", &elsewhere).await;
    refused.refused_fields("invalid_body", &[("environment", "not_found")]);

    // The registrar makes them for anybody, but none that could confirm what its maker proposes.
    let registrar = app.registrar().await;
    let body = with("distribution_platform_id", json!(platforms[1]));
    let made = registrar.post("clients/", &body).await.expect(201);
    assert_eq!(
        (&made["kind"], &made["distribution_platform_id"]),
        (&json!("distributor"), &json!(platforms[1]))
    );
    let reader = json!({"name": "reads"});
    let reader = registrar.post("clients/", &reader).await.expect(201);
    assert_eq!(reader["scopes"], json!(["network:read"]));
    let decides = json!({"name": "decides", "scopes": ["network:write"]});
    let refused = registrar.post("clients/", &decides).await;
    refused.refused_fields("invalid_body", &[("scopes[0]", "unknown_value")]);
    let second = app.other_registrar().await;
    let theirs = second.get("clients/?page_size=500").await.expect(200);
    let theirs = theirs["results"].as_array().unwrap().clone();
    let first = &app.access.network.credentials.client_id;
    let theirs = theirs.iter().find(|client| client["client_id"] == **first);
    let rotate = format!("clients/{}/rotate/", id(theirs.unwrap()));
    second
        .post(&rotate, &json!({}))
        .await
        .refused("not_permitted");
}
