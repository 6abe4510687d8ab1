//! The people of an organisation: who is there, who is invited, and what each may do.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{
    InvitationId, MembershipId, Organisation, Permissions, PlatformRole, ProductId, Products, Role,
};
use maud::{Markup, html};
use registry::invitations::{self, Invited, NewInvitation};
use registry::members::{self, Member as Listed, Members};
use registry::{Paging, Right, issuers, participation};
use uuid::Uuid;
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::roles::{role_name, roles};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/members";
/// So many firms fit into one field to choose from.
const MOST_OTHERS: u32 = 500;
const MANAGES: Access = Access::Needs(Right::ManageMembers);

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, MANAGES, show),
        Page::post(PATH, MANAGES, invite),
        Page::get("/console/members/{membership_id}", MANAGES, show_one),
        Page::post("/console/members/{membership_id}", MANAGES, change),
        Page::post("/console/members/{membership_id}/remove", MANAGES, remove),
        Page::post(
            "/console/members/invitations/{invitation_id}/withdraw",
            MANAGES,
            withdraw,
        ),
    ]
}

async fn show(State(console): State<Console>, who: Member) -> Result<Response, Refused> {
    render(&console, &who, &Fields::default(), None, None).await
}

async fn invite(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let invited = match new_invitation(&posted) {
        Ok(new) => invitations::invite(&console.registry, &posted.request(), new).await,
        Err(error) => Err(error),
    };
    let (who, fields) = (&posted.who, &posted.fields);
    match invited {
        Ok(invited) => render(&console, who, &Fields::default(), None, Some(&invited)).await,
        Err(error) => {
            render(
                &console,
                who,
                fields,
                Some(&refusal(&posted.who, error)?),
                None,
            )
            .await
        }
    }
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let id = MembershipId::from_uuid(id);
    render_one(&console, &who, id, &Fields::default(), None).await
}

async fn change(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = MembershipId::from_uuid(id);
    let changed = match role_and_products(&posted) {
        Ok((role, products)) => {
            members::change(&console.registry, &posted.request(), id, role, products).await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Ok(layout::done(PATH, "member-changed")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render_one(&console, &posted.who, id, &posted.fields, Some(&problem)).await
        }
    }
}

async fn remove(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = MembershipId::from_uuid(id);
    match members::remove(&console.registry, &posted.request(), id).await {
        Ok(()) => Ok(layout::done(PATH, "member-removed")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(
                &console,
                &posted.who,
                &Fields::default(),
                Some(&problem),
                None,
            )
            .await
        }
    }
}

async fn withdraw(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = InvitationId::from_uuid(id);
    invitations::withdraw(&console.registry, &posted.request(), id).await?;
    Ok(layout::done(PATH, "withdrawn"))
}

fn new_invitation(posted: &Posted<Member>) -> registry::Result<NewInvitation> {
    let (role, products) = match posted.fields.optional("organisation") {
        Some(other) => (administrator_of(&other)?, Products::All),
        None => role_and_products(posted)?,
    };
    let mut errors = domain::FieldErrors::new();
    let email = errors.parse_optional("email", posted.fields.optional("email").as_deref());
    Ok(NewInvitation {
        email: errors.into_result(Some(email))?,
        role,
        products,
    })
}

/// Whoever begins for another organisation may do everything there; the operation refuses it to all but the registrar.
fn administrator_of(other: &str) -> registry::Result<Role> {
    let read = other.split_once(' ').and_then(|(kind, id)| {
        Some(match kind {
            "issuer" => Role::Issuer(id.parse().ok()?, Permissions::all()),
            "platform" => Role::Platform(id.parse().ok()?, PlatformRole::Admin),
            _ => return None,
        })
    });
    read.ok_or_else(|| {
        let message = "Choose one of the organisations.".to_owned();
        registry::Error::Field("organisation", FieldCode::UnknownValue, message)
    })
}

/// The organisations for which the registrar invites the first person; none for anybody else.
async fn others(console: &Console, who: &Member) -> Result<Vec<(String, String)>, Refused> {
    if !who.session.may(Right::ReadNetwork) {
        return Ok(Vec::new());
    }
    let (registry, visitor) = (&console.registry, &who.visitor);
    let most = Paging {
        offset: 0,
        limit: MOST_OTHERS,
    };
    let own = visitor.say(
        "the registrar, in this role:",
        "den Registerführer, mit dieser Rolle:",
    );
    let mut others = vec![(String::new(), own.to_owned())];
    let issuers = issuers::list_all(registry, &who.caller, most).await?;
    others.extend(issuers.items.into_iter().map(|one| {
        let label = visitor.say("issuer, may do everything", "Emittent, darf alles");
        let firm = one.company_name;
        (format!("issuer {}", one.id), format!("{firm} ({label})"))
    }));
    let platforms = participation::list(registry, &who.caller, most).await?;
    others.extend(platforms.items.into_iter().map(|one| {
        let label = visitor.say("platform, administrator", "Plattform, Administrator");
        let firm = one.company_name;
        (
            format!("platform {}", one.platform_id),
            format!("{firm} ({label})"),
        )
    }));
    Ok(others)
}

/// What the form says of a role in the organisation that the person acts for.
fn role_and_products(posted: &Posted<Member>) -> registry::Result<(Role, Products)> {
    let chosen: Vec<&str> = posted.fields.all("role").collect();
    let organisation = organisation(&posted.who)?;
    let role = Role::parse(organisation, &chosen.join(" ")).ok_or_else(|| {
        let message = "Choose what this person may do.".to_owned();
        registry::Error::Field("role", FieldCode::Missing, message)
    })?;
    let chosen: Vec<&str> = posted.fields.all("products").collect();
    if chosen.is_empty() {
        return Ok((role, Products::All));
    }
    let products: Result<Vec<ProductId>, _> = chosen.iter().map(|id| id.parse()).collect();
    let products = products.map_err(|_| registry::Error::NotFound("product"))?;
    Ok((role, Products::Only(products)))
}

fn organisation(who: &Member) -> registry::Result<Organisation> {
    let current = who.session.current.as_ref();
    current
        .map(|membership| membership.role.organisation())
        .ok_or(registry::Error::NotPermitted)
}

async fn render(
    console: &Console,
    who: &Member,
    fields: &Fields,
    problem: Option<&Problem>,
    invited: Option<&Invited>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let listed = members::list(&console.registry, &who.caller).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let products = products(console, who).await?;
    let others = others(console, who).await?;
    let body = html! {
        h1 { (visitor.say("Members", "Mitglieder")) }
        (parts::problem(visitor, problem))
        @if let Some(invited) = invited { (link(visitor, invited)) }
        (members_table(visitor, &listed))
        section {
            h2 { (visitor.say("Invite somebody", "Jemanden einladen")) }
            form method="post" action=(PATH) {
                (parts::hidden(visitor))
                (form.input("email", visitor.say("E-mail address", "E-Mail-Adresse"), "email"))
                @if !others.is_empty() { (form.select("organisation", visitor.say("For", "Für"), &others, "")) }
                (roles(&form, organisation(who)?, None))
                (limits(&form, &products, &[]))
                button type="submit" { (visitor.say("Invite", "Einladen")) }
            }
        }
        (invitations_table(visitor, &listed))
    };
    let status = problem.map_or(StatusCode::OK, status);
    let title = visitor.say("Members", "Mitglieder");
    Ok(layout::page_with_status(visitor, status, title, &body))
}

async fn render_one(
    console: &Console,
    who: &Member,
    id: MembershipId,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let member = members::get(&console.registry, &who.caller, id).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let products = products(console, who).await?;
    let limited: Vec<String> = match &member.products {
        Products::All => Vec::new(),
        Products::Only(ids) => ids.iter().map(ToString::to_string).collect(),
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Members", "Mitglieder")))
        h1 { (member.name) }
        p { (member.email) }
        (parts::problem(visitor, problem))
        form method="post" action=(format!("{PATH}/{id}")) {
            (parts::hidden(visitor))
            (roles(&form, organisation(who)?, Some(&member.role)))
            (limits(&form, &products, &limited))
            button type="submit" { (visitor.say("Change", "Ändern")) }
        }
        (parts::button(visitor, &format!("{PATH}/{id}/remove"), visitor.say("Remove", "Entfernen"), "secondary"))
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        &member.name,
        &body,
    ))
}

fn link(visitor: &Visitor, invited: &Invited) -> Markup {
    html! {
        div class="notice" role="status" {
            @match &invited.link {
              Some(link) => {
                p { (visitor.say("Hand this link over. It is shown this once, is good once, and until ", "Geben Sie diesen Link weiter. Er wird nur jetzt gezeigt, gilt einmal und bis ")) (parts::moment(&invited.expires_at.to_string())) "." }
                p { code data-link { (link) } }
              }
              None => p { (visitor.say("The invitation is on its way by mail; its link is good once, and until ", "Die Einladung ist per E-Mail unterwegs; ihr Link gilt einmal und bis ")) (parts::moment(&invited.expires_at.to_string())) "." }
            }
        }
    }
}

fn members_table(visitor: &Visitor, listed: &Members) -> Markup {
    let row = |member: &Listed| {
        vec![
            html! { a href=(format!("{PATH}/{}", member.id)) { (member.name) } },
            parts::text(&member.email),
            parts::text(role_name(visitor, &member.role)),
            match &member.products {
                Products::All => parts::text(visitor.say("all", "alle")),
                Products::Only(products) => parts::text(products.len()),
            },
            parts::moment(&member.created_at.to_string()),
        ]
    };
    let rows: Vec<_> = listed.members.iter().map(row).collect();
    let head = [
        "Name",
        visitor.say("E-mail", "E-Mail"),
        visitor.say("Role", "Rolle"),
        visitor.say("Products", "Produkte"),
        visitor.say("Since", "Seit"),
    ];
    parts::table(visitor, &head, &rows)
}

fn invitations_table(visitor: &Visitor, listed: &Members) -> Markup {
    let rows: Vec<Vec<Markup>> = listed
        .invitations
        .iter()
        .map(|invitation| {
            vec![
                parts::optional(invitation.email.as_deref()),
                parts::text(role_name(visitor, &invitation.role)),
                parts::moment(&invitation.expires_at.to_string()),
                parts::button(
                    visitor,
                    &format!("{PATH}/invitations/{}/withdraw", invitation.id),
                    visitor.say("Withdraw", "Zurückziehen"),
                    "outline",
                ),
            ]
        })
        .collect();
    let head = [
        visitor.say("E-mail", "E-Mail"),
        visitor.say("Role", "Rolle"),
        visitor.say("Open until", "Offen bis"),
        "",
    ];
    html! {
        section { h2 { (visitor.say("Open invitations", "Offene Einladungen")) } (parts::table(visitor, &head, &rows)) }
    }
}

fn limits(form: &Form<'_>, products: &[(String, String)], ticked: &[String]) -> Markup {
    html! {
        @if !products.is_empty() {
            (form.boxes("products", form.visitor.say("For these products only (none ticked: for all)", "Nur für diese Produkte (keines gewählt: für alle)"), products, ticked))
        }
    }
}

/// The products that a membership here can be limited to.
async fn products(console: &Console, who: &Member) -> Result<Vec<(String, String)>, Refused> {
    if organisation(who)? == Organisation::Registrar {
        return Ok(Vec::new());
    }
    let products = registry::products::of_party(&console.registry, &who.caller).await?;
    Ok(products
        .into_iter()
        .map(|product| {
            (
                product.id.to_string(),
                format!("{} ({})", product.name, product.isin),
            )
        })
        .collect())
}
