//! The whole application over HTTP: what a partner, an issuer and the registrar see, on both databases.

#![allow(clippy::unwrap_used)]

// The name under which the SDK's examples know it.
extern crate sdk as cashlink_sdk;

mod allocation;
mod asset_letters;
mod asset_requests;
mod assets;
mod at_rest;
mod authorisation;
mod bad_input;
mod batches;
mod broker;
mod cancellation;
mod catalogue;
mod catalogue_api;
mod clients;
mod conformance;
mod console;
mod console_assets;
mod console_forms;
mod console_words;
mod conventions;
mod credentials;
mod databases;
mod decisions;
mod delivery;
mod documents;
mod endpoints;
mod erasure;
mod events;
mod faults;
mod feed;
mod gateways;
mod guides;
mod idempotency;
mod identification;
mod issuers;
mod issuing;
mod joining;
mod letters;
mod licences;
mod limits;
mod mail;
mod oauth;
mod orders;
mod participation;
mod payment;
mod payout_lists;
mod people;
mod python;
mod redemption_notices;
mod redemptions;
mod reference;
mod register_bundle;
mod register_log;
mod retention;
mod reviews;
mod sdk_client;
mod sdk_examples;
mod story;
mod transfers;
mod unknown_input;
mod walk_through;
mod wallets;
mod webhooks;
