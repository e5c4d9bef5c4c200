//! Header maps: headers, trailers, metadata.

use super::call::{enter, give, record};
use crate::abi::{MapType, Status, pairs};
use crate::context::HeadersState;
use crate::http::{HeaderMap, is_field_name, is_field_value};
use crate::{Guest, GuestMemory, Host};

/// Between several values of one name.
const SEPARATOR: &[u8] = b", ";

#[inline]
fn readable(host: &Host, number: u32) -> Result<&HeaderMap, Status> {
    let kind = MapType::from_u32(number).ok_or(Status::BadArgument)?;
    let answer = &host.answer;
    let (map, state) = match kind {
        MapType::GrpcCallInitialMetadata => {
            return answer.initial_metadata.as_ref().ok_or(Status::BadArgument);
        }
        MapType::GrpcCallTrailingMetadata => {
            return answer.trailing_metadata.as_ref().ok_or(Status::BadArgument);
        }
        MapType::HttpCallResponseHeaders => {
            return answer.headers.as_ref().ok_or(Status::BadArgument);
        }
        MapType::HttpCallResponseTrailers => {
            return answer.trailers.as_ref().ok_or(Status::BadArgument);
        }
        _ => {
            let stream = host.effective_stream().ok_or(Status::BadArgument)?;
            match kind {
                MapType::HttpRequestHeaders => {
                    (&stream.request.headers, stream.request.headers_state)
                }
                MapType::HttpRequestTrailers => {
                    (&stream.request.trailers, stream.request.trailers_state)
                }
                MapType::HttpResponseHeaders => {
                    (&stream.response.headers, stream.response.headers_state)
                }
                _ => (&stream.response.trailers, stream.response.trailers_state),
            }
        }
    };
    if state == HeadersState::Absent {
        Err(Status::BadArgument)
    } else {
        Ok(map)
    }
}

/// A map that the guest may change: a stream's, while the filter holds it.
#[inline]
fn writable(host: &mut Host, number: u32) -> Result<&mut HeaderMap, Status> {
    let kind = MapType::from_u32(number).ok_or(Status::BadArgument)?;
    let stream = host.effective_stream_mut()?;
    let (map, state) = match kind {
        MapType::HttpRequestHeaders => (&mut stream.request.headers, stream.request.headers_state),
        MapType::HttpRequestTrailers => {
            (&mut stream.request.trailers, stream.request.trailers_state)
        }
        MapType::HttpResponseHeaders => {
            (&mut stream.response.headers, stream.response.headers_state)
        }
        MapType::HttpResponseTrailers => (
            &mut stream.response.trailers,
            stream.response.trailers_state,
        ),
        _ => return Err(Status::BadArgument),
    };
    if state == HeadersState::Held {
        Ok(map)
    } else {
        Err(Status::BadArgument)
    }
}

/// `proxy_get_header_map_size`: bytes of the serialised map.
pub fn proxy_get_header_map_size<G: Guest>(
    guest: &mut G,
    map: u32,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_header_map_size", |guest| {
        let (mut memory, host) = guest.split();
        let size = pairs::serialized_size(readable(host, map)?);
        if let Some(tape) = &mut host.tape {
            tape.scalar(u64::from(map));
            tape.scalar(size as u64);
        }
        memory.store_size(return_size, size)?;
        Ok(())
    })
}

/// `proxy_get_header_map_pairs`: the whole map, serialised.
pub fn proxy_get_header_map_pairs<G: Guest>(
    guest: &mut G,
    map: u32,
    return_data: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_header_map_pairs", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(map)));
        let size = pairs::serialized_size(readable(host, map)?);
        give(guest, size, return_data, return_size, |host, place| {
            if let Ok(map) = readable(host, map) {
                pairs::serialize(map, place);
            }
        })
    })
}

/// `proxy_set_header_map_pairs`: replaces the whole map. `PARSE_FAILURE` for a malformed
/// one, `BAD_ARGUMENT` for fields that HTTP forbids; the map is then unchanged.
pub fn proxy_set_header_map_pairs<G: Guest>(
    guest: &mut G,
    map: u32,
    data: usize,
    data_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_set_header_map_pairs", |guest| {
        let (memory, host) = guest.split();
        let bytes = memory.read(data, data_size)?;
        record(host, |tape| {
            tape.scalar(u64::from(map));
            tape.input(bytes);
        });
        let target = writable(host, map)?;
        let fields = pairs::parse(bytes)?;
        if !fields
            .clone()
            .all(|(name, value)| is_field_name(name) && is_field_value(value))
        {
            return Err(Status::BadArgument.into());
        }
        target.clear();
        // The parser's limits are the map's, so every field fits.
        for (name, value) in fields {
            target.add(name, value)?;
        }
        Ok(())
    })
}

/// `proxy_get_header_map_value`: the value of a header, several of them joined by `", "`.
/// `NOT_FOUND` when there is none.
pub fn proxy_get_header_map_value<G: Guest>(
    guest: &mut G,
    map: u32,
    key: usize,
    key_size: usize,
    return_data: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_header_map_value", |guest| {
        let found = {
            let (memory, host) = guest.split();
            let key = memory.read(key, key_size)?;
            if let Some(tape) = &mut host.tape {
                tape.scalar(u64::from(map));
                tape.input(key);
            }
            readable(host, map)?.find(key).ok_or(Status::NotFound)?
        };
        let size = found.joined_size(SEPARATOR.len());
        give(guest, size, return_data, return_size, |host, place| {
            // The guest's allocator cannot change maps, so what was found is still there.
            if let Ok(map) = readable(host, map) {
                map.join(found, SEPARATOR, place);
            }
        })
    })
}

#[inline]
fn change<G: Guest>(
    guest: &mut G,
    name: &'static str,
    map: u32,
    (key, key_size): (usize, usize),
    (value, value_size): (usize, usize),
    apply: impl FnOnce(&mut HeaderMap, &[u8], &[u8]) -> Result<(), Status>,
) -> Result<u32, G::Trap> {
    enter(guest, name, |guest| {
        let (memory, host) = guest.split();
        let key = memory.read(key, key_size)?;
        let value = memory.read(value, value_size)?;
        if let Some(tape) = &mut host.tape {
            tape.scalar(u64::from(map));
            tape.input(key);
            tape.input(value);
        }
        let map = writable(host, map)?;
        if !is_field_name(key) || !is_field_value(value) {
            return Err(Status::BadArgument.into());
        }
        apply(map, key, value)?;
        Ok(())
    })
}

/// `proxy_add_header_map_value`: adds one more value.
pub fn proxy_add_header_map_value<G: Guest>(
    guest: &mut G,
    map: u32,
    key: usize,
    key_size: usize,
    value: usize,
    value_size: usize,
) -> Result<u32, G::Trap> {
    change(
        guest,
        "proxy_add_header_map_value",
        map,
        (key, key_size),
        (value, value_size),
        |map, key, value| map.add(key, value),
    )
}

/// `proxy_replace_header_map_value`: makes this the only value.
pub fn proxy_replace_header_map_value<G: Guest>(
    guest: &mut G,
    map: u32,
    key: usize,
    key_size: usize,
    value: usize,
    value_size: usize,
) -> Result<u32, G::Trap> {
    change(
        guest,
        "proxy_replace_header_map_value",
        map,
        (key, key_size),
        (value, value_size),
        |map, key, value| map.set(key, value),
    )
}

/// `proxy_remove_header_map_value`: removes all values; a header that is not there is fine.
pub fn proxy_remove_header_map_value<G: Guest>(
    guest: &mut G,
    map: u32,
    key: usize,
    key_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_remove_header_map_value", |guest| {
        let (memory, host) = guest.split();
        let key = memory.read(key, key_size)?;
        if let Some(tape) = &mut host.tape {
            tape.scalar(u64::from(map));
            tape.input(key);
        }
        writable(host, map)?.remove(key);
        Ok(())
    })
}
