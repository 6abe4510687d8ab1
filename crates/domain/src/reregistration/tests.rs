//! The matrix of grounds and restrictions, what goes along, and who has to consent.

#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{Address, InvestorId, KycStatus, WalletId, WalletKind};

fn units(number: u64) -> Units {
    Units::new(number).unwrap()
}

fn one(entry: u64, kind: RestrictionKind, extent: Option<u64>) -> Entered {
    Entered {
        entry,
        kind,
        extent: Extent::of(extent.map(units)),
        key: None,
    }
}

fn side() -> Side {
    Side {
        wallet: Wallet {
            id: WalletId::from_uuid(Uuid::from_u128(1)),
            investor_id: InvestorId::from_uuid(Uuid::from_u128(2)),
            kind: WalletKind::Generic,
            address: Address::from_bytes([7; 20]),
            receiving_enabled: true,
            frozen: false,
            awaits_proof: false,
            proof: None,
            change: None,
            cooling_until: None,
        },
        standing: Standing {
            kyc_status: KycStatus::Success,
            has_tax_information: true,
            is_subject_to_us_tax: false,
            is_custodian_bank: false,
        },
    }
}

fn conditions(ground: Ground, target: Option<Side>, entered: &[Entered]) -> Conditions<'_> {
    Conditions {
        ground,
        target,
        available: units(10),
        units: units(6),
        entered,
    }
}

/// Who may move what although something is entered, and what becomes of that.
#[test]
fn reg_11_each_ground_meets_each_restriction() {
    use InstructionRefusal as R;
    use RestrictionKind as K;
    let rights = [K::Pledge, K::Usufruct, K::Attachment, K::Lock];
    for ground in Ground::ALL {
        for kind in RestrictionKind::ALL {
            let entered = [one(4, kind, Some(10))];
            let found = conditions(ground, Some(side()), &entered).check();
            let six = Some(Extent::Units(units(6)));
            let continued = |follows| {
                let entry = 4;
                let ends = six;
                Ok(vec![Continued {
                    entry,
                    ends,
                    follows,
                }])
            };
            let expected = match (ground, kind) {
                (Ground::LostKey, _) => continued(six),
                (_, kind) if rights.contains(&kind) => continued(six),
                (Ground::Succession, K::Freeze) | (Ground::Reversal, K::Freeze) => Err(R::Freeze),
                (Ground::Succession, _) => Err(R::KnownNotEntitled),
                _ => continued(None),
            };
            assert_eq!(found, expected, "{ground:?} {kind:?}");
        }
    }
}

#[test]
fn free_units_go_first_and_what_covers_all_goes_on() {
    use RestrictionKind as K;
    let entered = [
        one(4, K::Pledge, Some(3)),
        one(5, K::Lock, Some(3)),
        one(6, K::Usufruct, None),
    ];
    let go = |number| along(&entered, (units(10), units(number)), Ground::Succession).unwrap();
    let part = |number| Some(Extent::Units(units(number)));
    let told = |number| -> Vec<_> {
        let each = go(number).into_iter();
        each.map(|one| (one.entry, one.ends, one.follows)).collect()
    };
    assert_eq!(told(4), [(6, None, part(4))]);
    assert_eq!(told(6), [(4, part(2), part(2)), (6, None, part(6))]);
    let whole = [
        (4, part(3), part(3)),
        (5, part(3), part(3)),
        (6, Some(Extent::All), part(10)),
    ];
    assert_eq!(told(10), whole);
    let same_holder = along(&entered, (units(10), units(10)), Ground::LostKey).unwrap();
    assert_eq!(same_holder[2].follows, Some(Extent::All));
}

#[test]
fn who_receives_has_to_be_known_and_open() {
    use InstructionRefusal as R;
    let with = |ground, change: fn(&mut Side)| {
        let mut target = side();
        change(&mut target);
        conditions(ground, Some(target), &[]).check().err()
    };
    let (heir, same) = (Ground::Succession, Ground::LostKey);
    assert_eq!(
        with(heir, |side| side.wallet.frozen = true),
        Some(R::Freeze)
    );
    let closed = |side: &mut Side| side.wallet.receiving_enabled = false;
    assert_eq!(with(heir, closed), Some(R::NoAgreement));
    let untaxed = |side: &mut Side| side.standing.has_tax_information = false;
    assert_eq!(with(heir, untaxed), Some(R::Unidentified));
    assert_eq!(with(same, untaxed), None);
    let unknown = |side: &mut Side| side.standing.kyc_status = KycStatus::Pending;
    assert_eq!(with(same, unknown), Some(R::Unidentified));
    assert_eq!(with(Ground::Reversal, unknown), None);
    let mut many = conditions(heir, Some(side()), &[]);
    many.units = units(11);
    assert_eq!(many.check(), Err(R::Insufficient));
    many.units = Units::ZERO;
    assert_eq!(many.check(), Err(R::Insufficient));
    let pledged = [one(4, RestrictionKind::Pledge, Some(10))];
    let to_issuer = conditions(Ground::Reversal, None, &pledged).check();
    assert_eq!(to_issuer, Err(R::ThirdPartyMustInstruct));
}

/// § 18(2), (5) eWpG.
#[test]
fn reg_18_a_mistake_is_reversed_with_consent_and_a_missing_instruction_without() {
    use InstructionRefusal as R;
    let reversal = |cause, holder: bool, issuer: bool| Reversal {
        cause,
        holder_consent: holder.then(|| "Letter of 3 March".to_owned()),
        issuer_consent: issuer.then(|| "Letter of 4 March".to_owned()),
    };
    for is_to_issuer in [false, true] {
        let alone = reversal(Cause::NoInstruction, false, false);
        assert_eq!(alone.check(is_to_issuer), Ok(()));
        let nobody = reversal(Cause::Mistake, false, true);
        assert_eq!(nobody.check(is_to_issuer), Err(R::NoInstruction));
        let both = reversal(Cause::Mistake, true, true);
        assert_eq!(both.check(is_to_issuer), Ok(()));
    }
    let holder = reversal(Cause::Mistake, true, false);
    assert_eq!(holder.check(false), Ok(()));
    assert_eq!(holder.check(true), Err(R::IssuerConsent));
}

#[test]
fn every_word_is_read_as_it_is_written() {
    for ground in Ground::ALL {
        assert_eq!(ground.as_str().parse(), Ok(ground));
    }
    for cause in [Cause::NoInstruction, Cause::Mistake] {
        assert_eq!(cause.as_str().parse(), Ok(cause));
    }
    assert!("gift".parse::<Ground>().is_err());
}

proptest! {
    #[test]
    fn what_ends_is_never_more_than_there_was_nor_than_moves(
        extents in proptest::collection::vec((0_usize..6, 0_u64..20), 0..5), held in 1_u64..30, moves in 1_u64..30, ground in 0_usize..5,
    ) {
        let entered: Vec<_> = extents
            .iter()
            .zip(1..)
            .map(|((kind, extent), entry)| one(entry, RestrictionKind::ALL[*kind], Some(extent + 1)))
            .collect();
        prop_assume!(moves <= held);
        let Ok(continued) = along(&entered, (units(held), units(moves)), Ground::ALL[ground]) else { return Ok(()) };
        let mut sum = 0;
        for one in continued {
            let before = entered.iter().find(|known| known.entry == one.entry).unwrap();
            let Some(Extent::Units(part)) = one.ends else { panic!("a part") };
            prop_assert!(Some(part) <= before.extent.units() && !part.is_zero());
            sum += part.get();
        }
        prop_assert!(sum <= moves);
    }
}
