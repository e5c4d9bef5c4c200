"""Makes a network: random hidden layers, and an output layer trained by logistic regression.

Every number is a multiple of a power of two and every sum of products exact, so that the
same weights come out on every machine and with every version of Python, whatever the order
in which it adds. Only `tanh`, `exp` and `sqrt` are rounded, and then put on the grid.
"""

import math
from operator import mul

from traffic.dice import Dice

from . import features, population
from .network import Network

TRAINING, HELD_OUT = 1_500, 1_000
STEPS = 150
GRID = 1 << 12
FINE = 1 << 16


def on_grid(value, grid=GRID):
    return round(value * grid) / grid


def examples(name, count):
    """Features and labels of `count` requests of the population."""
    dice = Dice(name)
    drawn = [population.request(dice) for _ in range(count)]
    return [(features.of(request), label) for request, label in drawn]


def hidden_layer(dice, inputs, outputs, spread):
    """Random weights between -spread and spread, multiples of 1/1024."""
    limit = round(spread * 1024)

    def draw():
        return dice.between(-limit, limit) / 1024

    return [[draw() for _ in range(inputs)] for _ in range(outputs)], [draw() for _ in range(outputs)]


def forward(layers, given):
    """Values of the last hidden layer, on the grid."""
    values = given
    for rows, biases in layers:
        values = [on_grid(math.tanh(sum(map(mul, row, values)) + bias)) for row, bias in zip(rows, biases)]
    return values


def train(hidden):
    """A network with `hidden` values in each hidden layer."""
    dice = Dice(f"network-{hidden}")
    layers = [
        hidden_layer(dice, features.COUNT, hidden, 1.5),
        hidden_layer(dice, hidden, hidden, 1.5 * math.sqrt(3 / hidden)),
    ]
    known = [(forward(layers, given), label) for given, label in examples("training", TRAINING)]
    rows = [values + [1.0] for values, _ in known]
    columns = list(zip(*rows))
    labels = [label for _, label in known]
    weights = fit(rows, columns, labels)
    half = [on_grid(weight / 2, FINE) for weight in weights]
    output = ([[-weight for weight in half[:-1]], half[:-1]], [-half[-1], half[-1]])
    return Network([*layers, output])


def fit(rows, columns, labels):
    """Logistic regression by Adam with a little weight decay."""
    count, width = len(rows), len(columns)
    weights, mean, square = [0.0] * width, [0.0] * width, [0.0] * width
    rate = 0.05 * math.sqrt(32 / width)
    for step in range(1, STEPS + 1):
        errors = []
        for row, label in zip(rows, labels):
            score = max(-30.0, min(30.0, sum(map(mul, row, weights))))
            errors.append(on_grid(1 / (1 + math.exp(-score)) - label, FINE))
        for index, column in enumerate(columns):
            slope = sum(map(mul, column, errors)) / count + 1e-4 * weights[index]
            mean[index] = 0.9 * mean[index] + 0.1 * slope
            square[index] = 0.99 * square[index] + 0.01 * slope * slope
            ahead = mean[index] / (1 - 0.9**step)
            spread = math.sqrt(square[index] / (1 - 0.99**step)) + 1e-8
            weights[index] = on_grid(weights[index] - rate * ahead / spread, FINE)
    return weights


def accuracy(network):
    """The share of requests that it classifies right, of those it has not seen."""
    unseen = examples("held out", HELD_OUT)
    right = 0
    for given, label in unseen:
        human, bot = network.log_probabilities(given)
        right += (bot > human) == (label == population.BOT)
    return right / len(unseen)
