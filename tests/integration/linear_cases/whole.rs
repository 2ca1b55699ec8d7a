//! Backups of many files: storms, copies, folders, names that differ by case, one finding after the other.

use super::{FixtureFile, Row, file, fixture, parts};

pub(super) const CASES: &[Row] = &[
    ("outbound-mail", 200, |n| {
        fixture(&format!("//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"Price list {{n}}\"\nto: SMTP:joe@partner.example\nbody: \"text {{n}}\"\n"))
    }),
    ("inbound-mail", 200, |n| fixture(&inbound(n, "{n}"))),
    ("same-message-id", 200, |n| fixture(&inbound(n, "1"))),
    ("many-hops", 50, |n| fixture(&format!("{}{}", inbound(n, "{n}"), RECEIVED.repeat(20)))),
    ("report-storm", 200, |n| {
        fixture(&format!(
            "//- Mtsin/{{n:8}}.TNF repeat={n}\nclass: REPORT.IPM.Note.NDR\nsubject: \"Undeliverable: Price list\"\nfailed: SMTP:joe{{n}}@partner.example\n"
        ))
    }),
    ("outbound-reports", 200, |n| {
        fixture(&format!(
            "//- Mtsout/{{n:8}}.TNF repeat={n}\nclass: REPORT.IPM.Note.NDR\nsubject: \"Undeliverable: Price list\"\nfailed: SMTP:joe{{n}}@partner.example\nreport-destination: SMTP:a{{n}}@b.example\n"
        ))
    }),
    ("bad-mail", 200, |n| {
        fixture(&format!("//- Bad/{{n:8}}.TNF repeat={n}\nsubject: \"RE:33%s5%s99\"\nto: \"x\" SMTP:nobody\nattach: a.exe 3 bytes\n"))
    }),
    ("work-mail", 200, |n| fixture(&format!("//- Work/{{n:8}} repeat={n}\nsubject: \"x\"\n"))),
    ("mail-volleys", 100, |n| {
        fixture(&format!(
            "//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"Out of office AutoReply: x\"\nto: SMTP:joe{{n}}@partner.example\nfrom: \"Ann\" EX:/o=Org/ou=Site/cn=Ann{{n}}\n//- Mtsin/{{n:8}}.TNF repeat={n}\nsubject: \"Out of office AutoReply: x\"\nfrom: SMTP:joe{{n}}@partner.example\n"
        ))
    }),
    ("one-volley", 100, |n| {
        fixture(&format!(
            "//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"RE: x\"\nto: SMTP:joe@partner.example\n//- Mtsin/{{n:8}}.TNF repeat={n}\nsubject: \"RE: x\"\nfrom: SMTP:joe@partner.example\n"
        ))
    }),
    ("many-recipients-mail", 100, |n| {
        fixture(&format!("//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"x\"\nto: SMTP:joe@partner.example\n  times: 20\n"))
    }),
    ("many-domains", 200, |n| fixture(&format!("//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"x\"\nto: SMTP:joe@d{{n}}.example\n"))),
    ("same-contents", 300, |n| fixture(&format!("//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"x\"\n"))),
    ("cut-mail", 200, |n| fixture(&format!("//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"x\"\ncut-by: 30\n"))),
    ("queue-like-folders", 300, |n| (0..n).map(|at| message(&format!("Queue{at}/00000001.TNF"))).collect()),
    ("queue-named-folders", 300, |n| {
        (0..n).map(|at| message(&format!("{}/00000001.TNF", cased("mtsoutmtsout", at).replace("mtsout", "mts-out")))).collect()
    }),
    ("folders", 1000, |n| (0..n).map(|at| file(&format!("F{at}/"), "")).collect()),
    ("folder-tree", 25, |n| vec![file(&format!("{}x", "a/".repeat(n)), "x")]),
    ("case-names", 1000, |n| (0..n).map(|at| file(&format!("Work/{}", cased("abcdefghijkl", at)), "x")).collect()),
    ("plain-files", 1000, |n| (0..n).map(|at| file(&format!("x/f{at}.bin"), "x")).collect()),
    ("top-files", 1000, |n| (0..n).map(|at| file(&format!("f{at}.bin"), "x")).collect()),
    ("copies-of-names", 500, |n| (0..n).map(|at| file(&format!("Mtsout/Copy ({at}) of 00000001.TNF"), "x")).collect()),
    ("numbered-names", 500, |n| (0..n).map(|at| message(&format!("Mtsout/{:08X}.TNF", at * 3))).collect()),
    ("registry-files", 200, |n| {
        (0..n)
            .map(|at| {
                file(
                    &format!("Imcsvc{at}.reg"),
                    "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n\"x\"=dword:1\r\n",
                )
            })
            .collect()
    }),
    ("text-files", 300, |n| (0..n).map(|at| file(&format!("n{at}.txt"), format!("note {at}\r\n"))).collect()),
    ("migration-files", 100, |n| {
        (0..n)
            .flat_map(|at| {
                [
                    file(&format!("l{at}.csv"), format!("John Doe,John{at},GW-PILOT1,GW-PROD1\r\n")),
                    file(&format!("l{at}.log"), format!("FAILURE,John Doe,John{at},GW-PILOT1,GW-PROD1,Could not log on,5/10/96 10:09:10\r\n")),
                ]
            })
            .collect()
    }),
    ("imccopy-files", 100, |n| {
        (0..n)
            .map(|at| {
                file(
                    &format!("dom{at}.txt"),
                    format!("[Header]\r\nVersion=1\r\n\r\n[Domain]\r\nDomainInformation=+\r\n+d{at}.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0\r\n"),
                )
            })
            .collect()
    }),
    ("spool-files", 200, |n| {
        (0..n)
            .map(|at| {
                file(
                    &format!("../In/HBWK{at:04}"),
                    format!("Received: from a by srv1; Fri, 10 Mar 2000 10:00:00 +0000\r\nSubject: {at}\r\n\r\nx\r\n"),
                )
            })
            .collect()
    }),
    ("spool-index", 2000, |n| {
        let mut files = vec![file("../Queue.dat", parts(n, |at| format!("HBWK{at:04}\0\0\0\0")))];
        files.extend((0..50).map(|at| file(&format!("../In/HBWK{at:04}"), "Received: from a by b\r\n\r\nx")));
        files
    }),
    ("links", 500, |n| fixture(&parts(n, |at| format!("//- Work/l{at} -> /etc/passwd\n")))),
    ("findings", 300, |n| {
        fixture(&format!("//- Mtsout/{{n:8}}.TNF repeat={n}\nsubject: \"%s{{n}}\"\nto: \"x\" :nobody\nattach: \"a\" hex 00\nbad-checksum: 0x9003\n"))
    }),
    ("configured", 100, |n| fixture(&configured(n))),
];

const RECEIVED: &str = "header: Received: from relay.partner.example by MAIL1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)\n  id R; Wed, 6 Oct 1999 14:00:00 -0000\n";

fn inbound(count: usize, id: &str) -> String {
    format!(
        "//- Mtsin/{{n:8}}.TNF repeat={count}\nsubject: \"Quarterly figures {{n}}\"\nfrom: SMTP:joe@partner.example\nheader: Message-ID: <{id}@partner.example>\n{RECEIVED}"
    )
}

/// Returns mail and the lists that rules hold against each of them.
fn configured(count: usize) -> String {
    let turf = parts(count, |at| format!("\"joe{at}@d.example\"=\"\"\n"));
    format!(
        "//- Imcsvc.reg\nREGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters\\TurfTable]\n{turf}//- Mtsin/{{n:8}}.TNF repeat=20\nsubject: \"x\"\nfrom: SMTP:joe@partner.example\n"
    )
}

fn cased(name: &str, number: usize) -> String {
    let upper = |(at, c): (usize, char)| if number >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
    name.char_indices().map(upper).collect()
}

fn message(path: &str) -> FixtureFile {
    let mut files = fixture("//- Mtsout/00000001.TNF\nsubject: \"x\"\n");
    FixtureFile { path: path.to_owned(), ..files.remove(0) }
}
