"""How it is said: commands to facts, facts to the one log, the log to read models; knows no service's rules.

The life of one fact, a module a step: `deciding` (decide, commit) → `writer` (seal, send; opened by `gate`) →
`following` (deliver, apply; `faust_source` is the live delivery) → `tables` (read models). Beside it: `rebuild`,
`restore`, `heal`, `check`, `keyring`, `auth`, `api` (the HTTP shell), `topics`, `provision`.
"""
