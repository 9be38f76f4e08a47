"""The other ends of the wire, over httpx: reference tablet, courier, regional mirror."""
