# Prints, for each file named on standard input, one JSON line with what python3-hl7 reads in PID-3, OBR-3, OBX-3, OBX-5,
# OBX-8 and OBX-11 of every segment, in order: each whole, and its first subcomponent. It does to the text what its users do: UTF-8, and a CR after each segment.
import json
import re
import sys

import hl7

WANTED = {"PID": (3,), "OBR": (3,), "OBX": (3, 5, 8, 11)}


def first(field):
    while isinstance(field, list):  # repetitions, components, subcomponents
        field = field[0] if field else ""
    return field


def fields(message):
    out = []
    for segment in message:
        name = str(segment[0])
        for n in WANTED.get(name, ()):
            field = segment[n] if n < len(segment) else ""
            out.append([name, n, str(field), first(field)])
    return out


for path in sys.stdin.read().splitlines():
    with open(path, "rb") as f:
        text = re.sub(r"[\r\n]+", "\r", f.read().decode("utf-8"))
    try:
        if hl7.isbatch(text) or hl7.isfile(text):
            messages = [m for b in hl7.parse_hl7(text) for m in (b if isinstance(b, hl7.Batch) else [b])]
        else:
            messages = [hl7.parse(text)]
        print(json.dumps({"fields": [f for m in messages for f in fields(m)]}))
    except Exception as e:  # what it refuses is said by its type
        print(json.dumps({"refused": type(e).__name__}))
