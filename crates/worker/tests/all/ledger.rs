//! A ledger in memory that behaves as a network does on a bad day: it loses, repeats, delays and refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use dlt::{
    Anchored, AssetState, Balances, Command, Confirmation, Expense, Ledger, LedgerError, Movement,
    Movements, Network, Outcome, Refusal, Sight, Submission, SubmissionId,
};
use domain::{Address, AddressNature, ContractAnswer, Isin, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

pub const CHAIN_ID: u64 = 7;

/// What can happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The network does not answer and nothing happened.
    Unavailable,
    /// It happened, but the answer is lost.
    AnswerLost,
    /// The process dies before the call.
    DeathBefore,
    /// The process dies after the call.
    DeathAfter,
    /// The network takes a submission and forgets it.
    Forgotten,
    /// Somebody else uses the account's next nonce first.
    NonceTaken,
    /// The submission is executed and reverts.
    Reverted,
    /// The outcome is not final yet.
    NotFinal,
}

pub struct FakeLedger {
    network: Network,
    state: Mutex<State>,
    /// Rings when the process is to die.
    pub death: Notify,
}

#[derive(Default)]
struct State {
    assets: BTreeMap<Address, Asset>,
    barred: BTreeSet<Address>,
    /// Who got something or was let in.
    admitted: BTreeSet<(Address, Address)>,
    nonce: u64,
    signed: BTreeMap<[u8; 32], (u64, Command)>,
    mined: BTreeMap<[u8; 32], bool>,
    /// What holders have moved themselves.
    movements: Vec<(Address, Movement)>,
    random: Option<u64>,
    scripted: BTreeMap<&'static str, Vec<Fault>>,
    pub calls: Vec<&'static str>,
    price: u64,
    /// Tokens of an earlier version.
    without_anchors: BTreeSet<Address>,
}

#[derive(Default)]
struct Asset {
    issued: u64,
    burned: u64,
    next_sequence: u32,
    balances: BTreeMap<Address, u64>,
}

impl FakeLedger {
    pub fn new() -> Self {
        Self {
            network: Network {
                name: "fake".into(),
                chain_id: CHAIN_ID,
                embedded: false,
            },
            state: Mutex::default(),
            death: Notify::new(),
        }
    }

    pub fn address_of(isin: &Isin) -> Address {
        let hash = Sha256::digest(isin.as_str());
        Address::from_bytes(hash[..20].try_into().unwrap())
    }

    /// From now on every fault happens at random; no seed means that nothing goes wrong any more.
    pub fn misbehave(&self, seed: Option<u64>) {
        self.state.lock().unwrap().random = seed.map(|seed| seed | 1);
    }

    /// The next call of this name goes wrong like this.
    pub fn script(&self, call: &'static str, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.scripted.entry(call).or_default().push(fault);
    }

    /// Nothing that was scripted happens any more.
    pub fn heal(&self) {
        self.state.lock().unwrap().scripted.clear();
    }

    /// Units move without the register's doing.
    pub fn move_unseen(&self, asset: Address, from: Address, to: Address, units: u64) {
        let mut state = self.state.lock().unwrap();
        let asset = state.assets.get_mut(&asset).unwrap();
        *asset.balances.get_mut(&from).unwrap() -= units;
        *asset.balances.entry(to).or_default() += units;
    }

    /// A holder's own transaction, in a block of its own.
    pub fn move_by_holder(&self, asset: Address, from: Address, to: Address, units: u64) {
        self.move_unseen(asset, from, to, units);
        let mut state = self.state.lock().unwrap();
        let block = state.nonce;
        state.nonce += 1;
        let movement = Movement {
            transaction_hash: Sha256::digest(format!("movement {block}")).into(),
            place: 0,
            block_number: block,
            at: Timestamp::from_seconds(1_790_000_000),
            from,
            to,
            units,
        };
        state.movements.push((asset, movement));
    }

    /// What gas costs from now on.
    pub fn ask_price(&self, wei_per_gas: u64) {
        self.state.lock().unwrap().price = wei_per_gas;
    }

    /// The token keeps no roots of its register's log.
    pub fn keep_no_anchors(&self, asset: Address) {
        let mut state = self.state.lock().unwrap();
        state.without_anchors.insert(asset);
    }

    pub fn bar(&self, wallet: Address) {
        self.state.lock().unwrap().barred.insert(wallet);
    }

    pub fn admit(&self, wallet: Address) {
        self.state.lock().unwrap().barred.remove(&wallet);
    }

    pub fn balance(&self, asset: Address, wallet: Address) -> u64 {
        let state = self.state.lock().unwrap();
        let asset = state.assets.get(&asset);
        let balance = asset.and_then(|asset| asset.balances.get(&wallet));
        balance.copied().unwrap_or_default()
    }

    pub fn burned(&self, asset: Address) -> u64 {
        let state = self.state.lock().unwrap();
        state.assets.get(&asset).map_or(0, |asset| asset.burned)
    }

    pub fn batches(&self, asset: Address) -> u32 {
        self.state.lock().unwrap().assets[&asset].next_sequence
    }

    pub fn calls(&self, name: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.calls.iter().filter(|call| **call == name).count()
    }

    /// Decides what happens to a call, and does what happens before it.
    async fn enter(
        &self,
        call: &'static str,
        possible: &[Fault],
    ) -> Result<Option<Fault>, LedgerError> {
        let fault = {
            let mut state = self.state.lock().unwrap();
            state.calls.push(call);
            state.fault(call, possible)
        };
        match fault {
            Some(Fault::Unavailable) => Err(LedgerError::Unavailable("no answer".into())),
            Some(Fault::DeathBefore) => self.die().await,
            other => Ok(other),
        }
    }

    /// Does what happens after a call.
    async fn leave<T>(&self, fault: Option<Fault>, answer: T) -> Result<T, LedgerError> {
        match fault {
            Some(Fault::AnswerLost) => Err(LedgerError::Unavailable("answer lost".into())),
            Some(Fault::DeathAfter) => self.die().await,
            _ => Ok(answer),
        }
    }

    async fn die<T>(&self) -> T {
        self.death.notify_one();
        std::future::pending().await
    }
}

const ANY: &[Fault] = &[Fault::Unavailable, Fault::DeathBefore, Fault::DeathAfter];
const SUBMIT: &[Fault] = &[
    Fault::Unavailable,
    Fault::AnswerLost,
    Fault::DeathBefore,
    Fault::DeathAfter,
    Fault::Forgotten,
    Fault::NonceTaken,
    Fault::Reverted,
];
const OUTCOME: &[Fault] = &[
    Fault::Unavailable,
    Fault::DeathBefore,
    Fault::DeathAfter,
    Fault::NotFinal,
];

#[async_trait]
impl Ledger for FakeLedger {
    async fn movements(&self, asset: Address, after: u64) -> Result<Movements, LedgerError> {
        let state = self.state.lock().unwrap();
        let found = state.movements.iter();
        let found = found.filter(|(of, one)| *of == asset && one.block_number > after);
        Ok(Movements {
            through: state.nonce.saturating_sub(1).max(after),
            is_all: true,
            found: found.map(|(_, one)| one.clone()).collect(),
        })
    }

    async fn nature(&self, _: Address) -> Result<AddressNature, LedgerError> {
        Ok(AddressNature::Key)
    }

    async fn accepts_signature(
        &self,
        _: Address,
        _: [u8; 32],
        _: &[u8],
    ) -> Result<ContractAnswer, LedgerError> {
        Ok(ContractAnswer::Nobody)
    }

    async fn anchors(
        &self,
        asset: Address,
        _: u64,
    ) -> Result<Vec<(SubmissionId, Anchored)>, LedgerError> {
        let state = self.state.lock().unwrap();
        let written = state.mined.iter().filter(|(_, succeeded)| **succeeded);
        Ok(written
            .filter_map(|(id, _)| match &state.signed[id].1 {
                Command::Anchor {
                    asset: of,
                    size,
                    root,
                    log_key,
                } if *of == asset => {
                    let anchored = Anchored {
                        size: *size,
                        root: *root,
                        log_key: *log_key,
                    };
                    Some((SubmissionId(*id), anchored))
                }
                _ => None,
            })
            .collect())
    }

    fn network(&self) -> &Network {
        &self.network
    }

    async fn prepare(&self, command: &Command) -> Result<Submission, LedgerError> {
        let fault = self.enter("prepare", ANY).await?;
        let submission = self.state.lock().unwrap().sign(command)?;
        self.leave(fault, submission).await
    }

    async fn submit(&self, submission: &Submission) -> Result<(), LedgerError> {
        let fault = self.enter("submit", SUBMIT).await?;
        {
            let mut state = self.state.lock().unwrap();
            match fault {
                Some(Fault::Forgotten) => {}
                Some(Fault::NonceTaken) => {
                    state.nonce += 1;
                    state.mine(submission, true);
                }
                Some(Fault::Reverted) => state.mine(submission, false),
                _ => state.mine(submission, true),
            }
        }
        self.leave(fault, ()).await
    }

    async fn outcome(&self, submission: &Submission) -> Result<Outcome, LedgerError> {
        let fault = self.enter("outcome", OUTCOME).await?;
        let outcome = if fault == Some(Fault::NotFinal) {
            Outcome::Pending
        } else {
            self.state.lock().unwrap().outcome(submission)
        };
        self.leave(fault, outcome).await
    }

    async fn sight(&self, submission: &Submission) -> Result<Sight, LedgerError> {
        Ok(Sight {
            transaction_hash: submission.id.0,
            block_number: None,
        })
    }

    async fn expense(&self, _: [u8; 32]) -> Result<Option<Expense>, LedgerError> {
        Ok(None)
    }

    async fn price(&self) -> Result<u64, LedgerError> {
        Ok(self.state.lock().unwrap().price)
    }

    async fn asset(&self, asset: Address) -> Result<Option<AssetState>, LedgerError> {
        let fault = self.enter("asset", ANY).await?;
        let state = {
            let state = self.state.lock().unwrap();
            state.assets.get(&asset).map(|found| AssetState {
                issued: found.issued - found.burned,
                undelivered: found.balances[&asset],
                next_sequence: found.next_sequence,
                paused: false,
                code_matches: true,
            })
        };
        self.leave(fault, state).await
    }

    fn asset_address(&self, isin: &Isin) -> Address {
        Self::address_of(isin)
    }

    fn keeps_anchors(&self, asset: Address) -> bool {
        !self.state.lock().unwrap().without_anchors.contains(&asset)
    }

    async fn refused_receivers(
        &self,
        _: Address,
        wallets: &[Address],
    ) -> Result<Vec<Address>, LedgerError> {
        let fault = self.enter("refused_receivers", ANY).await?;
        let refused = {
            let state = self.state.lock().unwrap();
            let barred = wallets
                .iter()
                .filter(|wallet| state.barred.contains(wallet));
            barred.copied().collect()
        };
        self.leave(fault, refused).await
    }

    async fn balances(&self, asset: Address, wallets: &[Address]) -> Result<Balances, LedgerError> {
        Ok(Balances {
            at_block: 1,
            units: wallets
                .iter()
                .map(|wallet| self.balance(asset, *wallet))
                .collect(),
        })
    }
}

impl State {
    fn fault(&mut self, call: &'static str, possible: &[Fault]) -> Option<Fault> {
        if let Some(scripted) = self.scripted.get_mut(call)
            && !scripted.is_empty()
        {
            return Some(scripted.remove(0));
        }
        let seed = self.random.as_mut()?;
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        let choice = (*seed >> 33) as usize;
        (choice.is_multiple_of(4)).then(|| possible[choice / 4 % possible.len()])
    }

    fn sign(&mut self, command: &Command) -> Result<Submission, LedgerError> {
        self.check(command)?;
        let mut hash = Sha256::new();
        hash.update(format!("{command:?}"));
        hash.update(self.nonce.to_be_bytes());
        let id: [u8; 32] = hash.finalize().into();
        self.signed.insert(id, (self.nonce, command.clone()));
        Ok(Submission {
            id: SubmissionId(id),
            payload: id.to_vec(),
        })
    }

    fn check(&self, command: &Command) -> Result<(), LedgerError> {
        match command {
            Command::DeliverBatch {
                asset,
                sequence,
                items,
            } => {
                let found = self
                    .assets
                    .get(asset)
                    .ok_or(Refusal::UnknownAsset(*asset))?;
                if found.next_sequence != *sequence {
                    return Err(Refusal::OutOfSequence {
                        expected: found.next_sequence,
                        given: *sequence,
                    }
                    .into());
                }
                if let Some((wallet, _)) = items
                    .iter()
                    .find(|(wallet, _)| self.barred.contains(wallet))
                {
                    return Err(Refusal::ReceiverRefused(*wallet).into());
                }
                Ok(())
            }
            Command::Transfer {
                asset,
                from,
                to,
                units,
            } => {
                if self.barred.contains(to) || !self.admitted.contains(&(*asset, *to)) {
                    return Err(Refusal::ReceiverRefused(*to).into());
                }
                let balances = &self.assets[asset].balances;
                let available = balances.get(from).copied().unwrap_or_default();
                if available < *units {
                    let needed = *units;
                    return Err(Refusal::InsufficientUnits { available, needed }.into());
                }
                Ok(())
            }
            Command::TakeBack { asset, from, units } => self.enough(*asset, *from, *units),
            Command::Burn { asset, units } => self.enough(*asset, *asset, *units),
            _ => Ok(()),
        }
    }

    fn enough(&self, asset: Address, wallet: Address, needed: u64) -> Result<(), LedgerError> {
        let balances = &self.assets[&asset].balances;
        let available = balances.get(&wallet).copied().unwrap_or_default();
        if available < needed {
            return Err(Refusal::InsufficientUnits { available, needed }.into());
        }
        Ok(())
    }

    /// Executes a submission if its nonce is the account's next one.
    fn mine(&mut self, submission: &Submission, succeeds: bool) {
        let (nonce, command) = self.signed[&submission.id.0].clone();
        if nonce != self.nonce || self.mined.contains_key(&submission.id.0) {
            return;
        }
        self.nonce += 1;
        let succeeds = succeeds && self.check(&command).is_ok();
        self.mined.insert(submission.id.0, succeeds);
        if succeeds {
            self.execute(&command);
        }
    }

    fn execute(&mut self, command: &Command) {
        match command {
            Command::CreateAsset {
                isin, issue_volume, ..
            } => {
                let address = FakeLedger::address_of(isin);
                let asset = self.assets.entry(address).or_default();
                assert_eq!(asset.issued, 0, "an asset is created once");
                asset.issued = *issue_volume;
                asset.balances.insert(address, *issue_volume);
            }
            Command::DeliverBatch {
                asset: address,
                items,
                ..
            } => {
                let asset = self.assets.get_mut(address).unwrap();
                asset.next_sequence += 1;
                for (wallet, units) in items {
                    self.admitted.insert((*address, *wallet));
                    *asset.balances.get_mut(address).unwrap() -= units;
                    *asset.balances.entry(*wallet).or_default() += units;
                }
            }
            Command::Transfer {
                asset,
                from,
                to,
                units,
            } => {
                let asset = self.assets.get_mut(asset).unwrap();
                *asset.balances.get_mut(from).unwrap() -= units;
                *asset.balances.entry(*to).or_default() += units;
            }
            Command::TakeBack {
                asset: address,
                from,
                units,
            } => {
                let asset = self.assets.get_mut(address).unwrap();
                *asset.balances.get_mut(from).unwrap() -= units;
                *asset.balances.get_mut(address).unwrap() += units;
            }
            Command::Burn {
                asset: address,
                units,
            } => {
                let asset = self.assets.get_mut(address).unwrap();
                *asset.balances.get_mut(address).unwrap() -= units;
                asset.burned += units;
            }
            Command::Admit { asset, wallet } => {
                self.admitted.insert((*asset, *wallet));
            }
            // Nothing moves by it.
            Command::Freeze { .. } | Command::Anchor { .. } => {}
            other => panic!("{other:?} is not among the worker's commands"),
        }
    }

    fn outcome(&self, submission: &Submission) -> Outcome {
        let id = submission.id.0;
        match self.mined.get(&id) {
            Some(true) => Outcome::Confirmed(Confirmation {
                transaction_hash: id,
                block_number: self.signed[&id].0,
                block_hash: id,
                at: Timestamp::from_seconds(1_795_000_000),
            }),
            Some(false) => Outcome::Refused {
                reason: "reverted".into(),
            },
            None if self.signed[&id].0 < self.nonce => Outcome::Refused {
                reason: "another transaction used its nonce".into(),
            },
            None => Outcome::Pending,
        }
    }
}
