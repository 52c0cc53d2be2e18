#!/usr/bin/env python3
"""peers.py ALGORITHM FILE.f32 D: what one fit by a Python library takes, as one JSON object on standard output.

ALGORITHM is hdbscan (every exact setting that the points and the memory allow, the best one reported), fast_hdbscan, sklearn-hdbscan (scikit-learn's, as
hdbscan: every exact setting), umap, umap-hdbscan (umap-learn's layout, then hdbscan), evoc (the clustering of embeddings), birch (scikit-learn, without the
labels of the points: the insertion alone) or birch-stream (the same by partial_fit, in batches as a stream's requests bring them). Each needs its library and
numpy. "peers.py versions" tells what there is, the matrix product of numpy included.

Every setting runs in a process of its own. Outside the clock: reading, imports, conversion to the library's precision, a fit of the first points, which compiles
code, and the start of pools of processes. Where there is more than one setting, each is fitted once, as long as it takes no more processor time than the best
so far, and the best is then measured. It runs as often as --repeats says, or once if that would take longer than --timeout ("repeats" tells); seconds and processor seconds (of the process and its children) are medians, with the
least and the most beside them. For trees the sum of the weights is given, to be compared with an exact one; "approximate" says what is approximate in the method
itself. What fails, takes longer than --timeout or more memory than --memory is named under "failed" with the reason; if nothing could be measured, the object
has "error" alone. What a library prints goes to standard error.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import namedtuple

OUTPUT = os.dup(1)
os.dup2(2, 1)  # Whatever a library prints to standard output goes to standard error.

import numpy as np

WARM_UP = 2_500
NEIGHBOUR_WARM_UP = 4_200  # From 4,096 points on umap-learn searches neighbours by NN-descent.
POOL_FROM = 16_384  # Up to so many points hdbscan starts no processes.
OWN_SECONDS = 15  # Processor seconds that imports, reading and the warm-up of a setting may take.
TICKS = os.sysconf("SC_CLK_TCK")

# What is fitted: fit(points); facts(result), a dictionary; the precision of the points; the points of the warm-up; the bytes needed; processes in a pool; what is approximate.
Setting = namedtuple("Setting", "fit facts precision warm_up bytes jobs approximate", defaults=(lambda result: {}, "float32", WARM_UP, 0, 1, None))


def status(process, key):
    """A number of kilobytes that the kernel tells of a process; 0 if it is gone."""
    try:
        with open(f"/proc/{process}/status") as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
    except OSError:
        return 0


def processes(root):
    """A process and all below it."""
    found, open_ = [], [root]
    while open_:
        process = open_.pop()
        found.append(process)
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/children") as children:
                    open_.extend(int(child) for child in children.read().split())
        except OSError:
            pass
    return found


def processor_seconds(root):
    """Processor time of a process and of its children, those that have ended included."""
    total = 0
    for process in processes(root):
        try:
            with open(f"/proc/{process}/stat") as line:
                total += sum(int(ticks) for ticks in line.read().rsplit(")", 1)[1].split()[11:15])
        except OSError:
            pass
    return total / TICKS


def memory(root, key):
    return 1024 * sum(status(process, key) for process in processes(root))


def forget_peak():
    for process in processes(os.getpid()):
        try:
            with open(f"/proc/{process}/clear_refs", "w") as request:
                request.write("5")
        except OSError:
            pass


def free_bytes():
    with open("/proc/meminfo") as lines:
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))


def timed(fit):
    before, start = processor_seconds(os.getpid()), time.perf_counter()
    result = fit()
    seconds = time.perf_counter() - start
    return seconds, processor_seconds(os.getpid()) - before, result


def start_pool(jobs):
    """Starts the processes of joblib's pool, which lives on, and has each import the library."""
    import joblib

    def import_there(_):
        import hdbscan  # noqa: F401

        time.sleep(0.2)  # So that each process gets one.

    joblib.Parallel(n_jobs=jobs, max_nbytes=None)(joblib.delayed(import_there)(i) for i in range(2 * jobs))


def measure(setting, points, options):
    """Fits as often as asked for, after a warm-up, in this process."""
    points = points.astype(setting.precision)
    if setting.jobs > 1 and len(points) > POOL_FROM:
        start_pool(setting.jobs)
    setting.fit(points[:setting.warm_up])
    forget_peak()
    runs = [timed(lambda: setting.fit(points)) for _ in range(options.repeats)]
    answer = dict(precision=setting.precision, repeats=options.repeats, peakBytes=memory(os.getpid(), "VmHWM"))
    for at, key, first in ((0, "seconds", "Seconds"), (1, "cpuSeconds", "CpuSeconds")):
        values = [run[at] for run in runs]
        answer.update({key: statistics.median(values), "least" + first: min(values), "most" + first: max(values)})
    if setting.approximate:
        answer["approximate"] = setting.approximate
    return {**answer, **setting.facts(runs[-1][2])}


def labelled(options):
    """Facts of a result that has labels, which are written where that is asked for."""

    def facts(model):
        labels = np.asarray(model.labels_)
        if options.labels:
            labels.astype("<i4").tofile(options.labels)
        return dict(clusters=int(labels.max()) + 1, noise=int((labels < 0).sum()))

    return facts


def tree(options, weight):
    """Facts of a result that has a tree, too."""
    facts = labelled(options)
    return lambda model: dict(mstWeight=float(weight(model)), **facts(model))


def hdbscan_settings(n, d, options):
    import hdbscan

    facts = tree(options, lambda model: model._single_linkage_tree[:, 2].sum())

    def setting(algorithm, jobs=1, bytes_=0):
        fit = lambda some: hdbscan.HDBSCAN(
            min_cluster_size=15, min_samples=5, algorithm=algorithm, approx_min_span_tree=False, core_dist_n_jobs=jobs).fit(some)
        return Setting(fit, facts, "float64", bytes=bytes_, jobs=jobs)

    settings = {}
    if d > 15:
        settings["generic"] = setting("generic", bytes_=4 * 8 * n * n)
    for algorithm in ("boruvka_kdtree", "prims_kdtree", "boruvka_balltree", "prims_balltree"):
        settings[algorithm] = setting(algorithm)
        if algorithm.startswith("boruvka") and n > POOL_FROM and os.cpu_count() > 1:
            settings[f"{algorithm}, {os.cpu_count()} jobs"] = setting(algorithm, os.cpu_count())
    if d <= 15:
        settings["generic"] = setting("generic", bytes_=4 * 8 * n * n)
    return settings


def sklearn_settings(n, d, options):
    from sklearn.cluster import HDBSCAN

    def weight(model):
        merges = model._single_linkage_tree_
        return merges["value" if "value" in merges.dtype.names else "distance"].sum()

    facts = tree(options, weight)
    named = str(getattr(HDBSCAN, "_parameter_constraints", {}).get("algorithm"))

    def setting(algorithm, bytes_=0):
        algorithm = algorithm if algorithm == "brute" or f"'{algorithm}'" in named else algorithm.replace("_", "")  # Version 1.3 wrote kdtree.
        # A point counts as its own neighbour here.
        fit = lambda some: HDBSCAN(min_cluster_size=15, min_samples=6, algorithm=algorithm, n_jobs=-1).fit(some)
        return Setting(fit, facts, "float64", bytes=bytes_)

    settings = dict(kd_tree=setting("kd_tree"), ball_tree=setting("ball_tree"))
    brute = dict(brute=setting("brute", 3 * 8 * n * n))
    return {**brute, **settings} if d > 15 else {**settings, **brute}


def fast_hdbscan_settings(n, d, options):
    import fast_hdbscan

    fit = lambda some: fast_hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5).fit(some)
    return dict(default=Setting(
        fit, tree(options, lambda model: np.asarray(model._single_linkage_tree)[:, 2].sum()), warm_up=NEIGHBOUR_WARM_UP))


def umap_settings(n, d, options, after=lambda layout: None, facts=lambda result: {}):
    import umap

    model = dict(n_components=options.components, n_neighbors=options.neighbors, min_dist=0.0, metric=options.metric, n_epochs=options.epochs)

    def fit(some):
        layout = umap.UMAP(**model).fit_transform(some)
        return some, layout, after(layout)

    def all_facts(result):
        points, layout, model = result
        if not options.trustworthiness:
            return facts(model)
        from sklearn.manifold import trustworthiness

        return dict(trustworthiness=float(trustworthiness(points, layout, n_neighbors=15, metric=options.metric)), **facts(model))

    return {f"{options.epochs or 'default'} passes": Setting(
        fit, all_facts, warm_up=NEIGHBOUR_WARM_UP, approximate="neighbours by NN-descent" if n >= 4_096 else None)}


def umap_hdbscan_settings(n, d, options):
    import hdbscan

    fit = lambda layout: hdbscan.HDBSCAN(
        min_cluster_size=15, min_samples=5, algorithm="boruvka_kdtree", approx_min_span_tree=False, core_dist_n_jobs=1).fit(layout.astype(np.float64))
    return umap_settings(n, d, options, fit, labelled(options))


def evoc_settings(n, d, options):
    import evoc

    passes = dict(n_epochs=options.epochs) if options.epochs else {}

    def fit(some):
        model = evoc.EVoC(**passes)
        model.fit_predict(some)
        return model

    return {f"{options.epochs or 'default'} passes": Setting(fit, labelled(options), warm_up=NEIGHBOUR_WARM_UP, approximate="neighbours by NN-descent")}


def birch_settings(n, d, options):
    from sklearn.cluster import Birch

    fit = lambda some: Birch(n_clusters=None, compute_labels=False).fit(some)
    return {"no labels": Setting(fit, lambda model: dict(subclusters=len(model.subcluster_centers_)), "float64")}


def birch_stream_settings(n, d, options):
    from sklearn.cluster import Birch

    def fit(some):
        model = Birch(n_clusters=None, compute_labels=False, threshold=options.threshold)
        for first in range(0, len(some), options.batch):
            model.partial_fit(some[first:first + options.batch])
        return model

    return {f"batches of {options.batch}": Setting(fit, lambda model: dict(subclusters=len(model.subcluster_centers_)), "float64")}


ALGORITHMS = {
    "hdbscan": hdbscan_settings,
    "fast_hdbscan": fast_hdbscan_settings,
    "sklearn-hdbscan": sklearn_settings,
    "umap": umap_settings,
    "umap-hdbscan": umap_hdbscan_settings,
    "evoc": evoc_settings,
    "birch": birch_settings,
    "birch-stream": birch_stream_settings,
}


def versions():
    """What there is, by the packages' names."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("numpy", "scipy", "numba", "scikit-learn", "hdbscan", "fast-hdbscan", "umap-learn", "pynndescent", "evoc"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    try:
        from threadpoolctl import threadpool_info

        found["blas"] = " and ".join(sorted({f"{pool['internal_api']} {pool['version']} ({pool['architecture']})" for pool in threadpool_info() if pool["user_api"] == "blas"}))
    except (ImportError, KeyError):
        pass
    return dict(python=sys.version.split()[0], **{name: text or "none" for name, text in found.items()})


def run_setting(name, repeats, options, until, most_cpu=float("inf")):
    """Measures one setting in a process of its own: its answer, or why there is none."""
    arguments = [sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--setting", name, "--repeats", str(repeats)]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, start_new_session=True)
    reason = None
    try:
        while child.poll() is None and reason is None:
            time.sleep(0.1)
            if time.perf_counter() > until:
                reason = f"not done after {options.timeout:.0f} s"
            elif processor_seconds(child.pid) > most_cpu:
                reason = f"slower: stopped after {most_cpu:.0f} processor s"
            elif memory(child.pid, "VmRSS") > options.memory * 2**30:
                reason = f"takes more than {options.memory:.1f} GB"
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    output = child.communicate()[0]
    if reason:
        return dict(error=reason)
    if child.returncode:
        return dict(error=f"ended with exit code {child.returncode}")
    return json.loads(output)


def best_of(settings, options):
    """The answer of the one setting there is, or that of the fastest of several, with what the others took or why they took nothing."""
    tried, failed = {}, {}
    until = time.perf_counter() + options.timeout
    for name, setting in settings.items() if len(settings) > 1 else ():
        room = min(options.memory * 2**30, 0.8 * free_bytes())
        if setting.bytes > room:
            failed[name] = f"needs {setting.bytes / 2**30:.1f} GB"
            continue
        least = min((answer["cpuSeconds"] for answer in tried.values()), default=float("inf"))
        answer = run_setting(name, 1, options, until, OWN_SECONDS + 1.2 * least)
        if "error" in answer:
            failed[name] = answer["error"]
        else:
            tried[name] = answer
    if len(settings) > 1 and not tried:
        return dict(error="; ".join(f"{name}: {reason}" for name, reason in failed.items()))
    best = min(tried, key=lambda name: tried[name]["cpuSeconds"], default=next(iter(settings)))
    if best in tried and options.repeats * tried[best]["seconds"] > options.timeout:
        answer = tried[best]  # There is no time for more than this one run.
    else:
        answer = run_setting(best, options.repeats, options, time.perf_counter() + options.timeout)
    if "error" in answer:
        return answer
    return dict(setting=best, tried={name: other["cpuSeconds"] for name, other in tried.items()}, failed=failed, **answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("algorithm", choices=[*ALGORITHMS, "versions"])
    parser.add_argument("file", nargs="?")
    parser.add_argument("dims", type=int, nargs="?")
    parser.add_argument("--repeats", type=int, default=3, help="how often the best setting is measured")
    parser.add_argument("--timeout", type=float, default=600, help="seconds that the search of the best setting may take, and its measurement again")
    parser.add_argument("--memory", type=float, default=0.8 * free_bytes() / 2**30, help="GB that a fit may take; by default four fifths of what is free")
    parser.add_argument("--setting", help="measure this setting alone, in this process")
    parser.add_argument("--labels", help="write the labels of the last fit to this file as little-endian int32")
    parser.add_argument("--components", type=int, default=5, help="dimensions of a layout")
    parser.add_argument("--neighbors", type=int, default=15, help="the neighbourhood's size of a layout")
    parser.add_argument("--epochs", type=int, default=0, help="passes of a layout or an embedding, as many as are compared with; 0 for the library's own number")
    parser.add_argument("--metric", default="cosine", help="the metric of a layout")
    parser.add_argument("--threshold", type=float, default=0.5, help="the largest radius of a subcluster of birch-stream")
    parser.add_argument("--batch", type=int, default=50, help="points of a partial_fit of birch-stream")
    parser.add_argument("--trustworthiness", action="store_true", help="compute the layout's trustworthiness over 15 neighbours, too")
    options = parser.parse_args()
    options.epochs = options.epochs or None
    if options.algorithm == "versions":
        os.write(OUTPUT, (json.dumps(versions()) + "\n").encode())
        return
    if options.dims is None:
        parser.error("FILE.f32 and D are needed.")
    try:
        n = os.path.getsize(options.file) // (4 * options.dims)
        settings = ALGORITHMS[options.algorithm](n, options.dims, options)
        if options.setting:
            result = measure(settings[options.setting], np.fromfile(options.file, "<f4").reshape(n, options.dims), options)
        else:
            result = best_of(settings, options)
    except Exception as error:  # Libraries raise what they like; the table's cell names it.
        result = dict(error=f"{type(error).__name__}: {str(error).strip()[:300]}")
    if not options.setting:
        result = dict(algorithm=options.algorithm, n=int(n), d=options.dims, **result)
    os.write(OUTPUT, (json.dumps(result) + "\n").encode())


if __name__ == "__main__":
    main()
