//! The check of the register finds whatever is changed behind its back.

use database::testing::Backend;
use database::{Db, Sql, Tx, Value};
use rstest::rstest;

use crate::stage::Stage;

/// A statement that changes the register's rows in place.
struct Damage {
    what: &'static str,
    change: Sql,
    /// Puts it right again.
    repair: Sql,
}

/// Columns of numbers and words.
const NUMBERS: &[Damage] = &[
    Damage {
        what: "the units of a holding",
        change: Sql("update holdings set units = 8 where units = 7"),
        repair: Sql("update holdings set units = 7 where units = 8"),
    },
    Damage {
        what: "the units of a change of a holding",
        change: Sql("update holding_changes set units = 8 where units = 7"),
        repair: Sql("update holding_changes set units = 7 where units = 8"),
    },
    Damage {
        what: "the entry of a change of a holding",
        change: Sql("update holding_changes set sequence = 99 where units = 7"),
        repair: Sql("update holding_changes set sequence = 2 where units = 7"),
    },
    Damage {
        what: "whether a holder was new",
        change: Sql("update holding_changes set is_first = not is_first where units = 7"),
        repair: Sql("update holding_changes set is_first = not is_first where units = 7"),
    },
    Damage {
        what: "the head's sequence",
        change: Sql("update register_heads set sequence = sequence + 1"),
        repair: Sql("update register_heads set sequence = sequence - 1"),
    },
    Damage {
        what: "the issue volume",
        change: Sql("update register_heads set issued_units = issued_units + 1"),
        repair: Sql("update register_heads set issued_units = issued_units - 1"),
    },
    Damage {
        what: "the sum of the holdings",
        change: Sql("update register_heads set held_units = held_units + 1"),
        repair: Sql("update register_heads set held_units = held_units - 1"),
    },
    Damage {
        what: "the units of a statement",
        change: Sql("update registry_statements set units = units + 1"),
        repair: Sql("update registry_statements set units = units - 1"),
    },
    Damage {
        what: "the kind of an entry",
        change: Sql("update register_entries set kind = 'issues' where sequence = 1"),
        repair: Sql("update register_entries set kind = 'issue' where sequence = 1"),
    },
    Damage {
        what: "the sequence of an entry",
        change: Sql("update register_entries set sequence = 99 where sequence = 3"),
        repair: Sql("update register_entries set sequence = 3 where sequence = 99"),
    },
    Damage {
        what: "the sequence of a commitment",
        change: Sql("update register_commitments set sequence = 99 where sequence = 3"),
        repair: Sql("update register_commitments set sequence = 3 where sequence = 99"),
    },
    Damage {
        what: "the sequence of a statement",
        change: Sql("update registry_statements set sequence = 99 where sequence = 3"),
        repair: Sql("update registry_statements set sequence = 3 where sequence = 99"),
    },
    Damage {
        what: "the size of an anchor",
        change: Sql("update register_anchors set size = size + 90"),
        repair: Sql("update register_anchors set size = size - 90"),
    },
];

/// Columns of bytes, each with the statements that read and write one row of it; one bit is turned.
const BYTES: &[(&str, Sql, Sql)] = &[
    (
        "the content of an entry",
        Sql("select content from register_entries where sequence = 2 and kind = 'delivery'"),
        Sql("update register_entries set content = $1 where sequence = 2 and kind = 'delivery'"),
    ),
    (
        "the leaf hash of an entry",
        Sql("select leaf_hash from register_entries where sequence = 2 and kind = 'delivery'"),
        Sql("update register_entries set leaf_hash = $1 where sequence = 2 and kind = 'delivery'"),
    ),
    (
        "the root hash of an entry",
        Sql("select root_hash from register_entries where sequence = 2 and kind = 'delivery'"),
        Sql("update register_entries set root_hash = $1 where sequence = 2 and kind = 'delivery'"),
    ),
    (
        "the head's root hash",
        Sql("select root_hash from register_heads where sequence > 1"),
        Sql("update register_heads set root_hash = $1 where sequence > 1"),
    ),
    (
        "the head's frontier",
        Sql("select frontier from register_heads where sequence > 1"),
        Sql("update register_heads set frontier = $1 where sequence > 1"),
    ),
    (
        "the root of an anchor",
        Sql("select root_hash from register_anchors where size > 1"),
        Sql("update register_anchors set root_hash = $1 where size > 1"),
    ),
    (
        "the salt of a commitment",
        Sql("select salt from register_commitments where sequence = 2"),
        Sql("update register_commitments set salt = $1 where sequence = 2"),
    ),
    (
        "the wallet of a holding",
        Sql("select wallet_address from holdings where units = 7"),
        Sql("update holdings set wallet_address = $1 where units = 7"),
    ),
];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn whatever_is_changed_is_found(#[case] backend: Backend) {
    // Given a register with an issue and deliveries to two investors
    let stage = Stage::issued(backend).await;
    let (one, two) = (stage.person(0, 1).await, stage.person(0, 2).await);
    let first = stage.invest(&one, 7).await;
    let second = stage.invest(&two, 11).await;
    stage.settle().await;
    stage.assert_in_order().await;
    take_guards_away(&stage, backend).await;
    // When something is changed, then the check says so; when it is put right, the register is in order again
    for damage in NUMBERS {
        stage.execute(damage.change, vec![]).await.unwrap();
        found(&stage, damage.what).await;
        stage.execute(damage.repair, vec![]).await.unwrap();
        stage.assert_in_order().await;
    }
    for (what, read, write) in BYTES {
        let bytes = bytes(stage.db(), *read).await;
        let mut turned = bytes.clone();
        let middle = turned.len() / 2;
        turned[middle] ^= 1;
        stage.execute(*write, vec![turned.into()]).await.unwrap();
        found(&stage, what).await;
        stage.execute(*write, vec![bytes.into()]).await.unwrap();
        stage.assert_in_order().await;
    }
    // And so it is with rows that point to something else
    let swap = [
        (
            "the investment of a commitment",
            Sql("update register_commitments set investment_id = $1 where investment_id = $2"),
        ),
        (
            "the investment of a statement",
            Sql("update registry_statements set investment_id = $1 where investment_id = $2"),
        ),
    ];
    for (what, change) in swap {
        let (from, to) = (Value::from(first.uuid()), Value::from(second.uuid()));
        stage.execute(change, vec![to, from]).await.unwrap();
        found(&stage, what).await;
        // One of the two rows goes back; by now both name the second.
        let back = match what {
            "the investment of a commitment" => {
                Sql("update register_commitments set investment_id = $1 where sequence = 2")
            }
            _ => Sql("update registry_statements set investment_id = $1 where sequence = 2"),
        };
        stage
            .execute(back, vec![first.uuid().into()])
            .await
            .unwrap();
        stage.assert_in_order().await;
    }
    let holder = Sql("update holders set investor_id = null where investor_id = $1");
    stage
        .execute(holder, vec![one.investor.uuid().into()])
        .await
        .unwrap();
    found(&stage, "the investor of a holder").await;
}

/// What is changed about deposited terms, each with what puts it right again.
const TERMS: &[Damage] = &[
    Damage {
        what: "the number of a version",
        change: Sql("update terms_versions set version = version + 1"),
        repair: Sql("update terms_versions set version = version - 1"),
    },
    Damage {
        what: "the bytes of a version",
        change: Sql("update terms_versions set content = content || 'x'"),
        repair: Sql("update terms_versions set content = substr(content, 1, length(content) - 1)"),
    },
    Damage {
        what: "the record of a version",
        change: Sql("update terms_versions set note = replace(note, 'deposit', 'despoit')"),
        repair: Sql("update terms_versions set note = replace(note, 'despoit', 'deposit')"),
    },
    Damage {
        what: "the security of a version",
        change: Sql("update terms_versions set isin = 'x' || isin"),
        repair: Sql("update terms_versions set isin = substr(isin, 2)"),
    },
    Damage {
        what: "the entry that refers to a version",
        change: Sql("update terms_versions set entry_sequence = entry_sequence + 1"),
        repair: Sql("update terms_versions set entry_sequence = entry_sequence - 1"),
    },
    Damage {
        what: "what a version commits to",
        change: Sql("update terms_versions set previous_hash = document_hash"),
        repair: Sql("update terms_versions set previous_hash = null"),
    },
    Damage {
        what: "the product's terms",
        change: Sql("update products set terms = replace(terms, 'coupon', 'kupon')"),
        repair: Sql("update products set terms = replace(terms, 'kupon', 'coupon')"),
    },
];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_05_whatever_is_changed_of_deposited_terms_is_found(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    stage.assert_in_order().await;
    for damage in TERMS {
        stage.execute(damage.change, vec![]).await.unwrap();
        found(&stage, damage.what).await;
        stage.execute(damage.repair, vec![]).await.unwrap();
        stage.assert_in_order().await;
    }
    let all = Sql("delete from terms_versions");
    stage.execute(all, vec![]).await.unwrap();
    found(&stage, "every version").await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_row_that_is_gone_is_found(#[case] backend: Backend) {
    for (what, deletion) in [
        (
            "an entry",
            Sql("delete from register_entries where sequence = 2"),
        ),
        (
            "the last entry",
            Sql("delete from register_entries where sequence = 3"),
        ),
        (
            "a commitment",
            Sql("delete from register_commitments where sequence = 2"),
        ),
        (
            "a statement",
            Sql("delete from registry_statements where sequence = 3"),
        ),
        ("a holding", Sql("delete from holdings where units = 7")),
        (
            "a change of a holding",
            Sql("delete from holding_changes where units = 7"),
        ),
        (
            "the head",
            Sql("delete from register_heads where sequence > 1"),
        ),
        (
            "a holder",
            Sql("delete from holders where investor_id is not null"),
        ),
    ] {
        let stage = Stage::issued(backend).await;
        let (one, two) = (stage.person(0, 1).await, stage.person(0, 2).await);
        stage.invest(&one, 7).await;
        stage.invest(&two, 11).await;
        stage.settle().await;
        take_guards_away(&stage, backend).await;
        stage.execute(deletion, vec![]).await.unwrap();
        found(&stage, what).await;
    }
}

/// HGB § 239(3), GoBD: what was entered cannot be changed without a trace; the database refuses it, whoever asks.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ops_04_the_database_refuses_to_change_what_was_entered(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    let one = stage.person(0, 1).await;
    stage.invest(&one, 7).await;
    stage.settle().await;
    for change in [
        Sql("update register_entries set kind = 'issue'"),
        Sql("delete from register_entries"),
        Sql("delete from register_subtrees"),
        Sql("update audit_log set actor = 'nobody'"),
        Sql("delete from audit_log"),
    ] {
        let refused = stage.execute(change, vec![]).await;
        match refused {
            Err(error) => assert!(error.to_string().contains("append-only"), "{error}"),
            // There is no large subtree yet: SQLite asks its guards for each row.
            Ok(changed) => assert_eq!((changed, change.0), (0, "delete from register_subtrees")),
        }
    }
    stage.assert_in_order().await;
}

/// As somebody who may change the schema could do it.
async fn take_guards_away(stage: &Stage, backend: Backend) {
    let guards: &[Sql] = match backend {
        Backend::Sqlite => &[
            Sql("drop trigger register_entries_stay"),
            Sql("drop trigger register_entries_stay_as_they_are"),
        ],
        Backend::Postgres => &[Sql(
            "drop trigger register_entries_stay on register_entries",
        )],
    };
    for guard in guards {
        stage.execute(*guard, vec![]).await.unwrap();
    }
}

async fn found(stage: &Stage, what: &str) {
    let verdicts = registry::register_check::verify(&stage.registry, None)
        .await
        .unwrap();
    let problems: Vec<_> = verdicts
        .iter()
        .filter_map(|verdict| verdict.problem.as_ref())
        .collect();
    assert!(
        !problems.is_empty(),
        "{what} was changed and nobody noticed"
    );
}

async fn bytes(db: &Db, sql: Sql) -> Vec<u8> {
    let read = move |tx: &mut Tx| tx.query_one(sql, &[])?.get::<Vec<u8>>(0);
    db.read(read).await.unwrap()
}
