"""What every SentencePiece model of ours is trained with: text is kept as it is, controls come first, what is rare is spelled in bytes."""

import io
from collections.abc import Iterable
from typing import Any

import sentencepiece

from htmlgen.tokens.vocabulary import CONTROLS


def trained(sentences: Iterable[str], **settings: Any) -> bytes:
    """A model. Args: settings, of `SentencePieceTrainer.train`, beside those that all share. Raises: RuntimeError, as SentencePiece."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        byte_fallback=True,
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        pad_piece=CONTROLS[0],
        unk_piece=CONTROLS[1],
        bos_piece=CONTROLS[2],
        eos_piece=CONTROLS[3],
        max_sentence_length=100_000,
        num_threads=2,
        minloglevel=2,
        **settings,
    )
    return model.getvalue()
