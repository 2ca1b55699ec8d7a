//! A Backup in which one text stands in every field of every source. Each field has a mark of its own behind the text, so that what an output
//! loses is known by name.

use std::{cell::RefCell, collections::BTreeMap};

use imcscan::{
    mapi::{Guid, NameKind, PropTag, PropertyName},
    testing::{
        Address, Attachment, AttachmentAttribute, Envelope, Message, Property, Recipient, Value, compressed_rtf,
        fixture::{FixtureFile, FixtureKind},
    },
};

/// Puts a text into fields and remembers which.
pub(crate) struct Planter<'p> {
    text: &'p str,
    planted: RefCell<BTreeMap<&'static str, String>>,
}

/// Characters that end a field of the format.
const TEXT: &[char] = &['\0'];
const LINE_OF_TEXT: &[char] = &['\r', '\n', '\0'];

impl<'p> Planter<'p> {
    pub(crate) fn new(text: &'p str) -> Self {
        Self { text, planted: RefCell::default() }
    }

    /// Returns the text for a field, without what would end the field.
    fn put(&self, field: &'static str, ends: &[char]) -> String {
        let text = format!("{}{field}", self.text.replace(ends, ""));
        self.planted.borrow_mut().insert(field, text.clone());
        text
    }

    /// Returns what stands where.
    pub(crate) fn planted(self) -> BTreeMap<&'static str, String> {
        self.planted.into_inner()
    }
}

/// Makes the bytes of one file.
type Source = fn(&Planter<'_>) -> Vec<u8>;

/// Every kind of source.
const SOURCES: [(&str, Source); 15] = [
    ("Backup/Imcsvc.reg", service),
    ("Backup/Imcpro.reg", profile),
    ("Backup/Imcobj.csv", directory),
    ("Backup/Imcfls", packing_list),
    ("Backup/Mtsout/00000001.TNF", mail),
    ("Backup/Mtsin/00000002.TNF", received),
    ("Backup/Bad/00000003.eml", document),
    ("Backup/notes.txt", notes),
    ("Backup/regini.reg", regini),
    ("imcdom.txt", imccopy),
    ("imcrou.txt", routes),
    ("pilot.csv", migration_list),
    ("pilot.log", migration_log),
    ("In/000AAB", spool),
    ("users.csv", wizard),
];

/// Returns the files of the Backup.
pub(crate) fn files(planter: &Planter<'_>) -> Vec<FixtureFile> {
    let file = |path: String, bytes| FixtureFile { path, bytes, kind: FixtureKind::File, modified: None, size: None, read_only: false };
    let mut files: Vec<FixtureFile> = SOURCES.iter().map(|(path, source)| file((*path).to_owned(), source(planter))).collect();
    let name = &['/', '\0'];
    files.push(file(format!("Backup/Mtsout/{}", planter.put("F-ITEM-NAME", name)), mail(&Planter::new("x"))));
    files.push(file(format!("Backup/Work/{}", planter.put("F-FILE-NAME", name)), b"x".to_vec()));
    let link = FixtureKind::Link(planter.put("F-LINK-TARGET", name));
    files.push(FixtureFile { kind: link, ..file("Backup/Work/link".to_owned(), Vec::new()) });
    files
}

fn wide(tag: PropTag) -> PropTag {
    PropTag(tag.0 | 1)
}

fn mail(to: &Planter<'_>) -> Vec<u8> {
    let joe = Address { name: "x".into(), address_type: "SMTP".into(), value: "joe@partner.example".into() };
    let joe = Recipient::to(joe)
        .prop(wide(PropTag::DISPLAY_NAME), to.put("F-RECIPIENT-NAME", TEXT))
        .prop(wide(PropTag::ADDRTYPE), to.put("F-RECIPIENT-TYPE", TEXT))
        .prop(wide(PropTag::EMAIL_ADDRESS), to.put("F-RECIPIENT-ADDRESS", TEXT));
    let attachment = Attachment::of_method(1, 1)
        .with(AttachmentAttribute::Data(b"data".to_vec()))
        .prop(wide(PropTag::ATTACH_FILENAME), to.put("F-ATTACHMENT-SHORT", TEXT))
        .prop(wide(PropTag::ATTACH_LONG_FILENAME), to.put("F-ATTACHMENT-LONG", TEXT))
        .prop(PropTag(0x370E_001F), to.put("F-ATTACHMENT-MIME", TEXT));
    let named = PropertyName { set: Guid([7; 16]), kind: NameKind::Text(to.put("F-PROPERTY-NAME", TEXT)) };
    let mail = Message::new("IPM.Note")
        .prop(wide(PropTag::SUBJECT), format!("%s%s{}", to.put("F-SUBJECT", TEXT)))
        .prop(wide(PropTag::SENDER_NAME), to.put("F-SENDER-NAME", TEXT))
        .prop(wide(PropTag::SENDER_ADDRTYPE), to.put("F-SENDER-TYPE", TEXT))
        .prop(wide(PropTag::SENDER_EMAIL_ADDRESS), to.put("F-SENDER-ADDRESS", TEXT))
        .prop(wide(PropTag::INTERNET_MESSAGE_ID), to.put("F-MESSAGE-ID", TEXT))
        .prop(wide(PropTag::ORIG_MESSAGE_CLASS), to.put("F-ORIGINAL-CLASS", TEXT))
        .prop(PropTag(0x0E04_101F), Value::Multi(vec![Value::Text(to.put("F-MULTI-1", TEXT)), Value::Text(to.put("F-MULTI-2", TEXT))]))
        .prop(
            PropTag::RTF_COMPRESSED,
            compressed_rtf(&rtf(
                &to.put("F-RICH-TEXT", &['\0', '\r', '\n', '{', '}', '\\', '\t', '\x7f', '\x0b', '\x0c', '\x07', '\x08', '\x0e', '\x0f', '\x1b'])
            )),
        )
        .prop(
            PropTag::HTML,
            format!(
                "<html><meta charset=utf-8><body>{}</body></html>",
                to.put("F-HTML", &['\0', '<', '>', '&', '\t', '\r', '\n', '\x0b', '\x0c', ' ', '\u{85}', '\u{2028}', '\u{2029}'])
            )
            .into_bytes(),
        )
        .property(Property { name: Some(named), ..Property::new(PropTag(0x8001_001F), to.put("F-NAMED-VALUE", TEXT)) })
        .body(to.text)
        .recipient(&joe)
        .attach(attachment);
    let mut envelope = Envelope::around(mail, "ENVELOPE.IPM.Note");
    envelope.recipients.push(joe);
    envelope.message().encode()
}

/// Writes every character beyond ASCII as `\uN?`.
fn rtf(text: &str) -> Vec<u8> {
    let mut rtf = "{\\rtf1\\ansi\\pard ".to_owned();
    for unit in text.encode_utf16() {
        match char::from_u32(unit.into()).filter(char::is_ascii) {
            Some(c) => rtf.push(c),
            None => rtf.push_str(&format!("\\u{}?", unit.cast_signed())),
        }
    }
    rtf.push_str("\\par}");
    rtf.into_bytes()
}

fn received(to: &Planter<'_>) -> Vec<u8> {
    let name = to.put("F-HEADER-NAME", &['\r', '\n', '\0', ':', ' ', '\t', '\x0b', '\x0c']);
    let headers =
        format!("{name}: x\r\nX-Value: {}\r\nMessage-ID: <{}>\r\n\r\n", to.put("F-HEADER-VALUE", LINE_OF_TEXT), to.put("F-HEADER-ID", LINE_OF_TEXT));
    let inner =
        Message::new("IPM.Note").prop(wide(PropTag::SUBJECT), to.put("F-INNER-SUBJECT", TEXT)).prop(wide(PropTag::BODY), to.put("F-BODY", TEXT));
    Message::default()
        .prop(wide(PropTag::MESSAGE_CLASS), to.put("F-CLASS", TEXT))
        .prop(wide(PropTag::TRANSPORT_MESSAGE_HEADERS), headers)
        .attach(Attachment::message_with_stub("inner", inner))
        .encode()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn wide_list(texts: &[String]) -> String {
    let units = texts.iter().flat_map(|text| text.encode_utf16().chain([0])).chain([0]);
    units.flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(",")
}

fn service(to: &Planter<'_>) -> Vec<u8> {
    let key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC";
    let put = |field| quoted(&to.put(field, LINE_OF_TEXT));
    let lists = [to.put("F-MULTI-SZ", TEXT), to.put("F-MULTI-SZ-2", TEXT)];
    utf16(&format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n\"DisplayName\"=\"{}\"\r\n\"ImagePath\"=hex(2):{}\r\n\r\n[{key}\\Parameters]\r\n\
         @=\"{}\"\r\n\"HomeDSA\"=\"{}\"\r\n\"{}\"=\"x\"\r\n\"SmartHost\"=\"{}\"\r\n\"List\"=hex(7):{}\r\n\"RelayFlags\"=dword:00000000\r\n; {}\r\n\r\n\
         [{key}\\Parameters\\{}]\r\n\"x\"=dword:00000001\r\n",
        put("F-DISPLAY-NAME"),
        wide_list(&[to.put("F-EXPAND-SZ", TEXT)]),
        put("F-DEFAULT-VALUE"),
        put("F-HOME-DSA"),
        put("F-VALUE-NAME"),
        put("F-SZ"),
        wide_list(&lists),
        to.text.replace(LINE_OF_TEXT, ""),
        to.put("F-KEY-NAME", &['\r', '\n', '\0', '\\', '[', ']']),
    ))
}

fn profile(to: &Planter<'_>) -> Vec<u8> {
    let profiles = r"HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles";
    let profile = format!("{profiles}\\MSExchangeIMC {}", to.put("F-PROFILE-NAME", &['\r', '\n', '\0', '\\', '[', ']']));
    utf16(&format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[{profile}]\r\n\r\n[{profile}\\13dbb0c8aa05101a9bb000aa002fc45a]\r\n\"001e6602\"=\"{}\"\r\n\
         \"001f6604\"=hex:{}\r\n",
        quoted(&to.put("F-PROFILE-TEXT", LINE_OF_TEXT)),
        wide_list(&[to.put("F-PROFILE-WIDE", TEXT)]),
    ))
}

fn regini(to: &Planter<'_>) -> Vec<u8> {
    utf16(&format!(
        "\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters\r\n    {} = REG_SZ {}\r\n",
        to.text.replace(LINE_OF_TEXT, "").replace('=', ""),
        to.text.replace(LINE_OF_TEXT, ""),
    ))
}

fn directory(to: &Planter<'_>) -> Vec<u8> {
    let cell = |field| format!("\"{}\"", to.put(field, TEXT).replace('"', "\"\"").replace('%', "%%").replace('\\', "\\\\"));
    let odd = to.put("F-COLUMN", LINE_OF_TEXT).replace('"', "\"\"").replace('\\', "\\\\");
    utf16(&format!(
        "Obj-Class,Directory Name,Obj-Dist-Name,Home-Server,Comment,\"{odd}\"\r\nMail-Gateway,{},/o=Org/ou=Site/cn=IMC,{},{},{}\r\n",
        cell("F-DIRECTORY-NAME"),
        cell("F-HOME-SERVER"),
        cell("F-CELL"),
        cell("F-ODD-CELL"),
    ))
}

/// What parts a line of the list into path and metadata, all of which are kept.
const LISTED: &[char] = &['\r', '\n', '\0', '=', '|', ';', ',', '\t', '"', '\'', '\\', '/'];

fn packing_list(to: &Planter<'_>) -> Vec<u8> {
    let line = |field| to.put(field, LINE_OF_TEXT);
    utf16(&format!(
        "; {}\r\n[Header]\r\nVersion={}\r\n\r\n[Files]\r\nF1=Mtsout\\{}\r\n{}=Mtsout\\2\r\n\r\n[{}]\r\nF3=Mtsout\\3\r\n",
        to.text.replace(LINE_OF_TEXT, ""),
        line("F-LIST-VERSION"),
        if to.text.len() < 800 { to.put("F-LISTED", LISTED) } else { "1".to_owned() },
        to.text.replace(LINE_OF_TEXT, "").replace('=', ""),
        to.put("F-LIST-SECTION", &['\r', '\n', '\0', '[', ']']),
    ))
}

fn document(to: &Planter<'_>) -> Vec<u8> {
    let plain = |field| to.put(field, &['\r', '\n', '\0', '\t', '\x0b', '\x0c', '"', '\\', ';', '/', '<', '>', '(', ')', '=']);
    format!(
        "From: a@b.example\r\nX-Text: {}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
         Content-Type: application/x; name=\"{}\"\r\n\r\nx\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n--b--\r\n",
        to.put("F-MIME-HEADER", LINE_OF_TEXT),
        plain("F-MIME-FILE"),
        to.put("F-MIME-TEXT", &['\0']),
    )
    .into_bytes()
}

fn notes(to: &Planter<'_>) -> Vec<u8> {
    utf16(&format!("Notes of the administrator\r\n{}\r\n", to.put("F-NOTES", TEXT)))
}

fn imccopy(to: &Planter<'_>) -> Vec<u8> {
    let cell = |field| to.put(field, &['\r', '\n', '\0', ',']);
    let text = format!(
        "[Header]\r\nVersion=1\r\n\r\n[Domain]\r\nDomainInformation=+\r\n+Default,ISO-8859-1,ISO-8859-1,784,76,0,0,0\r\n+{},{},{},48,72,1,0,2000\r\n",
        cell("F-DOMAIN"),
        cell("F-MIME-CHARSET"),
        cell("F-TEXT-CHARSET"),
    );
    utf16(&text)
}

fn routes(to: &Planter<'_>) -> Vec<u8> {
    let cell = |field| to.put(field, &['\r', '\n', '\0', ';', ',']);
    utf16(&format!(
        "[Header]\r\nVersion=1\r\n\r\n[Routes]\r\nDeliveryRouting=+\r\n+{};{};0\r\nDefaultRouting={}\r\n",
        cell("F-ROUTE-DOMAIN"),
        cell("F-ROUTE-HOST"),
        cell("F-DEFAULT-ROUTE"),
    ))
}

/// What a field of a migration file may hold in quotes.
const QUOTED: &[char] = &['\r', '\n', '\0', '"', ',', '\t'];

fn migration_list(to: &Planter<'_>) -> Vec<u8> {
    utf16(&format!("\"{}\",fjensen,GW-PILOT1,GW-PROD1\r\nIvers John,jivers,GW-PILOT1,GW-PROD1\r\n", to.put("F-USER", QUOTED)))
}

fn migration_log(to: &Planter<'_>) -> Vec<u8> {
    utf16(&format!(
        "SUCCESS,Archer Elena,earcher,GW-PILOT1,GW-PROD1,Migrated No Errors,10/4/99 15:08:19\r\n\
         FAILURE,\"{}\",jensen2,GW-PILOT1,GW-PROD1,{},10/4/99 15:15:19\r\n",
        to.put("F-LOGGED-USER", QUOTED),
        to.put("F-LOG-MESSAGE", QUOTED),
    ))
}

fn spool(to: &Planter<'_>) -> Vec<u8> {
    let mut bytes = b"\0\0\0\0ImCr".to_vec();
    bytes.extend([0; 21]);
    // The envelope holds printable ASCII; anything else ends a run.
    bytes.extend(format!("h.x\0p.x\0<a@b.example>\0<{}@c.example>\0EwLs", to.text.replace('\0', "")).bytes());
    bytes.extend(format!("X-Text: {}\r\nSubject: x\r\n\r\nbody", to.put("F-SPOOL-HEADER", LINE_OF_TEXT)).bytes());
    bytes
}

fn wizard(to: &Planter<'_>) -> Vec<u8> {
    let cell = |field| to.put(field, &['\r', '\n', '\0', '"', ',']);
    utf16(&format!("SFS_UserName,SFS_FullName,MigrateUser\r\n\"{}\",\"{}\",Y\r\n", cell("F-WIZARD-USER"), cell("F-WIZARD-NAME")))
}
