//! Marks that a conversion left behind when it gave up on a message or on its characters.

use crate::{
    backup::{
        Item, ItemKind, MessageView,
        facts::{RawDocument, RawOrigin, attachment_name},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::PropTag,
};

declare_rule! {
    /// Inbound message could not be converted; raw original attached.
    ///
    /// ## Why it matters
    /// Connector or store gave up on the message and delivered the whole original as text. The reason is nearly always in that
    /// original: an unknown character set, broken MIME, a bad encoding. 5.0 before SP1 failed on character sets that it had code
    /// pages for as well; 5.5 logs event 12035 of MSExchangeNNTP or the Content Engine with 80040C15-F0000000 for an unknown one.
    ///
    /// ## What to do
    /// Read the findings for the raw text, repair the cause, and forward the content.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// body: "Exchange Server received an Internet message that could not be processed. To view the original message, open the attachment."
    /// attach: Message.txt "Received: from a by b; Wed, 6 Oct 1999 14:00:00 +0000\r\nContent-Type: text/plain; charset=x-mac-roman\r\n\r\ntext"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// attach: ATT00001.txt "Received: from a by b; Wed, 6 Oct 1999 14:00:00 +0000\r\nSubject: x\r\n\r\ntext"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: ATT00001.txt "Ann Ray, Example Inc."
    /// ```
    pub static CONVERSION_FAILURE_WRAPPER = {
        id: "MSG085", name: "conversion-failure-wrapper", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163080", "Q175580", "Q146263", "Q146473", "Q169891", "Q174722", "Q184772", "Q166580"],
        needs: [Messages],
        tags: ["mime", "triage"],
        check: Message(conversion_failure_wrapper),
    }
}

fn conversion_failure_wrapper(item: &Item<'_>, findings: &mut Findings<'_>) {
    static WRAPPER: Pattern =
        Pattern::new(r"(?i)(Internet Mail Connector received a message|Exchange Server received an Internet message) that could not be processed");
    let originals: Vec<&RawDocument<'_>> = item.raws().iter().filter(|raw| raw.origin == RawOrigin::FailureWrapper).collect();
    for view in &item.messages {
        let own: Vec<_> = originals.iter().filter(|raw| holds(view, raw)).collect();
        let text = view.body().filter(|body| mentions(body, "processed")).and_then(|body| WRAPPER.find(body)).map(|hit| hit.as_str());
        if own.is_empty() && text.is_none() {
            continue;
        }
        let charset =
            own.iter().find_map(|raw| raw.field("Content-Type")).map_or_else(String::new, |field| format!("; its Content-Type is {}", field.value));
        let parts = own.iter().flat_map(|raw| {
            let fields = ["Received", "Content-Type", "X-Mailer"].into_iter().filter_map(|name| raw.field(name));
            fields.map(|field| Evidence::raw_header(item.path, raw, field).expected("a message that was converted"))
        });
        findings
            .report(format!("{} ({}) holds an original that could not be converted{charset}", item.path, view.object))
            .evidences(text.map(|text| Evidence::body(item.path, view, text).expected("the text of the message")))
            .first_evidences(parts);
    }
}

/// Returns whether a text holds words in small letters or in capitals, as a quick look before the whole pattern is tried.
fn mentions(text: &str, words: &str) -> bool {
    text.contains(words) || text.contains(&words.to_uppercase())
}

/// Returns whether a raw document is an attachment of this very message.
fn holds(view: &MessageView<'_>, raw: &RawDocument<'_>) -> bool {
    raw.object.strip_prefix(view.object.as_str()).and_then(|rest| rest.strip_prefix(", attachment ")).is_some_and(|rest| !rest.contains(','))
}

declare_rule! {
    /// Text put into an attachment because its charset is unknown.
    ///
    /// ## Why it matters
    /// The server has no code page for the sender's character set, so that the text went into an attachment unconverted.
    ///
    /// ## What to do
    /// Install the code page, or ask the sender for a usual character set.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: ATT00000.txt 2 KB
    ///   prop 0x3001001E: "Charset = x-roman8"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// body: "This message uses a character set not supported on the Internet Mail Connector."
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: charset.txt 2 KB
    ///   prop 0x3001001E: "charset.txt"
    /// ```
    pub static TEXT_MOVED_OUT_FOR_CHARSET = {
        id: "MSG086", name: "text-moved-out-for-charset", severity: Warning, certainty: Certain,
        versions: [V4_0],
        kb: ["Q146473", "Q157735"],
        needs: [Messages],
        tags: ["charset"],
        check: Message(text_moved_out_for_charset),
    }
}

fn text_moved_out_for_charset(item: &Item<'_>, findings: &mut Findings<'_>) {
    static TEXT: Pattern = Pattern::new(r"(?i)character set not supported on the Internet Mail Connector");
    static NAME: Pattern = Pattern::new(r"(?i)^char(set)?\s*=\s*(\S+)");
    for view in &item.messages {
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let Some(property) = attachment.properties.property(PropTag::DISPLAY_NAME) else { continue };
            let Some(name) = property.value.text() else { continue };
            let Some(charset) = NAME.captures(&name).and_then(|found| found.get(2)) else { continue };
            let object = format!("{}, attachment {}", view.object, index + 1);
            findings
                .report(format!("{object} of {} is text in the unknown character set {}", item.path, charset.as_str()))
                .evidence(Evidence::property(item.path, &object, property).expected("the text in the body"));
        }
        if let Some(text) = view.body().filter(|body| mentions(body, "not supported")).and_then(|body| TEXT.find(body)) {
            let charset = view.charset().map_or_else(String::new, |charset| format!(" {charset}"));
            findings
                .report(format!("the text of {} ({}) says that its character set{charset} is not supported", item.path, view.object))
                .evidence(Evidence::body(item.path, view, text.as_str()).expected("the text of the message"));
        }
    }
}

declare_rule! {
    /// MS Mail Connector left a placeholder for an embedded message.
    ///
    /// ## Why it matters
    /// An embedded message was not converted for an MS Mail user; only this text is left of it.
    ///
    /// ## What to do
    /// On the server of the MS Mail Connector set the registry value 'Non-MAPI Embedded Messages' below MSExchangeMSMI\Parameters
    /// to 1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// body: "[[ MAPI 1.0 embedded message : Report In winmail.dat ]]"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// body: "See the MAPI 1.0 embedded message."
    /// attach: "embedded message" 2 KB
    /// ```
    pub static MSMAIL_EMBEDDED_PLACEHOLDER = {
        id: "MSG087", name: "msmail-embedded-placeholder", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q157420"],
        needs: [Messages],
        tags: ["attachment", "interop"],
        check: Message(msmail_embedded_placeholder),
    }
}

fn msmail_embedded_placeholder(item: &Item<'_>, findings: &mut Findings<'_>) {
    static PLACEHOLDER: Pattern = Pattern::new(r"\[\[ MAPI 1\.0 embedded message : .+ In winmail\.dat \]\]");
    for view in &item.messages {
        let Some(found) = view.body().filter(|body| body.contains("[[ MAPI 1.0")).and_then(|body| PLACEHOLDER.find(body)) else { continue };
        findings
            .report(format!("the text of {} ({}) holds {}", item.path, view.object, found.as_str()))
            .evidence(Evidence::body(item.path, view, found.as_str()).expected("the embedded message"));
    }
}

declare_rule! {
    /// Subject or attachment name became question marks.
    ///
    /// ## Why it matters
    /// Double-byte text passed a converter that used the wrong code page, and the characters are gone. The connectors for MS Mail and
    /// cc:Mail add no code page, and 5.0 loses double-byte names of attachments if the body is empty. Before SP3 a forwarding rule
    /// on the server does the same to the quoted header, and the euro sign in To, Cc or Subject of ISO-8859-1 mail is lost.
    ///
    /// ## What to do
    /// Apply the service pack, and ask the sender to send again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Re: ?????"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// attach: ????.doc 2 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Really???"
    /// //- Mtsin/2
    /// subject: "What is this?"
    /// ```
    pub static TEXT_TURNED_INTO_QUESTION_MARKS = {
        id: "MSG090", name: "text-turned-into-question-marks", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed_in: "5.0 SP2; 5.5 SP4",
        kb: ["Q176710", "Q237838", "Q156063", "Q229648", "Q193256"],
        needs: [Messages],
        tags: ["charset", "loss", "fix-other"],
        check: Message(text_turned_into_question_marks),
    }
}

fn text_turned_into_question_marks(item: &Item<'_>, findings: &mut Findings<'_>) {
    static SUBJECT: Pattern = Pattern::new(r"(?i)^\s*(?:(?:re|fwd?|wg|aw|tr|rv)\s*:\s*)*[?\s:.,\-]*\?{3,}[?\s]*$");
    static NAME: Pattern = Pattern::new(r"^\?{2,}(\.[^.]*)?$");
    // The subject of an envelope is a copy of the mail's.
    let copies = usize::from(item.kind == ItemKind::Envelope);
    for view in item.messages.iter().skip(copies) {
        if let Some(subject) = view.message.subject().filter(|subject| subject.contains("???") && SUBJECT.is_match(subject)) {
            let [of_strings, of_internet] = view.code_pages().map(|page| page.map_or_else(|| "absent".to_owned(), |page| page.to_string()));
            findings
                .report(format!("the subject of {} is '{subject}'; code page {of_strings}, Internet code page {of_internet}", item.path))
                .evidence(Evidence::subject(item.path, view).expected("readable text"));
        }
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let name = attachment_name(attachment);
            if name.starts_with("??") && NAME.is_match(&name) {
                findings
                    .report(format!("attachment {} of {} ({}) has the name {name}", index + 1, item.path, view.object))
                    .evidence(Evidence::attachment(item.path, view, index).observed(&*name).expected("a readable name"));
            }
        }
    }
}
