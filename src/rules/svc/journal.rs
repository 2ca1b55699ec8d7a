//! Journaling by the extension: whether what it needs is there, and which property of a recipient names the journal (Q258206, Q262122).

use crate::{
    backup::{Backup, ServiceKey, Setting, registry_values::describe},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::{
    conditions::{filled_text, place_of_absent},
    extension::loaded_extension,
};

const EXTENSION: &str = "Parameters\\Extension";
/// MAPI properties of the directory begin here.
const FIRST_DIRECTORY_ID: u32 = 0x8000;
/// Custom attributes 1 to 10; the articles name the last one only.
const CUSTOM_ATTRIBUTES: std::ops::RangeInclusive<u32> = 0x802D..=0x8036;

declare_rule! {
    /// Inbound journaling without an NDR address.
    ///
    /// ## Why it matters
    /// The address for non-delivery reports is compulsory. Without it the extension logs event 11, and copies that cannot be delivered
    /// have nowhere to go.
    ///
    /// ## What to do
    /// Create InboundJournalNDR and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:80360000
    /// "InboundJournalNDR"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// "InboundJournalNDR"="/O=ACME/OU=W/CN=RECIPIENTS/CN=ndr"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:00000000
    /// ```
    pub static INBOUND_JOURNAL_WITHOUT_NDR = {
        id: "SVC205", name: "inbound-journal-without-ndr", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258206", "Q262122", "Q262119"],
        needs: [ImcsvcReg],
        tags: ["journaling", "extension"],
        check: Backup(inbound_journal_without_ndr),
    }
}

fn inbound_journal_without_ndr(backup: &Backup, findings: &mut Findings<'_>) {
    journal_without_ndr(backup, findings, &INBOUND);
}

declare_rule! {
    /// Outbound journaling without an NDR address.
    ///
    /// ## Why it matters
    /// The address for non-delivery reports is compulsory. Without it the extension logs event 11, and copies that cannot be delivered
    /// have nowhere to go. The article itself once prints the name of the value as OutoundJournalNDR.
    ///
    /// ## What to do
    /// Create OutboundJournalNDR, correctly spelt, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// "OutoundJournalNDR"="/O=ACME/OU=W/CN=RECIPIENTS/CN=ndr"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundRecipJournalProp"=dword:80360000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// "OutboundJournalNDR"="/O=ACME/OU=W/CN=RECIPIENTS/CN=ndr"
    /// ```
    pub static OUTBOUND_JOURNAL_WITHOUT_NDR = {
        id: "SVC206", name: "outbound-journal-without-ndr", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258206", "Q262122", "Q262119"],
        needs: [ImcsvcReg],
        tags: ["journaling", "extension", "typo"],
        check: Backup(outbound_journal_without_ndr),
    }
}

fn outbound_journal_without_ndr(backup: &Backup, findings: &mut Findings<'_>) {
    journal_without_ndr(backup, findings, &OUTBOUND);
}

/// The values of one direction.
struct Direction {
    name: &'static str,
    journal: &'static str,
    property: &'static str,
    ndr: &'static str,
}

const INBOUND: Direction = Direction { name: "inbound", journal: "InboundJournal", property: "InboundRecipJournalProp", ndr: "InboundJournalNDR" };
const OUTBOUND: Direction =
    Direction { name: "outbound", journal: "OutboundJournal", property: "OutboundRecipJournalProp", ndr: "OutboundJournalNDR" };

fn journal_without_ndr(backup: &Backup, findings: &mut Findings<'_>, direction: &Direction) {
    let Some(service) = &backup.service else { return };
    let Direction { journal, property, ndr, .. } = direction;
    let (address, by_property) = (filled_text(service, EXTENSION, journal), journal_property(service, property));
    if address.is_none() && by_property.is_none() || filled_text(service, EXTENSION, ndr).is_some() {
        return;
    }
    let switch = if address.is_some() { journal } else { property };
    let finding = findings.report(format!("{switch} is set, but {ndr} is absent or empty"));
    finding.evidences(address.iter().map(|address| Evidence::setting(service, address).expected(format!("with {ndr}"))));
    finding.evidences(by_property.iter().map(|property| Evidence::setting(service, property).expected(format!("with {ndr}"))));
    finding.evidence(match service.value(EXTENSION, ndr) {
        Some(empty) => Evidence::setting(service, &empty).expected("an address"),
        None => place_of_absent(service, EXTENSION).expected(format!("a value {ndr} with an address")),
    });
    // A name that the extension does not know and that ends like the one it asks for is the usual misprint.
    let is_misspelt = |name: &str| name.to_lowercase().ends_with("ndr") && describe(EXTENSION, name).is_none();
    for found in service.values_of(EXTENSION).into_iter().filter(|found| is_misspelt(&found.value.name)) {
        let neighbour = Setting { data: (), key: &found.key, value: &found.value };
        finding.evidence(Evidence::setting(service, &neighbour).expected(format!("the name {ndr}")));
    }
}

/// Returns a property number that switches journaling on.
fn journal_property<'a>(service: &'a ServiceKey, name: &str) -> Option<Setting<'a, u32>> {
    service.dword(EXTENSION, name).filter(|number| number.data != 0)
}

fn journal_properties(service: &ServiceKey) -> Vec<Setting<'_, u32>> {
    [INBOUND, OUTBOUND].iter().filter_map(|direction| journal_property(service, direction.property)).collect()
}

fn is_well_formed(number: u32) -> bool {
    number.trailing_zeros() >= 16 && number >> 16 >= FIRST_DIRECTORY_ID
}

declare_rule! {
    /// Per-recipient journal property is malformed.
    ///
    /// ## Why it matters
    /// The id of the property belongs into the upper half of the number and the lower half must be zero. 0x00008036 or 0x8036001E
    /// select nothing, and no copies are made.
    ///
    /// ## What to do
    /// Shift the id into the upper half, for example 0x80360000 for custom attribute 10, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:00008036
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundRecipJournalProp"=dword:8036001e
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundRecipJournalProp"=dword:3a000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:80360000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:00000000
    /// ```
    pub static JOURNAL_PROPERTY_MALFORMED = {
        id: "SVC207", name: "journal-property-malformed", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258206", "Q262122"],
        needs: [ImcsvcReg],
        tags: ["journaling", "typo"],
        check: Backup(journal_property_malformed),
    }
}

fn journal_property_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let malformed: Vec<_> = journal_properties(service).into_iter().filter(|number| !is_well_formed(number.data)).collect();
    let Some(first) = malformed.first() else { return };
    let meant = |number: u32| match number {
        id if (FIRST_DIRECTORY_ID..=0xFFFF).contains(&id) => format!("{:#010x}", id << 16),
        whole if whole >> 16 >= FIRST_DIRECTORY_ID => format!("{:#010x}", whole & 0xFFFF_0000),
        _ => "an id from 0x8000 on in the upper half, for example 0x80360000".to_owned(),
    };
    findings
        .report(format!("{} is {:#010x}, which selects no property; probably meant: {}", first.value.name, first.data, meant(first.data)))
        .evidences(malformed.iter().map(|number| Evidence::setting(service, number).expected(meant(number.data))));
}

declare_rule! {
    /// Per-recipient journal property is no custom attribute.
    ///
    /// ## Why it matters
    /// The articles use the custom attributes of the recipient, of which attribute 10 is 0x8036. Another property may hold something
    /// that is no address of a journal.
    ///
    /// ## What to do
    /// Check which property of the directory was meant.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:80060000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:802d0000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundRecipJournalProp"=dword:00008006
    /// ```
    pub static JOURNAL_PROPERTY_UNUSUAL = {
        id: "SVC208", name: "journal-property-unusual", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q258206", "Q262122"],
        needs: [ImcsvcReg],
        tags: ["journaling"],
        check: Backup(journal_property_unusual),
    }
}

fn journal_property_unusual(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let numbers = journal_properties(service).into_iter().filter(|number| is_well_formed(number.data));
    let unusual: Vec<_> = numbers.filter(|number| !CUSTOM_ATTRIBUTES.contains(&(number.data >> 16))).collect();
    let Some(first) = unusual.first() else { return };
    findings
        .report(format!("{} selects property {:#06x}, which is no custom attribute", first.value.name, first.data >> 16))
        .evidences(unusual.iter().map(|number| Evidence::setting(service, number).expected("0x802d0000 to 0x80360000, custom attributes 1 to 10")));
}

declare_rule! {
    /// The connector journals mail.
    ///
    /// ## Why it matters
    /// Mail is copied to a third recipient. That matters for privacy and load, and it explains extra recipients or copies in the
    /// queues.
    ///
    /// ## What to do
    /// Nothing has to be done; keep it in mind when messages are counted.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="Legal notice"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    pub static JOURNALING_ACTIVE = {
        id: "SVC210", name: "journaling-active", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258206", "Q262122"],
        needs: [ImcsvcReg],
        tags: ["journaling", "privacy"],
        check: Backup(journaling_active),
    }
}

fn journaling_active(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(extension) = loaded_extension(service) else { return };
    let mut told = Vec::new();
    let mut proof = Vec::new();
    for Direction { name, journal, property, .. } in [INBOUND, OUTBOUND] {
        if let Some(address) = filled_text(service, EXTENSION, journal) {
            told.push(format!("{name} mail is copied to {}", address.data));
            proof.push(Evidence::setting(service, &address));
        }
        if let Some(number) = journal_property(service, property) {
            told.push(format!("{name} mail is copied to what property {:#06x} of each recipient names", number.data >> 16));
            proof.push(Evidence::setting(service, &number));
        }
    }
    if !told.is_empty() {
        let wanted = "journaling that is wanted and known to the users";
        findings
            .report(told.join("; "))
            .evidences(proof.into_iter().map(|proof| proof.expected(wanted)))
            .evidence(Evidence::setting(service, &extension));
    }
}
