//! What a module can do with header fields, told by its imports: a host need not copy fields
//! for a guest that has no means to look at them.

use super::Import;

/// Host functions that show fields or need the whole map to do their work. Foreign functions
/// may do anything.
const WHOLE: [&str; 8] = [
    "proxy_get_header_map_size",
    "proxy_get_header_map_pairs",
    "proxy_get_header_map_value",
    "proxy_set_header_map_pairs",
    "proxy_replace_header_map_value",
    "proxy_remove_header_map_value",
    "proxy_get_property",
    "proxy_call_foreign_function",
];

/// What a module can do with header fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldUse {
    /// It adds some at most. [`crate::Half::unseen`] tells such a guest how many there are.
    Appends,
    /// It reads or changes them.
    Whole,
}

impl FieldUse {
    /// Of a module with these imports.
    pub(super) fn of(imports: &[Import]) -> Self {
        let whole = imports
            .iter()
            .any(|import| WHOLE.contains(&import.name.as_str()));
        if whole { Self::Whole } else { Self::Appends }
    }
}

#[cfg(test)]
mod tests {
    use super::super::functions::provided;
    use super::*;

    fn importing(name: &str) -> FieldUse {
        FieldUse::of(&[Import {
            module: "env".to_owned(),
            name: name.to_owned(),
            ty: String::new(),
        }])
    }

    #[test]
    fn the_functions_that_need_the_map_are_functions_of_the_host() {
        for name in WHOLE {
            assert!(provided("env", name).is_some(), "{name}");
            assert_eq!(importing(name), FieldUse::Whole, "{name}");
        }
    }

    #[test]
    fn adding_needs_no_look_at_what_is_there() {
        assert_eq!(importing("proxy_add_header_map_value"), FieldUse::Appends);
        assert_eq!(FieldUse::of(&[]), FieldUse::Appends);
    }
}
