"""One household one folder (一户一档): the facts a folder is made from, its forms with what is missing, cover and index.

Each service binds what it owns; it says here neither which forms there are nor what is on them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec

from services.contracts.codec import decoder_of, encoder, fact_type
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.printing import NOTHING, Html, fields, grid, joined, page, sheet, small
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import NoRule, RuleBook
from services.contracts.sealed import Clear, Personal, Sealed, personal_fields

F = TypeVar("F", bound=Fact, covariant=True)
State = Literal["present", "failed", "missing", "not_required"]
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "present": ("已归档", "present"),
    "failed": ("不符合", "does not satisfy"),
    "missing": ("缺失", "missing"),
    "not_required": ("不适用", "not required"),
}
MASKED: Final = "〔未显示 not shown〕"
ERASED: Final = "〔已依法删除 erased by law〕"
NEEDS: Final[Mapping[str, str]] = {
    "dibao_urban": "城市最低生活保障",
    "dibao_rural": "农村最低生活保障",
    "tekun": "特困人员救助供养",
    "temporary": "临时救助",
    "near_dibao_urban": "低保边缘家庭认定（城市）",
    "near_dibao_rural": "低保边缘家庭认定（农村）",
    "rigid_spending_urban": "刚性支出困难家庭认定（城市）",
    "rigid_spending_rural": "刚性支出困难家庭认定（农村）",
    "medical": "医疗救助",
    "education": "教育救助",
    "housing": "住房救助",
    "employment": "就业救助",
    "disability": "残疾人救助",
    "heating": "取暖救助",
    "charity": "社会力量帮扶",
    "hardship": "民政建档特殊困难家庭",
}
# Covers of two services are told apart by it; a folder is whole when both are bound.
BINDERS: Final[Mapping[str, str]] = {"intake": "受理卷", "casework": "办理卷"}


class KeptFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a form of the folder is made from, with its personal fields sealed; `body` is its JSON."""

    household: str
    kind: str
    event: str
    stated_on: date
    stated_by: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Generic[F]):
    """A fact of a folder, its event id, and who stated it on which day (in China)."""

    fact: F
    event: str
    stated_on: date
    stated_by: str


def _keys(record: Record) -> tuple[str, ...]:
    """``<household>/<place in its stream>``: a folder is of one owner's facts, so this is their order."""
    return (f"{record.envelope.subject.partition(':')[2]}/{record.envelope.streamversion:09d}",)


def _kept(row: KeptFact | None, record: Record, _: str) -> KeptFact:
    envelope = record.envelope
    return KeptFact(
        household=envelope.subject.partition(":")[2],
        kind=kind_of(type(record.fact)),
        event=envelope.id,
        stated_on=envelope.time.astimezone(CHINA).date(),
        stated_by=envelope.actor,
        body=encoder.encode(record.fact).decode(),
    )


def kept_facts(*listens: type[Fact]) -> Model[KeptFact]:
    """The read model of a service's folders: a row for each of these facts about a household, for the service alone.

    They must all be the service's own. Kept apart from the journal, which no service but audit may read, and found by household.
    """
    return Model(
        name="folder_facts", row=KeptFact, listens=listens, keys=_keys, evolve=_kept, internal=True,
        listed_by="household",
        every_town="a folder goes with the household that moves, and to a town that helps; its door asks which",
    )  # fmt: skip


def held(rows: Iterable[KeptFact]) -> tuple[Held[Fact], ...]:
    """The typed facts of rows, in their order."""
    return tuple(
        Held(
            fact=decoder_of(fact_type(row.kind).body).decode(row.body),
            event=row.event,
            stated_on=row.stated_on,
            stated_by=row.stated_by,
        )
        for row in rows
    )


def said(facts: Sequence[Held[Any]], kind: type[F]) -> tuple[Held[F], ...]:
    """Those of one kind."""
    return tuple(one for one in facts if isinstance(one.fact, kind))


def sealed_values(value: object) -> Iterable[Sealed]:
    """Every sealed value inside a fact."""
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from sealed_values(item)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Clear):
        for name in personal_fields(type(value)):
            yield from sealed_values(getattr(value, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the reader of a paper may see: values unsealed by the edge, by where they were sealed; none, and all is masked."""

    clear: Mapping[str, str] | None = None

    @property
    def masked(self) -> bool:
        return self.clear is None

    def of(self, box: Personal | None) -> str:
        """The value to print; empty where there is none."""
        if box is None:
            return ""
        if self.clear is None or not isinstance(box, Sealed):
            return MASKED
        return self.clear.get(box.at, ERASED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a folder and where it stands in it; several sheets may be filled in from one.

    A `public` one hangs on a wall: no number, fact or digest is printed below it.
    """

    code: str
    place: int
    zh: str
    en: str
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One form of one matter, filled in as far as the facts go.

    `of`: the application, request or decision it belongs to; `on`: the day of what it states. `why` names what it lacks.
    `evidence`: SHA-256 of the signed paper and of what goes with it. Of a form that is not required there is no body.
    """

    form: Form
    of: str
    state: State
    body: Html = NOTHING
    on: date | None = None
    why: str = ""
    article: str = ""
    evidence: tuple[str, ...] = ()
    event: str = ""

    @property
    def bound(self) -> bool:
        """Whether there is a page of it in the folder: what is missing or not required is in its contents alone."""
        return self.state in ("present", "failed")


def numbered(sheets: Sequence[Sheet]) -> tuple[tuple[str, Sheet], ...]:
    """Each sheet with its number in the folder: the matter, the form's place, and a count where there are several."""
    counts: dict[tuple[str, int], int] = {}
    found = []
    for one in sheets:
        place = (one.of, one.form.place)
        counts[place] = counts.get(place, 0) + 1
        found.append((f"{one.of}/{one.form.place:02d}-{counts[place]}", one))
    return tuple(found)


def index_of(service: str, household_no: str, sheets: Sequence[Sheet]) -> dict[str, object]:
    """The contents as JSON: the same shape from every service, so that they can be put together."""
    return {
        "household": household_no,
        "binder": service,
        "complete": all(one.state not in ("missing", "failed") for one in sheets),
        "missing": [number for number, one in numbered(sheets) if one.state == "missing"],
        "forms": [
            {
                "number": number, "form": one.form.code, "title": one.form.zh, "title_en": one.form.en, "of": one.of,
                "on": one.on, "state": one.state, "why": one.why, "article": one.article, "evidence": one.evidence,
                "fact": one.event,
            }
            for number, one in numbered(sheets)
        ],
    }  # fmt: skip


def folder_page(service: str, household_no: str, sheets: Sequence[Sheet], *, made_on: date, sample: bool) -> str:
    """The folder: a cover with its contents, then every form that is there, each on a page of its own."""
    pages = [sheet(one.form.zh, one.form.en, _with_foot(number, one), sample=sample)
             for number, one in numbered(sheets) if one.bound]  # fmt: skip
    return page(f"一户一档 {household_no}", [_cover(service, household_no, sheets, made_on, sample), *pages])


def forms_page(sheets: Sequence[Sheet], code: str, of: str, *, sample: bool) -> str | None:
    """One form alone, of one matter (`of`) or of all; one that is missing comes with what is known, to be filled in and signed."""
    wanted = [
        (number, one)
        for number, one in numbered(sheets)
        if one.form.code == code and of in ("", one.of) and one.body
    ]  # fmt: skip
    if not wanted:
        return None
    pages = [sheet(one.form.zh, one.form.en, _with_foot(number, one), sample=sample) for number, one in wanted]
    number, first = wanted[0]
    # Browsers print the title above the page: a public one does not carry the matter's number there either.
    return page(first.form.zh if first.form.public else f"{first.form.zh} {number}", pages)


def _cover(service: str, household_no: str, sheets: Sequence[Sheet], made_on: date, sample: bool) -> Html:
    missing = sum(one.state in ("missing", "failed") for one in sheets)
    whole = "材料齐全 complete" if not missing else f"缺失或不符合 {missing} 件 missing or failed"
    facts = fields((
        ("户号", "household", household_no),
        ("卷别", "binder", f"{BINDERS[service]} {service}"),
        ("制卷日期", "made on", made_on),
        ("归档情况", "completeness", whole),
    ))  # fmt: skip
    heads = (
        ("编号", "number"), ("表格", "form"), ("日期", "date"), ("状态", "state"), ("依据", "article"), ("证据 SHA-256", "evidence"),
    )  # fmt: skip
    rows = [
        (number, f"{one.form.zh} {one.form.en}", one.on, _state_of(one), one.article, " ".join(one.evidence))
        for number, one in numbered(sheets)
    ]
    contents = grid(heads, rows, [one.state for one in sheets], small=True)
    return sheet("一户一档 卷宗目录", "One household one folder: contents", joined((facts, contents)), sample=sample)


def _state_of(one: Sheet) -> str:
    zh, en = STATES[one.state]
    return f"{zh} {en}" + (f"：{one.why}" if one.why else "")


def _with_foot(number: str, one: Sheet) -> Html:
    """A form with its number, the clause it is made under, and the digests of what was signed."""
    if one.form.public:
        return joined((one.body, small(f"依据 article：{one.article}")))
    digests = f"证据 evidence SHA-256：{' '.join(one.evidence)}" if one.evidence else ""
    fact = f"事实 fact：{one.event}" if one.event else ""
    said_below = (f"编号 number：{number}", f"依据 article：{one.article}", fact, digests)
    return joined((one.body, *(small(line) for line in said_below if line)))


def cited(book: RuleBook, name: str, day: date) -> str:
    """The clauses that a pack in force on a day cites; empty where none was adopted."""
    try:
        return book.adopted(name, day).citation
    except NoRule:
        return ""


def cited_by(book: RuleBook, pack_version: str) -> str:
    """The clauses of the pack that a fact names (``name@version``)."""
    name, _, version = pack_version.partition("@")
    return next((pack.citation for pack in book.packs if (pack.name, pack.version) == (name, version)), "")


def need_words(need: str) -> str:
    """A need in the words of the regulations; its code where it has no words here."""
    return NEEDS.get(need, need)
