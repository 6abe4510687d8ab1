//! From an issuer's first page to the platform's four things, by people in browsers without JavaScript.

use domain::{IssuerId, Permissions, PlatformId, PlatformRole, Products, RegistrarRole, Role};
use rstest::rstest;
use testkit::browser::{Browser, Human};
use testkit::{Backend, Issuer, TestApp};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";

/// An issuer, a platform that does not know it yet, and the registrar.
struct People {
    issuer: Browser,
    platform: Browser,
    registrar: Browser,
    account: Issuer,
}

async fn people(app: &TestApp) -> People {
    let account = Issuer::join(app, FIRM).await;
    let issuer: IssuerId = account.account.parse().unwrap();
    let platform: PlatformId = account.platform("Spreeinvest").await.parse().unwrap();
    let browser = async |role: Role, email: &str| {
        Human::with_role(app, role, Products::All, email)
            .await
            .browser
    };
    People {
        issuer: browser(Role::Issuer(issuer, Permissions::all()), "i@example.com").await,
        platform: browser(
            Role::Platform(platform, PlatformRole::Admin),
            "p@example.com",
        )
        .await,
        registrar: browser(Role::Registrar(RegistrarRole::Operator), "r@example.com").await,
        account,
    }
}

/// The company of an issuer as its form sends it, with documents that were uploaded before.
async fn company(account: &Issuer) -> Vec<(String, String)> {
    let proofs = [
        account.document("extract").await,
        account.document("owners").await,
    ];
    let mut fields = Vec::new();
    for (name, value) in [
        ("legal_person.company_name", FIRM),
        ("legal_person.commercial_register", "Amtsgericht Lübeck"),
        ("legal_person.commercial_register_number", "HRB 40417"),
        ("legal_person.street", "Speicherkai 3"),
        ("legal_person.zip", "23552"),
        ("legal_person.city", "Lübeck"),
        ("legal_person.country", "DEU"),
        ("legal_person.company_identity_proof_id", &proofs[0]),
        ("legal_person.company_structure_proof_id", &proofs[1]),
        ("natural_person.forename", "Erika"),
        ("natural_person.surname", "Mustermann"),
        ("natural_person.birth_date", "1990-01-31"),
        ("natural_person.birth_place", "Berlin"),
        ("natural_person.citizenship", "DEU"),
        ("natural_person.street", "Hauptstr. 37"),
        ("natural_person.zip", "60316"),
        ("natural_person.city", "Frankfurt"),
        ("natural_person.country", "DEU"),
        ("natural_person.is_pep", "false"),
        ("natural_person.is_subject_to_us_tax", "false"),
        ("bank_account.account_holder", FIRM),
        ("bank_account.iban", "DE53500105173569146251"),
        ("bank_account.bic", "GENODEF1ERG"),
        ("bank_account.currency", "EUR"),
        ("step", "save"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields
}

/// A digital security as its form sends it.
fn product<'a>(issuer: &'a str, network: &'a str, isin: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("issuer_id", issuer),
        ("name", "Speicherkai Genussrecht 2034"),
        ("product_type", "PARTICIPATION_RIGHT"),
        ("ewpg", "false"),
        ("isin", isin),
        ("nominal_value", "100.00"),
        ("currency", "EUR"),
        ("max_issuable_amount", "5000"),
        ("step_size", "1"),
        ("payment_deadline", "14"),
        ("cancellation_deadline", "14"),
        ("network", network),
        ("publication_restricted", "false"),
        ("coupon.kind", "FIXED"),
        ("coupon.rate_percent", "4.5"),
        ("terms[0].name", "rank"),
        ("terms[0].value", "subordinated"),
        ("fees.commission_percent", "3"),
        ("step", "save"),
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_brought_chosen_and_opened_on_pages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let mut people = people(&app).await;

    // The issuer describes itself; what is wrong is said beside the field, and what was typed stays.
    let fields = company(&people.account).await;
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    people.issuer.visit("/console/issuers/new").await.ok();
    let mut wrong = fields.clone();
    wrong[22].1 = "nowhere";
    people
        .issuer
        .submit("/console/issuers/new", &wrong)
        .await
        .refused("invalid_body")
        .says("bank_account.bic-wrong")
        .says("Hauptstr. 37");
    people
        .issuer
        .submit("/console/issuers/new", &fields)
        .await
        .leads_to("/console/issuers");
    let issuers = people.issuer.visit("/console/issuers").await.ok();
    let issuer = issuers
        .between("<a href=\"/console/issuers/", "\">Speicherkai")
        .unwrap();
    let issuer = issuer.rsplit('/').next().unwrap().to_owned();

    // It brings a product.
    let network = app.app.ledger.network().name.clone();
    let new = "/console/issued/products/new";
    people.issuer.visit(new).await.ok().says(FIRM);
    people
        .issuer
        .submit(new, &product(&issuer, &network, "DE000A4SPK18"))
        .await
        .refused("invalid_body")
        .says("isin-wrong")
        .says("subordinated");
    let made = people
        .issuer
        .submit(new, &product(&issuer, &network, "DE000A4SPK17"))
        .await;
    let made = made.location.unwrap();
    let id = made.rsplit('/').next().unwrap().to_owned();
    people
        .issuer
        .visit(&made)
        .await
        .ok()
        .says("DE000A4SPK17")
        .says("100.00 EUR")
        .says("rank")
        .says("Its twin in the sandbox");

    // The platform finds it and asks for it.
    let asset = format!("/console/catalogue/{id}");
    people
        .platform
        .visit("/console/catalogue?search=speicherkai&minimum_up_to=100")
        .await
        .ok()
        .says(&asset);
    people
        .platform
        .visit("/console/catalogue?search=speicherkai&minimum_up_to=99")
        .await
        .ok()
        .is_silent_about(&asset);
    people
        .platform
        .visit("/console/catalogue?minimum_up_to=many")
        .await
        .refused("invalid_body");
    people.platform.visit(&asset).await.ok().says("Fixed, 4.5");
    let ask = format!("{asset}/request");
    people
        .platform
        .submit(&ask, &[("wanted_units", "5001")])
        .await
        .refused("invalid_body")
        .says("wanted_units-wrong");
    let wish = [("wanted_units", "500"), ("note", "For our savers.")];
    let asked = people.platform.submit(&ask, &wish).await;
    let request = asked.location.unwrap();

    // The issuer gives it some, which opens the sandbox; the registrar allows the pair, which opens the sale.
    people
        .issuer
        .visit(&request)
        .await
        .ok()
        .says("For our savers.");
    people
        .issuer
        .submit(&format!("{request}/accept"), &[("allocation", "300")])
        .await
        .leads_to(&request);
    people
        .platform
        .visit(&request)
        .await
        .ok()
        .says("sandbox-speicherkai");
    people
        .registrar
        .visit("/console/work")
        .await
        .ok()
        .says("Requests for assets to approve");
    people.registrar.visit(&request).await.ok().says("Approve");
    people
        .registrar
        .submit(&format!("{request}/approve"), &[])
        .await
        .leads_to(&request);

    // The platform has its four things; the secret is shown once.
    let selling = format!("/console/selling/{id}");
    people.platform.visit(&request).await.ok().says(&selling);
    let before = people.platform.visit(&selling).await.ok();
    let before = before.says("/environments/speicherkai-de000a4spk17/api/external");
    before.says("YOUR_CLIENT_SECRET");
    let made = people
        .platform
        .submit(&format!("{selling}/clients"), &[("name", "shop")])
        .await
        .ok();
    let secret = made.between("<code data-secret>", "<").unwrap();
    // It stands in the snippets of this answer too.
    assert!(made.body.matches(&secret).count() > 1);
    let after = people.platform.visit(&selling).await.ok();
    after.says("shop").is_silent_about(&secret);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_opens_accounts_and_allows_pairs(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let mut people = people(&app).await;
    let path = "/console/issuer-accounts";
    people.registrar.visit(path).await.ok().says(FIRM);
    people
        .registrar
        .submit(path, &[("company_name", FIRM)])
        .await
        .refused("issuer_exists");
    people
        .registrar
        .submit(
            path,
            &[
                ("company_name", "Mustermann & Söhne GmbH"),
                ("lei", "wrong"),
            ],
        )
        .await
        .refused("invalid_body")
        .says("lei-wrong");
    people
        .registrar
        .submit(path, &[("company_name", "Mustermann & Söhne GmbH")])
        .await
        .leads_to(path);

    // A pair is allowed and taken back.
    let platform = people.account.platform("Spreeinvest").await;
    let own = format!("{path}/{}", people.account.account);
    let pair = format!("{own}/platforms/{platform}");
    people.registrar.visit(&own).await.ok().says(&pair);
    for is_allowed in ["true", "false"] {
        people
            .registrar
            .submit(&pair, &[("is_allowed", is_allowed)])
            .await
            .leads_to(&own);
        let known = format!("distribution-platforms/{platform}/");
        let known = people.account.api.get(&known).await.expect(200);
        assert_eq!(known["is_allowed"].to_string(), is_allowed);
    }
}
