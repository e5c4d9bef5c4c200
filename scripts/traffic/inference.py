"""Traffic of inference-mlp and inference-wasi-nn: people and programs, and their classes.

The class expected of a request is the networks', worked out here in double precision from
the same ONNX files. All models must agree on it, and none may be near the border, so that
one file of traffic serves them all and rounding decides nothing; requests for which that
does not hold are left out.
"""

import dataclasses
import pathlib

from classifier import features, population
from classifier.network import Network

from . import servers
from .dice import Dice
from .exchange import Exchange, forwarded

COUNT = 240
MODELS = pathlib.Path(__file__).resolve().parent.parent.parent / "workloads" / "models"
WIDTHS = (32, 128, 512)
# The least difference of the log-probabilities.
MARGIN = 0.05
FORBIDDEN = {
    "local_response": {
        "status": 403,
        "headers": [["x-client-class", "program"]],
        "body": "Automated clients, please use the API.\n",
    }
}


def networks():
    return [Network.from_onnx((MODELS / f"mlp-{width}.onnx").read_bytes()) for width in WIDTHS]


def verdict(models, request):
    """Whether all models take the request for a person's; None where that is not clear."""
    given = features.of(request)
    first = None
    for model in models:
        person, program = model.log_probabilities(given)
        if abs(person - program) < MARGIN or first not in (None, person > program):
            return None
        first = person > program
    return first


def exchanges(_configuration):
    dice, models, number = Dice("inference"), networks(), 0
    while number < COUNT:
        request, label = population.request(dice)
        # A file's server does not mind a query.
        asked = dataclasses.replace(request, path=request.path.split("?")[0]) if request.kind == "asset" else request
        response = servers.response(dice, asked)
        person = verdict(models, request)
        if person is None:
            continue
        number += 1
        expect = FORBIDDEN
        if person:
            headers = [*request.headers, ("x-client-class", "person")]
            expect = forwarded(request, response, headers, response.headers)
        # The id tells who it really was, which the networks do not always see.
        who = "person" if label == population.HUMAN else "program"
        yield Exchange(f"{number:04}-{who}-{request.kind}", request, response, expect)
