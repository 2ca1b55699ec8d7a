//! Reports that tell of recipients whom the directory of this site does not know well enough.

use crate::{
    backup::{Item, facts::ReportFacts},
    base::Pattern,
    declare_rule,
    diagnostics::Findings,
    mapi::PropTag,
};

use super::hearing::{Words, code_of, heard, lines_of, row_of};

declare_rule! {
    /// Reports: two directory objects share one SMTP address.
    ///
    /// ## Why it matters
    /// The address is a proxy of more than one object, often because it was given on two servers before they had replicated.
    /// The service cannot choose, refuses inbound mail for it and logs event 10000.
    ///
    /// ## What to do
    /// Export the recipients with both proxy columns, find the address twice and remove it from one object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@acme.example
    /// body: "MSEXCH:IMS:Microsoft:site:SERVER1 0 (000C0595) Ambiguous Recipient"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@acme.example
    /// body: "MSEXCH:IMS:Microsoft:site:SERVER1 0 (000C05A6) Unknown Recipient"
    /// ```
    pub static NDR_AMBIGUOUS_RECIPIENT = {
        id: "MSG162", name: "ndr-ambiguous-recipient", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q251152"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_ambiguous_recipient),
    }
}

static AMBIGUOUS: Words = Words::said_or_coded("(?i)Ambiguous Recipient", "000C0595");

fn ndr_ambiguous_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &AMBIGUOUS) {
        findings
            .report(format!("{} says that more than one directory object has the address '{}'", heard.source(), heard.whom()))
            .group(heard.address_key())
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: no proxy for recipient.
    ///
    /// ## Why it matters
    /// The service found no SMTP address for the recipient. Either an address of another type was routed to it, or a user of
    /// MS Mail wrote to an SMTP address that stands in no address list.
    ///
    /// ## What to do
    /// Check the address spaces of the connectors. For a second address type see OverrideProxyOut and SiteDomain; for one-off
    /// addresses of MS Mail users add a custom recipient.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: MS:NET/PO/ANN
    /// body: "MSEXCH:IMS:Microsoft:SITE:SERVER 0 (000D06B5) No proxy for Recipient"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: MS:NET/PO/ANN
    /// body: "Reason: Proxy address not found."
    /// ```
    pub static NDR_NO_PROXY_FOR_RECIPIENT = {
        id: "MSG163", name: "ndr-no-proxy-for-recipient", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed_in: "5.5 SP1",
        kb: ["Q183801", "Q176128"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_no_proxy_for_recipient),
    }
}

static NO_PROXY: Words = Words::said_or_coded(r"(?i)No proxy for\s+Recipient", "000D06B5");

fn ndr_no_proxy_for_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NO_PROXY) {
        let address_type = heard.address.address_type.to_uppercase();
        let shown = if address_type.is_empty() { "no address type" } else { &address_type };
        findings
            .report(format!("{} says that the service found no SMTP address for '{}' ({shown})", heard.source(), heard.whom()))
            .group(address_type.as_str())
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: no route to the recipient.
    ///
    /// ## Why it matters
    /// No connector has an address space that matches type and address of the recipient, so that the MTA returns the mail. It
    /// says so either as a missing route or, without any line of the Internet connector, as a recipient name that is not
    /// recognized.
    ///
    /// ## What to do
    /// Give the connector an SMTP address space, usually `*`, and recalculate the routing.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "No route to intended recipient"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "The recipient name is not recognized\r\n\tMSEXCH:MSExchangeMTA:Site:SRV"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: MS:NET/PO/ANN
    /// body: "no route to intended MS Mail recipient"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "The recipient name is not recognized\r\n\tMSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    pub static NDR_NO_ROUTE = {
        id: "MSG176", name: "ndr-no-route", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q148985", "Q133403", "Q305203"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_no_route),
    }
}

static NO_ROUTE: Words = Words::said(r"(?i)No route to\s+intended recipient|recipient name is not\s+recognized");
static MS_MAIL: Pattern = Pattern::new("(?i)MS Mail recipient");

fn ndr_no_route(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NO_ROUTE) {
        let Some(report) = heard.report().filter(|report| !MS_MAIL.is_match(&report.text)) else { continue };
        let names_route = heard.line().to_lowercase().contains("no route");
        let mut lines = lines_of(item, report).peekable();
        if names_route || lines.peek().is_none() || lines.any(|line| line.component.eq_ignore_ascii_case("MSExchangeMTA")) {
            let kind = if heard.address.address_type.is_empty() { "unknown" } else { &heard.address.address_type };
            findings
                .report(format!("{} says that no connector takes mail for '{}' (address type {kind})", heard.source(), heard.whom()))
                .evidence(heard.evidence());
        }
    }
}

declare_rule! {
    /// Reports: sender or recipient mailbox has no X.400 address.
    ///
    /// ## Why it matters
    /// The MTA cannot turn the directory name of that mailbox into an X.400 address (event 178). Mail on the same server still
    /// arrives; everything that leaves the server comes back. On the connector's administrator mailbox the same gap keeps the
    /// service from starting (SVC247).
    ///
    /// ## What to do
    /// Give the mailbox an X.400 proxy again, and never delete these proxies.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "Unable to deliver the message due to a recipient problem\r\n\tMSEXCH:MSExchangeIS:Site:SRV"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "Unable to deliver the message due to a recipient problem\r\n\tMSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    pub static NDR_MISSING_X400_ADDRESS = {
        id: "MSG177", name: "ndr-missing-x400-address", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155104", "Q166080"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_missing_x400_address),
    }
}

static RECIPIENT_PROBLEM: Words = Words::said(r"(?i)Unable to deliver the message\s+due to a\s+recipient problem");

fn ndr_missing_x400_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &RECIPIENT_PROBLEM) {
        let by_store = |report: &ReportFacts<'_>| lines_of(item, report).any(|line| line.component.eq_ignore_ascii_case("MSExchangeIS"));
        if heard.report().is_some_and(by_store) {
            findings
                .report(format!("{} says that the information store had a recipient problem with mail for '{}'", heard.source(), heard.whom()))
                .evidence(heard.evidence());
        }
    }
}

declare_rule! {
    /// Administrator report: proxy address not found.
    ///
    /// ## Why it matters
    /// Where one service only takes mail in and another only sends it, the store makes up an X.400 address for the person who
    /// should get a report. No directory entry has that address, the report is thrown away, and the sender never learns that
    /// the mail failed.
    ///
    /// ## What to do
    /// Install the service pack: 5.0 SP2 or 5.5 SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "Reason: Proxy address not found."
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Outbound Mail Failure"
    /// body: "Reason: Proxy address not found."
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Microsoft:SITE:SERVER 0 (000D06B5) No proxy for Recipient"
    /// ```
    pub static NDR_DROPPED_PROXY_NOT_FOUND = {
        id: "MSG181", name: "ndr-dropped-proxy-not-found", severity: Error, certainty: Certain,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1",
        kb: ["Q177793"],
        needs: [Messages],
        tags: ["report", "loss", "fix-store"],
        check: Message(ndr_dropped_proxy_not_found),
    }
}

static PROXY_NOT_FOUND: Words = Words::said(r"(?i)Proxy address not\s+found");

fn ndr_dropped_proxy_not_found(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &PROXY_NOT_FOUND) {
        findings
            .report(format!("{} says that a report was dropped because no proxy address was found for '{}'", heard.source(), heard.whom()))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Report names a distribution list as unknown.
    ///
    /// ## Why it matters
    /// With rich text on, the report shows the list instead of the member that failed. Whoever reads it looks for a fault of
    /// the list, which is all right.
    ///
    /// ## What to do
    /// Expand the list and test its members one by one; SP4 reports the member.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: "Staff" EX:/o=Org/ou=Site/cn=Recipients/cn=Staff
    ///   prop 0x39000003: 1
    ///   prop 0x0C1B001E: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: "Ann" EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    ///   prop 0x39000003: 0
    ///   prop 0x0C1B001E: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    pub static NDR_NAMES_THE_LIST = {
        id: "MSG182", name: "ndr-names-the-list", severity: Info, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2651.58" in "5.5 SP4" gates,
        kb: ["Q246881", "Q246889"],
        needs: [Messages],
        tags: ["report", "fix-ims"],
        check: Message(ndr_names_the_list),
    }
}

static UNKNOWN_RECIPIENT: Words = Words::coded("000C05A6");
/// PR_DISPLAY_TYPE of a distribution list.
const DISTRIBUTION_LIST: i32 = 1;

fn ndr_names_the_list(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &UNKNOWN_RECIPIENT) {
        let Some(report) = heard.report() else { continue };
        let is_list = |row: &&crate::backup::facts::FailedRecipient<'_>| row.row.properties.long(PropTag::DISPLAY_TYPE) == Some(DISTRIBUTION_LIST);
        let Some(list) = report.failed.iter().find(|row| row.address.is_same(&heard.address)).filter(is_list) else { continue };
        findings
            .report(format!("{} calls the distribution list '{}' unknown; a member of it failed", heard.source(), heard.whom()))
            .evidence(heard.evidence())
            .evidence(code_of(item, list, PropTag::DISPLAY_TYPE).expected("the member that failed, of display type 0"));
    }
}

declare_rule! {
    /// Report with loop detection for a directory recipient.
    ///
    /// ## Why it matters
    /// The MTA saw the mail twice. A custom recipient that was made a moment ago is not yet known where the connector runs, or
    /// its X.400 proxy belongs to a site without directory replication, and the mail goes back and forth until the trace is
    /// full. Two more causes: a bridgehead on 5.0 SP2 or 5.5 among older servers, with a 4.0 client that typed a proxy of a
    /// user of its own server; and SMTP recipients that an X.400 connector with the address space C=* takes.
    ///
    /// ## What to do
    /// Wait for the replication and send again; make the proxies match the routing; install 5.5 SP1 on mixed sites.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: EX:/o=Org/ou=Site/cn=Recipients/cn=NewContact
    /// body: "A loop was detected.\r\nThe recipient was detected looping within the message transfer service"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:Server 0 (00120270) Too Many Hops"
    /// ```
    pub static NDR_LOOP_DETECTED_FOR_CUSTOM_RECIPIENT = {
        id: "MSG183", name: "ndr-loop-detected-for-custom-recipient", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q230498", "Q262124", "Q185024", "Q262112", "Q262116"],
        needs: [Messages],
        tags: ["report", "loop"],
        check: Message(ndr_loop_detected_for_custom_recipient),
    }
}

static LOOP: Words = Words::said(r"(?i)loop(ing)?\s+(was\s+|has been\s+)?(detect|within)|detected\s+looping");

fn ndr_loop_detected_for_custom_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &LOOP) {
        let Some(entry) = heard.report().and_then(|report| report.failed.iter().find(|row| row.address.is_type("EX"))) else { continue };
        findings
            .report(format!("{} says that mail for the directory entry '{}' went round in a loop", heard.source(), entry.address.value))
            .evidence(heard.evidence())
            .evidence(row_of(item, entry).expected("an entry that the connector's site knows"));
    }
}
