//! Who is written to about what: one function per moment, called in the transaction of what it tells of.
//!
//! A letter goes to those people of an organisation whose role lets them do something about it, to each in his language, and to
//! nobody who sees other products only. An organisation without people is not written to: it looks into the API.

mod daily;
mod digest;
mod endpoints;
mod links;
mod moments;

pub use daily::write_daily;
pub use endpoints::write_about_dead;
pub(crate) use moments::{
    application_decided, application_due, application_message, application_received,
    asset_request_accepted, asset_request_decided, asset_requested, client_changed, decision_waits,
    product_decided, standing_changed,
};

use database::Tx;
use domain::{Date, EnvironmentId, Language, Organisation, ProductId, Products, Timestamp};
use storage::memberships::MembershipRecord;

use crate::caller::grants;
use crate::mail::{self, Letter, Mail};
use crate::people::{Person, reachable};
use crate::{Registry, Result, Right};

/// What a letter is about, as far as it is hidden from those who see some products only.
#[derive(Clone, Copy)]
pub(crate) enum About {
    /// The whole organisation.
    Organisation,
    /// One of its products.
    Product(ProductId),
    /// One of its environments.
    Environment(EnvironmentId),
}

/// Somebody who can be written to.
pub(crate) struct Reader {
    person: Person,
    membership: MembershipRecord,
}

impl Reader {
    fn sees(&self, tx: &mut Tx, about: About) -> Result<bool> {
        if !self.membership.is_limited {
            return Ok(true);
        }
        Ok(match about {
            About::Organisation => false,
            About::Product(id) => match storage::memberships::products(tx, &self.membership)? {
                Products::All => true,
                Products::Only(products) => products.contains(&id),
            },
            About::Environment(id) => storage::memberships::reaches(tx, self.membership.id, id)?,
        })
    }

    fn write(&self, registry: &Registry, tx: &mut Tx, letter: Letter) -> Result<()> {
        let mail = Mail::new(self.person.email.clone(), letter);
        mail::send(registry, tx, &mail.person(self.person.id.uuid()))
    }
}

/// The people of an organisation who have this right, oldest membership first.
fn readers(
    registry: &Registry,
    tx: &mut Tx,
    organisation: Organisation,
    right: Right,
) -> Result<Vec<Reader>> {
    let mut readers = Vec::new();
    for membership in storage::memberships::of_organisation(tx, organisation)? {
        if !grants(&membership.role, right) {
            continue;
        }
        let record = storage::people::find(tx, membership.person)?;
        if let Some(person) = reachable(registry, tx, record)? {
            readers.push(Reader { person, membership });
        }
    }
    Ok(readers)
}

/// Writes one letter to each of an organisation who can do something about it. Returns how many.
fn tell(
    registry: &Registry,
    tx: &mut Tx,
    (organisation, right): (Organisation, Right),
    about: About,
    letter: impl Fn(Language) -> Letter,
) -> Result<usize> {
    let mut told = 0;
    for reader in readers(registry, tx, organisation, right)? {
        if reader.sees(tx, about)? {
            reader.write(registry, tx, letter(reader.person.language))?;
            told += 1;
        }
    }
    Ok(told)
}

/// Whether there is anybody to be told.
fn is_anybody_there(
    registry: &Registry,
    tx: &mut Tx,
    (organisation, right): (Organisation, Right),
    about: About,
) -> Result<bool> {
    for reader in readers(registry, tx, organisation, right)? {
        if reader.sees(tx, about)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A deadline is the first moment that is too late; people are told the last day.
fn last_day(due: Timestamp) -> Date {
    due.minus_seconds(1).berlin_date()
}
