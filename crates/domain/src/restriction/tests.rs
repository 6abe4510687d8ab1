//! Who may move, enter and release what is restricted, as a matrix.
#![allow(clippy::unwrap_used)]
use super::*;
use InstructionRefusal as R;
use RestrictionKind as K;

const KEY: Address = Address::from_bytes([7; 20]);
const OTHER: Address = Address::from_bytes([8; 20]);

fn units(number: u64) -> Units {
    Units::new(number).unwrap()
}

fn entered(entry: u64, kind: K, extent: Extent) -> Entered {
    let key = kind.is_right().then_some(KEY);
    Entered {
        entry,
        kind,
        extent,
        key,
    }
}

/// Ten units are there, and so many shall go.
fn of_ten(
    entered: &[Entered],
    number: u64,
    who: Instructing,
) -> Result<Vec<(u64, Units)>, InstructionRefusal> {
    admit(entered, (units(10), units(number)), who)
}

#[test]
fn reg_11_who_instructs_decides_what_may_move() {
    let four = Extent::Units(units(4));
    for (kind, code) in [
        (K::Pledge, R::ThirdPartyMustInstruct),
        (K::Usufruct, R::ThirdPartyMustInstruct),
        (K::Attachment, R::ThirdPartyMustInstruct),
        (K::Lock, R::NoBeneficiaryAssurance),
        (K::Freeze, R::Freeze),
        (K::Disentitlement, R::KnownNotEntitled),
    ] {
        let part = [entered(3, kind, four)];
        let all = [entered(3, kind, Extent::All)];
        // What nothing covers the holder gives alone.
        assert_eq!(of_ten(&part, 6, Instructing::Holder), Ok(vec![]));
        assert_eq!(of_ten(&part, 7, Instructing::Holder), Err(code));
        assert_eq!(of_ten(&all, 1, Instructing::Holder), Err(code));
        // Assuring that somebody consents is good for a restriction in that one's favour alone.
        let assured = of_ten(&part, 7, Instructing::Assured);
        let expected = match kind {
            K::Lock => Ok(vec![(3, units(1))]),
            _ => Err(code),
        };
        assert_eq!(assured, expected, "{kind:?}");
        // The third party has its own right, as far as it goes.
        let third = |number, key| of_ten(&part, number, Instructing::ThirdParty(key));
        if kind.is_right() {
            assert_eq!(third(4, KEY), Ok(vec![(3, units(4))]));
            assert_eq!(third(5, KEY), Err(R::NoInstruction));
            assert_eq!(of_ten(&all, 10, Instructing::ThirdParty(KEY)), Ok(vec![]));
        } else {
            assert!(third(4, KEY).is_err());
        }
        assert!(third(4, OTHER).is_err());
        assert!(third(7, OTHER).is_err());
    }
}

#[test]
fn reg_11_who_may_have_it_entered_and_released() {
    use Authority as A;
    let all = [
        A::Holder,
        A::ThirdParty,
        A::Law,
        A::LegalTransaction,
        A::Court,
        A::AdministrativeAct,
        A::Issuer,
    ];
    let state = [A::Law, A::Court, A::AdministrativeAct];
    for kind in K::ALL {
        for authority in all {
            let enters = state.contains(&authority)
                || kind.is_agreed() && [A::Holder, A::LegalTransaction].contains(&authority);
            let wanted = enters.then_some(()).ok_or(R::NoInstruction);
            assert_eq!(kind.may_enter(authority), wanted, "{kind:?} {authority:?}");
            let by_party =
                authority == A::ThirdParty && !matches!(kind, K::Freeze | K::Disentitlement);
            for is_assured in [false, true] {
                let by_holder = authority == A::Holder && kind == K::Lock && is_assured;
                let releases = state.contains(&authority) || by_party || by_holder;
                let wanted = releases.then_some(()).ok_or(kind.refusal());
                let found = kind.may_release(authority, is_assured);
                assert_eq!(found, wanted, "{kind:?} {authority:?} {is_assured}");
            }
        }
    }
}

#[test]
fn of_several_the_strongest_says_why_and_each_covers_units_of_its_own() {
    let five = Extent::Units(units(5));
    let mixed = [
        entered(2, K::Lock, five),
        entered(3, K::Pledge, Extent::Units(units(3))),
    ];
    assert_eq!(of_ten(&mixed, 2, Instructing::Holder), Ok(vec![]));
    let code = R::ThirdPartyMustInstruct;
    assert_eq!(of_ten(&mixed, 3, Instructing::Holder), Err(code));
    assert_eq!(
        of_ten(&mixed, 7, Instructing::Assured),
        Ok(vec![(2, units(5))])
    );
    assert_eq!(of_ten(&mixed, 8, Instructing::Assured), Err(code));
    assert_eq!(
        of_ten(&mixed, 3, Instructing::ThirdParty(KEY)),
        Ok(vec![(3, units(3))])
    );
    // More than there is, with or without a restriction.
    assert_eq!(of_ten(&[], 11, Instructing::Holder), Err(R::Insufficient));
    // A freeze stands against everybody.
    let frozen = [mixed[1], entered(4, K::Freeze, Extent::All)];
    let refused = of_ten(&frozen, 1, Instructing::ThirdParty(KEY));
    assert_eq!(refused, Err(R::Freeze));
}

#[test]
fn an_extent_has_one_form_and_is_released_in_parts() {
    for extent in [Extent::All, Extent::Units(units(4))] {
        assert_eq!(extent.to_string().parse(), Ok(extent));
    }
    assert!("some".parse::<Extent>().is_err());
    let four = Extent::Units(units(4));
    let left = |number| four.without(Extent::Units(units(number)));
    assert_eq!(left(1), Some(Some(Extent::Units(units(3)))));
    assert_eq!(left(4), Some(None));
    assert_eq!((left(5), left(0)), (None, None));
    assert_eq!(four.without(Extent::All), Some(None));
    assert_eq!(Extent::All.without(four), None);
    for kind in K::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
}
