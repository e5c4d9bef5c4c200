//! Properties that follow from what the host core knows, named as Envoy's attributes.

use crate::abi::pairs;
use crate::context::{HeadersState, Stream};
use crate::http::HeaderMap;
use crate::{Half, Host};

/// `plugin_name`, `plugin_root_id` and `plugin_vm_id`; they may be empty and still exist.
pub(super) fn of_plugin(host: &Host, path: &[u8], out: &mut Vec<u8>) -> bool {
    let value = match path {
        b"plugin_vm_id" => Some(&host.vm.vm_id),
        b"plugin_name" => host.effective_root().map(|root| &root.settings.name),
        b"plugin_root_id" => host.effective_root().map(|root| &root.settings.root_id),
        _ => return false,
    };
    match value {
        Some(value) => {
            out.extend_from_slice(value.as_bytes());
            true
        }
        None => false,
    }
}

/// `request.*` and `response.*`, as far as the stream's maps tell.
pub(super) fn of_stream(stream: &Stream, path: &[u8], out: &mut Vec<u8>) -> bool {
    let mut segments = path.splitn(3, |byte| *byte == 0);
    let (root, name, rest) = (segments.next(), segments.next(), segments.next());
    let half = match root {
        Some(b"request") => &stream.request,
        Some(b"response") => &stream.response,
        _ => return false,
    };
    if stream.connection || half.headers_state == HeadersState::Absent {
        return false;
    }
    let is_request = root == Some(b"request");
    match (name.unwrap_or_default(), rest) {
        (b"headers", Some(name)) => field(&half.headers, name, out),
        (b"headers", None) => map(&half.headers, out),
        (b"trailers", Some(name)) => field(&half.trailers, name, out),
        (b"trailers", None) => map(&half.trailers, out),
        (b"size", None) => number(body_size(half), out),
        (b"total_size", None) => number(body_size(half).saturating_add(map_size(half)), out),
        (name, None) if is_request => of_request(&half.headers, name, out),
        (b"code", None) => code(&half.headers, out),
        (b"grpc_status", None) => grpc_status(half, out),
        _ => false,
    }
}

fn of_request(headers: &HeaderMap, name: &[u8], out: &mut Vec<u8>) -> bool {
    let header: &[u8] = match name {
        b"path" => b":path",
        b"host" => b":authority",
        b"scheme" => b":scheme",
        b"method" => b":method",
        b"referer" => b"referer",
        b"useragent" => b"user-agent",
        b"id" => b"x-request-id",
        b"url_path" | b"query" => {
            let Some(path) = headers.get(b":path") else {
                return false;
            };
            let mut parts = path.splitn(2, |byte| *byte == b'?');
            let (path, query) = (parts.next(), parts.next());
            let part = if name == b"query" { query } else { path };
            // The fragment, which no client should send, belongs to neither.
            let part = part.unwrap_or_default().split(|byte| *byte == b'#').next();
            out.extend_from_slice(part.unwrap_or_default());
            return true;
        }
        _ => return false,
    };
    field(headers, header, out)
}

/// The values of a header, several of them joined by a comma as Envoy does.
fn field(headers: &HeaderMap, name: &[u8], out: &mut Vec<u8>) -> bool {
    let mut any = false;
    for value in headers.values(name) {
        if any {
            out.push(b',');
        }
        out.extend_from_slice(value);
        any = true;
    }
    any
}

fn map(map: &HeaderMap, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + pairs::serialized_size(map), 0);
    pairs::serialize(map, &mut out[start..])
}

fn number(value: i64, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(&value.to_le_bytes());
    true
}

fn parsed(value: &[u8]) -> Option<i64> {
    str::from_utf8(value).ok()?.trim().parse().ok()
}

fn code(headers: &HeaderMap, out: &mut Vec<u8>) -> bool {
    headers
        .get(b":status")
        .and_then(parsed)
        .is_some_and(|code| number(code, out))
}

fn grpc_status(half: &Half, out: &mut Vec<u8>) -> bool {
    let status = half
        .trailers
        .get(b"grpc-status")
        .or_else(|| half.headers.get(b"grpc-status"));
    status
        .and_then(parsed)
        .is_some_and(|status| number(status, out))
}

/// What the message says its size is, else the bytes that are here.
fn body_size(half: &Half) -> i64 {
    let here = || i64::try_from(half.body.len()).unwrap_or(i64::MAX);
    half.headers
        .get(b"content-length")
        .and_then(parsed)
        .unwrap_or_else(here)
}

fn map_size(half: &Half) -> i64 {
    i64::try_from(half.headers.text_bytes() + half.trailers.text_bytes()).unwrap_or(i64::MAX)
}
