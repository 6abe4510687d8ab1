//! Every command of the command line that changes something leaves a line in the audit log: with who acted, what, on what, and when.

use database::Sql;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, TestApp, WebhookSink};

use crate::transfers::Holder;

/// What a command leaves behind.
enum Leaves {
    /// It changes nothing in the network.
    Nothing,
    /// A line, when it is given with these words; those in capitals are found in the network.
    Line(&'static str),
    /// A line, which is not looked at here: it needs a network of its own, or more than one step.
    LineElsewhere,
}

use Leaves::{Line, LineElsewhere, Nothing};

const COMMANDS: &[(&str, Leaves)] = &[
    ("demo", Nothing),
    ("serve", Nothing),
    // It keeps a row of its own for each step, with the time.
    ("migrate", Nothing),
    ("config", Nothing),
    ("new-master-key", Nothing),
    ("admin list", Nothing),
    ("admin create operator", Line("--name Neumann")),
    ("admin create issuer", Line("--name Uferbau")),
    ("admin create partner", Line("--name Nordlicht")),
    ("admin create environment", Line("--name versuch")),
    (
        "admin create product",
        Line(
            "--issuer ISSUER --file ASSET --account-holder ISSUER --iban DE53500105173569146251 --bic INGDDEFFXXX",
        ),
    ),
    (
        "admin create listing",
        Line("--product NEWISIN --partner PARTNER"),
    ),
    (
        "admin create campaign",
        Line("--product NEWISIN --partner PARTNER --name Zweite --allocation 10"),
    ),
    (
        "admin create credential",
        Line("--kind network --party Neumann"),
    ),
    (
        "admin create person",
        Line("--role operator --email neu@example.org"),
    ),
    ("admin commands list", Nothing),
    ("admin commands explain", Nothing),
    ("admin commands retry", Line("COMMAND")),
    ("admin deliveries list", Nothing),
    ("admin deliveries retry", Line("DELIVERY")),
    ("admin erase", Line("INVESTOR")),
    ("admin gateway on", Line("--party PARTNER")),
    ("admin gateway credential", Line("--party PARTNER")),
    ("admin gateway off", Line("--party PARTNER")),
    ("admin gateway status", Nothing),
    ("admin gateway list", Nothing),
    ("admin mails list", Nothing),
    ("admin mails retry", Line("MAIL")),
    ("admin operations list", Nothing),
    ("admin operations show", Nothing),
    ("admin operations document", Line("FILE")),
    (
        "admin operations propose restriction",
        Line(
            "--product ISIN --kind freeze --authority court --wallet WALLET --units 1 --beneficiary Finanzamt --seat Bonn --document DOCUMENT --legal-basis Order --reason Order",
        ),
    ),
    ("admin operations confirm", Line("DECISION")),
    ("admin operations propose reregistration", LineElsewhere),
    ("admin operations propose reversal", LineElsewhere),
    ("admin operations propose release", LineElsewhere),
    ("admin revoke", Line("CLIENT")),
    ("admin rotate-master-key", LineElsewhere),
    ("register verify", Nothing),
    ("register as-of", Nothing),
    ("register export", LineElsewhere),
    ("register due", Nothing),
    ("register hand-over", LineElsewhere),
    ("register import", LineElsewhere),
    ("register rules", Nothing),
    ("register statement", LineElsewhere),
    ("register verify-proof", Nothing),
    ("register verify-statement", Nothing),
    ("dlt costs", Nothing),
    ("dlt estimate", Nothing),
    ("dlt pending", Nothing),
    ("dlt keys", Nothing),
    ("dlt keystore new", Nothing),
    ("dlt keystore import", Nothing),
    ("dlt rotate-key", LineElsewhere),
    ("backup", Nothing),
    ("restore", LineElsewhere),
    ("listen", Nothing),
    ("conformance", Nothing),
    // A partner's own program, with its own database.
    ("gateway status", Nothing),
    ("gateway drift", Nothing),
    ("gateway registers", Nothing),
    ("gateway add-client", Nothing),
    ("gateway add-environment", Nothing),
    ("gateway remove-environment", Nothing),
    ("gateway follow-register-anew", Nothing),
    ("openapi", Nothing),
];

#[test]
fn ops_06_each_command_is_known_with_what_it_leaves() {
    let mut known: Vec<_> = COMMANDS
        .iter()
        .map(|(words, _)| (*words).to_owned())
        .collect();
    let mut given = cashlink::cli::commands();
    known.sort();
    given.sort();
    assert_eq!(known, given);
}

const FAILED_COMMAND: Sql = Sql("update dlt_commands
set status = 'failed', batch_id = null
where id = (select id from dlt_commands order by id limit 1)
returning id");
const FAILED_MAIL: Sql = Sql("update mails
set status = 'failed'
where id = (select id from mails order by id limit 1)
returning id");
const DELIVERY: Sql = Sql("select max(id) from webhook_deliveries where finished_at is null");

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ops_06_each_command_that_changes_something_leaves_a_line(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network with a holder, somebody who was never identified, a webhook on its way, a failed command and a failed mail.
    let mut app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[5]).await;
    let registrar = app.registrar().await;
    app.start_gateways();
    app.stop_workers().await;
    let sink = WebhookSink::start().await;
    partner.subscribe(&sink).await;
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    partner.invest(&holder.customer, 1, known).await;
    let somebody = partner.investor().await;
    let sample: Value = serde_json::from_str(cashlink::SAMPLE_NETWORK).unwrap();
    let mut asset = sample["assets"][0].clone();
    asset["isin"] = json!("DE000A4AUD19");
    asset["environment"] = json!("versuch");
    asset["name"] = json!("Versuch");
    asset["symbol"] = json!("VERS");
    asset["campaigns"] = json!([]);
    let folder = tempfile::tempdir().unwrap();
    let (asset_file, pdf) = (folder.path().join("a.json"), folder.path().join("d.pdf"));
    std::fs::write(&asset_file, asset.to_string()).unwrap();
    std::fs::write(&pdf, testkit::people::pdf("An order")).unwrap();
    let issuer = sample["issuers"][0]["name"].as_str().unwrap();
    let platform = sample["platforms"][0]["name"].as_str().unwrap();
    let db = app.app.registry.db.clone();
    let uuid = async |sql: Sql| {
        let found = db.write(move |tx| tx.query_one(sql, &[])).await.unwrap();
        found.get::<uuid::Uuid>(0).unwrap().to_string()
    };

    let (mut silent, mut count) = (Vec::new(), 0);
    for (words, leaves) in COMMANDS {
        let Line(line) = leaves else { continue };
        let Some(words) = words.strip_prefix("admin ") else {
            panic!("{words} is run elsewhere");
        };
        // When it is given by somebody who gives no other.
        let operator = format!("who did {words}");
        let mut given: Vec<String> = ["admin", "--operator", &operator].map(str::to_owned).into();
        for word in words.split(' ').chain(line.split(' ')) {
            given.push(match word {
                "ISSUER" => issuer.to_owned(),
                "PARTNER" => platform.to_owned(),
                "ASSET" => asset_file.display().to_string(),
                "FILE" => pdf.display().to_string(),
                "NEWISIN" => "DE000A4AUD19".to_owned(),
                "ISIN" => sample["assets"][0]["isin"].as_str().unwrap().to_owned(),
                "INVESTOR" => somebody.clone(),
                "WALLET" => holder.customer.wallet.clone(),
                "COMMAND" => uuid(FAILED_COMMAND).await,
                "MAIL" => uuid(FAILED_MAIL).await,
                "DOCUMENT" => uuid(Sql("select id from documents order by id desc limit 1")).await,
                "DELIVERY" => {
                    let found = db.read(|tx| tx.query_one(DELIVERY, &[])).await.unwrap();
                    found.get::<i64>(0).unwrap().to_string()
                }
                "DECISION" => {
                    let open = registrar.get("decisions/?status=proposed").await;
                    id(&open.expect(200)["results"][0])
                }
                "CLIENT" => {
                    let clients = "select client_id from clients order by id desc limit 1";
                    let found = db.read(move |tx| tx.query_one(Sql(clients), &[])).await;
                    found.unwrap().get::<String>(0).unwrap()
                }
                word => word.to_owned(),
            });
        }
        let done = cashlink::admin::operate(&app.app, &given).await;
        done.unwrap_or_else(|error| panic!("{given:?}: {error:#}"));
        count += 1;

        // Then the line names it, what was done, to what, and when.
        let lines = registrar.get("audit/?page_size=100").await.expect(200);
        let lines = lines["results"].as_array().unwrap().clone();
        let own: Vec<&Value> = lines
            .iter()
            .filter(|line| line["actor"] == operator.as_str())
            .collect();
        match own.is_empty() {
            true => silent.push(words),
            false => {
                for line in own {
                    for field in ["action", "target", "at"] {
                        assert!(
                            line[field].as_str().is_some_and(|text| !text.is_empty()),
                            "{words}: {line}"
                        );
                    }
                }
            }
        }
    }
    assert_eq!(silent, Vec::<&str>::new());
    assert_eq!(
        count,
        COMMANDS
            .iter()
            .filter(|(_, leaves)| matches!(leaves, Line(_)))
            .count()
    );
}
