"""The plants of benefits, visits and the bureau, one module per area; importing this registers them all."""

from tests.fraud import deadlines, deciding, office, payouts, people, procedure, visits

AREAS = (deadlines, deciding, office, payouts, people, procedure, visits)
