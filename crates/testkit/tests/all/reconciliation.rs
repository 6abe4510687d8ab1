//! Incidents between register and DLT network over HTTP: what they hold, and how two people close them.

use domain::{IncidentId, ProductId};
use rstest::rstest;
use serde_json::json;
use storage::incidents::{self, Incident};
use testkit::client::{Session, id};
use testkit::{Backend, TestApp};
use uuid::Uuid;

use crate::transfers::Holder;

/// An incident that nobody has closed, about the wallet or about everything; its id.
async fn opened(app: &TestApp, product: &str, wallet: Option<&str>) -> String {
    let incident = Incident {
        id: IncidentId::from_uuid(Uuid::now_v7()),
        product: ProductId::from_uuid(product.parse().unwrap()),
        wallet: wallet.map(|wallet| wallet.parse().unwrap()),
        register_units: 5,
        network_units: 4,
        at_block: 7,
        opened_at: app.app.registry.clock.now(),
        closed_at: None,
        decision: None,
    };
    let id = incident.id.to_string();
    let db = &app.app.registry.db;
    db.write(move |tx| incidents::insert(tx, &incident))
        .await
        .unwrap();
    id
}

/// An incident about a wallet that nobody uses.
pub async fn some_incident(app: &TestApp, product: &str) -> String {
    opened(app, product, Some(&format!("0x{}", "11".repeat(20)))).await
}

async fn count(registrar: &Session, open: bool) -> u64 {
    let path = format!("incidents/?open={open}");
    let page = registrar.get(&path).await.expect(200);
    page["count"].as_u64().unwrap()
}

/// § 7(2) eWpG; R15 (reconciliation mismatch).
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn r15_what_an_incident_holds_stays_until_two_people_close_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder, and an incident about its wallet.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let product = &partner.product_id;
    let (giver, _) = Holder::of_units(&app, &partner, &[6]).await;
    let receiver = Holder::new(&app, &partner).await;
    let wallet = &giver.customer.address;
    let incident = opened(&app, product, Some(wallet)).await;

    // Then nothing leaves it, whatever is instructed.
    let to = &receiver.customer.address;
    let transfer = || giver.signed(&app, product, to, 2);
    let refused = partner.api.post("transfers/", &transfer()).await;
    refused.refused("r15_freeze");
    let (registrar, other) = (app.registrar().await, app.other_registrar().await);
    let path = format!("incidents/{incident}/");
    let seen = registrar.get(&path).await.expect(200);
    assert_eq!(
        (&seen["register_units"], &seen["network_units"]),
        (&json!(5), &json!(4))
    );
    assert!(seen["closed_at"].is_null());
    assert_eq!(count(&registrar, true).await, 1);

    // When it is to be closed, one alone cannot.
    let close = format!("incidents/{incident}/close/");
    let nothing = registrar.post(&close, &json!({"reason": ""})).await;
    nothing.refused("invalid_body");
    let reason = json!({"reason": "A node had answered from another fork."});
    let decision = id(&registrar.post(&close, &reason).await.expect(201));
    let again = registrar.post(&close, &reason).await;
    again.refused("conflict");
    let confirm = format!("decisions/{decision}/confirm/");
    let alone = registrar.post(&confirm, &json!({})).await;
    alone.refused("four_eyes_required");
    let refused = partner.api.post("transfers/", &transfer()).await;
    refused.refused("r15_freeze");
    other.post(&confirm, &json!({})).await.expect(200);

    // Then it is free, and the incident stays readable.
    partner
        .api
        .post("transfers/", &transfer())
        .await
        .expect(201);
    let seen = registrar.get(&path).await.expect(200);
    assert_eq!(seen["decision_id"], json!(decision));
    assert!(seen["closed_at"].is_string());
    assert_eq!(
        (
            count(&registrar, true).await,
            count(&registrar, false).await
        ),
        (0, 1)
    );
    let closed = registrar.post(&close, &reason).await;
    closed.refused("conflict");

    // And one about the sum holds everybody.
    opened(&app, product, None).await;
    let refused = partner.api.post("transfers/", &transfer()).await;
    refused.refused("r15_freeze");
}
