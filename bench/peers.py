#!/usr/bin/env python3
"""peers.py ALGORITHM FILE.f32 D: what one fit by a Python library takes, as one JSON object on standard output.

ALGORITHM is hdbscan (every exact setting that the points and the memory allow, the best one reported), fast_hdbscan, sklearn-hdbscan (scikit-learn's, as
hdbscan: every exact setting), umap, umap-hdbscan (umap-learn's layout, then hdbscan), birch (scikit-learn, without the labels of the points: the insertion
alone) or birch-stream (the same by partial_fit, in batches as a stream's requests bring them). Each needs its library and numpy.

Outside the clock: reading, imports, conversion to the library's precision, and a fit of the first points, which compiles code and starts pools of processes.
Each setting runs as often as --repeats says; seconds and processor seconds (of the process and its children) are medians, with the least and the most beside
them. For trees the sum of the weights is given, to be compared with an exact one. What cannot be run is named under "failed" with the reason; if nothing could, the object has
"error" alone. What a library prints goes to standard error.
"""
import argparse
import json
import os
import statistics
import sys
import time

OUTPUT = os.dup(1)
os.dup2(2, 1)  # Whatever a library prints to standard output goes to standard error.

import numpy as np

WARM_UP = 2_500
LAYOUT_WARM_UP = 4_200  # From 4,096 points on umap-learn searches neighbours by NN-descent.
TICKS = os.sysconf("SC_CLK_TCK")


def status(process, key):
    """A number of kilobytes that the kernel tells of a process; 0 if it is gone."""
    try:
        with open(f"/proc/{process}/status") as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
    except OSError:
        return 0


def processes():
    """This process and all below it."""
    found, open_ = [], [os.getpid()]
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


def processor_seconds():
    """Processor time of this process and of its children, those that have ended included."""
    total = 0
    for process in processes():
        try:
            with open(f"/proc/{process}/stat") as line:
                total += sum(int(ticks) for ticks in line.read().rsplit(")", 1)[1].split()[11:15])
        except OSError:
            pass
    return total / TICKS


def peak_bytes():
    return 1024 * sum(status(process, "VmHWM") for process in processes())


def forget_peak():
    for process in processes():
        try:
            with open(f"/proc/{process}/clear_refs", "w") as request:
                request.write("5")
        except OSError:
            pass


def free_bytes():
    with open("/proc/meminfo") as lines:
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))


def timed(fit):
    before, start = processor_seconds(), time.perf_counter()
    result = fit()
    seconds = time.perf_counter() - start
    return seconds, processor_seconds() - before, result


def spread(values):
    return dict(median=statistics.median(values), least=min(values), most=max(values))


def measure(fit, repeats, facts=lambda result: {}):
    """Fits as often as asked for."""
    forget_peak()
    runs = [timed(fit) for _ in range(repeats)]
    seconds, processor = spread([run[0] for run in runs]), spread([run[1] for run in runs])
    return dict(
        seconds=seconds["median"], cpuSeconds=processor["median"], leastSeconds=seconds["least"], mostSeconds=seconds["most"],
        leastCpuSeconds=processor["least"], mostCpuSeconds=processor["most"], peakBytes=peak_bytes(), **facts(runs[-1][2]))


def best_of(settings, points, few, repeats, until):
    """Tries each setting once after a warm-up, and says which takes the least processor time and why others were left out."""
    first, failed = {}, {}
    for name, (fit, bytes_) in settings.items():
        if bytes_ > 0.8 * free_bytes():
            failed[name] = f"needs {bytes_ / 2**30:.1f} GB"
        elif time.perf_counter() > until:
            failed[name] = "no time left"
        else:
            try:
                fit(few)
                first[name] = timed(lambda: fit(points))[1]
            except Exception as error:
                failed[name] = f"{type(error).__name__}: {error}"
    if not first:
        raise RuntimeError("; ".join(f"{name}: {reason}" for name, reason in failed.items()))
    best = min(first, key=first.get)
    return best, dict(tried=first, failed=failed), settings[best][0]


def hdbscan_settings(points):
    import hdbscan

    n, d = points.shape

    def fit(algorithm, jobs):
        return lambda some: hdbscan.HDBSCAN(
            min_cluster_size=15, min_samples=5, algorithm=algorithm, approx_min_span_tree=False, core_dist_n_jobs=jobs).fit(some)

    settings = {}
    if d > 15 or n <= 20_000:
        settings["generic"] = (fit("generic", 1), 4 * 8 * n * n)
    trees = ["boruvka_kdtree", "prims_kdtree", "boruvka_balltree", "prims_balltree"] if d <= 60 else ["prims_kdtree", "boruvka_kdtree"]
    for algorithm in trees:
        for jobs in (1, -1) if algorithm.startswith("boruvka") else (1,):
            settings[f"{algorithm}, {'one job' if jobs == 1 else 'all jobs'}"] = (fit(algorithm, jobs), 0)
    return settings


def sklearn_settings(points):
    from sklearn.cluster import HDBSCAN

    n = len(points)

    def fit(algorithm):
        return lambda some: HDBSCAN(min_cluster_size=15, min_samples=6, algorithm=algorithm, n_jobs=-1).fit(some)

    return {"brute": (fit("brute"), 3 * 8 * n * n), "kd_tree": (fit("kd_tree"), 0), "ball_tree": (fit("ball_tree"), 0)}


def fit_hdbscan(points, options):
    points = points.astype(np.float64)
    best, tried, fit = best_of(hdbscan_settings(points), points, points[:WARM_UP], options.repeats, options.until)
    return dict(setting=best, precision="float64", **tried, **measure(
        lambda: fit(points), options.repeats, lambda model: dict(mstWeight=float(model._single_linkage_tree[:, 2].sum()))))


def fit_sklearn_hdbscan(points, options):
    points = points.astype(np.float64)
    best, tried, fit = best_of(sklearn_settings(points), points, points[:WARM_UP], options.repeats, options.until)
    return dict(setting=best, precision="float64", **tried, **measure(
        lambda: fit(points), options.repeats, lambda model: dict(mstWeight=float(model._single_linkage_tree_["distance"].sum()))))


def fit_fast_hdbscan(points, options):
    import fast_hdbscan

    fit = lambda some: fast_hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5).fit(some)
    fit(points[:WARM_UP])
    return dict(setting="default", precision="float32", **measure(
        lambda: fit(points), options.repeats, lambda model: dict(mstWeight=float(np.asarray(model._single_linkage_tree)[:, 2].sum()))))


def fit_umap(points, options, after=lambda layout: None):
    import umap

    model = dict(n_components=options.components, n_neighbors=options.neighbors, min_dist=0.0, metric=options.metric, n_epochs=options.epochs)

    def both(some):
        layout = umap.UMAP(**model).fit_transform(some)
        after(layout)
        return layout

    both(points[:LAYOUT_WARM_UP])

    def facts(layout):
        if not options.trustworthiness:
            return {}
        from sklearn.manifold import trustworthiness

        return dict(trustworthiness=float(trustworthiness(points, layout, n_neighbors=15, metric=options.metric)))

    return dict(setting=f"{options.epochs or 'default'} epochs", precision="float32", **measure(lambda: both(points), options.repeats, facts))


def fit_umap_hdbscan(points, options):
    import hdbscan

    return fit_umap(points, options, after=lambda layout: hdbscan.HDBSCAN(
        min_cluster_size=15, min_samples=5, algorithm="boruvka_kdtree", approx_min_span_tree=False, core_dist_n_jobs=1).fit(layout.astype(np.float64)))


def fit_birch(points, options):
    from sklearn.cluster import Birch

    points = points.astype(np.float64)
    fit = lambda some: Birch(n_clusters=None, compute_labels=False).fit(some)
    fit(points[:WARM_UP])
    return dict(setting="no labels", precision="float64", **measure(lambda: fit(points), options.repeats, lambda model: dict(subclusters=len(model.subcluster_centers_))))


def fit_birch_stream(points, options):
    from sklearn.cluster import Birch

    points = points.astype(np.float64)

    def fit(some):
        model = Birch(n_clusters=None, compute_labels=False, threshold=options.threshold)
        for first in range(0, len(some), options.batch):
            model.partial_fit(some[first:first + options.batch])
        return model

    fit(points[:WARM_UP])
    return dict(setting=f"batches of {options.batch}", precision="float64", **measure(lambda: fit(points), options.repeats, lambda model: dict(subclusters=len(model.subcluster_centers_))))


ALGORITHMS = {
    "hdbscan": fit_hdbscan,
    "fast_hdbscan": fit_fast_hdbscan,
    "sklearn-hdbscan": fit_sklearn_hdbscan,
    "umap": fit_umap,
    "umap-hdbscan": fit_umap_hdbscan,
    "birch": fit_birch,
    "birch-stream": fit_birch_stream,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("algorithm", choices=ALGORITHMS)
    parser.add_argument("file")
    parser.add_argument("dims", type=int)
    parser.add_argument("--repeats", type=int, default=2, help="how often the best setting is measured")
    parser.add_argument("--seconds", type=float, default=150, help="no other setting is begun after this time")
    parser.add_argument("--components", type=int, default=5, help="dimensions of a layout")
    parser.add_argument("--neighbors", type=int, default=15, help="the neighbourhood's size of a layout")
    parser.add_argument("--epochs", type=int, default=200, help="passes of a layout, as many as are compared with; 0 for the library's own number")
    parser.add_argument("--metric", default="cosine", help="the metric of a layout")
    parser.add_argument("--threshold", type=float, default=0.5, help="the largest radius of a subcluster of birch-stream")
    parser.add_argument("--batch", type=int, default=50, help="points of a partial_fit of birch-stream")
    parser.add_argument("--trustworthiness", action="store_true", help="compute the layout's trustworthiness over 15 neighbours, too")
    options = parser.parse_args()
    options.epochs = options.epochs or None
    options.until = time.perf_counter() + options.seconds
    points = np.fromfile(options.file, "<f4").reshape(-1, options.dims)
    try:
        result = ALGORITHMS[options.algorithm](points, options)
    except (ImportError, MemoryError, RuntimeError, ValueError, TypeError) as error:
        result = dict(error=f"{type(error).__name__}: {error}")
    answer = json.dumps(dict(algorithm=options.algorithm, n=int(points.shape[0]), d=options.dims, **result))
    os.write(OUTPUT, (answer + "\n").encode())


if __name__ == "__main__":
    main()
