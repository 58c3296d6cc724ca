"""Words in dates: the names of months and time zones, and languages by script."""

from collections.abc import Mapping

_MONTH_NAMES = """
jan january enero ene janvier janv januar jän jänner janeiro gennaio gen января январь янв \
januari stycznia sty ocak січня
feb february febrero février févr fév fevr fev februar fevereiro febbraio febr февраля \
февраль фев февр februari lutego lut şubat лютого
mar march marzo mars märz mär mrz março марта март maart mrt marca mart березня
apr april abril abr avril avr aprile апреля апрель апр kwietnia kwi nisan квітня
may mayo mai maio maggio mag мая май mei maj maja mayıs травня
jun june junio juin juni junho giugno giu июня июнь июн czerwca cze haziran червня
jul july julio juillet juil juli julho luglio lug июля июль июл lipca lip temmuz липня
aug august agosto ago août aout августа август авг augustus augusti sierpnia sie ağustos \
серпня
sep sept september septiembre set setiembre septembre setembro settembre сентября сентябрь \
сен сент września wrz eylül вересня
oct october octubre octobre oktober okt outubro out ottobre ott октября октябрь окт \
października paź ekim жовтня
nov november noviembre novembre novembro ноября ноябрь ноя нояб kasım листопада
dec december diciembre dic décembre decembre déc dezember dez dezembro dicembre декабря \
декабрь дек des grudnia gru aralık грудня
""".strip().splitlines()
MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}
TWO_MEANINGS = frozenset({"listopada"})
"""Names of another month in another language (Polish: November, Croatian: October)."""
# Where a name has several meanings, the one that news feeds mean: IST is India's, CST America's.
ZONE_MINUTES: Mapping[str, int] = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120,
    "met": 60, "mez": 60, "mest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "msd": 240,
    "trt": 180, "sast": 120, "cat": 120, "eat": 180, "wat": 60, "gst": 240, "pkt": 300, "ist": 330,
    "npt": 345, "ict": 420, "wib": 420, "hkt": 480, "sgt": 480, "pht": 480, "myt": 480, "awst": 480,
    "jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720,
    "nzdt": 780, "nst": -210, "ndt": -150, "ast": -240, "adt": -180, "est": -300, "edt": -240,
    "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540,
    "akdt": -480, "hst": -600, "art": -180, "brt": -180, "brst": -120, "clt": -240, "clst": -180,
    "cot": -300, "pet": -300, "et": -300, "ct": -360, "mt": -420, "pt": -480,
}  # fmt: skip

# Which languages' month names to try, by script: trying all 200 takes 30 ms, and a file may hold
# thousands of dates that are none. What MONTHS names needs no second look.
LANGUAGES = (
    ("\u0370-\u03ff", ("el",)),
    ("\u0400-\u04ff", ("bg", "sr", "mk", "be", "kk", "uk", "ru")),
    ("\u0530-\u058f", ("hy",)),
    ("\u0590-\u05ff", ("he",)),
    ("\u0600-\u06ff", ("ar", "fa", "ur")),
    ("\u0900-\u097f", ("hi", "mr", "ne")),
    ("\u0980-\u09ff", ("bn",)),
    ("\u0b80-\u0bff", ("ta",)),
    ("\u0c00-\u0c7f", ("te",)),
    ("\u0e00-\u0e7f", ("th",)),
    ("\u10a0-\u10ff", ("ka",)),
    ("\u3040-\u9fff\uac00-\ud7a3", ("zh", "ja", "ko")),
    (
        "",
        ("en", "cs", "hu", "ro", "hr", "fi", "et", "lv", "lt", "sk", "sl", "vi", "id", "ca", "sq"),
    ),
)
