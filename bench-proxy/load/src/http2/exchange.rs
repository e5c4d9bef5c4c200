//! One request and its answer on a stream.

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};

use crate::mix::Shot;
use crate::tally::ErrorKind;

/// What came of a stream.
pub(super) enum Ending {
    /// A whole answer with this status; the text says how it differs.
    Answered(u16, Option<String>),
    /// The server will not have seen the request: it may be sent again.
    Unseen(String),
    Failed(ErrorKind, String),
}

/// Sends one request and takes its answer.
pub(super) async fn exchange(sender: SendRequest<Bytes>, shot: &Shot) -> Ending {
    match attempt(sender, shot).await {
        Ok((status, difference)) => Ending::Answered(status, difference),
        Err(ending) => ending,
    }
}

async fn attempt(sender: SendRequest<Bytes>, shot: &Shot) -> Result<(u16, Option<String>), Ending> {
    let message = &shot.message;
    let mut sender = sender
        .ready()
        .await
        .map_err(|error| Ending::Unseen(error.to_string()))?;
    let bare = message.body.is_empty() && message.trailers.is_none();
    let (answer, mut out) = sender
        .send_request(message.head.clone(), bare)
        .map_err(|error| Ending::Unseen(error.to_string()))?;
    if !bare {
        let ends = message.trailers.is_none();
        // A server may answer and refuse the body; then the answer counts.
        let _ = out.send_data(message.body.clone(), ends);
        if let Some(trailers) = &message.trailers {
            let _ = out.send_trailers(trailers.clone());
        }
    }
    let answer = answer.await.map_err(ending)?;
    let status = answer.status().as_u16();
    let headers = answer.headers();
    let mut difference = shot.expected.difference(status, || {
        headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
    });
    let body = body(answer.into_body(), shot.expected.body()).await?;
    if difference.is_none() {
        difference = body;
    }
    Ok((status, difference))
}

/// Takes a body; answers how it differs.
async fn body(mut stream: RecvStream, wanted: Option<&[u8]>) -> Result<Option<String>, Ending> {
    let mut length = 0;
    let mut same = true;
    while let Some(piece) = stream.data().await {
        let piece = piece.map_err(ending)?;
        if let Some(wanted) = wanted {
            same &= wanted
                .get(length..)
                .is_some_and(|rest| rest.starts_with(&piece));
        }
        length += piece.len();
        // The stream may be gone, which its end will tell.
        let _ = stream.flow_control().release_capacity(piece.len());
    }
    stream.trailers().await.map_err(ending)?;
    let wanted = wanted.filter(|wanted| !same || wanted.len() != length);
    Ok(wanted.map(|wanted| {
        format!(
            "the body has {length} bytes, expected {} or others",
            wanted.len()
        )
    }))
}

fn ending(error: h2::Error) -> Ending {
    let text = error.to_string();
    let refused = error.reason() == Some(Reason::REFUSED_STREAM);
    let leaving = error.is_go_away() && error.reason() == Some(Reason::NO_ERROR);
    if error.is_remote() && (refused || leaving) {
        return Ending::Unseen(text);
    }
    let kind = match error.get_io().map(std::io::Error::kind) {
        Some(
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::BrokenPipe
            | std::io::ErrorKind::NotConnected,
        ) => ErrorKind::EarlyClose,
        Some(_) => ErrorKind::Reset,
        None if error.is_remote() => ErrorKind::Reset,
        None => ErrorKind::Protocol,
    };
    Ending::Failed(kind, text)
}
