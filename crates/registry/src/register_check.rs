//! Checks registers against themselves: every entry is replayed, every hash computed again, and what is stored beside the
//! journal compared with what follows from it.
//!
//! The times at which rows were written are no part of what is proven; an entry's time is that of its block.

mod conversions;
mod entries;
mod holders;
mod origins;
mod projection;
mod reregistrations;
mod restrictions;
mod signatures;
mod stretch;
mod terms;
mod witnesses;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc;
use std::thread;

use database::{DatabaseError, Tx};
use domain::register::{Digest, EntryTypes, Restrictions, merkle};
use domain::{Address, Entry, Frontier, HolderId, Holdings, ProductId, Units};
use holders::Holders;
use storage::Scope;
use storage::holding_changes;
use storage::products::ProductRecord;
use storage::redemption_checks;
use storage::register::{self, HoldingRecord};
use storage::register_anchors::{self, AnchorRecord};
use storage::register_entries::{self, EntryRecord};
use storage::register_origins::{self, Standing};
use storage::register_subtrees;
use storage::transfer_checks;
use stretch::{Beside, Stretch};

use crate::{Error, Registry, Result, register_log};

/// What the check of one register found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The product.
    pub product: ProductId,
    /// ISO 6166.
    pub isin: String,
    /// The token.
    pub token_address: Address,
    /// Entries that were replayed without a problem.
    pub entries: u64,
    /// Merkle tree hash over them, hexadecimal.
    pub root_hash: String,
    /// The first difference, if there is any.
    pub problem: Option<String>,
    /// Why it is not kept here; none if it is. What is not kept here is not compared with the network.
    pub standing: Option<Standing>,
    /// What each wallet holds by the projection, for the comparison with the network; the token's own address holds the
    /// undelivered units.
    pub holdings: Vec<(Address, u64)>,
    /// What was written of it on the network, for the same comparison.
    pub anchors: Vec<AnchorRecord>,
}

/// Checks one register, or every one.
///
/// # Errors
/// Fails if the database does; what is wrong with a register is in its verdict.
pub async fn verify(registry: &Registry, product: Option<ProductId>) -> Result<Vec<Verdict>> {
    let products = match product {
        Some(product) => vec![product],
        None => {
            let all = |tx: &mut Tx| -> Result<_> { Ok(register::products(tx)?) };
            registry.db.read(all).await?
        }
    };
    let mut verdicts = Vec::new();
    for product in products {
        // One snapshot for each register: deliveries go on meanwhile.
        let own = registry.clone();
        let judged = registry.db.read(move |tx| judge(&own, tx, product));
        verdicts.push(judged.await?);
    }
    Ok(verdicts)
}

/// What is found of one register within a transaction.
pub(crate) fn judge(registry: &Registry, tx: &mut Tx, id: ProductId) -> Result<Verdict> {
    let product =
        storage::products::find(tx, &Scope::ALL, id)?.ok_or(Error::NotFound("product"))?;
    let (isin, token_address) = (product.product.isin.to_string(), product.token_address);
    let mut replay = Replay::new(product);
    let mut stored = Vec::new();
    let found = origins::check(tx, &mut replay)
        .and_then(|()| witnesses::check(tx, &mut replay))
        .and_then(|()| terms::check(registry, tx, &mut replay))
        .and_then(|()| replay.run(registry, tx, &mut stored));
    let problem = match found {
        Ok(()) => None,
        Err(Finding::Difference(text)) => Some(text),
        Err(Finding::Fault(error)) => return Err(error),
    };
    let mut holdings: BTreeMap<Address, u64> = BTreeMap::new();
    for holding in stored.iter().filter(|holding| !holding.units.is_zero()) {
        *holdings.entry(holding.wallet).or_default() += holding.units.get();
    }
    Ok(Verdict {
        product: id,
        isin,
        token_address,
        entries: replay.replayed.0,
        root_hash: hex::encode(replay.replayed.1),
        problem,
        standing: register_origins::standing(tx, id)?,
        holdings: holdings.into_iter().collect(),
        anchors: register_anchors::all(tx, id)?,
    })
}

/// Why the check ends early.
enum Finding {
    Difference(String),
    Fault(Error),
}

type Checked<T = ()> = std::result::Result<T, Finding>;

/// Refuses with a text unless both are the same.
fn same<T: PartialEq>(stored: &T, expected: &T, what: impl FnOnce() -> String) -> Checked {
    if stored == expected {
        Ok(())
    } else {
        differs(what())
    }
}

/// The same finding with the place where it was made.
fn within(finding: Finding, place: impl Fn(&str) -> String) -> Finding {
    match finding {
        Finding::Difference(text) => Finding::Difference(place(&text)),
        fault => fault,
    }
}

fn differs<T>(text: impl Into<String>) -> Checked<T> {
    Err(Finding::Difference(text.into()))
}

/// A register as it follows from its entries so far.
struct Replay {
    product: ProductRecord,
    id: ProductId,
    /// Of the version that the issue has to commit to.
    terms_hash: Option<Digest>,
    frontier: Frontier,
    /// How many entries had no problem, and the root over them.
    replayed: (u64, Digest),
    issuer: Option<HolderId>,
    holdings: Holdings,
    by_wallet: HashMap<(HolderId, Address), u64>,
    holders: Holders,
    /// Roots on the DLT network that are not met yet, by the number of entries.
    anchors: HashMap<u64, Digest>,
    /// Roots that former registrars and witnesses have signed and that are not met yet, by the number of entries; and the registrars' keys.
    signed: HashMap<u64, Digest>,
    keys: Vec<[u8; 32]>,
    /// Hashes of large subtrees that are kept beside the journal and not met yet.
    subtrees: HashMap<(u32, u64), Digest>,
    commitments: u64,
    statements: u64,
    /// What came back to the issuer by which entry and is not marked void yet.
    redeemed: BTreeMap<u64, Units>,
    redemptions: u64,
    deletions: u64,
    /// Whether changes of holdings are noted, which they are not in a register that is older than such notes; and how many should be.
    is_noted: bool,
    changes: u64,
    /// What restricts whom, and how many entries made and released something.
    restrictions: Restrictions,
    restricting: (u64, u64),
    /// Who is entered how, and how many entries have changed that.
    entry_types: EntryTypes,
    converted: u64,
    /// How many entries were made without the holder's signature, and which were reversed.
    reregistered: u64,
    reversed: HashSet<u64>,
}

impl Replay {
    fn new(product: ProductRecord) -> Self {
        Self {
            id: product.product.id,
            terms_hash: None,
            product,
            replayed: (0, Frontier::new().root()),
            frontier: Frontier::new(),
            issuer: None,
            holdings: Holdings::new(),
            by_wallet: HashMap::new(),
            holders: Holders::default(),
            anchors: HashMap::new(),
            signed: HashMap::new(),
            keys: Vec::new(),
            subtrees: HashMap::new(),
            commitments: 0,
            statements: 0,
            redeemed: BTreeMap::new(),
            redemptions: 0,
            deletions: 0,
            is_noted: false,
            changes: 0,
            restrictions: Restrictions::default(),
            restricting: (0, 0),
            entry_types: EntryTypes::default(),
            converted: 0,
            reregistered: 0,
            reversed: HashSet::new(),
        }
    }

    fn run(
        &mut self,
        registry: &Registry,
        tx: &mut Tx,
        stored: &mut Vec<HoldingRecord>,
    ) -> Checked {
        *stored = register::holdings(tx, self.id)?;
        self.anchors = register_anchors::all(tx, self.id)?
            .into_iter()
            .map(|anchor| (anchor.size, anchor.root))
            .collect();
        self.subtrees = register_subtrees::all(tx, self.id)?
            .into_iter()
            .map(|kept| ((kept.level, kept.place), kept.hash))
            .collect();
        self.holders = Holders::new(register::holders(tx, self.id)?);
        self.is_noted = holding_changes::exist(tx, self.id)?;
        self.replay_all(registry, tx)?;
        let head = register::head(tx, self.id)?;
        self.check_head(head.as_ref())?;
        self.check_projection(stored)?;
        same(&self.holders.are_entered(), &true, || {
            "there are holders without an entry".to_owned()
        })?;
        same(&self.subtrees.len(), &0, || {
            "there are hashes of entries that there are not".to_owned()
        })?;
        same(&self.anchors.len(), &0, || {
            "there are roots on the network of entries that there are not".to_owned()
        })?;
        same(&self.signed.len(), &0, || {
            "a former registrar or a witness has signed entries that there are not".to_owned()
        })?;
        if let Some(investment) = transfer_checks::unexplained(tx, self.id)? {
            return differs(format!(
                "what remains of investment {investment} does not follow from its transfers and redemptions"
            ));
        }
        self.check_restrictions(tx)?;
        self.check_reregistrations(tx)?;
        self.check_signatures(tx)?;
        self.check_entry_types(tx)?;
        let entered = redemption_checks::counts(tx, self.id)?;
        same(&entered, &(self.redemptions, self.deletions), || {
            "there are redemptions without an entry".to_owned()
        })?;
        let noted = holding_changes::count(tx, self.id)?;
        same(&noted, &self.changes, || {
            "there are changes of holdings without an entry".to_owned()
        })?;
        let (commitments, statements) = register_entries::counts(tx, self.id)?;
        same(&commitments, &self.commitments, || {
            "there are commitments without an entry".to_owned()
        })?;
        same(&statements, &self.statements, || {
            "there are statements without an entry".to_owned()
        })
    }

    /// One thread reads while another one checks what was read: a few stretches are in memory, however long the register is.
    fn replay_all(&mut self, registry: &Registry, tx: &mut Tx) -> Checked {
        let product = self.id;
        thread::scope(|scope| {
            let (sender, stretches) = mpsc::sync_channel::<Checked<Stretch>>(1);
            let checking = scope.spawn(move || {
                stretches.iter().try_for_each(|stretch| {
                    let Stretch { entries, beside } = stretch?;
                    entries
                        .iter()
                        .try_for_each(|record| self.replay(record, &beside))
                })
            });
            let mut after = 0;
            while let Some(stretch) = Stretch::read(registry, tx, (product, after)).transpose() {
                after = stretch.as_ref().map_or(after, Stretch::last);
                let is_last = stretch.is_err();
                // Whoever checks has ended if nobody takes it: there is a difference.
                if sender.send(stretch).is_err() || is_last {
                    break;
                }
            }
            drop(sender);
            checking
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn replay(&mut self, record: &EntryRecord, beside: &Beside) -> Checked {
        let sequence = self.frontier.size() + 1;
        same(&record.sequence, &sequence, || {
            format!("entry {sequence} is missing")
        })?;
        let wrong = |what: &str| format!("entry {sequence}: {what}");
        let entry = Entry::from_canonical_bytes(&record.content)
            .or_else(|error| differs(wrong(&error.to_string())))?;
        same(&record.kind.as_str(), &entry.kind(), || {
            wrong("its kind is not that of its content")
        })?;
        // There is one way to write an entry, so that these are its bytes.
        let leaf = merkle::leaf_hash(&record.content);
        same(&record.leaf_hash, &leaf, || {
            wrong("its leaf hash is not that of its content")
        })?;
        let mut completed = Vec::new();
        let root = self.frontier.append_and_tell(leaf, |subtree, hash| {
            let level = register_log::kept_level(subtree);
            completed.extend(level.map(|level| ((level, subtree.index), hash)));
        });
        same(&record.root_hash, &root, || {
            wrong("its root hash does not follow from the entries")
        })?;
        let anchored = self.anchors.remove(&sequence).unwrap_or(root);
        same(&anchored, &root, || {
            wrong("the root that was written on the network does not follow from the entries")
        })?;
        let signed = self.signed.remove(&sequence).unwrap_or(root);
        same(&signed, &root, || {
            wrong(
                "the root that a former registrar or a witness has signed does not follow from the entries",
            )
        })?;
        for (place, hash) in completed {
            let kept = self.subtrees.remove(&place);
            same(&kept.unwrap_or(hash), &hash, || {
                wrong("the hash kept of the entries up to it does not follow from them")
            })?;
        }
        self.holdings
            .apply(&entry)
            .or_else(|error| differs(wrong(&error.to_string())))?;
        self.check_changes(sequence, &entry, beside)
            .map_err(|finding| within(finding, wrong))?;
        self.restrictions
            .apply(sequence, &entry)
            .or_else(|error| differs(wrong(&error.to_string())))?;
        self.entry_types
            .apply(&entry)
            .or_else(|error| differs(wrong(&error.to_string())))?;
        match &entry {
            Entry::Issue { .. } => self.replay_issue(&entry),
            Entry::Delivery { .. } => self.replay_delivery(sequence, &entry, beside),
            Entry::Transfer { .. } => self.replay_transfer(sequence, &entry, beside),
            Entry::Redemption { .. } => self.replay_redemption(sequence, &entry, beside),
            Entry::Deletion { .. } => self.replay_deletion(sequence, &entry, beside),
            Entry::Restriction { .. } => self.replay_restriction(sequence, &entry, beside),
            Entry::Release { .. } => self.replay_release(sequence, &entry, beside),
            Entry::Conversion { .. } => self.replay_conversion(sequence, &entry, beside),
            Entry::Reregistration { .. } => self.replay_reregistration(sequence, &entry, beside),
            Entry::Reversal { .. } => self.replay_reversal(sequence, &entry, beside),
        }
        .map_err(|finding| within(finding, wrong))?;
        self.replayed = (sequence, root);
        Ok(())
    }
}

impl From<DatabaseError> for Finding {
    /// A column that cannot be read is damage, not a database that does not answer.
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Type { .. } => Self::Difference(format!("a row is damaged: {error}")),
            error => Self::Fault(error.into()),
        }
    }
}
