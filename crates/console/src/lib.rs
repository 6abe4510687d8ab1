//! Pages for people: rendered on the server, complete without JavaScript. A page extracts its input, calls an operation of
//! `registry` and renders the answer; rules and rights are not here.
//!
//! `layout` is the frame, `parts` what pages have in common, `visitor` and `form` know who asks; every other file is one
//! resource with its pages in a table (`page.rs`), from which the router is made and which tests compare with behaviour.

mod account;
mod application_form;
mod application_list;
mod application_pages;
mod applications;
mod asset_requests;
mod assets;
mod audit;
mod catalogue;
mod catalogue_asset;
mod commands;
mod credential_pages;
mod credentials;
mod deadlines;
mod decisions;
mod environments;
mod events;
mod flash;
mod form;
mod gateways;
mod german;
mod holder_sign_in;
mod holder_view;
mod identifications;
mod inspections;
mod investments;
mod investors;
mod invitations;
mod issued;
mod issued_investments;
mod issued_products;
mod issued_sales;
mod issuer_accounts;
mod issuer_form;
mod issuers;
mod join;
mod json_form;
mod layout;
mod licences;
mod members;
mod offer_facts;
mod operations;
mod page;
mod participation;
mod parts;
mod platforms;
mod product_facts;
mod product_form;
mod query;
mod refused;
mod registers;
mod reviews;
mod roles;
mod selling;
mod sign_in;
mod statements;
mod states;
mod supervision;
mod text;
mod upload;
mod validations;
mod visitor;
mod webhooks;
mod words;
mod work;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use registry::Registry;

pub use page::{Access, Entry};

/// What the pages work with. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    /// The operations.
    pub registry: Registry,
    /// Whose network this is, for the top of every page.
    pub network_name: String,
    /// Where mails that nobody sends can be read; none where a mail server sends them.
    pub mailbox: Option<&'static str>,
}

/// Everything under `/console` and `/holder`. The frame of the HTTP kit goes around it.
pub fn router(console: Console) -> Router {
    pages()
        .into_iter()
        .fold(Router::new(), |router, page| {
            router.route(page.entry.path, page.handler)
        })
        .route(assets::PATH, axum::routing::get(assets::get))
        // What is not there has a page too.
        .route("/console/{*rest}", any(refused::nothing_here))
        .route("/holder/{*rest}", any(refused::nothing_here))
        .layer(from_fn_with_state(
            console.clone(),
            refused::in_own_language,
        ))
        .with_state(console)
}

/// Every page and form with who may use it, in the order of the files.
pub fn entries() -> Vec<Entry> {
    pages().into_iter().map(|page| page.entry).collect()
}

fn pages() -> Vec<page::Page> {
    [
        sign_in::pages(),
        join::pages(),
        invitations::pages(),
        account::pages(),
        members::pages(),
        work::pages(),
        applications::pages(),
        decisions::pages(),
        deadlines::pages(),
        platforms::pages(),
        participation::pages(),
        credentials::pages(),
        gateways::pages(),
        identifications::pages(),
        commands::pages(),
        reviews::pages(),
        operations::pages(),
        registers::pages(),
        inspections::pages(),
        supervision::pages(),
        audit::pages(),
        validations::pages(),
        issuer_accounts::pages(),
        catalogue::pages(),
        catalogue_asset::pages(),
        asset_requests::pages(),
        selling::pages(),
        issuers::pages(),
        issued::pages(),
        issued_products::pages(),
        issued_sales::pages(),
        issued_investments::pages(),
        environments::pages(),
        investors::pages(),
        investments::pages(),
        statements::pages(),
        webhooks::pages(),
        events::pages(),
        holder_sign_in::pages(),
        holder_view::pages(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
