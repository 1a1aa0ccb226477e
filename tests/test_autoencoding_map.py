"""Is the map where the vectors say, and a page by itself in which nothing of the components runs?"""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from htmlgen.autoencoding.found import Found
from htmlgen.autoencoding.map_page import Sample, write_map
from htmlgen.autoencoding.projecting import principal_components, projected
from htmlgen.errors import MissingExtraError
from htmlgen.evaluation.score import evaluate

VECTORS = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32) * np.array([9, 4, 1, 1, 1, 1], dtype=np.float32)
HOSTILE = '</script><script>alert(1)</script><img src="x" onerror="alert(2)">'


def found(number: int, html: str = "<p>x</p>", kind: str = "text") -> Found:
    return Found(f"page{number % 3}.html", f"/p[{number}]", kind, 9, html, VECTORS[number])


def written(components: list[Found], **options: object) -> str:
    stream = io.StringIO()
    write_map(components, stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_principal_components_are_those_of_a_singular_value_decomposition() -> None:
    centred = VECTORS - VECTORS.mean(axis=0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    points = principal_components(VECTORS)
    np.testing.assert_allclose(np.abs(points), np.abs(left[:, :2] * scales[:2]), atol=1e-4)
    np.testing.assert_array_equal(principal_components(VECTORS), points)
    assert principal_components(VECTORS[:1]).tolist() == [[0, 0]]
    assert principal_components(VECTORS[:5, :1])[:, 1].tolist() == [0] * 5


def test_t_sne_keeps_clusters_together_and_is_the_same_again() -> None:
    draw = np.random.default_rng(2)
    vectors = np.concatenate([centre + draw.normal(0, 0.05, (12, 8)) for centre in 3 * np.eye(8)[:2]]).astype(np.float32)
    points = projected(vectors, "tsne")
    within = max(np.linalg.norm(points[half] - points[half].mean(axis=0), axis=1).max() for half in (slice(12), slice(12, 24)))
    assert np.linalg.norm(points[:12].mean(axis=0) - points[12:].mean(axis=0)) > within
    np.testing.assert_array_equal(projected(vectors, "tsne"), points)
    assert projected(vectors[:3], "tsne").shape == (3, 2)


def test_t_sne_without_its_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.manifold", None)
    with pytest.raises(MissingExtraError, match="--map tsne needs scikit-learn"):
        projected(VECTORS, "tsne")


def test_a_map_is_a_page_without_errors_that_loads_nothing() -> None:
    page = written([found(number, kind=kind) for number, kind in enumerate(["nav", "card", "page", "text"] * 5)])
    assert [finding for finding in evaluate(page).findings if finding.severity == "error"] == []
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.select("#plot circle")) == 20
    assert [(box["value"], box.find_parent("label").get_text().split()[-1]) for box in soup.select(".legend input")] == [  # type: ignore[union-attr]
        ("nav", "5"), ("card", "5"), ("page", "5"), ("text", "5"),
    ]  # fmt: skip
    assert "20 components of 3 pages" in page
    assert not re.search(r"\b(?:src|href)=|url\(|@import", page.replace("srcdoc", ""))
    policy = soup.select_one("meta[http-equiv]")["content"]  # type: ignore[index]
    assert "default-src 'none'" in policy
    assert {script.get("nonce", script.get("type")) for script in soup.select("script")} == {
        "application/json",
        re.search("'nonce-([^']+)'", str(policy))[1],  # type: ignore[index]
    }


def test_what_components_hold_stays_data() -> None:
    page = written([found(0, HOSTILE), found(1, "<p>" + "x" * 9000)])
    soup = BeautifulSoup(page, "html5lib")
    assert len(soup.select("script")) == 2
    assert soup.select("img") == []
    data = json.loads(str(soup.select_one("#data").string))  # type: ignore[union-attr]
    assert data[0] == ["page0.html", "/p[0]", "text", HOSTILE]
    assert len(data[1][3]) == 4001
    assert '<iframe id="frame" sandbox="" ' in page  # with nothing allowed


def test_points_lie_on_the_map_as_they_lie_to_one_another() -> None:
    soup = BeautifulSoup(written([found(number) for number in range(40)]), "html.parser")
    shown = np.array([[float(str(circle["cx"])), float(str(circle["cy"]))] for circle in soup.select("#plot circle")])
    points = principal_components(VECTORS)
    assert shown.min() == pytest.approx(20)
    assert shown.max() == pytest.approx(980)
    assert np.corrcoef(shown[:, 0], points[:, 0])[0, 1] == pytest.approx(1, abs=1e-4)
    assert np.corrcoef(shown[:, 1], points[:, 1])[0, 1] == pytest.approx(-1, abs=1e-4)  # upwards


def test_a_sample_is_fair_and_lets_all_pass() -> None:
    counts = np.zeros(40)
    for turn in range(200):
        sample = Sample(10)
        sample._draw = np.random.default_rng(turn)
        assert len(list(sample.through(found(number) for number in range(40)))) == 40
        places = [int(each.path[3:-1]) for each in sample.found]
        assert places == sorted(set(places))
        assert len(places) == 10
        counts[places] += 1
    assert abs(counts / 200 - 0.25).max() < 0.12  # four deviations
    assert sample.passed == 40


def test_the_script_is_the_files_own() -> None:
    script = Path("htmlgen/autoencoding/map.js").read_text("utf-8")
    assert script in written([found(0)])
