//! The main job: two customers, two assets, two ways to acceptance and payment, one receiver of webhooks.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::client::id;
use testkit::{Backend, Customer, Partner, TestApp, WebhookSink, chain, people};

const WAY: [&str; 4] = ["WAITING_FOR_ACCEPTANCE", "ACCEPTED", "PAID", "DELIVERED"];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_sold_from_campaign_to_token(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a broker at two environments, with one receiver of webhooks, and the same two customers with the same wallets in both.
    let app = TestApp::start(backend).await;
    let (first, second) = (app.partner(0).await, app.partner(1).await);
    let sink = WebhookSink::start().await;
    first.subscribe(&sink).await;
    second.subscribe(&sink).await;
    let addresses = [people::wallet_address(), people::wallet_address()];
    let at_first = open_accounts(&first, &addresses).await;
    let at_second = open_accounts(&second, &addresses).await;

    // When the broker reports acceptance and payment at the first, where it has the mandates …
    let known = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let person = first.invest(&at_first[0], 12, known).await;
    let company = first
        .invest(&at_first[1], 30, json!({"accepted_at": app.ago(30)}))
        .await;
    let path = format!("investments/{}/", id(&company));
    first
        .api
        .patch(&path, &json!({"paid_at": app.ago(10)}))
        .await
        .expect(200);

    // … and the issuer decides at the second.
    let issuer = app.issuer(1).await;
    let mut orders = vec![
        (&first, 0, id(&person), 12, &addresses[0]),
        (&first, 0, id(&company), 30, &addresses[1]),
    ];
    for (customer, units) in at_second.iter().zip([4, 8]) {
        let order = id(&second.invest(customer, units, json!({})).await);
        issuer
            .post(&format!("investments/{order}/accept/"), &json!({}))
            .await
            .expect(200);
        issuer
            .post(&format!("investments/{order}/mark-paid/"), &json!({}))
            .await
            .expect(200);
        orders.push((
            &second,
            1,
            order,
            units,
            &at_second[usize::from(units == 8)].address,
        ));
    }

    // Then the registrar delivers, the receiver hears of every step, signed and in order, and maps it by investment.
    for (partner, _, order, units, address) in &orders {
        let delivered = partner.reaches(order, "DELIVERED").await;
        assert_eq!(delivered["remaining_units"], *units);
        assert_eq!(
            delivered["wallet_address"].as_str().unwrap().to_lowercase(),
            **address
        );
        assert!(
            delivered["transaction_hash"]
                .as_str()
                .unwrap()
                .starts_with("0x")
        );
        sink.told(order, "DELIVERED").await;
        let of_order = sink.of_investment(order);
        let statuses: Vec<&str> = of_order
            .iter()
            .map(|received| received.text("status"))
            .filter(|status| !status.is_empty())
            .collect();
        assert_eq!(statuses, WAY);
        assert!(
            of_order
                .iter()
                .all(|received| received.is_genuine(&sink.secret))
        );
        let counted: Vec<u64> = of_order
            .iter()
            .map(|received| received.event["sequence"].as_u64().unwrap())
            .collect();
        assert_eq!(counted, (1..=counted.len() as u64).collect::<Vec<_>>());
    }

    // And the chain, the register and the API say the same.
    for (_, index, order, units, address) in &orders {
        assert_eq!(
            chain::balance(&app, *index, address).await,
            *units,
            "{order}"
        );
        let register = app.register(*index).await;
        assert_eq!(held_in(&register, address), *units);
        let sum: u64 = holdings(&register)
            .iter()
            .map(|holding| holding["units"].as_u64().unwrap())
            .sum();
        assert_eq!(register["issue_volume"], sum);
    }

    // And a new address reaches both environments without touching the identification.
    for (partner, accounts) in [(&first, &at_first), (&second, &at_second)] {
        for account in accounts {
            let path = format!("investors/{}/", account.investor);
            let moved = json!({"natural_person": {"street": "Am Neuen Ufer 5", "zip": "20457", "city": "Hamburg"}});
            let investor = partner.api.patch(&path, &moved).await.expect(200);
            assert_eq!(investor["natural_person"]["street"], "Am Neuen Ufer 5");
            assert_eq!(investor["natural_person"]["surname"], "Vogelsang-Möwe");
            assert_eq!(investor["kyc_status"], "SUCCESS");
        }
    }
}

/// A natural person and a company, identified, with these wallets.
async fn open_accounts(partner: &Partner, addresses: &[String; 2]) -> Vec<Customer> {
    let person = partner.investor().await;
    let company = partner.company().await;
    let path = format!("investors/{company}/benefiting-persons/");
    partner
        .api
        .post(&path, &people::benefiting_person())
        .await
        .expect(201);
    let mut accounts = Vec::new();
    for (investor, address) in [person, company].into_iter().zip(addresses) {
        assert_eq!(partner.identify(&investor).await["status"], "SUCCESS");
        let wallet = partner.wallet(&investor, address).await;
        assert_eq!(wallet["eligible"], true);
        accounts.push(Customer {
            investor,
            wallet: id(&wallet),
            address: address.clone(),
        });
    }
    accounts
}

fn holdings(register: &Value) -> &[Value] {
    register["holdings"].as_array().unwrap()
}

fn held_in(register: &Value, address: &str) -> u64 {
    let own = holdings(register).iter().filter(|holding| {
        holding["wallet_address"]
            .as_str()
            .unwrap()
            .eq_ignore_ascii_case(address)
    });
    own.map(|holding| holding["units"].as_u64().unwrap()).sum()
}
