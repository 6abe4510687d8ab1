//! What the broker sells: everything that its gateway offers, asked anew for each page.

use serde_json::Value;
use uuid::Uuid;

use crate::{Broker, Error, Result};

/// An asset with the slice that this broker sells.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) campaign: Uuid,
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) isin: String,
    pub(crate) description: String,
    pub(crate) price: String,
    pub(crate) minimum: u64,
    pub(crate) step: u64,
    pub(crate) available: u64,
    pub(crate) terms: Vec<(String, String)>,
    pub(crate) documents: Vec<String>,
}

/// Everything that is offered.
pub(crate) async fn assets(broker: &Broker) -> Result<Vec<Asset>> {
    let page = [("page_size", "500")];
    let (campaigns, products) = tokio::try_join!(
        broker.api.get("campaigns/", &page),
        broker.api.get("products/", &page),
    )?;
    let products = rows(&products);
    let assets = rows(&campaigns).iter().filter_map(|campaign| {
        let product = products
            .iter()
            .find(|one| one["id"] == campaign["product_id"])?;
        Some(asset(campaign, product))
    });
    assets.collect()
}

/// One of them.
pub(crate) async fn asset_of(broker: &Broker, campaign: Uuid) -> Result<Asset> {
    let all = assets(broker).await?;
    let found = all.into_iter().find(|asset| asset.campaign == campaign);
    found.ok_or(Error::NotFound("asset"))
}

fn rows(page: &Value) -> &[Value] {
    page["results"].as_array().map_or(&[], Vec::as_slice)
}

fn asset(campaign: &Value, product: &Value) -> Result<Asset> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = campaign["id"].as_str().and_then(|id| id.parse().ok());
    let step = product["step_size"].as_u64().unwrap_or(1).max(1);
    let minimum = campaign["minimum_units"].as_u64().unwrap_or(1);
    let terms = product["terms"].as_array().into_iter().flatten();
    let documents = campaign["required_document_types"].as_array();
    Ok(Asset {
        campaign: id.ok_or(Error::Answer("id"))?,
        name: text(&product["name"]),
        issuer: text(&product["issuer_name"]),
        isin: text(&product["isin"]),
        description: text(&product["description"]),
        price: price(product),
        // Orders are whole multiples of the step.
        minimum: minimum.div_ceil(step) * step,
        step,
        available: campaign["available"].as_u64().unwrap_or_default(),
        terms: terms
            .map(|term| (text(&term["name"]), text(&term["value"])))
            .collect(),
        documents: documents.into_iter().flatten().map(text).collect(),
    })
}

fn price(product: &Value) -> String {
    let money = match &product["nominal_value"] {
        Value::Null => &product["issuance_price"],
        money => money,
    };
    let decimals = money["decimals"].as_u64().unwrap_or(2);
    let decimals = usize::try_from(decimals).unwrap_or(2);
    let digits = money["amount"].as_str().unwrap_or("0");
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    let point = if decimals > 0 { "." } else { "" };
    format!(
        "{whole}{point}{rest} {}",
        money["currency"].as_str().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_price_has_its_decimals() {
        let product =
            json!({"nominal_value": {"amount": "100000", "decimals": 2, "currency": "EUR"}});
        assert_eq!(price(&product), "1000.00 EUR");
        let product = json!({"nominal_value": null, "issuance_price": {"amount": "5", "decimals": 3, "currency": "EUR"}});
        assert_eq!(price(&product), "0.005 EUR");
    }
}
