"""x."""

OPERATORS_ONLY = {"list_subscribers", "add_subscriber", "set_subscriber_active"}
