"""casework: from an accepted application to the care that was delivered (plan 二(三), 四(一), 四(四)).

It owns the facts of households taken over, cases, surveys, information checks, public notices, community
reviews, decisions (审核确认), recognitions, complaints,
ability and care, suspensions and recoveries, service plans, visits and officers' work records, of contradicting
records, ratings, month plans, duty and hand-overs, and of clocks that ran out; of training, publicity, committees'
duties, contractors and their work orders (一(二), 四(四)(五)). It listens to intake's ApplicationAccepted to open a case
and ApplicationWithdrawn to close it, to payroll's OfficerTakenOver to put an officer on duty, and to its own sign-in
sheets and exams to credit each person. It answers: who is helped and by whom, where does a case stand, which clock runs
out next, who is to be assessed, was a visit up to the standard and what did the household say of it, what did an officer
or a committee do in a month and what was left undone, who lacks training, what is left of a contract, who answers now.
"""
