//! Properties and sections of MAPI profiles that an Imcpro.reg may hold, one row each.
//!
//! The same id means other things in the sections of other services (Q259957), so a row belongs to a section id, to the service that
//! a section names, or to provider sections at large. Deliberately absent: properties that no article or public header names.

use crate::mapi::{PropTag, PropType};

/// What is documented about one property of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileValueDefinition {
    /// Section id, or in angle brackets the kind of section.
    pub section: &'static str,
    /// The tag.
    pub tag: PropTag,
    /// Name of the property.
    pub property: &'static str,
    /// What it holds.
    pub meaning: &'static str,
    /// Articles.
    pub kb: &'static [&'static str],
    /// Where the row is from: documented, public headers or general knowledge.
    pub provenance: &'static str,
    /// Remarks.
    pub notes: &'static str,
    /// Meaning of single numbers.
    pub values: &'static [(u32, &'static str)],
    /// Meaning of single bits.
    pub bits: &'static [(u32, &'static str)],
}

/// What a MAPIUID of a profile names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileUidKind {
    /// A section.
    Section,
    /// A provider, as in PR_MDB_PROVIDER.
    Provider,
}

/// A MAPIUID that is the same in every profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileUid {
    /// 32 lower-case hexadecimal digits in storage order.
    pub uid: &'static str,
    /// What it names.
    pub kind: ProfileUidKind,
    /// Short name of a section, or what a provider is.
    pub name: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// Articles.
    pub kb: &'static [&'static str],
}

/// Returns what is documented about a property in a section; `service` is the PR_SERVICE_NAME that the section holds.
#[must_use]
pub fn describe(section: &str, tag: PropTag, service: Option<&str>) -> Option<&'static ProfileValueDefinition> {
    let rows = || PROFILE_VALUES.iter().filter(|row| row.tag == tag);
    let foreign = service.and_then(foreign_service);
    let by_section = || rows().find(|row| row.section.split(' ').any(|id| id.len() == 32 && id.eq_ignore_ascii_case(section)));
    let by_kind = |kinds: &[&str]| rows().find(|row| kinds.iter().any(|kind| row.section.contains(kind)));
    if let Some(foreign) = foreign {
        // Ids from 0x6600 on belong to the service; below, they are MAPI's own and mean the same everywhere.
        let of_service = rows().find(|row| row.section.starts_with(foreign));
        return of_service.or_else(|| by_kind(&["<provider section>", "or service section", "or provider section"]).filter(|_| tag.id().0 < 0x6600));
    }
    by_section().or_else(|| by_kind(&["<provider section>", "or provider section", "or service section", "<Exchange service section>"]))
}

/// Returns the type that is documented for an id in a section, where the tag itself has another one.
#[must_use]
pub fn documented_type(section: &str, tag: PropTag, service: Option<&str>) -> Option<PropType> {
    if describe(section, tag, service).is_some() {
        return None;
    }
    let same_id = PROFILE_VALUES.iter().map(|row| row.tag).filter(|other| other.id() == tag.id() && !both_text(*other, tag));
    same_id.into_iter().find(|other| describe(section, *other, service).is_some()).map(PropTag::prop_type)
}

fn both_text(a: PropTag, b: PropTag) -> bool {
    let is_text = |tag: PropTag| matches!(tag.prop_type(), PropType::STRING8 | PropType::UNICODE);
    is_text(a) && is_text(b)
}

/// Returns the number that the gateway template of the EDK sets for a property; most properties have none.
#[must_use]
pub fn template(tag: PropTag) -> Option<u32> {
    const TEMPLATE: [(PropTag, u32); 3] = [(PropTag(0x6600_0003), 0x501), (PropTag(0x6604_0003), 1), (PropTag(0x6605_0003), 0)];
    TEMPLATE.iter().find(|(known, _)| *known == tag).map(|(_, number)| *number)
}

/// Returns whether the data of a property must never be shown: log-on data and stored passwords (Q259957).
#[must_use]
pub fn is_secret(tag: PropTag) -> bool {
    tag.id().0 == 0x67F0 || tag.id().0 == 0x6703
}

/// Returns what is documented about a MAPIUID.
#[must_use]
pub fn describe_uid(uid: &str) -> Option<&'static ProfileUid> {
    PROFILE_UIDS.iter().find(|row| row.uid.eq_ignore_ascii_case(uid))
}

impl ProfileValueDefinition {
    /// Returns the meaning of a number: that of the value itself, or of its bits joined by commas.
    #[must_use]
    pub fn meaning_of(&self, data: u32) -> Option<String> {
        if let Some((_, text)) = self.values.iter().find(|(value, _)| *value == data) {
            return Some((*text).to_owned());
        }
        let set: Vec<&str> = self.bits.iter().filter(|(mask, _)| *mask != 0 && data & mask == *mask).map(|(_, text)| *text).collect();
        (!set.is_empty()).then(|| set.join(", "))
    }
}

/// The beginning of the section kind of a service that is not Exchange's.
fn foreign_service(service: &str) -> Option<&'static str> {
    let kinds =
        [("MSFS", "<MSFS"), ("MSPST MS", "<MSPST MS"), ("MSPST AB", "<MSPST AB"), ("CONTAB", "<CONTAB"), ("EMABLT", "<EMABLT"), ("IMAIL", "<IMAIL")];
    kinds.iter().find(|(name, _)| name.eq_ignore_ascii_case(service.trim())).map(|(_, kind)| *kind)
}

/// All properties, sorted by section and tag.
#[rustfmt::skip]
pub static PROFILE_VALUES: &[ProfileValueDefinition] = &[
    ProfileValueDefinition { section: "0a0d020000000000c000000000000046", tag: PropTag(0x0270_001E), property: "Outlook FormDirectoryPage", meaning: "URL of the web forms directory (Outlook client section).", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "0a0d020000000000c000000000000046", tag: PropTag(0x0271_001E), property: "Outlook WebServicesLocation", meaning: "URL of the web services page.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "0a0d020000000000c000000000000046", tag: PropTag(0x0272_000B), property: "Outlook ComposeWithWebServices", meaning: "Outlook client switch: compose forms with web services.", kb: &["Q259957"], provenance: "documented", notes: "The comments of the sample file are shifted by one between the last two.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "0a0d020000000000c000000000000046", tag: PropTag(0x0273_000B), property: "Outlook PromptWhenUsingWebServices", meaning: "Outlook client switch: prompt before unknown forms.", kb: &["Q259957"], provenance: "documented", notes: "The comments of the sample file are shifted by one between the last two.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "0a0d020000000000c000000000000046", tag: PropTag(0x0274_000B), property: "Outlook OpenWithWebServices", meaning: "Outlook client switch: open unknown forms with web services.", kb: &["Q259957"], provenance: "documented", notes: "The comments of the sample file are shifted by one between the last two.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6600_0003), property: "PR_PROFILE_VERSION", meaning: "Version of the profile layout; 0x501 for 5.x (01 05 00 00).", kb: &[], provenance: "public EDK", notes: "4.0 value not verified", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6601_0003), property: "PR_PROFILE_CONFIG_FLAGS", meaning: "Values used by profile generators: 32 = detect the connection state (default), 48 = always connect, 50 = ask for online or offline.", kb: &["Q259957"], provenance: "documented", notes: "0x20 and 0x10 are set in these values; the public header names only the low bits listed in the existing entry.", values: &[(32, "auto detect"), (48, "always online"), (50, "prompt")], bits: &[(0x1, "service configured"), (0x2, "show startup dialog"), (0x4, "show connect dialog"), (0x8, "prompt for credentials")] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6602_001E), property: "PR_PROFILE_HOME_SERVER", meaning: "Home server name of the mailbox or gateway.", kb: &[], provenance: "public EDK", notes: "Should be the server in parentheses in the gateway's DN.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6603_001E), property: "PR_PROFILE_USER", meaning: "DN of the mailbox; for the connector's profile the DN of the gateway object.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6604_0003), property: "PR_PROFILE_CONNECT_FLAGS", meaning: "Connection flags; the EDK's gateway template sets 1.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[(0x1, "use admin privilege"), (0x2, "no RPC encryption")] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6605_0003), property: "PR_PROFILE_TRANSPORT_FLAGS", meaning: "Transport flags; 0 in the gateway template.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[(0x1, "download"), (0x2, "upload")] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6606_0003), property: "PR_PROFILE_UI_STATE", meaning: "State of the configuration dialog.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6607_001E), property: "PR_PROFILE_UNRESOLVED_NAME", meaning: "PRF keyword MailboxName.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6608_001E), property: "PR_PROFILE_UNRESOLVED_SERVER", meaning: "PRF keyword HomeServer; any server of the site, corrected at the first log-on.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x660E_001E), property: "PR_PROFILE_AB_FILES_PATH", meaning: "PRF keyword OfflineAddressBookPath.", kb: &["Q175107", "Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6610_001E), property: "PR_PROFILE_OFFLINE_STORE_PATH", meaning: "PRF keyword OfflineFolderPath; without it no offline store is made.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6611_0102), property: "PR_PROFILE_OFFLINE_INFO", meaning: "Offline store data; not expected in a gateway profile.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6612_001E), property: "PR_PROFILE_HOME_SERVER_DN", meaning: "DN of the home server.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6613_101E), property: "PR_PROFILE_HOME_SERVER_ADDRS", meaning: "RPC addresses of the home server: ncalrpc, ncacn_ip_tcp, ncacn_spx, ncacn_np, netbios, ncacn_vns_spp, each '<sequence>:<name>'; copy of the server's Network-Address attribute.", kb: &["Q183015"], provenance: "decoded from sample", notes: "The article calls the property PR_NETWORK_ADDRS; by the public header 0x6613101E is PR_PROFILE_HOME_SERVER_ADDRS (same data). The ncacn_ip_tcp entry carries the DNS name.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6618_0003), property: "PR_PROFILE_DISABLE_WINSOCK", meaning: "Non-zero = no direct Winsock polling.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6619_0003), property: "PR_PROFILE_AUTH_PACKAGE", meaning: "RPC authentication package.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6687_0102), property: "PR_PROFILE_ADDR_INFO", meaning: "Binary address data.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "13dbb0c8aa05101a9bb000aa002fc45a", tag: PropTag(0x6689_0102), property: "PR_PROFILE_OPTIONS_DATA", meaning: "Options blob of the provider.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or provider section", tag: PropTag(0x3D00_0102), property: "PR_STORE_PROVIDERS", meaning: "UIDs of the store provider sections.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or provider section", tag: PropTag(0x3D01_0102), property: "PR_AB_PROVIDERS", meaning: "UIDs of the address book provider sections.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or provider section", tag: PropTag(0x3D02_0102), property: "PR_TRANSPORT_PROVIDERS", meaning: "UIDs of the transport provider sections; empty in the gateway template.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or service section", tag: PropTag(0x3D0D_0102), property: "PR_SERVICE_EXTRA_UIDS", meaning: "Further section UIDs of a service.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or service section", tag: PropTag(0x3D0E_0102), property: "PR_SERVICES", meaning: "UIDs of the service sections.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or service section", tag: PropTag(0x3D0F_101E), property: "PR_SERVICE_SUPPORT_FILES", meaning: "Support files of a service.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or service section", tag: PropTag(0x3D10_101E), property: "PR_SERVICE_DELETE_FILES", meaning: "Files to delete with a service.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "9207f3e0a3b11019908b08002b2a56c2 or service section", tag: PropTag(0x3D12_001E), property: "PR_PROFILE_NAME", meaning: "Name of the profile.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6600_001E), property: "EMABLT LDAPServer", meaning: "LDAP directory service: host.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6601_001E), property: "EMABLT LDAPServerPort", meaning: "LDAP directory service: port.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6602_001E), property: "EMABLT UserName", meaning: "LDAP directory service: log-on name; empty for anonymous.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6603_001E), property: "EMABLT SearchBase", meaning: "LDAP directory service: search base.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6604_001E), property: "EMABLT SearchFilter", meaning: "LDAP directory service: filter with %s.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6605_001E), property: "EMABLT MAPIAddressType", meaning: "LDAP directory service: address type for submission, e.g. SMTP.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6606_001E), property: "EMABLT EMailAttribute", meaning: "LDAP directory service: LDAP attribute used as address.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6607_001E), property: "EMABLT LDAPTimeLimit", meaning: "LDAP directory service: seconds, 0 = none.", kb: &["Q259957"], provenance: "documented", notes: "001e6607 and 001e6608 here are limits, not names: do not let PRO022 read them.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x6608_001E), property: "EMABLT LDAPSizeLimit", meaning: "LDAP directory service: hits, 0 = none.", kb: &["Q259957"], provenance: "documented", notes: "001e6607 and 001e6608 here are limits, not names: do not let PRO022 read them.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x660B_001E), property: "EMABLT LogFilePath", meaning: "LDAP directory service: log file.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<EMABLT service section (LDAP directory)>", tag: PropTag(0x660C_001E), property: "EMABLT ErrorLogging", meaning: "LDAP directory service: ON or OFF.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Exchange service section>", tag: PropTag(0x3A03_000B), property: "PR_CONVERSION_PROHIBITED (PRF ConversionProhibited)", meaning: "Profile generator switch: TRUE = names were copied without being resolved.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<IMAIL service section (Internet e-mail)>", tag: PropTag(0x661F_001E), property: "IMAIL AccountName", meaning: "Account name, equal to the account's own entry; 001e3001 must read 'Internet E-mail - ' plus this name.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet Mail provider section>", tag: PropTag(0x6651_0003), property: "(Plus! Internet Mail provider) POP3 port", meaning: "Port of the Windows 95 POP3 provider: 110 = 6E 00 00 00. Shows a client profile, not a connector's.", kb: &["Q133188"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x13C4_001E), property: "I_Mail POP3Server", meaning: "Internet e-mail account of Outlook: POP3 server.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x13C5_001E), property: "I_Mail POP3LogonName", meaning: "Internet e-mail account of Outlook: POP3 log-on name.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x13C9_0003), property: "I_Mail POP3Port", meaning: "Internet e-mail account of Outlook: POP3 port.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x1428_001E), property: "I_Mail SMTPServer", meaning: "Internet e-mail account of Outlook: SMTP server.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x142D_0003), property: "I_Mail SMTPPort", meaning: "Internet e-mail account of Outlook: SMTP port.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x1432_001E), property: "I_Mail SMTPEmailAddress", meaning: "Internet e-mail account of Outlook: sender address.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<Internet account>", tag: PropTag(0x1433_001E), property: "I_Mail SMTPReplyAddress", meaning: "Internet e-mail account of Outlook: reply address.", kb: &["Q259957"], provenance: "documented", notes: "Property ids of the account; Outlook keeps accounts outside the profile, so these are not expected in Imcpro.reg. PT_DWORD of the sample file is PT_LONG.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6600_001E), property: "MSFS ServerPath", meaning: "Path of the post office (drive, UNC; NetWare paths become UNC).", kb: &["Q259957"], provenance: "documented", notes: "Same ids mean other things in the Exchange section: decide by the service name of the section.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6601_001E), property: "MSFS Mailbox", meaning: "Mailbox name, at most 10 characters.", kb: &["Q259957"], provenance: "documented", notes: "Same ids mean other things in the Exchange section: decide by the service name of the section.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6603_0003), property: "MSFS ConnectionType", meaning: "0 LAN, 1 dial-up, 2 not connected, 3 detect (Windows 95 only).", kb: &["Q259957"], provenance: "documented", notes: "Same ids mean other things in the Exchange section: decide by the service name of the section.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6604_000B), property: "MSFS UseSessionLog", meaning: "Session log on.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6605_001E), property: "MSFS SessionLogPath", meaning: "Session log file.", kb: &["Q259957"], provenance: "documented", notes: "Same ids mean other things in the Exchange section: decide by the service name of the section.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6606_000B), property: "MSFS RememberPassword", meaning: "Password is kept in the profile.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6620_000B), property: "MSFS EnableUpload", meaning: "Outbox mail is sent.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6621_000B), property: "MSFS EnableDownload", meaning: "Mail is fetched.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x6622_0003), property: "MSFS UploadMask", meaning: "Address types this transport delivers (bits).", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[(0x1, "post office and external post offices"), (0x2, "PROFS"), (0x4, "SNADS"), (0x8, "MCI"), (0x10, "X.400"), (0x40, "FAX"), (0x80, "MHS"), (0x100, "SMTP"), (0x800, "OfficeVision"), (0x1000, "MacMail"), (0x19df, "all")] },
    ProfileValueDefinition { section: "<MSFS service section (Microsoft Mail)>", tag: PropTag(0x67F0_001E), property: "MSFS Password", meaning: "Mailbox password, at most 8 characters. SECRET: never show.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSPST MS service section (personal folders)>", tag: PropTag(0x6700_001E), property: "PR_PST_PATH", meaning: "Path of the .pst file.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSPST MS service section (personal folders)>", tag: PropTag(0x6701_000B), property: "PR_PST_REMEMBER_PW", meaning: "Password of the file is kept.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<MSPST MS service section (personal folders)>", tag: PropTag(0x6702_0003), property: "PR_PST_ENCRYPTION", meaning: "0x80000000 none, 0x40000000 compressible, 0x20000000 best.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[(0x8000_0000, "none"), (0x4000_0000, "compressible"), (0x2000_0000, "best")], bits: &[] },
    ProfileValueDefinition { section: "<MSPST MS service section (personal folders)>", tag: PropTag(0x6703_001E), property: "PR_PST_PW_SZ_OLD", meaning: "Password of the .pst. SECRET: never show.", kb: &["Q259957"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3001_001E), property: "PR_DISPLAY_NAME", meaning: "Display name of service or store ('Microsoft Exchange Gateway', 'Private Folders', 'Mailbox - ...').", kb: &["Q165505", "Q322829"], provenance: "documented", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3006_001E), property: "PR_PROVIDER_DISPLAY", meaning: "Vendor text of the provider.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3009_0003), property: "PR_RESOURCE_FLAGS", meaning: "Role flags of the provider (default store, primary identity, ...).", kb: &[], provenance: "public MAPI", notes: "STATUS_* flags in provider sections; service sections use the other (SERVICE_*) set of MAPI.", values: &[], bits: &[(0x1, "default outbound"), (0x2, "default store"), (0x4, "primary identity"), (0x8, "simple store"), (0x10, "transport wants to be last"), (0x20, "never primary identity"), (0x40, "never default store"), (0x80, "temporary section"), (0x100, "own store"), (0x800, "needs IPM tree"), (0x1000, "primary store"), (0x2000, "secondary store")] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x300A_001E), property: "PR_PROVIDER_DLL_NAME", meaning: "Base name of the provider DLL: emsabp, emsmdb, emsui (Exchange); other names show foreign services: msfs32, minet32, inetab32, emablt32, ccmab32, contab32, mspst32.", kb: &["Q234936"], provenance: "documented", notes: "Names may be without the '32' and with or without .DLL.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3414_0102), property: "PR_MDB_PROVIDER", meaning: "UID of the store provider (see guid records).", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3D09_001E), property: "PR_SERVICE_NAME", meaning: "Service names: MSEMS Exchange Server, MSFS Microsoft Mail, 'MSPST MS' personal folders, CONTAB Outlook address book, EMABLT LDAP directory, IMAIL Internet e-mail. Only MSEMS belongs into a connector's profile.", kb: &["Q259957"], provenance: "documented", notes: "profinst names the service MSExchangeIMC (Q165505).", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3D0A_001E), property: "PR_SERVICE_DLL_NAME", meaning: "DLL with the configuration entry (emsui.dll).", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3D0B_001E), property: "PR_SERVICE_ENTRY_NAME", meaning: "Entry point of that DLL (EMSCfg).", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3D0C_0102), property: "PR_SERVICE_UID", meaning: "UID of the service the provider belongs to.", kb: &[], provenance: "public MAPI", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x3E03_0003), property: "PR_RESOURCE_TYPE", meaning: "Kind of provider.", kb: &[], provenance: "public MAPI", notes: "The EDK gateway template writes 21000000 (store) and 23000000 (address book).", values: &[(33, "message store provider"), (34, "address book (integrated)"), (35, "address book provider"), (36, "transport provider"), (37, "spooler"), (38, "profile provider"), (39, "subsystem"), (40, "hook provider")], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x6609_0003), property: "PR_PROFILE_OPEN_FLAGS", meaning: "How the store is opened; gateway template: 8 for the private store section, 6 for public folders.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[(0x1, "use admin privilege"), (0x2, "public"), (0x4, "home log-on"), (0x8, "take ownership"), (0x10, "override home MDB"), (0x20, "transport"), (0x40, "remote transport")] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x6609_001E), property: "PR_PROFILE_BINDING_ORDER", meaning: "RPC binding order (string property that shares the id with the OPEN_FLAGS long).", kb: &[], provenance: "public EDK", notes: "Same id, other type: 001e6609 and 00036609 are two different values.", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x660A_0003), property: "PR_PROFILE_TYPE", meaning: "Kind of store section.", kb: &[], provenance: "public EDK", notes: "", values: &[(1, "primary user"), (2, "delegate"), (3, "public folders"), (4, "subscription")], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x660B_001E), property: "PR_PROFILE_MAILBOX", meaning: "DN of the mailbox the section opens; for the connector its gateway DN.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x660C_001E), property: "PR_PROFILE_SERVER", meaning: "Server of the section's store.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x660D_0003), property: "PR_PROFILE_MAX_RESTRICT", meaning: "Limit for searches.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x6614_001E), property: "PR_PROFILE_SERVER_DN", meaning: "DN of the section's server.", kb: &[], provenance: "public EDK", notes: "", values: &[], bits: &[] },
    ProfileValueDefinition { section: "<provider section>", tag: PropTag(0x67F0_0102), property: "PR_PROFILE_SECURE_MAILBOX", meaning: "Encrypted log-on data; contents are not for display.", kb: &[], provenance: "public EDK", notes: "Treat as a secret: never print.", values: &[], bits: &[] },
];

/// All MAPIUIDs, sorted.
#[rustfmt::skip]
pub static PROFILE_UIDS: &[ProfileUid] = &[
    ProfileUid { uid: "0a0d020000000000c000000000000046", kind: ProfileUidKind::Section, name: "Outlook/client settings", meaning: "Client section; in a gateway profile it would show that a mail client used the profile.", kb: &[] },
    ProfileUid { uid: "13dbb0c8aa05101a9bb000aa002fc45a", kind: ProfileUidKind::Section, name: "Exchange global section", meaning: "Exchange-wide properties of the profile (server, mailbox DN, connect flags).", kb: &["Q175107", "Q183015"] },
    ProfileUid { uid: "5494a1c0297f101ba58708002b2a2517", kind: ProfileUidKind::Provider, name: "Identifies the Exchange private (primary) store provider.", meaning: "Identifies the Exchange private (primary) store provider.", kb: &[] },
    ProfileUid { uid: "5acf76a3665511cea39a00aa004acafa", kind: ProfileUidKind::Section, name: "remote access settings", meaning: "Dial-up settings of the Exchange service.", kb: &[] },
    ProfileUid { uid: "78b2fa70aff711cd9bc800aa002fc45a", kind: ProfileUidKind::Provider, name: "Identifies the Exchange public store provider.", meaning: "Identifies the Exchange public store provider.", kb: &[] },
    ProfileUid { uid: "8503020000000000c000000000000046", kind: ProfileUidKind::Section, name: "MUID_PROFILE_INSTANCE", meaning: "Instance data of the profile as a whole.", kb: &[] },
    ProfileUid { uid: "9207f3e0a3b11019908b08002b2a56c2", kind: ProfileUidKind::Section, name: "service/provider table", meaning: "Admin table of message services and providers: lists UIDs of the other sections (3d00, 3d01, 3d02).", kb: &[] },
    ProfileUid { uid: "9eb4770074e411ce8c5e00aa004254e2", kind: ProfileUidKind::Provider, name: "Identifies the Exchange delegate store provider.", meaning: "Identifies the Exchange delegate store provider.", kb: &[] },
    ProfileUid { uid: "a90640e0d69311cdaf9500aa004a35c3", kind: ProfileUidKind::Provider, name: "Identifies the Exchange transport provider.", meaning: "Identifies the Exchange transport provider.", kb: &[] },
    ProfileUid { uid: "dca740c8c042101ab4b908002b2fe182", kind: ProfileUidKind::Section, name: "Exchange address book provider (emsabp)", meaning: "Section of the directory provider.", kb: &[] },
];

#[cfg(test)]
mod tests {
    use super::*;

    const GLOBAL: &str = "13DBB0C8AA05101A9BB000AA002FC45A";

    #[test]
    fn rows_are_sorted_and_unique() {
        assert!(PROFILE_VALUES.windows(2).all(|pair| (pair[0].section, pair[0].tag) < (pair[1].section, pair[1].tag)));
        assert!(PROFILE_UIDS.windows(2).all(|pair| pair[0].uid < pair[1].uid));
        assert!(PROFILE_UIDS.iter().all(|row| row.uid.len() == 32));
    }

    #[test]
    fn properties_are_found_by_section_service_and_kind() {
        let name = |section, tag, service| describe(section, PropTag(tag), service).map(|row| row.property);
        assert_eq!(name(GLOBAL, 0x6602_001E, None), Some("PR_PROFILE_HOME_SERVER"));
        assert_eq!(name("x", 0x6601_001E, Some("MSFS")), Some("MSFS Mailbox"));
        assert_eq!(name("x", 0x6609_0003, None), Some("PR_PROFILE_OPEN_FLAGS"));
        assert_eq!(name("x", 0x3001_001E, Some("MSFS")), Some("PR_DISPLAY_NAME"));
        assert_eq!(name("x", 0x660B_001E, Some("MSFS")), None);
        assert_eq!(name("x", 0x7777_001E, None), None);
        assert_eq!(describe("x", PropTag(0x660A_0003), None).unwrap().meaning_of(3).unwrap(), "public folders");
        assert_eq!(describe_uid(GLOBAL).unwrap().name, "Exchange global section");
    }

    #[test]
    fn another_type_than_documented_is_told() {
        let wanted = |tag, service| documented_type(GLOBAL, PropTag(tag), service).map(|kind| kind.0);
        assert_eq!(wanted(0x6602_0003, None), Some(0x001E));
        assert_eq!(wanted(0x6600_0102, None), Some(0x0003));
        assert_eq!((wanted(0x6602_001E, None), wanted(0x6602_001F, None), wanted(0x7777_001E, None)), (None, None, None));
        assert_eq!((template(PropTag(0x6600_0003)), template(PropTag(0x6602_001E))), (Some(0x501), None));
    }

    #[test]
    fn rows_that_speak_of_secrets_are_secret() {
        for row in PROFILE_VALUES.iter().filter(|row| row.meaning.contains("SECRET")) {
            assert!(is_secret(row.tag), "{}", row.property);
        }
        assert!(is_secret(PropTag(0x67F0_0102)) && !is_secret(PropTag(0x6602_001E)));
    }
}
