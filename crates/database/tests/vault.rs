//! Encryption under a key per person, on both databases.
#![allow(clippy::unwrap_used)]

use database::testing::{Backend, fresh};
use database::vault::{DataKey, MasterKey, Vault, VaultError};
use database::{COMPONENT, Db, Sql};
use rstest::rstest;
use uuid::Uuid;

async fn vault(backend: Backend) -> (Db, MasterKey, Vault) {
    let db = fresh(backend, &[COMPONENT]).await;
    let master = MasterKey::generate().unwrap();
    let vault = Vault::open(&db, master.clone()).await.unwrap();
    (db, master, vault)
}

async fn new_key(db: &Db, vault: &Vault, owner: Option<Uuid>) -> DataKey {
    let vault = vault.clone();
    db.write(move |tx| vault.new_key(tx, owner)).await.unwrap()
}

async fn key(db: &Db, vault: &Vault, id: Uuid) -> Result<DataKey, VaultError> {
    let vault = vault.clone();
    db.read(move |tx| vault.key(tx, id)).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_opens_with_its_key_and_context_only(#[case] backend: Backend) {
    let (db, master, first) = vault(backend).await;
    let made = new_key(&db, &first, None).await;
    let sealed = made.seal("investor/1/name", b"Ada Lovelace");
    let second = Vault::open(&db, master).await.unwrap();

    let found = key(&db, &second, made.id()).await.unwrap();

    assert_eq!(
        found.open("investor/1/name", &sealed).unwrap(),
        b"Ada Lovelace"
    );
    assert_eq!(
        found.open("investor/2/name", &sealed),
        Err(VaultError::Damaged)
    );
    let other = new_key(&db, &second, None).await;
    assert_eq!(
        other.open("investor/1/name", &sealed),
        Err(VaultError::Damaged)
    );
    for index in [0, 1, 30, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert_eq!(
            found.open("investor/1/name", &changed),
            Err(VaultError::Damaged)
        );
    }
    assert_eq!(found.open("investor/1/name", &[]), Err(VaultError::Damaged));
    assert_ne!(made.seal("a", b"same"), made.seal("a", b"same"));
    let unknown = Uuid::now_v7();
    assert_eq!(
        key(&db, &second, unknown).await.unwrap_err(),
        VaultError::Unknown(unknown)
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_master_key_is_refused_by_name(#[case] backend: Backend) {
    let (db, master, _) = vault(backend).await;
    let wrong = MasterKey::generate().unwrap();

    let refused = Vault::open(&db, wrong.clone()).await.err();

    assert_eq!(
        refused,
        Some(VaultError::WrongMasterKey {
            expected: master.id(),
            given: wrong.id()
        })
    );
    assert!(Vault::open(&db, master).await.is_ok());
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_canary_is_not_made_up_for(#[case] backend: Backend) {
    const LOSE: Sql = Sql("delete from vault_canary");
    let (db, master, first) = vault(backend).await;
    new_key(&db, &first, None).await;
    db.write(|tx| tx.later(LOSE, &[]))
        .await
        .map_err(VaultError::from)
        .unwrap();

    assert_eq!(
        Vault::open(&db, master).await.err(),
        Some(VaultError::Damaged)
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_keeps_every_key_under_a_new_master(#[case] backend: Backend) {
    let (db, old, first) = vault(backend).await;
    let other_process = Vault::open(&db, old.clone()).await.unwrap();
    let mut sealed = Vec::new();
    for _ in 0..3 {
        let made = new_key(&db, &first, None).await;
        sealed.push((made.id(), made.seal("c", b"kept")));
    }
    let new = MasterKey::generate().unwrap();

    first.rotate(&db, new.clone()).await.unwrap();

    assert!(Vault::open(&db, old.clone()).await.is_err());
    let second = Vault::open(&db, new.clone()).await.unwrap();
    for (id, text) in &sealed {
        assert_eq!(
            key(&db, &second, *id)
                .await
                .unwrap()
                .open("c", text)
                .unwrap(),
            b"kept"
        );
    }
    new_key(&db, &first, None).await;
    let late = other_process.clone();
    assert!(
        db.write(move |tx| late.new_key(tx, None).map(drop))
            .await
            .is_err(),
        "a key under the old master would be lost"
    );
    assert!(
        other_process
            .rotate(&db, MasterKey::generate().unwrap())
            .await
            .is_err()
    );
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_erased_with_all_their_keys_and_nobody_else(#[case] backend: Backend) {
    let (db, master, first) = vault(backend).await;
    let (gone, stays) = (Uuid::now_v7(), Uuid::now_v7());
    let owned = new_key(&db, &first, Some(gone)).await;
    let assigned = new_key(&db, &first, None).await;
    let kept = new_key(&db, &first, Some(stays)).await;

    let (inner, id, kept_id) = (first.clone(), assigned.id(), kept.id());
    let destroyed = db
        .write(move |tx| {
            inner.assign(tx, id, gone)?;
            inner.assign(tx, id, gone)?;
            assert_eq!(
                inner.assign(tx, kept_id, gone),
                Err(VaultError::NotAssignable(kept_id))
            );
            inner.destroy_owner(tx, gone)
        })
        .await
        .unwrap();

    assert_eq!(destroyed, 2);
    for vault in [first, Vault::open(&db, master).await.unwrap()] {
        for id in [owned.id(), assigned.id()] {
            assert_eq!(
                key(&db, &vault, id).await.unwrap_err(),
                VaultError::Destroyed(id)
            );
        }
        assert!(key(&db, &vault, kept.id()).await.is_ok());
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_key_is_destroyed_with_the_last_who_needs_it(#[case] backend: Backend) {
    // Given a key that three persons need, twice named by one of them.
    let (db, _, vault) = vault(backend).await;
    let [first, second, third] = std::array::from_fn(|_| Uuid::now_v7());
    let id = new_key(&db, &vault, Some(first)).await.id();
    let inner = vault.clone();
    db.write(move |tx| {
        inner.share(tx, id, second)?;
        inner.share(tx, id, second)?;
        inner.share(tx, id, third)
    })
    .await
    .unwrap();

    // When one after the other is erased, it opens until the last one is.
    for (person, destroyed) in [(second, 0), (first, 0), (third, 1)] {
        assert!(key(&db, &vault, id).await.is_ok(), "before {person}");
        let inner = vault.clone();
        let count = db.write(move |tx| inner.destroy_owner(tx, person)).await;
        assert_eq!(count.unwrap(), destroyed);
    }
    assert_eq!(
        key(&db, &vault, id).await.unwrap_err(),
        VaultError::Destroyed(id)
    );
    // Then nobody can come to need it again.
    let shared = db.write(move |tx| vault.share(tx, id, first)).await;
    assert_eq!(shared, Err(VaultError::NotAssignable(id)));
}

#[test]
fn a_master_key_is_read_in_every_usual_form() {
    let key = MasterKey::generate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let raw = hex_bytes(&key.to_hex());

    for content in [format!("{}\n", *key.to_hex()).into_bytes(), raw.clone()] {
        std::fs::write(&path, content).unwrap();
        assert_eq!(MasterKey::from_file(&path).unwrap().id(), key.id());
    }
    assert_eq!(
        MasterKey::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            .unwrap()
            .id(),
        MasterKey::from_hex(&"00".repeat(32)).unwrap().id()
    );
    assert_ne!(key.derive("a"), key.derive("b"));
    assert!(matches!(
        MasterKey::parse("short"),
        Err(VaultError::MalformedMasterKey)
    ));
    assert!(matches!(
        MasterKey::from_file(&folder.path().join("no")),
        Err(VaultError::UnreadableMasterKey(_))
    ));
    assert!(!format!("{key:?}").contains(&*key.to_hex()));
}

fn hex_bytes(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
