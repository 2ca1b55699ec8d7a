//! Resolving and rewriting of addresses (ResolveP2, AddressRewrite), as some builds do it.

use crate::{
    backup::{Backup, Build},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{RTM_50, RTM_55, SP1_50, SP2_50, SP2_55, build_between, parameter};

declare_rule! {
    /// ResolveP2 makes mail from ambiguous senders undeliverable.
    ///
    /// ## Why it matters
    /// If two directory entries carry the sender's address, the look-up fails with E_FAIL and the inbound message is moved to
    /// Imcdata\In\Archive (events 12004 and 4117).
    ///
    /// ## What to do
    /// Install 5.5 SP2, remove duplicate custom recipients, or set ResolveP2 to 0.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000000
    /// ```
    pub static RESOLVEP2_ARCHIVES_MAIL = {
        id: "BLD004", name: "resolvep2-archives-mail", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2448" in "5.5 SP2",
        kb: ["Q192583", "Q201904", "Q242222"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["queue"],
        check: Backup(resolvep2_archives_mail),
    }
}

fn resolvep2_archives_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let resolve = parameter(backup, "ResolveP2").filter(|(_, resolve)| resolve.data != 0);
    let reroute = parameter(backup, "RerouteViaStore").filter(|(_, reroute)| reroute.data == 1);
    let Some((service, switch)) = resolve.or(reroute) else { return };
    let Some(found) = build_between(backup, RTM_55, SP2_55) else { return };
    findings
        .report(format!(
            "{} is {}; build {} archives inbound mail whose sender stands twice in the directory",
            switch.value.name, switch.data, found.build
        ))
        .evidence(Evidence::setting(service, &switch).expected("0 before 5.5 SP2"))
        .evidence(found.expecting("5.5.2448.0"));
}

declare_rule! {
    /// ResolveP2 flags on 5.0.
    ///
    /// ## Why it matters
    /// The form with flags came with 5.5. Version 5.0 knows 0 and 1 only.
    ///
    /// ## What to do
    /// Set ResolveP2 to 1, or upgrade.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000020
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000020
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    /// ```
    pub static RESOLVEP2_FLAGS_ON_50 = {
        id: "BLD005", name: "resolvep2-flags-on-50", severity: Warning, certainty: Likely,
        versions: [V5_0],
        kb: ["Q174755"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["upgrade"],
        check: Backup(resolvep2_flags_on_50),
    }
}

fn resolvep2_flags_on_50(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, switch)) = parameter(backup, "ResolveP2").filter(|(_, switch)| switch.data > 1) else { return };
    let Some(found) = build_between(backup, RTM_50, Build { build: u32::MAX, ..RTM_50 }) else { return };
    findings
        .report(format!("ResolveP2 is {:#x}, a sum of flags, which build {} does not know", switch.data, found.build))
        .evidence(Evidence::setting(service, &switch).expected("0 or 1 on 5.0"))
        .evidence(found.proof);
}

declare_rule! {
    /// Address rewriting uses the wrong reply address on this build.
    ///
    /// ## Why it matters
    /// In relayed mail of a custom recipient the header shows the internal address, such as user@host1.domain, instead of the primary SMTP
    /// address user@domain.
    ///
    /// ## What to do
    /// Install 5.0 SP2, or turn AddressRewrite off.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressRewrite"=dword:00000001
    /// "ResolveP2"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressRewrite"=dword:00000001
    /// "ResolveP2"=dword:00000001
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AddressRewrite"=dword:00000000
    /// "ResolveP2"=dword:00000001
    /// ```
    pub static ADDRESS_REWRITE_WRONG_REPLY_TO = {
        id: "BLD024", name: "address-rewrite-wrong-reply-to", severity: Warning, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460" in "5.0 SP2",
        kb: ["Q176739"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["routing"],
        check: Backup(address_rewrite_wrong_reply_to),
    }
}

fn address_rewrite_wrong_reply_to(backup: &Backup, findings: &mut Findings<'_>) {
    let on = |name| parameter(backup, name).filter(|(_, switch)| switch.data == 1);
    let (Some((service, rewrite)), Some((_, resolve))) = (on("AddressRewrite"), on("ResolveP2")) else { return };
    let Some(found) = build_between(backup, SP1_50, SP2_50) else { return };
    findings
        .report(format!(
            "AddressRewrite and ResolveP2 are 1; build {} writes the internal address of custom recipients into relayed mail",
            found.build
        ))
        .evidence(Evidence::setting(service, &rewrite))
        .evidence(Evidence::setting(service, &resolve))
        .evidence(found.expecting("5.0.1460.8"));
}
