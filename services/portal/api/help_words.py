"""Help where people are: what a page's terms mean, and the few steps that show a role around; words alone, nothing is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Words = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of the law or of the product, and what it means in a sentence."""

    zh: str
    en: str
    means_zh: str
    means_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the first look around: where to go, and what one finds there."""

    path: str
    zh: str
    en: str
    says_zh: str
    says_en: str


def _term(zh: str, en: str, means_zh: str, means_en: str) -> Term:
    return Term(zh=zh, en=en, means_zh=means_zh, means_en=means_en)


def _step(path: str, zh: str, en: str, says_zh: str, says_en: str) -> Step:
    return Step(path=path, zh=zh, en=en, says_zh=says_zh, says_en=says_en)


TERMS: Final[Mapping[str, Term]] = {
    "first_asked": _term("首问责任人", "Person first asked",
        "最先接待的人；由其负责到办结，移交须对方接收。",
        "Whoever was asked first keeps the item until it is closed; handing it over takes the other's consent."),
    "one_notice": _term("一次性告知", "One notice",
        "缺什么材料一次说清；之后不得再要别的。",
        "All that is missing is told once; nothing else may be asked for later."),
    "refer": _term("转办", "Referral",
        "转给主管部门（如医保、教育）办理，本窗口跟踪答复时限。",
        "Sent to the department in charge; the window watches when it answers."),
    "introduce": _term("转介", "Introduction",
        "经本人书面同意，介绍给慈善或社工组织帮扶。",
        "With written consent, introduced to a charity or social-work body."),
    "near_relative": _term("近亲属备案", "Near relative",
        "申请人与经办人员有近亲属关系的须登记；民政局另行入户核查。",
        "A near relative among the staff is registered; the bureau then visits the household itself."),
    "paused": _term("中止", "Paused",
        "法定原因发生时时限停走，原因消除后继续计算。",
        "For a cause the law names the clock stops, and runs on when the cause ends."),
    "working_days": _term("工作日", "Working days",
        "除周末和法定节假日外的日子，调休上班日计入；时限颜色按它计算。",
        "Days without weekends and holidays, with make-up days; clocks count them."),
    "discovery": _term("主动发现", "Discovery",
        "有人遇困未求助时由村（居）等报告，窗口须在期限内跟进。",
        "Hardship that somebody noticed and reported; the window follows it up in time."),
    "notice": _term("公示", "Public notice",
        "初审意见张贴七个整天；有异议即重新调查。",
        "The first opinion hangs for seven full days; an objection has it looked at again."),
    "first_opinion": _term("初审意见", "First opinion",
        "镇街对调查核对结果的书面意见，由分管领导签署。",
        "The town's written opinion on survey and check, signed by its leader."),
    "information_check": _term("信息核对", "Information check",
        "经授权向银行、车辆、不动产等登记查询；矛盾处须核实后才能决定。",
        "With authorisation, registers are asked; what contradicts is settled before a decision."),
    "reserve_fund": _term("备用金", "Reserve fund",
        "镇街用于小额临时救助的资金，先行救助、事后补手续。",
        "A town's money for small temporary help: help first, papers after."),
    "plan": _term("照护计划", "Care plan",
        "按类别和等级定出每月走访次数和服务内容。",
        "How often and with which services a household is visited, by its category and care tier."),
    "care_tier": _term("照料等级", "Care tier",
        "全自理、半护理、全护理；由生活自理能力评估得出。",
        "Self-reliant, half care, full care; it follows from the assessment of ability."),
    "counts": _term("有效走访", "A visit that counts",
        "时长、服务项目和佐证达到服务标准的走访。",
        "A visit long enough, with the services and the evidence that the standard asks for."),
    "unsent": _term("未上传", "Unsent",
        "已存在本机、尚未到达系统的记录；有信号时自动上传，退出前请先上传。",
        "Records kept on this phone that have not arrived yet; they go up by themselves with a signal."),
    "contest": _term("异议", "Objection",
        "对工资某一项或考核某一点提出，须在期限内答复。",
        "Raised against a line of pay or a point of an appraisal; it is answered in time."),
    "run": _term("工资批次", "Run",
        "一个月全部工资单的批次：编制、复核、审批由不同的人办理。",
        "All slips of a month: drafted, checked and approved by different people."),
    "held": _term("挂起行", "Held line",
        "银行回盘中对不上的一行，须有人说明理由后处理。",
        "A line of the bank's return that does not fit; somebody decides it with a reason."),
    "reversal": _term("冲销", "Reversal",
        "把已发工资单整张撤回，由另一人同意；差额另行收回或补发。",
        "A slip is taken back whole, agreed by another person; the difference is recovered or paid."),
    "committed": _term("已承诺", "Committed",
        "已批准、尚未付出的钱；从余额中先行扣除。",
        "Approved and not yet paid; it is no longer free."),
    "source": _term("资金来源", "Source of money",
        "按用途和文件分别记账的钱；列支顺序由规则规定。",
        "Money booked by document and purpose; the rules say which pays first."),
    "benefit_list": _term("发放名册", "Benefit list",
        "一个镇街一个月应发救助金的名册，编制人与审批人不得相同。",
        "Whom a town pays what in a month; whoever drafted it does not approve it."),
    "finding": _term("问题", "Finding",
        "自动检查或抽查发现的不符，附事实与依据，直到销号。",
        "What a test or a spot check found, with its facts and the law, until it is closed."),
    "close_finding": _term("销号", "Closing",
        "整改经核实后，问题方可结束。",
        "A finding ends only after what was put right is verified."),
    "certificate": _term("完整性证书", "Certificate",
        "逐条重算日志后签发：无缺、无改、无外来。",
        "Signed after every record was tested: none missing, none altered, none from elsewhere."),
    "checkpoint": _term("检查点", "Checkpoint",
        "签名的日志摘要；此后任何改动都会与它对不上。",
        "A signed digest of the log; any later change contradicts it."),
    "spot_check": _term("抽查", "Spot check",
        "先锁定方案，再由其后的检查点产生种子抽取；人人可以复算。",
        "The plan is committed first, its seed comes later: anybody can repeat the draw."),
    "tolerable": _term("可容忍比例", "Tolerable share",
        "样本要以给定置信度排除的不符比例上限。",
        "The share of deviations that the sample has to rule out at the stated confidence."),
    "as_known": _term("当时所知", "As known on",
        "按某一时刻日志中已有的事实来看，而不是后来补记的。",
        "By the facts that the log held at that instant, without what was stated later."),
    "acceptance_of_work": _term("验收", "Acceptance",
        "镇街核对数量和质量后确认；应付金额＝数量×单价×质量系数，服务的人不得自己验收。",
        "The town checks quantity and quality; what is payable follows from both, and whoever delivered does not accept."),
    "own_purchase": _term("镇街自行购买", "A town's own purchase",
        "先经区民政局同意，用镇街自有资金支付，不动用四类资金。",
        "Approved by the bureau first, paid from the town's own money, never from the four sources."),
    "order_102": _term("财政部令第102号", "Order 102",
        "不得购买岗位用工；直接购买岗位的合同如实标明抵触条款。",
        "Posts may not be bought; a contract for posts is shown with the article it goes against."),
    "opening": _term("接续登记", "Take-over of a balance",
        "把原账的结余、已支付和未结承诺接过来，逐项了结。",
        "The old books' balance, what was paid and what is still promised; each promise is settled by itself."),
    "standing_list": _term("长期公示", "Standing list",
        "村（居）公示栏上现在在保家庭的名单；有变动须及时更新。",
        "Who receives help now, on the committee's board; it is renewed when that changes."),
    "access_grant": _term("查阅授权", "Grant of access",
        "外部检查人员只读查看的范围和期限；届满自动失效。",
        "What an outside inspector may read, and until when; it ends by itself."),
    "suppression": _term("搁置", "Put to rest",
        "在期限内暂不处理；须说明理由并留有记录，到期自动恢复。",
        "Left alone until a day, for a reason on the record; then it comes back by itself."),
}  # fmt: skip

# Which terms a page explains, by the beginning of its address; the longest that fits.
PAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "/window": ("first_asked", "one_notice", "refer", "introduce", "working_days", "paused"),
    "/window/new": ("first_asked", "one_notice", "near_relative", "refer"),
    "/window/discoveries": ("discovery", "working_days"),
    "/window/items": ("first_asked", "one_notice", "refer", "introduce", "near_relative", "paused"),
    "/committee": ("discovery", "notice", "first_opinion"),
    "/leader": ("working_days", "paused", "first_opinion"),
    "/leader/purchases": ("own_purchase", "acceptance_of_work", "committed"),
    "/leader/opinions": ("first_opinion", "notice", "information_check", "reserve_fund"),
    "/field": ("plan", "care_tier", "counts", "unsent"),
    "/field/pay": ("contest", "run", "reversal"),
    "/field/own": ("contest", "counts"),
    "/bureau": ("working_days", "paused", "information_check", "near_relative"),
    "/bureau/cases": ("first_opinion", "notice", "information_check", "near_relative", "paused"),
    "/bureau/lists": ("benefit_list", "held"),
    "/bureau/contracts": ("order_102", "acceptance_of_work", "own_purchase"),
    "/bureau/inspectors": ("access_grant",),
    "/town-orders": ("acceptance_of_work",),
    "/orders": ("acceptance_of_work",),
    "/town-purchases": ("own_purchase",),
    "/standing-lists": ("standing_list", "notice"),
    "/window-staff": ("first_asked",),
    "/pay": ("run", "held", "reversal", "source"),
    "/money": ("source", "committed", "opening"),
    "/ledger": ("source", "committed"),
    "/invoices": ("committed", "source"),
    "/misuse": ("close_finding", "source"),
    "/district-money": ("source", "committed", "run"),
    "/audit": ("certificate", "checkpoint", "finding", "close_finding"),
    "/findings": ("finding", "close_finding", "suppression", "working_days"),
    "/spot-checks": ("spot_check", "checkpoint", "tolerable"),
    "/past": ("as_known",),
    "/bundles": ("certificate", "checkpoint"),
    "/log": ("checkpoint", "certificate"),
}


def terms_of(path: str) -> tuple[Term, ...]:
    """The terms that a page explains."""
    fitting = [one for one in PAGES if path == one or path.startswith(f"{one}/")]
    return tuple(TERMS[code] for code in PAGES[max(fitting, key=len)]) if fitting else ()


TOURS: Final[Mapping[str, tuple[Step, ...]]] = {
    "window": (
        _step("/window/new", "受理", "Take a request",
            "全程键盘：填成员、勾事项和材料，Ctrl+Enter 出回执和一次性告知。",
            "By keyboard: members, needs, materials, then Ctrl+Enter prints the receipt with the one notice."),
        _step("/window", "看时限", "Watch the clocks",
            "最急的在前，剩余天数用颜色和文字标明；点编号办理补交、转办、移交。",
            "The most urgent first; open a number to take materials, refer, or hand over."),
        _step("/window/discoveries", "跟进线索", "Follow up",
            "村（居）报告的困难线索在这里计时。",
            "What committees reported waits here with its clock."),
    ),
    "committee": (
        _step("/committee/discovery", "报告线索", "Report hardship",
            "知道多少填多少，姓名电话加密保存。",
            "Fill in what you know; name and phone are sealed."),
        _step("/committee", "张贴公示", "Post notices",
            "待公示的案件在首页；拍照后点“已张贴”，期满提醒取下。",
            "Cases to post stand on the first page; take a photo, and take the paper down when its days are over."),
    ),
    "town-leader": (
        _step("/leader", "看超期", "See what is late",
            "按责任人列出超期和将到期的事项。",
            "Late items and those that end soon, by who has them."),
        _step("/leader/opinions", "签初审意见", "Sign opinions",
            "公示期满的在这里签署报送；小额临时救助在这里决定。",
            "Sign and send what has hung its days; decide small temporary help."),
        _step("/leader/attendance", "确认考勤", "Confirm attendance",
            "月末按签字考勤表确认，缺勤已按请假记录预填。",
            "After the month, by the signed sheet; absences on record are filled in."),
        _step("/town-orders", "工单与验收", "Orders and acceptance",
            "承接机构提交的先验收；也可在此下达新工单。",
            "Accept first what contractors delivered; order new services here."),
    ),
    "officer": (
        _step("/field/today", "今日走访", "Today's visits",
            "最该走的户在前；没有信号也能打开。",
            "Whom to visit first; it opens without a signal."),
        _step("/field/visit", "登记走访", "Record a visit",
            "先存在本机，有信号自动上传；上方始终显示未上传条数。",
            "Kept on the phone first, sent with a signal; the number of unsent ones is always shown."),
        _step("/field/pay", "我的工资", "My pay",
            "每一行怎样得出都写明，有疑问可提异议。",
            "Each line says how it came about, and can be objected to."),
    ),
    "bureau": (
        _step("/bureau/work", "待办", "Work", "按环节和时限排列，超期的在前。", "By step and clock, the late ones first."),
        _step("/bureau/cases", "案件", "Cases",
            "一页看全：经过、程序证明、核查疑点，并在这里作出审核确认。",
            "What happened, the proof of procedure, open conflicts, and the decision, on one page."),
        _step("/bureau/lists", "发放名册", "Benefit lists",
            "编制当月名册，看与上月的变动及理由。",
            "Draft the month's list and see what changed and why."),
        _step("/bureau/contracts", "承接主体", "Contractors",
            "登记采购、合同和服务人员，年末评价。",
            "Record procurements, contracts and staff, and evaluate the year."),
    ),
    "bureau-leader": (
        _step("/bureau/leader", "总览", "Overview",
            "超期在谁手上、待批事项、高风险问题、资金余额。",
            "What is late and with whom, what waits, high findings, money left."),
        _step("/bureau/approvals", "审批", "Approvals",
            "名册、工资、岗位调整、镇街采购集中在这里。",
            "Lists, runs, moves and towns' purchases wait here."),
        _step("/dashboards", "看板", "Dashboards",
            "从全区点到镇街、人员和背后的每条记录。",
            "From the district down to towns, people and the facts behind."),
    ),
    "bureau-finance": (
        _step("/pay", "工资发放", "Pay runs",
            "编制、复核、审批、送银行、导回盘，一步一人。",
            "Draft, check, approve, to the bank and back: each step another person's."),
        _step("/bureau/lists", "发放名册", "Benefit lists",
            "出支付文件、导入回盘、处理挂账。",
            "Issue payment files, take returns in, decide held lines."),
        _step("/money", "资金来源", "Sources of money",
            "每一分钱可追到文件和工资单。",
            "Every fen is traced to its document and slip."),
    ),
    "district-finance": (
        _step("/district-money", "总览", "Overview",
            "预算、已承诺、已付、余额，以及等您审批的。",
            "Budget, committed, paid and left, and what waits for you."),
        _step("/ledger", "账簿", "Ledger", "逐笔分录，可追溯。", "Entry by entry, to be traced."),
    ),
    "trainer": (
        _step("/training", "课程与场次", "Courses and sessions",
            "新建课程、分配名额、登记签到和考试。",
            "Plan courses, allot places, record sheets and exams."),
        _step("/training-people", "人员学时", "People's hours", "谁还差多少、谁已逾期。", "Who lacks how much, and who is overdue."),
    ),
    "contractor": (
        _step("/orders", "工单", "Work orders",
            "待办工单逐件提交完成情况和佐证，验收结果也在这里。",
            "State each delivery with its evidence; acceptance shows here too."),
        _step("/orders-staff", "服务人员", "Our people",
            "先把服务人员登记到合同上，才能提交完成情况。",
            "Name your people on the contract first; only they can deliver."),
    ),
    "auditor": (
        _step("/audit", "总览", "Overview",
            "证书、检查点、重算结果和整改进度。",
            "Certificate, checkpoints, recomputation, and how rectification goes."),
        _step("/findings", "问题清单", "Findings",
            "每个问题附事实和证明，指派、核实、销号。",
            "Each with its facts and proofs: assign, verify, close."),
        _step("/spot-checks", "抽查", "Spot checks",
            "计划、锁定、抽取、派表、登记、结论，人人可复算。",
            "Plan, commit, draw, hand out, record, conclude; anybody can repeat it."),
        _step("/bundles", "检查包", "Bundles", "带走后可断网核验。", "To be verified elsewhere, without a network."),
    ),
    "inspector": (
        _step("/audit", "授权与证书", "Grant and certificate",
            "您的授权范围和期限在最上方。",
            "What your grant covers, and until when, stands at the top."),
        _step("/findings", "问题清单", "Findings", "只读查看问题、事实与证明。", "Findings with facts and proofs, to read."),
    ),
    "operator": (
        _step("/log/standing", "进度与搁置", "Lag and parked",
            "各服务跟上没有；搁置的可重放。",
            "How far services are; what is parked can be driven again."),
        _step("/onboarding", "镇街系统对接", "Town systems",
            "符合性检查逐字段说明问题；隔离的输入在这里处理。",
            "Conformance told field by field; quarantined input waits here."),
    ),
    "system-administrator": (
        _step("/accounts", "账号", "Accounts",
            "开户、重置密码、停用；授权由安全管理员办理。",
            "Open, reset, close; roles are given by the security administrator."),
    ),
    "security-administrator": (
        _step("/accounts", "授权与解锁", "Roles and unlocking",
            "给账号授予岗位和镇街，解锁。",
            "Give accounts their role and town, unlock them."),
        _step("/onboarding", "镇街密钥", "Town keys", "签发和更换密钥，只显示一次。", "Issue and rotate keys, shown once."),
    ),
    "audit-administrator": (
        _step("/accounts", "查看账号", "Look at accounts",
            "只看：谁开的户、谁授的权、何时登录。",
            "To read: who opened, who gave roles, who signed in when."),
    ),
}  # fmt: skip
