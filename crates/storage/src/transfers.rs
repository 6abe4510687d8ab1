//! Transfers between investors: instructions with two wallets, and the investments that give the units.

mod sides;

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    Address, CampaignId, Ground, InstructionId, InvestmentId, InvestorId, PlatformId, ProductId,
    Recipient, RedemptionId, Timestamp, Units, WalletId,
};

use crate::columns::{Columns, opt_time};
use crate::dlt_commands::CommandKind;
use crate::instructions::{self, Evidence, InstructionRecord};
use crate::{Scope, holdings};

pub use sides::{SideRecord, side, side_at};

// What instructions that have not ended yet will take from a wallet, and what waits there to be redeemed.
const BOUND: Sql = Sql("select cast(
(select coalesce(sum(t.units), 0)
from instructions i
join transfers t on t.instruction_id = i.id
where i.product_id = $1
and i.status = 'processing'
and t.source_address = $2
and i.sequence < $3)
+ (select coalesce(sum(r.units), 0)
from redemptions r
where r.product_id = $1
and r.source_address = $2
and r.status in ('awaiting_payment', 'paid')
and (r.id <> $4 or $4 is null))
as bigint)");

const WAITING: Sql = Sql("select t.units, t.third_party_address, t.assurance_version
from instructions i
join transfers t on t.instruction_id = i.id
where i.product_id = $1
and i.status = 'processing'
and t.source_address = $2
and i.sequence < $3
order by i.sequence");

const INSERT: Sql = Sql("insert into transfers
(instruction_id, source_wallet_id, source_address, target_wallet_id, target_address, target_investor_id, units, nonce, deadline, third_party_address, assurance_version, assurance_signature)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");

const FIND: Sql = Sql("select i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, t.source_wallet_id, t.source_address, t.target_wallet_id, t.target_address, t.target_investor_id, t.units, t.investment_id, t.third_party_address, t.assurance_version, t.assurance_signature, g.ground, (select x.entry_sequence from register_commitments k join reregistrations x on x.product_id = k.product_id and x.reverses = k.sequence where k.investment_id = t.investment_id and x.entry_sequence is not null)
from instructions i
join transfers t on t.instruction_id = i.id
left join reregistrations g on g.instruction_id = i.id
where i.id = $1
and (i.environment_id = $2 or $2 is null)
and (i.platform_id = $3 or $3 is null)");

const COUNT: Sql = Sql("select count(*)
from instructions i
join transfers t on t.instruction_id = i.id
where (i.environment_id = $1 or $1 is null)
and (i.platform_id = $2 or $2 is null)");

const LIST: Sql = Sql("select i.id, i.product_id, i.sequence, i.environment_id, i.platform_id, i.investor_id, i.authority, i.means, i.received_at, i.status, i.code, i.transaction_hash, i.ended_at, t.source_wallet_id, t.source_address, t.target_wallet_id, t.target_address, t.target_investor_id, t.units, t.investment_id, t.third_party_address, t.assurance_version, t.assurance_signature, g.ground, (select x.entry_sequence from register_commitments k join reregistrations x on x.product_id = k.product_id and x.reverses = k.sequence where k.investment_id = t.investment_id and x.entry_sequence is not null)
from instructions i
join transfers t on t.instruction_id = i.id
left join reregistrations g on g.instruction_id = i.id
where (i.environment_id = $1 or $1 is null)
and (i.platform_id = $2 or $2 is null)
order by i.id
limit $3 offset $4");

// The oldest delivery gives first; of two in one block the one that was ordered first.
const GIVING: Sql = Sql("select id, remaining_units
from investments
where investor_id = $1
and product_id = $2
and wallet_address = $3
and status = 'DELIVERED'
and remaining_units > 0
order by delivered_at, id
for update");

const SINCE: Sql = Sql("select remaining_units, delivered_at
from investments
where investor_id = $1
and product_id = $2
and wallet_address = $3
and status = 'DELIVERED'
and remaining_units > 0");

const INSERT_PART: Sql = Sql("insert into transfer_parts
(instruction_id, investment_id, units)
values ($1, $2, $3)");

const SET_INVESTMENT: Sql = Sql("update transfers
set investment_id = $2
where instruction_id = $1");

// The platform's own sale; where it has none, the one that the units come from.
const CAMPAIGN: Sql = Sql("select coalesce(
(select c.id from campaigns c where c.product_id = $1 and c.platform_id = $2 order by c.id limit 1),
(select v.campaign_id from investments v where v.id = $3))");

/// A transfer as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRecord {
    /// The instruction.
    pub order: InstructionRecord,
    /// Where units leave.
    pub source: Recipient,
    /// Where they go.
    pub target: Target,
    /// How many.
    pub units: Units,
    /// The recipient's investment, once there is one.
    pub investment: Option<InvestmentId>,
    /// The key of the third party that has instructed in the holder's place.
    pub third_party: Option<Address>,
    /// What the holder has assured.
    pub assurance: Option<Assurance>,
    /// On what it rests if the registrar re-registers without the holder's signature.
    pub ground: Option<Ground>,
    /// The entry that has reversed it.
    pub reversed_by: Option<u64>,
}

/// Where units go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this wallet of this investor.
    Investor(Recipient, InvestorId),
    /// Back to the issuer, to the token's own address.
    Issuer(Address),
}

impl Target {
    /// The address.
    pub const fn address(&self) -> Address {
        match self {
            Self::Investor(recipient, _) => recipient.address,
            Self::Issuer(address) => *address,
        }
    }
}

impl TransferRecord {
    /// What carries it out, and what the queue calls it.
    pub const fn kind(&self) -> CommandKind {
        match self.ground {
            None => CommandKind::Transfer,
            Some(Ground::LostKey) => CommandKind::Replacement,
            Some(Ground::Reversal) => CommandKind::Reversal,
            Some(_) => CommandKind::Reregistration,
        }
    }
}

/// The holder's word that who benefits from a restriction consents (§ 18(1) sentence 2 eWpG).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assurance {
    /// Which version of the text was signed.
    pub version: String,
    /// The signature over it.
    pub signature: Vec<u8>,
}

/// What lies in a wallet, and what is bound of it: by instructions before this place in the queue (by all of them if none is given) and
/// by redemptions other than this one.
///
/// # Errors
/// Fails if the database does.
pub fn stock(
    tx: &mut Tx,
    (product, wallet): (ProductId, Address),
    before: Option<u64>,
    but: Option<RedemptionId>,
) -> Result<(Units, Units), DatabaseError> {
    let bound = [
        product.uuid().into(),
        wallet.bytes().into(),
        Value::I64(before.map_or(i64::MAX, u64::cast_signed)),
        Value::from(but.map(RedemptionId::uuid)),
    ];
    let held = holdings::in_wallet(tx, product, wallet)?;
    let bound = Columns::of(&tx.query_one(BOUND, &bound)?).units()?;
    Ok((held, bound))
}

/// What earlier instructions will take from a wallet, in their order: units, the third party's key, and whether something was assured.
///
/// # Errors
/// Fails if the database does.
pub fn waiting(
    tx: &mut Tx,
    (product, wallet): (ProductId, Address),
    before: Option<u64>,
) -> Result<Vec<(Units, Option<Address>, bool)>, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        wallet.bytes().into(),
        Value::I64(before.map_or(i64::MAX, u64::cast_signed)),
    ];
    let rows = tx.query(WAITING, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let (units, third_party) = (columns.units()?, columns.opt_address()?);
            let version: Option<String> = columns.next()?;
            Ok((units, third_party, version.is_some()))
        })
        .collect()
}

/// Enters a transfer into the queue, with the nonce and deadline that were signed.
///
/// # Errors
/// Fails if the database does.
pub fn insert(
    tx: &mut Tx,
    transfer: &TransferRecord,
    signed: Option<(&str, Timestamp)>,
    evidence: &Evidence,
) -> Result<(), DatabaseError> {
    instructions::insert(tx, transfer.kind().as_str(), &transfer.order, evidence)?;
    let assurance = transfer.assurance.as_ref();
    let (target_wallet, target_investor) = match transfer.target {
        Target::Investor(recipient, investor) => {
            (Some(recipient.wallet_id.uuid()), Some(investor.uuid()))
        }
        Target::Issuer(_) => (None, None),
    };
    let parameters = [
        transfer.order.instruction.id.uuid().into(),
        transfer.source.wallet_id.uuid().into(),
        transfer.source.address.bytes().into(),
        Value::from(target_wallet),
        transfer.target.address().bytes().into(),
        Value::from(target_investor),
        transfer.units.as_i64().into(),
        Value::from(signed.map(|(nonce, _)| nonce.to_owned())),
        opt_time(signed.map(|(_, deadline)| deadline)),
        Value::from(transfer.third_party.map(|key| key.bytes().to_vec())),
        Value::from(assurance.map(|one| one.version.clone())),
        Value::from(assurance.map(|one| one.signature.clone())),
    ];
    tx.later(INSERT, &parameters)
}

/// A transfer that the caller has instructed.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: InstructionId,
) -> Result<Option<TransferRecord>, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        scope.environment_value(),
        scope.platform_value(),
    ];
    let row = tx.query_opt(FIND, &parameters)?;
    row.map(|row| read(&row)).transpose()
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: InstructionId) -> Result<Option<TransferRecord>, DatabaseError> {
    instructions::hold(tx, id)?;
    find(tx, &Scope::ALL, id)
}

/// The number of transfers that the caller has instructed and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<TransferRecord>), DatabaseError> {
    let mut parameters = vec![scope.environment_value(), scope.platform_value()];
    let count = tx.query_one(COUNT, &parameters)?.get(0)?;
    parameters.extend([limit.into(), offset.cast_signed().into()]);
    let rows = tx.query(LIST, &parameters)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// The delivered investments in a wallet with what remains of each, oldest first, locked.
///
/// # Errors
/// Fails if the database does.
pub fn giving(
    tx: &mut Tx,
    investor: InvestorId,
    product: ProductId,
    wallet: Address,
) -> Result<Vec<(InvestmentId, Units)>, DatabaseError> {
    let parameters = [
        investor.uuid().into(),
        product.uuid().into(),
        wallet.bytes().into(),
    ];
    let rows = tx.query(GIVING, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.id(InvestmentId::from_uuid)?, columns.units()?))
        })
        .collect()
}

/// What remains of each delivered investment in a wallet, and since when it is there.
///
/// # Errors
/// Fails if the database does.
pub fn since(
    tx: &mut Tx,
    investor: InvestorId,
    product: ProductId,
    wallet: Address,
) -> Result<Vec<(Units, Timestamp)>, DatabaseError> {
    let parameters = [
        investor.uuid().into(),
        product.uuid().into(),
        wallet.bytes().into(),
    ];
    let rows = tx.query(SINCE, &parameters)?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.units()?, columns.time()?))
        })
        .collect()
}

/// Keeps which investments gave the units.
///
/// # Errors
/// Fails if the database does.
pub fn insert_parts(
    tx: &mut Tx,
    id: InstructionId,
    parts: &[(InvestmentId, Units)],
) -> Result<(), DatabaseError> {
    for (giving, units) in parts {
        let parameters = [
            id.uuid().into(),
            giving.uuid().into(),
            units.as_i64().into(),
        ];
        tx.later(INSERT_PART, &parameters)?;
    }
    Ok(())
}

/// Keeps what the recipient got for them.
///
/// # Errors
/// Fails if the database does.
pub fn complete(
    tx: &mut Tx,
    id: InstructionId,
    investment: InvestmentId,
) -> Result<(), DatabaseError> {
    tx.later(
        SET_INVESTMENT,
        &[id.uuid().into(), investment.uuid().into()],
    )
}

/// The campaign that the recipient's investment names: one of its platform, or else that of an investment that gave units.
///
/// # Errors
/// Fails if the database does.
pub fn campaign(
    tx: &mut Tx,
    product: ProductId,
    platform: PlatformId,
    giving: InvestmentId,
) -> Result<CampaignId, DatabaseError> {
    let parameters = [
        product.uuid().into(),
        platform.uuid().into(),
        giving.uuid().into(),
    ];
    let row = tx.query_one(CAMPAIGN, &parameters)?;
    Columns::of(&row).id(CampaignId::from_uuid)
}

fn read(row: &Row) -> Result<TransferRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let order = instructions::read(&mut columns)?;
    let source = Recipient {
        wallet_id: columns.id(WalletId::from_uuid)?,
        address: columns.address()?,
    };
    let (wallet, address) = (columns.opt_id(WalletId::from_uuid)?, columns.address()?);
    let known = wallet.zip(columns.opt_id(InvestorId::from_uuid)?);
    Ok(TransferRecord {
        order,
        source,
        target: known.map_or(Target::Issuer(address), |(wallet_id, investor)| {
            Target::Investor(Recipient { wallet_id, address }, investor)
        }),
        units: columns.units()?,
        investment: columns.opt_id(InvestmentId::from_uuid)?,
        third_party: columns.opt_address()?,
        assurance: {
            let (version, signature) = (columns.next()?, columns.next()?);
            let both = Option::zip::<Vec<u8>>(version, signature);
            both.map(|(version, signature)| Assurance { version, signature })
        },
        ground: columns
            .next::<Option<String>>()?
            .and_then(|ground| ground.parse().ok()),
        reversed_by: columns.next()?,
    })
}
