//! Splits a configuration into directives with their places.
//!
//! Two comments carry meaning, and stay comments to every other reader:
//! `#@source FILE:LINE` says where the next line came from, and
//! `#@unsupported leave-out` asks to leave out what the engine cannot do.

use std::rc::Rc;

use super::place::{Place, Refusal};

/// The file a configuration is taken for that does not say where it came from.
const UNNAMED: &str = "configuration";

/// One directive, its continuation lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    pub name: String,
    /// The arguments without their quotes, escapes as they were written.
    pub arguments: Vec<String>,
    /// All of it, on one line.
    pub text: String,
    pub place: Place,
}

/// What a configuration says, as far as its lines tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Directives {
    pub list: Vec<Directive>,
    pub leave_out: bool,
}

pub fn directives(text: &str) -> Result<Directives, Refusal> {
    let mut directives = Directives::default();
    let mut place = Place {
        file: Rc::from(UNNAMED),
        line: 1,
    };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let here = place.clone();
        place.line += 1;
        let line = line.trim();
        if let Some(note) = line.strip_prefix("#@") {
            read_note(note, &here, &mut place, &mut directives.leave_out)?;
        } else if !line.is_empty() && !line.starts_with('#') {
            let mut joined = line.to_owned();
            while joined.ends_with('\\') {
                joined.pop();
                let Some(next) = lines.next() else {
                    return Err(Refusal::malformed(
                        &here,
                        "the last line ends in a backslash; nothing continues it",
                    ));
                };
                place.line += 1;
                joined.push_str(next.trim());
            }
            directives.list.push(directive(joined, here)?);
        }
    }
    Ok(directives)
}

fn read_note(
    note: &str,
    here: &Place,
    place: &mut Place,
    leave_out: &mut bool,
) -> Result<(), Refusal> {
    let (name, value) = note.split_once(' ').unwrap_or((note, ""));
    match (name, value.trim()) {
        ("source", value) => {
            let source = value.rsplit_once(':');
            let Some((file, line)) =
                source.and_then(|(file, line)| Some((file, line.parse().ok()?)))
            else {
                return Err(Refusal::malformed(here, "#@source: give FILE:LINE"));
            };
            // The same file keeps its one name however often it is told.
            if *place.file != *file {
                place.file = Rc::from(file);
            }
            place.line = line;
        }
        ("unsupported", "leave-out") => *leave_out = true,
        _ => {
            let reason =
                format!("#@{note}: unknown; use #@source FILE:LINE or #@unsupported leave-out");
            return Err(Refusal::malformed(here, reason));
        }
    }
    Ok(())
}

fn directive(text: String, place: Place) -> Result<Directive, Refusal> {
    let mut words = arguments(&text).map_err(|reason| Refusal::malformed(&place, reason))?;
    let name = words.remove(0);
    let is_directive = name.is_ascii()
        && (name
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("sec"))
            || name.eq_ignore_ascii_case("include"));
    if !is_directive {
        let reason = format!(
            "'{}' is no directive; they begin with Sec",
            shortened(&name)
        );
        return Err(Refusal::malformed(&place, reason));
    }
    Ok(Directive {
        name,
        arguments: words,
        text,
        place,
    })
}

/// The words of a line, never none; a quoted one may hold spaces and, after a
/// backslash, its own quote.
fn arguments(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    // What follows a hash after the name is a comment.
    while !rest.is_empty() && (words.is_empty() || !rest.starts_with('#')) {
        let quote = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''));
        let end = match quote {
            Some(quote) => {
                let closed = closing(&rest[1..], quote);
                let Some(end) = closed else {
                    return Err(format!("a {quote} is not closed: {}", shortened(rest)));
                };
                words.push(rest[1..=end].to_owned());
                end + 2
            }
            None => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                words.push(rest[..end].to_owned());
                end
            }
        };
        let after = &rest[end..];
        if quote.is_some() && !after.is_empty() && !after.starts_with(char::is_whitespace) {
            return Err(format!(
                "no space after a closing quote: {}",
                shortened(after)
            ));
        }
        rest = after.trim_start();
    }
    Ok(words)
}

/// Where the quote stands that ends a quoted word.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, character)| {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return Some(at);
        }
        None
    })
}

/// Enough of a text to recognise it by.
pub fn shortened(text: &str) -> String {
    const ENOUGH: usize = 60;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<String>, String)> {
        let found = directives(text).expect("sound lines");
        let list = found.list.into_iter();
        list.map(|it| (it.name, it.arguments, it.place.to_string()))
            .collect()
    }

    fn refusal(text: &str) -> String {
        directives(text).expect_err("a refusal").to_string()
    }

    #[test]
    fn joins_continued_lines_and_keeps_the_first_ones_place() {
        let text = "# head\n\nSecRule ARGS \\\r\n  \"@rx \\\"a b\\\"\" \\\n  \"id:1,\\\n  deny\"\nSecMarker END\n";
        let rule = ["ARGS", "@rx \\\"a b\\\"", "id:1,deny"].map(str::to_owned);
        assert_eq!(
            read(text),
            [
                ("SecRule".into(), rule.to_vec(), "configuration:3".into()),
                (
                    "SecMarker".into(),
                    vec!["END".into()],
                    "configuration:7".into()
                ),
            ]
        );
    }

    #[test]
    fn a_source_note_moves_the_place() {
        let text = "#@source rules/a b.conf:40\nSecMarker A\n\nSecMarker B\n#@source c.conf:7\nSecMarker C";
        let places: Vec<String> = read(text).into_iter().map(|(_, _, place)| place).collect();
        assert_eq!(
            places,
            ["rules/a b.conf:40", "rules/a b.conf:42", "c.conf:7"]
        );
    }

    #[test]
    fn what_is_no_directive_is_refused_with_its_place() {
        assert_eq!(
            refusal("SecMarker A\nSecRule ARGS \"@rx a \"id:1\n"),
            "configuration:2: no space after a closing quote: id:1"
        );
        assert_eq!(
            refusal("#@source x.conf:9\nSecRule ARGS \"@rx a\n"),
            "x.conf:9: a \" is not closed: \"@rx a"
        );
        assert!(refusal("<IfModule security2_module>").contains("'<IfModule' is no directive"));
        assert!(refusal("Séc x").contains("no directive"));
        assert!(refusal("SecMarker A\\").contains("nothing continues it"));
        assert!(refusal("#@source here").contains("give FILE:LINE"));
        assert!(refusal("#@sauce x:1").contains("unknown"));
    }

    #[test]
    fn leaving_out_has_to_be_asked_for() {
        assert!(!directives("SecMarker A").expect("sound").leave_out);
        assert!(
            directives("#@unsupported leave-out\n")
                .expect("sound")
                .leave_out
        );
    }
}
