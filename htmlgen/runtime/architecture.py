"""The shape of a model: what its weights mean, for the room that trains it and the room that runs it."""

from dataclasses import dataclass

from htmlgen.errors import ConfigError

NEVER = -1e9  #: log-odds of what cannot be


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """Widths of the generator. Its state is the output and the memory of each layer, side by side."""

    vocab_size: int  #: tokens, specials included
    embedding: int = 384  #: width of the embedding, and of the last layer, which is tied to it
    units: int = 640  #: width of the layers before the last
    layers: int = 2  #: LSTM layers
    dropout: float = 0.0  #: fraction of inputs zeroed in training, the same ones at each step of a sequence, [0, 1)
    context: tuple[int, ...] = ()  #: how many values each feature of a context has, the candidate aside (tokens/context.py)
    structure: bool = True  #: whether the model sees where on the page it stands; not without `context`
    copies: bool = True  #: whether the token that followed when the page last read like this gets a share; not without `context`

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", tuple(self.context))
        if any(not isinstance(size, int) or not 1 <= size <= 1 << 16 for size in self.context):
            raise ConfigError(f"context must be whole numbers from 1 to {1 << 16}, got {self.context}")
        for name in ("vocab_size", "embedding", "units", "layers"):
            if not isinstance(value := getattr(self, name), int) or not 1 <= value <= 1 << 20:
                raise ConfigError(f"{name} must be a whole number of at least 1, got {value!r}")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout must be in [0, 1), got {self.dropout}")

    @property
    def structures(self) -> tuple[int, ...]:
        """The sizes of the features that tell where on the page a token stands: all but the last, the match."""
        return self.context[:-1] if self.structure else ()

    @property
    def matches(self) -> int:
        """Classes of matches that are told apart, 0 where the model does not copy."""
        return self.context[-1] if self.context and self.copies else 0

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer."""
        return (*(self.units for _ in range(self.layers - 1)), self.embedding)

    @property
    def inputs(self) -> tuple[int, ...]:
        """Input features of each layer."""
        return (self.embedding, *self.widths[:-1])

    @property
    def state_size(self) -> int:
        """Floats of one sequence's state: output and memory of each layer."""
        return 2 * sum(self.widths)
