//! Tables and lists: directory export, packing list, IMCCOPY files, lists and logs of a migration.

use super::{FixtureFile, Row, file, parts};

pub(super) const CASES: &[Row] = &[
    ("csv-rows", 3000, |n| csv("Obj-Class,Directory Name,Obj-Dist-Name", &parts(n, |at| format!("Mailbox,N{at},/o=O/ou=S/cn=N{at}\r\n")))),
    ("csv-gateways", 1000, |n| csv("Obj-Class,Directory Name,Obj-Dist-Name", &parts(n, |at| format!("Mail-Gateway,N{at},/o=O/ou=S/cn=N{at}\r\n")))),
    ("csv-columns", 2000, |n| {
        csv(&format!("Obj-Class,Directory Name{}", parts(n, |at| format!(",Column-{at}"))), &format!("Mail-Gateway,IMC{}\r\n", ",a".repeat(n)))
    }),
    ("csv-same-columns", 2000, |n| {
        csv(&format!("Obj-Class,Directory Name{}", ",Home-Server".repeat(n)), &format!("Mail-Gateway,IMC{}\r\n", ",a".repeat(n)))
    }),
    ("csv-near-columns", 1000, |n| {
        csv(
            &format!("Obj-Class,Directory Name{}", parts(n, |at| format!(",Connected-Domain{at}"))),
            &format!("Mail-Gateway,IMC{}\r\n", ",a".repeat(n)),
        )
    }),
    ("csv-cells", 5000, |n| csv("Obj-Class,Directory Name", &format!("Mail-Gateway,IMC{}\r\n", ",a".repeat(n)))),
    ("csv-lists", 3000, |n| gateway("Routing-List", &parts(n, |at| format!("SMTP:*@d{at}.example;1%")))),
    ("csv-same-lists", 3000, |n| gateway("Connected-Domains", &"d.example%".repeat(n))),
    ("csv-extension", 2000, |n| gateway("Extension-Data", &"0102030405060708".repeat(n))),
    ("csv-routes", 1000, |n| gateway("Extension-Data", &parts(n, |at| format!("d{at}.example,h{at}.example;%")))),
    ("csv-proxies", 2000, |n| gateway("E-mail Addresses", &parts(n, |at| format!("SMTP:imc{at}@northwind.example%")))),
    ("csv-same-proxies", 2000, |n| gateway("E-mail Addresses", &"SMTP:imc@northwind.example%".repeat(n))),
    ("csv-open-quotes", 3000, |n| csv("Obj-Class,Directory Name", &"Mail-Gateway,\"IMC\r\n".repeat(n))),
    ("csv-stray-quotes", 5000, |n| csv("Obj-Class,Directory Name", &format!("Mail-Gateway,{}\r\n", "a\"b,".repeat(n)))),
    ("csv-quotes", 20_000, |n| csv("Obj-Class,Directory Name", &format!("Mail-Gateway,{}\r\n", "\"".repeat(n)))),
    ("csv-quoted-lines", 5000, |n| csv("Obj-Class,Directory Name", &format!("Mail-Gateway,\"{}\"\r\n", "a\r\n".repeat(n)))),
    ("csv-long-cell", 100_000, |n| gateway("Admin-Note", &"a%".repeat(n / 2))),
    ("csv-side-files", 1000, |n| csv("Obj-Class,Directory Name,Picture", &parts(n, |at| format!("Mail-Gateway,N{at},%File:a{at}.bin\r\n")))),
    ("packing-list", 2000, |n| listed(n, |at| format!("+Mtsout\\{at:08X}.TNF\r\n"))),
    ("packing-list-same", 2000, |n| listed(n, |_| "+Mtsout\\00000001.TNF\r\n".to_owned())),
    ("packing-list-case", 2000, |n| listed(n, |at| format!("+mTsOut\\{}\r\n", cased("abcdefghijklmnop", at)))),
    ("packing-list-sections", 2000, |n| vec![file("Imcfls", parts(n, |at| format!("[S{at}]\r\nx=Mtsout\\{at}\r\n")))]),
    ("packing-list-same-sections", 2000, |n| vec![file("Imcfls", "[MTSOut]\r\nMessages=+\r\n".repeat(n))]),
    ("packing-list-odd-lines", 3000, |n| vec![file("Imcfls", format!("[Header]\r\nVersion=1\r\n{}", "what is this\r\n[open\r\n".repeat(n)))]),
    ("packing-list-files", 500, |n| both(n, |at| format!("{at:08X}.TNF"))),
    ("packing-list-short-names", 500, |n| both(n, |at| format!("A long name {at}.txt"))),
    ("packing-list-paths", 1000, |n| listed(n, |at| format!("D:\\exchsrvr\\imcdata\\Backup\\Mtsout\\..\\{at}\r\n"))),
    ("packing-list-long-path", 30_000, |n| listed(1, |_| format!("+{}\r\n", "a\\".repeat(n)))),
    ("imccopy-domains", 2000, |n| imccopy("Domain", "DomainInformation", n, |at| format!("+d{at}.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0"))),
    ("imccopy-same-domains", 2000, |n| imccopy("Domain", "DomainInformation", n, |_| "+d.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0".into())),
    ("imccopy-routes", 2000, |n| imccopy("Routes", "DeliveryRoutes", n, |at| format!("+d{at}.example,h.example,1"))),
    ("imccopy-same-routes", 2000, |n| imccopy("Routes", "DeliveryRoutes", n, |_| "+d.example,h.example,1".into())),
    ("imccopy-fields", 5000, |n| imccopy("Domain", "DomainInformation", 1, |_| format!("+d.example{}", ",a".repeat(n)))),
    ("migration-list", 2000, |n| vec![file("pilot.csv", parts(n, |at| format!("John Doe,John{at},GW-PILOT1,GW-PROD1\r\n")))]),
    ("migration-list-same", 2000, |n| vec![file("pilot.csv", "John Doe,JohnD,GW-PILOT1,GW-PROD1\r\n".repeat(n))]),
    ("migration-log", 2000, |n| {
        vec![file("pilot.log", parts(n, |at| format!("FAILURE,Mary Smith,Mary{at},GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10\r\n")))]
    }),
    ("migration-log-same", 2000, |n| {
        vec![file("pilot.log", "FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Error Copying Messages,5/10/96 10:09:10\r\n".repeat(n))]
    }),
    ("migration-log-turns", 1000, |n| {
        vec![file("pilot.log", "FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Inbox not empty,5/10/96 10:09:10\r\nSUCCESS,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 11:02:00\r\n".repeat(n))]
    }),
    ("migration-both", 1000, |n| {
        vec![
            file("pilot.csv", parts(n, |at| format!("John Doe,John{at},GW-PILOT1,GW-PROD1\r\n"))),
            file("pilot.log", parts(n, |at| format!("FAILURE,John Doe,John{at},GW-PILOT1,GW-PROD2,Could not log on,5/10/96 10:09:10\r\n"))),
        ]
    }),
    ("migration-fields", 5000, |n| {
        vec![file(
            "pilot.log",
            format!("FAILURE,Mary Smith,MarySm,GW-PILOT1,GW-PROD1,Inbox not empty,5/10/96 10:09:10\r\nFAILURE{}\r\n", ",a".repeat(n)),
        )]
    }),
    ("wizard-users", 2000, |n| {
        vec![file("users.csv", format!("SFS_UserName,MigrateUser,Home-Server\r\n{}", parts(n, |at| format!("ann{at},Y,~SERVER\r\n"))))]
    }),
    ("wizard-users-same", 2000, |n| vec![file("users.csv", format!("SFS_UserName,MigrateUser,Home-Server\r\n{}", "ann,Y,~SERVER\r\n".repeat(n)))]),
    ("wizard-section", 2000, |n| vec![file("a.pri", format!("##SFS-DIR\r\n{}", "ann,Y,\\~SERVER\r\n".repeat(n)))]),
    ("text-lines", 20_000, |n| vec![file("notes.txt", "a line of notes\r\n".repeat(n))]),
    ("text-long-line", 200_000, |n| vec![file("notes.txt", "word ".repeat(n / 5))]),
    ("unknown-bytes", 200_000, |n| vec![file("a.bin", vec![0x81; n])]),
];

fn csv(header: &str, rows: &str) -> Vec<FixtureFile> {
    vec![file("Imcobj.csv", format!("{header}\r\n{rows}"))]
}

/// Returns the row of a connector with one column more.
fn gateway(column: &str, cell: &str) -> Vec<FixtureFile> {
    csv(
        &format!("Obj-Class,Directory Name,Obj-Dist-Name,{column}"),
        &format!("Mail-Gateway,Internet Mail Connector (M),/o=O/ou=S/cn=Configuration/cn=Connections/cn=Internet Mail Connector (M),\"{cell}\"\r\n"),
    )
}

fn cased(name: &str, number: usize) -> String {
    let upper = |(at, c): (usize, char)| if number >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
    name.char_indices().map(upper).collect()
}

fn listed(count: usize, line: impl Fn(usize) -> String) -> Vec<FixtureFile> {
    vec![file("Imcfls", format!("[Header]\r\nVersion=1\r\n\r\n[MTSOut]\r\nMessages=+\r\n{}", parts(count, line)))]
}

/// Returns a list and the files that it names.
fn both(count: usize, name: impl Fn(usize) -> String) -> Vec<FixtureFile> {
    let mut files = listed(count, |at| format!("+Work\\{}\r\n", name(at)));
    files.extend((0..count).map(|at| file(&format!("Work/{}", name(at)), "x")));
    files
}

fn imccopy(section: &str, key: &str, count: usize, line: impl Fn(usize) -> String) -> Vec<FixtureFile> {
    vec![file("imcdom.txt", format!("[Header]\r\nVersion=1\r\n\r\n[{section}]\r\n{key}=+\r\n{}", parts(count, |at| format!("{}\r\n", line(at)))))]
}
