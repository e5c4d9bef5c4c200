//! What a request is for, whatever HTTP it came by, and how it is written to the upstream.

use http::header::HOST;
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Method, Request, Uri, Version};

use crate::upstream::{Cluster, RequestBody};

/// What a request is for.
#[derive(Debug)]
pub(crate) struct Target;

impl Target {
    /// The authority: of the target's own form, else the `host` field.
    #[inline]
    pub(crate) fn authority(parts: &Parts) -> &str {
        match parts.uri.authority() {
            Some(authority) => authority.as_str(),
            None => parts
                .headers
                .get(HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default(),
        }
    }

    /// Path and query.
    #[inline]
    pub(crate) fn path(parts: &Parts) -> &str {
        parts.uri.path_and_query().map_or("/", PathAndQuery::as_str)
    }

    /// Whether this proxy can pass such a request on.
    #[inline]
    pub(crate) fn is_proxied(parts: &Parts) -> bool {
        parts.method != Method::CONNECT
    }

    /// Gives the request the form that the upstream's HTTP wants.
    ///
    /// # Errors
    /// The authority is none.
    #[inline]
    pub(crate) fn rewrite(parts: &mut Parts, cluster: &Cluster) -> Result<(), NoAuthority> {
        if cluster.is_http2() {
            return absolute(parts, cluster.is_tls());
        }
        if parts.uri.authority().is_some() {
            origin(parts)?;
        }
        parts.version = Version::HTTP_11;
        Ok(())
    }
}

/// The message to send to the upstream; takes out of `parts` what it needs.
#[inline]
pub(super) fn outgoing(parts: &mut Parts, body: RequestBody) -> Request<RequestBody> {
    let mut request = Request::new(body);
    std::mem::swap(request.method_mut(), &mut parts.method);
    std::mem::swap(request.uri_mut(), &mut parts.uri);
    std::mem::swap(request.headers_mut(), &mut parts.headers);
    *request.version_mut() = parts.version;
    request
}

/// The request names no host, or one that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoAuthority;

/// `/path`, with a `host` field.
fn origin(parts: &mut Parts) -> Result<(), NoAuthority> {
    let host = HeaderValue::from_str(Target::authority(parts)).map_err(|_| NoAuthority)?;
    parts.headers.insert(HOST, host);
    let mut uri = http::uri::Parts::default();
    uri.path_and_query = parts.uri.path_and_query().cloned();
    parts.uri = Uri::from_parts(uri).map_err(|_| NoAuthority)?;
    Ok(())
}

/// `scheme://host/path`, without a `host` field.
fn absolute(parts: &mut Parts, tls: bool) -> Result<(), NoAuthority> {
    let authority: Authority = Target::authority(parts).parse().map_err(|_| NoAuthority)?;
    let mut uri = http::uri::Parts::default();
    uri.scheme = Some(if tls { Scheme::HTTPS } else { Scheme::HTTP });
    uri.authority = Some(authority);
    uri.path_and_query = parts
        .uri
        .path_and_query()
        .cloned()
        .or(Some(PathAndQuery::from_static("/")));
    parts.uri = Uri::from_parts(uri).map_err(|_| NoAuthority)?;
    parts.headers.remove(HOST);
    parts.version = Version::HTTP_2;
    Ok(())
}
