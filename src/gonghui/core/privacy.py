"""Every model field declares its class, purpose and retention; `undeclared` names those that do not."""

from dataclasses import dataclass

from django.db.models import Model

PUBLIC, INTERNAL, PERSONAL, SENSITIVE, CONFIDENTIAL = range(5)


@dataclass(frozen=True)
class Keep:
    """One field's class (0 public … 4 confidential), why it is held, and how long."""

    level: int
    purpose: str
    keep: str


def declare(*groups: tuple[int, str, str, str]) -> dict[str, Keep]:
    """The declaration of a model: (class, purpose, retention, field names parted by blanks), one group a purpose."""
    declared: dict[str, Keep] = {}
    for level, purpose, keep, names in groups:
        for name in names.split():
            if name in declared:
                raise ValueError(f"{name} is declared twice")
            declared[name] = Keep(level, purpose, keep)
    return declared


def undeclared(model: type[Model]) -> list[str]:
    """The concrete fields without a declaration, and declared names that are no fields."""
    declared = getattr(model, "privacy", {})
    names = {f.name for f in model._meta.concrete_fields} | {f.name for f in model._meta.local_many_to_many}
    missing = [f"{model.__name__}.{name} declares no class" for name in sorted(names - set(declared))]
    return missing + [f"{model.__name__}.{name} is no field" for name in sorted(set(declared) - names)]
