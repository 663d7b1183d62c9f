"""What went wrong in a run of the tests, from its log: issues with what was said of them, and tests that never ended.

    Scripts/test_report.py LOG
"""

import re
import sys

# Every line of the testing library begins with one of these; what follows an issue without one belongs to it.
SYMBOL = re.compile(r"^[◇✔✘↳➜⚠−\U00100000-\U0010ffff] ?")
LONGEST_ISSUE = 60


def issues(lines):
    """Each recorded issue with the lines that explain it: ``↳``, and what a message of several lines goes on with."""
    found = []
    is_within = False
    for line in lines:
        if line.startswith("✘") and "recorded an issue" in line:
            found.append([line])
            is_within = True
        elif is_within and (line.startswith("↳") or not SYMBOL.match(line)):
            found[-1].append(line)
        else:
            is_within = False
    return found


def unended(text):
    """Tests that began and of whose end nothing was said."""
    end = r"[✔✘➜] Test (.+?)(?: with \d+ test cases?)? (?:(?:passed|failed) after|skipped(?=[.:]|$))"
    ended = set(re.findall(end, text, re.M))
    return [name for name in re.findall(r"^◇ Test (?!case|run)(.+?) started\.$", text, re.M) if name not in ended]


def main():
    with open(sys.argv[1], errors="replace") as log:
        text = log.read()
    for issue in issues(text.splitlines()):
        print("\n".join(issue[:LONGEST_ISSUE]))
        if len(issue) > LONGEST_ISSUE:
            print(f"   … {len(issue) - LONGEST_ISSUE} lines more")
    names = unended(text)
    if names:
        print("Begun and not ended:")
        print("\n".join("   " + name for name in names))


main()
