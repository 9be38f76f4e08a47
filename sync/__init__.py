"""The core of Khabar: what changes mean. Pure: values in, values out, and no input makes it raise.

Reading order: ids, limits, strictjson, log, forms, values, report, merge, conflicts, questions,
duplicates, scope, cursor, chain, invariants; ``quantity`` stands beside them.
"""
