//! Dates that old builds read wrongly, or that do not agree with one another.

use crate::{
    backup::{
        Backup, Item, MessageView, QueueKind,
        facts::{AddressRole, InternetMessage},
    },
    base::{Pattern, Timestamp},
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
    formats::{
        mime::{HeaderField, MailProduct, date, version_stamps},
        tnef::MessageTime,
    },
    mapi::PropTag,
};

use super::proof::is_exposed;

declare_rule! {
    /// A date inside the comment of a Received field breaks the conversion.
    ///
    /// ## Why it matters
    /// The store takes the comment for the date and fails with 80040C05-F20000E9 (event 12006), and the service puts the message into
    /// In\Archive (event 4117).
    ///
    /// ## What to do
    /// Install 5.5 SP2, or store 5.0.1461.77 on 5.0, and replay the archived file.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from [1.1.1.3] by host.example; (5.65/1.1.8.2/14Feb98-0313PM) id AA06568; Wed, 17 Jun 1998 14:35:47 -0700
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from [1.1.1.3] by host.example (8.8.8/14Feb98) with SMTP id X; Wed, 17 Jun 1998 14:35:47 -0700
    /// ```
    pub static DATE_IN_RECEIVED_COMMENT = {
        id: "MIM006", name: "date-in-received-comment", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2402.0" in "5.5 SP2; 5.0 store 5.0.1461.77" gates,
        kb: ["Q190084", "Q242222"],
        needs: [Headers],
        tags: ["header", "date", "stuck", "fix-store"],
        check: Message(date_in_received_comment),
    }
}

fn date_in_received_comment(item: &Item<'_>, findings: &mut Findings<'_>) {
    static COMMENT: Pattern = Pattern::new(r"^\s*\([^)]*\d{1,2}[A-Z][a-z]{2}\d{2}[^)]*\)");
    for message in item.internet_messages() {
        let is_hit = |field: &&HeaderField| field.value.split_once(';').is_some_and(|(_, behind)| COMMENT.is_match(behind));
        let Some(field) = message.fields(&["Received"]).find(is_hit) else { continue };
        let own = message.received().first().and_then(|(_, hop)| hop.id.as_deref());
        let id = own.map_or_else(String::new, |id| format!("; the newest stamp has the id {id}"));
        findings
            .report(format!("a Received field of {} ({}) has a comment with a date behind its semicolon{id}", item.path, message.object()))
            .evidence(Evidence::internet_field(item.path, message, field).expected("the date directly behind the first semicolon"));
    }
}

declare_rule! {
    /// A date with the year 00 or 1900.
    ///
    /// ## Why it matters
    /// Old builds read the year 00 as 1900. Such a message for an MS Mail user stops the PC MTA (event 1067) until it is removed. Builds
    /// with the fix take 00 to 49 as 20xx.
    ///
    /// ## What to do
    /// Install 5.0 SP2 or 5.5 SP1, and remove the message from the queue of the PC MTA.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Mon, 3 Jan 00 10:00:00 +0000
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)
    ///   id AAAAAAAA; Mon, 03 Jan 2000 14:00:00 +0000
    /// submitted: 1900-01-03T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Wed, 17 Jun 98 16:35:11 -0500
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)
    ///   id AAAAAAAA; Mon, 03 Jan 2000 14:00:00 +0000
    /// header: Date: Mon, 3 Jan 00 10:00:00 +0000
    /// ```
    pub static TWO_DIGIT_OR_1900_YEAR = {
        id: "MIM080", name: "two-digit-or-1900-year", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1",
        kb: ["Q170137", "Q173491", "Q182040"],
        needs: [Messages],
        tags: ["date", "interop", "fix-store"],
        check: Message(two_digit_or_1900_year),
    }
}

fn two_digit_or_1900_year(item: &Item<'_>, findings: &mut Findings<'_>) {
    static SHORT_YEAR: Pattern = Pattern::new(r"\b\d{1,2} [A-Z][a-z]{2} (0\d|[1-4]\d) \d{1,2}:");
    for message in item.internet_messages() {
        let Some(field) = message.field("Date").filter(|field| SHORT_YEAR.is_match(&field.raw)) else { continue };
        findings
            .report(format!("the Date of {} ({}) is {}, which old builds read as a year of 19xx", item.path, message.object(), field.value))
            .group("header")
            .only_if(reads_short_years_wrongly)
            .evidence(Evidence::internet_field(item.path, message, field).expected("a year of four digits"));
    }
    let Some((mail, submitted)) = item.mail().and_then(|mail| Some((mail, mail.message.properties.property(PropTag::CLIENT_SUBMIT_TIME)?))) else {
        return;
    };
    let Some(time) = submitted.value.time().map(Timestamp::utc) else { return };
    let is_marker = (time.year, time.month, time.day) == (1968, 12, 16);
    if (1900..=1969).contains(&time.year) && !is_marker {
        let ms = item.addresses_as(&[AddressRole::P1]).filter(|to| to.address.address_type.eq_ignore_ascii_case("MS")).count();
        let to = if ms == 0 { String::new() } else { format!("; {} of type MS", crate::base::counted(ms, "recipient")) };
        findings
            .report(format!("{} was submitted in {}{to}", item.path, time.year))
            .group("submit time")
            .evidence(Evidence::property(item.path, &mail.object, submitted).expected("a year of Exchange's life"));
    }
}

fn reads_short_years_wrongly(backup: &Backup) -> Verdict {
    is_exposed(&TWO_DIGIT_OR_1900_YEAR, backup)
}

declare_rule! {
    /// The sent time is wrong because of a lower-case zone name.
    ///
    /// ## Why it matters
    /// 4.0 does not recognise a zone in lower case that equals the server's own, and takes the time for GMT.
    ///
    /// ## What to do
    /// Install Service Pack 3 for Exchange 4.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Thu, 8 Aug 1996 12:56:10 pdt
    /// submitted: 1996-08-08T12:56:10Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Thu, 8 Aug 1996 12:56:10 PDT
    /// submitted: 1996-08-08T12:56:10Z
    /// //- Mtsin/2
    /// header: Date: Thu, 8 Aug 1996 12:56:10 pdt
    /// submitted: 1996-08-08T19:56:10Z
    /// ```
    pub static LOWER_CASE_TIME_ZONE = {
        id: "MIM081", name: "lower-case-time-zone", severity: Info, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q153590"],
        needs: [Headers],
        tags: ["date", "fix-ims"],
        check: Message(lower_case_time_zone),
    }
}

fn lower_case_time_zone(item: &Item<'_>, findings: &mut Findings<'_>) {
    static LOWER: Pattern = Pattern::new(r"\d\s+(est|edt|cst|cdt|mst|mdt|pst|pdt)\s*$");
    let Some((mail, field)) = dated(item).filter(|(_, field)| LOWER.is_match(&field.raw)) else { return };
    if is_taken_for_utc(mail, field) {
        zone_ignored(item, (mail, field), findings, "a zone in capitals");
    }
}

/// Returns the mail of MTS-IN with its Date field.
fn dated<'i, 'a>(item: &'i Item<'a>) -> Option<(&'i MessageView<'a>, &'i HeaderField)> {
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]))?;
    Some((mail, mail.field("Date")?))
}

/// Whether the submit time is what the clock in the Date field shows, as if its zone were GMT.
fn is_taken_for_utc(mail: &MessageView<'_>, field: &HeaderField) -> bool {
    static CLOCK: Pattern = Pattern::new(r"^.*?\d{1,2}:\d{2}(:\d{2})?");
    let clock = CLOCK.find(&field.value).and_then(|clock| date(&format!("{} +0000", clock.as_str())));
    let submitted = match mail.message.client_submit_time() {
        Some(MessageTime::Utc(time)) => time.unix_seconds(),
        Some(MessageTime::Local(_)) | None => return false,
    };
    clock.is_some_and(|clock| clock.time.unix_seconds() == submitted)
}

fn zone_ignored<'f>(
    item: &Item<'_>,
    (mail, field): (&MessageView<'_>, &HeaderField),
    findings: &'f mut Findings<'_>,
    expected: &str,
) -> &'f mut crate::diagnostics::Finding {
    let submitted = mail.message.properties.property(PropTag::CLIENT_SUBMIT_TIME);
    let finding = findings.report(format!("{} is dated {}, and its submit time shows the same clock as UTC", item.path, field.value));
    finding.evidence(Evidence::header(item.path, mail, field).expected(expected));
    finding.evidences(submitted.map(|property| Evidence::property(item.path, &mail.object, property)))
}

declare_rule! {
    /// The sent time is wrong because of an unknown zone name.
    ///
    /// ## Why it matters
    /// Zones outside of the list of RFC 822 (GMT, UT and the zones of the United States) get no offset, so the sent time is off by
    /// hours. This rule speaks only when the stored time shows it.
    ///
    /// ## What to do
    /// From 5.5 SP1 on, add the zone to the value NewTimeZones of the store; it is static and knows no daylight saving.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Tue, 7 Sep 1999 10:00:00 JST
    /// submitted: 1999-09-07T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Tue, 7 Sep 1999 10:00:00 +0900 (JST)
    /// submitted: 1999-09-07T01:00:00Z
    /// //- Mtsin/2
    /// header: Date: Tue, 7 Sep 1999 10:00:00 GMT
    /// submitted: 1999-09-07T10:00:00Z
    /// ```
    pub static UNKNOWN_TIME_ZONE = {
        id: "MIM082", name: "unknown-time-zone", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q239009", "Q156965"],
        needs: [Headers],
        tags: ["date", "config"],
        check: Message(unknown_time_zone),
    }
}

fn unknown_time_zone(item: &Item<'_>, findings: &mut Findings<'_>) {
    static NAMED: Pattern = Pattern::new(r"\d\s+([A-Za-z]{3,5})\s*$");
    const KNOWN: [&str; 12] = ["GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "UTC", "WET", "UT"];
    let Some((mail, field)) = dated(item) else { return };
    let zone = NAMED.captures(&field.raw).and_then(|found| Some(found.get(1)?.as_str().to_ascii_uppercase()));
    let Some(zone) = zone.filter(|zone| !KNOWN.contains(&zone.as_str()) && is_taken_for_utc(mail, field)) else { return };
    zone_ignored(item, (mail, field), findings, "an offset such as +0900").group(zone);
}

declare_rule! {
    /// A zone offset of two digits in Date is ignored.
    ///
    /// ## Why it matters
    /// The SMTP gateway 3.0 of MS Mail writes +NN. The offset is ignored, and the sent time is off.
    ///
    /// ## What to do
    /// Update that gateway (its switch -Z).
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Tue, 2 Jun 1998 10:00:00 +02
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Tue, 2 Jun 1998 10:00:00 +0200
    /// ```
    pub static TWO_DIGIT_ZONE_OFFSET = {
        id: "MIM083", name: "two-digit-zone-offset", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q192054"],
        needs: [Headers],
        tags: ["date", "interop"],
        check: Message(two_digit_zone_offset),
    }
}

fn two_digit_zone_offset(item: &Item<'_>, findings: &mut Findings<'_>) {
    static SHORT: Pattern = Pattern::new(r"\d\d:\d\d(:\d\d)?\s+[+-]\d{2}\s*$");
    for message in of_mtsin(item) {
        let Some(field) = message.field("Date").filter(|field| SHORT.is_match(&field.raw)) else { continue };
        findings
            .report(format!("the Date of {} ({}) is {}", item.path, message.object(), field.value))
            .evidence(Evidence::internet_field(item.path, message, field).expected("an offset of four digits"));
    }
}

/// Returns the mail of MTS-IN and the raw documents.
fn of_mtsin<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = InternetMessage<'i, 'a>> {
    item.internet_mail().filter(|_| item.is_in(&[QueueKind::MtsIn])).into_iter().chain(item.raw_messages())
}

declare_rule! {
    /// Mail is dated 13 hours in the future.
    ///
    /// ## Why it matters
    /// Servers set to Wellington and Auckland stamp the wrong offset while daylight saving is in force there. Daylight time is +13, and
    /// Windows NT knows at most +12; 5.5 before SP1 sends mail in summer with a wrong stamp as well.
    ///
    /// ## What to do
    /// Install 4.0 SP5 or 5.0 SP2 on the sending server, or change its daylight setting. From 5.5 SP1 on, NewTimeZones with NZDT;+13:00
    /// cures the inbound side.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from nz.example by mail1; Wed, 07 Jan 1998 00:00:00 +0000
    /// header: X-Mailer:  Microsoft Exchange Server Internet Mail Connector Version 4.0.994.63
    /// header: Date: Wed, 07 Jan 1998 13:05:00 +0000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from nz.example by mail1; Wed, 07 Jan 1998 00:00:00 +0000
    /// header: X-Mailer: Windows Eudora Light Version 3.0.1
    /// header: Date: Wed, 07 Jan 1998 13:05:00 +0000
    /// //- Mtsin/2
    /// header: Received: from nz.example by mail1; Wed, 07 Jan 1998 00:00:00 +0000
    /// header: X-Mailer:  Microsoft Exchange Server Internet Mail Connector Version 4.0.994.63
    /// header: Date: Wed, 07 Jan 1998 00:01:00 +0000
    /// ```
    pub static THIRTEEN_HOURS_AHEAD = {
        id: "MIM084", name: "thirteen-hours-ahead", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0],
        fixed: "5.0.1460.8" in "4.0 SP5; 5.0 SP2",
        kb: ["Q161839", "Q175475", "Q178094"],
        needs: [Headers],
        tags: ["date", "fix-ims", "fix-store"],
        check: Message(thirteen_hours_ahead),
    }
}

fn thirteen_hours_ahead(item: &Item<'_>, findings: &mut Findings<'_>) {
    const AHEAD: std::ops::RangeInclusive<i64> = 45_000..=48_600;
    for message in of_mtsin(item) {
        let Some(mailer) = message.field("X-Mailer") else { continue };
        let stamps = version_stamps(&mailer.value);
        let Some(stamp) = stamps.iter().find(|stamp| stamp.build.starts_with("4.0.") || stamp.build.starts_with("5.0.")) else { continue };
        let Some((field, stated)) = message.field("Date").and_then(|field| Some((field, date(&field.value)?))) else { continue };
        let Some((hop, received)) = message.received().last().and_then(|(field, hop)| Some((field, hop.date?))) else { continue };
        let ahead = stated.time.seconds_since(received.time);
        if AHEAD.contains(&ahead) {
            findings
                .report(format!("{} ({}) by build {} is dated {} minutes after its first hop", item.path, message.object(), stamp.build, ahead / 60))
                .evidence(Evidence::internet_field(item.path, message, field).expected(format!("about {}", received.time)))
                .evidence(Evidence::internet_field(item.path, message, hop))
                .evidence(Evidence::internet_field(item.path, message, mailer));
        }
    }
}

declare_rule! {
    /// The id and the date of a Received field disagree.
    ///
    /// ## Why it matters
    /// The 4.0 connector writes the time of arrival twice: in the id, in the server's local time, and as the date. They differ when the
    /// header was edited or the clock was changed.
    ///
    /// ## What to do
    /// Nothing; this is a hint for forged headers.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by x.example with Microsoft Exchange (IMC 4.0.838.14) id <01BB6402.55C69350@x.example>; Thu, 27 Jun 1996 11:26:27 -0700
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by x.example with Microsoft Exchange (IMC 4.0.838.14) id <01BB6402.55C69350@x.example>; Thu, 27 Jun 1996 08:26:29 -0700
    /// ```
    pub static RECEIVED_ID_AND_DATE_DISAGREE = {
        id: "MIM085", name: "received-id-and-date-disagree", severity: Info, certainty: Possible,
        versions: [V4_0],
        kb: ["Q153060"],
        needs: [Headers],
        tags: ["header", "date", "spoofing"],
        check: Message(received_id_and_date_disagree),
    }
}

fn received_id_and_date_disagree(item: &Item<'_>, findings: &mut Findings<'_>) {
    const TOLERANCE: i64 = 60;
    let has_own_id = |message: &InternetMessage<'_, '_>| message.fields(&["Received"]).any(|field| field.raw.contains("IMC"));
    for message in item.internet_messages().filter(has_own_id) {
        for (field, hop) in message.received().iter().filter(|(_, hop)| hop.product == MailProduct::Imc) {
            let Some((id, stated)) = hop.id_filetime.zip(hop.date.and_then(|date| date.local().as_utc())) else { continue };
            if stated.seconds_since(id).abs() > TOLERANCE {
                let clock = id.utc();
                findings
                    .report(format!("a Received field of {} ({}) has an id of {clock} and the date {}", item.path, message.object(), stated.utc()))
                    .evidence(Evidence::internet_field(item.path, message, field).expected("both within a minute"));
            }
        }
    }
}
