//! One filter language for messages and findings, the same on the command line and in the terminal view: parsed by hand with errors that
//! point at their column, answered from rows that are made once. Knows no output, no files, no terminal.
//!
//! ```text
//! queue:bad from:@contoso.com size:>1M (subject:/invoice \d+/ or attach:*.exe) -is:ndr date:1999-03..
//! ```
//! Words beside each other all have to match; `and`, `or`, `not`, `-` and parentheses work as expected. A word is looked for anywhere in a
//! value, letter case aside; `*` and `?` make a pattern for the whole value; `/…/` is a regular expression, `"…"` a text with blanks, `=` in
//! front asks for the whole value. Deliberately absent: anything that needs a clock.

mod error;
mod field;
mod filter;
mod findings;
mod parse;
mod pattern;
mod predicate;
mod row;
mod select;
mod selection;
mod sort;
mod table;
mod value;

pub use error::{FilterError, Problem};
pub use field::{FIELDS, Field, Flag, FlagWord, flag_words};
pub use filter::Filter;
pub use findings::FindingRow;
pub use row::{MessageRow, RowSource};
pub use select::{Bodies, Bound};
pub use selection::Selection;
pub use sort::{Sort, SortField};
pub use table::MessageTable;
