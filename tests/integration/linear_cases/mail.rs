//! RFC 822: header blocks of queue items, and whole mails in the spool.

use imcscan::{
    mapi::PropTag,
    testing::{Envelope, Message},
};

use super::{FixtureFile, Row, file, parts};

pub(super) const CASES: &[Row] = &[
    ("received-headers", 1000, |n| headers(&parts(n, received))),
    ("same-received-headers", 1000, |n| headers(&received(7).repeat(n))),
    ("header-fields", 3000, |n| headers(&parts(n, |at| format!("X-Field-{at}: a\r\n")))),
    ("header-folding", 5000, |n| headers(&format!("X-Long: a\r\n{}", " b\r\n".repeat(n)))),
    ("header-strays", 5000, |n| headers(&"no field at all\r\n".repeat(n))),
    ("header-addresses", 3000, |n| headers(&format!("To: {}\r\n", parts(n, |at| format!("\"Joe {at}\" <joe{at}@partner.example>,\r\n "))))),
    ("header-same-addresses", 3000, |n| headers(&format!("Cc: {}\r\n", "joe@partner.example, ".repeat(n)))),
    ("header-comments", 20_000, |n| headers(&format!("To: {}\r\n", "(".repeat(n)))),
    ("header-angles", 20_000, |n| headers(&format!("To: {}\r\nFrom: {}\r\n", "<".repeat(n), "<a>".repeat(n)))),
    ("header-quotes", 20_000, |n| headers(&format!("To: {}\r\n", "\"a".repeat(n)))),
    ("header-groups", 10_000, |n| headers(&format!("To: {}\r\n", "a:b@c;".repeat(n)))),
    ("header-words", 5000, |n| headers(&format!("Subject: {}\r\n", "=?iso-8859-1?Q?a=E9?=\r\n ".repeat(n)))),
    ("header-open-words", 20_000, |n| headers(&format!("Subject: {}\r\n", "=?".repeat(n)))),
    ("header-ids", 3000, |n| headers(&format!("References: {}\r\n", parts(n, |at| format!("<{at}@partner.example>\r\n "))))),
    ("header-dates", 3000, |n| headers(&"Date: Wed, 6 Oct 1999 14:01:02 +0000\r\n".repeat(n))),
    ("header-types", 2000, |n| headers(&"Content-Type: multipart/mixed; boundary=a\r\n".repeat(n))),
    ("header-parameters", 5000, |n| headers(&format!("Content-Type: text/plain; {}\r\n", parts(n, |at| format!("a{at}=b;\r\n "))))),
    ("header-continued-parameters", 3000, |n| headers(&format!("Content-Type: text/plain; {}\r\n", parts(n, |at| format!("name*{at}=b;\r\n "))))),
    ("long-message-id", 50_000, |n| headers(&format!("Message-ID: <{}>\r\n", "a.".repeat(n)))),
    ("long-received", 30_000, |n| headers(&format!("Received: from {} by b; Wed, 6 Oct 1999\r\n", "a (b [1.2.3.4]) ".repeat(n / 16)))),
    ("long-date", 30_000, |n| headers(&format!("Date: {}\r\n", "1 ".repeat(n)))),
    ("spool-received", 1000, |n| spool(&format!("{}\r\nx\r\n", parts(n, received)))),
    ("spool-fields", 3000, |n| spool(&format!("{}\r\nx\r\n", parts(n, |at| format!("X-Field-{at}: a\r\n"))))),
    ("spool-parts", 1000, |n| spool(&multipart("mixed", &"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(n)))),
    ("spool-attachments", 500, |n| spool(&multipart("mixed", &parts(n, attached)))),
    ("spool-boundaries", 5000, |n| spool(&multipart("mixed", &"--b\r\n".repeat(n)))),
    ("spool-near-boundaries", 10_000, |n| spool(&multipart("mixed", &"--a\r\n-b\r\n--\r\n".repeat(n)))),
    ("spool-nested", 40, |n| spool(&nested(n))),
    ("spool-60-deep", 1000, |n| spool(&format!("{}{}", nested(60), "x y z --b1\r\n".repeat(n)))),
    ("spool-messages", 300, |n| spool(&multipart("mixed", &"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n".repeat(n)))),
    ("spool-messages-deep", 30, |n| spool(&format!("{}\r\nx\r\n", "Content-Type: message/rfc822\r\n\r\n".repeat(n)))),
    ("spool-base64", 3000, |n| spool(&format!("{HEAD}Content-Transfer-Encoding: base64\r\n\r\n{}", format!("{}\r\n", "QUJD".repeat(18)).repeat(n)))),
    ("spool-quoted", 5000, |n| spool(&format!("{HEAD}Content-Transfer-Encoding: quoted-printable\r\n\r\n{}", "=E9=\r\n=zz \r\n".repeat(n)))),
    ("spool-lines", 20_000, |n| spool(&format!("{HEAD}\r\n{}", "a line\r\n".repeat(n)))),
    ("spool-long-line", 200_000, |n| spool(&format!("{HEAD}\r\n{}", "x".repeat(n)))),
    ("spool-uu-begins", 5000, |n| spool(&format!("{HEAD}\r\n{}", "begin 644 a.txt\r\nM\r\n".repeat(n)))),
    ("spool-uu-blocks", 1000, |n| spool(&format!("{HEAD}\r\n{}", "begin 644 a\r\n#0V%T\r\n`\r\nend\r\n".repeat(n)))),
    ("spool-binhex", 1000, |n| spool(&format!("{HEAD}\r\n{}", "(This file must be converted with BinHex 4.0)\r\n:a:\r\n".repeat(n)))),
    ("spool-japanese", 5000, |n| spool(&format!("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n{}", "\u{1b}$B$\"\u{1b}(B\r\n".repeat(n)))),
    ("spool-chinese", 5000, |n| spool_bytes(&[b"Content-Type: text/plain; charset=gb2312\r\n\r\n", &b"\xA1\xA1\xB0\n~{Aa~}".repeat(n)[..]].concat())),
    ("spool-eight-bit", 10_000, |n| spool_bytes(&[b"Content-Type: text/plain\r\n\r\n", &b"\xE9\xE8 ~{".repeat(n)[..]].concat())),
    ("spool-encoded-words", 3000, |n| spool(&format!("Subject: {}\r\n\r\nx", "=?iso-2022-jp?B?GyRCJCIbKEI=?=\r\n ".repeat(n)))),
    ("spool-recipients", 3000, |n| envelope(&parts(n, |at| format!("<joe{}@partner.example>\0", at / 2)))),
    ("spool-others", 5000, |n| envelope(&"odd text\0".repeat(n))),
    ("spool-pickup", 3000, |n| vec![file("../Pickup/a.txt", parts(n, |at| format!("x-receiver: joe{at}@partner.example\r\n")))]),
    ("spool-no-end", 100_000, |n| vec![file("../In/HBWK2Q2P", [&b"\0\0\0\0ImCr"[..], &b"EwL".repeat(n / 3)].concat())]),
    ("spool-script", 5000, |n| spool(&format!("Content-Type: text/html\r\n\r\n{}", "<script><a href=x><font".repeat(n)))),
    ("spool-report", 500, |n| spool(&report(n))),
    ("spool-partial", 1000, |n| spool(&multipart("digest", &"--b\r\n\r\nSubject: x\r\n\r\ny\r\n".repeat(n)))),
    ("spool-carriage-returns", 30_000, |n| spool(&format!("{HEAD}\r\n{}", "\r".repeat(n)))),
    ("spool-nuls", 30_000, |n| spool(&format!("{HEAD}\r\n{}", "\0".repeat(n)))),
];

const HEAD: &str = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n";

fn received(at: usize) -> String {
    format!(
        "Received: from relay{at}.partner.example (pc [192.0.2.9]) by MAIL{at} with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)\r\n\tid R{at}; Wed, 6 Oct 1999 14:{:02}:00 -0000\r\n",
        at % 60
    )
}

fn headers(text: &str) -> Vec<FixtureFile> {
    let text = format!("Microsoft Mail Internet Headers Version 2.0\r\n{text}\r\n");
    let mail = Message::new("IPM.Note").subject("x").body("y").prop(PropTag::TRANSPORT_MESSAGE_HEADERS, text);
    vec![file("Mtsin/00000001.TNF", Envelope::around(mail, "ENVELOPE.IPM.Note").message().encode())]
}

fn spool(text: &str) -> Vec<FixtureFile> {
    spool_bytes(text.as_bytes())
}

fn spool_bytes(text: &[u8]) -> Vec<FixtureFile> {
    let head = b"Received: from a by srv1 with SMTP; Fri, 10 Mar 2000 10:00:00 +0100\r\nFrom: ann@example.com\r\nTo: joe@far.example\r\n";
    vec![file("../In/HBWK2Q2P", [&head[..], text].concat())]
}

fn envelope(texts: &str) -> Vec<FixtureFile> {
    let mut bytes = b"\0\0\0\0ImCr".to_vec();
    bytes.extend([0; 24]);
    bytes.extend(b"far.example\0<joe@far.example>\0");
    bytes.extend(texts.as_bytes());
    bytes.extend(b"EwLsReceived: from far.example by srv1 with SMTP; Fri, 10 Mar 2000 10:00:00 +0100\r\nSubject: x\r\n\r\ny\r\n");
    vec![file("../In/HBWK2Q2P", bytes)]
}

fn multipart(kind: &str, body: &str) -> String {
    format!("MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n{body}--b--\r\n")
}

fn attached(at: usize) -> String {
    format!(
        "--b\r\nContent-Type: application/octet-stream; name=\"a{at}.bin\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"a{at}.bin\"\r\n\r\nQUJD\r\n"
    )
}

fn nested(levels: usize) -> String {
    parts(levels, |at| format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n"))
}

fn report(recipients: usize) -> String {
    let fields = parts(recipients, |at| {
        format!(
            "Final-Recipient: rfc822; joe{at}@partner.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n"
        )
    });
    format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\n{fields}--b--\r\n"
    )
}
