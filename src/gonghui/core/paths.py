"""Where an organisation stands, as text: `/1/3/` lies under `/1/`, and sorts there byte by byte."""


def end_of(path: str) -> str:
    """The first text after all paths at or under `path`: in bytes, 0 follows the slash that ends it."""
    return path[:-1] + "0"
