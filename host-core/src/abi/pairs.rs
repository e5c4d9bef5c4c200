//! The wire form of a map: `u32` count, then the sizes of each name and value as `u32`
//! pairs, then each name, NUL, value, NUL. All little-endian. An empty map is no bytes.

use super::Status;
use crate::http::HeaderMap;

/// Bytes that `map` takes.
#[inline]
pub fn serialized_size(map: &HeaderMap) -> usize {
    if map.is_empty() {
        0
    } else {
        4 + map.len() * 10 + map.text_bytes()
    }
}

/// Writes `map` into `out`, which must be [`serialized_size`] long; answers whether it was.
pub fn serialize(map: &HeaderMap, out: &mut [u8]) -> bool {
    if out.len() != serialized_size(map) {
        return false;
    }
    if map.is_empty() {
        return true;
    }
    let (head, mut text) = out.split_at_mut(4 + map.len() * 8);
    head[..4].copy_from_slice(&(map.len() as u32).to_le_bytes());
    for ((name, value), sizes) in map.iter().zip(head[4..].chunks_exact_mut(8)) {
        sizes[..4].copy_from_slice(&(name.len() as u32).to_le_bytes());
        sizes[4..].copy_from_slice(&(value.len() as u32).to_le_bytes());
        for part in [name, value] {
            let (place, rest) = std::mem::take(&mut text).split_at_mut(part.len() + 1);
            place[..part.len()].copy_from_slice(part);
            place[part.len()] = 0;
            text = rest;
        }
    }
    true
}

/// Names and values of a serialised map. The whole of `bytes` must be consumed.
///
/// # Errors
/// [`Status::ParseFailure`] for anything malformed, and for maps beyond
/// [`HeaderMap::MAX_FIELDS`] or [`HeaderMap::MAX_BYTES`].
pub fn parse(bytes: &[u8]) -> Result<Pairs<'_>, Status> {
    if bytes.is_empty() {
        return Ok(Pairs::default());
    }
    if bytes.len() > HeaderMap::MAX_BYTES + 4 + HeaderMap::MAX_FIELDS * 10 {
        return Err(Status::ParseFailure);
    }
    let count = number(bytes, 0).ok_or(Status::ParseFailure)?;
    if count > HeaderMap::MAX_FIELDS {
        return Err(Status::ParseFailure);
    }
    let sizes = bytes.get(4..4 + count * 8).ok_or(Status::ParseFailure)?;
    let text = &bytes[4 + count * 8..];
    let pairs = Pairs { sizes, text };
    let mut rest = pairs.clone();
    for _ in 0..count {
        rest.next().ok_or(Status::ParseFailure)?;
    }
    if rest.text.is_empty() {
        Ok(pairs)
    } else {
        Err(Status::ParseFailure)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes) as usize)
}

/// Iterates over the names and values of a serialised map, borrowed from its bytes.
#[derive(Clone, Debug, Default)]
pub struct Pairs<'a> {
    sizes: &'a [u8],
    text: &'a [u8],
}

impl<'a> Pairs<'a> {
    fn part(&mut self, length: usize) -> Option<&'a [u8]> {
        let part = self.text.get(..length)?;
        if *self.text.get(length)? != 0 {
            return None;
        }
        self.text = &self.text[length + 1..];
        Some(part)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let name_size = number(self.sizes, 0)?;
        let value_size = number(self.sizes, 4)?;
        self.sizes = &self.sizes[8..];
        let name = self.part(name_size)?;
        Some((name, self.part(value_size)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(map: &HeaderMap) -> Vec<u8> {
        let mut bytes = vec![0; serialized_size(map)];
        assert!(serialize(map, &mut bytes));
        bytes
    }

    #[test]
    fn one_pair_has_the_bytes_that_the_specification_means() {
        let map = [("a", "1")].into_iter().collect();
        assert_eq!(bytes_of(&map), b"\x01\0\0\0\x01\0\0\0\x01\0\0\0a\x001\x00");
    }

    #[test]
    fn an_empty_map_is_no_bytes() {
        assert!(bytes_of(&HeaderMap::new()).is_empty());
        assert_eq!(parse(b"").unwrap().count(), 0);
        assert_eq!(parse(&[0; 4]).unwrap().count(), 0);
    }

    #[test]
    fn trailing_bytes_and_missing_terminators_are_refused() {
        let good = bytes_of(&[("name", "value")].into_iter().collect());
        let mut long = good.clone();
        long.push(0);
        assert_eq!(parse(&long).unwrap_err(), Status::ParseFailure);
        let mut unterminated = good.clone();
        *unterminated.last_mut().unwrap() = b'x';
        assert_eq!(parse(&unterminated).unwrap_err(), Status::ParseFailure);
        for cut in 1..good.len() {
            assert!(parse(&good[..cut]).is_err(), "{cut} bytes were accepted");
        }
    }

    #[test]
    fn a_count_beyond_the_limit_is_refused() {
        let mut bytes = vec![0; 4 + 1025 * 10];
        bytes[..4].copy_from_slice(&1025_u32.to_le_bytes());
        assert!(parse(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            fields in prop::collection::vec(
                (prop::collection::vec(any::<u8>(), 0..20), prop::collection::vec(any::<u8>(), 0..60)), 0..40)
        ) {
            let map: HeaderMap = fields.iter().map(|(n, v)| (n, v)).collect();
            let bytes = bytes_of(&map);
            let back: HeaderMap = parse(&bytes).unwrap().collect();
            prop_assert_eq!(back, map);
        }

        #[test]
        fn no_bytes_make_the_parser_panic_and_accepted_ones_are_consumed(
            bytes in prop::collection::vec(any::<u8>(), 0..200)
        ) {
            if let Ok(pairs) = parse(&bytes) {
                let used: usize = pairs.clone().map(|(n, v)| n.len() + v.len() + 10).sum();
                prop_assert!(bytes.is_empty() || bytes.len() == 4 + used);
            }
        }
    }
}
