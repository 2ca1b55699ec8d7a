//! What is fuzzed: one function for each parser and writer, fed with arbitrary bytes, that asserts what must hold whatever they are.
//!
//! The functions live here, once. The programs of the `fuzz` folder hand them to the fuzzing engine; the tests hand them every seed and
//! every kept input. A broken promise is a panic, as the engine wants it. What is asserted beside "no panic, no hang" stands at each
//! target. Deliberately absent: anything that needs the engine, so that the promises are tested without it too.

mod check;
mod dice;
mod faces;
mod forged_hive;
mod forged_message;
mod forged_text;
mod lists;
mod mail;
mod messages;
mod registry;
mod rich_text;
mod samples;
mod seeds;
mod settings;
mod whole;

pub use seeds::{Seed, seeds};

/// One thing that is fuzzed.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its program and of its folder of inputs.
    pub name: &'static str,
    /// Feeds it with bytes; panics when a promise is broken.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// All targets, sorted by name.
pub const TARGETS: &[Target] = &[
    target("archive", whole::archive),
    target("code_page", rich_text::code_page),
    target("config", settings::config),
    target("csv", faces::csv),
    target("dapi_csv", lists::dapi_csv),
    target("decode", whole::decode),
    target("embedded_files", mail::embedded_files),
    target("entry_id", messages::entry_id),
    target("file_name", faces::file_name),
    target("filter", settings::filter),
    target("folder", whole::folder),
    target("hive", registry::hive),
    target("hive_forged", forged_hive::run),
    target("html", rich_text::html),
    target("imccopy", lists::imccopy),
    target("ini", lists::ini),
    target("json", faces::json),
    target("lists_forged", forged_text::run),
    target("lzfu", rich_text::lzfu),
    target("markdown", faces::markdown),
    target("migration", lists::migration),
    target("mime", mail::mime),
    target("mime_fields", mail::fields),
    target("mts_id", mail::mts_id),
    target("packing_list", lists::packing_list),
    target("profile_blob", registry::profile_blob),
    target("properties", messages::properties),
    target("recipients", messages::recipients),
    target("registry_text", registry::text),
    target("rtf", rich_text::rtf),
    target("sniff", whole::sniffing),
    target("spool", mail::spool_file),
    target("state", settings::state),
    target("text", faces::text),
    target("tnef", messages::tnef),
    target("tnef_forged", forged_message::run),
];

/// Returns the target of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_each_target_bears_nothing_at_all() {
        assert!(TARGETS.is_sorted_by_key(|target| target.name));
        for target in TARGETS {
            (target.run)(&[]);
        }
        assert!(find("tnef").is_some() && find("").is_none());
    }
}
