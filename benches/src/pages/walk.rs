//! Looks at pages as people do, from link to link, and takes the time of each.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::people::Visitor;
use crate::client::Connection;
use crate::figures::quantile;

/// A page that was measured.
pub struct Page {
    /// Its path with parameters in braces, and the names of its query's.
    pub name: String,
    /// Whose page it is.
    pub visitor: &'static str,
    pub p50: Duration,
    pub p95: Duration,
    pub bytes: usize,
    pattern: &'static str,
}

/// Every page that these visitors come to.
pub async fn walk(address: SocketAddr, visitors: &[Visitor], requests: usize) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for visitor in visitors {
        let mut connection = Connection::open(address).await?;
        let (mut seen, mut next) = (BTreeSet::new(), VecDeque::new());
        next.extend(visitor.starts.iter().cloned());
        while let Some(path) = next.pop_front() {
            let Some((pattern, name)) = known(&path) else {
                continue;
            };
            if !seen.insert(name.clone()) {
                continue;
            }
            let (page, links) = look(&mut connection, visitor, &path, requests).await?;
            pages.push(Page {
                name,
                pattern,
                ..page
            });
            next.extend(links);
        }
    }
    Ok(pages)
}

/// Every page of the console was measured.
pub fn require_all(pages: &[Page]) -> Result<()> {
    let missing: Vec<&str> = patterns()
        .filter(|pattern| !pages.iter().any(|page| page.pattern == *pattern))
        .collect();
    ensure!(missing.is_empty(), "nobody came to {missing:?}");
    Ok(())
}

fn patterns() -> impl Iterator<Item = &'static str> {
    let entries = console::entries().into_iter();
    entries
        .filter(|entry| entry.method == "GET")
        .map(|entry| entry.path)
}

async fn look(
    connection: &mut Connection,
    visitor: &Visitor,
    path: &str,
    requests: usize,
) -> Result<(Page, Vec<String>)> {
    let cookie = visitor.token.as_ref();
    let headers = cookie.map_or_else(String::new, |token| {
        format!("cookie: cashlink_console={token}\r\n")
    });
    let line = format!("GET {path}");
    let mut times = Vec::with_capacity(requests);
    let (mut bytes, mut links) = (0, Vec::new());
    for number in 0..requests {
        let begin = Instant::now();
        let answer = connection.send(&line, &headers, b"").await?;
        times.push(begin.elapsed());
        // A page that leads elsewhere is a page too.
        let is_shown = answer.status == 200 || answer.status == 303;
        ensure!(
            is_shown,
            "{} gets {} from {path}",
            visitor.name,
            answer.status
        );
        if number == 0 {
            bytes = answer.body.len();
            links = leads_to(&String::from_utf8_lossy(&answer.body));
        }
    }
    times.sort_unstable();
    let page = Page {
        name: String::new(),
        visitor: visitor.name,
        p50: quantile(&times, 500),
        p95: quantile(&times, 950),
        bytes,
        pattern: "",
    };
    Ok((page, links))
}

/// The pages that a page leads to, in its order.
fn leads_to(html: &str) -> Vec<String> {
    let links = html.split("href=\"").skip(1);
    links
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.starts_with("/console"))
        .map(|link| link.replace("&amp;", "&"))
        .collect()
}

/// The page that a path means: its pattern, and the same with the names of the query's parameters, since each may be another
/// query of the database.
fn known(path: &str) -> Option<(&'static str, String)> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    // What is written out goes before what stands in braces.
    let mut fitting: Vec<&str> = patterns().filter(|pattern| fits(pattern, path)).collect();
    fitting.sort_by_key(|pattern| pattern.matches('{').count());
    let pattern = *fitting.first()?;
    let names: BTreeSet<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return Some((pattern, pattern.to_owned()));
    }
    let names: Vec<&str> = names.into_iter().collect();
    Some((pattern, format!("{pattern}?{}", names.join("&"))))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(one, other)| one == other || one.starts_with('{') && !other.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_page_that_it_leads_to() {
        let html = r#"<a href="/console/issued/products/new">a</a><a href="/console/issued/products/7?page=2&amp;status=x">"#;
        let names: Vec<String> = leads_to(html)
            .iter()
            .filter_map(|path| known(path))
            .map(|(_, name)| name)
            .collect();
        assert_eq!(
            names,
            [
                "/console/issued/products/new",
                "/console/issued/products/{product_id}?page&status"
            ]
        );
        assert!(known("/console/assets/pico.min.css").is_none());
    }
}
