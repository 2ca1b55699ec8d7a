//! SMTP recipients that were typed or pasted wrongly: separators, brackets, blanks and prefixes inside of the address.

use crate::{
    backup::{
        Item, QueueKind,
        facts::{AddressOccurrence, AddressRole, MailAddress},
    },
    base::{Pattern, counted},
    declare_rule,
    diagnostics::Findings,
};

use super::address_words::{report_addresses, wrong};

/// Queues of outbound mail, and those where it ends when it fails.
const OUT_AND_FAILED: [QueueKind; 3] = [QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed];
/// The recipients of the envelope, and those of the mail.
const RECIPIENTS: [AddressRole; 4] = [AddressRole::P1, AddressRole::P2To, AddressRole::P2Cc, AddressRole::P2Bcc];

declare_rule! {
    /// Address with comma and semicolon crashes the service in the queue view.
    ///
    /// ## Why it matters
    /// Several addresses were run together in one recipient, with both separators. When an administrator looks at the queue of
    /// outbound mail awaiting conversion, msexcimc.exe faults while it prepares the display.
    ///
    /// ## What to do
    /// Leave the Queues page alone, remove the message with a MAPI tool, and install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com;bob@example.com,carl@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: "Ray, Ann; Sales" SMTP:ann@example.com
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:"Ray, Ann; Sales"@example.com
    /// ```
    pub static ADDRESS_WITH_COMMA_AND_SEMICOLON = {
        id: "MSG004", name: "address-with-comma-and-semicolon", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.39" in "5.5 SP4" gates,
        kb: ["Q256114", "Q246889", "Q274832"],
        needs: [Mtsout],
        tags: ["recipient", "address", "crash", "fix-ims"],
        check: Message(address_with_comma_and_semicolon),
    }
}

fn address_with_comma_and_semicolon(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    report_addresses(item, findings, &RECIPIENTS, |found| {
        let has = |separator| found.address.value.contains(separator) && found.address.has_unquoted(separator);
        (found.address.is_smtp() && has(';') && has(',')).then(|| wrong("holds both separators, comma and semicolon", "one address"))
    });
}

declare_rule! {
    /// Unquoted comma inside an SMTP address.
    ///
    /// ## Why it matters
    /// In mail headers a bare comma parts two addresses, so that the receiving host refuses the message or sees two recipients.
    /// CompuServe ids that were typed with their comma are the classic case.
    ///
    /// ## What to do
    /// Correct the address; a CompuServe id takes a period (12345.6789@compuserve.com). Look for it in address books and among
    /// custom recipients.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:12345,6789@compuserve.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:"Ray, Ann"@example.com
    /// p1: "Ray, Ann" SMTP:ann@example.com
    /// ```
    pub static UNQUOTED_COMMA_IN_ADDRESS = {
        id: "MSG005", name: "unquoted-comma-in-address", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q153060", "Q256114"],
        needs: [Messages],
        tags: ["recipient", "address", "bounce"],
        check: Message(unquoted_comma_in_address),
    }
}

fn unquoted_comma_in_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    static COMPUSERVE: Pattern = Pattern::new(r"(?i)^\d+,\d+@compuserve\.com$");
    if !item.is_in(&OUT_AND_FAILED) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1], |found| {
        let value = &found.address.value;
        if !value.contains(',') || value.contains(';') || !found.address.is_smtp() || !found.address.has_unquoted(',') {
            return None;
        }
        let mended = COMPUSERVE.is_match(value).then(|| format!("; the CompuServe id is {}", value.replacen(',', ".", 1)));
        Some(wrong(format!("holds a comma outside of quotes{}", mended.unwrap_or_default()), "no comma outside of quotes"))
    });
}

declare_rule! {
    /// UUCP bang path given to the Internet connector.
    ///
    /// ## Why it matters
    /// The connector is no UUCP gateway and cannot route such a path, so the message is returned. An exclamation mark in front
    /// of the @ is a valid part of an SMTP address and is left alone.
    ///
    /// ## What to do
    /// Send these addresses to a gateway that knows them, by an address space such as *!* on that gateway.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:user!hosta!hostb
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:user@hosta!hostb
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:user!hosta@hostb.example
    /// ```
    pub static BANG_PATH_RECIPIENT = {
        id: "MSG006", name: "bang-path-recipient", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q147044"],
        needs: [Mtsout],
        tags: ["recipient", "address", "bounce", "interop"],
        check: Message(bang_path_recipient),
    }
}

fn bang_path_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1], |found| {
        let bang = found.address.value.rfind('!').filter(|_| found.address.is_smtp())?;
        let is_path = found.address.at().is_none_or(|at| bang > at);
        is_path.then(|| wrong("is a UUCP path", "local-part@domain"))
    });
}

declare_rule! {
    /// Display name and brackets inside the SMTP address.
    ///
    /// ## Why it matters
    /// Users of cc:Mail and Notes 5.0a who type a name with brackets get the whole text taken for the address, and so do users
    /// of Web Access with an Outlook 97 contact in square brackets. The service returns the message.
    ///
    /// ## What to do
    /// Use the plain address, or fix the client, and send again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:First Last <user@example.com>
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:Test User[user@example.com]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: "First Last <user@example.com>" SMTP:user@example.com
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:user@[10.1.2.3]
    /// ```
    pub static FRIENDLY_NAME_INSIDE_ADDRESS = {
        id: "MSG022", name: "friendly-name-inside-address", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q184054", "Q242287", "Q178056", "Q184957", "Q186944"],
        needs: [Messages],
        tags: ["recipient", "address", "bounce", "interop"],
        check: Message(friendly_name_inside_address),
    }
}

static FRIENDLY: Pattern = Pattern::new(r"^(?:[^<]*<([^<>@]+@[^<>@]+)>\s*|[^\[]*\[([^\[\]@]+@[^\[\]@]+)\])$");

fn friendly_name_inside_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&OUT_AND_FAILED) {
        return;
    }
    report_addresses(item, findings, &RECIPIENTS, |found| {
        let value = &found.address.value;
        if !value.contains(['<', '[']) || !found.address.is_smtp() || has_prefix(&found.address) {
            return None;
        }
        let inside = FRIENDLY.captures(value)?;
        let plain = inside.get(1).or_else(|| inside.get(2))?.as_str();
        Some(wrong(format!("holds the plain address {plain} in brackets"), "the plain address"))
    });
}

declare_rule! {
    /// SMTP address ends with a blank.
    ///
    /// ## Why it matters
    /// Before SP3 the service does not find the domain in its list of routes, and the mail takes the wrong way. Before SP4
    /// sending again to such an address fails without a report (event 4120), and the message ends in the archive folder.
    ///
    /// ## What to do
    /// Correct the address, recover the message from the archive, and install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   prop 0x3003001E: "joe@example.com "
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:"joe doe "@example.com
    /// ```
    pub static TRAILING_BLANK_IN_ADDRESS = {
        id: "MSG024", name: "trailing-blank-in-address", severity: Error, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2652.17" in "5.5 SP4",
        kb: ["Q228998", "Q254893", "Q241740", "Q248838"],
        needs: [Messages],
        tags: ["recipient", "address", "bounce", "loss", "fix-ims", "fix-store"],
        check: Message(trailing_blank_in_address),
    }
}

fn trailing_blank_in_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&OUT_AND_FAILED) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1], |found| {
        let value = &found.address.value;
        let blanks = value.len() - value.trim_end_matches([' ', '\t']).len();
        (blanks > 0 && found.address.is_smtp()).then(|| wrong(format!("ends with {}", counted(blanks, "blank")), "no blank at the end"))
    });
}

declare_rule! {
    /// The text SMTP: became part of the address.
    ///
    /// ## Why it matters
    /// Web Access puts the type into the address when the display name holds a colon, or when the type was typed into a contact
    /// (`smtp\:user@example.com`); a pasted one-off address can leave its square bracket as well. The report says 000C05A6,
    /// Unknown Recipient.
    ///
    /// ## What to do
    /// Take the colon out of the name, or the type out of the contact's address; install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: "Sales: Ann" SMTP:SMTP:ann@example.com
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:smtp\:user@example.com
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:[SMTP:user@example.com]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: "Sales: Ann" SMTP:ann@example.com
    /// ```
    pub static SMTP_PREFIX_INSIDE_ADDRESS = {
        id: "MSG026", name: "smtp-prefix-inside-address", severity: Error, certainty: Certain,
        versions: [V5_5],
        fixed_in: "5.5 SP4",
        kb: ["Q247647", "Q274833", "Q198810", "Q175968"],
        needs: [Messages],
        tags: ["recipient", "address", "bounce", "fix-other"],
        check: Message(smtp_prefix_inside_address),
    }
}

fn smtp_prefix_inside_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&OUT_AND_FAILED) {
        return;
    }
    report_addresses(item, findings, &RECIPIENTS, |found| {
        (found.address.is_smtp() && has_prefix(&found.address)).then(|| wrong("begins with the address type", "the address without its type"))
    });
}

/// Returns whether the address begins with its type: `SMTP:`, `[SMTP:` or `smtp\:`.
fn has_prefix(address: &MailAddress) -> bool {
    let bare = address.value.strip_prefix('[').unwrap_or(&address.value);
    let behind = bare.get(..4).filter(|mark| mark.eq_ignore_ascii_case("SMTP")).and_then(|_| bare.get(4..));
    behind.is_some_and(|behind| behind.strip_prefix('\\').unwrap_or(behind).starts_with(':'))
}

declare_rule! {
    /// Address with IP literal on a server before 5.5.
    ///
    /// ## Why it matters
    /// 4.0 and 5.0 cannot send to an IP address in brackets and return the message; 5.5 can.
    ///
    /// ## What to do
    /// Use a host name, or upgrade to 5.5.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@[10.1.2.3]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@10.example.com
    /// ```
    pub static IP_LITERAL_BEFORE_55 = {
        id: "MSG027", name: "ip-literal-before-55", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0],
        fixed: "5.5.1960.3" in "5.5" gates,
        kb: ["Q194742"],
        needs: [Mtsout],
        tags: ["recipient", "address", "bounce", "fix-ims"],
        check: Message(ip_literal_before_55),
    }
}

fn ip_literal_before_55(item: &Item<'_>, findings: &mut Findings<'_>) {
    static LITERAL: Pattern = Pattern::new(r"@\[\d{1,3}(\.\d{1,3}){3}\]$");
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1], |found| {
        let is_literal = found.address.value.ends_with(']') && found.address.is_smtp() && LITERAL.is_match(&found.address.value);
        (is_literal && has_domain(found)).then(|| wrong("names an IP address, to which 4.0 and 5.0 cannot send", "a host name"))
    });
}

declare_rule! {
    /// Host written as #number is never supported.
    ///
    /// ## Why it matters
    /// RFC 821 allows a host as a decimal number behind #. No version of the connector implements that, and the message is
    /// returned.
    ///
    /// ## What to do
    /// Use a host name, or on 5.5 an IP address in square brackets.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@#3232235777
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann#1@example.com
    /// ```
    pub static DECIMAL_HOST_NUMBER = {
        id: "MSG028", name: "decimal-host-number", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q194742"],
        needs: [Mtsout],
        tags: ["recipient", "address", "bounce"],
        check: Message(decimal_host_number),
    }
}

fn decimal_host_number(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1], |found| {
        let (_, digits) = found.address.value.rsplit_once("@#").filter(|_| found.address.is_smtp() && has_domain(found))?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| wrong("names its host by a number", "a host name"))
    });
}

/// Returns whether an @ outside of quotes parts local part and domain.
fn has_domain(found: &AddressOccurrence<'_>) -> bool {
    found.address.at().is_some()
}
