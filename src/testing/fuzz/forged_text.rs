//! Registry text, directory exports, packing lists and mail from pieces of their grammars, since letters alone rarely make a keyword.

use super::{dice::Dice, lists, mail, registry, whole};

const REGISTRY: [&str; 28] = [
    "REGEDIT4\r\n",
    "Windows Registry Editor Version 5.00\r\n\r\n",
    "REGEDIT\r\n",
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n",
    "[HKEY_USERS\\S-1-5-21\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows Messaging Subsystem\\Profiles\\MSExchangeIMC 1\\13dbb0c8aa05101a9bb000aa002fc45a]\r\n",
    "[-HKEY_LOCAL_MACHINE\\SYSTEM]\r\n",
    "\"RelayFlags\"=dword:00000001\r\n",
    "\"a\"=\"b\\\\c\"\r\n",
    "\"x\"=hex(7):31,00,\\\r\n  00,00\r\n",
    "\"001e6602\"=\"SERVER\"\r\n",
    "\"101e6613\"=hex:01,00,00,00,08,00,00,00,6e,63,00\r\n",
    "@=\"\"\r\n",
    "\"q\"=-\r\n",
    "hex(",
    "):",
    "dword:",
    ",\\\r\n",
    "\"",
    "\\",
    "=",
    "\r\n",
    "\n",
    ";c\r\n",
    "[",
    "]",
    "Key Name:          SYSTEM\\Foo\r\nClass Name:        <NO CLASS>\r\nLast Write Time:   10/6/99 - 2:00 PM\r\nValue 0\r\n  Name:            Start\r\n  Type:            REG_DWORD\r\n  Data:            0x2\r\n\r\n",
    "\\Registry\\Machine\\System\r\n    Start = REG_DWORD 0x2\r\n",
    "00000000   31 00 32 00 -  1.2.\r\n",
];

const EXPORT: [&str; 24] = [
    "Obj-Class,Directory Name,Obj-Dist-Name,Home-Server,Routing-List,E-mail Addresses\r\n",
    "Mail-Gateway,Internet Mail Connector (SERVER),/o=Org/ou=Site/cn=IMC,SERVER,",
    "SMTP:*;1%SMTP:*@a.example;5",
    "\"SMTP:imc@org.example%X400:c=US;a= ;p=Org;\"",
    "Obj-Class",
    "Mail-Gateway",
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "%",
    "\\",
    "\\%",
    "\r\n",
    "\n",
    "\r",
    " ",
    "~DEL",
    "0x0102",
    "=file.txt",
    "\u{fffd}",
    "Extension-Attribute-1",
    "Routing-List",
];

const LIST: [&str; 26] = [
    "[Header]\r\n",
    "[Files]\r\n",
    "[MTSOut]\r\n",
    "[MTSIn]\r\n",
    "Version=1\r\n",
    "File1=Imcsvc.reg\r\n",
    "Messages=+\r\n",
    "+Mtsout\\00000001.TNF\r\n",
    "Imcsvc.reg,1234,10/6/99 2:00 PM\r\n",
    "\\\\SERVER\\C$\\exchsrvr\\imcdata\\Backup\\Mtsout\\1.TNF\r\n",
    "Count=3\r\n",
    "\"Bad\\x.TNF\"\r\n",
    "1,",
    "=",
    "\\",
    "..\\",
    "[",
    "]",
    "\r\n",
    "\n",
    " ",
    "\t",
    ";c\r\n",
    "%20",
    "\u{1a}",
    "Imcdata\\Bad\\",
];

const MAIL: [&str; 34] = [
    "Received: from a.example by b.example (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)\r\n\tid K2ABCDEF; Wed, 6 Oct 1999 14:00:00 -0500\r\n",
    "From: \"Ann\" <ann@a.example>\r\n",
    "To: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= <a@b>, g: x@y, z;\r\n",
    "Subject: =?utf-8?q?a_b?=\r\n",
    "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n",
    "Content-Type: message/delivery-status\r\n\r\n",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Type: text/plain; charset*0=us-; charset*1=ascii; name*=utf-8''%e2%82%ac\r\n",
    "Content-Transfer-Encoding: base64\r\n\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
    "Content-Type: application/ms-tnef; name=winmail.dat\r\n",
    "--b\r\n",
    "--b--\r\n",
    "--b",
    "\r\n\r\n",
    "\r\n ",
    "\r\n",
    "\n",
    "\t",
    " ",
    ":",
    ";",
    "=",
    "=?",
    "?=",
    "(",
    ")",
    "<",
    ">",
    "\"",
    "eJ8+Ig==\r\n",
    "begin 644 a.bin\r\n#0V%T\r\n`\r\nend\r\n",
    "Date: Wed, 6 Oct 1999 14:00:00 +9999\r\n",
];

/// The first byte chooses a format, each further one a piece of its grammar; the highest ones take some of the bytes behind as they are.
/// The text keeps what its format promises, alone and as a file of a folder.
pub(super) fn run(bytes: &[u8]) {
    let mut dice = Dice::new(bytes);
    let choice = dice.below(5);
    let text = match choice {
        0 => built(&mut dice, &REGISTRY),
        1 => built(&mut dice, &EXPORT),
        2 => built(&mut dice, &LIST),
        _ => built(&mut dice, &MAIL),
    };
    match choice {
        0 => registry::text(&text),
        1 => lists::dapi_csv(&text),
        2 => {
            lists::packing_list(&text);
            lists::ini(&text);
        }
        3 => mail::mime(&text),
        _ => {
            mail::fields(&text);
            mail::spool_file(&[b"\0\0\0\0ImCr\0\0\0\0<a@b>\0EwLs".as_slice(), &text].concat());
        }
    }
    whole::decode(&[&[u8::try_from(choice).unwrap_or(0)], text.as_slice()].concat());
}

fn built(dice: &mut Dice<'_>, pieces: &[&str]) -> Vec<u8> {
    let mut text = Vec::new();
    while !dice.is_empty() && text.len() < 16 << 10 {
        let choice = usize::from(dice.byte());
        match pieces.get(choice % (pieces.len() + 2)) {
            Some(piece) => text.extend_from_slice(piece.as_bytes()),
            None => text.extend_from_slice(dice.bytes(24)),
        }
    }
    text
}
