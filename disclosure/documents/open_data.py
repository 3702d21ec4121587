"""What goes with the open data: licence, schema, and what is in each file."""

from typing import Any

from django.utils.translation import gettext as _

# 开放数据 without a choice of the association's own; the sentence says that it is the default.
LICENCE = "本数据由%(name)s公布。除另有说明外，按知识共享署名 4.0 国际许可协议（CC BY 4.0，https://creativecommons.org/licenses/by/4.0/deed.zh-hans）提供：可以复制、转载、改编和商用，但须注明来源和数据截至的时间，不得使人误以为得到本会认可。这是本平台的默认许可，本会没有另行选择。转载等级、名单时请同时转载其状态，撤下的内容请一并撤下。"
# 少于起报数的, and what would tell them, are null.
_RATE = {
    "type": "object",
    "required": ["ratio", "low", "high"],
    "properties": {name: {"type": ["string", "null"]} for name in ("ratio", "low", "high")},
}
_LINE: dict[str, Any] = {
    "type": "object",
    "required": [
        "received", "accepted", "no_answer", "response", "resolution", "satisfaction", "per_thousand",
    ],
    "properties": {
        **{name: {"type": ["integer", "null"], "minimum": 0} for name in ("received", "accepted", "no_answer")},
        **dict.fromkeys(("response", "resolution", "satisfaction", "per_thousand"), _RATE),
    },
}  # fmt: skip
COMPLAINT_FIGURES: dict[str, Any] = {
    "type": "object",
    "description": "complaints received in one year, by institution, as they stood on the cut-off day; amounts in fen",
    "required": ["title", "year", "version", "cut_off", "query", "reason", "figures", "replaced", "standing"],
    "properties": {
        "year": {"type": "integer"},
        "version": {"type": "integer", "minimum": 1},
        "cut_off": {"type": "string", "format": "date"},
        "query": {"type": "string"},
        "reason": {"type": "string", "description": "why two people corrected it; empty where none did"},
        "replaced": {"type": "null", "description": "former versions are in the log, as tombstones"},
        "standing": {"const": "in_force"},
        "figures": {
            "type": "object",
            "required": [
                "least_cases", "least_cell", "least_enrolments", "claimed_fen", "returned_fen", "unconfirmed_fen",
                "total", "institutions",
            ],
            "properties": {
                **{name: {"type": "integer"} for name in ("least_cases", "least_cell", "least_enrolments")},
                **{
                    name: {"type": ["string", "null"]}
                    for name in ("claimed_fen", "returned_fen", "unconfirmed_fen")
                },
                "total": _LINE,
                "institutions": {
                    "type": "array",
                    "items": {"allOf": [_LINE, {"type": "object", "required": ["name", "uscc"]}]},
                },
            },
        },
    },
}  # fmt: skip
DATA_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "publications.json",
    "$defs": {"complaint_figures": COMPLAINT_FIGURES},
    "type": "object",
    "required": ["association", "name", "as_of", "last", "licence", "items"],
    "properties": {
        "association": {"type": "string"},
        "name": {"type": "string"},
        "as_of": {"type": "string", "format": "date-time"},
        "last": {
            "type": "integer",
            "minimum": 0,
            "description": "number of the last entry of the log: go on with changes/?after=",
        },
        "licence": {"type": "string"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind", "subject", "seq", "effective_at", "content"],
                "properties": {
                    "kind": {"type": "string"},
                    "subject": {"type": "integer"},
                    "seq": {"type": "integer", "minimum": 1},
                    "effective_at": {"type": ["string", "null"], "format": "date-time"},
                    "content": {
                        "type": "object",
                        "required": ["standing"],
                        "properties": {"standing": {"type": "string"}},
                    },
                },
                "if": {"properties": {"kind": {"const": "complaint_figures"}}},
                "then": {"properties": {"content": {"$ref": "#/$defs/complaint_figures"}}},
            },
        },
    },
}


def default_licence(name: str) -> str:
    """The text that goes with the files of an association that has chosen none."""
    return LICENCE % {"name": name}


def meaning_of(name: str) -> str:
    """What is in this file, for the page that lists them."""
    meanings = {
        "publications.json": _("现行的全部公布内容，附许可与数据截至时间"),
        "publications.csv": _("同样的内容，一行一项，可用表格软件打开"),
        "changelog.csv": _("历次公布、更正和撤下，按先后"),
        "log.jsonl": _("公布日志全文，用于核对"),
        "checkpoints.json": _("签名的检查点与公钥"),
        "schema.json": _("publications.json 的结构（JSON Schema）"),
        "licence.txt": _("使用许可"),
    }
    return meanings.get(name, "")
