//! Units that go from one investor to another.

use uuid::Uuid;

use super::*;
use crate::Receipt;

#[test]
fn what_is_received_is_delivered_and_can_be_given_on() {
    let at = Timestamp::from_seconds(1_790_000_000);
    let units = |number| Units::new(number).unwrap();
    let receipt = Receipt {
        id: InvestmentId::from_uuid(Uuid::from_u128(1)),
        investor_id: InvestorId::from_uuid(Uuid::from_u128(2)),
        campaign_id: CampaignId::from_uuid(Uuid::from_u128(3)),
        product_id: ProductId::from_uuid(Uuid::from_u128(4)),
        units: units(5),
        recipient: Recipient {
            wallet_id: WalletId::from_uuid(Uuid::from_u128(6)),
            address: Address::from_bytes([7; 20]),
        },
        instructed_at: at,
        at: at.plus_seconds(60),
        transaction_hash: TransactionHash::from_bytes([8; 32]),
    };
    let (received, changes) = Investment::received(receipt, at.plus_seconds(61));
    assert_eq!(received.status(), Status::Delivered);
    assert_eq!(received.remaining_units, units(5));
    assert_eq!(received.payment_due_at(), None);
    assert_eq!(received.cancellable_until(), None);
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.from, change.to))
        .collect();
    assert_eq!(told, [(None, Status::Delivered)]);

    let given = received.clone().give(units(3)).unwrap();
    assert_eq!(given.remaining_units, units(2));
    assert_eq!(given.units, units(5));
    assert!(given.give(units(3)).is_err());
    // What is stored is read back as it was.
    assert_eq!(Investment::restore(received.stored()), Ok(received));
}
