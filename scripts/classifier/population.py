"""Who asks, with a label: people, and programs of which many pretend to be people.

The two overlap on purpose: some people block cookies, referrers or client hints, and a good
scraper sends most of what a browser sends. Nobody can tell all of them apart by these
features, so that the accuracy on unseen requests says something.
"""

from traffic import clients

HUMAN, BOT = 0, 1

PEOPLE = (clients.page, clients.page, clients.asset, clients.fetch, clients.app, clients.form)
PROGRAMS = (clients.bot, clients.program, clients.probe)
# Headers that the rest of the traffic's tooling expects at least.
LEAST_HEADERS = 8


def request(dice):
    """A request and its label."""
    if dice.chance(0.5):
        return person(dice), HUMAN
    if dice.chance(0.35):
        return dice.one(PROGRAMS)(dice), BOT
    return scraper(dice), BOT


def person(dice):
    """A browser or the app, some of them with a guard against tracking."""
    asked = dice.one(PEOPLE)(dice)
    if dice.chance(0.2):
        without(asked, lambda name: name == "cookie")
    if dice.chance(0.15):
        without(asked, lambda name: name in ("referer", "origin"))
    if dice.chance(0.08):
        without(asked, lambda name: name.startswith("sec-"))
    if dice.chance(0.04):
        without(asked, lambda name: name == "accept-language")
    return filled(dice, asked)


def scraper(dice):
    """A program that copies a browser's headers, more or less well, and walks lists."""
    asked = dice.one(PEOPLE)(dice)
    if dice.chance(0.85):
        without(asked, lambda name: name == "cookie")
    if dice.chance(0.7):
        without(asked, lambda name: name in ("referer", "origin"))
    if dice.chance(0.6):
        without(asked, lambda name: name.startswith("sec-"))
    if dice.chance(0.5):
        without(asked, lambda name: name == "accept-language")
    if dice.chance(0.4):
        without(asked, lambda name: name == "accept")
        asked.headers.insert(1, ("accept", "*/*"))
    if dice.chance(0.6):
        joint = "&" if "?" in asked.path else "?"
        asked.path += f"{joint}page={dice.between(2, 900)}&limit={dice.one((50, 100, 250))}"
        if dice.chance(0.5):
            asked.path += f"&sort=price&from={dice.between(10**6, 10**8)}"
    return filled(dice, asked)


def without(asked, unwanted):
    asked.headers = [(name, value) for name, value in asked.headers if not unwanted(name)]


def filled(dice, asked):
    """Adds what a load balancer adds until there are enough headers."""
    while len(asked.headers) < LEAST_HEADERS:
        there = {name for name, _ in asked.headers}
        asked.headers += [pair for pair in clients.edge(dice, 2, 4) if pair[0] not in there]
    return asked
