//! What a statement says, gathered from the rows that it is about.

use database::Tx;
use domain::investor::Investor;
use domain::{Entry, HolderId, InvestorId, IssuerProfile, Money, StatementKind, Units};
use statement::{
    Amount, Holder, Holding, Issuer, Ledger, Proof, Register, Registrar, Security, Statement,
    Transaction,
};
use storage::products::ProductRecord;
use storage::register_entries::{self, EntryRecord};
use storage::statements::StatementRecord;
use storage::{Scope, holdings, register_anchors};

use super::making::{Broken, is_sample, numbers};
use super::restrictions;
use crate::{Error, Registry, Result, persons, register_content, register_log, terms};

/// What is known before anything is read.
pub(super) struct Facts<'a> {
    pub(super) record: &'a StatementRecord,
    pub(super) kind: StatementKind,
    pub(super) product: &'a ProductRecord,
    pub(super) investor: InvestorId,
    pub(super) person: &'a Investor,
}

/// The content of a statement.
pub(super) fn gather(registry: &Registry, tx: &mut Tx, facts: &Facts<'_>) -> Result<Statement> {
    let Facts {
        record,
        kind,
        product,
        investor,
        person,
    } = facts;
    let missing = || Error::fault(Broken::Entry(record.id));
    let numbered = numbers(record)?;
    let language = record.language.unwrap_or_default();
    let holder = holdings::holder_of(tx, record.product, *investor)?
        .ok_or_else(|| Error::fault(Broken::Holder(record.id)))?;
    let entry = entry(tx, record, record.entry_sequence)?;
    let stated_at = match record.sequence == record.entry_sequence {
        true => entry.created_at,
        false => self::entry(tx, record, record.sequence)?.created_at,
    };
    let moved = Moved::of(&entry).ok_or_else(missing)?;
    let environment = storage::environments::kind(tx, record.environment)?;
    let restricted = restrictions::of_holder(tx, record, (*investor, holder))?;
    Ok(Statement {
        kind: *kind,
        language,
        number: numbered.number,
        reason: record.reason,
        issued_at: numbered.issued_at.to_string(),
        is_sample: is_sample(registry, environment),
        register: Register {
            sequence: record.sequence,
            at: stated_at.to_string(),
        },
        registrar: registrar(registry),
        issuer: issuer(registry, tx, product)?,
        security: security(registry, tx, product, *kind)?,
        holder: holder_of(holder, person),
        holding: holding(record, product, (holder, &moved))?,
        restrictions: restricted.restrictions,
        third_party_rights: restricted.rights,
        legal_capacity: restricted.capacity,
        ledger: Ledger {
            network: product.product.network.clone(),
            chain_id: product.chain_id,
            contract: product.token_address.to_string(),
        },
        transaction: Some(moved.transaction),
        proof: proof(registry, tx, product, (&entry, numbered.log_size))?,
    })
}

fn entry(tx: &mut Tx, record: &StatementRecord, sequence: u64) -> Result<EntryRecord> {
    let before = sequence.saturating_sub(1);
    register_entries::after(tx, record.product, before, 1)?
        .into_iter()
        .find(|entry| entry.sequence == sequence)
        .ok_or_else(|| Error::fault(Broken::Entry(record.id)))
}

/// What an entry moved.
struct Moved {
    from: HolderId,
    to: HolderId,
    units: Units,
    transaction: Transaction,
}

impl Moved {
    /// None for what is the issuer's own, about which nobody gets a statement, and for an entry that cannot be read.
    fn of(entry: &EntryRecord) -> Option<Self> {
        let (from, to, units, hash, block) =
            match Entry::from_canonical_bytes(&entry.content).ok()? {
                Entry::Issue { .. } | Entry::Deletion { .. } => return None,
                Entry::Delivery {
                    from,
                    to,
                    units,
                    transaction_hash,
                    block,
                    ..
                }
                | Entry::Redemption {
                    from,
                    to,
                    units,
                    transaction_hash,
                    block,
                    ..
                }
                | Entry::Reversal {
                    from,
                    to,
                    units,
                    transaction_hash,
                    block,
                    ..
                }
                | Entry::Reregistration {
                    from,
                    to,
                    units,
                    transaction_hash,
                    block,
                    ..
                }
                | Entry::Transfer {
                    from,
                    to,
                    units,
                    transaction_hash,
                    block,
                    ..
                } => (from, to, units, transaction_hash, block),
                Entry::Restriction {
                    holder,
                    transaction_hash,
                    block,
                    ..
                }
                | Entry::Conversion {
                    holder,
                    transaction_hash,
                    block,
                    ..
                }
                | Entry::Release {
                    holder,
                    transaction_hash,
                    block,
                    ..
                } => (holder, holder, Units::ZERO, transaction_hash, block),
            };
        Some(Self {
            from,
            to,
            units,
            transaction: Transaction {
                hash: hash.to_string(),
                block,
            },
        })
    }
}

fn registrar(registry: &Registry) -> Registrar {
    let known = &registry.settings.registrar;
    Registrar {
        name: known.name.clone(),
        address: known.address.clone(),
        lei: known.lei.clone(),
        register_id: known.register_id.clone(),
    }
}

fn issuer(registry: &Registry, tx: &mut Tx, product: &ProductRecord) -> Result<Issuer> {
    let issuer = storage::issuers::find(tx, &Scope::ALL, product.product.issuer_id)?
        .ok_or(Error::NotFound("issuer"))?;
    let profile: Option<IssuerProfile> = match &issuer.profile {
        Some(profile) => {
            let key = registry.vault.key(tx, profile.key)?;
            Some(persons::open(&key, &profile.sealed)?)
        }
        None => None,
    };
    let legal = profile.map(|profile| profile.legal);
    Ok(Issuer {
        name: issuer.name,
        seat: legal.as_ref().map(|legal| legal.city.clone()),
        commercial_register: legal.as_ref().map(|legal| {
            let number = &legal.commercial_register_number;
            format!("{}, {number}", legal.commercial_register)
        }),
        lei: issuer.lei.map(|lei| lei.to_string()),
    })
}

fn security(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    kind: StatementKind,
) -> Result<Security> {
    let isin = product.product.isin.as_str();
    let is_registered = kind == StatementKind::RegisterStatement;
    let designation = register_content::designation(product.product.legal_form);
    let offer = storage::offers::find(tx, product.product.id)?;
    let version = terms::version_in_force(tx, product.product.id)?;
    Ok(Security {
        name: product.product.name.clone(),
        isin: isin.to_owned(),
        // A German ISIN holds the WKN between three zeros and the check digit.
        wkn: isin
            .strip_prefix("DE000")
            .and_then(|rest| rest.get(..6))
            .map(str::to_owned),
        designation: designation.filter(|_| is_registered).map(str::to_owned),
        terms_version: Some(version.into()),
        terms_hash: hex::encode(terms::hash(product)),
        terms_url: Some(format!("{}/{version}", terms::address(registry, isin))),
        issue_units: product.product.max_issuable_amount.get(),
        nominal_value: product.product.price.nominal_value().map(amount),
        entry_type: is_registered.then(|| "single".to_owned()),
        mixed_stock: offer.and_then(|offer| offer.offer.register.mixed_stock),
    })
}

/// A holder as it is named on paper.
pub(crate) fn holder_of(id: HolderId, investor: &Investor) -> Holder {
    let (natural, legal) = (&investor.person.natural, &investor.person.legal);
    let person = format!("{} {}", natural.forename, natural.surname);
    let (name, street, place, country) = match legal {
        Some(legal) => (
            legal.company_name.clone(),
            &legal.street,
            format!("{} {}", legal.zip, legal.city),
            legal.country,
        ),
        None => (
            person,
            &natural.street,
            format!("{} {}", natural.zip, natural.city),
            natural.country,
        ),
    };
    Holder {
        id: id.to_string(),
        name,
        address: vec![street.clone(), place, country.to_string()],
    }
}

fn holding(
    record: &StatementRecord,
    product: &ProductRecord,
    (holder, moved): (HolderId, &Moved),
) -> Result<Holding> {
    let units = record.units;
    let before = match (moved.from == holder, moved.to == holder) {
        (true, true) => Some(units),
        (true, false) => units.checked_add(moved.units),
        _ => units.checked_sub(moved.units),
    };
    let nominal = product.product.price.nominal_value();
    let nominal = nominal.map(|value| value.times(units)).transpose();
    Ok(Holding {
        units_before: before
            .filter(|_| record.reason.is_of_an_entry())
            .map(Units::get),
        units: units.get(),
        nominal: nominal.map_err(Error::fault)?.map(amount),
        investment_id: record.investment.to_string(),
        investment_units: record.investment_units.get(),
    })
}

fn proof(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    (entry, size): (&EntryRecord, u64),
) -> Result<Proof> {
    let isin = &product.product.isin;
    let at = (product.product.id, entry.sequence);
    let (hashes, checkpoint) = register_log::proof(registry, tx, isin, (at, size))?;
    let anchor = register_anchors::at(tx, product.product.id, size)?;
    let anchor = anchor.and_then(|anchor| anchor.written());
    let anchor = anchor.map(|(hash, block)| Transaction {
        hash: hash.to_string(),
        block,
    });
    Ok(Proof {
        entry: String::from_utf8_lossy(&entry.content).into_owned(),
        sequence: entry.sequence,
        hashes,
        checkpoint,
        anchor,
        url: format!(
            "{}/inclusion-proofs/{}/?size={size}",
            register_log::address(registry, isin),
            entry.sequence
        ),
    })
}

/// As a decimal number.
fn amount(money: Money) -> Amount {
    let currency = money.currency().to_string();
    let written = money.to_string();
    let amount = written.strip_prefix(&currency).unwrap_or(&written);
    Amount {
        amount: amount.trim().to_owned(),
        currency,
    }
}
