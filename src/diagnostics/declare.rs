//! `declare_rule!`: documentation, facts and check of a rule in one place.

/// Declares a rule as a static.
///
/// The doc comment is the documentation that every face shows; its examples run as tests through the real parsers.
#[macro_export]
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        pub static $name:ident = {
            id: $code:literal, name: $slug:literal, severity: $severity:ident, certainty: $certainty:ident,
            versions: [$($version:ident),+ $(,)?],
            $(fixed: $build:literal in $packs:literal $($gates:ident)?,)?
            $(fixed_in: $only_packs:literal $($pack_gates:ident)?,)?
            kb: [$($kb:literal),* $(,)?],
            needs: [$($($need:ident)|+),* $(,)?],
            tags: [$($tag:literal),* $(,)?],
            check: $check:ident($($function:path),+ $(,)?) $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        pub static $name: $crate::diagnostics::Rule = $crate::diagnostics::Rule {
            meta: $crate::diagnostics::RuleMeta {
                code: $code,
                name: $slug,
                severity: $crate::diagnostics::Severity::$severity,
                certainty: $crate::diagnostics::Certainty::$certainty,
                versions: &[$($crate::backup::ProductLine::$version),+],
                fixed_build: $crate::declare_rule!(@first $($build)?),
                fixed_in: $crate::declare_rule!(@first $($packs)? $($only_packs)?),
                exposure_gates: $crate::declare_rule!(@gates $($($gates)?)? $($($pack_gates)?)?),
                kb: &[$($kb),*],
                needs: &[$(&[$($crate::diagnostics::Need::$need),+]),*],
                tags: &[$($tag),*],
                docs: concat!($($doc, "\n"),+),
                file: file!(),
            },
            check: $crate::diagnostics::Check::$check($($function),+),
        };
    };
    (@first) => { None };
    (@first $value:literal) => { Some($value) };
    (@gates) => { false };
    (@gates gates) => { true };
}
