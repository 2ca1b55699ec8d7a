//! Lines and line ends of spool files that SMTP stumbles over.

use std::collections::HashSet;

use crate::{
    backup::{
        Backup, Item, ProductLine, SpoolFolder,
        facts::{InternetMessage, RawDocument},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
    formats::mime::addresses,
    rules::thresholds::mim::PEGASUS_RECIPIENTS,
};

use super::proof::{INBOUND, is_exposed};

declare_rule! {
    /// A quoted-printable message without a final line end blocks 4.0.
    ///
    /// ## Why it matters
    /// The dot that ends the SMTP data lands on a line of data, so the remote host waits for ever, and delivery degrades until nothing
    /// goes out.
    ///
    /// ## What to do
    /// Remove the file and install 4.0 SP5.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH hex
    /// 53 75 62 6A 65 63 74 3A 20 78 0D 0A
    /// 43 6F 6E 74 65 6E 74 2D 54 72 61 6E 73 66 65 72 2D 45 6E 63 6F 64 69 6E 67 3A 20 71 75 6F 74 65 64 2D 70 72 69 6E 74 61 62 6C 65 0D 0A
    /// 0D 0A 3C 78 3E 0D 0A 3D 31 41
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// Subject: x
    /// Content-Transfer-Encoding: quoted-printable
    ///
    /// x=1A
    /// .
    /// ```
    pub static QUOTED_PRINTABLE_WITHOUT_FINAL_LINE_END = {
        id: "MIM100", name: "quoted-printable-without-final-line-end", severity: Critical, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.996.62" in "4.0 SP5" gates,
        kb: ["Q146993"],
        needs: [Spool],
        tags: ["spool", "mime", "stuck", "fix-ims"],
        check: Message(quoted_printable_without_final_line_end),
    }
}

fn quoted_printable_without_final_line_end(item: &Item<'_>, findings: &mut Findings<'_>) {
    const SHOWN: u64 = 16;
    for raw in item.raws().iter().filter(|raw| raw.is_in(&[SpoolFolder::Out])) {
        let text = raw.bytes.strip_suffix(b"\r\n.\r\n").map_or(raw.bytes, |head| raw.bytes.get(..head.len() + 2).unwrap_or(head));
        let is_leaf = |part: &crate::backup::facts::EntityOf<'_, '_>| part.children().next().is_none();
        let last = InternetMessage::Raw(raw).entities().filter(is_leaf).last();
        let Some(part) = last.filter(|part| part.is_encoded_as("quoted-printable") && !text.ends_with(b"\r\n")) else { continue };
        let end = text.len() as u64;
        findings
            .report(format!("{} ends with quoted-printable text and no line end", item.path))
            .evidence(Evidence::raw_hex(item.path, raw, end.saturating_sub(SHOWN)..end).expected("0D 0A at the end"))
            .evidence(Evidence::entity_field(item.path, part, "Content-Transfer-Encoding"));
    }
}

declare_rule! {
    /// A period at the start of a line cuts the message.
    ///
    /// ## Why it matters
    /// Pickup files are sent as they are, so a lone period ends the SMTP data and the rest is taken for commands (500 replies). 4.0 before
    /// SP2 cuts inbound mail at any line that begins with a period.
    ///
    /// ## What to do
    /// Double the period in Pickup files; install 4.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Pickup/order.txt
    /// x-sender: web@example.com
    /// x-receiver: ann@example.com
    /// Subject: x
    ///
    /// Testing
    /// .
    /// Testing
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by mail1 with Microsoft Exchange (IMC 4.0.838.14) id <01BB6402.55C69350@mail1>; Thu, 27 Jun 1996 08:26:27 -0700
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// .profile is lost
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Pickup/order.txt
    /// x-sender: web@example.com
    /// x-receiver: ann@example.com
    /// Subject: x
    ///
    /// Testing
    /// ..
    /// Testing
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// .profile is not lost on a later build
    /// ```
    pub static DOT_LINE_TRUNCATION = {
        id: "MIM102", name: "dot-line-truncation", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_5],
        fixed: "4.0.993.5" in "4.0 SP2",
        kb: ["Q140935", "Q221384"],
        needs: [Spool],
        tags: ["spool", "loss", "fix-ims"],
        check: Message(dot_line_truncation),
    }
}

fn dot_line_truncation(item: &Item<'_>, findings: &mut Findings<'_>) {
    for raw in item.raws() {
        let is_pickup = raw.is_in(&[SpoolFolder::Pickup]);
        if !is_pickup && !raw.is_in(&[SpoolFolder::In]) {
            continue;
        }
        let is_hit = |line: &[u8]| if is_pickup { line == b"." } else { line.starts_with(b".") && !line.starts_with(b"..") };
        let Some((number, range)) = body_lines(raw).find(|(_, range)| is_hit(raw.bytes.get(range.clone()).unwrap_or_default())) else { continue };
        let (start, end) = (range.start as u64, range.end as u64);
        let lost = raw.bytes.len() as u64 - end;
        // The period that ends the data may be stored with it.
        let ends_data = raw.bytes.get(range.clone()) == Some(b".") && raw.bytes.get(range.end..).is_some_and(|rest| rest.trim_ascii().is_empty());
        if !is_pickup && ends_data {
            continue;
        }
        let text = raw.bytes.get(range.end..).map(|rest| rest.trim_ascii().iter().take(60).copied().map(char::from).collect::<String>());
        let line = format!("line {number} of the text in {} begins with a period; {lost} bytes follow: {}", item.path, text.unwrap_or_default());
        let finding = findings.report(line);
        finding.evidence(Evidence::raw_bytes(item.path, raw, start..end).expected("a second period in front"));
        if is_pickup {
            finding.group("pickup");
        } else {
            finding.group("inbound").only_if(cuts_inbound_mail);
        }
    }
}

fn cuts_inbound_mail(backup: &Backup) -> Verdict {
    let is_40 = backup.version.as_ref().and_then(|version| version.line) == Some(ProductLine::V4_0);
    if is_40 { is_exposed(&DOT_LINE_TRUNCATION, backup) } else { Verdict::No }
}

/// Returns the lines behind the header, numbered from 1, by their place in the document without line ends.
fn body_lines(raw: &RawDocument<'_>) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
    let start = raw.document().headers().and_then(|headers| usize::try_from(headers.end).ok()).unwrap_or(0);
    let body = raw.bytes.get(start..).unwrap_or_default();
    let mut at = start;
    body.split_inclusive(|&byte| byte == b'\n').enumerate().map(move |(index, line)| {
        let begin = at;
        at += line.len();
        let bare = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        (index + 1, begin..begin + bare.len())
    })
}

declare_rule! {
    /// An inbound message has bare line feeds.
    ///
    /// ## Why it matters
    /// 4.0 SP2 insists on CR LF . CR LF at the end of the data. Hosts that end with line feeds alone time out (event 4051), and their mail
    /// backs up on their side.
    ///
    /// ## What to do
    /// Correct the sending host; install 4.0 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH lf
    /// Subject: x
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    ///
    /// x
    /// ```
    pub static BARE_LINE_FEEDS = {
        id: "MIM103", name: "bare-line-feeds", severity: Info, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q152944"],
        needs: [Spool],
        tags: ["spool", "interop", "fix-ims"],
        check: Message(bare_line_feeds),
    }
}

fn bare_line_feeds(item: &Item<'_>, findings: &mut Findings<'_>) {
    for raw in item.raws().iter().filter(|raw| raw.is_in(INBOUND)) {
        let is_bare = |at: &usize| at.checked_sub(1).and_then(|before| raw.bytes.get(before)) != Some(&b'\r');
        let mut bare = memchr::memchr_iter(b'\n', raw.bytes).filter(is_bare);
        let Some(first) = bare.next() else { continue };
        let count = 1 + bare.count();
        let peer = raw.spool.as_ref().and_then(|spool| spool.envelope.as_ref()?.helo.as_ref()).map(|helo| helo.text.to_string());
        let peer = peer.or_else(|| raw.received().first().and_then(|(_, hop)| hop.from.clone()));
        let from = peer.map_or_else(String::new, |peer| format!(" from {peer}"));
        let first = first as u64;
        findings
            .report(format!("{}{from} holds {} without carriage return", item.path, counted(count, "line feed")))
            .evidence(Evidence::raw_hex(item.path, raw, first.saturating_sub(3)..first + 1).expected("0D 0A at the end of each line"));
    }
}

declare_rule! {
    /// A Pegasus Mail message with a long list waits in the inbound spool.
    ///
    /// ## Why it matters
    /// The 5.0 service can crash while it receives such a message to a large list with some invalid addresses: event 9001, event 4037
    /// (0xC0000005), Dr. Watson for Msexcimc.exe. The article does not say how large; the number that this rule compares with is ours.
    ///
    /// ## What to do
    /// Move the spool file out, install 5.0 SP1, and put it back.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// From: ann@example.com
    /// X-Mailer: Pegasus Mail v2.42
    /// To: a1@b.c, a2@b.c, a3@b.c, a4@b.c, a5@b.c, a6@b.c, a7@b.c, a8@b.c, a9@b.c, a10@b.c,
    ///   b1@b.c, b2@b.c, b3@b.c, b4@b.c, b5@b.c, b6@b.c, b7@b.c, b8@b.c, b9@b.c, b10@b.c
    /// Cc: c1@b.c, c2@b.c, c3@b.c, c4@b.c, c5@b.c, c6@b.c, c7@b.c, c8@b.c, c9@b.c, nobody
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// From: ann@example.com
    /// X-Mailer: Pegasus Mail v2.42
    /// To: bob@example.com
    ///
    /// x
    /// ```
    pub static PEGASUS_MAIL_WITH_MANY_RECIPIENTS = {
        id: "MIM608", name: "pegasus-mail-with-many-recipients", severity: Critical, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q166570", "Q168735"],
        needs: [Spool],
        tags: ["crash", "recipient", "spool", "fix-ims"],
        check: Message(pegasus_mail_with_many_recipients),
    }
}

fn pegasus_mail_with_many_recipients(item: &Item<'_>, findings: &mut Findings<'_>) {
    for raw in item.raws().iter().filter(|raw| raw.is_in(INBOUND)) {
        let is_pegasus = |value: &str| value.to_ascii_lowercase().contains("pegasus mail");
        let Some(mailer) = raw.field("X-Mailer").filter(|field| is_pegasus(&field.value)) else { continue };
        let message = InternetMessage::Raw(raw);
        let of_header = message.fields(&["To", "Cc", "Bcc"]).flat_map(|field| addresses(&field.value)).map(|each| each.address.to_lowercase());
        let envelope = raw.spool.iter().filter_map(|spool| spool.envelope.as_ref()).flat_map(|envelope| &envelope.recipients);
        let of_envelope = envelope.map(|each| each.text.trim_start_matches('<').trim_end_matches('>').to_lowercase());
        // Whoever stands in both is one recipient.
        let all: HashSet<String> = of_header.chain(of_envelope).collect();
        if all.len() < findings.count(&PEGASUS_RECIPIENTS) {
            continue;
        }
        let invalid = all.iter().filter(|each| each.split('@').filter(|part| !part.trim().is_empty()).count() != 2).count();
        let finding = findings.report(format!(
            "{} by {} goes to {}; {invalid} of them without a valid form",
            item.path,
            mailer.value,
            counted(all.len(), "recipient")
        ));
        finding.evidence(Evidence::raw_header(item.path, raw, mailer));
        finding.evidences(message.fields(&["To"]).next().map(|field| Evidence::raw_header(item.path, raw, field).expected("a short list")));
    }
}
