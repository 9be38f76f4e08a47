"""The wire and the forms: what travels between tablets, nodes and readers. No I/O, no database."""
