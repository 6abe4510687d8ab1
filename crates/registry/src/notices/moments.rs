//! The moments that come from an operation.

use database::Tx;
use domain::{AssetRequestStatus, Decision, IssuerId, Organisation, PlatformId};
use storage::applications::ApplicationRecord;
use storage::asset_requests::AssetRequestRecord;
use storage::clients::{Client, ClientKind};
use storage::products::ProductRecord;

use super::{About, last_day, links, readers, tell};
use crate::caller::Party;
use crate::mail::letters::{self, ClientChange};
use crate::{Caller, Error, Registry, Result, Right};

/// An application was handed in: who applies hears that it arrived, the registrar that its time runs.
pub(crate) fn application_received(
    registry: &Registry,
    tx: &mut Tx,
    record: &ApplicationRecord,
) -> Result<()> {
    let company = firm(tx, record.platform)?;
    let due = record.answer_due_at.unwrap_or(record.changed_at);
    let due = last_day(due);
    for (organisation, right) in both(record) {
        let link = links::application(registry, record.id);
        tell(
            registry,
            tx,
            (organisation, right),
            About::Organisation,
            |language| letters::application_received(language, &company, due, &link),
        )?;
    }
    Ok(())
}

/// Somebody has asked or answered: the other side hears of it.
pub(crate) fn application_message(
    registry: &Registry,
    tx: &mut Tx,
    writer: &Caller,
    record: &ApplicationRecord,
) -> Result<()> {
    let company = firm(tx, record.platform)?;
    let [applicant, registrar] = both(record);
    let (organisation, right) = match writer.party {
        Party::Registrar => applicant,
        _ => registrar,
    };
    let link = links::application(registry, record.id);
    tell(
        registry,
        tx,
        (organisation, right),
        About::Organisation,
        |language| letters::application_question(language, &company, &link),
    )?;
    Ok(())
}

/// An application is decided.
pub(crate) fn application_decided(
    registry: &Registry,
    tx: &mut Tx,
    record: &ApplicationRecord,
    decision: letters::Decision,
) -> Result<()> {
    let company = firm(tx, record.platform)?;
    let [(applicant, right), _] = both(record);
    let link = links::application(registry, record.id);
    tell(
        registry,
        tx,
        (applicant, right),
        About::Organisation,
        |language| letters::application_decided(language, &company, decision, &link),
    )?;
    Ok(())
}

/// The time to answer an application ends soon, or is over.
pub(crate) fn application_due(
    registry: &Registry,
    tx: &mut Tx,
    record: &ApplicationRecord,
) -> Result<()> {
    let Some(due) = record.answer_due_at else {
        return Ok(());
    };
    let company = firm(tx, record.platform)?;
    let [_, (registrar, right)] = both(record);
    let link = links::application(registry, record.id);
    tell(
        registry,
        tx,
        (registrar, right),
        About::Organisation,
        |language| letters::application_due(language, &company, last_day(due), &link),
    )?;
    Ok(())
}

/// A platform was suspended, was readmitted, or has left; of the last the registrar hears too, who decided the others.
pub(crate) fn standing_changed(
    registry: &Registry,
    tx: &mut Tx,
    platform: PlatformId,
    standing: letters::Standing,
) -> Result<()> {
    let company = firm(tx, platform)?;
    let mut addressees = vec![(Organisation::Platform(platform), Right::WritePlatform)];
    if standing == letters::Standing::Left {
        addressees.push((Organisation::Registrar, Right::WriteNetwork));
    }
    for (organisation, right) in addressees {
        let link = links::participation(registry, organisation, platform);
        tell(
            registry,
            tx,
            (organisation, right),
            About::Organisation,
            |language| letters::standing_changed(language, &company, standing, &link),
        )?;
    }
    Ok(())
}

/// A decision waits for a second person: everybody but the first hears of it.
pub(crate) fn decision_waits(
    registry: &Registry,
    tx: &mut Tx,
    proposer: &Caller,
    decision: &Decision,
) -> Result<()> {
    let link = links::decision(registry, decision.id);
    for reader in readers(registry, tx, Organisation::Registrar, Right::WriteNetwork)? {
        if Some(reader.person.id) != proposer.person {
            let letter = letters::decision_waits(reader.person.language, decision.kind, &link);
            reader.write(registry, tx, letter)?;
        }
    }
    Ok(())
}

/// Credentials were made, renewed or revoked. Who did it hears of it too: it may have been somebody else in his name.
pub(crate) fn client_changed(
    registry: &Registry,
    tx: &mut Tx,
    client: &Client,
    change: ClientChange,
) -> Result<()> {
    let link = links::client(registry, client.id);
    tell(
        registry,
        tx,
        (holder(client), Right::WriteClients),
        About::Organisation,
        |language| letters::client_changed(language, &client.client_id, change, &link),
    )?;
    Ok(())
}

/// The registrar has decided about a crypto security.
pub(crate) fn product_decided(
    registry: &Registry,
    tx: &mut Tx,
    record: &ProductRecord,
    decision: letters::Decision,
) -> Result<()> {
    let product = &record.product;
    let issuer = (
        Organisation::Issuer(account(tx, product.issuer_id)?),
        Right::WriteIssuedProducts,
    );
    let link = links::product(registry, product.id);
    tell(
        registry,
        tx,
        issuer,
        About::Product(product.id),
        |language| letters::product_decided(language, &product.name, decision, &link),
    )?;
    Ok(())
}

/// A platform asks for an asset: who brings products for its issuer has to answer.
pub(crate) fn asset_requested(
    registry: &Registry,
    tx: &mut Tx,
    record: &AssetRequestRecord,
) -> Result<()> {
    let link = links::asset_request(registry, record.id);
    let issuer = Organisation::Issuer(record.account);
    let (company, asset) = (&record.platform_name, &record.product_name);
    tell(
        registry,
        tx,
        (issuer, Right::AcceptAssetRequests),
        About::Product(record.product),
        |language| letters::asset_requested(language, company, asset, &link),
    )?;
    Ok(())
}

/// The issuer agrees: the platform can sell, or try in the sandbox until the registrar has allowed the pair, who hears of that too.
pub(crate) fn asset_request_accepted(
    registry: &Registry,
    tx: &mut Tx,
    record: &AssetRequestRecord,
) -> Result<()> {
    if record.status == AssetRequestStatus::Live {
        return asset_request_decided(registry, tx, record, letters::Decision::Approved);
    }
    let link = links::asset_request(registry, record.id);
    for (organisation, right) in [
        (
            Organisation::Platform(record.platform),
            Right::WritePlatform,
        ),
        (Organisation::Registrar, Right::WriteNetwork),
    ] {
        let (company, asset) = (&record.platform_name, &record.product_name);
        tell(
            registry,
            tx,
            (organisation, right),
            About::Organisation,
            |language| letters::asset_request_accepted(language, company, asset, &link),
        )?;
    }
    Ok(())
}

/// A request for an asset is decided: the platform can sell it, or reads the reason.
pub(crate) fn asset_request_decided(
    registry: &Registry,
    tx: &mut Tx,
    record: &AssetRequestRecord,
    decision: letters::Decision,
) -> Result<()> {
    let link = links::asset_request(registry, record.id);
    tell(
        registry,
        tx,
        (
            Organisation::Platform(record.platform),
            Right::WritePlatform,
        ),
        About::Organisation,
        |language| letters::asset_request_decided(language, &record.product_name, decision, &link),
    )?;
    Ok(())
}

/// Whose people look after a client.
pub(super) fn holder(client: &Client) -> Organisation {
    match (client.kind, client.platform, client.issuer) {
        (ClientKind::Distributor | ClientKind::Platform, Some(platform), _) => {
            Organisation::Platform(platform)
        }
        (ClientKind::Issuer, _, Some(issuer)) => Organisation::Issuer(issuer),
        _ => Organisation::Registrar,
    }
}

/// The applicant's people, then the registrar's.
fn both(record: &ApplicationRecord) -> [(Organisation, Right); 2] {
    [
        Organisation::Platform(record.platform),
        Organisation::Registrar,
    ]
    .map(|organisation| (organisation, Right::WriteApplications))
}

fn firm(tx: &mut Tx, platform: PlatformId) -> Result<String> {
    let standing = storage::platforms::find(tx, platform)?;
    Ok(standing.ok_or(Error::NotFound("platform"))?.name)
}

fn account(tx: &mut Tx, issuer: IssuerId) -> Result<IssuerId> {
    let found = storage::issuers::find(tx, &storage::Scope::ALL, issuer)?;
    Ok(found.ok_or(Error::NotFound("issuer"))?.account)
}
