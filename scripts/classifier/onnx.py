"""Writes and reads the few parts of ONNX that a small network needs: protobuf by hand.

Field numbers are those of onnx.proto (ONNX 1.12, IR version 8, operator set 13).
"""

import struct

FLOAT, INT = 1, 2


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, payload):
    payload = payload.encode() if isinstance(payload, str) else payload
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def tensor(name, dimensions, values):
    """A TensorProto of floats in raw_data."""
    assert len(values) == _product(dimensions), name
    dims = b"".join(varint(dimension) for dimension in dimensions)
    raw = struct.pack(f"<{len(values)}f", *values)
    return block(1, dims) + number(2, FLOAT) + block(8, name) + block(9, raw)


def value_info(name, dimensions):
    """A ValueInfoProto of a float tensor with fixed dimensions."""
    shape = b"".join(block(1, number(1, dimension)) for dimension in dimensions)
    return block(1, name) + block(2, block(1, number(1, FLOAT) + block(2, shape)))


def node(operator, inputs, output, **integers):
    """A NodeProto with one output and attributes that are integers."""
    parts = [block(1, name) for name in inputs] + [block(2, output), block(3, output), block(4, operator)]
    for name, value in integers.items():
        parts.append(block(5, block(1, name) + number(3, value) + number(20, INT)))
    return b"".join(parts)


def model(name, nodes, tensors, given, answer):
    """A ModelProto. `given` and `answer` are (name, dimensions)."""
    graph = [block(1, part) for part in nodes] + [block(2, name)]
    graph += [block(5, part) for part in tensors]
    graph += [block(11, value_info(*given)), block(12, value_info(*answer))]
    head = number(1, 8) + block(2, "pwbench") + block(8, number(2, 13))
    return head + block(7, b"".join(graph))


def tensors(model_bytes):
    """The initialisers of a model: dimensions and values by name."""
    found = {}
    for number_, payload in _fields(model_bytes):
        if number_ != 7:
            continue
        for inner, part in _fields(payload):
            if inner == 5:
                fields = dict(_fields(part))
                dimensions = _varints(fields[1])
                count = len(fields[9]) // 4
                assert count == _product(dimensions)
                found[fields[8].decode()] = dimensions, struct.unpack(f"<{count}f", fields[9])
    return found


def _product(dimensions):
    product = 1
    for dimension in dimensions:
        product *= dimension
    return product


def _varints(data):
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value, shift = 0, 0
    return values


def _fields(data):
    """Number and payload of every field; numbers are payloads too."""
    at = 0

    def read():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = read()
        if tag & 7 == 0:
            yield tag >> 3, read()
        else:
            assert tag & 7 == 2, "only numbers and blocks are written here"
            size = read()
            yield tag >> 3, data[at : at + size]
            at += size
