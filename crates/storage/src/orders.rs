//! All that an order is checked against, fetched in one flight.

use database::{DatabaseError, Tx};
use domain::{CampaignId, InvestorId};

use crate::Scope;
use crate::campaigns::{self, CampaignRecord};
use crate::investors::{self, InvestorRecord};
use crate::products::{self, ProductRecord};

/// Who orders, in which campaign, of which product; each is missing if it is not the caller's.
#[derive(Clone, Debug)]
pub struct OrderContext {
    /// Locked: its identification cannot change meanwhile.
    pub investor: Option<InvestorRecord>,
    /// Not locked, so that orders do not wait for each other: [`campaigns::reserve`] sees whether its units are still there.
    pub campaign: Option<CampaignRecord>,
    /// Missing too if it is not listed for the platform.
    pub product: Option<ProductRecord>,
}

/// Fetches what an order is checked against.
///
/// # Errors
/// Fails if the database does.
pub fn context(
    tx: &mut Tx,
    scope: &Scope,
    investor: InvestorId,
    campaign: CampaignId,
) -> Result<OrderContext, DatabaseError> {
    let whose = investors::scoped(scope, investor);
    let which = campaigns::scoped(scope, campaign);
    let rows = tx.query_many(&[
        (investors::LOCK, &whose),
        (products::OF_CAMPAIGN, &which[..1]),
        (campaigns::FIND, &which),
    ])?;
    Ok(OrderContext {
        investor: rows[0].first().map(investors::read).transpose()?,
        product: rows[1].first().map(products::read).transpose()?,
        campaign: rows[2].first().map(campaigns::read).transpose()?,
    })
}
