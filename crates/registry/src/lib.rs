//! The operations of the network, each once: check the caller, load, decide, save, emit.
//!
//! REST, console, worker and command line call the same functions. Every function takes the request (or the caller) first.

pub mod accounts;
pub mod address_changes;
pub mod admissions;
pub mod anchors;
pub mod answer;
pub mod application_documents;
pub mod applications;
pub mod asset_requests;
pub mod assets;
pub mod audit;
pub mod benefiting_persons;
pub mod caller;
pub mod campaigns;
pub mod catalogue;
pub mod clients;
pub mod clock;
pub mod clocks;
pub mod company_authority;
pub mod creations;
pub mod custody;
pub mod deadlines;
pub mod decisions;
pub mod delivery;
pub mod delivery_costs;
pub mod dlt_operations;
pub mod dlt_transactions;
pub mod documents;
pub mod environments;
pub mod erasures;
pub mod error;
pub mod events;
pub mod feed;
pub mod gateways;
pub mod health;
pub mod holder_identities;
pub mod holder_sessions;
pub mod holder_view;
pub mod identifications;
pub mod ids;
pub mod instruction_keys;
pub mod investments;
pub mod investors;
pub mod invitations;
pub mod issued_campaigns;
pub mod issued_investments;
pub mod issuers;
pub mod issuing;
pub mod listings;
pub mod mail;
pub mod members;
pub mod movements;
pub mod network_file;
pub mod notices;
pub mod paging;
pub mod participation;
pub mod payout_lists;
pub mod people;
pub mod platforms;
pub mod products;
pub mod reconciliation;
pub mod redemption_notices;
pub mod redemption_payments;
pub mod redemptions;
pub mod register_check;
mod register_content;
pub mod register_cosignatures;
pub mod register_export;
pub mod register_handover;
pub mod register_import;
pub mod register_journal;
pub mod register_log;
pub mod register_rules;
pub mod registers;
pub mod registrations;
mod reregistration_entry;
mod reregistration_steps;
pub mod reregistrations;
mod restriction_entry;
mod restriction_steps;
pub mod restrictions;
pub mod reviews;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod statements;
pub mod terms;
pub mod totp;
pub mod transfer_consents;
pub mod transfer_rules;
pub mod transfers;
pub mod validations;
pub mod wallet_natures;
pub mod wallet_proofs;
pub mod wallets;
pub mod webhook_endpoints;
pub mod write;

mod attempts;
mod batches;
mod client_access;
mod client_holder;
mod confirmation;
pub mod conversions;
mod first_call;
pub mod inspections;
mod instructed;
mod instruction_signers;
mod investment_views;
mod journal;
mod network_secrets;
mod offer_documents;
mod opening;
mod orders;
mod passwords;
mod past;
mod persons;
mod progress;
mod proposals;
mod redemption_entry;
mod redemption_steps;
mod secrets;
mod signed_instructions;
mod taking;
mod transfer_entry;
mod wallet_challenge;

pub use answer::Answer;
pub use caller::{Caller, Right};
pub use clock::Clock;
pub use custody::Custody;
/// Named places where a test lets the process die; the worker's are between its steps.
pub use database::crash;
pub use error::{Error, Result};
pub use paging::{Listed, Paging};
pub use write::{Done, Request};

use std::sync::Arc;

use database::Db;
use database::vault::{DataKey, Vault};
use storage::documents::Documents;
use zeroize::Zeroizing;

/// What every operation works with. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    /// The registrar's database.
    pub db: Db,
    /// Keys of persons and secrets.
    pub vault: Vault,
    /// Bytes of documents.
    pub documents: Documents,
    /// Time in the environments.
    pub clock: Clock,
    /// Opens managed wallets; none where the network has no custody licence on record.
    pub custody: Option<Arc<dyn Custody>>,
    /// Runs the gateways of partners; none where nobody asks for them.
    pub gateways: Option<Arc<dyn gateways::GatewayHost>>,
    /// Where webhooks may be sent.
    pub webhook_guard: webhooks::Guard,
    /// The DLT networks that tokens are made on.
    pub networks: Networks,
    /// Choices of the configuration that operations need.
    pub settings: Arc<Settings>,
    /// Keyed hashes by which people are found.
    pub people: people::Keys,
    /// Seals answers that hold no personal data.
    answers_key: DataKey,
    /// Signs the checkpoints of the registers' logs.
    log_key: Arc<Zeroizing<[u8; 32]>>,
    /// Prints statements.
    press: ::statement::Press,
    passwords: passwords::Passwords,
    callers: Arc<clients::RecentCallers>,
}

/// What a registry is put together from.
pub struct Parts {
    /// The registrar's database, migrated.
    pub db: Db,
    /// Keys of persons and secrets.
    pub vault: Vault,
    /// Bytes of documents.
    pub documents: Documents,
    /// Time in the environments.
    pub clock: Clock,
    /// Custody of managed wallets, if there is one.
    pub custody: Option<Arc<dyn Custody>>,
    /// Runs the gateways of partners; none where nobody asks for them.
    pub gateways: Option<Arc<dyn gateways::GatewayHost>>,
    /// Where webhooks may be sent.
    pub webhook_guard: webhooks::Guard,
    /// The DLT networks that tokens are made on.
    pub networks: Networks,
    /// Choices of the configuration.
    pub settings: Settings,
}

impl Registry {
    /// Puts the registry together.
    ///
    /// # Errors
    /// Fails if the database does.
    pub async fn open(parts: Parts) -> Result<Self> {
        let (vault, now) = (parts.vault.clone(), parts.clock.now());
        // A key per process: answers of an earlier one are opened with the key that they name.
        let (answers_key, people, log_key) = parts
            .db
            .write(move |tx| -> Result<_> {
                let people = people::Keys::open(tx, &vault, now)?;
                let log_key = network_secrets::open(tx, &vault, register_log::SECRET, now)?;
                Ok((vault.new_key(tx, None)?, people, log_key))
            })
            .await?;
        Ok(Self {
            db: parts.db,
            vault: parts.vault,
            documents: parts.documents,
            clock: parts.clock,
            custody: parts.custody,
            gateways: parts.gateways,
            webhook_guard: parts.webhook_guard,
            networks: parts.networks,
            settings: Arc::new(parts.settings),
            people,
            answers_key,
            log_key: Arc::new(log_key),
            press: ::statement::Press::new().map_err(Error::fault)?,
            passwords: passwords::Passwords::default(),
            callers: Arc::default(),
        })
    }
}

/// The DLT networks that tokens are made on.
#[derive(Clone)]
pub struct Networks {
    /// Where the assets are.
    pub production: setup::LedgerFacts,
    /// Where their twins are, for trying things out; without one there are no twins.
    pub sandbox: Option<setup::LedgerFacts>,
    /// Whether electronic securities may be entered on the first.
    pub profile: domain::NetworkProfile,
}

/// Choices of the configuration that operations need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the network is reached, without a slash at the end.
    pub public_url: String,
    /// The largest document in bytes.
    pub document_limit: usize,
    /// What the configuration says about mail.
    pub mail: mail::MailSettings,
    /// Who declares statements.
    pub registrar: statements::Registrar,
    /// What is asked of the wallets that investors bring.
    pub wallets: domain::WalletPolicy,
    /// What investors accept before a wallet of theirs is managed, where the network file names it.
    pub custody_terms: Option<custody::CustodyTerms>,
}
