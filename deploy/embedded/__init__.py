"""Real Apache Kafka and real PostgreSQL on one machine without Docker: fetch, start, watch, stop and diagnose; it knows nothing of topics or schemas."""
