//! Whether the exported object is the connector, and whose it is (Q157013, Q246608, Q306308).

use crate::{
    backup::{
        Backup,
        dn::{Dn, same_name},
        gateway::Choice,
    },
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::dapi_csv::{self, DirectoryExport, Row},
};

use super::proof::{column, object};

/// Classes of objects that are certainly no connector of this kind.
const OTHER_CLASSES: [&str; 16] = [
    "mailbox",
    "dl",
    "distribution-list",
    "remote",
    "remote-address",
    "public-folder",
    "container",
    "organization",
    "organizational-unit",
    "site-addressing",
    "mta",
    "computer",
    "address-template",
    "x400-link",
    "rfc1006-x400-link",
    "dx-requestor",
];

declare_rule! {
    /// Exported object is no gateway.
    ///
    /// ## Why it matters
    /// Every line is of a class that no Internet connector has: the file describes something else, a list of recipients for instance
    /// that was renamed to Imcobj.csv. The class of the connector itself is given by no article, so only classes that are certainly
    /// wrong count. An export of nothing but containers is told as an export without object (DIR001).
    ///
    /// ## What to do
    /// Export the connector object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mailbox,joe
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// DL,sales
    /// Remote,ann
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mailbox,joe
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// ```
    pub static WRONG_OBJECT_CLASS = {
        id: "DIR012", name: "wrong-object-class", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q303250", "Q239639", "Q185155"],
        needs: [ImcobjCsv],
        tags: ["directory", "identity"],
        check: Backup(wrong_object_class),
    }
}

fn wrong_object_class(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| directory.export.is_dapi) else {
        return findings.undecided("Imcobj.csv", "the file is no directory export");
    };
    let rows = &directory.export.rows;
    let is_other = |row: &Row| OTHER_CLASSES.iter().any(|other| dapi_csv::same_name(class(row), other));
    let only_containers = rows.iter().all(|row| dapi_csv::same_name(class(row), "container"));
    if only_containers || !rows.iter().all(is_other) {
        return;
    }
    let told = rows.iter().map(|row| format!("{} '{}'", class(row), name_of(&directory.export, row)));
    findings
        .report(format!("the export describes no gateway but {}", enumerated(told, 3)))
        .first_evidences(rows.iter().map(|row| Evidence::row(directory, row).expected("Mail-Gateway")));
}

fn class(row: &Row) -> &str {
    row.fields.first().and_then(|field| field.values.first()).map_or("", |value| value.trim())
}

/// Returns the name of an object as far as the export gives one.
fn name_of<'a>(export: &DirectoryExport, row: &'a Row) -> &'a str {
    let text = |name| row.fields.get(export.column(name)?)?.values.first().map(AsRef::as_ref).filter(|text: &&str| !text.trim().is_empty());
    let last_cn = |dn| Dn::parse(dn)?.last_cn();
    let name = text("Directory Name").or_else(|| text("Common-Name")).or_else(|| last_cn(text("Obj-Dist-Name")?));
    name.unwrap_or("without name")
}

declare_rule! {
    /// Export holds more than one object.
    ///
    /// ## Why it matters
    /// The tool exports one gateway object. Several lines mean that somebody exported the whole container of connectors, so it has
    /// to be sure which of them belongs to this server. The one whose server registry or profile name is chosen, else the first
    /// connector.
    ///
    /// ## What to do
    /// Make sure that the right object is looked at, or export it alone.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// Mail-Gateway,Internet Mail Connector (SRV2)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// Mail-Gateway,Internet Mail Connector (SRV1)
    /// ```
    pub static SEVERAL_OBJECTS = {
        id: "DIR013", name: "several-objects", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q185155"],
        needs: [ImcobjCsv],
        tags: ["directory", "identity"],
        check: Backup(several_objects),
    }
}

fn several_objects(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(directory) = backup.directory.as_ref().filter(|directory| directory.export.is_dapi && directory.export.rows.len() > 1) else { return };
    let rows = &directory.export.rows;
    let names = enumerated(rows.iter().map(|row| name_of(&directory.export, row)), 5);
    let chosen = backup.gateway.as_ref().map(|gateway| match gateway.choice {
        Choice::Server => format!("line {} is taken, whose server registry or profile name", gateway.line),
        _ => format!("line {} is taken, the first connector", gateway.line),
    });
    findings
        .report(format!("{} objects: {names}; {}", rows.len(), chosen.unwrap_or_else(|| "none of them is a connector".to_owned())))
        .first_evidences(rows.iter().map(|row| Evidence::row(directory, row).expected("one object")));
}

declare_rule! {
    /// Object is not in the Connections container.
    ///
    /// ## Why it matters
    /// The connector object always lies right in the container Connections of its site's Configuration. An object that lies
    /// elsewhere is something else.
    ///
    /// ## What to do
    /// Export the right object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,imc,/o=ACME/ou=WEST/cn=Recipients/cn=imc
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,imc,/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)/cn=x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,imc,/O=ACME/OU=WEST/CN=CONFIGURATION/CN=CONNECTIONS/CN=INTERNET MAIL CONNECTOR (SRV1)
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,imc,
    /// ```
    pub static OBJECT_IN_WRONG_CONTAINER = {
        id: "DIR024", name: "object-in-wrong-container", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q152931", "Q157013", "Q306308"],
        needs: [ImcobjCsv],
        tags: ["directory", "identity"],
        check: Backup(object_in_wrong_container),
    }
}

fn object_in_wrong_container(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(attribute) = column(object, "Obj-Dist-Name", findings) else { return };
    let Some(dn) = attribute.filled().next() else { return };
    if !Dn::parse(dn).is_some_and(|dn| dn.is_connection()) {
        findings.report(format!("the object is {dn}")).evidence(
            Evidence::attribute(directory, gateway, attribute)
                .expected("/o=…/ou=…/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SERVER)"),
        );
    }
}

declare_rule! {
    /// Object is another connector.
    ///
    /// ## Why it matters
    /// The directory name of the Internet connector begins with Internet Mail Connector in all versions, whatever name is displayed,
    /// and its diagnostics are those of the service MSExchangeIMC. This object belongs to another connector of the site. That the
    /// attribute for diagnostics names the service is inferred.
    ///
    /// ## What to do
    /// Export the right object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Diagnostic-reg-key
    /// Mail-Gateway,Connector for cc:Mail (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Connector for cc:Mail (SRV1),MSExchangeCCMC
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Diagnostic-reg-key
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),MSExchangeCCMC
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Diagnostic-reg-key
    /// Mail-Gateway,Internet Mail Connector (SRV1),/O=ACME/OU=WEST/CN=CONFIGURATION/CN=CONNECTIONS/CN=INTERNET MAIL CONNECTOR (SRV1),msexchangeimc
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Diagnostic-reg-key
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Recipients/cn=imc,
    /// ```
    pub static OBJECT_NAME_NOT_IMC = {
        id: "DIR025", name: "object-name-not-imc", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q152931", "Q157013", "Q282780", "Q306308", "Q157323"],
        needs: [ImcobjCsv],
        tags: ["directory", "identity"],
        check: Backup(object_name_not_imc),
    }
}

fn object_name_not_imc(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let dn = gateway.filled("Obj-Dist-Name").filter(|dn| dn.filled().next().is_some_and(is_other_connector));
    let key = gateway.filled("Diagnostic-Reg-Key");
    let key = key.filter(|key| key.filled().next().is_some_and(|key| !key.trim().eq_ignore_ascii_case("MSExchangeIMC")));
    let told: Vec<_> = dn.iter().chain(key.iter()).map(|attribute| format!("{} is {}", attribute.column, attribute.values.join("%"))).collect();
    if told.is_empty() {
        if gateway.column("Obj-Dist-Name").is_none() && gateway.column("Diagnostic-Reg-Key").is_none() {
            findings.undecided("Imcobj.csv", "the export has neither Obj-Dist-Name nor Diagnostic-reg-key");
        }
        return;
    }
    let finding = findings.report(told.join("; "));
    finding.evidences(dn.map(|dn| Evidence::attribute(directory, gateway, dn).expected("cn=Internet Mail Connector (SERVER)")));
    finding.evidences(key.map(|key| Evidence::attribute(directory, gateway, key).expected("MSExchangeIMC")));
}

/// Returns whether a name is that of a connector which is none for the Internet.
fn is_other_connector(dn: &str) -> bool {
    Dn::parse(dn).is_some_and(|dn| dn.is_connection() && !dn.is_internet_connector())
}

declare_rule! {
    /// Object refers to more than one server.
    ///
    /// ## Why it matters
    /// The connector is homed on another server than the one it was made for. If one of them has left the site, the message transfer
    /// agent can fault (event 9405) while it builds the connector's queue.
    ///
    /// ## What to do
    /// Delete the stale object (Administrator program in raw mode), recalculate routing, and create the connector again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-MTA
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Servers/cn=SRV2/cn=Microsoft MTA
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Computer-Name,Home-Server
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SRV1,SRV9
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Computer-Name,Home-Server,Home-MTA
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),srv1,/o=ACME/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1,/o=ACME/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft MTA
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-Server
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),~SERVER
    /// ```
    pub static OBJECT_NAMES_TWO_SERVERS = {
        id: "DIR026", name: "object-names-two-servers", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q246608", "Q185155"],
        needs: [ImcobjCsv],
        tags: ["directory", "identity", "crash"],
        check: Backup(object_names_two_servers),
    }
}

fn object_names_two_servers(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let named = gateway.named_servers();
    let Some(first) = named.first() else { return findings.undecided("Imcobj.csv", "no attribute of the object names a server") };
    // A host name with its domain is the same computer.
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    if named.iter().all(|other| same_name(&short(other.name), &short(first.name))) {
        return;
    }
    let told = enumerated(named.iter().map(|named| format!("{} ({})", named.name, named.attribute.column)), 5);
    let proof = named.iter().map(|named| Evidence::attribute(directory, gateway, named.attribute).expected("one server in all attributes"));
    findings.report(format!("the object names several servers: {told}")).evidences(proof);
}

declare_rule! {
    /// Object has no home MTA or store.
    ///
    /// ## Why it matters
    /// The connector keeps its queues in the private store of its own server and is fed by the message transfer agent there. Without
    /// a private store on that server it cannot start (event 4018).
    ///
    /// ## What to do
    /// Create a private store on that server, or move the connector to a server that has one.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-MDB
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-MDB,Home-MTA
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft Private MDB,
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Home-MDB
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft Private MDB
    /// ```
    pub static OBJECT_WITHOUT_HOME = {
        id: "DIR027", name: "object-without-home", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q157042", "Q261283"],
        needs: [ImcobjCsv],
        tags: ["directory", "startup"],
        check: Backup(object_without_home),
    }
}

fn object_without_home(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let homes: Vec<_> = ["Home-MDB", "Home-MTA"].iter().filter_map(|name| gateway.column(name)).collect();
    if homes.is_empty() {
        return findings.undecided("Imcobj.csv", "the export has neither Home-MDB nor Home-MTA");
    }
    let lacking: Vec<_> = homes.into_iter().filter(|home| home.is_blank()).collect();
    if lacking.is_empty() {
        return;
    }
    findings
        .report(format!("{} of the object is empty", lacking.iter().map(|home| home.column.as_ref()).collect::<Vec<_>>().join(" and ")))
        .evidences(lacking.iter().map(|home| Evidence::attribute(directory, gateway, home).expected("the name of a store or transfer agent")));
}
