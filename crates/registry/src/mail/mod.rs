//! Mail: a letter is written in the transaction that it tells about and delivered by the worker; without a mail server it
//! is kept for the mailbox.
//!
//! Address, letter and what a mail server said are sealed. A letter carries no secret but a one-time link, and is
//! forgotten as soon as the mail server has it.

mod letter;
pub mod letters;
mod outbox;
mod render;
mod schedule;

pub use letter::{Letter, Paragraph};
pub use outbox::{
    Backlog, MailStatus, MailView, Outcome, Outgoing, TOPIC, Tried, backlog, claim, list, prune,
    put_back, retry, settle,
};
pub use render::{html, plain_text};

use database::Tx;
use database::vault::DataKey;
use domain::{EmailAddress, Language};
use storage::mails::NewMail;
use uuid::Uuid;

use crate::{Registry, Result, answer, ids};

/// What the configuration says about mail.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Whether there is a mail server; without one mails are kept for the mailbox.
    pub is_delivered: bool,
    /// For whoever has not chosen a language.
    pub language: Language,
    /// Who writes: the firm of the registrar.
    pub sender: String,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            is_delivered: false,
            language: Language::default(),
            sender: "Cashlink network".to_owned(),
        }
    }
}

/// A letter to a person.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Where it goes.
    pub to: EmailAddress,
    /// The person, whose erasure erases the mail too; none for somebody who is only invited.
    pub person: Option<Uuid>,
    /// What it says.
    pub letter: Letter,
    /// What is written about only once, such as a deadline and a person; none for what was just asked for.
    pub occasion: Option<String>,
}

impl Mail {
    /// A letter to an address.
    pub fn new(to: EmailAddress, letter: Letter) -> Self {
        Self {
            to,
            person: None,
            letter,
            occasion: None,
        }
    }

    /// To this person.
    pub fn person(self, person: Uuid) -> Self {
        Self {
            person: Some(person),
            ..self
        }
    }

    /// Only if nobody wrote about this occasion before. It holds no personal data.
    pub fn once_for(self, occasion: String) -> Self {
        Self {
            occasion: Some(occasion),
            ..self
        }
    }
}

/// Writes a mail; it goes out once the transaction is committed.
///
/// # Errors
/// Fails if the database does.
pub fn send(registry: &Registry, tx: &mut Tx, mail: &Mail) -> Result<()> {
    let id = ids::new();
    // A key of its own, so that it can be destroyed with the mail.
    let key = registry
        .vault
        .new_key(tx, Some(mail.person.unwrap_or(id)))?;
    let letter = answer::render(&mail.letter)?;
    let status = match registry.settings.mail.is_delivered {
        true => MailStatus::Waiting,
        false => MailStatus::Kept,
    };
    storage::mails::insert(
        tx,
        &NewMail {
            id,
            template: mail.letter.template(),
            occasion: mail.occasion.as_deref(),
            data_key: key.id(),
            sealed_recipient: seal(&key, id, Part::Recipient, mail.to.as_str().as_bytes()),
            sealed_letter: seal(&key, id, Part::Letter, &letter),
            status,
            at: registry.clock.now(),
        },
    )?;
    Ok(())
}

/// What of a mail is sealed.
#[derive(Clone, Copy)]
enum Part {
    Recipient,
    Letter,
    Failure,
}

impl Part {
    fn context(self, id: Uuid) -> String {
        let name = match self {
            Self::Recipient => "recipient",
            Self::Letter => "letter",
            Self::Failure => "failure",
        };
        format!("mail/{id}/{name}")
    }
}

fn seal(key: &DataKey, id: Uuid, part: Part, plain: &[u8]) -> Vec<u8> {
    key.seal(&part.context(id), plain)
}
