//! Where the units go, and why they do not go yet.

use super::*;

#[test]
fn the_wallet_can_change_until_the_units_are_on_their_way() {
    let wallet = wallet();
    let investment = paid().set_wallet(&wallet).unwrap();
    assert_eq!(investment.recipient, Some(Recipient::from(&wallet)));
    let started = investment.start_delivery(now()).unwrap();
    assert!(
        started.clone().set_wallet(&wallet).is_ok(),
        "the same again is no change"
    );
    let other = Wallet {
        id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b75".parse().unwrap(),
        ..wallet
    };
    assert_eq!(
        started.clone().set_wallet(&other),
        Err(Refusal::DeliveryStarted)
    );
    assert!(started.delivery_failed().set_wallet(&other).is_ok());
    assert_eq!(
        delivered().set_wallet(&other),
        Err(Refusal::DeliveryStarted)
    );
    let foreign = Wallet {
        investor_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b76".parse().unwrap(),
        ..wallet
    };
    assert_eq!(
        waiting().set_wallet(&foreign),
        Err(Refusal::WalletNotOfInvestor)
    );
}

#[test]
fn a_paid_investment_says_what_its_delivery_waits_for() {
    let fine = Standing {
        kyc_status: KycStatus::Success,
        has_tax_information: true,
        is_subject_to_us_tax: false,
        is_custodian_bank: false,
    };
    let void = Standing {
        kyc_status: KycStatus::ReverificationRequired,
        ..fine
    };
    let untaxed = Standing {
        has_tax_information: false,
        ..fine
    };
    let (good, later) = (wallet(), at("2026-12-06T23:00:00Z"));
    let (frozen, closed) = (
        Wallet {
            frozen: true,
            ..good
        },
        Wallet {
            receiving_enabled: false,
            ..good
        },
    );
    let blocker = |wallet, standing, now| paid().blocked_by(wallet, standing, now);
    assert_eq!(blocker(None, &void, now()), Some(Blocker::WalletMissing));
    assert_eq!(
        blocker(Some(&frozen), &void, now()),
        Some(Blocker::Identification)
    );
    assert_eq!(
        blocker(Some(&frozen), &untaxed, now()),
        Some(Blocker::WalletNotEligible)
    );
    assert_eq!(
        blocker(Some(&frozen), &fine, now()),
        Some(Blocker::WalletFrozen)
    );
    assert_eq!(
        blocker(Some(&closed), &fine, now()),
        Some(Blocker::ReceivingDisabled)
    );
    assert_eq!(
        blocker(Some(&good), &fine, now()),
        Some(Blocker::CancellationPeriod)
    );
    assert_eq!(blocker(Some(&good), &fine, later), None);
    let started = paid().start_delivery(now()).unwrap();
    assert_eq!(
        started.blocked_by(None, &void, now()),
        Some(Blocker::DeliveryInProgress)
    );
    assert_eq!(accepted().blocked_by(None, &void, now()), None);
}
