"""payroll pays the officers (plan 二(四), 三): posts, officers, recruitment, appraisals, budgets and monthly runs; it decides no cases.

It owns the facts of posts (established, allotted, kept, filled, vacated), officers (taken over, appointed, certified, absent,
moved, gone), recruitment rounds, attendance sheets, appraisals, funds (budgeted, committed, paid) and runs (drafted with a slip an
officer, checked, approved, funded, bank file issued, bank return imported). It listens to casework's work facts for appraisals;
its own facts cross from officer to post and round, from run to fund and back by reaction. It answers: who fills which post,
which move is not approved, what each officer is paid and why, where a run stands, what each source has left, which posts of a
town are vacant.
"""
