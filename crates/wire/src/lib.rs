//! The public JSON of the Distributor, Issuer and network API: what goes over the line, and nothing else.
//!
//! Dates, amounts and identifiers of the field are plain strings here; crate `translate` turns them into domain values and
//! collects every field that is wrong.

pub mod applications;
pub mod asset_requests;
pub mod assets;
pub mod catalogue;
pub mod clients;
pub mod company_authority;
pub mod conversions;
pub mod deadlines;
pub mod decisions;
pub mod delivery_costs;
pub mod distribution;
pub mod dlt_transactions;
pub mod documents;
pub mod events;
pub mod gateways;
pub mod holders;
pub mod identifications;
pub mod inspections;
pub mod instruction_keys;
pub mod investments;
pub mod investor_patches;
pub mod investors;
pub mod issuing;
pub mod legacy;
pub mod money;
pub mod network;
pub mod offers;
pub mod page;
pub mod participation;
pub mod payout_lists;
pub mod problem;
pub mod products;
pub mod reconciliation;
pub mod redemption_notices;
pub mod redemptions;
pub mod register_log;
pub mod register_rules;
pub mod reregistrations;
pub mod restrictions;
pub mod statements;
pub mod terms;
pub mod transfer_consents;
pub mod transfers;
pub mod wallets;
pub mod webhook_endpoints;

pub use legacy::Legacy;
pub use page::Page;
pub use problem::{FieldCode, FieldError, Problem, ProblemCode};
