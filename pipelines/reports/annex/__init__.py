"""The annex: an outcome contract as a document that people read and sign, in Danish or English.

One pure function makes a document tree of a contract and the catalogue (`build`); two renderers print it (`printing`). Every text of its own
stands in `words/annex.yaml` and `words/definitions.yaml`. A key of a contract that nothing here prints stops it (`completeness`): nobody may
sign less than what is computed.
"""
