//! The order of the checks of an environment: token, paths, then the story of the guides.

use anyhow::Result;
use sdk::{Client, DISTRIBUTOR_SCOPES, Environment};
use serde_json::Value;

use super::probe::Probe;
use super::report::Report;
use super::rules::*;
use super::{Subject, investments, investors};

/// Plays everything against an environment.
///
/// # Errors
/// If the URL is none.
pub async fn test(subject: &Subject, report: &mut Report) -> Result<()> {
    // The library knows every published spelling of the URL.
    let client = Client::new(subject.environment.clone())?;
    let (base, tokens) = (client.distributor_url(), client.token_urls());
    let stranger = Probe::new(base)?;
    let Some(token) = sign_in(&subject.environment, &stranger, &tokens, report).await else {
        report.skip(&[&PREFIXED, &INVESTOR, &DOCUMENT], "there is no token");
        return Ok(());
    };
    let probe = stranger.with_token(&token);
    refusals(&stranger, report).await;
    report.record(&PREFIXED, page(&probe, "investors/").await.map(|_| ()));
    let older = base.replace("/distributor/v2/", "/v2/");
    let older = page(&probe.at(&older), "investors/").await;
    report.record(&OLDER_PATHS, older.map(|_| ()));
    let found = investors::test(&probe, report).await;
    catalogue(&probe, report).await;
    investments::test(&probe, subject, &found, report).await;
    Ok(())
}

async fn sign_in(
    environment: &Environment,
    stranger: &Probe,
    places: &[&str],
    report: &mut Report,
) -> Option<String> {
    let mut granted = Err("there is no token endpoint".to_owned());
    let mut place = "";
    for url in places {
        place = url;
        granted = token(stranger, url, environment, &environment.client_secret, None).await;
        if granted.is_ok() {
            break;
        }
    }
    let scoped = token(
        stranger,
        place,
        environment,
        &environment.client_secret,
        Some(DISTRIBUTOR_SCOPES),
    )
    .await;
    // A server that insists on scopes gives its token only with them.
    let granted = report.record(
        &TOKEN,
        granted.or_else(|seen| scoped.clone().map_err(|_| seen)),
    );
    report.record(&TOKEN_SCOPES, scoped);
    let wrong = token(stranger, place, environment, "not-the-secret", None).await;
    let refused = match wrong {
        Err(seen) if seen.starts_with("400") || seen.starts_with("401") => Ok(()),
        Err(seen) => Err(seen),
        Ok(_) => Err("a token".to_owned()),
    };
    report.record(&TOKEN_WRONG, refused);
    granted
}

async fn token(
    stranger: &Probe,
    url: &str,
    environment: &Environment,
    secret: &str,
    scope: Option<&str>,
) -> Result<String, String> {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", environment.client_id.as_str()),
        ("client_secret", secret),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    let answer = stranger.at(url).form("", &form).await?.exactly(200)?;
    let token = answer["access_token"].as_str().map(str::to_owned);
    token.ok_or_else(|| "200 without access_token".to_owned())
}

async fn refusals(stranger: &Probe, report: &mut Report) {
    let invented = stranger.with_token("invented");
    for (rule, probe) in [(&NO_TOKEN, stranger), (&BAD_TOKEN, &invented)] {
        let refused = probe
            .get("investors/")
            .await
            .and_then(|reply| match reply.status {
                401 | 403 => Ok(()),
                _ => Err(reply.seen()),
            });
        report.record(rule, refused);
    }
}

async fn catalogue(probe: &Probe, report: &mut Report) {
    let products = report.record(&PRODUCTS, page(probe, "products/").await);
    report.record(&CAMPAIGNS, page(probe, "campaigns/").await.map(|_| ()));
    let money = products.as_ref().and_then(|page| {
        let product = &page["results"][0];
        let prices = [&product["nominal_value"], &product["issuance_price"]];
        prices.into_iter().find(|price| !price.is_null()).cloned()
    });
    match money {
        Some(money) => _ = report.record(&MONEY, is_money(&money)),
        None => report.skip(&[&MONEY], "no product with a price"),
    }
}

fn is_money(value: &Value) -> Result<(), String> {
    let amount = value["amount"]
        .as_str()
        .is_some_and(|amount| amount.parse::<i128>().is_ok());
    let decimals = value["decimals"].is_u64();
    let currency = value["currency"]
        .as_str()
        .is_some_and(|code| code.len() == 3);
    match amount && decimals && currency {
        true => Ok(()),
        false => Err(value.to_string()),
    }
}

/// A page of a list in the published shape.
pub async fn page(probe: &Probe, path: &str) -> Result<Value, String> {
    let reply = probe.get(path).await?;
    let seen = reply.seen();
    let body = reply.exactly(200)?;
    let link = |name: &str| {
        body.get(name)
            .is_some_and(|link| link.is_null() || link.is_string())
    };
    match body["count"].is_u64() && body["results"].is_array() && link("next") && link("previous") {
        true => Ok(body),
        false => Err(seen),
    }
}
