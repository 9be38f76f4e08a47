"""The forms officers fill in: every version ever published, as data.

Reading order: definition, the section modules (event, agencies, transport, ...), seizure and
checkpoint, upconvert, registry, jsonschema.
"""
