"""Tiny models made on the spot, loaded by the real code: they always write the same word."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import sentencepiece
import tokenizers
from ctranslate2.specs import attention_spec, common_spec, transformer_spec, whisper_spec

if TYPE_CHECKING:
    from pathlib import Path

DEPTH, INNER = 8, 16
INSTRUCTION = "<script>alert(1)</script>"
"""What the model writes: an instruction to a browser, which must stay text."""
SENTENCES = ["tolong saya", "paspor saya diambil", "saya takut", "warm-up", "He keeps my passport."]


def make_translator(folder: Path, *, writes: str = INSTRUCTION) -> Path:
    """Make a folder with one model, Indonesian to English, that always writes the same word."""
    model = folder / "tiny"
    model.mkdir(parents=True)
    pieces = _train(model / "source.spm")
    spec = transformer_spec.TransformerSpec.from_config(1, 1)
    vocabulary = ["<s>", "</s>", "<unk>", *pieces, f"\u2581{writes}"]
    _fill(spec, len(vocabulary))
    favoured = np.full(len(vocabulary), -100.0, dtype=np.float32)
    favoured[-1] = 100.0
    spec.decoder.projection.bias = favoured
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    spec.save(str(model))
    write_manifest(folder)
    return folder


SPECIAL = [
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
]  # fmt: skip
HEARD = "help"


def make_transcriber(folder: Path) -> Path:
    """Make a folder with one model for English speech that always hears the same word."""
    model = folder / "tiny"
    model.mkdir(parents=True)
    words = ["<unk>", HEARD, *SPECIAL, *(f"<|{step * 0.02:.2f}|>" for step in range(1501))]
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    for conv, channels in ((spec.encoder.conv1, 80), (spec.encoder.conv2, DEPTH)):
        conv.weight = _weights(DEPTH, channels * 3).reshape(DEPTH, channels, 3)
        conv.bias = np.zeros(DEPTH, dtype=np.float32)
    for side, length in ((spec.encoder, 1500), (spec.decoder, 448)):
        side.position_encodings.encodings = _weights(length, DEPTH)
        _fill_layers(side)
    spec.decoder.embeddings.weight = _weights(len(words), DEPTH)
    _linear(spec.decoder.projection, len(words), DEPTH)
    favoured = np.full(len(words), -10.0, dtype=np.float32)
    favoured[words.index(HEARD)], favoured[words.index("<|0.00|>")] = 50.0, 60.0
    spec.decoder.projection.bias = favoured
    spec.register_vocabulary(words)
    spec.config.suppress_ids = spec.config.suppress_ids_begin = []
    spec.config.lang_ids, spec.config.alignment_heads = [words.index("<|en|>")], [[0, 0]]
    spec.validate()
    spec.save(str(model))
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(numbers, unk_token=words[0]))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(model / "tokenizer.json"))
    write_manifest(
        folder, **{"name": "tiny-en", "use": "transcribe", "from": ["en"], "to": [],
                   "codes": {"en": "en"}},
    )  # fmt: skip
    return folder


def write_manifest(where: Path, **changed: Any) -> None:
    """Write the manifest of the model as it lies there."""
    files = {it.name: sha256(it.read_bytes()).hexdigest() for it in (where / "tiny").iterdir()}
    entry = {
        "name": "tiny-id-en", "use": "translate", "licence": "AGPL-3.0-or-later",
        "folder": "tiny", "files": files, "from": ["id"], "to": ["en"],
    }  # fmt: skip
    manifest = {"models": [entry | changed]}
    (where / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _train(path: Path) -> list[str]:
    """Train pieces of words, store them, and return them."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20), model_writer=made, vocab_size=32,
        hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    path.write_bytes(made.getvalue())
    pieces = sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())
    listed = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    return [it for it in listed if it not in {"<s>", "</s>", "<unk>"}]


def _fill(spec: Any, words: int) -> None:
    """Give every layer weights of the right shape."""
    for side in (spec.encoder, spec.decoder):
        tables = side.embeddings if isinstance(side.embeddings, list) else [side.embeddings]
        for table in tables:
            table.weight = _weights(words, DEPTH)
        _fill_layers(side)
        if hasattr(side, "position_encodings"):
            side.position_encodings.encodings = _weights(600, DEPTH)
    _linear(spec.decoder.projection, words, DEPTH)


def _fill_layers(side: Any) -> None:
    _norm(side.layer_norm)
    for layer in side.layer:
        _attention(layer.self_attention, (3 * DEPTH, DEPTH))
        if hasattr(layer, "attention"):
            _attention(layer.attention, (DEPTH, 2 * DEPTH, DEPTH))
        _norm(layer.ffn.layer_norm)
        _linear(layer.ffn.linear_0, INNER, DEPTH)
        _linear(layer.ffn.linear_1, DEPTH, INNER)


def _attention(attention: attention_spec.MultiHeadAttentionSpec, sizes: tuple[int, ...]) -> None:
    _norm(attention.layer_norm)
    for linear, size in zip(attention.linear, sizes, strict=True):
        _linear(linear, size, DEPTH)


def _norm(norm: common_spec.LayerNormSpec) -> None:
    norm.gamma, norm.beta = np.ones(DEPTH, dtype=np.float32), np.zeros(DEPTH, dtype=np.float32)


def _linear(linear: common_spec.LinearSpec, rows: int, columns: int) -> None:
    linear.weight, linear.bias = _weights(rows, columns), np.zeros(rows, dtype=np.float32)


def _weights(rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng(rows * 31 + columns).normal(0, 0.1, (rows, columns)).astype("f4")
