//! The facts of a queue item that rules over many items join, taken while its bytes are at hand.

use crate::{
    base::Timestamp,
    formats::{
        mime::version_stamps,
        mts_id::MtsId,
        tnef::{Address, Recipient},
    },
    mapi::{MessageClass, PropTag, ReportKind},
};

use super::{
    HeaderStamp, Item, ItemFacts, ItemKind, ItemQuotes, ItemWords,
    facts::postscript,
    item_quotes::Quotes,
    item_said::{peer, relay_refusals, senders},
    item_words::Words,
    queue_facts::{queue_facts, raw_hosts, recipient_numbers},
    text_facts,
};

/// Returns the facts of an item.
pub(super) fn facts(item: &Item<'_>) -> ItemFacts {
    let (longest_subject, subjects_of_40) = subjects(item);
    ItemFacts {
        arrival: item.arrival_time(),
        words: words(item),
        report: report_kind(item),
        is_notice: item.notice().is_some(),
        has_headers: item.messages.iter().any(|view| view.headers.is_some()),
        has_raw_document: !item.raws().is_empty(),
        quotes: ItemQuotes::of(&Quotes {
            dn_prefixes: dn_prefixes(item),
            stamps: stamps(item),
            senders: senders(item),
            peer: peer(item),
            relay_refusals: relay_refusals(item),
            stated_size: text_facts::stated_size(item),
            long_url: text_facts::long_url(item),
            western_text: text_facts::western_text(item),
        }),
        queue: queue_facts(item),
        longest_subject,
        subjects_of_40,
        postscript: postscript(item),
    }
}

fn words(item: &Item<'_>) -> ItemWords {
    let search_key = item.mail().and_then(|mail| mail.message.properties.bytes(PropTag::SEARCH_KEY));
    ItemWords::of(&Words {
        mts_local: item.mts_id().and_then(|id| MtsId::parse(&id)?.local.map(Into::into)),
        recipient_domains: recipient_domains(item),
        topmost_host: topmost_host(item),
        search_key: search_key.map(Into::into),
        recipient_numbers: recipient_numbers(item),
        raw_hosts: raw_hosts(item),
        delivered_mts_local: delivered_mts_local(item),
        creation: item.shell().and_then(|view| view.message.properties.time(PropTag::CREATION_TIME)),
        newest: newest_time(item),
    })
}

/// Times that this site's clocks wrote; submit times and Date fields are the sender's clock (conventions of PKG042).
fn newest_time(item: &Item<'_>) -> Option<(Timestamp, PropTag)> {
    let tags = [PropTag::CREATION_TIME, PropTag::LAST_MODIFICATION_TIME, PropTag::MESSAGE_DELIVERY_TIME];
    let views = item.shell().into_iter().chain(item.mail());
    views.flat_map(|view| tags.iter().filter_map(|&tag| view.message.properties.time(tag).map(|time| (time, tag)))).max()
}

/// Returns `/o=…/ou=…` of every EX address of shell and mail, each once.
fn dn_prefixes(item: &Item<'_>) -> Vec<Box<str>> {
    let mut found: Vec<Box<str>> = Vec::new();
    let mut note = |address: Address<'_>| {
        let Address { address_type: Some(address_type), address: Some(address), .. } = address else { return };
        let prefix = address.split('/').take(3).collect::<Vec<_>>().join("/");
        if address_type.eq_ignore_ascii_case("EX") && prefix.len() > 3 && !found.iter().any(|known| known.eq_ignore_ascii_case(&prefix)) {
            found.push(prefix.into());
        }
    };
    for view in item.shell().into_iter().chain(item.mail()) {
        view.message.sender().into_iter().for_each(&mut note);
        let code_page = view.message.effective_code_page();
        view.message.recipients.iter().map(|recipient| recipient.address(code_page)).for_each(&mut note);
    }
    found
}

/// Returns the domain of each envelope recipient that this gateway has to reach by SMTP; of a report, that of its addressee.
fn recipient_domains(item: &Item<'_>) -> Vec<Box<str>> {
    let Some(shell) = item.shell().map(|view| view.message) else { return Vec::new() };
    let code_page = shell.effective_code_page();
    let is_ours = |recipient: &&Recipient<'_>| recipient.properties.boolean(PropTag::RESPONSIBILITY) != Some(false);
    if item.kind == ItemKind::Report {
        return item.report_destination().as_ref().and_then(domain).into_iter().collect();
    }
    item.p1().iter().filter(is_ours).filter_map(|recipient| domain(&recipient.address(code_page))).collect()
}

fn domain(address: &Address<'_>) -> Option<Box<str>> {
    let is_smtp = address.address_type.as_deref().is_some_and(|address_type| address_type.eq_ignore_ascii_case("SMTP"));
    let text = address.address.as_deref().filter(|_| is_smtp)?;
    text.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase().into())
}

fn stamps(item: &Item<'_>) -> Vec<HeaderStamp> {
    let mut found = Vec::new();
    for view in &item.messages {
        let Some(headers) = &view.headers else { continue };
        let span = view.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS).map_or(0..0, |property| property.span.clone());
        let mut hops = (0..).zip(view.received());
        for field in &headers.value.fields {
            let is_mailer = field.name.eq_ignore_ascii_case("X-Mailer");
            let from_here = if field.name.eq_ignore_ascii_case("Received") { hops.next() } else { None };
            if from_here.is_none() && !is_mailer {
                continue;
            }
            let hop = from_here.map(|(hop, _)| hop);
            let lowest = || view.received().last().and_then(|(_, lowest)| lowest.by.clone());
            found.extend(version_stamps(&field.value).into_iter().map(|stamp| HeaderStamp {
                object: view.object.as_str().into(),
                field: field.name.as_str().into(),
                hop,
                is_in_mail: item.mail().is_some_and(|mail| mail.object == view.object),
                host: stamp.host.or_else(lowest).map(Into::into),
                time: from_here.and_then(|(_, (_, hop))| hop.date).map(|date| date.time),
                build: stamp.build.into(),
                offset: span.start,
                length: span.end - span.start,
            }));
        }
    }
    found
}

/// Returns the length of the longest subject and how many have exactly 40 characters; an envelope only copies that of its mail.
fn subjects(item: &Item<'_>) -> (u16, u16) {
    let own = item.messages.iter().skip(usize::from(item.kind == ItemKind::Envelope && item.messages.len() > 1));
    let lengths = own.filter_map(|view| view.message.subject()).map(|subject| u16::try_from(subject.chars().count()).unwrap_or(u16::MAX));
    lengths.fold((0, 0), |(longest, of_40), length| (longest.max(length), of_40.saturating_add(u16::from(length == 40))))
}

fn delivered_mts_local(item: &Item<'_>) -> Option<Box<str>> {
    let report = item.reports().iter().find(|report| report.kind == ReportKind::Delivery)?;
    MtsId::parse(report.subject_mts_id.as_deref()?)?.local.map(Into::into)
}

fn topmost_host(item: &Item<'_>) -> Option<Box<str>> {
    let (_, topmost) = item.mail()?.received().first()?;
    topmost.by.as_deref().map(Into::into)
}

fn report_kind(item: &Item<'_>) -> Option<ReportKind> {
    MessageClass(&item.mail()?.message.message_class()?).report_kind()
}
