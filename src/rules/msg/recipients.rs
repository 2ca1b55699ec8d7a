//! Recipients that the connector cannot reach, or that stop it.

use regex::Regex;
use std::sync::LazyLock;

use crate::{
    backup::{Item, QueueKind},
    base::CodePage,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::{Address, Recipient},
    mapi::{EntryId, PropTag},
};

declare_rule! {
    /// Recipient without an address type can stop the service.
    ///
    /// ## Why it matters
    /// A recipient whose address lacks its type, usually a custom recipient written by a home-made LDAP program without the
    /// X400: prefix, makes the service fault while it handles the message. It happens again at each start.
    ///
    /// ## What to do
    /// Take the message out of the queue, repair the custom recipient's proxies (type prefix on every address), install 5.5
    /// SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    ///   prop 0x3002001E: none
    ///   prop 0x3003001E: "G=Ann;S=Ray;O=org;P=prmd;A=admd;C=us"
    ///   prop 0x0FFF0102: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: X400:c=us;a= ;p=org;s=Ray;g=Ann;
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// ```
    pub static RECIPIENT_ADDRESS_TYPE_MISSING = {
        id: "MSG002", name: "recipient-address-type-missing", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.39" in "5.5 SP4",
        kb: ["Q257578", "Q246889", "Q274832"],
        needs: [Messages],
        tags: ["recipient", "crash", "fix-ims"],
        check: Message(recipient_address_type_missing),
    }
}

fn recipient_address_type_missing(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        return;
    }
    let mail = item.mail().filter(|mail| mail.depth > 0).map_or(&[][..], |mail| &mail.message.recipients);
    let rows = numbered("envelope", item.p1()).chain(numbered("mail", mail));
    for (object, recipient) in rows.filter(|(_, recipient)| has_no_type(recipient)) {
        let address = recipient.properties.text(PropTag::EMAIL_ADDRESS).unwrap_or_default();
        findings
            .report(format!("{object} of {} has no address type; its address is '{address}'", item.path))
            .evidence(proof(item, &object, recipient, PropTag::EMAIL_ADDRESS).expected("a row with PR_ADDRTYPE"));
    }
}

/// A directory id in PR_ENTRYID names the recipient as well as a type would.
fn has_no_type(recipient: &Recipient<'_>) -> bool {
    let address_type = recipient.properties.text(PropTag::ADDRTYPE);
    let entry_id = recipient.properties.bytes(PropTag::ENTRYID).map(|bytes| EntryId::parse(bytes, CodePage::WINDOWS_1252));
    address_type.is_none_or(|address_type| address_type.trim().is_empty()) && !matches!(entry_id, Some(EntryId::Ex { .. }))
}

declare_rule! {
    /// SMTP recipient address has no domain.
    ///
    /// ## Why it matters
    /// An SMTP address without @domain gives the connector no host to look for. 4.0 asks DNS for the root and either keeps the
    /// mail as Host Unreachable or hands it to whatever answers; a next hop rejects the name as unknown. Before 5.5 SP4 the
    /// Notes connector hands unresolved Notes names over in this form (Q253348).
    ///
    /// ## What to do
    /// Correct the address (often a period typed for @), or forward everything to a relay that completes such names.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:my.user.company.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: EX:/O=Org/OU=Site/CN=Recipients/CN=Ann
    /// p1: SMTP:ann@localhost
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:my.user.company.com
    /// ```
    pub static SMTP_RECIPIENT_WITHOUT_DOMAIN = {
        id: "MSG003", name: "smtp-recipient-without-domain", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q156997", "Q193924"],
        needs: [Mtsout],
        tags: ["recipient", "address", "bounce"],
        check: Message(smtp_recipient_without_domain),
    }
}

fn smtp_recipient_without_domain(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    for (object, recipient) in numbered("envelope", item.p1()) {
        let Address { address_type: Some(address_type), address: Some(address), .. } = recipient.address(CodePage::WINDOWS_1252) else { continue };
        let is_ours = recipient.properties.boolean(PropTag::RESPONSIBILITY) != Some(false);
        if !is_ours || address.is_empty() || !address_type.eq_ignore_ascii_case("SMTP") {
            continue;
        }
        // A bang path has its own rule (MSG006).
        if domain_at(&address).is_none() && !address.contains('!') {
            findings
                .report(format!("{object} of {} is the SMTP address '{address}', which names no domain", item.path))
                .evidence(proof(item, &object, recipient, PropTag::EMAIL_ADDRESS).expected("local-part@domain"));
        }
    }
}

/// Returns the position of the last `@` outside of quotes.
fn domain_at(address: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    let mut at = None;
    for (index, c) in address.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '@' if !quoted => at = Some(index),
            _ => {}
        }
    }
    at
}

declare_rule! {
    /// X.400 address longer than 1,024 characters crashes the store.
    ///
    /// ## Why it matters
    /// No length check guards the X.400 parser of the store; a longer address corrupts the stack and the store stops while it
    /// processes the outbound message.
    ///
    /// ## What to do
    /// Remove the message from MTS-OUT, install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: X400:c=us;a= ;p=org;o={x*1030};s=Ray;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: X400:c=us;a= ;p=org;o={x*560};s=Ray;
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:{x*1100}@example.com
    /// ```
    pub static X400_ADDRESS_OVER_1024 = {
        id: "MSG015", name: "x400-address-over-1024", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2653.12" in "5.5 SP4" gates,
        kb: ["Q263457", "Q248838", "Q274832"],
        needs: [Messages],
        tags: ["address", "crash", "fix-store"],
        check: Message(x400_address_over_1024),
    }
}

fn x400_address_over_1024(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LONGEST: usize = 1024;
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        return;
    }
    for view in &item.messages {
        for (object, recipient) in numbered(&view.object, &view.message.recipients) {
            let Address { address_type, address: Some(address), .. } = recipient.address(view.message.effective_code_page()) else { continue };
            let is_x400 = address_type.is_some_and(|address_type| address_type.eq_ignore_ascii_case("X400"));
            let length = if is_x400 { address.chars().count() } else { encapsulated_x400(&address).map_or(0, |inner| inner.chars().count()) };
            if length > LONGEST {
                findings
                    .report(format!("{object} of {} has an X.400 address of {length} characters", item.path))
                    .evidence(proof(item, &object, recipient, PropTag::EMAIL_ADDRESS).expected("at most 1024 characters"));
            }
        }
    }
}

/// Returns the address inside `IMCEAX400-…@domain` (Q193782), decoded.
fn encapsulated_x400(address: &str) -> Option<String> {
    static ESCAPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+([0-9A-Fa-f]{2})").ok());
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let encoded = local.trim_matches('"').strip_prefix("IMCEAX400-")?;
    let decode = |hit: &regex::Captures<'_>| {
        let code = hit.get(1).and_then(|digits| u8::from_str_radix(digits.as_str(), 16).ok());
        code.map_or_else(String::new, |code| char::from(code).to_string())
    };
    Some(ESCAPE.as_ref()?.replace_all(encoded, decode).into_owned())
}

declare_rule! {
    /// Queued message with no recipient.
    ///
    /// ## Why it matters
    /// The store finds nobody to deliver to and logs event 2079; the item stays where it is. Left-over out-of-office replies
    /// and, in 4.0 SP3, mail for unknown users look like this.
    ///
    /// ## What to do
    /// Delete the item; switch off out-of-office replies to the Internet if they return.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: ENVELOPE.IPM.Note.Rules.OofTemplate.Microsoft
    /// p1: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// to: none
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// bare
    /// p1: none
    /// ```
    pub static MESSAGE_WITHOUT_RECIPIENTS = {
        id: "MSG037", name: "message-without-recipients", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        fixed_in: "4.0 SP4",
        kb: ["Q158901", "Q168616"],
        needs: [Messages],
        tags: ["recipient", "stuck"],
        check: Message(message_without_recipients),
    }
}

fn message_without_recipients(item: &Item<'_>, findings: &mut Findings<'_>) {
    let in_question = item.is_in(&[QueueKind::MtsOut, QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]);
    if !in_question || item.is_report() || !item.p1().is_empty() || item.is_cut() {
        return;
    }
    let Some(shell) = item.shell() else { return };
    findings.report(format!("{} has no recipient", item.path)).evidence(
        Evidence::part(item.path, shell.object.as_str(), shell.message.span.clone())
            .observed("no row in a recipient table")
            .expected("at least one recipient"),
    );
}

/// Names each row as `mail, recipient 2`.
fn numbered<'a>(object: &str, rows: &'a [Recipient<'a>]) -> impl Iterator<Item = (String, &'a Recipient<'a>)> {
    rows.iter().enumerate().map(move |(index, row)| (format!("{object}, recipient {}", index + 1), row))
}

/// Evidence for a property of a row, or for the row where the property should be.
pub(super) fn proof(item: &Item<'_>, object: &str, recipient: &Recipient<'_>, tag: PropTag) -> Evidence {
    if let Some(property) = recipient.properties.property(tag) {
        return Evidence::property(item.path, object, property);
    }
    let start = recipient.properties.properties.first().map_or(0, |property| property.span.start);
    let end = recipient.properties.properties.last().map_or(start, |property| property.span.end);
    Evidence::part(item.path, object, start..end).observed(format!("no {tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_in_quotes_names_no_domain() {
        assert_eq!(domain_at("\"a@b\""), None);
        assert_eq!(domain_at("\"a@b\"@c"), Some(5));
        assert_eq!(domain_at("ann@localhost"), Some(3));
    }

    #[test]
    fn an_encapsulated_address_is_decoded() {
        assert_eq!(encapsulated_x400("IMCEAX400-c=US+3Ba=+20@host").as_deref(), Some("c=US;a= "));
        assert_eq!(encapsulated_x400("ann@host"), None);
    }
}
