"""Faker: pages and snippets beside names and addresses, repeated by Faker's own seed.

    fake = faker.Faker()
    fake.add_provider(htmlgen.integrations.faker.Provider)
"""

from faker.providers import BaseProvider

from htmlgen.integrations.wanted import Wanted, generator


class Provider(BaseProvider):
    """Methods of a `Faker`."""

    def html_page(self, max_tokens: int | None = None) -> str:
        """A page. Args: max_tokens, of it, 128 if not given. Raises: BudgetError."""
        return str(generator().page(seed=self._seed(), max_tokens=max_tokens))

    def html_snippet(self, kind: str = "", *, like: str = "", skeleton: str = "", tokens: int | None = None) -> str:
        """A part of a page; see docs/snippets.md. Raises: ConfigError, SkeletonError, BudgetError."""
        return Wanted(kind=kind, like=like, skeleton=skeleton, tokens=tokens, seed=self._seed()).html()

    def _seed(self) -> int:
        return self.random_int(0, 2**31 - 1)
