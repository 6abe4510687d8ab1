//! A way to a server that can be shut: connections through it break, and new ones find nobody.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The way; clones are the same.
#[derive(Clone)]
pub struct Door {
    /// What to call instead of the server.
    pub url: String,
    is_open: Arc<watch::Sender<bool>>,
}

impl Door {
    /// Before a server at this address, open.
    pub async fn before(server: &str) -> Self {
        let target = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let is_open = Arc::new(watch::Sender::new(true));
        let seen = is_open.subscribe();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (target, mut seen) = (target.clone(), seen.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = pass(client, &target) => {}
                        _ = seen.wait_for(|is_open| !is_open) => {}
                    }
                });
            }
        });
        Self { url, is_open }
    }

    pub fn shut(&self) {
        self.is_open.send_replace(false);
    }

    pub fn open(&self) {
        self.is_open.send_replace(true);
    }
}

async fn pass(mut client: TcpStream, target: &str) {
    if let Ok(mut server) = TcpStream::connect(target).await {
        // Either side may end at any moment; that is what this is for.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
