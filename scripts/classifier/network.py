"""The network: 10 -> h -> h -> 2, tanh between, log-softmax at the end."""

import math
from operator import mul

from . import features, onnx


class Network:
    """Weights as rows of outputs: `layers[n]` is (rows, biases), a row for each output."""

    def __init__(self, layers):
        self.layers = layers

    @property
    def hidden(self):
        return len(self.layers[0][0])

    def log_probabilities(self, given):
        """Log-probabilities of the two classes, in double precision."""
        values = given
        for rows, biases in self.layers[:-1]:
            values = [math.tanh(sum(map(mul, row, values)) + bias) for row, bias in zip(rows, biases)]
        rows, biases = self.layers[-1]
        left, right = (sum(map(mul, row, values)) + bias for row, bias in zip(rows, biases))
        top = max(left, right)
        whole = top + math.log(math.exp(left - top) + math.exp(right - top))
        return left - whole, right - whole

    def to_onnx(self):
        """The network as an ONNX model; weights are stored input by input."""
        nodes, tensors, value = [], [], "features"
        for index, (rows, biases) in enumerate(self.layers, 1):
            inputs, outputs = len(rows[0]), len(rows)
            by_input = [rows[output][input_] for input_ in range(inputs) for output in range(outputs)]
            tensors.append(onnx.tensor(f"weights{index}", (inputs, outputs), by_input))
            tensors.append(onnx.tensor(f"biases{index}", (outputs,), biases))
            nodes.append(onnx.node("Gemm", (value, f"weights{index}", f"biases{index}"), f"sums{index}"))
            value = f"sums{index}"
            if index < len(self.layers):
                nodes.append(onnx.node("Tanh", (value,), f"values{index}"))
                value = f"values{index}"
        nodes.append(onnx.node("LogSoftmax", (value,), "log_probabilities", axis=1))
        given, answer = ("features", (1, features.COUNT)), ("log_probabilities", (1, 2))
        return onnx.model(f"mlp-{self.hidden}", nodes, tensors, given, answer)

    @classmethod
    def from_onnx(cls, model):
        tensors = onnx.tensors(model)
        layers = []
        for index in range(1, len(tensors) // 2 + 1):
            (inputs, outputs), values = tensors[f"weights{index}"]
            rows = [values[output::outputs] for output in range(outputs)]
            assert len(rows[0]) == inputs
            layers.append((rows, tensors[f"biases{index}"][1]))
        return cls(layers)
