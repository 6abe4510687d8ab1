//! The registrar's SQL, migrations and documents. SQL of the registrar stands here and nowhere else.

pub mod applications;
pub mod asset_requests;
pub mod audit;
pub mod authority_proofs;
pub mod campaigns;
pub mod catalogue;
pub mod client_credentials;
pub mod clients;
pub mod conversions;
pub mod custody_wallets;
pub mod deadlines;
pub mod decisions;
pub mod delivery_costs;
pub mod dlt_batches;
pub mod dlt_commands;
pub mod dlt_transactions;
pub mod documents;
pub mod environments;
pub mod erasures;
pub mod events;
pub mod gateways;
pub mod holder_sessions;
pub mod holder_view;
pub mod holding_changes;
pub mod holdings;
pub mod idempotency;
pub mod identifications;
pub mod incidents;
pub mod inspections;
pub mod instruction_keys;
pub mod instructions;
pub mod investments;
pub mod investors;
pub mod invitations;
pub mod issuers;
pub mod latest;
pub mod mails;
pub mod memberships;
pub mod movements;
pub mod network_secrets;
pub mod offers;
pub mod orders;
pub mod parties;
pub mod payout_lists;
pub mod people;
pub mod platforms;
pub mod products;
pub mod reconciliations;
pub mod redemption_checks;
pub mod redemption_notices;
pub mod redemptions;
pub mod register;
pub mod register_anchors;
pub mod register_bundle;
pub mod register_cosignatures;
pub mod register_deliveries;
pub mod register_entries;
pub mod register_origins;
pub mod register_records;
pub mod register_rules;
pub mod register_subtrees;
pub mod registrations;
pub mod reminders;
pub mod reregistrations;
pub mod restrictions;
pub mod scope;
pub mod sessions;
pub mod sign_in_failures;
pub mod signed_documents;
pub mod statement_deliveries;
pub mod statement_making;
pub mod statements;
pub mod terms;
pub mod transfer_checks;
pub mod transfer_consents;
pub mod transfer_rules;
pub mod transfers;
pub mod wallet_challenges;
pub mod wallet_questions;
pub mod wallets;

mod columns;

pub use scope::Scope;

use database::{Component, Migration};

/// The registrar's tables.
pub const COMPONENT: Component = Component {
    name: "registrar",
    migrations: &[
        Migration {
            version: 1,
            name: "parties",
            sqlite: include_str!("../migrations/sqlite/V0001__parties.sql"),
            postgres: include_str!("../migrations/postgres/V0001__parties.sql"),
        },
        Migration {
            version: 2,
            name: "investors",
            sqlite: include_str!("../migrations/sqlite/V0002__investors.sql"),
            postgres: include_str!("../migrations/postgres/V0002__investors.sql"),
        },
        Migration {
            version: 3,
            name: "investments",
            sqlite: include_str!("../migrations/sqlite/V0003__investments.sql"),
            postgres: include_str!("../migrations/postgres/V0003__investments.sql"),
        },
        Migration {
            version: 4,
            name: "register",
            sqlite: include_str!("../migrations/sqlite/V0004__register.sql"),
            postgres: include_str!("../migrations/postgres/V0004__register.sql"),
        },
        Migration {
            version: 5,
            name: "mails",
            sqlite: include_str!("../migrations/sqlite/V0005__mails.sql"),
            postgres: include_str!("../migrations/postgres/V0005__mails.sql"),
        },
        Migration {
            version: 6,
            name: "participation",
            sqlite: include_str!("../migrations/sqlite/V0006__participation.sql"),
            postgres: include_str!("../migrations/postgres/V0006__participation.sql"),
        },
        Migration {
            version: 7,
            name: "feed",
            sqlite: include_str!("../migrations/sqlite/V0007__feed.sql"),
            postgres: include_str!("../migrations/postgres/V0007__feed.sql"),
        },
        Migration {
            version: 8,
            name: "decision reasons",
            sqlite: include_str!("../migrations/sqlite/V0008__decision_reasons.sql"),
            postgres: include_str!("../migrations/postgres/V0008__decision_reasons.sql"),
        },
        Migration {
            version: 9,
            name: "people",
            sqlite: include_str!("../migrations/sqlite/V0009__people.sql"),
            postgres: include_str!("../migrations/postgres/V0009__people.sql"),
        },
        Migration {
            version: 10,
            name: "credentials",
            sqlite: include_str!("../migrations/sqlite/V0010__credentials.sql"),
            postgres: include_str!("../migrations/postgres/V0010__credentials.sql"),
        },
        Migration {
            version: 11,
            name: "applications",
            sqlite: include_str!("../migrations/sqlite/V0011__applications.sql"),
            postgres: include_str!("../migrations/postgres/V0011__applications.sql"),
        },
        Migration {
            version: 12,
            name: "issuing",
            sqlite: include_str!("../migrations/sqlite/V0012__issuing.sql"),
            postgres: include_str!("../migrations/postgres/V0012__issuing.sql"),
        },
        Migration {
            version: 13,
            name: "reminders",
            sqlite: include_str!("../migrations/sqlite/V0013__reminders.sql"),
            postgres: include_str!("../migrations/postgres/V0013__reminders.sql"),
        },
        Migration {
            version: 14,
            name: "asset requests",
            sqlite: include_str!("../migrations/sqlite/V0014__asset_requests.sql"),
            postgres: include_str!("../migrations/postgres/V0014__asset_requests.sql"),
        },
        Migration {
            version: 15,
            name: "registrations",
            sqlite: include_str!("../migrations/sqlite/V0015__registrations.sql"),
            postgres: include_str!("../migrations/postgres/V0015__registrations.sql"),
        },
        Migration {
            version: 16,
            name: "campaign_persons",
            sqlite: include_str!("../migrations/sqlite/V0016__campaign_persons.sql"),
            postgres: include_str!("../migrations/postgres/V0016__campaign_persons.sql"),
        },
        Migration {
            version: 17,
            name: "reminders_of_each_side",
            sqlite: include_str!("../migrations/sqlite/V0017__reminders_of_each_side.sql"),
            postgres: include_str!("../migrations/postgres/V0017__reminders_of_each_side.sql"),
        },
        Migration {
            version: 18,
            name: "hosted_gateways",
            sqlite: include_str!("../migrations/sqlite/V0018__hosted_gateways.sql"),
            postgres: include_str!("../migrations/postgres/V0018__hosted_gateways.sql"),
        },
        Migration {
            version: 19,
            name: "register_subtrees",
            sqlite: include_str!("../migrations/sqlite/V0019__register_subtrees.sql"),
            postgres: include_str!("../migrations/postgres/V0019__register_subtrees.sql"),
        },
        Migration {
            version: 20,
            name: "instructions",
            sqlite: include_str!("../migrations/sqlite/V0020__instructions.sql"),
            postgres: include_str!("../migrations/postgres/V0020__instructions.sql"),
        },
        Migration {
            version: 21,
            name: "redemptions",
            sqlite: include_str!("../migrations/sqlite/V0021__redemptions.sql"),
            postgres: include_str!("../migrations/postgres/V0021__redemptions.sql"),
        },
        Migration {
            version: 22,
            name: "payout_lists",
            sqlite: include_str!("../migrations/sqlite/V0022__payout_lists.sql"),
            postgres: include_str!("../migrations/postgres/V0022__payout_lists.sql"),
        },
        Migration {
            version: 23,
            name: "redemption_notices",
            sqlite: include_str!("../migrations/sqlite/V0023__redemption_notices.sql"),
            postgres: include_str!("../migrations/postgres/V0023__redemption_notices.sql"),
        },
        Migration {
            version: 24,
            name: "statements",
            sqlite: include_str!("../migrations/sqlite/V0024__statements.sql"),
            postgres: include_str!("../migrations/postgres/V0024__statements.sql"),
        },
        Migration {
            version: 25,
            name: "holding_changes",
            sqlite: include_str!("../migrations/sqlite/V0025__holding_changes.sql"),
            postgres: include_str!("../migrations/postgres/V0025__holding_changes.sql"),
        },
        Migration {
            version: 26,
            name: "append_only",
            sqlite: include_str!("../migrations/sqlite/V0026__append_only.sql"),
            postgres: include_str!("../migrations/postgres/V0026__append_only.sql"),
        },
        Migration {
            version: 27,
            name: "reconciliation",
            sqlite: include_str!("../migrations/sqlite/V0027__reconciliation.sql"),
            postgres: include_str!("../migrations/postgres/V0027__reconciliation.sql"),
        },
        Migration {
            version: 28,
            name: "restrictions",
            sqlite: include_str!("../migrations/sqlite/V0028__restrictions.sql"),
            postgres: include_str!("../migrations/postgres/V0028__restrictions.sql"),
        },
        Migration {
            version: 29,
            name: "terms",
            sqlite: include_str!("../migrations/sqlite/V0029__terms.sql"),
            postgres: include_str!("../migrations/postgres/V0029__terms.sql"),
        },
        Migration {
            version: 30,
            name: "anchors",
            sqlite: include_str!("../migrations/sqlite/V0030__anchors.sql"),
            postgres: include_str!("../migrations/postgres/V0030__anchors.sql"),
        },
        Migration {
            version: 31,
            name: "inspections",
            sqlite: include_str!("../migrations/sqlite/V0031__inspections.sql"),
            postgres: include_str!("../migrations/postgres/V0031__inspections.sql"),
        },
        Migration {
            version: 32,
            name: "reregistrations",
            sqlite: include_str!("../migrations/sqlite/V0032__reregistrations.sql"),
            postgres: include_str!("../migrations/postgres/V0032__reregistrations.sql"),
        },
        Migration {
            version: 33,
            name: "movements",
            sqlite: include_str!("../migrations/sqlite/V0033__movements.sql"),
            postgres: include_str!("../migrations/postgres/V0033__movements.sql"),
        },
        Migration {
            version: 34,
            name: "wallets",
            sqlite: include_str!("../migrations/sqlite/V0034__wallets.sql"),
            postgres: include_str!("../migrations/postgres/V0034__wallets.sql"),
        },
        Migration {
            version: 35,
            name: "custody",
            sqlite: include_str!("../migrations/sqlite/V0035__custody.sql"),
            postgres: include_str!("../migrations/postgres/V0035__custody.sql"),
        },
        Migration {
            version: 36,
            name: "holder_sessions",
            sqlite: include_str!("../migrations/sqlite/V0036__holder_sessions.sql"),
            postgres: include_str!("../migrations/postgres/V0036__holder_sessions.sql"),
        },
        Migration {
            version: 37,
            name: "dlt_transactions",
            sqlite: include_str!("../migrations/sqlite/V0037__dlt_transactions.sql"),
            postgres: include_str!("../migrations/postgres/V0037__dlt_transactions.sql"),
        },
        Migration {
            version: 38,
            name: "portability",
            sqlite: include_str!("../migrations/sqlite/V0038__portability.sql"),
            postgres: include_str!("../migrations/postgres/V0038__portability.sql"),
        },
        Migration {
            version: 39,
            name: "held_units",
            sqlite: include_str!("../migrations/sqlite/V0039__held_units.sql"),
            postgres: include_str!("../migrations/postgres/V0039__held_units.sql"),
        },
        Migration {
            version: 40,
            name: "cosignatures",
            sqlite: include_str!("../migrations/sqlite/V0040__cosignatures.sql"),
            postgres: include_str!("../migrations/postgres/V0040__cosignatures.sql"),
        },
        Migration {
            version: 41,
            name: "deletions_by_entry",
            sqlite: include_str!("../migrations/sqlite/V0041__deletions_by_entry.sql"),
            postgres: include_str!("../migrations/postgres/V0041__deletions_by_entry.sql"),
        },
        Migration {
            version: 42,
            name: "wallet_questions",
            sqlite: include_str!("../migrations/sqlite/V0042__wallet_questions.sql"),
            postgres: include_str!("../migrations/postgres/V0042__wallet_questions.sql"),
        },
        Migration {
            version: 43,
            name: "instruction_keys",
            sqlite: include_str!("../migrations/sqlite/V0043__instruction_keys.sql"),
            postgres: include_str!("../migrations/postgres/V0043__instruction_keys.sql"),
        },
        Migration {
            version: 44,
            name: "conversions",
            sqlite: include_str!("../migrations/sqlite/V0044__conversions.sql"),
            postgres: include_str!("../migrations/postgres/V0044__conversions.sql"),
        },
        Migration {
            version: 46,
            name: "statements_due",
            sqlite: include_str!("../migrations/sqlite/V0046__statements_due.sql"),
            postgres: include_str!("../migrations/postgres/V0046__statements_due.sql"),
        },
        Migration {
            version: 47,
            name: "transfer_consents",
            sqlite: include_str!("../migrations/sqlite/V0047__transfer_consents.sql"),
            postgres: include_str!("../migrations/postgres/V0047__transfer_consents.sql"),
        },
    ],
};
