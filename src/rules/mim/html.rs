//! HTML text that the store's converter stumbles over.

use crate::{
    backup::Item,
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::PropTag,
};

use super::proof::arrived_mail;

declare_rule! {
    /// An HTML link with a leading blank crashes the store.
    ///
    /// ## Why it matters
    /// To tell relative from absolute links the store compares two pointers, but strips the blank from only one of them. It then
    /// overwrites memory and stops.
    ///
    /// ## What to do
    /// Take the message out and install 5.5 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// html: "<A HREF=\" http://www.example.com/\">x</A>"
    /// ```
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/html
    ///
    /// <a class="x" href = "
    ///  http://www.example.com/">x</a>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// html: "<A HREF = \"http://www.example.com/\">x</A>"
    /// ```
    pub static HREF_WITH_LEADING_BLANK = {
        id: "MIM008", name: "href-with-leading-blank", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2425.0" in "5.5 SP2" gates,
        kb: ["Q194337", "Q242222"],
        needs: [Messages],
        tags: ["mime", "crash", "fix-store"],
        check: Message(href_with_leading_blank),
    }
}

fn href_with_leading_blank(item: &Item<'_>, findings: &mut Findings<'_>) {
    static LINK: Pattern = Pattern::new(r#"(?i)<[^<>]*\bhref\s*=\s*(?:3D)?["'][ \t\r\n]+[^"']"#);
    if let Some(mail) = arrived_mail(item)
        && let Some(html) = mail.message.html_text()
        && let Some(tag) = LINK.find(&html.text)
    {
        let property = mail.message.properties.properties.iter().find(|property| property.tag.id() == PropTag::HTML.id());
        let shown = tag.as_str().lines().next().unwrap_or_default();
        let proof = property.map(|property| Evidence::property(item.path, &mail.object, property).observed(shown));
        findings
            .report(format!("the HTML of {} ({}) has a link that begins with a blank at character {}", item.path, mail.object, tag.start()))
            .evidences(proof.map(|proof| proof.expected("href=\"http://…\" without a blank")));
    }
    for part in item.raw_entities().filter(|part| part.entity.media_type == "text/html") {
        let Some((text, raw)) = part.entity.text.as_ref().zip(part.message.raw()) else { continue };
        let Some(tag) = LINK.find(&text.text) else { continue };
        let shown = if part.is_plain() { tag.as_str() } else { "" };
        let body = Evidence::part(item.path, part.words(), raw.span(part.entity.body.clone()));
        findings
            .report(format!("the HTML of {} ({}) has a link that begins with a blank at character {}", item.path, part.words(), tag.start()))
            .evidence(body.observed(shown.lines().next().unwrap_or_default()).expected("href=\"http://…\" without a blank"));
    }
}

declare_rule! {
    /// Quoted-printable HTML in UTF-16 can crash the store.
    ///
    /// ## Why it matters
    /// The conversion from HTML to rich text mishandles 16-bit text that is not aligned.
    ///
    /// ## What to do
    /// Take the message out and install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/html; charset=unicode
    /// Content-Transfer-Encoding: quoted-printable
    ///
    /// <=00b=00>=00x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Subject: x
    /// MIME-Version: 1.0
    /// Content-Type: text/html; charset=utf-8
    /// Content-Transfer-Encoding: quoted-printable
    ///
    /// <b>x
    /// ```
    pub static UNALIGNED_UNICODE_HTML = {
        id: "MIM044", name: "unaligned-unicode-html", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2568.0" in "5.5 SP3" gates,
        kb: ["Q221149"],
        needs: [Raw],
        tags: ["charset", "mime", "crash", "fix-store"],
        check: Message(unaligned_unicode_html),
    }
}

fn unaligned_unicode_html(item: &Item<'_>, findings: &mut Findings<'_>) {
    const WIDE: &[&str] = &["utf-16", "utf-16be", "utf-16le", "unicode", "iso-10646-ucs-2", "unicodefffe"];
    for part in item.raw_entities().filter(|part| part.entity.media_type == "text/html" && part.is_encoded_as("quoted-printable")) {
        if !part.has_charset(WIDE) {
            continue;
        }
        let length = part.content().len();
        let parity = if length.is_multiple_of(2) { "even" } else { "odd" };
        findings
            .report(format!("{} ({}) is quoted-printable HTML in UTF-16; its {length} decoded bytes are an {parity} number", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected("HTML in an 8-bit character set, or in Base64"));
    }
}
