"""A small service as anybody would write it with Flask: it knows nothing of the mesh."""

import os
import sys

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="well")


@app.get("/reports/<name>")
def report(name):
    return jsonify(
        name=name,
        pid=os.getpid(),
        trace=request.headers.get("traceparent", ""),
        client=request.headers.get("X-Forwarded-For", ""),
    )


@app.post("/reports/<name>")
def store(name):
    return jsonify(name=name, bytes=len(request.get_data())), 201


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
