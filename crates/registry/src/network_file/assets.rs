//! What an asset of a network file must be, and what it says in the domain's terms.

use domain::{FieldErrors, LegalForm, Money, Offer, Price, ProductType, Terms};
use translate::offers::OfferBody;

use super::{AssetEntry, MoneyEntry, NetworkFileError, environment_name, time, wrong};

impl AssetEntry {
    pub(super) fn check(&self, place: &str) -> Result<(), NetworkFileError> {
        let at = |field: &str, message: String| wrong(&format!("{place}.{field}"), &message);
        environment_name(&self.environment).map_err(|message| at("environment", message))?;
        self.product_type()
            .map_err(|message| at("product_type", message))?;
        self.legal_form()
            .map_err(|message| at("legal_form", message))?;
        self.price()
            .map_err(|message| at("nominal_value", message))?;
        let mut errors = FieldErrors::new();
        self.offer(&mut errors);
        if let Some(error) = errors.as_slice().first() {
            return Err(at(&format!("offer.{}", error.field), error.message.clone()));
        }
        let mut rest = self.max_issuable_amount;
        for (index, campaign) in self.campaigns.iter().enumerate() {
            rest = rest.checked_sub(campaign.allocation).ok_or_else(|| {
                let message = "the allocations are more than max_issuable_amount".to_owned();
                at(&format!("campaigns[{index}].allocation"), message)
            })?;
            for (field, text) in [
                ("opens_at", &campaign.opens_at),
                ("closes_at", &campaign.closes_at),
            ] {
                time(text.as_deref())
                    .map_err(|message| at(&format!("campaigns[{index}].{field}"), message))?;
            }
        }
        Ok(())
    }

    /// What the product is commercially.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn product_type(&self) -> Result<ProductType, String> {
        self.product_type
            .parse()
            .map_err(|error: domain::UnknownCode| error.to_string())
    }

    /// What the product is in law: given, or derived.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn legal_form(&self) -> Result<LegalForm, String> {
        let given = self
            .legal_form
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error: domain::UnknownCode| error.to_string())?;
        LegalForm::resolve(self.ewpg, self.product_type()?, given)
            .map_err(|refusal| refusal.message())
    }

    /// What a unit costs.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn price(&self) -> Result<Price, String> {
        let money = |entry: &Option<MoneyEntry>| {
            entry
                .as_ref()
                .map(|money| Money::parse(&money.amount, money.decimals, money.currency))
                .transpose()
                .map_err(|error| error.to_string())
        };
        let (nominal, issuance) = (money(&self.nominal_value)?, money(&self.issuance_price)?);
        Price::from_fields(nominal.is_some(), nominal, issuance).map_err(|_| {
            "a unit has a nominal_value or an issuance_price, and it is more than nothing"
                .to_owned()
        })
    }

    /// What partners are told; notes what makes no sense.
    pub(crate) fn offer(&self, errors: &mut FieldErrors) -> Offer {
        let entry = &self.offer;
        let body = OfferBody {
            documents: &[],
            issuance_document: None,
            lock_in_time: entry.lock_in_time,
            backup_wallet_address: None,
            coupon: entry.coupon.as_ref(),
            matures_on: entry.matures_on.as_deref(),
            target_market: entry.target_market.as_ref(),
            fees: entry.fees.as_ref(),
            required_document_types: &[],
            questions: &entry.questions,
            share: entry.share.as_ref(),
            mixed_stock: entry.mixed_stock.as_deref(),
            collective_entry_excluded: entry.collective_entry_excluded,
            denomination_units: entry.denomination_units,
            minimum_units: entry.minimum_units,
            opens_at: entry.offering_opens_at.as_deref(),
            closes_at: entry.offering_closes_at.as_deref(),
        };
        let offer = translate::offers::read(errors, body, self.step_size);
        if let Ok(legal_form) = self.legal_form() {
            offer.check(errors, legal_form, self.step_size);
        }
        offer
    }

    /// The terms that are named, and those that follow from what is entered.
    pub(crate) fn essential_terms(&self) -> Vec<(String, String)> {
        let named = self.terms.iter().map(|term| (&term.name, &term.value));
        let named = named.map(|(name, value)| (name.clone(), value.clone()));
        // What is wrong with the offer was found when the file was read.
        let offer = self.offer(&mut FieldErrors::new());
        named.chain(offer.register.terms()).collect()
    }

    /// The contract's deadlines.
    pub fn deadlines(&self) -> Terms {
        Terms {
            payment_deadline_days: self.payment_deadline,
            cancellation_deadline_days: self.cancellation_deadline,
        }
    }
}
