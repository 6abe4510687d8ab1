//! Proof of control: a challenge, its answer by key or by contract, and what is refused without anything changing.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Reply, id};
use testkit::contract_wallet::{Behaviour, put};
use testkit::holder::HolderKey;
use testkit::{Backend, Partner, Setup, TestApp};

use crate::transfers::Holder;

/// The order of the curve secp256k1 (SEC 2).
const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

fn demanding(network: &mut Value) {
    network["network"]["wallets"] = json!({"proof": "demanded"});
}

fn path(investor: &str, wallet: &str) -> String {
    format!("investors/{investor}/wallets/{wallet}/")
}

async fn challenge(partner: &Partner, investor: &str, wallet: &str) -> Value {
    let path = format!("{}challenges/", path(investor, wallet));
    partner.api.post(&path, &json!({})).await.expect(201)
}

async fn prove(partner: &Partner, investor: &str, wallet: &str, proof: &Value) -> Reply {
    let path = format!("{}proofs/", path(investor, wallet));
    partner.api.post(&path, proof).await
}

/// Control of a holder's wallet, shown by its key.
pub async fn proven(partner: &Partner, holder: &Holder) -> Value {
    let (investor, wallet) = (&holder.customer.investor, &holder.customer.wallet);
    let challenge = challenge(partner, investor, wallet).await;
    let proof = holder.key.proof(&challenge, "eip191");
    prove(partner, investor, wallet, &proof).await.expect(200)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn units_wait_for_the_proof_where_the_network_demands_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network that demands a proof, and paid orders of investors who have given an address.
    let app = Setup::new(backend).network(demanding).start().await;
    let partner = app.partner(0).await;
    for scheme in ["eip191", "eip712"] {
        let holder = Holder::new(&app, &partner).await;
        let (investor, wallet) = (&holder.customer.investor, &holder.customer.wallet);
        let path = path(investor, wallet);
        let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
        let order = id(&partner.invest(&holder.customer, 2, paid).await);
        let waiting = partner.investment(&order).await;
        assert_eq!(waiting["blocked_by"], "wallet_unproven");
        assert_eq!(
            partner.api.get(&path).await.expect(200)["awaits_proof"],
            true
        );

        // When the holder's key has signed the challenge.
        let challenge = challenge(&partner, investor, wallet).await;
        assert_eq!(challenge["address"], holder.customer.address);
        let text = challenge["message"].as_str().unwrap();
        assert!(
            text.contains(&app.environment(0).name) && text.contains(investor),
            "{text}"
        );
        let proof = holder.key.proof(&challenge, scheme);
        let proven = prove(&partner, investor, wallet, &proof).await.expect(200);

        // Then the units are delivered, and the platform and the registrar see how it was proven.
        assert_eq!(proven["proof"]["scheme"], scheme);
        assert_eq!(proven["awaits_proof"], false);
        assert_eq!(partner.api.get(&path).await.expect(200), proven);
        partner.reaches(&order, "DELIVERED").await;
        let events = partner.feed().await;
        let told = events.iter().find(|event| event["wallet_id"] == *wallet);
        assert_eq!(told.unwrap()["status"], "proven");
        let audit = app.registrar().await.get("audit/").await;
        assert!(audit.text().contains("wallet.prove"), "{}", audit.text());
        // The same signature in the form of EIP-2098, over another challenge.
        let again = self::challenge(&partner, investor, wallet).await;
        let mut compact = holder.key.proof(&again, scheme);
        let bytes = alloy::hex::decode(compact["signature"].as_str().unwrap()).unwrap();
        let signature = alloy::primitives::Signature::from_raw(&bytes).unwrap();
        compact["signature"] = json!(format!("0x{}", alloy::hex::encode(signature.as_erc2098())));
        prove(&partner, investor, wallet, &compact)
            .await
            .expect(200);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_proves_nothing_is_refused_and_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).network(demanding).start().await;
    let partner = app.partner(0).await;
    let holder = Holder::new(&app, &partner).await;
    let (investor, wallet) = (&holder.customer.investor, &holder.customer.wallet);
    let path = path(investor, wallet);
    let before = partner.api.get(&path).await.expect(200);
    let asked = challenge(&partner, investor, wallet).await;
    let refused = async |proof: &Value, code: &str| {
        prove(&partner, investor, wallet, proof).await.refused(code);
        assert_eq!(partner.api.get(&path).await.expect(200), before, "{code}");
    };

    // Another key, the text for the typed data, another chain, another investor's text.
    refused(
        &HolderKey::random().proof(&asked, "eip191"),
        "wallet_proof_invalid",
    )
    .await;
    let mut crossed = holder.key.proof(&asked, "eip191");
    crossed["scheme"] = json!("eip712");
    refused(&crossed, "wallet_proof_invalid").await;
    let mut elsewhere = asked.clone();
    elsewhere["typed_data"]["domain"]["chainId"] = json!(1);
    refused(
        &holder.key.proof(&elsewhere, "eip712"),
        "wallet_proof_invalid",
    )
    .await;
    let mut theirs = asked.clone();
    let text = asked["message"].as_str().unwrap();
    theirs["message"] = json!(text.replace(investor, &uuid::Uuid::nil().to_string()));
    refused(&holder.key.proof(&theirs, "eip191"), "wallet_proof_invalid").await;
    // The same signature with its s in the upper half, and one with a v of another use.
    let good = holder.key.proof(&asked, "eip191");
    let bytes = alloy::hex::decode(good["signature"].as_str().unwrap()).unwrap();
    let order = alloy::primitives::U256::from_str_radix(ORDER, 16).unwrap();
    let s = alloy::primitives::U256::from_be_slice(&bytes[32..64]);
    let mut high = bytes.clone();
    high[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
    high[64] = 55 - bytes[64];
    let with = |bytes: &[u8]| {
        let mut proof = good.clone();
        proof["signature"] = json!(format!("0x{}", alloy::hex::encode(bytes)));
        proof
    };
    refused(&with(&high), "wallet_signature_malleable").await;
    let mut strange = bytes.clone();
    strange[64] = 37;
    refused(&with(&strange), "wallet_proof_invalid").await;
    refused(&with(&[0; 65]), "wallet_proof_invalid").await;
    // What is no signature, no scheme, no challenge of this wallet.
    let short = prove(&partner, investor, wallet, &with(&bytes[2..])).await;
    short.refused_fields("invalid_body", &[("signature", "invalid_format")]);
    let mut unknown = good.clone();
    unknown["scheme"] = json!("eip1272");
    let unknown = prove(&partner, investor, wallet, &unknown).await;
    unknown.refused_fields("invalid_body", &[("scheme", "unknown_value")]);
    let other = Holder::new(&app, &partner).await;
    let (their_investor, their_wallet) = (&other.customer.investor, &other.customer.wallet);
    let foreign = challenge(&partner, their_investor, their_wallet).await;
    let foreign = prove(
        &partner,
        investor,
        wallet,
        &holder.key.proof(&foreign, "eip191"),
    )
    .await;
    foreign.refused_fields("invalid_body", &[("challenge_id", "not_found")]);
    // A key where a contract is said to be.
    let mut no_contract = good.clone();
    no_contract["scheme"] = json!("eip1271");
    refused(&no_contract, "wallet_not_a_contract").await;
    // Nor do units come by a transfer.
    let (giver, _) = {
        let giver = Holder::new(&app, &partner).await;
        proven(&partner, &giver).await;
        let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
        let order = id(&partner.invest(&giver.customer, 2, paid).await);
        partner.reaches(&order, "DELIVERED").await;
        (giver, order)
    };
    let body = giver.signed(&app, &partner.product_id, &holder.customer.address, 1);
    partner
        .api
        .post("transfers/", &body)
        .await
        .refused("wallet_unproven");

    // A challenge is good for 15 minutes, and once.
    app.advance_seconds(15 * 60);
    refused(&good, "wallet_challenge_expired").await;
    let fresh = challenge(&partner, investor, wallet).await;
    let fresh = holder.key.proof(&fresh, "eip712");
    prove(&partner, investor, wallet, &fresh).await.expect(200);
    prove(&partner, investor, wallet, &fresh)
        .await
        .refused("wallet_challenge_used");
    // And no more than a few wait.
    for _ in 0..10 {
        challenge(&partner, investor, wallet).await;
    }
    let path = format!("{path}challenges/");
    partner
        .api
        .post(&path, &json!({}))
        .await
        .refused("too_many");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_wallet_answers_for_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network that demands no proof. A contract may still be nobody's wallet, so its own word is asked for.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let owner = HolderKey::random();
    let holder = owner.address().parse().unwrap();
    for scheme in ["eip712", "eip191"] {
        let address = put(&app, Behaviour::Owned(holder)).await;
        let investor = partner.investor().await;
        let wallet = partner.wallet(&investor, &address).await;
        assert_eq!(wallet["awaits_proof"], true);
        let wallet = id(&wallet);

        // When its owner has signed typed data or text, the contract says yes to that and no to another key.
        let asked = challenge(&partner, &investor, &wallet).await;
        let mut theirs = HolderKey::random().proof(&asked, scheme);
        theirs["scheme"] = json!("eip1271");
        let refused = prove(&partner, &investor, &wallet, &theirs).await;
        refused.refused("wallet_proof_invalid");
        let mut own = owner.proof(&asked, scheme);
        own["scheme"] = json!("eip1271");
        let proven = prove(&partner, &investor, &wallet, &own).await.expect(200);

        // Then the wallet receives as any other.
        assert_eq!(proven["proof"]["scheme"], "eip1271");
        assert_eq!(proven["awaits_proof"], false);
    }
    // Contracts that do anything else leave everything as it was.
    for behaviour in [Behaviour::Reverts, Behaviour::Mumbles, Behaviour::Burns] {
        let address = put(&app, behaviour).await;
        let investor = partner.investor().await;
        let wallet = partner.wallet(&investor, &address).await;
        let asked = challenge(&partner, &investor, &id(&wallet)).await;
        let mut proof = owner.proof(&asked, "eip191");
        proof["scheme"] = json!("eip1271");
        let refused = prove(&partner, &investor, &id(&wallet), &proof).await;
        refused.refused("wallet_contract_unusable");
        let path = path(&investor, &id(&wallet));
        assert_eq!(
            partner.api.get(&path).await.expect(200),
            wallet,
            "{behaviour:?}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_the_network_itself_are_nobodys_wallet(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let investor = partner.investor().await;
    let path = format!("investors/{investor}/wallets/");
    let generic = format!("{path}eth-generic/");
    let register = async |address: &str| {
        let body = json!({"address": address});
        partner.api.post(&generic, &body).await
    };
    // The zero address and what networks have built in.
    for number in (0..=0x11).chain([0x100]) {
        let refused = register(&format!("0x{number:040x}")).await;
        refused.refused_fields("invalid_body", &[("address", "out_of_range")]);
    }
    // Our tokens, of any environment, alone and with a new investor; and the factory.
    for index in [0, 1] {
        let token = &app.environment(index).token_address;
        register(token).await.refused("wallet_not_accepted");
        let mut body = testkit::people::natural_person();
        body["wallets"] = json!([{"address": token}]);
        let with_investor = partner.api.post("investors/", &body).await;
        with_investor.refused("wallet_not_accepted");
    }
    let factory = database::Sql("select factory from chain_deployment");
    let factory: Result<[u8; 20], database::DatabaseError> = app
        .app
        .registry
        .db
        .read(move |tx| tx.query_one(factory, &[])?.get(0))
        .await;
    let factory = domain::Address::from_bytes(factory.unwrap()).to_string();
    register(&factory).await.refused("wallet_not_accepted");
    assert_eq!(partner.api.get(&path).await.expect(200)["count"], 0);
    assert_eq!(partner.api.get("investors/").await.expect(200)["count"], 1);
}
