"""The Python service that Mooring is measured against: FastAPI + uvicorn + XGBoost behind the Open
Inference request shape, with the parts a careful team would use (pydantic validation, uvloop,
httptools, inplace_predict, one thread). LOG=none answers at once; LOG=wal_full writes each decision
to SQLite in WAL mode with synchronous=FULL first, which is what durable means there."""
import json
import os
import sqlite3

import numpy as np
import xgboost
from fastapi import FastAPI
from pydantic import BaseModel

booster = xgboost.Booster({"nthread": 1})
booster.load_model(os.environ["MODEL"])
log = os.environ.get("LOG", "none")
app = FastAPI()


class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[float]


class Inference(BaseModel):
    id: str | None = None
    inputs: list[Tensor]


def score(request: Inference) -> dict:
    rows = np.array([tensor.data for tensor in request.inputs], dtype=np.float32)
    if rows.shape[0] == 1:
        rows = rows.reshape(request.inputs[0].shape)
    else:
        rows = rows.T
    values = booster.inplace_predict(rows)
    return {"model_name": "bench", "model_version": "1", "id": request.id, "outputs": [
        {"name": "prediction", "shape": [len(values)], "datatype": "FP32",
         "data": values.tolist()}]}


if log == "none":
    @app.post("/v2/models/bench/infer")
    async def infer(request: Inference):
        return score(request)
else:
    database = sqlite3.connect(os.environ["DATABASE"], check_same_thread=False,
                               isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("create table if not exists decisions(id integer primary key, request text,"
                     " answer text)")

    @app.post("/v2/models/bench/infer")
    async def infer(request: Inference):
        answer = score(request)
        database.execute("insert into decisions(request, answer) values(?, ?)",
                         (request.json(), json.dumps(answer)))
        return answer
