#!/usr/bin/env python3
"""A second verifier of evidence files: shares no code with Chancery, only the formats of docs/formats.md.

What is proven and what is not goes to standard error in plain words, and as one JSON document to standard output.
Exit: 0 the evidence holds, 1 it does not, 2 the command is wrong.
"""
import argparse, json, sys
sys.dont_write_bytecode = True
from verifier.cells import verify_cell
from verifier.ledger import canonical, read_car
from verifier.results import verify_result

def verify(path, pinned):
    root, blocks = read_car(open(path, "rb").read())
    content = canonical(blocks[root])
    return (verify_cell if "cell" in content else verify_result)(content, blocks, pinned)

def main():
    parser = argparse.ArgumentParser(description="Checks a Chancery evidence file.")
    parser.add_argument("evidence"), parser.add_argument("--consortium", help="founding record that you trust")
    arguments = parser.parse_args()
    try:
        report = verify(arguments.evidence, arguments.consortium)
    except OSError as error:
        parser.error(str(error))
    except Exception as error:  # whatever a hostile file provokes, it proves nothing
        report = {"valid": False, "proven": [], "notProven": [f"it: {error} ({type(error).__name__})"], "table": None}
    for line in report["proven"] + [f"NOT proven: {line}" for line in report["notProven"]]: print(line, file=sys.stderr)
    print(json.dumps(report, ensure_ascii=False))
    sys.exit(0 if report["valid"] else 1)

if __name__ == "__main__":
    main()
