//! The tree of MIME entities (RFC 2046 5.1), found in one pass over the lines without recursion: a delimiter line ends everything that was
//! opened within its multipart. Nothing is decoded here.

use super::{
    block::{HeaderBlock, block_at},
    entity::Multipart,
    parameters::{Parameters, parameters},
    words::guess,
};
use crate::base::{Anomaly, Limits};

/// An entity by its place.
pub(super) struct Node {
    pub(super) parent: Option<usize>,
    pub(super) depth: usize,
    pub(super) headers: HeaderBlock,
    pub(super) content_type: Option<Parameters>,
    pub(super) media_type: String,
    pub(super) multipart: Option<Multipart>,
    pub(super) body: (usize, usize),
}

/// An entity that has begun and not ended; a multipart one has a boundary.
struct Open {
    node: usize,
    boundary: Option<Vec<u8>>,
}

pub(super) struct Tree<'a, 'l> {
    bytes: &'a [u8],
    limits: &'l Limits,
    open: Vec<Open>,
    is_full: bool,
    pub(super) nodes: Vec<Node>,
    pub(super) anomalies: Vec<Anomaly>,
}

const PROLOGUE: usize = 4096;

/// Finds the entities of a document.
pub(super) fn tree<'a, 'l>(bytes: &'a [u8], limits: &'l Limits) -> Tree<'a, 'l> {
    let mut tree = Tree { bytes, limits, open: Vec::new(), is_full: false, nodes: Vec::new(), anomalies: Vec::new() };
    let mut at = tree.begin(0);
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or_default();
        let next = at + length;
        at = if line.starts_with(b"--") && tree.delimiter(line, at, next) { tree.begin(next) } else { next };
    }
    tree.end_from(0, bytes.len());
    tree
}

impl Tree<'_, '_> {
    fn anomaly(&mut self, at: usize, code: &'static str, text: String) {
        if self.anomalies.len() < self.limits.anomalies {
            self.anomalies.push(Anomaly::new(at as u64, code, text));
        }
    }

    /// Begins an entity, and those that begin with it because it is a message; returns where the lines of the body begin.
    fn begin(&mut self, start: usize) -> usize {
        let mut at = start;
        while !self.is_full {
            if self.nodes.len() > self.limits.attachments {
                self.is_full = true;
                self.anomaly(at, "mime-too-many", format!("more than {} entities, the rest stays in the last one", self.limits.attachments));
                break;
            }
            let node = self.node(at);
            at = node.body.0;
            let boundary = node.multipart.as_ref().map(|multipart| multipart.boundary.clone().into_bytes());
            let is_message = node.media_type == "message/rfc822" && !is_encoded(&node.headers);
            let is_too_deep = node.depth >= self.limits.nesting;
            if is_too_deep && (is_message || boundary.is_some()) {
                self.anomaly(at, "mime-too-deep", format!("entities nest deeper than {}, this one is not taken apart", self.limits.nesting));
            }
            self.open.push(Open { node: self.nodes.len(), boundary: boundary.filter(|_| !is_too_deep) });
            self.nodes.push(node);
            if !is_message || is_too_deep || at >= self.bytes.len() {
                break;
            }
        }
        at
    }

    fn node(&mut self, start: usize) -> Node {
        let block = block_at(self.bytes.get(start..).unwrap_or_default(), start as u64, self.limits);
        for anomaly in block.anomalies {
            self.anomaly(usize::try_from(anomaly.offset).unwrap_or(start), anomaly.code, anomaly.text.into());
        }
        let headers = block.value;
        let body = usize::try_from(headers.end).unwrap_or(start);
        let parent = self.open.last().map(|open| open.node);
        let content_type = headers.first("Content-Type").and_then(|field| parameters(&field.raw));
        if headers.all("Content-Type").nth(1).is_some() {
            self.anomaly(start, "mime-duplicate-type", "Content-Type stands more than once, the first counts".to_owned());
        }
        let stated = content_type.as_ref().map(|found| found.kind.clone()).filter(|kind| kind.contains('/'));
        let is_digest = parent.and_then(|parent| self.nodes.get(parent)).is_some_and(|parent| parent.media_type == "multipart/digest");
        let media_type = stated.unwrap_or_else(|| if is_digest { "message/rfc822" } else { "text/plain" }.to_owned());
        let boundary = content_type.as_ref().and_then(|found| found.get("boundary")).filter(|_| media_type.starts_with("multipart/"));
        let multipart = boundary.map(|boundary| Multipart { boundary: boundary.trim_end().to_owned(), ..Multipart::default() });
        if media_type.starts_with("multipart/") && multipart.is_none() {
            self.anomaly(start, "mime-no-boundary", "a multipart entity states no boundary".to_owned());
        }
        Node { parent, depth: self.open.len(), headers, content_type, media_type, multipart, body: (body, body) }
    }

    /// Looks whether a line delimits an open multipart, ends what it ends, and returns whether a part begins.
    fn delimiter(&mut self, line: &[u8], at: usize, next: usize) -> bool {
        let text = line.get(2..).unwrap_or_default().trim_ascii_end();
        let matches = |open: &Open| {
            let boundary = open.boundary.as_deref()?;
            let behind = text.strip_prefix(boundary)?;
            (behind.is_empty() || behind == b"--").then_some(!behind.is_empty())
        };
        let Some((level, is_last)) = self.open.iter().enumerate().rev().find_map(|(level, open)| Some((level, matches(open)?))) else {
            return false;
        };
        // The line end in front of a delimiter belongs to the delimiter.
        let before = self.bytes.get(..at).unwrap_or_default();
        let body = before.strip_suffix(b"\n").map_or(before, |body| body.strip_suffix(b"\r").unwrap_or(body));
        self.end_from(level + 1, body.len());
        let Some(node) = self.open.get(level).and_then(|open| self.nodes.get_mut(open.node)) else { return false };
        if let Some(multipart) = &mut node.multipart {
            if multipart.boundary_count == 0 {
                let prologue = self.bytes.get(node.body.0..body.len().max(node.body.0)).unwrap_or_default();
                multipart.prologue_length = prologue.len() as u64;
                multipart.prologue = guess(prologue.get(..PROLOGUE).unwrap_or(prologue)).0;
            }
            multipart.boundary_count += 1;
            multipart.is_closed |= is_last;
        }
        if is_last {
            self.end_from(level, next);
        }
        !is_last
    }

    /// Ends the open entities from a level on.
    fn end_from(&mut self, level: usize, end: usize) {
        while self.open.len() > level {
            let Some(open) = self.open.pop() else { break };
            let Some(node) = self.nodes.get_mut(open.node) else { continue };
            node.body.1 = end.max(node.body.0);
            let start = node.body.0;
            let Some(multipart) = &mut node.multipart else { continue };
            if open.boundary.is_some() && !multipart.is_closed {
                let (count, text) = (multipart.boundary_count, "the closing delimiter of a multipart entity is missing");
                if count == 0 {
                    let prologue = self.bytes.get(start..node.body.1).unwrap_or_default();
                    multipart.prologue_length = prologue.len() as u64;
                    multipart.prologue = guess(prologue.get(..PROLOGUE).unwrap_or(prologue)).0;
                }
                self.anomaly(start, if count == 0 { "mime-no-parts" } else { "mime-not-closed" }, text.to_owned());
            }
        }
    }
}

/// Whether a message within is encoded, which RFC 2046 forbids, so that its lines cannot be looked at.
fn is_encoded(headers: &HeaderBlock) -> bool {
    headers.first("Content-Transfer-Encoding").is_some_and(|field| {
        let encoding = field.value.trim().to_ascii_lowercase();
        encoding == "base64" || encoding == "quoted-printable"
    })
}
