//! A platform's own gateway, run by the network: one URL and one credential in front of everything that it sells, how each environment
//! does, and where one holds other data. There are two: for what is sold, and for trying things out.

mod section;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use domain::PlatformId;
use maud::html;
use registry::Right;
use registry::gateways::GatewayKind::{Production, Sandbox};
use registry::gateways::{self, GatewayCredential, GatewayKind, Which};
use uuid::Uuid;
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::Member;

use section::section;

const PATH: &str = "/console/gateway";

pub(crate) fn pages() -> Vec<Page> {
    let writes = Access::Needs(Right::WritePlatform);
    let manages = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, Access::Needs(Right::ReadPlatform), show),
        Page::post("/console/gateway/switch-on", writes, switch_on),
        Page::post("/console/gateway/switch-off", writes, switch_off),
        Page::post("/console/gateway/credential", writes, renew),
        Page::post("/console/gateway/compare", writes, compare),
        Page::get(
            "/console/platforms/{platform_id}/gateway",
            Access::Needs(Right::ReadNetwork),
            show,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/switch-on",
            manages,
            switch_on,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/switch-off",
            manages,
            switch_off,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/credential",
            manages,
            renew,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/compare",
            manages,
            compare,
        ),
    ]
}

/// Whose gateways a page is about: the visitor's own, or for the registrar those of the platform that the path names.
#[derive(Clone, Copy)]
struct Whose(Option<PlatformId>);

impl FromRequestParts<Console> for Whose {
    type Rejection = PathRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Console,
    ) -> Result<Self, PathRejection> {
        let named = Option::<Path<Uuid>>::from_request_parts(parts, console).await?;
        Ok(Self(named.map(|Path(id)| PlatformId::from_uuid(id))))
    }
}

impl Whose {
    fn path(self) -> String {
        match self.0 {
            None => PATH.to_owned(),
            Some(platform) => format!("/console/platforms/{platform}/gateway"),
        }
    }

    /// What is needed to look.
    fn reads(self) -> Right {
        match self.0 {
            None => Right::ReadPlatform,
            Some(_) => Right::ReadNetwork,
        }
    }

    /// What is needed to change anything.
    fn right(self) -> Right {
        match self.0 {
            None => Right::WritePlatform,
            Some(_) => Right::WriteNetwork,
        }
    }

    fn which(self, kind: GatewayKind) -> Which {
        Which {
            platform: self.0,
            kind,
        }
    }
}

async fn show(
    State(console): State<Console>,
    whose: Whose,
    who: Member,
) -> Result<Response, Refused> {
    who.caller.require(whose.reads())?;
    render(&console, (&who, whose), &Fields::default(), None, None).await
}

async fn switch_on(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    match gateways::switch_on(&console.registry, &posted.request(), which).await {
        Ok(Some(made)) => shown_once(&console, (&posted, whose), which, made).await,
        Ok(None) => Ok(layout::done(&whose.path(), "saved")),
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

async fn switch_off(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    match gateways::switch_off(&console.registry, &posted.request(), which).await {
        Ok(()) => Ok(layout::done(&whose.path(), "saved")),
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

async fn renew(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    let renewed = match overlap(&posted.fields) {
        Ok(hours) => {
            gateways::renew_credential(&console.registry, &posted.request(), which, hours).await
        }
        Err(error) => Err(error),
    };
    match renewed {
        Ok(made) => shown_once(&console, (&posted, whose), which, made).await,
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

async fn compare(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    match gateways::compare(&console.registry, &posted.request(), which).await {
        Ok(()) => Ok(layout::done(&whose.path(), "queued")),
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

fn which(posted: &Posted<Member>, whose: Whose) -> Result<Which, Refused> {
    posted.who.caller.require(whose.right())?;
    let kind = match posted.fields.text("kind") {
        "sandbox" => Sandbox,
        _ => Production,
    };
    Ok(whose.which(kind))
}

fn overlap(fields: &Fields) -> registry::Result<Option<u32>> {
    let hours = fields.optional("overlap_hours").map(|hours| hours.parse());
    hours.transpose().map_err(|_| {
        registry::Error::Field(
            "overlap_hours",
            FieldCode::InvalidFormat,
            "Say how many hours, as a whole number.".to_owned(),
        )
    })
}

async fn shown_once(
    console: &Console,
    (posted, whose): (&Posted<Member>, Whose),
    which: Which,
    made: GatewayCredential,
) -> Result<Response, Refused> {
    let nothing = Fields::default();
    let made = Some((which.kind, made));
    render(console, (&posted.who, whose), &nothing, None, made).await
}

async fn refused(
    console: &Console,
    (posted, whose): (&Posted<Member>, Whose),
    error: registry::Error,
) -> Result<Response, Refused> {
    let problem = refusal(&posted.who, error)?;
    let who = (&posted.who, whose);
    render(console, who, &posted.fields, Some(&problem), None).await
}

async fn render(
    console: &Console,
    (who, whose): (&Member, Whose),
    fields: &Fields,
    problem: Option<&Problem>,
    made: Option<(GatewayKind, GatewayCredential)>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let (may_write, path) = (who.session.may(whose.right()), whose.path());
    let mut sections = Vec::new();
    for kind in [Production, Sandbox] {
        let which = whose.which(kind);
        let shown = gateways::get(&console.registry, &who.caller, which).await?;
        let secret = made.as_ref().filter(|(of, _)| *of == kind);
        let secret = secret.map(|(_, credential)| credential);
        let path = may_write.then_some(path.as_str());
        sections.push(section(&form, (kind, path), shown.as_ref(), secret));
    }
    let title = "Gateway";
    let body = html! {
        @if let Some(platform) = whose.0 {
            (parts::back(&format!("/console/platforms/{platform}"), visitor.say("Platform", "Plattform")))
        }
        h1 { (title) }
        (parts::problem(visitor, problem))
        p { (visitor.say(
            "One URL and one credential in front of every asset that you sell: your programs create an investor once, and the gateway keeps it in each asset's environment.",
            "Eine URL und ein Zugang vor allen Assets, die Sie vertreiben: Ihre Programme legen einen Anleger einmal an, das Gateway hält ihn in der Umgebung jedes Assets aktuell.",
        )) }
        @for section in &sections { (section) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}
