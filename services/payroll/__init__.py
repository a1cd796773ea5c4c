"""payroll pays the officers (plan 二(四), 三): take-overs, appraisals, budgets and monthly runs; it decides no cases.

It owns the facts of officers (taken over, appraised), funds (budgeted, committed, paid) and runs (drafted with a slip
an officer, checked, approved, funded, bank file issued, bank return imported). It listens to no other service; its
own facts cross from run to fund and back by reaction. It answers: who fills which post, what each officer is paid and
why, where a run stands, what each source has left, how many posts a town has filled.
"""
