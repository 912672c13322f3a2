"""The same forests in scikit-learn, on one thread: times (CPU, wall) and accuracy as JSON."""

import json
import resource
import sys
import time

import numpy
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

path, (train, test, features, _) = sys.argv[1], map(int, sys.argv[2:6])
values = numpy.fromfile(path, dtype="<f8").reshape(features + 2, train + test)
x, number, label = values[:features].T.copy(), values[features], values[features + 1].astype(int)
results = {}
for trees in (20, 100):
    for kind, model_class, target in (
        ("regression", RandomForestRegressor, number),
        ("classification", RandomForestClassifier, label),
    ):
        model = model_class(n_estimators=trees, max_depth=10, max_features=3, n_jobs=1, random_state=1)
        cpu, wall = time.process_time(), time.perf_counter()
        model.fit(x[:train], target[:train])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        predicted = model.predict(x[train:])
        actual = target[train:]
        score = numpy.sqrt(numpy.mean((actual - predicted) ** 2)) if kind == "regression" else numpy.mean(actual == predicted)
        results[f"{kind} {trees}"] = {"cpu": cpu, "wall": wall, "score": float(score)}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"results": results, "peakMegabytes": peak}))
