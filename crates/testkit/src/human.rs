//! People of the tests: they join, set up the second factor, and sign in, each in a browser of its own.

use cashlink::founding;
use domain::Role;
use registry::invitations::{self, NewInvitation};
use registry::totp::Secret;
use registry::{Caller, Paging, Request, mail};

use crate::TestApp;
use crate::browser::{Browser, PASSWORD};

/// A person with its telephone.
#[derive(Clone)]
pub struct Human {
    /// Its browser.
    pub browser: Browser,
    /// Its address.
    pub email: String,
    /// What its authenticator app knows.
    pub secret: Secret,
    /// What it wrote down.
    pub recovery_codes: Vec<String>,
}

impl Human {
    /// Accepts an invitation, sets up the second factor, and is signed in.
    ///
    /// # Panics
    /// If something of it is refused.
    pub async fn join(app: &TestApp, link: &str, email: &str) -> Self {
        let mut browser = Browser::at(app);
        browser.visit(link).await.ok();
        let path = link.strip_prefix(&app.url).expect("a link of ours");
        let fields = [
            ("name", "Erika Mustermann"),
            ("email", email),
            ("password", PASSWORD),
        ];
        browser
            .submit(path, &fields)
            .await
            .leads_to("/console/account/second-factor");
        Self::enrol(app, browser, email).await
    }

    /// Registers a firm as a stranger, follows the link that is sent, and is signed in as its first administrator.
    ///
    /// # Panics
    /// If something of it is refused.
    pub async fn register(app: &TestApp, firm: &str, email: &str) -> Self {
        let mut browser = Browser::at(app);
        browser.visit("/console/join").await.ok();
        let fields = [("company_name", firm), ("email", email)];
        browser
            .submit("/console/join", &fields)
            .await
            .leads_to("/console/join");
        let link = last_link(app).await;
        browser.visit(&link).await.ok();
        let path = link.strip_prefix(&app.url).expect("a link of ours");
        let fields = [
            ("company_name", firm),
            ("name", "Erika Mustermann"),
            ("password", PASSWORD),
        ];
        browser
            .submit(path, &fields)
            .await
            .leads_to("/console/account/second-factor");
        Self::enrol(app, browser, email).await
    }

    async fn enrol(app: &TestApp, mut browser: Browser, email: &str) -> Self {
        let page = browser.visit("/console/account/second-factor").await.ok();
        let secret = page.between("<code data-secret>", "<").expect("a secret");
        let secret = Secret::from_base32(&secret).expect("base 32");
        let code = code(app, &secret);
        let codes = browser
            .submit("/console/account/second-factor", &[("code", &code)])
            .await
            .ok();
        Self {
            recovery_codes: codes.all_between("<code data-recovery>", "<"),
            browser,
            email: email.to_owned(),
            secret,
        }
    }

    /// Somebody with this role, signed in.
    ///
    /// # Panics
    /// If something of it is refused.
    pub async fn with_role(
        app: &TestApp,
        role: Role,
        products: domain::Products,
        email: &str,
    ) -> Self {
        let request = Request::internal("test", "invite");
        let new = NewInvitation {
            email: None,
            role,
            products,
        };
        let invited = invitations::invite(&app.app.registry, &request, new).await;
        let link = invited
            .expect("an invitation")
            .link
            .expect("nobody writes it");
        Self::join(app, &link, email).await
    }

    /// The registrar's first administrator.
    ///
    /// # Panics
    /// If there is one already.
    pub async fn first_operator(app: &TestApp) -> Self {
        let link = founding::first_operator(&app.app, "test")
            .await
            .expect("the database answers");
        Self::join(
            app,
            &link.expect("nobody is there yet"),
            "erika.mustermann@example.com",
        )
        .await
    }

    /// Signs in anew with another browser; half a minute passes, because a code is good once.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn sign_in(&self, app: &TestApp) -> Browser {
        app.advance_seconds(30);
        let mut browser = Browser::at(app);
        browser.visit("/console/sign-in").await.ok();
        let fields = [("email", self.email.as_str()), ("password", PASSWORD)];
        browser
            .submit("/console/sign-in", &fields)
            .await
            .leads_to("/console/sign-in/code");
        browser.visit("/console/sign-in/code").await.ok();
        let code = code(app, &self.secret);
        browser
            .submit("/console/sign-in/code", &[("code", &code)])
            .await
            .leads_to("/console/");
        browser
    }
}

/// The link of the mail that was written last.
///
/// # Panics
/// If there is none.
pub async fn last_link(app: &TestApp) -> String {
    let paging = Paging {
        offset: 0,
        limit: 20,
    };
    let caller = Caller::network("test");
    let mails = mail::list(&app.app.registry, &caller, None, paging).await;
    let letters = mails.expect("the database answers").items.into_iter();
    letters
        .filter_map(|mail| mail.letter)
        .flat_map(|letter| letter.paragraphs)
        .find_map(|paragraph| match paragraph {
            mail::Paragraph::Link { url, .. } => Some(url),
            _ => None,
        })
        .expect("a mail with a link")
}

/// What the app shows now.
pub fn code(app: &TestApp, secret: &Secret) -> String {
    secret.code_at(app.app.registry.clock.now().seconds())
}
