//! What is due by law on registers: each deadline is in the list with its source and its end, and leaves it when it is met.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::browser::Human;
use testkit::client::{Session, id};
use testkit::{Backend, TestApp};

use crate::inspections::some_inspection;
use crate::participation::submitted;
use crate::transfers::Holder;

/// The deadlines of a rule, what is most urgent first.
async fn of(registrar: &Session, rule: &str) -> Vec<Value> {
    let listed = registrar.get("deadlines/?page_size=500").await.expect(200);
    let mut all = listed["results"].as_array().unwrap().clone();
    all.retain(|one| one["rule"] == rule);
    all
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_deadline_is_told_of_with_its_source_and_its_end(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder, somebody's inspection, and an application, all of the first of June.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[5]).await;
    let inspection = some_inspection(&app, &partner.product_id).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    let application = submitted(&applicant).await;
    let registrar = app.registrar().await;

    // Then each is in the list, with the law and the end that follows from it by the calendar in Berlin.
    let asked = applicant.get(&application).await.expect(200);
    let answer = &of(&registrar, "application_answer").await[0];
    assert_eq!(answer["subject_id"], id(&asked).as_str());
    assert_eq!(answer["due_at"], asked["answer_due_at"]);
    assert_eq!(
        (&answer["source"], &answer["state"]),
        (&json!("§ 18(2) eWpRV"), &json!("ahead"))
    );
    let note = &of(&registrar, "inspection_destruction").await[0];
    assert_eq!(note["subject_id"], inspection.as_str());
    assert_eq!(note["due_at"], "2028-06-02T22:00:00.000000Z");
    let year = &of(&registrar, "yearly_statement").await[0];
    assert_eq!(year["subject_id"], partner.product_id.as_str());
    assert_eq!(
        (&year["due_at"], &year["state"], &year["count"]),
        (
            &json!("2026-12-31T23:00:00.000000Z"),
            &json!("ahead"),
            &json!(1)
        )
    );
    assert_eq!(of(&registrar, "identification").await, Vec::<Value>::new());
    app.compare().await;
    let compared = of(&registrar, "comparison").await;
    assert!(
        compared
            .iter()
            .any(|one| one["subject_id"] == partner.product_id.as_str()),
        "{compared:?}"
    );

    // When the answer is nearly due, and then not given, it moves to the top; the applicant takes it back, and it is done with.
    app.advance_days(80);
    let answer = &of(&registrar, "application_answer").await[0];
    assert_eq!(answer["state"], "due");
    app.advance_days(20);
    let late = registrar.get("deadlines/?state=overdue").await.expect(200);
    let mut late = late["results"].as_array().unwrap().iter();
    let answer = late.find(|one| one["rule"] == "application_answer");
    let first = answer.expect("it is overdue");
    assert_eq!(first["state"], "overdue");
    assert_eq!(
        first["page"],
        format!("/console/applications/{}", id(&asked))
    );
    let path = format!("{application}withdraw/");
    applicant.post(&path, &json!({})).await.expect(200);
    let ended = of(&registrar, "application_answer").await;
    assert!(ended.iter().all(|one| one["state"] == "done"), "{ended:?}");

    // In December the statement of the year is written, and that deadline is met.
    app.advance_days(90);
    eventually("the year's statement is there", async || {
        let year = of(&registrar, "yearly_statement").await;
        (year[0]["state"] == "done" && year[0]["count"] == 0).then_some(())
    })
    .await;

    // A month before the identification is too old it is told of; then the clock has ended it.
    app.advance_days(520);
    let ends = of(&registrar, "identification").await;
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(ends[0]["subject_id"], holder.customer.investor.as_str());
    assert_eq!(
        (&ends[0]["state"], &ends[0]["name"]),
        (&json!("due"), &Value::Null)
    );
    app.advance_days(30);
    eventually("it counts no more", async || {
        of(&registrar, "identification")
            .await
            .is_empty()
            .then_some(())
    })
    .await;

    // What is no state is refused by field.
    let wrong = registrar.get("deadlines/?state=someday").await;
    wrong.refused_fields("invalid_body", &[("state", "unknown_value")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_does_is_overdue_on_the_registrars_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given an application.
    let app = TestApp::start(backend).await;
    let applicant = app.applicant("Mustermann & Söhne GmbH").await;
    submitted(&applicant).await;
    let mut operator = Human::first_operator(&app).await;
    let page = operator.browser.visit("/console/deadlines").await.ok();
    page.says("data-status=\"ahead\"")
        .says("§ 18(2) eWpRV")
        .is_silent_about("data-status=\"overdue\"");

    // When three months pass, and nobody answers.
    app.advance_days(93);
    let mut browser = operator.sign_in(&app).await;
    browser.speaks("de");
    let page = browser.visit("/console/deadlines").await.ok();
    page.says("data-status=\"overdue\"");
    let counted = registry::deadlines::overdue(&app.app.registry).await;
    let late: Vec<_> = counted
        .unwrap()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(late, [(domain::DeadlineRule::ApplicationAnswer, 1)]);
}
