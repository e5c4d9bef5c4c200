//! The engine's errors in our words.

use zentinel_modsec::Error;

/// An error of the engine without the place it believes to be at.
pub fn explained(error: Error) -> String {
    match error {
        Error::Parse { message, .. } => message,
        Error::RegexCompile { source, .. } => {
            // The last line says what is wrong; the others draw an arrow to it.
            let text = source.to_string();
            let last = text.lines().rfind(|line| !line.trim().is_empty());
            format!(
                "the pattern is not supported: {}",
                last.unwrap_or("no reason given")
            )
        }
        other => other.to_string(),
    }
}
