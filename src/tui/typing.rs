//! Typing scripts: keys in, screens out, over Backups in memory. One place for the tests of the view, because they cross all its files.

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        sync::{Arc, LazyLock, Mutex, atomic::AtomicBool},
    };

    use ratatui::{Terminal, backend::TestBackend};

    use crate::{
        base::Limits,
        report::Report,
        scan::Evidence,
        testing::{
            fixture::{FixtureFile, compile},
            report_of,
        },
        tui::{
            action::Action,
            app::{App, Effect},
            draw::draw,
            keep::Saved,
            keymap::{KEYMAP, action_of, edit_of},
            message_row::MessageRow,
            opened::Opened,
            overlay::Mode,
            reader::{Done, Event, Request, open, read},
            target::Screen,
            theme::Theme,
            view,
        },
    };

    /// The rules that the scripts speak of; others come and go without changing what is drawn.
    const RULES: [&str; 8] = ["MSG002", "MSG143", "PKG005", "PKG014", "QUE001", "QUE002", "MIG011", "SVC222"];

    const TROUBLED: &str = r#"
//- Imcsvc.reg
REGEDIT4

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
"Start"=dword:00000002
"DisplayName"="Microsoft Exchange Internet Mail Service"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
"ThreadsPerProcessor"=dword:00000002
"RelayFlags"=dword:00000002
"SMTPProtocolLogging"="4"
"Strange"="value"
"RasPassword"="hush"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
"7 SMTP Protocol Log"=dword:00000005
//- Imcpro.reg
REGEDIT4

[HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 34]
[HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 34\13dbb0c8aa05101a9bb000aa002fc45a]
"001e6602"="MAIL1"
"001e6603"="/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (MAIL1)"
//- Imcobj.csv
Obj-Class,Directory Name,Obj-Dist-Name,Proxy-Addresses,Strange-Column
Mail-Gateway,Internet Mail Connector (MAIL1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (MAIL1),SMTP:imc@org.example,odd
//- Imcfls
Imcsvc.reg
Imcpro.reg
Imcobj.csv
Mtsout\00000001.TNF
Mtsout\00000002.TNF
Mtsout\00000003.TNF
Mtsout\00000009.TNF
Mtsin\00000001.TNF
//- Mtsout/00000001.TNF
subject: "100%s off"
to: "Ann Ray" SMTP:ann@partner.example
submitted: 1999-10-06T14:00:00Z
body: "Dear Ann,\r\nall prices are down.\r\n\r\nJoe"
attach: prices.xls 12 KB
attach: größe.txt "hello"
//- Mtsout/00000002.TNF
subject: "Quarterly figures"
to: SMTP:bob@partner.example
cc: SMTP:carol@other.example
submitted: 1999-10-05T09:30:00Z
embed:
  subject: "Older figures"
  body: "inner"
  attach: inner.doc "inner"
//- Mtsout/00000003.TNF hex
//- Mtsin/00000001.TNF
codepage: 932
subject: "来週の会議"
from: "Dora" SMTP:dora@partner.example
submitted: 1999-10-06T13:00:00Z
header: Received: from relay.example by mail1.org.example with SMTP (Internet Mail Service Version 5.5.2650.21) id ABC; Wed, 6 Oct 1999 15:20:00 +0000
header: Received: from client.example by relay.example; Wed, 6 Oct 1999 13:00:10 +0000
header: Subject: Reunion
header: Message-ID: <1@partner.example>
//- Bad/00000001.TNF
subject: "cut off"
submitted: 1999-10-06T10:00:00Z
cut-by: 40
//- imcrou.txt
[Header]
Version=1
[Routes]
DeliveryRouting=partner.example;relay.example;1
DefaultRouting=
"#;

    mod large;
    mod sizes;
    mod tasks;

    /// A view with the files that it may open.
    struct Typed {
        app: App,
        files: HashMap<String, Vec<u8>>,
        /// Where files lie when they are not in memory.
        evidence: Option<Arc<Evidence>>,
        copied: Vec<String>,
        saved: Vec<Saved>,
    }

    fn sample(name: &str) -> (Arc<Evidence>, Done) {
        let events = Mutex::new(Vec::new());
        let request = Request { path: format!("testdata/backups/{name}").into(), threads: 1, ..Request::default() };
        read(&request, &AtomicBool::new(false), &|event| events.lock().unwrap().push(event));
        let (mut evidence, mut done) = (None, None);
        for event in events.into_inner().unwrap() {
            match event {
                Event::Listed(listed) => evidence = Some(listed),
                Event::Done(all) => done = Some(*all),
                _ => {}
            }
        }
        (evidence.unwrap(), done.unwrap())
    }

    fn judged(files: &[FixtureFile]) -> Report {
        let mut report = report_of(files);
        report.findings.retain(|finding| RULES.contains(&finding.rule.code));
        report.outcomes.retain(|(rule, _)| RULES.contains(&rule.meta.code));
        report
    }

    fn compiled(fixture: &str) -> (Vec<FixtureFile>, Done) {
        let files = compile(fixture).unwrap();
        let done = Done::of(judged(&files));
        (files, done)
    }

    impl Typed {
        fn new(size: (u16, u16)) -> Self {
            // Every script looks at the same Backup, which is read once.
            static READ: LazyLock<(Vec<FixtureFile>, Done)> = LazyLock::new(|| compiled(TROUBLED));
            Self::over(&READ, size)
        }

        fn over((files, done): &(Vec<FixtureFile>, Done), size: (u16, u16)) -> Self {
            let mut typed = Self::reading(files, size);
            typed.app.take(Event::Done(Box::new(done.clone())));
            typed
        }

        fn reading(files: &[FixtureFile], size: (u16, u16)) -> Self {
            let files = files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();
            Self { app: App::new("Backup", size, Theme::Dark), files, evidence: None, copied: Vec::new(), saved: Vec::new() }
        }

        /// Returns the view of a Backup of the samples on the disk; each is read once.
        fn of_folder(name: &str, size: (u16, u16)) -> Self {
            type Sample = (Arc<Evidence>, Done);
            static READ: LazyLock<Mutex<HashMap<String, Sample>>> = LazyLock::new(Mutex::default);
            let mut typed = Self::reading(&[], size);
            let (evidence, done) = READ.lock().unwrap().entry(name.to_owned()).or_insert_with(|| sample(name)).clone();
            typed.evidence = Some(evidence);
            typed.app.take(Event::Done(Box::new(done)));
            typed
        }

        fn open(&self, path: &str) -> Opened {
            match &self.evidence {
                Some(evidence) => open(evidence, path).unwrap(),
                None => Opened::decode(path, &self.files[path], (Vec::new(), &Limits::default())),
            }
        }

        /// Types keys, those with names in angle brackets, and returns how many they were.
        fn keys(&mut self, keys: &str) -> usize {
            let mut rest = keys;
            let mut count = 0;
            while !rest.is_empty() {
                let named = rest.strip_prefix('<').and_then(|name| name.split_once('>'));
                let (key, behind) = match named {
                    Some((name, behind)) => (name.to_owned(), behind),
                    None => {
                        rest.split_at_checked(rest.chars().next().map_or(0, char::len_utf8)).map(|(key, behind)| (key.to_owned(), behind)).unwrap()
                    }
                };
                let key = if key == " " { "space".to_owned() } else { key };
                rest = behind;
                let action = if matches!(self.app.mode, Mode::Browse) { action_of(&key, self.app.screen) } else { edit_of(&key) };
                let action = action.unwrap_or_else(|| panic!("{key} does nothing on {:?}", self.app.screen));
                self.act(action);
                count += 1;
            }
            count
        }

        fn act(&mut self, action: Action) {
            self.app.update(action);
            while self.app.is_seeking() {
                self.app.proceed();
            }
            for effect in std::mem::take(&mut self.app.effects) {
                match effect {
                    Effect::Read(path) => {
                        let file = self.open(&path);
                        self.app.take(Event::Opened(Box::new(file)));
                    }
                    Effect::Copy(text) => self.copied.push(text),
                    Effect::Filter(task) if task.text.contains("text:") => {
                        let passed = vec![true; self.app.rows.len()];
                        self.app.take(Event::Filtered(task.screen, task.text, passed));
                    }
                    Effect::Filter(task) => {
                        let passed = task.answer(None, &|_, _| {}, &AtomicBool::new(false)).unwrap();
                        self.app.take(Event::Filtered(task.screen, task.text, passed));
                    }
                    Effect::Save(_, saved) => self.saved.push(saved),
                    Effect::Sort(task) => self.app.take(Event::Sorted(task.answer())),
                    Effect::Quit | Effect::Suspend | Effect::StopReading | Effect::StopFilter => {}
                }
            }
        }

        fn screen(&self) -> String {
            let (width, height) = self.app.size;
            let mut terminal = Terminal::new(TestBackend::new(width.max(1), height.max(1))).unwrap();
            terminal.draw(|frame| draw(&self.app, frame)).unwrap();
            terminal.backend().to_string()
        }
    }

    /// Returns how many rows of lists this thread has made.
    fn made() -> usize {
        view::MADE.get()
    }

    const SMALL: (u16, u16) = (40, 12);
    const USUAL: (u16, u16) = (80, 24);
    const LARGE: (u16, u16) = (120, 40);

    /// Name, size and keys of each script.
    #[rustfmt::skip]
    const SCRIPTS: &[(&str, (u16, u16), &str)] = &[
        ("overview",                 USUAL, ""),
        ("overview-small",           SMALL, ""),
        ("overview-large",           LARGE, ""),
        ("overview-end",             USUAL, "G"),
        ("overview-to-product",      USUAL, "jj<enter>"),
        ("overview-next-finding",    USUAL, "ee<enter>"),
        ("findings",                 USUAL, "2"),
        ("findings-small",           SMALL, "2"),
        ("findings-large",           LARGE, "2jjj"),
        ("finding-detail-small",     SMALL, "2<enter>"),
        ("finding-proof",            USUAL, "2<enter>"),
        ("finding-to-evidence",      USUAL, "2<enter><enter>"),
        ("finding-to-evidence-small", SMALL, "2<enter><enter>"),
        ("finding-and-back",         USUAL, "2<enter><enter><backspace>"),
        ("finding-back-forward",     USUAL, "2<enter><enter><backspace>+"),
        ("findings-filtered",        USUAL, "2fseverity:>=error<enter>"),
        ("finding-to-rule",          USUAL, "2<enter>G<enter>"),
        ("finding-file-missing",     USUAL, "2/PKG005<enter><enter><enter>"),
        ("messages",                 USUAL, "3"),
        ("messages-small",           SMALL, "3"),
        ("messages-large",           LARGE, "3"),
        ("messages-reverse",         USUAL, "3r"),
        ("messages-by-subject",      USUAL, "3>>>"),
        ("messages-by-queue",        USUAL, "3<<>"),
        ("messages-search",          USUAL, "3/figures"),
        ("messages-search-again",    USUAL, "3/partner<enter>nn"),
        ("messages-search-nothing",  USUAL, "3/xyzzy"),
        ("messages-only-flagged",    USUAL, "3d"),
        ("messages-filtered",        USUAL, "3fto:@partner.example size:>1k<enter>"),
        ("messages-filter-wrong",    USUAL, "3fsiz:>1k"),
        ("messages-filter-bodies",   USUAL, "3ftext:prices<enter>"),
        ("messages-filter-off",      USUAL, "3fqueue:bad<enter>f<ctrl-u><enter>"),
        ("messages-marked",          USUAL, "3mjm"),
        ("messages-next-mark",       USUAL, "3jjmgm'"),
        ("messages-zoomed",          USUAL, "3lz"),
        ("message",                  USUAL, "3<enter>"),
        ("message-small",            SMALL, "3<enter>"),
        ("message-large",            LARGE, "3<enter>"),
        ("message-detail-small",     SMALL, "3<enter>l"),
        ("message-recipients",       USUAL, "3<enter><tab>"),
        ("message-properties",       USUAL, "3<enter><tab><tab>lj"),
        ("message-property-bytes",   USUAL, "3<enter><tab><tab>ljj<enter>"),
        ("message-tree",             USUAL, "3<enter>jj"),
        ("message-envelope",         USUAL, "3<enter>k"),
        ("message-headers",          USUAL, "3/Dora<enter><enter><tab><tab><tab>"),
        ("message-headers-large",    LARGE, "3/Dora<enter><enter><tab><tab><tab>"),
        ("message-body",             USUAL, "3/100%<enter><enter><tab><tab><tab>"),
        ("message-attachments",      USUAL, "3/100%<enter><enter><tab><tab><tab><tab>"),
        ("message-to-attachment",    USUAL, "3/100%<enter><enter><tab><tab><tab><tab>l<enter>"),
        ("message-findings",         USUAL, "3/100%<enter><enter><backtab><backtab>"),
        ("message-hex",              USUAL, "3<enter><backtab>"),
        ("message-hex-moved",        USUAL, "3<enter><backtab>ljjlll"),
        ("message-hex-structure",    USUAL, "3<enter><backtab>jjjjjj"),
        ("message-hex-small",        SMALL, "3<enter><backtab>ljj"),
        ("message-hex-large",        LARGE, "3<enter><backtab>ljj"),
        ("message-damage",           USUAL, "3/cut off<enter>l<enter>"),
        ("registry",                 USUAL, "4"),
        ("registry-small",           SMALL, "4"),
        ("registry-large",           LARGE, "4e"),
        ("registry-next-odd",        USUAL, "4ee"),
        ("registry-only-odd",        USUAL, "4d"),
        ("registry-secret",          USUAL, "4/RasPassword<enter>"),
        ("registry-to-file",         USUAL, "4/RelayFlags<enter><enter><enter>"),
        ("registry-file-secret",     USUAL, "4/RasPassword<enter><enter>G<enter>"),
        ("profile",                  USUAL, "5jj"),
        ("profile-small",            SMALL, "5"),
        ("gateway",                  USUAL, "6jj"),
        ("gateway-odd",              USUAL, "6e"),
        ("files",                    USUAL, "7"),
        ("files-small",              SMALL, "7"),
        ("files-large",              LARGE, "7"),
        ("files-only-odd",           USUAL, "7d"),
        ("files-text",               USUAL, "7/Imcfls<enter><enter>"),
        ("rules",                    USUAL, "8"),
        ("rules-not-evaluated",      USUAL, "8/mig011"),
        ("rules-explained-large",    LARGE, "8/que002<enter>l"),
        ("siblings",                 USUAL, "9"),
        ("file-before-any",          USUAL, "0"),
        ("help",                     USUAL, "?"),
        ("help-small",               SMALL, "?"),
        ("help-searched",            USUAL, "?mark"),
        ("help-closed",              USUAL, "?<esc>"),
        ("palette",                  USUAL, ":"),
        ("palette-narrowed",         USUAL, ":revrs"),
        ("palette-taken",            USUAL, "3:turn<enter>"),
        ("palette-rule",             USUAL, ":msg143<enter>"),
        ("copied",                   USUAL, "2y"),
        ("copy-parts",               USUAL, "3c"),
        ("copy-part",                USUAL, "3csubj<enter>"),
        ("save-asked",               USUAL, "2s"),
        ("messages-sideways",        SMALL, "3LL"),
        ("messages-sideways-back",   SMALL, "3LLHH"),
        ("hex-sideways",             SMALL, "3<enter><backtab>lL"),
        ("detail-sideways",          USUAL, "2jlwL"),
        ("registry-sideways",        USUAL, "4LL"),
        ("rules-narrowed",           USUAL, "8fmsg<enter>"),
        ("rules-narrowed-off",       USUAL, "8fmsg<enter><esc>"),
        ("overview-to-severity",     USUAL, "/ERROR<enter><enter>"),
        ("overview-to-queue",        USUAL, "/MTS-OUT<enter><enter>"),
        ("overview-to-not-evaluated", USUAL, "/not eval<enter>n<enter>"),
        ("overview-to-missing",      USUAL, "/missing<enter><enter>"),
        ("overview-to-domain",       USUAL, "/other.ex<enter><enter>"),
        ("finding-to-messages",      USUAL, "2/MSG143<enter>o"),
        ("palette-ready",            USUAL, ":damaged"),
        ("theme",                    USUAL, "t"),
        ("unwrapped",                USUAL, "2lw"),
        ("next-screens",             USUAL, "<tab><tab><backtab>"),
        ("at-the-beginning",         USUAL, "<backspace>"),
    ];

    #[test]
    fn scripts_end_on_the_screens_that_they_should() {
        for (name, size, keys) in SCRIPTS {
            let mut typed = Typed::new(*size);
            typed.keys(keys);
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, description => *keys }, {
                insta::assert_snapshot!(*name, typed.screen());
            });
        }
    }

    #[test]
    fn screens_fill_while_the_backup_is_read() {
        let files = compile(TROUBLED).unwrap();
        let mut typed = Typed::reading(&files, USUAL);
        assert!(typed.screen().contains("the Backup is being read"));
        let report = judged(&files);
        for (index, message) in report.backup.messages.iter().enumerate() {
            typed.app.take(Event::Row(Box::new(MessageRow::of_record(&report.backup, index, message))));
        }
        typed.keys("3jj");
        assert!(typed.screen().contains("100%s off"), "{}", typed.screen());
        let selected = |app: &App| app.selected().map(|item| app.name_of(item));
        let before = selected(&typed.app);
        typed.app.take(Event::Done(Box::new(Done::of(report))));
        assert_eq!(selected(&typed.app), before);
        assert!(!typed.app.is_reading);
    }

    #[test]
    fn every_key_of_the_table_works_on_every_screen() {
        for screen in Screen::ALL {
            for binding in KEYMAP {
                let mut typed = Typed::new(USUAL);
                typed.keys("3<enter>");
                typed.act(Action::Go(screen));
                typed.act(binding.action);
                typed.screen();
            }
        }
    }

    #[test]
    fn clicks_anywhere_do_no_harm() {
        let mut typed = Typed::new(USUAL);
        for (column, row) in (0..80).step_by(9).flat_map(|column| (0..24).map(move |row| (column, row))) {
            typed.act(Action::Click(column, row));
            typed.screen();
        }
        let mut typed = Typed::new(USUAL);
        typed.act(Action::Click(16, 1));
        assert_eq!(typed.app.screen, Screen::Findings);
        typed.act(Action::Click(10, 5));
        assert_eq!(typed.app.pane().list.at, 2);
    }

    const HOSTILE: &str = r#"
//- Imcsvc.reg utf16 escapes
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]
"evil\x1b[2J\u{202e}"="data\x1b]52;c;x\x07\u{200b}"
//- Imcobj.csv utf16 escapes
Obj-Class,Directory Name,Evil\x1b[31m\u{202e}
Mail-Gateway,Internet Mail Connector (MAIL\x1b[1m1),\u{feff}x\x07
//- Mtsout/00000001.TNF
subject: "%s\x1b[2J\u{202e}gpj.exe\r\nFAKE"
to: "\x1b]8;;x\x07link" SMTP:ann@partner.example
body: "clear\x1b[2J\u{200b}\u{202e}\r\nnext\x9b31m"
header: X-Evil: \x1b[31m
attach: evil\x1b[31m.txt "x"
"#;

    #[test]
    fn hostile_text_is_escaped_on_every_screen() {
        let mut typed = Typed::over(&compiled(HOSTILE), LARGE);
        typed.keys("3<enter>");
        let mut walk: Vec<String> = (0..8).map(|_| "<tab>".to_owned()).collect();
        walk.extend(
            [
                "k",
                "<backspace>",
                "1",
                "2",
                "l",
                "<left>",
                "3",
                "/\u{1b}[2J\u{202e}",
                "<esc>",
                "4",
                "j",
                "5",
                "6",
                "jj",
                "7",
                "G",
                "8",
                "9",
                "?",
                "x",
                "<esc>",
            ]
            .map(str::to_owned),
        );
        for keys in walk {
            typed.keys(&keys);
            let screen = typed.screen();
            let bad = screen
                .chars()
                .find(|&c| c.is_control() && c != '\n' || matches!(u32::from(c), 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF));
            assert_eq!(bad, None, "after {keys}: {}", screen.escape_debug());
        }
    }

    #[test]
    fn settings_of_a_wrong_type_unknown_and_changed_ones_are_marked() {
        let key = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters";
        let profiles = "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows Messaging Subsystem\\Profiles\\MSExchangeIMC 34";
        let section = format!("{profiles}\\13dbb0c8aa05101a9bb000aa002fc45a");
        let fixture = format!(
            "//- Imcsvc.reg\nREGEDIT4\n\n[{key}]\n\"RelayFlags\"=\"2\"\n\"Strange\"=\"x\"\n\"AddressRewrite\"=dword:00000001\n//- Imcpro.reg\nREGEDIT4\n\n[{profiles}]\n[{section}]\n\"00036600\"=hex:00,04,00,00\n\"00036602\"=hex:01,00,00,00\n\"00037777\"=hex:01,00,00,00\n//- Imcobj.csv\nObj-Class,Directory Name,Can-Preserve-DNs,Line-Wrap,Strange-Column\nMail-Gateway,Internet Mail Connector (MAIL1),maybe,70,odd\n"
        );
        let mut typed = Typed::over(&compiled(&fixture), LARGE);
        for (screen, wanted) in [
            ("4", ["!T RelayFlags", "!? Strange", "!~ AddressRewrite"]),
            ("5", ["!~ PR_PROFILE_VERSION", "!T 0x66020003", "!? 0x77770003"]),
            ("6", ["!T Can-Preserve-DNs", "!? Strange-Column", "   Directory Name"]),
        ] {
            typed.keys(screen);
            let shown = typed.screen();
            let missing: Vec<_> = wanted.iter().filter(|mark| !shown.contains(**mark)).collect();
            assert!(missing.is_empty(), "{missing:?}\n{shown}");
        }
    }

    #[test]
    fn copies_hold_the_whole_value() {
        let mut typed = Typed::new(SMALL);
        typed.keys("3/figures<enter>yY");
        assert!(typed.copied[0].contains("bob@partner.example") && typed.copied[0].contains("Quarterly figures"), "{:?}", typed.copied);
        assert!(typed.copied[1].lines().count() > 3);
    }

    #[test]
    fn themes_without_colours_have_none() {
        let mut typed = Typed::new(USUAL);
        for theme in [Theme::Plain, Theme::HighContrast] {
            typed.app.theme = theme;
            let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
            terminal.draw(|frame| draw(&typed.app, frame)).unwrap();
            let colored = terminal
                .backend()
                .buffer()
                .content()
                .iter()
                .any(|cell| cell.fg != ratatui::style::Color::Reset || cell.bg != ratatui::style::Color::Reset);
            assert!(!colored, "{theme:?}");
        }
        typed.keys("2");
    }
}
