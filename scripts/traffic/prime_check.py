"""Traffic of prime-check: tokens that are prime, nearly so, or no numbers at all."""

from . import clients, servers
from .dice import Dice
from .exchange import Exchange, forwarded

FORBIDDEN = {"local_response": {"status": 403, "headers": [["powered-by", "proxy-wasm"]], "body": "Access forbidden.\n"}}
JUNK = (
    "", "prime", "seventeen", "1e9", "0x11", "17.0", "+17", "-17", "1_000_003", "1048 583", "17,19", "１７",
    "18446744073709551616", "99999999999999999999999999", "null", "true", "{\"n\":17}", "17;19", "NaN", "0b101",
)
WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def is_prime(number):
    """Miller-Rabin, certain for every number of 64 bits with these witnesses."""
    if number < 2:
        return False
    for witness in WITNESSES:
        if number % witness == 0:
            return number == witness
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for witness in WITNESSES:
        power = pow(witness, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime_near(dice, bits):
    """A prime within about 1.6 % of 2^bits."""
    spread = 1 << (bits - 6)
    number = (1 << bits) - spread + dice.below(2 * spread) | 1
    while not is_prime(number):
        number += 2
    return number


def composite(dice):
    """A number with a small factor, as most have."""
    number = dice.between(4, 1 << dice.one((20, 32, 45, 63)))
    while is_prime(number) or all(number % small for small in (2, 3, 5, 7)):
        number += 1
    return number


def tokens(dice):
    """The token header's values, a list for every request; the mix is the workload."""
    mix = [[str(prime_near(dice, 20))] for _ in range(72)]
    mix += [[str(prime_near(dice, 32))] for _ in range(36)]
    mix += [[str(prime_near(dice, 45))] for _ in range(2)]
    mix += [[str(composite(dice))] for _ in range(54)]
    # Semiprimes near 2^32: as dear as a prime, and refused.
    mix += [[str(prime_near(dice, 16) * prime_near(dice, 16))] for _ in range(6)]
    mix += [[JUNK[number % len(JUNK)]] for number in range(30)]
    mix += [["1048583", "1048583"]]  # Two headers of one name are no number.
    mix += [[] for _ in range(39)]
    return dice.shuffled(mix)


def passes(values):
    """The rule a second time: decimal digits, at most 64 bits, prime."""
    digits = ", ".join(values)
    if not digits.isascii() or not digits.isdigit():
        return False
    return int(digits) < 1 << 64 and is_prime(int(digits))


def exchanges(_configuration):
    dice = Dice("prime-check")
    for number, values in enumerate(tokens(dice), 1):
        request = clients.request(dice)
        place = dice.below(len(request.headers) + 1)
        request.headers[place:place] = [("token", value) for value in values]
        response = servers.response(dice, request)
        expect = FORBIDDEN
        if passes(values):
            expect = forwarded(request, response, request.headers, response.headers)
        yield Exchange(f"{number:04}-{request.kind}", request, response, expect)
