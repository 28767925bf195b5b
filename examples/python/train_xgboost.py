"""Trains a classifier with XGBoost, tracks the run in Mooring, registers the model and names it.

    export MLFLOW_TRACKING_URI=http://127.0.0.1:8080
    python3 train_xgboost.py

Needs mlflow (2.x or 3.x), xgboost, scikit-learn and pandas. Nothing in it knows of Mooring: it is
the script that you would write for MLflow's own server.
"""
import mlflow
import mlflow.xgboost
import numpy as np
import pandas as pd
import xgboost
from mlflow.models import infer_signature
from mlflow.tracking import MlflowClient
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from places import log_model_place

MODEL = "churn"


def customers(rows=5000, seed=7):
    """Customers who leave more often when young, rarely seen and dear to serve."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "age": random.integers(18, 80, rows).astype("int64"),
        "visits": random.poisson(4, rows).astype("int64"),
        "cost": random.gamma(2.0, 15.0, rows),
    })
    pull = -1.0 - 0.03 * (frame["age"] - 45) - 0.35 * (frame["visits"] - 4) + 0.03 * frame["cost"]
    churned = random.random(rows) < 1 / (1 + np.exp(-pull))
    return frame, churned.astype("int64")


def main():
    mlflow.set_experiment("churn")
    inputs, churned = customers()
    train, test, train_label, test_label = train_test_split(inputs, churned, random_state=1)
    with mlflow.start_run(run_name="boosted trees") as run:
        settings = {"n_estimators": 200, "max_depth": 4, "learning_rate": 0.1}
        mlflow.log_params(settings)
        model = xgboost.XGBClassifier(**settings, eval_metric="logloss")
        model.fit(train, train_label, eval_set=[(test, test_label)], verbose=False)
        for step, loss in enumerate(model.evals_result()["validation_0"]["logloss"]):
            mlflow.log_metric("logloss", loss, step=step)
        scores = model.predict_proba(test)[:, 1]
        mlflow.log_metrics({"auc": roc_auc_score(test_label, scores),
                            "final_logloss": log_loss(test_label, scores)})
        logged = mlflow.xgboost.log_model(
            model, **log_model_place("model"), model_format="ubj", input_example=train.head(20),
            signature=infer_signature(train, model.predict(train)))
    client = MlflowClient()
    version = mlflow.register_model(logged.model_uri, MODEL)
    client.set_registered_model_alias(MODEL, "challenger", version.version)
    again = mlflow.pyfunc.load_model(f"models:/{MODEL}@challenger")
    print("run", run.info.run_id, "is version", version.version, "of", MODEL)
    print("loaded again, it predicts", again.predict(test.head(5)).tolist())


if __name__ == "__main__":
    main()
