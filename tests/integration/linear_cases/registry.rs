//! Registry dumps: text forms, hives, service and profile in them.

use super::{FixtureFile, Row, file, parts};

const SERVICE: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC";
const PROFILE: &str = r"HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 3414350A60";

pub(super) const CASES: &[Row] = &[
    ("reg-keys", 3000, |n| service(&parts(n, |at| format!("\r\n[{SERVICE}\\K{at}]\r\n\"x\"=dword:1\r\n")))),
    ("reg-same-keys", 3000, |n| service(&format!("\r\n[{SERVICE}\\K]\r\n\"x\"=dword:1\r\n").repeat(n))),
    ("reg-foreign-keys", 3000, |n| service(&parts(n, |at| format!("\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\K{at}]\r\n\"x\"=dword:1\r\n")))),
    ("reg-deep-keys", 200, |n| service(&parts(n, |at| format!("\r\n[{SERVICE}{}{at}]\r\n\"x\"=dword:1\r\n", "\\K".repeat(60))))),
    ("reg-values", 3000, |n| parameters(&parts(n, |at| format!("\"Value {at}\"=dword:00000001\r\n")))),
    ("reg-near-values", 3000, |n| parameters(&parts(n, |at| format!("\"RelayFlag{at}\"=dword:00000001\r\n")))),
    ("reg-same-values", 3000, |n| parameters(&"\"RelayFlags\"=dword:00000001\r\n".repeat(n))),
    ("reg-case-values", 3000, |n| parameters(&parts(n, |at| format!("\"{}\"=dword:1\r\n", cased("relayflagsrelay", at))))),
    ("reg-long-names", 200, |n| parameters(&parts(n, |at| format!("\"{}{at}\"=dword:1\r\n", "RelayFlags".repeat(100))))),
    ("reg-one-long-name", 100_000, |n| parameters(&format!("\"{}\"=dword:1\r\n", "R".repeat(n)))),
    ("reg-hex-lines", 3000, |n| parameters(&format!("\"Blob\"=hex:{}00\r\n", "00,01,02,03,\\\r\n  ".repeat(n)))),
    ("reg-hex-line", 30_000, |n| parameters(&format!("\"Blob\"=hex:{}00\r\n", "00,".repeat(n)))),
    ("reg-bad-hex", 5000, |n| parameters(&"\"Blob\"=hex:zz\r\n".repeat(n))),
    ("reg-bad-lines", 5000, |n| parameters(&"no line at all\r\n".repeat(n))),
    ("reg-open-quotes", 5000, |n| parameters(&"\"open\r\n".repeat(n))),
    ("reg-escapes", 30_000, |n| parameters(&format!("\"Text\"=\"{}\"\r\n", "\\\"\\\\\u{202e}".repeat(n)))),
    ("reg-secrets", 2000, |n| parameters(&parts(n, |at| format!("\"Password{at}\"=\"secret\"\r\n")))),
    ("reg-routes", 2000, |n| service(&list("Parameters\\RouteTable", "Routes", &parts(n, |at| format!("d{at}.example;h.example;1\0"))))),
    ("reg-same-routes", 2000, |n| service(&list("Parameters\\RouteTable", "Routes", &"d.example;h.example;1\0".repeat(n)))),
    ("reg-turf", 2000, |n| service(&list("Parameters", "TurfTable", &parts(n, |at| format!("@d{at}.example\0"))))),
    ("reg-turf-values", 2000, |n| {
        service(&format!("\r\n[{SERVICE}\\Parameters\\TurfTable]\r\n{}", parts(n, |at| format!("\"joe{at}@d.example\"=\"\"\r\n"))))
    }),
    ("reg-relay", 1000, |n| {
        service(&list("Parameters", "RelayDenyList", &parts(n, |at| format!("10.{}.{}.0;255.255.255.0\0", at / 200 % 200, at % 200))))
    }),
    ("reg-domains", 1000, |n| parameters(&format!("\"ResolveP2\"=\"{}\"\r\n", "a,b;c ".repeat(n)))),
    ("reg-reasons", 2000, |n| parameters(&parts(n, |at| format!("\"{at}\"=\"a\"\r\n")))),
    ("reg-diagnostics", 1000, |n| {
        service(&format!("\r\n[{SERVICE}\\Diagnostics]\r\n{}", parts(n, |at| format!("\"{at} Message Archival\"=dword:1\r\n"))))
    }),
    ("regedt32-values", 2000, |n| {
        dump(&parts(n, |at| format!("Value {at}\r\n  Name:            V{at}\r\n  Type:            REG_DWORD\r\n  Data:            0x2\r\n\r\n")))
    }),
    ("regedt32-rows", 2000, |n| {
        dump(&format!("Value 0\r\n  Name:            B\r\n  Type:            REG_BINARY\r\n  Data:            \r\n{}", parts(n, row)))
    }),
    ("regedt32-lists", 3000, |n| {
        dump(&format!(
            "Value 0\r\n  Name:            L\r\n  Type:            REG_MULTI_SZ\r\n  Data:            a\r\n{}",
            "                   b\r\n".repeat(n)
        ))
    }),
    ("regini-keys", 3000, |n| {
        vec![file("Imcsvc.reg", format!("\\Registry\\Machine\\System\r\n{}", parts(n, |at| format!("    K{at}\r\n        x = REG_DWORD 1\r\n"))))]
    }),
    ("regini-back-and-forth", 2000, |n| {
        vec![file(
            "Imcsvc.reg",
            format!("\\Registry\\Machine\\System\r\n{}", "    K\r\n        x = REG_DWORD 1\r\n    y = REG_DWORD 1\r\n".repeat(n)),
        )]
    }),
    ("regini-continued", 5000, |n| {
        vec![file("Imcsvc.reg", format!("\\Registry\\Machine\\System\r\n    x = REG_BINARY 1 \\\r\n{}", " 0x00000001 \\\r\n".repeat(n)))]
    }),
    ("registry-ini", 3000, |n| vec![file("Imcsvc.reg", format!("REGEDIT\r\n{}", parts(n, |at| format!("HKEY_LOCAL_MACHINE\\a\\b{at}\\x = 1\r\n"))))]),
    ("profiles", 500, |n| {
        vec![file(
            "Imcpro.reg",
            format!(
                "REGEDIT4\r\n{}",
                parts(n, |at| format!("\r\n[{PROFILE}{at}]\r\n\r\n[{PROFILE}{at}\\13dbb0c8aa05101a9bb000aa002fc45a]\r\n\"001e6602\"=\"M\"\r\n"))
            ),
        )]
    }),
    ("profile-sections", 1000, |n| profile(&parts(n, |at| format!("\r\n[{PROFILE}\\{at:032x}]\r\n\"001e6602\"=\"M\"\r\n")))),
    ("profile-properties", 2000, |n| {
        profile(&format!("\r\n[{PROFILE}\\13dbb0c8aa05101a9bb000aa002fc45a]\r\n{}", parts(n, |at| format!("\"001e{at:04x}\"=\"M\"\r\n"))))
    }),
    ("profile-services", 1000, |n| {
        profile(&format!(
            "\r\n[{PROFILE}\\9207f3e0a3b11019908b08002b2a56c2]\r\n\"01023d01\"=hex:{}00\r\n",
            "89,d0,26,27,eb,bf,fe,d5,c8,b6,95,85,9a,a1,9c,cc,".repeat(n)
        ))
    }),
    ("profile-strings", 1000, |n| profile(&format!("\r\n[{PROFILE}\\13dbb0c8aa05101a9bb000aa002fc45a]\r\n\"101e6613\"=hex:{}\r\n", strings(n)))),
    ("hive-keys", 2000, |n| vec![file("Imcsvc.reg", hive_of_keys(n))]),
    ("hive-values", 2000, |n| vec![file("Imcsvc.reg", hive_of_values(n, false))]),
    ("hive-same-values", 2000, |n| vec![file("Imcsvc.reg", hive_of_values(n, true))]),
    ("hive-list-cycle", 2000, |n| vec![file("Imcsvc.reg", hive_cycle(n))]),
    ("hive-nothing", 100_000, |n| vec![file("Imcsvc.reg", [hive(&[]), vec![0xFF; n]].concat())]),
];

fn service(text: &str) -> Vec<FixtureFile> {
    vec![file("Imcsvc.reg", format!("REGEDIT4\r\n{text}"))]
}

fn parameters(text: &str) -> Vec<FixtureFile> {
    service(&format!("\r\n[{SERVICE}\\Parameters]\r\n{text}"))
}

fn profile(text: &str) -> Vec<FixtureFile> {
    vec![file("Imcpro.reg", format!("REGEDIT4\r\n\r\n[{PROFILE}]\r\n{text}"))]
}

fn list(key: &str, name: &str, text: &str) -> String {
    let hex: Vec<String> = text.bytes().chain([0]).map(|byte| format!("{byte:02x}")).collect();
    format!("\r\n[{SERVICE}\\{key}]\r\n\"{name}\"=hex(7):{}\r\n", hex.join(","))
}

/// Returns the name with the letters in upper case that the number says.
fn cased(name: &str, number: usize) -> String {
    let upper = |(at, c): (usize, char)| if number >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
    name.char_indices().map(upper).collect()
}

fn dump(text: &str) -> Vec<FixtureFile> {
    let key = SERVICE.replace("HKEY_LOCAL_MACHINE\\", "");
    vec![file(
        "Imcsvc.reg",
        format!("Key Name:          {key}\\Parameters\r\nClass Name:        <NO CLASS>\r\nLast Write Time:   11/5/97 - 2:51 PM\r\n{text}"),
    )]
}

fn row(at: usize) -> String {
    format!("{:08x}   13 db b0 c8 aa 05 10 1a - 9b b0 00 aa 00 2f c4 5a  ............./.Z\r\n", at * 16)
}

/// Returns a multi-valued string property of a profile: the count, where each stands, the strings.
fn strings(count: usize) -> String {
    let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let mut bytes = word(count).to_vec();
    (0..count).for_each(|at| bytes.extend(word(4 + 4 * count + 2 * at)));
    bytes.extend(b"a\0".repeat(count));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(",")
}

const NO_CELL: u32 = u32::MAX;

fn hive(cells: &[Vec<u8>]) -> Vec<u8> {
    let mut bins = b"hbin".to_vec();
    bins.resize(32, 0);
    for cell in cells {
        let size = (cell.len() + 4).next_multiple_of(8);
        bins.extend((-i32::try_from(size).unwrap()).to_le_bytes());
        bins.extend(cell);
        bins.resize(bins.len().next_multiple_of(8), 0);
    }
    let mut file = b"regf".to_vec();
    for word in [1, 1, 0, 0, 1, 5, 0, 1, 32, u32::try_from(bins.len()).unwrap()] {
        file.extend(u32::to_le_bytes(word));
    }
    file.resize(508, 0);
    let sum = file.as_chunks::<4>().0.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    file.extend(sum.to_le_bytes());
    file.resize(4096, 0);
    file.extend(bins);
    file
}

/// Returns where each cell of a hive stands.
fn places(cells: &[Vec<u8>]) -> Vec<u32> {
    let sizes = cells.iter().map(|cell| u32::try_from((cell.len() + 4).next_multiple_of(8)).unwrap());
    sizes.scan(32, |at, size| Some(std::mem::replace(at, *at + size))).collect()
}

fn nk(name: &str, subkeys: (u32, u32), values: (u32, u32)) -> Vec<u8> {
    let mut cell = b"nk\x20\0".to_vec();
    cell.extend(0x01BA_6278_2596_13E0_u64.to_le_bytes());
    for word in [0, NO_CELL, subkeys.0, 0, subkeys.1, NO_CELL, values.0, values.1, NO_CELL, NO_CELL, 0, 0, 0, 0, 0] {
        cell.extend(word.to_le_bytes());
    }
    cell.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    cell.extend([0, 0]);
    cell.extend(name.as_bytes());
    cell
}

fn vk(name: &str) -> Vec<u8> {
    let mut cell = b"vk".to_vec();
    cell.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    for word in [0x8000_0004_u32, 2, 4, 1] {
        cell.extend(word.to_le_bytes());
    }
    cell.extend(name.as_bytes());
    cell
}

fn words(head: &[u8], words: impl Iterator<Item = u32>) -> Vec<u8> {
    head.iter().copied().chain(words.flat_map(u32::to_le_bytes)).collect()
}

/// Returns a list of subkeys; each hash is zero.
fn subkeys(count: usize, places: impl Iterator<Item = u32>) -> Vec<u8> {
    let head = [b"lf".as_slice(), &u16::try_from(count).unwrap().to_le_bytes()].concat();
    words(&head, places.flat_map(|place| [place, 0]))
}

fn hive_of_keys(count: usize) -> Vec<u8> {
    let number = u32::try_from(count).unwrap();
    let keys: Vec<Vec<u8>> = (0..count).map(|at| nk(&format!("K{at:07}"), (0, NO_CELL), (0, NO_CELL))).collect();
    let mut cells = vec![nk("Root", (number, 0), (0, NO_CELL)), subkeys(count, std::iter::repeat_n(0, count))];
    cells.extend(keys);
    let at = places(&cells);
    cells[0] = nk("Root", (number, at[1]), (0, NO_CELL));
    cells[1] = subkeys(count, at[2..].iter().copied());
    hive(&cells)
}

fn hive_of_values(count: usize, same: bool) -> Vec<u8> {
    let number = u32::try_from(count).unwrap();
    let mut cells = vec![nk("Root", (0, NO_CELL), (number, 0)), words(b"", std::iter::repeat_n(0, count))];
    cells.extend((0..count).map(|at| vk(&format!("V{at:07}"))));
    let at = places(&cells);
    cells[0] = nk("Root", (0, NO_CELL), (number, at[1]));
    cells[1] = words(b"", at[2..].iter().map(|place| if same { at[2] } else { *place }));
    hive(&cells)
}

/// Returns a hive whose lists of lists name each other over and over.
fn hive_cycle(count: usize) -> Vec<u8> {
    let list = |place: u32| words(&[b"ri".as_slice(), &u16::try_from(count).unwrap().to_le_bytes()].concat(), std::iter::repeat_n(place, count));
    let mut cells = vec![nk("Root", (1, 0), (0, NO_CELL)), list(0), list(0)];
    let at = places(&cells);
    cells[0] = nk("Root", (1, at[1]), (0, NO_CELL));
    cells[1] = list(at[2]);
    cells[2] = list(at[1]);
    hive(&cells)
}
