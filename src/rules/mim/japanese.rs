//! Japanese text that is mixed, cut, or that nobody decodes.

use crate::{
    backup::{
        Item,
        facts::{AddressRole, InternetMessage},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::double_byte::{JIS_ESCAPES, longest_run_of_line_ends, shift_jis_pairs},
};

use super::proof::{in_content, inbound};

declare_rule! {
    /// JIS and Shift-JIS are mixed in one message.
    ///
    /// ## Why it matters
    /// 5.0 without a service pack decodes the whole message by one of the two, so a part of it is garbled.
    ///
    /// ## What to do
    /// Install Service Pack 1 for Exchange 5.0; it holds the corrected program.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH codepage=932 escapes
    /// Subject: \x1b$BF|K\\\x1b(B
    ///
    /// 日本語
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH escapes
    /// Subject: \x1b$BF|K\\\x1b(B
    ///
    /// Café, Emmanuéls, Andrés
    /// ```
    pub static MIXED_JAPANESE_ENCODINGS = {
        id: "MIM036", name: "mixed-japanese-encodings", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q166606"],
        needs: [Raw],
        tags: ["charset", "fix-store"],
        check: Message(mixed_japanese_encodings),
    }
}

fn mixed_japanese_encodings(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LEAST_PAIRS: usize = 3;
    for raw in item.raws() {
        let Some(jis) = JIS_ESCAPES.iter().filter_map(|escape| memchr::memmem::find(raw.bytes, escape)).min() else { continue };
        let message = InternetMessage::Raw(raw);
        let header = message.headers().map_or(0, |headers| usize::try_from(headers.end).unwrap_or(usize::MAX));
        let texts = message.entities().filter(|part| part.entity.text.is_some()).map(|part| part.entity.body.clone());
        let places = texts.map(|body| usize::try_from(body.start).unwrap_or(0)..usize::try_from(body.end).unwrap_or(0));
        let found: Vec<_> = std::iter::once(0..header)
            .chain(places)
            .map(|place| (place.start, shift_jis_pairs(raw.bytes.get(place).unwrap_or_default())))
            .filter(|(_, pairs)| pairs.count > 0)
            .collect();
        // Without a lead byte below 0xA0 the pairs may as well be accented letters of Latin text.
        let (count, sure): (usize, usize) =
            (found.iter().map(|(_, pairs)| pairs.count).sum(), found.iter().map(|(_, pairs)| pairs.unmistakable).sum());
        let Some((start, first)) = found.first().filter(|_| count >= LEAST_PAIRS && sure > 0) else { continue };
        let (jis, at) = (jis as u64, (start + first.first) as u64);
        findings
            .report(format!(
                "{} ({}) holds JIS at offset {jis} of the document and {count} Shift-JIS characters from {at} on",
                item.path,
                message.object()
            ))
            .evidence(Evidence::raw_hex(item.path, raw, jis..jis + 3).expected("one of the two"))
            .evidence(Evidence::raw_hex(item.path, raw, at..at + 2));
    }
}

declare_rule! {
    /// A long run of empty lines stands in Japanese text.
    ///
    /// ## Why it matters
    /// The converter copies the run in one piece into a buffer of 4,096 bytes. From 2,048 line ends on it always fails, from 128 on in
    /// some positions: the text is cut there, or the store stops.
    ///
    /// ## What to do
    /// Take the message out and install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: a.eml "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\nx{\r\n*2100}y\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: a.eml "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\nx{\r\n*20}y\r\n"
    /// //- Mtsin/2
    /// attach: a.eml "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nx{\r\n*2100}y\r\n"
    /// ```
    pub static JAPANESE_RUN_OF_LINE_ENDS = {
        id: "MIM043", name: "japanese-run-of-line-ends", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2637.0" in "5.5 SP3" gates,
        kb: ["Q235219", "Q241740"],
        needs: [Raw],
        tags: ["charset", "crash", "loss", "fix-store"],
        check: Message(japanese_run_of_line_ends),
    }
}

fn japanese_run_of_line_ends(item: &Item<'_>, findings: &mut Findings<'_>) {
    const MAY_FAIL: usize = 128;
    const FAILS: usize = 2048;
    const JAPANESE: &[&str] = &["iso-2022-jp", "shift_jis", "euc-jp"];
    for part in item.raw_entities().filter(|part| part.entity.text.is_some() && part.has_charset(JAPANESE)) {
        let content = part.content();
        let (length, range) = longest_run_of_line_ends(&content);
        if length >= MAY_FAIL {
            let effect = if length >= FAILS { "always fails" } else { "may fail" };
            let charset = part.entity.charset().unwrap_or_default();
            findings
                .report(format!("{} ({}) is {charset} with {length} line ends in a row, which {effect}", item.path, part.words()))
                .evidence(in_content(item.path, part, range.start..range.start + 4).expected(format!("fewer than {MAY_FAIL} in a row")))
                .evidence(Evidence::mime_part(item.path, part));
        }
    }
}

declare_rule! {
    /// Japanese mail without MIME stays unreadable because its domain has no JIS setting.
    ///
    /// ## Why it matters
    /// Without MIME headers the connector uses the non-MIME character set of the sender's domain, on an English server a Western one.
    /// The escape sequences of JIS are left as they are, and the text is garbage.
    ///
    /// ## What to do
    /// Add an e-mail domain entry JP, or the domains concerned, with the non-MIME character set JIS.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.jp
    /// body: "\x1b$BF|K\\\x1b(B\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: From: ann@example.jp
    /// header: MIME-Version: 1.0
    /// header: Content-Type: text/plain; charset=iso-2022-jp
    /// body: "\x1b$BF|K\\\x1b(B\r\n"
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +jp,iso-2022-jp,iso-2022-jp,32,76,0,0,0
    /// //- Mtsin/1
    /// header: From: ann@example.jp
    /// body: "\x1b$BF|K\\\x1b(B\r\n"
    /// ```
    pub static NON_MIME_JAPANESE_WITHOUT_JIS_DOMAIN = {
        id: "MIM605", name: "non-mime-japanese-without-jis-domain", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0],
        kb: ["Q168138"],
        needs: [Messages],
        tags: ["charset", "header", "config"],
        check: Message(non_mime_japanese_without_jis_domain),
    }
}

fn non_mime_japanese_without_jis_domain(item: &Item<'_>, findings: &mut Findings<'_>) {
    let escapes: [&[u8]; 3] = [b"\x1b$B", b"\x1b$@", b"\x1b(J"];
    let is_bare = |message: &InternetMessage<'_, '_>| !message.has("MIME-Version") && message.charset().is_none();
    for message in inbound(item).filter(is_bare) {
        let proof = match message {
            InternetMessage::Raw(raw) => {
                let first = escapes.iter().filter_map(|escape| memchr::memmem::find(raw.bytes, escape)).min();
                first.map(|at| Evidence::raw_hex(item.path, raw, at as u64..at as u64 + 3))
            }
            InternetMessage::Mail(view) => {
                let subject =
                    view.message.subject().is_some_and(|subject| escapes.iter().any(|each| memchr::memmem::find(subject.as_bytes(), each).is_some()));
                let body = escapes
                    .iter()
                    .find(|escape| view.body_has(escape))
                    .map(|escape| Evidence::body(item.path, view, &String::from_utf8_lossy(escape)));
                body.or_else(|| subject.then(|| Evidence::subject(item.path, view)))
            }
        };
        let Some(proof) = proof else { continue };
        let stored = || item.addresses_as(&[AddressRole::P2From]).next().map(|from| from.address.domain()).filter(|domain| !domain.is_empty());
        let Some(domain) = message.from_domain().or_else(stored) else { continue };
        let policy = item.configuration.and_then(|backup| backup.policy(&domain));
        let charset = policy.and_then(|policy| policy.text_charset());
        if charset.is_some_and(|charset| charset.eq_ignore_ascii_case("iso-2022-jp")) {
            continue;
        }
        let applies =
            charset.map_or_else(|| "no record says which character set applies".to_owned(), |charset| format!("{charset} applies to its domain"));
        findings
            .report(format!("{} ({}) from {domain} is Japanese text without MIME headers; {applies}", item.path, message.object()))
            .group(domain)
            .evidence(proof.expected("MIME headers, or iso-2022-jp as non-MIME character set of the domain"))
            .evidences(policy.map(|policy| Evidence::policy(&policy)));
    }
}
