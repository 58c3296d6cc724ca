"""Deciding whether two texts are the same: what an editor would say of them, and some laws."""

import json
from collections.abc import Sequence
from functools import partial

import pytest

from articles.duplicates.decision import NEAR_TEXT, REWORDED, UNSURE_FROM, Comparison, judge
from articles.duplicates.explain import evidence
from articles.duplicates.fingerprint import Fingerprint, fingerprint
from articles.text.normal_form import squash

FERRY = """\
The ferry operator Norlink will cancel a third of its crossings between Harwick and the island \
of Senja from 3 March, leaving some 1,850 commuters without an evening service, its director \
Marta Ellingsen announced on Tuesday.

Ellingsen said that the company had lost 4.2 million crowns since January because two of its \
seven vessels had failed inspections at the Brennevik shipyard. Engineers discovered cracks up \
to 38 centimetres long in the hull of the older ship, the Aurora, which was built in 1987 and \
had carried passengers for Norlink since 2004.

The mayor of Harwick, Jonas Aalto, criticised the decision as reckless and demanded that the \
transport ministry in Oslo send a replacement within 14 days. About 260 pupils cross the strait \
every morning to reach the secondary school, Aalto told reporters outside the town hall, and \
none of them could be expected to wait until April.

A spokeswoman for the ministry, Ingrid Solheim, confirmed that talks with the rival company \
Fjordekspress were under way, but warned that chartering a vessel would cost 90,000 crowns a \
day. Parliament must approve any payment above 500,000 crowns.

Fishermen on Senja have offered to carry medicine and letters during the suspension. Their \
cooperative, which has 46 members, did the same during the strike of 2011, when the island was \
cut off for nine days."""

FERRY_REWORDED = """\
Norlink, which runs the boats from Harwick to the isle of Senja, is to drop one sailing in three \
as of 3 March, and 1,850 people will be deprived of their night connection, according to its \
chief, Marta Ellingsen, who made this known on Tuesday.

In the words of Ellingsen, the firm is short of 4.2 million crowns since January, as a pair of \
its ships did not pass the checks made in Brennevik. Experts had come upon fissures that measure \
as much as 38 centimetres in the shell of the more aged one, the Aurora, put together in 1987 \
and run by Norlink from 2004 on.

Jonas Aalto, who heads the council of Harwick, called this irresponsible and wants Oslo to \
provide another boat in no more than 14 days. Some 260 children take the trip each day to get \
to their classes, Aalto said to the press, and one cannot ask them to be patient till April.

Ingrid Solheim, who speaks for the officials in charge, acknowledged that they are in contact \
with Fjordekspress, a competitor, yet cautioned that the rent of a boat comes to 90,000 crowns \
daily. All that exceeds 500,000 crowns has to be put before the deputies.

In the meantime those who fish off Senja are willing to bring drugs and mail. The 46 of their \
association had already stepped in when there was a walkout in 2011 and nobody reached the \
place for more than a week."""

FERRY_BY_ANOTHER_HAND = """\
Angry islanders blocked the quay on Senja yesterday evening after learning that their last boat \
home is going to disappear. Several hundred residents carried torches and banners, and someone \
had painted "We are not luggage" across the empty ticket office.

"My daughter will have to sleep at a friend's flat four nights a week," said Petter Hagen, 52, a \
nurse who works late shifts in Harwick. His neighbour Lise Dahl runs a bakery with 11 employees \
and fears that flour deliveries will arrive stale or never.

Behind the quarrel stands a dispute about maintenance. Norlink postponed repairs of the Aurora \
three times, according to documents that the newspaper Nordlyset obtained from the shipyard. The \
company rejects this account: director Marta Ellingsen insists that every schedule was approved \
by surveyors.

Opposition politicians in Oslo are calling for a public inquiry. Jonas Aalto, who governs the \
town across the water, plans to charter a fishing boat at municipal expense, whatever the \
ministry decides about subsidies this spring."""

FOLLOW_UP_LEAD = """\
Passengers will return to a full timetable on the Senja route next Monday after the government \
agreed to charter the catamaran Havfrue for 75 days, transport minister Erik Lunde announced \
after midnight talks with unions and shipowners.

Lunde described the agreement as expensive but unavoidable. The treasury contributes 6.7 million \
crowns, while the county council adds another 900,000 and postpones the renovation of two road \
tunnels near Brennevik until the autumn of next year.

Under the contract, Fjordekspress supplies a crew of 18 sailors and guarantees nine departures \
daily, including one at 23:15 for hospital staff. Penalties apply whenever a departure is \
delayed by longer than 40 minutes. Tickets bought for cancelled crossings remain valid until \
December, and season cards are extended free of charge.

Residents celebrated cautiously. Teacher Solveig Bakke, who organised a petition with 3,412 \
signatures, promised to watch every departure with a stopwatch and to publish the results on a \
noticeboard beside the harbour kiosk."""

BAKERY = """\
Archaeologists digging beneath a car park in Salerno have found the remains of a Roman bakery \
whose ovens still held 23 carbonised loaves. Professor Chiara Benedetti of the University of \
Naples, who leads the excavation, called the discovery the most complete kitchen seen in \
Campania for 60 years. Her students uncovered millstones, a counter of red marble and a slate \
on which somebody had scratched the debts of 15 customers, among them a certain Lucius \
Marcellus. The municipal museum intends to display the loaves from October, once restorers in \
Florence have stabilised them with resin."""

DEBATE = """\
Der Stadtrat von Lindenau hat am Donnerstag mit 31 zu 18 Stimmen beschlossen, das Hallenbad an \
der Schillerstraße für 7,4 Millionen Euro zu sanieren. Oberbürgermeisterin Katrin Vogel sprach \
von einer Entscheidung für die Familien. Die Arbeiten beginnen im Oktober und dauern 22 Monate. \
Der Schwimmverein Delphin verlegt sein Training nach Markranstädt, wo ihm 12 Stunden in der \
Woche zur Verfügung stehen. Kritiker wie der Abgeordnete Holger Brandt verlangten dagegen einen \
Neubau am Bahnhof, der nach Berechnungen der Verwaltung mindestens 16 Millionen Euro kosten \
würde. Ein Gutachten der Universität Leipzig hatte vor Rissen im Dach gewarnt."""

BRIDGE = """\
临海市政府星期三宣布，连接旧城区与港口新区的跨江大桥将于6月18日正式通车，总投资达到47亿元。市长陈国华在发布会上表示，\
大桥全长3260米，设计时速80公里，预计每天通行车辆约5万辆。工程由东方建设集团承建，历时四年，其间曾因台风停工26天。\
附近居民李秀梅说，过去前往医院需要乘坐渡轮，单程耗时50分钟，如今只要十分钟左右。交通局局长周明提醒司机，\
通车首月禁止载重超过30吨的货车驶入，违者罚款2000元。环保组织绿色海湾要求当局公布噪音监测数据，并保护江边湿地。"""

DROUGHT = """\
أعلنت وزارة الزراعة يوم الأحد تخصيص 85 مليون دينار لمساعدة المزارعين المتضررين من الجفاف في \
محافظة الوادي، حيث انخفض إنتاج القمح بنسبة 37 في المئة خلال موسم 2023. وقال الوزير سامي الخطيب \
خلال مؤتمر صحفي إن المساعدات ستصل إلى 12400 أسرة قبل نهاية أكتوبر. وأوضح رئيس اتحاد الفلاحين \
محمود الزيات أن المبلغ لا يغطي سوى نصف الخسائر، مطالبا الحكومة بحفر 60 بئرا جديدة وإعفاء \
المزارعين من الديون. وحذر خبراء جامعة النيل من استنزاف المياه الجوفية، مؤكدين أن منسوبها تراجع 9 \
أمتار منذ عام 2015."""

FULL_TEXTS = [FERRY, DEBATE, BRIDGE, DROUGHT]
IDS = ["en", "de", "zh", "ar"]
in_each_language = partial(pytest.mark.parametrize, ids=IDS)


def market_report(company: str, *numbers: int) -> str:
    """Return what a program writes about a company's quarter."""
    return (
        "{} reported quarterly earnings of ${} million on Wednesday, compared with ${} million in "
        "the same period of the previous year. The company said it had net income of {} cents per "
        "share. Earnings, adjusted for one-time gains and costs, came to {} cents per share. The "
        "results exceeded Wall Street expectations. The average estimate of {} analysts surveyed "
        "by Meridian Investment Research was for earnings of {} cents per share. The company "
        "posted revenue of ${} million in the period, also beating Street forecasts. For the "
        "current quarter ending in December, the company expects revenue in the range of ${} "
        "million to ${} million. Shares have climbed {} percent since the beginning of the year. "
        "In the final minutes of trading on Wednesday, shares hit ${}, a rise of {} percent in the "
        "last 12 months. This story was generated automatically using data from Meridian "
        "Investment Research."
    ).format(company, *numbers)


def fingerprint_of(text: str) -> Fingerprint:
    """Return the fingerprint of a text that has one."""
    (one,) = fingerprint([squash(text)])
    assert one is not None
    return one


def compared(text: str, other: str) -> Comparison:
    """Compare two texts that have fingerprints."""
    (comparison,) = judge([(fingerprint_of(text), fingerprint_of(other))])
    return comparison


def paragraphs(text: str, *numbers: int) -> str:
    """Return some paragraphs of a text."""
    return "\n\n".join(text.split("\n\n")[n] for n in numbers)


@in_each_language("text", FULL_TEXTS)
def test_an_exact_copy_is_the_same(text: str) -> None:
    """Nothing is missing, so the score is full."""
    copy = compared(text, text)
    assert (copy.decision, copy.method) == ("same", NEAR_TEXT)
    assert (copy.covered, copy.other_covered) == (1.0, 1.0)


@in_each_language(
    ("text", "head", "foot"),
    [
        (FERRY, "By Tom Becker, staff writer", "Read more about travel. Sign up for our letter."),
        (DEBATE, "Von Jana Roth, Lindenau", "Mehr zum Thema. Folgen Sie uns."),
        (BRIDGE, "本报记者 王小明 临海报道", "责任编辑：赵磊。版权所有。"),
        (DROUGHT, "كتب: خالد منصور", "اقرأ أيضا. جميع الحقوق محفوظة."),
    ],
)
def test_a_byline_and_boilerplate_change_nothing(text: str, head: str, foot: str) -> None:
    """What an outlet puts around a text makes no other text of it, even if both outlets do."""
    assert compared(text, f"{head}\n\n{text}\n\n{foot}").method == NEAR_TEXT
    assert compared(text, f"{head}\n\n{text}\n\n{foot}").decision == "same"
    assert compared(f"{text}\n\n{foot}", f"{head}\n\n{text}").decision == "same"


@in_each_language("text", FULL_TEXTS)
def test_the_first_third_is_the_same(text: str) -> None:
    """A teaser carries the text that it is the beginning of."""
    cut = compared(text, text[: len(text) // 3])
    assert (cut.decision, cut.method) == ("same", NEAR_TEXT)


@in_each_language(
    ("text", "number", "corrected"),
    [(FERRY, "260", "240"), (DEBATE, "22", "24"), (BRIDGE, "3260", "3620"), (DROUGHT, "37", "73")],
)
def test_one_number_corrected_is_the_same(text: str, number: str, corrected: str) -> None:
    """A correction keeps nothing apart; of a short text it may be the next report's number."""
    assert number in text
    correction = compared(text, text.replace(number, corrected))
    assert correction.decision == "same" if text == FERRY else correction.decision != "different"
    assert correction.method == NEAR_TEXT
    assert correction.covered < 1


def test_most_words_changed_is_the_same_if_names_and_numbers_stay_in_order() -> None:
    """A rewording by hand is found, and said to be one."""
    rewording = compared(FERRY, FERRY_REWORDED)
    assert (rewording.decision, rewording.method) == ("same", REWORDED)
    assert rewording.covered < 0.8


@pytest.mark.parametrize("company", ["Halvorsen Energy", "Brightwater Foods"])
def test_automated_reports_are_apart_by_their_numbers(company: str) -> None:
    """The same words with other numbers are other news, of the same company too."""
    one = market_report("Halvorsen Energy", 41, 28, 63, 71, 9, 55, 387, 390, 402, 17, 28, 34)
    other = market_report(company, 112, 96, 24, 31, 6, 29, 845, 801, 836, 3, 76, 11)
    apart = compared(one, other)
    assert apart.decision != "same"
    assert "numbers" in apart.evidence


def test_other_numbers_are_never_the_same_whatever_the_words_are() -> None:
    """A longer report of which only the numbers are others is unsure at most: a veto."""
    numbers = (41, 28, 63, 71, 9, 55, 387, 390, 402, 17, 29, 34)
    others = (112, 96, 24, 31, 6, 27, 845, 801, 836, 3, 76, 11)
    reports = [
        " ".join(market_report(company, *given) for company in ("Halvorsen", "Brandt", "Oduya"))
        for given in (numbers, others)
    ]
    assert compared(*reports).decision != "same"
    assert compared(reports[0], reports[0].replace("41", "42")).decision == "same"


@pytest.mark.parametrize("repeated", [(0, 1), (1, 2), (2, 3), (3, 4)])
def test_a_follow_up_that_repeats_two_paragraphs_is_not_the_same(repeated: Sequence[int]) -> None:
    """It has a beginning of its own: what it repeats is background by now."""
    follow_up = f"{FOLLOW_UP_LEAD}\n\n{paragraphs(FERRY, *repeated)}"
    assert compared(FERRY, follow_up).decision != "same"


def test_another_report_of_the_same_event_is_not_the_same() -> None:
    """Names in common make no common text."""
    assert compared(FERRY, FERRY_BY_ANOTHER_HAND).decision != "same"
    assert compared(FERRY_REWORDED, FERRY_BY_ANOTHER_HAND).decision != "same"
    assert compared(FERRY, FOLLOW_UP_LEAD).decision != "same"


@pytest.mark.parametrize("other", [BAKERY, DEBATE, BRIDGE, DROUGHT])
def test_unrelated_texts_are_different(other: str) -> None:
    """They share nothing, or a chance number."""
    apart = compared(FERRY, other)
    assert apart.decision == "different"
    assert apart.score < UNSURE_FROM


@pytest.mark.parametrize(
    "text", ["No comment.", "", "Storm warning for Bergen tonight.", "Two killed in Leeds; 14 hurt"]
)
def test_a_text_that_is_too_short_is_never_the_same(text: str) -> None:
    """A headline has no fingerprint, or one that leaves doubt even about its copy."""
    fingerprints = [one for one in fingerprint([squash(text)]) if one]
    assert all(one.decision != "same" for one in judge([(one, one) for one in fingerprints]))


def test_what_decided_is_said_in_a_sentence() -> None:
    """Of every pair, the same or not; it ends with a full stop and names no measure."""
    texts = [*FULL_TEXTS, FERRY_REWORDED, FERRY_BY_ANOTHER_HAND, FOLLOW_UP_LEAD, BAKERY]
    texts += [paragraphs(FERRY, 0), f"{FOLLOW_UP_LEAD}\n\n{paragraphs(FERRY, 1, 2)}"]
    fingerprints = [fingerprint_of(text) for text in texts]
    for one in judge([(a, b) for a in fingerprints for b in fingerprints]):
        assert not one.evidence[0].islower()
        assert one.evidence.endswith(".")
        assert "_" not in one.evidence


def test_no_pairs_have_no_comparisons() -> None:
    """Nothing in, nothing out."""
    assert judge([]) == []


def test_evidence_shows_what_two_texts_share() -> None:
    """A match holds the equal passages, the names and numbers in order, and what was changed."""
    text = squash(FERRY)
    other = text.replace("90,000 crowns", "80,000 crowns")
    one, another = fingerprint([text, other])
    assert one is not None
    assert another is not None
    (comparison,) = judge([(one, another)])
    shown = json.loads(evidence(comparison, text, other))
    begin, end, other_begin, other_end = shown["spans"][0]
    assert text[begin:end] == other[other_begin:other_end]
    assert shown["changed"] == [["90,000", "80,000"]]
    assert "Harwick" in shown["sequence"]
    assert shown["sentence"] == comparison.evidence
    assert comparison.version
