"""Tracks a search over scikit-learn models by autolog, and registers the best.

    export MLFLOW_TRACKING_URI=http://127.0.0.1:8080
    python3 train_sklearn.py

Needs mlflow (2.x or 3.x), scikit-learn and pandas. The model is a pickle: the server loads none
itself; start it with `mooring serve --python /usr/bin/python3` to have a worker answer with it.
"""
import mlflow
import mlflow.sklearn
from mlflow.tracking import MlflowClient
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from train_xgboost import customers

MODEL = "churn-sklearn"
CANDIDATES = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    "boosted": lambda: GradientBoostingClassifier(n_estimators=60, max_depth=3),
}


def main():
    mlflow.set_experiment("churn-sklearn")
    mlflow.sklearn.autolog(log_input_examples=True, registered_model_name=MODEL)
    inputs, churned = customers()
    train, test, train_label, test_label = train_test_split(inputs, churned, random_state=1)
    for name, make in CANDIDATES.items():
        with mlflow.start_run(run_name=name):
            model = make().fit(train, train_label)
            mlflow.log_metric("accuracy", model.score(test, test_label))
    client = MlflowClient()
    experiment = client.get_experiment_by_name("churn-sklearn")
    best = client.search_runs([experiment.experiment_id], order_by=["metrics.accuracy DESC"],
                              max_results=1)[0]
    versions = client.search_model_versions(f"name = '{MODEL}' and run_id = '{best.info.run_id}'")
    client.set_registered_model_alias(MODEL, "champion", versions[0].version)
    print("the best is", best.info.run_name, "with", best.data.metrics["accuracy"])


if __name__ == "__main__":
    main()
