"""Signs who is looking, with the SDK; `server.mjs` passes /identity on to it. `python sign.py`, beside `make demo`."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from earmark import sign_identity

PORT = int(os.environ.get("SIGN_PORT", "5175"))
CUSTOMER = os.environ.get("CUSTOMER", "customer-2")
DEMO = Path(os.environ.get("EARMARK_DEMO", Path(__file__).parents[2] / ".earmark" / "demo.json"))


def identity() -> str:
    """Return a token for who is signed in: here always the same customer, in a host of yours its session says."""
    demo = json.loads(DEMO.read_text())
    return sign_identity(CUSTOMER, project=demo["project"], key=demo["signing_key"], kid=demo["signing_kid"])


class Signer(BaseHTTPRequestHandler):
    """Answers POST /identity for pages of this forum alone."""

    def do_POST(self) -> None:
        """Sign."""
        if self.path != "/identity" or self.headers.get("Sec-Fetch-Site") != "same-origin":
            return self.send_error(403)
        content = identity().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    ThreadingHTTPServer(("localhost", PORT), Signer).serve_forever()
