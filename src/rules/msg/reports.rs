//! What delivery reports in the queues say of the outside world.

use crate::{
    backup::{DiagnosticLine, Item, MessageView},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::Recipient,
    mapi::PropTag,
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
    for said in diagnostics_of(item) {
        let text = said.line.text.to_lowercase();
        let by_connector = matches!(said.line.component.as_str(), "IMC" | "IMS");
        let names_host = said.line.number == Some(3902) || text.contains("host unknown") || text.contains("host unreachable");
        if by_connector && names_host && !text.contains("size limit") {
            let domain = said.address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
            let place = if domain.is_empty() { "a host".to_owned() } else { domain.clone() };
            findings
                .report(format!("a report in {} says that {place} is unknown or cannot be reached", item.path))
                .group(domain)
                .evidence(said.proof);
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
    for said in diagnostics_of(item) {
        let text = said.line.text.to_lowercase();
        let is_unknown =
            said.line.status.as_deref() == Some("000C05A6") || text.contains("unknown recipient") || text.contains("recipient not found");
        if is_unknown {
            let address = said.address.to_lowercase();
            findings.report(format!("a report in {} says that '{address}' is unknown", item.path)).group(address).evidence(said.proof);
        }
    }
}

/// A diagnostic line of a report, whom it is about, and where it stands.
struct Said {
    line: DiagnosticLine,
    address: String,
    proof: Evidence,
}

/// Returns the lines in the rows of reported recipients; where the rows have none, those in the text of the report.
fn diagnostics_of(item: &Item<'_>) -> Vec<Said> {
    let reports = || item.messages.iter().filter(|view| view.is_report());
    let in_rows: Vec<Said> = reports().flat_map(|view| rows(item, view)).collect();
    if in_rows.is_empty() { reports().flat_map(|view| texts(item, view)).collect() } else { in_rows }
}

fn rows(item: &Item<'_>, view: &MessageView<'_>) -> Vec<Said> {
    let said = |(index, recipient): (usize, &Recipient<'_>)| {
        let property = recipient.properties.property(PropTag::SUPPLEMENTARY_INFO)?;
        let line = DiagnosticLine::find(&property.value.text()?)?;
        let address = recipient.address(view.message.effective_code_page()).address.unwrap_or_default().into_owned();
        let proof = Evidence::property(item.path, &format!("{}, recipient {}", view.object, index + 1), property);
        Some(Said { line, address, proof })
    };
    view.message.recipients.iter().enumerate().filter_map(said).collect()
}

fn texts(item: &Item<'_>, view: &MessageView<'_>) -> Vec<Said> {
    let reported = view.message.recipients.first().map(|recipient| recipient.address(view.message.effective_code_page()));
    let address = reported.and_then(|reported| reported.address).unwrap_or_default();
    let said = |tag| {
        let property = view.message.properties.property(tag)?;
        let text = property.value.text()?;
        let line = DiagnosticLine::find(&text)?;
        let proof = Evidence::property(item.path, &view.object, property).observed(line.written.as_str());
        Some(Said { line, address: address.clone().into_owned(), proof })
    };
    [PropTag::BODY, PropTag::REPORT_TEXT].into_iter().filter_map(said).collect()
}
