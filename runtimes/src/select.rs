//! Choosing runtimes by pattern.

use crate::catalogue::catalogue;
use crate::entry::RuntimeEntry;
use crate::nearest::suggestion;

/// A pattern that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no runtime matches `{pattern}`: {suggestion}")]
pub struct SelectError {
    /// The pattern.
    pub pattern: String,
    /// The nearest id and all others.
    pub suggestion: String,
}

/// The runtimes that any of `patterns` matches, each once, in the catalogue's order; all of
/// them when there is no pattern.
///
/// A pattern is an id (`wasmtime/cranelift`), an engine (`wasmtime`), or has `*` for any
/// text (`wasmtime/*`, `*-aot`).
///
/// # Errors
/// [`SelectError`] for the first pattern that matches nothing.
pub fn select(patterns: &[String]) -> Result<Vec<&'static RuntimeEntry>, SelectError> {
    for pattern in patterns {
        if !catalogue().iter().any(|entry| matches(pattern, entry)) {
            return Err(SelectError {
                pattern: pattern.clone(),
                suggestion: suggestion(pattern),
            });
        }
    }
    let chosen = |entry: &&RuntimeEntry| {
        patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, entry))
    };
    Ok(catalogue().iter().filter(chosen).collect())
}

fn matches(pattern: &str, entry: &RuntimeEntry) -> bool {
    pattern == entry.engine || matches_text(pattern, &entry.id)
}

/// Whether `text` is `pattern` with each `*` replaced by some text.
pub fn matches_text(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    rest.char_indices()
        .map(|(at, _)| at)
        .chain([rest.len()])
        .any(|at| matches_text(tail, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(patterns: &[&str]) -> Vec<&'static str> {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let chosen = select(&patterns).expect("all match");
        chosen.into_iter().map(|entry| entry.id.as_str()).collect()
    }

    #[test]
    fn an_engine_alone_means_all_its_modes() {
        assert_eq!(ids(&["wasmi"]), ["wasmi/eager", "wasmi/lazy"]);
        assert_eq!(ids(&["wasmi"]), ids(&["wasmi/*"]));
        assert_eq!(ids(&["native"]), ["native"]);
    }

    #[test]
    fn stars_match_any_text() {
        assert_eq!(
            ids(&["*/singlepass*"]),
            ["wasmer/singlepass", "wasmer/singlepass-aot"]
        );
        assert!(ids(&["*-aot"]).iter().all(|id| id.ends_with("-aot")));
        assert_eq!(ids(&["*"]).len(), catalogue().len());
    }

    #[test]
    fn the_order_is_the_catalogues_and_nothing_comes_twice() {
        let chosen = ids(&["wasmi/eager", "wasmtime/cranelift", "wasmtime/cran*ft"]);
        assert_eq!(chosen, ["wasmtime/cranelift", "wasmi/eager"]);
    }

    #[test]
    fn a_pattern_without_a_match_is_an_error_that_helps() {
        let error = select(&["wasmtime/craneleft".to_owned()]).expect_err("unknown");
        let text = error.to_string();
        assert!(text.contains("did you mean wasmtime/cranelift?"), "{text}");
        assert!(text.contains("wasmi/lazy"), "{text}");
    }
}
