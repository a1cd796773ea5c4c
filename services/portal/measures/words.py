"""What the parts of measures are called: services, works, clocks, sources, severities, needs; codes that are not here stand for themselves."""

from typing import Final

from services.contracts.clock_words import CLOCKS

Names = dict[str, tuple[str, str]]

_SERVICES: Final[Names] = {
    "regular_visit": ("定期走访", "regular visits"),
    "care": ("照料护理", "care"),
    "rehabilitation": ("康复训练", "rehabilitation"),
    "escort": ("送医陪护", "hospital escort"),
    "integration": ("社会融入", "social integration"),
    "capability": ("能力提升", "capability building"),
    "counselling": ("心理疏导", "counselling"),
    "set_aside": ("冲突后不计", "set aside"),
}
_WORKS: Final[Names] = {
    "screening": ("对象排查", "target screening"),
    "survey": ("入户调查", "household survey"),
    "verification": ("家庭信息核查比对", "information check"),
    "training": ("业务培训", "professional training"),
    "publicity": ("政策宣传", "policy publicity"),
    "entry": ("信息系统录入", "system entry"),
}
# As the sample's pack ``funding`` has them, which finance's pages ask for.
_SOURCES: Final[Names] = {
    "1": ("上级下拨的专项资金", "earmarked funds from higher levels"),
    "2": ("上年市级下拨社会救助专项资金总数的1%", "1 % of last year's municipal social-assistance funds"),
    "3": ("区财政安排的资金", "district finance"),
    "4": ("按规定可用于购买服务的其他资金", "other permitted funds"),
}
_SEVERITIES: Final[Names] = {
    "low": ("轻微", "low"),
    "medium": ("一般", "medium"),
    "high": ("严重", "high"),
}
_NEEDS: Final[Names] = {
    "dibao_urban": ("城市低保", "urban dibao"),
    "dibao_rural": ("农村低保", "rural dibao"),
    "tekun": ("特困供养", "tekun"),
    "temporary": ("临时救助", "temporary help"),
    "medical": ("医疗救助", "medical help"),
    "near_dibao_urban": ("城市低保边缘", "urban low-income margin"),
    "near_dibao_rural": ("农村低保边缘", "rural low-income margin"),
    "rigid_spending_urban": ("城市刚性支出困难", "urban rigid spending"),
    "rigid_spending_rural": ("农村刚性支出困难", "rural rigid spending"),
}
PARTS: Final[dict[str, Names]] = {
    "service": _SERVICES,
    "work": _WORKS,
    "clock": CLOCKS,
    "source": _SOURCES,
    "severity": _SEVERITIES,
    "need": _NEEDS,
    "course": {},
}
KINDS: Final[Names] = {
    "service": ("按服务种类", "by service"),
    "work": ("按事务种类", "by work"),
    "clock": ("按环节", "by step"),
    "source": ("按资金来源", "by source"),
    "severity": ("按严重程度", "by severity"),
    "need": ("按救助事项", "by need"),
    "course": ("按课程", "by course"),
}
