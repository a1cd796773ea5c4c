"""portal is the people's door (plan 四(一)–(五)); it owns accounts and sign-ins and decides nothing of the programme.

Its pages ask the four services in the name of whoever is signed in, and send commands with that person's token: every
right is judged by the service that owns the fact. Its dashboards are its own read models, folded from everybody's facts.
"""
