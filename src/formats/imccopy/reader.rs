//! Lines of an IMCCOPY file to records. A record of the wrong shape is kept with its fields and an anomaly.

use std::sync::Arc;

use super::{DeliveryRoute, DomainFormat, ImccopyFile, StrayLine, UnknownItem, model::decimal};
use crate::{
    base::{AnomalyList, Decoded, Limits},
    formats::ini::{IniFile, IniItem, IniKind, Located},
};

/// Fields of one record that are told apart; whole records have eight at most.
const MAX_FIELDS: usize = 64;

/// Returns whether the file is IMCCOPY's: `[Domain]` with DomainInformation, or `[Routes]` with one of its keys; behind a `[Header]` the
/// section alone is enough, since a damaged file has lost its keys.
#[must_use]
pub fn is_imccopy(file: &IniFile) -> bool {
    let mut section = Section::Other;
    let (mut has_header, mut has_section, mut has_key) = (false, false, false);
    for item in &file.items {
        match item.kind {
            IniKind::Section => {
                section = Section::of(file.name(item));
                has_header |= section == Section::Header;
                has_section |= matches!(section, Section::Domain | Section::Routes);
            }
            IniKind::Pair => has_key |= !matches!(Key::of(section, file.name(item)), Key::Version | Key::Other),
            _ => {}
        }
    }
    has_key || has_header && has_section
}

/// Reads a file that is, or should be, IMCCOPY's.
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<ImccopyFile> {
    let read = IniFile::parse(bytes, limits);
    let mut anomalies = AnomalyList::new(limits);
    anomalies.extend(read.anomalies);
    let mut reader = Reader {
        file: &read.value,
        anomalies,
        section: Section::Other,
        section_name: None,
        key: Key::Other,
        key_name: Arc::default(),
        value: ImccopyFile::default(),
    };
    for item in read.value.items.iter().take(limits.entries) {
        reader.item(item);
    }
    if let Some(item) = read.value.items.get(limits.entries) {
        reader.anomalies.add(item.place.offset, "too-many-entries", || format!("only the first {} lines are read", limits.entries));
    }
    reader.whole();
    Decoded { value: reader.value, anomalies: reader.anomalies.finish() }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Header,
    Domain,
    Routes,
    Other,
}

impl Section {
    fn of(name: &str) -> Self {
        match () {
            () if name.eq_ignore_ascii_case("header") => Self::Header,
            () if name.eq_ignore_ascii_case("domain") => Self::Domain,
            () if name.eq_ignore_ascii_case("routes") => Self::Routes,
            () => Self::Other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Version,
    DomainInformation,
    DeliveryRouting,
    DefaultRouting,
    Other,
}

impl Key {
    fn of(section: Section, name: &str) -> Self {
        match section {
            Section::Header if name.eq_ignore_ascii_case("version") => Self::Version,
            Section::Domain if name.eq_ignore_ascii_case("domaininformation") => Self::DomainInformation,
            Section::Routes if name.eq_ignore_ascii_case("deliveryrouting") => Self::DeliveryRouting,
            Section::Routes if name.eq_ignore_ascii_case("defaultrouting") => Self::DefaultRouting,
            _ => Self::Other,
        }
    }
}

struct Reader<'a> {
    file: &'a IniFile,
    anomalies: AnomalyList,
    section: Section,
    section_name: Option<Arc<str>>,
    key: Key,
    key_name: Arc<str>,
    value: ImccopyFile,
}

impl<'a> Reader<'a> {
    fn item(&mut self, item: &'a IniItem) {
        let name = self.file.name(item);
        match item.kind {
            IniKind::Comment => {}
            IniKind::Section => self.section(item, name),
            IniKind::Pair => self.pair(item, name),
            IniKind::Continuation => {
                let element = self.located(item, name);
                self.element(item, element);
            }
            IniKind::Bare => {
                let (section, follows_list) = (self.section_name.clone(), matches!(self.key, Key::DomainInformation | Key::DeliveryRouting));
                self.anomalies
                    .add(item.place.offset, "line-without-plus", || format!("line {} is neither a key nor begins with `+`", item.place.line));
                self.value.stray_lines.push(StrayLine { text: self.located(item, name), section, follows_list });
            }
        }
    }

    fn section(&mut self, item: &'a IniItem, name: &'a str) {
        self.section = Section::of(name);
        (self.section_name, self.key, self.key_name) = (Some(name.into()), Key::Other, Arc::default());
        let place = match self.section {
            Section::Header => Some(&mut self.value.header),
            Section::Domain => Some(&mut self.value.domain_section),
            Section::Routes => Some(&mut self.value.routes_section),
            Section::Other => None,
        };
        match place {
            Some(place) => {
                place.get_or_insert(item.place);
            }
            None => self.anomalies.add(item.place.offset, "unknown-section", || format!("section `{name}` is not known")),
        }
        self.value.sections.push(Located { value: name.to_owned(), place: item.place });
    }

    fn pair(&mut self, item: &'a IniItem, name: &'a str) {
        (self.key, self.key_name) = (Key::of(self.section, name), name.into());
        let value = self.file.value(item).unwrap_or_default();
        let located = self.located(item, value);
        match self.key {
            Key::Version => {
                if value != "1" {
                    self.anomalies.add(located.place.offset, "unknown-version", || format!("version is `{value}`, known is 1"));
                }
                self.value.version.get_or_insert(located);
            }
            Key::DefaultRouting => {
                self.value.default_routing.get_or_insert(located);
            }
            Key::DomainInformation => {
                self.value.domain_information.get_or_insert(item.place);
                self.first_element(item, located);
            }
            Key::DeliveryRouting => {
                self.value.delivery_routing.get_or_insert(item.place);
                self.first_element(item, located);
            }
            Key::Other => {
                self.anomalies.add(item.place.offset, "unknown-key", || format!("key `{name}` is not known"));
                self.unknown(located);
            }
        }
    }

    /// Reads an element that stands behind `=` itself.
    fn first_element(&mut self, item: &'a IniItem, element: Located) {
        if !matches!(element.value.as_str(), "" | "+") {
            self.element(item, element);
        }
    }

    fn element(&mut self, item: &'a IniItem, element: Located) {
        match self.key {
            Key::DomainInformation => self.format(item, &element),
            Key::DeliveryRouting => self.route(item, element),
            _ => self.unknown(element),
        }
    }

    fn format(&mut self, item: &'a IniItem, element: &Located) {
        let record = DomainFormat { fields: self.fields(item, element, ','), place: element.place };
        let count = record.fields.len();
        if count != DomainFormat::FIELDS {
            self.anomalies.add(element.place.offset, "field-count", || format!("record has {count} fields, 8 are expected"));
        }
        for field in record.fields.iter().skip(3).filter(|field| decimal(&field.value).is_none()) {
            self.anomalies.add(field.place.offset, "not-a-number", || format!("`{}` is not an unsigned decimal", field.value));
        }
        self.value.formats.push(record);
    }

    fn route(&mut self, item: &'a IniItem, element: Located) {
        let record = DeliveryRoute { fields: self.fields(item, &element, ';'), text: element };
        if !record.is_whole() {
            let (place, text) = (record.text.place, &record.text.value);
            self.anomalies.add(place.offset, "route-torn", || format!("`{text}` is not domain;host;number"));
        }
        self.value.routes.push(record);
    }

    /// Splits an element of the item's line into fields with their places.
    fn fields(&self, item: &'a IniItem, element: &Located, separator: char) -> Vec<Located> {
        let text = if item.kind == IniKind::Pair { self.file.value(item).unwrap_or_default() } else { self.file.name(item) };
        let Some(mut places) = self.file.places(item) else { return vec![element.clone()] };
        // The last of too many fields keeps the rest of the line.
        text.splitn(MAX_FIELDS, separator).map(|field| Located { value: field.to_owned(), place: places.of(field) }).collect()
    }

    fn unknown(&mut self, value: Located) {
        self.value.unknown.push(UnknownItem { section: self.section_name.clone(), key: self.key_name.clone(), value });
    }

    fn located(&self, item: &IniItem, text: &str) -> Located {
        let place = self.file.places(item).map_or(item.place, |mut places| places.of(text));
        Located { value: text.to_owned(), place }
    }

    /// Says what the file as a whole lacks.
    fn whole(&mut self) {
        let value = &self.value;
        let lacks = [
            (value.header.is_none(), "no [Header] section"),
            (value.header.is_some() && value.version.is_none(), "no Version in [Header]"),
            (value.domain_section.is_some() && value.domain_information.is_none(), "no DomainInformation in [Domain]"),
            (value.routes_section.is_some() && value.delivery_routing.is_none(), "no DeliveryRouting in [Routes]"),
            (value.routes_section.is_some() && value.default_routing.is_none(), "no DefaultRouting in [Routes]"),
        ];
        for (_, what) in lacks.into_iter().filter(|(is_so, _)| *is_so) {
            self.anomalies.add(0, "incomplete", || what.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: &str = "[Header]\r\nVersion=1\r\n\r\n[Domain]\r\nDomainInformation=+\r\n+Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0\r\n";
    const ROUTES: &str = "[Header]\nVersion=1\n[Routes]\nDeliveryRouting=+\n+A.EXAMPLE;192.0.2.25;0\nDefaultRouting=\n";

    #[track_caller]
    fn check(text: &str, anomalies: &[(u64, &str)]) -> ImccopyFile {
        let read = parse(text.as_bytes(), &Limits::default());
        assert_eq!(read.anomalies.iter().map(|anomaly| (anomaly.offset, anomaly.code)).collect::<Vec<_>>(), anomalies, "{text}");
        read.value
    }

    #[test]
    fn a_domain_file_is_read_field_by_field() {
        let file = check(DOMAIN, &[]);
        let record = file.formats.first().unwrap();
        assert!(record.is_default());
        assert_eq!(
            (record.flags().map(|flags| flags.0), record.wrap_column(), record.rich_text(), record.size_limit()),
            (Some(800), Some(76), Some(0), Some(0))
        );
        let flags = record.field_place(3);
        assert_eq!((flags.line, flags.bytes(DOMAIN.as_bytes())), (6, Some(b"800".as_slice())));
    }

    #[test]
    fn a_routes_file_is_read() {
        let file = check(ROUTES, &[]);
        let route = file.routes.first().unwrap();
        assert_eq!((route.domain(), route.host().map(|host| host.value.as_str()), route.number()), ("A.EXAMPLE", Some("192.0.2.25"), Some(0)));
        assert_eq!(file.default_routing.map(|value| value.value), Some(String::new()));
    }

    #[test]
    fn indented_files_of_the_articles_are_read() {
        let indented = format!("   {}", DOMAIN.replace("\r\n", "\r\n   "));
        assert_eq!(check(&indented, &[]).formats.len(), 1);
    }

    #[test]
    fn records_of_the_wrong_shape_are_kept_and_said() {
        let file = check(&DOMAIN.replace("800,76,0,0,0", "x,76,0,0"), &[(55, "field-count"), (85, "not-a-number")]);
        assert_eq!(file.formats.first().map(|record| (record.fields.len(), record.flags(), record.size_limit())), Some((7, None, None)));
        let file = check(&ROUTES.replace("A.EXAMPLE;192.0.2.25;0", "anlsf.msbp.co"), &[(47, "route-torn")]);
        assert_eq!(file.routes.first().map(|route| (route.domain().to_owned(), route.host().is_none())), Some(("anlsf.msbp.co".into(), true)));
        let file = check(&ROUTES.replace("+A.EXAMPLE", "A.EXAMPLE"), &[(46, "line-without-plus")]);
        assert!(file.routes.is_empty() && file.stray_lines.first().is_some_and(|line| line.follows_list));
    }

    #[test]
    fn unknown_sections_and_keys_are_kept() {
        let file = check("[Header]\nVersion=2\n[Security]\nList=+\n+a\n", &[(17, "unknown-version"), (19, "unknown-section"), (30, "unknown-key")]);
        assert_eq!(file.unknown.iter().map(|item| item.value.value.as_str()).collect::<Vec<_>>(), ["+", "a"]);
        assert_eq!(file.sections.len(), 2);
    }

    #[test]
    fn what_a_file_lacks_is_said() {
        check("[Domain]\n", &[(0, "incomplete"), (0, "incomplete")]);
        check("[Header]\n[Routes]\nDeliveryRouting=+\n", &[(0, "incomplete"), (0, "incomplete")]);
    }

    #[test]
    fn the_file_is_known_by_its_content() {
        let is_one = |text: &str| is_imccopy(&IniFile::parse(text.as_bytes(), &Limits::default()).value);
        assert!(is_one(DOMAIN) && is_one(ROUTES) && is_one("[routes]\nDEFAULTROUTING=x") && is_one("[Header]\nVersion=1\n[Domain]\n+Default\n"));
        assert!(
            !is_one("[Header]\nVersion=1\n[Registry]\nService=Imcsvc.reg\n")
                && !is_one("DeliveryRouting=+\n")
                && !is_one("[Domain]\nx=1\n")
                && !is_one("")
        );
    }

    #[test]
    fn any_prefix_and_any_flipped_byte_is_read() {
        for sample in [DOMAIN.as_bytes(), ROUTES.as_bytes()] {
            for end in 0..=sample.len() {
                let _ = parse(&sample[..end], &Limits::default());
            }
            for index in 0..sample.len() {
                for bit in 0..8 {
                    let mut changed = sample.to_vec();
                    changed[index] ^= 1 << bit;
                    let read = parse(&changed, &Limits::default()).value;
                    assert!(read.formats.len() + read.routes.len() <= 2);
                }
            }
        }
    }
}
