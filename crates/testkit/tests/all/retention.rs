//! What nobody needs any more is forgotten when its time has come, by the worker's clock and without anybody's doing.

use database::Sql;
use domain::Language;
use registry::people::Origin;
use registry::registrations;
use rstest::rstest;
use testkit::app::eventually;
use testkit::{Backend, TestApp};
use uuid::Uuid;

const KEYS: Sql = Sql("select key_id from registrations order by created_at");
const DESTROYED: Sql = Sql("select count(*) from data_keys where id = $1 and wrapped is null");

async fn keys(app: &TestApp) -> Vec<Uuid> {
    let read = app.app.registry.db.read(|tx| -> registry::Result<_> {
        let rows = tx.query(KEYS, &[])?;
        Ok(rows
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?)
    });
    read.await.unwrap()
}

async fn is_destroyed(app: &TestApp, key: Uuid) -> bool {
    let read = app
        .app
        .registry
        .db
        .read(move |tx| -> registry::Result<u64> {
            Ok(tx.query_one(DESTROYED, &[key.into()])?.get(0)?)
        });
    read.await.unwrap() == 1
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_nobody_follows_is_forgotten(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a firm that registers, and another one half a day later.
    let app = TestApp::start(backend).await;
    let ask = async |firm: &str, email: &str| {
        let (registry, origin) = (&app.app.registry, Origin::default());
        let asked = registrations::ask(registry, &origin, firm, email, Language::German);
        asked.await.unwrap();
    };
    ask("Mustermann & Söhne GmbH", "erika@mustermann.example").await;
    app.advance_seconds(12 * 3_600);
    ask("Rotdorn AG", "chef@rotdorn.example").await;
    let [first, second] = keys(&app).await[..] else {
        panic!("two registrations");
    };
    assert!(!is_destroyed(&app, first).await);

    // When the day of the first is over, it is gone with its key, and the other one is there.
    app.advance_seconds(12 * 3_600);
    eventually("the first is forgotten", async || {
        (keys(&app).await == [second]).then_some(())
    })
    .await;
    assert!(is_destroyed(&app, first).await);
    assert!(!is_destroyed(&app, second).await);
    app.advance_seconds(12 * 3_600);
    eventually("nobody has registered", async || {
        keys(&app).await.is_empty().then_some(())
    })
    .await;
    assert!(is_destroyed(&app, second).await);
}
