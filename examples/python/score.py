"""Asks a served model, as MLflow's scoring clients do; standard library only.

    python3 score.py churn
"""
import json
import os
import sys
import urllib.request

SERVER = os.environ.get("MLFLOW_TRACKING_URI", "http://127.0.0.1:8080")


def main():
    model = sys.argv[1] if len(sys.argv) > 1 else "churn"
    rows = {"dataframe_split": {"columns": ["age", "visits", "cost"],
                                "data": [[31, 4, 20.5], [64, 1, 88.0]]}}
    request = urllib.request.Request(
        f"{SERVER}/serving-endpoints/{model}/invocations", json.dumps(rows).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        print(json.dumps(json.load(answer), indent=2))


if __name__ == "__main__":
    main()
