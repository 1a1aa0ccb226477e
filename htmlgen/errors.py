"""What can go wrong, as a tree: every error that a caller can act on is an `HtmlgenError`.

A message names what was asked, where, what there is, and what to do. The command line prints it and exits with 2.
"""


class HtmlgenError(Exception):
    """Any error that htmlgen raises on purpose."""


class ConfigError(HtmlgenError):
    """A setting has a value outside of its range, or of another type."""


class InputError(HtmlgenError):
    """A file, folder or stream cannot be read as pages."""


class OutputError(HtmlgenError):
    """A result cannot be written without losing what is there."""


class MissingExtraError(HtmlgenError):
    """A command needs libraries that the plain install leaves out."""


class UnknownRuleError(HtmlgenError):
    """No rule of the evaluator has that id."""


class BundleError(HtmlgenError):
    """A bundle cannot be used."""


class BundleCorruptError(BundleError):
    """A file of a bundle is missing, or is not the file that was saved."""


class BundleVersionError(BundleError):
    """A bundle was written in a format that this version does not read."""


class VocabularyError(HtmlgenError):
    """A tokenizer model lacks a token that htmlgen needs, or ids are not of this vocabulary."""


class DecodingError(HtmlgenError):
    """Generation cannot go on."""


class BudgetError(DecodingError):
    """A token budget is below the least that a valid page needs."""


class DeadEndError(DecodingError):
    """A position allows no token: a fault of the guide, never of the model."""


class PromptError(DecodingError):
    """A prompt breaks the rules that the guide keeps."""


class HoleError(DecodingError):
    """A hole in a layout stands where nothing can be written, or asks for what cannot stand there."""


class SkeletonError(DecodingError):
    """A skeleton cannot be read, or is none of the grammar's pages."""


class RefusedError(DecodingError):
    """No page comes any more that is as unlike others as was asked for."""


class GrammarError(HtmlgenError):
    """A grammar cannot be used."""


class UnknownGrammarError(GrammarError):
    """No grammar of that name."""


class GrammarSyntaxError(GrammarError):
    """A grammar file is not what RELAX NG compact syntax allows; the message starts with file:line:column."""
