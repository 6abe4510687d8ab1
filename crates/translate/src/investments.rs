//! Investments.

use domain::{
    Blocker, DocumentId, FieldCode, FieldErrors, Investment, Money, PaymentReference, Status,
    Timestamp, Units,
};
use wire::dlt_transactions::DltProgress;
use wire::investments as out;

/// The values of an order as the body gives them.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Units.
    pub units: Units,
    /// When the investor signed.
    pub signed_at: Timestamp,
    /// Reported acceptance.
    pub accepted_at: Option<Timestamp>,
    /// Reported payment.
    pub paid_at: Option<Timestamp>,
    /// Document and type.
    pub signed_documents: Vec<(DocumentId, String)>,
}

/// Reads the body of creation.
///
/// # Errors
/// Every field that cannot be accepted.
pub fn create(body: &out::InvestmentCreate) -> Result<Ordered, FieldErrors> {
    let mut errors = FieldErrors::new();
    let units = match Units::new(body.units) {
        Ok(units) => Some(units),
        Err(error) => {
            errors.push("units", FieldCode::OutOfRange, error.to_string());
            None
        }
    };
    let signed_at = errors.parse_required("signed_at", body.signed_at.as_deref());
    let accepted_at = errors.parse_optional("accepted_at", body.accepted_at.as_deref());
    let paid_at = errors.parse_optional("paid_at", body.paid_at.as_deref());
    let signed_documents = signed_documents(&mut errors, &body.signed_documents);
    let ordered = units.zip(signed_at).map(|(units, signed_at)| Ordered {
        units,
        signed_at,
        accepted_at,
        paid_at,
        signed_documents,
    });
    errors.into_result(ordered)
}

/// Reads a list of signed documents; each may be named once.
pub fn signed_documents(
    errors: &mut FieldErrors,
    body: &[out::SignedDocument],
) -> Vec<(DocumentId, String)> {
    if body.len() > MOST_SIGNED_DOCUMENTS {
        let message = format!("At most {MOST_SIGNED_DOCUMENTS} documents can be given at once.");
        errors.push("signed_documents", FieldCode::TooLong, message);
        return Vec::new();
    }
    let mut documents: Vec<(DocumentId, String)> = Vec::with_capacity(body.len());
    for (index, signed) in body.iter().enumerate() {
        let field = format!("signed_documents[{index}].document_type");
        domain::text::check_text(errors, &field, &signed.document_type);
        let one = (
            DocumentId::from_uuid(signed.document_id),
            signed.document_type.clone(),
        );
        if documents.contains(&one) {
            let message = "This document is named twice with the same type.";
            errors.push(field, FieldCode::Duplicate, message);
        }
        documents.push(one);
    }
    documents
}

const MOST_SIGNED_DOCUMENTS: usize = 50;

/// What is shown of an investment beside what the rules know.
pub struct Surroundings<'a> {
    /// Why it is not delivered yet.
    pub blocked_by: Option<Blocker>,
    /// Where its delivery is on the DLT network.
    pub dlt_transaction: Option<DltProgress>,
    /// What it costs.
    pub total: Money,
    /// Unique in the network.
    pub payment_reference: PaymentReference,
    /// Name on the issuer's account.
    pub account_holder: &'a str,
    /// ISO 13616.
    pub iban: String,
    /// ISO 9362.
    pub bic: String,
    /// Document and type.
    pub signed_documents: Vec<(DocumentId, String)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// An investment as the network answers it.
pub fn show(investment: &Investment, around: Surroundings) -> out::Investment {
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let total = crate::money::show(around.total);
    out::Investment {
        id: investment.id.uuid(),
        investor_id: investment.investor_id.uuid(),
        campaign_id: investment.campaign_id.uuid(),
        product_id: investment.product_id.uuid(),
        units: investment.units.get(),
        remaining_units: investment.remaining_units.get(),
        status: status(investment.status()),
        blocked_by: around.blocked_by.map(blocker),
        signed_at: investment.signed_at.to_string(),
        // What was reported before its turn is the partner's own word: it sees it at once.
        accepted_at: text(investment.accepted_at().or(investment.declared_accepted_at)),
        paid_at: text(investment.paid_at().or(investment.declared_paid_at)),
        delivered_at: text(investment.delivered_at()),
        wallet: investment.recipient.map(|to| to.wallet_id.uuid()),
        wallet_address: investment.recipient.map(|to| to.address.to_string()),
        transaction_hash: investment.transaction_hash().map(|hash| hash.to_string()),
        dlt_transaction: around.dlt_transaction,
        signed_documents: around
            .signed_documents
            .into_iter()
            .map(|(document, document_type)| out::SignedDocument {
                document_id: document.uuid(),
                document_type,
            })
            .collect(),
        total: total.clone(),
        payment: out::Payment {
            total,
            account_holder: around.account_holder.to_owned(),
            iban: around.iban,
            bic: around.bic,
            reference: around.payment_reference.to_string(),
            due_date: investment.payment_due_date().map(|date| date.to_string()),
        },
        reason: investment.reason().map(str::to_owned),
        created_at: around.created_at.to_string(),
        changed_at: around.changed_at.to_string(),
    }
}

fn status(status: Status) -> out::InvestmentStatus {
    match status {
        Status::KycPending => out::InvestmentStatus::KycPending,
        Status::ReviewPending => out::InvestmentStatus::ReviewPending,
        Status::WaitingForAcceptance => out::InvestmentStatus::WaitingForAcceptance,
        Status::Accepted => out::InvestmentStatus::Accepted,
        Status::Paid => out::InvestmentStatus::Paid,
        Status::Delivered => out::InvestmentStatus::Delivered,
        Status::KycInsufficient => out::InvestmentStatus::KycInsufficient,
        Status::Abortion => out::InvestmentStatus::Abortion,
        Status::Rejection => out::InvestmentStatus::Rejection,
        Status::Cancellation => out::InvestmentStatus::Cancellation,
        Status::PaymentMissing => out::InvestmentStatus::PaymentMissing,
    }
}

fn blocker(blocker: Blocker) -> out::Blocker {
    match blocker {
        Blocker::WalletMissing => out::Blocker::WalletMissing,
        Blocker::Identification => out::Blocker::Identification,
        Blocker::WalletNotEligible => out::Blocker::WalletNotEligible,
        Blocker::WalletFrozen => out::Blocker::WalletFrozen,
        Blocker::ReceivingDisabled => out::Blocker::ReceivingDisabled,
        Blocker::WalletUnproven => out::Blocker::WalletUnproven,
        Blocker::WalletChanging => out::Blocker::WalletChanging,
        Blocker::WalletCooling => out::Blocker::WalletCooling,
        Blocker::CancellationPeriod => out::Blocker::CancellationPeriod,
        Blocker::DeliveryInProgress => out::Blocker::DeliveryInProgress,
    }
}
