//! From nested fields to runs: each byte once, under the path of the fields that hold it.

use crate::base::MappedField;

/// A run of bytes and the fields that hold it, outermost first; fields that span the whole file are left out when there are others.
#[derive(Debug)]
pub struct FieldRun<'m> {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
    path: &'m [&'m MappedField],
}

impl<'m> FieldRun<'m> {
    /// Returns the innermost field.
    #[must_use]
    pub fn owner(&self) -> Option<&'m MappedField> {
        self.path.last().copied()
    }

    /// Returns the innermost field with the two around it.
    #[must_use]
    pub fn label(&self) -> String {
        const SHOWN: usize = 3;
        let roots = self.path.iter().take_while(|field| field.depth == 0).count();
        let inner = self.path.get(roots..).filter(|inner| !inner.is_empty()).or_else(|| self.path.get(..1)).unwrap_or_default();
        let labels: Vec<&str> = inner.iter().skip(inner.len().saturating_sub(SHOWN)).map(|field| field.label.as_ref()).collect();
        labels.join(" / ")
    }
}

/// Hands over the runs of a file of `size` bytes in order. Fields may overlap and come in any order; the deepest one counts.
///
/// # Errors
/// Whatever `show` says.
pub fn each_run<E>(fields: &[MappedField], size: u64, mut show: impl FnMut(&FieldRun<'_>) -> Result<(), E>) -> Result<(), E> {
    let mut order: Vec<&MappedField> = fields.iter().collect();
    order.sort_by_key(|field| (field.offset, field.depth, std::cmp::Reverse(field.length)));
    let mut waiting = order.into_iter().peekable();
    let mut path: Vec<&MappedField> = Vec::new();
    let end_of = |field: &MappedField| field.offset.saturating_add(field.length);
    let mut at = 0;
    while at < size {
        path.retain(|field| end_of(field) > at);
        while let Some(field) = waiting.next_if(|field| field.offset <= at) {
            if end_of(field) > at {
                let place = path.partition_point(|other| other.depth <= field.depth);
                path.insert(place, field);
            }
        }
        let next = waiting.peek().map_or(size, |field| field.offset);
        let end = path.last().map_or(size, |owner| end_of(owner)).min(next).min(size);
        show(&FieldRun { start: at, end, path: &path })?;
        at = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::FieldMap;

    #[track_caller]
    fn check(fields: &[(u64, u64, u16, &'static str)], size: u64, expected: &[(u64, u64, &str)]) {
        let mut map = FieldMap::recording();
        for &(offset, length, depth, label) in fields {
            map.add(offset, length, depth, || label);
        }
        let mut found = Vec::new();
        each_run::<()>(&map.fields, size, |run| {
            found.push((run.start, run.end, run.label()));
            Ok(())
        })
        .unwrap();
        let expected: Vec<_> = expected.iter().map(|&(start, end, label)| (start, end, label.to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_deepest_field_owns_each_byte_and_parents_are_named() {
        let fields = [(0, 10, 0, "file"), (0, 6, 1, "line 1"), (2, 3, 2, "name")];
        check(&fields, 10, &[(0, 2, "line 1"), (2, 5, "line 1 / name"), (5, 6, "line 1"), (6, 10, "file")]);
    }

    #[test]
    fn fields_that_overlap_or_lie_beyond_the_end_lose_no_byte() {
        let fields = [(0, 4, 1, "line 1"), (4, 4, 1, "line 2"), (2, 4, 2, "value"), (20, 5, 1, "beyond")];
        check(&fields, 9, &[(0, 2, "line 1"), (2, 4, "line 1 / value"), (4, 6, "line 2 / value"), (6, 8, "line 2"), (8, 9, "")]);
    }
}
