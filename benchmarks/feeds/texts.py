"""Makes the articles of news feeds: seeded, in eight languages, some copied, some edited later."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

import texts

_BEGAN = datetime(2024, 7, 1, 6, tzinfo=UTC)
# Common words of news in each language: enough for its detection to have something to tell.
_VOCABULARY: dict[str, Sequence[str]] = {
    "de": """
der die das und in zu den von mit sich auf für ist nicht ein eine als auch nach wird bei aus dem
noch Stadt Rat Hafen Brücke Sturm Fähre Schule Wahl Haushalt Firma Wasser Straße Polizei Minister
Bericht Wetter Preis Energie Gericht Urteil Plan Streik Krankenhaus Fluss Insel Dorf Woche Kinder
Bauern Millionen öffnen schließen warnt hofft verspricht beschloss gestern heute morgen über
""".split(),  # noqa: SIM905 - as a list it would take forty lines, here and below
    "fr": """
le la les de des et à dans pour que qui sur avec par est une un pas plus ne ce cette après avant
ville conseil port pont tempête marché école élection budget entreprise eau route gare police
ministre rapport météo saison prix énergie tribunal décision grève hôpital rivière île village
semaine enfants agriculteurs millions ouvrir fermer prévoit espère promet hier été près où déjà
""".split(),  # noqa: SIM905
    "es": """
el la los las de que y en un una por con para no se su al es más como pero desde hasta después
ciudad consejo puerto puente tormenta mercado escuela elección presupuesto empresa agua carretera
estación policía ministro informe tiempo temporada precio energía tribunal decisión huelga hospital
río isla pueblo semana niños agricultores millones abrir cerrar espera promete ayer mañana según
""".split(),  # noqa: SIM905
    "sv": """
och att det som en på är av för med den till inte om ett har från de vid efter under också eller
staden rådet hamnen bron stormen färjan marknaden skolan valet budgeten företaget vattnet vägen
stationen polisen ministern rapporten vädret priset energin domstolen beslutet strejken sjukhuset
floden ön byn veckan barnen bönderna miljoner öppnar stänger varnar hoppas lovar igår idag
""".split(),  # noqa: SIM905
    "ru": """
и в не на что с по как это он от за для из до после при под была были будет уже только город совет
порт мост шторм паром рынок школа выборы бюджет компания вода дорога станция полиция министр доклад
погода сезон цена энергия суд решение план забастовка больница река остров деревня неделя дети
фермеры миллионов открыть закрыть предупредил надеется обещает вчера сегодня утром вечером
""".split(),  # noqa: SIM905
    "ar": """
في من على إلى عن أن هذا هذه التي الذي كان بعد قبل مع بين المدينة المجلس الميناء الجسر العاصفة السوق
المدرسة الانتخابات الميزانية الشركة المياه الطريق المحطة الشرطة الوزير التقرير الطقس الموسم السعر
الطاقة المحكمة القرار الخطة الإضراب المستشفى النهر الجزيرة القرية الأسبوع الأطفال المزارعون مليون
""".split(),  # noqa: SIM905
    "ja": """
は が を に の で と も から まで 市議会 港 橋 嵐 フェリー 市場 学校 選挙 予算 会社 水道 道路 駅
警察 大臣 報告 天気 季節 価格 エネルギー 裁判所 決定 計画 組合 ストライキ 病院 川 島 村 月曜日 朝
夕方 子ども 農家 住民 百万 開いた 閉じた 修理した 発表した 合意した 拒否した 約束した 警告した
""".split(),  # noqa: SIM905
}
_LANGUAGES = ("en", "de", "en", "fr", "en", "es", "en", "sv", "en", "ru", "en", "de", "en", "fr",
              "en", "es", "en", "ar", "en", "ja")  # fmt: skip
_BYTES = {"ru": 2, "ar": 2, "ja": 3}
"""Bytes of a letter, some of them more than one: texts are as long as others in bytes."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as a feed tells it."""

    guid: str
    url: str
    title: str
    html: str
    """2 to 4 KB of paragraphs."""
    summary: str
    author: str
    section: str
    published: datetime
    updated: datetime


def language_of(source: int) -> str:
    """Return a source's language: half of them English; two neighbours share one."""
    return _LANGUAGES[source // 2 % len(_LANGUAGES)]


def article(seed: int, source: int, serial: int, *, edited: bool) -> Article:
    """Return a source's article number `serial`; every 20th is the neighbour's text, word by word.

    An edited one has another third paragraph and a later time of its update.
    """
    copied = source % 2 == 1 and serial % 10 == source % 10
    chance = random.Random(f"{seed}/{source - copied}/{serial}")  # noqa: S311 - texts, no secrets
    language = language_of(source)
    title = _sentence(chance, language)[:90].rsplit(" ", 1)[0].rstrip(".")
    size = chance.randint(1_900, 3_500) // _BYTES.get(language, 1)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < size:
        sentences = [_sentence(chance, language) for _ in range(chance.randint(2, 5))]
        paragraphs.append(_paragraph(chance, sentences))
    if edited:
        paragraphs[2:3] = [_paragraph(chance, [_sentence(chance, language) for _ in range(4)])]
    published = _BEGAN + timedelta(minutes=serial * 11 + source % 11)
    url = f"https://paper{source}.example/{published:%Y/%m/%d}/story-{serial}"
    return Article(
        guid=f"paper{source}-{serial}"
        if source % 3
        else f"https://paper{source}.example/?p={serial}",
        url=url,
        title=title,
        html="\n".join(paragraphs),
        summary=_sentence(chance, language),
        author=chance.choice(texts.NAMES),
        section=chance.choice(("Business & Trade", "Culture", "Local", "Politics", "Sport")),
        published=published,
        updated=published + timedelta(hours=3 if edited else 0),
    )


def _sentence(chance: random.Random, language: str) -> str:
    if language == "en":
        return texts.sentence(chance)
    made = texts.sentence(chance, _VOCABULARY[language])
    return made.replace(" ", "").replace(".", "。") if language == "ja" else made


def _paragraph(chance: random.Random, sentences: list[str]) -> str:
    """Return a paragraph with the markup that newsrooms use: links, emphasis, a picture, a list."""
    first, *others = [escape(sentence, quote=False) for sentence in sentences]
    kind = chance.randrange(8)
    if kind == 0:
        link = f"https://agency.example/{chance.randrange(99_999)}?a=1&amp;b=2"
        first = f'<a href="{link}">{first}</a>'
    elif kind == 1:
        first = f"<strong>{first}</strong> &#8211; &quot;AT&amp;T&quot;"
    elif kind == 2:
        first = f'<img src="https://cdn.example/{chance.randrange(999)}.jpg" alt="Picture"/>{first}'
    elif kind == 3:
        return f"<blockquote><p>{first} {' '.join(others)}</p></blockquote>"
    elif kind == 4:
        return "<ul>" + "".join(f"<li>{sentence}</li>" for sentence in (first, *others)) + "</ul>"
    return f"<p>{first} {' '.join(others)}</p>"
