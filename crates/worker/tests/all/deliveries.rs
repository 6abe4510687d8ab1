//! Deliveries when each thing goes wrong once.

use std::time::Duration;

use database::Sql;
use database::testing::Backend;
use registry::dlt_operations::{self, CommandStatus};
use registry::{Caller, Paging, Request};
use rstest::rstest;

use crate::ledger::Fault;
use crate::stage::{Stage, UNITS};

const ALL: Paging = Paging {
    offset: 0,
    limit: 100,
};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_paid_is_delivered_in_batches(#[case] backend: Backend) {
    // Given two investors of one asset with nine paid investments between them
    let stage = Stage::issued(backend).await;
    let (one, two) = (stage.person(0, 1).await, stage.person(0, 2).await);
    let mut investments = Vec::new();
    for units in 1..=9 {
        let person = if units % 2 == 0 { &two } else { &one };
        investments.push(stage.invest(person, units).await);
    }
    // When the worker has worked
    stage.settle().await;
    // Then everything is delivered in three batches of at most four, and everybody heard of it
    assert_eq!(stage.statuses(0, &investments).await, ["DELIVERED"; 9]);
    assert_eq!(stage.ledger.balance(stage.token(0), one.address), 25);
    assert_eq!(stage.ledger.balance(stage.token(0), two.address), 20);
    assert_eq!(stage.ledger.batches(stage.token(0)), 3);
    for investment in &investments {
        let heard = stage.heard(0, *investment).await;
        assert_eq!(heard.last().unwrap(), "DELIVERED");
    }
    stage.assert_in_order().await;
    // And the statements say what was held after each entry
    let sums = Sql("select cast(sum(units) as bigint) from registry_statements");
    assert_eq!(
        stage.count(sums).await,
        (1 + 4 + 9 + 16 + 25) + (2 + 6 + 12 + 20)
    );
    // And outside of the eWpG there are none
    let outside = stage.person(1, 3).await;
    let right = stage.invest(&outside, 5).await;
    stage.settle().await;
    assert_eq!(stage.heard(1, right).await.last().unwrap(), "DELIVERED");
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_issue_lies_with_the_issuer_until_it_is_delivered(#[case] backend: Backend) {
    let stage = Stage::set(backend).await;
    let registrar = Caller::network("registrar");
    let read = || registry::registers::get(&stage.registry, &registrar, stage.product(0));
    let before = read().await.unwrap();
    assert_eq!((before.sequence, before.issue_volume), (0, 0));
    assert_eq!(before.token_address, None);
    stage.settle().await;
    let after = read().await.unwrap();
    assert_eq!((after.sequence, after.issue_volume), (1, UNITS));
    let [holding] = after.holdings.as_slice() else {
        panic!("one holding");
    };
    assert!(holding.is_issuer);
    assert_eq!(holding.units, UNITS);
    assert_eq!(Some(&holding.wallet_address), after.token_address.as_ref());
    assert_eq!(stage.ledger.balance(stage.token(0), stage.token(0)), UNITS);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_fault_at_each_call_delivers_once(#[case] backend: Backend) {
    let stage = Stage::issued(backend).await;
    let person = stage.person(0, 1).await;
    let faults = [
        ("prepare", Fault::Unavailable),
        ("prepare", Fault::DeathBefore),
        ("prepare", Fault::DeathAfter),
        ("submit", Fault::Unavailable),
        ("submit", Fault::AnswerLost),
        ("submit", Fault::DeathBefore),
        ("submit", Fault::DeathAfter),
        ("submit", Fault::Forgotten),
        ("submit", Fault::NonceTaken),
        ("submit", Fault::Reverted),
        ("outcome", Fault::Unavailable),
        ("outcome", Fault::DeathBefore),
        ("outcome", Fault::DeathAfter),
        ("outcome", Fault::NotFinal),
        ("asset", Fault::Unavailable),
        ("refused_receivers", Fault::DeathAfter),
    ];
    for (round, (call, fault)) in faults.into_iter().enumerate() {
        // Given an investment and a fault
        let investment = stage.invest(&person, 10).await;
        stage.ledger.script(call, fault);
        // When a process works until it dies or has nothing to do, and then another one
        tokio::select! {
            () = stage.settle() => {}
            () = stage.ledger.death.notified() => {}
        }
        stage.settle().await;
        // Then it is delivered once
        let delivered = 10 * (round as u64 + 1);
        assert_eq!(
            stage.statuses(0, &[investment]).await,
            ["DELIVERED"],
            "{call} {fault:?}"
        );
        assert_eq!(
            stage.ledger.balance(stage.token(0), person.address),
            delivered,
            "{call} {fault:?}"
        );
        let heard = stage.heard(0, investment).await;
        assert_eq!(
            heard.iter().filter(|status| *status == "DELIVERED").count(),
            1
        );
    }
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_wallet_that_cannot_receive_holds_up_nobody(#[case] backend: Backend) {
    // Given three deliveries, one to a barred wallet
    let stage = Stage::issued(backend).await;
    let (good, bad) = (stage.person(0, 1).await, stage.person(0, 2).await);
    stage.ledger.bar(bad.address);
    let delivered = [stage.invest(&good, 1).await, stage.invest(&good, 2).await];
    let refused = stage.invest(&bad, 4).await;
    stage.settle().await;
    // Then two are delivered, and the third waits for somebody
    assert_eq!(stage.statuses(0, &delivered).await, ["DELIVERED"; 2]);
    assert_eq!(stage.statuses(0, &[refused]).await, ["PAID"]);
    let health = registry::health::check(&stage.registry).await.unwrap();
    assert_eq!(
        (health.status.as_str(), health.pending_commands),
        ("degraded", 0)
    );
    let registrar = Caller::network("operator");
    let failed = Some(CommandStatus::Failed);
    let list = dlt_operations::list(&stage.registry, &registrar, failed, ALL)
        .await
        .unwrap();
    assert_eq!(list.count, 1);
    let command = list.items[0].id.parse().unwrap();
    let explained = dlt_operations::explain(&stage.registry, &registrar, command)
        .await
        .unwrap();
    assert_eq!(explained.command.investment_id, Some(refused.to_string()));
    assert_eq!(explained.command.attempts, 1);
    assert!(explained.batch.is_some());
    // And nothing starts it again by itself
    stage.settle().await;
    assert_eq!(stage.ledger.calls("refused_receivers"), 2);
    // When the wallet is admitted and an operator tries again
    stage.ledger.admit(bad.address);
    let request = Request::internal("operator", "retry");
    dlt_operations::retry(&stage.registry, &request, command)
        .await
        .unwrap();
    stage.settle().await;
    // Then it is delivered, and cannot be tried once more
    assert_eq!(stage.statuses(0, &[refused]).await, ["DELIVERED"]);
    let again = dlt_operations::retry(&stage.registry, &request, command).await;
    assert_eq!(again.unwrap_err().to_problem().status, 409);
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_batch_that_never_succeeds_is_taken_apart(#[case] backend: Backend) {
    // Given a batch of four whose submissions revert, five times
    let stage = Stage::issued(backend).await;
    let person = stage.person(0, 1).await;
    let mut investments = Vec::new();
    for units in 1..=4 {
        investments.push(stage.invest(&person, units).await);
    }
    for _ in 0..5 {
        stage.ledger.script("submit", Fault::Reverted);
    }
    stage.settle().await;
    // Then its commands went one by one
    assert_eq!(stage.statuses(0, &investments).await, ["DELIVERED"; 4]);
    assert_eq!(stage.ledger.batches(stage.token(0)), 4);
    let refused = Sql("select count(*) from dlt_batches where status = 'refused'");
    assert_eq!(stage.count(refused).await, 1);
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn two_workers_at_once_deliver_once(#[case] backend: Backend) {
    // Given two workers that do not respect any lease
    let stage = Stage::issued(backend).await;
    let (one, two) = (stage.person(0, 1).await, stage.person(1, 2).await);
    let mut investments = Vec::new();
    for units in 1..=10 {
        investments.push(stage.invest(&one, units).await);
        stage.invest(&two, units).await;
    }
    // When both work at the same time, and one finishes what they left each other
    tokio::join!(stage.settle(), stage.settle());
    stage.settle().await;
    // Then everything is delivered once
    assert_eq!(stage.statuses(0, &investments).await, ["DELIVERED"; 10]);
    assert_eq!(stage.ledger.balance(stage.token(0), one.address), 55);
    assert_eq!(stage.ledger.balance(stage.token(1), two.address), 55);
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_running_worker_hears_of_work_and_stops_when_told(#[case] backend: Backend) {
    let stage = Stage::set(backend).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = stage.worker();
    let running = tokio::spawn(async move {
        worker
            .run(async {
                let _ = stopped.await;
            })
            .await;
    });
    let active = Sql("select count(*) from products where status = 'ACTIVE'");
    while stage.count(active).await < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let person = stage.person(0, 1).await;
    let investment = stage.invest(&person, 3).await;
    while stage.statuses(0, &[investment]).await != ["DELIVERED"] {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_token_that_keeps_no_roots_holds_up_no_statement(#[case] backend: Backend) {
    // Given a token of an earlier version
    let stage = Stage::issued(backend).await;
    stage.ledger.keep_no_anchors(stage.token(0));
    let person = stage.person(0, 1).await;
    for units in [3, 4] {
        // When there is an entry that somebody is owed a statement of
        stage.invest(&person, units).await;
        let signed = stage.ledger.calls("prepare");
        stage.settle().await;
        // Then it is made, nothing but the delivery was signed, and nothing is tried again
        let waiting =
            Sql("select count(*) from registry_statements where status in ('due', 'numbered')");
        assert_eq!(stage.count(waiting).await, 0);
        assert_eq!(stage.ledger.calls("prepare"), signed + 1);
        let open = registry::anchors::products_with_work(&stage.registry).await;
        assert_eq!(open.unwrap(), []);
    }
    let ready = Sql("select count(*) from registry_statements where status = 'ready'");
    assert_eq!(stage.count(ready).await, 2);
    let written = Sql("select count(*) from register_anchors where transaction_hash is not null");
    assert_eq!(stage.count(written).await, 0);
    stage.assert_in_order().await;
}
