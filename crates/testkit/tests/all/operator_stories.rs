//! What comes by letter, on the pages from the first form to the statement, as `docs/operations.md` tells it: two people of the registrar's, and nothing but a browser.

use cashlink::inventory;
use domain::{PlatformRole, Products, RegistrarRole, Role};
use registry::Caller;
use rstest::rstest;
use serde_json::Value;
use testkit::app::eventually;
use testkit::browser::{Browser, Human};
use testkit::{Backend, Partner, TestApp};

use crate::transfers::Holder;

/// A holder of three units, and two people at their browsers.
struct Desk {
    app: TestApp,
    partner: Partner,
    holder: Holder,
    order: String,
    one: Browser,
    two: Browser,
    /// Of the platform whose customer the holder is.
    adviser: Browser,
}

impl Desk {
    async fn open(backend: Backend) -> Self {
        let app = TestApp::start(backend).await;
        let partner = app.partner(0).await;
        let (holder, mut orders) = Holder::of_units(&app, &partner, &[3]).await;
        let caller = Caller::network("a test");
        let known = inventory::read(&app.app.registry, &caller).await.unwrap();
        let sample: Value = serde_json::from_str(cashlink::SAMPLE_NETWORK).unwrap();
        let first = sample["platforms"][0]["name"].as_str().unwrap();
        let mut platforms = known.platforms.iter();
        let platform = platforms.find(|one| one.name == first).unwrap();
        let person = async |role: Role, email: &str| {
            let human = Human::with_role(&app, role, Products::All, email).await;
            human.browser
        };
        let role = Role::Registrar(RegistrarRole::Operator);
        let one = person(role.clone(), "one@example.com").await;
        let two = person(role, "two@example.com").await;
        let role = Role::Platform(platform.id, PlatformRole::Member);
        let adviser = person(role, "adviser@example.com").await;
        Self {
            order: orders.remove(0),
            app,
            partner,
            holder,
            one,
            two,
            adviser,
        }
    }

    fn page(&self, name: &str) -> String {
        format!("/console/registers/{}/{name}", self.partner.product_id)
    }

    /// One fills the form in with the document that came, and another confirms what it leads to.
    async fn decide(&mut self, form: &str, fields: &[(&str, &str)]) {
        let (form, reason) = (self.page(form), "It came by letter.");
        let letter = testkit::people::pdf("letter");
        self.one.visit(&form).await.ok().says("multipart/form-data");
        let fields = [fields, &[("reason", reason)]].concat();
        let proposed = self
            .one
            .upload(&form, &fields, ("letter.pdf", &letter))
            .await;
        let decision = proposed
            .location
            .clone()
            .unwrap_or_else(|| panic!("{proposed:?}"));
        let confirm = format!("{decision}/confirm");
        self.one.visit(&decision).await.ok();
        let alone = self.one.submit(&confirm, &[]).await;
        alone.refused("four_eyes_required");
        self.two.visit(&decision).await.ok().says(reason);
        self.two.submit(&confirm, &[]).await.leads_to(&decision);
    }

    /// Waits for it; what the list of the network says of it.
    async fn entered(&self, list: &str, status: &str) -> Value {
        let registrar = self.app.registrar().await;
        let what = format!("one of {list} is {status}");
        eventually(&what, async || {
            let all = registrar.get(&format!("{list}/")).await.expect(200);
            let mut all = all["results"].as_array().unwrap().iter().cloned();
            all.find(|one| one["status"] == status)
        })
        .await
    }

    /// The statement of the holder's change is on the platform's page of its investment, and opens.
    async fn statement(&mut self, count: usize) {
        crate::statements::ready(&self.partner, &self.order, count).await;
        let environment = &self.app.environment(0).name;
        let page = format!(
            "/console/environments/{environment}/investments/{}",
            self.order
        );
        let shown = self.adviser.visit(&page).await.ok();
        let before = format!("/console/environments/{environment}/statements/");
        let links = shown.all_between(&before, "\"");
        assert_eq!(links.len(), count, "{links:?}");
        for link in links {
            self.adviser.look(&format!("{before}{link}")).await.ok();
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_18_an_inheritance_and_its_reversal_are_done_on_pages_from_letter_to_statement(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let heir = Holder::new(&desk.app, &desk.partner).await;
    let wallets = (
        desk.holder.customer.wallet.clone(),
        heir.customer.wallet.clone(),
    );
    let fields = [
        ("ground", "succession"),
        ("wallet_id", wallets.0.as_str()),
        ("target_wallet_id", wallets.1.as_str()),
        ("legal_basis", "Certificate of inheritance, 7 VI 123/26"),
    ];
    desk.decide("reregistration", &fields).await;
    let moved = desk.entered("reregistrations", "entered").await;
    let operations = desk.page("operations");
    desk.one.visit(&operations).await.ok().says("Inheritance");
    desk.statement(2).await;

    // It was the wrong heir.
    let entry = moved["entry"].to_string();
    let fields = [
        ("entry", entry.as_str()),
        ("cause", "no_instruction"),
        ("legal_basis", "Finding of 2 March"),
    ];
    desk.decide("reversal", &fields).await;
    desk.entered("reregistrations", "reversed").await;
    desk.one.visit(&operations).await.ok().says("Reversal");
    desk.statement(3).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_a_pledge_is_done_on_pages_from_letter_to_statement(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let wallet = desk.holder.customer.wallet.clone();
    let fields = [
        ("kind", "pledge"),
        ("authority", "holder"),
        ("wallet_id", wallet.as_str()),
        ("units", "2"),
        ("beneficiary.name", "Sparkasse Musterstadt"),
        ("beneficiary.seat", "Musterstadt"),
        ("legal_basis", "Pledge agreement of 2 March"),
    ];
    desk.decide("restriction", &fields).await;
    let entered = desk.entered("restrictions", "entered").await;
    let page = format!("/console/restrictions/{}", testkit::client::id(&entered));
    desk.one
        .visit(&page)
        .await
        .ok()
        .says("Sparkasse Musterstadt");
    desk.statement(2).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_11_a_lost_key_is_done_on_pages_from_letter_to_statement(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let investor = desk.holder.customer.investor.clone();
    let new = Holder::with_wallet(&desk.partner, investor).await;
    let wallets = (
        desk.holder.customer.wallet.clone(),
        new.customer.wallet.clone(),
    );
    let fields = [
        ("ground", "lost_key"),
        ("wallet_id", wallets.0.as_str()),
        ("target_wallet_id", wallets.1.as_str()),
        ("identified_on", "2026-01-05"),
        ("legal_basis", "Identification of 5 January 2026"),
    ];
    desk.decide("reregistration", &fields).await;
    desk.entered("reregistrations", "entered").await;
    let operations = desk.page("operations");
    desk.one.visit(&operations).await.ok().says("Lost key");
    desk.statement(2).await;
}
