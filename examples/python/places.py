"""What the clients of MLflow 2 and 3 call differently."""
import mlflow


def log_model_place(name):
    """The argument of log_model that names where the model goes."""
    major = int(mlflow.__version__.split(".")[0])
    return {"name": name} if major >= 3 else {"artifact_path": name}
