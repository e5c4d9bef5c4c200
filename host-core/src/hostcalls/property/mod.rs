//! Properties of the stream, the plugin and the proxy.

mod well_known;

use super::call::{enter, give_bytes, record};
use crate::abi::Status;
use crate::{Guest, GuestMemory, Host};

/// Bytes that a path may have.
const MAX_PATH: usize = 4 << 10;
/// Bytes that a value may have.
const MAX_VALUE: usize = 64 << 10;
/// Properties that a guest may set on one stream or on its root contexts.
const MAX_PROPERTIES: usize = 256;

/// `proxy_get_property`: the value at a path whose segments are separated by NUL.
/// `NOT_FOUND` when there is none. Numbers are 8 bytes, little-endian.
pub fn proxy_get_property<G: Guest>(
    guest: &mut G,
    path: usize,
    path_size: usize,
    return_value: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_property", |guest| {
        let (memory, host) = guest.split();
        let path = memory.read(path, path_size)?;
        record(host, |tape| tape.input(path));
        let mut value = std::mem::take(&mut host.scratch);
        value.clear();
        let found = find(host, trimmed(path), &mut value);
        drop(memory);
        let outcome = if found {
            give_bytes(guest, &value, return_value, return_size)
        } else {
            Err(Status::NotFound.into())
        };
        guest.host().scratch = value;
        outcome
    })
}

/// `proxy_set_property`: sets a value on the stream or, from a root context, on the VM's
/// root contexts. `BAD_ARGUMENT` for an empty path, beyond the limits and where the proxy
/// forbids it.
pub fn proxy_set_property<G: Guest>(
    guest: &mut G,
    path: usize,
    path_size: usize,
    value: usize,
    value_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_set_property", |guest| {
        let (memory, host) = guest.split();
        let path = memory.read(path, path_size)?;
        let value = memory.read(value, value_size)?;
        record(host, |tape| {
            tape.input(path);
            tape.input(value);
        });
        let path = trimmed(path);
        if path.is_empty() || path.len() > MAX_PATH || value.len() > MAX_VALUE {
            return Err(Status::BadArgument.into());
        }
        host.services
            .property_set(host.effective_stream(), path, value)?;
        let properties = match host.effective_stream_mut() {
            Ok(stream) => &mut stream.properties,
            Err(_) => &mut host.properties,
        };
        match properties.iter().position(|(known, _)| known == path) {
            Some(at) => properties[at].1 = value.to_vec(),
            None if properties.len() >= MAX_PROPERTIES => return Err(Status::BadArgument.into()),
            None => properties.push((path.to_vec(), value.to_vec())),
        }
        Ok(())
    })
}

/// Some SDKs end the last segment with NUL, too.
fn trimmed(path: &[u8]) -> &[u8] {
    path.strip_suffix(b"\0").unwrap_or(path)
}

fn find(host: &Host, path: &[u8], out: &mut Vec<u8>) -> bool {
    if well_known::of_plugin(host, path, out) {
        return true;
    }
    let stream = host.effective_stream();
    if let Some(stream) = stream
        && (stored(&stream.properties, path, out) || well_known::of_stream(stream, path, out))
    {
        return true;
    }
    stored(&host.properties, path, out) || host.services.property(stream, path, out)
}

fn stored(properties: &[(Vec<u8>, Vec<u8>)], path: &[u8], out: &mut Vec<u8>) -> bool {
    match properties.iter().find(|(known, _)| known == path) {
        Some((_, value)) => {
            out.extend_from_slice(value);
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests;
