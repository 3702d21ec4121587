"""Verify a publication log offline: ``python3 verify.py log.jsonl --checkpoints checkpoints.json``.

Needs Python 3.9 and, to check signatures, the package "cryptography". Opens no connection. The log is a file with one
entry on each line, or saved answers of ``/api/v1/changes/`` in their order. Prints every fault and ends with 1.
How an entry is made is described in docs/how-to/verify-publications.md of the portal.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

FORMAT = "publication-log/1"
CHECKPOINT = "publication-log-checkpoint/1"
ENDORSEMENT = "publication-log-key/1"
BEGINNING = "0" * 64


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_log(paths):
    """Every entry: from lines, or from the list "entries" of a saved answer."""
    for path in paths:
        text = Path(path).read_text(encoding="utf-8")
        try:
            whole = json.loads(text)
        except ValueError:
            whole = None
        if isinstance(whole, dict) and "entries" in whole:
            yield from whole["entries"]
        else:
            yield from (json.loads(line) for line in text.splitlines() if line.strip())


def check_chain(entries):
    """The faults, and the hash of every entry by its number."""
    faults, hashes, bare, retracted = [], {}, set(), set()
    previous, association = BEGINNING, None
    for number, entry in enumerate(entries, 1):
        told = json.loads(entry["header"])
        association = association or told.get("association")
        faults += [f"entry {number}: {fault}" for fault in check_entry(entry, told, number, previous)]
        if told.get("association") != association:
            faults.append(f"entry {number}: belongs to another association")
        if entry.get("payload") is None:
            bare.add(number)
        if told.get("kind") == "retraction":
            retracted.add(told.get("subject"))
        previous = hashes[number] = entry["hash"]
    faults += [f"entry {number}: its payload is missing" for number in sorted(bare - retracted)]
    return faults, hashes, association


def check_entry(entry, told, number, previous):
    if told.get("format") != FORMAT:
        yield f"is not of the format {FORMAT}"
    if told.get("seq") != number:
        yield "has the number {}".format(told.get("seq"))
    if sha256(entry["header"]) != entry["hash"]:
        yield "its header is not what its hash says"
    if told.get("previous") != previous:
        yield "does not follow the entry before it"
    payload, salt = entry.get("payload"), entry.get("salt")
    if payload is not None and sha256(f"{salt}\n{payload}") != told.get("payload_sha256"):
        yield "its payload is not what its hash says"


def is_signed(public, text, signature):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), text.encode("utf-8"))
    except (InvalidSignature, ValueError):
        return False
    return True


def key_name(public):
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def believed(keys, association, pinned):
    """The public keys to believe, by name: those named on the command line and what they vouched for, or all told."""
    told = {key_name(key["public_key"]): key for key in keys}
    if not pinned:
        return {name: key["public_key"] for name, key in told.items()}
    known = {key_name(public): public for public in pinned}
    for key in keys:
        text = "{}\n{}\n{}\n".format(ENDORSEMENT, association, key["public_key"])
        voucher = known.get(key.get("endorsed_by"))
        if voucher and is_signed(voucher, text, key.get("endorsement") or ""):
            known[key_name(key["public_key"])] = key["public_key"]
    return known


def check_checkpoints(document, hashes, association, pinned):
    known = believed(document["keys"], association, pinned)
    for row in document["checkpoints"]:
        number = row["text"].split("\n")[2]
        public = known.get(row["key_name"])
        if public is None:
            yield f"checkpoint {number}: signed by a key that is not known"
        elif not is_signed(public, row["text"], row["signature"]):
            yield f"checkpoint {number}: its signature does not hold"
        yield from check_kept(row["text"], hashes, association)


def check_kept(text, hashes, association):
    lines = text.split("\n")
    if lines[0] != CHECKPOINT or lines[1] != association:
        yield "checkpoint: not one of this log"
    elif hashes.get(int(lines[2])) != lines[3]:
        yield f"checkpoint {lines[2]}: the log is another one than was signed"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Verify a publication log offline.")
    parser.add_argument("log", nargs="+", help="log.jsonl, or saved answers of changes/ in their order")
    parser.add_argument("--checkpoints", help="saved answer of checkpoints/")
    parser.add_argument("--key", action="append", default=[], help="a public key you know, in hexadecimal")
    parser.add_argument("--kept", action="append", default=[], help="the text of a checkpoint you kept")
    given = parser.parse_args(arguments)
    faults, hashes, association = check_chain(read_log(given.log))
    signed = 0
    if given.checkpoints:
        document = json.loads(Path(given.checkpoints).read_text(encoding="utf-8"))
        faults += check_checkpoints(document, hashes, association, given.key)
        signed = len(document["checkpoints"])
    for path in given.kept:
        faults += check_kept(Path(path).read_text(encoding="utf-8"), hashes, association)
    for fault in faults:
        print(fault)
    told = "in order" if not faults else f"{len(faults)} faults"
    print(f"{association}: {len(hashes)} entries, {signed} checkpoints, {told}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
