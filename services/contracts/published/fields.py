"""How a field is named to a reader: its type and its unit, in Chinese and English; a number without a unit is refused."""

import types
import typing
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.sealed import Clear, Sealed

_SUFFIX_UNITS: Final = {
    "_fen": "分 fen",
    "_permille": "‰",
    "_count": "个 count",
    "_sequence": "序号 sequence, from 1",
    "_version": "序号 number, from 1",
    "_per_month": "次/月 times a month",
    "_minutes": "分钟 minutes",
    "_days": "天 calendar days",
    "_months": "月 months",
    "_years": "年 years",
    "_year": "年份 calendar year",
    "_seconds": "秒 seconds",
    "_bytes": "字节 bytes",
    "_characters": "字 letters and digits",
    "_basis_points": "‱ basis points",
    "_hundredths": "百分之一分 hundredths of a point",
}
_UNITS: Final = {
    "sequence": "序号 sequence, from 1",
    "partition": "分区号 number, from 0",
    "key_no": "序号 number, from 1",
    "draft_no": "序号 number, from 1",
    "file_no": "序号 number, from 1",
    "shared_by": "行 lines",
    "row_no": "序号 number, as a spreadsheet counts",
    "year": "年份 calendar year",
    "wage_year": "年份 calendar year",
    "rank": "名次 place, from 1",
    "amount": "按因素 by factor (persons, households, square kilometres)",
    "quarter": "季度 quarter, 1 to 4",
    "quarters": "季度 quarter, 1 to 4",
    "minutes": "分钟 minutes",
    "workdays": "天 working days",
    "score": "分 points",
    "weight": "份 parts",
    "months": "月 months",
    "places": "个 places",
    "pass_mark": "分 points",
    "quantity": "件 pieces",
    "covered_members": "人 persons",
    "people": "人 persons",
    "work_counted": "条 records",
    "count": "条 records",
    "repeated": "条 records",
    "early": "条 records",
    "foreign": "条 records",
    "sessions": "次 sessions",
    "session": "序号 number, from 1",
    "reads": "次 reads",
    "read": "序号 number, from 1",
    "step": "级 step of escalation, from 1",
    "size": "叶 leaves",
    "rounds": "轮 rounds",
    "rounds_max": "轮 rounds",
    "checkers_min": "人 persons",
    "weight_sum": "份 parts",
    "estimate_milli": "千分之一个 thousandths of one",
    "look_risk_ppm": "百万分之一 parts per million",
}
_BY_TYPE: Final[dict[object, tuple[str, str]]] = {
    str: ("文本 text", ""),
    bool: ("是否 yes or no", ""),
    date: ("日期 date", "日 day in China"),
    datetime: ("时刻 instant", "RFC 3339, UTC"),
    Month: ("月份 month", "YYYY-MM"),
    Sealed: ("密文 sealed", ""),
}


class NoUnit(LookupError):
    """A whole number whose name does not tell its unit."""


def words_of(wanted: Any, name: str) -> tuple[str, str]:
    """Type and unit of a field, for a table; `NoUnit` for a number whose unit its name does not tell."""
    if wanted is Fen:
        return "金额 money", _unit(name)
    if wanted is int:
        return "整数 whole number", _unit(name)
    if wanted in _BY_TYPE:
        kind, unit = _BY_TYPE[wanted]
        if wanted is str and name.endswith(("sha256", "_hash", "hash", "head")):
            unit = "SHA-256, hex"
        return kind, unit
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return f"`{wanted.__name__}`", ""
    arguments = [argument for argument in typing.get_args(wanted) if argument not in (types.NoneType, Clear, ...)]
    if typing.get_origin(wanted) is dict:
        return "JSON 对象 object", ""
    kind, unit = words_of(arguments[0], name)
    if typing.get_origin(wanted) is tuple:
        return f"列表 list: {kind}", unit
    return (f"{kind} / 空 null" if types.NoneType in typing.get_args(wanted) else kind), unit


def _unit(name: str) -> str:
    if name in _UNITS:
        return _UNITS[name]
    for suffix, unit in _SUFFIX_UNITS.items():
        if name.endswith(suffix):
            return unit
    raise NoUnit(f"{name}: a number's unit is the last word of its name, or is said in {__name__}")


def structs_in(wanted: Any) -> list[type[msgspec.Struct]]:
    """The structures a field holds, sealed boxes left out."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return [] if wanted in (Clear, Sealed) else [wanted]
    return [found for argument in typing.get_args(wanted) for found in structs_in(argument)]
