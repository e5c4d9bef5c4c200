//! Finding the shared library in cargo's messages.
//!
//! cargo names its files only in JSON, and this crate keeps to std: the few
//! strings wanted here are picked out without a parser.

use std::path::PathBuf;

/// The shared library of the last artifact of kind `cdylib`.
pub(crate) fn shared_library(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter(|line| line.contains(r#""reason":"compiler-artifact""#))
        .filter(|line| line.contains(r#""cdylib""#))
        .filter_map(|line| file_names(line).find(|name| is_shared_library(name)))
        .next_back()
        .map(PathBuf::from)
}

fn is_shared_library(name: &str) -> bool {
    [".so", ".dylib", ".dll"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}

/// The strings of the `filenames` array.
fn file_names(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split_once(r#""filenames":["#)
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(names, _)| names)
        .split(',')
        .map(|name| name.trim_matches('"').replace(r"\\", r"\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_shared_library_of_the_guest() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"kind":["proc-macro"]},"filenames":["/t/libmacro.so"]}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"kind":["cdylib","rlib"]},"filenames":["/t/liba.rlib","/t/liba.so"],"fresh":true}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(shared_library(messages), Some(PathBuf::from("/t/liba.so")));
    }

    #[test]
    fn undoes_the_escapes_of_backslashes() {
        let message =
            r#"{"reason":"compiler-artifact","kind":["cdylib"],"filenames":["C:\\t\\a.dll"]}"#;
        assert_eq!(shared_library(message), Some(PathBuf::from(r"C:\t\a.dll")));
    }

    #[test]
    fn a_plain_library_is_none() {
        let message =
            r#"{"reason":"compiler-artifact","kind":["lib"],"filenames":["/t/liba.rlib"]}"#;
        assert_eq!(shared_library(message), None);
        assert_eq!(shared_library(""), None);
    }
}
