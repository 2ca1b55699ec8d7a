//! Registry dumps of whole Backups against their known truth, and hives and texts of other projects, all read in place.
#![expect(clippy::unwrap_used, reason = "what a test's own files lack must fail it")]

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::OnceLock,
};

use imcscan::{
    backup::{ProfileDump, ServiceKey},
    base::Limits,
    formats::{
        reg::{LastWrite, RegType, RegistryContent, RegistryData, RegistryDump, RegistryShape},
        registry,
    },
};
use serde_json::Value;

/// The corpus beside the project, or where the environment says; none when it is absent.
fn corpus() -> Option<&'static Path> {
    static CORPUS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = CORPUS.get_or_init(|| {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        let folder = std::env::var_os("IMCSCAN_CORPUS").map_or_else(beside, PathBuf::from);
        folder.is_dir().then_some(folder)
    });
    if found.is_none() {
        skipped();
    }
    found.as_deref()
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("process {}: the corpus is absent, nothing was compared", process::id());
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The stories with their folders and expectations.
fn stories() -> Vec<(PathBuf, Value)> {
    let Some(backups) = corpus().map(|corpus| corpus.join("../backups")) else { return Vec::new() };
    let mut files = Vec::new();
    files_below(&backups, &mut files);
    let expected = files.iter().filter(|path| path.file_name().is_some_and(|name| name == "expected.json"));
    expected.map(|path| (path.parent().unwrap().to_owned(), serde_json::from_slice(&fs::read(path).unwrap()).unwrap())).collect()
}

fn dump_in(story: &Path, name: &str) -> Option<RegistryDump> {
    let mut files = Vec::new();
    files_below(story, &mut files);
    let path = files.iter().find(|path| path.file_name().is_some_and(|file| file.eq_ignore_ascii_case(name)))?;
    Some(registry::parse(&fs::read(path).unwrap(), &Limits::default()).value)
}

/// The data in the form of the expectations: numbers, hexadecimal digits, lists, text.
fn plain(data: &RegistryData) -> Value {
    match &data.content {
        RegistryContent::Dword(number) => Value::from(*number),
        RegistryContent::MultiSz(strings) => strings.iter().filter(|text| !text.is_empty()).cloned().collect(),
        RegistryContent::Bytes => data.bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}")).into(),
        _ => data.text().into(),
    }
}

#[test]
fn services_read_as_they_were_built() {
    let mut compared = 0;
    for (folder, expected) in stories() {
        let Some(values) = expected["service"].as_array() else { continue };
        let Some(dump) = dump_in(&folder, "Imcsvc.reg") else { continue };
        let service = ServiceKey::from_dump("Imcsvc.reg", &dump);
        for value in values {
            let (key, name) = (value["key"].as_str().unwrap(), value["name"].as_str().unwrap());
            let found = service.value(key, name).unwrap_or_else(|| panic!("{}: {key}\\{name} is missing", folder.display()));
            let place = format!("{}: {key}\\{name}", folder.display());
            assert_eq!(found.data.data.reg_type.name(), value["type"].as_str(), "{place}");
            assert_eq!(plain(&found.data.data), value["data"], "{place}");
            assert!(found.value.place.length > 0 && found.value.place.line.is_some(), "{place}");
            compared += 1;
        }
    }
    assert!(compared > 1000 || corpus().is_none(), "only {compared} values were compared");
}

#[test]
fn profiles_read_as_they_were_built() {
    let mut compared = 0;
    for (folder, expected) in stories() {
        let Some(wanted) = expected.get("profile").filter(|profile| profile.is_object()) else { continue };
        let Some(dump) = dump_in(&folder, "Imcpro.reg") else { continue };
        let profiles = ProfileDump::from_dump("Imcpro.reg", &dump);
        let names: Vec<&str> = profiles.profiles.iter().map(|profile| &*profile.name).collect();
        assert_eq!(Value::from(names), wanted["profiles"], "{}", folder.display());
        for value in wanted["values"].as_array().into_iter().flatten() {
            let (profile, section) = value["key"].as_str().unwrap().rsplit_once('\\').unwrap();
            let profile = profiles.profiles.iter().find(|known| profile.ends_with(&*known.name)).unwrap();
            let name = value["name"].as_str().unwrap();
            let section = profile.section(section).unwrap_or_else(|| panic!("{}: section {section} is missing", folder.display()));
            let is_there =
                section.properties.iter().any(|known| &*known.value_name == name) || section.foreign.iter().any(|known| known.name == name);
            assert!(is_there, "{}: {name} is missing", folder.display());
            compared += 1;
        }
    }
    assert!(compared > 100 || corpus().is_none(), "only {compared} values were compared");
}

#[test]
fn every_shape_tells_the_same_settings() {
    let shapes = [
        ("shape-regedit4-lf", RegistryShape::Regedit4),
        ("shape-regedit4-wide-values", RegistryShape::Regedit4),
        ("shape-controlset001", RegistryShape::Regedit4),
        ("shape-v5", RegistryShape::Version5),
        ("shape-regedit3", RegistryShape::Regedit3),
        ("shape-regf", RegistryShape::Hive),
        ("shape-regini", RegistryShape::Regini),
        ("shape-regedt32", RegistryShape::RegEdt32),
        ("shape-ini", RegistryShape::PrivateIni),
    ];
    let Some(backups) = corpus().map(|corpus| corpus.join("../backups")) else { return };
    for (story, shape) in shapes {
        let Some(dump) = dump_in(&backups.join(story), "Imcsvc.reg") else { continue };
        assert_eq!(dump.shape, shape, "{story}");
        assert_eq!(dump.is_lf_only(), story == "shape-regedit4-lf", "{story}");
        let service = ServiceKey::from_dump("Imcsvc.reg", &dump);
        assert_eq!(service.start_type().map(|start| start.data.0), Some(2), "{story}");
        assert_eq!(service.dword("Parameters", "DiskSpaceLowWaterMark").map(|value| value.data), Some(10_485_760), "{story}");
        assert_eq!(service.text("Parameters", "SiteDN").map(|value| value.data), Some("/o=Northwind/ou=SEATTLE"), "{story}");
        assert_eq!(service.diagnostics_level("Message Archival").map(|value| value.data), Some(0), "{story}");
        assert_eq!(service.values_in_force().len(), 44, "{story}");
        assert_eq!(service.offline_control_set.is_some(), story == "shape-controlset001", "{story}");
        assert_eq!((service.other_keys.len(), service.profile_keys.len()), (0, 0), "{story}");
        if shape != RegistryShape::Regedit3 {
            let list = service.strings("Parameters", "RelayAllowList").unwrap();
            assert_eq!(list.data, ["192.0.2.0;255.255.255.0", "198.51.100.7"], "{story}");
        }
        let profiles = dump_in(&backups.join(story), "Imcpro.reg").map(|dump| ProfileDump::from_dump("Imcpro.reg", &dump)).unwrap();
        assert!(profiles.has_connector_profile(), "{story}");
        assert_eq!(profiles.profiles[0].server_addresses().unwrap().0.len(), 5, "{story}");
        assert!(
            profiles.profiles[0].sections.iter().flat_map(|section| &section.properties).all(|property| property.anomalies.is_empty()),
            "{story}"
        );
    }
}

#[test]
fn hives_of_other_projects_are_read() {
    // Keys and values: those of the small ones are listed by the projects' own tests.
    let counts = [
        ("minimal", 1, 0),
        ("special", 4, 3),
        ("rlenvalue_test_hive", 2, 6),
        ("UNICODE_TESTS", 3, 22),
        ("REORGANIZED_VALUES_TESTS", 3, 22),
        ("issue22.hive", 1, 10),
        ("BCD", 132, 103),
        ("SAM", 65, 70),
        ("SECURITY", 100, 109),
    ];
    let mut read = 0;
    for (name, bytes) in hives() {
        let decoded = registry::parse(&bytes, &Limits::default());
        let (keys, values) = (decoded.value.keys.len(), decoded.value.value_count());
        match counts.iter().find(|(known, ..)| *known == name) {
            Some((_, known_keys, known_values)) => {
                assert_eq!((keys, values), (*known_keys, *known_values), "{name}");
                assert!(decoded.anomalies.iter().all(|anomaly| anomaly.code == "hive-not-clean"), "{name}: {:?}", decoded.anomalies);
                read += 1;
            }
            // Transaction logs begin like hives and hold none.
            None => assert_eq!((keys, decoded.anomalies.first().map(|anomaly| anomaly.code)), (0, Some("not-a-primary-hive")), "{name}"),
        }
    }
    assert!(read == counts.len() || corpus().is_none(), "only {read} hives were read");
}

#[test]
fn names_with_nul_and_every_script_survive_in_hives() {
    let Some((_, bytes)) = hives().into_iter().find(|(name, _)| name == "special") else { return };
    let dump = registry::parse(&bytes, &Limits::default()).value;
    let paths: Vec<&str> = dump.keys.iter().filter_map(|key| key.path.rsplit_once('\\')).map(|(_, name)| name).collect();
    assert_eq!(paths, ["abcd_äöüß", "weird™", "zero\0key"]);
    assert_eq!(dump.keys[3].values[0].name, "zero\0val");
    assert!(dump.keys.iter().all(|key| matches!(key.last_write, Some(LastWrite::Utc(_)))));
}

/// All files of the corpus that begin like a hive.
fn hives() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    if let Some(corpus) = corpus() {
        files_below(&corpus.join("regf"), &mut files);
    }
    let read = files.iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()));
    read.filter(|(_, bytes)| bytes.starts_with(b"regf")).collect()
}

#[test]
fn changed_bytes_and_prefixes_of_real_dumps_return() {
    // A sample: the unit tests of each reader try every byte of small files.
    let Some(backups) = corpus().map(|corpus| corpus.join("../backups")) else { return };
    let limits = Limits::default();
    for story in ["shape-regf", "shape-v5", "shape-regini", "shape-regedt32", "shape-ini", "shape-regedit3", "foreign"] {
        for name in ["Imcsvc.reg", "Imcpro.reg"] {
            let Ok(bytes) = fs::read(backups.join(story).join("Backup").join(name)) else { continue };
            let whole = registry::parse(&bytes, &limits).value.value_count();
            for at in (0..bytes.len()).step_by((bytes.len() / 80) | 1) {
                let mut changed = bytes.clone();
                changed[at] ^= [0x01, 0x20, 0x80, 0xFF][at % 4];
                let dump = registry::parse(&changed, &limits).value;
                let service = ServiceKey::from_dump(name, &dump);
                assert!(service.values_in_force().len() <= dump.value_count(), "{story} {at}");
                let profiles = ProfileDump::from_dump(name, &dump);
                assert!(profiles.profiles.len() <= dump.keys.len(), "{story} {at}");
            }
            for end in (0..bytes.len()).step_by((bytes.len() / 40) | 1) {
                assert!(registry::parse(&bytes[..end], &limits).value.value_count() <= whole, "{story} {end}");
            }
        }
    }
    for (name, bytes) in hives().into_iter().filter(|(_, bytes)| bytes.len() <= 40_000) {
        for at in (0..bytes.len()).step_by((bytes.len() / 60) | 1) {
            let mut changed = bytes.clone();
            changed[at] ^= 0xFF;
            assert_eq!(registry::parse(&changed, &limits).value.shape == RegistryShape::Hive, changed.starts_with(b"regf"), "{name} {at}");
        }
    }
}

#[test]
fn the_sample_of_another_projects_reader_is_read() {
    let Some(corpus) = corpus() else { return };
    let Ok(source) = fs::read_to_string(corpus.join("reg/cklutz+RegFile/RegFile.Tests/RegFileReaderTests.cs")) else { return };
    let (_, literal) = source.split_once("@\"").unwrap();
    let text = literal.split_once("\n\";").map_or(literal, |(text, _)| text).replace("\"\"", "\"");
    let decoded = registry::parse(text.trim_start().as_bytes(), &Limits::default());
    assert_eq!(decoded.value.shape, RegistryShape::Version5);
    let values: Vec<_> = decoded.value.keys.iter().flat_map(|key| &key.values).collect();
    let data = |name: &str| &values.iter().find(|value| value.name == name).unwrap_or_else(|| panic!("{name} is missing")).data;
    assert_eq!(data("qword_value_max").content, RegistryContent::Qword(i64::MAX.cast_unsigned()));
    assert_eq!(data("expand_string_value").text(), Some("%SystemRoot%\\system32"));
    assert_eq!(data("multi_string_value").strings().unwrap(), ["value1", "value2", "value3"]);
    assert_eq!(data("multi_string_value_one_empty_two").strings().unwrap(), ["value1", "", "value1"]);
    assert!(data("multi_string_value_empty_item").strings().unwrap().is_empty());
    assert_eq!((data("binary_value").reg_type, data("binary_value").bytes.as_slice()), (RegType::BINARY, [1, 0, 0].as_slice()));
}
