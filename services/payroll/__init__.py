"""payroll pays the officers (plan 二(四), 三) and keeps posts and money: it decides no cases.

It owns the facts of posts (established, allotted, kept, filled, vacated), officers (taken over, appointed, certified, absent,
moved, gone), recruitment rounds, attendance sheets, appraisals, runs (drafted with a slip an officer, checked, approved,
funded, bank file issued, bank return imported, closed) and money: the four sources (budgeted, committed, paid, moved),
towns' own purchases, contractors' invoices, misuse. From casework it listens to work facts for appraisals and to accepted
work orders: they are payable. Its own facts cross from officer to post and round, and from run to fund and back, by
reaction. It answers: who fills which post and which are vacant, which move is not approved, what each officer is paid and
why, where a run stands, what each source and document has left, who was paid from which fen, what the ledger says.
"""
