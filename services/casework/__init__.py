"""casework: from an accepted application to the care that was delivered (plan 二(三), 四(一), 四(四)).

It owns the facts of households taken over, cases, surveys, information checks, public notices, decisions (审核确认),
service plans, visits and officers' work records, and of clocks that ran out. It listens to intake's ApplicationAccepted
to open a case, ApplicationWithdrawn to close it, HandoverAccepted and NearRelativeDeclared to follow in it. It answers:
who is helped and by whom, where does a case stand, which clock runs out next, was a visit up to the standard, what did
an officer do in a month.
"""
