#!/usr/bin/env python3
"""peers.py ALGORITHM FILE.f32 D: seconds of one fit by a Python library, as JSON; loading and compilation are not timed.

ALGORITHM is hdbscan (exact tree; the better of one job and all), fast_hdbscan, umap or birch (scikit-learn). Each needs its library and numpy.
"""
import json
import sys
import time

import numpy as np


def timed(fit):
    start = time.perf_counter()
    result = fit()
    return time.perf_counter() - start, result


def main(algorithm, path, dims):
    points = np.fromfile(path, "<f4").reshape(-1, dims)
    few = points[:2500]
    if algorithm == "hdbscan":
        import hdbscan

        points = points.astype(np.float64)
        fits = [
            timed(lambda jobs=jobs: hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5, approx_min_span_tree=False, core_dist_n_jobs=jobs).fit(points))
            for jobs in ([1] if dims > 60 else [1, -1])
        ]
        seconds = min(fit[0] for fit in fits)
    elif algorithm == "fast_hdbscan":
        import fast_hdbscan

        fast_hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5).fit(few)
        seconds = timed(lambda: fast_hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5).fit(points))[0]
    elif algorithm == "umap":
        import umap

        model = dict(n_components=5, n_neighbors=15, min_dist=0.0, metric="cosine")
        umap.UMAP(**model).fit(few)
        seconds = timed(lambda: umap.UMAP(**model).fit(points))[0]
    elif algorithm == "birch":
        from sklearn.cluster import Birch

        seconds = timed(lambda: Birch(n_clusters=None).fit(points))[0]
    else:
        sys.exit(__doc__)
    print(json.dumps(dict(algorithm=algorithm, n=int(points.shape[0]), d=dims, seconds=round(seconds, 4))))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
