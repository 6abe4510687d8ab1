//! What a delivery costs, as a table and as a limit.

use crate::common::{Player, chain_on, investor, registrar};
use alloy::primitives::{Address, B256, Bytes, FixedBytes};
use cashlink_dlt_evm::EvmLedger;
use cashlink_dlt_evm::contracts::SecurityToken::{batchDeliverCall, transferCall};
use cashlink_dlt_evm::contracts::SecurityTokenFactory::createCall;
use database::testing::Backend;
use dlt::Ledger as _;

/// 1.015 times the floor of a batch of 100: a slot, a log and the call data for each, and the fixed part shared.
const LIMIT_PER_INVESTOR: u64 = 24_508 * 1_015 / 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_hundred_stays_near_the_floor() {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, &crate::common::REGISTRAR_KEY)
        .await
        .unwrap();
    let player = Player::on(&chain, registrar());
    let isin = dlt::conformance::isin(1);
    let call = createCall {
        isin: FixedBytes::from_slice(isin.as_str().as_bytes()),
        issueVolume: 10_000_000,
        termsHash: B256::repeat_byte(7),
        name: "Solarpark Brandenburg 31".into(),
        symbol: "SOLAR31".into(),
    };
    let created = player
        .act(crate::common::evm(ledger.factory()), call)
        .await
        .unwrap();
    let token = crate::common::evm(ledger.asset_address(&isin));
    println!("create an asset: {}", created.gas_used);

    // The first batch of an asset changes the sequence from zero, which costs nothing extra: the slot is in use.
    let mut sequence = 0;
    let mut figures = Vec::new();
    for size in [1, 10, 100, 500] {
        for kind in ["new", "existing"] {
            let call = batch(sequence, size);
            let used = player.act(token, call).await.unwrap().gas_used;
            println!(
                "deliver to {size:>3} {kind:<8}: {:>6} per investor",
                used / size
            );
            figures.push((size, kind, used));
            sequence += 1;
        }
    }
    let transfer = transfer(&chain, &player, token, sequence).await;
    println!("transfer to an admitted holder: {transfer}");

    let (_, _, hundred) = figures
        .iter()
        .find(|(size, kind, _)| (*size, *kind) == (100, "new"))
        .unwrap();
    assert!(
        hundred.div_ceil(100) <= LIMIT_PER_INVESTOR,
        "{hundred} for 100 investors"
    );
}

/// Each size has investors of its own, so that the first time all of them are new.
fn batch(sequence: u32, size: u64) -> batchDeliverCall {
    let items = (0..size).flat_map(|number| item(investor(size * 1_000 + number), 1_000));
    batchDeliverCall {
        sequence,
        items: items.collect::<Vec<u8>>().into(),
    }
}

fn item(wallet: Address, units: u64) -> Bytes {
    [wallet.as_slice(), &[0; 4], &units.to_be_bytes()]
        .concat()
        .into()
}

async fn transfer(
    chain: &cashlink_dlt_evm::Embedded,
    player: &Player,
    token: Address,
    sequence: u32,
) -> u64 {
    let holder =
        alloy::signers::local::PrivateKeySigner::from_bytes(&B256::repeat_byte(9)).unwrap();
    let items = item(holder.address(), 10);
    player
        .act(token, batchDeliverCall { sequence, items })
        .await
        .unwrap();
    let call = transferCall {
        to: investor(1_000),
        amount: alloy::primitives::U256::from(3),
    };
    Player::on(chain, holder)
        .act(token, call)
        .await
        .unwrap()
        .gas_used
}
