//! HTTP: from a client's request to its response.

mod abort;
mod body;
mod carrier;
mod fields;
mod filtered;
mod hop;
mod http2;
mod kept;
mod local;
mod plain;
mod request_body;
mod response_body;
mod route;
mod serve;
mod target;

pub(crate) use abort::Abort;
pub(crate) use carrier::Carrier;
pub(crate) use fields::{from_trailers, to_http};
pub(crate) use request_body::FilteredRequest;
pub(crate) use route::Router;
pub(crate) use serve::{HttpService, Spoken, serve};
pub(crate) use target::Target;
