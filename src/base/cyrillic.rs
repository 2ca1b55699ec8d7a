//! Whether text reads as Cyrillic prose, so that of two readings of the same bytes the right one is told. The pages of that script hold the
//! same letters at different places, and every byte is a letter in each of them.

/// The ten commonest letters of Russian; they make two thirds of a text, and a third of one that is read in a wrong page.
const COMMON: &str = "оеаинтсрвл";
/// Letters below which nothing can be told.
const FEWEST: usize = 6;

/// Returns whether text is plausible Cyrillic: common letters are common, and capitals begin words or make whole ones.
#[must_use]
pub fn reads_as_cyrillic(text: &str) -> bool {
    let is_letter = |c: char| matches!(c, '\u{0400}'..='\u{045F}' | 'Ґ' | 'ґ');
    let foreign = text.chars().filter(|&c| !c.is_ascii() && !is_letter(c)).count();
    let letters: Vec<char> = text.chars().filter(|&c| is_letter(c)).collect();
    let common = letters.iter().filter(|c| c.to_lowercase().any(|lower| COMMON.contains(lower))).count();
    let words: Vec<&str> = text.split(|c| !is_letter(c)).filter(|word| word.chars().count() > 1).collect();
    let natural = words.iter().filter(|word| has_natural_case(word)).count();
    letters.len() >= FEWEST && foreign * 5 <= letters.len() && common * 2 >= letters.len() && natural * 5 >= words.len() * 4
}

fn has_natural_case(word: &str) -> bool {
    let mut rest = word.chars().skip(1);
    rest.clone().all(char::is_lowercase) || word.starts_with(char::is_uppercase) && rest.all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::CodePage;

    #[test]
    fn the_right_page_is_told_from_the_wrong_one() {
        for text in ["Отчет о продажах за октябрь", "Re: встреча в понедельник", "ДОГОВОР ПОСТАВКИ"]
        {
            for (written, read) in [(20866, 1251), (1251, 20866)] {
                let bytes = CodePage(written).encode(text).unwrap();
                assert!(reads_as_cyrillic(&CodePage(written).decode(&bytes).text), "{text}");
                assert!(!reads_as_cyrillic(&CodePage(read).decode(&bytes).text), "{text} in {read}");
            }
        }
        assert!(!reads_as_cyrillic("plain") && !reads_as_cyrillic("да"));
    }
}
