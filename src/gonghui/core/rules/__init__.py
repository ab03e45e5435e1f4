"""Schemes: dated texts of parameters and named steps, compiled to a function for one case and to SQL for millions.

`read(text)` gives a `Scheme` or refuses with line and column; `scheme.decide` decides a case, `scheme.explain` tells it
line by line, `scheme.check` works a kept decision out again; `Editions` knows which text holds on a day;
`batch.adjudicate` decides a relation in DuckDB. What a text may say stands in `document` (its keys) and `expressions`
(its steps); decision 0034 says why.
"""

from gonghui.core.rules.explaining import Explained
from gonghui.core.rules.scheme import Decision, Editions, Scheme, read

__all__ = ["Decision", "Editions", "Explained", "Scheme", "read"]
