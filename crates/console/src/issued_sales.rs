//! Listings and campaigns of an issuer's product.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::CampaignId;
use maud::{Markup, html};
use registry::{Answer, Right, issued_campaigns, listings};
use uuid::Uuid;
use wire::Problem;
use wire::issuing::{CampaignCreate, DistributionPlatform, IssuedCampaign, ListingCreate};
use wire::products::Listing;

use crate::Console;
use crate::asset_requests::{TERMS, terms_inputs};
use crate::form::{Fields, Posted};
use crate::issued;
use crate::json_form::{self, Kind, Shape};
use crate::layout;
use crate::offer_facts;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::Member;
use crate::words;

/// What may change of a campaign.
const CHANGES: Shape = &[
    ("name", Kind::Text),
    ("allocation", Kind::Number),
    ("opens_at", Kind::Optional),
    ("closes_at", Kind::Optional),
    ("distributor_may_accept", Kind::Yes),
    ("distributor_may_mark_paid", Kind::Yes),
];

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadIssuedProducts);
    let writes = Access::Needs(Right::WriteIssuedProducts);
    vec![
        Page::post(
            "/console/issued/products/{product_id}/listings",
            writes,
            list,
        ),
        Page::post(
            "/console/issued/products/{product_id}/campaigns",
            writes,
            campaign,
        ),
        Page::get(
            "/console/issued/campaigns/{campaign_id}",
            sees,
            show_campaign,
        ),
        Page::post(
            "/console/issued/campaigns/{campaign_id}",
            writes,
            change_campaign,
        ),
    ]
}

async fn list(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    posted.who.caller.require(Right::WriteIssuedProducts)?;
    let body = ListingCreate {
        product_id: id,
        distribution_platform_id: platform(&posted.fields),
    };
    let made = listings::create(&console.registry, &posted.request(), body).await;
    made_of(&console, &posted, id, made).await
}

async fn campaign(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    posted.who.caller.require(Right::WriteIssuedProducts)?;
    let made = match new_campaign(id, &posted.fields) {
        Ok(body) => issued_campaigns::create(&console.registry, &posted.request(), body).await,
        Err(error) => Err(error),
    };
    made_of(&console, &posted, id, made).await
}

fn new_campaign(product: Uuid, fields: &Fields) -> registry::Result<CampaignCreate> {
    let mut body = json_form::read(fields, TERMS)?;
    if let Some(body) = body.as_object_mut() {
        body.retain(|_, value| !value.is_null());
        body.insert("product_id".to_owned(), product.to_string().into());
        let platform = platform(fields).to_string();
        body.insert("distribution_platform_id".to_owned(), platform.into());
    }
    Ok(json_form::body(&body)?)
}

/// What is no id was not chosen on a page of ours; nobody has the one of zeros.
fn platform(fields: &Fields) -> Uuid {
    fields
        .text("distribution_platform_id")
        .parse()
        .unwrap_or_default()
}

async fn made_of(
    console: &Console,
    posted: &Posted<Member>,
    product: Uuid,
    made: registry::Result<Answer>,
) -> Result<Response, Refused> {
    match made {
        Ok(_) => Ok(layout::done(
            &format!("{}/{product}", issued::PATH),
            "created",
        )),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            issued::render(
                console,
                &posted.who,
                product,
                &posted.fields,
                Some(&problem),
            )
            .await
        }
    }
}

async fn show_campaign(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let campaign = CampaignId::from_uuid(id);
    let one = issued_campaigns::get(&console.registry, &who.caller, campaign).await?;
    let body = serde_json::to_value(&one).map_err(registry::Error::fault)?;
    let fields = Fields::known(json_form::known(&body, CHANGES));
    Ok(render(&who, &one, &fields, None))
}

async fn change_campaign(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let (registry, caller) = (&console.registry, &posted.who.caller);
    caller.require(Right::WriteIssuedProducts)?;
    let campaign = CampaignId::from_uuid(id);
    let one = issued_campaigns::get(registry, caller, campaign).await?;
    let changed = match json_form::read(&posted.fields, CHANGES) {
        Ok(patch) => issued_campaigns::update(registry, &posted.request(), campaign, patch).await,
        Err(errors) => Err(errors.into()),
    };
    match changed {
        Ok(_) => Ok(layout::done(
            &format!("{}/{}", issued::PATH, one.product_id),
            "saved",
        )),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            Ok(render(&posted.who, &one, &posted.fields, Some(&problem)))
        }
    }
}

fn render(
    who: &Member,
    one: &IssuedCampaign,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Response {
    let visitor = &who.visitor;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let input = |name: &str, label: &str| form.input(name, label, "text");
    let yes_no = words::yes_no(visitor);
    let body = html! {
        (parts::back(&format!("{}/{}", issued::PATH, one.product_id), visitor.say("Product", "Produkt")))
        h1 { (one.name) }
        (parts::problem(visitor, problem))
        (parts::facts(&[
            ("ID", parts::code(one.id)),
            (visitor.say("Ordered", "Gezeichnet"), parts::text(one.reserved)),
            (visitor.say("Left", "Frei"), parts::text(one.available)),
            (visitor.say("Smallest order in units", "Mindestanlage in Stück"), parts::text(one.minimum_units)),
            (visitor.say("Largest order in units", "Höchstanlage in Stück"), parts::optional(one.maximum_units)),
            (visitor.say("Documents to be signed", "Zu unterschreibende Dokumente"), offer_facts::signed(visitor, &one.required_document_types)),
        ]))
        @if who.session.may(Right::WriteIssuedProducts) {
            form method="post" action=(format!("/console/issued/campaigns/{}", one.id)) {
                (parts::hidden(visitor))
                div class="two" {
                    (input("name", "Name"))
                    (input("allocation", visitor.say("Units for the platform", "Stück für die Plattform")))
                    (input("opens_at", visitor.say("Opens", "Öffnet")))
                    (input("closes_at", visitor.say("Closes", "Schließt")))
                    (form.select("distributor_may_accept", visitor.say("The platform accepts for you", "Die Plattform nimmt für Sie an"), &yes_no, ""))
                    (form.select("distributor_may_mark_paid", visitor.say("The platform reports payments", "Die Plattform meldet Zahlungen"), &yes_no, ""))
                }
                button type="submit" { (visitor.say("Save", "Speichern")) }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    layout::page_with_status(visitor, status, &one.name, &body)
}

/// Lists the product on a platform.
pub(crate) fn listing_form(
    form: &Form<'_>,
    product: Uuid,
    platforms: &[DistributionPlatform],
) -> Markup {
    let visitor = form.visitor;
    let options: Vec<_> = platforms
        .iter()
        .map(|one| {
            let mark = match one.is_allowed {
                true => String::new(),
                false => visitor
                    .say(" (not allowed yet)", " (noch nicht erlaubt)")
                    .to_owned(),
            };
            (
                one.id.to_string(),
                format!("{}{mark}", one.platform_company_name),
            )
        })
        .collect();
    html! {
        form method="post" action=(format!("{}/{product}/listings", issued::PATH)) class="inline" {
            (parts::hidden(visitor))
            (form.select("distribution_platform_id", visitor.say("Platform", "Plattform"), &options, ""))
            button type="submit" { (visitor.say("List there", "Dort listen")) }
        }
    }
}

/// Cuts a campaign for a platform on which the product is listed.
pub(crate) fn campaign_form(form: &Form<'_>, product: Uuid, listings: &[Listing]) -> Markup {
    let visitor = form.visitor;
    let options: Vec<_> = listings
        .iter()
        .map(|one| {
            let id = one.distribution_platform_id.to_string();
            (id, one.platform_company_name.clone())
        })
        .collect();
    html! {
        @if !options.is_empty() {
            details open[form.problem.is_some()] {
                summary { (visitor.say("New campaign", "Neue Kampagne")) }
                form method="post" action=(format!("{}/{product}/campaigns", issued::PATH)) {
                    (parts::hidden(visitor))
                    (form.select("distribution_platform_id", visitor.say("Platform", "Plattform"), &options, ""))
                    (terms_inputs(form))
                    button type="submit" { (visitor.say("Make the campaign", "Kampagne anlegen")) }
                }
            }
        }
    }
}
