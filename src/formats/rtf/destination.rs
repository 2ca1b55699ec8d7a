//! What a group is for, by the control word that opens it, and which words stand for a character.

/// What becomes of the text in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Destination {
    /// A reader sees it.
    #[default]
    Visible,
    /// Nobody sees it: styles, pictures, objects, what is unknown and marked `\*`.
    Hidden,
    /// Fonts with their character sets.
    FontTable,
    /// A piece of the original HTML ([MS-OXRTFEX] 2.1.3.1).
    HtmlTag,
    /// An ANSI text whose Unicode twin follows in `\*\ud`.
    Twin,
    /// An object, of which only the result is seen.
    Object,
}

/// Returns the destination that a word opens within one; none for a word that opens none.
pub(super) fn destination(word: &[u8], is_starred: bool, within: Destination) -> Option<Destination> {
    if within == Destination::Hidden {
        return None;
    }
    match word {
        b"fonttbl" => Some(Destination::FontTable),
        b"htmltag" if is_starred => Some(Destination::HtmlTag),
        b"upr" => Some(Destination::Twin),
        b"ud" if within == Destination::Twin => Some(Destination::Visible),
        b"object" => Some(Destination::Object),
        b"result" if within == Destination::Object => Some(Destination::Visible),
        // A picture that Word 97 knows carries its visible shape text here.
        b"shppict" | b"shptxt" | b"shpinst" => None,
        _ if is_starred || HIDDEN.binary_search(&word).is_ok() => Some(Destination::Hidden),
        _ => None,
    }
}

/// Destinations of RTF 1.0 that need no `\*`, sorted.
const HIDDEN: &[&[u8]] = &[
    b"annotation",
    b"atnauthor",
    b"atnid",
    b"buptim",
    b"colortbl",
    b"comment",
    b"creatim",
    b"doccomm",
    b"falt",
    b"fchars",
    b"filetbl",
    b"fldinst",
    b"fontemb",
    b"fontfile",
    b"footer",
    b"footerf",
    b"footerl",
    b"footerr",
    b"ftncn",
    b"ftnsep",
    b"ftnsepc",
    b"header",
    b"headerf",
    b"headerl",
    b"headerr",
    b"info",
    b"keywords",
    b"lchars",
    b"listoverridetable",
    b"listtable",
    b"nextfile",
    b"nonshppict",
    b"objalias",
    b"objclass",
    b"objdata",
    b"objname",
    b"objsect",
    b"objtime",
    b"operator",
    b"pict",
    b"printim",
    b"private",
    b"private1",
    b"revtbl",
    b"revtim",
    b"rxe",
    b"stylesheet",
    b"subject",
    b"tc",
    b"template",
    b"title",
    b"txe",
    b"xe",
];

/// Returns the character that a word stands for: as seen, and as [MS-OXRTFEX] writes it into HTML.
pub(super) fn character(word: &[u8]) -> Option<(&'static str, &'static str)> {
    let same = |text| Some((text, text));
    match word {
        b"par" | b"line" | b"sect" | b"page" | b"softline" => Some(("\n", "\r\n")),
        b"row" | b"nestrow" => Some(("\n", "")),
        b"cell" | b"nestcell" => Some(("\t", "")),
        b"tab" => same("\t"),
        b"lquote" => same("\u{2018}"),
        b"rquote" => same("\u{2019}"),
        b"ldblquote" => same("\u{201C}"),
        b"rdblquote" => same("\u{201D}"),
        b"bullet" => same("\u{2022}"),
        b"endash" => same("\u{2013}"),
        b"emdash" => same("\u{2014}"),
        b"enspace" => same("\u{2002}"),
        b"emspace" => same("\u{2003}"),
        b"qmspace" => same("\u{2005}"),
        b"zwj" => same("\u{200D}"),
        b"zwnj" => same("\u{200C}"),
        b"ltrmark" => same("\u{200E}"),
        b"rtlmark" => same("\u{200F}"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(HIDDEN.is_sorted());
    }

    #[test]
    fn unknown_starred_groups_are_hidden_and_plain_ones_seen() {
        assert_eq!(destination(b"whatever", true, Destination::Visible), Some(Destination::Hidden));
        assert_eq!(destination(b"whatever", false, Destination::Visible), None);
        assert_eq!(destination(b"result", false, Destination::Object), Some(Destination::Visible));
    }
}
