//! Internet headers that tell too much, too little, or nothing of the way that a message took.

use crate::{
    backup::{
        Item, MessageView, QueueKind, SpoolFolder,
        facts::{AddressRole, InternetMessage},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mime::HeaderField,
    mapi::PropTag,
};

declare_rule! {
    /// Blind copy recipients are visible in the headers.
    ///
    /// ## Why it matters
    /// The Internet mail service of old Windows clients wrote the Bcc line into the copy that everybody gets.
    ///
    /// ## What to do
    /// Update the mail program of the sender; tell those who were named.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: bob@example.com
    /// header: Bcc: ann@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: From: bob@example.com
    /// header: Bcc:
    /// ```
    pub static BCC_HEADER_DISCLOSED = {
        id: "MIM063", name: "bcc-header-disclosed", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q161943"],
        needs: [Headers],
        tags: ["header", "privacy"],
        check: Message(bcc_header_disclosed),
    }
}

fn bcc_header_disclosed(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in item.internet_messages() {
        let is_filled = |field: &&HeaderField| !field.raw.lines().next().unwrap_or_default().trim().is_empty();
        let Some(field) = message.fields(&["Bcc"]).find(is_filled) else { continue };
        let mailer = message.field("X-Mailer").map(|mailer| Evidence::internet_field(item.path, message, mailer));
        findings
            .report(format!("{} ({}) shows the blind copy recipients {}", item.path, message.object(), field.value))
            .evidence(Evidence::internet_field(item.path, message, field).expected("no Bcc field"))
            .evidences(mailer);
    }
}

declare_rule! {
    /// Mail for a Notes, SNADS or PROFS connector has no To field.
    ///
    /// ## Why it matters
    /// These connectors build their envelope from the fields of the message. Where Apparently-To stands instead of To, or no header at
    /// all, there is "no valid message recipient in message" (31040), and a report results.
    ///
    /// ## What to do
    /// Have the sending host write a To field.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: PROFS:ORG.ANN
    /// header: From: bob@example.com
    /// header: Apparently-To: ann
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: NOTES:Ann/Org
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: From: bob@example.com
    /// header: Apparently-To: ann
    /// //- Mtsin/2
    /// p1: PROFS:ORG.ANN
    /// header: To: ann@example.com
    /// ```
    pub static APPARENTLY_TO_ONLY = {
        id: "MIM064", name: "apparently-to-only", severity: Error, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q216767", "Q198677"],
        needs: [Mtsin],
        tags: ["header", "interop", "bounce"],
        check: Message(apparently_to_only),
    }
}

fn apparently_to_only(item: &Item<'_>, findings: &mut Findings<'_>) {
    const EDK: [&str; 6] = ["CCMAIL", "PROFS", "SNADS", "NOTES", "GWISE", "MHS"];
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::MtsIn]) && !item.is_cut() && !mail.is_report()) else { return };
    if mail.field("To").is_some() || mail.field("Cc").is_some() {
        return;
    }
    let is_edk = |kind: &str| EDK.iter().any(|edk| kind.eq_ignore_ascii_case(edk));
    let Some(to) = item.addresses_as(&[AddressRole::P1]).find(|to| is_edk(&to.address.address_type)) else { return };
    let apparently = mail.field("Apparently-To");
    let instead = match (apparently, &mail.headers) {
        (Some(_), _) => "Apparently-To instead of To",
        (None, Some(_)) => "no To, Cc or Apparently-To",
        (None, None) => "no Internet headers",
    };
    findings
        .report(format!("{} goes to {}:{} and has {instead}", item.path, to.address.address_type, to.address.value))
        .evidence(apparently.map_or_else(|| header_place(item.path, mail), |field| Evidence::header(item.path, mail, field)).expected("a To field"))
        .evidence(Evidence::address(item.path, to));
}

/// Evidence for the header block, or for the message that has none.
fn header_place(path: &str, mail: &MessageView<'_>) -> Evidence {
    match mail.headers {
        Some(_) => Evidence::header_block(path, mail, "To"),
        None => Evidence::message_class(path, mail),
    }
}

declare_rule! {
    /// Inbound mail without sender or recipient in its header.
    ///
    /// ## Why it matters
    /// Header fields are not used for routing, so empty or false ones are legal. They are typical of bulk mail and of programs that talk
    /// SMTP by hand.
    ///
    /// ## What to do
    /// Read the envelope in the SMTP protocol log.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from bulk.example by mail1; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: Subject: Offer
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from list.example by mail1; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: From: bob@example.com
    /// header: To: list@list.example
    /// ```
    pub static HEADERS_WITHOUT_TO_FROM_OR_SUBJECT = {
        id: "MIM065", name: "headers-without-to-from-or-subject", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q199051", "Q257538"],
        needs: [Mtsin],
        tags: ["header", "spam"],
        check: Message(headers_without_to_from_or_subject),
    }
}

fn headers_without_to_from_or_subject(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::MtsIn]) && mail.headers.is_some() && !mail.is_report()) else { return };
    let (from, to) = (mail.field("From").is_some(), mail.field("To").is_some() || mail.field("Cc").is_some());
    let missing = match (from, to) {
        (true, true) => return,
        (false, false) => "neither From nor To or Cc",
        (false, true) => "no From",
        (true, false) => "neither To nor Cc",
    };
    let Some((field, hop)) = mail.received().last() else { return };
    let host = hop.from.as_deref().or(hop.by.as_deref()).unwrap_or("an unnamed host");
    findings
        .report(format!("the header of {} has {missing}; its first hop is {host}", item.path))
        .group(host.to_lowercase())
        .evidence(Evidence::header_block(item.path, mail, if from { "To" } else { "From" }).expected("From, and To or Cc"))
        .evidence(Evidence::header(item.path, mail, field));
}

declare_rule! {
    /// The header block is not ended by an empty line.
    ///
    /// ## Why it matters
    /// The last header field is then not shown to the recipient. Some hosts send mail without text like that.
    ///
    /// ## What to do
    /// Nothing; this is by design.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// From: ann@example.com
    /// Subject: test
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH escapes
    /// From: ann@example.com
    /// Subject: test\r
    ///
    /// .
    /// ```
    pub static HEADER_BLOCK_WITHOUT_END = {
        id: "MIM066", name: "header-block-without-end", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q175841"],
        needs: [Raw],
        tags: ["header"],
        check: Message(header_block_without_end),
    }
}

fn header_block_without_end(item: &Item<'_>, findings: &mut Findings<'_>) {
    for message in item.raw_messages() {
        let Some(headers) = message.headers().filter(|headers| headers.blank_line.is_none()) else { continue };
        let Some(last) = headers.fields.last() else { continue };
        findings
            .report(format!("the header of {} ({}) ends with {} and no empty line", item.path, message.object(), last.name))
            .evidence(Evidence::internet_field(item.path, message, last).expected("an empty line behind it"));
    }
}

declare_rule! {
    /// The message came through the Pickup folder.
    ///
    /// ## Why it matters
    /// It was not received by SMTP; a local program such as CDONTS wrote it into Pickup.
    ///
    /// ## What to do
    /// Look for the program if the mail is unwanted.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/ABCDEFGH
    /// x-sender: web@example.com
    /// x-receiver: ann@example.com
    /// Subject: order
    ///
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from a.example by mail1; Wed, 06 Oct 1999 14:00:00 +0000
    /// header: X-Sender: bob@example.com
    /// header: X-Mailer: Windows Eudora Light Version 3.0.1
    /// ```
    pub static PICKUP_ENVELOPE_HEADERS = {
        id: "MIM067", name: "pickup-envelope-headers", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q201314"],
        needs: [Headers],
        tags: ["header", "triage"],
        check: Message(pickup_envelope_headers),
    }
}

fn pickup_envelope_headers(item: &Item<'_>, findings: &mut Findings<'_>) {
    static ADDRESS: Pattern = Pattern::new(r"^\s*\S+@\S+");
    for message in item.internet_messages() {
        let line = message.raw().and_then(|raw| raw.spool.as_ref()?.pickup.iter().find(|line| ADDRESS.is_match(&line.address.text)));
        let field = message.fields(&["X-Sender", "X-Receiver"]).find(|field| ADDRESS.is_match(&field.raw));
        let is_pickup = message.raw().is_some_and(|raw| raw.is_in(&[SpoolFolder::Pickup, SpoolFolder::PickupArchive]));
        let was_received = message.has("Received");
        let proof = match (line, field) {
            (Some(line), _) if is_pickup || !was_received => {
                let text = &line.address;
                Evidence::part(item.path, "lines of a pickup file", text.offset..text.offset + text.length).observed(&*text.text)
            }
            (_, Some(field)) if is_pickup || !was_received => Evidence::internet_field(item.path, message, field),
            _ if is_pickup => Evidence::file(item.path),
            _ => continue,
        };
        findings
            .report(format!("{} ({}) was written into Pickup by a program", item.path, message.object()))
            .evidence(proof.expected("Received fields, if it had come by SMTP"));
    }
}

declare_rule! {
    /// A Message-ID of this server is cut off or damaged.
    ///
    /// ## Why it matters
    /// Only 64 characters were reserved for the id of a report, so host names of more than 22 characters are cut; that is cosmetic.
    /// Control characters in the host part come from a damaged TCP/IP stack and have led to blank mail at the next hosts. A server
    /// without DNS suffix writes its short name, which is no fault.
    ///
    /// ## What to do
    /// Cut ids: install 5.5 SP2. Control characters: install TCP/IP and the service pack of Windows NT again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Obj-Dist-Name,Common-Name,Computer-Name
    /// Mail-Gateway,/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV),Internet Mail Connector (SRV),SRV
    /// //- Mtsin/1
    /// header: Message-ID: <21A0D8E9B6C5D211B1F60000F8052CA00B63@SR>
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x007D001E: "Message-ID: <21A0D8E9B6C5D211B1F60000F8052CA00B63@ma\x01il.example.com>\r\n\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Obj-Dist-Name,Common-Name,Computer-Name
    /// Mail-Gateway,/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV),Internet Mail Connector (SRV),SRV
    /// //- Mtsin/1
    /// header: Message-ID: <21A0D8E9B6C5D211B1F60000F8052CA00B63@SRV>
    /// ```
    pub static MESSAGE_ID_DAMAGED = {
        id: "MIM068", name: "message-id-damaged", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2448.0" in "5.5 SP2",
        kb: ["Q190041", "Q287888", "Q242222"],
        needs: [Headers],
        tags: ["header", "report", "fix-store"],
        check: Message(message_id_damaged),
    }
}

fn message_id_damaged(item: &Item<'_>, findings: &mut Findings<'_>) {
    static OWN_FORM: Pattern = Pattern::new(r"(?i)^\s*<[0-9A-F]{36}@([^>\r\n]*)");
    for message in item.internet_messages() {
        let Some(field) = message.field("Message-ID") else { continue };
        let Some(host) = OWN_FORM.captures(&field.raw).and_then(|found| Some(found.get(1)?.as_str().to_lowercase())) else { continue };
        let fault = if host.chars().any(char::is_control) {
            "has a control character in its host part".to_owned()
        } else if let Some(full) = cut_name(&host, &item.server.names) {
            format!("ends in {host}, cut off from {full}")
        } else {
            continue;
        };
        let proof = match message.bytes_of(field).filter(|_| host.chars().any(char::is_control)) {
            Some(bytes) => Evidence::internet_field(item.path, message, field).observed(crate::base::hex(bytes)),
            None => Evidence::internet_field(item.path, message, field),
        };
        findings.report(format!("the Message-ID of {} ({}) {fault}", item.path, message.object())).evidence(proof.expected("<id@full host name>"));
    }
}

/// Returns the name of this server of which a host is a proper beginning; the short name is no cut.
fn cut_name<'n>(host: &str, names: &'n [String]) -> Option<&'n str> {
    const LONGEST_CUT: usize = 23;
    let is_whole = names.iter().any(|name| name == host);
    let is_cut = |name: &&String| name.len() > host.len() && name.starts_with(host);
    let found = names.iter().filter(|_| !host.is_empty() && host.len() <= LONGEST_CUT && !is_whole).find(is_cut);
    found.map(String::as_str)
}

declare_rule! {
    /// Hops are missing from the headers of outside mail.
    ///
    /// ## Why it matters
    /// In a mixed site with Exchange 2000 the 5.5 store may skip the hops in front of its marker line when it saves the headers, so the
    /// way of the message cannot be read from them.
    ///
    /// ## What to do
    /// Install Store.exe 5.5.2656.17 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Obj-Dist-Name,Common-Name,Computer-Name,E-mail Addresses
    /// Mail-Gateway,/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV),Internet Mail Connector (SRV),SRV,SMTP:imc@ourdomain.example
    /// //- Mtsin/1
    /// header: Received: by srv id <01C1C5BB.A58CF840@srv>; Wed, 06 Mar 2002 14:00:00 +0000
    /// header: From: ann@far.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Obj-Dist-Name,Common-Name,Computer-Name,E-mail Addresses
    /// Mail-Gateway,/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV),Internet Mail Connector (SRV),SRV,SMTP:imc@ourdomain.example
    /// //- Mtsin/1
    /// header: Received: from far.example by srv id <01C1C5BB.A58CF840@srv>; Wed, 06 Mar 2002 14:00:00 +0000
    /// header: From: ann@far.example
    /// //- Mtsin/2
    /// header: Received: by srv id <01C1C5BB.A58CF840@srv>; Wed, 06 Mar 2002 14:00:00 +0000
    /// header: From: ann@ourdomain.example
    /// ```
    pub static TRANSPORT_HOPS_MISSING = {
        id: "MIM070", name: "transport-hops-missing", severity: Info, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2656.17" in "5.5 post-SP4" gates,
        kb: ["Q320636"],
        needs: [Headers],
        tags: ["header", "fix-store"],
        check: Message(transport_hops_missing),
    }
}

fn transport_hops_missing(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn])) else { return };
    let says_from = |field: &HeaderField| field.raw.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("from "));
    if mail.field("Received").is_none_or(says_from) {
        return;
    }
    let Some((field, newest)) = mail.received().first() else { return };
    let is_own = newest.by.as_deref().is_some_and(|by| item.server.is_own_name(by));
    // Without any domain of this server nobody knows what is outside.
    if !is_own || item.server.local_domains.is_empty() || mail.received().iter().any(|(_, hop)| hop.from.is_some()) {
        return;
    }
    let Some(domain) = InternetMessage::Mail(mail).from_domain().filter(|domain| !item.server.is_local_domain(domain)) else { return };
    let property = mail.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS);
    findings
        .report(format!("{} comes from {domain}, and no Received field says from where", item.path))
        .evidence(Evidence::header(item.path, mail, field).expected("a Received field with from"))
        .evidences(property.map(|_| Evidence::header_block(item.path, mail, "Received")));
}
