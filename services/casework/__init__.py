"""casework: from an accepted application to the care that was delivered (plan 二(三), 四(一), 四(四)).

It owns the facts of households taken over, cases, surveys, information checks, public notices, community reviews,
decisions (审核确认), recognitions and complaints; of ability and care, suspensions and recoveries; of service plans, visits,
contradicting records, ratings, month plans, officers' work, duty and hand-overs; of clocks; of training, publicity,
committees' duties, contractors and their work orders (一(二), 四(四)(五)); of the municipal system beside ours: its numbers,
files exchanged, differences and early warnings (四(二)).

It listens to intake's ApplicationAccepted to open a case, ApplicationWithdrawn to close it, HandoverAccepted and
NearRelativeDeclared to follow in it, to payroll's OfficerTakenOver, OfficerAppointed, ReassignmentApproved, OfficerLeft and
ExitWithdrawn for duty to follow the post (a new officer owes training from the first day),
and to its own facts that have sequels for other subjects (a sign-in sheet, a contradicting
visit, an accepted hand-over).

It answers: who is helped and by whom, where does a case stand, which clock runs out next and with whom, who is to be
assessed, was a visit up to the standard and what did the household say of it, what did an officer or a committee do in a
month and what was left undone, who lacks training, what is left of a contract.
"""
