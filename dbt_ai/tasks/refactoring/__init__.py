"""How the job `refactor` changes the SQL of a model: rules that propose, and proofs that decide."""
