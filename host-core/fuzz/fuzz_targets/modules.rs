//! Modules: any bytes are read or refused.
#![no_main]

use host_core::{ModuleFacts, features_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let facts = ModuleFacts::read(bytes);
    let features = features_of(bytes);
    for (index, feature) in features.iter().enumerate() {
        let mut others = features[index + 1..].iter();
        assert!(others.all(|other| other.name() != feature.name()));
    }
    // Nothing is said of the same bytes that is not said again.
    assert_eq!(facts.is_ok(), ModuleFacts::read(bytes).is_ok());
});
