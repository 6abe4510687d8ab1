//! The supervisor reads everything of registers and changes nothing (§ 19 eWpRV).

use console::Access;
use domain::{Products, RegistrarRole, Role};
use registry::caller::{Party, scopes_of};
use registry::{Caller, Right};
use rstest::rstest;
use serde_json::Value;
use testkit::browser::{Browser, Human};
use testkit::client::Session;
use testkit::{Backend, TestApp};

use crate::inspections::some_inspection;
use crate::transfers::Holder;

async fn signed_in(app: &TestApp, role: RegistrarRole, email: &str) -> Browser {
    let role = Role::Registrar(role);
    let human = Human::with_role(app, role, Products::All, email).await;
    human.browser
}

async fn identified(registrar: &Session) -> Vec<Value> {
    let audit = registrar.get("audit/?page_size=500").await.expect(200);
    let lines = audit["results"].as_array().unwrap().clone();
    let is_look = |line: &Value| line["action"] == "holder.identify";
    lines.into_iter().filter(is_look).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_35_the_supervisor_reads_everything_and_who_a_holder_is_with_a_note(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder, and the note of an inspection.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    Holder::of_units(&app, &partner, &[5]).await;
    let inspection = some_inspection(&app, &partner.product_id).await;
    let registrar = app.registrar().await;
    let path = format!("products/{}/register/", partner.product_id);
    let register = registrar.get(&path).await.expect(200);
    let mut holdings = register["holdings"].as_array().unwrap().iter();
    let holder = holdings.find(|one| one["units"] == 5).unwrap();
    let holder = holder["holder_id"].as_str().unwrap();

    // When the supervisor looks at the pages, it sees registers, journal, audit log, deadlines and the notes of inspections.
    let mut supervisor = signed_in(&app, RegistrarRole::Supervisor, "s@example.com").await;
    let register = format!("/console/registers/{}", partner.product_id);
    let name = format!("{register}/holders/{holder}");
    supervisor.visit(&register).await.ok().says(&name);
    let journal = supervisor.visit(&format!("{register}/entries")).await.ok();
    journal.says("kind: delivery").says(holder);
    for page in ["audit", "decisions", "deadlines", "inspections", "commands"] {
        let path = format!("/console/{page}");
        supervisor.visit(&path).await.ok();
    }
    supervisor
        .visit(&format!("/console/inspections/{inspection}"))
        .await
        .ok()
        .says("Ottilie Brandauer-Specht");

    // Then it sees who a holder is, and each look is noted, without the name.
    for looks in 1..=2 {
        supervisor
            .visit(&name)
            .await
            .ok()
            .says("Annegret Vogelsang-Möwe");
        let noted = identified(&registrar).await;
        assert_eq!(noted.len(), looks);
        assert_eq!(noted[0]["target"], holder);
        assert!(noted[0]["actor"].as_str().unwrap().starts_with("person "));
        assert!(!noted[0].to_string().contains("Vogelsang"));
    }
    let nobody = format!("{register}/holders/{inspection}");
    supervisor.look(&nobody).await.refused("not_found");

    // Nobody else of the registrar's does, without an inspection.
    for (role, email) in [
        (RegistrarRole::Auditor, "a@example.com"),
        (RegistrarRole::Operator, "o@example.com"),
    ] {
        let mut other = signed_in(&app, role, email).await;
        other.visit(&register).await.ok().is_silent_about(&name);
        other.look(&name).await.refused("insufficient_scope");
    }
    assert_eq!(identified(&registrar).await.len(), 2);

    // The journal is the same by the API, a stretch at a time.
    let path = format!("products/{}/register/entries/", partner.product_id);
    let first = registrar.get(&format!("{path}?page_size=1")).await;
    let first = first.expect(200);
    assert_eq!(first["has_more"], true);
    assert_eq!(first["entries"][0]["kind"], "issue");
    let rest = registrar.get(&format!("{path}?after=1")).await.expect(200);
    assert_eq!(rest["has_more"], false);
    assert_eq!(rest["entries"][0]["kind"], "delivery");
    assert!(
        rest["entries"][0]["content"]
            .as_str()
            .unwrap()
            .contains(holder)
    );
}

#[test]
fn reg_35_the_supervisor_changes_nothing_anywhere() {
    let supervisor = Caller {
        party: Party::Registrar,
        scopes: scopes_of(&Role::Registrar(RegistrarRole::Supervisor)),
        ..Caller::network("test")
    };
    let may = |right: Right| supervisor.require(right).is_ok();
    let mut looked_at = 0;
    for entry in console::entries() {
        let Access::Needs(right) = entry.access else {
            continue;
        };
        if entry.method != "GET" {
            assert!(!may(right), "{entry:?}");
            looked_at += 1;
        }
    }
    for operation in api::operations() {
        let api::Access::Needs(right) = operation.access else {
            continue;
        };
        match operation.method {
            "GET" if operation.id == "network_get_register" => assert!(may(right)),
            "GET" => {}
            _ => {
                assert!(!may(right), "{operation:?}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}
