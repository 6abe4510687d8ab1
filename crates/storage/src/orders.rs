//! All that an order is checked against, fetched in one flight.

use database::{DatabaseError, Row, Tx};
use domain::{Broker, CampaignId, InvestorId};

use crate::campaigns::{self, CampaignRecord};
use crate::columns::Columns;
use crate::investors::{self, InvestorRecord};
use crate::products::{self, ProductRecord};
use crate::{Scope, platforms};

/// Who orders, in which campaign, of which product; each is missing if it is not the caller's.
#[derive(Clone, Debug)]
pub struct OrderContext {
    /// Locked: its identification cannot change meanwhile.
    pub investor: Option<InvestorRecord>,
    /// Not locked, so that orders do not wait for each other: [`campaigns::reserve`] sees whether its units are still there.
    pub campaign: Option<CampaignRecord>,
    /// Missing too if it is not listed for the platform.
    pub product: Option<ProductRecord>,
    /// Whether the platform may sell it; missing with the product.
    pub broker: Option<Broker>,
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
        broker: rows[1].first().map(broker).transpose()?,
        campaign: rows[2].first().map(campaigns::read).transpose()?,
    })
}

/// It rides at the end of the product's row, so that an order asks for nothing more.
fn broker(row: &Row) -> Result<Broker, DatabaseError> {
    platforms::broker(&mut Columns::at(row, row.len() - 2))
}
