//! The envelope of artifacts: nothing but what was sealed is ever opened.
#![no_main]

use arbitrary::Arbitrary;
use host_core::{Artifact, ArtifactMaker};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    runtime: &'a str,
    settings: &'a str,
    module: [u8; 32],
    payload: &'a [u8],
    /// Where the file is damaged, and how.
    at: u16,
    flip: u8,
    cut: u16,
    raw: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let maker = ArtifactMaker {
        runtime: input.runtime.to_owned(),
        version: "1".to_owned(),
        settings: input.settings.to_owned(),
    };
    let _ = Artifact::label(input.raw);
    let _ = Artifact::open(input.raw, &maker);
    let sealed = Artifact::seal(&maker, input.module, input.payload);
    let opened = Artifact::open_for(&sealed, &maker, &input.module).expect("as it was sealed");
    assert_eq!(opened.payload, input.payload);
    let mut damaged = sealed.clone();
    let length = damaged.len();
    damaged[usize::from(input.at) % length] ^= input.flip;
    damaged.truncate(length - usize::from(input.cut) % length);
    if damaged != sealed {
        assert!(Artifact::open(&damaged, &maker).is_err());
        assert!(Artifact::label(&damaged).is_err());
    }
});
