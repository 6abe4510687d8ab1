//! Offers: what a partner needs to know to sell a product.

use domain::offer::{Coupon, Fees, Offer, Question, TargetMarket};
use domain::{DocumentId, FieldErrors, OfferDocument, Percent, RegisterTerms, Share, Units};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::issuing as out;

/// A code of one side as the same code of the other. The lists are the same, which a test compares.
pub(crate) fn same<A: Serialize, B: DeserializeOwned>(code: A) -> B {
    let text = serde_json::to_value(code).expect("a code is a text");
    serde_json::from_value(text).expect("both sides have the same codes")
}

/// What of a body describes the offer.
#[derive(Clone, Copy)]
pub struct OfferBody<'a> {
    /// Documents with their uploads.
    pub documents: &'a [out::OfferDocumentCreate],
    /// The issuer's contract or resolution.
    pub issuance_document: Option<uuid::Uuid>,
    /// Days.
    pub lock_in_time: Option<u32>,
    /// An address.
    pub backup_wallet_address: Option<&'a str>,
    /// What the product pays.
    pub coupon: Option<&'a out::Coupon>,
    /// A date.
    pub matures_on: Option<&'a str>,
    /// Whom the product is for.
    pub target_market: Option<&'a out::TargetMarket>,
    /// Costs and commission.
    pub fees: Option<&'a out::Fees>,
    /// What every investment must carry signed.
    pub required_document_types: &'a [String],
    /// What a partner has to ask.
    pub questions: &'a [out::Question],
    /// What is entered of a registered share.
    pub share: Option<&'a out::Share>,
    /// In the words of the entry.
    pub mixed_stock: Option<&'a str>,
    /// Whether the terms exclude it.
    pub collective_entry_excluded: bool,
    /// Units.
    pub denomination_units: Option<u64>,
    /// Units.
    pub minimum_units: Option<u64>,
    /// A time.
    pub opens_at: Option<&'a str>,
    /// A time.
    pub closes_at: Option<&'a str>,
}

/// Reads an offer, of which the documents are only named yet; the smallest investment is one step unless it says another.
pub fn read(errors: &mut FieldErrors, body: OfferBody, step_size: Units) -> Offer {
    let issuance = body.issuance_document.map(|document_id| {
        let document_type = out::OfferDocumentType::Issuance;
        named(&out::OfferDocumentCreate {
            document_type,
            document_id,
            title: None,
        })
    });
    let listed = body.documents.iter().map(named);
    Offer {
        documents: listed.chain(issuance).collect(),
        lock_in_days: body.lock_in_time.unwrap_or(0),
        backup_wallet: errors.parse_optional("backup_wallet_address", body.backup_wallet_address),
        coupon: body.coupon.map(|one| coupon(errors, one)),
        matures_on: errors.parse_optional("matures_on", body.matures_on),
        target_market: body.target_market.map(target_market),
        fees: fees(errors, body.fees),
        required_document_types: body.required_document_types.to_vec(),
        questions: body.questions.iter().map(question).collect(),
        minimum_units: crate::fields::units(
            errors,
            "minimum_units",
            body.minimum_units.unwrap_or(step_size.get()),
        ),
        opens_at: errors.parse_optional("offering_opens_at", body.opens_at),
        closes_at: errors.parse_optional("offering_closes_at", body.closes_at),
        register: RegisterTerms {
            share: body.share.map(|one| share(errors, one)),
            mixed_stock: body.mixed_stock.map(str::to_owned),
            collective_entry_excluded: body.collective_entry_excluded,
            denomination: body
                .denomination_units
                .map(|number| crate::fields::units(errors, "denomination_units", number)),
        },
    }
}

/// A share as it is shown again.
pub fn show_share(share: &Share) -> out::Share {
    out::Share {
        share_class: Some(share.class.clone()),
        paid_in_percent: Some(share.paid_in.to_string()),
        votes_per_share: Some(share.votes),
        company_consent_required: Some(share.needs_company_consent),
    }
}

/// Nothing is taken for granted: what is entered is said.
fn share(errors: &mut FieldErrors, body: &out::Share) -> Share {
    for (is_there, field) in [
        (body.share_class.is_some(), "share.share_class"),
        (body.paid_in_percent.is_some(), "share.paid_in_percent"),
        (body.votes_per_share.is_some(), "share.votes_per_share"),
        (
            body.company_consent_required.is_some(),
            "share.company_consent_required",
        ),
    ] {
        if !is_there {
            errors.missing(field);
        }
    }
    let paid_in = errors.parse_optional("share.paid_in_percent", body.paid_in_percent.as_deref());
    Share {
        // What is missing is named already, and once.
        class: body.share_class.clone().unwrap_or_else(|| "-".to_owned()),
        paid_in: paid_in.unwrap_or_default(),
        votes: body.votes_per_share.unwrap_or_default(),
        needs_company_consent: body.company_consent_required.unwrap_or_default(),
    }
}

/// A document as its issuer names it; version and hash follow from the upload.
fn named(body: &out::OfferDocumentCreate) -> OfferDocument {
    OfferDocument {
        document_type: same(body.document_type),
        version: 0,
        document: DocumentId::from_uuid(body.document_id),
        title: body.title.clone(),
        sha256: String::new(),
        content_type: String::new(),
        size: 0,
    }
}

fn coupon(errors: &mut FieldErrors, body: &out::Coupon) -> Coupon {
    Coupon {
        kind: same(body.kind),
        rate: errors.parse_optional("coupon.rate_percent", body.rate_percent.as_deref()),
        description: body.description.clone(),
    }
}

fn target_market(body: &out::TargetMarket) -> TargetMarket {
    TargetMarket {
        client_categories: body.client_categories.iter().map(same).collect(),
        knowledge: same(body.knowledge),
        loss_capacity: same(body.loss_capacity),
        horizon_years: body.horizon_years,
        objectives: body.objectives.clone(),
        negative: body.negative.clone(),
    }
}

fn fees(errors: &mut FieldErrors, body: Option<&out::Fees>) -> Fees {
    let Some(body) = body else {
        return Fees::default();
    };
    let mut percent = |field, text: &Option<String>| -> Percent {
        errors
            .parse_optional(field, text.as_deref())
            .unwrap_or_default()
    };
    Fees {
        entry: percent("fees.entry_percent", &body.entry_percent),
        ongoing: percent("fees.ongoing_percent", &body.ongoing_percent),
        exit: percent("fees.exit_percent", &body.exit_percent),
        commission: percent("fees.commission_percent", &body.commission_percent),
    }
}

fn question(body: &out::Question) -> Question {
    Question {
        key: body.key.clone(),
        text: body.text.clone(),
        kind: same(body.kind),
        choices: body.choices.clone(),
        required: body.required,
    }
}

/// A document as the network answers it.
pub fn show_document(document: &OfferDocument) -> out::OfferDocument {
    out::OfferDocument {
        document_type: same(document.document_type),
        version: document.version,
        document_id: document.document.uuid(),
        title: document.title.clone(),
        sha256: document.sha256.clone(),
        content_type: document.content_type.clone(),
        size: document.size,
    }
}

/// What a product pays.
pub fn show_coupon(coupon: &Coupon) -> out::Coupon {
    out::Coupon {
        kind: same(coupon.kind),
        rate_percent: coupon.rate.map(|rate| rate.to_string()),
        description: coupon.description.clone(),
    }
}

/// Whom a product is for.
pub fn show_target_market(market: &TargetMarket) -> out::TargetMarket {
    out::TargetMarket {
        client_categories: market.client_categories.iter().map(same).collect(),
        knowledge: same(market.knowledge),
        loss_capacity: same(market.loss_capacity),
        horizon_years: market.horizon_years,
        objectives: market.objectives.clone(),
        negative: market.negative.clone(),
    }
}

/// Costs and commission.
pub fn show_fees(fees: &Fees) -> out::Fees {
    out::Fees {
        entry_percent: Some(fees.entry.to_string()),
        ongoing_percent: Some(fees.ongoing.to_string()),
        exit_percent: Some(fees.exit.to_string()),
        commission_percent: Some(fees.commission.to_string()),
    }
}

/// What a partner has to ask.
pub fn show_question(question: &Question) -> out::Question {
    out::Question {
        key: question.key.clone(),
        text: question.text.clone(),
        kind: same(question.kind),
        choices: question.choices.clone(),
        required: question.required,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::offer::{ClientCategory, CouponKind, Knowledge, LossCapacity, QuestionKind};
    use domain::{DocumentType, OfferingType};

    /// Every code of the domain goes over the line and comes back.
    fn there_and_back<D, W>(all: &[D])
    where
        D: Copy + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned,
        W: Serialize + DeserializeOwned,
    {
        for code in all {
            let shown: W = same(*code);
            assert_eq!(same::<W, D>(shown), *code);
        }
    }

    #[test]
    fn both_sides_have_the_same_codes() {
        there_and_back::<DocumentType, out::OfferDocumentType>(DocumentType::ALL);
        there_and_back::<CouponKind, out::CouponKind>(CouponKind::ALL);
        there_and_back::<ClientCategory, out::ClientCategory>(ClientCategory::ALL);
        there_and_back::<Knowledge, out::Knowledge>(Knowledge::ALL);
        there_and_back::<LossCapacity, out::LossCapacity>(LossCapacity::ALL);
        there_and_back::<QuestionKind, out::QuestionKind>(QuestionKind::ALL);
        there_and_back::<OfferingType, out::OfferingType>(OfferingType::ALL);
    }
}
