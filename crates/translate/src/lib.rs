//! Domain to wire and back: pure functions, one file per resource. What a field means is decided here, once.

pub mod applications;
pub mod asset_requests;
pub mod campaigns;
pub mod catalogue;
pub mod clients;
pub mod company_authority;
pub mod decisions;
pub mod identifications;
pub mod inspections;
pub mod instruction_keys;
pub mod instructions;
pub mod investments;
pub mod investors;
pub mod issuers;
pub mod issuing;
pub mod money;
pub mod offers;
pub mod participation;
pub mod payout_lists;
pub mod problems;
pub mod products;
pub mod redemption_notices;
pub mod redemptions;
pub mod register_rules;
pub mod reregistrations;
pub mod restrictions;
pub mod transfer_consents;
pub mod transfers;
pub mod wallets;

mod fields;
pub mod merge;
