"""intake: the window of every town (一门受理, plan 四(一)).

It owns the facts from a request to its answer: requests received, needs accepted with their clocks, or told once what
is missing; needs referred to departments or introduced to charities, with what came back; who staffs each window;
people found in need before they asked; consultations; near relatives; whose a request number is; who stands in two
households; the towns' keys; input that was no valid event; orders to erase a person (docs/adr/0015). It listens to casework's EligibilityConfirmed and
EligibilityRefused to close the window's item (首问负责), to its own RequestReceived to follow up the discovery that a
request names and to note its members, to its own MatchDecided to end a merged request, and to its own ErasureApproved to carry it out; its lookups also fold
casework's households and benefits, and whatever of any service seals or bars an erasure. It answers: which applications does a town have, who is
responsible, which clock runs, what waits in quarantine, what did each window do, who staffs it, whom did nobody visit.
"""
