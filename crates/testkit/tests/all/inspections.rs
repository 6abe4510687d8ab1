//! Inspection of the register by others: on a ground that carries it, granted by two, noted, and destroyed after two years.

use database::Sql;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::browser::Human;
use testkit::client::{Session, id};
use testkit::{Backend, Partner, TestApp};
use uuid::Uuid;

use crate::transfers::Holder;

/// Two years from the day on which the tests begin, with the leap day of 2028.
const TWO_YEARS: i64 = 731;

pub fn body(legal_basis: &str, holder: Option<&str>) -> Value {
    let scope = if holder.is_some() {
        "holder"
    } else {
        "register"
    };
    json!({
        "person": {
            "name": "Ottilie Brandauer-Specht", "birth_date": "1971-03-05", "address": "Am Anger 3, 99084 Erfurt, DE",
            "identified_by": "Identity card L01X00T47, Stadt Erfurt", "identified_on": "2026-01-20",
        },
        "represents": "Specht Inkasso GmbH",
        "legal_basis": legal_basis,
        "interest": "Enforcement of a judgment against the holder",
        "evidence": "Landgericht Erfurt, 4 O 1203/25",
        "scope": scope,
        "holder_id": holder,
    })
}

fn assessed(mut body: Value) -> Value {
    body["assessment"] = json!({
        "interest": "There is an enforceable title",
        "necessity": "The debtor hides where the units are",
        "balance": "Enforcement goes before secrecy",
    });
    body
}

/// An inspection that nobody has granted; its id.
pub async fn some_inspection(app: &TestApp, product: &str) -> String {
    let path = format!("products/{product}/inspections/");
    let body = body("authority", None);
    let asked = app.registrar().await.post(&path, &body).await;
    id(&asked.expect(201))
}

async fn grant(app: &TestApp, inspection: &Value) {
    let decision = inspection["decision_id"].as_str().unwrap();
    let path = format!("decisions/{decision}/confirm/");
    let other = app.other_registrar().await;
    other.post(&path, &json!({})).await.expect(200);
}

/// The identifier of who holds so many units.
async fn holder_of(registrar: &Session, partner: &Partner, units: u64) -> String {
    let path = format!("products/{}/register/", partner.product_id);
    let register = registrar.get(&path).await.expect(200);
    let holdings = register["holdings"].as_array().unwrap();
    let found = holdings.iter().find(|one| one["units"] == units).unwrap();
    found["holder_id"].as_str().unwrap().to_owned()
}

async fn lines(registrar: &Session, action: &str) -> Vec<Value> {
    let audit = registrar.get("audit/?page_size=500").await.expect(200);
    let lines = audit["results"].as_array().unwrap().clone();
    lines
        .into_iter()
        .filter(|line| line["action"] == action)
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_25_who_a_holder_is_is_shown_after_three_parts_and_four_eyes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (_, _) = Holder::of_units(&app, &partner, &[6]).await;
    let registrar = app.registrar().await;
    let holder = holder_of(&registrar, &partner, 6).await;
    let path = format!("products/{}/inspections/", partner.product_id);

    // When the ground does not carry what is asked for, it is refused by field.
    let usual = body("legitimate_interest", Some(&holder));
    let refused = registrar.post(&path, &usual).await;
    refused.refused_fields("invalid_body", &[("legal_basis", "out_of_range")]);
    let special = body("special_interest", Some(&holder));
    let refused = registrar.post(&path, &special).await;
    refused.refused_fields("invalid_body", &[("assessment", "missing")]);
    let mut two_parts = assessed(special.clone());
    two_parts["assessment"]["balance"] = json!(" ");
    let refused = registrar.post(&path, &two_parts).await;
    refused.refused_fields("invalid_body", &[("assessment.balance", "missing")]);
    let nobody = assessed(body("special_interest", Some(&Uuid::new_v4().to_string())));
    let refused = registrar.post(&path, &nobody).await;
    refused.refused_fields("invalid_body", &[("holder_id", "unknown_value")]);
    let mut unidentified = assessed(special.clone());
    unidentified["person"]["identified_by"] = json!("");
    let refused = registrar.post(&path, &unidentified).await;
    refused.refused_fields("invalid_body", &[("person.identified_by", "missing")]);

    // Then with all parts it waits for a second person, shows nothing before, and then who it is.
    let asked = registrar.post(&path, &assessed(special)).await.expect(201);
    assert_eq!(asked["status"], "requested");
    let extract = format!("inspections/{}/extract/", id(&asked));
    let early = registrar.get(&extract).await;
    early.refused("inspection_not_granted");
    let own = format!(
        "decisions/{}/confirm/",
        asked["decision_id"].as_str().unwrap()
    );
    registrar
        .post(&own, &json!({}))
        .await
        .refused("four_eyes_required");
    grant(&app, &asked).await;
    let shown = registrar.get(&extract).await.expect(200);
    assert_eq!(shown["holder"]["holder_id"], holder.as_str());
    assert_eq!(shown["holder"]["name"], "Annegret Vogelsang-Möwe");
    assert_eq!(shown["register"]["holdings"][0]["units"], 6);
    assert_eq!(shown["register"]["sequence"], 2);

    // And what comes later is no part of it.
    Holder::of_units(&app, &partner, &[3]).await;
    assert_eq!(registrar.get(&extract).await.expect(200), shown);
    assert_eq!(lines(&registrar, "inspection.read").await.len(), 2);

    // The register without persons needs a legitimate interest only, and shows nobody.
    let usual = body("legitimate_interest", None);
    let asked = registrar.post(&path, &usual).await.expect(201);
    grant(&app, &asked).await;
    let extract = format!("inspections/{}/extract/?page_size=2", id(&asked));
    let shown = registrar.get(&extract).await.expect(200);
    assert_eq!(shown["holder"], Value::Null);
    assert_eq!(shown["register"]["holdings"].as_array().unwrap().len(), 2);
    assert_eq!(shown["register"]["has_more"], true);

    // A refusal says why, and stays.
    let asked = registrar
        .post(&path, &body("authority", None))
        .await
        .expect(201);
    let refuse = format!("inspections/{}/refuse/", id(&asked));
    let reason = json!({"reason": "The file number belongs to somebody else."});
    let refused = registrar.post(&refuse, &reason).await.expect(200);
    assert_eq!(
        (&refused["status"], &refused["refusal"]),
        (&json!("refused"), &reason["reason"])
    );
    registrar.post(&refuse, &reason).await.refused("conflict");
    let late = format!(
        "decisions/{}/confirm/",
        asked["decision_id"].as_str().unwrap()
    );
    let other = app.other_registrar().await;
    other
        .post(&late, &json!({}))
        .await
        .refused("decision_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_26_an_inspection_is_noted_and_destroyed_after_two_years(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an inspection that was granted and read.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let registrar = app.registrar().await;
    let path = format!("products/{}/inspections/", partner.product_id);
    let asked = registrar
        .post(&path, &body("authority", None))
        .await
        .expect(201);
    grant(&app, &asked).await;
    let extract = format!("inspections/{}/extract/", id(&asked));
    registrar.get(&extract).await.expect(200);

    // Then the note says when, who, for whom, on which ground, at what and why, and the audit log none of the persons.
    let noted = registrar.get("inspections/").await.expect(200);
    let noted = &noted["results"][0];
    let request = &noted["request"];
    assert_eq!(request["person"]["name"], "Ottilie Brandauer-Specht");
    assert_eq!(request["represents"], "Specht Inkasso GmbH");
    assert_eq!(
        (&request["legal_basis"], &request["scope"]),
        (&json!("authority"), &json!("register"))
    );
    assert_eq!(
        request["interest"],
        "Enforcement of a judgment against the holder"
    );
    assert!(noted["requested_at"].is_string() && noted["kept_until"].is_string());
    let audit = registrar.get("audit/?page_size=500").await.expect(200);
    assert!(!audit.to_string().contains("Brandauer"), "{audit}");

    // On the last day of the two years it is there, and on the next nothing is left of it but that it was destroyed; one of that day stays.
    app.advance_days(TWO_YEARS);
    registry::inspections::destroy_overdue(&app.app.registry)
        .await
        .unwrap();
    let registrar = app.registrar().await;
    registrar.get(&extract).await.expect(200);
    app.advance_days(1);
    let registrar = app.registrar().await;
    let younger = some_inspection(&app, &partner.product_id).await;
    // By several at once, as by two servers on one database.
    let destroy = || registry::inspections::destroy_overdue(&app.app.registry);
    let (one, two) = tokio::join!(destroy(), destroy());
    assert!(one.unwrap() + two.unwrap() <= 1);
    let gone = registrar.get(&extract).await;
    gone.refused("not_found");
    let left = registrar.get("inspections/").await.expect(200);
    assert_eq!(left["count"], 1);
    assert_eq!(left["results"][0]["id"], younger.as_str());
    let destroyed = lines(&registrar, "inspection.destroy").await;
    assert_eq!(destroyed.len(), 1);
    assert_eq!(destroyed[0]["target"], id(&asked).as_str());
    let count = |sql| {
        let db = app.app.registry.db.clone();
        async move {
            let counted = db.read(move |tx| tx.query_one(sql, &[])?.get::<u64>(0));
            counted.await.unwrap()
        }
    };
    assert_eq!(count(Sql("select count(*) from inspections")).await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_25_the_registrars_pages_note_grant_and_show_an_inspection(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder, and two operators, of whom one speaks German.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    Holder::of_units(&app, &partner, &[6]).await;
    let registrar = app.registrar().await;
    let holder = holder_of(&registrar, &partner, 6).await;
    let role = || domain::Role::Registrar(domain::RegistrarRole::Operator);
    let all = || domain::Products::All;
    let mut first = Human::with_role(&app, role(), all(), "first@example.com").await;
    let mut second = Human::with_role(&app, role(), all(), "second@example.com").await;
    let register = format!("/console/registers/{}", partner.product_id);
    let form = format!("{register}/inspection");
    first.browser.visit(&register).await.ok().says(&form);
    first.browser.visit(&form).await.ok();

    // When what is asked for lacks a part, the form says so beside the field and keeps what was typed.
    let mut fields = vec![
        ("person.name", "Ottilie Brandauer-Specht"),
        ("person.birth_date", "1971-03-02"),
        ("person.address", "Musterweg 1, 14467 Potsdam"),
        ("person.identified_by", "Identity card L01X00T47"),
        ("person.identified_on", "2026-05-20"),
        ("legal_basis", "special_interest"),
        ("scope", "holder"),
        ("holder_id", holder.as_str()),
        ("interest", "Enforcement of a judgment"),
        ("evidence", "12 O 345/25"),
    ];
    let wrong = first.browser.submit(&form, &fields).await;
    wrong
        .refused("invalid_body")
        .says("assessment")
        .says("Ottilie Brandauer-Specht");
    fields.extend([
        ("assessment.interest", "A title against the holder"),
        ("assessment.necessity", "Nobody else knows who it is"),
        ("assessment.balance", "The title outweighs secrecy"),
    ]);
    let asked = first.browser.submit(&form, &fields).await;
    let page = asked.location.clone().expect("the page of the inspection");
    let extract = format!("{page}/extract");
    let shown = first.browser.visit(&page).await.ok();
    let shown = shown.says("Nobody else knows who it is");
    first
        .browser
        .look(&extract)
        .await
        .refused("inspection_not_granted");

    // Then the one who asked does not grant it; another does, in German, and the extract names the holder.
    let decision = shown.between("href=\"/console/decisions/", "\"");
    let confirm = format!("/console/decisions/{}/confirm", decision.unwrap());
    first
        .browser
        .submit(&confirm, &[])
        .await
        .refused("four_eyes_required");
    let said = [("name", "Max Mustermann"), ("language", "de")];
    second.browser.visit("/console/account").await.ok();
    second.browser.submit("/console/account", &said).await;
    let listed = second.browser.visit("/console/inspections").await.ok();
    listed.says("Einsichtnahmen").says(&page);
    second.browser.visit(&page).await.ok();
    second.browser.submit(&confirm, &[]).await;
    let shown = second.browser.visit(&extract).await.ok();
    shown.says("Annegret Vogelsang-Möwe").says(&holder);
    assert_eq!(lines(&registrar, "inspection.read").await.len(), 1);

    // Another one is refused with a reason, which stays.
    let other = some_inspection(&app, &partner.product_id).await;
    let other = format!("/console/inspections/{other}");
    second.browser.visit(&other).await.ok();
    let refuse = format!("{other}/refuse");
    second
        .browser
        .submit(&refuse, &[("reason", " ")])
        .await
        .refused("invalid_body");
    second
        .browser
        .submit(&refuse, &[("reason", "Kein Titel.")])
        .await
        .leads_to(&other);
    second.browser.visit(&other).await.ok().says("Kein Titel.");
}
