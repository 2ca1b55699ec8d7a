//! Reports of conversion, and reports whose recipient is an old name: of a public folder, or only a display name.

use crate::{
    backup::{
        Item, MessageView,
        dn::Dn,
        facts::{FailedRecipient, ReportFacts, recipient_address},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::Recipient,
    mapi::{PropTag, ReportKind},
};

use super::hearing::{Words, code_of, heard, lines_of, row_of};

declare_rule! {
    /// Reports: X.400 side rejects the content.
    ///
    /// ## Why it matters
    /// A gateway or MTA could not convert the content: encapsulated mail from 5.0 before its first service pack, rich text
    /// without a subject, or an object that the X.400 side does not know. 5.5 before SP3 also rejects general-text parts of
    /// Outlook Express mail that came through an administration domain (events 290, 62 and 210).
    ///
    /// ## What to do
    /// Look into the original for a TNEF part without subject (MSG107), and apply the service packs. Reports of the 4.0
    /// connector itself (IMC) with the same text belong to embedded messages with bad recipients (MSG081).
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: X400:c=us;a= ;p=org;s=Ray;
    ///   PR_NDR_REASON_CODE: 1
    ///   PR_NDR_DIAG_CODE: 15
    /// body: "MSEXCH:MSExchangeMTA:SRV"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: X400:c=us;a= ;p=org;s=Ray;
    /// body: "A syntax error was detected in the content of the message"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "A syntax error was detected in the content\r\nMSEXCH:IMS:ORG:Site:Server 3903 (000B099C) Message exceeds size limit"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "A syntax error was detected in the content\r\n[MSEXCH:IMC:ORG:Site:Server]"
    /// ```
    pub static NDR_CONTENT_SYNTAX_FROM_X400 = {
        id: "MSG178", name: "ndr-content-syntax-from-x400", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q166553", "Q178821", "Q257264", "Q163376", "Q196920", "Q231799"],
        needs: [Messages],
        tags: ["report", "bounce", "interop"],
        check: Message(ndr_content_syntax_from_x400),
    }
}

static SYNTAX_ERROR: Words = Words::said(r"(?i)syntax error was\s+detected in\s+the\s+content");

fn ndr_content_syntax_from_x400(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_of_x400 = |report: &ReportFacts<'_>| {
        let by_connector = lines_of(item, report).any(|line| line.number == Some(3903) || line.component.eq_ignore_ascii_case("IMC"));
        report.kind == ReportKind::NonDelivery && !by_connector
    };
    for heard in heard(item, &SYNTAX_ERROR).into_iter().filter(|heard| heard.report().is_some_and(is_of_x400)) {
        findings.report(format!("{} says that the content for '{}' could not be converted", heard.source(), heard.whom())).evidence(heard.evidence());
    }
    for report in item.reports().iter().filter(|report| is_of_x400(report)) {
        let is_code = |row: &&FailedRecipient<'_>| row.reason == Some(1) && matches!(row.diagnostic, Some(12 | 15));
        for row in report.failed.iter().filter(is_code) {
            findings
                .report(format!(
                    "a report in {} says that the content for '{}' could not be converted: reason 1, diagnostic {}",
                    item.path,
                    row.address.value,
                    row.diagnostic.unwrap_or_default()
                ))
                .evidence(code_of(item, row, PropTag::NDR_DIAG_CODE).expected("neither 12 nor 15"));
        }
    }
}

declare_rule! {
    /// Reports: "recipient deceased" means no right to post to a public folder.
    ///
    /// ## Why it matters
    /// Somebody outside wrote to the SMTP address of a public folder whose default permission is below Contributor. The store
    /// answers with this odd reason of X.400; events 270 and 290 of the MTA name the folder. The folder's name is the last CN of
    /// the address before its long hexadecimal tail.
    ///
    /// ## What to do
    /// Give Default the role Contributor on the folder if Internet mail is wanted there, else remove its SMTP address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: EX:/O=ACME/OU=W/CN=RECIPIENTS/CN=FAXES8082D0C08082D0C08082D0C08082D0C0
    ///   PR_NDR_DIAG_CODE: 36
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:faxes@acme.example
    /// body: "undeliverable-mail-recipient-deceased"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: EX:/O=ACME/OU=W/CN=RECIPIENTS/CN=FAXES8082D0C08082D0C08082D0C08082D0C0
    ///   PR_NDR_DIAG_CODE: 0
    /// ```
    pub static NDR_RECIPIENT_DECEASED = {
        id: "MSG611", name: "ndr-recipient-deceased", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q251016"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_recipient_deceased),
    }
}

static DECEASED: Words = Words::said(r"(?i)recipient[- ]deceased");
/// The diagnostic of X.411 for a recipient who has died.
const DECEASED_CODE: i32 = 36;

fn ndr_recipient_deceased(item: &Item<'_>, findings: &mut Findings<'_>) {
    for row in item.reports().iter().flat_map(|report| &report.failed).filter(|row| row.diagnostic == Some(DECEASED_CODE)) {
        findings
            .report(format!("a report in {} calls '{}' deceased: a public folder that takes no mail from outside", item.path, folder_name(row)))
            .evidence(code_of(item, row, PropTag::NDR_DIAG_CODE).expected("another diagnostic than 36"))
            .evidence(row_of(item, row));
    }
    for heard in heard(item, &DECEASED).into_iter().filter(|heard| heard.report().is_some()) {
        findings
            .report(format!("{} calls '{}' deceased: a public folder that takes no mail from outside", heard.source(), heard.whom()))
            .evidence(heard.evidence());
    }
}

/// The hexadecimal id that ends the directory names of public folders (samples in Q246037 and Q251016).
static FOLDER_ID: Pattern = Pattern::new(r"(?i)[0-9A-F]{24,}$");

/// Returns the folder's name in a directory name, else the address.
fn folder_name<'r>(row: &'r FailedRecipient<'_>) -> &'r str {
    folder_of(&row.address.value).filter(|name| !name.is_empty()).unwrap_or(&row.address.value)
}

/// Returns what stands before the hexadecimal id in the last CN; none without such an id.
fn folder_of(address: &str) -> Option<&str> {
    let name = Dn::parse(address)?.last_cn()?;
    name.get(..FOLDER_ID.find(name)?.start())
}

declare_rule! {
    /// Report names the old directory entry of a public folder.
    ///
    /// ## Why it matters
    /// Directory names of public folders end in a long hexadecimal id. A folder that was restored by item recovery or rehomed
    /// gets a new entry, and its addresses change: "recovered" or a digit is appended. Answers to old mail then go to an entry
    /// that is gone.
    ///
    /// ## What to do
    /// Correct the SMTP address of the new folder object, and give it the old directory name as an X.500 address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: EX:/o=ACME/ou=W/cn=Recipients/cn=FAXES2947606749476067494760674584AC1000007DD
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: EX:/o=ACME/ou=W/cn=Recipients/cn=Ann
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: EX:/o=ACME/ou=W/cn=Recipients/cn=FAXES2947606749476067494760674584AC1000007DD
    ///   PR_NDR_DIAG_CODE: 36
    /// body: "Unknown Recipient"
    /// ```
    pub static NDR_FOR_RECREATED_PUBLIC_FOLDER = {
        id: "MSG621", name: "ndr-for-recreated-public-folder", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q246037", "Q251016", "Q254349"],
        needs: [Messages],
        tags: ["report", "bounce", "address"],
        check: Message(ndr_for_recreated_public_folder),
    }
}

static NOT_FOUND: Pattern = Pattern::new(r"(?i)not\s+recognized|Unknown Recipient|not\s+found");

fn ndr_for_recreated_public_folder(item: &Item<'_>, findings: &mut Findings<'_>) {
    for report in item.reports().iter().filter(|report| NOT_FOUND.is_match(&report.text)) {
        for row in report.failed.iter().filter(|row| row.address.is_type("EX") && row.diagnostic != Some(DECEASED_CODE)) {
            if let Some(folder) = folder_of(&row.address.value) {
                findings
                    .report(format!("a report in {} does not know the public folder '{folder}' by its directory name", item.path))
                    .evidence(row_of(item, row).expected("the directory name of an entry that exists"));
            }
        }
    }
}

declare_rule! {
    /// Recipient's name begins with a comma: reply to an unknown POP3 sender.
    ///
    /// ## Why it matters
    /// A user of cc:Mail answered a message that an Exchange user had sent by POP3. The address that is set in the POP3 program
    /// is no proxy of that mailbox, so that cc:Mail got a display name only, and the answer finds nobody.
    ///
    /// ## What to do
    /// Set sender and reply address of the POP3 client to the SMTP address that the mailbox has in the directory, or add the
    /// address that is used as a proxy.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: ", Ann Ray" SMTP:ann@acme.example
    /// body: "The recipient name is not recognized\r\nMSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: "', Ann Ray'" CCMAIL:Ann Ray at Desk
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: "Ray, Ann" SMTP:ann@acme.example
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: ", Ann Ray" SMTP:ann@acme.example
    /// ```
    pub static RECIPIENT_NAME_BEGINS_WITH_COMMA = {
        id: "MSG605", name: "recipient-name-begins-with-comma", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q183588"],
        needs: [Messages],
        tags: ["report", "bounce", "interop", "address"],
        check: Message(recipient_name_begins_with_comma),
    }
}

static UNRESOLVED: Words = Words::said_or_coded(r"(?i)Unknown Recipient|recipient name is not\s+recognized", "000C05A6");

fn recipient_name_begins_with_comma(item: &Item<'_>, findings: &mut Findings<'_>) {
    let own = item.mail().map_or(0, |mail| mail.depth);
    let nested_reports = item.reports().iter().filter_map(|report| item.messages.get(report.view)).filter(|view| view.depth > own);
    let shell = item.shell().filter(|_| own > 0);
    for view in shell.into_iter().chain(item.mail()).chain(nested_reports) {
        for (index, row) in view.message.recipients.iter().enumerate() {
            if begins_with_comma(row) && (is_of_cc_mail(view, row) || !heard(item, &UNRESOLVED).is_empty()) {
                let object = format!("{}, recipient {}", view.object, index + 1);
                let Some(property) = row.properties.property(PropTag::DISPLAY_NAME) else { continue };
                let name = property.value.text().unwrap_or_default();
                findings
                    .report(format!("{object} of {} has the name '{name}'", item.path))
                    .evidence(Evidence::property(item.path, &object, property).expected("a name that begins with a letter"));
            }
        }
    }
}

fn begins_with_comma(row: &Recipient<'_>) -> bool {
    let name = row.properties.text(PropTag::DISPLAY_NAME).unwrap_or_default();
    let inner = name.trim_matches(['\'', '"', ' ']);
    inner.strip_prefix(',').is_some_and(|rest| !rest.trim().is_empty())
}

fn is_of_cc_mail(view: &MessageView<'_>, row: &Recipient<'_>) -> bool {
    let address = recipient_address(row, view.message.effective_code_page());
    address.address_type.is_empty() || address.is_type("CCMAIL")
}
