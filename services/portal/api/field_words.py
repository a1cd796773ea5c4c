"""What an officer's pages call things: services, works, benefits, lines of pay, points of an appraisal, in both languages."""

from typing import Final

Words = tuple[str, str]

SERVICES: Final[dict[str, Words]] = {
    "regular_visit": ("定期走访", "Regular visit"),
    "care": ("照料护理", "Care"),
    "rehabilitation": ("康复训练", "Rehabilitation training"),
    "escort": ("送医陪护", "Hospital escort"),
    "integration": ("社会融入", "Social integration"),
    "capability": ("能力提升", "Capability building"),
    "counselling": ("心理疏导", "Counselling"),
}
WORKS: Final[dict[str, Words]] = {
    "screening": ("对象排查", "Target screening"),
    "survey": ("入户调查", "Household survey"),
    "verification": ("家庭信息核查比对", "Information verification"),
    "training": ("业务培训", "Professional training"),
    "publicity": ("政策宣传", "Policy publicity"),
    "entry": ("信息系统录入", "Information-system entry"),
}
BENEFITS: Final[dict[str, Words]] = {
    "dibao_urban": ("城市低保", "Urban dibao"),
    "dibao_rural": ("农村低保", "Rural dibao"),
    "tekun": ("特困供养", "Tekun"),
    "near_dibao_urban": ("城市低保边缘", "Urban near-dibao"),
    "near_dibao_rural": ("农村低保边缘", "Rural near-dibao"),
    "rigid_spending_urban": ("城市刚性支出困难", "Urban rigid spending"),
    "rigid_spending_rural": ("农村刚性支出困难", "Rural rigid spending"),
    "temporary": ("临时救助", "Temporary help"),
    "emergency": ("急难救助", "Emergency help"),
    "medical": ("医疗救助", "Medical help"),
}
CATEGORIES: Final[dict[str, Words]] = {**BENEFITS, "hardship": ("特殊困难家庭", "Family in hardship")}
CARE_TIERS: Final[dict[str, Words]] = {
    "": ("", ""),
    "self_reliant": ("全自理", "self-caring"),
    "half_care": ("半护理", "half care"),
    "full_care": ("全护理", "full care"),
}
CONTESTS: Final[dict[str, Words]] = {
    "open": ("异议正在处理", "your objection is being looked at"),
    "upheld": ("异议成立", "your objection was upheld"),
    "rejected": ("异议不成立", "your objection was not upheld"),
}
CONFLICTS: Final[dict[str, Words]] = {
    "number": ("同一编号，两种内容", "One number, two contents"),
    "household": ("同一户同一时间两次走访", "Two visits of one household at one time"),
    "officer": ("同一人同一时间在两处", "One officer in two places at one time"),
}
POINTS: Final[dict[str, Words]] = {
    "visits_done": ("计划走访完成率", "Planned visits done"),
    "visits_standard": ("走访服务达标率", "Visits that met the standard"),
    "work_standard": ("事务性工作达标率", "Work that met the standard"),
    "satisfaction": ("群众满意度", "Satisfaction of households"),
    "on_time": ("按时办理", "Steps on time"),
    "training": ("培训学时", "Training attended"),
}
GRADES: Final[dict[str, Words]] = {
    "excellent": ("优秀", "excellent"),
    "good": ("良好", "good"),
    "pass": ("合格", "pass"),
    "fail": ("不合格", "fail"),
}
APPRAISALS: Final[dict[str, Words]] = {
    "proposed": ("拟定，可提异议", "proposed, open to objections"),
    "contested": ("有异议，待答复", "contested, to be answered"),
    "settled": ("已确认", "settled"),
}


def words(table: dict[str, Words], code: str) -> Words:
    """What a code is called; the code itself where nobody named it."""
    return table.get(code, (code, code))
