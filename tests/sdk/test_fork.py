"""Tests of what a client is in a process that was forked, as gunicorn with preload and Celery fork."""

import os
import subprocess
import sys

import pytest

SERVER = """
import http.server, json, os, threading
from earmark import Earmark

ports = []

class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        ports.append(self.client_address[1])
        told = json.dumps({"id": self.path.rsplit("/")[-1]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *told):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
"""
FORKED = """
client = Earmark("sk_test", address)
client.items.get("before")
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0, "the child failed"
    assert client.items.get("after").id == "after"
    print(len(ports), len(set(ports)))
else:
    os._exit(client.items.get("mine").id != "mine")
"""
AWAITED = """
import asyncio
from earmark import AsyncEarmark

async def asked(id):
    return (await client.items.get(id)).id

client = AsyncEarmark("sk_test", address)
asyncio.run(asked("before"))
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0, "the child failed"
    print(len(ports), len(set(ports)))
else:
    os._exit(asyncio.run(asked("mine")) != "mine")
"""
CLOSED = """
client = Earmark("sk_test", address)
client.close()
if child := os.fork():
    print(os.waitpid(child, 0)[1])
else:
    try:
        client.items.get("1")
    except RuntimeError as error:
        os._exit("closed" not in str(error))
    os._exit(1)
"""
WAITING = """
client = Earmark("sk_test", address)
children = []
for _ in range(2):
    told, tell = os.pipe()
    if not os.fork():
        os.write(tell, str(client._wires._jitter.random()).encode())
        os._exit(0)
    children.append(os.read(told, 99))
print(len(set(children)))
"""
HELD = """
import signal
from earmark import ids
holding, done = threading.Event(), threading.Event()

def hold():
    with ids._lock:
        holding.set()
        done.wait()

threading.Thread(target=hold, daemon=True).start()
holding.wait()
if child := os.fork():
    print(os.waitpid(child, 0)[1])
    done.set()
else:
    signal.alarm(10)
    ids.uuid7()
    os._exit(0)
"""
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def _run(script):
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SERVER + script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@forks
def test_a_forked_process_shares_no_connection_with_its_parent():
    assert _run(FORKED) == ["3", "2"]


@forks
def test_what_is_awaited_is_called_in_a_forked_process_too():
    assert _run(AWAITED) == ["2", "2"]


@forks
def test_a_client_that_was_closed_before_stays_closed_in_a_forked_process():
    assert _run(CLOSED) == ["0"]


@forks
def test_forked_processes_do_not_wait_equally_long():
    assert _run(WAITING) == ["2"]


@forks
def test_an_id_is_made_though_another_thread_made_one_as_the_process_forked():
    assert _run(HELD) == ["0"]
