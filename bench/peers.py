#!/usr/bin/env python3
"""peers.py ALGORITHM FILE.f32 D: seconds of one fit by a Python library, as JSON; loading and compilation are not timed.

ALGORITHM is hdbscan (exact tree; the better of one job and all), fast_hdbscan, umap, umap-hdbscan (umap-learn's layout, then hdbscan) or birch (scikit-learn,
without the labels of the points, in its double precision: the insertion alone). Each needs its library and numpy.
"""
import argparse
import json
import time

import numpy as np


def timed(fit):
    start = time.perf_counter()
    result = fit()
    return time.perf_counter() - start, result


def hdbscan_exact(points, jobs):
    import hdbscan

    return hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5, approx_min_span_tree=False, core_dist_n_jobs=jobs).fit(points)


def fit_hdbscan(points, few, options):
    points = points.astype(np.float64)
    fits = [timed(lambda jobs=jobs: hdbscan_exact(points, jobs)) for jobs in ([1] if options.dims > 60 else [1, -1])]
    return dict(seconds=min(fit[0] for fit in fits))


def fit_fast_hdbscan(points, few, options):
    import fast_hdbscan

    fast_hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5).fit(few)
    return dict(seconds=timed(lambda: fast_hdbscan.HDBSCAN(min_cluster_size=15, min_samples=5).fit(points))[0])


def fit_umap(points, few, options, after=lambda layout: None):
    import umap

    model = dict(n_components=options.components, n_neighbors=options.neighbors, min_dist=0.0, metric=options.metric)
    after(umap.UMAP(**model).fit_transform(few))

    def both():
        layout = umap.UMAP(**model).fit_transform(points)
        after(layout)
        return layout

    seconds, layout = timed(both)
    result = dict(seconds=seconds)
    if options.trustworthiness:
        from sklearn.manifold import trustworthiness

        result["trustworthiness"] = float(trustworthiness(points, layout, n_neighbors=15, metric=options.metric))
    return result


def fit_umap_hdbscan(points, few, options):
    return fit_umap(points, few, options, after=lambda layout: hdbscan_exact(layout.astype(np.float64), -1))


def fit_birch(points, few, options):
    from sklearn.cluster import Birch

    points = points.astype(np.float64)
    seconds, model = timed(lambda: Birch(n_clusters=None, compute_labels=False).fit(points))
    return dict(seconds=seconds, subclusters=len(model.subcluster_centers_))


ALGORITHMS = {
    "hdbscan": fit_hdbscan,
    "fast_hdbscan": fit_fast_hdbscan,
    "umap": fit_umap,
    "umap-hdbscan": fit_umap_hdbscan,
    "birch": fit_birch,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("algorithm", choices=ALGORITHMS)
    parser.add_argument("file")
    parser.add_argument("dims", type=int)
    parser.add_argument("--components", type=int, default=5, help="dimensions of a layout")
    parser.add_argument("--neighbors", type=int, default=15, help="the neighbourhood's size of a layout")
    parser.add_argument("--metric", default="cosine", help="the metric of a layout")
    parser.add_argument("--trustworthiness", action="store_true", help="compute the layout's trustworthiness over 15 neighbours, too")
    options = parser.parse_args()
    points = np.fromfile(options.file, "<f4").reshape(-1, options.dims)
    result = ALGORITHMS[options.algorithm](points, points[:2500], options)
    print(json.dumps(dict(algorithm=options.algorithm, n=int(points.shape[0]), d=options.dims, **result)))


if __name__ == "__main__":
    main()
