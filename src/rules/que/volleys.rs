//! Two sides that answer each other without a person: list server and postmaster, rules and reports.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, Build, ItemMarks, MailRecord, MessageRecord},
    base::{Timestamp, counted},
    declare_rule,
    diagnostics::{Exposure, Findings, Severity},
    formats::imccopy::FormatFlags,
    rules::thresholds::que::{DAEMON_LOOP, FEEDBACK, VOLLEY},
};

use super::{
    loops::affects,
    proof::{default_record, envelope_recipients, flags_of, is_local, is_report, norm_subject, sender, shown},
    tally::Tally,
};

/// An address: its type in capitals, its value in lower case.
type Address = (String, String);

/// One item as a step from one address to another.
struct Step<'b> {
    record: &'b MessageRecord,
    from: Address,
    to: Vec<Address>,
    subject: String,
    is_report: bool,
}

/// Returns every item that says who sent it, one by one: all of them together would take much memory.
fn steps(backup: &Backup) -> impl Iterator<Item = Step<'_>> {
    backup.messages.iter().filter_map(|record| {
        let shell = record.shell.outline();
        let mail: &MailRecord = shell.embedded.first().filter(|_| record.kind == crate::backup::ItemKind::Envelope).unwrap_or(&shell);
        let subject = norm_subject(mail.subject.as_deref().unwrap_or_default());
        let (from, to) = (sender(&shell, mail)?, envelope_recipients(record, &shell));
        Some(Step { record, from, to, subject, is_report: is_report(mail) })
    })
}

/// `listserv@`, `majordomo@`, `something-request@` and the like.
fn is_list_server((_, address): &Address) -> bool {
    let local = address.split_once('@').map(|(local, _)| local);
    local.is_some_and(|local| ["listserv", "majordomo", "listproc", "lyris"].contains(&local) || local.ends_with("-request"))
}

/// `postmaster@`, `noreply@`, `something-daemon@` and the like.
fn is_daemon((_, address): &Address) -> bool {
    let local = address.split_once('@').map(|(local, _)| local);
    local.is_some_and(|local| ["postmaster", "mailer-daemon", "autoreply", "noreply"].contains(&local) || local.ends_with("-daemon"))
}

declare_rule! {
    /// Loop between a list server and an MS Mail postmaster.
    ///
    /// ## Why it matters
    /// A failed delivery to MS Mail returns to the list server, which takes it for a bad command and answers POSTMASTER. POSTMASTER has no
    /// mailbox, so that answer fails too.
    ///
    /// ## What to do
    /// Give the post offices a POSTMASTER mailbox or a proxy for it. Reject the list host for a while.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=3
    /// from: MS:NET/PO/POSTMASTER
    /// p1: SMTP:listserv@lists.example
    /// //- Mtsin/{n} repeat=3
    /// from: SMTP:listserv@lists.example
    /// p1: MS:NET/PO/POSTMASTER
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// from: MS:NET/PO/POSTMASTER
    /// p1: SMTP:listserv@lists.example
    /// ```
    pub static LIST_SERVER_POSTMASTER_LOOP = {
        id: "QUE023", name: "list-server-postmaster-loop", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q175447"],
        needs: [Messages],
        tags: ["queue", "loop", "report", "interop"],
        check: Backup(list_server_postmaster_loop),
    }
}

fn list_server_postmaster_loop(backup: &Backup, findings: &mut Findings<'_>) {
    let mut ways: BTreeMap<&str, (Vec<&MessageRecord>, Vec<&MessageRecord>)> = BTreeMap::new();
    let steps: Vec<_> = steps(backup).filter(|step| is_postmaster(&step.from) || is_list_server(&step.from)).collect();
    let mut postmaster = "";
    for step in &steps {
        let list = |address: &&Address| is_list_server(address);
        if is_postmaster(&step.from) {
            step.to.iter().filter(list).for_each(|to| ways.entry(&to.1).or_default().0.push(step.record));
            postmaster = &step.from.1;
        } else if is_list_server(&step.from) && step.to.iter().any(is_postmaster) {
            ways.entry(&step.from.1).or_default().1.push(step.record);
        }
    }
    let least = findings.count(&DAEMON_LOOP);
    let Some((list, (there, back))) = ways.iter().find(|(_, (there, back))| there.len() >= least && back.len() >= least) else { return };
    let finding = findings.report(format!("{} from {postmaster} to {list}, and {} back", counted(there.len(), "message"), back.len()));
    finding.first_evidences(there.iter().take(10).chain(back.iter()).map(|record| shown(backup, record)));
    affects(finding, backup, there.iter().chain(back).copied());
}

/// POSTMASTER of any kind of address: `postmaster@…`, `NET/PO/POSTMASTER`, `/o=…/cn=postmaster`.
fn is_postmaster((_, address): &Address) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    local.rsplit(['/', '=']).next() == Some("postmaster")
}

declare_rule! {
    /// Auto replies answer each other.
    ///
    /// ## Why it matters
    /// Reports have an empty sender in the envelope but a postmaster's address in the header. A rule answers that address, and both sides go
    /// on.
    ///
    /// ## What to do
    /// Switch off automatic replies to the Internet, or install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=4
    /// subject: "Re: Undeliverable: x"
    /// from: EX:/o=Org/ou=Site/cn=Recipients/cn=ann
    /// p1: SMTP:postmaster@far.example
    /// //- Mtsin/{n} repeat=4
    /// subject: "Undeliverable: x"
    /// from: SMTP:postmaster@far.example
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=ann
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n} repeat=4
    /// subject: "Re: x"
    /// from: EX:/o=Org/ou=Site/cn=Recipients/cn=ann
    /// p1: SMTP:joe@far.example
    /// //- Mtsin/{n} repeat=4
    /// subject: "Re: x"
    /// from: SMTP:joe@far.example
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=ann
    /// ```
    pub static AUTO_REPLY_VOLLEY = {
        id: "QUE024", name: "auto-reply-volley", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2539.1" in "5.5 SP3",
        kb: ["Q216161"],
        needs: [Messages],
        tags: ["queue", "loop", "report", "fix-store"],
        check: Backup(auto_reply_volley),
    }
}

fn auto_reply_volley(backup: &Backup, findings: &mut Findings<'_>) {
    let policy = default_record(backup);
    if policy.as_ref().is_some_and(|(_, _, flags)| flags.has(FormatFlags::NO_AUTO_REPLY)) {
        return;
    }
    let local = backup.local_domains();
    let least = findings.count(&VOLLEY);
    let steps = volleys(backup, (&local, least));
    let mut pairs: BTreeMap<(&Address, &Address), Pair<'_>> = BTreeMap::new();
    for (step, to) in steps.iter().flat_map(|step| step.to.iter().map(move |to| (step, to))) {
        match way(&step.from, to, &local) {
            Some(Way::There(pair)) => pairs.entry(pair).or_default().there.push(step),
            Some(Way::Back(pair)) => pairs.entry(pair).or_default().back.push(step),
            None => {}
        }
    }
    let is_volley = |((_, outside), pair): &(&(&Address, &Address), &Pair<'_>)| {
        let by_machine = is_daemon(outside) || pair.back.iter().all(|step| step.is_report);
        pair.there.len() >= least && pair.back.len() >= least && by_machine && pair.common_subject().is_some()
    };
    let Some(((own, outside), pair)) = pairs.iter().find(is_volley) else { return };
    let subject = pair.common_subject().unwrap_or_default();
    let message =
        format!("{} and {} wrote each other {} and {} times under '{subject}'{}", own.1, outside.1, pair.there.len(), pair.back.len(), pair.span());
    let finding = findings.report(message);
    finding.evidences(policy.map(|policy| flags_of(policy).expected("bit 0x200 set")));
    finding.first_evidences(pair.there.iter().take(9).chain(&pair.back).map(|step| shown(backup, step.record)));
    affects(finding, backup, pair.all().map(|step| step.record));
}

/// Which way a message went between an address here and one outside, in that order.
enum Way<'s> {
    There((&'s Address, &'s Address)),
    Back((&'s Address, &'s Address)),
}

fn way<'s>(from: &'s Address, to: &'s Address, local: &[String]) -> Option<Way<'s>> {
    match (is_local(from, local), is_local(to, local)) {
        (true, false) => Some(Way::There((from, to))),
        (false, true) => Some(Way::Back((to, from))),
        _ => None,
    }
}

/// Returns the steps between addresses that may have written each other often enough, with those recipients alone.
fn volleys<'b>(backup: &'b Backup, (local, least): (&[String], usize)) -> Vec<Step<'b>> {
    let mut tally = Tally::new(backup.messages.len());
    for step in steps(backup) {
        for way in step.to.iter().filter_map(|to| way(&step.from, to, local)) {
            match way {
                Way::There(pair) => tally.count(&pair, false),
                Way::Back(pair) => tally.count(&pair, true),
            }
        }
    }
    let is_often = |from: &Address, to: &Address| {
        let pair = way(from, to, local).map(|(Way::There(pair) | Way::Back(pair))| pair);
        pair.is_some_and(|pair| tally.at_most(&pair).iter().all(|&count| count >= least))
    };
    let often = steps(backup).map(|mut step| {
        step.to.retain(|to| is_often(&step.from, to));
        step
    });
    often.filter(|step| !step.to.is_empty()).collect()
}

/// What two addresses wrote each other.
#[derive(Default)]
struct Pair<'s> {
    there: Vec<&'s Step<'s>>,
    back: Vec<&'s Step<'s>>,
}

impl<'s> Pair<'s> {
    fn all(&self) -> impl Iterator<Item = &'s Step<'s>> {
        self.there.iter().chain(&self.back).copied()
    }

    /// Returns the subject of at least four in five of the messages.
    fn common_subject(&self) -> Option<&'s str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        self.all().for_each(|step| *counts.entry(&step.subject).or_default() += 1);
        let total: usize = counts.values().sum();
        counts.into_iter().find(|(_, count)| count * 5 >= total * 4).map(|(subject, _)| subject)
    }

    /// Returns the time from the first to the last message in words.
    fn span(&self) -> String {
        let times = || self.all().filter_map(|step| step.record.facts.arrival);
        let span = times().max().zip(times().min()).map(|(last, first): (Timestamp, Timestamp)| last.seconds_since(first));
        span.filter(|seconds| *seconds > 0).map(|seconds| format!(" within {} minutes", seconds / 60)).unwrap_or_default()
    }
}

declare_rule! {
    /// Forwarding rule and non-delivery reports feed each other.
    ///
    /// ## Why it matters
    /// A rule forwards everything, also the report about its own failed forward. On 5.5 before SP4 such a forward can crash the store when
    /// automatic replies to the Internet are allowed.
    ///
    /// ## What to do
    /// Disable the rule, install the service pack, and until then switch automatic replies to the Internet off.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/f{n} repeat=3
    /// prop 0x0005000B: true
    /// p1: SMTP:old@far.example
    /// //- Mtsin/{n} repeat=3
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:old@far.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/f1
    /// prop 0x0005000B: true
    /// p1: SMTP:old@far.example
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:old@far.example
    /// ```
    pub static AUTO_FORWARD_FEEDBACK = {
        id: "QUE025", name: "auto-forward-feedback", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2653.12" in "5.5 SP3; 5.5 SP4",
        kb: ["Q241740", "Q272113"],
        needs: [Messages],
        tags: ["queue", "loop", "fix-store"],
        check: Backup(auto_forward_feedback),
    }
}

fn auto_forward_feedback(backup: &Backup, findings: &mut Findings<'_>) {
    let local = backup.local_domains();
    let mut fed: BTreeMap<Address, (Vec<&MessageRecord>, Vec<&MessageRecord>)> = BTreeMap::new();
    for record in &backup.messages {
        if record.facts.report.is_some() {
            let mail = record.mail_outline();
            let failed = mail.recipients.iter().filter_map(|row| Some((row.party.address_type.as_deref()?, row.party.address.as_deref()?)));
            let failed = failed.map(|(address_type, address)| (address_type.to_uppercase(), address.to_lowercase()));
            for address in failed {
                fed.entry(address).or_default().1.push(record);
            }
        } else if record.facts.queue.marks.has(ItemMarks::AUTO_FORWARDED) {
            for address in envelope_recipients(record, &record.shell.outline()) {
                fed.entry(address).or_default().0.push(record);
            }
        }
    }
    let least = findings.count(&FEEDBACK);
    let feeds = |(address, (forwards, reports)): &(&Address, &(Vec<_>, Vec<_>))| {
        !is_local(address, &local) && forwards.len() >= least && reports.len() >= least
    };
    let Some(((_, address), (forwards, reports))) = fed.iter().find(feeds) else { return };
    let policy = default_record(backup);
    let replies = policy.as_ref().is_some_and(|(_, _, flags)| !flags.has(FormatFlags::NO_AUTO_REPLY));
    let crashes = replies && exposed_to_crash(backup);
    let told = if crashes { "; automatic replies are allowed, so the store may crash" } else { "" };
    let finding = findings.report(format!("{} forwarded to {address}, and {} about it{told}", counted(forwards.len(), "message"), reports.len()));
    if crashes {
        finding.severity = Severity::Critical;
    }
    finding.evidences(policy.filter(|_| crashes).map(|policy| flags_of(policy).expected("bit 0x200 set before 5.5 SP4")));
    finding.first_evidences(forwards.iter().take(9).chain(reports).map(|record| shown(backup, record)));
    affects(finding, backup, forwards.iter().chain(reports).copied());
}

/// The crash was cured by SP4, the loop itself by SP3 (Q272113).
fn exposed_to_crash(backup: &Backup) -> bool {
    let build = backup.version.as_ref().and_then(|version| version.build);
    build.map_or(Exposure::Unknown, |build| if build < Build::new(5, 5, 2653, 0) { Exposure::Yes } else { Exposure::No }) != Exposure::No
}
