"""RESULTS → TABLES: each table of eval/README.md as rows of text, the first of them its head, made of the committed results alone."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from eval.registry import TRIALS
from htmlgen.evaluation.rules import rule_of

Results = Mapping[str, Mapping[str, Any]]  #: by trial
Row = tuple[str, ...]


def runs(results: Results) -> list[Row]:
    """What can be run, and how each committed result was made."""
    rows: list[Row] = [("trial", "question", "made", "command")]
    for name, trial in TRIALS.items():
        rows.append((f"`{name}`", trial.question, *_made(results.get(name))))
    return rows


def _made(result: Mapping[str, Any] | None) -> tuple[str, str]:
    if result is None:
        return "not yet", ""
    records = [*result.get("earlier", ()), *([result["run"]] if "run" in result else ())]
    if not records:
        return "before records", ""
    made = (f"{run['date']}, {run['commit']}, {_took(run['seconds'])}" for run in records)
    return "; ".join(made), "; ".join(f"`{run['command']}`" for run in records)


def _took(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def limits(results: Results) -> list[Row]:
    """Ratios of speed."""
    return [("what", "ratio", "trial"), *_cited(results, _LIMITS)]


def soundness(results: Results) -> list[Row]:
    """Counts of what must hold."""
    return [("what", "figure", "trial"), *_cited(results, _SOUNDNESS)]


def _cited(results: Results, lines: Iterable[tuple[str, str, Callable[[Any], str]]]) -> list[Row]:
    return [(what, figure(results[name]), f"`{name}`") for what, name, figure in lines if name in results]


def _pair_share(pages: Mapping[str, Any]) -> float:
    share: Mapping[str, float] = pages["share_of_parse"]
    return sum(value for name, value in share.items() if name not in ("parse", "edit_distance"))


def _growth(result: Mapping[str, Any]) -> Callable[[int], str]:
    return lambda jobs: f"{result['memory'][f'growth_jobs_{jobs}']:.2f}"


def _dearest(report: Mapping[str, Any]) -> float:
    return max(float(form["seconds_beside_judging"]) for form in report["forms"].values())


def _snippets(result: Any) -> str:
    used = f"{result['snippets_as_used_of_bare_steps_1']:.2f}" if "snippets_as_used_of_bare_steps_1" in result else "-"
    return f"{used}; {result['snippets_of_bare_steps']:.2f}"


def _peer(result: Mapping[str, Any], ratio: str, form: str) -> str:
    """A ratio to a peer, where that was installed."""
    return format(result[ratio], form) if ratio in result else "not measured"


_LIMITS: Final[list[tuple[str, str, Callable[[Any], str]]]] = [
    ("training of the whole model, of the matrix peak", "training", lambda r: f"{r['model_share_of_peak']:.2f}"),
    ("hoisted LSTM layer over Keras' own, batch of 4", "training", lambda r: f"{r['two_layers']['batch_4']['hoisted_over_keras']:.2f}"),
    ("… batch of 32", "training", lambda r: f"{r['two_layers']['batch_32']['hoisted_over_keras']:.2f}"),
    ("int8 step, batch of 10, of the float32 matrix peak", "decoding", lambda r: f"{r['batch_10']['int8_share_of_float32_peak']:.2f}"),
    ("Keras' step over the int8 ONNX step, batch of 10", "decoding", lambda r: f"{r['batch_10']['predict_on_batch_over_onnx_int8']:.1f}"),
    (
        "bare steps of one thread in the time of whole pages, as they are written; in one thread (batch of 10, 64)",
        "decoding",
        lambda r: "; ".join(
            ", ".join(f"{r[f'pages_batch_{batch}'][f'whole_over_bare_{of}']:.2f}" for batch in (10, 64)) for of in ("1", "processor")
        ),
    ),
    ("two jobs over one", "decoding", lambda r: f"{r['jobs']['two_jobs_over_one']:.2f}"),
    ("ten pages, whole command, over the imports of its libraries", "start", lambda r: f"{r['generate_10_over_imports']:.1f}"),
    ("… over `python -c pass`", "start", lambda r: f"{r['generate_10_seconds'] / r['pass_seconds']:.0f}"),
    ("ten pages of 512 tokens over the same imports", "start", lambda r: f"{r['generate_10_long_over_imports']:.1f}"),
    ("a first page of 256 tokens, in a program, over the same imports", "start", lambda r: f"{r['first_page_over_imports']:.1f}"),
    ("bare steps of one thread in the time of 100 snippets, as they are used; in one thread", "start", _snippets),
    ("components to codes over Keras' `predict`", "embedding", lambda r: f"{r['times_keras']:.1f}"),
    ("`htmlgen autoencode` of a file over the imports of its libraries", "embedding", lambda r: f"{r['cold']['ratio']:.1f}"),
    ("judging a real page over html5lib's bare parse", "evaluator", lambda r: f"{r['evaluate_over_html5lib']:.2f}"),
    ("… of 20 MB of them", "scale", lambda r: f"{r['evaluate_over_html5lib']:.2f}"),
    ("the Nu Html Checker's time over ours, whole commands", "scale", lambda r: f"{r['nu_over_ours']:.1f}" if "nu_over_ours" in r else "-"),
    ("judging by one job over two", "scale", lambda r: f"{r['jobs_1_over_jobs_2']:.2f}"),
    ("judging a first time over a second", "scale", lambda r: f"{r['first_over_second']:.0f}"),
    ("judging one small file over importing html5lib, whole commands", "scale", lambda r: f"{r['eval_uncached_start_over_html5lib']:.1f}"),
    ("memory of judging 100,000 pages over 1,000, by one job; two", "scale", lambda r: "; ".join(map(_growth(r), (1, 2)))),
    ("figures of a pair over parsing both, without the edit distance", "pairs", lambda r: f"{_pair_share(r['pages']):.2f}"),
    ("writing a report over judging its pages, the dearest form", "reports", lambda r: f"{_dearest(r):.2f}"),
    ("llguidance's mask and move over ours", "guidance", lambda r: _peer(r, "llguidance_over_htmlgen", ".0f")),
    ("XGrammar's mask and move over ours", "guidance", lambda r: _peer(r, "xgrammar_over_htmlgen", ".0f")),
    ("llguidance's start from a grammar over ours", "guidance", lambda r: _peer(r, "llguidance_start_over_htmlgen", ".2f")),
    ("XGrammar's start from a grammar over ours", "guidance", lambda r: _peer(r, "xgrammar_start_over_htmlgen", ".2f")),
]


def _auc(result: Mapping[str, Any]) -> str:
    return f"{result['beside_real_pages']['drawn']['auc']:.2f}"


def _survived(result: Mapping[str, Any]) -> str:
    return f"{min(result['read again equal'], result['decoded equal']):.1%} of {result['pages']}"


def _sound_walks(found: Mapping[str, Any]) -> str:
    wrong = found["stuck"] + found["over_budget"] + sum(found["pages_with_errors"].values())
    return f"{found['walks'] - wrong:,} of {found['walks']:,}"


def _budgets(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [figures for name, figures in result.items() if name != "run"]


def _sound_pages(result: Mapping[str, Any]) -> str:
    """Without an error; findings that are warnings are told in the log."""
    found = [(rule, count) for each in _budgets(result) for rule, count in each["findings"].items()]
    pages = sum(each["pages"] for each in _budgets(result))
    return f"{pages - sum(count for rule, count in found if rule_of(rule).severity == 'error'):,} of {pages:,}"


def _sound_nu(result: Mapping[str, Any]) -> str:
    pages = sum(each["pages"] for each in _budgets(result))
    return f"{pages - sum(each['nu_pages_with_errors'] for each in _budgets(result)):,} of {pages:,}"


def _part(counted: Mapping[str, int], part: str, whole: str) -> str:
    return f"{counted[part]:,} of {counted[whole]:,}"


def _sound_codes(result: Mapping[str, Any]) -> str:
    each = list(result["validity"].values())
    broken = sum(max(row["html5lib_errors"], row["grammar_errors"]) for row in each)
    count = sum(row["count"] for row in each)
    return f"{count - broken:,} of {count:,}"


_SOUNDNESS: Final[list[tuple[str, str, Callable[[Any], str]]]] = [
    ("random walks of `page` that end valid, within their budget", "walks", lambda r: _sound_walks(r["in_all"])),
    ("… deep ones", "walks_deep", lambda r: _sound_walks(r["in_all"])),
    ("pages without an error", "generation", _sound_pages),
    ("… without an error by the Nu Html Checker", "generation_nu", _sound_nu),
    ("holes at random places of real pages that are filled without a new error", "filling", lambda r: _part(r, "filled", "pages")),
    ("pages that can do no harm", "safety", lambda r: _part(r, "harmless", "pages")),
    ("pages like none before, of 10,000", "likeness", lambda r: f"{r['soundness']['drawn']['distinct']:,}"),
    ("AUC of a classifier between generated and real pages (0.5 is best)", "likeness", _auc),
    ("reconstructions, variants, steps between two, without an error by html5lib or the grammar", "autoencoder", _sound_codes),
    ("altered copies whose nearest is their origin", "retrieval", lambda r: f"{r['altered']['first']:.1%} of {r['altered']['queries']:,}"),
    ("real pages that survive reading, writing and encoding", "roundtrip", _survived),
    ("verdicts on pages equal to jing's", "jing_agreement", lambda r: f"{r['agree']:,} of {r['documents']:,}"),
    ("error codes and places of html5lib-tests", "syntax", lambda r: _part(r["tokenizer"], "with_errors_same_errors", "with_errors")),
    ("fuzzed inputs of the evaluator; failures", "fuzz", lambda r: f"{r['executions']:,}; {len(r['failures'])}"),
    ("trees of html5lib-tests", "syntax", lambda r: _part(r["tree_construction"], "same_tree", "cases")),
]


def telling(results: Results) -> list[Row]:
    """The four figures that the front page shows, each beside what others do."""
    sound = _sound_pages(results["generation"]), f"the Nu Html Checker has nothing against {_sound_nu(results['generation_nu'])}"
    return [
        ("what", "htmlgen", "beside it"),
        ("generated pages without an error", *sound),
        _bits(results),
        ("wrong pages found (right ones called wrong)", *_judges(results["judging"]["judges"])),
        ("the mask of a token and the move past it, warm, the same grammar and vocabulary", *_guides(results["guidance"])),
    ]


def _judges(judges: Mapping[str, Any]) -> tuple[str, str]:
    names = {"html-validate, standard": "html-validate", "tidy, errors and warnings": "tidy", "html5lib": "html5lib"}
    given = {name: row for name, row in judges.items() if "found" in row}
    told = {name: f"{row['found'] / row['invalid']:.0%} ({row['false_alarms'] / row['valid']:.0%})" for name, row in given.items()}
    return told["htmlgen eval"], "; ".join(f"{short} {told[name]}" for name, short in names.items() if name in told)


def _guides(result: Mapping[str, Any]) -> tuple[str, str]:
    peers = (("llguidance", "llguidance_over_htmlgen"), ("XGrammar", "xgrammar_over_htmlgen"))
    told = (f"{name} {result[ratio]:.0f} times the former" for name, ratio in peers if ratio in result)
    own = result["htmlgen"]
    times = f"{own['warm_microseconds_a_token']:.1f} µs; {own['first_microseconds_a_token']:.0f} on pages that are new"
    return times, "; ".join(told)


def _bits(results: Results) -> Row:
    """Bits per byte at one size and one compute: of the generators before this one, or until they are measured of its parts."""
    rows = results.get("ancestors", {"rows": {}})["rows"]
    own = [row["bits_per_byte"] for name, row in rows.items() if name.startswith("htmlgen")]
    others = {name: row["bits_per_byte"] for name, row in rows.items() if name in ("LSTM, bytes", "LSTM, structure", "5-grams, structure")}
    if not own or not others:
        parts = results["ablations"]["rows"]
        own, others = [parts["whole"]["bits_per_byte"]], {"an LSTM on the same tokens": parts["tokens alone"]["bits_per_byte"]}
    told = "; ".join(f"{name} {bits:.2f}" for name, bits in others.items())
    return "bits per byte of unseen sites, small models of one size and one compute", f"{own[0]:.2f}", told


def ablations(results: Results) -> list[Row]:
    """What each part of the generator is worth."""
    rows: list[Row] = [("what the model has", "bits per byte", "in the grammar", "bytes a token")]
    for name, row in results["ablations"]["rows"].items():
        rows.append((name, f"{row['bits_per_byte']:.3f}", f"{row['bits_per_byte_in_grammar']:.3f}", f"{row['bytes_per_token']:.2f}"))
    return rows


def compression(results: Results) -> list[Row]:
    """Bits a byte of general compressors."""
    found: Mapping[str, float] = results["compression"]["bits_per_byte"]
    return [("compressor", "bits per byte"), *((name, f"{bits:.3f}") for name, bits in found.items())]


def ancestors(results: Results) -> list[Row]:
    """One size, one compute, all generators."""
    formed = ("well-formed by itself", "under the guard", "under the grammar")
    head = ("generator", "bits per byte", "in the grammar", *formed, "tokens read", "time")
    rows = results.get("ancestors", {"rows": {}})["rows"]
    return [head, *(_ancestor(name, row) for name, row in rows.items())]


def _ancestor(name: str, row: Mapping[str, Any]) -> Row:
    within = f"{row['bits_per_byte_in_grammar']:.3f}" if "bits_per_byte_in_grammar" in row else ""
    shares = row.get("well_formed", {})
    formed = (f"{shares[guide]:.0%}" if guide in shares else "" for guide in ("nothing", "tags", "page"))
    return name, f"{row['bits_per_byte']:.3f}", within, *formed, f"{row['tokens']:,}" if "tokens" in row else "", _took(row["seconds"])


def autoencoder(results: Results) -> list[Row]:
    """What comes back, by length."""
    rows: list[Row] = [("snippets of unseen sites", "tokens", "exact", "same element tree", "pq-gram similarity")]
    found = results.get("autoencoder", {})
    names = {"reconstructions": "as it ships", "without_grammar": "every token allowed", "nearest_neighbour": "TF-IDF neighbour"}
    for key, name in names.items():
        for most, row in found.get(key, {"by_tokens": {}})["by_tokens"].items():
            rows.append((name, f"up to {most}", f"{row['exact']:.1%}", f"{row['same_tree']:.1%}", f"{row['pq_gram_similarity']:.3f}"))
    return rows


def autoencoder_ablations(results: Results) -> list[Row]:
    """What each part is worth."""
    lengths = (16, 32, 64, 128)
    rows: list[Row] = [("trained on the same tokens", *(f"exact, up to {most}" for most in lengths))]
    for row in results.get("autoencoder_ablations", {}).values():
        if "what" in row:
            rows.append((row["what"], *(f"{row[f'exact_{most}']:.1%}" for most in lengths)))
    return rows


def retrieval(results: Results) -> list[Row]:
    """Neighbours of the same kind."""
    rows: list[Row] = [("five nearest of other sites", "of the same kind", "95 % interval", "mean over kinds")]
    names = {"gist": "cosine of gists", "tfidf_of_tokens": "TF-IDF of tokens", "tfidf_of_paths": "TF-IDF of element paths"}
    for key, name in names.items():
        if row := results.get("retrieval", {"by_kind": {}})["by_kind"].get(key):
            low, high = row["interval"]
            rows.append((name, f"{row['precision']:.1%}", f"{low:.1%} to {high:.1%}", f"{row['by_kind']:.1%}"))
    return rows


def string_sum(results: Results) -> list[Row]:
    """Sums that are exact."""
    rows: list[Row] = [("how numbers are read and said", "examples", "parameters", "held-out sums exact")]
    for name, row in results.get("string_sum", {"rows": {}})["rows"].items():
        rows.append((name, f"{row['examples']:,}", f"{row['parameters']:,}", f"{row['exact']:.1%} of {row['held_out']:,}"))
    return rows


def vanishing_gradient(results: Results) -> list[Row]:
    """End tags that are right, by the length of their element."""
    found = results.get("vanishing_gradient", {"rows": {}})["rows"]
    lengths = list(next(iter(found.values()))["closing"]) if found else []
    head = ("cell", *(f"{length} tokens" for length in lengths), "gradient 50 steps back")
    return [head, *(_closing(name, row) for name, row in found.items())]


def _closing(name: str, row: Mapping[str, Any]) -> Row:
    return name, *(f"{share:.2f}" for share in row["closing"].values()), f"{row['gradient_after'][50]:.0e}"


def judging(results: Results) -> list[Row]:
    """Judges on the Nu Html Checker's suite."""
    rows: list[Row] = [("judge", "invalid pages found", "false alarms on valid pages", "processor time a page")]
    for name, row in results.get("judging", {"judges": {}})["judges"].items():
        if "left_out" in row:
            rows.append((name, row["left_out"], "", ""))
            continue
        found, alarms = row["found"] / row["invalid"], row["false_alarms"] / row["valid"]
        told = f"{found:.1%} of {row['invalid']:,}", f"{alarms:.1%} of {row['valid']:,}", f"{row['milliseconds_a_page']:.1f} ms"
        rows.append((name, *told))
    return rows


def guidance(results: Results) -> list[Row]:
    """Masks and moves of the guide and of peers."""
    rows: list[Row] = [("who", "mask and move", "move alone", "start from a grammar", "pages accepted")]
    if (found := results.get("guidance")) is None:
        return rows
    own, start = found["htmlgen"], found["start"]
    alone = f"{own['moves_alone_microseconds_a_token']:.1f} µs" if "moves_alone_microseconds_a_token" in own else ""
    started = f"{start['cold_load_and_guide_seconds']:.2f} s; cached {start['cached_load_and_guide_seconds']:.2f} s"
    rows.append(("htmlgen", f"{own['warm_microseconds_a_token']:.1f} µs", alone, started, "they are its own"))
    rows.append(("… over these pages for the first time", f"{own['first_microseconds_a_token']:.1f} µs", "", "", ""))
    for name, title in (("llguidance", "llguidance"), ("xgrammar", "XGrammar")):
        rows += _peer_guide(title, found.get(name, {"left_out": "not measured"}))
    return rows


def _peer_guide(title: str, row: Mapping[str, Any]) -> list[Row]:
    if "left_out" in row:
        return [(title, row["left_out"], "", "", "")]
    titles = {"grammars_own_values": "the grammar's own values", "any_values": "any escaped values"}
    return [(f"{title} {row['version']}, {said}", *_times(row[form])) for form, said in titles.items()]


def _times(form: Mapping[str, Any]) -> Row:
    moves = f"{form['moves_alone_microseconds_a_token']:.1f} µs" if "moves_alone_microseconds_a_token" in form else ""
    return f"{form['warm_microseconds_a_token']:.0f} µs", moves, f"{form['start_seconds']:.2f} s", form["pages_accepted"]


def peer_generation(results: Results) -> list[Row]:
    """Generators of test data."""
    rows: list[Row] = [("item", "processor time", "bytes", "start", "without an html5lib error", "without any error")]
    for name, row in results.get("peer_generation", {"rows": {}})["rows"].items():
        if "left_out" in row:
            rows.append((name, row["left_out"], "", "", "", ""))
            continue
        shares = (f"{row[key]:.0%}" if key in row else "" for key in ("parse", "sound"))
        start = f"{row['start_seconds']:.1f} s" if "start_seconds" in row else ""
        rows.append((name, f"{row['milliseconds_an_item']:.2f} ms", f"{row['bytes_an_item']:.0f}", start, *shares))
    return rows


def page_kind(results: Results) -> list[Row]:
    """Kinds of pages, told from tokens."""
    rows: list[Row] = [("told by", "accuracy", "mean over kinds")]
    for name, row in results.get("page_kind", {"rows": {}})["rows"].items():
        rows.append((name, f"{row['accuracy']:.1%}", f"{row['mean_over_kinds']:.1%}"))
    return rows


def tokenizers(results: Results) -> list[Row]:
    """Bytes a token."""
    rows: list[Row] = [("tokenizer", "vocabulary", "bytes a token")]
    for name, row in results.get("tokenizers", {"tokenizers": {}})["tokenizers"].items():
        rows.append((name, f"{row['vocabulary']:,}", f"{row['bytes_per_token']:.2f}") if "tokens" in row else (name, row["left_out"], ""))
    return rows


TABLES: Final[Mapping[str, Callable[[Results], list[Row]]]] = {
    "telling": telling,
    "limits": limits,
    "soundness": soundness,
    "ablations": ablations,
    "compression": compression,
    "guidance": guidance,
    "peer_generation": peer_generation,
    "page_kind": page_kind,
    "autoencoder": autoencoder,
    "autoencoder_ablations": autoencoder_ablations,
    "retrieval": retrieval,
    "judging": judging,
    "tokenizers": tokenizers,
    "ancestors": ancestors,
    "string_sum": string_sum,
    "vanishing_gradient": vanishing_gradient,
    "runs": runs,
}
