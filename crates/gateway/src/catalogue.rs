//! Everything the partner may sell, over all environments in one list, as they last described it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use crate::environments::{Seen, State};
use crate::remote::{Remote, Trouble};
use crate::store::campaigns;
use crate::store::catalogue::{self, Item};
use crate::store::environments::{self, Environment};
use crate::worker::Desk;
use crate::write::Caller;
use crate::{Error, Gateway, Result, mapping};

/// The two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    Products,
    Campaigns,
}

impl Shelf {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Products => "product",
            Self::Campaigns => "campaign",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Products => "products/",
            Self::Campaigns => "campaigns/",
        }
    }
}

/// All products or campaigns, each once, each with the name of its environment.
pub(crate) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    shelf: Shelf,
    product: Option<Uuid>,
) -> Result<Vec<Seen<Value>>> {
    caller.require("investments:read")?;
    gateway
        .db
        .read(move |tx| {
            let all = environments::list(tx)?;
            let sold: HashMap<Uuid, Uuid> = campaigns::list(tx)?.into_iter().collect();
            let mut seen = HashSet::new();
            let mut shown = Vec::new();
            for item in catalogue::list(tx, shelf.kind())? {
                let Some(environment) = all.iter().find(|one| one.id == item.environment) else {
                    continue;
                };
                let mut body: Value = serde_json::from_str(&item.body)?;
                if product.is_some() && mapping::id_in(&body, "product_id") != product {
                    continue;
                }
                // A campaign is sold where the configuration says so, and nowhere else.
                let is_elsewhere =
                    shelf == Shelf::Campaigns && sold.get(&item.id) != Some(&environment.id);
                if is_elsewhere || !seen.insert(item.id) {
                    continue;
                }
                body["environment"] = environment.name.clone().into();
                let down = environment.unreachable_since.is_some();
                let state = if down {
                    State::Unreachable
                } else {
                    State::Synced
                };
                shown.push(Seen {
                    value: body,
                    state: Some(state),
                    observed_at: Some(item.observed_at),
                });
            }
            Ok::<_, Error>(shown)
        })
        .await
}

/// One of them.
pub(crate) async fn get(
    gateway: &Gateway,
    caller: &Caller,
    shelf: Shelf,
    id: Uuid,
) -> Result<Seen<Value>> {
    let all = list(gateway, caller, shelf, None).await?;
    let found = all
        .into_iter()
        .find(|seen| mapping::id_in(&seen.value, "id") == Some(id));
    found.ok_or_else(|| Error::not_found(shelf.kind()))
}

/// Reads what an environment offers. One that offers no list is sold by its campaign's id alone.
pub(crate) async fn read(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
) -> Result<(), Trouble> {
    let id = environment.id;
    let mut found = Vec::new();
    for shelf in [Shelf::Products, Shelf::Campaigns] {
        match desk.call(environment, remote.list(shelf.path())).await {
            Ok(items) => found.extend(items.into_iter().map(|item| (shelf.kind(), item))),
            Err(Trouble::Refused(_)) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    let now = desk.gateway.now();
    let kept = desk.gateway.db.write(move |tx| {
        for (kind, item) in &found {
            if let Some(item_id) = mapping::id_in(item, "id") {
                let item = Item {
                    environment: id,
                    id: item_id,
                    body: item.to_string(),
                    observed_at: now,
                };
                catalogue::save(tx, kind, &item)?;
            }
        }
        catalogue::forget(tx, id, now)?;
        Ok::<_, Error>(environments::catalogue_read(tx, id, now)?)
    });
    Ok(kept.await?)
}
