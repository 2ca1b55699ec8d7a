//! Where one is in a list: the selected row and the first one shown. Knows only numbers.

/// A selected row and the first row shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The selected row.
    pub at: usize,
    /// The first row shown.
    pub top: usize,
    /// The first column shown of rows that are not wrapped.
    pub left: usize,
}

impl Cursor {
    /// Moves by so many rows, not beyond the ends.
    pub fn move_by(&mut self, rows: isize, len: usize) {
        self.at = self.at.saturating_add_signed(rows).min(len.saturating_sub(1));
    }

    /// Selects a row.
    pub fn select(&mut self, row: usize, len: usize) {
        self.at = row.min(len.saturating_sub(1));
    }

    /// Scrolls so that the selected row is shown; `height_of` says how many lines a row takes.
    pub fn settle(&mut self, len: usize, height: usize, height_of: impl Fn(usize) -> usize) {
        self.at = self.at.min(len.saturating_sub(1));
        if self.at < self.top {
            self.top = self.at;
        }
        let mut used = 0;
        let mut first = self.at;
        for row in (self.top..=self.at).rev() {
            used += height_of(row);
            if used > height.max(1) && row != self.at {
                break;
            }
            first = row;
        }
        self.top = self.top.max(first);
        // No room is left empty below while rows are hidden above.
        if len.saturating_sub(self.top) < height {
            self.top = self.fill_from_end(len, height, height_of);
        }
    }

    fn fill_from_end(&self, len: usize, height: usize, height_of: impl Fn(usize) -> usize) -> usize {
        let mut used = 0;
        let mut first = self.top.min(self.at);
        for row in (0..len).rev() {
            used += height_of(row);
            if used > height {
                break;
            }
            first = first.min(row);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at: usize, top: usize, (len, height): (usize, usize), expected: (usize, usize)) {
        let mut cursor = Cursor { at, top, left: 0 };
        cursor.settle(len, height, |_| 1);
        assert_eq!((cursor.at, cursor.top), expected);
    }

    #[test]
    fn the_selected_row_is_always_shown() {
        check(12, 0, (100, 10), (12, 3));
        check(2, 5, (100, 10), (2, 2));
        check(7, 5, (100, 10), (7, 5));
        check(500, 0, (100, 10), (99, 90));
        check(99, 97, (100, 10), (99, 90));
        check(0, 0, (0, 10), (0, 0));
        check(3, 0, (9, 0), (3, 3));
    }

    #[test]
    fn tall_rows_push_others_out() {
        let mut cursor = Cursor { at: 4, ..Cursor::default() };
        cursor.settle(10, 6, |_| 3);
        assert_eq!(cursor.top, 3);
    }
}
