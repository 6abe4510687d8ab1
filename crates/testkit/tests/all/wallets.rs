//! Wallets: addresses by the rules of EIP-55, each of one investor of an environment.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, Setup, TestApp, people};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_registered_before_and_eligible_after_identification(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an investor that is not identified, with a wallet in the body of creation and another one later.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let mut body = people::natural_person();
    body["wallets"] = json!([{"address": "0x52908400098527886E0F7030069857D2E4169EE7", "receiving_enabled": false}]);
    let investor = id(&partner.api.post("investors/", &body).await.expect(201));
    let later = partner.wallet(&investor, &people::wallet_address()).await;
    assert_eq!(
        (&later["eligible"], &later["frozen"]),
        (&json!(false), &json!(false))
    );

    // When it is identified.
    partner.identify(&investor).await;

    // Then both are eligible, oldest first, the address with its checksum.
    let path = format!("investors/{investor}/wallets/");
    let wallets = partner.api.get(&path).await.expect(200);
    assert_eq!(wallets["count"], 2);
    let first = &wallets["results"][0];
    assert_eq!(
        first["address"],
        "0x52908400098527886E0F7030069857D2E4169EE7"
    );
    assert_eq!(
        (&first["type"], &first["receiving_enabled"]),
        (&json!("eth-generic"), &json!(false))
    );
    assert!(
        wallets["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|wallet| wallet["eligible"] == true)
    );
    // And receiving can be switched on.
    let path = format!("{path}{}/", id(first));
    let changed = partner
        .api
        .patch(&path, &json!({"receiving_enabled": true}))
        .await
        .expect(200);
    assert_eq!(changed["receiving_enabled"], true);
    assert_eq!(partner.api.get(&path).await.expect(200), changed);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_refused_and_reveals_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an address of another platform's investor in the same environment.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let address = people::wallet_address();
    let theirs = other.investor().await;
    let their_wallet = id(&other.wallet(&theirs, &address).await);

    // When it is registered here, alone or with a new investor.
    let own = partner.investor().await;
    let path = format!("investors/{own}/wallets/eth-generic/");
    let alone = partner.api.post(&path, &json!({"address": address})).await;
    let mut body = people::natural_person();
    body["wallets"] = json!([{"address": address.to_uppercase().replace("0X", "0x")}]);
    let with_investor = partner.api.post("investors/", &body).await;

    // Then neither tells who has it, and no investor was made.
    for reply in [alone, with_investor] {
        let problem = reply.refused("wallet_address_taken").to_string();
        assert!(
            !problem.contains(&theirs) && !problem.contains(&their_wallet),
            "{problem}"
        );
        assert!(
            !problem.to_lowercase().contains("alpenkapital"),
            "{problem}"
        );
    }
    assert_eq!(partner.api.get("investors/").await.expect(200)["count"], 1);
    // In another environment the same address is normal.
    let elsewhere = app.partner(1).await;
    let investor = elsewhere.investor().await;
    elsewhere.wallet(&investor, &address).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_cannot_hold_units_are_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/wallets/eth-generic/");
    let post = async |address: &str| partner.api.post(&path, &json!({"address": address})).await;
    for address in [
        "",
        "0x",
        "52908400098527886E0F7030069857D2E4169EE7",
        "0x52908400098527886E0F7030069857D2E4169EE",
        "wallet",
    ] {
        let refused = post(address).await.refused("invalid_body");
        assert_eq!(refused["errors"][0]["field"], "address", "{address}");
    }
    let broken = post("0x52908400098527886E0F7030069857D2E4169Ee7").await;
    broken.refused_fields("invalid_body", &[("address", "invalid_checksum")]);
    let zero = post("0x0000000000000000000000000000000000000000")
        .await
        .refused("invalid_body");
    assert_eq!(zero["errors"][0]["field"], "address");
    // The token's own contract is nobody's wallet.
    post(&app.environment(0).token_address)
        .await
        .refused("wallet_not_accepted");
    assert_eq!(
        partner
            .api
            .get(&format!("investors/{investor}/wallets/"))
            .await
            .expect(200)["count"],
        0
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_managed_wallet_is_one_per_investor(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/wallets/eth-managed/");
    // Without a body, as the guide sends it, and again.
    let first = partner
        .api
        .call(Method::POST, &path)
        .send()
        .await
        .expect(201);
    let again = partner.api.post(&path, &json!({})).await.ok();
    assert_eq!(first["id"], again["id"]);
    assert_eq!(first["type"], "eth-managed");
    assert_eq!(
        partner
            .api
            .get(&format!("investors/{investor}/wallets/"))
            .await
            .expect(200)["count"],
        1
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_custody_there_are_no_managed_wallets(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a registrar without a custody licence.
    let without = |network: &mut serde_json::Value| {
        _ = network["network"]
            .as_object_mut()
            .unwrap()
            .remove("custody")
    };
    let app = Setup::new(backend).network(without).start().await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/wallets/eth-managed/");
    partner
        .api
        .post(&path, &json!({}))
        .await
        .refused("managed_wallet_not_available");
}
