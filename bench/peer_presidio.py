"""The peer: Microsoft's Presidio, its default analyzer, asked for the kinds that both know; runs in an environment of its own.

    PYTHON bench/peer_presidio.py TEXTS.jsonl ENTITY,...

Prints JSON: which model it ran with, CPU seconds of the analysis alone (loading left out), and how much it found. Its default
model is `en_core_web_lg`; where that is not installed, the first other English one of spaCy's is taken. Without any, as with
`--patterns`, its recognizers of patterns run alone, over a pipeline that only splits words.
"""

import importlib
import importlib.metadata
import json
import sys
import time
from pathlib import Path
from typing import Any


def analyzer(*, patterns: bool) -> tuple[str, Any]:
    """Give the name of the model, and an analyzer."""
    presidio, engines = (importlib.import_module(f"presidio_analyzer{part}") for part in ("", ".nlp_engine"))
    there = sorted(one.metadata["Name"].replace("-", "_") for one in importlib.metadata.distributions())
    models = [name for name in there if name.startswith("en_core_web")]
    if models and not patterns:
        model = "en_core_web_lg" if "en_core_web_lg" in models else models[0]
        given = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
        engine = engines.NlpEngineProvider(nlp_configuration=given).create_engine()
    else:
        model, engine = "none, patterns alone", engines.SpacyNlpEngine()
        engine.nlp = {"en": importlib.import_module("spacy").blank("en")}
    return model, presidio.AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def main() -> None:
    """Analyze the texts, one a line."""
    texts = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    kinds = sys.argv[2].split(",")
    model, engine = analyzer(patterns="--patterns" in sys.argv)
    engine.analyze("My mail is jo@example.org.", language="en", entities=kinds)
    start = time.process_time()
    found = sum(len(engine.analyze(text, language="en", entities=kinds)) for text in texts)
    print(json.dumps({"model": model, "seconds": time.process_time() - start, "found": found}))


if __name__ == "__main__":
    main()
