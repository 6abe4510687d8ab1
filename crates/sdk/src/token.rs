//! Access tokens: taken when needed, renewed before they end, by one caller for all who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::environment::Addresses;
use crate::read::{Answer, Told};
use crate::{Environment, Error, Settings, SignInRefusal};

/// A token is renewed this long before it ends, or a tenth of its life if that is less.
const EARLY: Duration = Duration::from_secs(60);
const LARGEST_ANSWER_BYTES: usize = 64 << 10;

/// An access token and its place in the row of all that were taken.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) text: Arc<str>,
    number: u64,
    /// None: the server does not say how long it lives, so a 401 will.
    renew_at: Option<Instant>,
}

/// The tokens of one client.
#[derive(Default)]
pub(crate) struct Tokens {
    held: Mutex<Held>,
    /// Requests that came to an end, good or bad.
    flights: AtomicU64,
    /// Which of the possible endpoints answered last.
    endpoint: AtomicUsize,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    failure: Option<Error>,
}

/// What it takes to ask for one.
pub(crate) struct Counter<'a> {
    pub(crate) http: &'a reqwest::Client,
    pub(crate) environment: &'a Environment,
    pub(crate) addresses: &'a Addresses,
    pub(crate) settings: &'a Settings,
}

impl Tokens {
    /// A token that is good, and another one than the refused.
    pub(crate) async fn take(
        &self,
        counter: &Counter<'_>,
        refused: Option<&Token>,
    ) -> Result<Token, Error> {
        let before = self.flights.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        if let Some(token) = held.usable(refused) {
            return Ok(token);
        }
        // Somebody asked while we waited, in vain: asking again at once would only multiply the load.
        if self.flights.load(Ordering::Acquire) != before
            && let Some(failure) = &held.failure
        {
            return Err(failure.clone());
        }
        let outcome = self.ask(counter).await;
        let number = self.flights.fetch_add(1, Ordering::AcqRel) + 1;
        match outcome {
            Ok(granted) => {
                let token = granted.numbered(number);
                *held = Held {
                    token: Some(token.clone()),
                    failure: None,
                };
                Ok(token)
            }
            Err(error) => {
                *held = Held {
                    token: None,
                    failure: Some(error.clone()),
                };
                Err(error)
            }
        }
    }

    /// Looks at every place where the endpoint may be, beginning with the one that answered last.
    async fn ask(&self, counter: &Counter<'_>) -> Result<Granted, Error> {
        let places = &counter.addresses.tokens;
        let first = self.endpoint.load(Ordering::Relaxed);
        let mut outcome = Err(Error::Settings("there is no token endpoint".to_owned()));
        for offset in 0..places.len() {
            let place = (first + offset) % places.len();
            outcome = counter.ask_at(places[place].as_str()).await;
            let absent =
                matches!(&outcome, Err(error) if matches!(error.status(), Some(404 | 405)));
            if !absent {
                self.endpoint.store(place, Ordering::Relaxed);
                break;
            }
        }
        outcome
    }
}

impl Held {
    fn usable(&self, refused: Option<&Token>) -> Option<Token> {
        let token = self.token.as_ref()?;
        let fresh = token.renew_at.is_none_or(|at| Instant::now() < at);
        let another = refused.is_none_or(|refused| refused.number != token.number);
        (fresh && another).then(|| token.clone())
    }
}

/// The answer of the endpoint; RFC 6749 section 5.1.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Value,
}

impl Granted {
    fn numbered(self, number: u64) -> Token {
        // Some servers write the number as text.
        let seconds = match &self.expires_in {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        };
        let life = seconds.map(Duration::from_secs);
        Token {
            text: self.access_token.into(),
            number,
            renew_at: life.and_then(|life| Instant::now().checked_add(life - EARLY.min(life / 10))),
        }
    }
}

/// RFC 6749 section 5.2.
#[derive(Default, Deserialize)]
struct Complaint {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl Counter<'_> {
    async fn ask_at(&self, url: &str) -> Result<Granted, Error> {
        let asked = self.settings.scope.as_deref();
        let outcome = self.ask_for(url, asked).await;
        match &outcome {
            // A server that insists on scopes gets those that the guides print.
            Err(Error::SignIn(refusal))
                if asked.is_none()
                    && matches!(refusal.error.as_str(), "invalid_scope" | "invalid_request") =>
            {
                let published = Some(self.addresses.published_scopes);
                self.ask_for(url, published).await
            }
            _ => outcome,
        }
    }

    async fn ask_for(&self, url: &str, scope: Option<&str>) -> Result<Granted, Error> {
        let told = Told {
            method: "POST",
            path: "oauth/token",
        };
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &self.environment.client_id),
            ("client_secret", &self.environment.client_secret),
        ];
        form.extend(scope.map(|scope| ("scope", scope)));
        let response = self.http.post(url).form(&form).send().await;
        let response = response.map_err(|error| told.unreachable(error.without_url()))?;
        let answer = Answer::take(response, told, LARGEST_ANSWER_BYTES).await?;
        if answer.status < 400 {
            return answer.read(told);
        }
        let refusal = answer.refusal();
        if refusal.is_temporary() {
            return Err(Error::Refused(Box::new(refusal)));
        }
        let complaint: Complaint = serde_json::from_slice(&answer.body).unwrap_or_default();
        Err(Error::SignIn(Box::new(SignInRefusal {
            url: url.to_owned(),
            status: answer.status,
            error: complaint.error,
            description: complaint
                .error_description
                .or(refusal.detail)
                .or(refusal.title),
        })))
    }
}
