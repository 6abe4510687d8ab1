//! T-REX 4.1.6 (ERC-3643) with ONCHAINID, from the artifacts of their packages, without compliance modules.

use std::path::Path;

use alloy::primitives::{Address, Bytes, U256, keccak256};
use alloy::signers::SignerSync as _;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolValue as _;
use revm::primitives::hardfork::SpecId;
use serde::Deserialize;

use crate::machine::{Machine, investor};
use crate::ours::{ASSETS, Figures, REGISTRAR, SIZES};

alloy::sol! {
    struct Version { uint8 major; uint8 minor; uint8 patch; }
    struct Contracts { address token; address ctr; address ir; address irs; address tir; address mc; }
    struct TokenDetails {
        address owner; string name; string symbol; uint8 decimals; address irs; address onchainId;
        address[] irAgents; address[] tokenAgents; address[] complianceModules; bytes[] complianceSettings;
    }
    struct ClaimDetails { uint256[] claimTopics; address[] issuers; uint256[][] issuerClaims; }

    interface Suite {
        function addAndUseTREXVersion(Version calldata version, Contracts calldata contracts) external;
        function addTokenFactory(address factory) external;
        function deployTREXSuite(string calldata salt, TokenDetails calldata token, ClaimDetails calldata claim) external;
        function getToken(string calldata salt) external view returns (address);
        function createIdentity(address wallet, string calldata salt) external returns (address);
        function getIdentity(address wallet) external view returns (address);
        function addKey(bytes32 key, uint256 purpose, uint256 keyType) external returns (bool);
        function addClaim(uint256 topic, uint256 scheme, address issuer, bytes calldata signature, bytes calldata data, string calldata uri) external;
        function identityRegistry() external view returns (address);
        function registerIdentity(address wallet, address identity, uint16 country) external;
        function batchRegisterIdentity(address[] calldata wallets, address[] calldata identities, uint16[] calldata countries) external;
        function unpause() external;
        function pause() external;
        function mint(address to, uint256 amount) external;
        function batchMint(address[] calldata to, uint256[] calldata amounts) external;
        function transfer(address to, uint256 amount) external returns (bool);
        function forcedTransfer(address from, address to, uint256 amount) external returns (bool);
        function freezePartialTokens(address wallet, uint256 amount) external;
        function setAddressFrozen(address wallet, bool freeze) external;
        function burn(address from, uint256 amount) external;
    }
}

const TOPIC: U256 = U256::ONE;
const GERMANY: u16 = 276;
/// Investors of one transaction; larger batches are carried in several, because one that has them all goes beyond its limit.
const FITS: u64 = 100;
/// What one transaction may take on public networks today (EIP-7825).
const LIMIT: u64 = 16_777_216;

/// Every act that it has, from the packages' folder.
pub fn measure(fork: SpecId, packages: &Path) -> Figures {
    let mut figures = Figures::new();
    let mut note = |what: &str, gas| figures.push((what.to_owned(), gas));
    let mut machine = Machine::new(fork);
    let mut network = Network::begin(&mut machine, packages);
    let (at, created) = network.create(&mut machine, "1");
    note("create an asset", created);
    machine.act(REGISTRAR, at, &Suite::unpauseCall {});

    let wallets: Vec<Address> = (1..4).map(investor).collect();
    let (holder, other, admitted) = (wallets[0], wallets[1], wallets[2]);
    let onboarded = network.onboard(&mut machine, &wallets);
    let registered = network.register(&mut machine, at, &wallets[..1]);
    network.register(&mut machine, at, &wallets[1..]);
    note("shared by all assets, once", network.shared);
    note("admit a wallet", onboarded / 3 + registered);
    machine.act(REGISTRAR, at, &batch(&[holder, other]));
    let machine = machine;
    let amount = U256::from(300);
    let mint = |to| Suite::mintCall { to, amount };
    let minted = machine.price(REGISTRAR, at, &mint(admitted));
    note(
        "deliver to a new wallet",
        onboarded / 3 + registered + minted,
    );
    note(
        "deliver to a holder",
        machine.price(REGISTRAR, at, &mint(holder)),
    );
    let transfer = |to| Suite::transferCall { to, amount };
    note(
        "transfer to an admitted wallet",
        machine.price(holder, at, &transfer(admitted)),
    );
    note(
        "transfer to a holder",
        machine.price(holder, at, &transfer(other)),
    );
    let forced = Suite::forcedTransferCall {
        from: holder,
        to: other,
        amount,
    };
    note(
        "forced transfer to a holder",
        machine.price(REGISTRAR, at, &forced),
    );
    let freeze = Suite::freezePartialTokensCall {
        wallet: holder,
        amount,
    };
    note(
        "freeze part of a holding",
        machine.price(REGISTRAR, at, &freeze),
    );
    let bar = Suite::setAddressFrozenCall {
        wallet: holder,
        freeze: true,
    };
    note("bar a wallet", machine.price(REGISTRAR, at, &bar));
    let burn = |amount| Suite::burnCall {
        from: holder,
        amount,
    };
    note(
        "burn part of a holding",
        machine.price(REGISTRAR, at, &burn(amount)),
    );
    note(
        "burn a whole holding",
        machine.price(REGISTRAR, at, &burn(U256::from(1_000))),
    );
    note("pause", machine.price(REGISTRAR, at, &Suite::pauseCall {}));

    for size in SIZES {
        let whom: Vec<Address> = (0..size).map(|n| investor(1_000 * size + n)).collect();
        let mut machine = machine.clone();
        let onboarded = network.onboard(&mut machine, &whom);
        let pieces = whom.chunks(usize::try_from(FITS).expect("a hundred"));
        let registered = pieces
            .clone()
            .map(|piece| network.register(&mut machine, at, piece));
        let registered: u64 = registered.sum();
        if size > FITS {
            too_large(size, machine.price(REGISTRAR, at, &batch(&whom)));
        }
        let mut mint = || {
            pieces
                .clone()
                .map(|piece| machine.act(REGISTRAR, at, &batch(piece)))
                .sum::<u64>()
        };
        let new = mint();
        note(
            &format!("batch of {size}, new"),
            onboarded + registered + new,
        );
        note(&format!("batch of {size}, holders"), mint());
        if size == 100 {
            // The identity is made once; each asset has a register of its own.
            let each = onboarded + ASSETS * (registered + new);
            note("one investor in four assets, batches of 100", each / 100);
        }
    }
    figures
}

/// Why a batch is carried in several transactions.
fn too_large(size: u64, gas: u64) {
    assert!(gas > LIMIT, "a batch of {size} fits into one transaction");
    println!(
        "T-REX: a batch of {size} in one transaction would take {gas} gas; its limit is {LIMIT}."
    );
}

fn batch(whom: &[Address]) -> Suite::batchMintCall {
    Suite::batchMintCall {
        to: whom.to_vec(),
        amounts: vec![U256::from(1_000); whom.len()],
    }
}

/// What all assets share, and who vouches for investors.
struct Network {
    factory: Address,
    identities: Address,
    claims: Address,
    claim_signer: PrivateKeySigner,
    shared: u64,
}

impl Network {
    fn begin(machine: &mut Machine, packages: &Path) -> Self {
        let trex = packages.join("@tokenysolutions/t-rex/artifacts/contracts");
        let onchain_id = packages.join("@onchain-id/solidity/artifacts/contracts");
        let mut shared = 0;
        let mut deploy = |folder: &Path, path: &str, arguments: Vec<u8>| {
            let (at, gas) = machine.deploy(REGISTRAR, [code(folder, path), arguments].concat());
            shared += gas;
            at
        };
        let of = |name: &str| format!("registry/implementation/{name}");
        let contracts = Contracts {
            token: deploy(&trex, "token/Token", vec![]),
            ctr: deploy(&trex, &of("ClaimTopicsRegistry"), vec![]),
            ir: deploy(&trex, &of("IdentityRegistry"), vec![]),
            irs: deploy(&trex, &of("IdentityRegistryStorage"), vec![]),
            tir: deploy(&trex, &of("TrustedIssuersRegistry"), vec![]),
            mc: deploy(&trex, "compliance/modular/ModularCompliance", vec![]),
        };
        let none = Address::ZERO;
        let authority = deploy(
            &trex,
            "proxy/authority/TREXImplementationAuthority",
            (true, none, none).abi_encode_params(),
        );
        let identity = deploy(
            &onchain_id,
            "Identity",
            (REGISTRAR, true).abi_encode_params(),
        );
        let identity_authority = deploy(
            &onchain_id,
            "proxy/ImplementationAuthority",
            identity.abi_encode(),
        );
        let identities = deploy(
            &onchain_id,
            "factory/IdFactory",
            identity_authority.abi_encode(),
        );
        let claims = deploy(&onchain_id, "ClaimIssuer", REGISTRAR.abi_encode());
        let version = Version {
            major: 4,
            minor: 1,
            patch: 6,
        };
        shared += machine.act(
            REGISTRAR,
            authority,
            &Suite::addAndUseTREXVersionCall { version, contracts },
        );
        let arguments = (authority, identities).abi_encode_params();
        let code = [code(&trex, "factory/TREXFactory"), arguments].concat();
        let (factory, gas) = machine.deploy(REGISTRAR, code);
        shared += gas
            + machine.act(
                REGISTRAR,
                identities,
                &Suite::addTokenFactoryCall { factory },
            );
        let claim_signer = PrivateKeySigner::from_bytes(&keccak256("claims")).expect("a key");
        let key = keccak256(claim_signer.address().abi_encode());
        let three = U256::from(3);
        let add = Suite::addKeyCall {
            key,
            purpose: three,
            keyType: U256::ONE,
        };
        shared += machine.act(REGISTRAR, claims, &add);
        Self {
            factory,
            identities,
            claims,
            claim_signer,
            shared,
        }
    }

    /// The asset's address and what it cost.
    fn create(&mut self, machine: &mut Machine, salt: &str) -> (Address, u64) {
        let token = TokenDetails {
            owner: REGISTRAR,
            name: "Solarpark Brandenburg 31".into(),
            symbol: "SOLAR31".into(),
            decimals: 0,
            irs: Address::ZERO,
            onchainId: Address::ZERO,
            irAgents: vec![REGISTRAR],
            tokenAgents: vec![REGISTRAR],
            complianceModules: vec![],
            complianceSettings: vec![],
        };
        let claim = ClaimDetails {
            claimTopics: vec![TOPIC],
            issuers: vec![self.claims],
            issuerClaims: vec![vec![TOPIC]],
        };
        let call = Suite::deployTREXSuiteCall {
            salt: salt.into(),
            token,
            claim,
        };
        let gas = machine.act(REGISTRAR, self.factory, &call);
        let salt = salt.into();
        (
            machine.ask(self.factory, &Suite::getTokenCall { salt }),
            gas,
        )
    }

    /// An identity for each wallet, with the claim that its holder was identified; the holder adds it.
    fn onboard(&self, machine: &mut Machine, wallets: &[Address]) -> u64 {
        let each = wallets.iter().map(|wallet| {
            let create = Suite::createIdentityCall {
                wallet: *wallet,
                salt: wallet.to_string(),
            };
            let created = machine.act(REGISTRAR, self.identities, &create);
            let identity = self.identity(machine, *wallet);
            let data = Bytes::from_static(b"identified");
            let said = keccak256((identity, TOPIC, data.clone()).abi_encode_params());
            let signature = self
                .claim_signer
                .sign_message_sync(said.as_slice())
                .expect("signed");
            let claim = Suite::addClaimCall {
                topic: TOPIC,
                scheme: U256::ONE,
                issuer: self.claims,
                signature: signature.as_bytes().into(),
                data,
                uri: String::new(),
            };
            created + machine.act(*wallet, identity, &claim)
        });
        each.sum()
    }

    /// Enters the wallets into the asset's register, in one transaction.
    fn register(&self, machine: &mut Machine, token: Address, wallets: &[Address]) -> u64 {
        let registry = machine.ask(token, &Suite::identityRegistryCall {});
        if let [wallet] = wallets {
            let identity = self.identity(machine, *wallet);
            let call = Suite::registerIdentityCall {
                wallet: *wallet,
                identity,
                country: GERMANY,
            };
            return machine.act(REGISTRAR, registry, &call);
        }
        let identities = wallets.iter().map(|wallet| self.identity(machine, *wallet));
        let call = Suite::batchRegisterIdentityCall {
            identities: identities.collect(),
            wallets: wallets.to_vec(),
            countries: vec![GERMANY; wallets.len()],
        };
        machine.act(REGISTRAR, registry, &call)
    }

    fn identity(&self, machine: &Machine, wallet: Address) -> Address {
        machine.ask(self.identities, &Suite::getIdentityCall { wallet })
    }
}

/// The creation code of an artifact: `path` without the name that Hardhat repeats.
fn code(folder: &Path, path: &str) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Artifact {
        bytecode: Bytes,
    }
    let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
    let file = folder.join(format!("{path}.sol/{name}.json"));
    let text = std::fs::read_to_string(&file).expect("the package has its artifacts");
    let artifact: Artifact = serde_json::from_str(&text).expect("it is an artifact");
    artifact.bytecode.into()
}
