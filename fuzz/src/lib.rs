//! Hands a target of the library to the fuzzing engine; what a target does and promises stands in `imcscan::testing::fuzz`.

pub use libfuzzer_sys::fuzz_target;

/// Defines the program of one target.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::fuzz_target!(|bytes: &[u8]| {
            static RUN: std::sync::LazyLock<fn(&[u8])> = std::sync::LazyLock::new(|| $crate::find($name));
            RUN(bytes);
        });
    };
}

/// Returns what a target does.
#[must_use]
pub fn find(name: &str) -> fn(&[u8]) {
    imcscan::testing::fuzz::find(name).unwrap_or_else(|| panic!("no target is called {name}")).run
}
