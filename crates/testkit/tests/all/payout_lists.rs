//! Payout lists: who held what at the end of a day, drawn up by two, and every look at an account noted.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::{Session, id};
use testkit::{Backend, TestApp};
use uuid::Uuid;

use crate::transfers::{Holder, ended};

async fn propose(registrar: &Session, product: &str, record_date: &str) -> String {
    let path = format!("products/{product}/payout-lists/");
    let body = json!({"record_date": record_date, "reason": "The coupon of the year is due."});
    id(&registrar.post(&path, &body).await.expect(201))
}

/// A payout list as of a day that is over; its id.
pub async fn drawn_up(app: &TestApp, product: &str, record_date: &str) -> String {
    let decision = propose(&app.registrar().await, product, record_date).await;
    let path = format!("decisions/{decision}/confirm/");
    let other = app.other_registrar().await;
    other.post(&path, &json!({})).await.expect(200);
    let lists = format!("payout-lists/?product_id={product}");
    let lists = other.get(&lists).await.expect(200);
    let found = lists["results"].as_array().unwrap();
    id(found
        .iter()
        .find(|list| list["decision_id"] == decision.as_str())
        .unwrap())
}

async fn reads(app: &TestApp, list: &str) -> usize {
    let audit = app.registrar().await.get("audit/?page_size=500").await;
    let audit = audit.expect(200);
    let lines = audit["results"].as_array().unwrap().iter();
    lines
        .filter(|line| line["action"] == "payout_list.read" && line["target"] == list)
        .count()
}

/// § 28 eWpG: the issuer is discharged by paying who is entered; REG-30 (the register as of a moment).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_30_a_list_says_who_held_what_at_the_end_of_the_record_date(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given two holders at the end of a day, of whom one gives units to the other on the next.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let product = &partner.product_id;
    let (giver, _) = Holder::of_units(&app, &partner, &[6, 4]).await;
    let (receiver, _) = Holder::of_units(&app, &partner, &[1]).await;
    let day = app.app.registry.clock.now().berlin_date().to_string();
    let registrar = app.registrar().await;
    let path = format!("products/{product}/payout-lists/");
    let early = json!({"record_date": day, "reason": "Too early."});
    registrar
        .post(&path, &early)
        .await
        .refused_fields("invalid_body", &[("record_date", "in_future")]);
    app.advance_days(1);
    let to = &receiver.customer.address;
    let body = giver.signed(&app, product, to, 3);
    let transfer = id(&partner.api.post("transfers/", &body).await.expect(201));
    ended(&partner, &transfer).await;

    // When a list is proposed, nobody has it before another confirms; then it says what was so at the end of the day.
    let decision = propose(&registrar, product, &day).await;
    let confirm = format!("decisions/{decision}/confirm/");
    registrar
        .post(&confirm, &json!({}))
        .await
        .refused("four_eyes_required");
    assert_eq!(registrar.get("payout-lists/").await.expect(200)["count"], 0);
    let other = app.other_registrar().await;
    other.post(&confirm, &json!({})).await.expect(200);
    let lists = registrar.get("payout-lists/").await.expect(200);
    let list = lists["results"][0].clone();
    assert_eq!(
        (&list["record_date"], &list["holders"], &list["units"]),
        (&json!(day), &json!(2), &json!(11))
    );
    let list = id(&list);
    assert_eq!(
        registrar
            .get(&format!("payout-lists/{list}/"))
            .await
            .expect(200)["sequence"],
        4
    );
    assert_eq!(reads(&app, &list).await, 0);
    let entries = registrar
        .get(&format!("payout-lists/{list}/entries/"))
        .await;
    let entries = entries.expect(200);
    let of = |investor: &str| -> Value {
        let found = entries["results"].as_array().unwrap().iter();
        found
            .clone()
            .find(|entry| entry["investor_id"] == investor)
            .unwrap()
            .clone()
    };
    assert_eq!(of(&giver.customer.investor)["units"], 10);
    let account = of(&receiver.customer.investor)["bank_account"].clone();
    assert_eq!(account["account_holder"], "Annegret Vogelsang-Möwe");

    // Then each look at it is noted, as is who drew it up.
    assert_eq!(reads(&app, &list).await, 1);
    let table = registrar.get(&format!("payout-lists/{list}/csv/")).await;
    let table = table.text();
    assert!(table.starts_with("holder_id,investor_id,units,account_holder,iban,bic\r\n"));
    assert!(table.contains("\"Annegret Vogelsang-Möwe\""), "{table}");
    assert_eq!(table.lines().count(), 3);
    assert_eq!(reads(&app, &list).await, 2);

    // A list of the next day knows the transfer.
    app.advance_days(1);
    let next = (app.app.registry.clock.now().minus_seconds(86_400)).berlin_date();
    let next = drawn_up(&app, product, &next.to_string()).await;
    let entries = registrar
        .get(&format!("payout-lists/{next}/entries/"))
        .await;
    let units: u64 = entries.expect(200)["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["investor_id"] == receiver.customer.investor.as_str())
        .map(|entry| entry["units"].as_u64().unwrap())
        .sum();
    assert_eq!(units, 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whose_data_were_erased_has_no_account_in_a_list(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[2]).await;
    let day = app.app.registry.clock.now().berlin_date().to_string();
    app.advance_days(1);
    let list = drawn_up(&app, &partner.product_id, &day).await;
    let (registry, person) = (
        app.app.registry.clone(),
        holder.customer.investor.parse::<Uuid>().unwrap(),
    );
    let db = registry.db.clone();
    db.write(move |tx| registry.vault.destroy_owner(tx, person))
        .await
        .unwrap();
    let registrar = app.registrar().await;
    let entries = registrar
        .get(&format!("payout-lists/{list}/entries/"))
        .await;
    let entry = entries.expect(200)["results"][0].clone();
    assert_eq!(
        (&entry["units"], &entry["bank_account"]),
        (&json!(2), &Value::Null)
    );
    let missing = format!("payout-lists/{}/entries/", Uuid::new_v4());
    registrar.get(&missing).await.refused("not_found");
}
