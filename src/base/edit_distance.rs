//! How far two names are apart in typing errors. Deliberately absent: what counts as the same name.

/// Returns the number of letters to insert, leave out, replace or swap with their neighbour that makes one name of the other
/// (Damerau and Levenshtein; a swapped pair is not changed again).
#[must_use]
pub fn edit_distance(left: &str, right: &str) -> usize {
    distance(left, right, usize::MAX).unwrap_or(usize::MAX)
}

/// Returns whether two names are no further apart than so many errors; names that differ early are told after a few letters.
#[must_use]
pub fn is_within(left: &str, right: &str, most: usize) -> bool {
    distance(left, right, most).is_some_and(|distance| distance <= most)
}

/// Returns the distance, or none once it is known to be greater than `most`.
fn distance(left: &str, right: &str, most: usize) -> Option<usize> {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut left_before = None;
    for (row, a) in left.chars().enumerate() {
        let mut line = Vec::with_capacity(right.len() + 1);
        line.push(row + 1);
        let mut right_before = None;
        for (column, &b) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, column) + usize::from(a != b);
            let mut cheapest = replaced.min(at(&last, column + 1) + 1).min(at(&line, column) + 1);
            if column > 0 && left_before == Some(b) && right_before == Some(a) {
                cheapest = cheapest.min(at(&before, column - 1) + 1);
            }
            line.push(cheapest);
            right_before = Some(b);
        }
        before = std::mem::replace(&mut last, line);
        // A swap looks back by two lines, so that both have to be beyond it.
        if last.iter().chain(&before).all(|distance| *distance > most) {
            return None;
        }
        left_before = Some(a);
    }
    last.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_typing_error_counts_once() {
        let check =
            |left, right, expected| assert_eq!((edit_distance(left, right), edit_distance(right, left)), (expected, expected), "{left} {right}");
        check("relayflags", "relayflags", 0);
        check("relayflag", "relayflags", 1);
        check("realyflags", "relayflags", 1);
        check("relayflogs", "relayflags", 1);
        check("alwaysuseetrn", "alwaysuseturn", 2);
        check("", "abc", 3);
        check("ca", "abc", 3);
    }
}
