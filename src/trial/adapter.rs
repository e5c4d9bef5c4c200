//! From the workloads' plain exchanges to the host core's.

use host_core::http::HeaderMap;
use host_core::{Exchange, Message, Outcome, Sent};
use workloads::{Expectation, Forwarded, RequestMessage, ResponseMessage};

use super::Failed;

/// The exchanges as the driver takes them: pseudo-headers first.
///
/// # Errors
/// When a message has more or longer headers than a map can hold.
pub(super) fn exchanges(exchanges: &[workloads::Exchange]) -> Result<Vec<Exchange>, Failed> {
    let convert = |exchange: &workloads::Exchange| {
        let place = |part: &str| format!("exchange {}, {part}", exchange.id);
        Ok(Exchange {
            id: exchange.id.clone(),
            request: request(&exchange.request).map_err(|()| too_many(&place("request")))?,
            response: response(&exchange.response).map_err(|()| too_many(&place("response")))?,
        })
    };
    exchanges.iter().map(convert).collect()
}

fn too_many(place: &str) -> Failed {
    Failed::error(format!(
        "{place}: more than {} headers or {} bytes of them; shorten or drop the exchange",
        HeaderMap::MAX_FIELDS,
        HeaderMap::MAX_BYTES
    ))
}

/// The outcome that the traffic's author expects, where there is one. Bodies and trailers
/// that the author left open are those of the exchange.
pub(super) fn expected(exchange: &workloads::Exchange) -> Option<Outcome> {
    let outcome = match exchange.expect.as_ref()? {
        Expectation::Forwarded(forwarded) => Outcome::Forwarded {
            request: forwarded_request(&exchange.request, forwarded),
            response: forwarded_response(&exchange.response, forwarded),
        },
        Expectation::LocalResponse(local) => Outcome::LocalResponse {
            status: local.status.into(),
            headers: sorted(local.headers.clone()),
            body: local.body.clone(),
        },
    };
    Some(outcome)
}

fn request(message: &RequestMessage) -> Result<Message, ()> {
    Ok(Message {
        headers: map(request_pseudo(message), &message.headers)?,
        body: message.body.clone(),
        trailers: map([], &message.trailers)?,
    })
}

fn response(message: &ResponseMessage) -> Result<Message, ()> {
    Ok(Message {
        headers: map(
            [(":status", &*message.status.to_string())],
            &message.headers,
        )?,
        body: message.body.clone(),
        trailers: map([], &message.trailers)?,
    })
}

fn request_pseudo(message: &RequestMessage) -> [(&str, &str); 4] {
    [
        (":method", &message.method),
        (":scheme", &message.scheme),
        (":authority", &message.authority),
        (":path", &message.path),
    ]
}

fn map<const N: usize>(
    pseudo: [(&str, &str); N],
    fields: &[(String, String)],
) -> Result<HeaderMap, ()> {
    let mut map = HeaderMap::new();
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in pseudo.into_iter().chain(fields) {
        map.add(name.as_bytes(), value.as_bytes()).map_err(|_| ())?;
    }
    Ok(map)
}

fn forwarded_request(original: &RequestMessage, forwarded: &Forwarded) -> Sent {
    Sent {
        headers: with_pseudo(request_pseudo(original), &forwarded.request_headers),
        body: forwarded
            .request_body
            .clone()
            .unwrap_or_else(|| original.body.clone()),
        trailers: sorted(original.trailers.clone()),
    }
}

fn forwarded_response(original: &ResponseMessage, forwarded: &Forwarded) -> Sent {
    let status = forwarded.response_status.to_string();
    Sent {
        headers: with_pseudo([(":status", &*status)], &forwarded.response_headers),
        body: forwarded
            .response_body
            .clone()
            .unwrap_or_else(|| original.body.clone()),
        trailers: sorted(original.trailers.clone()),
    }
}

fn with_pseudo<const N: usize>(
    pseudo: [(&str, &str); N],
    fields: &[(String, String)],
) -> Vec<(String, String)> {
    let pseudo = pseudo.map(|(name, value)| (name.to_owned(), value.to_owned()));
    sorted(pseudo.into_iter().chain(fields.iter().cloned()).collect())
}

/// By name; values of one name keep their order, as in [`Outcome`].
fn sorted(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(line: &str) -> workloads::Exchange {
        workloads::parse_json_lines("test", line.as_bytes())
            .expect("valid")
            .remove(0)
    }

    #[test]
    fn pseudo_headers_come_first_and_the_rest_in_order() {
        let given = exchange(
            r#"{"id":"a","request":{"method":"GET","scheme":"https","authority":"h","path":"/","headers":[["b","2"],["a","1"]]},"response":{"status":204,"headers":[["c","3"]]}}"#,
        );
        let converted = exchanges(std::slice::from_ref(&given))
            .expect("fits")
            .remove(0);
        let names: Vec<_> = converted
            .request
            .headers
            .iter()
            .map(|(name, _)| name.to_vec())
            .collect();
        assert_eq!(
            names,
            [
                &b":method"[..],
                b":scheme",
                b":authority",
                b":path",
                b"b",
                b"a"
            ]
        );
        assert_eq!(
            converted.response.headers.get(b":status"),
            Some(&b"204"[..])
        );
        assert_eq!(expected(&given), None);
    }

    #[test]
    fn what_the_author_left_open_is_that_of_the_exchange() {
        let given = exchange(
            r#"{"id":"a","request":{"method":"POST","scheme":"https","authority":"h","path":"/","headers":[["a","1"]],"body":"x"},"response":{"status":200,"headers":[]},"expect":{"forwarded":{"request_headers":[["z","1"],["a","1"]],"response_status":201,"response_headers":[]}}}"#,
        );
        let Some(Outcome::Forwarded { request, response }) = expected(&given) else {
            panic!("forwarded was expected");
        };
        assert_eq!(request.body, b"x");
        assert_eq!(
            request.headers.last(),
            Some(&("z".to_owned(), "1".to_owned()))
        );
        assert_eq!(response.headers, [(":status".to_owned(), "201".to_owned())]);
    }
}
