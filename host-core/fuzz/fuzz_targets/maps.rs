//! The wire form of maps: whatever parses is written again as it was read, names in lower case.
#![no_main]

use host_core::abi::pairs;
use host_core::http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = pairs::parse(bytes) else {
        return;
    };
    let mut map = HeaderMap::new();
    for (name, value) in found {
        if map.add(name, value).is_err() {
            return;
        }
    }
    let mut written = vec![0; pairs::serialized_size(&map)];
    assert!(pairs::serialize(&map, &mut written));
    // A map without fields may be read of a count of zero, and is written as nothing at all.
    if map.is_empty() {
        return;
    }
    assert_eq!(written.len(), bytes.len());
    let read = pairs::parse(bytes).expect("it parsed before");
    let again = pairs::parse(&written).expect("what is written parses");
    let mut all = read.zip(again);
    assert!(all.all(|((name, value), (written, same))| {
        name.to_ascii_lowercase() == written && value == same
    }));
});
