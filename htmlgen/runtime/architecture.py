"""The shapes of models: what their weights mean, for the room that trains them and the room that runs them."""

from dataclasses import dataclass

from htmlgen.errors import ConfigError

NEVER = -1e9  #: log-odds of what cannot be
PROGRESS = 4  #: numbers that tell a decoder how far it has come


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


@dataclass(frozen=True, kw_only=True)
class AutoencoderConfig:
    """Widths of the autoencoder, and of a snippet's code: `[length | gist | slots]`, see models/autoencoder.py."""

    vocab_size: int  #: tokens, specials included
    places: tuple[int, ...]  #: values that are told apart of each feature of a place (tokens/context.py), match and candidate aside
    embedding: int = 256  #: width of the embedding, which ends the decoder, too
    encoder_units: int = 128  #: width of the encoder's LSTM, each way
    decoder_units: int = 384  #: width of the decoder's LSTM
    slots: int = 64  #: places of a snippet that the code tells of
    slot_width: int = 24  #: numbers of each
    gist: int = 127  #: numbers that tell of the whole
    longest: int = 128  #: tokens of a snippet, at most
    variational: bool = False  #: whether the model learns how far each number of a code may be off, see models/autoencoder.py

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", tuple(self.places))
        if not self.places or any(not isinstance(size, int) or not 1 <= size <= 1 << 16 for size in self.places):
            raise ConfigError(f"places must be whole numbers from 1 to {1 << 16}, got {self.places}")
        for name in ("vocab_size", "embedding", "encoder_units", "decoder_units", "slots", "slot_width", "gist", "longest"):
            if not isinstance(value := getattr(self, name), int) or not 1 <= value <= 1 << 20:
                raise ConfigError(f"{name} must be a whole number of at least 1, got {value!r}")

    @property
    def dim(self) -> int:
        """Numbers of a code."""
        return 1 + self.gist + self.slots * self.slot_width

    @property
    def seen(self) -> int:
        """Numbers that the decoder sees of a code at each step: three slots, four of how far it has come, the gist."""
        return 3 * self.slot_width + PROGRESS + self.gist

    @property
    def state_size(self) -> int:
        """Floats of one sequence's state in the decoder: output and memory."""
        return 2 * self.decoder_units
