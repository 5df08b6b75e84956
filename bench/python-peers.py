"""PageRank of python-igraph or networkx, served to bench/python.ts over a pipe.

Usage: python3 python-peers.py igraph|networkx

Reads one request a line, as JSON, and answers each by one line. Only the package's own call is
timed, here, inside this process: start-up, imports, pipes and files are not. Edges come and ranks
go in files of raw little-endian numbers (uint32 pairs, doubles), which need no parsing.
"""

import array
import json
import sys
import time
import warnings

DAMPING = 0.85


def read_edges(path):
    ends = array.array("I")
    with open(path, "rb") as file:
        ends.frombytes(file.read())
    return list(zip(ends[0::2], ends[1::2]))


class Igraph:
    """Solves the linear system by PRPACK: takes no number of iterations and no tolerance."""

    def __init__(self):
        import igraph

        self.package = igraph
        self.versions = {"igraph": igraph.__version__}

    def load(self, vertex_count, edges):
        self.graph = self.package.Graph(n=vertex_count, edges=edges, directed=False)

    def call(self, request):
        return lambda: self.graph.pagerank(
            damping=DAMPING, directed=False, implementation="prpack"
        )

    def ranks(self, result):
        return result


class Networkx:
    """Power iteration on a scipy matrix, which every call makes anew from the graph."""

    def __init__(self):
        # Older networkx calls parts of itself that it warns of.
        warnings.simplefilter("ignore")
        import networkx
        import scipy

        self.package = networkx
        self.versions = {"networkx": networkx.__version__, "scipy": scipy.__version__}

    def load(self, vertex_count, edges):
        self.vertex_count = vertex_count
        self.graph = self.package.Graph()
        self.graph.add_nodes_from(range(vertex_count))
        self.graph.add_edges_from(edges)

    def call(self, request):
        # It stops at an L1 distance below tol times the number of vertices.
        tolerance = request["epsilon"] / self.vertex_count
        return lambda: self.package.pagerank(
            self.graph, alpha=DAMPING, tol=tolerance, max_iter=1000, weight=None
        )

    def ranks(self, result):
        return (result[vertex] for vertex in range(self.vertex_count))


def rank(peer, request):
    call = peer.call(request)
    cpu = time.process_time()
    wall = time.perf_counter()
    result = call()
    wall = time.perf_counter() - wall
    cpu = time.process_time() - cpu
    with open(request["ranks"], "wb") as file:
        array.array("d", peer.ranks(result)).tofile(file)
    return {"wallMs": wall * 1000, "cpuMs": cpu * 1000}


def load(peer, request):
    edges = read_edges(request["edges"])
    start = time.perf_counter()
    peer.load(request["vertexCount"], edges)
    return {"loadMs": (time.perf_counter() - start) * 1000}


def main():
    peer = {"igraph": Igraph, "networkx": Networkx}[sys.argv[1]]()
    version = ".".join(str(part) for part in sys.version_info[:3])
    reply({"python": version, **peer.versions})
    for line in sys.stdin:
        request = json.loads(line)
        reply(load(peer, request) if "edges" in request else rank(peer, request))


def reply(answer):
    print(json.dumps(answer), flush=True)


main()
