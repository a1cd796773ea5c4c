"""The parts of a profile about training, committees' duties, publicity, contractors and money; reads nothing, plans nothing."""

from deploy.district.frozen import Frozen


class Trainings(Frozen, frozen=True):
    """A month's training: a course for all officers in `sessions` sittings, meetings (行政例会) of some towns.

    `cancelled_sessions` more are planned and cancelled. `short_last_year` officers lack training of the year before;
    `key_people` enter the roster (骨干人才), `key_people_left` of them leave it.
    """

    trainers: tuple[str, ...]
    course_title: str
    course_venue: str
    course_trainer: str
    sessions: int
    cancelled_sessions: int
    session_minutes: int
    absent_permille: int
    exam_scores: tuple[int, int]
    meeting_towns: int
    meeting_title: str
    meeting_venue: str
    meeting_minutes: int
    short_last_year: int
    last_year_minutes: tuple[int, int]
    last_year_document: str
    key_people: int
    key_people_left: int
    key_reason: str
    key_document: str
    left_reason: str


class Answer(Frozen, frozen=True):
    """A question about policy with its answer (政策问答)."""

    topic: str
    question: str
    answer: str
    basis: str


class CommitteeWork(Frozen, frozen=True):
    """A month of committees' duties and of publicity (四(四)(五)).

    Of the screenings `found_permille` find somebody in need; all reports but `unfollowed` are closed by the window.
    """

    screenings: int
    aids: int
    supervisions: int
    changes: int
    consultations: int
    publicity: int
    screened_households: tuple[int, int]
    found_permille: int
    unfollowed: int
    faulty_permille: int
    fault_codes: tuple[str, ...]
    aid_codes: tuple[str, ...]
    change_codes: tuple[str, ...]
    topics: tuple[str, ...]
    publicity_forms: tuple[str, ...]
    publicity_places: tuple[str, ...]
    leaflets: tuple[int, int]
    people: tuple[int, int]
    close_reason: str
    answers: tuple[Answer, ...]
    withdrawn_answers: int
    withdrawn_reason: str


class Contractor(Frozen, frozen=True):
    """A contractor (承接主体) with its contract; `mode` posts shows the conflict with 财政部令第102号.

    `purchaser` is the town that buys, empty for the bureau; a `lost` one took part and was not awarded. `ended`: its
    contract ran the year before and is evaluated with `score`. `price_fen` is for one unit of any of its services.
    """

    number: str
    name: str
    kind: str
    credit_code: str
    services: tuple[str, ...]
    method: str
    amount_fen: int
    price_fen: int
    years: int = 1
    mode: str = "service"
    purchaser: str = ""
    lost: bool = False
    ended: bool = False
    score: int = 0


class Holder(Frozen, frozen=True):
    """Who holds the account, with how often."""

    code: str
    weight: int


class Postings(Frozen, frozen=True):
    """What happens to posts and officers: absences, a late certificate, moves and duties, a recruitment round.

    `moves` are reported by towns and not approved, `duties` approved later with the earlier day. `candidate_scores` are
    in hundredths of a point, the best first; the second is chosen.
    """

    established_document: str
    allotment_document: str
    sick_leaves: int
    sick_days: tuple[int, int]
    late_certificates: int
    certificate_days_late: int
    certificate_days: int
    certificate_document: str
    moves: int
    duties: int
    duty: str
    move_reason: str
    approval_document: str
    recruitment_document: str
    score_document: str
    selection_document: str
    candidate_scores: tuple[int, ...]
    preferred_major: str
    other_major: str
    passing_over_reason: str
    exit_reason: str
    exit_document: str


class BenefitPay(Frozen, frozen=True):
    """Where the stock's benefits go, and what becomes of the first month's lists; of a town `returned` lines come back.

    `no_account_permille` of households have no account on record, `shared_permille` one with the household before.
    The first `held_towns` get a return with two lines that do not fit. `standing_workday`: place in the month's working days.
    """

    day: int
    no_account_permille: int
    shared_permille: int
    holders: tuple[Holder, ...]
    returned: int
    held_towns: int
    resolution: str
    standing_workday: int


class Contracting(Frozen, frozen=True):
    """Contractors and the month's work orders; delays are working days.

    Of what is delivered `sent_back_permille` is sent back once; `undelivered` orders wait until they are overdue,
    `cancelled` ones are taken back.
    """

    contractors: tuple[Contractor, ...]
    approval: str
    long_term_reason: str
    staff_per_contract: int
    orders: int
    undelivered: int
    cancelled: int
    quantity: tuple[int, int]
    due_days: int
    deliver_days: tuple[int, int]
    sent_back_permille: int
    grades: tuple[str, ...]
    send_back_reason: str
    cancel_reason: str


class Settlement(Frozen, frozen=True):
    """How a difference is settled."""

    code: str
    reason: str


class Municipal(Frozen, frozen=True):
    """A month beside the municipal system.

    Of `warnings` that become tasks the first `unhandled` are left to their clocks, the next `late` are done after theirs
    ran out; `receiving` more are about households of the stock. As many differences are settled as there are
    `settlements`, of four.
    """

    warnings: int
    unhandled: int
    late: int
    receiving: int
    kinds: tuple[str, ...]
    outcomes: tuple[str, ...]
    close_reason: str
    settlements: tuple[Settlement, ...]


class Budget(Frozen, frozen=True):
    """A funding document of one of the four sources (三); `cap_basis_fen` is last year's municipal figure, by its document.

    `kind`: money that the law binds, whatever its document says (中央财政困难群众救助补助资金). `paid_fen` of it was paid
    before the officers were taken over, who then take the document over with it.
    """

    year: int
    source: str
    amount_fen: int
    document: str
    purposes: tuple[str, ...]
    paid_fen: int = 0
    cap_basis_fen: int | None = None
    cap_basis_document: str = ""
    kind: str = ""


class Money(Frozen, frozen=True):
    """A month's money besides pay: a transfer between two sources, and who buys services from which document.

    The town purchase is that of the contractor whose `purchaser` is a town; its sums are fen.
    """

    transfer_from: tuple[str, str]
    transfer_to: str
    transfer_fen: int
    transfer_document: str
    services_from: tuple[str, str]
    purchase_asked_fen: int
    purchase_reason: str
    purchase_document: str
    purchase_guidance: str
    town_budget_fen: int
    town_budget_document: str
    reserve_fund_fen: int
    reserve_fund_document: str
