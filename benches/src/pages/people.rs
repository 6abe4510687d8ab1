//! People who are signed in, each for one organisation, and somebody who is about to sign in.

use anyhow::{Context, Result};
use domain::{Language, Products, Role};
use registry::invitations::{self, NewInvitation, NewPerson};
use registry::people::Origin;
use registry::sessions::{self, Session, Started};
use registry::totp::Secret;
use registry::{Registry, Request, accounts, sign_in};

const PASSWORD: &str = "correct horse battery";

/// Who looks at pages.
pub struct Visitor {
    /// For the report.
    pub name: &'static str,
    /// What stands in the cookie; nobody has none.
    pub token: Option<String>,
    /// Where it begins.
    pub starts: Vec<String>,
}

/// A link that lets somebody join.
pub async fn invitation(registry: &Registry, role: Role) -> Result<String> {
    let request = Request::internal("bench", "invite");
    let new = NewInvitation {
        email: None,
        role,
        products: Products::All,
    };
    let invited = invitations::invite(registry, &request, new).await?;
    let link = invited.link.context("the link is shown")?;
    let path = link.strip_prefix(registry.settings.public_url.as_str());
    Ok(path.context("a link of ours")?.to_owned())
}

/// Somebody who has followed the link and has yet to set up the second factor.
pub async fn joined(registry: &Registry, role: Role, email: &str) -> Result<Started> {
    let link = invitation(registry, role).await?;
    let token = link.rsplit('/').next().unwrap_or_default();
    let person = NewPerson {
        name: "Erika Mustermann".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        language: Language::German,
    };
    Ok(invitations::accept_as_new(registry, &Origin::default(), token, person).await?)
}

/// Somebody with this role, signed in.
pub async fn signed_in(registry: &Registry, role: Role, email: &str) -> Result<(String, Session)> {
    let started = joined(registry, role, email).await?;
    let session = session(registry, &started.token).await?;
    let offer = accounts::offer_totp(registry, &session).await?;
    let secret = Secret::from_base32(&offer.secret).context("base 32")?;
    let code = secret.code_at(registry.clock.now().seconds());
    let enrolled = accounts::confirm_totp(registry, &session, &Origin::default(), &code).await?;
    let token = enrolled.started.token;
    let session = self::session(registry, &token).await?;
    Ok((token, session))
}

/// Somebody who has given the password and not the code.
pub async fn awaits_code(registry: &Registry, email: &str) -> Result<Started> {
    Ok(sign_in::with_password(registry, &Origin::default(), email, PASSWORD).await?)
}

async fn session(registry: &Registry, token: &str) -> Result<Session> {
    let found = sessions::find(registry, token).await?;
    found.context("the session is there")
}
