//! A letter as a message of RFC 5322: plain text and the same as HTML.

use lettre::address::{Address, Envelope};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, MultiPart, header};
use registry::mail::{Outgoing, html, plain_text};

/// In whose name mails are sent.
#[derive(Clone, Debug)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    /// Below each letter.
    firm: String,
}

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// `Name <mailbox@domain>`, or the address alone, is expected.
    #[error("it is not an address such as Musterregister <network@example.com>")]
    Address,
    /// The recipient is not one that mail can be sent to.
    #[error("the recipient's address cannot be used for mail")]
    Recipient,
    /// The message cannot be put together.
    #[error("the message cannot be put together: {0}")]
    Message(String),
}

impl Sender {
    /// Reads the addresses, each with or without a name.
    ///
    /// # Errors
    /// [`SenderError::Address`].
    pub fn new(from: &str, reply_to: Option<&str>, firm: &str) -> Result<Self, SenderError> {
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| SenderError::Address);
        Ok(Self {
            from: mailbox(from)?,
            reply_to: reply_to.map(mailbox).transpose()?,
            firm: firm.to_owned(),
        })
    }

    /// The message of a mail and its envelope.
    pub(super) fn message(&self, mail: &Outgoing) -> Result<(Envelope, Vec<u8>), SenderError> {
        let to: Address = mail.to.parse().map_err(|_| SenderError::Recipient)?;
        let letter = &mail.letter;
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .mailbox(header::To::from(Mailboxes::from(Mailbox::new(
                None,
                to.clone(),
            ))))
            .message_id(Some(format!("<{}>", mail.message_id)))
            .date(std::time::UNIX_EPOCH + written(mail))
            .subject(letter.subject.clone())
            // Nobody's out-of-office note is to answer it (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Content-Language"),
                letter.language.code().to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let bodies = MultiPart::alternative_plain_html(
            plain_text(letter, &self.firm),
            html(letter, &self.firm),
        );
        let message = builder
            .multipart(bodies)
            .map_err(|error| SenderError::Message(error.to_string()))?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to])
            .map_err(|error| SenderError::Message(error.to_string()))?;
        Ok((envelope, message.formatted()))
    }
}

/// When the letter was written, the same at every attempt.
fn written(mail: &Outgoing) -> std::time::Duration {
    let micros = u64::try_from(mail.written_at.micros()).unwrap_or_default();
    std::time::Duration::from_micros(micros)
}
