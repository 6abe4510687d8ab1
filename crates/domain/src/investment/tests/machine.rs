//! Any sequence of steps: final statuses stay, changes form a chain, repeats change nothing, rows keep everything.

use proptest::prelude::*;

use super::*;

/// Every step that anybody can try.
#[derive(Debug, Clone, Copy)]
enum Step {
    Identified,
    KycInsufficient,
    ReviewRequired,
    ReviewPassed,
    ReviewFailed,
    Accept,
    Reject,
    MarkPaid,
    DeclareAccepted,
    DeclarePaid,
    PaymentMissing,
    PaymentOverdue,
    Cancel,
    SetWallet,
    StartDelivery,
    DeliveryFailed,
    Deliver,
}

const STEPS: [Step; 17] = [
    Step::Identified,
    Step::KycInsufficient,
    Step::ReviewRequired,
    Step::ReviewPassed,
    Step::ReviewFailed,
    Step::Accept,
    Step::Reject,
    Step::MarkPaid,
    Step::DeclareAccepted,
    Step::DeclarePaid,
    Step::PaymentMissing,
    Step::PaymentOverdue,
    Step::Cancel,
    Step::SetWallet,
    Step::StartDelivery,
    Step::DeliveryFailed,
    Step::Deliver,
];

fn tried(investment: Investment, step: Step, now: Timestamp) -> Result<Moved, Refusal> {
    match step {
        Step::Identified => Ok(investment.identified(now)),
        Step::KycInsufficient => investment.kyc_insufficient(None, now),
        Step::ReviewRequired => investment.review_required(now),
        Step::ReviewPassed => investment.review_passed(KycStatus::Success, now),
        Step::ReviewFailed => investment.review_failed(None, now),
        Step::Accept => investment.accept(None, now),
        Step::Reject => investment.reject(Some("no".to_owned()), now),
        Step::MarkPaid => investment.mark_paid(None, now),
        Step::DeclareAccepted => investment.declare_accepted(super::now(), now),
        Step::DeclarePaid => investment.declare_paid(super::now(), now),
        Step::PaymentMissing => investment.payment_missing(now),
        Step::PaymentOverdue => Ok(investment.payment_overdue(now)),
        Step::Cancel => investment.cancel(now),
        Step::SetWallet => investment
            .set_wallet(&wallet())
            .map(|moved| (moved, Vec::new())),
        Step::StartDelivery => investment
            .start_delivery(now)
            .map(|moved| (moved, Vec::new())),
        Step::DeliveryFailed => Ok((investment.delivery_failed(), Vec::new())),
        Step::Deliver => investment.deliver(now, HASH, now),
    }
}

/// Whether the published meaning of the statuses allows one right after the other.
fn follows(from: Status, to: Status) -> bool {
    use Status as S;
    let given_up = matches!(to, S::KycInsufficient | S::Abortion | S::Rejection);
    match from {
        S::KycPending => given_up || matches!(to, S::ReviewPending | S::WaitingForAcceptance),
        S::ReviewPending => given_up || matches!(to, S::KycPending | S::WaitingForAcceptance),
        S::WaitingForAcceptance => given_up || matches!(to, S::ReviewPending | S::Accepted),
        S::Accepted => matches!(to, S::Paid | S::PaymentMissing | S::Cancellation),
        S::Paid => matches!(to, S::Delivered | S::Cancellation),
        _ => false,
    }
}

fn orders() -> impl Strategy<Value = (Order, KycStatus)> {
    let date = proptest::option::of(Just(now()));
    let kyc = prop_oneof![Just(KycStatus::Success), Just(KycStatus::Pending)];
    (date.clone(), date, 0_u32..3, 0_u32..3, kyc).prop_map(
        |(accepted_at, paid_at, payment, cancellation, kyc)| {
            let terms = Terms {
                payment_deadline_days: payment,
                cancellation_deadline_days: cancellation,
            };
            (
                Order {
                    accepted_at,
                    paid_at,
                    terms,
                    ..order()
                },
                kyc,
            )
        },
    )
}

proptest! {
    #[test]
    fn no_path_leaves_a_final_status_and_every_change_is_a_published_one(
        (order, kyc) in orders(),
        steps in proptest::collection::vec((proptest::sample::select(&STEPS[..]), 0_i64..100_000), 0..40),
    ) {
        let mut now = now();
        let (mut investment, created) = Investment::create(order, kyc, now).unwrap();
        prop_assert_eq!(created[0].from, None);
        prop_assert_eq!(created.last().unwrap().to, investment.status());
        for (step, seconds) in steps {
            now = now.plus_seconds(seconds);
            let before = investment.clone();
            let Ok((after, changes)) = tried(investment, step, now) else {
                investment = before;
                continue;
            };
            let mut status = before.status();
            for change in &changes {
                prop_assert_eq!(change.from, Some(status));
                prop_assert!(follows(status, change.to), "{:?}: {} to {}", step, status, change.to);
                prop_assert_eq!(change.at, now);
                status = change.to;
            }
            prop_assert_eq!(after.status(), status);
            prop_assert!(!before.status().is_final() || before == after, "{:?} changed a final investment", step);
            prop_assert_eq!(Investment::restore(after.stored()), Ok(after.clone()));
            investment = after;
        }
    }

    #[test]
    fn a_step_that_was_taken_can_be_repeated_without_effect(
        (order, kyc) in orders(),
        steps in proptest::collection::vec(proptest::sample::select(&STEPS[..]), 1..20),
    ) {
        let (mut investment, _) = Investment::create(order, kyc, now()).unwrap();
        for step in steps {
            if let Ok((after, _)) = tried(investment.clone(), step, now()) {
                let (again, changes) = tried(after.clone(), step, now()).unwrap();
                prop_assert_eq!(&again, &after, "{:?}", step);
                prop_assert_eq!(changes, []);
                investment = after;
            }
        }
    }
}
