//! Macintosh attachments: BinHex parts and blocks, applefile labels, creator codes.

use crate::{
    backup::{Backup, Build, Item, ProductLine, SpoolFolder},
    base::{CodePage, Pattern, counted},
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
    formats::{binhex, mime::MimeEntity, tnef::AttachMethod},
    rules::thresholds::mim::{STUCK_BINHEX_AGE, STUCK_BINHEX_FILES},
};

use super::proof::{ARRIVED, arrived_mail, first_line};

declare_rule! {
    /// A MIME BinHex part drives the 5.0 store to full load.
    ///
    /// ## Why it matters
    /// The 5.0 store before SP2 loops on a part of this type.
    ///
    /// ## What to do
    /// Take the message out; install 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/mac-binhex40; name="report.hqx"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.1960.3)
    ///   id AAAAAAAA; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/mac-binhex40; name="report.hqx"
    /// ```
    pub static MAC_BINHEX40_PART = {
        id: "MIM012", name: "mac-binhex40-part", severity: Critical, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q170060", "Q178543"],
        needs: [Headers],
        tags: ["mime", "mac", "crash", "fix-store"],
        check: Message(mac_binhex40_part),
    }
}

const BINHEX_TYPE: &str = "application/mac-binhex40";

fn mac_binhex40_part(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.entities().filter(|part| part.entity.media_type == BINHEX_TYPE) {
        findings
            .report(format!("{} ({}) is a BinHex part{}", item.path, part.words(), named(part.entity)))
            .evidence(Evidence::mime_part(item.path, part).expected("AppleDouble, or BinHex in the text"));
    }
}

fn named(entity: &MimeEntity) -> String {
    entity.name.as_ref().map_or_else(String::new, |name| format!(" named {name}"))
}

declare_rule! {
    /// A BinHex part lacks the BinHex start line.
    ///
    /// ## Why it matters
    /// Clients cannot open such a message: there is no data source for the attachment.
    ///
    /// ## What to do
    /// Take the data out by hand; have the sender correct the label.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: application/mac-binhex40; name="a.hqx"
    ///
    /// SGVsbG8gd29ybGQ=
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: application/mac-binhex40; name="a.hqx"
    ///
    /// (This file must be converted with BinHex 4.0)
    ///
    /// :#dPZBf8!!!!:
    /// ```
    pub static BINHEX_WITHOUT_PROLOGUE = {
        id: "MIM013", name: "binhex-without-prologue", severity: Error, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q188222", "Q178543"],
        needs: [Raw],
        tags: ["mime", "mac", "interop"],
        check: Message(binhex_without_prologue),
    }
}

fn binhex_without_prologue(item: &Item<'_>, findings: &mut Findings<'_>) {
    static START: Pattern = Pattern::new(r"(?im)^\s*(\(This file must be converted with BinHex.*\)\s*)?:");
    for part in item.raw_entities().filter(|part| part.entity.media_type == BINHEX_TYPE) {
        let Some(raw) = part.message.raw() else { continue };
        if START.is_match(&CodePage::WINDOWS_1252.decode(&part.content()).text) {
            continue;
        }
        findings
            .report(format!("{} ({}) is labelled BinHex{} and has no BinHex start line", item.path, part.words(), named(part.entity)))
            .evidence(Evidence::mime_part(item.path, part))
            .evidence(
                Evidence::raw_bytes(item.path, raw, first_line(raw, part.entity.body.clone()))
                    .expected("(This file must be converted with BinHex 4.0) and a line that begins with a colon"),
            );
    }
}

declare_rule! {
    /// A BinHex run of one or two bytes fails the 4.0 conversion.
    ///
    /// ## Why it matters
    /// GroupWise 4.1 encodes even two equal bytes as a run. The 4.0 connector takes counts below three for damage, and the mail ends as
    /// Message.txt.
    ///
    /// ## What to do
    /// Install 4.0 SP4; decode Message.txt with another tool.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: X-Mailer: Novell GroupWise 4.1
    /// body: "(This file must be converted with BinHex 4.0)\r\n\r\n:)T!#-`:\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// body: "(This file must be converted with BinHex 4.0)\r\n\r\n:)T!'-`:\r\n"
    /// ```
    pub static BINHEX_RUN_OF_ONE_OR_TWO = {
        id: "MIM014", name: "binhex-run-of-one-or-two", severity: Error, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.995.52" in "4.0 SP4" gates,
        kb: ["Q159175"],
        needs: [Raw],
        tags: ["mime", "mac", "interop", "fix-ims"],
        check: Message(binhex_run_of_one_or_two),
    }
}

fn binhex_run_of_one_or_two(item: &Item<'_>, findings: &mut Findings<'_>) {
    let short_run = |text: &[u8]| binhex::blocks(text, item.limits()).into_iter().find_map(|block| block.short_run);
    let message = |place: &str, at: u64, mailer: Option<&str>| {
        let mailer = mailer.map_or_else(String::new, |mailer| format!("; written by {mailer}"));
        format!("the BinHex data in {} ({place}) has a run of one or two bytes at decoded offset {at}{mailer}", item.path)
    };
    let expected = "runs of three bytes and more";
    if let Some(mail) = item.mail().filter(|mail| mail.body_has(binhex::START))
        && let Some((body, at)) = mail.body().and_then(|body| Some((body, short_run(body.as_bytes())?)))
    {
        let line = body.lines().find(|line| line.starts_with("(This file must be")).unwrap_or_default();
        let mailer = mail.field("X-Mailer").map(|field| field.value.as_str());
        findings.report(message(&mail.object, at, mailer)).evidence(Evidence::body(item.path, mail, line).expected(expected));
    }
    for part in item.raw_entities().filter(|part| part.entity.text.is_some() || part.entity.media_type == BINHEX_TYPE) {
        let Some(at) = short_run(&part.content()) else { continue };
        let mailer = part.message.field("X-Mailer").map(|field| field.value.as_str());
        findings.report(message(&part.words(), at, mailer)).evidence(Evidence::mime_part(item.path, part).expected(expected));
    }
}

declare_rule! {
    /// A BinHex block is left in the text.
    ///
    /// ## Why it matters
    /// 4.0 before SP2 does not decode BinHex at all. Later the decoder swallows the blank line between parts, so every second block
    /// stays text.
    ///
    /// ## What to do
    /// Install 4.0 SP4; decode the block by hand.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// body: "Hello\r\n(This file must be converted with BinHex 4.0)\r\n\r\n:)T!'-`:\r\n"
    /// mac: a.doc "data fork" "resource fork"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// body: "Look for the line (This file must be converted with BinHex 4.0) in it.\r\n"
    /// ```
    pub static BINHEX_LEFT_IN_TEXT = {
        id: "MIM015", name: "binhex-left-in-text", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.995.52" in "4.0 SP4" gates,
        kb: ["Q164859", "Q164860", "Q152672"],
        needs: [Messages],
        tags: ["mime", "mac", "fix-ims"],
        check: Message(binhex_left_in_text),
    }
}

fn binhex_left_in_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    static START: Pattern = Pattern::new(r"(?im)^\(This file must be converted with BinHex 4\.0\)");
    if !item.is_in(ARRIVED) {
        return;
    }
    for view in item.messages.iter().filter(|view| view.body_has(b"BinHex 4.0)")) {
        let body = view.body().unwrap_or_default();
        let Some(first) = START.find(body) else { continue };
        let (blocks, decoded) = (START.find_all(body).count(), view.message.attachments.iter().filter(|each| each.is_flagged_mac_binary()).count());
        let attachments = if decoded == 0 { "none".to_owned() } else { decoded.to_string() };
        findings
            .report(format!(
                "the text of {} ({}) holds {}; of the attachments {attachments} came from BinHex",
                item.path,
                view.object,
                counted(blocks, "BinHex block")
            ))
            .evidence(Evidence::body(item.path, view, first.as_str()).expected("the file as an attachment"));
    }
}

declare_rule! {
    /// A BinHex file stands at the head of a stuck inbound queue.
    ///
    /// ## Why it matters
    /// Certain BinHex data make the conversion thread of 4.0 loop for ever, and mail piles up in Imcdata\In. The article names no
    /// pattern in the data; the age and the count that this rule compares with are ours.
    ///
    /// ## What to do
    /// Remove the file and install 4.0 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls modified=1999-10-08T14:00:00Z
    /// x
    /// //- Imcsvc.reg modified=1999-10-08T14:00:00Z
    /// REGEDIT4
    /// //- ../In/AAAAAAAA
    /// Received: from a.example by mail1; Wed, 06 Oct 1999 14:00:00 +0000
    /// Subject: x
    ///
    /// (This file must be converted with BinHex 4.0)
    ///
    /// :)T!'-`:
    /// //- ../In/BBBBBB{n:2} repeat=12
    /// Received: from a.example by mail1; Fri, 08 Oct 1999 13:00:00 +0000
    /// Subject: x
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls modified=1999-10-08T14:00:00Z
    /// x
    /// //- Imcsvc.reg modified=1999-10-08T14:00:00Z
    /// REGEDIT4
    /// //- ../In/AAAAAAAA
    /// Received: from a.example by mail1; Wed, 06 Oct 1999 14:00:00 +0000
    /// Subject: x
    ///
    /// (This file must be converted with BinHex 4.0)
    ///
    /// :)T!'-`:
    /// //- ../In/BBBBBB{n:2} repeat=3
    /// Received: from a.example by mail1; Fri, 08 Oct 1999 13:00:00 +0000
    /// Subject: x
    ///
    /// x
    /// ```
    pub static BINHEX_AT_HEAD_OF_STUCK_INBOUND_QUEUE = {
        id: "MIM016", name: "binhex-at-head-of-stuck-inbound-queue", severity: Critical, certainty: Possible,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q155036"],
        needs: [Spool],
        tags: ["mime", "mac", "stuck", "spool", "fix-ims"],
        check: Backup(binhex_at_head_of_stuck_inbound_queue),
    }
}

fn binhex_at_head_of_stuck_inbound_queue(backup: &Backup, findings: &mut Findings<'_>) {
    let waiting = backup.spool(SpoolFolder::In).count();
    if waiting < findings.count(&STUCK_BINHEX_FILES) {
        return;
    }
    let Some(snapshot) = backup.snapshot_time() else { return findings.undecided("a time of collection", "no time in the Backup is reliable") };
    let timed = backup.spool(SpoolFolder::In).filter_map(|file| Some((file.spool_time()?, file)));
    let Some((time, oldest)) = timed.min_by_key(|(time, _)| *time) else {
        return findings.undecided("times of the files in Imcdata\\In", "no file states when it came");
    };
    let hours = snapshot.seconds_since(time) / 3600;
    if hours > findings.number(&STUCK_BINHEX_AGE) && oldest.spool_mail().is_some_and(|mail| mail.has_binhex) {
        findings
            .report(format!(
                "the oldest file in Imcdata\\In, {}, holds BinHex, has waited {hours} hours, and {} wait behind it",
                oldest.path,
                counted(waiting - 1, "file")
            ))
            .evidence(Evidence::of_file(oldest).expected("a queue that moves on"));
    }
}

declare_rule! {
    /// A Macintosh text file is labelled text/applefile.
    ///
    /// ## Why it matters
    /// 4.0 labels a Macintosh .txt file without resource fork wrongly, and it arrives with junk bytes in front.
    ///
    /// ## What to do
    /// Rename the file, give it a resource fork, send rich text, or install 4.0 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/applefile; name="readme.txt"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/applefile; name="readme.txt"
    /// ```
    pub static TEXT_APPLEFILE_PART = {
        id: "MIM027", name: "text-applefile-part", severity: Warning, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.995.52" in "4.0 SP4",
        kb: ["Q157004"],
        needs: [Headers],
        tags: ["mime", "mac", "fix-ims"],
        check: Message(text_applefile_part),
    }
}

fn text_applefile_part(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.entities().filter(|part| part.entity.media_type == "text/applefile") {
        findings
            .report(format!("{} ({}) is labelled text/applefile{}", item.path, part.words(), named(part.entity)))
            .evidence(Evidence::mime_part(item.path, part).expected("application/applefile, or text/plain"));
    }
}

declare_rule! {
    /// An illegal x-mac-creator sends the mail to the archive.
    ///
    /// ## Why it matters
    /// 5.5 SP3 began to read the parameters x-mac-creator and x-mac-type and archives a message (events 12006, 4117) in which they are
    /// not eight hexadecimal digits. Older builds ignored them.
    ///
    /// ## What to do
    /// Install 5.5 SP4 and feed the archived file again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; x-mac-creator="MSWD"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; x-mac-creator="4D535744"; x-mac-type="57384e42"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2448.0)
    ///   id AAAAAAAA; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/octet-stream; x-mac-creator="MSWD"
    /// ```
    pub static ILLEGAL_MAC_CREATOR = {
        id: "MIM028", name: "illegal-mac-creator", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.17" in "5.5 SP4" gates,
        kb: ["Q252624", "Q248838", "Q274832"],
        needs: [Headers],
        tags: ["mime", "mac", "stuck", "fix-store"],
        check: MessageIf(illegal_mac_creator, reads_mac_parameters),
    }
}

fn illegal_mac_creator(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_code = |value: &str| value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    for part in item.entities() {
        for name in ["x-mac-creator", "x-mac-type"] {
            let Some(value) = part.entity.param(name).filter(|value| !is_code(value)) else { continue };
            findings
                .report(format!("{} ({}) states {name}=\"{value}\"", item.path, part.words()))
                .evidence(Evidence::mime_part(item.path, part).expected("eight hexadecimal digits"));
        }
    }
}

fn reads_mac_parameters(backup: &Backup) -> Verdict {
    let build = backup.version.as_ref().and_then(|version| version.build);
    if build.is_none_or(|build| build >= Build::new(5, 5, 2650, 0)) { Verdict::Yes } else { Verdict::No }
}

declare_rule! {
    /// A BinHex part in Base64 gives an item that cannot be opened.
    ///
    /// ## Why it matters
    /// The converter leaves the attachment without data, and clients refuse to open the whole item ("no data source was provided").
    ///
    /// ## What to do
    /// Take the attachment from the raw original; install 5.0 SP2 or 5.5 SP1; ask the sender for AppleDouble or plain Base64.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/mac-binhex40; name="a.hqx"
    /// header: Content-Transfer-Encoding: base64
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// attach: a.hqx ""
    ///   prop 0x370E001E: "application/mac-binhex40"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: application/mac-binhex40; name="a.hqx"
    /// header: Content-Transfer-Encoding: 7bit
    /// attach: a.hqx "data"
    ///   prop 0x370E001E: "application/mac-binhex40"
    /// ```
    pub static BINHEX_PART_IN_BASE64 = {
        id: "MIM602", name: "binhex-part-in-base64", severity: Error, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1" gates,
        kb: ["Q178543", "Q242221", "Q168735"],
        needs: [Headers],
        tags: ["mime", "mac", "attachment", "fix-store"],
        check: Message(binhex_part_in_base64),
    }
}

fn binhex_part_in_base64(item: &Item<'_>, findings: &mut Findings<'_>) {
    for part in item.entities().filter(|part| part.entity.media_type == BINHEX_TYPE && part.is_encoded_as("base64")) {
        findings
            .report(format!("{} ({}) is a BinHex part in Base64{}", item.path, part.words(), named(part.entity)))
            .group("part")
            .only_if(is_not_told_as_a_loop)
            .evidence(Evidence::mime_part(item.path, part))
            .evidence(Evidence::entity_field(item.path, part, "Content-Transfer-Encoding").expected("7bit"));
    }
    let Some(mail) = arrived_mail(item) else { return };
    for (index, attachment) in mail.message.attachments.iter().enumerate() {
        let is_binhex = attachment.mime_tag().is_some_and(|tag| tag.eq_ignore_ascii_case(BINHEX_TYPE));
        // The attribute attAttachData stands for the property; the writer leaves it empty when the property is absent.
        let has_data = attachment.is_cut || attachment.content_bytes().is_some_and(|(bytes, _)| !bytes.is_empty());
        if is_binhex && !has_data && attachment.method() == Some(AttachMethod::BY_VALUE) {
            let name = attachment.long_name().or_else(|| attachment.name()).unwrap_or_default();
            findings
                .report(format!("the BinHex attachment {name} of {} has no data", item.path))
                .group("attachment")
                .evidence(Evidence::attachment(item.path, mail, index).expected("PR_ATTACH_DATA_BIN"));
        }
    }
}

/// On 5.0 before SP2 the same part drives the store to full load, which MIM012 tells.
fn is_not_told_as_a_loop(backup: &Backup) -> Verdict {
    let line = backup.version.as_ref().and_then(|version| version.line);
    if line == Some(ProductLine::V5_0) { Verdict::No } else { Verdict::Yes }
}
