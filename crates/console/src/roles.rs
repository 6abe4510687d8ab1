//! What people may do, in words and as fields of a form.

use domain::{Organisation, Permission, PlatformRole, RegistrarRole, Role};
use maud::Markup;

use crate::parts::Form;
use crate::visitor::Visitor;

/// One choice, or an issuer's permissions one by one.
pub(crate) fn roles(form: &Form<'_>, organisation: Organisation, known: Option<&Role>) -> Markup {
    let visitor = form.visitor;
    let known = known.map(ToString::to_string).unwrap_or_default();
    let label = visitor.say("May do", "Darf");
    if let Organisation::Issuer(_) = organisation {
        let options = Permission::ALL.map(|permission| {
            let name = permission_name(visitor, permission);
            (permission.as_str().to_owned(), name.to_owned())
        });
        let ticked: Vec<String> = known.split_whitespace().map(str::to_owned).collect();
        return form.boxes("role", label, &options, &ticked);
    }
    let names: &[&str] = match organisation {
        Organisation::Registrar => &["operator", "auditor", "supervisor", "admin"],
        _ => &["member", "reader", "admin"],
    };
    let options: Vec<_> = names
        .iter()
        .filter_map(|name| Role::parse(organisation, name))
        .map(|role| (role.to_string(), role_name(visitor, &role)))
        .collect();
    form.select("role", label, &options, &known)
}

/// A role in words.
pub(crate) fn role_name(visitor: &Visitor, role: &Role) -> String {
    let name = match role {
        Role::Registrar(RegistrarRole::Admin) => {
            visitor.say("Operator and administrator", "Operator und Administrator")
        }
        Role::Registrar(RegistrarRole::Operator) => visitor.say("Operator", "Operator"),
        Role::Registrar(RegistrarRole::Auditor) => {
            visitor.say("Auditor (reads only)", "Prüfer (liest nur)")
        }
        Role::Registrar(RegistrarRole::Supervisor) => visitor.say(
            "Supervisor (reads only, holders' names too)",
            "Aufsicht (liest nur, auch Namen der Inhaber)",
        ),
        Role::Platform(_, PlatformRole::Admin) => visitor.say(
            "Administrator: sells, credentials, members",
            "Administrator: Vertrieb, Zugangsdaten, Mitglieder",
        ),
        Role::Platform(_, PlatformRole::Member) => visitor.say("Sells", "Vertrieb"),
        Role::Platform(_, PlatformRole::Reader) => visitor.say("Reads only", "Liest nur"),
        Role::Issuer(_, permissions) => {
            let names: Vec<_> = permissions
                .iter()
                .map(|one| permission_name(visitor, one))
                .collect();
            return names.join(", ");
        }
    };
    name.to_owned()
}

fn permission_name(visitor: &Visitor, permission: Permission) -> &'static str {
    match permission {
        Permission::ViewData => visitor.say("View data", "Daten ansehen"),
        Permission::ManageDistribution => visitor.say("Manage distribution", "Vertrieb verwalten"),
        Permission::ManageData => visitor.say("Manage data", "Daten verwalten"),
        Permission::ManageApprovals => visitor.say("Manage approvals", "Annahmen verwalten"),
        Permission::ManageIncomingPayments => {
            visitor.say("Manage incoming payments", "Zahlungseingänge verwalten")
        }
        Permission::ManageCreditDigitalSecurities => visitor.say(
            "Credit digital securities",
            "Digitale Wertpapiere gutschreiben",
        ),
        Permission::ManageRedemptions => {
            visitor.say("Manage redemptions", "Rückzahlungen verwalten")
        }
        Permission::DownloadStatistics => {
            visitor.say("Download statistics", "Statistiken herunterladen")
        }
        Permission::ManageMembers => visitor.say("Manage members", "Mitglieder verwalten"),
    }
}
