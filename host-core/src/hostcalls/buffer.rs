//! Buffers: bodies, connection data, configurations, answers.

use super::call::{enter, give, record};
use crate::abi::{BufferType, Callback, Status};
use crate::http::Buffer;
use crate::{Guest, GuestMemory, Host};

/// Numbers are 32 bits wide in the ABI; the native twin's are cut to that, so that its
/// "as much as there is" means the same.
fn word(size: usize) -> usize {
    size.min(u32::MAX as usize)
}

fn readable(host: &Host, number: u32) -> Result<&[u8], Status> {
    let answer = &host.answer;
    let buffer = match BufferType::from_u32(number).ok_or(Status::BadArgument)? {
        BufferType::VmConfiguration if host.running == Some(Callback::VmStart) => {
            return Ok(&host.vm.configuration);
        }
        BufferType::PluginConfiguration if host.running == Some(Callback::Configure) => {
            return host
                .effective_root()
                .map(|root| &root.settings.configuration[..])
                .ok_or(Status::NotFound);
        }
        BufferType::VmConfiguration | BufferType::PluginConfiguration => None,
        BufferType::HttpCallResponseBody => answer.body.as_ref(),
        BufferType::GrpcCallMessage => answer.message.as_ref(),
        BufferType::ForeignFunctionArguments => answer.arguments.as_ref(),
        BufferType::HttpRequestBody => held(host, false, true),
        BufferType::HttpResponseBody => held(host, false, false),
        BufferType::DownstreamData => held(host, true, true),
        BufferType::UpstreamData => held(host, true, false),
    };
    buffer.map(Buffer::as_slice).ok_or(Status::NotFound)
}

fn held(host: &Host, connection: bool, request: bool) -> Option<&Buffer> {
    let stream = host
        .effective_stream()
        .filter(|stream| stream.connection == connection)?;
    let half = if request {
        &stream.request
    } else {
        &stream.response
    };
    half.body_held.then_some(&half.body)
}

fn writable(host: &mut Host, number: u32) -> Result<&mut Buffer, Status> {
    let (connection, request) = match BufferType::from_u32(number).ok_or(Status::BadArgument)? {
        BufferType::HttpRequestBody => (false, true),
        BufferType::HttpResponseBody => (false, false),
        BufferType::DownstreamData => (true, true),
        BufferType::UpstreamData => (true, false),
        _ => return Err(Status::BadArgument),
    };
    let stream = host.effective_stream_mut()?;
    if stream.connection != connection {
        return Err(Status::NotFound);
    }
    let half = if request {
        &mut stream.request
    } else {
        &mut stream.response
    };
    if half.body_held {
        Ok(&mut half.body)
    } else {
        Err(Status::NotFound)
    }
}

/// `proxy_get_buffer_bytes`: at most `max_size` bytes from `start`. `NOT_FOUND` when the
/// buffer is not available now, `BAD_ARGUMENT` for an unknown buffer, a start beyond the end
/// or a range that overflows 32 bits.
pub fn proxy_get_buffer_bytes<G: Guest>(
    guest: &mut G,
    buffer: u32,
    start: usize,
    max_size: usize,
    return_data: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_buffer_bytes", |guest| {
        let (start, max_size) = (word(start), word(max_size));
        let host = guest.host();
        record(host, |tape| {
            [u64::from(buffer), start as u64, max_size as u64]
                .into_iter()
                .for_each(|scalar| tape.scalar(scalar));
        });
        let length = readable(host, buffer)?.len();
        if start > length || start + max_size > u32::MAX as usize {
            return Err(Status::BadArgument.into());
        }
        let end = length.min(start + max_size);
        give(
            guest,
            end - start,
            return_data,
            return_size,
            |host, place| {
                // The guest's allocator cannot change buffers, so the range is still there.
                if let Ok(bytes) = readable(host, buffer) {
                    place.copy_from_slice(&bytes[start..end]);
                }
            },
        )
    })
}

/// `proxy_set_buffer_bytes`: replaces `length` bytes from `start`, both clamped: `(0, 0)`
/// prepends, a start beyond the end appends.
pub fn proxy_set_buffer_bytes<G: Guest>(
    guest: &mut G,
    buffer: u32,
    start: usize,
    length: usize,
    data: usize,
    data_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_set_buffer_bytes", |guest| {
        let (start, length) = (word(start), word(length));
        let (memory, host) = guest.split();
        let data = memory.read(data, data_size)?;
        record(host, |tape| {
            [u64::from(buffer), start as u64, length as u64]
                .into_iter()
                .for_each(|scalar| tape.scalar(scalar));
            tape.input(data);
        });
        writable(host, buffer)?.splice(start, length, data)?;
        Ok(())
    })
}

/// `proxy_get_buffer_status`: size and flags (always 0) of a buffer.
pub fn proxy_get_buffer_status<G: Guest>(
    guest: &mut G,
    buffer: u32,
    return_size: usize,
    return_flags: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_buffer_status", |guest| {
        let (mut memory, host) = guest.split();
        let size = readable(host, buffer)?.len();
        record(host, |tape| {
            [u64::from(buffer), size as u64]
                .into_iter()
                .for_each(|scalar| tape.scalar(scalar));
        });
        memory.store_size(return_size, size)?;
        memory.store_u32(return_flags, 0)?;
        Ok(())
    })
}
