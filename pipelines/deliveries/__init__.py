"""From a dropped file to an archived delivery or a quarantined one with its reason.

Belongs here: reading files in bounded workers, the CPR guard, the archive. Does not belong here: what the data mean.
"""
