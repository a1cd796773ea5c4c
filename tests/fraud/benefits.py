"""The plants of benefits, visits and the bureau, one module per area; importing this registers them all."""

from tests.fraud import audited, deadlines, deciding, office, payouts, people, procedure, visits

AREAS = (audited, deadlines, deciding, office, payouts, people, procedure, visits)
