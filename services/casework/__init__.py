"""casework: from an accepted application to the care that was delivered (plan 二(三), 四(一), 四(四)).

It owns the facts of households taken over, cases, surveys, information checks, public notices, decisions (审核确认),
service plans, visits and officers' work records, and of clocks that ran out; of training, publicity, committees' duties,
contractors and their work orders (一(二), 四(四)(五)). It listens to intake's ApplicationAccepted to open a case and
ApplicationWithdrawn to close it, and to its own sign-in sheets and exams to credit each person. It answers: who is helped
and by whom, where does a case stand, which clock runs out next, was a visit up to the standard, what did an officer or a
committee do in a month, who lacks training, what is left of a contract.
"""
