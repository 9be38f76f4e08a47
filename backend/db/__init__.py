"""The only SQL: the engine, the tables, and one module of functions for each noun they keep."""
