//! The connector object itself.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// The connector object is a tombstone.
    ///
    /// ## Why it matters
    /// The object has been deleted and only waits to be purged; the service finds no valid configuration any more.
    ///
    /// ## What to do
    /// Recreate the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Is-Deleted
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Is-Deleted
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),0
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Is-Deleted
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    pub static OBJECT_DELETED = {
        id: "DIR022", name: "object-deleted", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q239639"],
        needs: [ImcobjCsv],
        tags: ["directory", "startup"],
        check: Backup(object_deleted),
    }
}

fn object_deleted(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) else { return };
    let Some(attribute) = gateway.attribute("Is-Deleted") else { return };
    if attribute.values.first().is_some_and(|value| value.trim() == "1") {
        findings
            .report("the connector object is marked as deleted")
            .evidence(Evidence::attribute(directory, gateway, attribute).expected("0 or empty"));
    }
}

declare_rule! {
    /// Disabled connector still attracts mail.
    ///
    /// ## Why it matters
    /// The MTA goes on routing to it. Once in MTS-OUT the mail is neither rerouted nor returned, and it is lost if the service
    /// is never started again.
    ///
    /// ## What to do
    /// Run it outbound-only until the queue is empty, then remove the address spaces and the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000004
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000004
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    pub static RETIRED_CONNECTOR_ATTRACTS_MAIL = {
        id: "DIR090", name: "retired-connector-attracts-mail", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q285090", "Q238719", "Q295749"],
        needs: [ImcobjCsv, ImcsvcReg],
        tags: ["address-space", "queue", "startup"],
        check: Backup(retired_connector_attracts_mail),
    }
}

fn retired_connector_attracts_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(service), Some(directory), Some(gateway)) = (&backup.service, &backup.directory, &backup.gateway) else { return };
    let Some(start) = service.dword("", "Start").filter(|start| start.data == 4) else { return };
    let Some(spaces) = gateway.column("Routing-List") else {
        return findings.undecided("Imcobj.csv", "the export has no column Routing-List");
    };
    if !spaces.is_blank() {
        findings
            .report(format!("the service is disabled, but its object still has {} address spaces: {}", spaces.values.len(), spaces.values.join(", ")))
            .evidence(Evidence::setting(service, &start).expected("a service that runs, or no address space"))
            .evidence(Evidence::attribute(directory, gateway, spaces));
    }
}
