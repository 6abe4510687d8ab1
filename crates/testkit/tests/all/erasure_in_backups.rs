//! Whoever is erased is erased in backups too: their keys are kept apart, for a short time, with a list of those that were destroyed.

use std::path::Path;

use cashlink::backup;
use cashlink::config::Config;
use cashlink::wiring::{App, Migrates};
use database::Sql;
use database::vault::VaultError;
use domain::InvestorId;
use registry::clock::real_now;
use registry::erasures::{self, Outcome};
use registry::{Clock, Request};
use rstest::rstest;
use tempfile::TempDir;
use testkit::{Backend, Setup};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::transfers::Holder;

const KEY_OF: Sql = Sql("select key_id from investors where id = $1");
const KEYS: Sql = Sql("select count(*) from data_keys");
const DAY_S: i64 = 24 * 60 * 60;

/// An empty place for the same network.
async fn elsewhere(config: &Config, folder: &Path) -> Config {
    let mut config = config.clone();
    config.documents.directory = folder.join("documents");
    config.gateways.directory = Some(folder.join("gateways"));
    if config.database.url.starts_with("sqlite:") {
        config.database.url = format!("sqlite:{}", folder.join("network.sqlite").display());
        return config;
    }
    let (client, connection) = tokio_postgres::connect(&config.database.url, NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let name = format!("restored_{}", Uuid::new_v4().simple());
    let make = format!("create database {name}");
    client.batch_execute(&make).await.unwrap();
    let mut url = url::Url::parse(&config.database.url).unwrap();
    url.set_path(&name);
    config.database.url = url.to_string();
    config
}

async fn opens(app: &App, investor: &str) -> Result<(), VaultError> {
    let (vault, investor) = (
        app.registry.vault.clone(),
        investor.parse::<Uuid>().unwrap(),
    );
    let read = app.registry.db.read(move |tx| -> Result<(), VaultError> {
        let key: Uuid = tx.query_one(KEY_OF, &[investor.into()])?.get(0)?;
        vault.key(tx, key).map(|_| ())
    });
    read.await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ops_02_who_was_erased_stays_unreadable_in_a_restored_backup(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network with a holder and two who were never identified, and a backup with its keys in another folder.
    let folder = TempDir::new().unwrap();
    let keys = folder.path().join("keys");
    let place = keys.clone();
    let app = Setup::new(backend)
        .config(move |config| config.backups.keys = Some(place))
        .start()
        .await;
    let mut config = app.app.config().clone();
    config.network_file = None;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[5]).await;
    let (erased, other) = (partner.investor().await, partner.investor().await);
    let copy = folder.path().join("backup");
    backup::run(&config, &copy).await.unwrap();

    // When one is erased: the answer says on what it rests and what stays; for the holder it says why not.
    let request = Request::internal("Anna Berg", "cashlink admin");
    let ask = async |investor: &str| {
        let investor = InvestorId::from_uuid(investor.parse().unwrap());
        let answer = erasures::erase(&app.app.registry, &request, investor).await;
        answer.unwrap()
    };
    let refused = ask(&holder.customer.investor).await;
    assert_eq!(refused.outcome, Outcome::Restricted);
    assert!(refused.legal_basis.contains("Art. 17(3)(b) GDPR"));
    assert_eq!(refused.destroyed_keys, 0);
    let laws: Vec<&str> = refused.kept.iter().map(|kept| kept.legal_basis).collect();
    assert_eq!(
        laws,
        ["§§ 7(3), 16(1), 17(2) eWpG", "§ 3(4) eWpRV", "§ 8(4) GwG"]
    );
    assert!(refused.kept[1].until.is_some());
    let answer = ask(&erased).await;
    assert_eq!(
        (answer.outcome, answer.legal_basis),
        (Outcome::Erased, "Art. 17(1)(a) GDPR")
    );
    assert!(answer.destroyed_keys > 0);
    assert!(answer.kept[0].legal_basis.contains("Art. 17(3)(b) GDPR"));
    assert_eq!(
        ask(&erased).await.destroyed_keys,
        0,
        "a repeat changes nothing"
    );
    backup::note_destroyed(&config, &app.app.registry.db)
        .await
        .unwrap();
    let path = format!("investors/{erased}/");
    partner.api.get(&path).await.refused("erased");

    // Then the backup has no key in it, and restored with its keys it verifies, the erased one is gone and the others are there.
    if backend == Backend::Sqlite {
        // Opening a file writes to it.
        let opened = folder.path().join("opened.sqlite");
        std::fs::copy(copy.join("database.sqlite"), &opened).unwrap();
        let options = database::Options::sqlite(&opened);
        let copied = database::Db::open(&options).await.unwrap();
        let count = copied.read(|tx| tx.query_one(KEYS, &[])).await.unwrap();
        assert_eq!(count.get::<i64>(0).unwrap(), 0);
        copied.close().await;
    }
    let place = folder.path().join("restored");
    let restored = elsewhere(&config, &place).await;
    backup::restore(&restored, &copy, real_now()).await.unwrap();
    let again = App::open(restored, Clock::Real, Migrates::NewFilesOnly)
        .await
        .unwrap();
    let gone = opens(&again, &erased).await;
    assert!(matches!(gone, Err(VaultError::Destroyed(_))), "{gone:?}");
    assert_eq!(opens(&again, &other).await, Ok(()));
    assert_eq!(opens(&again, &holder.customer.investor).await, Ok(()));
    let lines = again
        .registry
        .db
        .read(|tx| storage::audit::latest(tx, 5))
        .await;
    assert!(
        lines
            .unwrap()
            .iter()
            .any(|line| line.action == "backup.restore")
    );
    again.close().await;

    // When the keys are too old, without the list, or not there, nothing is restored.
    let place = folder.path().join("refused");
    let empty = elsewhere(&config, &place).await;
    let late = real_now().plus_seconds(31 * DAY_S);
    let refused = async |config: &Config, at| {
        let refused = backup::restore(config, &copy, at).await;
        format!("{:#}", refused.unwrap_err())
    };
    let said = refused(&empty, late).await;
    assert!(said.starts_with("keys_expired"), "{said}");
    std::fs::rename(keys.join("destroyed.json"), folder.path().join("list")).unwrap();
    let said = refused(&empty, real_now()).await;
    assert!(said.starts_with("destroyed_list_missing"), "{said}");
    let mut without = empty.clone();
    without.backups.keys = Some(folder.path().join("nothing"));
    let said = refused(&without, real_now()).await;
    assert!(said.starts_with("keys_missing"), "{said}");
    assert!(!place.exists(), "nothing was put there");
    let mut inside = config.clone();
    inside.backups.keys = Some(folder.path().join("second/keys"));
    let said = backup::run(&inside, &folder.path().join("second")).await;
    assert!(
        said.unwrap_err()
            .to_string()
            .starts_with("keys_inside_backup")
    );
}
