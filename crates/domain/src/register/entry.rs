//! What the register records, in the one form of bytes that is hashed.
//!
//! An entry is UTF-8 text: a line with the format's name and version, then one `field: value` line for each field in a fixed order, each ended by a
//! line feed. Numbers are decimal without leading zeros, hashes are 64 small hexadecimal digits, ids are hyphenated UUIDs in
//! small letters. There is exactly one way to write an entry, and only that is read. Personal data is never in it.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::Digest;
use crate::reregistration::Ground;
use crate::restriction::{Extent, RestrictionKind};
use crate::{BeneficiaryId, EntryType, HolderId, InvestmentId, Isin, TransactionHash, Units};

const HEADING: &str = "cashlink register entry 1";
/// Bytes of most entries and more, so that their text is not moved while it is written.
const USUAL_LENGTH: usize = 512;

/// One entry of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The whole issue is entered once, to the issuer's own holding.
    Issue {
        /// The issuer's holder id.
        holder: HolderId,
        /// The issue volume.
        units: Units,
        /// The security.
        isin: Isin,
        /// The hash of the terms that were deposited.
        terms_hash: Digest,
    },
    /// Units move to an investor because of an investment.
    Delivery {
        /// Who held the units.
        from: HolderId,
        /// Who holds them now.
        to: HolderId,
        /// How many.
        units: Units,
        /// See [`commitment`].
        investment: Digest,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// Units move from one investor to another on an instruction.
    Transfer {
        /// Who held the units.
        from: HolderId,
        /// Who holds them now.
        to: HolderId,
        /// How many.
        units: Units,
        /// The recipient's new investment. See [`commitment`].
        investment: Digest,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// Units come back to the issuer, who has paid for them (§ 29 eWpG).
    Redemption {
        /// Who held the units.
        from: HolderId,
        /// The issuer.
        to: HolderId,
        /// How many.
        units: Units,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// Units that the issuer holds are marked void (§ 4(9) eWpG). What they were stays in the register.
    Deletion {
        /// The issuer.
        holder: HolderId,
        /// How many.
        units: Units,
        /// The entry by which the issuer had them.
        voids: u64,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// A restriction of disposal or a third party's right (§ 17(2) eWpG) for units of a holder, who keeps them.
    Restriction {
        /// Whose units.
        holder: HolderId,
        /// What it is.
        right: RestrictionKind,
        /// In whose favour: a random identifier (§ 17(2) sentence 2 eWpG).
        beneficiary: BeneficiaryId,
        /// How much it covers.
        extent: Extent,
        /// See [`crate::restriction::commitment`].
        details: Digest,
        /// SHA-256 of the document that it rests on.
        document: Digest,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// Units are re-registered without the holder's signature (§ 18(1) sentence 1 no. 2 eWpG).
    Reregistration {
        /// Who held the units.
        from: HolderId,
        /// Who holds them now; the same after a lost key, in another wallet.
        to: HolderId,
        /// How many.
        units: Units,
        /// On what it rests; no reversal, which is an entry of its own kind.
        ground: Ground,
        /// The recipient's new investment. See [`commitment`].
        investment: Digest,
        /// See [`crate::reregistration::commitment`].
        details: Digest,
        /// SHA-256 of the document that it rests on.
        document: Digest,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// What a wrong entry has moved goes back (§ 18(5) eWpG). What was entered stays in the register (eWpRV § 15(2)).
    Reversal {
        /// Who held the units by the wrong entry.
        from: HolderId,
        /// Who held them before it.
        to: HolderId,
        /// How many: all that it had moved.
        units: Units,
        /// The wrong entry.
        reverses: u64,
        /// See [`crate::reregistration::commitment`].
        details: Digest,
        /// SHA-256 of the document that it rests on.
        document: Digest,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// All that a holder has is entered another way from here on (§ 8 eWpG). Nothing moves.
    Conversion {
        /// Whose units.
        holder: HolderId,
        /// How they are entered now.
        entry_type: EntryType,
        /// SHA-256 of the holder's instruction.
        document: Digest,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
    /// The end of such a restriction or right, or of a part of it.
    Release {
        /// Whose units.
        holder: HolderId,
        /// The entry that made it.
        releases: u64,
        /// How much of it ends.
        extent: Extent,
        /// SHA-256 of the document that the release rests on.
        document: Digest,
        /// The instruction's place in the asset's queue.
        instruction: u64,
        /// The transaction on the DLT network that made it effective.
        transaction_hash: TransactionHash,
        /// The block that holds it.
        block: u64,
    },
}

/// Units that an entry moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Whom they leave; nobody when they are issued.
    pub from: Option<HolderId>,
    /// To whom they go; nobody when they are deleted.
    pub to: Option<HolderId>,
    /// How many.
    pub units: Units,
}

/// The bytes are not an entry in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Not UTF-8, or another format or version.
    #[error("these bytes are not a register entry of version 1")]
    Format,
    /// A field is missing, out of place or not written in its one form.
    #[error("the field {0} of this register entry is missing or not written as it has to be")]
    Field(&'static str),
}

/// Ties an entry to an investment without naming it: whoever knows the salt can show that they belong together, and once the salt is destroyed nobody can.
#[must_use]
pub fn commitment(salt: &[u8; 32], investment: InvestmentId) -> Digest {
    Sha256::new()
        .chain_update(b"cashlink investment 1\n")
        .chain_update(salt)
        .chain_update(investment.uuid().as_bytes())
        .finalize()
        .into()
}

impl Entry {
    /// The word for the entry's kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Issue { .. } => "issue",
            Self::Delivery { .. } => "delivery",
            Self::Transfer { .. } => "transfer",
            Self::Redemption { .. } => "redemption",
            Self::Deletion { .. } => "deletion",
            Self::Restriction { .. } => "restriction",
            Self::Release { .. } => "release",
            Self::Conversion { .. } => "conversion",
            Self::Reregistration { .. } => "reregistration",
            Self::Reversal { .. } => "reversal",
        }
    }

    /// The units that it moves, if it moves any.
    #[must_use]
    pub fn movement(&self) -> Option<Movement> {
        let (from, to, units) = match *self {
            Self::Issue { holder, units, .. } => (None, Some(holder), units),
            Self::Delivery {
                from, to, units, ..
            }
            | Self::Transfer {
                from, to, units, ..
            }
            | Self::Redemption {
                from, to, units, ..
            }
            | Self::Reversal {
                from, to, units, ..
            } => (Some(from), Some(to), units),
            Self::Deletion { holder, units, .. } => (Some(holder), None, units),
            // The same holder has them in another wallet.
            Self::Reregistration { from, to, .. } if from == to => return None,
            Self::Reregistration {
                from, to, units, ..
            } => (Some(from), Some(to), units),
            Self::Restriction { .. } | Self::Release { .. } | Self::Conversion { .. } => {
                return None;
            }
        };
        Some(Movement { from, to, units })
    }

    /// The entry in its one form.
    #[must_use]
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut text = String::with_capacity(USUAL_LENGTH);
        let heading = write!(text, "{HEADING}\nkind: {}\n", self.kind());
        let written = heading.and_then(|()| match self {
            Self::Issue {
                holder,
                units,
                isin,
                terms_hash,
            } => {
                let terms_hash = Hex(terms_hash);
                write!(
                    text,
                    "holder: {holder}\nunits: {units}\nisin: {isin}\nterms_hash: {terms_hash}\n"
                )
            }
            Self::Delivery {
                from,
                to,
                units,
                investment,
                transaction_hash,
                block,
            } => write!(
                text,
                "from: {from}\nto: {to}\nunits: {units}\ninvestment: {}\ntransaction_hash: {}\nblock: {block}\n",
                Hex(investment),
                Hex(&transaction_hash.bytes()),
            ),
            Self::Transfer {
                from,
                to,
                units,
                investment,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "from: {from}\nto: {to}\nunits: {units}\ninvestment: {}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                Hex(investment),
                Hex(&transaction_hash.bytes()),
            ),
            Self::Redemption {
                from,
                to,
                units,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "from: {from}\nto: {to}\nunits: {units}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                Hex(&transaction_hash.bytes()),
            ),
            Self::Deletion {
                holder,
                units,
                voids,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "holder: {holder}\nunits: {units}\nvoids: {voids}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                Hex(&transaction_hash.bytes()),
            ),
            Self::Restriction {
                holder,
                right,
                beneficiary,
                extent,
                details,
                document,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "holder: {holder}\nright: {}\nbeneficiary: {beneficiary}\nextent: {extent}\ndetails: {}\ndocument: {}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                right.as_str(),
                Hex(details),
                Hex(document),
                Hex(&transaction_hash.bytes()),
            ),
            Self::Release {
                holder,
                releases,
                extent,
                document,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "holder: {holder}\nreleases: {releases}\nextent: {extent}\ndocument: {}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                Hex(document),
                Hex(&transaction_hash.bytes()),
            ),
            Self::Conversion {
                holder,
                entry_type,
                document,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "holder: {holder}\nentry_type: {entry_type}\ndocument: {}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                hex::encode(document),
                hex::encode(transaction_hash.bytes()),
            ),
            Self::Reregistration {
                from,
                to,
                units,
                ground,
                investment,
                details,
                document,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "from: {from}\nto: {to}\nunits: {units}\nground: {}\ninvestment: {}\ndetails: {}\ndocument: {}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                ground.as_str(),
                Hex(investment),
                Hex(details),
                Hex(document),
                Hex(&transaction_hash.bytes()),
            ),
            Self::Reversal {
                from,
                to,
                units,
                reverses,
                details,
                document,
                instruction,
                transaction_hash,
                block,
            } => write!(
                text,
                "from: {from}\nto: {to}\nunits: {units}\nreverses: {reverses}\ndetails: {}\ndocument: {}\ninstruction: {instruction}\ntransaction_hash: {}\nblock: {block}\n",
                Hex(details),
                Hex(document),
                Hex(&transaction_hash.bytes()),
            ),
        });
        written.expect("writing to a string does not fail");
        text.into_bytes()
    }

    /// Reads an entry, and only its one form.
    pub fn from_canonical_bytes(bytes: &[u8]) -> Result<Self, CanonicalError> {
        let text = std::str::from_utf8(bytes).map_err(|_| CanonicalError::Format)?;
        let mut lines = text.split('\n');
        if lines.next() != Some(HEADING) {
            return Err(CanonicalError::Format);
        }
        let entry = match field(&mut lines, "kind")? {
            "issue" => Self::Issue {
                holder: parsed(&mut lines, "holder")?,
                units: units(&mut lines)?,
                isin: parsed(&mut lines, "isin")?,
                terms_hash: digest(&mut lines, "terms_hash")?,
            },
            "delivery" => Self::Delivery {
                from: parsed(&mut lines, "from")?,
                to: parsed(&mut lines, "to")?,
                units: units(&mut lines)?,
                investment: digest(&mut lines, "investment")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "transfer" => Self::Transfer {
                from: parsed(&mut lines, "from")?,
                to: parsed(&mut lines, "to")?,
                units: units(&mut lines)?,
                investment: digest(&mut lines, "investment")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "redemption" => Self::Redemption {
                from: parsed(&mut lines, "from")?,
                to: parsed(&mut lines, "to")?,
                units: units(&mut lines)?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "deletion" => Self::Deletion {
                holder: parsed(&mut lines, "holder")?,
                units: units(&mut lines)?,
                voids: parsed(&mut lines, "voids")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "restriction" => Self::Restriction {
                holder: parsed(&mut lines, "holder")?,
                right: parsed(&mut lines, "right")?,
                beneficiary: parsed(&mut lines, "beneficiary")?,
                extent: parsed(&mut lines, "extent")?,
                details: digest(&mut lines, "details")?,
                document: digest(&mut lines, "document")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "release" => Self::Release {
                holder: parsed(&mut lines, "holder")?,
                releases: parsed(&mut lines, "releases")?,
                extent: parsed(&mut lines, "extent")?,
                document: digest(&mut lines, "document")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "conversion" => Self::Conversion {
                holder: parsed(&mut lines, "holder")?,
                entry_type: parsed(&mut lines, "entry_type")?,
                document: digest(&mut lines, "document")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "reregistration" => Self::Reregistration {
                from: parsed(&mut lines, "from")?,
                to: parsed(&mut lines, "to")?,
                units: units(&mut lines)?,
                ground: ground(&mut lines)?,
                investment: digest(&mut lines, "investment")?,
                details: digest(&mut lines, "details")?,
                document: digest(&mut lines, "document")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            "reversal" => Self::Reversal {
                from: parsed(&mut lines, "from")?,
                to: parsed(&mut lines, "to")?,
                units: units(&mut lines)?,
                reverses: parsed(&mut lines, "reverses")?,
                details: digest(&mut lines, "details")?,
                document: digest(&mut lines, "document")?,
                instruction: parsed(&mut lines, "instruction")?,
                transaction_hash: TransactionHash::from_bytes(digest(
                    &mut lines,
                    "transaction_hash",
                )?),
                block: parsed(&mut lines, "block")?,
            },
            _ => return Err(CanonicalError::Field("kind")),
        };
        // Writing it again finds every second way to say the same: leading zeros, capitals, lines at the end.
        if entry.canonical_bytes() == bytes {
            Ok(entry)
        } else {
            Err(CanonicalError::Format)
        }
    }

    /// The entry's leaf in the Merkle tree.
    #[must_use]
    pub fn leaf_hash(&self) -> Digest {
        super::merkle::leaf_hash(&self.canonical_bytes())
    }
}

/// Small hexadecimal digits, written where they belong without a text of their own.
struct Hex<'a>(&'a Digest);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        formatter.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

fn field<'a>(
    lines: &mut std::str::Split<'a, char>,
    name: &'static str,
) -> Result<&'a str, CanonicalError> {
    let line = lines.next().ok_or(CanonicalError::Field(name))?;
    line.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(": "))
        .ok_or(CanonicalError::Field(name))
}

fn parsed<T: FromStr>(
    lines: &mut std::str::Split<'_, char>,
    name: &'static str,
) -> Result<T, CanonicalError> {
    field(lines, name)?
        .parse()
        .map_err(|_| CanonicalError::Field(name))
}

fn units(lines: &mut std::str::Split<'_, char>) -> Result<Units, CanonicalError> {
    Units::new(parsed(lines, "units")?).map_err(|_| CanonicalError::Field("units"))
}

/// A reversal is an entry of its own kind.
fn ground(lines: &mut std::str::Split<'_, char>) -> Result<Ground, CanonicalError> {
    match parsed(lines, "ground")? {
        Ground::Reversal => Err(CanonicalError::Field("ground")),
        ground => Ok(ground),
    }
}

fn digest(
    lines: &mut std::str::Split<'_, char>,
    name: &'static str,
) -> Result<Digest, CanonicalError> {
    let mut digest = [0; 32];
    hex::decode_to_slice(field(lines, name)?, &mut digest)
        .map_err(|_| CanonicalError::Field(name))?;
    Ok(digest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn delivery(units: i64, block: u64, bytes: [u8; 32]) -> Entry {
        Entry::Delivery {
            from: HolderId::from_uuid(Uuid::from_u128(1)),
            to: HolderId::from_uuid(Uuid::from_u128(2)),
            units: Units::try_from(units).unwrap(),
            investment: bytes,
            transaction_hash: TransactionHash::from_bytes(bytes),
            block,
        }
    }

    #[test]
    fn an_entry_has_one_readable_form() {
        let entry = Entry::Issue {
            holder: HolderId::from_uuid(Uuid::from_u128(1)),
            units: Units::new(12_000).unwrap(),
            isin: "DE000BASF111".parse().unwrap(),
            terms_hash: [0xab; 32],
        };
        let expected = format!(
            "cashlink register entry 1\nkind: issue\nholder: 00000000-0000-0000-0000-000000000001\nunits: 12000\nisin: DE000BASF111\nterms_hash: {}\n",
            "ab".repeat(32)
        );
        assert_eq!(
            String::from_utf8(entry.canonical_bytes()).unwrap(),
            expected
        );
        assert_eq!(Entry::from_canonical_bytes(expected.as_bytes()), Ok(entry));
    }

    #[test]
    fn every_other_way_to_write_it_is_refused() {
        let text = String::from_utf8(delivery(7, 9, [0xab; 32]).canonical_bytes()).unwrap();
        for changed in [
            text.replace("units: 7", "units: 07"),
            text.replace("abab", "ABab"),
            text.replace("entry 1", "entry 2"),
            text.replace("block: 9", "block: 9 "),
            text.replace("units: 7\n", ""),
            text.replace('\n', "\r\n"),
            format!("{text}\n"),
            text.trim_end().to_owned(),
            String::new(),
        ] {
            assert!(
                Entry::from_canonical_bytes(changed.as_bytes()).is_err(),
                "{changed}"
            );
        }
        assert_eq!(
            Entry::from_canonical_bytes(&[0xff]),
            Err(CanonicalError::Format)
        );
    }

    #[test]
    fn a_commitment_hides_the_investment_behind_its_salt() {
        let (one, other) = (
            InvestmentId::from_uuid(Uuid::from_u128(1)),
            InvestmentId::from_uuid(Uuid::from_u128(2)),
        );
        assert_eq!(commitment(&[1; 32], one), commitment(&[1; 32], one));
        assert_ne!(commitment(&[1; 32], one), commitment(&[2; 32], one));
        assert_ne!(commitment(&[1; 32], one), commitment(&[1; 32], other));
    }

    proptest! {
        #[test]
        fn every_delivery_is_read_as_it_is_written(units in 0..=i64::MAX, block: u64, bytes: [u8; 32]) {
            let entry = delivery(units, block, bytes);
            prop_assert_eq!(Entry::from_canonical_bytes(&entry.canonical_bytes()), Ok(entry));
        }

        #[test]
        fn every_transfer_is_read_as_it_is_written(units in 0..=i64::MAX, instruction: u64, block: u64, bytes: [u8; 32]) {
            let entry = Entry::Transfer {
                from: HolderId::from_uuid(Uuid::from_u128(1)),
                to: HolderId::from_uuid(Uuid::from_u128(2)),
                units: Units::try_from(units).unwrap(),
                investment: bytes,
                instruction,
                transaction_hash: TransactionHash::from_bytes(bytes),
                block,
            };
            prop_assert_eq!(Entry::from_canonical_bytes(&entry.canonical_bytes()), Ok(entry));
        }

        #[test]
        fn every_redemption_and_deletion_is_read_as_it_is_written(
            units in 0..=i64::MAX, instruction: u64, voids: u64, block: u64, bytes: [u8; 32],
        ) {
            let (units, transaction_hash) = (Units::try_from(units).unwrap(), TransactionHash::from_bytes(bytes));
            let (from, to) = (HolderId::from_uuid(Uuid::from_u128(1)), HolderId::from_uuid(Uuid::from_u128(2)));
            for entry in [
                Entry::Redemption { from, to, units, instruction, transaction_hash, block },
                Entry::Deletion { holder: to, units, voids, instruction, transaction_hash, block },
            ] {
                prop_assert_eq!(Entry::from_canonical_bytes(&entry.canonical_bytes()), Ok(entry));
            }
        }

        #[test]
        fn every_restriction_and_release_is_read_as_it_is_written(
            covered in proptest::option::of(0..=i64::MAX), instruction: u64, releases: u64, block: u64, bytes: [u8; 32],
        ) {
            let extent = Extent::of(covered.map(|units| Units::try_from(units).unwrap()));
            let (holder, transaction_hash) = (HolderId::from_uuid(Uuid::from_u128(1)), TransactionHash::from_bytes(bytes));
            for right in RestrictionKind::ALL {
                for entry in [
                    Entry::Restriction {
                        holder, right, beneficiary: BeneficiaryId::from_uuid(Uuid::from_u128(2)), extent, details: bytes,
                        document: bytes, instruction, transaction_hash, block,
                    },
                    Entry::Release { holder, releases, extent, document: bytes, instruction, transaction_hash, block },
                ] {
                    prop_assert_eq!(Entry::from_canonical_bytes(&entry.canonical_bytes()), Ok(entry));
                }
            }
        }

        #[test]
        fn every_conversion_is_read_as_it_is_written(instruction: u64, block: u64, bytes: [u8; 32]) {
            for entry_type in EntryType::ALL {
                let entry = Entry::Conversion {
                    holder: HolderId::from_uuid(Uuid::from_u128(1)), entry_type, document: bytes, instruction,
                    transaction_hash: TransactionHash::from_bytes(bytes), block,
                };
                prop_assert_eq!(Entry::from_canonical_bytes(&entry.canonical_bytes()), Ok(entry));
            }
        }

        #[test]
        fn every_reregistration_and_reversal_is_read_as_it_is_written(
            units in 0..=i64::MAX, instruction: u64, reverses: u64, block: u64, bytes: [u8; 32],
        ) {
            let (units, transaction_hash) = (Units::try_from(units).unwrap(), TransactionHash::from_bytes(bytes));
            let (from, to) = (HolderId::from_uuid(Uuid::from_u128(1)), HolderId::from_uuid(Uuid::from_u128(2)));
            let (investment, details, document) = (bytes, bytes, bytes);
            let reversal = Entry::Reversal { from, to, units, reverses, details, document, instruction, transaction_hash, block };
            prop_assert_eq!(Entry::from_canonical_bytes(&reversal.canonical_bytes()), Ok(reversal));
            for ground in Ground::ALL {
                let entry = Entry::Reregistration {
                    from, to, units, ground, investment, details, document, instruction, transaction_hash, block,
                };
                let expected = match ground {
                    Ground::Reversal => Err(CanonicalError::Field("ground")),
                    _ => Ok(entry),
                };
                prop_assert_eq!(Entry::from_canonical_bytes(&entry.canonical_bytes()), expected);
            }
        }
    }
}
