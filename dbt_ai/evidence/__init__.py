"""What is known of one target: SQL, lineage, docs, the profile of the data; and what may leave the machine."""
