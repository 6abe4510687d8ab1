//! Registers on the configuration page: what their logs signed last, and what contradicts it, word for word.

use maud::{Markup, html};
use wire::gateways::{GatewayCheckpoint, GatewayRegister};

use super::render;
use super::session::Visitor;

/// Every register whose log is followed.
pub(super) fn table(visitor: &Visitor, registers: &[GatewayRegister]) -> Markup {
    html! {
        @if registers.is_empty() { p { "None: no environment has shown the log of a register yet." } }
        @else {
            (render::table(
                &["ISIN", "Environment", "State", "Entries", "Last looked at"],
                &html! { @for one in registers { (row(one)) } },
            ))
            @for one in registers.iter().filter(|one| !one.contradictions.is_empty()) { (contradicted(visitor, one)) }
        }
    }
}

fn row(one: &GatewayRegister) -> Markup {
    let state = if one.contradictions.is_empty() {
        "followed"
    } else {
        "split_view"
    };
    let latest = one.checkpoint.as_ref();
    html! {
        tr {
            td { (one.isin) }
            td { (one.environment) }
            td { span data-register=(state) { (state) } }
            td { @if let Some(size) = latest.and_then(|latest| latest.size) { (size) } }
            td { @if let Some(latest) = latest { (render::moment(&latest.checked_at)) } }
        }
    }
}

fn contradicted(visitor: &Visitor, one: &GatewayRegister) -> Markup {
    let action = format!(
        "/configuration/registers/{}/{}/follow-anew",
        one.environment, one.isin
    );
    html! {
        article {
            h3 { "Register " (one.isin) " in " (one.environment) " contradicts itself" }
            p { "Below is what its log signed: keep it, and ask the registrar for an explanation. What was kept before stays, also after you follow the log anew." }
            @if let Some(kept) = &one.checkpoint { (signed("Kept", kept)) }
            @for other in &one.contradictions { (signed(other.contradiction.as_deref().unwrap_or_default(), other)) }
            (render::button(visitor, &action, "Follow it anew"))
        }
    }
}

fn signed(title: &str, one: &GatewayCheckpoint) -> Markup {
    html! {
        details {
            summary { (title) ", seen " (render::moment(&one.seen_at)) }
            p { code { (one.public_key) } }
            pre { (one.note) }
        }
    }
}
