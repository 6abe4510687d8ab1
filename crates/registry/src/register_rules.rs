//! Dated law on registers, for everybody to see, and what the registrar has to do by it when an issue is entered.

use database::Tx;
use domain::{Date, FieldErrors};
use serde_json::json;
use storage::products::ProductRecord;
use wire::register_rules::RegisterRule;

use crate::{Caller, Registry, Result, audit};

/// The rules, or those that hold on a day, by name and age.
///
/// # Errors
/// A field error for a day that is none.
pub async fn list(registry: &Registry, as_of: Option<&str>) -> Result<Vec<RegisterRule>> {
    let mut errors = FieldErrors::new();
    let day: Option<Date> = errors.parse_optional("as_of", as_of);
    errors.into_result(Some(()))?;
    registry
        .db
        .read(move |tx| -> Result<_> {
            let rules = storage::register_rules::all(tx)?;
            let shown = rules.as_of(day).map(translate::register_rules::show);
            Ok(shown.collect())
        })
        .await
}

/// Notes that the entry of a crypto security has to be published, as long as the law of its day wants that (§ 20 eWpG).
pub(crate) fn entered(registry: &Registry, tx: &mut Tx, product: &ProductRecord) -> Result<()> {
    if !product.product.legal_form.is_registered() {
        return Ok(());
    }
    let day = registry.clock.now().berlin_date();
    let Some(notice) = storage::register_rules::all(tx)?.notice_of_entry(day) else {
        return Ok(());
    };
    let isin = product.product.isin.as_str();
    let detail = json!({
        "form": notice.as_str(), "issuer": product.issuer_name, "isin": isin, "designation": product.product.name,
        "entered_on": day.to_string(), "change": false,
    });
    let caller = Caller::network("clock");
    audit::record(registry, tx, &caller, "register.notice_due", isin, &detail)
}
