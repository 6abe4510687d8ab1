//! What the security token allows and refuses, act by act.

use crate::common::{NOBODY, Player, chain_on, investor, registrar};
use alloy::primitives::{Address, Bytes, FixedBytes, U256};
use alloy::providers::Provider as _;
use alloy::rpc::types::Filter;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolEvent as _;
use cashlink_dlt_evm::contracts::{SecurityToken as token, SecurityTokenFactory as factory};
use cashlink_dlt_evm::{Embedded, EvmLedger};
use database::testing::Backend;
use dlt::Ledger as _;

/// An asset of 1,000 units, its registrar, and two holders: one with 100 units, one admitted with 1.
pub struct Scene {
    pub chain: Embedded,
    pub factory: Address,
    pub token: Address,
    pub registrar: Player,
    pub holder: Player,
    pub other: Player,
}

pub async fn scene() -> Scene {
    let (_, chain) = chain_on(Backend::Sqlite).await;
    let ledger = EvmLedger::embedded(&chain, crate::common::signers())
        .await
        .unwrap();
    let scene = Scene {
        factory: crate::common::evm(ledger.factory()),
        token: crate::common::evm(ledger.asset_address(&dlt::conformance::isin(1))),
        registrar: Player::on(&chain, registrar()),
        holder: player(&chain, 1),
        other: player(&chain, 2),
        chain,
    };
    scene
        .registrar
        .act(scene.factory, creation())
        .await
        .unwrap();
    let items = [
        item(scene.holder.address(), 100),
        item(scene.other.address(), 1),
    ]
    .concat();
    scene
        .registrar
        .act(scene.token, batch(0, items))
        .await
        .unwrap();
    scene
}

pub fn player(chain: &Embedded, seed: u8) -> Player {
    Player::on(
        chain,
        PrivateKeySigner::from_bytes(&FixedBytes::repeat_byte(seed)).unwrap(),
    )
}

pub fn creation() -> factory::createCall {
    factory::createCall {
        isin: isin(),
        issueVolume: 1_000,
        termsHash: FixedBytes::repeat_byte(7),
        name: "Windpark Nordsee, Genussrecht 2032, mit einem langen Namen".into(),
        symbol: "WIND32".into(),
    }
}

pub fn isin() -> FixedBytes<12> {
    FixedBytes::from_slice(dlt::conformance::isin(1).as_str().as_bytes())
}

pub fn batch(sequence: u32, items: impl Into<Bytes>) -> token::batchDeliverCall {
    token::batchDeliverCall {
        sequence,
        items: items.into(),
    }
}

pub fn item(wallet: Address, units: u128) -> Vec<u8> {
    [wallet.as_slice(), &units.to_be_bytes()[4..]].concat()
}

pub fn units(units: u64) -> U256 {
    U256::from(units)
}

impl Scene {
    pub async fn balance(&self, account: Address) -> u64 {
        self.registrar
            .view(self.token, token::balanceOfCall { account })
            .await
            .to()
    }

    /// Whatever happened, every unit is somewhere.
    pub async fn assert_balances(&self, holder: u64, other: u64, undelivered: u64) {
        assert_eq!(self.balance(self.holder.address()).await, holder);
        assert_eq!(self.balance(self.other.address()).await, other);
        assert_eq!(self.balance(self.token).await, undelivered);
        let supply: u64 = self
            .registrar
            .view(self.token, token::totalSupplyCall {})
            .await
            .to();
        assert_eq!(supply, holder + other + undelivered);
    }

    /// The terms as anybody finds them: events of the token from the block on that it names.
    pub async fn terms_since(&self, block: u64) -> Vec<(FixedBytes<32>, String)> {
        let filter = Filter::new()
            .address(self.token)
            .event_signature(token::Terms::SIGNATURE_HASH)
            .from_block(block);
        let logs = self.registrar.provider.get_logs(&filter).await.unwrap();
        let terms = logs
            .iter()
            .map(|log| log.log_decode::<token::Terms>().unwrap().inner.data);
        terms.map(|terms| (terms.hash, terms.uri)).collect()
    }

    pub async fn bar(&self, account: Address) {
        self.registrar
            .act(self.token, token::setStatusCall { account, status: 2 })
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_what_it_is() {
    let scene = scene().await;
    let (player, at) = (&scene.registrar, scene.token);
    assert_eq!(player.view(at, token::nameCall {}).await, creation().name);
    assert_eq!(player.view(at, token::symbolCall {}).await, "WIND32");
    assert_eq!(player.view(at, token::decimalsCall {}).await, 0);
    assert_eq!(player.view(at, token::isinCall {}).await, isin());
    assert_eq!(
        player.view(at, token::registrarCall {}).await,
        scene.registrar.address()
    );
    assert_eq!(
        player
            .view(scene.factory, factory::tokenAddressCall { isin: isin() })
            .await,
        at
    );
    let issued = player.view(at, token::issuedInBlockCall {}).await;
    assert_eq!(
        scene.terms_since(issued).await,
        [(creation().termsHash, String::new())]
    );
    for (id, expected) in [
        (0x01ff_c9a7_u32, true),
        (0x3edb_b4c4, true),
        (0x3637_2b07, true),
        (0xffff_ffff, false),
    ] {
        let call = token::supportsInterfaceCall {
            interfaceId: id.into(),
        };
        assert_eq!(player.view(at, call).await, expected, "{id:#x}");
    }
    scene.assert_balances(100, 1, 899).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_created_once_and_by_the_registrar() {
    let scene = scene().await;
    let exists = factory::AssetExists { token: scene.token };
    scene
        .registrar
        .refused(scene.factory, creation(), exists)
        .await;
    let stranger = factory::NotRegistrar {
        caller: scene.holder.address(),
    };
    scene
        .holder
        .refused(scene.factory, creation(), stranger)
        .await;

    let initialize = || token::initializeCall {
        registrar_: scene.holder.address(),
        isin_: isin(),
        issueVolume: 5,
        termsHash: FixedBytes::ZERO,
        name_: String::new(),
        symbol_: String::new(),
    };
    let stranger = || token::NotFactory {
        caller: scene.holder.address(),
    };
    let implementation = scene
        .registrar
        .view(scene.factory, factory::implementationCall {})
        .await;
    for at in [scene.token, implementation] {
        scene.holder.refused(at, initialize(), stranger()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_delivered_whole_and_once() {
    let scene = scene().await;
    let (by, at) = (&scene.registrar, scene.token);
    let good = item(investor(1), 5);
    for (given, expected) in [(0, 1), (2, 1)] {
        let error = token::BatchOutOfSequence { expected, given };
        by.refused(at, batch(given, good.clone()), error).await;
    }
    for items in [
        vec![],
        vec![0; 31],
        [good.clone(), vec![1]].concat(),
        item(investor(1), 0),
    ] {
        by.refused(at, batch(1, items), token::MalformedBatch {})
            .await;
    }
    for account in [Address::ZERO, scene.token] {
        let items = [good.clone(), item(account, 1)].concat();
        by.refused(at, batch(1, items), token::ERC7943CannotReceive { account })
            .await;
    }
    let short = |needed| token::ERC20InsufficientBalance {
        sender: scene.token,
        balance: units(899),
        needed: U256::from(needed),
    };
    by.refused(at, batch(1, item(investor(1), 900)), short(900_u128))
        .await;
    let most = (1_u128 << 96) - 1;
    let twice = [item(investor(1), most), item(investor(1), most)].concat();
    by.refused(at, batch(1, twice), short(2 * most)).await;
    assert_eq!(scene.balance(investor(1)).await, 0);

    by.act(at, batch(1, item(investor(1), 899))).await.unwrap();
    let state = by.view(at, token::registerCall {}).await;
    assert_eq!(
        (state.issueVolume, state.undelivered_, state.nextSequence),
        (1_000, 0, 2)
    );
    assert_eq!(
        by.view(at, token::registrarCall {}).await,
        by.address(),
        "slot 0 kept the registrar"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_barred_wallet_neither_sends_nor_receives() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    scene.bar(other).await;
    let cannot_receive = || token::ERC7943CannotReceive { account: other };
    scene
        .registrar
        .refused(at, batch(1, item(other, 1)), cannot_receive())
        .await;
    let transfer = token::transferCall {
        to: other,
        amount: units(1),
    };
    scene.holder.refused(at, transfer, cannot_receive()).await;
    let forced = token::forcedTransferCall {
        from: holder,
        to: other,
        amount: units(1),
    };
    scene.registrar.refused(at, forced, cannot_receive()).await;
    let transfer = token::transferCall {
        to: holder,
        amount: units(1),
    };
    scene
        .other
        .refused(at, transfer, token::ERC7943CannotSend { account: other })
        .await;
    let accounts = vec![holder, other, NOBODY, Address::ZERO, at];
    let refused = scene
        .registrar
        .view(at, token::refusedReceiversCall { accounts })
        .await;
    assert_eq!(refused, [other, Address::ZERO, at]);

    scene
        .registrar
        .act(
            at,
            token::setStatusCall {
                account: other,
                status: 1,
            },
        )
        .await
        .unwrap();
    let transfer = token::transferCall {
        to: other,
        amount: units(1),
    };
    scene.holder.act(at, transfer).await.unwrap();
    scene.assert_balances(99, 2, 899).await;

    let unknown = token::UnknownStatus { status: 3 };
    scene
        .registrar
        .refused(
            at,
            token::setStatusCall {
                account: other,
                status: 3,
            },
            unknown,
        )
        .await;
    for account in [Address::ZERO, at] {
        let call = token::setStatusCall { account, status: 1 };
        scene
            .registrar
            .refused(at, call, token::ERC7943CannotReceive { account })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_transfer_what_is_theirs_to_whom_is_admitted() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    for account in [NOBODY, at, Address::ZERO] {
        let call = token::transferCall {
            to: account,
            amount: units(1),
        };
        scene
            .holder
            .refused(at, call, token::ERC7943CannotReceive { account })
            .await;
        let call = token::canTransferCall {
            from: holder,
            to: account,
            amount: units(1),
        };
        assert!(!scene.holder.view(at, call).await);
    }
    let stranger = player(&scene.chain, 3);
    let call = token::transferCall {
        to: other,
        amount: units(0),
    };
    stranger
        .refused(
            at,
            call,
            token::ERC7943CannotSend {
                account: stranger.address(),
            },
        )
        .await;
    let call = token::transferCall {
        to: other,
        amount: units(101),
    };
    let short = token::ERC20InsufficientBalance {
        sender: holder,
        balance: units(100),
        needed: units(101),
    };
    scene.holder.refused(at, call, short).await;
    // The standard wants a plain lack of units left out of this answer.
    let call = token::canTransferCall {
        from: holder,
        to: other,
        amount: units(101),
    };
    assert!(scene.holder.view(at, call).await);

    let to_oneself = token::transferCall {
        to: holder,
        amount: units(100),
    };
    scene.holder.act(at, to_oneself).await.unwrap();
    scene.assert_balances(100, 1, 899).await;
    let receipt = scene
        .holder
        .act(
            at,
            token::transferCall {
                to: other,
                amount: units(40),
            },
        )
        .await
        .unwrap();
    let event = receipt.decoded_log::<token::Transfer>().unwrap();
    assert_eq!(
        (event.from, event.to, event.value),
        (holder, other, units(40))
    );
    scene.assert_balances(60, 41, 899).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowance_is_used_up() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let approve = |amount| token::approveCall {
        spender: other,
        amount,
    };
    let take = |amount| token::transferFromCall {
        from: holder,
        to: other,
        amount: units(amount),
    };
    let left = || token::allowanceCall {
        owner: holder,
        spender: other,
    };
    let receipt = scene.holder.act(at, approve(units(10))).await.unwrap();
    let approved = receipt.decoded_log::<token::Approval>().unwrap();
    assert_eq!(
        (approved.owner, approved.spender, approved.value),
        (holder, other, units(10))
    );
    scene.other.act(at, take(4)).await.unwrap();
    assert_eq!(scene.other.view(at, left()).await, units(6));
    let short = token::ERC20InsufficientAllowance {
        spender: other,
        allowance: units(6),
        needed: units(7),
    };
    scene.other.refused(at, take(7), short).await;
    scene.holder.act(at, approve(U256::MAX)).await.unwrap();
    scene.other.act(at, take(7)).await.unwrap();
    assert_eq!(scene.other.view(at, left()).await, U256::MAX);
    scene.assert_balances(89, 12, 899).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frozen_units_stay_unless_the_registrar_takes_them() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let freeze = |amount| token::setFrozenTokensCall {
        account: holder,
        amount,
    };
    let frozen = || token::getFrozenTokensCall { account: holder };
    let transfer = |amount| token::transferCall {
        to: other,
        amount: units(amount),
    };
    scene.registrar.act(at, freeze(units(70))).await.unwrap();
    let short = token::ERC7943InsufficientUnfrozenBalance {
        account: holder,
        amount: units(31),
        unfrozen: units(30),
    };
    scene.holder.refused(at, transfer(31), short).await;
    let can = |amount| token::canTransferCall {
        from: holder,
        to: other,
        amount: units(amount),
    };
    assert!(!scene.holder.view(at, can(31)).await);
    assert!(scene.holder.view(at, can(30)).await);
    scene.holder.act(at, transfer(30)).await.unwrap();
    scene.assert_balances(70, 31, 899).await;

    let forced = token::forcedTransferCall {
        from: holder,
        to: other,
        amount: units(20),
    };
    let receipt = scene.registrar.act(at, forced).await.unwrap();
    let topics: Vec<_> = receipt.logs().iter().map(|log| log.topics()[0]).collect();
    let order = [
        token::Frozen::SIGNATURE_HASH,
        token::Transfer::SIGNATURE_HASH,
        token::ForcedTransfer::SIGNATURE_HASH,
    ];
    assert_eq!(topics, order, "the standard wants the unfreezing first");
    assert_eq!(scene.registrar.view(at, frozen()).await, units(50));
    scene.assert_balances(50, 51, 899).await;

    // More than the balance can be frozen, for units that come later.
    scene.registrar.act(at, freeze(units(500))).await.unwrap();
    scene
        .registrar
        .act(at, batch(1, item(holder, 5)))
        .await
        .unwrap();
    assert_eq!(scene.registrar.view(at, frozen()).await, units(500));
    let too_large = units(1) << 120;
    let error = token::AmountTooLarge { amount: too_large };
    scene.registrar.refused(at, freeze(too_large), error).await;
    let own = token::setFrozenTokensCall {
        account: at,
        amount: units(1),
    };
    scene
        .registrar
        .refused(at, own, token::ERC7943CannotSend { account: at })
        .await;
    scene.assert_balances(55, 51, 894).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_takes_back_and_burns() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    scene.bar(holder).await;
    scene
        .registrar
        .act(
            at,
            token::takeBackCall {
                from: holder,
                amount: units(40),
            },
        )
        .await
        .unwrap();
    scene.assert_balances(60, 1, 939).await;
    scene
        .registrar
        .act(
            at,
            token::burnCall {
                from: holder,
                amount: units(60),
            },
        )
        .await
        .unwrap();
    scene
        .registrar
        .act(
            at,
            token::burnCall {
                from: at,
                amount: units(900),
            },
        )
        .await
        .unwrap();
    scene.assert_balances(0, 1, 39).await;

    let short = |sender, balance, needed| token::ERC20InsufficientBalance {
        sender,
        balance: units(balance),
        needed: units(needed),
    };
    let (by, two) = (&scene.registrar, units(2));
    by.refused(
        at,
        token::burnCall {
            from: other,
            amount: two,
        },
        short(other, 1, 2),
    )
    .await;
    by.refused(
        at,
        token::takeBackCall {
            from: other,
            amount: two,
        },
        short(other, 1, 2),
    )
    .await;
    by.refused(
        at,
        token::burnCall {
            from: at,
            amount: units(40),
        },
        short(at, 39, 40),
    )
    .await;
    let forced = token::forcedTransferCall {
        from: at,
        to: other,
        amount: two,
    };
    by.refused(at, forced, short(at, 0, 2)).await;
    scene.assert_balances(0, 1, 39).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_stops_transfers_and_nothing_else() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let transfer = || token::transferCall {
        to: other,
        amount: units(1),
    };
    scene.registrar.act(at, token::pauseCall {}).await.unwrap();
    scene
        .holder
        .refused(at, transfer(), token::TransfersArePaused {})
        .await;
    let can = token::canTransferCall {
        from: holder,
        to: other,
        amount: units(1),
    };
    assert!(!scene.holder.view(at, can).await);
    assert!(
        scene
            .holder
            .view(at, token::canSendCall { account: holder })
            .await
    );
    scene
        .registrar
        .act(at, batch(1, item(holder, 1)))
        .await
        .unwrap();
    scene
        .registrar
        .act(at, token::unpauseCall {})
        .await
        .unwrap();
    scene.holder.act(at, transfer()).await.unwrap();
    scene.assert_balances(100, 2, 898).await;
}
