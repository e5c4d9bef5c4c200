//! Streams: continue, close, local response, and the status of a callout.

use super::call::{enter, give, record};
use crate::abi::{Status, StreamType, pairs};
use crate::context::{HeadersState, LocalResponse, Stream};
use crate::http::{HeaderMap, is_field_name, is_field_value};
use crate::{Guest, GuestMemory, Half};

fn half(stream: &mut Stream, number: u32) -> Result<&mut Half, Status> {
    match StreamType::from_u32(number).ok_or(Status::BadArgument)? {
        StreamType::HttpRequest if !stream.connection => Ok(&mut stream.request),
        StreamType::HttpResponse if !stream.connection => Ok(&mut stream.response),
        StreamType::Downstream if stream.connection => Ok(&mut stream.request),
        StreamType::Upstream if stream.connection => Ok(&mut stream.response),
        _ => Err(Status::BadArgument),
    }
}

/// `proxy_continue_stream`: goes on with a paused half of the effective stream.
/// `BAD_ARGUMENT` for an unknown type or one that the context does not have.
pub fn proxy_continue_stream<G: Guest>(guest: &mut G, stream: u32) -> Result<u32, G::Trap> {
    enter(guest, "proxy_continue_stream", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(stream)));
        let was_paused = host.effective_stream_mut()?.is_paused();
        half(host.effective_stream_mut()?, stream)?.resume();
        if was_paused {
            host.touch();
        }
        Ok(())
    })
}

/// `proxy_close_stream`: closes a half of the effective stream.
/// `BAD_ARGUMENT` for an unknown type or one that the context does not have.
pub fn proxy_close_stream<G: Guest>(guest: &mut G, stream: u32) -> Result<u32, G::Trap> {
    enter(guest, "proxy_close_stream", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(stream)));
        half(host.effective_stream_mut()?, stream)?.closed = true;
        host.touch();
        Ok(())
    })
}

/// `proxy_get_status`: code and text of the callout whose answer is being delivered.
pub fn proxy_get_status<G: Guest>(
    guest: &mut G,
    return_code: usize,
    return_message: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_status", |guest| {
        let size = {
            let (mut memory, host) = guest.split();
            let (code, message) = &host.answer.status;
            memory.store_u32(return_code, *code)?;
            let (code, size) = (*code, message.len());
            record(host, |tape| tape.scalar(u64::from(code)));
            size
        };
        give(guest, size, return_message, return_size, |host, place| {
            place.copy_from_slice(&host.answer.status.1);
        })
    })
}

/// `proxy_send_local_response`: answers in place of the upstream, as long as the response's
/// headers were not sent. `BAD_ARGUMENT` when they were, for a status outside 100 to 999
/// and for header fields that HTTP forbids; `PARSE_FAILURE` for a malformed map.
#[allow(clippy::too_many_arguments)]
pub fn proxy_send_local_response<G: Guest>(
    guest: &mut G,
    status: u32,
    details: usize,
    details_size: usize,
    body: usize,
    body_size: usize,
    headers: usize,
    headers_size: usize,
    grpc_status: u32,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_send_local_response", |guest| {
        let (memory, host) = guest.split();
        let details = memory.read(details, details_size)?;
        let body = memory.read(body, body_size)?;
        let header_bytes = memory.read(headers, headers_size)?;
        record(host, |tape| {
            tape.scalar(u64::from(status));
            [details, body, header_bytes]
                .iter()
                .for_each(|bytes| tape.input(bytes));
            tape.scalar(u64::from(grpc_status));
        });
        if !(100..=999).contains(&status) {
            return Err(Status::BadArgument.into());
        }
        let mut headers = HeaderMap::new();
        for (name, value) in pairs::parse(header_bytes)? {
            if name.starts_with(b":") || !is_field_name(name) || !is_field_value(value) {
                return Err(Status::BadArgument.into());
            }
            headers.add(name, value)?;
        }
        let stream = host.effective_stream_mut()?;
        if stream.connection
            || stream.response.headers_state == HeadersState::Sent
            || stream.local_response.is_some()
        {
            return Err(Status::BadArgument.into());
        }
        stream.local_response = Some(Box::new(LocalResponse {
            status,
            details: details.to_vec(),
            headers,
            body: body.to_vec(),
            // -1 means that the guest gave none.
            grpc_status: (grpc_status != u32::MAX).then_some(grpc_status),
        }));
        host.touch();
        Ok(())
    })
}
