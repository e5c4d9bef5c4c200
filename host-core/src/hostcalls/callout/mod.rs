//! HTTP callouts.

use std::time::Duration;

use super::call::{enter, record};
use crate::abi::{Status, pairs};
use crate::callouts::CallKind;
use crate::http::{HeaderMap, is_field_name, is_field_value};
use crate::services::{Callout, CalloutKind, CalloutOrigin};
use crate::{Guest, GuestMemory, Host};

/// Bytes that the name of an upstream, a service or a method may have.
pub(in crate::hostcalls) const MAX_NAME: usize = 4 << 10;
/// Bytes that a body or message may have.
pub(in crate::hostcalls) const MAX_BODY: usize = 64 << 20;

/// Header fields that the guest serialised.
pub(in crate::hostcalls) fn fields(
    bytes: &[u8],
    pseudo_allowed: bool,
) -> Result<HeaderMap, Status> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs::parse(bytes)? {
        let pseudo = name.starts_with(b":");
        if (pseudo && !pseudo_allowed) || !is_field_name(name) || !is_field_value(value) {
            return Err(Status::BadArgument);
        }
        map.add(name, value)?;
    }
    Ok(map)
}

/// Refuses callouts outside any context: nobody could be told of their answers.
pub(in crate::hostcalls) fn in_context(host: &Host) -> Result<(), Status> {
    match host.contexts.get(host.effective) {
        Some(_) => Ok(()),
        None => Err(Status::BadArgument),
    }
}

/// Registers a callout of the effective context, see [`in_context`], and hands it to the proxy.
pub(in crate::hostcalls) fn start(
    host: &mut Host,
    call: CallKind,
    upstream: &[u8],
    kind: CalloutKind<'_>,
) -> Result<u32, Status> {
    let id = host
        .calls
        .start(host.effective, call)
        .ok_or(Status::InternalFailure)?;
    let origin = CalloutOrigin {
        vm: host.vm_number,
        call: id,
    };
    if let Err(status) = host.services.callout(origin, Callout { upstream, kind }) {
        host.calls.remove(id);
        return Err(status);
    }
    record(host, |tape| tape.scalar(u64::from(id)));
    Ok(id)
}

/// `proxy_http_call`: sends a request to an upstream; the answer comes through
/// `proxy_on_http_call_response`. `BAD_ARGUMENT` for an unknown upstream, outside any context,
/// for headers
/// without `:method`, `:path` or `:authority` and for fields that HTTP forbids,
/// `PARSE_FAILURE` for malformed maps, `INTERNAL_FAILURE` when it cannot be started.
#[allow(clippy::too_many_arguments)]
pub fn proxy_http_call<G: Guest>(
    guest: &mut G,
    upstream: usize,
    upstream_size: usize,
    headers: usize,
    headers_size: usize,
    body: usize,
    body_size: usize,
    trailers: usize,
    trailers_size: usize,
    timeout: u32,
    return_call: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_http_call", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_call, 4)?;
        let upstream = memory.read(upstream, upstream_size)?;
        let header_bytes = memory.read(headers, headers_size)?;
        let body = memory.read(body, body_size)?;
        let trailer_bytes = memory.read(trailers, trailers_size)?;
        record(host, |tape| {
            [upstream, header_bytes, body, trailer_bytes]
                .iter()
                .for_each(|bytes| tape.input(bytes));
            tape.scalar(u64::from(timeout));
        });
        if upstream.len() > MAX_NAME || body.len() > MAX_BODY {
            return Err(Status::BadArgument.into());
        }
        in_context(host)?;
        let headers = fields(header_bytes, true)?;
        let trailers = fields(trailer_bytes, false)?;
        let required: [&[u8]; 3] = [b":method", b":path", b":authority"];
        if required
            .iter()
            .any(|name| headers.get(name).is_none_or(<[u8]>::is_empty))
        {
            return Err(Status::BadArgument.into());
        }
        let timeout = Duration::from_millis(u64::from(timeout));
        let kind = CalloutKind::Http {
            headers,
            body,
            trailers,
            timeout,
        };
        let call = start(host, CallKind::Http, upstream, kind)?;
        memory.store_u32(return_call, call)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests;
