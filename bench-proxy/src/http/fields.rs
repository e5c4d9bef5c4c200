//! From HTTP's header fields to the host core's and back.

use host_core::http::HeaderMap as Fields;
use http::header::{HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::request;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Response, StatusCode, Uri};

use super::{Target, kept};

/// A message that has more fields than a filter can hold, or whose filter made something of
/// them that HTTP forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadFields;

impl From<host_core::abi::Status> for BadFields {
    fn from(_: host_core::abi::Status) -> Self {
        Self
    }
}

/// `:method`, `:scheme`, `:authority` and `:path`.
const PSEUDO_OF_REQUEST: usize = 4;

/// Fills `fields` with a request: pseudo-headers first.
pub(super) fn from_request(
    parts: &request::Parts,
    scheme: &str,
    fields: &mut Fields,
) -> Result<(), BadFields> {
    fields.clear();
    fields.add_lower(b":method", parts.method.as_str().as_bytes())?;
    fields.add_lower(b":scheme", scheme.as_bytes())?;
    fields.add_lower(b":authority", Target::authority(parts).as_bytes())?;
    fields.add_lower(b":path", Target::path(parts).as_bytes())?;
    for (name, value) in &parts.headers {
        if *name != HOST {
            fields.add_lower(name.as_str().as_bytes(), value.as_bytes())?;
        }
    }
    Ok(())
}

/// Fills `fields` with a response: `:status` first.
pub(super) fn from_response<B>(
    response: &Response<B>,
    fields: &mut Fields,
) -> Result<(), BadFields> {
    fields.clear();
    fields.add_lower(b":status", response.status().as_str().as_bytes())?;
    from_headers(response.headers(), fields)
}

/// How many fields [`from_request`] would fill in.
pub(super) fn count_request(parts: &request::Parts) -> usize {
    PSEUDO_OF_REQUEST + parts.headers.len() - parts.headers.get_all(HOST).iter().count()
}

/// How many fields [`from_response`] would fill in.
pub(super) fn count_response<B>(response: &Response<B>) -> usize {
    1 + response.headers().len()
}

/// Adds `fields` to those of a message that filters could not look at.
///
/// # Errors
/// A name or a value that HTTP forbids.
pub(super) fn add_to(headers: &mut HeaderMap, fields: &Fields) -> Result<(), BadFields> {
    for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with(b":")) {
        append(headers, name, value)?;
    }
    Ok(())
}

/// Fills `fields` with trailers.
pub(crate) fn from_trailers(trailers: &HeaderMap, fields: &mut Fields) -> Result<(), BadFields> {
    fields.clear();
    from_headers(trailers, fields)
}

fn from_headers(headers: &HeaderMap, fields: &mut Fields) -> Result<(), BadFields> {
    for (name, value) in headers {
        fields.add_lower(name.as_str().as_bytes(), value.as_bytes())?;
    }
    Ok(())
}

/// Fields without pseudo-headers as HTTP's.
///
/// # Errors
/// A name or a value that HTTP forbids.
pub(crate) fn to_http(fields: &Fields) -> Result<HeaderMap, BadFields> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with(b":")) {
        append(&mut headers, name, value)?;
    }
    Ok(headers)
}

fn append(headers: &mut HeaderMap, name: &[u8], value: &[u8]) -> Result<(), BadFields> {
    // How a message is framed is not for a filter to say.
    if name.eq_ignore_ascii_case(TRANSFER_ENCODING.as_str().as_bytes()) {
        return Ok(());
    }
    let (name, value) = kept::field(name, value).ok_or(BadFields)?;
    headers.try_append(name, value).map_err(|_| BadFields)?;
    Ok(())
}

/// Makes `headers` what `fields` say, apart from pseudo-headers. Whatever stands at the same
/// place as before is not touched; most filters leave nearly everything there.
fn apply(headers: &mut HeaderMap, fields: &Fields, skip_host: bool) -> Result<(), BadFields> {
    let regular = || fields.iter().filter(|(name, _)| !name.starts_with(b":"));
    let mut new = regular();
    let mut same = 0;
    let mut differs = false;
    for (name, value) in headers.iter() {
        if skip_host && *name == HOST {
            continue;
        }
        match new.next() {
            Some((new_name, new_value))
                if new_name == name.as_str().as_bytes() && new_value == value.as_bytes() =>
            {
                same += 1;
            }
            _ => {
                differs = true;
                break;
            }
        }
    }
    if !differs {
        // The rest of `fields` came at the end.
        for (name, value) in regular().skip(same) {
            append(headers, name, value)?;
        }
        return Ok(());
    }
    rebuild(headers, regular(), skip_host)
}

fn rebuild<'a>(
    headers: &mut HeaderMap,
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    skip_host: bool,
) -> Result<(), BadFields> {
    let mut old = std::mem::take(headers);
    let host = if skip_host { old.remove(HOST) } else { None };
    let mut list: Vec<(HeaderName, Option<HeaderValue>)> = Vec::with_capacity(old.len());
    let mut last = None;
    for (name, value) in old {
        // Further values of a name come without it.
        let Some(name) = name.or_else(|| last.clone()) else {
            continue;
        };
        last = Some(name.clone());
        list.push((name, Some(value)));
    }
    headers.reserve(list.len() + 4);
    if let Some(host) = host {
        headers.insert(HOST, host);
    }
    let mut at = 0;
    for (name, value) in fields {
        // Fields keep their order, so the next one is nearly always the one that stands here.
        let found = list[at..].iter().position(|(old_name, old_value)| {
            old_name.as_str().as_bytes() == name
                && old_value
                    .as_ref()
                    .is_some_and(|old| old.as_bytes() == value)
        });
        match found {
            Some(offset) => {
                at += offset;
                let (name, value) = &mut list[at];
                if let Some(value) = value.take() {
                    headers
                        .try_append(name.clone(), value)
                        .map_err(|_| BadFields)?;
                }
                at += 1;
            }
            None => append(headers, name, value)?,
        }
    }
    Ok(())
}

/// Makes a request what `fields` say.
///
/// # Errors
/// A field, method or target that HTTP forbids.
pub(super) fn apply_request(parts: &mut request::Parts, fields: &Fields) -> Result<(), BadFields> {
    let method = fields.get(b":method").ok_or(BadFields)?;
    if method != parts.method.as_str().as_bytes() {
        parts.method = Method::from_bytes(method).map_err(|_| BadFields)?;
    }
    let path = fields.get(b":path").ok_or(BadFields)?;
    if path != Target::path(parts).as_bytes() {
        let path = PathAndQuery::try_from(path).map_err(|_| BadFields)?;
        let mut uri = std::mem::take(&mut parts.uri).into_parts();
        uri.path_and_query = Some(path);
        parts.uri = Uri::from_parts(uri).map_err(|_| BadFields)?;
    }
    let authority = fields.get(b":authority").unwrap_or_default();
    if authority != Target::authority(parts).as_bytes() {
        let value = HeaderValue::from_bytes(authority).map_err(|_| BadFields)?;
        if parts.uri.authority().is_some() {
            let mut uri = std::mem::take(&mut parts.uri).into_parts();
            uri.authority = Some(Authority::try_from(authority).map_err(|_| BadFields)?);
            uri.scheme.get_or_insert(Scheme::HTTP);
            parts.uri = Uri::from_parts(uri).map_err(|_| BadFields)?;
        }
        parts.headers.insert(HOST, value);
    }
    apply(&mut parts.headers, fields, true)
}

/// Makes a response what `fields` say.
///
/// # Errors
/// A field or status that HTTP forbids.
pub(super) fn apply_response<B>(
    response: &mut Response<B>,
    fields: &Fields,
) -> Result<(), BadFields> {
    let status = fields.get(b":status").ok_or(BadFields)?;
    *response.status_mut() = StatusCode::from_bytes(status).map_err(|_| BadFields)?;
    apply(response.headers_mut(), fields, false)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts() -> request::Parts {
        Request::builder()
            .uri("/a?b")
            .header("host", "h")
            .header("accept", "x")
            .header("cookie", "1")
            .header("via", "v")
            .body(())
            .expect("valid")
            .into_parts()
            .0
    }

    fn fields() -> Fields {
        let mut fields = Fields::new();
        from_request(&parts(), "http", &mut fields).expect("fits");
        fields
    }

    fn names(parts: &request::Parts) -> Vec<(&str, &str)> {
        let text = |(name, value): (&'_ HeaderName, &'_ HeaderValue)| {
            (
                name.as_str().to_owned(),
                value.to_str().expect("text").to_owned(),
            )
        };
        let owned: Vec<_> = parts.headers.iter().map(text).collect();
        owned
            .into_iter()
            .map(|(name, value)| (&*name.leak(), &*value.leak()))
            .collect()
    }

    #[test]
    fn a_request_that_was_not_changed_stays_as_it_was() {
        let mut request = parts();
        apply_request(&mut request, &fields()).expect("valid");
        assert_eq!(names(&request), names(&parts()));
    }

    #[test]
    fn additions_removals_and_changes_are_applied() {
        let mut fields = fields();
        fields.set(b"cookie", b"2").expect("fits");
        fields.remove(b"accept");
        fields.add(b"x-new", b"n").expect("fits");
        fields.set(b":path", b"/c").expect("fits");
        fields.set(b":authority", b"other:1").expect("fits");
        fields.set(b":method", b"PUT").expect("fits");
        let mut request = parts();
        apply_request(&mut request, &fields).expect("valid");
        assert_eq!(
            names(&request),
            [
                ("host", "other:1"),
                ("cookie", "2"),
                ("via", "v"),
                ("x-new", "n")
            ]
        );
        assert_eq!((request.uri.path(), request.method.as_str()), ("/c", "PUT"));
    }

    #[test]
    fn fields_that_nobody_looks_at_are_counted_as_if_they_were_shown() {
        assert_eq!(count_request(&parts()), fields().len());
        let response = Response::builder()
            .header("a", "1")
            .header("a", "2")
            .body(())
            .expect("valid");
        let mut shown = Fields::new();
        from_response(&response, &mut shown).expect("fits");
        assert_eq!(count_response(&response), shown.len());
    }

    #[test]
    fn what_http_forbids_is_an_error() {
        for (name, value) in [
            (&b":path"[..], &b"no slash\x01"[..]),
            (b":method", b"A B"),
            (b":authority", b"a\nb"),
            (b"x y", b""),
        ] {
            let mut fields = fields();
            fields.set(name, value).expect("fits");
            assert_eq!(
                apply_request(&mut parts(), &fields),
                Err(BadFields),
                "{name:?}"
            );
        }
    }
}
