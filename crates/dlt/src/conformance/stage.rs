//! What the suite plays on, and the moves that its cases share.

use async_trait::async_trait;
use domain::{Address, Isin};

use crate::{AssetState, Command, Confirmation, Ledger, LedgerError, Outcome, Refusal, Submission};

/// An investor's wallet: the test holds its key.
#[derive(Clone, Debug)]
pub struct Wallet {
    /// Where units are received.
    pub address: Address,
    /// The secret that moves them.
    pub secret: [u8; 32],
}

/// A network as the tests see it.
#[async_trait]
pub trait Stage: Send + Sync {
    /// The adapter under test.
    fn ledger(&self) -> &dyn Ledger;

    /// Lets the network's time pass until what was submitted is final.
    async fn advance(&self);

    /// A wallet that the network has not seen.
    fn new_wallet(&self) -> Wallet;

    /// An ordinary transfer, signed by the holder.
    ///
    /// # Errors
    /// The network's reason when it refuses.
    async fn transfer(
        &self,
        asset: Address,
        from: &Wallet,
        to: Address,
        units: u64,
    ) -> Result<(), String>;
}

/// A valid ISIN of the test range.
#[must_use]
pub fn isin(number: u32) -> Isin {
    let body = format!("DE000T{number:05}");
    let digits: Vec<u32> = body
        .chars()
        .flat_map(|c| {
            c.to_digit(36)
                .expect("letters and digits")
                .to_string()
                .into_bytes()
        })
        .map(|digit| u32::from(digit - b'0'))
        .collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 } else { *digit })
        .map(|product| product / 10 + product % 10)
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
        .parse()
        .expect("the check digit is right")
}

/// Prepares, submits, and waits for the end.
pub async fn execute(stage: &dyn Stage, command: &Command) -> (Submission, Confirmation) {
    let submission = stage.ledger().prepare(command).await.expect("it is valid");
    stage
        .ledger()
        .submit(&submission)
        .await
        .expect("the network takes it");
    stage.advance().await;
    let confirmation = confirmed(stage, &submission).await;
    (submission, confirmation)
}

pub(super) async fn confirmed(stage: &dyn Stage, submission: &Submission) -> Confirmation {
    match stage
        .ledger()
        .outcome(submission)
        .await
        .expect("the network answers")
    {
        Outcome::Confirmed(confirmation) => confirmation,
        other => panic!("not confirmed: {other:?}"),
    }
}

pub(super) async fn create(stage: &dyn Stage, number: u32, volume: u64) -> Address {
    let isin = isin(number);
    execute(stage, &creation(&isin, volume)).await;
    stage.ledger().asset_address(&isin)
}

pub(super) async fn state_of(stage: &dyn Stage, asset: Address) -> AssetState {
    let state = stage
        .ledger()
        .asset(asset)
        .await
        .expect("the network answers");
    state.expect("the asset exists")
}

pub(super) async fn assert_balances(
    stage: &dyn Stage,
    asset: Address,
    expected: &[(Address, u64)],
) {
    let wallets: Vec<Address> = expected.iter().map(|(wallet, _)| *wallet).collect();
    let units: Vec<u64> = expected.iter().map(|(_, units)| *units).collect();
    let balances = stage
        .ledger()
        .balances(asset, &wallets)
        .await
        .expect("the network answers");
    assert_eq!(balances.units, units);
    assert!(balances.at_block > 0);
}

pub(super) fn assert_refused(result: Result<Submission, LedgerError>, expected: &Refusal) {
    match result {
        Err(LedgerError::Refused(refusal)) => assert_eq!(&refusal, expected),
        other => panic!("expected {expected:?}, not {other:?}"),
    }
}

pub(super) fn creation(isin: &Isin, issue_volume: u64) -> Command {
    Command::CreateAsset {
        isin: *isin,
        name: "Solarpark Brandenburg 4,5 % 2031".into(),
        symbol: "SOLAR31".into(),
        issue_volume,
        terms_hash: [7; 32],
    }
}

pub(super) fn delivery(asset: Address, sequence: u32, items: &[(Address, u64)]) -> Command {
    Command::DeliverBatch {
        asset,
        sequence,
        items: items.to_vec(),
    }
}
