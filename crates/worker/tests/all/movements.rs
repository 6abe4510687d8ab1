//! What holders move on the network themselves is received with its block and entered, in the order of the chain.

use database::Sql;
use database::testing::Backend;
use domain::Address;
use registry::reconciliation;
use registry::{Caller, Paging};
use rstest::rstest;
use wire::reconciliation::Reconciliation;
use wire::transfers::TransferStatus;

use crate::ledger::Fault;
use crate::stage::Stage;
use crate::transfers::{shown, two_sides};

const STRANGER: Address = Address::from_bytes([9; 20]);
const ENTRIES: Sql =
    Sql("select count(*) from instructions where means = 'transaction' and status = 'executed'");
const STATEMENTS: Sql = Sql("select count(*) from registry_statements");

async fn state(stage: &Stage) -> Reconciliation {
    let paging = Paging {
        offset: 0,
        limit: 10,
    };
    let caller = Caller::network("auditor");
    let listed = reconciliation::states(&stage.registry, &caller, paging).await;
    listed.unwrap().items.remove(0)
}

async fn incidents(stage: &Stage) -> u64 {
    let watch = reconciliation::watch(&stage.registry).await.unwrap();
    watch.incidents
}

/// § 18(1), (4), § 25 eWpG: the holder's own transaction is its instruction; the register follows the final block.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_11_what_a_holder_moves_itself_is_entered_once(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 7).await;
    let token = stage.token(0);
    let before = stage.count(STATEMENTS).await;
    let (from, to) = (giver.person.address, receiver.person.address);
    stage.ledger.move_by_holder(token, from, to, 3);
    stage.ledger.move_by_holder(token, to, from, 1);
    for _ in 0..3 {
        stage.worker().reconcile_once().await;
    }
    assert_eq!(stage.count(ENTRIES).await, 2);
    assert_eq!(incidents(&stage).await, 0);
    assert_eq!((giver.balance(&stage), receiver.balance(&stage)), (5, 2));
    stage.assert_in_order().await;
    // Both sides of both have a statement of what they hold now.
    assert_eq!(stage.count(STATEMENTS).await - before, 4);
    assert!(state(&stage).await.movements.is_empty());

    // And what the register knows by now can be instructed on.
    let next = receiver.transfer(&stage, &giver.person, 2).await.unwrap();
    stage.settle().await;
    assert_eq!(shown(&stage, next).await.status, TransferStatus::Succeeded);
    stage.assert_in_order().await;
}

/// An instruction that was taken before meets what the holder did meanwhile; nothing is entered twice or out of its order.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn reg_16_a_holders_own_transfer_stands_before_what_comes_later(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 7).await;
    let (token, from, to) = (
        stage.token(0),
        giver.person.address,
        receiver.person.address,
    );
    // Instructed here, and before it is sent the holder moves units itself: both are carried out as far as there are units.
    let fits = giver.transfer(&stage, &receiver.person, 3).await.unwrap();
    let too_much = giver.transfer(&stage, &receiver.person, 4).await.unwrap();
    stage.ledger.move_by_holder(token, from, to, 2);
    stage.settle().await;
    assert_eq!(shown(&stage, fits).await.status, TransferStatus::Succeeded);
    let refused = shown(&stage, too_much).await;
    assert_eq!(refused.status, TransferStatus::Failed);
    assert_eq!(refused.reason.unwrap().code, "r10_insufficient");
    assert_eq!(stage.count(ENTRIES).await, 1);
    assert_eq!((giver.balance(&stage), receiver.balance(&stage)), (2, 5));
    stage.assert_in_order().await;

    // Something of the registrar's is final and not entered yet: what comes after it on the chain waits for it.
    stage.ledger.script("outcome", Fault::NotFinal);
    let back = receiver.transfer(&stage, &giver.person, 5).await.unwrap();
    stage.settle().await;
    stage.ledger.move_by_holder(token, from, to, 6);
    stage.worker().reconcile_once().await;
    stage.ledger.heal();
    stage.settle().await;
    stage.worker().reconcile_once().await;
    assert_eq!(shown(&stage, back).await.status, TransferStatus::Succeeded);
    assert_eq!(stage.count(ENTRIES).await, 2);
    assert_eq!(incidents(&stage).await, 0);
    stage.assert_in_order().await;
}

/// What the register cannot take is told with its reason, held as an incident, and entered once it fits.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_goes_to_nobody_known_is_an_incident_until_it_is_known(#[case] backend: Backend) {
    let (stage, giver, _) = two_sides(backend, 7).await;
    let token = stage.token(0);
    stage
        .ledger
        .move_by_holder(token, giver.person.address, STRANGER, 3);
    for _ in 0..2 {
        stage.worker().reconcile_once().await;
    }
    let waiting = state(&stage).await.movements;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].units, 3);
    assert_eq!(
        waiting[0].reason.as_deref(),
        Some("the receiving wallet is no investor's")
    );
    assert_eq!(incidents(&stage).await, 1);
    assert_eq!(stage.count(ENTRIES).await, 0);

    stage.person_at(0, STRANGER).await;
    stage.worker().reconcile_once().await;
    assert_eq!(stage.count(ENTRIES).await, 1);
    assert!(state(&stage).await.movements.is_empty());
    stage.assert_in_order().await;
}
