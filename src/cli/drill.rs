//! Bugs on request, so that tests see what one does to a run: `IMCSCAN_BUG_AT` names the place. Only builds with the feature `testing` have it.

#[cfg(feature = "testing")]
#[expect(clippy::panic, reason = "this is the bug that was asked for")]
pub(super) fn bug_at(place: &str) {
    let wanted = std::env::var("IMCSCAN_BUG_AT");
    if wanted.is_ok_and(|wanted| wanted == place) {
        panic!("asked for at {place}\x1b[31m\u{202e}");
    }
}

#[cfg(not(feature = "testing"))]
pub(super) fn bug_at(_place: &str) {}
