"""docs/AUDIT_TESTS.md from the sample's audit pack: every automatic test with rule, law, severity and figures."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deploy.embedded.home import PROJECT_ROOT

PACK: Final = PROJECT_ROOT / "deploy/district/rules/audit.audit_tests.json"
PAGE: Final = PROJECT_ROOT / "docs/AUDIT_TESTS.md"
SEVERITIES: Final = {"high": "高 high", "medium": "中 medium", "low": "低 low"}

_HEAD: Final = """# 自动检查 Automatic tests

本页由规则包 `audit_tests` 生成（`make docs`），不手工修改。Generated from the pack `audit_tests` by `make docs`; not edited by hand.

每项检查是一个小的纯函数（`services/audit/automatic/`，文档字符串注明条款）：读事实，给出问题及其证据，或不作声。同一检查、同一证据只开立一个问题，
无论由谁、何时、第几次发现。Each test is a small pure function whose docstring cites its clause: facts in, an objection with its evidence or nothing
out. One test on the same records is one finding, whoever finds it and however often.

* **实时与全量 Live and whole.** 审计工作进程旁有一个进程从头读日志并持续跟随（`services/audit/sweeping.py`），发现即开立；`POST /v1/certificates`
  另作一次全量检查，结果一致。
  Beside audit's worker one process reads the log from its beginning and follows it; `POST /v1/certificates` runs all tests over the whole log once
  more and finds the same.
  只有通读所有分区才能说的话（无人答复、两处同时、账户相同）最多每分钟问一次，连续两次都成立才开立。What only all partitions together can tell is
  asked once a minute at most and opened when two askings in a row tell it.
* **规则按事实当日 Rules of the day.** 数值取事实记入日志当日（通盘检查取当日）有效的规则包；审计规则包有新版时从头重读。A figure is that of the pack
  in force on the day the fact was written (on the day of the asking, where all are asked); a new version of the pack has the log read anew.
  规则包中没有的检查即停用；停用本身是一项问题（`audit_weakened`）。A test the pack does not name is off, and switching one off is a finding itself.
* **确定与线索 Deterministic and indicators.** 确定性检查在欺诈语料（`tests/fraud`，每项植入 20 例以上，并有无辜的相似情形）上查全率为 1.0，且不误报；
  “线索”只指出异常占比或次数，供人查看，不证明违规，也不承诺查全。
  重算类（`recomputed_*`）与读模型核对由各自的测试植入错误来证明：每类工资行、金额、期限、余额和被改动的行都须被发现。
  Deterministic tests have recall 1.0 on the fraud corpus (twenty plants of each and more, with innocent look-alikes) and object to nothing else; an
  indicator points at unusual shares or counts for a person to look at, proves nothing and promises no recall. Those that speak of recomputation
  (`recomputed_*`) and of attestation have their plants in tests of their own: wrong lines, amounts, deadlines, balances and edited rows of each kind.
* **不适用的方法 Methods that do not apply.** 本福特定律不适用：工资按表、救助金按标准乘人数计算，首位数字由表决定。Benford's law is not applicable:
  wages come from tables and benefits from standard × members, so their first digits are the table's.
  距离与车速：事实中没有位置，只能比较镇街之间的时间。Distance and speed: facts hold no positions, only the time between towns can be compared.
  文字相近：走访记录正文加密，比较的是去掉标点后全文的假名（相同才算）和佐证文件、表单的哈希；改动几个字就看不出。Text that is nearly the same:
  the words of a visit are sealed; their pseudonyms are compared, stops left out, and the hashes of files and forms. A few words changed hide it.
  投诉对象：被投诉人只在纸质材料中；检查的是答复人在收到投诉时是否已经办该户。Who a complaint is about stands in its paper; what is tested is whether
  who answers had worked for the household when it came.
  收入与财产是否应予拒绝：调查数值加密，由重算检查，不由本页检查。Whether income or property called for refusal: those figures are sealed;
  recomputation looks at them, no test of this page does.

"""


def page(pack: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The page of a pack; `names`: the Chinese of each test by its code."""
    tests: dict[str, dict[str, Any]] = pack["content"]["tests"]
    indicators = sum(test.get("indicator", False) for test in tests.values())
    count = f"共 {len(tests)} 项，其中确定性 {len(tests) - indicators} 项、线索 {indicators} 项（{pack['name']}@{pack['version']}）。"
    count += f"{len(tests)} tests, {len(tests) - indicators} deterministic and {indicators} indicators."
    rows = [_row(name, tests[name], names.get(name, "")) for name in tests]
    columns = ("检查 Test", "规则 Rule", "依据 Law", "等级 Severity", "数值 Figures", "性质 Kind")
    lines = ["| " + " | ".join(row) + " |" for row in (columns, ("---",) * len(columns), *rows)]
    return f"{_HEAD}{count}\n\n" + "\n".join(lines) + "\n"


def _row(name: str, test: Mapping[str, Any], chinese: str) -> tuple[str, ...]:
    figures = "；".join(f"`{key}` {value:,}" for key, value in test.get("parameters", {}).items()) or "–"
    kind = "线索 indicator" if test.get("indicator", False) else "确定 deterministic"
    return f"{chinese} `{name}`", test["rule"], test["law"], SEVERITIES[test["severity"]], figures, kind


def content(names: Mapping[str, str]) -> dict[Path, str]:
    """The generated file and its whole content."""
    return {PAGE: page(json.loads(PACK.read_text(encoding="utf-8")), names)}
