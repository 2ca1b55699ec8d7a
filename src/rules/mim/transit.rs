//! What firewalls and scanners on the way did to mail.

use crate::{
    backup::{
        Item, QueueKind,
        facts::{EntityOf, InternetMessage},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mime::HeaderField,
    mapi::PropTag,
    rules::thresholds::mim::RUN_OF_X,
};

declare_rule! {
    /// Mail is mangled by the SMTP inspection of a PIX firewall.
    ///
    /// ## Why it matters
    /// Version 4.2(2) overwrites parts of mail with X after a NOOP and leaves To or the text empty. Its mail guard answers with a greeting
    /// of asterisks and breaks extended SMTP, so replies fail; when the final period falls into two packets it drops them, the sender
    /// never gets its 250 and sends the message again at each retry. The articles speak of long rows of X; the length that this rule
    /// looks for is ours, and rows that fill a line are left out because people draw rules with them.
    ///
    /// ## What to do
    /// Switch the SMTP fixup off, or install 4.2(3).
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// body: "Please send {X*150} by Friday\r\n"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@partner.example
    /// body: "The recipient could not be reached.\r\n220 ******************************0*0*\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// body: "Hello\r\n{X*70}\r\n{X*170}\r\nbye\r\n"
    /// ```
    pub static PIX_MANGLED_MAIL = {
        id: "MIM069", name: "pix-mangled-mail", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q197183", "Q299304", "Q190366", "Q295725"],
        needs: [Messages],
        tags: ["interop", "loss"],
        check: Message(pix_mangled_mail),
    }
}

/// What a row of X begins with; cheap to look for.
const ROW: &str = "XXXXXXXXXXXXXXXX";

fn pix_mangled_mail(item: &Item<'_>, findings: &mut Findings<'_>) {
    let least = findings.count(&RUN_OF_X).max(ROW.len());
    let hit = in_mail(item, least).or_else(|| in_documents(item, least));
    let Some((message, proof)) = hit.or_else(|| in_reports(item)) else { return };
    findings.report(format!("{}: {message}", item.path)).evidence(proof.expected("text as it was sent"));
}

fn in_mail(item: &Item<'_>, least: usize) -> Option<(String, Evidence)> {
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]))?;
    if mail.body_has(ROW.as_bytes())
        && let Some((at, row)) = mail.body().and_then(|body| row_within_line(body, least))
    {
        let message = format!("a row of {} X stands in the text at character {at}", row.len());
        return Some((message, Evidence::body(item.path, mail, row)));
    }
    in_header(item.path, InternetMessage::Mail(mail), least)
}

fn in_header(path: &str, message: InternetMessage<'_, '_>, least: usize) -> Option<(String, Evidence)> {
    let fields = message.headers().into_iter().flat_map(|headers| &headers.fields);
    let found = fields.filter(|field| field.raw.contains(ROW)).find_map(|field| Some((field, row_of_x(&field.raw, least)?)));
    let (field, (_, row)) = found?;
    Some((format!("a row of {} X stands in the field {}", row.len(), field.name), Evidence::internet_field(path, message, field)))
}

fn in_documents(item: &Item<'_>, least: usize) -> Option<(String, Evidence)> {
    item.raw_messages().find_map(|message| {
        let of_part = |part: EntityOf<'_, '_>| {
            let (at, row) = row_within_line(&part.entity.text.as_ref()?.text, least)?;
            let start = part.entity.body.start + at as u64;
            let proof = Evidence::raw_bytes(item.path, part.message.raw()?, start..start + row.len() as u64);
            Some((format!("a row of {} X stands in {} at byte {at}", row.len(), part.words()), proof))
        };
        let in_text = || message.entities().filter(|part| part.is_plain()).find_map(of_part);
        in_header(item.path, message, least).or_else(in_text)
    })
}

/// Returns the first row of X with its place.
fn row_of_x(text: &str, least: usize) -> Option<(usize, &str)> {
    let mut at = 0;
    while let Some(hit) = text.get(at..).and_then(|rest| rest.find(ROW)) {
        let start = at + hit;
        let row = text.get(start..).map(|rest| rest.split(|c| c != 'X').next().unwrap_or_default())?;
        if row.len() >= least {
            return Some((start, row));
        }
        at = start + row.len();
    }
    None
}

/// Returns the first row of X that shares its line with other text.
fn row_within_line(text: &str, least: usize) -> Option<(usize, &str)> {
    if !text.contains(ROW) {
        return None;
    }
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let (hit, row) = row_of_x(line, least)?;
        (line.trim().len() > row.len()).then_some((start + hit, row))
    })
}

fn in_reports(item: &Item<'_>) -> Option<(String, Evidence)> {
    static GREETING: Pattern = Pattern::new(r"220[ -][*0X2 ]{20,}");
    for report in item.reports().iter().filter(|report| report.text.contains("220")) {
        let rows = report.failed.iter().filter_map(|row| Some((&row.object, row.row.properties.property(PropTag::SUPPLEMENTARY_INFO)?)));
        let places = report.text_place.map(|place| (&report.object, place)).into_iter().chain(rows);
        let mut proof = places.filter_map(|(object, place)| {
            let text = place.value.text()?;
            Some(Evidence::excerpt(item.path, object, place, GREETING.find(&text)?.as_str()))
        });
        if let Some(proof) = proof.next() {
            return Some(("a report quotes a greeting of asterisks".to_owned(), proof));
        }
    }
    let notice = item.notice().filter(|notice| notice.text.contains("220"))?;
    let found = GREETING.find(&notice.text)?;
    let view = item.messages.get(notice.view)?;
    Some(("a notice quotes a greeting of asterisks".to_owned(), Evidence::body(item.path, view, found.as_str())))
}

declare_rule! {
    /// InterScan VirusWall in the path of mail.
    ///
    /// ## Why it matters
    /// Before patch 3.23 VirusWall handles the SMTP reset command wrongly under load and may deliver a message to the recipients of
    /// another one. How the product names itself in headers is not in the article, so the pattern is a guess.
    ///
    /// ## What to do
    /// Ask for the version of the scanner and update it; compare envelope and header recipients when somebody complains.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from mail by gate with InterScan VirusWall NT 3.22
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from mail by gate with InterScan VirusWall NT 3.24; Wed, 06 Oct 1999 14:00:00 +0000
    /// ```
    pub static VIRUSWALL_IN_MAIL_PATH = {
        id: "MIM607", name: "viruswall-in-mail-path", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q241502"],
        needs: [Headers],
        tags: ["interop", "privacy", "virus"],
        check: Message(viruswall_in_mail_path),
    }
}

fn viruswall_in_mail_path(item: &Item<'_>, findings: &mut Findings<'_>) {
    static PRODUCT: Pattern = Pattern::new(r"(?i)InterScan|VirusWall");
    for message in item.internet_messages() {
        let fields = message.headers().into_iter().flat_map(|headers| &headers.fields);
        for field in fields.filter(|field| PRODUCT.is_match(&field.raw)) {
            let version = version(&field.raw);
            if version.is_some_and(|(number, _)| number >= FIXED) {
                continue;
            }
            let host = host(message, field);
            let shown = version.map_or_else(|| "without a version".to_owned(), |(_, text)| format!("version {text}"));
            findings
                .report(format!("{} ({}) passed InterScan VirusWall {shown} on {host}", item.path, message.object()))
                .group(host.to_lowercase())
                .evidence(Evidence::internet_field(item.path, message, field).expected("version 3.23 or later"));
        }
    }
}

/// The first version without the defect.
const FIXED: (u32, u32) = (3, 23);

/// Returns the version that follows the product's name, as numbers and as written.
fn version(raw: &str) -> Option<((u32, u32), &str)> {
    static VERSION: Pattern = Pattern::new(r"(?is)(?:InterScan|VirusWall)[^;]*?\b((\d{1,3})\.(\d{1,3}))\b");
    let found = VERSION.captures(raw)?;
    let number = |index| found.get(index)?.as_str().parse::<u32>().ok();
    Some(((number(2)?, number(3)?), found.get(1)?.as_str()))
}

/// Returns the host that wrote a field.
fn host(message: InternetMessage<'_, '_>, field: &HeaderField) -> String {
    let hop = message.received().iter().find(|(each, _)| each.offset == field.offset);
    hop.and_then(|(_, hop)| hop.by.clone()).unwrap_or_else(|| "an unnamed host".to_owned())
}
