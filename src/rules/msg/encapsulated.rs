//! Addresses that carry another address in their local part: IMCEA forms, percent hacks, source routes (Q185155, Q237322, RFC 821).

use crate::{
    backup::{
        Item,
        facts::{AddressOccurrence, AddressRole},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::address_words::{EVERY_ROLE, report_addresses, topmost_received, wrong};

/// Where an address stands that somebody sends to through this server.
const TARGETS: [AddressRole; 4] = [AddressRole::P1, AddressRole::ReportFailed, AddressRole::HeaderTo, AddressRole::SpoolEnvelope];

declare_rule! {
    /// Relay-test style recipient (percent hack or quoted @).
    ///
    /// ## Why it matters
    /// The service checks only the domain behind the last @, takes the mail, and returns it later because no such user exists.
    /// Relay testers then raise a false alarm, the queues fill with reports, and it can be used to wear the server down. It is
    /// no proof of relaying.
    ///
    /// ## What to do
    /// Take the non-delivery report as proof that nothing was relayed. If it is abuse, block the source in front of the server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:victim%other.example@ourdomain.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:"victim@other.example"@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:50%off@shop.example
    /// ```
    pub static RELAY_TEST_RECIPIENT = {
        id: "MSG007", name: "relay-test-recipient", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q304897", "Q244346"],
        needs: [Messages],
        tags: ["security", "relay", "recipient"],
        check: Message(relay_test_recipient),
    }
}

fn relay_test_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    static PERCENT: Pattern = Pattern::new(r#"^[^@"]+%[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+@[^@]+$"#);
    let roles = [AddressRole::P1, AddressRole::ReportFailed, AddressRole::HeaderTo, AddressRole::HeaderCc];
    let finding = report_addresses(item, findings, &roles, |found| {
        let address = &found.address;
        if !address.value.contains(['%', '"']) || !address.is_smtp() || address.imcea().is_some() {
            return None;
        }
        if PERCENT.is_match(&address.value) {
            return Some(wrong("names a second domain behind a percent sign", "one domain"));
        }
        let is_nested = address.local_is_quoted() && address.local_unquoted().contains('@');
        is_nested.then(|| wrong("quotes a whole address in its local part", "one domain"))
    });
    if let Some(finding) = finding {
        finding.first_evidences(topmost_received(item));
    }
}

declare_rule! {
    /// RFC 821 source route in an address is not resolved (4.0).
    ///
    /// ## Why it matters
    /// 4.0 before SP2 does not take away the route in front of the colon. It finds no such proxy address in the directory and
    /// returns the mail.
    ///
    /// ## What to do
    /// Apply 4.0 SP2 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:jcool%p.example@comic.example@comic.example:jcool@p.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:@relay.example:ann@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:mailto:ann@example.com
    /// ```
    pub static SOURCE_ROUTED_ADDRESS = {
        id: "MSG008", name: "source-routed-address", severity: Error, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.993.5" in "4.0 SP2" gates,
        kb: ["Q140940", "Q153655"],
        needs: [Messages],
        tags: ["address", "bounce", "fix-ims"],
        check: Message(source_routed_address),
    }
}

fn source_routed_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    static ROUTE: Pattern = Pattern::new(r"^@[^:\s]+:|@[^:@\s]+:[^:@\s]+@");
    let envelope =
        [AddressRole::P1, AddressRole::P1Originator, AddressRole::ReportFailed, AddressRole::SpoolEnvelope, AddressRole::SpoolEnvelopeFrom];
    report_addresses(item, findings, &envelope, |found| {
        let value = &found.address.value;
        let (_, left) = value.rsplit_once(':').filter(|_| found.address.is_smtp() && ROUTE.is_match(value))?;
        Some(wrong(format!("is a source route to '{left}'"), "an address without route"))
    });
}

declare_rule! {
    /// Encapsulated SMTP address points to a foreign domain (relay).
    ///
    /// ## Why it matters
    /// The form IMCEASMTP- packs a whole SMTP address into a local part. Before SP3 the service unwraps such mail and sends it
    /// on even with rerouting off, so that outsiders can relay. Between connected sites the same form is legitimate.
    ///
    /// ## What to do
    /// Install SP3 or later, which ends it, and compare the sending host with the list of hosts that may relay. If connected sites need the
    /// form, turn rerouting on and restrict it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:ims@ourdomain.example
    /// //- Mtsin/1
    /// p1: SMTP:IMCEASMTP-user+40other+2Eexample@ourdomain.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:IMCEASMTP-user+40other+2Eexample@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:ims@ourdomain.example
    /// //- Mtsin/1
    /// p1: SMTP:IMCEASMTP-ann+40ourdomain+2Eexample@ourdomain.example
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:IMCEASMTP-joe+40partner+2Eexample@partner.example
    /// ```
    pub static IMCEASMTP_FOREIGN_TARGET = {
        id: "MSG009", name: "imceasmtp-foreign-target", severity: Error, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2650.1" in "5.5 SP3" gates,
        kb: ["Q237927"],
        needs: [Messages],
        tags: ["security", "relay", "address", "fix-ims"],
        check: Message(imceasmtp_foreign_target),
    }
}

fn imceasmtp_foreign_target(item: &Item<'_>, findings: &mut Findings<'_>) {
    let finding = report_addresses(item, findings, &TARGETS, |found| {
        let imcea = encapsulation(found).filter(|imcea| imcea.address_type == "SMTP" && !imcea.domain.is_empty())?;
        // A peer's own user in the peer's own wrapping is a matter of the peer.
        // The domain * is the connector's own doing (MSG013).
        let wrapper = found.address.domain();
        let is_foreign = !item.server.is_local_domain(&imcea.domain) && imcea.domain != wrapper && wrapper != "*";
        let known = if item.server.local_domains.is_empty() { "" } else { ", a domain that is not delivered here" };
        is_foreign.then(|| wrong(format!("encapsulates {}{known}", imcea.value), "a target of our own"))
    });
    if let Some(finding) = finding {
        finding.first_evidences(topmost_received(item));
    }
}

/// Returns what an SMTP address encapsulates.
fn encapsulation(found: &AddressOccurrence<'_>) -> Option<crate::backup::facts::Imcea> {
    if found.address.looks_encapsulated() && found.address.is_smtp() { found.address.imcea() } else { None }
}

declare_rule! {
    /// Quoted encapsulated address slips past relay restrictions.
    ///
    /// ## Why it matters
    /// With all mail forwarded to one host, rerouting on, and relaying for authenticated clients only, services before the fix
    /// of July 2000 still send on mail whose local part is IMCEA text with an @ of its own. Nobody writes such an address by
    /// accident.
    ///
    /// ## What to do
    /// Install 5.5 SP4, purge these messages, and block the source.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:"IMCEA user@other.example"@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:IMCEAEX-_O=Org_OU=Site_CN=Recipients_CN=Ann@ourdomain.example
    /// ```
    pub static QUOTED_IMCEA_RELAY = {
        id: "MSG010", name: "quoted-imcea-relay", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.78" in "5.5 SP4" gates,
        kb: ["Q264330", "Q246889"],
        needs: [Messages],
        tags: ["security", "relay", "address", "fix-ims"],
        check: Message(quoted_imcea_relay),
    }
}

fn quoted_imcea_relay(item: &Item<'_>, findings: &mut Findings<'_>) {
    let finding = report_addresses(item, findings, &TARGETS, |found| {
        hides_address(found).then(|| wrong("hides a second address behind the mark IMCEA", "IMCEA<type>-, and no @ in the local part"))
    });
    if let Some(finding) = finding {
        finding.first_evidences(topmost_received(item));
    }
}

/// Returns whether the local part begins like an encapsulated address and has an @ of its own.
fn hides_address(found: &AddressOccurrence<'_>) -> bool {
    found.address.looks_encapsulated() && found.address.is_smtp() && found.address.local_unquoted().contains('@')
}

declare_rule! {
    /// Encapsulation prefix was changed to lower case on the way.
    ///
    /// ## Why it matters
    /// The service recognises encapsulated addresses only by capitals. A host on the way that changes the letter case of local
    /// parts makes replies, replication and the mail of connected sites bounce.
    ///
    /// ## What to do
    /// Find that host in the Received fields, and correct or bypass it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:imceaex-_o=org_ou=site_cn=recipients_cn=ann@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:IMCEAEX-_O=ORG_OU=SITE_CN=ANN@ourdomain.example
    /// p1: SMTP:imceaton@example.com
    /// ```
    pub static IMCEA_PREFIX_CASE_FOLDED = {
        id: "MSG011", name: "imcea-prefix-case-folded", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q271575"],
        needs: [Messages],
        tags: ["address", "bounce", "interop"],
        check: Message(imcea_prefix_case_folded),
    }
}

fn imcea_prefix_case_folded(item: &Item<'_>, findings: &mut Findings<'_>) {
    static ANY_CASE: Pattern = Pattern::new(r"(?i)^imcea[a-z0-9]+-");
    static CAPITALS: Pattern = Pattern::new(r"^IMCEA[A-Z0-9]+-");
    let finding = report_addresses(item, findings, &EVERY_ROLE, |found| {
        if !found.address.looks_encapsulated() || !found.address.is_smtp() {
            return None;
        }
        let local = found.address.local_unquoted();
        (ANY_CASE.is_match(&local) && !CAPITALS.is_match(&local)).then(|| wrong("has lost the capitals of its prefix", "IMCEA<TYPE>- in capitals"))
    });
    if let Some(finding) = finding {
        finding.first_evidences(topmost_received(item));
    }
}

declare_rule! {
    /// Damaged encapsulated address shuts the service down.
    ///
    /// ## Why it matters
    /// The store cannot decode the address and turns the error into one of memory, upon which the service shuts down with the
    /// events 4182 and 12800. It tries the same spool file again at the next start.
    ///
    /// ## What to do
    /// Take the message or spool file out, and install 5.5 SP2 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: IMCEAEX-_O=Org_CN=Ann+2@ourdomain.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: SMTP:IMCEA-x@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: From: IMCEAEX-_O=Org_OU=Site_CN=Ann+20Ray+2e@ourdomain.example
    /// ```
    pub static IMCEA_ADDRESS_UNDECODABLE = {
        id: "MSG012", name: "imcea-address-undecodable", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2417.0" in "5.5 SP2" gates,
        kb: ["Q193782"],
        needs: [Messages],
        tags: ["address", "crash", "fix-store"],
        check: Message(imcea_address_undecodable),
    }
}

fn imcea_address_undecodable(item: &Item<'_>, findings: &mut Findings<'_>) {
    report_addresses(item, findings, &EVERY_ROLE, |found| {
        // A second address in the local part is the relay trick of MSG010.
        let imcea = encapsulation(found).filter(|_| !hides_address(found))?;
        let what = imcea.fault?.name();
        Some(wrong(format!("{what} (byte {} of the local part)", imcea.fault_at), "IMCEA<TYPE>- and escapes of + and two hexadecimal digits"))
    });
}

declare_rule! {
    /// Recipient rewritten to @*: wrong routing address.
    ///
    /// ## Why it matters
    /// An entry of the address space has an asterisk on its Routing tab. The connector therefore encapsulates each recipient and
    /// puts @* behind it, which no host accepts.
    ///
    /// ## What to do
    /// Delete type and address on the Routing tab of that entry of the address space; the * belongs to the e-mail domain only.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMC:Org:Site:SERVER 3553 553 malformed address: IMCEASMTP-ann+40example+2Ecom@*"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:IMCEASMTP-ann+40example+2Ecom@*
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Common-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (A),SMTP:*;1
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// ```
    pub static IMCEA_DOMAIN_STAR = {
        id: "MSG013", name: "imcea-domain-star", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189492"],
        needs: [Messages],
        tags: ["address", "bounce", "config"],
        check: Message(imcea_domain_star),
    }
}

fn imcea_domain_star(item: &Item<'_>, findings: &mut Findings<'_>) {
    report_addresses(item, findings, &[AddressRole::P1, AddressRole::ReportFailed], |found| {
        let is_star = found.address.value.ends_with("@*") && found.address.is_smtp() && found.address.domain() == "*";
        is_star.then(|| wrong("has an asterisk for its domain", "a domain"))
    });
    for said in item.diagnoses().iter().filter(|said| names_star(&said.line.text)) {
        findings
            .report(format!("a report in {} refuses an address in the domain *: {}", item.path, said.line.text))
            .evidence(Evidence::diagnosis(item.path, said).expected("a domain"));
    }
}

fn names_star(text: &str) -> bool {
    text.split_once("@*").is_some_and(|(_, behind)| behind.is_empty() || behind.starts_with(char::is_whitespace))
}

declare_rule! {
    /// SMTP recipient travels as encapsulated X.400 address.
    ///
    /// ## Why it matters
    /// 4.0 SP3 writes the other SMTP recipients of a message in X.400 wrapping, and whoever replies to all gets non-delivery
    /// reports. An X.400 recipient in such wrapping is right where sender and recipient meet on a mailbox server; an SMTP
    /// address inside of it is not. The MTA of 5.5 SP3 can make such addresses as well, by changing a DDA type RFC-822 to SMTP.
    ///
    /// ## What to do
    /// Apply 4.0 SP4 or later, and write to the SMTP address inside.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: To: IMCEAX400-c=US+3Ba=+20+3Bp=Org+3Bo=Site+3Bdda+3ASMTP=user+3B@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: To: IMCEAX400-c=US+3Ba=+20+3Bp=Org+3Bs=Ray+3B@example.com
    /// ```
    pub static SMTP_RECIPIENT_AS_X400_ENCAPSULATION = {
        id: "MSG014", name: "smtp-recipient-as-x400-encapsulation", severity: Warning, certainty: Possible,
        versions: [V4_0],
        fixed_in: "4.0 SP4",
        kb: ["Q162680", "Q241874", "Q245585"],
        needs: [Messages],
        tags: ["address", "bounce", "interop", "fix-ims"],
        check: Message(smtp_recipient_as_x400_encapsulation),
    }
}

fn smtp_recipient_as_x400_encapsulation(item: &Item<'_>, findings: &mut Findings<'_>) {
    static DDA: Pattern = Pattern::new(r"(?i)dda[:.](smtp|rfc-?822)=([^;]*)");
    let roles = [AddressRole::P1, AddressRole::P2To, AddressRole::P2Cc, AddressRole::ReplyTo, AddressRole::HeaderTo, AddressRole::HeaderCc];
    report_addresses(item, findings, &roles, |found| {
        let imcea = encapsulation(found).filter(|imcea| imcea.address_type == "X400")?;
        let inner = DDA.captures(&imcea.value)?.get(2)?.as_str().to_owned();
        Some(wrong(format!("wraps the SMTP address '{inner}' as X.400"), "the SMTP address itself"))
    });
}
