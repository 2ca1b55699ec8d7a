//! Addresses that tell of something: of a template, an NT account, a directory synchronization, an encapsulated name, another person.

use crate::{
    backup::{
        Backup, Build, Item, QueueKind,
        facts::{AddressOccurrence, AddressRole, MailAddress},
        normalized_subject,
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings, Verdict},
};

const ROWS: [AddressRole; 5] = [AddressRole::P1, AddressRole::P2To, AddressRole::P2Cc, AddressRole::P2Bcc, AddressRole::ReportFailed];

declare_rule! {
    /// Report sender is postmaster with template characters (5.0).
    ///
    /// ## Why it matters
    /// The 5.0 store builds the address of its reports from the whole site template instead of its domain. Answers to such
    /// reports cannot be delivered, and the percent signs stop the SNADS connector (MIM093). The fault is one of 5.0, but such
    /// addresses arrive everywhere.
    ///
    /// ## What to do
    /// If the domain is ours, install 5.0 SP2 or use a site address without %-codes. If it is not, tell the other site.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:postmaster%s_%g@site.acme.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:postmaster@acme.example
    /// to: SMTP:victim%other.example@ourdomain.example
    /// ```
    pub static POSTMASTER_ADDRESS_HOLDS_TEMPLATE = {
        id: "MSG602", name: "postmaster-address-holds-template", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        fixed_in: "5.0 SP2",
        kb: ["Q166501", "Q196304"],
        needs: [Messages],
        tags: ["address", "report", "interop", "fix-store"],
        check: Message(postmaster_address_holds_template),
    }
}

static TEMPLATE: Pattern = Pattern::new(r"(?i)^postmaster[^@]*%\d*[gsmdir]");

fn postmaster_address_holds_template(item: &Item<'_>, findings: &mut Findings<'_>) {
    let roles = [AddressRole::P1Originator, AddressRole::P2From, AddressRole::HeaderFrom, AddressRole::ReportDestination];
    let is_template = |found: &&AddressOccurrence<'_>| found.address.value.contains('%') && TEMPLATE.is_match(found.address.local());
    for found in item.addresses_as(&roles).filter(is_template) {
        let whose = if item.server.is_local_domain(&found.address.domain()) { "our own domain" } else { "no domain of this server" };
        findings
            .report(format!("{} names '{}', of {whose}, whose local part is a template", item.path, found.address.value))
            .evidence(Evidence::address(item.path, found).expected("postmaster@domain"));
    }
}

declare_rule! {
    /// Sender address discloses Windows NT domain and account.
    ///
    /// ## Why it matters
    /// POP3 and IMAP4 clients log on to Exchange as domain\account\alias. Pine and similar programs build the sender's address
    /// from that name, so that domain and account become public and answers go nowhere.
    ///
    /// ## What to do
    /// Give the mailbox an alias that equals the account name, so that the plain name suffices, or set the sender's address in
    /// the client.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: From: <NTDOM\ann\aray@server.example>
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: From: "Ray\, Ann"@example.com
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: From: <ann@example.com>
    /// ```
    pub static NT_ACCOUNT_IN_SENDER_ADDRESS = {
        id: "MSG603", name: "nt-account-in-sender-address", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q173917"],
        needs: [Messages],
        tags: ["privacy", "security", "address", "bounce"],
        check: Message(nt_account_in_sender_address),
    }
}

static LOG_ON_NAME: Pattern = Pattern::new(r"^[^\\@/]{1,15}\\[^\\@/]{1,20}\\[^\\@/]+$");

fn nt_account_in_sender_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    let roles = [AddressRole::P1Originator, AddressRole::P2From, AddressRole::HeaderFrom, AddressRole::ReplyTo];
    let is_log_on_name = |found: &&AddressOccurrence<'_>| {
        found.address.is_smtp() && found.address.value.contains('\\') && LOG_ON_NAME.is_match(&found.address.local_unquoted())
    };
    for found in item.addresses_as(&roles).filter(is_log_on_name) {
        findings
            .report(format!("the sender of {} is '{}': domain, account and alias", item.path, found.address.value))
            .evidence(Evidence::address(item.path, found).expected("an address without backslashes"));
    }
}

declare_rule! {
    /// Recipient address was made from a CSI entry of directory synchronization.
    ///
    /// ## Why it matters
    /// A gateway post office that takes part in directory synchronization is exported with the type CSI after the first cycle.
    /// The alias and all proxies made from it hold slashes and the type, and no connector can deliver to them.
    ///
    /// ## What to do
    /// Delete the custom recipients of type CSI, correct the synchronization (4.0 SP3), and let them be made again with type
    /// MS. Wrong entries stay after the update.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:CSIFFNET/FFPO/ANN@site.acme.example
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: X400:c=US;a= ;p=ORG;s=CSI:FFNET/FFPO/ANN;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: MS:FFNET/FFPO/ANN
    /// ```
    pub static CSI_ADDRESS_FROM_DIRSYNC = {
        id: "MSG604", name: "csi-address-from-dirsync", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q156730"],
        needs: [Messages],
        tags: ["address", "bounce", "interop", "fix-other"],
        check: Message(csi_address_from_dirsync),
    }
}

static CSI_LOCAL: Pattern = Pattern::new(r"(?i)^CSI:?[^/@]+/[^@]*/");
static CSI_SURNAME: Pattern = Pattern::new(r"(?i)[;:]\s*s=\s*CSI:");

fn csi_address_from_dirsync(item: &Item<'_>, findings: &mut Findings<'_>) {
    let roles = [AddressRole::P1, AddressRole::P2To, AddressRole::P2Cc, AddressRole::ReportFailed, AddressRole::ReportDestination];
    let is_csi = |address: &MailAddress| {
        let of_smtp = || address.is_smtp() && address.value.contains('/') && CSI_LOCAL.is_match(&address.local_unquoted());
        address.is_type("CSI") || of_smtp() || address.is_type("X400") && CSI_SURNAME.is_match(&address.value)
    };
    for found in item.addresses_as(&roles).filter(|found| is_csi(&found.address)) {
        findings
            .report(format!("{} of {} has the address '{}', made from an entry of type CSI", found.object, item.path, found.address.value))
            .evidence(Evidence::address(item.path, found).expected("an address of type MS, or a proxy made from one"));
    }
}

declare_rule! {
    /// X.400 address with an SMTP part was resolved as SMTP.
    ///
    /// ## Why it matters
    /// The address parser of Web Access and Outlook allows for one colon. An X.400 address that carries an SMTP address as a
    /// domain-defined attribute is cut at the second colon: the first part becomes the display name, and the message goes to the
    /// Internet connector instead of the X.400 link. A report comes at once, so that most traces are in reports.
    ///
    /// ## What to do
    /// Install SP4 (Mapi32.dll) where Web Access runs; use a custom recipient for such addresses.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: "X400: c=fr; a=atlas; dda:rfc-822=" SMTP:joe@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: X400:c=fr;a=atlas;dda:rfc-822=joe(a)example.com;
    /// ```
    pub static X400_ADDRESS_RESOLVED_AS_SMTP = {
        id: "MSG606", name: "x400-address-resolved-as-smtp", severity: Error, certainty: Certain,
        versions: [V5_5],
        fixed_in: "5.5 SP4 (Mapi32.dll 5.5.2652.18)",
        kb: ["Q257678", "Q268657", "Q274832"],
        needs: [Messages],
        tags: ["address", "bounce", "fix-other"],
        check: Message(x400_address_resolved_as_smtp),
    }
}

static X400_NAME: Pattern = Pattern::new(r"(?i)^\W*X400:.*dda[:.]");

fn x400_address_resolved_as_smtp(item: &Item<'_>, findings: &mut Findings<'_>) {
    for found in item.addresses_as(&ROWS).filter(|found| found.address.is_smtp()) {
        let Some(name) = found.address.name.as_deref().filter(|name| name.contains(':') && X400_NAME.is_match(name)) else { continue };
        findings
            .report(format!("{} of {} is '{}' and is called '{name}'", found.object, item.path, found.address.value))
            .evidence(Evidence::address(item.path, found).expected("an address of type X400"));
    }
}

declare_rule! {
    /// Outside mail reaches a mailbox by its encapsulated directory name.
    ///
    /// ## Why it matters
    /// Taking the SMTP address away does not keep Internet mail from a mailbox: the service accepts the encapsulated directory
    /// name of any mailbox. Such an address also shows the structure of the organization to outsiders.
    ///
    /// ## What to do
    /// To forbid Internet mail to a mailbox, restrict its senders to a list of all internal users. Give mailboxes SMTP proxies,
    /// so that replies do not use the encapsulated form.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="acme.example"
    /// //- Mtsin/1
    /// subject: "Offer"
    /// header: Received: from a.example by b.example id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// header: To: IMCEAEX-_O=ACME_OU=W_CN=RECIPIENTS_CN=ANN@acme.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SiteDomain"="acme.example"
    /// //- Mtsin/1
    /// subject: "RE: Offer"
    /// header: Received: from a.example by b.example id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// header: To: IMCEAEX-_O=ACME_OU=W_CN=RECIPIENTS_CN=ANN@acme.example
    /// ```
    pub static OUTSIDE_MAIL_BY_ENCAPSULATED_NAME = {
        id: "MSG614", name: "outside-mail-by-encapsulated-name", severity: Info, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q245045"],
        needs: [Messages, LocalDomains],
        tags: ["security", "privacy", "address"],
        check: Message(outside_mail_by_encapsulated_name),
    }
}

fn outside_mail_by_encapsulated_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| item.is_in(&[QueueKind::MtsIn]) && mail.headers.is_some()) else { return };
    let subject = mail.message.subject().unwrap_or_default();
    let is_reply = || mail.field("In-Reply-To").is_some() || normalized_subject(&subject) != subject.to_lowercase();
    let roles = [AddressRole::P1, AddressRole::HeaderTo, AddressRole::HeaderCc, AddressRole::SpoolEnvelope];
    for found in item.addresses_as(&roles).filter(|found| found.address.value.trim_start_matches('"').starts_with("IMCEA")) {
        let Some(inner) = found.address.imcea().filter(|inner| inner.address_type == "EX") else { continue };
        if item.server.is_local_domain(&found.address.domain()) && !mail.received().is_empty() && !is_reply() {
            let hop = mail.received().last().and_then(|(_, hop)| hop.from.clone()).unwrap_or_else(|| "unknown".to_owned());
            findings
                .report(format!("{} was written to '{}' from outside; its first hop is {hop}", item.path, inner.value))
                .group(inner.value.to_lowercase())
                .evidence(Evidence::address(item.path, found).expected("an SMTP proxy of the mailbox"));
        }
    }
}

declare_rule! {
    /// Apostrophe in an Internet address: Notes users cannot answer.
    ///
    /// ## Why it matters
    /// The Notes connector rejects user names with an apostrophe. The message arrives, but an answer is purged with the events
    /// 31040 and 31092 and returns as a report.
    ///
    /// ## What to do
    /// Install SP4 where the Notes connector runs.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:user.o'hara@example.com
    /// p1: NOTES:Ann Ray/Dept/Org
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// from: SMTP:user.o'hara@example.com
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// ```
    pub static APOSTROPHE_IN_SENDER_FOR_NOTES = {
        id: "MSG615", name: "apostrophe-in-sender-for-notes", severity: Info, certainty: Likely,
        versions: [V5_5],
        fixed_in: "5.5 SP4",
        kb: ["Q244129", "Q274833"],
        needs: [Mtsin],
        tags: ["interop", "address", "bounce", "fix-other"],
        check: Message(apostrophe_in_sender_for_notes),
    }
}

fn apostrophe_in_sender_for_notes(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsIn]) {
        return;
    }
    let Some(reader) = item.addresses_as(&[AddressRole::P1]).find(|to| to.address.is_type("NOTES")) else { return };
    let senders = item.addresses_as(&[AddressRole::P2From, AddressRole::HeaderFrom, AddressRole::ReplyTo]);
    for sender in senders.filter(|sender| sender.address.is_smtp() && sender.address.local().contains('\'')) {
        findings
            .report(format!("'{}' writes to the Notes user '{}' in {}", sender.address.value, reader.address.value, item.path))
            .evidence(Evidence::address(item.path, sender).expected("an address without apostrophe"))
            .evidence(Evidence::address(item.path, reader));
    }
}

declare_rule! {
    /// Address whose local part has 15 characters stops the SP3 MTA with MIXER.
    ///
    /// ## Why it matters
    /// With partial MIXER support on an X.400 connector the MTA overruns a buffer by one when the local part of an SMTP address
    /// in a domain-defined attribute has exactly 15 characters. AddressingNeverFails, which is set when MIXER is installed,
    /// stands for that support here, since the connector's own setting is not in the collection.
    ///
    /// ## What to do
    /// Install the MTA 5.5.2652.96 or SP4. Take the message out before the MTA is started again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressingNeverFails"=dword:00000001
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// p1: X400:c=US;a= ;p=ORG;dda:SMTP=abcdefghijklmno(a)example.com;
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressingNeverFails"=dword:00000001
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// p1: X400:c=US;a= ;p=ORG;dda:SMTP=abcdefghijklmn(a)example.com;
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// p1: X400:c=US;a= ;p=ORG;dda:SMTP=abcdefghijklmno(a)example.com;
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressingNeverFails"=dword:00000001
    /// //- Mtsin/1
    /// header: Received: from a.example by b.example with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2653.19) id AA1; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsout/1
    /// p1: X400:c=US;a= ;p=ORG;dda:SMTP=abcdefghijklmno(a)example.com;
    /// ```
    pub static FIFTEEN_CHARACTER_LOCAL_PART_WITH_MIXER = {
        id: "MSG617", name: "fifteen-character-local-part-with-mixer", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2652.96" in "5.5 SP4",
        kb: ["Q269589", "Q251137"],
        needs: [Messages, ImcsvcReg, ServerBuild],
        tags: ["crash", "address", "fix-mta"],
        check: MessageIf(fifteen_character_local_part_with_mixer, mta_overruns),
    }
}

static FIFTEEN: Pattern = Pattern::new(r"(?i)dda[:.](smtp|rfc-?822)=[^(@;]{15}(\(a\)|@)");

fn fifteen_character_local_part_with_mixer(item: &Item<'_>, findings: &mut Findings<'_>) {
    let roles = [AddressRole::P1, AddressRole::P1Originator, AddressRole::P2To, AddressRole::P2Cc, AddressRole::ReportDestination];
    for found in item.addresses_as(&roles).filter(|found| found.address.is_type("X400") && FIFTEEN.is_match(&found.address.value)) {
        findings
            .report(format!("{} of {} is '{}', whose local part has 15 characters", found.object, item.path, found.address.value))
            .evidence(Evidence::address(item.path, found).expected("a local part of another length"));
    }
}

/// The MTA of SP3 is concerned while AddressingNeverFails is 1.
fn mta_overruns(backup: &Backup) -> Verdict {
    let build = backup.version.as_ref().and_then(|version| version.build);
    let is_concerned = build.is_some_and(|build| (Build::new(5, 5, 2650, 0)..Build::new(5, 5, 2652, 96)).contains(&build));
    let switch = backup.service.as_ref().and_then(|service| service.dword("Parameters", "AddressingNeverFails"));
    if is_concerned && switch.is_some_and(|switch| switch.data == 1) { Verdict::Yes } else { Verdict::No }
}

declare_rule! {
    /// Recipient's display name shows the same user at another domain.
    ///
    /// ## Why it matters
    /// Offline address books keep domains in a table of offsets. New SMTP domains on the server shift it, and a client with an
    /// older copy sends to the right name at a wrong domain: mail goes to strangers. A contact whose domain has changed looks
    /// the same.
    ///
    /// ## What to do
    /// Install SP2 on the server (Oabgen.dll) and the patch for the client, delete its .oab files, and download the address book
    /// again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: "'joe@partner.example'" SMTP:joe@other.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: "joe@example.com" SMTP:joe@mail.example.com
    /// ```
    pub static DISPLAY_NAME_IS_ANOTHER_ADDRESS = {
        id: "MSG618", name: "display-name-is-another-address", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2419.0" in "5.5 SP2" gates,
        kb: ["Q233476", "Q197280"],
        needs: [Mtsout],
        tags: ["address", "privacy", "loss", "fix-other"],
        check: Message(display_name_is_another_address),
    }
}

static ADDRESS: Pattern = Pattern::new(r"(?i)^[a-z0-9._+&=%-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$");

fn display_name_is_another_address(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) {
        return;
    }
    let roles = [AddressRole::P1, AddressRole::P2To, AddressRole::P2Cc, AddressRole::P2Bcc];
    for found in item.addresses_as(&roles).filter(|found| found.address.is_smtp()) {
        let Some(name) = found.address.name.as_deref().filter(|name| name.contains('@')) else { continue };
        let name = name.trim_matches(['\'', ' ', '"', '<', '>']);
        if ADDRESS.is_match(name) && names_another_domain(name, &found.address) {
            findings
                .report(format!("{} of {} is '{}' and is called '{name}'", found.object, item.path, found.address.value))
                .evidence(Evidence::address(item.path, found).expected(name));
        }
    }
}

/// Same user at another domain, of which none lies below the other.
fn names_another_domain(name: &str, address: &MailAddress) -> bool {
    let (user, shown) = name.rsplit_once('@').unwrap_or((name, ""));
    let (shown, domain) = (shown.to_lowercase(), address.domain());
    let is_below = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|front| front.is_empty() || front.ends_with('.'));
    user.eq_ignore_ascii_case(address.local()) && !domain.is_empty() && !is_below(&shown, &domain) && !is_below(&domain, &shown)
}
