//! Ten thousand investors, made as a partner makes them: by the gateway's own API.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::json;
use uuid::Uuid;

use super::application::Application;
use super::place::EAGER;
use super::{Options, PATIENCE};
use crate::clock::days_ago;
use crate::environments::campaign;
use crate::environments::control::Control;
use crate::partner::person;

/// Connections at once.
const WIDTH: usize = 16;

/// Makes all investors, and has some of them invest in every environment, which brings them there.
pub async fn fill(
    application: &Application,
    control: &Control,
    options: &Options,
) -> Result<Vec<Uuid>> {
    let shares = (0..WIDTH).map(|share| create(application, share, options.investors));
    let mut made: Vec<Uuid> = try_join_all(shares).await?.into_iter().flatten().collect();
    made.truncate(options.everywhere);
    let eager = EAGER.min(options.environments);
    require(control, options.investors * eager).await?;

    let others = eager..options.environments;
    let shares = (0..WIDTH).map(|share| invest(application, share, &made, others.clone()));
    try_join_all(shares).await?;
    let all = options.investors * eager + made.len() * others.len();
    require(control, all).await?;
    application.open().await?.settled(PATIENCE).await?;
    Ok(made)
}

/// One connection's share of the investors.
async fn create(application: &Application, share: usize, count: usize) -> Result<Vec<Uuid>> {
    let mut session = application.open().await?;
    let mut made = Vec::new();
    for number in (share..count).step_by(WIDTH) {
        let mut body = person();
        body["reference"] = format!("customer-{number}").into();
        let investor = session.post("investors/", &body).await?;
        let id = investor["id"].as_str().context("an investor without id")?;
        made.push(id.parse()?);
    }
    Ok(made)
}

async fn invest(
    application: &Application,
    share: usize,
    investors: &[Uuid],
    environments: Range<usize>,
) -> Result<()> {
    let mut session = application.open().await?;
    for investor in investors.iter().skip(share).step_by(WIDTH) {
        for number in environments.clone() {
            let body = json!({
                "investor_id": investor,
                "campaign_id": campaign(number),
                "units": 1,
                "signed_at": days_ago(1).to_string(),
                "signed_documents": [],
            });
            session.post("investments/", &body).await?;
        }
    }
    Ok(())
}

/// Waits until the environments have so many investors together.
async fn require(control: &Control, count: usize) -> Result<()> {
    let begin = Instant::now();
    loop {
        let found = control.figures().await?.investors;
        if found == count as u64 {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < PATIENCE,
            "{found} of {count} investors are where they belong"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
