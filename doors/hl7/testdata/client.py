# Sends the message on standard input twice on one connection with the client of python-hl7, and prints the answers.
import sys

from hl7.client import MLLPClient

message = sys.stdin.buffer.read().replace(b"\n", b"\r")
with MLLPClient("127.0.0.1", int(sys.argv[1])) as client:
    for _ in range(2):
        reply = client.send_message(message)
        sys.stdout.buffer.write(reply.replace(b"\r", b"\n") + b"--\n")
