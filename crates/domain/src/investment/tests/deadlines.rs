//! The time to pay and the right to withdraw, counted in days of Berlin.

use super::*;

#[test]
fn the_payment_is_late_after_the_last_day_in_berlin() {
    let due = at("2026-12-06T23:00:00Z");
    assert_eq!(accepted().payment_due_at(), Some(due));
    assert_eq!(
        accepted().payment_due_date(),
        Some("2026-12-06".parse().unwrap())
    );
    assert_eq!(accepted().payment_overdue(due.minus_seconds(1)).1, []);
    assert_eq!(
        accepted().payment_overdue(due).0.status(),
        Status::PaymentMissing
    );
    assert_eq!(paid().payment_overdue(due).0.status(), Status::Paid);
    let without = Order {
        terms: Terms::default(),
        ..order()
    };
    let (investment, _) = Investment::create(without, KycStatus::Success, now()).unwrap();
    let (investment, _) = investment.accept(None, now()).unwrap();
    assert_eq!(investment.payment_overdue(at("2099-01-01T00:00:00Z")).1, []);
}

#[test]
fn the_time_to_pay_runs_from_the_moment_at_which_the_investor_is_told() {
    let early = Order {
        signed_at: at("2026-10-01T10:00:00Z"),
        accepted_at: Some(at("2026-10-01T12:00:00Z")),
        ..order()
    };
    let (investment, _) =
        Investment::create(early, KycStatus::Pending, at("2026-10-01T12:00:00Z")).unwrap();
    let (investment, _) = investment.identified(now());
    assert_eq!(
        investment.payment_due_at(),
        Some(at("2026-12-06T23:00:00Z"))
    );
    assert_eq!(
        investment.cancellable_until(),
        Some(at("2026-10-15T22:00:00Z"))
    );
}

#[test]
fn the_investor_withdraws_freely_before_the_acceptance() {
    let (pending, _) = Investment::create(order(), KycStatus::Pending, now()).unwrap();
    for investment in [
        pending.clone(),
        waiting(),
        pending.review_required(now()).unwrap().0,
    ] {
        let (investment, _) = investment.cancel(now()).unwrap();
        assert_eq!(investment.status(), Status::Abortion);
        assert!(investment.frees_units());
    }
}

#[test]
fn afterwards_the_cancellation_period_decides() {
    let until = at("2026-12-06T23:00:00Z");
    for investment in [accepted(), paid()] {
        let (cancelled, _) = investment.clone().cancel(until.minus_seconds(1)).unwrap();
        assert_eq!(cancelled.status(), Status::Cancellation);
        assert_eq!(
            cancelled.paid_at(),
            investment.paid_at(),
            "it has to go back"
        );
        assert_eq!(
            investment.cancel(until),
            Err(Refusal::CancellationPeriodOver { until })
        );
    }
    assert_eq!(
        paid().start_delivery(now()).unwrap().cancel(now()),
        Err(Refusal::DeliveryStarted)
    );
    assert_eq!(
        delivered().cancel(now()),
        Err(Refusal::CancellationRefused {
            status: Status::Delivered
        })
    );
    let never = Order {
        terms: Terms::default(),
        ..order()
    };
    let (investment, _) = Investment::create(never, KycStatus::Success, now()).unwrap();
    let (investment, _) = investment.accept(None, now()).unwrap();
    assert_eq!(
        investment.cancel(now()),
        Err(Refusal::CancellationRefused {
            status: Status::Accepted
        })
    );
}
