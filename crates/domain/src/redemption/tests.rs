//! A redemption goes step by step, and is read as it was stored.
#![allow(clippy::unwrap_used)]
use uuid::Uuid;

use super::*;
use crate::{Address, KycStatus, Standing, TransactionHash, WalletId, WalletKind};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn units(number: u64) -> Units {
    Units::new(number).unwrap()
}

fn holder() -> Side {
    Side {
        wallet: Wallet {
            id: WalletId::from_uuid(Uuid::from_u128(1)),
            investor_id: InvestorId::from_uuid(Uuid::from_u128(2)),
            kind: WalletKind::Generic,
            address: Address::from_bytes([7; 20]),
            receiving_enabled: true,
            frozen: false,
            awaits_proof: false,
            proof: None,
            change: None,
            cooling_until: None,
        },
        standing: Standing {
            kyc_status: KycStatus::Success,
            has_tax_information: true,
            is_subject_to_us_tax: false,
            is_custodian_bank: false,
        },
    }
}

fn received() -> Redemption {
    Redemption::receive(
        RedemptionId::from_uuid(Uuid::from_u128(3)),
        ProductId::from_uuid(Uuid::from_u128(4)),
        &holder().wallet,
        units(5),
        NOW,
    )
}

fn payment() -> Payment {
    Payment {
        paid_at: NOW,
        reference: "E2E-1".to_owned(),
        proven_at: NOW,
    }
}

fn effect(entry: u64) -> Effect {
    Effect {
        entry,
        at: NOW,
        transaction_hash: TransactionHash::from_bytes([1; 32]),
    }
}

fn consent() -> Consent {
    Consent {
        at: NOW,
        reference: None,
    }
}

fn reregistered() -> Redemption {
    let paid = received().prove_payment(payment()).unwrap();
    paid.reregistered(effect(3)).unwrap()
}

#[test]
fn reg_31_each_step_comes_after_the_one_before() {
    // Nothing is deleted before the payment is proven, nor before the issuer is finally the holder.
    let refused = received().with_consent(consent()).delete().unwrap_err();
    assert_eq!(refused.code(), "redemption_state");
    let paid = received().prove_payment(payment()).unwrap();
    let refused = paid.clone().with_consent(consent()).delete().unwrap_err();
    assert_eq!(refused.code(), "r18_not_final");
    // Nor does the issuer become the holder before the payment.
    assert!(received().reregistered(effect(3)).is_err());
    assert!(paid.deleted(effect(4)).is_err());
    // Then all of it goes, once.
    let deleting = reregistered().with_consent(consent()).delete().unwrap();
    assert_eq!(deleting.status(), RedemptionStatus::Processing);
    let deleted = deleting.deleted(effect(4)).unwrap();
    assert_eq!(deleted.status(), RedemptionStatus::Succeeded);
    assert!(deleted.clone().deleted(effect(5)).is_err());
    assert!(deleted.prove_payment(payment()).is_err());
}

#[test]
fn reg_14_nothing_is_deleted_without_the_issuers_consent() {
    let refused = reregistered().delete().unwrap_err();
    assert_eq!(refused.code(), "r08_issuer_consent");
    assert!(reregistered().with_consent(consent()).delete().is_ok());
}

#[test]
fn what_is_paid_can_no_longer_be_taken_back() {
    let withdrawn = received().withdraw(NOW).unwrap();
    assert_eq!(withdrawn.status(), RedemptionStatus::Failed);
    assert!(withdrawn.prove_payment(payment()).is_err());
    let paid = received().prove_payment(payment()).unwrap();
    assert!(paid.clone().withdraw(NOW).is_err());
    let failed = paid.fail(InstructionRefusal::Freeze, NOW).unwrap();
    assert_eq!(failed.status(), RedemptionStatus::Failed);
    assert_eq!(failed.state().ended_at(), Some(NOW));
    // What has gone to the issuer cannot fail any more.
    assert!(
        reregistered()
            .fail(InstructionRefusal::Freeze, NOW)
            .is_err()
    );
}

#[test]
fn each_condition_has_its_own_code() {
    use InstructionRefusal as R;
    let fine = RedemptionConditions {
        holder: holder(),
        available: units(5),
        units: units(5),
        restricted: None,
    };
    assert_eq!(fine.check(), Ok(()));
    let mut pending = fine;
    pending.holder.standing.kyc_status = KycStatus::Pending;
    assert_eq!(pending.check(), Err(R::Unidentified));
    assert_eq!(pending.check_again(), Ok(()));
    let mut frozen = fine;
    frozen.holder.wallet.frozen = true;
    assert_eq!(frozen.check_again(), Err(R::Freeze));
    let more = RedemptionConditions {
        units: units(6),
        ..fine
    };
    assert_eq!(more.check(), Err(R::Insufficient));
    let pledged = RedemptionConditions {
        restricted: Some(R::ThirdPartyMustInstruct),
        ..fine
    };
    assert_eq!(pledged.check_again(), Err(R::ThirdPartyMustInstruct));
}

#[test]
fn every_state_is_read_as_it_is_stored() {
    let paid = received().prove_payment(payment()).unwrap();
    let deleting = reregistered().with_consent(consent()).delete().unwrap();
    for redemption in [
        received(),
        received().withdraw(NOW).unwrap(),
        paid.clone(),
        paid.fail(InstructionRefusal::Freeze, NOW).unwrap(),
        reregistered(),
        deleting.clone(),
        deleting.deleted(effect(9)).unwrap(),
    ] {
        let state = redemption.state();
        let code = match state {
            RedemptionState::Failed(_, code, _) => Some(*code),
            _ => None,
        };
        let stored = StoredRedemption {
            id: redemption.id,
            product: redemption.product,
            investor_id: redemption.investor_id,
            wallet: redemption.wallet,
            units: redemption.units,
            received_at: redemption.received_at,
            consent: redemption.consent.clone(),
            step: state.as_str().to_owned(),
            payment: state.payment().cloned(),
            reregistered: state.reregistered().copied(),
            deleted: state.deleted().copied(),
            code,
            ended_at: state.ended_at(),
        };
        let mut torn = stored.clone();
        assert_eq!(Redemption::restore(stored), Ok(redemption));
        torn.step = "deleted".to_owned();
        torn.deleted = None;
        assert!(Redemption::restore(torn).is_err());
    }
}
