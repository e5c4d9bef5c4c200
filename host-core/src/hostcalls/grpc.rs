//! gRPC callouts.

use std::time::Duration;

use super::call::{enter, record};
use super::callout::{MAX_BODY, MAX_NAME, fields, in_context, start};
use crate::abi::Status;
use crate::callouts::CallKind;
use crate::services::{Callout, CalloutKind, CalloutOrigin};
use crate::{Guest, GuestMemory, Host};

fn check_names(names: [&[u8]; 3]) -> Result<(), Status> {
    let fits = |name: &&[u8]| !name.is_empty() && name.len() <= MAX_NAME;
    if names.iter().all(fits) {
        Ok(())
    } else {
        Err(Status::BadArgument)
    }
}

/// What an unknown upstream is to gRPC callouts; to HTTP ones it is `BAD_ARGUMENT`.
fn unknown_upstream(status: Status) -> Status {
    match status {
        Status::BadArgument => Status::ParseFailure,
        other => other,
    }
}

/// `proxy_grpc_call`: sends one message to a service of an upstream; the answer comes through
/// `proxy_on_grpc_receive` and `proxy_on_grpc_close`. `PARSE_FAILURE` for an unknown upstream
/// (so the specification has it) and for malformed metadata, `BAD_ARGUMENT` outside any
/// context, for an empty name and for metadata that HTTP forbids, `INTERNAL_FAILURE` when it cannot be started.
#[allow(clippy::too_many_arguments)]
pub fn proxy_grpc_call<G: Guest>(
    guest: &mut G,
    upstream: usize,
    upstream_size: usize,
    service: usize,
    service_size: usize,
    method: usize,
    method_size: usize,
    metadata: usize,
    metadata_size: usize,
    message: usize,
    message_size: usize,
    timeout: u32,
    return_call: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_grpc_call", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_call, 4)?;
        let upstream = memory.read(upstream, upstream_size)?;
        let service = memory.read(service, service_size)?;
        let method = memory.read(method, method_size)?;
        let metadata = memory.read(metadata, metadata_size)?;
        let message = memory.read(message, message_size)?;
        record(host, |tape| {
            let inputs = [upstream, service, method, metadata, message];
            inputs.iter().for_each(|bytes| tape.input(bytes));
            tape.scalar(u64::from(timeout));
        });
        in_context(host)?;
        check_names([upstream, service, method])?;
        if message.len() > MAX_BODY {
            return Err(Status::BadArgument.into());
        }
        let metadata = fields(metadata, false)?;
        let timeout = Duration::from_millis(u64::from(timeout));
        let kind = CalloutKind::GrpcCall {
            service,
            method,
            metadata,
            message,
            timeout,
        };
        let call = start(host, CallKind::GrpcCall, upstream, kind).map_err(unknown_upstream)?;
        memory.store_u32(return_call, call)?;
        Ok(())
    })
}

/// `proxy_grpc_stream`: opens a stream to a service of an upstream. Fails as
/// [`proxy_grpc_call`] does.
#[allow(clippy::too_many_arguments)]
pub fn proxy_grpc_stream<G: Guest>(
    guest: &mut G,
    upstream: usize,
    upstream_size: usize,
    service: usize,
    service_size: usize,
    method: usize,
    method_size: usize,
    metadata: usize,
    metadata_size: usize,
    return_call: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_grpc_stream", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_call, 4)?;
        let upstream = memory.read(upstream, upstream_size)?;
        let service = memory.read(service, service_size)?;
        let method = memory.read(method, method_size)?;
        let metadata = memory.read(metadata, metadata_size)?;
        record(host, |tape| {
            [upstream, service, method, metadata]
                .iter()
                .for_each(|bytes| tape.input(bytes));
        });
        in_context(host)?;
        check_names([upstream, service, method])?;
        let metadata = fields(metadata, false)?;
        let kind = CalloutKind::GrpcStream {
            service,
            method,
            metadata,
        };
        let call = start(host, CallKind::GrpcStream { sending: true }, upstream, kind)
            .map_err(unknown_upstream)?;
        memory.store_u32(return_call, call)?;
        Ok(())
    })
}

/// `proxy_grpc_send`: sends a message on a stream. `NOT_FOUND` for an unknown callout,
/// `BAD_ARGUMENT` for one that is no stream or whose sending side has ended.
pub fn proxy_grpc_send<G: Guest>(
    guest: &mut G,
    call: u32,
    message: usize,
    message_size: usize,
    end_stream: u32,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_grpc_send", |guest| {
        let (memory, host) = guest.split();
        let message = memory.read(message, message_size)?;
        let end_of_stream = end_stream != 0;
        record(host, |tape| {
            tape.scalar(u64::from(call));
            tape.input(message);
            tape.scalar(u64::from(end_of_stream));
        });
        if message.len() > MAX_BODY
            || kind_of(host, call)? != (CallKind::GrpcStream { sending: true })
        {
            return Err(Status::BadArgument.into());
        }
        tell(
            host,
            call,
            CalloutKind::GrpcSend {
                message,
                end_of_stream,
            },
        )?;
        if end_of_stream {
            stop_sending(host, call);
        }
        Ok(())
    })
}

/// `proxy_grpc_close`: ends the sending side of a stream, which may still receive; a unary
/// call is cancelled. `NOT_FOUND` for an unknown callout, `BAD_ARGUMENT` for an HTTP one.
pub fn proxy_grpc_close<G: Guest>(guest: &mut G, call: u32) -> Result<u32, G::Trap> {
    enter(guest, "proxy_grpc_close", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(call)));
        match kind_of(host, call)? {
            CallKind::Http => return Err(Status::BadArgument.into()),
            CallKind::GrpcCall => cancel(host, call),
            CallKind::GrpcStream { sending: false } => {}
            CallKind::GrpcStream { sending: true } => {
                tell(host, call, CalloutKind::GrpcClose)?;
                stop_sending(host, call);
            }
        }
        Ok(())
    })
}

/// `proxy_grpc_cancel`: forgets a call or a stream; no event follows. `NOT_FOUND` for an
/// unknown callout, `BAD_ARGUMENT` for an HTTP one.
pub fn proxy_grpc_cancel<G: Guest>(guest: &mut G, call: u32) -> Result<u32, G::Trap> {
    enter(guest, "proxy_grpc_cancel", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(call)));
        if kind_of(host, call)? == CallKind::Http {
            return Err(Status::BadArgument.into());
        }
        cancel(host, call);
        Ok(())
    })
}

fn kind_of(host: &mut Host, call: u32) -> Result<CallKind, Status> {
    Ok(host.calls.get_mut(call).ok_or(Status::NotFound)?.kind)
}

fn tell(host: &Host, call: u32, kind: CalloutKind<'_>) -> Result<(), Status> {
    let origin = CalloutOrigin {
        vm: host.vm_number,
        call,
    };
    host.services.callout(
        origin,
        Callout {
            upstream: b"",
            kind,
        },
    )
}

fn stop_sending(host: &mut Host, call: u32) {
    if let Some(call) = host.calls.get_mut(call) {
        call.kind = CallKind::GrpcStream { sending: false };
    }
}

fn cancel(host: &mut Host, call: u32) {
    host.calls.remove(call);
    // The callout is forgotten here whatever the proxy says to it.
    let _ = tell(host, call, CalloutKind::Cancel);
}
