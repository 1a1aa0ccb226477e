"""The shape of a model: what its weights mean, for the room that trains it and the room that runs it."""

from dataclasses import dataclass

from htmlgen.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """Widths of the generator. Its state is the output and the memory of each layer, side by side."""

    vocab_size: int  #: tokens, specials included
    embedding: int = 384  #: width of the embedding, and of the last layer, which is tied to it
    units: int = 640  #: width of the layers before the last
    layers: int = 2  #: LSTM layers
    dropout: float = 0.05  #: fraction of inputs zeroed in training, the same ones at each step of a sequence, [0, 1)

    def __post_init__(self) -> None:
        for name in ("vocab_size", "embedding", "units", "layers"):
            if not isinstance(value := getattr(self, name), int) or not 1 <= value <= 1 << 20:
                raise ConfigError(f"{name} must be a whole number of at least 1, got {value!r}")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout must be in [0, 1), got {self.dropout}")

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
