//! Flame graphs: folded stacks as one SVG.

use inferno::flamegraph::{Options, from_lines};

/// Draws folded stacks, each `frame;frame;frame count`.
///
/// # Errors
/// In words, when there is nothing to draw.
pub(super) fn draw(
    title: &str,
    subtitle: &str,
    unit: &str,
    folded: &[String],
) -> Result<Vec<u8>, String> {
    let mut options = Options::default();
    title.clone_into(&mut options.title);
    options.subtitle = Some(subtitle.to_owned());
    unit.clone_into(&mut options.count_name);
    // The same stacks must give the same picture.
    options.hash = true;
    let mut svg = Vec::new();
    from_lines(&mut options, folded.iter().map(String::as_str), &mut svg)
        .map_err(|error| error.to_string())?;
    Ok(svg)
}

/// A name that cannot be taken for two frames.
pub(super) fn frame(name: &str) -> String {
    let mut name = name.replace([';', '\n', '\r'], ":");
    name.retain(|c| !c.is_control());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_text() {
        let name = frame("a;<script>alert(1)</script>\n");
        let folded = vec![format!("w;{name} 5"), "w;b 5".to_owned()];
        let svg = draw("t <b>", "s", "ns", &folded).expect("drawn");
        let svg = String::from_utf8(svg).expect("text");
        assert!(!svg.contains("<script>alert") && !svg.contains("t <b>"));
        assert_eq!(svg, {
            let again = draw("t <b>", "s", "ns", &folded).expect("drawn");
            String::from_utf8(again).expect("text")
        });
    }

    #[test]
    fn nothing_is_no_picture() {
        assert!(draw("t", "s", "ns", &[]).is_err());
    }
}
