//! Reports in which another host refuses what this connector does: relaying, sender domains, greetings, authentication, 8-bit text.

use crate::{
    backup::{Item, MessageView, QueueKind},
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Reports: the next hop refuses to relay.
    ///
    /// ## Why it matters
    /// The host that gets our mail does not pass it on for this site. If it is the smart host, the provider changed its rules
    /// or our address, and all outbound mail fails. "550 relaying prohibited" can also be an Exchange 5.5 host with relay
    /// restrictions.
    ///
    /// ## What to do
    /// Check the smart host and its rules with the provider, or deliver by DNS.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3751 (0000B0981) 751 twili => We do not relay"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:Org:Site:SRV 3550 (000B09AA) 550 relaying mail to example.com is not allowed"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3550 (000B09B6) 550 unknown user"
    /// ```
    pub static NDR_RELAY_REFUSED = {
        id: "MSG167", name: "ndr-relay-refused", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q168781", "Q191261", "Q193922"],
        needs: [Messages],
        tags: ["report", "relay", "bounce", "config"],
        check: Message(ndr_relay_refused),
    }
}

static RELAY_REFUSED: Words =
    Words::said(r"(?i)relaying\s+(mail to .* )?is not\s+allowed|we do not\s+relay|relaying\s+(is\s+)?prohibited|unable to\s+relay");

fn ndr_relay_refused(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &RELAY_REFUSED) {
        let server = heard.diagnostic().and_then(|line| line.fields.last()).map_or("", String::as_str).to_lowercase();
        findings
            .report(format!("{} says that mail for {} was refused because the next host does not relay for us", heard.source(), heard.domain()))
            .group(format!("{server} {}", heard.domain()))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: remote hosts do not accept our sender domain.
    ///
    /// ## Why it matters
    /// The receiving host looks our domain or our address up and finds no MX or reverse record. Some hosts just end the session
    /// after the empty sender of a report (SMTP error 499): then reports wait until their time-out while ordinary mail flows,
    /// and the cause is the same, or a router that swallows packets.
    ///
    /// ## What to do
    /// Have the provider register MX and reverse records for our domain and address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3501 (000B09AA) 501 test@ourdomain.example... Sender domain must exist"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3550 (000B09B6) 550 unknown user"
    /// ```
    pub static NDR_SENDER_DOMAIN_REJECTED = {
        id: "MSG168", name: "ndr-sender-domain-rejected", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q280118", "Q198981", "Q250507"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_sender_domain_rejected),
    }
}

static SENDER_DOMAIN: Words = Words::said(r"(?i)sender domain\s+must\s+(exist|resolve)");

fn ndr_sender_domain_rejected(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &SENDER_DOMAIN) {
        findings
            .report(format!("{} says that {} finds no DNS record of our sender domain", heard.source(), heard.domain()))
            .group(heard.domain())
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: remote host rejects our HELO name.
    ///
    /// ## Why it matters
    /// EHLO and then HELO with our host name were refused, and the mail became a report. The article blames the other host or a
    /// firewall; a host name with an underscore or without a domain is a likely reason on our side.
    ///
    /// ## What to do
    /// Check host and domain name in the TCP/IP settings of this server, then the other gateway.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3501 (000B09AA) 501 syntactically invalid HELO argument(s)"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Outbound Mail Failure - A protocol error occurred."
    /// body: "501 Bad name in EHLO"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3501 (000B09AA) 501 Sender domain must exist"
    /// ```
    pub static NDR_HELO_REJECTED = {
        id: "MSG169", name: "ndr-helo-rejected", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q241892"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_helo_rejected),
    }
}

static HELO: Words = Words::said(r"(?i)\b501 .*(HELO|EHLO)|syntactically invalid\s+HELO");

fn ndr_helo_rejected(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &HELO) {
        findings
            .report(format!("{} says that {} does not accept the name that this server gives in HELO", heard.source(), heard.domain()))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: 5.0 and 5.5 servers cannot authenticate.
    ///
    /// ## Why it matters
    /// For Windows NT authentication 5.0 offers XAUTH and 5.5 offers AUTH. Sessions between the two that must authenticate fail,
    /// and their mail comes back.
    ///
    /// ## What to do
    /// Install 5.5 SP2, or drop the authentication between these two servers.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3502 (000B0981) 502 Server does not support AUTH"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3502 (000B0981) 502 Command not implemented: VRFY"
    /// ```
    pub static NDR_AUTH_NOT_SUPPORTED = {
        id: "MSG170", name: "ndr-auth-not-supported", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2394.0" in "5.5 SP2",
        kb: ["Q195201"],
        needs: [Messages],
        tags: ["report", "bounce", "interop", "fix-ims"],
        check: Message(ndr_auth_not_supported),
    }
}

static NO_AUTH: Words = Words::said(r"(?i)\b502 .*does not support\s+AUTH|\b3502 .*AUTH");

fn ndr_auth_not_supported(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NO_AUTH) {
        findings
            .report(format!("{} says that the host of {} cannot authenticate this server", heard.source(), heard.domain()))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: remote host takes one message per session.
    ///
    /// ## Why it matters
    /// A host that breaks RFC 821 refuses the second sender within one connection. All messages of a session but the first come
    /// back.
    ///
    /// ## What to do
    /// Limit the connector to one message per connection.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3503 (000B09AA) 503 Sender already specified"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3503 (000B09AA) 503 Bad sequence after EHLO"
    /// ```
    pub static NDR_SECOND_MESSAGE_IN_SESSION = {
        id: "MSG171", name: "ndr-second-message-in-session", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q202765"],
        needs: [Messages],
        tags: ["report", "bounce", "interop"],
        check: Message(ndr_second_message_in_session),
    }
}

static SECOND_SENDER: Words = Words::said(r"(?i)503 Sender already\s+specified");

fn ndr_second_message_in_session(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &SECOND_SENDER) {
        findings.report(format!("{} says that {} takes only one message in a session", heard.source(), heard.domain())).evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: domains with several MX records time out.
    ///
    /// ## Why it matters
    /// Mail for large domains with several mail exchangers is resolved, waits, and is returned after its time-out although the
    /// hosts can be reached.
    ///
    /// ## What to do
    /// Set DisableResolverSearchList, and list pairs of host and address for that domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3421 (000B09AA) 421 Unable to contact destination SMTP daemon"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3421 (000B09AA) 421 Service not available"
    /// ```
    pub static NDR_MULTIPLE_MX_NOT_REACHED = {
        id: "MSG174", name: "ndr-multiple-mx-not-reached", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0],
        kb: ["Q169781"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_multiple_mx_not_reached),
    }
}

static NO_DAEMON: Words = Words::said(r"(?i)\b421 .*Unable to contact\s+destination\s+SMTP\s+d(ae|a|e)mon");

fn ndr_multiple_mx_not_reached(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NO_DAEMON) {
        let switch = item.configuration.and_then(|backup| backup.service.as_ref()?.dword("Parameters", "DisableResolverSearchList"));
        let said = match switch {
            Some(switch) => format!("DisableResolverSearchList is {}", switch.data),
            None => "DisableResolverSearchList is not seen".to_owned(),
        };
        findings
            .report(format!("{} says that no exchanger of {} could be reached; {said}", heard.source(), heard.domain()))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: CompuServe refused address form or rich text.
    ///
    /// ## Why it matters
    /// That gateway refused binary attachments, winmail.dat of rich text among them, and user ids that are written with a
    /// comma.
    ///
    /// ## What to do
    /// Send plain text to such addresses, and write the id with a period: `12345.6789@compuserve.com`.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:12345.6789@compuserve.com
    /// body: "Receiver(s) not valid for binary message"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Undeliverable message"
    /// body: "Illegally formatted To: header text"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:12345.6789@compuserve.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3550 (000B09B6) 550 unknown user"
    /// ```
    pub static NDR_COMPUSERVE_REFUSAL = {
        id: "MSG175", name: "ndr-compuserve-refusal", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q136101", "Q153060"],
        needs: [Messages],
        tags: ["report", "bounce", "interop", "rtf"],
        check: Message(ndr_compuserve_refusal),
    }
}

const COMPUSERVE_TEXT: &str = r"(?i)Receiver\(s\) not valid for\s+binary\s+message|Illegally formatted\s+To: header\s+text";
static COMPUSERVE: Words = Words::said(COMPUSERVE_TEXT);
static IN_MAIL: Pattern = Pattern::new(COMPUSERVE_TEXT);

fn ndr_compuserve_refusal(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &COMPUSERVE) {
        findings.report(format!("{} says that CompuServe refused mail for '{}'", heard.source(), heard.whom())).evidence(heard.evidence());
    }
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]) && item.statements().is_empty());
    let Some((mail, body)) = mail.and_then(|mail: &MessageView<'_>| Some((mail, mail.body()?))) else { return };
    if let Some(said) = IN_MAIL.find(body) {
        findings
            .report(format!("{} says that CompuServe refused mail", item.path))
            .evidence(Evidence::body(item.path, mail, said.as_str()).expected("mail that CompuServe took"));
    }
}

declare_rule! {
    /// Reports: next host does not take 8-bit MIME.
    ///
    /// ## Why it matters
    /// No Exchange version up to 5.5 offers 8-bit MIME. A relay that accepted an 8-bit message cannot hand it on to such a
    /// server and returns it. The usual relay of this kind is the SMTP service of the Windows NT Option Pack in front of
    /// Exchange, because it advertises 8BITMIME.
    ///
    /// ## What to do
    /// Let the relay stop advertising it (Option Pack: metabase property 36865 of smtpsvc = 0), or let the senders encode as
    /// quoted-printable or base64.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3500 (000B09AA) 500 Host does not support 8bitmime"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "250-8BITMIME"
    /// ```
    pub static NDR_HOST_WITHOUT_8BITMIME = {
        id: "MSG601", name: "ndr-host-without-8bitmime", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q243894", "Q198415"],
        needs: [Messages],
        tags: ["report", "bounce", "mime", "interop"],
        check: Message(ndr_host_without_8bitmime),
    }
}

static NO_8BITMIME: Words = Words::said(r"(?i)does not support\s+8bitmime");

fn ndr_host_without_8bitmime(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NO_8BITMIME) {
        let domain = heard.domain();
        let owner = if item.server.is_local_domain(&domain) { " (a domain of this server)" } else { "" };
        findings
            .report(format!("{} says that the host of {domain}{owner} does not take 8-bit MIME", heard.source()))
            .group(domain)
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: host advertises TLS but has no certificate.
    ///
    /// ## Why it matters
    /// Exchange 5.5 SP2, IIS 4.0 and MCIS offer STARTTLS even without a certificate and refuse it afterwards. Behind some
    /// firewalls the firewall itself answers the command and the session dies. If the failed domain is one of ours, this server
    /// is the one without a certificate.
    ///
    /// ## What to do
    /// The receiving side needs a certificate or 5.5 SP3, behind a proxy server SP4; until then clear the SSL setting for that
    /// domain here.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3554 (000B09AA) 554 Unable to initialize security subsystem"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 3554 (000B09AA) 554 mail refused"
    /// ```
    pub static NDR_TLS_SECURITY_SUBSYSTEM = {
        id: "MSG613", name: "ndr-tls-security-subsystem", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q237327", "Q241740", "Q274833"],
        needs: [Messages],
        tags: ["report", "bounce", "security", "interop"],
        check: Message(ndr_tls_security_subsystem),
    }
}

static NO_CERTIFICATE: Words = Words::said(r"(?i)unable to initialize\s+security\s+subsystem");

fn ndr_tls_security_subsystem(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NO_CERTIFICATE) {
        let domain = heard.domain();
        let owner = if item.server.is_local_domain(&domain) { ", which is this server," } else { "" };
        findings
            .report(format!("{} says that the host of {domain}{owner} offers TLS and cannot start it", heard.source()))
            .group(domain)
            .evidence(heard.evidence());
    }
}
