//! What delivery reports in the queues say of the outside world.

use crate::{
    backup::Item,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// Reports: host unknown or unreachable.
    ///
    /// ## Why it matters
    /// The host of that domain could not be resolved or reached before the time-out. One domain points to its DNS or the route
    /// to it; most domains at once point to this server's resolver or smart host. A per-domain entry that ends in a period also
    /// ends here.
    ///
    /// ## What to do
    /// Resolve the domain with restest on the server; compare with the per-domain entries.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@unknown.example
    /// body: "MSEXCH:IMC:Org:Site:SRV 3902 Host Unknown"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@unknown.example
    /// body: "MSEXCH:IMS:Org:Site:SRV 3903 (000B099C) Message exceeds size limit"
    /// ```
    pub static NDR_HOST_UNREACHABLE = {
        id: "MSG160", name: "ndr-host-unreachable", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q164457", "Q153655", "Q319881"],
        needs: [Messages],
        tags: ["report", "bounce"],
        check: Message(ndr_host_unreachable),
    }
}

fn ndr_host_unreachable(item: &Item<'_>, findings: &mut Findings<'_>) {
    for said in item.diagnoses() {
        let text = said.line.text.to_lowercase();
        let by_connector = matches!(said.line.component.as_str(), "IMC" | "IMS");
        let names_host = said.line.number == Some(3902) || text.contains("host unknown") || text.contains("host unreachable");
        if by_connector && names_host && !text.contains("size limit") {
            let domain = said.address.domain();
            let place = if domain.is_empty() { "a host".to_owned() } else { domain.clone() };
            findings
                .report(format!("a report in {} says that {place} is unknown or cannot be reached", item.path))
                .group(domain)
                .evidence(Evidence::diagnosis(item.path, said));
        }
    }
}

declare_rule! {
    /// Reports: unknown recipient.
    ///
    /// ## Why it matters
    /// No directory entry has the address as a proxy. Single reports are normal; the same address again and again, or many
    /// invented names, tell of a missing proxy or of spam. The diagnostic line may name the remote organization and server
    /// (Q168557).
    ///
    /// ## What to do
    /// Look for the address in the directory; see the storm rules for large numbers.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C0595) Ambiguous Recipient"
    /// ```
    pub static NDR_UNKNOWN_RECIPIENT = {
        id: "MSG161", name: "ndr-unknown-recipient", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q246881", "Q319881"],
        needs: [Messages],
        tags: ["report", "bounce"],
        check: Message(ndr_unknown_recipient),
    }
}

fn ndr_unknown_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    for said in item.diagnoses() {
        let text = said.line.text.to_lowercase();
        let is_unknown =
            said.line.status.as_deref() == Some("000C05A6") || text.contains("unknown recipient") || text.contains("recipient not found");
        if is_unknown {
            let address = said.address.value.to_lowercase();
            findings
                .report(format!("a report in {} says that '{address}' is unknown", item.path))
                .group(address)
                .evidence(Evidence::diagnosis(item.path, said));
        }
    }
}
