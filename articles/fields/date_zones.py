"""Names of time zones: what each says of a day, and which of two places is meant.

A name states its own offset, whatever the season (RFC 822: EST is five hours behind, in July too);
one that says no season (ET) and a place (Europe/Berlin, Moscow time) mean that day's offset there.
The places are those of the tz database, as pytz ships it: pinned, so the same on every machine.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import pytz

SURE, GUESSED = 1.0, 0.8
"""Confidence of an offset; guessed is one that another place or another hour might share."""


class Hints(NamedTuple):
    """What else is known of who wrote a date."""

    language: str = ""
    """ISO 639-1, lower case."""
    region: str = ""
    """ISO 3166-1, upper case."""


class _Meaning(NamedTuple):
    minutes: int
    regions: str
    languages: str = ""


# Abbreviations that mean one place: RFC 822, and what the tz database, Java and newsrooms print.
_MINUTES = """
0 z utc gmt ut uct zulu greenwich wet wez egst
60 west cet met mez wat sec hnec
120 cest mest mesz eet oez cat sast selc
180 eest trt tsi eat fet oesz idt
210 irst
240 azt get samt mut ret sct
270 irdt aft
300 pkt uzt tmt tjt mvt
330 slst
345 npt
360 kgt btt
390 mmt
420 ict wib hovt
480 hkt sgt pht phst myt awst wita ulat bnt
540 jst kst wit
570 acst
600 aest chst
630 acdt lhst
660 aedt lhdt
720 nzst fjt gilt
765 chast
780 nzdt tot
825 chadt
-60 egt cvt azot
-120 brst uyst fnt
-150 ndt
-180 adt art brt uyt clst gft srt fkst hab
-210 nst hnt
-240 edt vet clt bot gyt hae hna
-300 est cdt cot pet hne hac
-360 cst mdt galt hnc har
-420 mst pdt hnr hap
-480 pst akdt hnp
-540 akst hdt
-600 hst hast ckt taht
-660 nut
"""
_PLACES: Mapping[str, int | str] = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver",
    "pt": "America/Los_Angeles", "akt": "America/Anchorage", "nt": "America/St_Johns",
    "est5edt": "America/New_York", "cst6cdt": "America/Chicago", "mst7mdt": "America/Denver",
    "pst8pdt": "America/Los_Angeles", "msk": "Europe/Moscow", "msd": "Europe/Moscow",
    "мск": "Europe/Moscow", "yekt": "Asia/Yekaterinburg", "omst": "Asia/Omsk",
    "novt": "Asia/Novosibirsk", "krat": "Asia/Krasnoyarsk", "irkt": "Asia/Irkutsk",
    "yakt": "Asia/Yakutsk", "vlat": "Asia/Vladivostok", "magt": "Asia/Magadan",
    "pett": "Asia/Kamchatka", "almt": "Asia/Almaty", "pyt": "America/Asuncion",
    "aet": "Australia/Sydney", "nzt": "Pacific/Auckland",
    "cez": "Europe/Prague", "kst/jst": "Asia/Seoul",
}  # fmt: skip
_LONG_NAMES: Mapping[str, int | str] = {
    "eastern|eastern time|us eastern time|eastern us time|heure de l est": "America/New_York",
    "central time|us central time": "America/Chicago",
    "mountain time|us mountain time": "America/Denver",
    "pacific|pacific time|us pacific time": "America/Los_Angeles",
    "atlantic time": "America/Halifax", "alaska time": "America/Anchorage",
    "eastern standard time": -300, "eastern daylight time": -240, "central standard time": -360,
    "central daylight time": -300, "mountain standard time": -420, "mountain daylight time": -360,
    "pacific standard time": -480, "pacific daylight time": -420, "hawaii standard time": -600,
    "greenwich mean time|coordinated universal time|universal time|gmt standard time": 0,
    "british summer time": 60, "london time|uk time": "Europe/London",
    "central european time": "Europe/Paris", "central european standard time": 60,
    "central european summer time|mitteleuropaische sommerzeit": 120,
    "mitteleuropaische zeit": 60, "eastern european standard time": 120,
    "eastern european summer time": 180, "paris time|heure de paris": "Europe/Paris",
    "heure francaise": "Europe/Paris", "berlin time": "Europe/Berlin", "rome time": "Europe/Rome",
    "hora peninsular|hora peninsular espanola|hora de madrid": "Europe/Madrid",
    "hora de lisboa": "Europe/Lisbon",
    "moscow time|moscow standard time|по московскому времени|московское время|московского времени"
    "|по москве": "Europe/Moscow",
    "kyiv time|kiev time|за киівським часом|за києвом": "Europe/Kyiv",
    "turkish time|istanbul time|turkey time": "Europe/Istanbul",
    "horario de brasilia|hora de brasilia|brasilia time": "America/Sao_Paulo",
    "india standard time|indian standard time|india time": 330, "pakistan standard time": 300,
    "israel standard time": 120, "israel daylight time": 180, "israel time": "Asia/Jerusalem",
    "irish standard time": 60, "irish time": "Europe/Dublin",
    "gulf standard time|uae time|dubai time": 240,
    "arabia standard time|arabian standard time|saudi time": 180, "iran standard time": 210,
    "philippine standard time|philippine time|manila time": 480,
    "china standard time|beijing time|hong kong time|singapore time|singapore standard time"
    "|taipei time|北京时间|北京時間|台北時間|台灣時間|香港時間|香港时间": 480,
    "japan standard time|japan time|tokyo time|日本時間|korea standard time|korean standard time"
    "|korea time|한국시간|한국 시간": 540,
    "bangladesh standard time": 360, "nepal time": 345, "jakarta time|western indonesia time": 420,
    "australian eastern standard time": 600, "australian eastern daylight time": 660,
    "sydney time": "Australia/Sydney", "new zealand standard time": 720,
    "new zealand daylight time": 780, "south africa standard time": 120,
    "west africa time|west africa standard time": 60, "east africa time": 180,
    "central africa time": 120,
}  # fmt: skip
_OFFSETS = (line.split() for line in _MINUTES.strip().splitlines())
NAMES: Mapping[str, int | str] = {
    **{name: int(minutes) for minutes, *names in _OFFSETS for name in names},
    **_PLACES,
    **{name: zone for names, zone in _LONG_NAMES.items() for name in names.split("|")},
}
"""Minutes east of Greenwich, or a zone of the tz database, by name (folded, date_text.py)."""

# Names that mean several places. The one meant is told by region, then by language; the default
# is the place that news feeds mean by it when they say nothing else: RFC 822's for America's
# names, India's for IST (most people by far; Ireland has it in summer only, Israel in winter only).
_MEANINGS: Mapping[str, tuple[_Meaning, ...]] = {
    "ist": (_Meaning(330, "IN LK", "hi ta te kn ml mr gu pa or as"), _Meaning(60, "IE", "ga"),
            _Meaning(120, "IL PS", "he yi")),
    "cst": (_Meaning(480, "CN TW HK MO", "zh yue"), _Meaning(-300, "CU")),
    "cdt": (_Meaning(-240, "CU"),),
    "edt": (_Meaning(660, "AU"),),
    "pst": (_Meaning(480, "PH", "tl fil ceb"), _Meaning(300, "PK", "ur")),
    "mst": (_Meaning(480, "MY", "ms"), _Meaning(390, "MM", "my")),
    "bst": (_Meaning(360, "BD", "bn"), _Meaning(660, "PG")),
    "ast": (_Meaning(180, "SA KW IQ BH QA YE", "ar"),),
    "gst": (_Meaning(-120, "GS"),),
    "amt": (_Meaning(240, "AM", "hy"), _Meaning(-240, "BR", "pt")),
    "sst": (_Meaning(480, "SG"), _Meaning(-660, "AS UM")),
    "wst": (_Meaning(480, "AU"), _Meaning(780, "WS", "sm")),
    "bdt": (_Meaning(360, "BD", "bn"), _Meaning(480, "BN")),
    "ect": (_Meaning(-300, "EC"),),
    "act": (_Meaning(-300, "BR"),),
    "gt": (), "lmt": (), "cct": (), "bt": (),
}  # fmt: skip
_DEFAULTS = {
    "ist": (330, GUESSED),
    "bst": (60, SURE),
    "ast": (-240, GUESSED),
    "gst": (240, GUESSED),
}


def is_zone(name: str) -> bool:
    """Tell whether a folded name means a zone, or several."""
    return name in NAMES or name in _MEANINGS or name.partition("/")[0] in _continents()


def offset_of(name: str, local: datetime, hints: Hints) -> tuple[int, float] | None:
    """Return minutes east of Greenwich for a local time, and how sure; None if nobody can tell."""
    if name == "est" and hints.region == "AU":  # Eastern Standard, or Eastern Summer, Time
        summer = _at("Australia/Sydney", local)[0] != 600
        return None if summer else (600, GUESSED)
    if name in _MEANINGS:
        meaning = _meant(_MEANINGS[name], hints)
        default = _DEFAULTS.get(name)
        if meaning is not None:
            is_usual = default is None or default[0] == meaning.minutes
            return meaning.minutes, SURE if is_usual and name not in NAMES else GUESSED
        if name not in NAMES:
            return default
    zone = NAMES.get(name)
    if isinstance(zone, int):
        return zone, SURE
    known = zone or _continents().get(name.partition("/")[0], {}).get(name)
    return _at(known, local) if known else None


def is_consistent(name: str, minutes: int, local: datetime) -> bool:
    """Tell whether a zone of the tz database has an offset at a local time."""
    known = _continents().get(name.partition("/")[0], {}).get(name)
    return known is not None and _at(known, local)[0] == minutes


def _meant(meanings: tuple[_Meaning, ...], hints: Hints) -> _Meaning | None:
    for meaning in meanings:
        if hints.region and hints.region in meaning.regions.split():
            return meaning
    if hints.region and hints.language == "en":
        return None
    for meaning in meanings:
        if hints.language and hints.language in meaning.languages.split():
            return meaning
    return None


@lru_cache(maxsize=1)
def _continents() -> Mapping[str, Mapping[str, str]]:
    """Return the zones of the tz database, old names too, by their first part, in lower case."""
    zones: dict[str, dict[str, str]] = {}
    for zone in pytz.all_timezones:
        name = zone.lower()
        zones.setdefault(name.partition("/")[0], {})[name] = zone
    for name in ("est", "mst", "hst", "cet", "met", "eet", "wet", "gmt", "utc"):
        zones.pop(name, None)  # NAMES says it: the database has changed its mind on these
    return zones


def _at(zone: str, local: datetime) -> tuple[int, float]:
    """Return a zone's offset; an hour that came twice is the first, one that never was the next."""
    place, naive = pytz.timezone(zone), local.replace(tzinfo=None)
    confidence = SURE
    try:
        moment = place.localize(naive, is_dst=None)
    except pytz.AmbiguousTimeError:
        moment, confidence = place.localize(naive, is_dst=True), GUESSED
    except pytz.NonExistentTimeError:
        moment, confidence = place.localize(naive, is_dst=False), GUESSED
    return round((moment.utcoffset() or timedelta()) / timedelta(minutes=1)), confidence
