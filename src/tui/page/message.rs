//! The tree of a stream: messages and attachments with their pages.

use crate::{
    backup::{AttachmentRecord, MailRecord, MessageView, SingleMessage},
    base::{Anomaly, Limits, counted},
    formats::tnef::{Attachment, AttachmentContent},
};

use crate::tui::{
    message_row::party,
    opened::Node,
    row::{Row, Tone},
    target::{Tab, Target},
};

use super::{body, headers, properties};

/// Returns the tree of a stream.
pub(in crate::tui) fn message_nodes(path: &str, found: &SingleMessage<'_>, (anomalies, limits): (&[Anomaly], &Limits)) -> Vec<Node> {
    let item = found.item(limits);
    let mut tree = Tree { path, nodes: Vec::new() };
    let mut views = item.messages.iter();
    if let Some(shell) = views.next() {
        tree.message(shell, &found.mail, &mut views);
    }
    if let Some((_, rows)) = tree.nodes.first_mut().and_then(|node| node.pages.first_mut()) {
        rows.push(Row::entry("Strict", found.record.strict_stop.as_deref().unwrap_or("a strict reader accepts the stream")));
        if !anomalies.is_empty() {
            rows.push(Row::new().with(Tone::Damage, format!("{}; see Findings", counted(anomalies.len(), "deviation"))).flag(true));
        }
    }
    tree.nodes
}

struct Tree<'p> {
    path: &'p str,
    nodes: Vec<Node>,
}

impl Tree<'_> {
    /// Adds a message with everything in it; the depth is bounded by the decoder.
    fn message<'v, 'a: 'v>(&mut self, view: &'v MessageView<'a>, record: &MailRecord, following: &mut std::slice::Iter<'v, MessageView<'a>>) {
        let own = self.nodes.len();
        let subject = record.subject.as_deref().filter(|subject| !subject.is_empty());
        let what = subject.or(record.message_class.as_deref()).unwrap_or("message");
        let name = view.object.rsplit(", ").next().unwrap_or(&view.object);
        self.nodes.push(Node {
            object: view.object.clone(),
            title: format!("{name}: {what}"),
            depth: view.depth,
            span: record.span.clone(),
            pages: Vec::new(),
        });
        let mut embedded = record.embedded.iter();
        let mut links = Vec::new();
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            links.push(self.nodes.len());
            if let AttachmentContent::Message(_, _, Some(_)) = attachment.content
                && let (Some(inner), Some(record)) = (following.next(), embedded.next())
            {
                self.message(inner, record, following);
            } else if let Some(found) = record.attachments.get(index) {
                self.attachment((view, index), attachment, found);
            }
        }
        let pages = self.pages(view, record, (own, &links));
        if let Some(node) = self.nodes.get_mut(own) {
            node.pages = pages;
        }
    }

    fn pages(&self, view: &MessageView<'_>, record: &MailRecord, (own, links): (usize, &[usize])) -> Vec<(Tab, Vec<Row>)> {
        let mut pages = vec![(Tab::Summary, summary(view, record, own))];
        if !record.recipients.is_empty() {
            pages.push((Tab::Recipients, self.recipients(view, record)));
        }
        pages.push((Tab::Properties, properties::rows(self.path, &view.message.properties, "")));
        if let Some(block) = &view.headers {
            pages.push((Tab::Headers, headers::rows(&block.value)));
        }
        let body = body::rows(view);
        if !body.is_empty() {
            pages.push((Tab::Body, body));
        }
        if !record.attachments.is_empty() {
            pages.push((Tab::Attachments, attachments(record, links)));
        }
        pages
    }

    fn attachment(&mut self, (view, index): (&MessageView<'_>, usize), attachment: &Attachment<'_>, record: &AttachmentRecord) {
        let facts = attachment_facts(record, &attachment.span);
        let mut pages = vec![(Tab::Summary, facts)];
        if !attachment.properties.is_empty() {
            pages.push((Tab::Properties, properties::rows(self.path, &attachment.properties, "")));
        }
        self.nodes.push(Node {
            object: format!("{}, attachment {}", view.object, index + 1),
            title: format!("attachment {}: {}", index + 1, name_of(record)),
            depth: view.depth + 1,
            span: attachment.span.clone(),
            pages,
        });
    }

    fn recipients(&self, view: &MessageView<'_>, record: &MailRecord) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, (recipient, found)) in record.recipients.iter().zip(&view.message.recipients).enumerate() {
            let kind = recipient.party.address_type.as_deref().unwrap_or_default();
            let row = Row::new().cell(Tone::Dim, recipient.kind, 5).with(Tone::Strong, party(&recipient.party)).with(Tone::Dim, format!("  {kind}"));
            rows.push(row.hang(6).key(format!("recipient {}", index + 1)));
            rows.extend(properties::rows(self.path, &found.properties, "  "));
        }
        rows
    }
}

fn summary(view: &MessageView<'_>, record: &MailRecord, own: usize) -> Vec<Row> {
    let fact = |label: &str, text: Option<String>| text.map(|text| Row::entry(label, text));
    let sender = record.sender.as_ref().map(|sender| {
        let kind = sender.address_type.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        format!("{}{kind}", party(sender))
    });
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let rows = [
        fact("Class", owned(&record.message_class)),
        fact("Subject", owned(&record.subject)),
        fact("Sender", sender),
        fact("Submitted", record.submitted.map(|time| time.to_string())),
        fact("Delivered", record.delivered.map(|time| time.to_string())),
        fact("Message id", owned(&record.message_id)),
        fact("Priority", record.priority.map(str::to_owned)),
        fact("Code page", record.code_page.map(|page| page.to_string())),
    ];
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    for recipient in record.recipients.iter().take(20) {
        rows.push(Row::entry(recipient.kind, party(&recipient.party)));
    }
    if record.recipients.len() > 20 {
        rows.push(Row::entry("", format!("and {} more; see Recipients", record.recipients.len() - 20)));
    }
    if let Some(journey) = view.headers.as_ref().and_then(|block| headers::journey(&block.value)) {
        rows.push(Row::entry("Path", journey).to(Target::Node(own, Tab::Headers)));
    }
    rows.push(Row::entry("Holds", format!("{}, {}", counted(record.properties, "property"), counted(record.attachments.len(), "attachment"))));
    rows.push(Row::entry("Bytes", format!("{:#x} to {:#x}", record.span.start, record.span.end)));
    if view.is_cut() {
        rows.push(Row::new().with(Tone::Damage, "A part of this message could not be read.").flag(true));
    }
    rows
}

fn name_of(record: &AttachmentRecord) -> &str {
    record.long_name.as_deref().or(record.name.as_deref()).unwrap_or("without name")
}

fn attachments(record: &MailRecord, links: &[usize]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, attachment) in record.attachments.iter().enumerate() {
        let size = attachment.size.map(|size| format!(", {size} bytes")).unwrap_or_default();
        let mime = attachment.mime_type.as_deref().map(|kind| format!(", {kind}")).unwrap_or_default();
        let cut = if attachment.is_cut { ", cut off" } else { "" };
        let row = Row::new().number(Tone::Dim, (index + 1).to_string(), 3).with(Tone::Strong, name_of(attachment));
        let row = row.with(Tone::Plain, format!(", {}{mime}{size}", attachment.method.replace('_', " "))).with(Tone::Damage, cut);
        let target = links.get(index).map(|node| Target::Node(*node, Tab::Summary));
        rows.push(row.hang(4).flag(attachment.is_cut).to(target).key(format!("attachment {}", index + 1)));
    }
    rows
}

fn attachment_facts(record: &AttachmentRecord, span: &std::ops::Range<u64>) -> Vec<Row> {
    let AttachmentRecord { name, long_name, method, size, sha256, mime_type, is_cut, says_mac_binary, mac_binary } = record;
    let fact = |label: &str, text: Option<String>| text.map(|text| Row::entry(label, text));
    let forks = mac_binary.as_ref().map(|forks| format!("data fork {} bytes, resource fork {} bytes", forks.data.0, forks.resource.0));
    let claim = (*says_mac_binary && forks.is_none()).then(|| "flagged as MacBinary, which it is not".to_owned());
    let rows = [
        fact("Long name", long_name.as_deref().map(str::to_owned)),
        fact("Name", name.as_deref().map(str::to_owned)),
        fact("Method", Some(method.replace('_', " "))),
        fact("MIME type", mime_type.as_deref().map(str::to_owned)),
        fact("Size", size.map(|size| format!("{size} bytes"))),
        fact("SHA-256", sha256.map(|digest| digest.to_string())),
        fact("MacBinary", forks.or(claim)),
        fact("Bytes", Some(format!("{:#x} to {:#x}", span.start, span.end))),
    ];
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    if *is_cut {
        rows.push(Row::new().with(Tone::Damage, "The content ends before its stated length.").flag(true));
    }
    rows
}
