//! The envelope of ahead-of-time artifacts.
//!
//! Engines load their artifacts by trusting them: a stale or damaged one is undefined
//! behaviour. So every artifact travels in an envelope that names what made it and carries
//! a digest of the whole, and no byte reaches the engine before both were checked.
//!
//! Layout: magic (8 bytes), SHA-256 of all that follows (32), then runtime, version,
//! settings and target (each a little-endian `u16` length and UTF-8 text), SHA-256 of the
//! WebAssembly module (32), and the engine's own bytes to the end.

use sha2::{Digest, Sha256};

use super::{ArtifactLabel, EngineError, host_target};

const MAGIC: [u8; 8] = *b"PWB-AOT\x01";
const DIGEST: usize = 32;
const BODY: usize = MAGIC.len() + DIGEST;

/// What an artifact was made by, and what may load it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactMaker {
    /// Runtime id, `engine/mode`.
    pub runtime: String,
    /// The engine's version.
    pub version: String,
    /// Every option that changes the generated code, in one line.
    pub settings: String,
}

/// An artifact whose envelope was found whole and made by the same runtime on the same
/// kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Artifact<'a> {
    /// SHA-256 of the WebAssembly module it was compiled from.
    pub module: [u8; DIGEST],
    /// The engine's own bytes.
    pub payload: &'a [u8],
}

impl<'a> Artifact<'a> {
    /// Wraps an engine's `payload`, compiled from the module with SHA-256 `module`.
    ///
    /// The fields of `maker` are cut at 65,535 bytes.
    pub fn seal(maker: &ArtifactMaker, module: [u8; DIGEST], payload: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(BODY + 512 + payload.len());
        sealed.extend_from_slice(&MAGIC);
        sealed.extend_from_slice(&[0; DIGEST]);
        for field in [
            &maker.runtime,
            &maker.version,
            &maker.settings,
            host_target(),
        ] {
            let text = &field.as_bytes()[..field.len().min(usize::from(u16::MAX))];
            sealed.extend_from_slice(&(text.len() as u16).to_le_bytes());
            sealed.extend_from_slice(text);
        }
        sealed.extend_from_slice(&module);
        sealed.extend_from_slice(payload);
        let digest = Sha256::digest(&sealed[BODY..]);
        sealed[MAGIC.len()..BODY].copy_from_slice(&digest);
        sealed
    }

    /// Checks the envelope: nothing missing, nothing changed, made by `maker` on this kind
    /// of processor.
    ///
    /// # Errors
    /// [`EngineError::Artifact`] with the first thing that is wrong.
    pub fn open(sealed: &'a [u8], maker: &ArtifactMaker) -> Result<Self, EngineError> {
        Self::check(sealed, maker).map_err(|reason| EngineError::Artifact {
            runtime: maker.runtime.clone(),
            reason,
        })
    }

    /// [`Artifact::open`], and the artifact must have been compiled from the module with
    /// SHA-256 `module`.
    ///
    /// # Errors
    /// [`EngineError::Artifact`] with the first thing that is wrong.
    pub fn open_for(
        sealed: &'a [u8],
        maker: &ArtifactMaker,
        module: &[u8; DIGEST],
    ) -> Result<Self, EngineError> {
        let artifact = Self::open(sealed, maker)?;
        if artifact.module != *module {
            return Err(EngineError::Artifact {
                runtime: maker.runtime.clone(),
                reason: "it was compiled from another module".to_owned(),
            });
        }
        Ok(artifact)
    }

    /// Whether a file begins as an artifact does; it may still be damaged.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// What the envelope says, whoever made it.
    ///
    /// # Errors
    /// Why it is no whole envelope.
    pub fn label(sealed: &[u8]) -> Result<ArtifactLabel, String> {
        let mut body = whole(sealed)?;
        let mut text = |what: &str| {
            let found = take_text(&mut body).ok_or_else(|| format!("its {what} is cut off"))?;
            Ok::<_, String>(String::from_utf8_lossy(found).into_owned())
        };
        let maker = ArtifactMaker {
            runtime: text("runtime")?,
            version: text("engine version")?,
            settings: text("settings")?,
        };
        let target = text("processor")?;
        let Some((module, payload)) = body.split_first_chunk() else {
            return Err("its module digest is cut off".to_owned());
        };
        Ok(ArtifactLabel {
            maker,
            target,
            module: *module,
            payload_bytes: payload.len() as u64,
        })
    }

    fn check(sealed: &'a [u8], maker: &ArtifactMaker) -> Result<Self, String> {
        let mut body = whole(sealed)?;
        for (what, expected) in [
            ("runtime", &maker.runtime),
            ("engine version", &maker.version),
            ("settings", &maker.settings),
            ("processor", host_target()),
        ] {
            let found = take_text(&mut body).ok_or_else(|| format!("its {what} is cut off"))?;
            if found != expected.as_bytes() {
                let found = String::from_utf8_lossy(found);
                return Err(format!(
                    "it was made for {what} `{found}`, and this is `{expected}`"
                ));
            }
        }
        let Some((module, payload)) = body.split_first_chunk() else {
            return Err("its module digest is cut off".to_owned());
        };
        Ok(Self {
            module: *module,
            payload,
        })
    }
}

/// What follows the digest of an envelope in which nothing is missing or changed.
fn whole(sealed: &[u8]) -> Result<&[u8], String> {
    let Some(after_magic) = sealed.strip_prefix(&MAGIC) else {
        return Err("it is not an artifact of this program".to_owned());
    };
    let Some((digest, body)) = after_magic.split_at_checked(DIGEST) else {
        return Err(format!(
            "it ends after {} bytes, inside its header",
            sealed.len()
        ));
    };
    if Sha256::digest(body)[..] != *digest {
        return Err("it is truncated or damaged: its SHA-256 does not match".to_owned());
    }
    Ok(body)
}

/// Takes a length and that many bytes off the front.
fn take_text<'a>(body: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = body.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    *body = rest;
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn maker() -> ArtifactMaker {
        ArtifactMaker {
            runtime: "engine/mode-aot".to_owned(),
            version: "1.2.3".to_owned(),
            settings: "deadline off".to_owned(),
        }
    }

    fn reason(sealed: &[u8], maker: &ArtifactMaker) -> String {
        Artifact::open(sealed, maker)
            .expect_err("must be refused")
            .to_string()
    }

    #[test]
    fn a_sealed_artifact_opens_to_what_was_put_in() {
        let sealed = Artifact::seal(&maker(), [7; 32], b"machine code");
        let artifact = Artifact::open(&sealed, &maker()).expect("whole");
        assert_eq!(
            artifact,
            Artifact {
                module: [7; 32],
                payload: b"machine code"
            }
        );
    }

    #[test]
    fn the_label_tells_who_made_it_from_what_and_for_which_processor() {
        let sealed = Artifact::seal(&maker(), [7; 32], b"machine code");
        let label = ArtifactLabel {
            maker: maker(),
            target: host_target().clone(),
            module: [7; 32],
            payload_bytes: 12,
        };
        assert!(Artifact::begins(&sealed));
        assert_eq!(Artifact::label(&sealed), Ok(label));
        for length in 0..sealed.len() {
            assert!(Artifact::label(&sealed[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn an_artifact_of_another_module_is_refused() {
        let sealed = Artifact::seal(&maker(), [7; 32], b"machine code");
        assert!(Artifact::open_for(&sealed, &maker(), &[7; 32]).is_ok());
        let refused = Artifact::open_for(&sealed, &maker(), &[8; 32]).expect_err("refused");
        assert!(refused.to_string().contains("another module"), "{refused}");
    }

    #[test]
    fn every_truncation_is_refused() {
        let sealed = Artifact::seal(&maker(), [7; 32], b"machine code");
        for length in 0..sealed.len() {
            assert!(
                Artifact::open(&sealed[..length], &maker()).is_err(),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn every_single_bit_flip_is_refused() {
        let mut sealed = Artifact::seal(&maker(), [7; 32], b"machine code");
        for bit in 0..sealed.len() * 8 {
            sealed[bit / 8] ^= 1 << (bit % 8);
            assert!(Artifact::open(&sealed, &maker()).is_err(), "bit {bit}");
            sealed[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn the_refusal_names_the_field_that_differs() {
        let sealed = Artifact::seal(&maker(), [7; 32], b"machine code");
        let other = ArtifactMaker {
            runtime: "engine/other-aot".to_owned(),
            ..maker()
        };
        assert!(reason(&sealed, &other).contains("runtime `engine/mode-aot`"));
        let other = ArtifactMaker {
            version: "1.2.4".to_owned(),
            ..maker()
        };
        assert!(reason(&sealed, &other).contains("engine version `1.2.3`"));
        let other = ArtifactMaker {
            settings: "deadline on".to_owned(),
            ..maker()
        };
        assert!(reason(&sealed, &other).contains("settings `deadline off`"));
        assert!(reason(b"\0asm\x01\0\0\0", &maker()).contains("not an artifact"));
    }

    proptest! {
        #[test]
        fn no_other_bytes_open_as_the_same_artifact(
            payload in proptest::collection::vec(any::<u8>(), 0..64),
            edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in proptest::option::of(any::<prop::sample::Index>()),
            tail in proptest::collection::vec(any::<u8>(), 0..4),
        ) {
            let sealed = Artifact::seal(&maker(), [7; 32], &payload);
            let mut mutated = sealed.clone();
            for (place, byte) in edits {
                let place = place.index(mutated.len());
                mutated[place] = byte;
            }
            if let Some(cut) = cut {
                mutated.truncate(cut.index(mutated.len()));
            }
            mutated.extend_from_slice(&tail);
            prop_assert_eq!(Artifact::open(&mutated, &maker()).is_ok(), mutated == sealed);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            prop_assert!(Artifact::open(&bytes, &maker()).is_err());
            prop_assert!(Artifact::label(&bytes).is_err());
        }
    }
}
