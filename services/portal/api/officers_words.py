"""What the pages about officers and recruitment call states and codes that no rule pack names, in both languages."""

from typing import Final

from services.portal.api.bureau_words import Names

Tags = dict[str, tuple[str, str, str]]

STATUS: Final[Tags] = {"on_post": ("在岗", "on post", "good"), "left": ("已离任", "left", "")}
ENTERED: Final[Names] = {"taken_over": ("接续登记", "taken over"), "appointed": ("聘任", "appointed")}
CERTIFICATES: Final[Tags] = {
    "valid": ("有效", "valid", "good"), "expired": ("已过期", "expired", "bad"), "revoked": ("已取消", "revoked", ""),
}  # fmt: skip
ABSENCES: Final[Tags] = {"recorded": ("已登记", "recorded", "good"), "cancelled": ("已撤销", "cancelled", "")}
MOVES: Final[Tags] = {
    "reported": ("待批", "waits", "warn"), "approved": ("已批准", "approved", "good"), "refused": ("未批准", "refused", ""),
}  # fmt: skip
APPRAISALS: Final[Tags] = {
    "proposed": ("已测算，待确认", "worked out, to be settled", "warn"), "contested": ("有异议，待答复", "contested", "bad"),
    "settled": ("已定等", "settled", "good"),
}  # fmt: skip
# Grounds for more days of an absence (女职工劳动保护特别规定第七条): their days stand in the pack.
GROUNDS: Final[Names] = {
    "difficult_birth": ("难产", "difficult birth"), "further_child": ("多胞胎", "more than one child"), "local_leave": ("地方奖励假", "local leave"),
}  # fmt: skip
ENDED: Final[Names] = {"leave": ("长期离岗", "long leave"), "exit": ("离任", "exit")}
ROUNDS: Final[Tags] = {
    "open": ("报名评分", "open", "warn"), "posted": ("公示中", "posted", "warn"), "selected": ("已确定人选", "selected", "good"),
    "closed": ("已结束", "closed", ""),
}  # fmt: skip
CANDIDATES: Final[Tags] = {
    "registered": ("已报名", "registered", "warn"), "scored": ("已评分", "scored", ""), "ranked": ("已排名", "ranked", ""),
    "selected": ("拟聘", "selected", "good"), "passed_over": ("未选", "passed over", ""), "appointed": ("已聘任", "appointed", "good"),
}  # fmt: skip
