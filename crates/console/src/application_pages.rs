//! One application with everything that belongs to it: standing, content, proof of the domain, documents, questions, the answer.

use axum::http::StatusCode;
use axum::response::Response;
use domain::{ApplicationId, Timestamp};
use maud::{Markup, html};
use registry::application_documents::{self, Attached};
use registry::{Right, applications, decisions};
use wire::Problem;
use wire::applications::{
    Application, ApplicationMessage, ApplicationStatus, DomainProof, DomainProofStatus,
};
use wire::decisions::DecisionStatus;

use crate::Console;
use crate::application_form;
use crate::application_list::days_left;
use crate::applications::PATH;
use crate::decisions::waiting;
use crate::form::Fields;
use crate::layout;
use crate::licences;
use crate::parts::{self, Form};
use crate::refused::{Refused, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};

/// One application; `typed` is what a refused form said.
pub(crate) async fn render(
    console: &Console,
    who: &Member,
    id: ApplicationId,
    typed: Option<&Fields>,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let (registry, visitor) = (&console.registry, &who.visitor);
    let application = applications::get(registry, &who.caller, id).await?;
    let attached = application_documents::list(registry, &who.caller, id).await?;
    let thread = applications::messages(registry, &who.caller, id, parts::paging(1)).await?;
    let letter = match application.decided_at {
        Some(_) => Some(applications::letter(registry, &who.caller, id).await?),
        None => None,
    };
    let proposed = match who.session.may(Right::ReadNetwork) {
        true => {
            let (status, target) = (Some(DecisionStatus::Proposed), Some(id.uuid()));
            let open = decisions::list(registry, &who.caller, status, target, parts::paging(1));
            open.await?.items
        }
        false => Vec::new(),
    };
    let known = application_form::known(&application.content);
    let writes = who.session.may(Right::WritePlatform);
    let edits = writes && application.status == ApplicationStatus::Draft;
    let form = Form {
        visitor,
        fields: typed
            .filter(|typed| typed.has("company.name"))
            .unwrap_or(&known),
        problem,
    };
    let said = Fields::default();
    let other = Form {
        fields: typed.unwrap_or(&said),
        ..form
    };
    let path = format!("{PATH}/{id}");
    let title = application
        .content
        .company
        .as_ref()
        .and_then(|company| company.name.clone())
        .unwrap_or_else(|| visitor.say("Application", "Antrag").to_owned());
    let body = html! {
        (parts::back(PATH, visitor.say("Applications", "Anträge")))
        h1 { (title) }
        (parts::problem(visitor, problem))
        (standing(visitor, &application, console.registry.clock.now()))
        @if let Some(letter) = &letter { h2 { (visitor.say("The answer in writing", "Die Antwort in Textform")) } pre { (letter) } }
        @for decision in &proposed { (waiting(who, decision)) }
        @if edits {
            form method="post" action=(path) {
                (parts::hidden(visitor))
                (application_form::inputs(&form))
                button type="submit" { (visitor.say("Save", "Speichern")) }
            }
        } @else { (content(visitor, &application)) }
        (proof(visitor, &path, &application.domain_proof, edits))
        (documents(&form, &path, &attached, edits))
        @if edits {
            h2 { (visitor.say("Hand in", "Einreichen")) }
            p { (visitor.say("Save first. What is handed in is changed no more; questions are answered below.", "Speichern Sie zuerst. Was eingereicht ist, wird nicht mehr geändert; Fragen werden unten beantwortet.")) }
        }
        div class="actions" {
            @if edits { (parts::button(visitor, &format!("{path}/submit"), visitor.say("Hand in", "Einreichen"), "")) }
            @if writes && is_open(application.status) { (parts::button(visitor, &format!("{path}/withdraw"), visitor.say("Withdraw the application", "Antrag zurücknehmen"), "secondary outline")) }
        }
        (messages(&other, &path, &thread.items, who.session.may(Right::WriteApplications)))
        @if application.status == ApplicationStatus::Submitted && proposed.is_empty() && who.session.may(Right::WriteNetwork) { (answer(&other, &path)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, &title, &body))
}

fn is_open(status: ApplicationStatus) -> bool {
    matches!(
        status,
        ApplicationStatus::Draft | ApplicationStatus::Submitted
    )
}

fn standing(visitor: &Visitor, one: &Application, now: Timestamp) -> Markup {
    let moment = |at: &Option<String>| match at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    };
    let left = days_left(one, now);
    html! {
        (parts::facts(&[
            ("Status", states::state(visitor, states::APPLICATIONS, &shown(&one.status))),
            (visitor.say("Handed in", "Eingereicht"), moment(&one.submitted_at)),
            (visitor.say("To be answered until (§ 18(2) eWpRV)", "Zu beantworten bis (§ 18 Abs. 2 eWpRV)"), moment(&one.answer_due_at)),
            (visitor.say("Days left", "Tage übrig"), parts::optional(left)),
            (visitor.say("Decided", "Entschieden"), moment(&one.decided_at)),
        ]))
        @if one.is_overdue { p class="notice refused" { (visitor.say("The time to answer is over.", "Die Frist zur Antwort ist abgelaufen.")) } }
    }
}

fn content(visitor: &Visitor, one: &Application) -> Markup {
    let said = &one.content;
    let company = said.company.clone().unwrap_or_default();
    let firm: Vec<_> = application_form::company_facts(visitor, &company)
        .into_iter()
        .map(|(label, value)| (label, parts::optional(value)))
        .collect();
    let platform = said.platform.clone().unwrap_or_default();
    let contacts: Vec<Vec<Markup>> = said
        .contact_persons
        .iter()
        .flatten()
        .map(|one| {
            [&one.name, &one.role, &one.email, &one.phone]
                .map(|text| parts::optional(text.as_deref()))
                .to_vec()
        })
        .collect();
    let head = [
        "Name",
        visitor.say("Role", "Aufgabe"),
        visitor.say("E-mail", "E-Mail"),
        visitor.say("Telephone", "Telefon"),
    ];
    html! {
        h2 { (visitor.say("Firm", "Firma")) }
        (parts::facts(&firm))
        h2 { (visitor.say("Investment platform", "Investmentplattform")) }
        (parts::facts(&[
            (visitor.say("Address", "Adresse"), parts::optional(platform.url.as_deref())),
            (visitor.say("Business", "Geschäft"), parts::optional(platform.business_model.as_deref())),
        ]))
        h2 { (visitor.say("Licence", "Erlaubnis")) }
        @if let Some(licence) = &said.licence { (licences::facts(visitor, licence)) }
        h2 { (visitor.say("Whom to ask", "Ansprechpersonen")) }
        (parts::table(visitor, &head, &contacts))
    }
}

fn proof(visitor: &Visitor, path: &str, proof: &DomainProof, edits: bool) -> Markup {
    let state = match proof.status {
        DomainProofStatus::Missing => visitor.say("not asked for yet", "noch nicht verlangt"),
        DomainProofStatus::Waiting => visitor.say("we look in a moment", "wir sehen gleich nach"),
        DomainProofStatus::Proven => visitor.say(
            "found: the domain is proven",
            "gefunden: die Domain ist nachgewiesen",
        ),
        DomainProofStatus::Failed => visitor.say("not found", "nicht gefunden"),
    };
    html! {
        section id="domain" {
            h2 { (visitor.say("Proof of the domain", "Nachweis der Domain")) }
            @match &proof.url {
                None => p { (visitor.say("Name your platform's address and save; then it says here what to put where.", "Nennen Sie die Adresse Ihrer Plattform und speichern Sie; dann steht hier, was wohin gehört.")) },
                Some(url) => {
                    @if edits {
                        p { (visitor.say("Put this text, and nothing else, ", "Hinterlegen Sie diesen Text, und nichts anderes, ")) (visitor.say("at this address:", "unter dieser Adresse:")) }
                        (parts::copyable("domain-token", &proof.token))
                        (parts::copyable("domain-url", url))
                    }
                    p data-domain=(shown(&proof.status)) { strong { (state) } @if let Some(at) = &proof.checked_at { ", " (parts::moment(at)) } }
                    @if let Some(error) = &proof.error { p class="notice refused" { (error) } }
                    @if edits && proof.status != DomainProofStatus::Proven {
                        (parts::button(visitor, &format!("{path}/domain"), visitor.say("Have it checked", "Prüfen lassen"), "outline"))
                    }
                }
            }
        }
    }
}

fn documents(form: &Form<'_>, path: &str, attached: &[Attached], edits: bool) -> Markup {
    let visitor = form.visitor;
    let rows: Vec<Vec<Markup>> = attached
        .iter()
        .map(|one| {
            let Some(document) = &one.document else {
                return vec![parts::text(&one.document_type), parts::optional(None::<&str>), html! {}, html! {}];
            };
            let own = format!("{path}/documents/{}", document.id);
            vec![
                parts::text(document_name(visitor, &one.document_type)),
                html! { a href=(own) { (document.name) } },
                parts::text(format!("{} kB", document.size.div_ceil(1_000))),
                html! { @if edits { (parts::button(visitor, &format!("{own}/remove"), visitor.say("Remove", "Entfernen"), "outline")) } },
            ]
        })
        .collect();
    let types: Vec<_> = ["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT", "OTHER"]
        .map(|code| (code.to_owned(), document_name(visitor, code)))
        .to_vec();
    let head = [
        visitor.say("Document", "Dokument"),
        visitor.say("File", "Datei"),
        visitor.say("Size", "Größe"),
        "",
    ];
    html! {
        h2 { (visitor.say("Documents", "Dokumente")) }
        (form.wrong_with("documents"))
        (parts::table(visitor, &head, &rows))
        @if edits {
            form method="post" action=(format!("{path}/documents")) enctype="multipart/form-data" class="inline" {
                (parts::hidden(visitor))
                (form.select("document_type", visitor.say("Document", "Dokument"), &types, ""))
                label { (visitor.say("PDF, PNG, JPEG or TIFF", "PDF, PNG, JPEG oder TIFF")) input type="file" name="file" accept=".pdf,.png,.jpg,.jpeg,.tif,.tiff"; }
                button type="submit" { (visitor.say("Upload", "Hochladen")) }
            }
            (form.wrong_with("file"))
        }
    }
}

fn document_name(visitor: &Visitor, code: &str) -> String {
    let name = match code {
        "COMMERCIAL_REGISTER_EXTRACT" => visitor.say(
            "Extract of the commercial register",
            "Handelsregisterauszug",
        ),
        "LICENCE_EXTRACT" => visitor.say(
            "Extract of the licence's register",
            "Auszug aus dem Erlaubnisregister",
        ),
        "OTHER" => visitor.say("Something else", "Sonstiges"),
        other => return other.to_owned(),
    };
    name.to_owned()
}

fn messages(form: &Form<'_>, path: &str, thread: &[ApplicationMessage], writes: bool) -> Markup {
    let visitor = form.visitor;
    html! {
        section id="messages" {
            h2 { (visitor.say("Questions and answers", "Fragen und Antworten")) }
            @if thread.is_empty() { p { em { (visitor.say("Nobody has asked anything.", "Niemand hat etwas gefragt.")) } } }
            @for one in thread {
                div class="message" data-side=(one.side) {
                    strong { @if one.side == "registrar" { (visitor.say("Registrar", "Registerführer")) } @else { (visitor.say("Applicant", "Antragsteller")) } }
                    ", " (parts::moment(&one.created_at))
                    p { (one.text) }
                }
            }
            @if writes {
                form method="post" action=(format!("{path}/messages")) {
                    (parts::hidden(visitor))
                    (form.area("text", visitor.say("Write", "Schreiben"), 3))
                    button type="submit" class="outline" { (visitor.say("Send", "Senden")) }
                }
            }
        }
    }
}

fn answer(form: &Form<'_>, path: &str) -> Markup {
    let visitor = form.visitor;
    html! {
        section id="answer" {
            h2 { (visitor.say("Propose an answer", "Antwort vorschlagen")) }
            p { (visitor.say("Two persons decide: what you propose takes effect once another person confirms it. A refusal rests on an analysis of risks alone, and its reasons go into the letter.", "Zwei Personen entscheiden: Ihr Vorschlag wird wirksam, sobald eine andere Person bestätigt. Eine Ablehnung beruht allein auf einer Risikoanalyse; ihre Gründe stehen im Schreiben.")) }
            form method="post" action=(format!("{path}/answer")) {
                (parts::hidden(visitor))
                (form.area("reason", visitor.say("Reasons", "Gründe"), 4))
                (form.area("risk_analysis", visitor.say("Analysis of risks (for a refusal)", "Risikoanalyse (für eine Ablehnung)"), 4))
                div class="actions" {
                    button type="submit" name="decision" value="admit" { (visitor.say("Propose to admit", "Zulassung vorschlagen")) }
                    " "
                    button type="submit" name="decision" value="refuse" class="secondary" { (visitor.say("Propose to refuse", "Ablehnung vorschlagen")) }
                }
            }
        }
    }
}
