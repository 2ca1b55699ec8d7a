//! The gateway object of the connector, as its row of Imcobj.csv shows it (Q185155, Q199412, Q282780, Q306308).
//!
//! Attributes are found by schema or friendly name. In a row with too many fields an unquoted separator has shifted the values; only the
//! columns in front of the shift are trusted, so that no rule judges a value under the wrong name (Q184532).
//!
//! Deliberately absent: defaults for absent attributes; they stand in the table of attributes.

use crate::{
    base::Timestamp,
    formats::dapi_csv::{self, DirectoryExport, Field, Proxy, Row, same_name},
};

use super::{
    directory_attributes::{Attribute, Syntax},
    dn::{Dn, server_in_parentheses},
    routing_list::AddressSpace,
    secrets::is_secret_column,
};

/// The connector's object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Line of the row, from 1.
    pub line: usize,
    /// Offset of the row in the file.
    pub offset: u64,
    /// Length of the row in bytes.
    pub length: u64,
    /// How the row was found.
    pub choice: Choice,
    /// One entry for each column of the header, in its order; surplus fields follow without a name.
    pub attributes: Vec<GatewayAttribute>,
    /// Number of leading attributes whose column is sure; less than all when surplus fields or quotes that do not fit have shifted them.
    pub trusted: usize,
    /// Indexes of attributes whose quotes do not fit, so that their values are unsure.
    pub unsure: Vec<usize>,
}

/// How the connector's row was found among the rows of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It names the server that registry or profile name.
    Server,
    /// It is a Mail-Gateway or says Internet Mail Connector or Service.
    Connector,
    /// It is the only row.
    OnlyRow,
}

/// One attribute of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAttribute {
    /// Name of the column as the header has it; empty for a surplus field.
    pub column: Box<str>,
    /// What the table of attributes knows.
    pub known: Option<&'static Attribute>,
    /// The values; none when the attribute is absent.
    pub values: Vec<Box<str>>,
    /// Offset of the field in the file; the end of the row when the field is missing.
    pub offset: u64,
    /// Length of the field in bytes.
    pub length: u64,
    /// Whether values must never be shown.
    pub is_secret: bool,
}

impl Gateway {
    /// Finds the connector's row; `server` is the name that registry or profile give.
    #[must_use]
    pub fn find(export: &DirectoryExport, server: Option<&str>) -> Option<Self> {
        let columns = IdentityColumns::of(export);
        let connectors = || export.rows.iter().filter(|row| columns.is_connector(row));
        let names_server = |row: &&Row| {
            let (own, _) = server_of(columns.texts(row))?;
            Some(own.eq_ignore_ascii_case(server?))
        };
        let only = || if let [row] = export.rows.as_slice() { Some((row, Choice::OnlyRow)) } else { None };
        let (row, choice) = connectors()
            .find(|row| names_server(row) == Some(true))
            .map(|row| (row, Choice::Server))
            .or_else(|| connectors().next().map(|row| (row, Choice::Connector)))
            .or_else(only)?;
        Some(Self::of_row(export, row, choice))
    }

    /// Returns an attribute that is present and whose column is sure, by schema or friendly name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&GatewayAttribute> {
        self.column(name).filter(|attribute| !attribute.values.is_empty())
    }

    /// Returns a column that the header has, also when it is empty; with [`Self::attribute`] this tells an empty column from a missing one.
    ///
    /// An attribute can have a column by schema and one by friendly name: the one as asked for counts unless only the other is filled.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&GatewayAttribute> {
        let known = Attribute::find(name).filter(|row| !row.name.ends_with("<n>")).map(|row| row.name);
        // DAPI uses the first of two equal columns only (0x80000098).
        let sure = || self.attributes.iter().enumerate().filter(|(index, _)| self.is_sure(*index)).map(|(_, attribute)| attribute);
        let as_asked = sure().find(|attribute| same_name(&attribute.column, name));
        let is_alias = |attribute: &&GatewayAttribute| known.is_some() && attribute.known.map(|row| row.name) == known;
        let alias = || sure().filter(|attribute| !same_name(&attribute.column, name)).find(is_alias);
        match as_asked {
            Some(column) if !column.values.is_empty() => Some(column),
            Some(column) => alias().filter(|other| !other.values.is_empty()).or(Some(column)),
            None => alias(),
        }
    }

    /// Returns whether the column at this index of the header is the one that the field was written for, and its value whole.
    #[must_use]
    pub fn is_sure(&self, index: usize) -> bool {
        index < self.trusted && !self.unsure.contains(&index)
    }

    /// Returns the first value of an attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name)?.values.first().map(AsRef::as_ref)
    }

    /// Returns the values of an attribute.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.attribute(name).into_iter().flat_map(|attribute| attribute.values.iter().map(AsRef::as_ref))
    }

    /// Returns the distinguished name as written.
    #[must_use]
    pub fn dn(&self) -> Option<&str> {
        self.text("Obj-Dist-Name")
    }

    /// Returns the organization, from the distinguished name.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        Dn::parse(self.dn()?)?.organization()
    }

    /// Returns the site, from the distinguished name.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        Dn::parse(self.dn()?)?.site()
    }

    /// Returns the server: the parentheses of the name, else Computer-Name, else Home-Server.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.server_and_column().map(|(server, _)| server)
    }

    /// Returns the server and the column that names it.
    #[must_use]
    pub fn server_and_column(&self) -> Option<(&str, &GatewayAttribute)> {
        let (server, place) = server_of(SERVER_COLUMNS.map(|name| self.text(name)))?;
        Some((server, self.attribute(SERVER_COLUMNS.get(place)?)?))
    }

    /// Returns the address spaces; a value that is none comes as its text.
    pub fn address_spaces(&self) -> impl Iterator<Item = Result<AddressSpace<'_>, &str>> {
        self.values("Routing-List").map(|value| AddressSpace::parse(value).ok_or(value))
    }

    /// Returns all e-mail addresses of the object that have a type, primary and secondary.
    pub fn proxies(&self) -> impl Iterator<Item = Proxy<'_>> {
        self.values("Proxy-Addresses").chain(self.values("Secondary-Proxy-Addresses")).filter_map(dapi_csv::proxy)
    }

    /// Returns the domains of the SMTP addresses in lower case, each once.
    #[must_use]
    pub fn smtp_domains(&self) -> Vec<String> {
        let mut domains: Vec<String> = self.proxies().filter_map(|proxy| proxy.smtp_domain().map(str::to_lowercase)).collect();
        domains.sort_unstable();
        domains.dedup();
        domains
    }

    /// Returns the size limit in KB as written, and as a number if it is one (Q146264).
    #[must_use]
    pub fn size_limit(&self) -> Option<(&str, Option<i64>)> {
        let text = self.text("Deliv-Cont-Length")?;
        Some((text, text.trim().parse().ok()))
    }

    /// Returns the content types that the connector takes, as dotted object identifiers where they are some.
    #[must_use]
    pub fn content_types(&self) -> Vec<String> {
        self.values("Deliv-Ext-Cont-Types").map(|value| dapi_csv::oid(value).unwrap_or_else(|| value.into())).collect()
    }

    /// Returns when the object was created.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.text("When-Created").and_then(dapi_csv::utc_time)
    }

    /// Returns when the object was changed last.
    #[must_use]
    pub fn changed(&self) -> Option<Timestamp> {
        self.text("When-Changed").and_then(dapi_csv::utc_time)
    }

    /// Returns whether the object is a tombstone (Q239639).
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.text("Is-Deleted").and_then(dapi_csv::flag) == Some(true)
    }

    fn of_row(export: &DirectoryExport, row: &Row, choice: Choice) -> Self {
        let attributes = attributes_of(export, row);
        // A comma too many or too few at the end of a line shifts nothing (Q188649, Q239639).
        let columns = export.header.len();
        let in_place = attributes.iter().take(columns).all(|attribute| fit(attribute) != Some(false));
        let shifted = row.fields.len() != columns && (!in_place || attributes.iter().skip(columns).any(|surplus| !surplus.values.is_empty()));
        let trusted = if shifted { unshifted(&attributes) } else { columns };
        let trusted = trusted.min(row.sure_fields(export.header.len()));
        let unsure = row.fields.iter().enumerate().filter(|(_, field)| field.has_quoting_fault).map(|(index, _)| index).collect();
        Self { line: row.line, offset: row.offset, length: row.length, choice, attributes, trusted, unsure }
    }
}

/// The columns that name the server, in the order in which they are asked.
const SERVER_COLUMNS: [&str; 4] = ["Obj-Dist-Name", "Common-Name", "Computer-Name", "Home-Server"];

/// Returns the server and which of the texts names it.
fn server_of(texts: [Option<&str>; 4]) -> Option<(&str, usize)> {
    let [dn, common_name, computer, home] = texts;
    let filled = |name: &str| !name.is_empty();
    let found = [
        dn.and_then(|dn| Dn::parse(dn)?.last_cn().and_then(server_in_parentheses)),
        common_name.and_then(server_in_parentheses),
        computer.map(str::trim).filter(|name| filled(name)),
        home.map(|home| Dn::parse(home).and_then(|dn| dn.last_cn()).unwrap_or(home.trim())).filter(|name| filled(name)),
    ];
    found.into_iter().enumerate().find_map(|(place, name)| Some((name?, place)))
}

/// Where the header has the columns that tell objects apart; found once, so that a long export is looked through quickly.
struct IdentityColumns {
    class: Option<usize>,
    server: [Option<usize>; 4],
}

impl IdentityColumns {
    fn of(export: &DirectoryExport) -> Self {
        let column = |name: &str| {
            let friendly = || export.column(Attribute::find(name)?.friendly);
            export.column(name).or_else(friendly)
        };
        Self { class: column("Obj-Class"), server: SERVER_COLUMNS.map(column) }
    }

    fn texts<'a>(&self, row: &'a Row) -> [Option<&'a str>; 4] {
        self.server.map(|column| text(row, column))
    }

    fn is_connector(&self, row: &Row) -> bool {
        let [dn, common_name, ..] = self.texts(row);
        let says = |text: &str| {
            let text = text.to_lowercase();
            text.contains("internet mail connector") || text.contains("internet mail service")
        };
        text(row, self.class).is_some_and(|class| same_name(class, "Mail-Gateway")) || dn.is_some_and(says) || common_name.is_some_and(says)
    }
}

fn text(row: &Row, column: Option<usize>) -> Option<&str> {
    row.fields.get(column?)?.values.first().map(AsRef::as_ref)
}

/// Returns the attributes of any object of an export: one for each column of the header, surplus fields behind them.
#[must_use]
pub fn attributes_of(export: &DirectoryExport, row: &Row) -> Vec<GatewayAttribute> {
    let count = export.header.len().max(row.fields.len());
    (0..count).map(|index| attribute(export, row, index)).collect()
}

fn attribute(export: &DirectoryExport, row: &Row, index: usize) -> GatewayAttribute {
    let column = export.header.get(index).map_or("", |column| column.name.as_ref());
    let known = Attribute::find(column);
    let field = row.fields.get(index);
    GatewayAttribute {
        column: column.into(),
        known,
        values: field.map(|field| values(export, field, known)).unwrap_or_default(),
        offset: field.map_or(row.offset + row.length, |field| field.offset),
        length: field.map_or(0, |field| field.length),
        is_secret: known.is_some_and(|row| row.secret) || is_secret_column(column),
    }
}

fn values(export: &DirectoryExport, field: &Field, known: Option<&Attribute>) -> Vec<Box<str>> {
    // A separator of values is an ordinary character of an attribute that has only one (Q156063).
    if known.is_some_and(|row| !row.multi_valued) && field.values.len() > 1 {
        vec![field.as_one(export.value_separator).into()]
    } else {
        field.values.clone()
    }
}

/// Counts the leading columns in front of a shift: up to the last value that can only stand in its own column, before the first that
/// cannot stand in its column.
fn unshifted(attributes: &[GatewayAttribute]) -> usize {
    let mut sure = 0;
    for (index, attribute) in attributes.iter().enumerate() {
        match fit(attribute) {
            Some(true) => sure = index + 1,
            Some(false) => break,
            None => {}
        }
    }
    sure
}

/// Returns whether a value shows that it stands in the right column; none when it could stand anywhere.
fn fit(attribute: &GatewayAttribute) -> Option<bool> {
    let known = attribute.known?;
    let value = attribute.values.first()?;
    match known.syntax {
        Syntax::DistinguishedName => Some(Dn::parse(value).is_some()),
        Syntax::UtcTime => Some(dapi_csv::utc_time(value).is_some()),
        Syntax::Address => Some(dapi_csv::proxy(value).is_some()),
        Syntax::Integer => value.trim().parse::<i64>().is_err().then_some(false),
        Syntax::Flag => dapi_csv::flag(value).is_none().then_some(false),
        Syntax::Octets => dapi_csv::octets(value).is_none().then_some(false),
        Syntax::Text | Syntax::Account => known.name.eq_ignore_ascii_case("Obj-Class").then_some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;

    const HEADER: &str = "Obj-Class,Directory Name,Obj-Dist-Name,Home-Server,Admin-Display-Name,Routing-List,Incoming message size limit,Comment,E-mail Addresses,Deliv-Ext-Cont-Types,When-Changed,Is-Deleted,RAS-Password\n";
    const DN: &str = "/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)";

    fn gateway(rows: &str, server: Option<&str>) -> Option<Gateway> {
        let export = dapi_csv::parse(format!("{HEADER}{rows}").as_bytes(), &Limits::default());
        Gateway::find(&export.value, server)
    }

    fn row(display_name: &str) -> String {
        format!(
            "Mail-Gateway,Internet Mail Connector (SRV1),{DN},SRV1,{display_name},SMTP:*;1%SMTP:*@a.b;5,4096,100% sure,SMTP:imc@Acme.com%smtp:x@acme.com,2A864886F7140502%zz,991130174512Z,1,00FF\n"
        )
    }

    #[test]
    fn attributes_are_found_by_both_names() {
        let gateway = gateway(&row("x"), None).unwrap();
        assert_eq!(gateway.text("common name"), Some("Internet Mail Connector (SRV1)"));
        assert_eq!(gateway.size_limit(), Some(("4096", Some(4096))));
        assert_eq!(gateway.attribute("Comment").unwrap().values, ["100% sure".into()]);
        assert_eq!(gateway.attribute("Line-Wrap"), None);
        assert_eq!((gateway.dn(), gateway.organization(), gateway.site(), gateway.server()), (Some(DN), Some("Acme"), Some("WEST"), Some("SRV1")));
        assert_eq!(gateway.changed().unwrap().to_string(), "1999-11-30T17:45:12Z");
        assert!(gateway.is_deleted());
        assert_eq!(gateway.smtp_domains(), ["acme.com"]);
        assert_eq!(gateway.content_types(), ["1.2.840.113556.5.2", "zz"]);
        assert_eq!(gateway.address_spaces().map(|space| space.unwrap().cost_number()).collect::<Vec<_>>(), [Some(1), Some(5)]);
    }

    #[test]
    fn passwords_are_marked() {
        let gateway = gateway(&row("x"), None).unwrap();
        assert_eq!(
            gateway.attributes.iter().filter(|attribute| attribute.is_secret).map(|attribute| attribute.column.as_ref()).collect::<Vec<_>>(),
            ["RAS-Password"]
        );
    }

    #[test]
    fn an_empty_column_is_not_a_missing_one() {
        let gateway = gateway("Mail-Gateway,IMC,,SRV1\n", None).unwrap();
        assert_eq!(gateway.attribute("Obj-Dist-Name"), None);
        assert!(gateway.column("Obj-Dist-Name").is_some() && gateway.column("Line-Wrap").is_none());
        assert_eq!(gateway.server(), Some("SRV1"));
    }

    #[test]
    fn the_column_as_asked_for_counts_unless_only_the_other_is_filled() {
        let limit = |schema: &str, friendly: &str| {
            let text = format!("Obj-Class,Incoming message size limit,Directory Name,Deliv-Cont-Length\nMail-Gateway,{friendly},IMC,{schema}\n");
            let gateway = Gateway::find(&dapi_csv::parse(text.as_bytes(), &Limits::default()).value, None).unwrap();
            gateway.text("Deliv-Cont-Length").map(str::to_owned)
        };
        assert_eq!((limit("1", "2"), limit("", "2")), (Some("1".to_owned()), Some("2".to_owned())));
        assert_eq!((limit("1", ""), limit("", "")), (Some("1".to_owned()), None));
    }

    #[test]
    fn shifted_values_are_not_trusted() {
        let gateway = gateway(&row("old, x"), None).unwrap();
        assert_eq!((gateway.trusted, gateway.server()), (3, Some("SRV1")));
        assert_eq!(gateway.attribute("Routing-List"), None);
        assert_eq!(gateway.attributes.len(), 14);
    }

    #[test]
    fn a_comma_too_many_at_the_end_shifts_nothing() {
        let gateway = gateway(&row("x").replace('\n', ",,\n"), None).unwrap();
        assert_eq!((gateway.trusted, gateway.text("Is-Deleted")), (13, Some("1")));
    }

    #[test]
    fn a_shift_that_ends_in_an_empty_field_is_seen_by_values_out_of_place() {
        let without_password = row("old, x").replace("1,00FF", "1,");
        assert_eq!(gateway(&without_password, None).map(|gateway| gateway.trusted), Some(3));
        let lacking = gateway(&row("x").replace(",SRV1,x,", ",SRV1,"), None).unwrap();
        assert_eq!((lacking.trusted, lacking.column("Routing-List")), (3, None));
        let short = gateway(&row("x").replace(",1,00FF", ""), None).unwrap();
        assert_eq!((short.trusted, short.text("Routing-List")), (13, Some("SMTP:*;1")));
    }

    #[test]
    fn a_quote_that_does_not_fit_makes_what_follows_unsure() {
        let swallowing = gateway(&row("x").replace("SRV1,x", "\"SRV1,x").replace("100% sure", "\"100% sure\""), None).unwrap();
        assert_eq!((swallowing.trusted, swallowing.dn(), swallowing.column("Routing-List")), (3, Some(DN), None));
        let stray = gateway(&row("x\"y"), None).unwrap();
        assert_eq!((stray.column("Admin-Display-Name"), stray.text("Is-Deleted")), (None, Some("1")));
    }

    #[test]
    fn the_connector_is_found_among_other_objects() {
        let rows = format!("Mailbox,joe,/o=Acme/ou=WEST/cn=Recipients/cn=joe\n{}", row("x"));
        assert_eq!(gateway(&rows, None).map(|gateway| (gateway.line, gateway.choice)), Some((3, Choice::Connector)));
        assert_eq!(gateway("Mailbox,joe\n", None).map(|gateway| gateway.choice), Some(Choice::OnlyRow));
        assert_eq!(gateway("Mailbox,joe\nMailbox,ann\n", None), None);
        assert_eq!(gateway("", None), None);
    }

    #[test]
    fn the_server_that_others_name_decides() {
        let rows = "Mail-Gateway,Internet Mail Connector (A)\nMail-Gateway,Internet Mail Connector (B)\n";
        assert_eq!(gateway(rows, Some("b")).map(|gateway| (gateway.line, gateway.choice)), Some((3, Choice::Server)));
        assert_eq!(gateway(rows, Some("c")).map(|gateway| (gateway.line, gateway.choice)), Some((2, Choice::Connector)));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_gives_an_object_or_none() {
        let sample = format!("{HEADER}{}", row("x")).into_bytes();
        let look = |bytes: &[u8]| {
            let export = dapi_csv::parse(bytes, &Limits::default());
            let Some(gateway) = Gateway::find(&export.value, Some("SRV1")) else { return };
            let end = gateway.offset + gateway.length;
            assert!(gateway.attributes.iter().all(|attribute| attribute.offset + attribute.length <= end));
            assert!(gateway.trusted <= gateway.attributes.len() && gateway.address_spaces().count() <= bytes.len());
            let _ = (gateway.server(), gateway.site(), gateway.smtp_domains(), gateway.content_types(), gateway.changed());
        };
        for length in 0..sample.len() {
            look(sample.get(..length).unwrap());
        }
        for at in 0..sample.len() {
            for byte in [b'/', b'=', b';', b'"', 0x80] {
                let mut changed = sample.clone();
                changed[at] = byte;
                look(&changed);
            }
        }
    }
}
