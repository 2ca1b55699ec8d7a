//! Queue items: attributes, properties, recipients, attachments, messages within each other, rich text.

use imcscan::{
    mapi::{Guid, NameKind, PropTag, PropertyName},
    testing::{
        Address, Attachment, AttachmentAttribute, Envelope, Message, Property, Recipient, Value, attribute_record, compressed_rtf, stored_rtf,
    },
};

use super::{FixtureFile, Row, file, parts};

const PATH: &str = "Mtsin/00000001.TNF";

pub(super) const CASES: &[Row] = &[
    ("tiny-attributes", 4000, |n| stream(attribute_record(1, 0x0006_9099, b"?").repeat(n))),
    ("subject-attributes", 4000, |n| stream(attribute_record(1, 0x0001_8004, b"a\0").repeat(n))),
    ("attachment-attributes", 2000, |n| stream(attribute_record(2, 0x0006_800F, b"a\0").repeat(n))),
    ("garbage-attributes", 30_000, |n| stream(b"\x01\x02\x90".repeat(n))),
    ("bad-checksums", 4000, |n| stream([&attribute_record(1, 0x0006_9099, b"?")[..11], b"\xFF"].concat().repeat(n))),
    ("lying-lengths", 3000, |n| stream(lying().repeat(n))),
    ("properties", 3000, |n| {
        mail(|mut mail| {
            for index in 0..n {
                mail = mail.property(Property::new(PropTag(0x6600_0003 + (u32::try_from(index).unwrap() % 0x1000 << 16)), 1));
            }
            mail
        })
    }),
    ("same-property", 3000, |n| {
        mail(|mut mail| {
            for _ in 0..n {
                mail = mail.property(Property::new(PropTag::SUBJECT, "a"));
            }
            mail
        })
    }),
    ("named-properties", 2000, |n| {
        mail(|mut mail| {
            for index in 0..n {
                let name = PropertyName { set: Guid([1; 16]), kind: NameKind::Text(format!("name {index}")) };
                mail =
                    mail.property(Property { name: Some(name), ..Property::new(PropTag(0x8000_001E + (u32::try_from(index).unwrap() << 16)), "a") });
            }
            mail
        })
    }),
    ("property-values", 20_000, |n| mail(|mail| mail.prop(PropTag(0x6600_101E), Value::Multi(vec![Value::Text("a".into()); n])))),
    ("property-lists", 2000, |n| {
        let list = [&1_u32.to_le_bytes()[..], &0x6600_0003_u32.to_le_bytes(), &[0; 4]].concat();
        stream(attribute_record(1, 0x0006_9003, &list).repeat(n))
    }),
    ("recipients", 1000, |n| {
        let one = |index| Recipient::to(address(&format!("joe{index}@partner.example")));
        mail(|mail| (0..n).map(one).fold(mail, |mail, one| mail.recipient(&one)))
    }),
    ("same-recipient", 1000, |n| {
        let one = Recipient::to(address("joe@partner.example"));
        mail(|mail| (0..n).fold(mail, |mail, _| mail.recipient(&one)))
    }),
    ("envelope-recipients", 1000, |n| {
        let mut envelope = Envelope::around(Message::new("IPM.Note").subject("x").body("y"), "ENVELOPE.IPM.Note");
        envelope.recipients.extend((0..n).map(|index| Recipient::to(address(&format!("joe{}@partner.example", index / 2)))));
        vec![file("Mtsout/00000001.TNF", envelope.message().encode())]
    }),
    ("odd-recipients", 1000, |n| {
        let one = |index| Recipient::to(Address { name: format!("'N{index}@x'"), address_type: "FAX".into(), value: String::new() });
        mail(|mail| (0..n).map(one).fold(mail, |mail, one| mail.recipient(&one)))
    }),
    ("attachments", 500, |n| mail(|mail| (0..n).fold(mail, |mail, index| mail.attach(Attachment::file(&format!("a{index}.txt"), b"x".to_vec()))))),
    ("same-attachment", 500, |n| mail(|mail| (0..n).fold(mail, |mail, _| mail.attach(Attachment::file("a.txt", b"x".to_vec()))))),
    ("inner-streams", 200, |n| {
        let inner = Message::new("IPM.Note").subject("x").body("y").encode();
        mail(|mail| (0..n).fold(mail, |mail, _| mail.attach(Attachment::file("winmail.dat", inner.clone()))))
    }),
    ("messages-beside", 300, |n| {
        let inner = Message::new("IPM.Note").subject("x").body("y").recipient(&Recipient::to(address("joe@partner.example")));
        mail(|mail| (0..n).fold(mail, |mail, _| mail.attach(Attachment::message(inner.clone()))))
    }),
    ("messages-within", 16, |n| {
        let start = Message::new("IPM.Note").subject("x").body(&"y ".repeat(1000));
        vec![file(PATH, (0..n).fold(start, |inner, _| Message::new("IPM.Note").subject("x").body("y").attach(Attachment::message(inner))).encode())]
    }),
    ("messages-60-deep", 40_000, |n| {
        let start = Message::new("IPM.Note").subject("x").body(&"y ".repeat(n / 2)).attach(Attachment::file("a.bin", vec![7; n]));
        vec![file(PATH, (0..60).fold(start, |inner, _| Message::new("IPM.Note").subject("x").attach(Attachment::message(inner))).encode())]
    }),
    ("winmail-within", 12, |n| {
        let start = Message::new("IPM.Note").subject("x").body(&"y ".repeat(1000)).encode();
        let around = |inner: Vec<u8>| Message::new("IPM.Note").subject("x").body("y").attach(Attachment::file("winmail.dat", inner)).encode();
        vec![file(PATH, (0..n).fold(start, |inner, _| around(inner)))]
    }),
    ("long-attachment", 200_000, |n| mail(|mail| mail.attach(Attachment::file("a.bin", vec![7; n])))),
    ("macintosh-files", 300, |n| mail(|mail| (0..n).fold(mail, |mail, _| mail.attach(Attachment::macintosh("a", b"x".to_vec()))))),
    ("ole-objects", 300, |n| mail(|mail| (0..n).fold(mail, |mail, _| mail.attach(Attachment::ole("a", b"x"))))),
    ("no-attachments", 1000, |n| {
        mail(|mail| (0..n).fold(mail, |mail, _| mail.attach(Attachment::of_method(1, 1).with(AttachmentAttribute::Data(vec![])))))
    }),
    ("rtf-groups-deep", 30_000, |n| rtf(&format!("{{\\rtf1 {}x{}}}", "{\\b".repeat(n), "}".repeat(n)))),
    ("rtf-groups-open", 30_000, |n| rtf(&format!("{{\\rtf1 {}", "{\\b".repeat(n)))),
    ("rtf-groups-beside", 20_000, |n| rtf(&format!("{{\\rtf1 {}}}", "{\\b x}".repeat(n)))),
    ("rtf-bytes", 20_000, |n| rtf(&format!("{{\\rtf1\\ansicpg932 {}}}", "\\'82\\'a0".repeat(n)))),
    ("rtf-unicode", 20_000, |n| rtf(&format!("{{\\rtf1 {}}}", "\\u-10179?\\u-8704?".repeat(n)))),
    ("rtf-binary", 5000, |n| rtf(&format!("{{\\rtf1 {}}}", "\\bin9 {{{{".repeat(n)))),
    ("rtf-fonts", 5000, |n| {
        rtf(&format!("{{\\rtf1{{\\fonttbl{}}}{}}}", parts(n, |at| format!("{{\\f{at}\\fcharset204 F;}}")), parts(n, |at| format!("\\f{at} x"))))
    }),
    ("rtf-encapsulated", 10_000, |n| rtf(&format!("{{\\rtf1\\fromhtml1 {}}}", "{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 x".repeat(n)))),
    ("rtf-objects", 3000, |n| rtf(&format!("{{\\rtf1 {}}}", "{\\object\\objemb{\\*\\objdata 0105}}\\objattph x".repeat(n)))),
    ("rtf-words", 20_000, |n| rtf(&format!("{{\\rtf1 {}}}", "\\unknownword-99999".repeat(n)))),
    ("rtf-bomb", 200_000, |n| mail(|mail| mail.prop(PropTag::RTF_COMPRESSED, compressed_rtf(&[b"{\\rtf1 ", &b"x".repeat(n)[..]].concat())))),
    ("rtf-cut", 20_000, |n| mail(|mail| mail.prop(PropTag::RTF_COMPRESSED, vec![0xFF; n]))),
    ("rtf-properties", 300, |n| {
        let rtf = Value::Binary(compressed_rtf(b"{\\rtf1 x}"));
        mail(|mail| (0..n).fold(mail, |mail, _| mail.property(Property::new(PropTag::RTF_COMPRESSED, rtf.clone()))))
    }),
    ("html-tags", 10_000, |n| html(&"<p><b>x</b>".repeat(n))),
    ("html-open-tags", 20_000, |n| html(&"<a ".repeat(n))),
    ("html-open-comments", 20_000, |n| html(&"<!--".repeat(n))),
    ("html-open-scripts", 10_000, |n| html(&"<script>".repeat(n))),
    ("html-entities", 20_000, |n| html(&"&amp;&#x41;&nosuchentity".repeat(n))),
    ("html-ampersands", 40_000, |n| html(&"&".repeat(n))),
    ("html-quotes", 20_000, |n| html(&"<a href=\"".repeat(n))),
    ("html-meta", 10_000, |n| html(&"<meta charset=x http-equiv=".repeat(n))),
    ("body-words", 40_000, |n| body(&"word ".repeat(n))),
    ("body-long-word", 200_000, |n| body(&"a".repeat(n))),
    ("body-addresses", 5000, |n| body(&parts(n, |at| format!("joe{at}@partner.example, ")))),
    ("body-ats", 40_000, |n| body(&"@".repeat(n))),
    ("body-dots", 100_000, |n| body(&"a.".repeat(n))),
    ("body-links", 5000, |n| body(&"http://www.partner.example/a?b=c \\\\srv\\share\\a.doc file:///c:/x ".repeat(n))),
    ("body-angles", 40_000, |n| body(&"<".repeat(n))),
    ("body-quotes", 20_000, |n| body(&"> ".repeat(n))),
    ("body-lines", 40_000, |n| body(&"a\r\n".repeat(n))),
    ("body-blanks", 100_000, |n| body(&" ".repeat(n))),
    ("body-escapes", 30_000, |n| body(&"\u{1b}[31m\u{202e}\"\\\u{200b}".repeat(n))),
    ("body-marks", 40_000, |n| body(&"\u{301}".repeat(n))),
    ("body-uu-begins", 10_000, |n| body(&"begin 644 a.txt\r\n".repeat(n))),
    ("body-uu-blocks", 2000, |n| body(&"begin 644 a\r\n#0V%T\r\n`\r\nend\r\n".repeat(n))),
    ("body-uu-lines", 5000, |n| body(&format!("begin 644 a\r\n{}", format!("M{}\r\n", "!".repeat(60)).repeat(n)))),
    ("body-binhex", 3000, |n| body(&"(This file must be converted with BinHex 4.0)\r\n:".repeat(n))),
    ("body-encoded-words", 10_000, |n| body(&"=?iso-8859-1?Q?a".repeat(n))),
    ("body-headers", 10_000, |n| body(&"From: a\r\nTo: b\r\nSent: c\r\nSubject: d\r\n".repeat(n / 4))),
    ("body-mime", 5000, |n| body(&"------=_NextPart_000\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(n))),
    ("body-japanese", 10_000, |n| body(&"\u{1b}$B$\"\u{1b}(B".repeat(n))),
    ("body-report", 5000, |n| {
        body(&"Your message did not reach some or all of the intended recipients. 550 5.1.1 <joe@partner.example>... User unknown\r\n".repeat(n / 4))
    }),
    ("long-subject", 100_000, |n| mail(|mail| mail.subject(&"RE: %s ".repeat(n / 7)))),
    ("long-subject-escapes", 30_000, |n| mail(|mail| mail.subject(&"\u{1b}\u{202e}".repeat(n)))),
    ("long-address", 50_000, |n| mail(|mail| mail.recipient(&Recipient::to(address(&"a%b@c!d.".repeat(n / 8)))))),
    ("long-x400-address", 50_000, |n| {
        let x400 = Address { name: "x".into(), address_type: "X400".into(), value: "c=US;a= ;p=x;o=y;".repeat(n / 17) };
        mail(|mail| mail.recipient(&Recipient::to(x400.clone())))
    }),
    ("long-dn", 50_000, |n| {
        let dn = Address { name: "x".into(), address_type: "EX".into(), value: "/o=a/ou=b/cn=c".repeat(n / 14) };
        mail(|mail| mail.recipient(&Recipient::to(dn.clone())))
    }),
    ("long-attachment-name", 50_000, |n| mail(|mail| mail.attach(Attachment::file(&"..\\a.exe ".repeat(n / 9), b"x".to_vec())))),
];

fn lying() -> Vec<u8> {
    let mut record = attribute_record(1, 0x0006_9099, b"????");
    if let Some(length) = record.get_mut(5) {
        *length = 0xFF;
    }
    record
}

fn address(value: &str) -> Address {
    Address { name: "Joe Doe".into(), address_type: "SMTP".into(), value: value.into() }
}

fn stream(attributes: Vec<u8>) -> Vec<FixtureFile> {
    vec![file(PATH, [Message::new("IPM.Note").subject("x").body("y").encode(), attributes].concat())]
}

/// Returns an inbound mail in its envelope.
fn mail(change: impl FnOnce(Message) -> Message) -> Vec<FixtureFile> {
    let mail = change(Message::new("IPM.Note"));
    vec![file(PATH, Envelope::around(mail, "ENVELOPE.IPM.Note").message().encode())]
}

fn rtf(text: &str) -> Vec<FixtureFile> {
    mail(|mail| mail.subject("x").prop(PropTag::RTF_COMPRESSED, stored_rtf(text.as_bytes())))
}

fn html(text: &str) -> Vec<FixtureFile> {
    mail(|mail| mail.subject("x").prop(PropTag::HTML, text.as_bytes().to_vec()))
}

fn body(text: &str) -> Vec<FixtureFile> {
    mail(|mail| mail.subject("x").prop(PropTag(PropTag::BODY.0 | 1), text))
}
