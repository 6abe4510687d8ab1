//! The first people of a network: nobody is there yet who could invite them, so whoever runs the program gets a link.

use anyhow::{Context, Result};
use domain::{IssuerId, Permissions, PlatformId, PlatformRole, Products, RegistrarRole, Role};
use registry::Request;
use registry::invitations::{self, NewInvitation};

use crate::terminal::note;
use crate::wiring::App;

/// Prints a link that makes the registrar's first administrator, unless the registrar has people. A link of an earlier start
/// that nobody used is worth nothing then.
///
/// # Errors
/// If the database fails.
pub async fn invite_first_operator(app: &App, actor: &str) -> Result<()> {
    if let Some(link) = first_operator(app, actor).await? {
        note(format!(
            "Nobody can sign in yet. This link makes the registrar's first administrator, once, within seven days:\n\n  {link}\n"
        ));
    }
    Ok(())
}

/// That link; none if the registrar has people.
///
/// # Errors
/// If the database fails.
pub async fn first_operator(app: &App, actor: &str) -> Result<Option<String>> {
    let request = Request::internal(actor, "first operator");
    if invitations::has_people(&app.registry, &request.caller).await? {
        return Ok(None);
    }
    let role = Role::Registrar(RegistrarRole::Admin);
    Ok(Some(link(app, &request, role).await?))
}

/// A link that makes somebody of an issuer who may do everything there.
///
/// # Errors
/// If the database fails.
pub async fn issuers_person(app: &App, actor: &str, issuer: IssuerId) -> Result<String> {
    let request = Request::internal(actor, "invite");
    link(app, &request, Role::Issuer(issuer, Permissions::all())).await
}

/// A link that makes an administrator of a platform.
///
/// # Errors
/// If the database fails.
pub async fn platforms_person(app: &App, actor: &str, platform: PlatformId) -> Result<String> {
    let request = Request::internal(actor, "invite");
    link(app, &request, Role::Platform(platform, PlatformRole::Admin)).await
}

async fn link(app: &App, request: &Request, role: Role) -> Result<String> {
    let new = NewInvitation {
        email: None,
        role,
        products: Products::All,
    };
    let invited = invitations::invite(&app.registry, request, new).await?;
    invited.link.context("a link without an addressee is shown")
}
