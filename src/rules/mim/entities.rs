//! MIME structure that stops the store or the service.

use crate::{
    backup::{Item, MessageView},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    mapi::PropTag,
};

declare_rule! {
    /// Multipart message with an empty or missing boundary stops the store.
    ///
    /// ## Why it matters
    /// The store parses the empty header parameter wrongly and crashes while it converts the message. The same spool file is
    /// tried again at the next start.
    ///
    /// ## What to do
    /// Take the spool file or message out; store 5.5.2653.17 or SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/mixed; boundary=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/mixed; boundary="----=_NextPart_000"
    /// ```
    pub static MULTIPART_NULL_BOUNDARY = {
        id: "MIM001", name: "multipart-null-boundary", severity: Critical, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2653.17" in "5.5 SP4" gates,
        kb: ["Q275714", "Q248838", "Q274832"],
        needs: [Headers],
        tags: ["mime", "crash", "fix-store"],
        check: Message(multipart_null_boundary),
    }
}

fn multipart_null_boundary(item: &Item<'_>, findings: &mut Findings<'_>) {
    for view in &item.messages {
        let Some(value) = multipart(view) else { continue };
        let boundary = view.entity().and_then(|entity| entity.param("boundary").map(str::to_owned));
        if boundary.is_none_or(|boundary| boundary.trim().is_empty()) {
            let span = view.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS).map_or(0..0, |property| property.span.clone());
            let locator = Locator::Header { object: view.object.as_str().into(), name: "Content-Type".into() };
            findings
                .report(format!("{} ({}) is multipart without a boundary: {value}", item.path, view.object))
                .evidence(Evidence::new(item.path, locator).at(span).observed(value.as_str()).expected("boundary=\"…\" with at least one character"));
        }
    }
}

/// Returns the Content-Type of a message whose headers say that it is multipart.
fn multipart(view: &MessageView<'_>) -> Option<String> {
    let value = &view.headers.as_ref()?.value.first("Content-Type")?.value;
    value.trim_start().get(..10).filter(|start| start.eq_ignore_ascii_case("multipart/")).map(|_| value.clone())
}
