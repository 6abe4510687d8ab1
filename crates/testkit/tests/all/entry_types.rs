//! How holders are entered (§ 8 eWpG): singly, and collectively for whoever is licensed to keep securities for others.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Reply, id};
use testkit::partner::{Customer, add};
use testkit::{Backend, Partner, Setup, TestApp, people};

use crate::restrictions::{assert_in_order, confirm, document, entered, execute, has_problem};
use crate::transfers::Holder;

/// A company that calls itself a custodian bank, with so many units, and its order.
pub async fn custodian(app: &TestApp, partner: &Partner, units: u64) -> (Customer, String) {
    let company = partner.company().await;
    let path = format!("investors/{company}/benefiting-persons/");
    let owner = people::benefiting_person();
    partner.api.post(&path, &owner).await.expect(201);
    partner.identify(&company).await;
    let path = format!("investors/{company}/");
    let bank = json!({"is_custodian_bank": true});
    partner.api.patch(&path, &bank).await.expect(200);
    let company = partner.with_wallet(company).await;
    let paid = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(&company, units, paid).await);
    partner.reaches(&order, "DELIVERED").await;
    (company, order)
}

fn licence() -> Value {
    json!({"custodian": {"kind": "custodian", "authority": "BaFin", "number": "SAMPLE-10154712"}})
}

async fn propose(
    app: &TestApp,
    (partner, wallet): (&Partner, &str),
    entry_type: &str,
    more: Value,
) -> Reply {
    let mut body = json!({
        "wallet_id": wallet, "entry_type": entry_type, "document_id": document(app, entry_type).await,
        "reason": "The holder has instructed it.",
    });
    add(&mut body, more);
    let path = format!("products/{}/conversions/", partner.product_id);
    app.registrar().await.post(&path, &body).await
}

/// Proposed by one, confirmed by another, and entered.
pub async fn converted(
    app: &TestApp,
    about: (&Partner, &str),
    entry_type: &str,
    more: Value,
) -> Value {
    let decision = id(&propose(app, about, entry_type, more).await.expect(201));
    confirm(app, &decision).await;
    testkit::app::eventually("the conversion is entered", async || {
        let path = format!("conversions/?product_id={}", about.0.product_id);
        let all = app.registrar().await.get(&path).await.expect(200);
        let mut all = all["results"].as_array().unwrap().clone().into_iter();
        all.find(|one| one["decision_id"] == decision.as_str() && one["status"] == "entered")
    })
    .await
}

/// A custodian with three units that is entered for others.
pub async fn some_conversion(app: &TestApp, partner: &Partner) {
    let (custodian, _) = custodian(app, partner, 3).await;
    converted(app, (partner, &custodian.wallet), "collective", licence()).await;
}

/// What the register says of a wallet, now or after an entry.
async fn holding(app: &TestApp, partner: &Partner, holder: &Value, after: &str) -> Value {
    let path = format!("products/{}/register/{after}", partner.product_id);
    let register = app.registrar().await.get(&path).await.expect(200);
    let holdings = register["holdings"].as_array().unwrap();
    let found = holdings.iter().find(|one| one["holder_id"] == *holder);
    found.unwrap().clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_27_a_collective_entry_is_for_custodians_alone_and_goes_back_on_instruction(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a natural person and a custodian with units.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (person, _) = Holder::of_units(&app, &partner, &[4]).await;
    let (bank, order) = custodian(&app, &partner, 3).await;

    // When the person shall be entered for others, or the custodian without a licence, or anybody as it is already: refused.
    let person = (&partner, person.customer.wallet.as_str());
    let refused = propose(&app, person, "collective", licence()).await;
    refused.refused("r13_entry_type");
    let bank_ = (&partner, bank.wallet.as_str());
    let refused = propose(&app, bank_, "collective", json!({})).await;
    refused.refused("r13_entry_type");
    propose(&app, bank_, "single", json!({}))
        .await
        .refused("conflict");
    let wrong = json!({"custodian": {"kind": "bank", "authority": " ", "number": "1"}});
    propose(&app, bank_, "both", wrong).await.refused_fields(
        "invalid_body",
        &[
            ("custodian.authority", "missing"),
            ("custodian.kind", "unknown_value"),
            ("entry_type", "unknown_value"),
        ],
    );

    // When the custodian has instructed it, it is an entry of its own: nothing moves, and the register says so from then on.
    let made = converted(&app, bank_, "collective", licence()).await;
    let holder = &made["holder_id"];
    let now = holding(&app, &partner, holder, "").await;
    assert_eq!(
        (&now["entry_type"], &now["units"]),
        (&json!("collective"), &json!(3))
    );
    let before = made["entry"].as_u64().unwrap() - 1;
    let after = format!("past/?sequence={before}");
    let earlier = holding(&app, &partner, holder, &after).await;
    assert_eq!(earlier["entry_type"], "single");
    assert_eq!(made["custodian"]["number"], "SAMPLE-10154712");
    assert_in_order(&app).await;

    // Then there are no statements of it, and nothing is entered for it that single entries alone have (§§ 17(2), 19 eWpG).
    let path = format!("investments/{order}/registry-statements/");
    let asked = partner.api.post(&path, &json!({})).await;
    asked.refused("statement_collective_entry");
    let pledge = json!({
        "wallet_id": bank.wallet, "kind": "pledge", "authority": "holder", "legal_basis": "Pledge agreement",
        "beneficiary": {"name": "Sparkasse Musterstadt", "seat": "Musterstadt"},
        "document_id": document(&app, "pledge").await, "reason": "The holder has presented it.",
    });
    let path = format!("products/{}/restrictions/", partner.product_id);
    let refused = app.registrar().await.post(&path, &pledge).await;
    refused.refused("r13_entry_type");

    // And single again it can be burdened, and what is burdened is not converted.
    converted(&app, bank_, "single", json!({})).await;
    let now = holding(&app, &partner, holder, "").await;
    assert_eq!(now["entry_type"], "single");
    let path = format!("investments/{order}/registry-statements/");
    partner.api.post(&path, &json!({})).await.expect(201);
    let (holder, _) = Holder::of_units(&app, &partner, &[1]).await;
    let bank = Holder {
        customer: bank,
        ..holder
    };
    entered(
        &app,
        (&bank, &partner.product_id),
        "pledge",
        json!({"units": 1}),
    )
    .await;
    let refused = propose(
        &app,
        (&partner, &bank.customer.wallet),
        "collective",
        licence(),
    )
    .await;
    refused.refused("r05_third_party_must_instruct");
    assert_in_order(&app).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_27_a_conversion_respects_the_terms(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let excluded = |file: &mut Value| {
        file["assets"][0]["offer"]["collective_entry_excluded"] = json!(true);
    };
    let app = Setup::new(backend).network(excluded).start().await;
    let partner = app.partner(0).await;
    let (bank, _) = custodian(&app, &partner, 3).await;
    propose(&app, (&partner, &bank.wallet), "collective", licence())
        .await
        .refused("r13_entry_type");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_09_a_changed_part_of_a_conversion_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    some_conversion(&app, &partner).await;
    assert_in_order(&app).await;
    for (column, change, undo) in [
        ("entry_type", "'single'", "'collective'"),
        ("licence_number", "null", "'SAMPLE-10154712'"),
        (
            "entry_sequence",
            "null",
            "(select max(sequence) from register_entries e where e.product_id = conversions.product_id and e.kind = 'conversion')",
        ),
    ] {
        for value in [change, undo] {
            let text = format!("update conversions set {column} = {value}");
            execute(&app, &text, vec![]).await;
            assert_eq!(has_problem(&app).await, value == change, "{column}");
        }
    }
    let text = "update conversions set document_hash = (select leaf_hash from register_entries order by sequence limit 1)";
    execute(&app, text, vec![]).await;
    assert!(has_problem(&app).await);
}
