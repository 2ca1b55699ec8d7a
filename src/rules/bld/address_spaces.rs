//! Address spaces that a build, or the transfer agent of its age, does not understand.

use crate::{
    backup::{
        Backup, Build, DirectorySource, Gateway, GatewayAttribute,
        routing_list::{AddressClass, AddressSpace, scope},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{FIRST_40, FIRST_50, RTM_55, SP1_50, SP1_55, SP4_40, build_between, build_in};

/// The address spaces of the connector with their place.
struct Spaces<'a> {
    directory: &'a DirectorySource,
    gateway: &'a Gateway,
    column: &'a GatewayAttribute,
}

/// Returns the address spaces, or says that the export does not tell them.
fn spaces<'a>(backup: &'a Backup, findings: &mut Findings<'_>) -> Option<Spaces<'a>> {
    let (directory, gateway) = (backup.directory.as_ref()?, backup.gateway.as_ref());
    let column = gateway.and_then(|gateway| gateway.column("Routing-List"));
    match (gateway, column) {
        (Some(gateway), Some(column)) => Some(Spaces { directory, gateway, column }),
        (None, _) => {
            findings.undecided("Imcobj.csv", "the export has no row of the connector");
            None
        }
        (_, None) => {
            findings.undecided("Imcobj.csv", "the export has no column Routing-List");
            None
        }
    }
}

impl<'a> Spaces<'a> {
    /// Returns every address space with its text; what is none is left out.
    fn parsed(&self) -> impl Iterator<Item = (&'a str, AddressSpace<'a>)> {
        self.column.values.iter().filter_map(|value| Some((value.as_ref(), AddressSpace::parse(value)?)))
    }

    fn proof(&self, value: &str) -> Evidence {
        Evidence::attribute(self.directory, self.gateway, self.column).observed(value)
    }
}

declare_rule! {
    /// LOCAL address space on a server that does not know it.
    ///
    /// ## Why it matters
    /// Address spaces of type LOCAL need the transfer agent of 4.0 SP4. An older one takes LOCAL for an unknown address type, so there is no
    /// route for SMTP at all.
    ///
    /// ## What to do
    /// Install 4.0 SP4, or restore the plain SMTP entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.993.5) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),LOCAL:SMTP:*;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.995.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),LOCAL:SMTP:*;1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.993.5) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    pub static LOCAL_ADDRESS_SPACE_ON_OLD_MTA = {
        id: "BLD014", name: "local-address-space-on-old-mta", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.995" in "4.0 SP4",
        kb: ["Q161947"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["address-space"],
        check: Backup(local_address_space_on_old_mta),
    }
}

fn local_address_space_on_old_mta(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_40, SP4_40) else { return };
    let Some(spaces) = spaces(backup, findings) else { return };
    let Some((text, _)) = spaces.parsed().find(|(_, space)| space.local || space.is("LOCAL")) else { return };
    findings
        .report(format!("address space '{text}' has type LOCAL, which build {} does not know", found.build))
        .evidence(spaces.proof(text).expected("a plain SMTP entry before 4.0 SP4"))
        .evidence(found.expecting("4.0.995.52"));
}

declare_rule! {
    /// Scope of the address space is ignored by this build.
    ///
    /// ## Why it matters
    /// The address space is meant for one site or location, and this build does not heed that. Mail may leave through a connector of another
    /// site or location.
    ///
    /// ## What to do
    /// Set the scope to organization, or install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1;location
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1;location
    /// ```
    pub static ADDRESS_SPACE_SCOPE_IGNORED = {
        id: "BLD015", name: "address-space-scope-ignored", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2651.58" in "5.5 SP4",
        kb: ["Q239228", "Q234639", "Q279404"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["address-space", "routing"],
        check: Backup(address_space_scope_ignored),
    }
}

fn address_space_scope_ignored(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_55, Build::new(5, 5, 2651, 58)) else { return };
    let Some(spaces) = spaces(backup, findings) else { return };
    let scoped = spaces.column.values.iter().filter_map(|value| Some((value.as_ref(), scope(value)?)));
    let narrow = scoped.filter(|(_, scope)| ["site", "location"].iter().any(|known| known.eq_ignore_ascii_case(scope)));
    let narrow: Vec<(&str, &str)> = narrow.collect();
    let Some((text, scope)) = narrow.first() else { return };
    findings
        .report(format!("address space '{text}' is meant for one {}, which build {} does not heed", scope.to_lowercase(), found.build))
        .first_evidences(narrow.iter().map(|(text, _)| spaces.proof(text).expected("scope organization before 5.5 SP4")))
        .evidence(found.expecting("5.5.2651.58"));
}

declare_rule! {
    /// Four 32-character organizational units stop the 5.0 MTA.
    ///
    /// ## Why it matters
    /// The transfer agent of 5.0 fails while it rebuilds the routing table, and does not start.
    ///
    /// ## What to do
    /// Shorten one of the units, or install 5.0 SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),X400:c=US;a= ;p=P;o=O;ou1=abcdefghijklmnopqrstuvwxyz012345;ou2=abcdefghijklmnopqrstuvwxyz012345;ou3=abcdefghijklmnopqrstuvwxyz012345;ou4=abcdefghijklmnopqrstuvwxyz012345;;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),X400:c=US;a= ;p=P;o=O;ou1=abcdefghijklmnopqrstuvwxyz012345;ou2=abcdefghijklmnopqrstuvwxyz012345;ou3=abcdefghijklmnopqrstuvwxyz012345;ou4=abcdefghijklmnopqrstuvwxyz01234;;1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),X400:c=US;a= ;p=P;o=O;ou1=abcdefghijklmnopqrstuvwxyz012345;ou2=abcdefghijklmnopqrstuvwxyz012345;ou3=abcdefghijklmnopqrstuvwxyz012345;ou4=abcdefghijklmnopqrstuvwxyz012345;;1
    /// ```
    pub static FOUR_LONG_OUS_STOP_MTA = {
        id: "BLD016", name: "four-long-ous-stop-mta", severity: Critical, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1458" in "5.0 SP1",
        kb: ["Q166551"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["crash", "address-space"],
        check: Backup(four_long_ous_stop_mta),
    }
}

fn four_long_ous_stop_mta(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_50, SP1_50) else { return };
    let Some(spaces) = spaces(backup, findings) else { return };
    let long_units = |space: &AddressSpace<'_>| {
        let parts = || space.address.split(';').filter_map(|part| part.split_once('='));
        let is_long = |name: &str| parts().any(|(key, value)| key.trim().eq_ignore_ascii_case(name) && value.chars().count() == 32);
        space.is("X400") && ["ou1", "ou2", "ou3", "ou4"].iter().all(|name| is_long(name))
    };
    let Some((text, _)) = spaces.parsed().find(|(_, space)| long_units(space)) else { return };
    findings
        .report(format!(
            "an X.400 address space has four organizational units of 32 characters, at which the transfer agent of build {} stops",
            found.build
        ))
        .evidence(spaces.proof(text).expected("one unit of 31 characters at most before 5.0 SP1"))
        .evidence(found.expecting("5.0.1458.49"));
}

declare_rule! {
    /// Other address types cannot be delivered by this build.
    ///
    /// ## Why it matters
    /// The service of 5.5 RTM handles SMTP recipients only. Others bounce with '000D06B5 No proxy for Recipient'. OverrideProxyOut works from
    /// SP1 on.
    ///
    /// ## What to do
    /// Install 5.5 SP1, then set OverrideProxyOut, SiteDomain and the address space.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTPOUT:*;1
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTPOUT:*;1
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "OverrideProxyOut"="SMTPOUT"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1%MS:NET/*;1%LOCAL:SMTP:*;1
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// ```
    pub static SMTP_ONLY_ON_RTM = {
        id: "BLD030", name: "smtp-only-on-rtm", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2232" in "5.5 SP1",
        kb: ["Q183801"],
        needs: [ImcsvcReg, ImcobjCsv, ServerBuild],
        tags: ["routing", "address-space"],
        check: Backup(smtp_only_on_rtm),
    }
}

fn smtp_only_on_rtm(backup: &Backup, findings: &mut Findings<'_>) {
    const KNOWN: [&str; 6] = ["SMTP", "X400", "EX", "MS", "CCMAIL", "LOCAL"];
    let Some(found) = build_between(backup, RTM_55, SP1_55) else { return };
    let Some(spaces) = spaces(backup, findings) else { return };
    let others: Vec<_> = spaces.parsed().filter(|(_, space)| !KNOWN.iter().any(|known| space.is(known))).collect();
    let Some((text, space)) = others.first() else { return };
    let finding = findings.report(format!("address space '{text}' is of type {}; build {} delivers SMTP recipients only", space.kind, found.build));
    finding.first_evidences(others.iter().map(|(text, _)| spaces.proof(text).expected("SMTP before 5.5 SP1")));
    let service = backup.service.as_ref();
    let other = service.and_then(|service| service.text("Parameters", "OverrideProxyOut").map(|value| Evidence::setting(service, &value)));
    finding.evidences(other.map(|proof| proof.expected("5.5 SP1, which knows the value")));
    finding.evidence(found.expecting("5.5.2232.9"));
}

declare_rule! {
    /// Blank SMTP address space is dropped by MTAs of this age.
    ///
    /// ## Why it matters
    /// When a transfer agent of this age recalculates its routing, it drops imported routes of type SMTP that have no value. Users of other
    /// sites then get reports that no route exists, while users of this site can send. The fault is in the other sites' transfer agents, whose
    /// build is assumed to be like this one.
    ///
    /// ## What to do
    /// Use * instead of the blank address, or a LOCAL route, and update the transfer agents of the other sites.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.995.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP: ;1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:;1%SMTP:*;5
    /// ```
    pub static BLANK_SMTP_SPACE_DROPPED_BY_OLD_MTA = {
        id: "BLD604", name: "blank-smtp-space-dropped-by-old-mta", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2232.9" in "4.0 SP5; 5.5 SP1",
        kb: ["Q180730", "Q242221", "Q174189"],
        needs: [ImcobjCsv, ServerBuild],
        tags: ["address-space", "routing", "bounce", "fix-mta"],
        check: Backup(blank_smtp_space_dropped_by_old_mta),
    }
}

fn blank_smtp_space_dropped_by_old_mta(backup: &Backup, findings: &mut Findings<'_>) {
    let whole_50 = (FIRST_50, Build { build: u32::MAX, ..FIRST_50 });
    let Some(found) = build_in(backup, &[(FIRST_40, Build::new(4, 0, 996, 0)), whole_50, (RTM_55, SP1_55)]) else { return };
    let Some(spaces) = spaces(backup, findings) else { return };
    let is_everything = |(_, space): (&str, AddressSpace<'_>)| space.is("SMTP") && space.class() == AddressClass::Everything;
    let blank = spaces.parsed().find(|(_, space)| space.is("SMTP") && space.class() == AddressClass::Blank);
    let Some((text, _)) = blank.filter(|_| !spaces.parsed().any(is_everything)) else { return };
    findings
        .report(format!("address space '{text}' has no value, and transfer agents of the age of build {} drop such routes", found.build))
        .evidence(spaces.proof(text).expected("SMTP:* in place of the blank"))
        .evidence(found.proof.expected("4.0.996.62 or 5.5.2232.9 at least; 5.0 got a hotfix only"));
}
