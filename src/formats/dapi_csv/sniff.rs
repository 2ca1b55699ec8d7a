//! Which characters separate columns and values. DAPI lets the user choose any (Q156063, Q175287, Q190706); only the text itself tells.

use super::quotes::VALUE_SEPARATORS;

/// Returns whether two attribute names are the same: outer blanks and letter case do not count, hyphens and blanks are alike.
#[must_use]
pub fn same_name(left: &str, right: &str) -> bool {
    folded(left).eq(folded(right))
}

/// Returns the form of an attribute name in which equal names are equal texts.
#[must_use]
pub fn folded_name(name: &str) -> String {
    folded(name).skip(1).collect()
}

fn folded(name: &str) -> impl Iterator<Item = char> + '_ {
    let words = name.split(|c: char| c == '-' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.flat_map(|word| std::iter::once(' ').chain(word.chars())).map(|c| c.to_ascii_lowercase())
}

/// Returns the column separator: the one that leaves `Obj-Class` alone as first header (Q184532), else the most frequent of the usual ones.
pub(super) fn separator(header: &str) -> char {
    let Some(rest) = behind_obj_class(header) else { return most_frequent(header) };
    let first = rest.trim_start_matches(' ').chars().next();
    match first {
        None => ',',
        Some(c) if !c.is_alphanumeric() && c != '-' && c != '"' => c,
        // A name right behind blanks: the blank itself separates.
        Some(_) => ' ',
    }
}

fn behind_obj_class(header: &str) -> Option<&str> {
    let text = header.trim_start_matches([' ', '"']);
    let (name, rest) = text.split_at_checked("Obj-Class".len())?;
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
    (same_name(name, "Obj-Class") && ends).then_some(rest)
}

fn most_frequent(header: &str) -> char {
    let count = |wanted: char| header.chars().filter(|&c| c == wanted).count();
    // The last of equals wins in `max_by_key`, hence the comma stands last.
    [';', '\t', ','].into_iter().max_by_key(|&wanted| count(wanted)).unwrap_or(',')
}

/// Returns the separator of values: `%` unless addresses (`TYPE:address`) are visibly joined by another one of those in use.
pub(super) fn value_separator<'a>(fields: impl Iterator<Item = &'a str>) -> char {
    let mut counts = [0_usize; VALUE_SEPARATORS.len()];
    for field in fields.filter(|field| starts_with_type(field)) {
        for (at, c) in field.char_indices() {
            let behind = field.get(at + c.len_utf8()..).unwrap_or_default();
            let known = VALUE_SEPARATORS.iter().zip(&mut counts).find(|(separator, _)| **separator == c);
            if let Some((_, count)) = known.filter(|_| starts_with_type(behind)) {
                *count += 1;
            }
        }
    }
    let [percent, ..] = counts;
    let best = VALUE_SEPARATORS.iter().zip(counts).max_by_key(|&(_, count)| count);
    best.filter(|&(_, count)| percent == 0 && count > 0).map_or('%', |(&separator, _)| separator)
}

fn starts_with_type(text: &str) -> bool {
    let text = text.strip_prefix('"').unwrap_or(text);
    // Types have at most eight characters (Q184532).
    let end = text.bytes().take(9).position(|byte| !byte.is_ascii_alphanumeric());
    end.is_some_and(|end| end > 0 && text.as_bytes().get(end) == Some(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_with_hyphens_as_blanks() {
        assert!(same_name(" obj-dist-NAME", "Obj Dist  Name"));
        assert!(!same_name("Home-MTA", "Home-MDB"));
        assert!(!same_name("ObjClass", "Obj-Class"));
    }

    #[track_caller]
    fn check(header: &str, expected: char) {
        assert_eq!(separator(header), expected, "{header}");
    }

    #[test]
    fn the_character_behind_obj_class_separates() {
        check("Obj-Class,Directory Name", ',');
        check("Obj-Class\tDirectory Name", '\t');
        check("\"Obj-Class\";\"Directory Name\"", ';');
        check("obj class|Directory Name", '|');
        check("Obj-Class , Directory Name", ',');
        check("Obj-Class Mode", ' ');
        check("Obj-Class", ',');
    }

    #[test]
    fn other_files_are_split_by_their_commonest_separator() {
        check("Display Name,E-mail Address (Internet),Alias", ',');
        check("a\tb\tc,d", '\t');
        check("Obj-Classes;x", ';');
        check("", ',');
    }

    #[test]
    fn the_value_separator_stands_between_addresses() {
        assert_eq!(value_separator(["SMTP:a@b.c&X400:c=US;a= ;"].into_iter()), '&');
        assert_eq!(value_separator(["SMTP:a@b.c%X400:c=US;a= ;&X:y"].into_iter()), '%');
        assert_eq!(value_separator(["SMTP:a@b.c", "x$Y:z"].into_iter()), '%');
    }
}
