"""What every request passes through, as plain ASGI: each module is one layer.

Outermost first: ``request`` (its id, its log line, what no handler caught), ``headers`` (security),
``compress`` (answers), ``decompress`` (bodies).
"""
