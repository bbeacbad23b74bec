"""Compare the names of companies, whatever alphabet and legal form they are written with."""

import functools
import re

from anyascii import anyascii

# Legal forms say nothing about who a company is: the same client is written with and without.
_FORMS = frozenset(
    """
    ab ag as asa bv co company corp corporation gmbh group holding holdings inc incorporated kg kgaa limited llc llp lp
    ltd nv oao ooo oy oyj pao plc pte pty sa sarl se spa srl the tov tzov zao
    ао ат гк групп группа група гроуп инк компани лтд дп зао ип кп оао ооо пао пат пп прат тдв тзов тов фоп чп
    """.split()
)
_PHRASES = re.compile(
    "общество с ограниченной ответственностью|товариство з обмеженою відповідальністю"
    "|(публичное |открытое |закрытое )?акционерное общество|(приватне |публічне )?акціонерне товариство"
    "|индивидуальный предприниматель|фізична особа[- ]підприємець"
    "|limited liability company|public limited company|joint stock company|sp z oo"
)
# What differs between ways to write the same sound in Latin letters: Kyiv, Kiev, Київ; Yuri, Yury, Юрий.
_SOUNDS = (
    (re.compile("shch|sch"), "sh"),
    (re.compile("kh"), "h"),
    (re.compile("ts|tz"), "z"),
    (re.compile("ck|q"), "k"),
    (re.compile("ch"), "q"),
    (re.compile("c(?=[eiy])"), "s"),
    (re.compile("c"), "k"),
    (re.compile("ph"), "f"),
    (re.compile("x"), "ks"),
    (re.compile("w"), "v"),
    (re.compile("[jy]"), "i"),
    (re.compile("i+(?=[aeou])"), ""),
    (re.compile(r"([a-z])\1+"), r"\1"),
    # Russian and Ukrainian: Киев and Київ, Харьков and Харків.
    (re.compile("[eio]v$"), "v"),
)


def fold(name):
    """Return a name in plain Latin letters without case, accents, signs and legal form, its words in order.

    >>> fold("Acme, Inc."), fold("ООО «Ромашка»"), fold("Nestlé S.A.")
    ('acme', 'romashka', 'nestle')
    >>> fold("Товариство з обмеженою відповідальністю «Соняшник»"), fold("ТОВ Соняшник")
    ('sonyashnik', 'sonyashnik')

    A name that consists of nothing else keeps it:

    >>> fold("The Group")
    'the group'
    """
    return " ".join(_split(name))


@functools.lru_cache(maxsize=4096)
def _split(name):
    text = name.casefold().replace("ё", "е").replace("'", "").replace("’", "").replace("&", " and ")
    words = re.findall(r"\w+", re.sub(r"(?<=\b\w)\.(?=\s?\w\b)", "", text))
    named = [word for word in re.findall(r"\w+", _PHRASES.sub(" ", " ".join(words))) if word not in _FORMS]
    return tuple(anyascii(word).casefold().replace("'", "") for word in named or words)


def sound(name):
    """Return how a name sounds: what stays the same when it is written in another alphabet, words in sorted order.

    >>> sound("Київ Хліб") == sound("Kyiv Khlib") == sound("Hlib Kiev")
    True
    >>> sound("Юрий и сыновья") == sound("Yury i synovya")
    True
    >>> sound("Shop 1"), sound("Shop 11")
    ('1 shop', '11 shop')
    """
    return " ".join(sorted(filter(None, (_sound_word(word) for word in _split(name)))))


@functools.lru_cache(maxsize=16384)
def _sound_word(word):
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word
