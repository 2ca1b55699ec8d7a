//! Every rule, family by family; each family lists its own.

use crate::diagnostics::Rule;

use super::{bld, cpy, dir, mig, mim, msg, pkg, pro, que, svc};

/// The families in the order of their names, so that the catalogue is sorted by code.
const FAMILIES: [&[&Rule]; 10] = [
    bld::catalogue::RULES,
    cpy::catalogue::RULES,
    dir::catalogue::RULES,
    mig::catalogue::RULES,
    mim::catalogue::RULES,
    msg::catalogue::RULES,
    pkg::catalogue::RULES,
    pro::catalogue::RULES,
    que::catalogue::RULES,
    svc::catalogue::RULES,
];

/// The catalogue.
pub static CATALOGUE: &[&Rule] = &joined::<{ count() }>();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses an index out of range")]
const fn count() -> usize {
    let (mut sum, mut family) = (0, 0);
    while family < FAMILIES.len() {
        sum += FAMILIES[family].len();
        family += 1;
    }
    sum
}

/// Joins the families when the crate is compiled.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses an index out of range")]
const fn joined<const COUNT: usize>() -> [&'static Rule; COUNT] {
    let mut rules = [FAMILIES[0][0]; COUNT];
    let (mut next, mut family) = (0, 0);
    while family < FAMILIES.len() {
        let mut rule = 0;
        while rule < FAMILIES[family].len() {
            rules[next] = FAMILIES[family][rule];
            next += 1;
            rule += 1;
        }
        family += 1;
    }
    rules
}
