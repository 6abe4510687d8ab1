//! Gateways that the network runs for partners, each over a database of its own: opened here, served below `/gateway/`, and worked
//! on by the process that has the workers.

mod host;
mod place;
mod rounds;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use gateway::{Gateway, Worker};
use registry::gateways::Hosted;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

pub use place::{Databases, Place};
pub use rounds::Part;

/// Below this is every hosted gateway.
const PREFIX: &str = "/gateway/";

/// The gateways of this process. Cheap to clone.
#[derive(Clone)]
pub struct Hosting {
    place: Arc<Place>,
    open: Arc<Mutex<HashMap<String, Running>>>,
    /// One is opened at a time, so that none is opened twice.
    opening: Arc<tokio::sync::Mutex<()>>,
}

/// A gateway that is open.
struct Running {
    gateway: Gateway,
    router: Router,
    works: Option<Works>,
}

/// What follows a gateway's rows.
struct Works {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Hosting {
    /// Nothing is open yet.
    pub fn new(place: Place) -> Self {
        Self {
            place: Arc::new(place),
            open: Arc::default(),
            opening: Arc::default(),
        }
    }

    /// Answers below the gateways' own paths, and lets everything else through.
    pub fn mount(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), dispatch))
    }

    /// The gateway, opened if it is not.
    ///
    /// # Errors
    /// If its database cannot be opened.
    pub async fn open(&self, hosted: &Hosted) -> registry::Result<Gateway> {
        let _one = self.opening.lock().await;
        if let Some(running) = self.running().get(&hosted.slug) {
            return Ok(running.gateway.clone());
        }
        let gateway = self.place.open(hosted).await?;
        let running = Running {
            gateway: gateway.clone(),
            // Its page shows the partner's environments to whoever is on the machine: the console has one for the partner.
            router: gateway::router(gateway.clone(), Vec::new()),
            works: None,
        };
        self.running().insert(hosted.slug.clone(), running);
        Ok(gateway)
    }

    /// Sets its worker to work, if it does not yet.
    fn work_on(&self, slug: &str) {
        let mut open = self.running();
        let Some(running) = open.get_mut(slug) else {
            return;
        };
        if running
            .works
            .as_ref()
            .is_some_and(|works| !works.task.is_finished())
        {
            return;
        }
        let (stop, mut stopped) = watch::channel(false);
        let worker = Worker::new(running.gateway.clone());
        let task = tokio::spawn(async move {
            let told = async move {
                // A sender that is gone means stop too.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            worker.run(told).await;
        });
        running.works = Some(Works { stop, task });
    }

    /// Ends a gateway's work and closes its database.
    async fn shut(&self, slug: &str) {
        let running = self.running().remove(slug);
        if let Some(running) = running {
            running.shut().await;
        }
    }

    /// Ends all of them.
    pub async fn shut_all(&self) {
        let all: Vec<Running> = self.running().drain().map(|(_, running)| running).collect();
        futures_util::future::join_all(all.into_iter().map(Running::shut)).await;
    }

    fn router_of(&self, slug: &str) -> Option<Router> {
        self.running()
            .get(slug)
            .map(|running| running.router.clone())
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    async fn shut(self) {
        if let Some(works) = self.works {
            let _ = works.stop.send(true);
            crate::serve::finish(works.task).await;
        }
        self.gateway.db().clone().close().await;
    }
}

async fn dispatch(State(hosting): State<Hosting>, mut request: Request, next: Next) -> Response {
    let found =
        parted(request.uri()).and_then(|(slug, rest)| Some((hosting.router_of(slug)?, rest)));
    let Some((router, rest)) = found else {
        return next.run(request).await;
    };
    *request.uri_mut() = rest;
    match router.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// The gateway that a path names, and what is left for it.
fn parted(uri: &Uri) -> Option<(&str, Uri)> {
    let path = uri.path().strip_prefix(PREFIX)?;
    let (slug, rest) = path.split_once('/')?;
    let query = uri.query().map(|query| format!("?{query}"));
    let rest = format!("/{rest}{}", query.unwrap_or_default());
    Some((slug, rest.parse().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_gateway_and_what_is_left_for_it() {
        let parted = |text: &str| {
            let uri: Uri = text.parse().unwrap();
            parted(&uri).map(|(slug, rest)| (slug.to_owned(), rest.to_string()))
        };
        assert_eq!(
            parted("/gateway/firm/api/external/v2/investors/?page=2"),
            Some(("firm".into(), "/api/external/v2/investors/?page=2".into()))
        );
        assert_eq!(parted("/gateway/firm/"), Some(("firm".into(), "/".into())));
        assert_eq!(parted("/gateway/firm"), None);
        assert_eq!(parted("/gateways/firm/x"), None);
    }
}
