"""Seeded choices that come out the same with every version of Python."""

import random

HEX = "0123456789abcdef"
WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Dice:
    """Choices built on `random()` alone, whose sequence Python promises to keep."""

    def __init__(self, seed):
        self._source = random.Random(seed)

    def below(self, limit):
        return int(self._source.random() * limit)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, share):
        return self._source.random() < share

    def one(self, choices):
        return choices[self.below(len(choices))]

    def some(self, choices, low, high):
        """Between low and high of the choices, in their order."""
        wanted = self.between(low, high)
        kept = list(choices)
        while len(kept) > wanted:
            del kept[self.below(len(kept))]
        return kept

    def shuffled(self, items):
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in items]

    def text(self, length, alphabet=HEX):
        return "".join(self.one(alphabet) for _ in range(length))

    def token(self, length):
        return self.text(length, WORD)

    def uuid(self):
        return "-".join(self.text(n) for n in (8, 4, 4, 4, 12))

    def address(self):
        """An address of the ranges set aside for documentation (RFC 5737)."""
        return f"{self.one(('192.0.2', '198.51.100', '203.0.113'))}.{self.between(1, 254)}"
