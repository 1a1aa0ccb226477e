"""A page from a model in training, written as it will be once it is a bundle: int8 step, guide, budget."""

from htmlgen.decoding.guard import Guard
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Search
from htmlgen.markup.writer import write
from htmlgen.models.export import step_graph
from htmlgen.models.finishing import weights_of
from htmlgen.models.runs import Run
from htmlgen.runtime.session import PageStep, Session
from htmlgen.tokens.context import Reading


def sample_page(run: Run, *, seed: int = 0, max_tokens: int = 256) -> str:
    """One page of the weights as they stand."""
    run.trainer.assign()
    model = run.trainer.model
    step = PageStep(Session(step_graph(model.config, weights_of(model)), model.config), Reading(run.tokenizer.vocabulary))
    guide = Guard(run.tokenizer.vocabulary)
    search = Search(step.predict, step.initial, guide, SamplingConfig(temperature=0.8))
    (result,) = search.stream([Request(seed=seed, max_tokens=max_tokens)])
    return write(run.tokenizer.decode(result.ids), one_line=True)
