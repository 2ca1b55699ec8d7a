//! Bugs on request, so that tests see what one does to a run: `IMCSCAN_BUG_AT` names the place. Only builds with the feature `testing` have it.

#[cfg(feature = "testing")]
pub(super) fn bug_at(place: &str) {
    let wanted = std::env::var("IMCSCAN_BUG_AT");
    assert!(wanted.is_err() || wanted.is_ok_and(|wanted| wanted != place), "asked for at {place}\x1b[31m\u{202e}");
}

#[cfg(not(feature = "testing"))]
pub(super) fn bug_at(_place: &str) {}
