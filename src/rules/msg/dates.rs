//! Clocks that are wrong: stamps in the future, mail that is expired when it comes, reports of expiry for fresh mail.

use crate::{
    backup::{Item, MessageView, QueueKind, SpoolFolder, facts::RawDocument, facts::ReportFacts},
    base::{LocalTime, Pattern, Timestamp},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{
        mime::{HeaderField, date},
        tnef::MessageTime,
    },
    mapi::{PropTag, Property},
};

/// The MTA's default latest delivery time, 10,080 minutes (Q169715).
const WEEK: i64 = 7 * 24 * 3600;
const HOUR: i64 = 3600;

declare_rule! {
    /// Time stamps of one message are more than a week apart.
    ///
    /// ## Why it matters
    /// The MTA compares its clock with the stamps in the message. If they are more than seven days apart it returns the mail at
    /// once as expired, although everything else works. A wrong clock on a client, server or relay is the cause. Mail that
    /// really waited for more than a week is left out here.
    ///
    /// ## What to do
    /// Correct date and time on all machines of the chain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// submitted: 2001-01-03T10:00:00Z
    /// arrived: 2000-01-03T10:05:00Z
    /// header: Received: from a.example by b.example id AA1; Mon, 3 Jan 2000 10:00:00 +0000
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// prop 0x004E0040: 1999-10-06T18:40:13Z
    /// PR_REPORT_TIME: 1999-10-06T18:40:53Z
    /// failed: SMTP:ann@example.com
    ///   PR_NDR_REASON_CODE: 1
    ///   PR_NDR_DIAG_CODE: 5
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// submitted: 2000-01-03T10:00:00Z
    /// arrived: 2000-01-12T10:00:00Z
    /// ```
    pub static TIME_STAMPS_A_WEEK_APART = {
        id: "MSG149", name: "time-stamps-a-week-apart", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q158399", "Q169715"],
        needs: [Messages],
        tags: ["date", "bounce"],
        check: Message(time_stamps_a_week_apart),
    }
}

fn time_stamps_a_week_apart(item: &Item<'_>, findings: &mut Findings<'_>) {
    if item.is_in(&[QueueKind::MtsIn, QueueKind::MtsOut]) {
        submitted_in_the_future(item, findings);
    }
    for report in item.reports().iter().filter(|report| has_expired_row(report) && is_fresh(report)) {
        report_of_fresh_mail(item, report, findings);
    }
}

fn submitted_in_the_future(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail() else { return };
    let properties = &mail.message.properties;
    let Some((submitted, property)) = properties.time(PropTag::CLIENT_SUBMIT_TIME).zip(properties.property(PropTag::CLIENT_SUBMIT_TIME)) else {
        return;
    };
    let received = || mail.received().iter().filter_map(|(_, hop)| hop.date.map(|date| date.time));
    let near = [properties.time(PropTag::MESSAGE_DELIVERY_TIME), item.arrival_time()].into_iter().flatten().max();
    // The headers are only read when the other stamps leave it open.
    if near.is_some_and(|near| submitted.seconds_since(near) <= WEEK) {
        return;
    }
    let Some(latest) = near.into_iter().chain(received()).max().filter(|latest| submitted.seconds_since(*latest) > WEEK) else { return };
    findings
        .report(format!("{} was submitted at {submitted}, more than a week after its latest other stamp, {latest}", item.path))
        .evidence(Evidence::property(item.path, &mail.object, property).expected(format!("a time near {latest}")));
}

/// Reason 1, transfer impossible, with diagnostic 5, maximum time expired.
fn has_expired_row(report: &ReportFacts<'_>) -> bool {
    report.failed.iter().any(|row| row.reason == Some(1) && row.diagnostic == Some(5))
}

/// Whether the report was made within an hour of the submission of its original; unknown times say no.
fn is_fresh(report: &ReportFacts<'_>) -> bool {
    report.report_time.zip(report.original_submitted).is_some_and(|(made, submitted)| made.seconds_since(submitted) < HOUR)
}

fn report_of_fresh_mail<'a>(item: &Item<'a>, report: &ReportFacts<'a>, findings: &mut Findings<'_>) {
    let (Some(made), Some(submitted)) = (report.report_time, report.original_submitted) else { return };
    let expected = "a report that follows the time-out";
    let proof = times_of(item, report).map(|(object, property)| Evidence::property(item.path, &object, property).expected(expected));
    findings.report(format!("a report in {} of {made} calls mail expired that was submitted at {submitted}", item.path)).evidences(proof);
}

/// Returns the properties with the times of a report: its own, else that of a row, and the submission of its original.
fn times_of<'a>(item: &Item<'a>, report: &ReportFacts<'a>) -> impl Iterator<Item = (String, &'a Property<'a>)> {
    let of_view = |index: usize, tag| {
        let view = item.messages.get(index)?;
        Some((view.object.clone(), view.message.properties.property(tag)?))
    };
    let of_row = || report.failed.iter().find_map(|row| Some((row.object.clone(), row.row.properties.property(PropTag::REPORT_TIME)?)));
    let made = of_view(report.view, PropTag::REPORT_TIME).or_else(of_row);
    let of_original = || of_view(report.original?, PropTag::CLIENT_SUBMIT_TIME);
    made.into_iter().chain(of_view(report.view, PropTag::ORIGINAL_SUBMIT_TIME).or_else(of_original))
}

declare_rule! {
    /// Reports: delivery time expired although the mail is new.
    ///
    /// ## Why it matters
    /// A clock in the chain is more than seven days off, so that the MTA takes fresh mail for expired. MTA event 208 then names
    /// the default latest delivery time of 10,080 minutes right after the submission.
    ///
    /// ## What to do
    /// Correct the clocks of servers, clients and relays.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// prop 0x004E0040: 1999-10-06T18:40:13Z
    /// PR_REPORT_TIME: 1999-10-06T18:40:53Z
    /// failed: SMTP:ann@example.com
    /// body: "The maximum time for delivering the message expired."
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// prop 0x004E0040: 1999-10-04T18:40:13Z
    /// PR_REPORT_TIME: 1999-10-06T18:40:53Z
    /// failed: SMTP:ann@example.com
    ///   PR_NDR_REASON_CODE: 1
    ///   PR_NDR_DIAG_CODE: 5
    /// ```
    pub static NDR_EXPIRED_AT_ONCE = {
        id: "MSG179", name: "ndr-expired-at-once", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q158399", "Q169715"],
        needs: [Messages],
        tags: ["report", "date"],
        check: Message(ndr_expired_at_once),
    }
}

static EXPIRED: Pattern = Pattern::new(r"(?i)maximum time for\s+delivering\s+the\s+message\s+expired");

fn ndr_expired_at_once(item: &Item<'_>, findings: &mut Findings<'_>) {
    for report in item.reports().iter().filter(|report| is_fresh(report) && (has_expired_row(report) || EXPIRED.is_match(&report.text))) {
        report_of_fresh_mail(item, report, findings);
    }
}

declare_rule! {
    /// Date 16 December 1968 is an MS Mail date failure.
    ///
    /// ## Why it matters
    /// MS Mail for Windows 3.x writes this date when a gateway's noon time is read as 24 hours and some minutes.
    ///
    /// ## What to do
    /// Ignore the date; take the time from the Received lines.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// submitted: 1968-12-16T12:05:00Z
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Date: Mon, 16 Dec 1968 23:30:00 -0500
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// submitted: 1968-12-18T12:05:00Z
    /// ```
    pub static DATE_OF_DECEMBER_1968 = {
        id: "MSG150", name: "date-of-december-1968", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q120449", "Q132059"],
        needs: [Messages],
        tags: ["date", "interop"],
        check: Message(date_of_december_1968),
    }
}

fn date_of_december_1968(item: &Item<'_>, findings: &mut Findings<'_>) {
    for view in &item.messages {
        let submitted = view.message.client_submit_time().map(|time| match time {
            MessageTime::Utc(time) => time.utc(),
            MessageTime::Local(time) => time,
        });
        if submitted.is_some_and(is_that_day) {
            let proof = match view.message.properties.property(PropTag::CLIENT_SUBMIT_TIME) {
                Some(property) => Evidence::property(item.path, &view.object, property),
                None => Evidence::part(item.path, format!("{}, attDateSent", view.object), view.message.span.clone()),
            };
            findings.report(format!("{} ({}) was submitted on 16 December 1968", item.path, view.object)).evidence(proof.expected("the real date"));
        }
        let field = view.field("Date").filter(|field| field.value.contains("68"));
        if let Some((field, dated)) = field.and_then(|field| Some((field, date(&field.value)?)))
            && (is_that_day(dated.local()) || is_that_day(dated.time.utc()))
        {
            findings
                .report(format!("the Date field of {} ({}) is of 16 December 1968", item.path, view.object))
                .evidence(Evidence::header(item.path, view, field).expected("the real date"));
        }
    }
}

fn is_that_day(time: LocalTime) -> bool {
    (time.year, time.month, time.day) == (1968, 12, 16)
}

declare_rule! {
    /// Inbound message is already expired and will be discarded silently.
    ///
    /// ## Why it matters
    /// Exchange honours an expiry time that a sender on the Internet set. A message whose time has passed by the server's clock
    /// is thrown away by design, and nobody is told. Some programs set the current time as the expiry time; a wrong clock has
    /// the same effect.
    ///
    /// ## What to do
    /// Check clock and time zone of server and sender, and ask the sender to switch expiry off. Rescue the message from the
    /// Backup.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x00150040: 2000-03-01T08:00:00Z
    /// arrived: 2000-03-01T09:12:00Z
    /// ```
    /// ```backup
    /// //- Backup/Mtsin/1 modified=1999-10-08T10:00:00Z
    /// subject: "x"
    /// //- Backup/Imcsvc.reg modified=1999-10-08T10:00:05Z
    /// REGEDIT4
    /// //- Backup/Imcfls modified=1999-10-08T10:00:15Z
    /// [Backup]
    /// //- In/ABCDEFGH modified=1999-10-08T09:00:00Z
    /// From: ann@example.com
    /// Expires: Wed, 6 Oct 1999 10:00:00 +0000
    ///
    /// text
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x00150040: 2000-03-04T08:00:00Z
    /// arrived: 2000-03-01T09:12:00Z
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// arrived: 2000-03-01T09:12:00Z
    /// ```
    /// ```backup
    /// //- Backup/Mtsin/1 modified=1999-10-08T10:00:00Z
    /// subject: "x"
    /// //- Backup/Imcsvc.reg modified=1999-10-08T10:00:05Z
    /// REGEDIT4
    /// //- Backup/Imcfls modified=1999-10-08T10:00:15Z
    /// [Backup]
    /// //- In/ABCDEFGH modified=1999-10-08T09:00:00Z
    /// From: ann@example.com
    /// Expires: Wed, 13 Oct 1999 10:00:00 +0000
    ///
    /// text
    /// ```
    pub static MESSAGE_EXPIRED_ON_ARRIVAL = {
        id: "MSG609", name: "message-expired-on-arrival", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q265391"],
        needs: [Messages],
        tags: ["loss", "date", "header"],
        check: Message(message_expired_on_arrival),
    }
}

/// PR_EXPIRY_TIME.
const EXPIRY_TIME: PropTag = PropTag(0x0015_0040);

fn message_expired_on_arrival(item: &Item<'_>, findings: &mut Findings<'_>) {
    if item.messages.is_empty() {
        item.raws().iter().for_each(|raw| expired_spool_file(item, raw, findings));
        return;
    }
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]));
    let Some((mail, property)) = mail.and_then(|mail: &MessageView<'_>| Some((mail, mail.message.properties.property(EXPIRY_TIME)?))) else { return };
    let now = item.arrival_time().max(item.server.collected);
    let Some((expiry, now)) = property.value.time().zip(now).filter(|(expiry, now)| expiry < now) else { return };
    findings
        .report(format!("{} expired at {expiry}, before {now}, when it had arrived or was collected", item.path))
        .evidence(Evidence::property(item.path, &mail.object, property).expected("no expiry time, or one that is still to come"));
}

fn expired_spool_file(item: &Item<'_>, raw: &RawDocument<'_>, findings: &mut Findings<'_>) {
    let Some(now) = item.server.collected.filter(|_| raw.is_in(&[SpoolFolder::In, SpoolFolder::InArchive])) else { return };
    let fields = ["Expires", "Expiry-Date", "Expiry"].into_iter().filter_map(|name| raw.field(name));
    let expired = |field: &&HeaderField| date(&field.value).is_some_and(|date| date.time < now);
    let times: Vec<(&HeaderField, Timestamp)> = fields.filter(expired).filter_map(|field| Some((field, date(&field.value)?.time))).collect();
    for (field, expiry) in times {
        findings
            .report(format!("{} expired at {expiry}, before {now}, when it was collected", item.path))
            .evidence(Evidence::raw_header(item.path, raw, field).expected("no expiry time, or one that is still to come"));
    }
}
