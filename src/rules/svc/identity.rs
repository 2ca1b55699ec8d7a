//! Whether the registry speaks of the same server as the directory.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// HomeDSA names a server other than the object's.
    ///
    /// ## Why it matters
    /// HomeDSA is the directory server the service binds to. Another server works only while it is reachable and replicated;
    /// after a move it is usually a leftover.
    ///
    /// ## What to do
    /// Set it to the own server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "HomeDSA"="SRV2"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "HomeDSA"="/o=ACME/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft DSA"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static HOMEDSA_DIFFERS_FROM_OBJECT = {
        id: "SVC012", name: "homedsa-differs-from-object", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163243"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["startup", "identity"],
        check: Backup(homedsa_differs_from_object),
    }
}

fn homedsa_differs_from_object(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(home) = service.text("Parameters", "HomeDSA") else { return };
    let Some(server) = backup.gateway.as_ref().and_then(|gateway| gateway.server()) else {
        return findings.undecided("Imcobj.csv", "the directory object names no server");
    };
    let written = home.data.trim();
    let first_label = written.split('.').next().unwrap_or_default();
    let is_same = |name: &str| name.trim().eq_ignore_ascii_case(server);
    let in_dn = written.split(['/', '\\']).filter_map(|part| part.split_once('=')).any(|(_, name)| is_same(name));
    if !written.is_empty() && !is_same(written) && !is_same(first_label) && !in_dn {
        findings
            .report(format!("HomeDSA is '{written}', the directory object belongs to server {server}"))
            .evidence(Evidence::setting(service, &home).expected(server));
    }
}
