"""What the network looks at: ten numbers, each exact in 32 bits of floating point."""

COUNT = 10


def of(request):
    """The features of a request, as the guest works them out."""
    path = request.path.encode()
    values = {}
    for name, value in request.headers:
        values.setdefault(name, value.encode())
    hints = sum(name.startswith("sec-") for name, _ in request.headers)
    return (
        len(request.headers) / 16,
        len(path) / 64,
        path.count(b"=") / 4,
        sum(48 <= byte <= 57 for byte in path) / 16,
        len(values.get("user-agent", b"")) / 128,
        hints / 8,
        float("accept-language" in values),
        float("cookie" in values),
        float("referer" in values or "origin" in values),
        len(values.get("accept", b"")) / 64,
    )
