//! The directory exports of all sample Backups against their known truth: attributes, identity, version. Reads the samples in place.
#![expect(clippy::print_stdout, reason = "says when the samples are absent and what was compared")]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use imcscan::{
    backup::{
        builds::{Build, ProductLine},
        gateway::Gateway,
        server::{IdentityFacts, identify},
        version::{OwnNames, Stamp, StampKind, VersionEvidence, detect},
    },
    base::{Limits, TextFile},
    formats::dapi_csv::{self, same_name},
};
use regex::bytes::Regex;
use serde_json::Value;

/// Returns the folders with an `expected.json` and the Backup's dumps in place.
fn stories() -> Vec<(PathBuf, Value)> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = env::var_os("IMCSCAN_BACKUPS").map_or_else(|| manifest.join("../shared/backups"), PathBuf::from);
    let folders = |folder: &Path| fs::read_dir(folder).map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>());
    let Ok(mut all) = folders(&root) else {
        println!("skipped: no sample Backups at {}", root.display());
        return Vec::new();
    };
    all.extend(folders(&root.join("probes")).unwrap_or_default());
    all.sort();
    let read = |folder: PathBuf| Some((serde_json::from_slice(&fs::read(folder.join("expected.json")).ok()?).ok()?, folder));
    all.into_iter().filter_map(read).map(|(expected, folder)| (folder, expected)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn file(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let path = files(folder).into_iter().find(|path| path.file_name().is_some_and(|own| own.eq_ignore_ascii_case(name)))?;
    fs::read(path).ok()
}

fn gateway(folder: &Path) -> Option<Gateway> {
    let export = dapi_csv::parse(&file(folder, "Imcobj.csv")?, &Limits::default());
    Gateway::find(&export.value, None)
}

#[test]
fn gateway_attributes_are_as_built() {
    let mut compared = 0;
    for (folder, expected) in stories() {
        let Some(wanted) = expected.get("gateway") else { continue };
        let Some(gateway) = gateway(&folder) else {
            assert!(file(&folder, "Imcobj.csv").is_none(), "{}", folder.display());
            continue;
        };
        assert_eq!(gateway.dn(), wanted["dn"].as_str(), "{}", folder.display());
        for (column, values) in wanted["attributes"].as_object().unwrap() {
            let mut values: Vec<&str> = values.as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let found = gateway.attributes.iter().find(|attribute| same_name(&attribute.column, column)).unwrap();
            let mut found: Vec<&str> = found.values.iter().map(AsRef::as_ref).collect();
            values.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, values, "{} {column}", folder.display());
        }
        compared += 1;
    }
    assert!(compared > 0 || stories().is_empty());
    println!("{compared} gateway objects compared");
}

#[test]
fn exports_of_healthy_backups_have_no_anomalies() {
    for (folder, _) in stories().into_iter().filter(|(folder, _)| folder.ends_with("healthy-40") || folder.ends_with("healthy-55")) {
        let export = dapi_csv::parse(&file(&folder, "Imcobj.csv").unwrap(), &Limits::default());
        assert_eq!(export.anomalies, [], "{}", folder.display());
    }
}

/// Reads a string of a plain REGEDIT4 file; other shapes have readers of their own.
fn registry_text(folder: &Path, name: &str) -> Option<String> {
    let text = TextFile::decode(&file(folder, "Imcsvc.reg")?).text;
    let start = format!("\"{name}\"=\"");
    let value = text.lines().find_map(|line| line.strip_prefix(start.as_str())?.strip_suffix('"'))?;
    Some(value.replace("\\\\", "\\"))
}

#[test]
fn identity_is_as_built() {
    for (folder, expected) in stories() {
        let gateway = gateway(&folder);
        let texts = ["CommonName", "HomeDSA", "SiteDN"].map(|name| registry_text(&folder, name));
        let [common_name, home_dsa, site_dn] = texts.each_ref().map(Option::as_deref);
        if gateway.is_none() && site_dn.is_none() {
            continue;
        }
        let facts = IdentityFacts {
            gateway: gateway.as_ref(),
            registry_common_name: common_name,
            registry_home_dsa: home_dsa,
            registry_site_dn: site_dn,
            ..IdentityFacts::default()
        };
        let identity = identify(&facts);
        let found = [&identity.server, &identity.organization, &identity.site].map(|found| found.as_ref().map(|found| found.name.as_str()));
        assert_eq!(found, ["server", "organization", "site"].map(|field| expected["backup"][field].as_str()), "{}", folder.display());
    }
}

/// What a stamp looks like in the raw bytes of an item; transport headers lie there in one piece.
const STAMP: &str = r"(?i-u)([\n\x00])(?:Received: (?:[^\n]*?\sby|by) (\S+) [^\n]*?|X-Mailer:[^\n]*?)(?:Internet Mail (?:Connector|Service)(?:\s+Version)?|\(IMC)\s+\(?(\d+\.\d+\.\d+\.\d+)";

fn stamps(pattern: &Regex, path: &Path) -> Vec<Stamp> {
    let bytes = fs::read(path).unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let inbound = path.parent().and_then(Path::file_name).is_some_and(|folder| folder.eq_ignore_ascii_case("mtsin"));
    let found = pattern.captures_iter(&bytes).filter_map(|captures| {
        let host = captures.get(2).map(|host| text(host.as_bytes()).into());
        Some(Stamp {
            kind: if host.is_some() { StampKind::Received } else { StampKind::XMailer },
            build: Build::parse(&text(captures.get(3)?.as_bytes()))?,
            host,
            time: None,
            inbound,
            topmost: false,
            place: path.to_string_lossy().into(),
        })
    });
    found.collect()
}

#[test]
fn versions_are_as_built() {
    let mut builds = BTreeMap::new();
    let pattern = Regex::new(STAMP).unwrap();
    for (folder, expected) in stories() {
        let Some(server) = expected["backup"]["server"].as_str() else { continue };
        if !files(&folder).iter().any(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("reg"))) {
            continue; // packed in an archive
        }
        let stamps: Vec<Stamp> = files(&folder).iter().flat_map(|path| stamps(&pattern, path)).collect();
        let domains = gateway(&folder).map(|gateway| gateway.smtp_domains()).unwrap_or_default();
        let topmost = domains.is_empty();
        let stamps: Vec<Stamp> = stamps.into_iter().map(|stamp| Stamp { topmost, ..stamp }).collect();
        let dump = file(&folder, "Imcsvc.reg").map(|bytes| TextFile::decode(&bytes).text).unwrap_or_default();
        let registry_values: Vec<&str> = ["RelayFlags", "ResolveP2"].into_iter().filter(|name| dump.contains(name)).collect();
        let own = OwnNames { server: Some(server.into()), hosts: Vec::new(), domains };
        let found = detect(&VersionEvidence { own, stamps: &stamps, topmost_hosts: &[], registry_values: &registry_values }).unwrap();
        let build = found.build.map(|build| build.to_string());
        assert_eq!(build.as_deref(), expected["backup"]["build"].as_str(), "{}", folder.display());
        assert_eq!(found.line.map(ProductLine::name), expected["backup"]["version"].as_str(), "{}", folder.display());
        builds.insert(build, folder);
    }
    println!("builds seen: {:?}", builds.keys().flatten().collect::<Vec<_>>());
}
