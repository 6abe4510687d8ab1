//! `cashlink admin create person …`: invites somebody and prints the link, for the first people of an organisation.

use anyhow::{Context, Result, bail};
use clap::Args;
use domain::{EmailAddress, Organisation, Permission, Products, Role};
use registry::Request;
use registry::invitations::{self, NewInvitation};
use serde_json::{Value, json};

use crate::inventory::{self, Inventory};
use crate::wiring::App;

/// A person to invite.
#[derive(Debug, Args)]
pub struct NewMember {
    /// For whom it is meant; left out, whoever has the link can use it
    #[arg(long)]
    email: Option<String>,
    /// Firm of the issuer for which the person acts
    #[arg(long, conflicts_with = "partner")]
    issuer: Option<String>,
    /// Firm of the partner for which the person acts; left out with --issuer, it is the registrar
    #[arg(long)]
    partner: Option<String>,
    /// Registrar: admin, operator, auditor, supervisor. Partner: admin, member, reader. Issuer: admin for everything, or permissions
    /// separated by spaces such as "manage_approvals manage_incoming_payments"
    #[arg(long, default_value = "admin")]
    role: String,
}

/// Makes the invitation; what is shown of it.
///
/// # Errors
/// What the network refuses, and firms and roles that do not exist.
pub async fn invite(
    app: &App,
    request: &Request,
    new: &NewMember,
) -> Result<Vec<(&'static str, Value)>> {
    let inventory = inventory::read(&app.registry, &request.caller).await?;
    let email = new.email.as_deref().map(str::parse::<EmailAddress>);
    let invited = NewInvitation {
        email: email.transpose()?,
        role: role(new, &inventory)?,
        products: Products::All,
    };
    let made = invitations::invite(&app.registry, request, invited).await?;
    Ok(vec![
        ("id", json!(made.id.uuid())),
        ("link", json!(made.link)),
        ("expires_at", json!(made.expires_at.to_string())),
    ])
}

fn role(new: &NewMember, inventory: &Inventory) -> Result<Role> {
    let organisation = match (&new.issuer, &new.partner) {
        (Some(name), _) => {
            let found = inventory.issuers.iter().find(|issuer| issuer.name == *name);
            Organisation::Issuer(
                found
                    .with_context(|| format!("there is no issuer {name}"))?
                    .id,
            )
        }
        (None, Some(name)) => {
            let found = inventory
                .platforms
                .iter()
                .find(|partner| partner.name == *name);
            Organisation::Platform(
                found
                    .with_context(|| format!("there is no partner {name}"))?
                    .id,
            )
        }
        (None, None) => Organisation::Registrar,
    };
    let everything = Permission::ALL.map(Permission::as_str).join(" ");
    let text = match (organisation, new.role.as_str()) {
        (Organisation::Issuer(_), "admin") => everything.as_str(),
        (_, role) => role,
    };
    match Role::parse(organisation, text) {
        Some(role) => Ok(role),
        None => bail!("{} is no role of a {}", new.role, organisation.kind()),
    }
}
