"""An exchange and how the traffic file writes it."""

import base64
from dataclasses import dataclass, field


@dataclass
class Request:
    kind: str
    method: str
    authority: str
    path: str
    headers: list
    body: bytes = b""
    scheme: str = "https"


@dataclass
class Response:
    status: int
    headers: list
    body: bytes = b""
    trailers: list = field(default_factory=list)


def body_fields(prefix, body):
    """The field that carries a body: text where it is text. No field, no body."""
    if not body:
        return {}
    try:
        return {prefix: body.decode()}
    except UnicodeDecodeError:
        return {prefix + "_base64": base64.b64encode(body).decode()}


def pairs(headers):
    return [[name, value] for name, value in headers]


@dataclass
class Exchange:
    id: str
    request: Request
    response: Response
    expect: dict

    def as_json(self):
        request, response = self.request, self.response
        answer = {"status": response.status, "headers": pairs(response.headers)}
        answer |= body_fields("body", response.body)
        if response.trailers:
            answer["trailers"] = pairs(response.trailers)
        return {
            "id": self.id,
            "request": {
                "method": request.method,
                "scheme": request.scheme,
                "authority": request.authority,
                "path": request.path,
                "headers": pairs(request.headers),
                **body_fields("body", request.body),
            },
            "response": answer,
            "expect": self.expect,
        }


def forwarded(request, response, request_headers, response_headers):
    """The outcome of an exchange that passes: what goes on in both directions."""
    return {
        "forwarded": {
            "request_headers": pairs(request_headers),
            "response_status": response.status,
            "response_headers": pairs(response_headers),
            **body_fields("request_body", request.body),
            **body_fields("response_body", response.body),
        }
    }
