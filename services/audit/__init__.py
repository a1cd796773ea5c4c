"""audit supervises (plan 四(三)); it owns findings, spot checks, certificates and proofs, and decides nothing for others.

It listens to the facts of every service and answers: which automatic tests objected, on which records, by which law;
was the log read whole, and who signed that; how many facts of each type there are. It shares contracts with the
services it checks and none of their rules: what matters is recomputed here by straightforward code of its own. The
same small tests run live beside the worker (`sweeping`) and, on demand, over the whole log (`store.sweep_log`).
"""
