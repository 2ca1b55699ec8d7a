//! Address fields that crash the service or the store, or that answers cannot be sent to.

use crate::{
    backup::{
        Item, QueueKind, SpoolFolder,
        facts::{AddressRole, InternetMessage},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mime::{HeaderFault, HeaderField, addresses},
    mapi::PropTag,
};

use super::proof::{failed, inbound};

declare_rule! {
    /// A comment with a comma in an address field crashes the store.
    ///
    /// ## Why it matters
    /// The comment is removed in place and the rest of the field is not cleared. What is left contains a separator, a counter of the
    /// length becomes negative, and the store crashes on To or Cc. Text that is no address behind such a comment makes it happen.
    ///
    /// ## What to do
    /// Take the spool file out and install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: To: mchiba (M,Chiba) Tokyo;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: To: "M,Chiba" <mchiba@example.com>
    /// //- Mtsin/2
    /// header: To: mchiba@example.com (Chiba) Tokyo
    /// //- Mtsin/3
    /// header: To: mchiba@example.com (M,Chiba);
    /// //- Mtsin/4
    /// header: To: (M,Chiba) mchiba@example.com, (A;B) <ab@example.com>
    /// ```
    pub static ADDRESS_COMMENT_WITH_SEPARATOR = {
        id: "MIM007", name: "address-comment-with-separator", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2607.0" in "5.5 SP3" gates,
        kb: ["Q231748", "Q241740"],
        needs: [Headers],
        tags: ["header", "address", "crash", "fix-store"],
        check: Message(address_comment_with_separator),
    }
}

fn address_comment_with_separator(item: &Item<'_>, findings: &mut Findings<'_>) {
    const FIELDS: &[&str] = &["To", "Cc", "From", "Reply-To", "Sender"];
    for message in item.internet_messages() {
        for field in message.fields(FIELDS).filter(|field| field.raw.contains('(')) {
            let Some(comment) = comment_before_text(&field.raw) else { continue };
            let shown = Evidence::internet_field(item.path, message, field);
            findings
                .report(format!("{} of {} ({}) has text behind the comment ({comment})", field.name, item.path, message.object()))
                .evidence(shown.expected("a quoted name, or a comment without comma and semicolon"));
        }
    }
}

/// Returns the first comment outside of quotes that holds a separator and is followed by text that is no address.
fn comment_before_text(raw: &str) -> Option<&str> {
    let (mut is_quoted, mut is_escaped, mut depth, mut start) = (false, false, 0_usize, 0);
    for (index, c) in raw.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_quoted || depth > 0,
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => {
                depth += 1;
                start = if depth == 1 { index + 1 } else { start };
            }
            ')' if !is_quoted && depth > 0 => {
                depth -= 1;
                let comment = raw.get(start..index).unwrap_or_default();
                if depth == 0 && comment.contains([',', ';']) && is_followed_by_text(raw.get(index + 1..).unwrap_or_default()) {
                    return Some(comment);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether text stands in front of the next separator; an address and another comment are none.
fn is_followed_by_text(rest: &str) -> bool {
    let element = rest.split([',', ';']).next().unwrap_or_default().trim();
    !element.is_empty() && !element.starts_with(['<', '(']) && !element.contains('@')
}

declare_rule! {
    /// A damaged address field can crash the service.
    ///
    /// ## Why it matters
    /// While the service builds its address lists from a corrupt header it frees the same memory twice and stops. The article does not
    /// show the header. This rule looks only at mail that failed or waits, and passes over 8-bit letters in display names, which are
    /// common.
    ///
    /// ## What to do
    /// Take the spool file out and install Msexcimc.exe 5.5.2655.15.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// From: "Ann <ann@example.com
    /// To: bob@example.com
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// From: Änn Ray <ann@example.com>
    /// To: bob@example.com
    ///
    /// x
    /// //- Mtsin/1
    /// header: From: "Ann <ann@example.com
    /// ```
    pub static HEADER_THAT_CANNOT_BE_PARSED = {
        id: "MIM045", name: "header-that-cannot-be-parsed", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2655.15" in "5.5 post-SP4" gates,
        kb: ["Q301690"],
        needs: [Headers],
        tags: ["header", "address", "crash", "fix-ims"],
        check: Message(header_that_cannot_be_parsed),
    }
}

fn header_that_cannot_be_parsed(item: &Item<'_>, findings: &mut Findings<'_>) {
    const FOLDERS: &[SpoolFolder] = &[SpoolFolder::In, SpoolFolder::InArchive];
    const FIELDS: &[&str] = &["From", "To", "Cc", "Reply-To", "Sender"];
    for message in failed(item, FOLDERS) {
        for field in message.fields(FIELDS).filter(|field| field.fault != HeaderFault::None) {
            let place = format!("{} of {} ({})", field.name, item.path, message.object());
            findings
                .report(format!("{place} has the fault {} at offset {} of the header", field.fault.name(), field.offset))
                .evidence(Evidence::internet_field(item.path, message, field).expected("addresses with closed quotes, brackets and comments"));
        }
    }
}

declare_rule! {
    /// A long envelope sender without a From field stops the 4.0 service.
    ///
    /// ## Why it matters
    /// Only 64 characters are reserved for the envelope sender when the From field is missing. The service stops in the middle of the
    /// session, and the peer tries again and again.
    ///
    /// ## What to do
    /// Install 4.0 SP3; keep the peer out meanwhile.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Return-Path: <{a*70}@example.com>
    /// header: Subject: x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Return-Path: <{a*70}@example.com>
    /// header: From: ann@example.com
    /// //- Mtsin/2
    /// header: Return-Path: <ann@example.com>
    /// header: Subject: x
    /// ```
    pub static SENDER_OVER_64_WITHOUT_FROM = {
        id: "MIM060", name: "sender-over-64-without-from", severity: Critical, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q152930"],
        needs: [Headers],
        tags: ["header", "address", "crash", "fix-ims"],
        check: Message(sender_over_64_without_from),
    }
}

fn sender_over_64_without_from(item: &Item<'_>, findings: &mut Findings<'_>) {
    const RESERVED: usize = 64;
    for message in of_mtsin(item).filter(|message| !message.has("From") && message.headers().is_some_and(|headers| !headers.fields.is_empty())) {
        let envelope = message.raw().and_then(|raw| raw.spool.as_ref()?.envelope.as_ref()?.mail_from.as_ref());
        let return_path = message.field("Return-Path");
        let (sender, proof) = match (envelope, return_path) {
            (Some(from), _) => {
                let proof = Evidence::part(item.path, "envelope of the spool file", from.offset..from.offset + from.length);
                (bare(&from.text), proof.observed(from.text.chars().take(160).collect::<String>()))
            }
            (None, Some(field)) => (bare(&field.value), Evidence::internet_field(item.path, message, field)),
            (None, None) => continue,
        };
        let length = sender.chars().count();
        if length > RESERVED {
            findings
                .report(format!("{} ({}) has no From field, and its envelope sender takes {length} characters", item.path, message.object()))
                .evidence(proof.expected(format!("at most {RESERVED} characters, or a From field")))
                .evidence(Evidence::missing_field(item.path, message, "From"));
        }
    }
}

/// Returns the mail of MTS-IN and the raw documents.
fn of_mtsin<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = InternetMessage<'i, 'a>> {
    item.internet_mail().filter(|_| item.is_in(&[QueueKind::MtsIn])).into_iter().chain(item.raw_messages())
}

fn bare(address: &str) -> &str {
    address.trim().trim_start_matches('<').trim_end_matches('>').trim()
}

declare_rule! {
    /// One address has several comments.
    ///
    /// ## Why it matters
    /// 4.0 before SP2 strips only the first comment. What is left, the second comment included, becomes part of the address, and replies
    /// bounce.
    ///
    /// ## What to do
    /// Install Service Pack 2 for Exchange 4.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.com (Ann) (home)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.com (Ann (home))
    /// header: To: bob@example.com (Bob), joe@example.com (Joe)
    /// ```
    pub static SEVERAL_COMMENTS_IN_ADDRESS = {
        id: "MIM061", name: "several-comments-in-address", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.993.5" in "4.0 SP2" gates,
        kb: ["Q152432", "Q153655"],
        needs: [Headers],
        tags: ["header", "address", "bounce", "fix-ims"],
        check: Message(several_comments_in_address),
    }
}

fn several_comments_in_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    const FIELDS: &[&str] = &["From", "Reply-To", "To", "Cc"];
    for message in of_mtsin(item) {
        for field in message.fields(FIELDS).filter(|field| field.raw.matches('(').count() > 1) {
            let Some(address) = addresses(&field.raw).into_iter().find(|address| address.comments.len() > 1) else { continue };
            let proof = Evidence::internet_field(item.path, message, field);
            findings
                .report(format!("{} of {} ({}) has {} comments in one address", field.name, item.path, message.object(), address.comments.len()))
                .evidence(proof.expected("one comment in an address"));
        }
    }
}

declare_rule! {
    /// Resent fields give the wrong sender.
    ///
    /// ## Why it matters
    /// 4.0 before SP2 takes the oldest Resent block for the sender, so replies go to the wrong person. Without any service pack it
    /// ignores Resent-From altogether.
    ///
    /// ## What to do
    /// Install Service Pack 2 for Exchange 4.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:joe@example.com
    /// header: Resent-From: ann@example.com
    /// header: Resent-From: bob@example.com
    /// header: Resent-From: Joe <joe@example.com>
    /// header: From: far@example.net
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:joe@example.com
    /// header: Resent-From: Joe <joe@example.com>
    /// header: From: far@example.net
    /// ```
    pub static RESENT_HEADERS_ON_40 = {
        id: "MIM062", name: "resent-headers-on-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.993.5" in "4.0 SP2" gates,
        kb: ["Q140932", "Q142436", "Q146399"],
        needs: [Headers],
        tags: ["header", "fix-ims"],
        check: Message(resent_headers_on_40),
    }
}

fn resent_headers_on_40(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.internet_mail().filter(|_| item.is_in(&[QueueKind::MtsIn])) else { return };
    let resent: Vec<&HeaderField> = mail.fields(&["Resent-From"]).collect();
    let Some(oldest) = resent.last().filter(|_| resent.len() > 1).and_then(|field| addresses(&field.value).into_iter().next()) else { return };
    let Some(from) = item.addresses_as(&[AddressRole::P2From]).find(|from| from.address.value.eq_ignore_ascii_case(&oldest.address)) else { return };
    let others = resent.iter().map(|field| Evidence::internet_field(item.path, mail, field));
    findings
        .report(format!("{} has {} Resent-From fields and shows the oldest, {}, as sender", item.path, resent.len(), oldest.address))
        .evidence(Evidence::address(item.path, from).expected("the newest Resent-From, or From"))
        .first_evidences(others);
}

declare_rule! {
    /// The Reply-To field holds words that are no addresses.
    ///
    /// ## Why it matters
    /// Somebody typed a postal address or a name into the reply field of a mail program. Every word becomes an address of its own with
    /// the local domain, so an answer goes to several invalid recipients and not to the sender.
    ///
    /// ## What to do
    /// Answer to the From address; ask the sender to correct or clear the reply address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.com
    /// header: Reply-To: 12 Main Street, Springfield, Ohio
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.com
    /// header: Reply-To: Ray, Ann <ann@example.com>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Reply-To: "Ray, Ann" <ann@example.com>
    /// //- Mtsin/2
    /// header: Reply-To: undisclosed-recipients:;
    /// //- Mtsin/3
    /// header: Reply-To:
    /// ```
    pub static REPLY_TO_WITHOUT_MAILBOX = {
        id: "MIM606", name: "reply-to-without-mailbox", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q199397"],
        needs: [Headers],
        tags: ["header", "address", "bounce"],
        check: Message(reply_to_without_mailbox),
    }
}

fn reply_to_without_mailbox(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in inbound(item) {
        let Some(field) = message.field("Reply-To").filter(|field| !is_group(&field.raw)) else { continue };
        let elements = addresses(&field.raw);
        let with_at = elements.iter().filter(|element| element.written.contains('@')).count();
        if elements.is_empty() || with_at == elements.len() {
            continue;
        }
        let stored = item.mail().filter(|_| message.raw().is_none()).and_then(|mail| {
            let property = mail.message.properties.property(PropTag::REPLY_RECIPIENT_ENTRIES)?;
            Some(Evidence::property(item.path, &mail.object, property))
        });
        let from = message.field("From").map(|from| Evidence::internet_field(item.path, message, from));
        let (all, lacking, place) = (elements.len(), elements.len() - with_at, message.object());
        findings
            .report(format!("{lacking} of {all} elements of Reply-To in {} ({place}) are no addresses: {}", item.path, field.value))
            .evidence(Evidence::internet_field(item.path, message, field).expected("addresses with a domain, names in quotes"))
            .evidences(from)
            .evidences(stored);
    }
}

/// Whether a colon outside of quotes, comments and brackets makes the field a group.
fn is_group(raw: &str) -> bool {
    let (mut is_quoted, mut is_escaped, mut depth) = (false, false, 0_usize);
    raw.chars().any(|c| {
        if std::mem::take(&mut is_escaped) {
            return false;
        }
        match c {
            '\\' => is_escaped = is_quoted || depth > 0,
            '"' => is_quoted = !is_quoted,
            '(' | '<' if !is_quoted => depth += 1,
            ')' | '>' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && !is_quoted && depth == 0
    })
}

declare_rule! {
    /// A percent sign in the sender stops the SNADS connector.
    ///
    /// ## Why it matters
    /// An unexpected character in the sender stops the connector's outbound process. The 5.0 store itself made such senders from
    /// templates of proxy addresses with wildcards (postmaster%s_%g@...).
    ///
    /// ## What to do
    /// Remove the message from the queue of the SNADS connector; install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:postmaster%g%s@example.com
    /// p1: SNADS:ORG.ANN
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:postmaster%g%s@example.com
    /// ```
    pub static PERCENT_IN_SENDER_FOR_SNADS = {
        id: "MIM093", name: "percent-in-sender-for-snads", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed_in: "5.5 SP3" gates,
        kb: ["Q196304", "Q166501"],
        needs: [Mtsin],
        tags: ["address", "crash", "interop", "fix-other"],
        check: Message(percent_in_sender_for_snads),
    }
}

fn percent_in_sender_for_snads(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsIn]) {
        return;
    }
    let Some(from) = item.addresses_as(&[AddressRole::P2From]).find(|from| from.address.value.contains('%')) else { return };
    let Some(to) = item.addresses_as(&[AddressRole::P1]).find(|to| to.address.address_type.eq_ignore_ascii_case("SNADS")) else { return };
    findings
        .report(format!("{} goes to SNADS, and its sender is {}", item.path, from.address.value))
        .evidence(Evidence::address(item.path, from).expected("a sender without a percent sign"))
        .evidence(Evidence::address(item.path, to));
}
