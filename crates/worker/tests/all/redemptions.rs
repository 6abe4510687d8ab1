//! Redemptions: the units go to the issuer once and end once, in this order, whatever fails on the way.

use database::Sql;
use database::testing::Backend;
use domain::RedemptionId;
use registry::{Caller, redemption_payments, redemptions};
use rstest::rstest;
use serde_json::json;
use wire::redemptions::{Redemption, RedemptionStatus, RedemptionStep};

use crate::ledger::Fault;
use crate::stage::Stage;
use crate::transfers::{Holder, shown as shown_transfer, two_sides};

/// Instructs that units go back; the redemption.
async fn redeem(stage: &Stage, holder: &Holder, units: u64) -> RedemptionId {
    let (nonce, deadline, signature) = holder.signed_redemption(stage, units);
    let body = serde_json::from_value(json!({
        "investor_id": holder.person.investor, "product_id": stage.product(0), "wallet_id": holder.person.wallet,
        "units": units, "nonce": nonce, "deadline": deadline, "signature": signature,
    }))
    .unwrap();
    let made = redemptions::create(&stage.registry, &stage.request(0), body).await;
    RedemptionId::from_uuid(made.unwrap().resource.unwrap())
}

/// The issuer has paid, and consents to the deletion or keeps that for later.
async fn pay(stage: &Stage, id: RedemptionId, delete: bool) {
    let body = json!({"payment_reference": "E2E-1", "delete": delete});
    let body = serde_json::from_value(body).unwrap();
    redemption_payments::mark_paid(&stage.registry, &stage.issuer_request(0), id, body)
        .await
        .unwrap();
}

async fn shown(stage: &Stage, id: RedemptionId) -> Redemption {
    redemption_payments::get(&stage.registry, &Caller::network("test"), id)
        .await
        .unwrap()
}

/// REG-31 (payment, re-registration, deletion), with the process dying and the network failing at each call.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_31_each_fault_at_each_call_redeems_and_deletes_once(#[case] backend: Backend) {
    let (stage, holder, _) = two_sides(backend, 100).await;
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
    ];
    let mut gone = 0;
    for (call, fault) in faults {
        // Given a redemption that was paid, and what goes wrong while the units go to the issuer.
        let id = redeem(&stage, &holder, 2).await;
        pay(&stage, id, false).await;
        stage.ledger.script(call, fault);
        until_done(&stage).await;
        gone += 2;
        // Then the issuer has them, and none has ended.
        let there = shown(&stage, id).await;
        assert_eq!(there.step, RedemptionStep::Reregistered, "{call} {fault:?}");
        assert_eq!(holder.balance(&stage), 100 - gone, "{call} {fault:?}");
        assert_eq!(stage.ledger.burned(stage.token(0)), gone - 2);
        stage.assert_in_order().await;
        // And when it goes wrong while they are deleted, they end once.
        let request = stage.issuer_request(0);
        let body = wire::redemptions::RedemptionDelete::default();
        redemption_payments::delete(&stage.registry, &request, id, body)
            .await
            .unwrap();
        stage.ledger.script(call, fault);
        until_done(&stage).await;
        let done = shown(&stage, id).await;
        assert_eq!(done.status, RedemptionStatus::Succeeded, "{call} {fault:?}");
        assert_eq!(stage.ledger.burned(stage.token(0)), gone);
        stage.assert_in_order().await;
    }
}

/// A process works until it dies or has nothing to do, and then another one.
async fn until_done(stage: &Stage) {
    tokio::select! {
        () = stage.settle() => {}
        () = stage.ledger.death.notified() => {}
    }
    stage.settle().await;
}

/// REG-31: nothing is burned before the issuer is finally the holder.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_31_nothing_is_deleted_before_the_issuer_is_final(#[case] backend: Backend) {
    // Given a network that makes nothing final, and a receiver whom it knows.
    let (stage, holder, receiver) = two_sides(backend, 100).await;
    holder.transfer(&stage, &receiver.person, 1).await.unwrap();
    stage.settle().await;
    for _ in 0..200 {
        stage.ledger.script("outcome", Fault::NotFinal);
    }
    let id = redeem(&stage, &holder, 30).await;
    pay(&stage, id, true).await;
    // A transfer that came later follows without waiting.
    let transfer = holder.transfer(&stage, &receiver.person, 5).await.unwrap();
    stage.settle().await;
    assert_eq!(holder.balance(&stage), 99 - 30 - 5);
    assert_eq!(shown(&stage, id).await.step, RedemptionStep::Paid);
    assert_eq!(stage.ledger.burned(stage.token(0)), 0);
    let deletions = Sql("select count(*) from instructions where kind = 'deletion'");
    assert_eq!(stage.count(deletions).await, 0);
    // What is on its way is nobody else's.
    let more = holder.transfer(&stage, &receiver.person, 65).await;
    assert_eq!(more.unwrap_err().to_problem().code, "r10_insufficient");
    stage.ledger.heal();
    stage.settle().await;
    assert_eq!(shown(&stage, id).await.step, RedemptionStep::Deleted);
    let moved = shown_transfer(&stage, transfer).await;
    assert_eq!(moved.status, wire::transfers::TransferStatus::Succeeded);
    assert_eq!(stage.ledger.burned(stage.token(0)), 30);
    stage.assert_in_order().await;
}

/// After a restored backup the chain knows more than the register: nothing is signed on top of that.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_the_network_knows_otherwise_is_left_alone(#[case] backend: Backend) {
    let (stage, holder, _) = two_sides(backend, 10).await;
    let token = stage.token(0);
    // Given units that are in the wallet by the register only.
    let id = redeem(&stage, &holder, 4).await;
    stage
        .ledger
        .move_unseen(token, holder.person.address, token, 4);
    pay(&stage, id, true).await;
    stage.settle().await;
    let failed = shown(&stage, id).await;
    assert_eq!(failed.reason.unwrap().code, "r15_freeze");
    assert_eq!(stage.ledger.burned(token), 0);
    stage
        .ledger
        .move_unseen(token, token, holder.person.address, 4);

    // Given units of the issuer that are there by the register only, when they shall end.
    let id = redeem(&stage, &holder, 4).await;
    pay(&stage, id, false).await;
    stage.settle().await;
    stage
        .ledger
        .move_unseen(token, token, holder.person.address, 4);
    let body = wire::redemptions::RedemptionDelete::default();
    redemption_payments::delete(&stage.registry, &stage.issuer_request(0), id, body)
        .await
        .unwrap();
    stage.settle().await;
    // Then the deletion waits for a person and has not failed; put right, it is done.
    assert_eq!(shown(&stage, id).await.step, RedemptionStep::Deleting);
    assert_eq!(stage.ledger.burned(token), 0);
    stage
        .ledger
        .move_unseen(token, holder.person.address, token, 4);
    stage.settle().await;
    assert_eq!(shown(&stage, id).await.step, RedemptionStep::Deleted);
    stage.assert_in_order().await;
}

/// REG-31, with everything going wrong at random: each redemption ends, and none is in between for ever.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_31_everything_goes_wrong_and_each_redemption_ends_once(#[case] backend: Backend) {
    let (stage, holder, receiver) = two_sides(backend, 1_000).await;
    let mut redeemed = 0;
    for seed in 1..=6_u64 {
        let mut sent = Vec::new();
        for units in 1..=3 {
            let id = redeem(&stage, &holder, units).await;
            holder.transfer(&stage, &receiver.person, 1).await.unwrap();
            pay(&stage, id, true).await;
            stage.invest(&holder.person, 2).await;
            sent.push(id);
        }
        stage
            .ledger
            .misbehave(Some(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        for _ in 0..12 {
            tokio::select! {
                () = stage.settle() => {}
                () = stage.ledger.death.notified() => {}
            }
        }
        stage.ledger.misbehave(None);
        stage.settle().await;
        for id in sent {
            let redemption = shown(&stage, id).await;
            match redemption.status {
                RedemptionStatus::Succeeded => redeemed += redemption.units,
                RedemptionStatus::Failed => {}
                RedemptionStatus::Processing => panic!("seed {seed}: {redemption:?}"),
            }
        }
        assert_eq!(stage.ledger.burned(stage.token(0)), redeemed, "seed {seed}");
        stage.assert_in_order().await;
    }
    assert!(redeemed > 0);
    let open = Sql("select count(*) from dlt_batches where status = 'open'");
    assert_eq!(stage.count(open).await, 0);
}

/// REG-32: what was deleted stays readable, and whatever is changed about it is found.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_32_a_changed_part_of_a_redemption_is_found(#[case] backend: Backend) {
    let (stage, holder, _) = two_sides(backend, 10).await;
    let id = redeem(&stage, &holder, 4).await;
    pay(&stage, id, true).await;
    stage.settle().await;
    stage.assert_in_order().await;
    for (change, back) in [
        (
            Sql("update transfer_parts set units = units - 1"),
            Sql("update transfer_parts set units = units + 1"),
        ),
        (
            Sql("update redemptions set units = units - 1"),
            Sql("update redemptions set units = units + 1"),
        ),
        (
            Sql("update redemptions set entry_sequence = entry_sequence + 9"),
            Sql("update redemptions set entry_sequence = entry_sequence - 9"),
        ),
        (
            Sql("update redemptions set deletion_entry_sequence = deletion_entry_sequence + 9"),
            Sql("update redemptions set deletion_entry_sequence = deletion_entry_sequence - 9"),
        ),
        (
            Sql(
                "update register_heads set deleted_units = deleted_units - 1 where deleted_units = 4",
            ),
            Sql(
                "update register_heads set deleted_units = deleted_units + 1 where deleted_units = 3",
            ),
        ),
        (
            Sql("update instructions set sequence = sequence + 9 where kind = 'deletion'"),
            Sql("update instructions set sequence = sequence - 9 where kind = 'deletion'"),
        ),
        (
            Sql("update instructions set sequence = sequence + 9 where kind = 'redemption'"),
            Sql("update instructions set sequence = sequence - 9 where kind = 'redemption'"),
        ),
        (
            Sql("update investments set remaining_units = remaining_units + 1"),
            Sql("update investments set remaining_units = remaining_units - 1"),
        ),
    ] {
        let changed = stage.execute(change, vec![]).await.unwrap();
        assert_eq!(changed, 1, "{change:?}");
        let verdicts = registry::register_check::verify(&stage.registry, Some(stage.product(0)));
        let problem = &verdicts.await.unwrap()[0].problem;
        assert!(problem.is_some(), "{change:?} was not found");
        stage.execute(back, vec![]).await.unwrap();
        stage.assert_in_order().await;
    }
}
