//! Ids and other properties that the MTA or another connector chokes on: MTS-IDs, Message-IDs, correlators, and properties that are too
//! long for one call.

use crate::{
    backup::{Item, ItemKind, MessageView, QueueKind, facts::recipient_address},
    base::{Pattern, hex},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::mts_id::MtsId,
    mapi::{PropTag, PropValue, Property},
};

/// Types of the connectors that were built with the Exchange Development Kit.
const EDK_TYPES: [&str; 6] = ["CCMAIL", "PROFS", "SNADS", "NOTES", "GWISE", "MHS"];

declare_rule! {
    /// Message properties exceed the 32 KB RPC limit and stop the service.
    ///
    /// ## Why it matters
    /// The service asks for all properties of a message at once. Above 32 KB the call fails with a false out-of-memory code, on
    /// which the service logs event 4116 and shuts down. Later builds ask in two parts. A loop that adds header lines at each
    /// turn gets there quickly.
    ///
    /// ## What to do
    /// Take the message out of the queue, install 5.5 SP2, and look for a loop.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// header: X-Long: {x*26000}
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// prop 0x0070001E: "{x*33000}"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// header: X-Long: {x*6000}
    /// body: "{y*200000}"
    /// ```
    pub static PROPERTIES_OVER_32K = {
        id: "MSG130", name: "properties-over-32k", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2417.0" in "5.5 SP2" gates,
        kb: ["Q193639", "Q242222"],
        needs: [Mtsout],
        tags: ["crash", "header", "fix-ims"],
        check: Message(properties_over_32k),
    }
}

/// The numbers of Q193639: one property, and all together.
const LONGEST_HEADERS: usize = 21 * 1024;
const LONGEST_TOTAL: usize = 32 * 1024;

fn properties_over_32k(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut, QueueKind::Bad])) else { return };
    let asked = || mail.message.properties.properties.iter().filter(|property| is_asked_for(property));
    let total: usize = asked().map(length).sum();
    let headers = mail.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS).map_or(0, length);
    if total <= LONGEST_TOTAL && headers <= LONGEST_HEADERS {
        return;
    }
    let mut largest: Vec<&Property<'_>> = asked().collect();
    largest.sort_by_key(|property| std::cmp::Reverse(length(property)));
    let proof = largest.iter().take(3).map(|property| {
        let shown = Evidence::property(item.path, &mail.object, property).observed("");
        shown.expected(format!("far fewer than {} bytes", length(property)))
    });
    findings
        .report(format!("the properties of {} have {total} bytes without bodies, {headers} of them Internet headers", item.path))
        .evidences(proof);
}

/// Bodies and attachments come by a stream of their own.
fn is_asked_for(property: &Property<'_>) -> bool {
    let bodies = [PropTag::BODY, PropTag::RTF_COMPRESSED, PropTag::HTML, PropTag::ATTACH_DATA_BIN];
    !bodies.iter().any(|body| body.id() == property.tag.id())
}

fn length(property: &Property<'_>) -> usize {
    match &property.value {
        PropValue::String8(text) => text.bytes.len(),
        PropValue::Unicode(bytes) | PropValue::Binary(bytes) => bytes.len(),
        _ => 0,
    }
}

declare_rule! {
    /// Long content correlator makes the MTA lose the message.
    ///
    /// ## Why it matters
    /// The MTA encodes a message with such a correlator wrongly and later fails to read it (event 246). The message reaches no
    /// other server, and nobody gets a report.
    ///
    /// ## What to do
    /// Stop the program that sets the property; install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// envelope:
    ///   prop 0x00070102: hex 30 26 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// envelope:
    ///   prop 0x00070102: hex 30 00
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// prop 0x00070102: hex 30 26 00 00 00 00
    /// ```
    pub static CONTENT_CORRELATOR_TOO_LONG = {
        id: "MSG131", name: "content-correlator-too-long", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed_in: "5.5 SP4" gates,
        kb: ["Q256350", "Q274832"],
        needs: [Messages],
        tags: ["loss", "fix-mta"],
        check: Message(content_correlator_too_long),
    }
}

const CONTENT_CORRELATOR: PropTag = PropTag(0x0007_0102);

fn content_correlator_too_long(item: &Item<'_>, findings: &mut Findings<'_>) {
    let views = item.shell().into_iter().chain(item.mail().filter(|mail| mail.depth > 0));
    for view in views.filter(|_| item.kind != ItemKind::Report) {
        let Some(property) = view.message.properties.property(CONTENT_CORRELATOR) else { continue };
        let bytes = property.value.bytes().unwrap_or_default();
        if bytes.len() > 2 {
            let head = hex(bytes.get(..bytes.len().min(8)).unwrap_or(bytes));
            findings
                .report(format!("{} ({}) has a content correlator of {} bytes", item.path, view.object, bytes.len()))
                .evidence(Evidence::property(item.path, &view.object, property).observed(head).expected("none, or 2 bytes"));
        }
    }
}

declare_rule! {
    /// Missing Internet message id on mail for another connector.
    ///
    /// ## Why it matters
    /// If the store does not set the id properly, mail that goes on through the connectors for cc:Mail, PROFS, Notes or SNADS is
    /// returned.
    ///
    /// ## What to do
    /// Install 5.5 SP2 on the server of the information store.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: CCMAIL:Ann Ray at Desk
    /// PR_INTERNET_MESSAGE_ID: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// PR_INTERNET_MESSAGE_ID: none
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: CCMAIL:Ann Ray at Desk
    /// PR_INTERNET_MESSAGE_ID: "<1@example.com>"
    /// ```
    pub static INTERNET_MESSAGE_ID_UNUSABLE = {
        id: "MSG133", name: "internet-message-id-unusable", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2395.0" in "5.5 SP2" gates,
        kb: ["Q193081", "Q242222"],
        needs: [Mtsin],
        tags: ["bounce", "interop", "fix-store"],
        check: Message(internet_message_id_unusable),
    }
}

static MESSAGE_ID: Pattern = Pattern::new(r"^<[^<>@\s]+@[^<>\s]+>$");

fn internet_message_id_unusable(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((mail, shell)) = item.mail().zip(item.shell()).filter(|_| item.is_in(&[QueueKind::MtsIn]) && !item.is_cut()) else { return };
    let types = item.p1().iter().map(|row| recipient_address(row, shell.message.effective_code_page()).address_type);
    let Some(kind) = types.into_iter().find(|kind| EDK_TYPES.iter().any(|edk| edk.eq_ignore_ascii_case(kind))) else { return };
    let stored = mail.message.properties.property(PropTag::INTERNET_MESSAGE_ID);
    let id = stored.and_then(|property| property.value.text()).unwrap_or_default();
    if !MESSAGE_ID.is_match(&id) {
        let said = if id.is_empty() { "no Internet message id".to_owned() } else { format!("the Internet message id '{id}'") };
        let proof = match stored {
            Some(property) => Evidence::property(item.path, &mail.object, property),
            None => Evidence::part(item.path, mail.object.as_str(), mail.message.span.clone()),
        };
        findings
            .report(format!("{} goes to a recipient of type {kind} and has {said}", item.path))
            .evidence(proof.expected("PR_INTERNET_MESSAGE_ID of the form <local@host>"));
    }
}

declare_rule! {
    /// MTS-ID lacks the global domain: the MTA drops the mail.
    ///
    /// ## Why it matters
    /// The service builds the id from the X.400 address of its administrator mailbox and only reads the keys c=, a= and p= in
    /// small letters. With capitals the global part is missing. The MTA refuses the message (event 3150), and nobody is told.
    ///
    /// ## What to do
    /// Write the keys of the administrator mailbox's X.400 proxy in small letters (raw mode); install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// mts-id: "l=SERVER9911041200ABCDEFGH"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// mts-id: "c=US;a= ;p=Org;l=SERVER9911041200ABCDEFGH"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// mts-id: none
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// mts-id: "l=SERVER9911041200ABCDEFGH"
    /// ```
    pub static MTS_ID_WITHOUT_GLOBAL_DOMAIN = {
        id: "MSG134", name: "mts-id-without-global-domain", severity: Error, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2652.39" in "5.5 SP4",
        kb: ["Q253619", "Q246889"],
        needs: [Mtsin],
        tags: ["loss", "config", "fix-ims"],
        check: Message(mts_id_without_global_domain),
    }
}

static LOCAL_PART: Pattern = Pattern::new(r"(?i)(^|[;/])l=");
static COUNTRY: Pattern = Pattern::new(r"(?i)(^|[;/])c=");

fn mts_id_without_global_domain(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((shell, id)) = item.shell().filter(|_| item.is_in(&[QueueKind::MtsIn])).zip(item.mts_id()) else { return };
    if LOCAL_PART.is_match(&id) && !COUNTRY.is_match(&id) {
        findings
            .report(format!("the MTS-ID of {} is '{id}', without country and domains", item.path))
            .evidence(id_of(item, shell, &id).expected("an id that begins with c=, a= and p="));
    }
}

fn id_of(item: &Item<'_>, shell: &MessageView<'_>, id: &str) -> Evidence {
    match shell.message.properties.property(PropTag::MESSAGE_SUBMISSION_ID) {
        Some(property) => Evidence::property(item.path, &shell.object, property).observed(id),
        None => Evidence::part(item.path, shell.object.as_str(), shell.message.span.clone()),
    }
}

declare_rule! {
    /// MTS-ID uses the administrator's common name as country (4.0).
    ///
    /// ## Why it matters
    /// 4.0 SP1 and SP2 take the common name of the administrator's X.400 address for the country. Mailboxes of this server get
    /// their mail, but everybody whom the MTA serves gets a non-delivery report (0x80070057). Message tracking on the connector
    /// makes it worse.
    ///
    /// ## What to do
    /// Clear the common name in that X.400 address or switch message tracking off, restart the service, apply SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// mts-id: "c=Internet Administrator;a= ;p=Org;l=SERVER9611041200ABCDEFGH"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// mts-id: "c=US;a= ;p=Org;l=SERVER9611041200ABCDEFGH"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// mts-id: "c=310;a= ;p=Org;l=SERVER9611041200ABCDEFGH"
    /// ```
    pub static MTS_ID_COUNTRY_FROM_COMMON_NAME = {
        id: "MSG135", name: "mts-id-country-from-common-name", severity: Error, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3",
        kb: ["Q156710"],
        needs: [Mtsin],
        tags: ["bounce", "config", "fix-ims"],
        check: Message(mts_id_country_from_common_name),
    }
}

fn mts_id_country_from_common_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((shell, id)) = item.shell().filter(|_| item.is_in(&[QueueKind::MtsIn])).zip(item.mts_id()) else { return };
    let country = MtsId::parse(&id).and_then(|parts| parts.country).unwrap_or_default().trim();
    let all = |is: fn(&u8) -> bool| country.bytes().all(|byte| is(&byte));
    let is_country = match country.len() {
        0 => true,
        2 => all(u8::is_ascii_alphabetic),
        3 => all(u8::is_ascii_digit),
        _ => false,
    };
    if !is_country {
        findings
            .report(format!("the MTS-ID of {} names the country '{country}'", item.path))
            .evidence(id_of(item, shell, &id).expected("a country of two letters or three digits"));
    }
}

declare_rule! {
    /// MTS-ID written with slashes.
    ///
    /// ## Why it matters
    /// Before SP3 the store writes the same id with semicolons or with slashes, so that a search for one form in the tracking
    /// logs misses the other.
    ///
    /// ## What to do
    /// Search for both forms; SP3 only writes semicolons.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// mts-id: "c=US/a= /p=Org/l=SERVER-981215155334Z-2"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// mts-id: "c=US;a= ;p=Org;l=SERVER-981215155334Z-2"
    /// ```
    pub static MTS_ID_WITH_SLASHES = {
        id: "MSG136", name: "mts-id-with-slashes", severity: Info, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2560.0" in "5.5 SP3",
        kb: ["Q218962", "Q235453"],
        needs: [Messages],
        tags: ["build", "fix-store"],
        check: Message(mts_id_with_slashes),
    }
}

static SLASHED: Pattern = Pattern::new(r"(?i)^c=[^;]*/a=");

fn mts_id_with_slashes(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some((shell, id)) = item.shell().zip(item.mts_id()).filter(|(_, id)| id.contains('/') && SLASHED.is_match(id)) else { return };
    let with_semicolons = ["/a=", "/p=", "/l="].iter().fold(id.clone(), |form, key| form.replace(key, &key.replace('/', ";")));
    findings
        .report(format!("the MTS-ID of {} is '{id}'; its other form is '{with_semicolons}'", item.path))
        .evidence(id_of(item, shell, &id).expected("an id with semicolons"));
}
