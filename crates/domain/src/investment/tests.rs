//! The status machine: the published line, every way out, the deadlines, and that nothing leaves a final status.
#![allow(clippy::unwrap_used)]

mod dates;
mod deadlines;
mod delivery;
mod machine;
mod transfer;

use super::*;
use crate::{FieldCode, KycStatus, Refusal, Standing, WalletKind};

const HASH: TransactionHash = TransactionHash::from_bytes([7; 32]);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-22T12:00:00Z")
}

fn order() -> Order {
    Order {
        id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".parse().unwrap(),
        investor_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b71".parse().unwrap(),
        campaign_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b72".parse().unwrap(),
        product_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b73".parse().unwrap(),
        units: Units::new(5).unwrap(),
        signed_at: at("2026-11-22T11:00:00Z"),
        accepted_at: None,
        paid_at: None,
        recipient: None,
        terms: Terms {
            payment_deadline_days: 14,
            cancellation_deadline_days: 14,
        },
    }
}

fn wallet() -> Wallet {
    Wallet {
        id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b74".parse().unwrap(),
        investor_id: order().investor_id,
        kind: WalletKind::Generic,
        address: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
            .parse()
            .unwrap(),
        receiving_enabled: true,
        frozen: false,
        awaits_proof: false,
        proof: None,
        change: None,
        cooling_until: None,
    }
}

fn waiting() -> Investment {
    Investment::create(order(), KycStatus::Success, now())
        .unwrap()
        .0
}

fn accepted() -> Investment {
    waiting().accept(None, now()).unwrap().0
}

fn paid() -> Investment {
    accepted().mark_paid(None, now()).unwrap().0
}

fn delivered() -> Investment {
    paid().deliver(now(), HASH, now()).unwrap().0
}

fn passed(moved: &Moved) -> Vec<Status> {
    moved.1.iter().map(|change| change.to).collect()
}

fn fields(refusal: &Refusal) -> Vec<(&str, FieldCode)> {
    refusal
        .field_errors()
        .iter()
        .map(|error| (error.field.as_str(), error.code))
        .collect()
}

#[test]
fn the_line_of_success_is_walked_step_by_step() {
    let (investment, changes) = Investment::create(order(), KycStatus::Pending, now()).unwrap();
    assert_eq!(
        changes,
        [StatusChange {
            from: None,
            to: Status::KycPending,
            at: now()
        }]
    );
    let (investment, _) = investment.review_required(now()).unwrap();
    assert_eq!(investment.status(), Status::ReviewPending);
    let (investment, _) = investment.review_passed(KycStatus::Success, now()).unwrap();
    let (investment, _) = investment.accept(None, now()).unwrap();
    let (investment, _) = investment.mark_paid(None, now()).unwrap();
    let (investment, changes) = investment
        .start_delivery(now())
        .unwrap()
        .deliver(now(), HASH, now())
        .unwrap();
    assert_eq!(
        changes,
        [StatusChange {
            from: Some(Status::Paid),
            to: Status::Delivered,
            at: now()
        }]
    );
    assert_eq!(investment.transaction_hash(), Some(HASH));
    assert_eq!(
        (investment.accepted_at(), investment.paid_at()),
        (Some(now()), Some(now()))
    );
}

#[test]
fn a_review_passes_or_ends_it() {
    let (reviewed, _) = waiting().review_required(now()).unwrap();
    assert_eq!(
        reviewed.clone().identified(now()).0.status(),
        Status::ReviewPending
    );
    let (pending, _) = reviewed
        .clone()
        .review_passed(KycStatus::Pending, now())
        .unwrap();
    assert_eq!(pending.status(), Status::KycPending);
    let (failed, _) = reviewed
        .review_failed(Some("sanctions".to_owned()), now())
        .unwrap();
    assert_eq!(
        (failed.status(), failed.reason()),
        (Status::Rejection, Some("sanctions"))
    );
    assert!(accepted().review_required(now()).is_err());
}

#[test]
fn a_row_that_lacks_what_its_status_needs_is_a_fault() {
    let broken = StoredInvestment {
        transaction_hash: None,
        ..delivered().stored()
    };
    assert_eq!(
        Investment::restore(broken).unwrap_err().column,
        "transaction_hash"
    );
}

#[test]
fn every_status_is_read_as_it_is_shown() {
    for status in Status::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
}
