//! The section on security in README.md names the tests that keep its promises; each of them exists.

use std::fs;

use regex::Regex;

use crate::common::project;

fn sources(folder: &std::path::Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_test_that_a_promise_names_exists() {
    let readme = fs::read_to_string(project("README.md")).unwrap();
    let section = readme.split("\n## Security\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut text = String::new();
    sources(&project("src"), &mut text);
    sources(&project("tests"), &mut text);
    // A test is a sentence: three words at least.
    let named: Vec<&str> =
        Regex::new(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`").unwrap().captures_iter(section).map(|hit| hit.get(1).unwrap().as_str()).collect();
    assert!(named.len() >= 10, "{named:?}");
    for name in named {
        let is_test = Regex::new(&format!(r"#\[test\]\s+(?:#\[[^\]]*\]\s+)*fn {name}\(")).unwrap();
        assert!(is_test.is_match(&text), "no test has the name {name}");
    }
}
