//! What stands on the envelope of an artifact.

use super::{ArtifactMaker, host_target};

/// What the envelope of an artifact says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactLabel {
    /// What it was made by.
    pub maker: ArtifactMaker,
    /// The kind of processor it was made on, as [`host_target`] names it.
    pub target: String,
    /// SHA-256 of the WebAssembly module it was compiled from.
    pub module: [u8; 32],
    /// Size of the engine's own part, in bytes.
    pub payload_bytes: u64,
}

impl ArtifactLabel {
    /// Why a runtime whose artifacts are sealed as `here` would not load it on this
    /// machine; `None` when the envelope fits.
    pub fn objection(&self, here: &ArtifactMaker) -> Option<String> {
        let fields = [
            ("runtime", &self.maker.runtime, &here.runtime),
            ("engine version", &self.maker.version, &here.version),
            ("settings", &self.maker.settings, &here.settings),
            ("processor", &self.target, host_target()),
        ];
        fields
            .into_iter()
            .find(|(_, found, expected)| found != expected)
            .map(|(what, found, expected)| {
                format!("it was made for {what} `{found}`, and this is `{expected}`")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_that_differs_is_named() {
        let maker = |version: &str| ArtifactMaker {
            runtime: "engine/mode-aot".to_owned(),
            version: version.to_owned(),
            settings: "deadline off".to_owned(),
        };
        let label = ArtifactLabel {
            maker: maker("1.0"),
            target: host_target().clone(),
            module: [0; 32],
            payload_bytes: 1,
        };
        assert_eq!(label.objection(&maker("1.0")), None);
        let text = label.objection(&maker("1.1")).expect("stale");
        assert!(text.contains("engine version `1.0`") && text.contains("`1.1`"));
        let foreign = ArtifactLabel {
            target: "another".to_owned(),
            ..label
        };
        let text = foreign.objection(&maker("1.0")).expect("foreign");
        assert!(text.contains("processor `another`"), "{text}");
    }
}
