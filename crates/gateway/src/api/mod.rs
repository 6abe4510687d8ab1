//! The gateway over HTTP: the Distributor API as every environment has it, and what only a gateway can answer.

mod answer;
mod body;
mod caller;
mod endpoints;
mod gateway;
mod instructions;
mod investments;
mod investors;
mod oauth;
mod page;
mod statements;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use http::{Network, PathRules, Settings, Slash};

use crate::{API, Configured, Gateway, pages};

/// Longer than an order is waited for.
const SPARE: Duration = Duration::from_secs(15);

/// The complete service. Whoever may read the page of its state without a token is among these networks.
pub fn router(gateway: Gateway, readers: Vec<Network>) -> Router {
    let mut settings = Settings::new(
        gateway.settings.public_url.clone(),
        Arc::new(http::RealSurroundings),
    );
    settings.limits.timeout = gateway.settings.answer_within + SPARE;
    settings.trusted_proxies = gateway.settings.trusted_proxies.clone();
    settings.paths = rules();
    settings.tokens = Some(gateway.tokens.clone());
    let routes = Router::new()
        .nest(API, distributor())
        .route("/oauth/token", post(oauth::take_token))
        .route("/distributor/oauth/token", post(oauth::take_token))
        .route("/webhooks/", post(gateway::take_webhook))
        .route("/healthz", get(gateway::healthy))
        .with_state(gateway.clone())
        .merge(page::routes(gateway.clone(), readers));
    let routes = match gateway.settings.configured {
        Configured::ByItself => routes.merge(pages::routes(gateway)),
        Configured::ByItsHost => routes,
    };
    http::frame(routes, settings)
}

fn distributor() -> Router<Gateway> {
    Router::new()
        .route("/documents/", post(investors::upload_document))
        .route("/documents/{id}/", get(investors::get_document))
        .route("/investors/", post(investors::create).get(investors::list))
        .route(
            "/investors/{id}/",
            get(investors::get).patch(investors::update),
        )
        .route(
            "/investors/{id}/environments/",
            get(investors::environments),
        )
        .route(
            "/investors/{id}/environments/{name}/retry/",
            post(investors::retry),
        )
        .route(
            "/investors/{id}/environments/{name}/push/",
            post(gateway::push),
        )
        .route(
            "/investors/{id}/benefiting-persons/",
            post(investors::add_person).get(investors::persons),
        )
        .route(
            "/investors/{id}/identifications/",
            post(investors::identify).get(investors::identifications),
        )
        .route(
            "/investors/{id}/identifications/{part}/",
            get(investors::identification),
        )
        .route("/investors/{id}/wallets/", get(investors::wallets))
        .route(
            "/investors/{id}/wallets/eth-generic/",
            post(investors::add_wallet),
        )
        .route(
            "/investors/{id}/wallets/eth-managed/",
            post(investors::open_wallet),
        )
        .route(
            "/investors/{id}/wallets/{part}/",
            get(investors::wallet).patch(investors::update_wallet),
        )
        .route("/products/", get(investments::products))
        .route("/products/{id}/", get(investments::product))
        .route("/campaigns/", get(investments::campaigns))
        .route("/campaigns/{id}/", get(investments::campaign))
        .route(
            "/investments/",
            post(investments::create).get(investments::list),
        )
        .route("/investments/batch/", post(investments::create_batch))
        .route("/investments/waiting/", get(investments::waiting))
        .route(
            "/investments/{id}/",
            get(investments::get).patch(investments::update),
        )
        .route("/investments/{id}/cancel/", post(investments::cancel))
        .route(
            "/investments/{id}/signed-documents/",
            post(investments::add_documents),
        )
        .route(
            "/investments/{id}/registry-statements/",
            post(statements::request).get(statements::list),
        )
        .route("/registry-statements/{id}/", get(statements::get))
        .route(
            "/registry-statements/{id}/document/",
            get(statements::document),
        )
        .route(
            "/transfers/",
            post(instructions::transfer).get(instructions::transfers),
        )
        .route("/transfers/{id}/", get(instructions::get_transfer))
        .route(
            "/redemptions/",
            post(instructions::redeem).get(instructions::redemptions),
        )
        .route("/redemptions/{id}/", get(instructions::get_redemption))
        .route("/redemptions/{id}/withdraw/", post(instructions::withdraw))
        .route("/events/", get(investments::events))
        .route(
            "/webhook-endpoints/",
            post(endpoints::create).get(endpoints::list),
        )
        .route(
            "/webhook-endpoints/{id}/",
            get(endpoints::get)
                .patch(endpoints::update)
                .delete(endpoints::delete),
        )
        .route(
            "/webhook-endpoints/{id}/rotate-secret/",
            post(endpoints::rotate),
        )
        .route("/webhook-endpoints/{id}/test/", post(endpoints::test))
        .route("/webhook-endpoints/{id}/replay/", post(endpoints::replay))
        .route(
            "/webhook-endpoints/{id}/attempts/",
            get(endpoints::attempts),
        )
        .route("/environments/", get(gateway::status))
        .route("/registers/", get(gateway::registers))
        .route("/registers/{isin}/checkpoints/", get(gateway::checkpoints))
        .route(
            "/registers/{isin}/environments/{name}/follow-anew/",
            post(gateway::follow_anew),
        )
        .route("/differences/", get(gateway::differences))
        .route("/differences/compare/", post(gateway::compare))
}

/// Every published spelling leads to the same place: with or without `/api/external`, `distributor`, and the slash at the end.
fn rules() -> PathRules {
    PathRules::new(|path| {
        let bare = path.trim_end_matches('/');
        match bare {
            _ if bare.ends_with("/oauth/token") || bare == "/healthz" => Slash::Without,
            _ if path.starts_with(API) || bare == "/webhooks" => Slash::With,
            _ => Slash::AsIs,
        }
    })
    .rewrite(|path| {
        path.strip_prefix("/api/external/")
            .map(|rest| format!("/{rest}"))
    })
    .rewrite(|path| {
        path.strip_prefix("/v2/")
            .map(|rest| format!("{API}/{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_spelling_leads_to_the_routes() {
        for (sent, routed) in [
            ("/v2/investors", "/distributor/v2/investors/"),
            ("/api/external/v2/investors/", "/distributor/v2/investors/"),
            (
                "/api/external/distributor/v2/investors/1",
                "/distributor/v2/investors/1/",
            ),
            ("/api/external/oauth/token/", "/oauth/token"),
            ("/distributor/oauth/token", "/distributor/oauth/token"),
            ("/webhooks", "/webhooks/"),
            ("/", "/"),
        ] {
            assert_eq!(rules().apply(sent), routed, "{sent}");
        }
    }
}
