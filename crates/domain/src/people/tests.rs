//! Roles are stored and read, and limits are checked.
#![allow(clippy::unwrap_used)]

use uuid::Uuid;

use super::*;

fn issuer() -> IssuerId {
    IssuerId::from_uuid(Uuid::from_u128(1))
}

fn platform() -> PlatformId {
    PlatformId::from_uuid(Uuid::from_u128(2))
}

fn product() -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(3))
}

#[test]
fn a_role_is_read_as_it_is_written() {
    for role in [
        Role::Registrar(RegistrarRole::Admin),
        Role::Registrar(RegistrarRole::Operator),
        Role::Registrar(RegistrarRole::Auditor),
        Role::Registrar(RegistrarRole::Supervisor),
        Role::Issuer(issuer(), Permissions::all()),
        Role::Issuer(issuer(), Permissions::new([Permission::ManageApprovals])),
        Role::Platform(platform(), PlatformRole::Admin),
        Role::Platform(platform(), PlatformRole::Member),
        Role::Platform(platform(), PlatformRole::Reader),
    ] {
        let organisation = role.organisation();
        let text = role.to_string();
        assert_eq!(Role::parse(organisation, &text), Some(role), "{text}");
        let restored = Organisation::restore(
            organisation.kind(),
            organisation.issuer(),
            organisation.platform(),
        );
        assert_eq!(restored, Some(organisation));
    }
}

#[test]
fn what_is_no_role_is_not_read() {
    for (organisation, text) in [
        (Organisation::Registrar, "member"),
        (Organisation::Registrar, ""),
        (Organisation::Platform(platform()), "auditor"),
        (Organisation::Issuer(issuer()), ""),
        (Organisation::Issuer(issuer()), "view_data everything"),
    ] {
        assert_eq!(Role::parse(organisation, text), None, "{text}");
    }
    assert_eq!(Organisation::restore("issuer", None, None), None);
    assert_eq!(
        Organisation::restore("registrar", Some(issuer()), None),
        None
    );
}

#[test]
fn who_decides_also_sees() {
    let permissions = Permissions::new([Permission::ManageApprovals]);
    assert!(permissions.has(Permission::ViewData));
    assert!(!permissions.has(Permission::ManageIncomingPayments));
}

#[test]
fn only_those_who_manage_nobody_are_limited_to_products() {
    let only = Products::Only(vec![product()]);
    let accepts = Role::Issuer(issuer(), Permissions::new([Permission::ManageApprovals]));
    let sells = Role::Platform(platform(), PlatformRole::Member);
    for role in [&accepts, &sells] {
        assert_eq!(only.check(role), Ok(()));
        assert_eq!(Products::All.check(role), Ok(()));
        let nothing = Products::Only(Vec::new()).check(role).unwrap_err();
        assert_eq!(nothing.as_slice()[0].code, FieldCode::Missing);
    }
    for role in [
        Role::Issuer(issuer(), Permissions::all()),
        Role::Platform(platform(), PlatformRole::Admin),
        Role::Registrar(RegistrarRole::Auditor),
        Role::Registrar(RegistrarRole::Supervisor),
    ] {
        let refused = only.check(&role).unwrap_err();
        assert_eq!(refused.as_slice()[0].code, FieldCode::OutOfRange);
    }
}
