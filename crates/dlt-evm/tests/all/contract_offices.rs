//! Who may do what with a token: the registry, enforcement, holders and strangers, each office with a key of its own.

use crate::common::{NOW, Player, investor};
use crate::contract::{Scene, batch, creation, isin, item, player, scene, units};
use alloy::primitives::{Address, B256, FixedBytes, U256};
use alloy::rpc::types::TransactionReceipt;
use alloy::sol_types::SolEvent;
use cashlink_dlt_evm::contracts::{SecurityToken as token, SecurityTokenFactory as factory};

/// A scene in which enforcement lies with a court and no more with the registrar.
async fn two_offices() -> (Scene, Player) {
    let scene = scene().await;
    let court = player(&scene.chain, 8);
    let propose = factory::proposeEnforcementCall {
        enforcement_: court.address(),
    };
    scene.registrar.act(scene.factory, propose).await.unwrap();
    court
        .act(scene.factory, factory::acceptEnforcementCall {})
        .await
        .unwrap();
    (scene, court)
}

fn set_status(account: Address, status: u16) -> token::setStatusCall {
    token::setStatusCall { account, status }
}

fn freeze(account: Address, amount: u64) -> token::setFrozenTokensCall {
    token::setFrozenTokensCall {
        account,
        amount: units(amount),
    }
}

fn instructed(from: Address, to: Address, amount: u64) -> token::transferByInstructionCall {
    token::transferByInstructionCall {
        from,
        to,
        amount: units(amount),
    }
}

fn forced(from: Address, to: Address, amount: u64) -> token::forcedTransferCall {
    token::forcedTransferCall {
        from,
        to,
        amount: units(amount),
    }
}

fn take_back(from: Address, amount: u64) -> token::takeBackCall {
    token::takeBackCall {
        from,
        amount: units(amount),
    }
}

fn burn(from: Address, amount: u64) -> token::burnCall {
    token::burnCall {
        from,
        amount: units(amount),
    }
}

fn replace(old: Address, new: Address) -> token::replaceWalletCall {
    token::replaceWalletCall {
        oldWallet: old,
        newWallet: new,
    }
}

fn set_terms() -> token::setTermsCall {
    token::setTermsCall {
        hash: FixedBytes::repeat_byte(8),
        uri: "https://register.example/terms/2".into(),
    }
}

fn events(receipt: &TransactionReceipt) -> Vec<B256> {
    receipt.logs().iter().map(|log| log.topics()[0]).collect()
}

async fn frozen(scene: &Scene, account: Address) -> U256 {
    let call = token::getFrozenTokensCall { account };
    scene.registrar.view(scene.token, call).await
}

async fn status(scene: &Scene, account: Address) -> u16 {
    let call = token::statusOfCall { account };
    scene.registrar.view(scene.token, call).await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_registry_does_the_registry_s_acts() {
    let (scene, court) = two_offices().await;
    let (at, account) = (scene.token, scene.other.address());
    for by in [&scene.holder, &court] {
        let no = || token::NotRegistrar {
            caller: by.address(),
        };
        by.refused(at, batch(1, item(account, 1)), no()).await;
        by.refused(at, set_status(investor(1), 1), no()).await;
        by.refused(at, set_status(account, 0), no()).await;
        by.refused(at, instructed(account, account, 1), no()).await;
        by.refused(at, take_back(account, 1), no()).await;
        by.refused(at, burn(account, 1), no()).await;
        by.refused(at, burn(at, 1), no()).await;
        by.refused(at, token::setLockupCall { until: 1 }, no())
            .await;
        by.refused(at, set_terms(), no()).await;
        let (root, key) = (FixedBytes::ZERO, FixedBytes::ZERO);
        by.refused(at, anchor(1, root, key), no()).await;
        let registrar_ = account;
        by.refused(at, token::proposeRegistrarCall { registrar_ }, no())
            .await;
        by.refused(at, token::acceptRegistrarCall {}, no()).await;
        let no = || factory::NotRegistrar {
            caller: by.address(),
        };
        by.refused(scene.factory, creation(), no()).await;
        let propose = factory::proposeRegistrarCall { registrar_ };
        by.refused(scene.factory, propose, no()).await;
        by.refused(scene.factory, factory::acceptRegistrarCall {}, no())
            .await;
    }
    scene.assert_balances(100, 1, 899).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_enforcement_does_enforcement_s_acts() {
    let (scene, court) = two_offices().await;
    let (at, account) = (scene.token, scene.other.address());
    let said = scene.holder.view(at, token::enforcementCall {}).await;
    assert_eq!(said, court.address());
    court
        .act(at, set_status(investor(7), 2))
        .await
        .expect("enforcement bars without the registry");
    for by in [&scene.holder, &scene.registrar] {
        let no = || token::NotEnforcement {
            caller: by.address(),
        };
        by.refused(at, freeze(account, 1), no()).await;
        by.refused(at, forced(account, account, 1), no()).await;
        by.refused(at, replace(account, investor(1)), no()).await;
        by.refused(at, token::pauseCall {}, no()).await;
        by.refused(at, token::unpauseCall {}, no()).await;
        by.refused(at, set_status(account, 2), no()).await;
        for lifted in [0, 1, 3] {
            by.refused(at, set_status(investor(7), lifted), no()).await;
        }
        let no = || factory::NotEnforcement {
            caller: by.address(),
        };
        let propose = factory::proposeEnforcementCall {
            enforcement_: account,
        };
        by.refused(scene.factory, propose, no()).await;
        by.refused(scene.factory, factory::acceptEnforcementCall {}, no())
            .await;
    }
    scene.assert_balances(100, 1, 899).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frozen_units_move_by_enforcement_s_hand_alone() {
    let (scene, court) = two_offices().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    court.act(at, freeze(holder, 70)).await.unwrap();
    let no = |amount, unfrozen| token::ERC7943InsufficientUnfrozenBalance {
        account: holder,
        amount: units(amount),
        unfrozen: units(unfrozen),
    };
    let by = &scene.registrar;
    by.refused(at, instructed(holder, other, 31), no(31, 30))
        .await;
    by.refused(at, take_back(holder, 31), no(31, 30)).await;
    by.refused(at, burn(holder, 31), no(31, 30)).await;
    let receipt = by.act(at, instructed(holder, other, 10)).await.unwrap();
    assert_eq!(events(&receipt), [token::Transfer::SIGNATURE_HASH]);
    by.act(at, take_back(holder, 10)).await.unwrap();
    by.act(at, burn(holder, 10)).await.unwrap();
    scene.assert_balances(70, 11, 909).await;
    by.refused(at, burn(holder, 1), no(1, 0)).await;

    court.act(at, forced(holder, other, 20)).await.unwrap();
    assert_eq!(frozen(&scene, holder).await, units(50));
    scene.assert_balances(50, 31, 909).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_may_hold_both_offices() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let by = &scene.registrar;
    by.act(at, freeze(holder, 100)).await.unwrap();
    let receipt = by.act(at, instructed(holder, other, 10)).await.unwrap();
    let order = [
        token::Frozen::SIGNATURE_HASH,
        token::Transfer::SIGNATURE_HASH,
    ];
    assert_eq!(events(&receipt), order);
    let receipt = by.act(at, burn(holder, 20)).await.unwrap();
    assert_eq!(events(&receipt), order);
    let receipt = by.act(at, take_back(holder, 30)).await.unwrap();
    assert_eq!(events(&receipt)[..2], order);
    assert_eq!(events(&receipt)[2], token::ForcedTransfer::SIGNATURE_HASH);
    assert_eq!(frozen(&scene, holder).await, units(40));
    scene.assert_balances(40, 11, 929).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instruction_is_carried_out_through_pause_and_lockup() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let by = &scene.registrar;
    by.act(at, token::pauseCall {}).await.unwrap();
    by.act(at, token::setLockupCall { until: u32::MAX })
        .await
        .unwrap();
    by.act(at, instructed(holder, other, 10)).await.unwrap();
    by.act(at, forced(holder, other, 10)).await.unwrap();
    let no = token::ERC7943CannotReceive {
        account: investor(1),
    };
    by.refused(at, instructed(holder, investor(1), 1), no).await;
    let no = token::ERC20InsufficientBalance {
        sender: holder,
        balance: units(80),
        needed: units(81),
    };
    by.refused(at, instructed(holder, other, 81), no).await;
    by.act(at, instructed(holder, holder, 80)).await.unwrap();
    scene.assert_balances(80, 21, 899).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_wallet_is_replaced_as_it_is() {
    let (scene, court) = two_offices().await;
    let (holder, at) = (scene.holder.address(), scene.token);
    let new = investor(5);
    court.act(at, freeze(holder, 70)).await.unwrap();
    let receipt = court.act(at, replace(holder, new)).await.unwrap();
    let order = [
        token::Frozen::SIGNATURE_HASH,
        token::Frozen::SIGNATURE_HASH,
        token::Transfer::SIGNATURE_HASH,
        token::ForcedTransfer::SIGNATURE_HASH,
        token::WalletReplaced::SIGNATURE_HASH,
    ];
    assert_eq!(events(&receipt), order);
    let said = receipt.decoded_log::<token::WalletReplaced>().unwrap();
    assert_eq!((said.oldWallet, said.newWallet), (holder, new));
    assert_eq!(
        (said.amount, said.frozen, said.status),
        (units(100), units(70), 1)
    );
    assert_eq!(
        (scene.balance(holder).await, scene.balance(new).await),
        (0, 100)
    );
    assert_eq!(frozen(&scene, holder).await, units(0));
    assert_eq!(frozen(&scene, new).await, units(70));
    assert_eq!(
        (status(&scene, holder).await, status(&scene, new).await),
        (2, 1)
    );

    // Whoever has the old key has nothing, and a delivery on its way there is refused.
    let no = token::ERC7943CannotReceive { account: holder };
    let late = batch(1, item(holder, 1));
    scene.registrar.refused(at, late, no).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_lifts_no_bar_and_takes_no_wallet_in_use() {
    let (scene, court) = two_offices().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let (new, barred) = (investor(5), investor(6));
    court.act(at, set_status(barred, 2)).await.unwrap();
    court.act(at, freeze(investor(7), 1)).await.unwrap();
    for wallet in [other, holder, barred, investor(7)] {
        let no = token::WalletInUse { wallet };
        court.refused(at, replace(holder, wallet), no).await;
    }
    for account in [Address::ZERO, at] {
        let no = token::ERC7943CannotReceive { account };
        court.refused(at, replace(holder, account), no).await;
        let no = token::ERC7943CannotSend { account };
        court.refused(at, replace(account, new), no).await;
    }

    // Admitted already, as by a registrar who knows of the new wallet.
    scene.registrar.act(at, set_status(new, 1)).await.unwrap();
    court.act(at, set_status(holder, 2)).await.unwrap();
    let receipt = court.act(at, replace(holder, new)).await.unwrap();
    assert_eq!(events(&receipt).len(), 3, "nothing was frozen");
    assert_eq!(status(&scene, new).await, 2);
    court.act(at, set_status(new, 1)).await.unwrap();
    assert_eq!(
        (scene.balance(new).await, scene.balance(at).await),
        (100, 899)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_wait_for_the_end_of_a_lockup() {
    let scene = scene().await;
    let (holder, other, at) = (scene.holder.address(), scene.other.address(), scene.token);
    let transfer = || token::transferCall {
        to: other,
        amount: units(1),
    };
    let can = || token::canTransferCall {
        from: holder,
        to: other,
        amount: units(1),
    };
    let now = u32::try_from(NOW).unwrap();
    let until = now + 1;
    let receipt = scene
        .registrar
        .act(at, token::setLockupCall { until })
        .await
        .unwrap();
    let said = receipt.decoded_log::<token::LockupChanged>().unwrap();
    assert_eq!(said.until, until);
    let no = token::TransfersAreLocked { until };
    scene.holder.refused(at, transfer(), no).await;
    assert!(!scene.holder.view(at, can()).await);
    let items = item(holder, 1);
    scene.registrar.act(at, batch(1, items)).await.unwrap();

    // The time that is said is the first second in which they may.
    scene
        .registrar
        .act(at, token::setLockupCall { until: now })
        .await
        .unwrap();
    assert_eq!(scene.holder.view(at, token::lockedUntilCall {}).await, now);
    assert!(scene.holder.view(at, can()).await);
    scene.holder.act(at, transfer()).await.unwrap();
    let state = scene.holder.view(at, token::registerCall {}).await;
    assert_eq!(
        (state.issueVolume, state.undelivered_, state.paused_),
        (1_000, 898, false),
        "the slot kept its other fields"
    );
    assert_eq!(
        scene.holder.view(at, token::nameCall {}).await,
        creation().name
    );
    scene.assert_balances(100, 2, 898).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_begun_and_ended_once() {
    let scene = scene().await;
    let (by, at) = (&scene.registrar, scene.token);
    by.refused(at, token::unpauseCall {}, token::TransfersAreNotPaused {})
        .await;
    let receipt = by.act(at, token::pauseCall {}).await.unwrap();
    assert_eq!(events(&receipt), [token::TransfersPaused::SIGNATURE_HASH]);
    assert!(by.view(at, token::pausedCall {}).await);
    by.refused(at, token::pauseCall {}, token::TransfersArePaused {})
        .await;
    let receipt = by.act(at, token::unpauseCall {}).await.unwrap();
    assert_eq!(events(&receipt), [token::TransfersResumed::SIGNATURE_HASH]);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_terms_are_an_event_with_their_place() {
    let scene = scene().await;
    scene.registrar.act(scene.token, set_terms()).await.unwrap();
    let in_order = [
        (creation().termsHash, String::new()),
        (set_terms().hash, set_terms().uri),
    ];
    assert_eq!(scene.terms_since(0).await, in_order);
}

fn anchor(size: u64, root: FixedBytes<32>, log_key: FixedBytes<32>) -> token::anchorCheckpointCall {
    token::anchorCheckpointCall {
        size,
        root,
        logKey: log_key,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_anchors_the_register_log() {
    let scene = scene().await;
    let root = FixedBytes::repeat_byte(9);
    let key = FixedBytes::repeat_byte(7);
    let written = scene.registrar.act(scene.token, anchor(3, root, key)).await;
    let receipt = written.unwrap();
    let [log] = receipt.logs() else {
        panic!("one event: {receipt:?}");
    };
    assert_eq!(log.address(), scene.token);
    let anchored = receipt.decoded_log::<token::CheckpointAnchored>().unwrap();
    let said = (anchored.size, anchored.root, anchored.logKey);
    assert_eq!(said, (3, root, key));
    // Found by its size alone, with any node.
    assert_eq!(log.topics()[1], B256::from(units(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_passes_on_in_two_steps() {
    let scene = scene().await;
    let (old, new) = (&scene.registrar, &scene.holder);
    for at in [scene.token, scene.factory] {
        let propose = token::proposeRegistrarCall {
            registrar_: new.address(),
        };
        let receipt = old.act(at, propose).await.unwrap();
        let proposed = receipt.decoded_log::<token::RegistrarProposed>().unwrap();
        assert_eq!(proposed.registrar, new.address());
        assert_eq!(old.view(at, token::registrarCall {}).await, old.address());
        let receipt = new.act(at, token::acceptRegistrarCall {}).await.unwrap();
        let changed = receipt.decoded_log::<token::RegistrarChanged>().unwrap();
        assert_eq!(
            (changed.previous, changed.registrar),
            (old.address(), new.address())
        );
        assert_eq!(old.view(at, token::registrarCall {}).await, new.address());
        let again = token::NotRegistrar {
            caller: new.address(),
        };
        new.refused(at, token::acceptRegistrarCall {}, again).await;
    }
    let no = token::NotRegistrar {
        caller: old.address(),
    };
    old.refused(scene.token, set_terms(), no).await;
    let receipt = new
        .act(scene.token, batch(1, item(investor(1), 5)))
        .await
        .unwrap();
    let delivered = receipt.decoded_log::<token::BatchDelivered>().unwrap();
    assert_eq!(delivered.sequence, 1);
    assert_eq!(
        scene.balance(scene.token).await,
        894,
        "slot 0 kept its other fields"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn enforcement_passes_on_in_two_steps_for_all_tokens() {
    let scene = scene().await;
    let (old, new) = (&scene.registrar, &scene.other);
    let propose = |to: &Player| factory::proposeEnforcementCall {
        enforcement_: to.address(),
    };
    old.act(scene.factory, propose(&scene.holder))
        .await
        .unwrap();
    let receipt = old.act(scene.factory, propose(new)).await.unwrap();
    let proposed = receipt
        .decoded_log::<factory::EnforcementProposed>()
        .unwrap();
    assert_eq!(proposed.enforcement, new.address());
    let no = factory::NotEnforcement {
        caller: scene.holder.address(),
    };
    let accept = factory::acceptEnforcementCall {};
    scene
        .holder
        .refused(scene.factory, accept.clone(), no)
        .await;
    old.act(scene.token, token::pauseCall {})
        .await
        .expect("it is the old one's until the new one accepts");
    let receipt = new.act(scene.factory, accept).await.unwrap();
    let changed = receipt
        .decoded_log::<factory::EnforcementChanged>()
        .unwrap();
    assert_eq!(
        (changed.previous, changed.enforcement),
        (old.address(), new.address())
    );
    new.act(scene.token, token::unpauseCall {}).await.unwrap();
    let now = old.view(scene.factory, factory::enforcementCall {}).await;
    assert_eq!(now, new.address());
    assert_eq!(
        old.view(scene.token, token::factoryCall {}).await,
        scene.factory
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_every_length_are_said_in_full() {
    let scene = scene().await;
    for (number, (name, symbol)) in (0_u8..).zip([(0, 0), (31, 1), (32, 0), (24, 9), (255, 255)]) {
        let mut isin = isin();
        isin[11] = b'A' + number;
        let name = "Solarpark ".chars().cycle().take(name);
        let name = name.collect::<String>();
        let symbol = "S".repeat(symbol);
        let call = factory::createCall {
            isin,
            name: name.clone(),
            symbol: symbol.clone(),
            ..creation()
        };
        let receipt = scene.registrar.act(scene.factory, call).await.unwrap();
        let created = receipt.decoded_log::<factory::AssetCreated>().unwrap();
        assert_eq!((created.isin, created.issueVolume), (isin, 1_000));
        let said = scene.holder.view(created.token, token::nameCall {}).await;
        assert_eq!(said, name);
        let said = scene.holder.view(created.token, token::symbolCall {}).await;
        assert_eq!(said, symbol);
    }
    for (name, symbol) in [(256, 1), (1, 256)] {
        let call = factory::createCall {
            isin: FixedBytes::repeat_byte(b'Z'),
            name: "N".repeat(name),
            symbol: "S".repeat(symbol),
            ..creation()
        };
        let by = &scene.registrar;
        by.refused(scene.factory, call, token::TextTooLong {}).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_said_and_decides_who_sends_and_receives() {
    let scene = scene().await;
    let (account, at) = (investor(4), scene.token);
    for given in [1, 2, 0] {
        let receipt = scene
            .registrar
            .act(at, set_status(account, given))
            .await
            .unwrap();
        let said = receipt.decoded_log::<token::StatusChanged>().unwrap();
        assert_eq!((said.account, said.status), (account, given));
        assert_eq!(status(&scene, account).await, given);
        let sends = token::canSendCall { account };
        assert_eq!(scene.holder.view(at, sends).await, given == 1);
        let receives = token::canReceiveCall { account };
        assert_eq!(scene.holder.view(at, receives).await, given == 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_balances_are_read_at_one_block() {
    let scene = scene().await;
    let accounts = vec![scene.holder.address(), investor(1), scene.token];
    let call = token::balancesOfCall { accounts };
    let answer = scene.holder.view(scene.token, call).await;
    assert_eq!(answer.balances, [units(100), units(0), units(899)]);
    assert!(answer.atBlock > U256::ZERO);
}
