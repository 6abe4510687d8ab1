//! The dates that partners report: early, repeated, ahead, before the signature.

use super::*;

#[test]
fn dates_reported_before_their_turn_apply_in_order() {
    let early = Order {
        accepted_at: Some(at("2026-11-22T11:30:00Z")),
        paid_at: Some(at("2026-11-01T00:00:00Z")),
        ..order()
    };
    let (investment, changes) =
        Investment::create(early.clone(), KycStatus::Pending, now()).unwrap();
    assert_eq!(
        (investment.accepted_at(), changes.len()),
        (None, 1),
        "kept until the identification"
    );
    let moved = investment.identified(now());
    assert_eq!(
        passed(&moved),
        [Status::WaitingForAcceptance, Status::Accepted, Status::Paid]
    );
    assert_eq!(moved.0.paid_at(), early.paid_at);
    let at_once = Investment::create(early, KycStatus::Success, now()).unwrap();
    assert_eq!(
        passed(&at_once),
        [Status::WaitingForAcceptance, Status::Accepted, Status::Paid]
    );
}

#[test]
fn a_payment_reported_early_waits_for_the_acceptance() {
    let (investment, changes) = waiting().declare_paid(now(), now()).unwrap();
    assert_eq!(
        (investment.status(), changes.len()),
        (Status::WaitingForAcceptance, 0)
    );
    let moved = investment.accept(None, now()).unwrap();
    assert_eq!(passed(&moved), [Status::Accepted, Status::Paid]);
}

#[test]
fn a_date_that_is_recorded_stays() {
    let later = now().plus_seconds(60);
    assert_eq!(paid().declare_paid(now(), later).unwrap().1, []);
    let refused = paid().declare_paid(later, later).unwrap_err();
    assert_eq!(
        refused,
        Refusal::DateAlreadyRecorded {
            field: "paid_at",
            recorded: now()
        }
    );
    assert!(accepted().declare_accepted(later, later).is_err());
    assert_eq!(
        waiting().declare_accepted(now(), now()).unwrap().0.status(),
        Status::Accepted
    );
}

#[test]
fn dates_ahead_are_refused_by_field() {
    let ahead = Some(now().plus_seconds(301));
    let order = Order {
        signed_at: now().plus_seconds(301),
        accepted_at: ahead,
        paid_at: ahead,
        ..order()
    };
    let refusal = Investment::create(order, KycStatus::Success, now()).unwrap_err();
    let expected =
        ["signed_at", "accepted_at", "paid_at"].map(|field| (field, FieldCode::InFuture));
    assert_eq!(fields(&refusal), expected);
    assert_eq!(
        fields(&waiting().accept(ahead, now()).unwrap_err()),
        [("accepted_at", FieldCode::InFuture)]
    );
    assert_eq!(
        fields(&accepted().mark_paid(ahead, now()).unwrap_err()),
        [("paid_at", FieldCode::InFuture)]
    );
    assert!(
        waiting()
            .accept(Some(now().plus_seconds(300)), now())
            .is_ok(),
        "clocks differ"
    );
}

#[test]
fn nothing_is_accepted_before_it_was_signed() {
    let before = Some(at("2026-11-22T10:59:59Z"));
    let refusal = waiting().accept(before, now()).unwrap_err();
    assert_eq!(fields(&refusal), [("accepted_at", FieldCode::OutOfRange)]);
    let ahead = Order {
        signed_at: now().plus_seconds(200),
        ..order()
    };
    let (investment, _) = Investment::create(ahead, KycStatus::Success, now()).unwrap();
    let (investment, _) = investment.accept(None, now()).unwrap();
    assert_eq!(
        investment.accepted_at(),
        Some(now().plus_seconds(200)),
        "a partner's clock may be ahead of ours"
    );
}
