//! PCRE patterns in the syntax of the crate `regex`, where both mean the same.
//!
//! ModSecurity compiles its patterns so that a dot matches a line break, and
//! knows no Unicode: `\w` is ASCII. Saying so also keeps the automata small.

use std::iter::Peekable;
use std::str::Chars;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0B\x0C\r ";

/// The pattern for `regex`. Lookaround and back-references stay as they are:
/// the compiler refuses them and says why.
pub fn translated(pcre: &str) -> String {
    let mut out = String::with_capacity(pcre.len() + 8);
    out.push_str("(?s)");
    let mut rest = pcre.chars().peekable();
    let mut at_start = true;
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, &mut out),
            '[' => class(&mut rest, &mut out),
            // PCRE takes a brace that counts nothing for itself.
            '{' if at_start || !counts(rest.clone()) => out.push_str(r"\{"),
            other => out.push(other),
        }
        at_start = matches!(character, '(' | '|') && !out.ends_with('\\');
    }
    out
}

/// Whether what follows an opening brace is a repetition.
fn counts(rest: Peekable<Chars>) -> bool {
    let text: String = rest.take_while(|character| *character != '}').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(',') {
        Some((low, high)) => is_number(low) && (high.is_empty() || is_number(high)),
        None => is_number(&text),
    }
}

/// What follows a backslash outside a class.
fn escape(rest: &mut Peekable<Chars>, out: &mut String) {
    let Some(character) = rest.next() else {
        out.push('\\');
        return;
    };
    match character {
        'd' | 'w' | 's' | 'h' => bracketed(out, "", character),
        'D' | 'W' | 'S' | 'H' => bracketed(out, "^", character.to_ascii_lowercase()),
        'b' => out.push_str(r"(?-u:\b)"),
        'Z' => out.push_str(r"\z"),
        'e' => out.push_str(r"\x1B"),
        // In `regex` these are word limits.
        '<' | '>' => out.push(character),
        'x' if rest.peek() == Some(&'{') => {
            out.push_str(r"\x");
            copy_through(rest, out, '}');
        }
        other => {
            out.push('\\');
            out.push(other);
        }
    }
}

fn copy_through(rest: &mut Peekable<Chars>, out: &mut String, end: char) {
    for character in rest.by_ref() {
        out.push(character);
        if character == end {
            break;
        }
    }
}

fn bracketed(out: &mut String, negation: &str, kind: char) {
    out.push('[');
    out.push_str(negation);
    out.push_str(members(kind));
    out.push(']');
}

fn members(kind: char) -> &'static str {
    match kind {
        'd' => DIGIT,
        'w' => WORD,
        's' => SPACE,
        _ => r"\t ",
    }
}

/// A class after its opening bracket. Everything that `regex` gives a meaning
/// inside a class and PCRE does not (`[`, `&&`, `--`, `~~`) is escaped.
fn class(rest: &mut Peekable<Chars>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    // Whether a hyphen now would begin a range.
    let mut ranges = false;
    while let Some(character) = rest.next() {
        match character {
            ']' if !first => {
                out.push(']');
                return;
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                copy_through(rest, out, ']');
                ranges = false;
            }
            '-' if ranges && !ends_a_class_or_is_a_set(rest.clone()) => {
                out.push('-');
                ranges = false;
                // The range's end, even when it is a hyphen.
                if rest.next_if_eq(&'-').is_some() {
                    out.push_str(r"\-");
                }
            }
            '\\' => ranges = class_escape(rest, out),
            ']' | '[' | '-' | '&' | '~' | '^' => {
                out.push('\\');
                out.push(character);
                ranges = true;
            }
            other => {
                out.push(other);
                ranges = true;
            }
        }
        first = false;
    }
}

fn ends_a_class_or_is_a_set(mut rest: Peekable<Chars>) -> bool {
    match rest.next() {
        Some(']') | None => true,
        Some('\\') => rest.next().is_some_and(|kind| "dwshDWSH".contains(kind)),
        Some(_) => false,
    }
}

/// What follows a backslash in a class; whether a range may begin with it.
fn class_escape(rest: &mut Peekable<Chars>, out: &mut String) -> bool {
    let Some(character) = rest.next() else {
        out.push('\\');
        return false;
    };
    match character {
        'd' | 'w' | 's' | 'h' => {
            out.push_str(members(character));
            return false;
        }
        'D' | 'W' | 'S' | 'H' => {
            bracketed(out, "^", character.to_ascii_lowercase());
            return false;
        }
        'b' => out.push_str(r"\x08"),
        'e' => out.push_str(r"\x1B"),
        '<' | '>' => out.push(character),
        other => {
            out.push('\\');
            out.push(other);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::translated;

    fn matches(pcre: &str, text: &str) -> bool {
        Regex::new(&translated(pcre))
            .unwrap_or_else(|error| panic!("{pcre}: {error}"))
            .is_match(text)
    }

    #[test]
    fn a_brace_that_counts_nothing_is_itself() {
        assert!(matches("^${", "${") || matches(r"^\${", "${"));
        assert!(matches("^a{2}$", "aa") && !matches("^a{2}$", "a{2}"));
        assert!(matches("^a{1,}b{0,2}$", "aaabb"));
        assert!(matches("^a{,2}$", "a{,2}"));
        assert!(matches(r"^\x{2f}\x41{2}$", "/AA"));
        assert!(matches("({{|{2)", "{2") && matches("({{|{2)", "{{"));
    }

    #[test]
    fn a_class_has_no_set_operations() {
        assert!(matches("^[[]$", "[") && matches("^[[a]$", "a"));
        assert!(matches("^[a&&b]+$", "a&b"));
        assert!(matches("^[a~~b]+$", "~"));
        assert!(matches("^[+--]+$", "+,-") && !matches("^[+--]+$", "."));
        assert!(matches(r"^[\w-.]+$", "a-.") && matches("^[a-]+$", "a-"));
        assert!(matches("^[]a]+$", "]a") && !matches("^[^]a]+$", "]"));
        assert!(matches("^[[:alpha:]-]+$", "a-") && matches(r"^[\[\]]+$", "[]"));
        assert!(matches(r"^[^\W\d]+$", "ab") && !matches(r"^[^\W\d]+$", "a1"));
    }

    #[test]
    fn classes_by_letter_are_ascii_and_a_dot_takes_line_breaks() {
        assert!(matches(r"^\w\d\s$", "a1\x0b") && !matches(r"^\w$", "é"));
        assert!(matches(r"^[^\w]\W$", "éé") && matches("a.b", "a\nb"));
        assert!(matches(r"\bunion\b", "éunion"));
        assert!(matches(r"^\<a\>$", "<a>") && matches(r"^[\<\>]+$", "<>"));
        assert!(matches(r"^[\b]\e\h$", "\x08\x1b\t"));
    }

    #[test]
    fn lookaround_is_left_to_the_compiler_to_refuse() {
        assert!(Regex::new(&translated("a(?=b)")).is_err());
        assert!(Regex::new(&translated(r"(a)\1")).is_err());
    }
}
