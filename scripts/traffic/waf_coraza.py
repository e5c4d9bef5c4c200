"""Traffic of waf-coraza: the harmless exchanges of waf-modsec, and attacks that the Core Rule
Set is there to stop at paranoia level 1.

The Core Rule Set counts what its rules find and denies by one rule when the sum is high: one
for requests, another one for responses.
"""

from .attacks import ATTACKS, Attack, answer, cookie, json, query
from .dice import Dice
from . import waf_modsec

REQUEST, RESPONSE, NOT_JSON = 949110, 959100, 200002
# Attacks that the Core Rule Set lets pass at paranoia level 1, by the rules of waf-modsec that
# stop them: what it finds is too little for its sum, or its rules for it are of a higher level.
LEFT_TO_HIGHER_LEVELS = {
    13020, 20030, 20050, 20070, 20090, 22020, 32020, 32030, 33040, 34010, 34030, 34040, 41030, 44040, 49900,
    50010, 50020, 51010, 55010,
    # And what it does not look for in the fields that directives.conf takes from it.
    42010, 42030, 42050,
}
# The forms of the families that are missing then. What the Core Rule Set calls 934 (generic) are
# Node.js and prototypes, requests from the server and data URLs; 954 is what IIS says of itself.
MORE = [
    *query(REQUEST, "http://169.254.169.254/latest/meta-data/iam/security-credentials/", name="avatar"),
    *json(REQUEST, '{"profile":{"__proto__":{"isAdmin":true}}}'),
    *cookie(REQUEST, "theme=_$$ND_FUNC$$_function(){ return 1 }()"),
    *answer(RESPONSE, "<html><head><title>403.14 - Forbidden: Directory listing denied.</title></head>"),
    *answer(RESPONSE, "Cannot open D:\\inetpub\\wwwroot\\shop\\web.config", "text/plain"),
    *answer(RESPONSE, "<html><head><title>Index of /backup</title></head><body><h1>Index of /backup</h1>"),
    *answer(RESPONSE, "#!/usr/bin/perl\nuse CGI;\nprint CGI::header();", "text/plain"),
    *answer(RESPONSE, "You have an error in your SQL syntax; check the manual near '1'"),
    *answer(RESPONSE, "<html><head><title>r57 Shell Version 1.31</title></head>"),
    *answer(RESPONSE, "<h1>NoMethodError:</h1> undefined method 'total' for nil", "text/html"),
    *answer(RESPONSE, "<h1>ActiveRecord::RecordNotFound in OrdersController#show</h1>"),
]
COUNT = 30


def rule(attack):
    """The rule of the Core Rule Set that denies an attack."""
    if attack.where == "answer":
        return RESPONSE
    return NOT_JSON if attack.rule == 20080 else REQUEST


def denied(attack):
    """The same attack with the rule that it is denied by here."""
    return Attack(rule(attack), attack.where, attack.value, attack.name, attack.more)


def measured():
    """The mix that is measured: nine in ten are no attacks."""
    dice = Dice("waf-coraza")
    harmless = [exchange for exchange in waf_modsec.measured() if "forwarded" in exchange.expect]
    sure = [attack for attack in dice.shuffled(ATTACKS) if attack.rule not in LEFT_TO_HIGHER_LEVELS]
    families = {attack.rule // 1000: attack for attack in sure}
    rest = [attack for attack in sure if attack not in families.values()]
    chosen = [*MORE, *families.values(), *rest][:COUNT]
    for number, item in enumerate(dice.shuffled(harmless + chosen), 1):
        if isinstance(item, Attack):
            yield waf_modsec.attacking(dice, f"{number:04}-attack-{rule(item)}", denied(item))
        else:
            item.id = f"{number:04}-{item.request.kind}"
            yield item
