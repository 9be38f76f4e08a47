"""One use case a function: opens the transaction, asks the core and the stores, closes it."""
