"""Reads the pieces of a text into the dates that it consists of, each piece in its part."""

import re
from collections.abc import Sequence

from articles.fields import date_words
from articles.fields.date_calendars import ERAS
from articles.fields.date_segments import Label, Number, Part, Segment
from articles.fields.date_text import Token, folded, spread, tokens
from articles.fields.date_words import ANY, MOST_WORDS
from articles.fields.date_zones import NAMES, Hints, is_zone

_PARTS: tuple[Part, ...] = ("", "year", "month", "day")
_UNKNOWN_WEEKDAY = range(2, 14)
"""Letters of an unknown word at the beginning: a weekday that we don't know, or a place."""
_UNKNOWN_ZONE = 5
"""Letters of an unknown name behind a clock, at most: a zone (RFC 2822, 4.3)."""
_CAPITALS = re.compile(r"[^\W\d_]+")
_DOTTED_CLOCK = re.compile(r"\d\d?\.\d\d\.\d\d")
_GO_CLOCK = re.compile(r"\s+m=[+-]\d+\.\d+$")


def segments(text: str, hints: Hints) -> Sequence[Segment] | None:
    """Return the dates that a text consists of; None if it holds anything else."""
    plain = spread(folded(_GO_CLOCK.sub("", text)))
    capitals = {folded(word) for word in _CAPITALS.findall(text) if word.isupper()}
    if text == text.lower():
        capitals = set(_CAPITALS.findall(plain))
    return _Reader(list(tokens(plain)), hints, capitals).read()


class _Reader:
    """Walks through the pieces of one text."""

    def __init__(self, pieces: list[Token], hints: Hints, capitals: set[str]) -> None:
        self.pieces, self.hints, self.capitals = pieces, hints, capitals
        self.now = Segment()
        self.done: list[Segment] = []
        self.depth = 0

    def read(self) -> Sequence[Segment] | None:
        position = 0
        while position < len(self.pieces):
            length = self._piece(position)
            if length == 0:
                return None
            position += length
        return [*self.done, self.now]

    def _piece(self, position: int) -> int:
        """Take the piece that stands here; return how many were taken, 0 if it is in no date."""
        piece = self.pieces[position]
        if piece.kind in {"open", "close"}:
            self.depth = int(piece.kind == "open")
        if piece.kind in {"open", "close", "mark"}:
            return 1
        if piece.kind == "word":
            return self._words(position)
        if piece.kind == "zone":
            return self._zone_path(position)
        return self._figures(piece)

    def _figures(self, piece: Token) -> int:
        """Take a piece that is made of figures."""
        if piece.kind == "number":
            return self._number(piece)
        if piece.kind == "clock":
            return self._clock(piece.text)
        if piece.kind == "ym":
            return self._month(piece.text)
        if piece.kind == "offset":
            if piece.attached and self._is_range(piece.text):
                return 0
            self.now.offset = self.now.offset or piece.text
            return 1
        return self._triple(piece)

    def _is_range(self, text: str) -> bool:
        """Tell whether an offset is the end of an event instead (July 2, 2024, 10:00-11:00)."""
        now = self.now
        is_minus = text[0] == "-" and ":" in text and not now.zones
        return is_minus and now.triple is None and (now.clock or "").count(":") == 1

    def _triple(self, piece: Token) -> int:
        now = self.now
        has_day = now.triple is not None or (now.words and len(now.numbers) > 1)
        if has_day and _DOTTED_CLOCK.fullmatch(piece.text):
            return self._clock(piece.text)
        if now.triple is not None or now.numbers:
            return 0
        now.triple = piece.kind, piece.text
        return 1

    def _number(self, piece: Token) -> int:
        digits = re.match(r"\d+", piece.text)
        if digits is None or len(digits[0]) > 4:
            return 0
        now = self.now
        number = Number(int(digits[0]), len(digits[0]), now.pending, len(now.words))
        now.pending = ""
        now.numbers.append(number)
        return 1

    def _month(self, text: str) -> int:
        if self.now.numbers or self.now.triple:
            return 0
        self.now.numbers += [Number(int(text[:4]), 4, "year"), Number(int(text[5:]), 2, "month")]
        return 1

    def _clock(self, text: str) -> int:
        if self.now.clock is not None:
            return 0
        self.now.clock = text
        return 1

    def _zone_path(self, position: int) -> int:
        text = self.pieces[position].text
        if not is_zone(text):
            return self._comment(position)
        self.now.zones.append(text)
        self.now.is_critical |= position > 0 and self.pieces[position - 1].text == "!"
        before = self.pieces[position - 1] if position else None
        return (
            1 if before is None or before.kind in {"open", "clock", "offset", "word", "mark"} else 0
        )

    def _comment(self, position: int) -> int:
        """Skip what brackets hold behind a date (RFC 5322, 3.2.2; RFC 9557)."""
        if not self.depth or self.now.is_empty:
            return 0
        length = 0
        while (
            position + length < len(self.pieces) and self.pieces[position + length].kind != "close"
        ):
            length += 1
        return length

    def _words(self, position: int) -> int:
        longest = self._phrases(position)
        for phrase, length in longest:
            if self._take(phrase, position, length):
                return length
        return self._unknown(position)

    def _phrases(self, position: int) -> list[tuple[str, int]]:
        """Return the names that may begin here, the longest first, each with its pieces."""
        found: list[tuple[str, int]] = []
        words: list[str] = []
        for end in range(position, min(len(self.pieces), position + 2 * MOST_WORDS)):
            piece = self.pieces[end]
            if piece.kind == "word":
                words.append(piece.text)
                if len(words) > MOST_WORDS:
                    break
                found.append((" ".join(words), end - position + 1))
            elif piece.kind != "mark" or piece.text not in ".-'":
                break
        return found[::-1]

    def _take(self, phrase: str, position: int, length: int) -> bool:
        """Let a name play its part; return whether it has one here."""
        kinds = date_words.kinds_of(phrase)
        if is_zone(phrase) and self._is_meant_as_zone(phrase, kinds):
            return self._zone(phrase)
        if "half" in kinds and self._half(phrase, position, length):
            return True
        if kinds & {"half", "between"} == {"half"} and self._is_behind_clock(position):
            return False  # another language's afternoon, as it seems
        if "era" in kinds and self._era(phrase):
            return True
        if "unit" in kinds and not (self.depth and "weekday" in kinds) and self._unit(phrase):
            return True
        return self._name(phrase, kinds)

    def _name(self, phrase: str, kinds: frozenset[date_words.WordKind]) -> bool:
        """Take the name of a month or weekday, a label, or a word that says nothing."""
        if "month" in kinds or "weekday" in kinds:
            language = self.hints.language
            months = date_words.numbers(phrase, "month", language)
            self.now.words.append((months, date_words.numbers(phrase, "weekday", language)))
            return True
        if "published" in kinds or "updated" in kinds:
            self._begin("published" if "published" in kinds else "updated")
            return True
        return self._between(phrase, kinds)

    def _between(self, phrase: str, kinds: frozenset[date_words.WordKind]) -> bool:
        if "between" not in kinds and phrase not in {"م", "hrs"}:
            return False
        if phrase in {"hrs", "hours", "h", "uhr"}:
            self._four_digits()
        elif len(phrase) == 1 and phrase.isascii() and phrase in self.capitals and self.now.clock:
            self.now.has_unknown_zone = True  # a letter of the military, used wrongly since RFC 822
        return True

    def _begin(self, label: Label) -> None:
        if not self.now.is_empty:
            self.done.append(self.now)
            self.now = Segment()
        self.now.label = label

    def _is_meant_as_zone(self, phrase: str, kinds: frozenset[date_words.WordKind]) -> bool:
        if not kinds:
            return self.now.clock is not None or phrase in NAMES or len(self.now.numbers) > 2
        return self.now.clock is not None and phrase in self.capitals

    def _zone(self, phrase: str) -> bool:
        self._four_digits()
        self.now.zones.append(phrase)
        return True

    def _four_digits(self) -> None:
        """Take 1530 behind a year for a clock, now that its unit or zone follows."""
        numbers = self.now.numbers
        is_last = bool(numbers) and numbers[-1].digits == 4 and numbers[-1].part == ""
        has_year = self.now.triple is not None or any(each.digits == 4 for each in numbers[:-1])
        if is_last and has_year and self.now.clock is None:
            value = numbers.pop().value
            self.now.clock = f"{value // 100}:{value % 100:02}"

    def _half(self, phrase: str, position: int, length: int) -> bool:
        halves = {
            meaning.number
            for meaning in date_words.meanings(phrase)
            if meaning.kind == "half" and meaning.language in {ANY, self.hints.language}
        }
        now, follows = self.now, self.pieces[position + length : position + length + 1]
        if len(halves) != 1 or now.is_afternoon is not None:
            return False
        if now.clock is None and not (follows and follows[0].kind == "clock"):
            before = self.pieces[position - 1] if position else None
            if before is None or before.kind != "number" or now.numbers[-1].value > 12:
                return False
            now.clock = str(now.numbers.pop().value)
        now.is_afternoon = halves == {1}
        return True

    def _is_behind_clock(self, position: int) -> bool:
        return position > 0 and self.pieces[position - 1].kind == "clock"

    def _era(self, phrase: str) -> bool:
        now = self.now
        if phrase == "元":
            now.numbers.append(Number(1, 1, "", len(now.words)))
            return now.era is not None
        if phrase not in ERAS or now.era or (len(phrase) == 1 and self.hints.language != "ja"):
            return False
        now.era = phrase
        return True

    def _unit(self, phrase: str) -> bool:
        """Say which part of the date the number before (in Vietnamese: behind) is."""
        now = self.now
        for meaning in date_words.meanings(phrase):
            if meaning.kind == "unit" and meaning.number > 0 and now.numbers:
                if now.numbers[-1].part:
                    return False
                now.numbers[-1].part = _PARTS[meaning.number]
                return True
            if meaning.kind == "unit" and meaning.number < 0:
                now.pending = _PARTS[-meaning.number]
                return meaning.language == self.hints.language or phrase in {"năm", "thang", "ngay"}
        return False

    def _unknown(self, position: int) -> int:
        word, now = self.pieces[position].text, self.now
        kinds = date_words.kinds_of(word)
        if self.depth:
            return self._comment(position)
        if not word.isascii():
            if word[0] in "בה" and date_words.numbers(word[1:], "month", "he"):
                return self._again(position, [word[1:]])
            if len(word) > 1 and (words := date_words.cut(word)) and words != [word]:
                return self._again(position, words)
        if position == 0 and not kinds and len(word) in _UNKNOWN_WEEKDAY and word.isalpha():
            return 1
        if (
            now.clock
            and not kinds
            and word.isascii()
            and len(word) <= _UNKNOWN_ZONE
            and word in self.capitals
        ):
            now.has_unknown_zone = True
            return 1
        return 0

    def _again(self, position: int, words: list[str]) -> int:
        """Put other words in a piece's place, and take the first."""
        attached = self.pieces[position].attached
        self.pieces[position : position + 1] = [Token("word", word, attached) for word in words]
        return self._words(position)
