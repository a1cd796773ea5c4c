"""The authorisation of the information check (核对授权书): the one form that window and case both print, to be signed by each."""

from collections.abc import Iterable, Sequence
from typing import Final

from services.contracts.folders import Form, need_words
from services.contracts.printing import Html, fields, grid, joined, paragraph, signatures

AUTHORISATION: Final = Form(
    code="authorisation", place=2, zh="家庭经济状况信息核对授权书", en="Authorisation of the information check"
)
MEMBER: Final = "家庭成员 member"
SUPPORTER: Final = "法定赡养、抚养、扶养义务人 supporter"
_HEADS: Final = (
    ("姓名", "name"), ("身份证号", "resident ID"), ("与申请人关系", "relation"), ("身份", "standing"),
    ("签名（捺印）、日期", "signature, day"),
)  # fmt: skip
_WORDS: Final = (
    "本人授权民政部门及其委托的信息核对机构，依法向税务、金融机构、不动产登记、车辆管理、市场监管、住房公积金、社会保险、殡葬、"
    "司法行政等单位查询、核对本人的收入、财产和支出信息，仅用于本次社会救助事项的审核确认和救助期间的动态管理。"
    "本人知悉：对核对结果有异议的，可以提出并申请复核。"
)
_WORDS_EN: Final = (
    "I authorise the civil-affairs authority to check my income, property and spending with the registers, for this matter "
    "and its later reviews alone. I may contest what they answer."
)
# Room to sign for supporters whom nobody has named yet.
_SUPPORTER_LINES: Final = 2


def authorisation_body(
    of: str, need: str, people: Iterable[Sequence[str]], *, members_blank: int = 0, supporters_blank: bool = False
) -> Html:
    """Everybody who authorises (name, resident ID, relation, standing), with room for those who are not known yet.

    `supporters_blank`: the procedure asks for the supporters too, and none was named.
    """
    rows = [(*person, "") for person in people]
    rows += [("", "", "", MEMBER, "")] * members_blank
    rows += [("", "", "", SUPPORTER, "")] * (_SUPPORTER_LINES if supporters_blank else 0)
    return joined((
        fields((("申请编号", "application", of), ("事项", "matter", need_words(need)))),
        paragraph(_WORDS, _WORDS_EN),
        grid(_HEADS, rows),
        paragraph(
            "无民事行为能力人、限制民事行为能力人由其监护人代为签署，并注明关系。",
            "A guardian signs for those who cannot, and says so.",
        ),
        signatures(("经办人核验签名", "seen by")),
    ))  # fmt: skip
