//! MIME structure that stops the store or the service.

use crate::{
    backup::{Item, facts::InternetMessage},
    declare_rule,
    diagnostics::{Evidence, Findings},
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
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: multipart/mixed
    ///
    /// Hello
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
    let embedded = item.messages.iter().filter(|view| view.headers.is_some()).map(InternetMessage::Mail);
    for part in embedded.chain(item.raw_messages()).flat_map(InternetMessage::entities) {
        let entity = part.entity;
        if entity.media_type.starts_with("multipart/") && entity.param("boundary").is_none_or(|boundary| boundary.trim().is_empty()) {
            let value = entity.content_type_raw.as_deref().unwrap_or_default().trim();
            findings
                .report(format!("{} ({}) is multipart without a boundary: {value}", item.path, part.words()))
                .evidence(Evidence::mime_part(item.path, part).expected("boundary=\"…\" with at least one character"));
        }
    }
}
