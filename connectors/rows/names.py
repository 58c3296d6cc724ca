"""The names under which files and interfaces deliver the fields of an article: data, with sources.

Case and punctuation do not count: pub_date, pubDate and PubDate are one spelling. Where several
spellings have a usable value the first of a list wins; of `content` the longest. The names are
those of (documentation of each, as of 2026):

crawlers: news-please (date_publish, maintext, source_domain), fundus (publishing_date, plaintext),
    trafilatura (raw_text, source-hostname), newspaper3k and 4k (publish_date, meta_lang),
    goose3 (cleaned_text), Readability (textContent, siteName), Diffbot (humanLanguage,
    resolvedPageUrl), Scrapy projects.
interfaces: NewsAPI.org v2, Guardian Content API (webTitle, trailText), NYT Article Search and Top
    Stories (lead_paragraph, updated_date), GDELT DOC 2.0 (url_mobile, seendate), Media Cloud
    (media_name), Event Registry (dateTimePub), newsdata.io, mediastack, GNews, Bing News, Currents,
    NewsCatcher (clean_url, name_source), Perigon (authorsByline), Webz.io (site_full), Hacker News
    (by, time) and Algolia (objectID, story_text), Reddit (selftext, created_utc).
dumps: A Million Headlines (headline_text), All the News, News Category, UCI News Aggregator,
    CC-News, FNSPID (Article_title), MIND, XSum (document), CNN/DailyMail (highlights), RealNews.
exports: WordPress REST (date_gmt, modified_gmt), Ghost (custom_excerpt), Drupal (langcode,
    changed), Joomla (introtext, publish_up), Tumblr (post_url, blog_name), Google Reader and its
    heirs (alternate, origin), Pocket (resolved_url, given_title), wallabag (published_by).
agencies: ninjs 1.x to 3.0 (firstcreated, versioncreated; connectors/wire/ninjs.py).
"""

from collections.abc import Mapping
from functools import lru_cache

from connectors.limits import NAME_LIMIT


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SPELLINGS: Mapping[str, str] = {
    "guid": "guid id uid uuid oid articleid newsid storyid docid postid identifier objectid",
    "url": "url link permalink weburl articleurl articlelink pageurl requestedurl canonical"
    " canonicalurl canonicallink href uri sourceurl originalurl externalurl newsurl"
    " mainentityofpage alternate resolvedurl givenurl resolvedpageurl posturl storyurl"
    " storylink newslink documentidentifier documenturl finalurl fullurl urlcanonical"
    " articleuri lien enlace ссылка 链接 网址 リンク shorturl",
    "title": "title headline head heading newstitle articletitle pagetitle ogtitle dctitle"
    " subject name titel titre titolo titulo título schlagzeile überschrift webtitle"
    " headlinetext resolvedtitle giventitle storytitle articleheadline newsheadline posttitle"
    " titletext fulltitle titlefull maintitle headlines webheadline printheadline hed rubrik"
    " tittel overskrift otsikko tytuł tytul nadpis naslov başlık baslik judul заголовок"
    " название عنوان 标题 標題 タイトル 見出し 제목 titlepage titlerss",
    "content": "fulltext maintext articlebody articletext bodytext plaintext body content text"
    " contenttext article articlecontent newscontent newstext story paragraphs texto texte"
    " testo inhalt contenido contenu cleanedtext textcontent selftext storytext document"
    " fullcontent fullarticle fullbody newsbody newsarticle storybody storycontent bodycontent"
    " contentbody contentplain bodyplain cleantext extractedtext pagetext maincontent textbody"
    " articlefulltext postcontent posttext postbody fulldescription tekst teksti treść tresc"
    " metin isi текст نص 正文 内容 內容 本文 본문 rawtext rawcontent",
    "html": "contenthtml bodyhtml htmlcontent contentencoded articlehtml bodyxhtml htmlbody"
    " htmltext",
    "page": "html rawhtml pagehtml fullhtml",
    "summary": "summary description abstract lead leadparagraph excerpt snippet teaser"
    " standfirst dek subtitle shortdescription metadescription ogdescription intro trailtext"
    " highlights introtext teasertext deck blurb synopsis shorttext contentsnippet"
    " articlesummary newssummary articleabstract articledescription newsdescription postexcerpt"
    " customexcerpt summarytext leadtext subheadline subhead subheading descriptiontext"
    " descriptionhtml introduction chapo ingress vorspann zusammenfassung résumé resumen resumo"
    " riassunto samenvatting аннотация 摘要",
    "published": "published publishedat datepublished pubdate publishdate publisheddate"
    " publishedtime publicationdate publishtime articlepublishedtime firstpublicationdate"
    " webpublicationdate dateposted postdategmt dategmt postdate posted issued dcdate"
    " publishingdate datepublish datetimepub publishedon publisheddatetime publisheddateutc"
    " publishedtimestamp publishtimestamp publishup publicationdatetime publicationtime"
    " pubdatetime firstpublished firstpublishedat firstpublisheddate originalpublishdate"
    " timepublished releasedate articledate newsdate storydate displaydate dateissued issuedate"
    " postedat postedon postedtime postedutc date datetime pubtime createdutc embargoed"
    " firstcreated created createdat datecreated createdtime timestamp time datum fecha"
    " erscheinungsdatum dato дата датапубликации 日期 发布时间 發布時間 日付 公開日 날짜 تاریخ"
    " createddate createdon createdati uploaddate",
    "updated": "modifiedgmt postmodifiedgmt updated modified datemodified dateupdated updatedat"
    " updatedate lastmodified lastupdated modifieddate modifiedat articlemodifiedtime"
    " updatetime datemodify updateddate versioncreated contentmodified changed changedat"
    " modificationdate lastmodifieddate lastmodifiedat lastupdateddate lastupdatedat"
    " postmodified editedat updatedtime lastupdatedate lastupdate",
    "authors": "authors author byline bylines creator dccreator by writer writers authorname"
    " authornames journalist reporter autor auteur autore autoren verfasser publishedby"
    " articleauthor articleauthors authorsbyline authorlist authordisplayname primaryauthor"
    " newsauthor writtenby authoredby columnist correspondent författare forfatter yazar"
    " penulis автор авторы 作者 著者 記者 기자",
    "language": "language lang locale inlanguage languagecode dclanguage detectedlanguage"
    " langcode metalang humanlanguage articlelanguage documentlanguage contentlanguage"
    " languageiso detectedlang textlanguage sprache langue idioma lingua язык 语言",
    "publisher": "publisher sourcename source outlet newspaper sitename ogsitename site"
    " publication newssource provider medianame publishername websitename namesource sitefull"
    " sourcetitle feedtitle feedname blogname feed newsoutlet mediaoutlet newspapername origin"
    " infosource infosources quelle fuente fonte источник 来源 來源 出典 sourcedomain"
    " sourcehostname cleanurl hostname domain",
}
"""What each field of an article is called. A name that is in no list is kept and not used."""

KIND_NAMES = _words(
    "status poststatus state publicationstatus publishstatus workflowstate articlestatus pubstatus"
    " type posttype entrytype kind bundle draft isdraft deleted isdeleted trashed istrashed"
    " deletedat dead tags ordinthread ispublished"
)
"""Names that say of what kind something is, and whether it is published (kinds.py)."""

MARK_NAMES = _words(
    "savedat timeadded saveddate hashedurl isarchived isstarred readingprogress location selection"
    " folder cover favorite extended toread urlmobile mobileurl subreddit commenttext"
)
"""Names that say of whom a file is, by which others mean something else (`REMEANT`)."""

SAVED = "created createdat datecreated createdtime timestamp time updatedat lastupdate"
REMEANT: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    # What a reader saved: the time of saving is no publication (Readwise, wallabag, Omnivore,
    # Pocket, Raindrop, Instapaper's `Timestamp`).
    ("savedat", SAVED, {}),
    ("timeadded", SAVED, {}),
    ("saveddate", SAVED, {}),
    ("hashedurl", SAVED, {}),
    ("isarchived", SAVED, {}),
    ("readingprogress", SAVED, {}),
    ("folder selection", SAVED, {}),
    ("folder cover", SAVED, {}),
    ("cover favorite", SAVED, {}),
    # Readwise's `url` is its own reader's, beside the article's `source_url`.
    ("readingprogress location", "url", {}),
    # Pinboard and Delicious: `description` is the title, `extended` the reader's note.
    ("extended toread", "time description", {"title": "description"}),
    # GDELT's lists: `Date` is when it was seen.
    ("mobileurl", "date", {}),
    ("urlmobile", "date", {}),
    # Reddit's `domain` is "self.<subreddit>" where there is no other.
    ("subreddit", "domain", {}),
)
"""Marks that must all be there; known names that say nothing then; and what means a role then."""

INNER = _words(
    "rendered main original name full value #text @value $t __cdata _text cdata _ text content"
    " plain title label displayname fullname domain"
)
"""Members of an object that hold its text: WordPress REST, NYT, XML turned into JSON (GData,
xml2js, Badgerfish), schema.org, Google Reader; as they are written, and as `plain_name` has it."""

NESTS = frozenset(
    _words("source article data attributes node fields jsonld graph payload document doc")
)
"""Envelopes of one article: search engines' and JSON:API's."""
PARTS = frozenset(_words("fields attributes meta metadata thread links opengraph embedded"))
"""Parts of an article that hold fields which it lacks itself: Guardian, JSON:API, goose3, Webz.io,
Aylien, WordPress REST (`_embedded`), data sets for language models."""


@lru_cache(maxsize=8192)
def plain_name(name: str) -> str:
    """Return the name as the tables have it: letters and digits, case folded."""
    return "".join(char for char in name.casefold() if char.isalnum())


_ROLES = {
    plain_name(spelling): (role, rank)
    for role, spellings in (
        *((role, names.split()) for role, names in SPELLINGS.items()),
        ("kind", KIND_NAMES),
        ("mark", MARK_NAMES),
    )
    for rank, spelling in enumerate(spellings)
}
# Not `source` and `thread`: their title and URL are a publisher's.
_PREFIXES = {"fields", "attributes", "article", "data", "node", "payload", "metadata", "meta"}
_INNER_NAMES = frozenset(filter(None, map(plain_name, INNER)))


@lru_cache(maxsize=8192)
def role_of(name: str) -> tuple[str, int] | None:
    """Return the role of a field name and its rank among the spellings; None if it has none.

    Besides the fields of `SPELLINGS` a role is `kind` or `mark`.
    """
    if len(name) > NAME_LIMIT:
        return None
    role = _ROLES.get(plain_name(name))
    if role is None and "." in name:
        role = _flattened(name)
    # `id` beats `_id`: of equal spellings the one without decoration.
    return (role[0], role[1] * 2 + (not name.isalnum())) if role else None


def rank_of(spelling: str) -> tuple[str, int]:
    """Return the role of a spelling of the tables and its place there."""
    return _ROLES[plain_name(spelling)]


def _flattened(name: str) -> tuple[str, int] | None:
    """Return the role of a path such as `fields.bodyText` or `title.rendered` (json_normalize)."""
    parts = [plain_name(part) for part in name.removeprefix("_source.").split(".")]
    while len(parts) > 1 and parts[0] in _PREFIXES:
        del parts[0]
    if len(parts) > 1 and parts[-1] in _INNER_NAMES:
        del parts[-1]
    role = _ROLES.get(parts[0]) if len(parts) == 1 else None
    # The id of a part is not the article's.
    return role if role and role[0] in SPELLINGS and role[0] != "guid" else None
