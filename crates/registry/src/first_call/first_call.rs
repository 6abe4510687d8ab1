use cashlink_sdk::{Environment, blocking::Client};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let environment = Environment {
        url: "{{environment_url}}".to_owned(),
        client_id: "{{client_id}}".to_owned(),
        client_secret: "{{client_secret}}".to_owned(),
    };
    let campaign = "{{campaign_id}}".parse()?;
    println!("{:?}", Client::new(environment)?.distributor().get_campaign(campaign)?);
    Ok(())
}
