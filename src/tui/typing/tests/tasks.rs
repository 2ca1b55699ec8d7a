//! Twenty tasks of whoever triages a broken connector, each done in at most eight keystrokes from the first screen. Every key counts as one,
//! and so does every character that is typed into a line.

use super::{Saved, Typed, USUAL};

const MOST: usize = 8;

/// What is asked, the Backup, the keys, and what the screen then says.
const TASKS: &[(&str, &str, &str, &[&str])] = &[
    ("which message crashed the store", "troubled", "eeeee<enter>", &["crashes the store", "recipient 1 of Mtsout/0000000A.TNF"]),
    ("who sent the oldest mail, and how long it waits", "troubled", "/old<enter>", &["> Oldest", "before the collection"]),
    ("who sent the oldest mail that is stuck outbound", "troubled", ":outb<enter>", &["queue:out", "> MTS-OUT  10-06 14:09 Castillo"]),
    ("which registry values differ from their default", "troubled", "4d", &["~ 7 SMTP Protocol Log   5 (0x5)", "~ RelayFlags"]),
    ("why a rule was not evaluated", "troubled", ":que064<enter>", &["Outcome     not evaluated: ", "It lacks"]),
    ("what was not evaluated and why", "healthy-40", ":notev<enter>", &["not ev."]),
    ("which file is missing on the disk", "tampered", ":miss<enter>", &["missing", "The packing list names it, and it is not there."]),
    ("which messages are damaged", "damaged", ":dama<enter>", &["is:damaged", "Damage "]),
    ("where in its bytes a message is damaged", "damaged", "3dl<enter>", &["["]),
    ("which attachment is a program", "troubled", ":prog<enter>", &["pass the filter"]),
    ("which hop delayed the mail most", "troubled", ":inb<enter><enter>", &["Path ", "hop"]),
    ("which domain gets most of the mail", "troubled", "/ations<enter>", &["> Destinations", "█"]),
    ("which mails are non-delivery reports, and why", "troubled", ":ndr<enter>", &["is:ndr", "MSG160"]),
    ("what a rule wants done, and by which articles", "troubled", ":msg143<enter>", &["What to do", "Q239816"]),
    ("which version this is, and how that is known", "troubled", "", &["Exchange 5.5 RTM, build 5.5.1960.3", "stamp of this server"]),
    ("where the version stands", "troubled", "jj<enter>", &["Received: ", "5.5.1960.3"]),
    ("find a message by its subject", "troubled", "3/list<enter>", &["New price list"]),
    ("which message is the largest", "troubled", "/larg<enter>", &["> Largest"]),
    ("which messages came at a time", "troubled", "G<ctrl-u>k<enter>", &["date:1999-10-06T", "pass the filter"]),
    ("which recipient has no address type", "troubled", "2/type<enter>", &["recipient 1 of Mtsout/00000009.TNF"]),
    ("which messages a finding touches", "troubled", "2/type<enter>o", &["rule:=MSG002", "Mtsout/00000009.TNF"]),
    ("what was not collected", "damaged", "/what<enter>", &["Imcsvc.reg  ", "Queues      no folder of"]),
    ("what the routing of the gateway is", "troubled", "6/rout<enter>", &["Rout"]),
];

#[test]
fn each_task_takes_eight_keystrokes_at_most() {
    let mut wrong = Vec::new();
    for (task, backup, keys, expected) in TASKS {
        let mut typed = Typed::of_folder(backup, USUAL);
        let count = typed.keys(keys);
        let screen = typed.screen();
        let missing: Vec<_> = expected.iter().filter(|text| !screen.contains(**text)).collect();
        if count > MOST || !missing.is_empty() {
            wrong.push(format!("{task}: {keys} are {count} keys; missing {missing:?}\n{screen}"));
        }
    }
    assert!(TASKS.len() >= 20 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_taken_out_takes_eight_keystrokes_at_most() {
    let mut typed = Typed::of_folder("troubled", USUAL);
    assert!(typed.keys("2/%s<enter>ly") <= MOST);
    assert!(typed.copied.first().is_some_and(|proof| proof.contains("PR_SUBJECT") && proof.contains("expected")), "{:?}", typed.copied);

    let mut typed = Typed::of_folder("troubled", USUAL);
    assert!(typed.keys("2s<enter>") <= MOST);
    assert!(matches!(typed.saved.as_slice(), [Saved::Finding(_)]), "{:?}", typed.saved);

    let mut typed = Typed::of_folder("troubled", USUAL);
    assert!(typed.keys(":ndr<enter>s<enter>") <= MOST);
    assert!(matches!(typed.saved.as_slice(), [Saved::Messages(messages)] if !messages.is_empty()), "{:?}", typed.saved);

    let mut typed = Typed::of_folder("troubled", USUAL);
    typed.keys(":hasat<enter><enter>");
    assert!(typed.screen().contains("attachment 1"), "{}", typed.screen());
}
