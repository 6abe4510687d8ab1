//! The places between the steps of a batch where tests let the process die.

use registry::crash;
use registry::delivery::Kind;

/// Every place, for tests that visit them all.
pub const CRASH_POINTS: &[&str] = &[
    "issue.batch_taken",
    "issue.prepared",
    "issue.stored",
    "issue.submitted",
    "issue.before_confirm",
    "issue.confirmed",
    "delivery.batch_taken",
    "delivery.prepared",
    "delivery.stored",
    "delivery.submitted",
    "delivery.before_confirm",
    "delivery.confirmed",
    "transfer.batch_taken",
    "transfer.prepared",
    "transfer.stored",
    "transfer.submitted",
    "transfer.before_confirm",
    "transfer.confirmed",
    "redemption.batch_taken",
    "redemption.prepared",
    "redemption.stored",
    "redemption.submitted",
    "redemption.before_confirm",
    "redemption.confirmed",
    "deletion.batch_taken",
    "deletion.prepared",
    "deletion.stored",
    "deletion.submitted",
    "deletion.before_confirm",
    "deletion.confirmed",
    "restriction.batch_taken",
    "restriction.prepared",
    "restriction.stored",
    "restriction.submitted",
    "restriction.before_confirm",
    "restriction.confirmed",
    "release.batch_taken",
    "release.prepared",
    "release.stored",
    "release.submitted",
    "release.before_confirm",
    "release.confirmed",
    "reregistration.batch_taken",
    "reregistration.prepared",
    "reregistration.stored",
    "reregistration.submitted",
    "reregistration.before_confirm",
    "reregistration.confirmed",
];

/// Places of one kind of batch.
const STEPS: usize = 6;

/// A place in the life of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    BatchTaken,
    Prepared,
    Stored,
    Submitted,
    BeforeConfirm,
    Confirmed,
}

/// Here a test may let the process die.
pub(crate) fn reach(kind: Kind, step: Step) {
    let first = match kind {
        Kind::Issue => 0,
        Kind::Delivery => STEPS,
        Kind::Transfer => 2 * STEPS,
        Kind::Redemption => 3 * STEPS,
        Kind::Deletion => 4 * STEPS,
        Kind::Restriction => 5 * STEPS,
        // A conversion is carried as a release is.
        Kind::Release | Kind::Conversion => 6 * STEPS,
        // They go one way.
        Kind::Reregistration | Kind::Replacement | Kind::Reversal => 7 * STEPS,
    };
    crash::point(CRASH_POINTS[first + step as usize]);
}
