//! Bugs of this program are caught where they cost least: one file, one rule, one command. What is caught is told with its place in the
//! source, so that it can be reported; [`watch`] keeps the runtime from printing it raw.

use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
};

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Remembers where a panic happened instead of printing it; to be set as the panic hook of the process.
pub fn watch(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| format!("{}:{}", within_package(place.file()), place.line()));
    PLACE.with(|known| known.replace(place));
}

/// Runs some work; a panic in it becomes its text, with the place where [`watch`] knows it.
///
/// # Errors
/// What the panic said. It may quote evidence.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = text_of(&*panic);
        match PLACE.with(RefCell::take) {
            Some(place) => format!("{text} ({place})"),
            None => text.to_owned(),
        }
    })
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a message")
}

/// Leaves out where packages lay on the machine that built the program.
fn within_package(file: &str) -> &str {
    let start = file.rfind("/src/").and_then(|end| file.get(..end)).and_then(|before| before.rfind(['/', '\\'])).map_or(0, |slash| slash + 1);
    file.get(start..).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_text() {
        assert_eq!(caught(|| 1), Ok(1));
        assert!(caught(|| panic!("of {}", "text")).is_err_and(|text: String| text.starts_with("of text")));
        assert!(caught(|| std::panic::panic_any(1)).is_err_and(|text: String| text.starts_with("a panic without a message")));
    }

    #[test]
    fn places_name_the_package_and_no_machine() {
        assert_eq!(within_package("src/base/bug.rs"), "src/base/bug.rs");
        assert_eq!(within_package("/home/x/.cargo/registry/src/index-1/zip-9.8.1/src/read.rs"), "zip-9.8.1/src/read.rs");
        assert_eq!(within_package("/rustc/1/library/core/src/str/mod.rs"), "core/src/str/mod.rs");
    }
}
