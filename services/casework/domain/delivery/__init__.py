"""Care that was delivered, one module per matter: records from devices, conflicts, ratings, month plans, duty."""
