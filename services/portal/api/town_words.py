"""What the codes of the window's, committees' and leaders' pages mean, Chinese first; and how people abbreviate needs in pinyin."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.portal.api import bureau_words

Words = tuple[str, str]

NEEDS: Final[Mapping[str, Words]] = {
    "dibao_urban": ("城市最低生活保障", "Urban dibao"),
    "dibao_rural": ("农村最低生活保障", "Rural dibao"),
    "tekun": ("特困人员救助供养", "Tekun support"),
    "temporary": ("临时救助", "Temporary help"),
    "near_dibao_urban": ("低保边缘家庭认定（城市）", "Near-dibao family, urban"),
    "near_dibao_rural": ("低保边缘家庭认定（农村）", "Near-dibao family, rural"),
    "rigid_spending_urban": ("刚性支出困难家庭认定（城市）", "Rigid-spending family, urban"),
    "rigid_spending_rural": ("刚性支出困难家庭认定（农村）", "Rigid-spending family, rural"),
    "medical": ("医疗救助", "Medical help"),
    "education": ("教育救助", "Education help"),
    "housing": ("住房救助", "Housing help"),
    "employment": ("就业救助", "Employment help"),
    "disability": ("残疾人救助", "Help for disabled people"),
    "heating": ("取暖救助", "Heating help"),
    "charity": ("社会力量帮扶", "Charity"),
    "hardship": ("民政建档特殊困难家庭", "Family in special hardship"),
}
# First letters of each character, as clerks type them.
INITIALS: Final[Mapping[str, str]] = {
    "dibao_urban": "cszdshbz csdb", "dibao_rural": "nczdshbz ncdb", "tekun": "tkryjzgy tk", "temporary": "lsjz",
    "near_dibao_urban": "dbbyjtrdcs dbby", "near_dibao_rural": "dbbyjtrdnc dbby", "rigid_spending_urban": "gxzcknjtrdcs gxzc",
    "rigid_spending_rural": "gxzcknjtrdnc gxzc", "medical": "yljz", "education": "jyjz", "housing": "zfjz",
    "employment": "jiuyejz jyjz", "disability": "cjrjz", "heating": "qnjz", "charity": "shllbf", "hardship": "mzjdtsknjt",
}  # fmt: skip
MATERIALS: Final[Mapping[str, Words]] = {
    "application_form": ("申请书", "Application form"),
    "authorisation": ("家庭经济状况信息核对授权书", "Authorisation to check the family's means"),
    "income_statement": ("家庭收入申报表", "Statement of income"),
    "delegation_letter": ("委托书", "Letter of delegation"),
    "near_relative_form": ("近亲属情况申报表", "Declaration of near relatives"),
    "spending_statement": ("刚性支出票据或证明", "Bills or proof of spending"),
    "medical_bills": ("医疗费用票据", "Medical bills"),
}
# An item goes on as the case that it became.
STATUSES: Final[Mapping[str, Words]] = {
    "received": ("已接收，待处理", "received, to be dealt with"),
    "waiting": ("待补正材料", "waiting for materials"),
    "accepted": ("已受理，办理中", "accepted, in hand"),
    "referred": ("已转办（介）", "referred"),
    "returned": ("被退回，待窗口处理", "returned to the window"),
    "withdrawn": ("已撤回", "withdrawn"),
    "helped": ("已予救助", "helped"),
    **bureau_words.CASE_STATUS,
}
CHANNELS: Final[Mapping[str, Words]] = {
    "window": ("窗口", "window"),
    "committee": ("村（居）", "committee"),
    "hotline": ("热线", "hotline"),
    "online": ("网上", "online"),
    "proactive": ("主动发现", "proactive"),
}
HOW_FOUND: Final[Mapping[str, Words]] = {
    "visit": ("走访", "a visit"),
    "neighbour": ("邻里反映", "a neighbour"),
    "grid": ("网格员", "the grid"),
    "hotline": ("热线", "the hotline"),
    "data": ("数据比对", "data"),
}
CHANGES: Final[Mapping[str, Words]] = {
    "death": ("死亡", "death"),
    "birth": ("出生", "birth"),
    "moved": ("迁移", "moved"),
    "income": ("收入变化", "income"),
    "employment": ("就业变化", "employment"),
    "illness": ("患病", "illness"),
    "disability": ("残疾", "disability"),
    "supporter": ("赡养（抚养、扶养）人变化", "supporters"),
}
FAULTS: Final[Mapping[str, Words]] = {
    "missing": ("公示缺失", "missing"),
    "unreadable": ("无法辨认", "unreadable"),
    "wrong_place": ("张贴位置不当", "in the wrong place"),
    "personal_shown": ("泄露个人信息", "shows personal data"),
    "content_differs": ("内容不符", "content differs"),
}
AIDS: Final[Mapping[str, Words]] = {
    "accompanied": ("陪同入户", "went along"),
    "neighbours_asked": ("邻里走访", "asked neighbours"),
    "papers_gathered": ("协助收集材料", "gathered papers"),
    "income_confirmed": ("核实收入", "confirmed income"),
}
TOPICS: Final[Mapping[str, Words]] = {
    "dibao_urban": ("城市低保", "urban dibao"),
    "dibao_rural": ("农村低保", "rural dibao"),
    "tekun": ("特困供养", "tekun"),
    "temporary": ("临时救助", "temporary help"),
    "medical": ("医疗救助", "medical help"),
    "procedure": ("办理程序", "procedure"),
    "rights": ("权利救济", "rights"),
}
PUBLICITY_FORMS: Final[Mapping[str, Words]] = {
    "stall": ("设点宣传", "a stall"),
    "meeting": ("会议宣讲", "a meeting"),
    "door_to_door": ("入户宣传", "door to door"),
    "broadcast": ("广播", "broadcast"),
    "bulletin": ("宣传栏", "bulletin board"),
}
_ALL: Final[Mapping[str, Mapping[str, Words]]] = {
    "need": NEEDS, "material": MATERIALS, "status": STATUSES, "channel": CHANNELS, "how": HOW_FOUND, "change": CHANGES,
    "fault": FAULTS, "aid": AIDS, "topic": TOPICS, "form": PUBLICITY_FORMS, "clock": bureau_words.CLOCKS,
}  # fmt: skip


def words(kind: str, code: str) -> Words:
    """A code in both languages; the code itself where it has no words here, such as one a district added."""
    return _ALL[kind].get(code, (code, code))


def words_in(t: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """``w(kind, code)`` for templates: the code in the page's language."""
    return lambda kind, code: t(*words(kind, code))


def choices(kind: str, codes: Iterable[str]) -> dict[str, Words]:
    """Codes as a form offers them."""
    return {code: words(kind, code) for code in codes}


def in_order(needs: Mapping[str, Any]) -> dict[str, Any]:
    """A pack's needs in the order people think of them: dibao first; what has no words here comes last."""
    known = list(NEEDS)
    return dict(sorted(needs.items(), key=lambda one: (known.index(one[0]) if one[0] in known else len(known), one[0])))


def found_by(query: str, need: str) -> bool:
    """Whether somebody who types `query` means this need: its Chinese words, its code, or its pinyin initials."""
    wanted = query.strip().lower()
    return bool(wanted) and (
        wanted in NEEDS.get(need, (need, need))[0]
        or wanted in NEEDS.get(need, (need, need))[1].lower()
        or wanted in need
        or any(initials.startswith(wanted) for initials in INITIALS.get(need, "").split())
    )
