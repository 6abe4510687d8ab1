//! Transfers between investors: once each, in the order of the queue, whatever fails on the way.

use alloy::primitives::{Address as EvmAddress, U256};
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::{Eip712Domain, SolStruct};
use database::Sql;
use database::testing::Backend;
use domain::{Address, InstructionId};
use registry::{Caller, Paging, Request, transfers};
use rstest::rstest;
use serde_json::json;
use wire::transfers::{Transfer, TransferStatus};

use crate::ledger::{CHAIN_ID, Fault};
use crate::stage::{Person, Stage};

#[allow(missing_docs, clippy::all)]
mod typed_data {
    alloy::sol! {
        struct Transfer {
            address from;
            address to;
            uint256 amount;
            uint256 nonce;
            uint256 deadline;
        }

        struct Redemption {
            address wallet;
            uint256 units;
            uint256 nonce;
            uint256 deadline;
        }
    }
}

/// An investor whose wallet's key the test holds.
pub struct Holder {
    pub person: Person,
    key: PrivateKeySigner,
}

impl Holder {
    async fn new(stage: &Stage) -> Self {
        let key = PrivateKeySigner::random();
        let person = stage
            .person_at(0, Address::from_bytes(key.address().into_array()))
            .await;
        Self { person, key }
    }

    /// Instructs a transfer, signed as a wallet would; the instruction.
    pub async fn transfer(
        &self,
        stage: &Stage,
        to: &Person,
        units: u64,
    ) -> registry::Result<InstructionId> {
        let (nonce, deadline) = choices(stage);
        let signed = typed_data::Transfer {
            from: self.key.address(),
            to: EvmAddress::from(to.address.bytes()),
            amount: U256::from(units),
            nonce: U256::from(nonce),
            deadline: U256::from(deadline),
        };
        let body = serde_json::from_value(json!({
            "product": stage.product(0), "source_wallet": self.person.wallet, "target_address": to.address.to_string(),
            "amount": units, "nonce": nonce.to_string(), "deadline": deadline, "signature": self.sign(stage, &signed),
        }))
        .unwrap();
        let made = transfers::create(&stage.registry, &stage.request(0), body).await?;
        Ok(InstructionId::from_uuid(made.resource.unwrap()))
    }

    /// Nonce, deadline and signature of a redemption.
    pub fn signed_redemption(&self, stage: &Stage, units: u64) -> (String, i64, String) {
        let (nonce, deadline) = choices(stage);
        let signed = typed_data::Redemption {
            wallet: self.key.address(),
            units: U256::from(units),
            nonce: U256::from(nonce),
            deadline: U256::from(deadline),
        };
        (nonce.to_string(), deadline, self.sign(stage, &signed))
    }

    fn sign(&self, stage: &Stage, said: &impl SolStruct) -> String {
        let domain = Eip712Domain::new(
            Some("Cashlink Register".into()),
            Some("1".into()),
            Some(U256::from(CHAIN_ID)),
            Some(EvmAddress::from(stage.token(0).bytes())),
            None,
        );
        let hash = said.eip712_signing_hash(&domain);
        let signature = self.key.sign_hash_sync(&hash).unwrap();
        format!("0x{}", alloy::hex::encode(signature.as_bytes()))
    }

    pub fn balance(&self, stage: &Stage) -> u64 {
        stage.ledger.balance(stage.token(0), self.person.address)
    }
}

/// A nonce that was not used before, and a deadline.
fn choices(stage: &Stage) -> (u128, i64) {
    let nonce = uuid::Uuid::new_v4().as_u128();
    (nonce, stage.now().seconds() + 3_600)
}

pub async fn shown(stage: &Stage, id: InstructionId) -> Transfer {
    transfers::get(&stage.registry, &stage.request(0).caller, id)
        .await
        .unwrap()
}

/// A holder of so many units, and one without any.
pub async fn two_sides(backend: Backend, units: u64) -> (Stage, Holder, Holder) {
    let stage = Stage::issued(backend).await;
    let (giver, receiver) = (Holder::new(&stage).await, Holder::new(&stage).await);
    stage.invest(&giver.person, units).await;
    stage.settle().await;
    (stage, giver, receiver)
}

async fn pause(stage: &Stage, paused: bool) {
    let rules = wire::transfers::TransferRules { paused };
    let request = Request::internal("registrar", "pause");
    registry::transfer_rules::set(&stage.registry, &request, stage.product(0), rules)
        .await
        .unwrap();
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_fault_at_each_call_transfers_once(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 100).await;
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
        // Given a transfer, and what goes wrong. The first one meets a wallet that was never let in.
        let id = giver.transfer(&stage, &receiver.person, 3).await.unwrap();
        stage.ledger.script(call, fault);
        // When a process works until it dies or has nothing to do, and then another one
        tokio::select! {
            () = stage.settle() => {}
            () = stage.ledger.death.notified() => {}
        }
        stage.settle().await;
        // Then the units have moved once.
        let transfer = shown(&stage, id).await;
        assert_eq!(
            transfer.status,
            TransferStatus::Succeeded,
            "{call} {fault:?}"
        );
        let moved = 3 * (round as u64 + 1);
        assert_eq!(receiver.balance(&stage), moved, "{call} {fault:?}");
        assert_eq!(giver.balance(&stage), 100 - moved, "{call} {fault:?}");
        stage.assert_in_order().await;
    }
}

/// REG-16 (the order of receipt), REG-17 (nothing is registered before it is final).
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn transfers_follow_each_other_without_waiting_for_finality(#[case] backend: Backend) {
    // Given a wallet that was let in, and a network that makes nothing final.
    let (stage, giver, receiver) = two_sides(backend, 100).await;
    giver.transfer(&stage, &receiver.person, 1).await.unwrap();
    stage.settle().await;
    for _ in 0..200 {
        stage.ledger.script("outcome", Fault::NotFinal);
    }
    let mut sent = Vec::new();
    for units in 2..=5 {
        sent.push(
            giver
                .transfer(&stage, &receiver.person, units)
                .await
                .unwrap(),
        );
    }
    // When the worker works, all of them reach the network, in their order, and none is in the register.
    stage.settle().await;
    assert_eq!(receiver.balance(&stage), 1 + 2 + 3 + 4 + 5);
    for id in &sent {
        assert_eq!(shown(&stage, *id).await.status, TransferStatus::Processing);
    }
    let entries = Sql("select count(*) from register_entries where kind = 'transfer'");
    assert_eq!(stage.count(entries).await, 1);
    let open = Sql("select count(*) from dlt_batches where status = 'open'");
    assert_eq!(stage.count(open).await, 4);
    // And what they bind cannot be given away again.
    let more = giver.transfer(&stage, &receiver.person, 86).await;
    assert_eq!(more.unwrap_err().to_problem().code, "r10_insufficient");
    // When the network makes them final, they are entered in the order of the queue.
    stage.ledger.heal();
    stage.settle().await;
    let mut places = Vec::new();
    for id in &sent {
        let transfer = shown(&stage, *id).await;
        assert_eq!(transfer.status, TransferStatus::Succeeded);
        places.push(transfer.sequence);
    }
    assert_eq!(places, [2, 3, 4, 5]);
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_stands_against_it_when_its_turn_comes_rejects_it(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 10).await;
    // Given a transfer that was received before transfers were stopped.
    let id = giver.transfer(&stage, &receiver.person, 4).await.unwrap();
    pause(&stage, true).await;
    stage.settle().await;
    // Then it failed with the reason, nothing has moved, and the units are free again.
    let failed = shown(&stage, id).await;
    assert_eq!(failed.status, TransferStatus::Failed);
    assert_eq!(failed.reason.unwrap().code, "transfers_paused");
    assert_eq!((giver.balance(&stage), receiver.balance(&stage)), (10, 0));
    pause(&stage, false).await;
    giver.transfer(&stage, &receiver.person, 10).await.unwrap();
    stage.settle().await;
    assert_eq!((giver.balance(&stage), receiver.balance(&stage)), (0, 10));
    stage.assert_in_order().await;
    // And an operator cannot try again what has ended.
    let caller = Caller::network("operator");
    let paging = Paging {
        offset: 0,
        limit: 10,
    };
    let failed = Some(registry::dlt_operations::CommandStatus::Failed);
    let commands = registry::dlt_operations::list(&stage.registry, &caller, failed, paging).await;
    let command = commands.unwrap().items[0].id.parse().unwrap();
    let request = Request::internal("operator", "retry");
    let again = registry::dlt_operations::retry(&stage.registry, &request, command).await;
    assert_eq!(again.unwrap_err().to_problem().code, "conflict");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_wallet_that_the_network_bars_gets_nothing(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 10).await;
    stage.ledger.bar(receiver.person.address);
    let id = giver.transfer(&stage, &receiver.person, 4).await.unwrap();
    stage.settle().await;
    let failed = shown(&stage, id).await;
    assert_eq!(failed.status, TransferStatus::Failed);
    assert_eq!(failed.reason.unwrap().code, "r15_freeze");
    assert_eq!((giver.balance(&stage), receiver.balance(&stage)), (10, 0));
    stage.assert_in_order().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_wallet_that_the_network_knows_otherwise_gives_nothing(#[case] backend: Backend) {
    // Given a chain on which units have left that the register still has in the wallet, as after a restored backup.
    let (stage, giver, receiver) = two_sides(backend, 10).await;
    let id = giver.transfer(&stage, &receiver.person, 4).await.unwrap();
    stage.ledger.move_unseen(
        stage.token(0),
        giver.person.address,
        receiver.person.address,
        4,
    );
    // When the worker comes to it, it signs nothing.
    stage.settle().await;
    let failed = shown(&stage, id).await;
    assert_eq!(failed.reason.unwrap().code, "r15_freeze");
    assert_eq!((giver.balance(&stage), receiver.balance(&stage)), (6, 4));
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn everything_goes_wrong_and_each_transfer_ends_once(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 1_000).await;
    for seed in 1..=8_u64 {
        // Given transfers in both directions and deliveries between them.
        let before = (giver.balance(&stage), receiver.balance(&stage));
        let mut sent = Vec::new();
        for units in 1..=3 {
            sent.push(
                giver
                    .transfer(&stage, &receiver.person, units)
                    .await
                    .unwrap(),
            );
            stage.invest(&giver.person, 2).await;
            if before.1 > 6 {
                sent.push(receiver.transfer(&stage, &giver.person, 1).await.unwrap());
            }
        }
        // When the network misbehaves, processes die, and then everything works again.
        let random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        stage.ledger.misbehave(Some(random));
        for _ in 0..12 {
            tokio::select! {
                () = stage.settle() => {}
                () = stage.ledger.death.notified() => {}
            }
        }
        stage.ledger.misbehave(None);
        stage.settle().await;
        // Then each has succeeded or failed, register and network agree, and what moved is what succeeded.
        let mut there = before.1;
        for id in sent {
            let transfer = shown(&stage, id).await;
            assert_ne!(transfer.status, TransferStatus::Processing, "seed {seed}");
            if transfer.status == TransferStatus::Succeeded {
                let is_back = transfer.target_address == giver.person.address.to_string();
                there = match is_back {
                    true => there - transfer.amount,
                    false => there + transfer.amount,
                };
            }
        }
        assert_eq!(receiver.balance(&stage), there, "seed {seed}");
        stage.assert_in_order().await;
    }
    let open = Sql("select count(*) from dlt_batches where status = 'open'");
    assert_eq!(stage.count(open).await, 0);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_changed_part_of_a_transfer_is_found(#[case] backend: Backend) {
    let (stage, giver, receiver) = two_sides(backend, 10).await;
    giver.transfer(&stage, &receiver.person, 4).await.unwrap();
    stage.settle().await;
    stage.assert_in_order().await;
    for (change, back) in [
        (
            Sql("update transfer_parts set units = units - 1"),
            Sql("update transfer_parts set units = units + 1"),
        ),
        (
            Sql(
                "update investments set remaining_units = remaining_units + 1 where remaining_units = 6",
            ),
            Sql(
                "update investments set remaining_units = remaining_units - 1 where remaining_units = 7",
            ),
        ),
        (
            Sql("update instructions set sequence = sequence + 1"),
            Sql("update instructions set sequence = sequence - 1"),
        ),
        (
            Sql("update registry_statements set units = units + 1 where units = 6"),
            Sql("update registry_statements set units = units - 1 where units = 7"),
        ),
    ] {
        assert_eq!(
            stage.execute(change, vec![]).await.unwrap(),
            1,
            "{change:?}"
        );
        let verdicts = registry::register_check::verify(&stage.registry, Some(stage.product(0)));
        let problem = &verdicts.await.unwrap()[0].problem;
        assert!(problem.is_some(), "{change:?} was not found");
        stage.execute(back, vec![]).await.unwrap();
        stage.assert_in_order().await;
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn r11_what_would_change_the_total_stock_is_not_entered(#[case] backend: Backend) {
    // Given a register whose stock is not what was issued: an entry would seal that.
    let (stage, giver, receiver) = two_sides(backend, 10).await;
    let id = giver.transfer(&stage, &receiver.person, 4).await.unwrap();
    let entries = Sql("select count(*) from register_entries");
    let before = stage.count(entries).await;
    let damage = Sql("update register_heads set held_units = held_units - 1 where product_id = $1");
    let repair = Sql("update register_heads set held_units = held_units + 1 where product_id = $1");
    let product = || vec![stage.product(0).uuid().into()];
    assert_eq!(stage.execute(damage, product()).await.unwrap(), 1);
    // When its turn comes, nothing is entered, the holder is told nothing wrong, and the operator reads the code.
    stage.settle().await;
    assert_eq!(stage.count(entries).await, before);
    assert_eq!(shown(&stage, id).await.status, TransferStatus::Processing);
    let told = Sql(
        "select count(*) from dlt_batches where status = 'open' and error like '%r11_total_changed%'",
    );
    assert_eq!(stage.count(told).await, 1);
    // And once the stock is right again, it is entered.
    assert_eq!(stage.execute(repair, product()).await.unwrap(), 1);
    stage.settle().await;
    assert_eq!(shown(&stage, id).await.status, TransferStatus::Succeeded);
    stage.assert_in_order().await;
}
