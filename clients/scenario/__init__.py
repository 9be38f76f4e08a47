"""The proof on real input: published facts played through tablets, a server, a feed and a mirror.

Reading order: facts, process, road, console, crew, ledger, stage, then the acts in the order they
are played (setting, field, disruption, second_agency, settling, publishing with centre, closing),
figures, play.
"""
