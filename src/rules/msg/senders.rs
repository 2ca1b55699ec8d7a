//! Senders that nobody can answer: glued together, missing, or unknown; and addresses of our own that are wrong.

use crate::{
    backup::{Item, ItemKind, MessageView, QueueKind, facts::AddressRole},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{mime::Received, tnef::Address},
};

use super::{
    address_words::{EVERY_ROLE, report_addresses, told, topmost_received, wrong},
    directory_names::is_internet_address_of_notes,
};

declare_rule! {
    /// Address with a second domain glued on.
    ///
    /// ## Why it matters
    /// A foreign mailer put brackets around the sender's address and a host behind them. Replies go by the part behind the last @,
    /// which does not exist, and bounce. Sending again from the report works, because the address gets cleaned on the way in.
    ///
    /// ## What to do
    /// Correct the address in the reply, or send again from the report.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:<user@right.example>@wrong.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:user@right.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:<user@right.example>
    /// ```
    pub static SECOND_DOMAIN_GLUED_ON = {
        id: "MSG023", name: "second-domain-glued-on", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q198563"],
        needs: [Messages],
        tags: ["address", "bounce", "interop"],
        check: Message(second_domain_glued_on),
    }
}

fn second_domain_glued_on(item: &Item<'_>, findings: &mut Findings<'_>) {
    let roles = [AddressRole::P1, AddressRole::P2From, AddressRole::P2Sender, AddressRole::ReplyTo];
    report_addresses(item, findings, &roles, |found| {
        let (inside, glued) = found.address.value.strip_prefix('<')?.split_once(">@")?;
        let is_address = |text: &str| text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        let is_one = is_address(inside) && !inside.contains(['<', '>']) && inside.matches('@').count() == 1;
        let is_glued = is_one && !glued.is_empty() && found.address.is_smtp() && !has_notes_suffix(&found.address.value);
        is_glued.then(|| wrong(format!("has @{glued} behind the address {inside}"), "the address in the brackets"))
    });
}

declare_rule! {
    /// Own SMTP address with doubled, leading or trailing period.
    ///
    /// ## Why it matters
    /// The proxy generator leaves stray periods when a template such as %g.%1i.%s or %g.%m.%s meets a user without middle initial
    /// or first name. Other hosts refuse such an address. 4.0 has no fix; 5.0 has it in SP2, 5.5 for doubled periods in SP3 and
    /// for trailing ones in SP4.
    ///
    /// ## What to do
    /// Correct the proxy addresses and the template, and install the service pack with its newer Inproxy.dll.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:ims@ourdomain.example
    /// //- Mtsin/1
    /// header: From: John..Doe@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:ims@ourdomain.example
    /// //- Mtsin/1
    /// header: From: john..doe@foreign.example
    /// ```
    pub static MISPLACED_PERIOD_IN_OWN_ADDRESS = {
        id: "MSG025", name: "misplaced-period-in-own-address", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2652.32" in "5.0 SP2; 5.5 SP4",
        kb: ["Q230331", "Q258704", "Q241740", "Q254805", "Q166247"],
        needs: [Messages, LocalDomains],
        tags: ["address", "bounce", "config", "fix-other"],
        check: Message(misplaced_period_in_own_address),
    }
}

fn misplaced_period_in_own_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    if item.server.local_domains.is_empty() {
        return;
    }
    for found in item.addresses().iter().filter(|found| EVERY_ROLE.contains(&found.role)) {
        let value = &found.address.value;
        let may_be = value.contains("..") || value.contains(".@") || value.starts_with('.');
        if !may_be || !found.address.is_smtp() || !item.server.is_local_domain(&found.address.domain()) {
            continue;
        }
        let local = found.address.local();
        if local.contains("..") || local.starts_with('.') || local.ends_with('.') {
            findings
                .report(format!("{}, an address of our own with a stray period", told(item, found)))
                .group(value.to_lowercase())
                .evidence(Evidence::address(item.path, found).expected("single periods between names"));
        }
    }
}

declare_rule! {
    /// Notes connector left its own suffix or type on an Internet address.
    ///
    /// ## Why it matters
    /// The connector for Notes puts @SMTP@ and a domain behind senders, each reply to all once more, or hands an Internet recipient
    /// over under the type NOTES, upon which the message loops between the two systems until it is returned.
    ///
    /// ## What to do
    /// Install SP4. Against the suffix set INCAPSULATESMTP=NO in Exchconn.ini; until then write recipients as
    /// user@domain@Exchange.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:ann@example.com@SMTP@Exchange
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: NOTES:ann@example.com
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// from: "User1@Host1@SMTP@Domain1" SMTP:user1@host1.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: NOTES:Ann Ray/Dept/Org
    /// ```
    pub static NOTES_CONNECTOR_ADDRESS_ARTIFACT = {
        id: "MSG034", name: "notes-connector-address-artifact", severity: Warning, certainty: Certain,
        versions: [V5_5],
        fixed_in: "5.5 SP4",
        kb: ["Q253018", "Q246434", "Q248664"],
        needs: [Messages],
        tags: ["address", "interop", "loop", "fix-other"],
        check: Message(notes_connector_address_artifact),
    }
}

fn notes_connector_address_artifact(item: &Item<'_>, findings: &mut Findings<'_>) {
    report_addresses(item, findings, &[AddressRole::P1, AddressRole::P2From, AddressRole::P1Originator], |found| {
        let name = found.address.name.as_deref().unwrap_or_default();
        if found.address.is_smtp() && (has_notes_suffix(&found.address.value) || has_notes_suffix(name)) {
            return Some(wrong(format!("carries the suffix @SMTP@ (name '{name}')"), "the address without the suffix"));
        }
        is_internet_address_of_notes(found).then(|| wrong("is an Internet address under the type NOTES", "the type SMTP"))
    });
}

/// Returns whether a text holds the suffix that the Notes connector adds.
fn has_notes_suffix(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'@').count() >= 2 && text.to_ascii_uppercase().contains("@SMTP@")
}

declare_rule! {
    /// Outbound message without a usable originator.
    ///
    /// ## Why it matters
    /// The service needs an originator for MAIL FROM. Without one it logs event 4122 and moves the message to Bad. A virus scanner
    /// that touches the queue at the same time is a known reason.
    ///
    /// ## What to do
    /// Exclude the connector's folders from the scanner, and delete or repair the message.
    ///
    /// ## Fires
    /// ```backup
    /// //- Bad/1
    /// originator: none
    /// from: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    /// from: none
    /// ```
    /// ```backup
    /// //- Bad/1
    /// originator: none
    /// from: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// ```
    pub static ORIGINATOR_MISSING = {
        id: "MSG035", name: "originator-missing", severity: Error, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q242320", "Q166519", "Q192594"],
        needs: [Messages],
        tags: ["address", "stuck"],
        check: Message(originator_missing),
    }
}

fn originator_missing(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]) || item.kind == ItemKind::Report || item.is_report() || item.is_cut() {
        return;
    }
    let (Some(shell), Some(mail)) = (item.shell(), item.mail()) else { return };
    let mut named = item.addresses_as(&[AddressRole::P1Originator, AddressRole::P2From, AddressRole::P2Sender]);
    let is_somebody = |address: Option<Address<'_>>| address.is_some_and(|address| address.address.is_some_and(|value| !value.is_empty()));
    // The attributes of the time before MAPI name senders as well.
    if named.any(|found| !found.address.is_nobody()) || is_somebody(mail.message.sender()) || is_somebody(mail.message.sent_representing()) {
        return;
    }
    let from_ccmail = item.addresses_as(&[AddressRole::P1]).any(|found| found.address.is_type("CCMAIL"));
    let hint = if from_ccmail { "; its recipients are of the type CCMAIL, and the connector of that name is known for it" } else { "" };
    let empty = item.addresses_as(&[AddressRole::P1Originator, AddressRole::P2From, AddressRole::P2Sender]);
    findings
        .report(format!("{} names no originator, neither in the envelope nor in the mail{hint}", item.path))
        .evidence(Evidence::message_class(item.path, shell).expected("PR_ORIGINATOR_ADDR, PR_SENDER_EMAIL_ADDRESS or an entry id"))
        .first_evidences(empty.map(|found| Evidence::address(item.path, found).expected("an address")));
}

declare_rule! {
    /// Null reverse path was rewritten to the originator unknown.
    ///
    /// ## Why it matters
    /// With all mail forwarded to one host and a custom recipient for the domain, a report that came in with an empty reverse path
    /// goes out as `MAIL FROM:<unknown>`. Other hosts refuse it or bounce it back.
    ///
    /// ## What to do
    /// Install 5.5 SP4, and delete what went out as unknown.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcdata/Pickup/ABCDEFGH
    /// x-sender: <unknown>
    /// x-receiver: ann@example.com
    /// From: MAILER-DAEMON@partner.example
    /// To: ann@example.com
    /// Subject: returned mail
    ///
    /// text
    /// //- Mtsout/1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Return-Path: <unknown>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Return-Path: <>
    /// header: From: unknown@example.com
    /// ```
    pub static ORIGINATOR_UNKNOWN = {
        id: "MSG036", name: "originator-unknown", severity: Warning, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2652.39" in "5.5 SP4",
        kb: ["Q258999", "Q246889"],
        needs: [Messages],
        tags: ["address", "bounce", "report", "fix-ims"],
        check: Message(originator_unknown),
    }
}

fn originator_unknown(item: &Item<'_>, findings: &mut Findings<'_>) {
    let roles = [AddressRole::P1Originator, AddressRole::P2Sender, AddressRole::SpoolEnvelopeFrom, AddressRole::HeaderReturnPath];
    let finding = report_addresses(item, findings, &roles, |found| {
        let bare = found.address.value.trim_matches(['<', '>', ' ']);
        bare.eq_ignore_ascii_case("unknown").then(|| wrong("stands where the empty reverse path of a report belongs", "<>"))
    });
    if let Some(finding) = finding {
        finding.first_evidences(topmost_received(item));
    }
}

declare_rule! {
    /// Mail from outside shows an internal sender.
    ///
    /// ## Why it matters
    /// The connector puts the directory entry in the place of an SMTP sender that it finds in the directory, so that a forged
    /// message looks internal. The Internet headers prove that it came by SMTP. Mail of own users who send by POP3 from elsewhere
    /// looks the same.
    ///
    /// ## What to do
    /// Look at the Received fields. If mail from outside must never claim own domains, list them in TurfTable or change ResolveP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:ims@ourdomain.example
    /// //- Mtsin/1
    /// from: EX:/o=Org/ou=Site/cn=Recipients/cn=Boss
    /// header: Received: from dialup.foreign.example by a.ourdomain.example with SMTP; Wed, 6 Oct 1999 14:00:00 +0000
    /// header: From: boss@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:ims@ourdomain.example
    /// //- Mtsin/1
    /// from: EX:/o=Org/ou=Site/cn=Recipients/cn=Boss
    /// header: Received: from pc7.ourdomain.example by a.ourdomain.example with SMTP; Wed, 6 Oct 1999 14:00:00 +0000
    /// header: From: boss@ourdomain.example
    /// ```
    pub static INSIDE_SENDER_FROM_OUTSIDE = {
        id: "MSG047", name: "inside-sender-from-outside", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155683", "Q166163"],
        needs: [Messages, LocalDomains],
        tags: ["security", "spoofing", "header"],
        check: Message(inside_sender_from_outside),
    }
}

fn inside_sender_from_outside(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsIn, QueueKind::Bad]) {
        return;
    }
    let Some(mail) = item.mail().filter(|mail| mail.headers.is_some()) else { return };
    let Some(sender) = item.addresses_as(&[AddressRole::P2Sender]).find(|found| found.address.is_type("EX")) else { return };
    let Some(from) = item.addresses_as(&[AddressRole::HeaderFrom]).next() else { return };
    let Some((field, host)) = first_hop(mail).filter(|(field, _)| is_from_outside(item, field)) else { return };
    if !item.server.is_local_domain(&from.address.domain()) {
        return;
    }
    findings
        .report(format!("{} came from {host} by SMTP, and its sender '{}' is shown as a directory entry", item.path, from.address.value))
        .evidence(Evidence::address(item.path, sender))
        .evidence(Evidence::address(item.path, from).expected("a sender from outside"))
        .evidence(Evidence::header(item.path, mail, &field.0).expected("a host of our own"))
        .evidences(topmost_received(item));
}

type Hop = (crate::formats::mime::HeaderField, Received);

fn first_hop<'m>(mail: &'m MessageView<'_>) -> Option<(&'m Hop, String)> {
    let hop = mail.received().last()?;
    hop.1.from.clone().map(|host| (hop, host))
}

/// A host is inside by its name, or by the address that the comment behind it tells.
fn is_from_outside(item: &Item<'_>, (_, hop): &Hop) -> bool {
    let comment = hop.from_comment.as_deref().unwrap_or_default();
    let mut addresses = comment.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|text| text.contains('.'));
    !hop.from.as_deref().is_some_and(|host| item.server.is_inside(host)) && !addresses.any(|address| item.server.is_inside(address))
}
