"""Every metric of the event log, described once; who counts what is the business of the module that imports it."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("jiuzhu_commands", "Commands decided, by outcome", ["service", "outcome"])
COMMAND_SECONDS = Histogram(
    "jiuzhu_command_seconds",
    "Seconds from a batch of commands to its commit",
    ["service"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56),
)
COMMIT_CONFLICTS = Counter("jiuzhu_commit_conflicts", "Commits decided again after a conflict", ["service"])
OUTBOX_DEPTH = Gauge("jiuzhu_outbox_depth", "Committed facts the log writer has not sealed yet", ["service"])
SEALED = Counter("jiuzhu_log_sealed", "Facts sealed into the journal")
SENT = Counter("jiuzhu_log_sent", "Facts Kafka acknowledged")
RESENT = Counter("jiuzhu_log_resent", "Facts sent again after a doubt")
GATE_OPEN = Gauge("jiuzhu_log_gate_open", "1 while journal and log agree and the log writer sends")
WRITER_EPOCH = Gauge("jiuzhu_log_writer_epoch", "Epoch of the log writer that holds the fence")
LAG_RECORDS = Gauge(
    "jiuzhu_lag_records", "Records on the log behind which a service's cursor is", ["service", "partition"]
)
LAG_SECONDS = Gauge(
    "jiuzhu_lag_seconds", "Age of the oldest record a service has not applied", ["service", "partition"]
)
APPLIED = Counter("jiuzhu_applied", "Effective records a service applied", ["service"])
APPLY_SECONDS = Histogram(
    "jiuzhu_apply_seconds",
    "Seconds to apply a batch of records",
    ["service"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56),
)
NOT_EFFECTIVE = Counter("jiuzhu_not_effective", "Records passed over: repeated, early or foreign", ["service", "kind"])
GAPS = Counter("jiuzhu_gaps", "Deliveries that skipped records and were refilled from Kafka", ["service"])
REFILLS = Counter("jiuzhu_refills", "Reads from the cursor with the raw consumer", ["service"])
PARKED = Gauge("jiuzhu_parked", "Records a service could not apply and keeps for re-drive", ["service"])
QUARANTINED = Counter("jiuzhu_quarantined", "Inbox or file input that is no valid event", ["code"])
TIMERS_FIRED = Counter("jiuzhu_timers_fired", "Commands issued by due clocks", ["service"])
REACTIONS = Counter("jiuzhu_reactions", "Commands issued by facts", ["service"])
CURSORS_TAKEN_BACK = Counter(
    "jiuzhu_cursors_taken_back", "Cursors that PostgreSQL lost in a crash, read again", ["service"]
)
WATCHDOG_EXITS = Counter(
    "jiuzhu_watchdog_exits", "Times a worker ended itself because its cursor stood still", ["service"]
)
REBUILD_PROGRESS = Gauge("jiuzhu_rebuild_progress_ratio", "Share of the log a rebuild has read", ["service"])
CLOCK_SIMULATED = Gauge("jiuzhu_clock_simulated", "1 in sample mode: the clock is simulated")
LEAVES = Counter("jiuzhu_transparency_leaves", "Effective records taken into the transparency log")
CHECKPOINTS = Counter("jiuzhu_transparency_checkpoints", "Root checkpoints signed and published")
COSIGNATURES_MISSING = Gauge(
    "jiuzhu_transparency_cosignatures_missing", "Witnesses that did not cosign the last checkpoint of a log", ["log"]
)
WITNESS_POLICY_MET = Gauge(
    "jiuzhu_transparency_policy_met", "1 while a log's last checkpoint has as many cosignatures as are wanted", ["log"]
)
WITNESS_REFUSALS = Counter(
    "jiuzhu_transparency_witness_refusals", "Checkpoints a witness refused because they do not continue what it saw"
)
WITNESS_SECONDS = Histogram(
    "jiuzhu_transparency_witness_seconds",
    "Seconds that the witnesses of a checkpoint took",
    buckets=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56),
)
PUBLISHED_SECONDS = Histogram(
    "jiuzhu_transparency_published_seconds",
    "Seconds from the sealing of a record to the checkpoint that covers it",
    buckets=(0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 60.0),
)
PROJECTION_ROWS_EDITED = Gauge(
    "jiuzhu_projection_rows_edited",
    "Stored rows that are not what the log makes of them, at the last attestation",
    ["service"],
)
RECOMPUTED_DIFFERENT = Gauge(
    "jiuzhu_recomputed_different", "Rows that audit's last recomputation reckoned otherwise than the services", ["of"]
)
FINDINGS_OPENED = Counter("jiuzhu_findings_opened", "Findings that automatic tests opened, by test", ["test"])
SWEEP_LAG_RECORDS = Gauge(
    "jiuzhu_sweep_lag_records",
    "Records on the log that the automatic tests have not read yet; of the process that sweeps",
)
SWEEP_ENDED_SECONDS = Gauge(
    "jiuzhu_sweep_ended_seconds", "Seconds that the automatic tests took over all they remember, the last time"
)
EVIDENCE_BROKEN = Counter(
    "jiuzhu_finding_evidence_broken", "Records of findings that were opened and are not what the finding cited"
)
INSPECTORS_REFUSED = Counter(
    "jiuzhu_inspectors_refused", "Requests of outside inspectors without a grant in force, or outside of it"
)
SPOT_CHECK_WAITS = Counter(
    "jiuzhu_spot_check_seed_waits", "Draws asked for before a root checkpoint covered the commitment"
)
NAME_SEARCHES = Counter("jiuzhu_name_searches", "Searches for a household by a name", ["town"])
KEYS_ERASED = Counter("jiuzhu_keys_erased", "Keys of persons deleted by approved orders")
BUNDLES = Counter("jiuzhu_bundles", "Inspection bundles asked for, by outcome", ["outcome"])
BUNDLE_SECONDS = Histogram(
    "jiuzhu_bundle_seconds",
    "Seconds to make an inspection bundle",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600),
)
