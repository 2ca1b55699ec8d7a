//! The attributes of directory objects that an export of the connector may show: both names, syntax, meaning (Q185155, Q199412 and the
//! articles of each row). One row a line, sorted by the folded schema name.
//!
//! Deliberately absent: settings of the connector's property pages whose attribute no source names, and the values themselves.

use std::{collections::HashMap, sync::LazyLock};

use crate::{formats::dapi_csv::folded_name, mapi::PropTag};

/// One attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Schema name with hyphens; `<n>` at its end stands for a number.
    pub name: &'static str,
    /// The Administrator program's name with blanks; empty where there is none.
    pub friendly: &'static str,
    /// The MAPI property tag, where one is known.
    pub tag: Option<PropTag>,
    /// How a value is written.
    pub syntax: Syntax,
    /// Whether it may have several values.
    pub multi_valued: bool,
    /// Whether a connector object has it.
    pub on_gateway: OnGateway,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// What holds when it is absent; empty where nobody says.
    pub default: &'static str,
    /// Unit of numbers; empty where it has none.
    pub units: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Articles; none where only the public schema names the attribute.
    pub kb: &'static [&'static str],
    /// Whether name and meaning are documented beyond doubt.
    pub certain: bool,
    /// Remarks; empty where there are none.
    pub notes: &'static str,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Any text.
    Text,
    /// Decimal number.
    Integer,
    /// `1` or `0`.
    Flag,
    /// Hexadecimal digits.
    Octets,
    /// `YYMMDDhhmmssZ`.
    UtcTime,
    /// `/o=Org/ou=Site/cn=...`, or the part below a container.
    DistinguishedName,
    /// `TYPE:address`.
    Address,
    /// `DOMAIN\user`.
    Account,
}

/// Whether a connector object has an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnGateway {
    /// It has.
    Yes,
    /// Some have.
    Maybe,
    /// Only other objects have it.
    No,
}

impl Attribute {
    /// Returns the attribute of this schema or friendly name; hyphens count as blanks, letter case does not count.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = folded_name(name);
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let numbered = || BY_NAME.get(&format!("{stem}<n>")).filter(|_| stem.len() < name.len());
        BY_NAME.get(&name).or_else(numbered).copied()
    }
}

impl Syntax {
    /// Returns what a value is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a decimal number",
            Self::Flag => "1 or 0",
            Self::Octets => "hexadecimal digits",
            Self::UtcTime => "a time as YYMMDDhhmmssZ",
            Self::DistinguishedName => "a distinguished name",
            Self::Address => "TYPE:address",
            Self::Account => "DOMAIN\\user",
        }
    }

    /// Returns whether a value may be written so. Names and accounts are not judged: exports shorten them in ways that no article tells.
    #[must_use]
    pub fn admits(self, value: &str) -> bool {
        let value = value.trim();
        let is_all = |fits: fn(&u8) -> bool| value.bytes().all(|byte| fits(&byte));
        value.is_empty()
            || match self {
                Self::Integer => value.parse::<i64>().is_ok(),
                Self::Flag => matches!(value, "0" | "1"),
                Self::Octets => value.len().is_multiple_of(2) && is_all(u8::is_ascii_hexdigit),
                Self::UtcTime => {
                    value.strip_suffix('Z').is_some_and(|digits| matches!(digits.len(), 12 | 14))
                        && value.bytes().filter(u8::is_ascii_digit).count() + 1 == value.len()
                }
                Self::Address => value.contains(':'),
                Self::Text | Self::DistinguishedName | Self::Account => true,
            }
    }
}

/// Both names of all attributes; a schema name goes before an equal friendly one.
static BY_NAME: LazyLock<HashMap<String, &'static Attribute>> = LazyLock::new(|| {
    let friendly = ATTRIBUTES.iter().filter(|row| !row.friendly.is_empty()).map(|row| (folded_name(row.friendly), row));
    friendly.chain(ATTRIBUTES.iter().map(|row| (folded_name(row.name), row))).collect()
});

use OnGateway::{Maybe, No, Yes};
use Syntax::{Account, Address, DistinguishedName, Flag, Integer, Octets, Text, UtcTime};

/// All attributes.
#[rustfmt::skip]
pub static ATTRIBUTES: &[Attribute] = &[
    Attribute { name: "Access-Category", friendly: "", tag: Some(PropTag(0x8044_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Access category of the object.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Activation-Schedule", friendly: "", tag: Some(PropTag(0x8045_0102)), syntax: Octets, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Schedule grid, one bit per 15 minutes of the week (84 bytes) in public practice.", kb: &["Q185155"], certain: false, notes: "Length not documented." },
    Attribute { name: "Activation-Style", friendly: "", tag: Some(PropTag(0x8046_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Schedule kind. Values: 0 never; 1 selected times; 2 always; 3 remote initiated.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Address-Type", friendly: "", tag: Some(PropTag(0x8048_001E)), syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Address type the gateway serves; SMTP for the Internet connector. Another type stops the service (event 4074) unless SiteDomain is set.", kb: &["Q156229"], certain: false, notes: "Property page field 'Address Type'; that it is this attribute is inferred." },
    Attribute { name: "ADMD", friendly: "", tag: Some(PropTag(0x8049_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "X.400 ADMD of the global domain identifier; only when specified.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Admin-Description", friendly: "Admin Note", tag: Some(PropTag(0x804A_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Administrative note of the object; exported only when not empty.", kb: &["Q182511", "Q199412"], certain: false, notes: "Q199412 prints the friendly name Admin Note; that it is Admin-Description is inferred." },
    Attribute { name: "Admin-Display-Name", friendly: "", tag: Some(PropTag(0x804B_001E)), syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Name shown in the Administrator program, e.g. 'Internet Mail Service (SERVER)'.", kb: &["Q182511", "Q199412"], certain: false, notes: "The Administrator program shows it as the display name of connectors." },
    Attribute { name: "Admin-Extension-DLL", friendly: "", tag: Some(PropTag(0x804C_001E)), syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "On Admin-Extension objects: DLL with the property pages (Imcadmin.dll).", kb: &["Q185183", "Q250907"], certain: true, notes: "" },
    Attribute { name: "Alternate Recipient", friendly: "Alternate Recipient", tag: None, syntax: DistinguishedName, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Full DN, lower case path, in import files.", kb: &["Q169754"], certain: true, notes: "" },
    Attribute { name: "Assoc-NT-Account", friendly: "Primary Windows NT Account", tag: Some(PropTag(0x8027_0102)), syntax: Account, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "NT account of a mailbox; single backslash. Before 5.5 SP1 the export writes Domain\\\\User with two.", kb: &["Q155269", "Q179050", "Q191608"], certain: true, notes: "" },
    Attribute { name: "Auth-Orig", friendly: "Accept messages from", tag: None, syntax: DistinguishedName, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Senders that may use the connector (outbound, directory senders only). Empty = all.", kb: &["Q185155", "Q154542"], certain: false, notes: "Never filters inbound mail (Q154542). Friendly/schema pairing inferred from the names." },
    Attribute { name: "Authorized-Domain", friendly: "", tag: Some(PropTag(0x8054_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Log-on data of connectors: NT domain.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Authorized-Password", friendly: "", tag: Some(PropTag(0x8055_0102)), syntax: Octets, multi_valued: false, on_gateway: Maybe, secret: true, default: "", units: "", meaning: "Log-on data of connectors: password (octet string).", kb: &[], certain: false, notes: "Secret: never print." },
    Attribute { name: "Authorized-User", friendly: "", tag: Some(PropTag(0x8056_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Log-on data of connectors: user.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Can-Preserve-DNs", friendly: "", tag: Some(PropTag(0x8060_000B)), syntax: Flag, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "1 = distinguished names survive this transport.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Character-Set", friendly: "", tag: Some(PropTag(0x8185_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Character set of 5.x protocol objects.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Character-Set-List", friendly: "", tag: None, syntax: Text, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "On the Protocols object: supported character sets, two columns joined by 0xA7; the second column holds the names allowed elsewhere (US-ASCII default, ISO-8859-1, BIG5 ...).", kb: &["Q168347"], certain: true, notes: "" },
    Attribute { name: "Comment", friendly: "Notes", tag: Some(PropTag(0x3004_001E)), syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Comment of a recipient.", kb: &["Q150438", "Q156063"], certain: false, notes: "" },
    Attribute { name: "Common-Name", friendly: "Directory Name", tag: Some(PropTag(0x3A0F_001E)), syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Directory name (RDN) of the object: 'Internet Mail Connector (<SERVER>)', kept in 5.x; older objects 'Internet Mail Connector'.", kb: &["Q185155", "Q146304", "Q253619", "Q282780", "Q215533"], certain: false, notes: "The letter case may come from the DN (Q215533); compare case-insensitively. That the tag is the one of Common-Name is public schema knowledge." },
    Attribute { name: "Computer-Name", friendly: "", tag: Some(PropTag(0x8065_001E)), syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "NT computer that runs the connector; the EDK requires it for gateways.", kb: &["Q185155"], certain: true, notes: "" },
    Attribute { name: "Connected-Domains", friendly: "", tag: Some(PropTag(0x8066_001E)), syntax: Text, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Connected sites when the connector works as a site connector: <org>\\xA7<site>\\xA7<cost>\\xA7<routing address>, separator byte 0xA7.", kb: &["Q185155", "Q199412", "Q223385", "Q156063", "Q196927"], certain: true, notes: "Empty unless sites are connected. Example: Org\\xA7Site\\xA71\\xA7X400:c=US;a= ;p=Org;o=Site;  In CP1252 0xA7 is the section sign, in other code pages something else. SMTP routing addresses: Q156063 (5.0) says no '@' in front, Q196927 (5.0/5.5) shows one." },
    Attribute { name: "Content-Type", friendly: "", tag: Some(PropTag(0x8186_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Content format of 5.x protocol objects.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Country-Name", friendly: "", tag: Some(PropTag(0x8069_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "X.400 country of the global domain identifier; only when specified.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Deliv-Cont-Length", friendly: "Incoming message size limit", tag: Some(PropTag(0x806A_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "absent (no limit)", units: "KB", meaning: "Maximum message size of the connector (General page). Effective limit is value KB plus 1023 bytes; applies to both directions. Empty = no limit, 0 = zero bytes allowed.", kb: &["Q185155", "Q230788", "Q257264", "Q146264", "Q199412"], certain: true, notes: "4.0: 1..2097151; 5.5 UI: 1..9999999. MSDN: 0 means 0K, i.e. nothing passes." },
    Attribute { name: "Deliv-EITs", friendly: "Deliverable Information Types", tag: Some(PropTag(0x806B_1102)), syntax: Octets, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Encoded information types, e.g. 56030402, 56030405, 5603040B, 56030400, 56010C00, 28CE2507010006, 28CE2507010064.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Deliv-Ext-Cont-Types", friendly: "", tag: Some(PropTag(0x806C_1102)), syntax: Octets, multi_valued: true, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Content types the connector delivers: 56010A00 P2 (1984), 56010A01 P22 (1988), 2A864886F7140502 TNEF, 2A864886F7140501 MDBEF; further OIDs in Q162430.", kb: &["Q185155", "Q199412", "Q162430"], certain: true, notes: "" },
    Attribute { name: "Deliver to both", friendly: "Deliver to both", tag: None, syntax: Flag, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Deliver to mailbox and alternate recipient.", kb: &["Q169754"], certain: true, notes: "" },
    Attribute { name: "Delivery-Mechanism", friendly: "", tag: Some(PropTag(0x806E_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "How mail for the object is delivered: 0 mailbox, 3 X.400 link; gateways use another code that no article gives. Values: 0 mailbox; 3 X.400 link.", kb: &["Q185155", "Q199412", "Q244595", "Q288420"], certain: false, notes: "" },
    Attribute { name: "Diagnostic-Reg-Key", friendly: "Diagnostic-reg-key", tag: Some(PropTag(0x8071_001E)), syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Name of the service key whose Diagnostics subkey is edited by the logging page: MSExchangeIMC.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Display-Name", friendly: "Display Name", tag: Some(PropTag(0x3001_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Display name of a recipient.", kb: &["Q146304", "Q278154"], certain: true, notes: "" },
    Attribute { name: "Display-Name-Printable", friendly: "Simple display name", tag: Some(PropTag(0x39FF_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Name in plain characters; ` ~ @ # $ % ^ & * [ ] { } \\ | _ are replaced by '?' on import.", kb: &["Q255237"], certain: true, notes: "A '?' in it can be such a replacement." },
    Attribute { name: "DL-Mem-Reject-Perms", friendly: "Reject messages from DL", tag: None, syntax: DistinguishedName, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Lists whose members may not use the connector.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "DL-Mem-Submit-Perms", friendly: "Accept messages from DL", tag: None, syntax: DistinguishedName, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Lists whose members may use the connector.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "DSA-Signature", friendly: "", tag: Some(PropTag(0x8077_0102)), syntax: Octets, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Identity of the directory database.", kb: &["Q199412", "Q182511"], certain: true, notes: "" },
    Attribute { name: "DXA-Task", friendly: "Prohibit send and receive", tag: Some(PropTag(0x809D_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "KB (presumed)", meaning: "5.5 reuses this attribute for the prohibit-send-and-receive limit (sample 40000).", kb: &["Q185575"], certain: true, notes: "" },
    Attribute { name: "Encapsulation-Method", friendly: "", tag: Some(PropTag(0x80A2_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "1 = remote clients support MAPI (X.400 connectors); how foreign content is wrapped.", kb: &["Q185155", "Q199412"], certain: false, notes: "" },
    Attribute { name: "Expand-DLs-Locally", friendly: "", tag: Some(PropTag(0x80A4_000B)), syntax: Flag, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Remote lists are expanded here.", kb: &["Q230788"], certain: false, notes: "" },
    Attribute { name: "Export-Containers", friendly: "", tag: Some(PropTag(0x80A5_101E)), syntax: DistinguishedName, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Containers exported through the connector.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Export-Custom-Recipients", friendly: "", tag: Some(PropTag(0x80A6_000B)), syntax: Flag, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "1 = custom recipients are exported.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Extension-Attribute-<n>", friendly: "Custom Attribute <n>", tag: None, syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Custom attributes 1..10 (5.x: 15).", kb: &["Q185575", "Q156063"], certain: true, notes: "Renamed display names do not work as headers." },
    Attribute { name: "Extension-Data", friendly: "", tag: Some(PropTag(0x80A8_1102)), syntax: Octets, multi_valued: true, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Extension-specific data: the property pages' private store. Each value <= 64 KB and begins with an owner tag as NUL-terminated UTF-16LE string (MSDN); the EDK's own packing continues with DWORD 0x10101010, DWORD version 1, DWORD property count and an array of packed properties. The IMC's own layout is not published; the domain encoding records that IMCCOPY writes are believed to be in here.", kb: &["Q182511", "Q262126"], certain: false, notes: "Longest value of the object: first candidate for a side file." },
    Attribute { name: "Extension-Name", friendly: "", tag: Some(PropTag(0x80A9_001E)), syntax: Text, multi_valued: true, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Administrator extension (property pages), not inherited: SMTP for the connector.", kb: &["Q182511", "Q250907"], certain: true, notes: "The Add-Ins object SMTP:i386 must exist with a File-Version equal to Imcadmin.dll, else 'Extension SMTP could not be loaded' (c1031667)." },
    Attribute { name: "Extension-Name-Inherited", friendly: "", tag: Some(PropTag(0x80AA_001E)), syntax: Text, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Administrator extension inherited by children.", kb: &["Q182511"], certain: true, notes: "" },
    Attribute { name: "File-Version", friendly: "", tag: Some(PropTag(0x80AC_0102)), syntax: Octets, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "On Admin-Extension and address-generator objects: version of the DLL. Four little-endian 16-bit words: revision, build, minor, major.", kb: &["Q158336", "Q185183", "Q196924", "Q138053"], certain: true, notes: "3F00E20300000400 = 4.0.994.63; 0500A80705000500 = 5.5.1960.5. Two rows of Q158336 are inconsistent with the version beside them." },
    Attribute { name: "Folder-Pathname", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Path of a public folder in its tree; on public folder objects.", kb: &["Q288420"], certain: true, notes: "" },
    Attribute { name: "Gateway-Local-Cred", friendly: "", tag: Some(PropTag(0x80B0_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: true, default: "", units: "", meaning: "Remote/local MTA password of MTA-to-MTA links.", kb: &["Q199412", "Q230788"], certain: false, notes: "Cred attributes are secrets: never print." },
    Attribute { name: "Gateway-Local-Desig", friendly: "", tag: Some(PropTag(0x80B1_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Remote/local MTA name of MTA-to-MTA links.", kb: &["Q199412", "Q230788"], certain: false, notes: "" },
    Attribute { name: "Gateway-Proxy", friendly: "", tag: Some(PropTag(0x80B2_001E)), syntax: Text, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Address templates the gateway makes proxies for.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Gateway-Routing-Tree", friendly: "", tag: Some(PropTag(0x80B3_0102)), syntax: Octets, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Computed routing tree (GWART) on the site object, not on the connector.", kb: &["Q149121"], certain: true, notes: "" },
    Attribute { name: "Given-Name", friendly: "First Name", tag: Some(PropTag(0x3A06_001E)), syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Given name.", kb: &["Q183739"], certain: true, notes: "" },
    Attribute { name: "GWART-Last-Modified", friendly: "", tag: Some(PropTag(0x80B4_0040)), syntax: UtcTime, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Time of the last routing calculation, on the site object.", kb: &["Q149121"], certain: false, notes: "" },
    Attribute { name: "Heuristics", friendly: "", tag: Some(PropTag(0x80B7_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Option bits of connectors. X.400 connector: 0x20000000 (536870912, HEUR_MIXER_TO_SMTP) encapsulates SMTP addresses as DDA RFC-822; to be added to an existing value. Bits: 0x2000 system messages only (X.400 connector, 5.5 SP1+); 0x20000000 SMTP addresses encapsulated as DDA RFC-822 instead of SMTP (MTA/X.400).", kb: &["Q230508", "Q255024", "Q262691", "Q269589"], certain: false, notes: "Name of the bit from Q262691." },
    Attribute { name: "Hide-From-Address-Book", friendly: "Hide from AB", tag: Some(PropTag(0x80B9_000B)), syntax: Flag, multi_valued: false, on_gateway: Maybe, secret: false, default: "empty", units: "", meaning: "1 = hidden; 0 or empty = visible. Last column of the default header.", kb: &["Q188649"], certain: true, notes: "" },
    Attribute { name: "Home-MDB", friendly: "", tag: Some(PropTag(0x8006_001E)), syntax: DistinguishedName, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Private store that holds the connector's mailbox: .../cn=<SERVER>/cn=Microsoft Private MDB.", kb: &["Q185155", "Q284199"], certain: true, notes: "The ADSI sample of Q284199 shows the MTA's DN here, which is a slip of the article." },
    Attribute { name: "Home-MTA", friendly: "", tag: Some(PropTag(0x8007_001E)), syntax: DistinguishedName, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "MTA that owns the connector: /o=../ou=../cn=Configuration/cn=Servers/cn=<SERVER>/cn=Microsoft MTA.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Home-Server", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "DAPI shorthand for the server that holds the object (short name, not a DN). '~SERVER' is an import placeholder.", kb: &["Q185155", "Q150438", "Q183739"], certain: true, notes: "" },
    Attribute { name: "Import-Container", friendly: "", tag: Some(PropTag(0x80BA_001E)), syntax: DistinguishedName, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Container for imported recipients.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Import-Sensitivity", friendly: "", tag: Some(PropTag(0x80BB_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Trust level given to imported recipients.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Imported-From", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Name of the directory synchronization requestor that created a custom recipient; empty if made by hand or by import.", kb: &["Q156996", "Q235329"], certain: true, notes: "" },
    Attribute { name: "Inbound-Host", friendly: "", tag: Some(PropTag(0x818E_001E)), syntax: Text, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "Host of 5.x protocol feeds.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Incoming-Msg-Size-Limit", friendly: "", tag: Some(PropTag(0x8190_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "KB", meaning: "Protocol limit attribute of 5.x.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Instance-Type", friendly: "", tag: Some(PropTag(0x80BD_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Kind of naming-context instance (sample 5).", kb: &["Q199412"], certain: false, notes: "" },
    Attribute { name: "Internet-Encoding", friendly: "", tag: None, syntax: Integer, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Per-recipient encoding override: 1310720 use the connector's settings; 393216 MIME text; 917504 MIME HTML; 1441792 MIME both; 2228224 uuencode; 131072 uuencode with BinHex. Values: 1310720 0x140000 use IMS settings; 393216 0x60000 MIME plain text; 917504 0xE0000 MIME HTML; 1441792 0x160000 MIME plain text and HTML; 2228224 0x220000 plain text, uuencode; 131072 0x20000 plain text, uuencode with BinHex.", kb: &["Q281740"], certain: true, notes: "Same scheme as PR_SEND_INTERNET_ENCODING (0x20000 override, 0x40000 MIME, 0x80000 HTML, 0x100000 text and HTML, 0x200000 uuencode): inferred." },
    Attribute { name: "Is-Deleted", friendly: "", tag: Some(PropTag(0x80C0_000B)), syntax: Flag, multi_valued: false, on_gateway: Yes, secret: false, default: "empty", units: "", meaning: "1 = tombstone (waits for purge, default life 30 days); empty = live.", kb: &["Q239639", "Q182511"], certain: true, notes: "" },
    Attribute { name: "Line-Wrap", friendly: "", tag: Some(PropTag(0x80C4_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "absent", units: "columns", meaning: "Column for message text word-wrap; present only with 'At column'; 0 = never. MIME text is wrapped at 72 whatever is set in builds before 5.0 SP2/5.5 SP1.", kb: &["Q185155", "Q199412", "Q250558", "Q177942"], certain: true, notes: "Greyed dialog shows 76; switching to At column and back stores 0 (Q250558). IMCCOPY field 5 shows the same number for the Default domain (76)." },
    Attribute { name: "Mail-Nickname", friendly: "Alias Name", tag: Some(PropTag(0x3A00_001E)), syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Alias of a recipient.", kb: &["Q146304", "Q156063", "Q185575"], certain: true, notes: "" },
    Attribute { name: "MDB-Backoff-Interval", friendly: "", tag: Some(PropTag(0x80CF_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Wait before the store retries a hand-over.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "MDB-Msg-Time-Out-Period", friendly: "", tag: Some(PropTag(0x80D0_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Time-out of messages in the store.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "MDB-Over-Quota-Limit", friendly: "Prohibit send storage limit", tag: Some(PropTag(0x80D1_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "KB", meaning: "Limit above which sending is refused.", kb: &[], certain: false, notes: "" },
    Attribute { name: "MDB-Storage-Quota", friendly: "Issue warning storage limit", tag: Some(PropTag(0x80D2_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "KB", meaning: "Quota warning of the connector's mailbox.", kb: &["Q185155", "Q226202"], certain: false, notes: "The connector's system mailbox is subject to the store's default quota: over it, reports for the gateway fail (event 2018, 0x4dd)." },
    Attribute { name: "MDB-Unread-Limit", friendly: "", tag: Some(PropTag(0x80D3_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Limit of unread messages held.", kb: &["Q185155"], certain: false, notes: "" },
    Attribute { name: "Members", friendly: "Members", tag: None, syntax: DistinguishedName, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "Members of a list: container path with /cn= separators and no leading /cn=: Recipients/cn=Other/cn=User1.", kb: &["Q165319"], certain: true, notes: "" },
    Attribute { name: "Message-Tracking-Enabled", friendly: "", tag: Some(PropTag(0x80D5_000B)), syntax: Flag, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Tracking switch of the connector (Internet Mail page: 'Enable message tracking').", kb: &["Q164175", "Q156710", "Q173364"], certain: false, notes: "That the checkbox is this attribute is inferred." },
    Attribute { name: "MIME-Types", friendly: "", tag: Some(PropTag(0x8C1C_0102)), syntax: Octets, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "MIME type table; kept on the Protocols object from 5.0 on, on the connector's own pages in 4.0.", kb: &["Q168452"], certain: false, notes: "" },
    Attribute { name: "Mode", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Second column if present; makes the file an import file. Default Update.", kb: &["Q146304", "Q169754", "Q182508", "Q183739", "Q258738", "Q184532"], certain: true, notes: "Never in a pure export (DAPI 221, 222)." },
    Attribute { name: "MTA-Local-Cred", friendly: "", tag: Some(PropTag(0x80EF_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: true, default: "", units: "", meaning: "Local MTA password of MTA-to-MTA links.", kb: &["Q199412", "Q230788"], certain: false, notes: "Cred attributes are secrets: never print." },
    Attribute { name: "MTA-Local-Desig", friendly: "", tag: Some(PropTag(0x80F0_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Local MTA name of MTA-to-MTA links.", kb: &["Q199412", "Q230788"], certain: false, notes: "" },
    Attribute { name: "Network-Address", friendly: "", tag: Some(PropTag(0x8170_001E)), syntax: Text, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "RPC addresses of a server object, '<sequence>:<name>'; source of 101e6613 in MAPI profiles.", kb: &["Q183015"], certain: true, notes: "" },
    Attribute { name: "NT-Security-Descriptor", friendly: "", tag: Some(PropTag(0x8013_0102)), syntax: Octets, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Self-relative security descriptor; long: side-file candidate.", kb: &["Q182511"], certain: true, notes: "Full detail exports only." },
    Attribute { name: "Obj-Admins", friendly: "", tag: None, syntax: Account, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Pseudo-attribute: accounts with Admin right.", kb: &["Q188628"], certain: true, notes: "" },
    Attribute { name: "Obj-Class", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "First column of every DAPI file: class of the object in the row. Gateway object: Mail-Gateway (public EDK). Recipients: Mailbox; DL or dl or Distribution-List; Remote or Remote-Address (custom recipient). Others seen: MTA, Address-Template, Admin-Extension.", kb: &["Q146304", "Q184532", "Q261283", "Q165319", "Q239639", "Q236983", "Q244595", "Q230788", "Q152436"], certain: true, notes: "Case varies. That the IMC's class is written Mail-Gateway in the CSV is an assumption from the EDK class name." },
    Attribute { name: "Obj-Container", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Container of the object, relative to the site: Connections for the connector, Recipients for recipients.", kb: &["Q185155", "Q182508", "Q239639"], certain: false, notes: "DAPI pseudo-attribute. Whether it holds 'Connections' or 'Configuration/cn=Connections' for a connector is not shown." },
    Attribute { name: "Obj-Dist-Name", friendly: "", tag: Some(PropTag(0x803C_001E)), syntax: DistinguishedName, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Full distinguished name: /o=<org>/ou=<site>/cn=Configuration/cn=Connections/cn=Internet Mail Connector (<SERVER>).", kb: &["Q199412", "Q198957", "Q253619", "Q282780", "Q306308", "Q152931", "Q149121"], certain: true, notes: "Built from directory names; display names never occur in it (Q260907)." },
    Attribute { name: "Obj-Perm-Admins", friendly: "", tag: None, syntax: Account, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Pseudo-attribute: accounts with Permissions Admin right.", kb: &["Q188628"], certain: true, notes: "" },
    Attribute { name: "Obj-Users", friendly: "", tag: None, syntax: Account, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Pseudo-attribute: accounts with User right. Custom and Send-As rights are not exported.", kb: &["Q188628"], certain: true, notes: "" },
    Attribute { name: "Object-Class", friendly: "", tag: None, syntax: Octets, multi_valued: true, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Class OIDs, most specific first, then superclasses, as hex of the BER body: Mail-Gateway 2A864886F714010333, top 550600.", kb: &["Q199412", "Q182511"], certain: false, notes: "Sample lists X.400 link classes ...20, ...1D, ...33 and 550600; that ...33 is Mail-Gateway follows from the order (superclass of X400-Link)." },
    Attribute { name: "Object-Version", friendly: "", tag: Some(PropTag(0x80F7_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Number of changes, from 1; replication prefers the higher (tie: When-Changed). A recreated object goes on after the tombstone's number.", kb: &["Q183739", "Q239639"], certain: true, notes: "" },
    Attribute { name: "Outbound-Host", friendly: "", tag: Some(PropTag(0x818D_0102)), syntax: Octets, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Host of 5.x protocol feeds.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Outgoing-Msg-Size-Limit", friendly: "", tag: Some(PropTag(0x818F_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "KB", meaning: "Protocol limit attribute of 5.x.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Preserve-Internet-Content", friendly: "", tag: Some(PropTag(0x8C22_000B)), syntax: Flag, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Keep the original Internet content.", kb: &[], certain: false, notes: "" },
    Attribute { name: "PRMD", friendly: "", tag: Some(PropTag(0x810E_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "X.400 PRMD of the global domain identifier; only when specified.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Protocol-Settings", friendly: "", tag: Some(PropTag(0x81B6_001E)), syntax: Text, multi_valued: true, on_gateway: No, secret: false, default: "absent until changed; then HTTP\\xA71\\xA71\\xA7\\xA7\\xA7, LDAP likewise, NNTP\\xA71\\xA71\\xA73\\xA7\\xA7, POP3\\xA71\\xA71\\xA71\\xA7US-ASCII\\xA70", units: "", meaning: "Per protocol (HTTP, LDAP, NNTP, POP3, later IMAP4) one value: name, enabled (0/1), use server defaults (0/1), encoding, default character set, rich text (0/1), joined by byte 0xA7. Encoding: 0 MIME with text and HTML, 1 MIME text only, 2 UUENCODE with BinHex for Macintosh attachments, 3 UUENCODE, 4 MIME HTML only.", kb: &["Q236983", "Q168347"], certain: true, notes: "POP3\\xA71\\xA71\\xA71\\xA7ISO-8859-1\\xA70\\xA7\\xA7\\xA7 Corrects the existing entry: the third field means 'use the server's defaults', not 'enabled on server'. Custom recipients have no POP3 value. The example of Q236983 has further empty fields." },
    Attribute { name: "Proxy-Addresses", friendly: "E-mail Addresses", tag: Some(PropTag(0x800F_101E)), syntax: Address, multi_valued: true, on_gateway: Yes, secret: false, default: "", units: "", meaning: "All primary proxies, one per type, joined by %. X.400 strings: X400:c=us;a=admd;p=prmd;o=org;...; the connector needs an X.400 proxy of its administrator mailbox to start.", kb: &["Q152659", "Q251152", "Q257578", "Q314739", "Q149542"], certain: true, notes: "Type at most 8 characters; one primary per type (DAPI 230-233)." },
    Attribute { name: "Public-Delegates", friendly: "", tag: None, syntax: DistinguishedName, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "Delegates of a mailbox.", kb: &["Q278154"], certain: false, notes: "" },
    Attribute { name: "RAS-Account", friendly: "", tag: Some(PropTag(0x81AD_001E)), syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Log-on data of connectors: dial-up account.", kb: &[], certain: false, notes: "" },
    Attribute { name: "RAS-Callback-Number", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Dial-up parameters of RAS connectors.", kb: &[], certain: false, notes: "" },
    Attribute { name: "RAS-Password", friendly: "", tag: Some(PropTag(0x81AE_0102)), syntax: Octets, multi_valued: false, on_gateway: Maybe, secret: true, default: "", units: "", meaning: "Log-on data of connectors: dial-up password (octet string).", kb: &[], certain: false, notes: "Secret: never print." },
    Attribute { name: "RAS-Phone-Number", friendly: "", tag: None, syntax: Text, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Dial-up parameters of RAS connectors.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Replication-Sensitivity", friendly: "", tag: Some(PropTag(0x811E_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Trust level for replication.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Report-To-Originator", friendly: "", tag: Some(PropTag(0x8120_000B)), syntax: Flag, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Reports go to the originator (lists).", kb: &[], certain: true, notes: "" },
    Attribute { name: "Routing-List", friendly: "", tag: Some(PropTag(0x8126_001E)), syntax: Text, multi_valued: true, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Address spaces: <TYPE>:<address>;<cost>. X.400 addresses end in ';' themselves, so two semicolons meet: X400:c=US;a=admd;p=prmd;o=org;;1. SMTP:*;1 is all Internet mail.", kb: &["Q185155", "Q199412", "Q196793"], certain: true, notes: "Cost is the text behind the last ';'. The SMTP form is inferred from the X.400 sample. Type LOCAL carries '<TYPE>:<qualifier>' inside and keeps the route in the site (Q161947). Address spaces of other types on the connector also have an SMTP routing address (Routing Address page, Q156063), whose place in the text is unknown." },
    Attribute { name: "Runs-On", friendly: "", tag: Some(PropTag(0x812A_001E)), syntax: DistinguishedName, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Server an object runs on.", kb: &[], certain: false, notes: "" },
    Attribute { name: "Secondary-Proxy-Addresses", friendly: "", tag: None, syntax: Address, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Further proxies of the same types, joined by %.", kb: &["Q148985", "Q155594", "Q251152"], certain: true, notes: "" },
    Attribute { name: "Send-TNEF", friendly: "", tag: Some(PropTag(0x8191_000B)), syntax: Flag, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Send rich text (protocol objects of 5.x).", kb: &[], certain: false, notes: "" },
    Attribute { name: "Site-Proxy-Space", friendly: "", tag: Some(PropTag(0x8138_001E)), syntax: Text, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "Site address templates (%m@domain), on the Site-Addressing object.", kb: &["Q153270"], certain: false, notes: "" },
    Attribute { name: "Submission-Cont-Length", friendly: "Outgoing message size limit", tag: Some(PropTag(0x813C_0003)), syntax: Integer, multi_valued: false, on_gateway: No, secret: false, default: "", units: "KB", meaning: "Submission limit of recipients.", kb: &[], certain: true, notes: "" },
    Attribute { name: "Supported-Application-Context", friendly: "", tag: Some(PropTag(0x813D_1102)), syntax: Octets, multi_valued: true, on_gateway: No, secret: false, default: "", units: "", meaning: "MTA conformance: 56000106 = 1988, 5600010C = 1988 X.410, 5600010D = 1984.", kb: &["Q185155", "Q199412"], certain: true, notes: "" },
    Attribute { name: "Surname", friendly: "Last name", tag: Some(PropTag(0x3A11_001E)), syntax: Text, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Family name.", kb: &["Q183739"], certain: true, notes: "" },
    Attribute { name: "Target-Address", friendly: "E-mail address", tag: Some(PropTag(0x8011_001E)), syntax: Address, multi_valued: false, on_gateway: No, secret: false, default: "", units: "", meaning: "Delivery address of a custom recipient.", kb: &["Q156063", "Q155589"], certain: true, notes: "" },
    Attribute { name: "Transfer-Retry-Interval", friendly: "", tag: Some(PropTag(0x8149_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "120 (X.400 sample)", units: "seconds (presumed)", meaning: "Retry interval of the MTA transfer.", kb: &["Q185155", "Q199412"], certain: false, notes: "" },
    Attribute { name: "Transfer-Timeout-Non-Urgent", friendly: "", tag: Some(PropTag(0x814A_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "3000 (X.400 sample)", units: "seconds per KB (presumed)", meaning: "Transfer time-out of the MTA for this priority (per KB in X.400 terms).", kb: &["Q185155", "Q199412"], certain: false, notes: "Not the connector's message time-out in hours." },
    Attribute { name: "Transfer-Timeout-Normal", friendly: "", tag: Some(PropTag(0x814B_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "2000 (X.400 sample)", units: "seconds per KB (presumed)", meaning: "Transfer time-out of the MTA for this priority (per KB in X.400 terms).", kb: &["Q185155", "Q199412"], certain: false, notes: "Not the connector's message time-out in hours." },
    Attribute { name: "Transfer-Timeout-Urgent", friendly: "", tag: Some(PropTag(0x814C_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "1000 (X.400 sample)", units: "seconds per KB (presumed)", meaning: "Transfer time-out of the MTA for this priority (per KB in X.400 terms).", kb: &["Q185155", "Q199412"], certain: false, notes: "Not the connector's message time-out in hours." },
    Attribute { name: "Translation-Table-Used", friendly: "", tag: Some(PropTag(0x814D_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Body-part character table of X.400 connectors. Values: 0 IA5; 1 IA5 Swedish; 2 IA5 Norwegian; 3 IA5 German; 4 ISO 8859-1; 5 ISO 6937; 6 T.61; 10 Latin-9 (5.5 SP3).", kb: &["Q185155", "Q199412", "Q237421"], certain: true, notes: "" },
    Attribute { name: "Trust-Level", friendly: "Trust level", tag: Some(PropTag(0x814F_0003)), syntax: Integer, multi_valued: false, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Recipients above it are not exported.", kb: &["Q185155"], certain: true, notes: "" },
    Attribute { name: "Unauth-Orig", friendly: "Reject messages from", tag: None, syntax: DistinguishedName, multi_valued: true, on_gateway: Maybe, secret: false, default: "", units: "", meaning: "Senders that may not use the connector.", kb: &["Q185155", "Q154542"], certain: false, notes: "" },
    Attribute { name: "USN-Changed", friendly: "", tag: Some(PropTag(0x8029_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Update sequence number of the last change; higher than the server's own means broken replication (events 1224/1171).", kb: &["Q243438", "Q199412"], certain: true, notes: "" },
    Attribute { name: "USN-Created", friendly: "", tag: Some(PropTag(0x8154_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Update sequence number at creation.", kb: &["Q199412", "Q182511"], certain: true, notes: "" },
    Attribute { name: "USN-Source", friendly: "", tag: Some(PropTag(0x8157_0003)), syntax: Integer, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "USN on the originating server.", kb: &["Q199412"], certain: true, notes: "" },
    Attribute { name: "When-Changed", friendly: "", tag: None, syntax: UtcTime, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Time of the last change.", kb: &["Q180112", "Q239639"], certain: true, notes: "" },
    Attribute { name: "When-Created", friendly: "", tag: None, syntax: UtcTime, multi_valued: false, on_gateway: Yes, secret: false, default: "", units: "", meaning: "Creation time of the object.", kb: &["Q180112", "Q199412", "Q182511"], certain: true, notes: "980120211543Z = 1998-01-20 21:15:43 UTC. Two-digit year: window at 70." },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_are_unique() {
        assert!(ATTRIBUTES.is_sorted_by(|left, right| folded_name(left.name) < folded_name(right.name)));
        let friendly: Vec<_> = ATTRIBUTES.iter().filter(|row| !row.friendly.is_empty()).collect();
        for (index, row) in friendly.iter().enumerate() {
            assert!(friendly[..index].iter().all(|other| folded_name(other.friendly) != folded_name(row.friendly)), "{}", row.friendly);
        }
    }

    #[test]
    fn every_row_says_what_it_is_and_names_only_articles() {
        assert!(ATTRIBUTES.iter().all(|row| !row.meaning.is_empty()));
        assert!(ATTRIBUTES.iter().flat_map(|row| row.kb).all(|kb| kb.starts_with('Q')));
    }

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(Attribute::find(name).map(|row| row.name), expected);
    }

    #[test]
    fn both_names_lead_to_the_attribute() {
        check("Directory Name", Some("Common-Name"));
        check("common name", Some("Common-Name"));
        check("INCOMING MESSAGE SIZE LIMIT", Some("Deliv-Cont-Length"));
        check("Incoming-Msg-Size-Limit", Some("Incoming-Msg-Size-Limit"));
        check("Extension-Attribute-10", Some("Extension-Attribute-<n>"));
        check("Custom Attribute 1", Some("Extension-Attribute-<n>"));
        check("Extension-Attribute-", None);
        check("Frobnication-Level", None);
        check("", None);
    }

    #[test]
    fn a_syntax_admits_what_is_written_so() {
        use Syntax::{Integer as Number, Octets as Digits};
        let good = [(Number, "-5"), (Number, ""), (Flag, "1"), (Digits, "0aFF"), (UtcTime, "970612153000Z"), (Address, "SMTP:a@b"), (Text, "x")];
        let bad = [(Number, "0x5"), (Flag, "2"), (Digits, "0aF"), (Digits, "zz"), (UtcTime, "1997"), (UtcTime, "97061215300xZ"), (Address, "a@b")];
        assert!(good.iter().all(|(syntax, value)| syntax.admits(value)));
        assert_eq!(bad.iter().find(|(syntax, value)| syntax.admits(value)), None);
        assert!(!Flag.words().is_empty());
    }

    #[test]
    fn passwords_are_secret() {
        let secret: Vec<_> = ATTRIBUTES.iter().filter(|row| row.secret).map(|row| row.name).collect();
        assert_eq!(secret, ["Authorized-Password", "Gateway-Local-Cred", "MTA-Local-Cred", "RAS-Password"]);
    }
}
